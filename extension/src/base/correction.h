/*-------------------------------------------------------------------------
 *
 * correction.h
 *		Is what is written a mistake that is mended?
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_CORRECTION_H
#define EARLY_HELP_CORRECTION_H

#include "utils/rel.h"

extern bool is_mended(Relation rel, int64 id);
extern bool is_sibling_mended(Relation rel, const char *table, int64 id);

#endif
