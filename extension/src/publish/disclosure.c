/*-------------------------------------------------------------------------
 *
 * disclosure.c
 *		Which figures of a publication are hidden, so that none can be worked out.
 *
 * All that is published is one system of equations over whole numbers: rows
 * and columns add up to totals, parts to wholes, months to the quarter.  A
 * figure is safe if the figures could be others than they are, fit all that is
 * shown, and differ in this one.  So each hidden figure gets such a witness: a
 * set of figures, it among them, that go up or down by one, so that every
 * equation still holds.  All of a witness is hidden, and all of it is proved by
 * it.  The least and the most a figure might be (1 to 5 for one that is hidden
 * for being small) bind the witness too: whoever knows which figures are the
 * small ones gains nothing.
 *
 * The search balances one equation after another, within a budget that grows;
 * the proof does not rest on the search being good.  One equation can have all
 * the figures, so every loop over the members of an equation can be cancelled.
 * Nothing here knows of tables, periods or the catalog.  Memory is the
 * caller's context's; nothing is kept.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "publish/disclosure.h"

/*
 * Changes tried before a search starts again in another order, how often it
 * does, and the figures one witness may have.
 */
#define MOST_TRIES		500
#define MOST_STARTS		40
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

	int			start;			/* which order among choices as good as each other */
	int			tries;
	int			most_changes;
	bool		cut_short;		/* by budget, length or tries: more might help */
} Search;

typedef struct Choice
{
	int			figure;
	int			step;
	int			price;
	int			order;			/* what comes first, before rank */
	int			rank;			/* how many equations it throws out of balance, and chance */
} Choice;

/* ---------------------------------------------------------------------
 * One figure
 * ---------------------------------------------------------------------
 */

static bool
is_of_this_publication(const Figure *figure)
{
	return figure->publicity == TO_BE_HIDDEN || figure->publicity == TO_BE_DECIDED;
}

static bool
may_step(const Figure *figure, int step)
{
	int64		value = (int64) figure->value + step;

	return figure->publicity != SHOWN_BEFORE && value >= figure->low && value <= figure->high;
}

static int
price_of(const Figure *figure)
{
	return figure->publicity == TO_BE_DECIDED && figure->decision == DECISION_SHOW ? figure->price : 0;
}

/* ---------------------------------------------------------------------
 * Changes that balance
 * ---------------------------------------------------------------------
 */

static void
shift_equation(Search *search, int equation, int by)
{
	bool		was = search->imbalance[equation] != 0;
	bool		is;

	search->imbalance[equation] += by;
	is = search->imbalance[equation] != 0;
	if (is && !was)
	{
		search->place[equation] = search->n_unbalanced;
		search->unbalanced[search->n_unbalanced++] = equation;
	}
	else if (was && !is)
	{
		int			last = search->unbalanced[--search->n_unbalanced];

		search->unbalanced[search->place[equation]] = last;
		search->place[last] = search->place[equation];
	}
}

static void
shift_figure(Search *search, int figure, int step)
{
	for (int i = search->figure_starts[figure]; i < search->figure_starts[figure + 1]; i++)
		shift_equation(search, search->of_figure[i].equation, search->of_figure[i].sign * step);
}

static void
do_change(Search *search, int figure, int step)
{
	search->change[figure] = step;
	search->changed[search->n_changed++] = figure;
	shift_figure(search, figure, step);
}

static void
undo_change(Search *search)
{
	int			figure = search->changed[--search->n_changed];

	shift_figure(search, figure, -search->change[figure]);
	search->change[figure] = 0;
}

static int
loose_ends(const Search *search, int figure, int step)
{
	int			ends = 0;

	for (int i = search->figure_starts[figure]; i < search->figure_starts[figure + 1]; i++)
	{
		int			before = search->imbalance[search->of_figure[i].equation];
		int			after = before + search->of_figure[i].sign * step;

		ends += abs(after) - abs(before);
	}
	return ends;
}

/* Whether a member can bring its equation nearer to balance, and by which step. */
static bool
can_mend(Search *search, const Member *member, int budget, int *step)
{
	const Figure *figure = &search->figures[member->figure];

	*step = search->imbalance[member->equation] > 0 ? -member->sign : member->sign;
	if (search->change[member->figure] != 0 || !may_step(figure, *step))
		return false;
	if (price_of(figure) > budget)
	{
		search->cut_short = true;
		return false;
	}
	return true;
}

/* The unbalanced equation with the fewest ways to mend it, the latest of them. */
static int
tightest_equation(Search *search, int budget, int *ways)
{
	int			tightest = -1;

	for (int i = search->n_unbalanced - 1; i >= 0 && (tightest < 0 || *ways > 0); i--)
	{
		int			equation = search->unbalanced[i];
		int			n = 0;
		int			step;

		CHECK_FOR_INTERRUPTS();
		for (int m = search->equation_starts[equation];
			 m < search->equation_starts[equation + 1] && (tightest < 0 || n < *ways); m++)
			n += can_mend(search, &search->of_equation[m], budget, &step);
		if (tightest < 0 || n < *ways)
		{
			tightest = equation;
			*ways = n;
		}
	}
	return tightest;
}

static int
compare_choices(const void *left, const void *right, void *arg)
{
	const Choice *a = left;
	const Choice *b = right;

	(void) arg;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->figure < b->figure ? -1 : a->figure > b->figure;
}

/*
 * Choices that leave fewer loose ends come first. Chance settles what is left
 * open, and in later starts weighs more: the same for the same figures.
 */
static int
rank_of(const Search *search, int figure, int step)
{
	uint32		chance = murmurhash32((uint32) figure + (uint32) search->start * 0x9e3779b9);

	return loose_ends(search, figure, step) * 16 + (int) (chance % (search->start < 6 ? 16 : 48));
}

/*
 * Cheap figures come first.  But what earlier publications hide is free, and
 * there is much of it: a search for what is free goes astray among the months
 * of a year.  So every other start takes figures of this publication first.
 */
static int
order_of(const Search *search, int figure, int price)
{
	if (search->start % 2 == 0 || is_of_this_publication(&search->figures[figure]))
		return price;
	return PG_INT32_MAX;
}

static Choice *
choices_for(Search *search, int equation, int budget, int ways)
{
	Choice	   *choices = palloc(sizeof(Choice) * ways);
	int			n = 0;
	int			step;

	for (int m = search->equation_starts[equation]; m < search->equation_starts[equation + 1]; m++)
	{
		int			figure = search->of_equation[m].figure;
		int			price = price_of(&search->figures[figure]);

		CHECK_FOR_INTERRUPTS();
		if (n < ways && can_mend(search, &search->of_equation[m], budget, &step))
			choices[n++] = (Choice) {figure, step, price, order_of(search, figure, price),
			rank_of(search, figure, step)};
	}
	qsort_interruptible(choices, n, sizeof(Choice), compare_choices, NULL);
	return choices;
}

/* Balances all equations by further changes within the budget. */
static bool
balance(Search *search, int budget)
{
	int			equation;
	int			ways = 0;
	Choice	   *choices;
	bool		balanced = false;

	if (search->n_unbalanced == 0)
		return true;
	if (search->n_changed >= search->most_changes || ++search->tries > MOST_TRIES)
	{
		search->cut_short = true;
		return false;
	}
	equation = tightest_equation(search, budget, &ways);
	if (ways == 0)
		return false;

	choices = choices_for(search, equation, budget, ways);
	for (int i = 0; i < ways && !balanced && search->tries <= MOST_TRIES; i++)
	{
		do_change(search, choices[i].figure, choices[i].step);
		balanced = balance(search, budget - choices[i].price);
		if (!balanced)
			undo_change(search);
	}
	pfree(choices);
	return balanced;
}

/* ---------------------------------------------------------------------
 * Witnesses
 * ---------------------------------------------------------------------
 */

static bool
find_witness_within(Search *search, int figure, int budget, int most_changes)
{
	for (int step = 1; step >= -1; step -= 2)
	{
		if (!may_step(&search->figures[figure], step))
			continue;
		search->tries = 0;
		search->most_changes = most_changes;
		do_change(search, figure, step);
		if (balance(search, budget))
			return true;
		undo_change(search);
	}
	return false;
}

/*
 * Cheap ones first, and short ones of the same price.  None is found: then
 * cut_short tells whether there may be one all the same.
 */
static bool
find_witness(Search *search, int figure)
{
	int			budget = 0;

	for (;;)
	{
		bool		more = false;

		for (search->start = 0; search->start < MOST_STARTS; search->start++)
		{
			CHECK_FOR_INTERRUPTS();
			search->cut_short = false;
			if (find_witness_within(search, figure, budget, Min(4 << Min(search->start, 8), MOST_CHANGES)))
				return true;
			more = search->cut_short;
			if (!more)
				break;
		}
		if (!more || budget > 20000)
			return false;
		budget = budget == 0 ? 10 : budget * 2;
	}
}

/* Hides what the witness changes, and takes it back. */
static void
accept_witness(Search *search, bool *proved)
{
	while (search->n_changed > 0)
	{
		int			changed = search->changed[search->n_changed - 1];
		Figure	   *figure = &search->figures[changed];

		proved[changed] = true;
		if (is_of_this_publication(figure) && figure->decision != DECISION_WITHHOLD)
			figure->decision = DECISION_HIDE;
		undo_change(search);
	}
}

/* Hides all that this publication says about figures linked to this one, zeros too. */
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
		{
			search->figures[at].decision = DECISION_WITHHOLD;
			search->figures[at].low = 0;
			search->figures[at].high = PG_INT32_MAX;
		}
		for (int i = search->figure_starts[at]; i < search->figure_starts[at + 1]; i++)
		{
			int			equation = search->of_figure[i].equation;

			CHECK_FOR_INTERRUPTS();
			for (int m = search->equation_starts[equation]; m < search->equation_starts[equation + 1]; m++)
			{
				int			next = search->of_equation[m].figure;

				if (!seen[next] && search->figures[next].publicity != SHOWN_BEFORE &&
					search->figures[next].publicity != HIDDEN_BEFORE)
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

static bool
needs_witness(const Figure *figure)
{
	return figure->publicity == HIDDEN_BEFORE || figure->publicity == TO_BE_HIDDEN ||
		figure->publicity == SMALL_UNPUBLISHED;
}

/*
 * Withheld figures may be anything, so what had no witness may have one now.
 * What no witness needs is then shown after all.  If one is still missing, only
 * that is shown which could be nothing else anyway, and what is to be hidden
 * and could be nothing else cannot be hidden any more.  No witness found so far
 * changes what is shown here: each of them goes on to hold.
 */
static void
reconsider_withheld(Search *search, bool *proved)
{
	bool		all_proved = true;

	for (int i = 0; i < search->n; i++)
	{
		if (proved[i] || !needs_witness(&search->figures[i]))
			continue;
		if (find_witness(search, i))
			accept_witness(search, proved);
		else
		{
			all_proved = false;
			if (is_of_this_publication(&search->figures[i]) && !search->cut_short)
				search->figures[i].decision = DECISION_FUTILE;
		}
	}
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

/* ---------------------------------------------------------------------
 * The whole
 * ---------------------------------------------------------------------
 */

/* Sorts the members into groups by counting: group(member) is 0 to n - 1. */
static Member *
group_members(const Member *members, int n_members, int n, bool by_figure, int **starts)
{
	Member	   *grouped = palloc(sizeof(Member) * Max(n_members, 1));
	int		   *next = palloc0(sizeof(int) * (n + 2));

#define GROUP(m) (by_figure ? (m).figure : (m).equation)
	for (int i = 0; i < n_members; i++)
		next[GROUP(members[i]) + 2]++;
	for (int i = 2; i < n + 2; i++)
		next[i] += next[i - 1];
	for (int i = 0; i < n_members; i++)
		grouped[next[GROUP(members[i]) + 1]++] = members[i];
#undef GROUP
	*starts = next;
	return grouped;
}

/*
 * Decides each figure of this publication.  What is to be hidden, what was
 * hidden before, and what is small and left over gets a witness; where there
 * is none, the linked figures are withheld, unless the caller tries another way
 * for those of this publication (withhold false).
 */
void
protect_figures(Figure *figures, int n, const Member *members, int n_members,
				int n_equations, bool withhold)
{
	Search		search = {.figures = figures, .n = n};
	bool	   *proved = palloc0(sizeof(bool) * Max(n, 1));
	bool		withheld = false;

	search.of_equation = group_members(members, n_members, n_equations, false, &search.equation_starts);
	search.of_figure = group_members(members, n_members, n, true, &search.figure_starts);
	search.change = palloc0(sizeof(int) * Max(n, 1));
	search.imbalance = palloc0(sizeof(int) * Max(n_equations, 1));
	search.unbalanced = palloc(sizeof(int) * Max(n_equations, 1));
	search.place = palloc(sizeof(int) * Max(n_equations, 1));

	for (int i = 0; i < n; i++)
		figures[i].decision = figures[i].publicity == TO_BE_HIDDEN ? DECISION_UNPROVEN : DECISION_SHOW;

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (proved[i] || !needs_witness(&figures[i]))
			continue;
		if (find_witness(&search, i))
			accept_witness(&search, proved);
		else if (withhold || !is_of_this_publication(&figures[i]))
		{
			withhold_linked(&search, i);
			withheld = true;
		}
	}
	if (withheld)
		reconsider_withheld(&search, proved);
}
