/*-------------------------------------------------------------------------
 *
 * referral_answered.h
 *		A referral is answered by one episode of its family (S02).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_REFERRAL_ANSWERED_H
#define EARLY_HELP_REFERRAL_ANSWERED_H

#include "base/record.h"

extern void check_answers(const Record *episode);

#endif
