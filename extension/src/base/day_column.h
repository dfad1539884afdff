/*-------------------------------------------------------------------------
 *
 * day_column.h
 *		Into which column does a statement write a day?
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_DAY_COLUMN_H
#define EARLY_HELP_DAY_COLUMN_H

#include "executor/execdesc.h"
#include "utils/date.h"

extern const char *column_of_day(const QueryDesc *query, DateADT day);

#endif
