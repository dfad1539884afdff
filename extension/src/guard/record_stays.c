/*-------------------------------------------------------------------------
 *
 * record_stays.c
 *		Guards for any table: they refuse TRUNCATE, DELETE, changes of some
 *		columns, and writes to tables that only the rules write.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/correction.h"
#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"

PG_FUNCTION_INFO_V1(early_help_refuse_truncate);

/* Trigger, before truncate: TRUNCATE is seen by no row trigger and no snapshot. */
Datum
early_help_refuse_truncate(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("early_help_internal.refuse_truncate is a trigger function")));
	rule_error(RULE_NO_TRUNCATE, ((TriggerData *) fcinfo->context)->tg_relation, NULL, NULL);
}

PG_FUNCTION_INFO_V1(early_help_refuse_delete);

/* Trigger, before delete: a row that the others rest on without a key. */
Datum
early_help_refuse_delete(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "refuse_delete", true, ROW_DELETE);

	rule_error_hint(RULE_RECORD_STAYS, change.rel, NULL,
					"Update it, or add another row after it; early_help.drop_partnership is for a whole partnership.",
					"the row of \"%s\" is not deleted", RelationGetRelationName(change.rel));
}

/* A null hint is the rule's own. */
static void
refuse_change(const RecordChange *change, const char *column, const char *hint)
{
	rule_error_hint(RULE_RECORD_STAYS, change->rel, NULL, hint,
					"%s of \"%s\" does not change: %s",
					column, RelationGetRelationName(change->rel),
					row_ids(change->rel, change->trigger->tg_trigslot));
}

/* The act that mends a column of the table; NULL if only another record does. */
static const char *
hint_of_act(Relation rel)
{
	static const struct
	{
		const char *table;
		const char *hint;
	}			acts[] = {
		{"assessment", "Use move_assessment, with the reason."},
		{"conversation", "Use move_conversation, with the reason."},
		{"plan", "Use move_plan, with the reason."},
		{"review", "Use correct_review, with the reason."},
	};

	for (int i = 0; i < (int) lengthof(acts); i++)
	{
		if (strcmp(acts[i].table, RelationGetRelationName(rel)) == 0)
			return acts[i].hint;
	}
	return NULL;
}

PG_FUNCTION_INFO_V1(early_help_keep_columns);

/* Trigger, before update: the columns named as its arguments change by rules alone. */
Datum
early_help_keep_columns(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "keep_columns", true, ROW_UPDATE);
	Trigger    *trigger = change.trigger->tg_trigger;

	if (rules_are_writing())
		return record_result(&change);
	for (int i = 0; i < trigger->tgnargs; i++)
	{
		if (field_is_new(&change, trigger->tgargs[i]))
			refuse_change(&change, trigger->tgargs[i], NULL);
	}
	return record_result(&change);
}

/* Refuses another value of the columns after the key, the first argument, unless this transaction mends the record. */
static Datum
keep_by_key(FunctionCallInfo fcinfo, const char *function, bool may_be_given)
{
	RecordChange change = record_change(fcinfo, function, true, ROW_UPDATE);
	Trigger    *trigger = change.trigger->tg_trigger;

	require_arguments(&change, function, 2);
	if (rules_are_writing())
		return record_result(&change);
	for (int i = 1; i < trigger->tgnargs; i++)
	{
		if (field_is_new(&change, trigger->tgargs[i]) &&
			!(may_be_given && !field_was_set(&change, trigger->tgargs[i])) &&
			!is_mended(change.rel, id_of(&change.before, trigger->tgargs[0])))
			refuse_change(&change, trigger->tgargs[i], may_be_given ? NULL : hint_of_act(change.rel));
	}
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_keep_given);

/* Trigger, before update: what the columns were given stays; an empty one may be given a value. */
Datum
early_help_keep_given(PG_FUNCTION_ARGS)
{
	return keep_by_key(fcinfo, "keep_given", true);
}

PG_FUNCTION_INFO_V1(early_help_keep_unless_mended);

/* Trigger, before update: the columns change only where the record is mended. */
Datum
early_help_keep_unless_mended(PG_FUNCTION_ARGS)
{
	return keep_by_key(fcinfo, "keep_unless_mended", false);
}

/* Is the row deleted because its episode is? */
static bool
goes_with_its_episode(const RecordChange *change)
{
	const Record *row = &change->before;
	Record		episode;

	if (!TRIGGER_FIRED_BY_DELETE(change->event) || is_null(row, "episode_id"))
		return false;
	if (!read_sibling(change->rel, "episode", "episode_id", id_of(row, "episode_id"), &episode))
		return true;
	leave_sibling(&episode);
	return false;
}

PG_FUNCTION_INFO_V1(early_help_written_by_rules);

/*
 * Trigger, before insert, update or delete: only the rules write this table.
 * Its rows go with an episode that is deleted.
 */
Datum
early_help_written_by_rules(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "written_by_rules", true,
										ROW_INSERT | ROW_UPDATE | ROW_DELETE);

	if (rules_are_writing() || goes_with_its_episode(&change))
		return record_result(&change);
	rule_error(RULE_WRITTEN_BY_RULES, change.rel, NULL,
			   "table \"%s\"", RelationGetRelationName(change.rel));
}
