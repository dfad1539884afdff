/*-------------------------------------------------------------------------
 *
 * level_history.c
 *		A child's level changes, written anew in the order of their days (R11).
 *
 * What is recorded in the order of its days only adds a change (child_level.c).
 * What is recorded late, or gets another day, can change what came after it. The
 * changes are then made again from the facts: the days on which the child joined
 * and left episodes, and the steps that were accepted. Changes that come out as
 * they were stay as they are.
 *
 * The caller has locked the child's row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "continuum/continuum.h"
#include "episode/level_history.h"
#include "episode/step_row.h"

typedef struct LevelChanges
{
	int			count;
	int			room;
	LevelChange *change;
} LevelChanges;

/* Of facts of one day that made no change yet, steps come first: who is stepped down joins an episode. */
typedef enum FactKind
{
	FACT_STEP,
	FACT_JOINED,
	FACT_LEFT
} FactKind;

typedef struct Fact
{
	DateADT		on;
	int			number;			/* of the change that it made when it was recorded; PG_INT32_MAX: none */
	FactKind	kind;
	int64		id;				/* of the step or episode: the order of the rest */
	const char *event;
	int64		episode_id;
	NeedLevel	from;			/* of a step */
	NeedLevel	to;
} Fact;

typedef struct Facts
{
	int			count;
	int			room;
	Fact	   *fact;
} Facts;

static void
add_change(LevelChanges *changes, LevelChange change)
{
	if (changes->count == changes->room)
	{
		changes->room = Max(8, 2 * changes->room);
		changes->change = changes->change ?
			repalloc(changes->change, changes->room * sizeof(LevelChange)) :
			palloc(changes->room * sizeof(LevelChange));
	}
	changes->change[changes->count++] = change;
}

static void
add_fact(Facts *facts, Fact fact)
{
	if (facts->count == facts->room)
	{
		facts->room = Max(8, 2 * facts->room);
		facts->fact = facts->fact ?
			repalloc(facts->fact, facts->room * sizeof(Fact)) : palloc(facts->room * sizeof(Fact));
	}
	facts->fact[facts->count++] = fact;
}

/* ---------------------------------------------------------------------
 * What is recorded
 * ---------------------------------------------------------------------
 */

static int
by_number(const void *one, const void *other)
{
	int			a = ((const LevelChange *) one)->number;
	int			b = ((const LevelChange *) other)->number;

	return (a > b) - (a < b);
}

static LevelChanges
recorded_changes(Relation rel, int64 child_id)
{
	LevelChanges recorded = {0};
	SiblingScan scan;

	sibling_beginscan(rel, "level_change", "child_id", child_id, &scan);
	while (sibling_getnext(&scan))
		add_change(&recorded, (LevelChange) {
			(NeedLevel) level_of(&scan.row, "level_from"), (NeedLevel) level_of(&scan.row, "level_to"),
			text_of(&scan.row, "event"), id_of(&scan.row, "episode_id"), date_of(&scan.row, "changed_on"),
			number_of(&scan.row, "change_number")
		});
	sibling_endscan(&scan);
	if (recorded.count > 0)
		qsort(recorded.change, recorded.count, sizeof(LevelChange), by_number);
	return recorded;
}

/* The change that a fact made when it was recorded; NULL if it made none. */
static const LevelChange *
change_made(const LevelChanges *recorded, DateADT on, int64 episode_id, const char *event, const char *or_event)
{
	for (int i = 0; i < recorded->count; i++)
	{
		const LevelChange *change = &recorded->change[i];

		if (change->on == on && (episode_id == NO_ID || change->episode_id == episode_id) && change->event &&
			(strcmp(change->event, event) == 0 || strcmp(change->event, or_event) == 0))
			return change;
	}
	return NULL;
}

static const PartnershipQuery reopened_query = {
	"select episode_event_id from @episode_event where episode_id == $1 and event == 'reopen'"
	" and happened_on == $2 limit 1",
	2, {INT8OID, DATEOID}
};

static const char *
joining_event(Relation rel, int64 episode_id, DateADT on)
{
	Datum		values[] = {Int64GetDatum(episode_id), DateADTGetDatum(on)};

	return event_name(run_partnership_query(rel, &reopened_query, values, NULL) > 0 ? EVENT_REOPEN : EVENT_REFER);
}

static void
add_period(Facts *facts, const LevelChanges *recorded, const Record *member)
{
	int64		episode_id = id_of(member, "episode_id");
	DateADT		joined_on = date_of(member, "joined_on");
	DateADT		left_on = date_of(member, "left_on");
	const LevelChange *joined = change_made(recorded, joined_on, episode_id, event_name(EVENT_REFER), event_name(EVENT_REOPEN));
	const LevelChange *left = change_made(recorded, left_on, episode_id, event_name(EVENT_CLOSE), event_name(EVENT_CLOSE));

	add_fact(facts, (Fact) {
		.on = joined_on, .number = joined ? joined->number : PG_INT32_MAX, .kind = FACT_JOINED, .id = episode_id,
		.event = joined ? joined->event : NULL, .episode_id = episode_id
	});
	if (left_on != DATEVAL_NOEND)
		add_fact(facts, (Fact) {
			.on = left_on, .number = left ? left->number : PG_INT32_MAX, .kind = FACT_LEFT, .id = episode_id,
			.event = event_name(EVENT_CLOSE), .episode_id = episode_id
		});
}

static void
add_step(Facts *facts, const LevelChanges *recorded, const Record *step)
{
	NeedLevel	to = (NeedLevel) level_of(step, "to_level");
	const char *event = event_name(decision_event(step));
	DateADT		on = date_of(step, "decided_on");
	const LevelChange *made = change_made(recorded, on, NO_ID, event, event);

	add_fact(facts, (Fact) {
		.on = on, .number = made ? made->number : PG_INT32_MAX, .kind = FACT_STEP, .id = id_of(step, "step_id"),
		.event = event, .episode_id = made ? made->episode_id : id_of(step, "episode_id"),
		.from = (NeedLevel) level_of(step, "from_level"), .to = to
	});
}

static int
by_day(const void *one, const void *other)
{
	const Fact *a = one;
	const Fact *b = other;

	if (a->on != b->on)
		return a->on < b->on ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static Facts
facts_of(Relation rel, int64 child_id, const LevelChanges *recorded)
{
	Facts		facts = {0};
	SiblingScan scan;

	sibling_beginscan(rel, "episode_child", "child_id", child_id, &scan);
	while (sibling_getnext(&scan))
		add_period(&facts, recorded, &scan.row);
	sibling_endscan(&scan);
	sibling_beginscan(rel, "step", "child_id", child_id, &scan);
	while (sibling_getnext(&scan))
	{
		if (text_is(&scan.row, "outcome", "accepted"))
			add_step(&facts, recorded, &scan.row);
	}
	sibling_endscan(&scan);
	for (int i = 0; i < facts.count; i++)
	{
		if (facts.fact[i].event == NULL)
			facts.fact[i].event = joining_event(rel, facts.fact[i].episode_id, facts.fact[i].on);
	}
	if (facts.count > 0)
		qsort(facts.fact, facts.count, sizeof(Fact), by_day);
	return facts;
}

/* ---------------------------------------------------------------------
 * What follows from it
 * ---------------------------------------------------------------------
 */

/* Where a step leads from: the child's level then; NEED_LEVEL_NONE if the step cannot lead from it. */
static NeedLevel
step_leads_from(const Fact *step, NeedLevel level)
{
	if (level == NEED_LEVEL_NONE)
		return step->from;
	if (level == step->to || (step->to != NEED_LEVEL_SOCIAL_CARE && level != NEED_LEVEL_SOCIAL_CARE))
		return NEED_LEVEL_NONE;
	return level;
}

/* A child whom an episode supports is at early help, and is not stepped down past it. */
void
refuse_past_support(Relation rel, int64 child_id, DateADT on, int64 step_id)
{
	rule_error_hint(RULE_LEVELS, rel, NULL,
					"Offer a step to early_help instead, let the child leave the episode first, or begin its support on that day or later.",
					"child_id %s would be supported by an episode on %s, when step_id %s to %s was accepted",
					id_words(child_id), date_words(on), id_words(step_id), need_level_name(NEED_LEVEL_UNIVERSAL));
}

static LevelChanges
changes_by_day(Relation rel, int64 child_id, const Facts *facts)
{
	LevelChanges changes = {0};
	NeedLevel	level = NEED_LEVEL_NONE;
	int			supporting = 0; /* episodes that the child is in */

	for (int i = 0; i < facts->count; i++)
	{
		const Fact *fact = &facts->fact[i];
		NeedLevel	from = level;

		switch (fact->kind)
		{
			case FACT_JOINED:
				supporting++;
				if (level <= NEED_LEVEL_UNIVERSAL)
				{
					from = NEED_LEVEL_UNIVERSAL;
					level = NEED_LEVEL_EARLY_HELP;
				}
				break;
			case FACT_LEFT:
				supporting--;
				if (level == NEED_LEVEL_EARLY_HELP && supporting == 0)
					level = NEED_LEVEL_UNIVERSAL;
				break;
			case FACT_STEP:
				from = step_leads_from(fact, level);
				if (from == NEED_LEVEL_NONE)
					rule_error_hint(RULE_LEVELS, rel, NULL,
									"Take that step back with undo_decision, record what came before it, and decide it again; "
									"or correct the day of one of them.",
									"child_id %s would be at level %s on %s, when step_id %s to %s was accepted",
									id_words(child_id), need_level_name(level), date_words(fact->on),
									id_words(fact->id), need_level_name(fact->to));
				if (fact->to == NEED_LEVEL_UNIVERSAL && supporting > 0)
					refuse_past_support(rel, child_id, fact->on, fact->id);
				level = fact->to;
				break;
		}
		if (level != from)
			add_change(&changes, (LevelChange) {
				from, level, fact->event, fact->episode_id, fact->on, changes.count + 1
			});
	}
	return changes;
}

/* ---------------------------------------------------------------------
 * Writing it
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery forget_query = {
	"delete from @level_change where child_id == $1 and change_number > $2",
	2, {INT8OID, INT4OID}
};

static const PartnershipQuery write_query = {
	"insert into @level_change (child_id, change_number, level_from, level_to, event, episode_id, changed_on)"
	" values ($1, $2, $3::early_help.need_level, $4::early_help.need_level,"
	" $5::early_help.continuum_event, $6, $7)",
	7, {INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, INT8OID, DATEOID}
};

static bool
is_same(const LevelChange *one, const LevelChange *other)
{
	return one->from == other->from && one->to == other->to && one->episode_id == other->episode_id &&
		one->on == other->on && one->number == other->number && one->event && strcmp(one->event, other->event) == 0;
}

void
write_level_change(Relation rel, int64 child_id, const LevelChange *change)
{
	Datum		values[] = {
		Int64GetDatum(child_id),
		Int32GetDatum(change->number),
		CStringGetTextDatum(need_level_name(change->from)),
		CStringGetTextDatum(need_level_name(change->to)),
		CStringGetTextDatum(change->event),
		Int64GetDatum(change->episode_id),
		DateADTGetDatum(change->on)
	};
	char		nulls[] = {' ', ' ', ' ', ' ', ' ', change->episode_id == NO_ID ? 'n' : ' ', ' '};

	write_by_rules(rel, &write_query, values, nulls);
}

/* The child's changes follow from what is recorded of it now, in the order of the days. */
void
settle_levels(Relation rel, int64 child_id)
{
	LevelChanges recorded;
	LevelChanges changes;
	Facts		facts;
	int			kept = 0;

	(void) advance_command_id();
	recorded = recorded_changes(rel, child_id);
	facts = facts_of(rel, child_id, &recorded);
	changes = changes_by_day(rel, child_id, &facts);
	while (kept < recorded.count && kept < changes.count &&
		   is_same(&recorded.change[kept], &changes.change[kept]))
		kept++;
	if (kept < recorded.count)
	{
		Datum		values[] = {Int64GetDatum(child_id), Int32GetDatum(kept)};

		write_by_rules(rel, &forget_query, values, NULL);
	}
	for (int i = kept; i < changes.count; i++)
	{
		write_level_change(rel, child_id, &changes.change[i]);
	}
}
