/*-------------------------------------------------------------------------
 *
 * step_beside.h
 *		A child has one open step on every day (R12).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_STEP_BESIDE_H
#define EARLY_HELP_STEP_BESIDE_H

#include "base/record.h"

extern void check_one_open(const RecordChange *change);

#endif
