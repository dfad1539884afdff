/*-------------------------------------------------------------------------
 *
 * consent.h
 *		Consent to take part (R08).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_CONSENT_H
#define EARLY_HELP_CONSENT_H

#include "utils/date.h"
#include "utils/rel.h"

#include "base/record.h"

/* How an EHA or a plan ends without being completed. */
#define SUPPORT_CONSENT_WITHDRAWN "consent_withdrawn"
#define SUPPORT_EPISODE_CLOSED "episode_closed"

extern DateADT require_consent(Relation rel, int64 family_id, DateADT on, const char *what);
extern bool consent_was_withdrawn(Relation rel, int64 family_id, DateADT from, DateADT by);
extern void settle_support(Relation rel, int64 family_id, bool mended);
extern void end_if_over(Record *support, DateADT consent_ends, DateADT closed_on);
extern bool ended_so(const Record *support);

#endif
