/*-------------------------------------------------------------------------
 *
 * plan.h
 *		What the rules of outcomes and reviews read of a plan.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_PLAN_H
#define EARLY_HELP_PLAN_H

#include "fmgr.h"
#include "utils/date.h"
#include "utils/rel.h"

#define PLAN_KIND_INTERVENTION "intervention"
#define REVIEW_DAYS_DEFAULT 56	/* eight weeks, the last day R02 allows */

typedef struct SupportPlan
{
	int64		id;
	char		kind[NAMEDATALEN];
	DateADT		started_on;
	DateADT		review_counts_from;
	DateADT		review_due_on;
	DateADT		ended_on;		/* DATEVAL_NOEND: running */
	bool		cut_short;		/* ended with its episode or the family's consent */
	int64		episode_id;
	DateADT		episode_closed_on;	/* DATEVAL_NOEND: open, as of a plan that runs */
	bool		episode_reopened;
} SupportPlan;

extern bool lock_plan(Relation rel, int64 plan_id, SupportPlan *plan);
extern const SupportPlan *lock_plan_of_row(FunctionCallInfo fcinfo, Relation rel, int64 plan_id);
extern bool read_plan(Relation rel, int64 plan_id, SupportPlan *plan);
extern void refuse_in_gap_of_plan(Relation rel, const SupportPlan *plan, const char *what, DateADT on);
extern void refuse_before_start(Relation rel, const SupportPlan *plan, DateADT agreed_on);
extern DateADT default_review_due(Relation rel, const char *kind, DateADT from);

#endif
