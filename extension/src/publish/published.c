/*-------------------------------------------------------------------------
 *
 * published.c
 *		Published figures: early_help.protect_figures() for SQL, and the
 *		trigger that keeps what is published as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"

#include "base/record.h"
#include "base/rule.h"
#include "publish/disclosure.h"

/*
 * One call takes so many figures and so many members of equations: far more than
 * a publication has, and little enough for one allocation.
 */
#define MOST_NUMBERS 10000000

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

/* early_help.protect_figures(): the decision on each figure. */
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

PG_FUNCTION_INFO_V1(early_help_published_stays);

/* Trigger, before update or delete of what was published: refused. */
Datum
early_help_published_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "published_stays", true, ROW_UPDATE | ROW_DELETE);

	rule_error(RULE_PUBLISHED_STAYS, change.rel, NULL, "publication_id %lld",
			   (long long) id_of(&change.before, "publication_id"));
}
