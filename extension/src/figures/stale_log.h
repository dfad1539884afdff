/*-------------------------------------------------------------------------
 *
 * stale_log.h
 *		What the log of stale months says, as the snapshot of a query sees it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_STALE_LOG_H
#define EARLY_HELP_STALE_LOG_H

#include "access/tableam.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"

#include "figures/month.h"

/*
 * A month with so many marks of parts is stale as a whole: computing the parts
 * one by one would take longer.
 */
#define MANY_PARTS 5001

/* A table that is read. */
typedef struct TableScan
{
	Relation	rel;
	TableScanDesc scan;
	TupleTableSlot *slot;
} TableScan;

/* What a row of the log says. */
typedef struct Mark
{
	Datum		source;
	int			first;
	int			last;
	bool		of_event;		/* does it name a month with an event? */
	bool		goes_on;		/* does it begin with an event and not end? */
	int			last_event;
	bool		whole;			/* does it name no part? */
	int64		part;
} Mark;

/* What table kpi_cube says of a cube. */
typedef struct Cube
{
	text	   *name;
	Datum	   *sources;
	int			source_count;
	bool		in_parts;
} Cube;

/* The marks of a source. */
typedef struct SourceMarks
{
	text	   *source;
	bool		goes_on;		/* does one begin with an event and not end? */
	int			months[ALL_MONTHS]; /* marks of parts; MANY_PARTS: as a whole */
} SourceMarks;

typedef struct StaleLog
{
	Oid			table;
	List	   *cubes;			/* of Cube */
	List	   *sources;		/* of SourceMarks */
	int			first;			/* the first and last month that have cells, or events of marks */
	int			last;
} StaleLog;

extern void begin_log(TableScan *log, Oid table);
extern bool next_mark(TableScan *log, Mark *mark);
extern void end_table(TableScan *table);

extern const StaleLog *stale_log(Relation rel);
extern const Cube *find_cube(const StaleLog *log, text *name);
extern bool names_source(const Cube *cube, Datum source);

#endif
