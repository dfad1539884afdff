/*-------------------------------------------------------------------------
 *
 * rule.c
 *		The catalogue of rules, and the errors made from it.
 *
 * Nothing else in the project spells a rule's SQLSTATE or sentence: errors,
 * early_help.rules(), the documentation and the import's reasons all read
 * this table, and that of the constraints (rule_constraint.c). Both are constant
 * and live as long as the library.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <stdarg.h>

#include "mb/pg_wchar.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/rule.h"

static const Rule rules[] = {
	[RULE_FIVE_OUTCOMES] = {
		"R01", "at most five outcomes", "YH001",
		"an intervention plan has at most five live outcomes",
		"Withdraw an outcome that no longer stands first; further needs are recorded in an EHA."
	},
	[RULE_REVIEW_DUE] = {
		"R02", "review in six to eight weeks", "YH002",
		"an intervention plan's review is due 42 to 56 days after it starts or is extended, and every plan "
		"has its next review set",
		"Give a review date in that window, or leave it out: the last day of the window is then set."
	},
	[RULE_COMPLETED_BY_REVIEW] = {
		"R03", "completed through a review", "YH003",
		"a plan is completed only through a held review; otherwise it ends only with its episode or with withdrawn consent",
		"Record the review with hold_review, deciding complete or extend."
	},
	[RULE_NOT_AFTER_DUE_REVIEW] = {
		"R04", "nothing new while a review is overdue", "YH004",
		"no outcome or action is agreed on a day after the plan's review was due unless a review was held",
		"Hold the review first and extend the plan, then agree the outcome."
	},
	[RULE_FOUR_DOMAINS] = {
		"R05", "four domains", "YH005",
		"an EHA is complete only when all four domains are assessed, and a completed EHA does not change",
		"Assess the missing domains with assess_domain; correct a completed EHA by a new version (corrects_assessment_id)."
	},
	[RULE_ONE_EPISODE] = {
		"R06", "one episode at a time", "YH006",
		"a family has at most one open episode, and its episodes never overlap",
		"Attach the contact to the open episode, or close that one first."
	},
	[RULE_LEAD_PRACTITIONER] = {
		"R07", "a lead practitioner on every day", "YH007",
		"from allocation to closure an episode has exactly one lead practitioner on every day",
		"Add a row to lead_practitioner for the day the next one begins; the first one allocates the episode."
	},
	[RULE_CONSENT] = {
		"R08", "consent to take part", "YH008",
		"no EHA, plan or step up without the family's consent; withdrawal ends EHA and plan",
		"Record who gave consent and when (table consent); a step up without consent needs consent_override_reason."
	},
	[RULE_CONVERSATION_FIRST] = {
		"R09", "conversation first", "YH009",
		"a conversation with the family is recorded before support starts",
		"Record the conversation (table conversation) first."
	},
	[RULE_STEP_UP] = {
		"R10", "what a step up needs", "YH010",
		"a step up names its basis, its reason and a consultation before it, and carries the EHA or says why there is none",
		"Give basis, reason, consulted_role and consulted_on (section_47 may go first), and assessment_id or "
		"no_assessment_reason."
	},
	[RULE_LEVELS] = {
		"R11", "along the continuum", "YH011",
		"a child's level changes only along the continuum's edges, by an accepted step, an opening or a closure",
		"Look at the child's rows in level_change, and record first what is missing before this."
	},
	[RULE_STEP_ONCE] = {
		"R12", "offered, then decided once", "YH012",
		"a step belongs to a child and is offered, then accepted, declined or withdrawn, once",
		"Decide the open step, or offer a new one after it was decided."
	},
	[RULE_STEP_DOWN_RECEIVED] = {
		"R13", "a step down is received", "YH013",
		"accepting a step down needs the receiving agency, a lead practitioner and a review date",
		"Give receiving_agency_id, receiving_practitioner_id and first_review_on with the acceptance."
	},
	[RULE_CLOSURE] = {
		"R14", "nothing after closure", "YH014",
		"an episode has a closure date if and only if it has a reason, nothing is dated after it, and the "
		"family's agreement is dated or explained",
		"Correct the date, or reopen the episode with reopened_on and reopen_reason."
	},
	[RULE_BIRTH] = {
		"R15", "born or expected", "YH015",
		"a child has a birth date or an expected one, not both, and is referred at most 280 days before "
		"birth and not after death",
		"Replace the expected birth date when the child is born; check the referral's date."
	},
	[RULE_ATTACHED_CONTACT] = {
		"R16", "contacts of an open episode", "YH016",
		"while a family has an open episode a further contact is attached to it and not referred again",
		"Set attached_episode_id and another decision."
	},
	[RULE_FEEDBACK] = {
		"R17", "feedback", "YH017",
		"feedback belongs to an episode or a group and answers at least one question",
		"Answer a question, and name the episode or group."
	},
	[RULE_CASE_AUDIT] = {
		"R18", "case audit", "YH018",
		"a case audit has an auditor from another agency than the lead's, one of the four grades, and an "
		"owner and a due date for each action",
		"Name somebody from another agency as auditor_practitioner_id, or add them to case_audit_auditor in the same "
		"transaction."
	},
	[RULE_ACHIEVED_AGREED] = {
		"R19", "achieved when the family agrees", "YH019",
		"an outcome is achieved only with the day on which the family agreed that it was",
		"Give the day the family agreed as achieved_on."
	},
	[RULE_CODE_VALID] = {
		"R20", "codes valid on the day", "YH020",
		"a code is valid on the date of its event, where its list says so",
		"Use a code that was valid on that day."
	},
	[RULE_HISTORY] = {
		"R21", "append-only history", "YH021",
		"history is append-only, and a change to it can be shown",
		"Leave history as it is."
	},
	[RULE_MEMBERSHIP] = {
		"R22", "memberships do not overlap", "YH022",
		"a child's memberships of a family are half-open periods that do not overlap",
		"End the earlier membership on the day the next begins, or before."
	},
	[RULE_EVENT_NOT_POSSIBLE] = {
		"S01", "event not possible in this state", "YHS01",
		"this cannot happen to an episode in its present state",
		"early_help.transitions() lists what can."
	},
	[RULE_RECORD_STAYS] = {
		"S02", "what a record belongs to stays", "YHS02",
		"a record stays with what it was made for, and names only what belongs to its own family",
		"Record it anew where it belongs, and remove or close the wrong one."
	},
	[RULE_WRITTEN_BY_RULES] = {
		"S03", "written by the rules alone", "YHS03",
		"states, events and level changes are written by the rules alone",
		"Record what happened (a plan, a review, a step, a closure); the event follows from it."
	},
	[RULE_NO_TRUNCATE] = {
		"S04", "records are not truncated", "YHS04",
		"case records are not truncated",
		"Use DELETE, which the rules and the figures see; to be rid of a whole partnership use early_help.drop_partnership."
	},
	[RULE_NO_SUCH_RECORD] = {
		"S05", "no such record", "YHS05",
		"there is no record of this id",
		"Check the id in the detail: this partnership has no record with it."
	},
	[RULE_CORRECTION] = {
		"S06", "a mistake is mended with its reason", "YHS06",
		"a correction says what was wrong and why, and stays",
		"Say in reason what was wrong. What the record says already is not corrected. "
		"A correction that was wrong itself is followed by another one."
	},
	[RULE_RECORDED_ONCE] = {
		"S07", "recorded once", "YHS07",
		"this was recorded already",
		"Look for the row that has the key in the detail, and change that one; or give another key."
	},
	[RULE_DAYS_IN_ORDER] = {
		"S08", "days possible and in order", "YHS08",
		"the days of a record are possible and in the order in which things happen",
		"Check the days named in the detail, the year first."
	},
	[RULE_CODE_OF_THE_LIST] = {
		"S09", "a code of the list", "YHS09",
		"a code is one of its list",
		"Use a code of the list, or have its owner add a local code to it."
	},
	[RULE_OTHERS_REST_ON_IT] = {
		"S10", "others rest on it", "YHS10",
		"a record that others refer to stays as they refer to it",
		"Correct or remove what refers to it first. End the record by a day instead of deleting it, where it has one."
	},
	[RULE_RECORD_WHOLE] = {
		"S11", "a record is whole", "YHS11",
		"what belongs together in a record is given together, and its numbers are possible",
		"Give what the detail asks for."
	},
	[RULE_MERGE] = {
		"M01", "merging duplicates", "YHM01",
		"a merged child is the child that is kept: nothing is open or written anew for it, and merges form no circle",
		"Close or undo what is open for the duplicate first, or merge the other way round."
	},
	[RULE_PARTNERSHIP_NAME] = {
		"P01", "partnership name", "YHP01",
		"this name cannot be a partnership's",
		"Use 1 to 40 bytes, no space at either end, not beginning with pg_ and not ending in _kpi."
	},
	[RULE_PARTNERSHIP_EXISTS] = {
		"P02", "name taken", "YHP02",
		"a schema of this name exists already",
		"Choose another name; early_help.partnerships() lists the partnerships there are."
	},
	[RULE_NO_SUCH_PARTNERSHIP] = {
		"P03", "no such partnership", "YHP03",
		"there is no partnership of this name",
		"early_help.partnerships() lists the partnerships there are."
	},
	[RULE_PARTNERSHIP_IN_THE_WAY] = {
		"P04", "a partnership needs it", "YHP04",
		"it cannot be dropped while a partnership needs it",
		"Drop the partnerships first, with early_help.drop_partnership."
	},
	[RULE_PARTNERSHIP_NEEDED] = {
		"P05", "objects of others are dropped only on request", "YHP05",
		"objects that early_help did not make would be dropped with the partnership",
		"Drop them first, or call drop_partnership with cascade => true."
	},
	[RULE_SCHEMA_IS_SHARDED] = {
		"P06", "schemas are sharded", "YHP06",
		"a partnership cannot be made where Citus shards every new schema",
		"Set citus.enable_schema_based_sharding to off in this session, and keep the partnership's tables local."
	},
	[RULE_TRAINING_MARK] = {
		"P07", "the training mark stays", "YHP07",
		"whether a partnership is for training changes only while it holds no records of people",
		"Make another partnership with create_partnership, training => true or false, and keep real and made-up records apart."
	},
	[RULE_SAMPLE_IS_TRAINING] = {
		"P08", "made-up records are for training", "YHP08",
		"made-up records go only into a partnership that is marked training",
		"Make one for them: select early_help.create_partnership('name', training => true)."
	},
	[RULE_REFRESH_ISOLATION] = {
		"K01", "refresh needs its own transactions", "YHK01",
		"refresh_kpis commits month by month and needs READ COMMITTED outside a transaction block",
		"Call it by itself: CALL early_help.refresh_kpis('name')."
	},
	[RULE_REFRESH_OWNER] = {
		"K02", "refresh needs the owner", "YHK02",
		"only the owner of a partnership's records refreshes its figures",
		"Call it as that role, or as one of its members. Figures are right without a refresh, only slower to read."
	},
	[RULE_WRITTEN_BY_ENGINE] = {
		"K03", "written by the engine alone", "YHK03",
		"only early_help's own functions write cells, marks, cubes, publications, the record's version and structure_as_made",
		"Correct the records instead. Then call the function that writes this table: "
		"refresh_kpis, mark_stale, define_kpi_cube, publish_figures or upgrade_partnership."
	},
	[RULE_CELLS_EQUAL_RECORDS] = {
		"K04", "cells equal the records", "YHK04",
		"the cells of a month that is not stale equal what their cube counts in the records",
		"Mark the month with early_help.mark_stale, or every month with early_help.mark_all_stale. "
		"The figures are then right at once, and refresh_kpis computes the cells again."
	},
	[RULE_PUBLISHED_STAYS] = {
		"F01", "publications do not change", "YHF01",
		"what was published is neither changed nor deleted",
		"Publish the period again with publish_figures. That makes a new version of it."
	},
	[RULE_PUBLISHED_PERIOD] = {
		"F02", "period of a publication", "YHF02",
		"figures are published for a month, a quarter of the financial year or a financial year",
		"Write 2018-04, 2018/19 Q1 or 2018/19."
	},
	[RULE_PUBLISHED_WHEN_OVER] = {
		"F03", "published when it is over", "YHF03",
		"a period is published only after its last day",
		"Wait for its last day to pass, or publish a shorter period."
	},
	[RULE_IMPORT_MISSING] = {
		"I01", "value missing", "YHI01",
		"a required value is missing",
		"Fill it in and load the row again."
	},
	[RULE_IMPORT_NOT_A_DATE] = {
		"I02", "not a date", "YHI02",
		"a value is not a date",
		"Write dates as YYYY-MM-DD, from 1900 to 2100."
	},
	[RULE_IMPORT_UNKNOWN_CODE] = {
		"I03", "unknown code", "YHI03",
		"a code is not in the partnership's list",
		"Map it to a code of the list, or add a local code to the code table. The import never turns it into unknown."
	},
	[RULE_IMPORT_UNKNOWN_DECISION] = {
		"I04", "unknown decision", "YHI04",
		"a decision is not one of the five",
		"Use: no further action, information and advice, universal services, referral, social care."
	},
	[RULE_IMPORT_TWICE] = {
		"I05", "one reference, two contents", "YHI05",
		"one load gives a reference twice with different contents",
		"Send each reference once, with the contents that are right."
	},
	[RULE_IMPORT_IN_USE] = {
		"I06", "other records depend on it", "YHI06",
		"the correction would remove a record that other records depend on",
		"Undo what depends on it first, or correct it by hand."
	},
	[RULE_IMPORT_TOO_LONG] = {
		"I07", "too long", "YHI07",
		"a value is longer than the record takes",
		"References have up to 255 characters, wards and reasons up to 120; check that the columns are in the right order."
	},
	[RULE_AUDIT_REFERENCE] = {
		"A01", "no reference leads nowhere", "YHA01",
		"every reference leads to an existing record",
		"Bring back the record that is missing, or correct what refers to it."
	},
	[RULE_AUDIT_GUARD] = {
		"A02", "the tables are as made", "YHA02",
		"triggers, constraints, indexes and columns are as create_partnership made them",
		"Put back what is missing or changed. Use ALTER TABLE ... ENABLE ALWAYS TRIGGER for a trigger that was ALWAYS."
	},
	[RULE_AUDIT_OWNER] = {
		"A03", "one owner", "YHA03",
		"everything in a partnership's schemas belongs to the owner of its records",
		"ALTER ... OWNER TO the role that owns the schema."
	},
	[RULE_AUDIT_VERSION] = {
		"A04", "record and extension agree", "YHA04",
		"the record's tables have the version of the extension",
		"Upgrade the older one: ALTER EXTENSION early_help UPDATE, or early_help.upgrade_partnership."
	},
	[RULE_QUERY_LIFE] = {
		"Q01", "within a child's life", "YHQ01",
		"nothing is dated more than 280 days before a child's birth, or after its death or the end of the pregnancy",
		"Correct the day, or the child's dates. If both are right, say why with answer_query."
	},
	[RULE_QUERY_AGE] = {
		"Q02", "children and young people", "YHQ02",
		"early help is for children and young people, who are younger than 26",
		"Correct the day, or the birth date. If both are right, say why with answer_query."
	},
	[RULE_QUERY_DAY] = {
		"Q03", "days of this record", "YHQ03",
		"what happened has a day that has come and is not before the record begins",
		"Correct the day. If it is right, say why with answer_query; where records begin says record_begins_on of table "
		"partnership."
	},
	[RULE_QUERY_LEAD] = {
		"Q04", "a lead practitioner in post", "YHQ04",
		"a lead practitioner works in the partnership on the day on which their lead begins",
		"Correct the lead practitioner or from_on, or the practitioner's active_from and active_to. "
		"If they are right, say why with answer_query."
	},
	[RULE_QUERY_AGREED] = {
		"Q05", "agreed by the closure", "YHQ05",
		"the family agrees that support is no longer needed on the day of the closure or before it",
		"Correct closure_agreed_on, or the day of the closure. If both are right, say why with answer_query."
	},
	[RULE_QUERY_WITHDRAWN] = {
		"Q06", "closed because consent was withdrawn", "YHQ06",
		"an episode in which the family withdrew its consent closes as consent_withdrawn",
		"Correct closure_reason_code, or the withdrawal with correct_withdrawal. If both are right, say why with answer_query."
	},
};

const Rule *
rule(RuleName name)
{
	return &rules[name];
}

int
rule_count(void)
{
	return (int) lengthof(rules);
}

static int
sqlstate_of(const Rule *r)
{
	const char *s = r->sqlstate;

	return MAKE_SQLSTATE(s[0], s[1], s[2], s[3], s[4]);
}

/*
 * The statement and its context stay out of the server's log: a COPY line or
 * the literals of an INSERT are names and narrative.
 */
void
rule_error_words(RuleName name, Relation rel, const char *constraint,
				 const char *detail, const char *hint)
{
	const Rule *r = rule(name);

	ereport(ERROR,
			(errcode(sqlstate_of(r)),
			 errmsg("%s (%s)", r->sentence, r->number),
			 detail ? errdetail_internal("%s", detail) : 0,
			 errhint("%s", hint),
			 errhidestmt(true),
			 errhidecontext(true),
			 rel ? err_generic_string(PG_DIAG_SCHEMA_NAME,
									  get_namespace_name(RelationGetNamespace(rel))) : 0,
			 rel ? err_generic_string(PG_DIAG_TABLE_NAME, RelationGetRelationName(rel)) : 0,
			 constraint ? err_generic_string(PG_DIAG_CONSTRAINT_NAME, constraint) : 0));
	pg_unreachable();
}

static char *format_detail(const char *detail, va_list args) printf_format(1, 0);

static char *
format_detail(const char *detail, va_list args)
{
	char		words[1024];

	if (detail == NULL)
		return NULL;
	/* Ids, dates and codes fit. Longer words are cut at the end of a character. */
	vsnprintf(words, sizeof(words), detail, args);
	words[pg_mbcliplen(words, (int) strlen(words), sizeof(words) - 2)] = '\0';
	return pstrdup(words);
}

void
rule_error(RuleName name, Relation rel, const char *constraint,
		   const char *detail,...)
{
	va_list		args;
	char	   *words;

	va_start(args, detail);
	words = format_detail(detail, args);
	va_end(args);
	rule_error_words(name, rel, constraint, words, rule(name)->hint);
}

void
rule_error_hint(RuleName name, Relation rel, const char *constraint,
				const char *hint, const char *detail,...)
{
	va_list		args;
	char	   *words;

	va_start(args, detail);
	words = format_detail(detail, args);
	va_end(args);
	rule_error_words(name, rel, constraint, words, hint ? hint : rule(name)->hint);
}
