/*-------------------------------------------------------------------------
 *
 * closure.h
 *		Closing an episode: whom it waits for, and why it closed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_CLOSURE_H
#define EARLY_HELP_CLOSURE_H

#include "base/record.h"

extern bool is_open_assessment(const Record *row);
extern void let_others_go_first(const Record *episode);
extern void lock_plans(const Record *episode);
extern void check_closure_reason(const RecordChange *change);

#endif
