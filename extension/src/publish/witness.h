/*-------------------------------------------------------------------------
 *
 * witness.h
 *		Another set of figures that fits all that is shown.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_WITNESS_H
#define EARLY_HELP_WITNESS_H

#include "publish/disclosure.h"

/* The figures that a witness may have at most. */
#define MOST_CHANGES	128

typedef struct Search
{
	Figure	   *figures;
	int			n;
	Member	   *of_equation;	/* members by equation, from equation_starts[i] on */
	int		   *equation_starts;
	Member	   *of_figure;		/* the same by figure */
	int		   *figure_starts;

	int		   *change;			/* -1, 0, 1 for each figure */
	int		   *imbalance;		/* for each equation */
	int		   *unbalanced;		/* equations with an imbalance, in no order */
	int			n_unbalanced;
	int		   *place;			/* of an equation in unbalanced */
	int			changed[MOST_CHANGES];
	int			n_changed;

	int			start;			/* each start tries the choices in another order */
	int			tries;
	int			most_changes;
	bool		cut_short;		/* by budget, length or tries: with more of it there might be a witness */
} Search;

extern void begin_search(Search *search, Figure *figures, int n,
						 const Member *members, int n_members, int n_equations);
extern bool find_witness(Search *search, int figure);
extern int	undo_change(Search *search);

/* Is there a decision to make on this figure? */
static inline bool
is_of_this_publication(const Figure *figure)
{
	return figure->publicity == TO_BE_HIDDEN || figure->publicity == TO_BE_DECIDED;
}

#endif
