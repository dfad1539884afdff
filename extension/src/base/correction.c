/*-------------------------------------------------------------------------
 *
 * correction.c
 *		Is what is written a mistake that is mended?
 *
 * A mistake is mended by writing two things in one transaction: first a row of
 * table correction, which names the record and says why, then the record.  The
 * acts do both.  A rule that refuses to change what happened lets a mistake be
 * mended, and what followed from it follows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/correction.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"

/* Did this transaction say, in a row of correction, that it mends this record of that sibling table? */
bool
is_sibling_mended(Relation rel, const char *table, int64 id)
{
	SiblingScan corrections;
	bool		found = false;

	/* A partnership of a version before has none yet. */
	if (!OidIsValid(get_relname_relid("correction", RelationGetNamespace(rel))))
		return false;
	sibling_beginscan(rel, "correction", "record_id", id, &corrections);
	while (!found && sibling_getnext(&corrections))
		found = text_is(&corrections.row, "table_name", table) &&
			TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(corrections.row.tuple->t_data));
	sibling_endscan(&corrections);
	return found;
}

/* The same of a record of this table. */
bool
is_mended(Relation rel, int64 id)
{
	return is_sibling_mended(rel, RelationGetRelationName(rel), id);
}

PG_FUNCTION_INFO_V1(early_help_correction_stays);

/* Trigger, before update or delete of correction: what was said of a mistake stays. */
Datum
early_help_correction_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "correction_stays", true, ROW_UPDATE | ROW_DELETE);

	rule_error(RULE_CORRECTION, change.rel, NULL, "correction_id %s",
			   id_words(id_of(&change.before, "correction_id")));
}
