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
#include "guard/lent_checks.h"

PG_MODULE_MAGIC;

/* The server calls it by this name, which fmgr.h declares since PostgreSQL 16 only. */
extern PGDLLEXPORT void _PG_init(void);	/* NOLINT */

void
_PG_init(void)
{
	install_server_words();
	install_lent_checks();
}
