/*-------------------------------------------------------------------------
 *
 * early_help.c
 *		The library's magic block.
 *
 * The rules stand in files of their own, each named for its idea: rule.c is
 * the catalogue of rules, continuum.c the continuum of need, and the trigger
 * functions stand in the file of the record they keep.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;
