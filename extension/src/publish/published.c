/*-------------------------------------------------------------------------
 *
 * published.c
 *		Published figures: early_help_internal.protect_figures() for SQL, the lock
 *		that lets one publication follow another, and the trigger that keeps
 *		what is published as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/record.h"
#include "base/rule.h"
#include "publish/disclosure.h"

/*
 * One call takes so many figures and so many members of equations: far more than
 * a publication has, and little enough for one allocation.
 */
#define MOST_NUMBERS 10000000

/* The fourth field of our lock's tag: a refresh has 3 and 4, SQL's own advisory locks 1 and 2. */
#define PUBLICATION_LOCK 5

/* The numbers of an integer array without nulls, of the length expected (-1: any). */
static int *
numbers_of(ArrayType *array, int *length)
{
	int			n;

	if (ARR_ELEMTYPE(array) != INT4OID || array_contains_nulls(array) || ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("protect_figures takes lists of numbers without nulls")));
	n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (*length >= 0 && n != *length)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("protect_figures takes lists of one length for figures and one for members")));
	if (n > MOST_NUMBERS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("protect_figures takes lists of at most %d numbers", MOST_NUMBERS)));
	*length = n;
	return (int *) ARR_DATA_PTR(array);
}

static void
check_between(int number, int least, int most)
{
	if (number < least || number > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("protect_figures was given %d, not a number from %d to %d",
						number, least, most)));
}

static void
check_sign(int sign)
{
	if (sign != 1 && sign != -1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("protect_figures was given the sign %d, not 1 or -1", sign)));
}

PG_FUNCTION_INFO_V1(early_help_protect_figures);

/* early_help_internal.protect_figures(): the decision on each figure. */
Datum
early_help_protect_figures(PG_FUNCTION_ARGS)
{
	int			n = -1;
	int			n_members = -1;
	int			n_equations = 0;
	int		   *value = numbers_of(PG_GETARG_ARRAYTYPE_P(0), &n);
	int		   *low = numbers_of(PG_GETARG_ARRAYTYPE_P(1), &n);
	int		   *high = numbers_of(PG_GETARG_ARRAYTYPE_P(2), &n);
	int		   *price = numbers_of(PG_GETARG_ARRAYTYPE_P(3), &n);
	int		   *publicity = numbers_of(PG_GETARG_ARRAYTYPE_P(4), &n);
	int		   *equation = numbers_of(PG_GETARG_ARRAYTYPE_P(5), &n_members);
	int		   *member = numbers_of(PG_GETARG_ARRAYTYPE_P(6), &n_members);
	int		   *sign = numbers_of(PG_GETARG_ARRAYTYPE_P(7), &n_members);
	Figure	   *figures = palloc(sizeof(Figure) * Max(n, 1));
	Member	   *members = palloc(sizeof(Member) * Max(n_members, 1));
	Datum	   *decisions = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		check_between(publicity[i], NEVER_PUBLISHED, SMALL_UNPUBLISHED);
		check_between(price[i], 0, PG_INT32_MAX / 2);
		figures[i] = (Figure) {value[i], low[i], high[i], price[i], publicity[i], DECISION_SHOW};
	}
	for (int i = 0; i < n_members; i++)
	{
		check_between(equation[i], 1, n_members);
		check_between(member[i], 1, n);
		check_sign(sign[i]);
		n_equations = Max(n_equations, equation[i]);
		members[i] = (Member) {equation[i] - 1, member[i] - 1, sign[i]};
	}

	protect_figures(figures, n, members, n_members, n_equations, PG_GETARG_BOOL(8));

	for (int i = 0; i < n; i++)
		decisions[i] = Int32GetDatum(figures[i].decision);
	PG_RETURN_ARRAYTYPE_P(construct_array(decisions, n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/*
 * Is there a row that the transaction's snapshot does not see?  Rows are never
 * changed or deleted, so any such row was inserted after the snapshot was taken.
 */
static bool
has_unseen_row(Relation rel)
{
	Snapshot	latest = RegisterSnapshot(GetLatestSnapshot());
	Snapshot	seen = GetTransactionSnapshot();
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, latest, 0, NULL);
	bool		found = false;

	while (!found && table_scan_getnextslot(scan, ForwardScanDirection, slot))
		found = !table_tuple_satisfies_snapshot(rel, slot, seen);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(latest);
	return found;
}

PG_FUNCTION_INFO_V1(early_help_exclude_publication);

/*
 * exclude_publication(table): wait for another publication of the partnership to
 * end, and keep others away until this transaction ends.  What another one
 * published while this one waited is seen by the next statement, at READ
 * COMMITTED.  Above that it never will be: then the transaction cannot go on.
 */
Datum
early_help_exclude_publication(PG_FUNCTION_ARGS)
{
	Relation	rel = relation_open(PG_GETARG_OID(0), AccessShareLock);
	LOCKTAG		tag;

	if (rel->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a partnership's table \"publication\"", RelationGetRelationName(rel))));
	if (!has_privs_of_role(GetUserId(), rel->rd_rel->relowner))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, RelationGetRelationName(rel));
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, RelationGetRelid(rel), 0, PUBLICATION_LOCK);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);

	if (IsolationUsesXactSnapshot() && has_unseen_row(rel))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent publication"),
				 errhint("Run the transaction again.")));
	relation_close(rel, NoLock);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(early_help_published_stays);

/* Trigger, before update or delete of what was published: refused. */
Datum
early_help_published_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "published_stays", true, ROW_UPDATE | ROW_DELETE);

	rule_error(RULE_PUBLISHED_STAYS, change.rel, NULL, "publication_id %lld",
			   (long long) id_of(&change.before, "publication_id"));
}
