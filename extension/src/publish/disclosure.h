/*-------------------------------------------------------------------------
 *
 * disclosure.h
 *		Which figures of a publication are hidden, so that none can be worked out.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_DISCLOSURE_H
#define EARLY_HELP_DISCLOSURE_H

/* What the public knows of a figure; early_help_internal.protect_figures() takes the numbers. */
typedef enum Publicity
{
	NEVER_PUBLISHED = 0,		/* a part of a published period */
	SHOWN_BEFORE = 1,			/* published, and there for good */
	HIDDEN_BEFORE = 2,			/* published as hidden: it must stay so */
	HIDDEN_ANYWAY = 3,			/* hidden; nobody asks for a proof here */
	TO_BE_HIDDEN = 4,			/* of this publication, and small */
	TO_BE_DECIDED = 5,			/* of this publication: shown if nothing speaks against it */
	SMALL_UNPUBLISHED = 6		/* small, of months that only longer periods publish */
} Publicity;

/* What became of a figure of this publication. */
typedef enum Decision
{
	DECISION_SHOW = 0,
	DECISION_HIDE = 1,			/* another value was found that fits all that is shown */
	DECISION_UNPROVEN = 2,		/* hidden, no other value was found */
	DECISION_WITHHOLD = 3,		/* hidden with all the figures it is linked to */
	DECISION_FUTILE = 4			/* earlier publications give it away */
} Decision;

/* A whole number, the least and the most it might as well be, and the price of hiding it. */
typedef struct Figure
{
	int			value;
	int			low;
	int			high;
	int			price;
	Publicity	publicity;
	Decision	decision;
} Figure;

/* The figure's place in an equation: the signed sum of its members is known. */
typedef struct Member
{
	int			equation;
	int			figure;
	int			sign;			/* 1 or -1 */
} Member;

extern void protect_figures(Figure *figures, int n, const Member *members, int n_members,
							int n_equations, bool withhold_own);

#endif
