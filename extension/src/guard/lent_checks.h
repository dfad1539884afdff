/*-------------------------------------------------------------------------
 *
 * lent_checks.h
 *		The server evaluates a table's constraints without reading them anew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_LENT_CHECKS_H
#define EARLY_HELP_LENT_CHECKS_H

struct LentChecks;

extern void forget_lent_checks(struct LentChecks *lent);
extern void install_lent_checks(void);

#endif
