/*-------------------------------------------------------------------------
 *
 * review_mended.h
 *		A review whose decision was recorded wrongly, or that was not held.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_REVIEW_MENDED_H
#define EARLY_HELP_REVIEW_MENDED_H

#include "base/record.h"

extern void check_last_review(const Record *review);
extern void undo_review(const Record *review);

#endif
