/*-------------------------------------------------------------------------
 *
 * reopening.h
 *		The closures that an episode was reopened after.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_REOPENING_H
#define EARLY_HELP_REOPENING_H

#include "base/record.h"

extern void keep_closure(const RecordChange *change);
extern void redate_kept_closure(const RecordChange *change);

#endif
