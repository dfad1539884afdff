/*-------------------------------------------------------------------------
 *
 * need_level.h
 *		The levels of the continuum of need, for C code.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_NEED_LEVEL_H
#define EARLY_HELP_NEED_LEVEL_H

#include "types/one_byte_type.h"

/* The numbers stand on disk and on the wire: never renumber */
typedef enum NeedLevel
{
	NEED_LEVEL_NONE = 0,		/* in C alone: null, or no level yet */
	NEED_LEVEL_UNIVERSAL = 1,
	NEED_LEVEL_EARLY_HELP = 2,
	NEED_LEVEL_SOCIAL_CARE = 3
} NeedLevel;

#define NEED_LEVEL_COUNT	3

extern const char *need_level_name(NeedLevel level);

#endif							/* EARLY_HELP_NEED_LEVEL_H */
