/*-------------------------------------------------------------------------
 *
 * early_help.c
 *		The library's magic block, and what is done when it is loaded.
 *
 * Each other file is named for its idea: rule.c has the catalogue of rules,
 * continuum.c the continuum of need, and the trigger functions are in the file
 * of the record they keep.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "base/server_words.h"

PG_MODULE_MAGIC;

/* fmgr.h declares it since PostgreSQL 16 only. */
extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	install_server_words();
}
