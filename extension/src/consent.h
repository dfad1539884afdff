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

extern bool has_consent(Relation rel, int64 family_id, DateADT on);
extern void require_consent(Relation rel, int64 family_id, DateADT on, const char *what);

#endif
