/*-------------------------------------------------------------------------
 *
 * referral_while_open.h
 *		No referral while the family has an open episode (R16).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_REFERRAL_WHILE_OPEN_H
#define EARLY_HELP_REFERRAL_WHILE_OPEN_H

#include "base/record.h"

extern void check_no_referral_during(const Record *episode);
extern void check_child_not_referred_during(const Record *member, DateADT until);
extern void check_attached_contacts(const Record *episode);

#endif
