/*-------------------------------------------------------------------------
 *
 * stale_frame.c
 *		What the current transaction has marked in the log of stale months.
 *
 * A transaction that changes a million rows of a month needs one log row for
 * them.  So it remembers what it has logged, in one Marker per log and trigger
 * and one Frame per subtransaction that has logged something:
 *
 *	  markers -> Marker (log, trigger) -> Marker -> ...
 *					|
 *					innermost
 *					v
 *				 Frame of savepoint b -> Frame of savepoint a -> Frame of the transaction
 *
 * A frame begins as a copy of the one around it, so the innermost frame alone
 * says what is logged.  ROLLBACK TO takes log rows back: the frame goes with
 * them, and the one around it counts again.  When a subtransaction commits, its
 * frame takes the place of the one of its parent.  So a savepoint per row costs
 * one copy each, however many there were before.
 *
 * A mark of an event makes another one superfluous if it covers the same months:
 * all marks of a trigger reach equally far, so it also names an event before
 * the other's and one after it.  An open mark, which has no event, makes only
 * later open marks superfluous.
 *
 * Of the marks of parts only the last few are remembered.  A transaction that
 * writes the same one twice, with others between, logs it twice.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "figures/stale_frame.h"
#include "figures/stale_months.h"

/* A trigger that has logged months for its source, and the log. */
typedef struct Marker
{
	struct Marker *next;
	Oid			log;
	Oid			trigger;
	Frame	   *innermost;		/* NULL if all was rolled back */
} Marker;

/*
 * Both live from the first mark of a top-level transaction to its end: the
 * context is a child of TopTransactionContext.  As long as a log has rows of
 * this transaction, the transaction holds the lock that it wrote them under, so
 * the log keeps its name and schema.
 */
static Marker *markers = NULL;
static MemoryContext marker_context = NULL;

/* ---------------------------------------------------------------------
 * Ends of transactions
 * ---------------------------------------------------------------------
 */

static void
at_xact_end(XactEvent event, void *arg)
{
	(void) arg;
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
		case XACT_EVENT_PREPARE:
			markers = NULL;
			marker_context = NULL;
			break;
		default:
			break;
	}
}

static void
drop_frame(Marker *marker)
{
	Frame	   *frame = marker->innermost;

	marker->innermost = frame->outer;
	pfree(frame);
}

static void
give_frame_to(SubTransactionId parent, Frame *frame)
{
	Frame	   *outer = frame->outer;

	frame->subid = parent;
	if (outer != NULL && outer->subid == parent)
	{
		frame->outer = outer->outer;
		pfree(outer);
	}
}

static void
at_subxact_end(SubXactEvent event, SubTransactionId subid,
			   SubTransactionId parent, void *arg)
{
	(void) arg;
	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	for (Marker *marker = markers; marker != NULL; marker = marker->next)
	{
		if (marker->innermost == NULL || marker->innermost->subid != subid)
			continue;
		if (event == SUBXACT_EVENT_ABORT_SUB)
			drop_frame(marker);
		else
			give_frame_to(parent, marker->innermost);
	}
}

/* ---------------------------------------------------------------------
 * Frames
 * ---------------------------------------------------------------------
 */

static Marker *
find_marker(Oid log, Oid trigger)
{
	Marker	   *marker = markers;

	while (marker != NULL && (marker->trigger != trigger || marker->log != log))
		marker = marker->next;
	return marker;
}

static Marker *
add_marker(Oid log, Oid trigger)
{
	static bool registered = false; /* once a backend */
	Marker	   *marker;

	if (!registered)
	{
		RegisterXactCallback(at_xact_end, NULL);
		RegisterSubXactCallback(at_subxact_end, NULL);
		registered = true;
	}
	if (marker_context == NULL)
		marker_context = AllocSetContextCreate(TopTransactionContext, "early_help stale marks", ALLOCSET_DEFAULT_SIZES);
	marker = MemoryContextAllocZero(marker_context, sizeof(Marker));
	marker->log = log;
	marker->trigger = trigger;
	marker->next = markers;
	markers = marker;
	return marker;
}

static Frame *
add_frame(Marker *marker, SubTransactionId subid)
{
	Frame	   *frame = MemoryContextAllocZero(marker_context, sizeof(Frame));

	if (marker->innermost != NULL)
		*frame = *marker->innermost;
	else
		frame->open_from = NO_OPEN_MARK;
	frame->outer = marker->innermost;
	frame->subid = subid;
	marker->innermost = frame;
	return frame;
}

/* What this transaction has logged for a trigger of a table; NULL if nothing. */
const Frame *
logged_so_far(Relation rel, Oid trigger)
{
	Marker	   *marker;

	if (markers == NULL)
		return NULL;
	marker = find_marker(get_relname_relid(LOG_TABLE, RelationGetNamespace(rel)), trigger);
	return marker != NULL ? marker->innermost : NULL;
}

/* The frame of the current subtransaction, for what it has just logged. */
Frame *
frame_to_change(Oid log, Oid trigger)
{
	SubTransactionId subid = GetCurrentSubTransactionId();
	Marker	   *marker = find_marker(log, trigger);

	if (marker == NULL)
		marker = add_marker(log, trigger);
	if (marker->innermost != NULL && marker->innermost->subid == subid)
		return marker->innermost;
	return add_frame(marker, subid);
}

/* Is this mark among the last ones? */
bool
has_part(const Frame *frame, PartMark mark)
{
	for (int i = 0; i < Min(frame->parts, LAST_PARTS); i++)
		if (frame->last_parts[i].part == mark.part &&
			frame->last_parts[i].first == mark.first &&
			frame->last_parts[i].last == mark.last)
			return true;
	return false;
}

void
add_part(Frame *frame, PartMark mark)
{
	frame->last_parts[frame->parts++ % LAST_PARTS] = mark;
}

PG_FUNCTION_INFO_V1(early_help_forget_stale_marks);

/*
 * forget_stale_marks(): a refresh deletes log rows, so what this transaction
 * has logged makes no later mark superfluous any more.
 */
Datum
early_help_forget_stale_marks(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	markers = NULL;
	if (marker_context != NULL)
		MemoryContextReset(marker_context);
	PG_RETURN_VOID();
}
