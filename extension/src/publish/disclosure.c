/*-------------------------------------------------------------------------
 *
 * disclosure.c
 *		Which figures of a publication are hidden, so that none can be worked out.
 *
 * All that is published is one system of equations over whole numbers: rows and
 * columns add up to totals, parts to wholes, months to the quarter.  A hidden
 * figure is safe if a reader cannot rule out another value for it: there is a
 * second set of figures that fits all that is shown and differs in this one.
 *
 * So each hidden figure gets a witness: a set of figures, this one among them,
 * each of which goes up or down by one so that every equation still holds.
 *
 *				 shown					 as well possible
 *		  a   b   |  10				  a+1  b-1 |  10
 *		  c   d   |  12				  c-1  d+1 |  12
 *		 ---------+----				 ----------+----
 *		   9  13	 22				     9   13	  22
 *
 * All figures of a witness are hidden, and it proves all of them safe.  A witness
 * also keeps to the least and the most that a figure may be (1 to 5 if it is
 * hidden for being small), so a reader who knows which figures are the small ones
 * learns nothing more.
 *
 * One equation can have all the figures, so every loop over the members of an
 * equation can be cancelled.  Nothing here knows of tables, periods or the
 * catalog.  Memory is of the caller's context; nothing is kept.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "publish/disclosure.h"
#include "publish/witness.h"

static bool
needs_witness(const Figure *figure)
{
	return figure->publicity == HIDDEN_BEFORE || figure->publicity == TO_BE_HIDDEN ||
		figure->publicity == SMALL_UNPUBLISHED;
}

/* Hides what the witness changes, and undoes the changes. */
static void
accept_witness(Search *search, bool *proved)
{
	while (search->n_changed > 0)
	{
		int			changed = undo_change(search);
		Figure	   *figure = &search->figures[changed];

		proved[changed] = true;
		if (is_of_this_publication(figure) && figure->decision != DECISION_WITHHOLD)
			figure->decision = DECISION_HIDE;
	}
}

/* A withheld figure may be anything, zero too. */
static void
withhold(Figure *figure)
{
	figure->decision = DECISION_WITHHOLD;
	figure->low = 0;
	figure->high = PG_INT32_MAX;
}

/* Does the way from figure to figure go on here?  Not where the public knows what there is to know. */
static bool
is_link(const Figure *figure)
{
	return figure->publicity != SHOWN_BEFORE && figure->publicity != HIDDEN_BEFORE;
}

/* Withholds all figures of this publication that equations link to this one. */
static void
withhold_linked(Search *search, int from)
{
	int		   *waiting = palloc(sizeof(int) * search->n);
	bool	   *seen = palloc0(sizeof(bool) * search->n);
	int			n_waiting = 0;

	waiting[n_waiting++] = from;
	seen[from] = true;
	while (n_waiting > 0)
	{
		int			at = waiting[--n_waiting];

		if (is_of_this_publication(&search->figures[at]))
			withhold(&search->figures[at]);
		for (int i = search->figure_starts[at]; i < search->figure_starts[at + 1]; i++)
		{
			int			equation = search->of_figure[i].equation;

			CHECK_FOR_INTERRUPTS();
			for (int m = search->equation_starts[equation]; m < search->equation_starts[equation + 1]; m++)
			{
				int			next = search->of_equation[m].figure;

				if (!seen[next] && is_link(&search->figures[next]))
				{
					seen[next] = true;
					waiting[n_waiting++] = next;
				}
			}
		}
	}
	pfree(waiting);
	pfree(seen);
}

/* True if each figure that needs a witness has one now.  Where there can be none, hiding is futile. */
static bool
prove_again(Search *search, bool *proved)
{
	bool		all_proved = true;

	for (int i = 0; i < search->n; i++)
	{
		if (proved[i] || !needs_witness(&search->figures[i]))
			continue;
		if (find_witness(search, i))
		{
			accept_witness(search, proved);
			continue;
		}
		all_proved = false;
		if (is_of_this_publication(&search->figures[i]) && !search->cut_short)
			search->figures[i].decision = DECISION_FUTILE;
	}
	return all_proved;
}

/*
 * Shows what was withheld and no witness needs.  If a figure has no witness, only
 * that is shown which could have no other value anyway.
 */
static void
show_again(Search *search, bool *proved, bool all_proved)
{
	for (int i = 0; i < search->n; i++)
	{
		Figure	   *figure = &search->figures[i];

		if (proved[i] || figure->decision != DECISION_WITHHOLD || figure->publicity != TO_BE_DECIDED)
			continue;
		if (!all_proved && find_witness(search, i))
			accept_witness(search, proved);
		else if (all_proved || !search->cut_short)
		{
			figure->decision = DECISION_SHOW;
			figure->publicity = SHOWN_BEFORE;
		}
	}
}

/*
 * Withheld figures may have any value, so a figure without a witness may have one
 * now.  The witnesses found so far hide all that they change, and what is shown
 * here is in none of them: they still hold.
 */
static void
reconsider_withheld(Search *search, bool *proved)
{
	bool		all_proved = prove_again(search, proved);

	show_again(search, proved, all_proved);
}

/*
 * Decides each figure of this publication.  A figure gets a witness if it is to
 * be hidden, was hidden before, or is small and published in no period.  If there
 * is none, the figures linked to it are withheld.  withhold_own false: not for a
 * figure of this publication, since the caller tries another way.
 */
void
protect_figures(Figure *figures, int n, const Member *members, int n_members,
				int n_equations, bool withhold_own)
{
	Search		search;
	bool	   *proved = palloc0(sizeof(bool) * Max(n, 1));
	bool		withheld = false;

	begin_search(&search, figures, n, members, n_members, n_equations);
	for (int i = 0; i < n; i++)
		figures[i].decision = figures[i].publicity == TO_BE_HIDDEN ? DECISION_UNPROVEN : DECISION_SHOW;

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (proved[i] || !needs_witness(&figures[i]))
			continue;
		if (find_witness(&search, i))
			accept_witness(&search, proved);
		else if (withhold_own || !is_of_this_publication(&figures[i]))
		{
			withhold_linked(&search, i);
			withheld = true;
		}
	}
	if (withheld)
		reconsider_withheld(&search, proved);
}
