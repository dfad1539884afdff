/*-------------------------------------------------------------------------
 *
 * engine_table.h
 *		Tables of a partnership's figures, such as the log of stale months.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_ENGINE_TABLE_H
#define EARLY_HELP_ENGINE_TABLE_H

#include "storage/lockdefs.h"
#include "utils/rel.h"

extern Relation open_engine_table(Oid table, const char *name, LOCKMODE mode);
extern Relation open_engine_table_in(Oid schema, const char *name, LOCKMODE mode);
extern int	engine_column(Relation rel, const char *name, Oid type);

#endif
