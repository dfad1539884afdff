/*-------------------------------------------------------------------------
 *
 * reopening.c
 *		The closures that an episode was reopened after.
 *
 * The row of an episode has its last closure alone. A reopening takes that
 * away, and keeps it in table reopening: the days between are no days of
 * support, and the closure counts in its own month.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/partnership_query.h"
#include "episode/reopening.h"

static const PartnershipQuery keep_closure_query = {
	"insert into @reopening (episode_id, closed_on, closure_reason_code, closure_agreed_on,"
	" closure_agreement_absent_reason, reopened_on, reason) values ($1, $2, $3, $4, $5, $6, $7)",
	7, {INT8OID, DATEOID, TEXTOID, DATEOID, TEXTOID, DATEOID, TEXTOID}
};

/* A partnership of a version before has no such table yet: its upgrade fills it from the log of events. */
static bool
keeps_closures(Relation rel)
{
	return OidIsValid(get_relname_relid("reopening", RelationGetNamespace(rel)));
}

static Datum
text_value(const Record *record, const char *field)
{
	return is_null(record, field) ? (Datum) 0 : CStringGetTextDatum(text_of(record, field));
}

static char
null_mark(const Record *record, const char *field)
{
	return is_null(record, field) ? 'n' : ' ';
}

static void
write_closure(const RecordChange *change)
{
	const Record *closed = &change->before;
	const Record *open = &change->after;
	Datum		values[] = {
		Int64GetDatum(id_of(open, "episode_id")),
		DateADTGetDatum(date_of(closed, "closed_on")),
		text_value(closed, "closure_reason_code"),
		DateADTGetDatum(date_of(closed, "closure_agreed_on")),
		text_value(closed, "closure_agreement_absent_reason"),
		DateADTGetDatum(date_of(open, "reopened_on")),
		text_value(open, "reopen_reason")
	};
	char		nulls[] = {
		' ', ' ', null_mark(closed, "closure_reason_code"), null_mark(closed, "closure_agreed_on"),
		null_mark(closed, "closure_agreement_absent_reason"), ' ', null_mark(open, "reopen_reason")
	};

	write_by_rules(change->rel, &keep_closure_query, values, nulls);
}

/* After an episode is reopened: its closure, as it was, and the reopening. */
void
keep_closure(const RecordChange *change)
{
	if (keeps_closures(change->rel))
		write_closure(change);
}

static const PartnershipQuery redate_query = {
	"update @reopening set reopened_on = $2, reason = $3 where reopening_id == (select r.reopening_id from @reopening r"
	" where r.episode_id == $1 order by r.reopening_id desc limit 1)",
	3, {INT8OID, DATEOID, TEXTOID}
};

static void
write_redated(const RecordChange *change)
{
	const Record *episode = &change->after;
	Datum		values[] = {
		Int64GetDatum(id_of(episode, "episode_id")),
		DateADTGetDatum(date_of(episode, "reopened_on")),
		text_value(episode, "reopen_reason")
	};
	char		nulls[] = {' ', ' ', null_mark(episode, "reopen_reason")};

	write_by_rules(change->rel, &redate_query, values, nulls);
}

/* After the last reopening got another day, or another reason: so does its row. */
void
redate_kept_closure(const RecordChange *change)
{
	bool		is_redated = TRIGGER_FIRED_BY_UPDATE(change->event) && field_was_set(change, "reopened_on") &&
		(field_is_new(change, "reopened_on") || field_is_new(change, "reopen_reason"));

	if (is_redated && keeps_closures(change->rel))
		write_redated(change);
}
