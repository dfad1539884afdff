/*-------------------------------------------------------------------------
 *
 * rule.h
 *		The one catalogue of rules: every error of early help comes from it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_RULE_H
#define EARLY_HELP_RULE_H

#include "utils/relcache.h"

#include "base/compat.h"

/* Places in the catalogue; a rule's number is in its row (rule.c). */
typedef enum RuleName
{
	RULE_FIVE_OUTCOMES,			/* R01 */
	RULE_REVIEW_DUE,			/* R02 */
	RULE_COMPLETED_BY_REVIEW,	/* R03 */
	RULE_NOT_AFTER_DUE_REVIEW,	/* R04 */
	RULE_FOUR_DOMAINS,			/* R05 */
	RULE_ONE_EPISODE,			/* R06 */
	RULE_LEAD_PRACTITIONER,		/* R07 */
	RULE_CONSENT,				/* R08 */
	RULE_CONVERSATION_FIRST,	/* R09 */
	RULE_STEP_UP,				/* R10 */
	RULE_LEVELS,				/* R11 */
	RULE_STEP_ONCE,				/* R12 */
	RULE_STEP_DOWN_RECEIVED,	/* R13 */
	RULE_CLOSURE,				/* R14 */
	RULE_BIRTH,					/* R15 */
	RULE_ATTACHED_CONTACT,		/* R16 */
	RULE_FEEDBACK,				/* R17 */
	RULE_CASE_AUDIT,			/* R18 */
	RULE_ACHIEVED_AGREED,		/* R19 */
	RULE_CODE_VALID,			/* R20 */
	RULE_HISTORY,				/* R21 */
	RULE_MEMBERSHIP,			/* R22 */
	RULE_EVENT_NOT_POSSIBLE,	/* S01 */
	RULE_RECORD_STAYS,			/* S02 */
	RULE_WRITTEN_BY_RULES,		/* S03 */
	RULE_NO_TRUNCATE,			/* S04 */
	RULE_NO_SUCH_RECORD,		/* S05 */
	RULE_CORRECTION,			/* S06 */
	RULE_RECORDED_ONCE,			/* S07 */
	RULE_DAYS_IN_ORDER,			/* S08 */
	RULE_CODE_OF_THE_LIST,		/* S09 */
	RULE_OTHERS_REST_ON_IT,		/* S10 */
	RULE_RECORD_WHOLE,			/* S11 */
	RULE_MERGE,					/* M01 */
	RULE_PARTNERSHIP_NAME,		/* P01 */
	RULE_PARTNERSHIP_EXISTS,	/* P02 */
	RULE_NO_SUCH_PARTNERSHIP,	/* P03 */
	RULE_PARTNERSHIP_IN_THE_WAY,	/* P04 */
	RULE_PARTNERSHIP_NEEDED,	/* P05 */
	RULE_SCHEMA_IS_SHARDED,		/* P06 */
	RULE_TRAINING_MARK,			/* P07 */
	RULE_SAMPLE_IS_TRAINING,	/* P08 */
	RULE_REFRESH_ISOLATION,		/* K01 */
	RULE_REFRESH_OWNER,			/* K02 */
	RULE_WRITTEN_BY_ENGINE,		/* K03 */
	RULE_CELLS_EQUAL_RECORDS,	/* K04 */
	RULE_PUBLISHED_STAYS,		/* F01 */
	RULE_PUBLISHED_PERIOD,		/* F02 */
	RULE_PUBLISHED_WHEN_OVER,	/* F03 */
	RULE_IMPORT_MISSING,		/* I01 */
	RULE_IMPORT_NOT_A_DATE,		/* I02 */
	RULE_IMPORT_UNKNOWN_CODE,	/* I03 */
	RULE_IMPORT_UNKNOWN_DECISION,	/* I04 */
	RULE_IMPORT_TWICE,			/* I05 */
	RULE_IMPORT_IN_USE,			/* I06 */
	RULE_IMPORT_TOO_LONG,		/* I07 */
	RULE_AUDIT_REFERENCE,		/* A01 */
	RULE_AUDIT_GUARD,			/* A02 */
	RULE_AUDIT_OWNER,			/* A03 */
	RULE_AUDIT_VERSION,			/* A04 */
	RULE_QUERY_LIFE,			/* Q01; no query is ever raised, the audit lists it */
	RULE_QUERY_AGE,				/* Q02 */
	RULE_QUERY_DAY,				/* Q03 */
	RULE_QUERY_LEAD,			/* Q04 */
	RULE_QUERY_AGREED,			/* Q05 */
	RULE_QUERY_WITHDRAWN		/* Q06 */
} RuleName;

typedef struct Rule
{
	const char *number;			/* R01 ... */
	const char *name;			/* for people who look it up */
	const char *sqlstate;		/* class YH */
	const char *sentence;		/* the rule, and the error's message */
	const char *hint;			/* what to do */
} Rule;

/* A constraint that holds a rule, or a part of one, by structure. */
typedef struct RuleConstraint
{
	const char *constraint;
	RuleName	rule;
	const char *words;			/* what exactly it asks: the error's detail */
} RuleConstraint;

extern const Rule *rule(RuleName name);
extern int	rule_count(void);
extern const RuleConstraint *rule_constraint(const char *constraint);
extern const char *rule_constraint_hint(const RuleConstraint *held);
extern Datum constraints_of_rule(RuleName rule);

/*
 * Raises the rule's error. The detail is a format whose values are ids, dates
 * and codes (id_words(), date_words()), never names or narrative; NULL for none.
 */
pg_noreturn extern void rule_error(RuleName name, Relation rel, const char *constraint,
								   const char *detail,...) printf_format(4, 5);

/* The same, with a hint that fits the case better than the rule's own; NULL for the rule's own. */
pg_noreturn extern void rule_error_hint(RuleName name, Relation rel, const char *constraint,
										const char *hint, const char *detail,...) printf_format(5, 6);

/* The same, with a detail that is made already, however long. */
pg_noreturn extern void rule_error_words(RuleName name, Relation rel, const char *constraint,
										 const char *detail, const char *hint);

#endif
