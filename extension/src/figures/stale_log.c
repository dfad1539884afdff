/*-------------------------------------------------------------------------
 *
 * stale_log.c
 *		What the log of stale months says, as the snapshot of a query sees it.
 *
 * A query asks once for each cube, in several places, and a dashboard has many
 * cubes.  So what the log says is kept for the next question of the same
 * snapshot, in the same subtransaction: both see the same rows.  It is forgotten
 * when another snapshot asks, and at the end of the transaction.  Who may ask is
 * not kept; that is for the callers to look at each time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "figures/engine_table.h"
#include "figures/month.h"
#include "figures/stale_log.h"
#include "figures/stale_months.h"

/* ---------------------------------------------------------------------
 * Tables, as the snapshot of the query sees them
 * ---------------------------------------------------------------------
 */

static void
begin_scan(TableScan *table, Relation rel)
{
	table->rel = rel;
	table->scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	table->slot = table_slot_create(rel, NULL);
}

/* Opens the log, but asks for no privilege. */
void
begin_log(TableScan *log, Oid table)
{
	begin_scan(log, open_engine_table(table, LOG_TABLE, AccessShareLock));
	check_log(log->rel);
}

static void
begin_table_beside(TableScan *table, Relation log, const char *name)
{
	begin_scan(table, open_engine_table_in(RelationGetNamespace(log), name, AccessShareLock));
}

static bool
next_row(TableScan *table)
{
	CHECK_FOR_INTERRUPTS();
	return table_scan_getnextslot(table->scan, ForwardScanDirection, table->slot);
}

/* The value of a column that cannot be null as the partnership made it. */
static Datum
value_of(const TableScan *table, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(table->slot, column, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"%s\" of table \"%s\" is null",
						NameStr(TupleDescAttr(RelationGetDescr(table->rel), column - 1)->attname),
						RelationGetRelationName(table->rel))));
	return value;
}

void
end_table(TableScan *table)
{
	ExecDropSingleTupleTableSlot(table->slot);
	table_endscan(table->scan);
	relation_close(table->rel, AccessShareLock);
}

/* Are these texts the same? */
static bool
same_text(Datum one, Datum other)
{
	text	   *a = DatumGetTextPP(one);
	text	   *b = DatumGetTextPP(other);

	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* ---------------------------------------------------------------------
 * Marks
 * ---------------------------------------------------------------------
 */

/*
 * The next row of the log.  Its source is good until the row after it is read.
 * check_log() has checked the order and types of the columns.
 */
bool
next_mark(TableScan *log, Mark *mark)
{
	DateADT		first;
	DateADT		last;
	DateADT		last_event;
	bool		whole;
	Datum		part;

	if (!next_row(log))
		return false;
	first = DatumGetDateADT(value_of(log, LOG_FIRST_MONTH));
	last = DatumGetDateADT(value_of(log, LOG_LAST_MONTH));
	last_event = DatumGetDateADT(value_of(log, LOG_LAST_EVENT));
	part = slot_getattr(log->slot, LOG_PART, &whole);

	mark->source = value_of(log, LOG_SOURCE);
	mark->first = nearest_month(first);
	mark->last = nearest_month(last);
	mark->of_event = last_event >= first && !DATE_IS_NOBEGIN(last_event);
	mark->goes_on = !mark->of_event && !DATE_IS_NOBEGIN(first) && DATE_IS_NOEND(last);
	mark->last_event = Min(mark->last, nearest_month(last_event));
	mark->whole = whole;
	mark->part = whole ? 0 : DatumGetInt64(part);
	return true;
}

/* ---------------------------------------------------------------------
 * Cubes, and the months that have cells
 * ---------------------------------------------------------------------
 */

static List *
read_cubes(Relation log)
{
	List	   *cubes = NIL;
	TableScan	table;
	int			cube_column;
	int			sources_column;
	int			counts_column;

	begin_table_beside(&table, log, "kpi_cube");
	cube_column = engine_column(table.rel, "cube", VARCHAROID);
	sources_column = engine_column(table.rel, "sources", VARCHARARRAYOID);
	counts_column = engine_column(table.rel, "counts", VARCHARARRAYOID);
	while (next_row(&table))
	{
		Cube	   *cube = palloc(sizeof(Cube));

		cube->name = DatumGetTextPCopy(value_of(&table, cube_column));
		deconstruct_array(DatumGetArrayTypePCopy(value_of(&table, sources_column)),
						  VARCHAROID, -1, false, TYPALIGN_INT, &cube->sources, NULL, &cube->source_count);
		cube->in_parts = !slot_attisnull(table.slot, counts_column);
		cubes = lappend(cubes, cube);
	}
	end_table(&table);
	return cubes;
}

/* The first and last month that have cells.  A new subscriber has no row there: no month. */
static void
read_filled_months(Relation log, int *first, int *last)
{
	TableScan	filled;
	int			first_column;
	int			last_column;

	*first = ALL_MONTHS;
	*last = -1;
	begin_table_beside(&filled, log, "kpi_filled_months");
	first_column = engine_column(filled.rel, "first_month", DATEOID);
	last_column = engine_column(filled.rel, "last_month", DATEOID);
	while (next_row(&filled))
	{
		DateADT		first_cell = DatumGetDateADT(value_of(&filled, first_column));
		DateADT		last_cell = DatumGetDateADT(value_of(&filled, last_column));

		if (!DATE_NOT_FINITE(first_cell) && !DATE_NOT_FINITE(last_cell))
		{
			*first = Min(*first, nearest_month(first_cell));
			*last = Max(*last, nearest_month(last_cell));
		}
	}
	end_table(&filled);
}

/* ---------------------------------------------------------------------
 * What a snapshot sees of a log
 * ---------------------------------------------------------------------
 */

/* Which rows are seen: those of a snapshot, in a subtransaction. */
typedef struct Sight
{
	SubTransactionId subtransaction;
	SnapshotData snapshot;		/* its xip and subxip are copies */
} Sight;

/* What was read last.  It lives until something else is read, or the transaction ends. */
static StaleLog *kept = NULL;
static Sight kept_sight;
static MemoryContext kept_context = NULL;

static TransactionId *
copy_of_xids(const TransactionId *xids, int count)
{
	TransactionId *copy = palloc(sizeof(TransactionId) * Max(count, 1));

	if (count > 0)
		memcpy(copy, xids, sizeof(TransactionId) * count);
	return copy;
}

static Sight
copy_of_sight(const SnapshotData *snapshot)
{
	Sight		sight = {GetCurrentSubTransactionId(), *snapshot};

	sight.snapshot.xip = copy_of_xids(snapshot->xip, (int) snapshot->xcnt);
	sight.snapshot.subxip = copy_of_xids(snapshot->subxip, snapshot->subxcnt);
	return sight;
}

static bool
same_xids(const TransactionId *a, const TransactionId *b, int count)
{
	return count <= 0 || memcmp(a, b, sizeof(TransactionId) * count) == 0;
}

static bool
sees_the_same(const Sight *sight, const SnapshotData *b)
{
	const SnapshotData *a = &sight->snapshot;

	return sight->subtransaction == GetCurrentSubTransactionId() &&
		b->snapshot_type == SNAPSHOT_MVCC &&
		a->xmin == b->xmin && a->xmax == b->xmax && a->curcid == b->curcid &&
		a->xcnt == b->xcnt && a->subxcnt == b->subxcnt &&
		a->suboverflowed == b->suboverflowed && a->takenDuringRecovery == b->takenDuringRecovery &&
		same_xids(a->xip, b->xip, (int) a->xcnt) && same_xids(a->subxip, b->subxip, a->subxcnt);
}

/* Its memory goes with the transaction's. */
static void
at_xact_end(XactEvent event, void *arg)
{
	(void) event;
	(void) arg;
	kept = NULL;
	kept_context = NULL;
}

static void
keep(StaleLog *log, MemoryContext context)
{
	static bool registered = false; /* once a backend */

	if (!registered)
	{
		RegisterXactCallback(at_xact_end, NULL);
		registered = true;
	}
	kept = NULL;
	if (kept_context != NULL)
		MemoryContextDelete(kept_context);
	MemoryContextSetParent(context, TopTransactionContext);
	kept_context = context;
	kept = log;
}

/* The marks of a source, which are none yet if it was not met before. */
static SourceMarks *
marks_to_add_to(StaleLog *log, Datum source)
{
	SourceMarks *marks;
	ListCell   *cell;

	foreach(cell, log->sources)
	{
		marks = lfirst(cell);
		if (same_text(PointerGetDatum(marks->source), source))
			return marks;
	}
	marks = palloc0(sizeof(SourceMarks));
	marks->source = DatumGetTextPCopy(source);
	log->sources = lappend(log->sources, marks);
	return marks;
}

/* Every mark of an event widens the range, whatever its source. */
static void
add_mark(StaleLog *log, const Mark *mark)
{
	SourceMarks *marks = marks_to_add_to(log, mark->source);

	if (mark->of_event)
	{
		log->first = Min(log->first, mark->first);
		log->last = Max(log->last, mark->last_event);
	}
	marks->goes_on |= mark->goes_on;
	for (int month = mark->first; month <= mark->last; month++)
		marks->months[month] = mark->whole ? MANY_PARTS : Min(marks->months[month] + 1, MANY_PARTS);
}

static StaleLog *
read_log(Relation rel)
{
	StaleLog   *log = palloc0(sizeof(StaleLog));
	TableScan	table;
	Mark		mark;

	log->table = RelationGetRelid(rel);
	log->cubes = read_cubes(rel);
	read_filled_months(rel, &log->first, &log->last);
	begin_scan(&table, relation_open(RelationGetRelid(rel), AccessShareLock));
	while (next_mark(&table, &mark))
		add_mark(log, &mark);
	end_table(&table);
	return log;
}

/* What the log says to the snapshot that is active.  It is good until the next call. */
const StaleLog *
stale_log(Relation rel)
{
	const SnapshotData *snapshot = GetActiveSnapshot();
	MemoryContext context;
	MemoryContext before;
	StaleLog   *log;
	Sight		sight;

	if (kept != NULL && kept->table == RelationGetRelid(rel) && sees_the_same(&kept_sight, snapshot))
		return kept;
	/* An error leaves it to the context of the caller. */
	context = AllocSetContextCreate(CurrentMemoryContext, "early_help stale log", ALLOCSET_DEFAULT_SIZES);
	before = MemoryContextSwitchTo(context);
	log = read_log(rel);
	sight = copy_of_sight(snapshot);
	MemoryContextSwitchTo(before);
	keep(log, context);
	kept_sight = sight;
	return log;
}

/* A cube by its name; NULL if there is none. */
const Cube *
find_cube(const StaleLog *log, text *name)
{
	ListCell   *cell;

	foreach(cell, log->cubes)
	{
		const Cube *cube = lfirst(cell);

		if (same_text(PointerGetDatum(cube->name), PointerGetDatum(name)))
			return cube;
	}
	return NULL;
}

/* Is a source one of the cube's? */
bool
names_source(const Cube *cube, Datum source)
{
	for (int i = 0; i < cube->source_count; i++)
		if (same_text(cube->sources[i], source))
			return true;
	return false;
}
