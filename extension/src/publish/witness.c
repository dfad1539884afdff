/*-------------------------------------------------------------------------
 *
 * witness.c
 *		Another set of figures that fits all that is shown.
 *
 * The search changes the figure in question by one, which throws its equations
 * out of balance.  It takes the equation with the fewest ways to mend it, changes
 * another of its figures by one, and goes on until all equations are in balance
 * again.  Where it gets stuck it goes back and tries the next choice, as far as
 * tries, length and price allow.  So it may miss a witness, but what it finds is
 * one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "publish/witness.h"

/*
 * One search for a witness: the changes tried before it starts again in another
 * order, and how often it starts.
 */
#define MOST_TRIES		500
#define MOST_STARTS		40

/* The figures that a witness may have in the first start; twice as many in each later one, up to MOST_CHANGES. */
#define FEWEST_CHANGES	4

/* The price of a witness: at first nothing, then so much, then twice as much each time until it exceeds the most. */
#define FIRST_BUDGET	10
#define MOST_BUDGET		20000

/*
 * How much one more unbalanced equation counts against a change.  In the first
 * starts chance decides only between changes that are equal in this; in later
 * starts it outweighs a difference of up to two equations.
 */
#define LOOSE_END		16
#define CALM_STARTS		6
#define CALM_CHANCE		LOOSE_END
#define WILD_CHANCE		(3 * LOOSE_END)

/* 2^32 divided by the golden ratio: multiples of it are spread evenly over 32 bits. */
#define SPREAD			0x9e3779b9

/*
 * A change that brings an equation nearer to balance.  The cheapest is tried
 * first; of equals, the one with the least disorder.
 */
typedef struct Choice
{
	int			figure;
	int			step;
	int			price;
	int			cost;			/* its price, or more than any price */
	int			disorder;		/* what it does to other equations, and chance */
} Choice;

/* ---------------------------------------------------------------------
 * Changes
 * ---------------------------------------------------------------------
 */

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

/* Undoes the last change, and returns its figure. */
int
undo_change(Search *search)
{
	int			figure = search->changed[--search->n_changed];

	shift_figure(search, figure, -search->change[figure]);
	search->change[figure] = 0;
	return figure;
}

/* How much farther from balance a change brings the equations of its figure, all together. */
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

/* ---------------------------------------------------------------------
 * Ways to mend
 * ---------------------------------------------------------------------
 */

/* Can a change of this member bring its equation nearer to balance?  By which step? */
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

/* The unbalanced equation with the fewest ways to mend it; of equals, the one that was unbalanced last. */
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
	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	if (a->disorder != b->disorder)
		return a->disorder < b->disorder ? -1 : 1;
	return a->figure < b->figure ? -1 : a->figure > b->figure;
}

/* The loose ends that a change leaves, and chance: the same for the same figure and start. */
static int
disorder_of(const Search *search, int figure, int step)
{
	uint32		chance = murmurhash32((uint32) figure + (uint32) search->start * SPREAD);
	uint32		weight = search->start < CALM_STARTS ? CALM_CHANCE : WILD_CHANCE;

	return loose_ends(search, figure, step) * LOOSE_END + (int) (chance % weight);
}

/*
 * Figures that earlier publications hide are free, and there are many of them: a
 * search that takes what is free first goes astray among the months of a year.
 * So every second start takes the figures of this publication first.
 */
static int
cost_of(const Search *search, int figure, int price)
{
	bool		own_first = search->start % 2 != 0;

	if (own_first && !is_of_this_publication(&search->figures[figure]))
		return PG_INT32_MAX;
	return price;
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
			choices[n++] = (Choice) {
			figure, step, price, cost_of(search, figure, price), disorder_of(search, figure, step)
		};
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
			(void) undo_change(search);
	}
	pfree(choices);
	return balanced;
}

/* ---------------------------------------------------------------------
 * The search
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
		(void) undo_change(search);
	}
	return false;
}

static int
most_changes_of(int start)
{
	int			doublings = Min(start, 8);	/* far past the most, and no overflow */

	return Min(FEWEST_CHANGES << doublings, MOST_CHANGES);
}

/* Starts again and again, as long as a start was cut short. */
static bool
find_witness_for(Search *search, int figure, int budget)
{
	for (search->start = 0; search->start < MOST_STARTS; search->start++)
	{
		CHECK_FOR_INTERRUPTS();
		search->cut_short = false;
		if (find_witness_within(search, figure, budget, most_changes_of(search->start)))
			return true;
		if (!search->cut_short)
			return false;
	}
	return false;
}

/*
 * Finds a witness for a figure: a cheap one first, and a short one of the same
 * price.  Its changes stay done until the caller undoes them.  If none is found,
 * cut_short tells whether there may be one all the same.
 */
bool
find_witness(Search *search, int figure)
{
	int			budget = 0;

	for (;;)
	{
		if (find_witness_for(search, figure, budget))
			return true;
		if (!search->cut_short || budget > MOST_BUDGET)
			return false;
		budget = budget == 0 ? FIRST_BUDGET : budget * 2;
	}
}

/* The number of a member's figure or equation. */
static int
group_of(const Member *member, bool by_figure)
{
	return by_figure ? member->figure : member->equation;
}

/*
 * Sorts the members by figure or by equation, by counting.  The members of group
 * i, one of n, begin at starts[i] and end before starts[i + 1].
 */
static Member *
group_members(const Member *members, int n_members, int n, bool by_figure, int **starts)
{
	Member	   *grouped = palloc(sizeof(Member) * Max(n_members, 1));
	int		   *next = palloc0(sizeof(int) * (n + 2));

	for (int i = 0; i < n_members; i++)
		next[group_of(&members[i], by_figure) + 2]++;
	for (int i = 2; i < n + 2; i++)
		next[i] += next[i - 1];
	for (int i = 0; i < n_members; i++)
		grouped[next[group_of(&members[i], by_figure) + 1]++] = members[i];
	*starts = next;
	return grouped;
}

/* Memory is of the caller's context. */
void
begin_search(Search *search, Figure *figures, int n,
			 const Member *members, int n_members, int n_equations)
{
	memset(search, 0, sizeof(*search));
	search->figures = figures;
	search->n = n;
	search->of_equation = group_members(members, n_members, n_equations, false, &search->equation_starts);
	search->of_figure = group_members(members, n_members, n, true, &search->figure_starts);
	search->change = palloc0(sizeof(int) * Max(n, 1));
	search->imbalance = palloc0(sizeof(int) * Max(n_equations, 1));
	search->unbalanced = palloc(sizeof(int) * Max(n_equations, 1));
	search->place = palloc(sizeof(int) * Max(n_equations, 1));
}
