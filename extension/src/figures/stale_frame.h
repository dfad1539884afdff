/*-------------------------------------------------------------------------
 *
 * stale_frame.h
 *		What the current transaction has marked in the log of stale months.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_STALE_FRAME_H
#define EARLY_HELP_STALE_FRAME_H

#include "utils/rel.h"

#include "figures/month.h"

/* A frame remembers so many of the last marks of parts. */
#define LAST_PARTS 16

/* open_from in a frame without an open mark: after every month. */
#define NO_OPEN_MARK ALL_MONTHS

typedef struct PartMark
{
	int64		part;
	int			first;
	int			last;
} PartMark;

/*
 * What one (sub)transaction and those around it have logged for one trigger.
 * stale_frame.c says when it begins and ends.
 */
typedef struct Frame
{
	struct Frame *outer;
	SubTransactionId subid;		/* whose frame it is */
	int			open_from;		/* the first month of the open marks */
	MonthSet	months;			/* those of the marks of events */
	int			parts;			/* number of marks of parts */
	PartMark	last_parts[LAST_PARTS]; /* number n is in place n % LAST_PARTS */
} Frame;

extern const Frame *logged_so_far(Relation rel, Oid trigger);
extern Frame *frame_to_change(Oid log, Oid trigger);

extern bool has_part(const Frame *frame, PartMark mark);
extern void add_part(Frame *frame, PartMark mark);

#endif
