/*-------------------------------------------------------------------------
 *
 * mark_trigger.h
 *		What all triggers that mark stale months have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_MARK_TRIGGER_H
#define EARLY_HELP_MARK_TRIGGER_H

#include "base/record.h"

/* Marks what a row bears on, as it was before a change or as it is after. */
typedef void (*MarkRow) (const Record *row, Trigger *trigger, int reach);

/* A trigger function, and the arguments it takes in CREATE TRIGGER. */
typedef struct MarkFunction
{
	const char *name;
	const char *arguments;		/* in words, for an error's hint */
	int			least;			/* it takes so many arguments, */
	int			group;			/* and more of them in groups of so many; 0: no more */
	int			more;			/* and, at the end, so many; 0: none */
	bool		reaches;		/* is the second argument its months of reach? */
	MarkRow		mark;
} MarkFunction;

extern Datum mark_before_and_after(FunctionCallInfo fcinfo, const MarkFunction *function);
extern Datum mark_newest(FunctionCallInfo fcinfo, const MarkFunction *function);

extern bool get_key(const Record *row, const char *column, int64 *key);
extern bool get_month(const Record *row, const char *column, int *month);

#endif
