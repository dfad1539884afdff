/*-------------------------------------------------------------------------
 *
 * early_help.c
 *		The library's magic block.
 *
 * Each other file is named for its idea: rule.c has the catalogue of rules,
 * continuum.c the continuum of need, and the trigger functions are in the file
 * of the record they keep.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;
