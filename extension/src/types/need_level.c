/*-------------------------------------------------------------------------
 *
 * need_level.c
 *		The type need_level: where a child stands on the continuum of need.
 *
 * Medway Early Help Strategy 2021-24, section 6.  How such a type reads, writes
 * and compares is the business of one_byte_type.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "types/need_level.h"

static const OneByteValue need_levels[] = {
	[NEED_LEVEL_UNIVERSAL - 1] =
	{"universal", "Universal: no additional needs"},
	[NEED_LEVEL_EARLY_HELP - 1] =
	{"early_help", "Early Help: additional needs"},
	[NEED_LEVEL_SOCIAL_CARE - 1] =
	{"social_care", "Social Care: complex or multiple needs, or in need of protection"},
};

StaticAssertDecl(lengthof(need_levels) == NEED_LEVEL_COUNT,
				 "every level has its words");

static const OneByteType need_level_type = {
	.name = "need_level",
	.meaning = "a level of the continuum of need",
	.word = "level",
	.count = lengthof(need_levels),
	.values = need_levels
};

/*
 * The text form of a level, for messages; constant, not to be freed.  A byte
 * from a table that somebody else made can be any number.
 */
const char *
need_level_name(NeedLevel level)
{
	return level >= 1 && level <= NEED_LEVEL_COUNT ? need_levels[level - 1].name : "unknown";
}

ONE_BYTE_TYPE_FUNCTIONS(need_level)
