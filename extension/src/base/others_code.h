/*-------------------------------------------------------------------------
 *
 * others_code.h
 *		Whether a write to a table runs code that somebody wrote in SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_OTHERS_CODE_H
#define EARLY_HELP_OTHERS_CODE_H

extern bool write_runs_others_code(Oid table);

#endif
