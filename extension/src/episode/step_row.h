/*-------------------------------------------------------------------------
 *
 * step_row.h
 *		Which way a step leads, and the events that it makes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_STEP_ROW_H
#define EARLY_HELP_STEP_ROW_H

#include "base/record.h"
#include "continuum/continuum.h"

extern bool is_step_up(const Record *step);
extern ContinuumEvent offer_event(const Record *step);
extern ContinuumEvent decision_event(const Record *step);

#endif
