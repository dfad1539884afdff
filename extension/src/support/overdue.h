/*-------------------------------------------------------------------------
 *
 * overdue.h
 *		Nothing new is agreed while a review is overdue (R04).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_OVERDUE_H
#define EARLY_HELP_OVERDUE_H

#include "base/record.h"
#include "support/plan.h"

extern void refuse_while_overdue(Relation rel, const SupportPlan *plan, DateADT agreed_on,
								 const char *hint);
extern void refuse_due_before_agreed(const RecordChange *change);
extern void refuse_agreed_while_overdue(const Record *review);

#endif
