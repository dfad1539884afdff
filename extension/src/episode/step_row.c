/*-------------------------------------------------------------------------
 *
 * step_row.c
 *		Which way a step leads, and the events that it makes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "episode/step_row.h"

bool
is_step_up(const Record *step)
{
	return level_of(step, "to_level") == NEED_LEVEL_SOCIAL_CARE;
}

ContinuumEvent
offer_event(const Record *step)
{
	return is_step_up(step) ? EVENT_OFFER_STEP_UP : EVENT_OFFER_STEP_DOWN;
}

/* Of a step that is decided. */
ContinuumEvent
decision_event(const Record *step)
{
	if (text_is(step, "outcome", "accepted"))
		return is_step_up(step) ? EVENT_ACCEPT_STEP_UP : EVENT_ACCEPT_STEP_DOWN;
	return text_is(step, "outcome", "declined") ? EVENT_DECLINE_STEP : EVENT_WITHDRAW;
}
