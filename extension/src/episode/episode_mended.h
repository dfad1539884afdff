/*-------------------------------------------------------------------------
 *
 * episode_mended.h
 *		An allocation that was a mistake, and a reopening on a wrong day.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_EPISODE_MENDED_H
#define EARLY_HELP_EPISODE_MENDED_H

#include "base/record.h"

extern bool allocation_is_undone(const RecordChange *change);
extern void take_back_allocation(RecordChange *change);
extern void forget_allocation(const RecordChange *change);
extern bool reopening_is_mended(const RecordChange *change);
extern void check_reopened_later(const RecordChange *change);
extern void redate_reopening(const RecordChange *change);

#endif
