/*-------------------------------------------------------------------------
 *
 * moved.h
 *		An EHA or plan that was recorded for the wrong family.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_MOVED_H
#define EARLY_HELP_MOVED_H

#include "base/record.h"

extern bool is_moved(const RecordChange *change);
extern void forget_end(RecordChange *change);
extern void check_plan_moves(const RecordChange *change);
extern void check_assessment_moves(const RecordChange *change);

#endif
