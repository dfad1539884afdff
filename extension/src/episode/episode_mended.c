/*-------------------------------------------------------------------------
 *
 * episode_mended.c
 *		An allocation that was a mistake, and a reopening on a wrong day (R07,
 *		R14).  closure_undone.c has a closure that was one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/correction.h"
#include "base/partnership_query.h"
#include "base/rule.h"
#include "episode/dated_while_closed.h"
#include "episode/episode_event.h"
#include "episode/episode_mended.h"

/* ---------------------------------------------------------------------
 * Allocation
 * ---------------------------------------------------------------------
 */

bool
allocation_is_undone(const RecordChange *change)
{
	return TRIGGER_FIRED_BY_UPDATE(change->event) && field_was_set(change, "allocated_on") &&
		is_null(&change->after, "allocated_on") && is_mended(change->rel, id_of(&change->after, "episode_id"));
}

static const PartnershipQuery last_event_query = {
	"select event::pg_catalog.text, happened_on::pg_catalog.date from @episode_event where episode_id == $1"
	" order by episode_event_id desc limit 1",
	1, {INT8OID}
};

/*
 * An allocation that was a mistake is taken back: the episode waits again. It is
 * refused where something has happened since.
 */
void
take_back_allocation(RecordChange *change)
{
	Record	   *episode = &change->after;
	int64		id = id_of(episode, "episode_id");
	Datum		values[] = {Int64GetDatum(id)};
	bool		found = run_partnership_query(change->rel, &last_event_query, values, NULL) > 0;
	const char *last = found ? result_text(1) : NULL;

	if (last == NULL || strcmp(last, event_name(EVENT_ALLOCATE)) != 0)
		rule_error_hint(RULE_LEAD_PRACTITIONER, change->rel, NULL,
						"Record who leads instead, as a row of lead_practitioner; an episode that something was done in does not wait.",
						"episode_id %s was allocated on %s, and %s came on %s", id_words(id),
						date_words(date_of(&change->before, "allocated_on")), last ? last : "nothing",
						date_words(found ? result_date(2) : DATEVAL_NOEND));
	set_field_text(episode, "state", state_name(STATE_WAITING));
}

/* After the row is written. */
void
forget_allocation(const RecordChange *change)
{
	Episode		episode;

	if (lock_episode(change->rel, id_of(&change->after, "episode_id"), &episode))
		take_back_event(change->rel, &episode, EVENT_ALLOCATE, date_of(&change->before, "allocated_on"));
}

/* ---------------------------------------------------------------------
 * Reopening
 * ---------------------------------------------------------------------
 */

/* Does an open episode that was reopened get another day of it, as a mistake that is mended? */
bool
reopening_is_mended(const RecordChange *change)
{
	return TRIGGER_FIRED_BY_UPDATE(change->event) && field_was_set(change, "reopened_on") &&
		field_is_new(change, "reopened_on") && !field_was_set(change, "closed_on") &&
		is_null(&change->after, "closed_on") && is_mended(change->rel, id_of(&change->after, "episode_id"));
}

static const PartnershipQuery closed_before_query = {
	"select c.happened_on::pg_catalog.date from @episode_event c where c.episode_id == $1 and c.state_to == 'closed'"
	" order by c.episode_event_id desc limit 1",
	1, {INT8OID}
};

/* The corrected day of a reopening is not before the closure, and nothing is dated in the gap. */
void
check_reopened_later(const RecordChange *change)
{
	const Record *episode = &change->after;
	int64		id = id_of(episode, "episode_id");
	DateADT		on = date_of(episode, "reopened_on");
	Datum		values[] = {Int64GetDatum(id)};
	DateADT		closed_on;

	if (run_partnership_query(change->rel, &closed_before_query, values, NULL) == 0)
		return;
	closed_on = result_date(1);
	if (on < closed_on)
		rule_error_hint(RULE_CLOSURE, change->rel, NULL, "Give the day on which it closed, or a later one.",
						"reopened_on %s is before episode_id %s closed on %s", date_words(on), id_words(id), date_words(closed_on));
	check_nothing_in_gap(change, closed_on);
}

static const PartnershipQuery reopening_redated_query = {
	"update @episode_event set happened_on = $2 where episode_id == $1 and event == 'reopen' and happened_on == $3",
	3, {INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery children_return_redated_query = {
	"update @episode_child set joined_on = $2 where episode_id == $1 and joined_on == $3",
	3, {INT8OID, DATEOID, DATEOID}
};

/* After the row is written: the event, and the children who came back, are of the new day. */
void
redate_reopening(const RecordChange *change)
{
	Datum		values[] = {
		Int64GetDatum(id_of(&change->after, "episode_id")),
		DateADTGetDatum(date_of(&change->after, "reopened_on")),
		DateADTGetDatum(date_of(&change->before, "reopened_on"))
	};

	write_by_rules(change->rel, &reopening_redated_query, values, NULL);
	write_by_rules(change->rel, &children_return_redated_query, values, NULL);
}
