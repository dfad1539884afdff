/*-------------------------------------------------------------------------
 *
 * family.h
 *		A family's lock, and who belongs to it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_FAMILY_H
#define EARLY_HELP_FAMILY_H

#include "utils/rel.h"

extern void lock_family(Relation rel, int64 family_id);
extern void require_member(Relation rel, int64 family_id, int64 child_id);
extern void require_own_membership(Relation rel, int64 child_id);
extern void require_adult(Relation rel, int64 family_id, int64 adult_id);
extern void refuse_other_family(Relation rel, const char *what, int64 id,
								int64 its_family, int64 family_id);

#endif
