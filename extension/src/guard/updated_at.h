/*-------------------------------------------------------------------------
 *
 * updated_at.h
 *		When a row was last written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_UPDATED_AT_H
#define EARLY_HELP_UPDATED_AT_H

#include "catalog/pg_attribute.h"

#include "base/record.h"

extern bool is_updated_at(Form_pg_attribute attr);
extern int	updated_at_column(TupleDesc desc);
extern void set_updated_at(RecordChange *change, int column);

#endif
