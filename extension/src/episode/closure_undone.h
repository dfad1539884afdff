/*-------------------------------------------------------------------------
 *
 * closure_undone.h
 *		A closure that was a mistake is undone: it never happened.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_CLOSURE_UNDONE_H
#define EARLY_HELP_CLOSURE_UNDONE_H

#include "base/record.h"

extern bool closure_is_undone(const RecordChange *change);
extern void undo_closure(RecordChange *change);
extern void resume_what_ended(const RecordChange *change);

#endif
