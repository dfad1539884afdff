/*-------------------------------------------------------------------------
 *
 * dated_while_closed.h
 *		Nothing in an episode is dated after its closure, nor between a closure
 *		and the reopening after it (R14).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_DATED_WHILE_CLOSED_H
#define EARLY_HELP_DATED_WHILE_CLOSED_H

#include "base/record.h"
#include "utils/date.h"

extern void check_nothing_after_closure(const RecordChange *change);
extern void check_nothing_in_gap(const RecordChange *change, DateADT closed_on);

#endif
