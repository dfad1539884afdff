/*-------------------------------------------------------------------------
 *
 * step_mended.h
 *		A step whose decision was recorded on a wrong day, or wrongly at all.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_STEP_MENDED_H
#define EARLY_HELP_STEP_MENDED_H

#include "base/record.h"

extern bool decision_is_mended(const RecordChange *change);
extern void mend_decision(const RecordChange *change);

#endif
