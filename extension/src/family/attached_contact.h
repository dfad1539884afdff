/*-------------------------------------------------------------------------
 *
 * attached_contact.h
 *		No referral while the family has an open episode (R16).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_ATTACHED_CONTACT_H
#define EARLY_HELP_ATTACHED_CONTACT_H

#include "base/record.h"

extern void check_no_referral_during(const Record *episode);

#endif
