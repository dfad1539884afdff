/*-------------------------------------------------------------------------
 *
 * server_words.h
 *		The server's own errors about records, said in the rules' words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_SERVER_WORDS_H
#define EARLY_HELP_SERVER_WORDS_H

#include "utils/date.h"
#include "utils/relcache.h"

extern void install_server_words(void);
extern void await_server_error(Relation rel);
extern void await_unknown_code(const char *constraint, const char *code,
							   const char *detail, const char *hint);
extern void await_impossible_day(DateADT day);

#endif
