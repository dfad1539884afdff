/*-------------------------------------------------------------------------
 *
 * partnership_query.h
 *		Queries of a trigger on the sibling tables of its partnership.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_PARTNERSHIP_QUERY_H
#define EARLY_HELP_PARTNERSHIP_QUERY_H

#include "executor/spi.h"
#include "utils/date.h"
#include "utils/rel.h"

/*
 * Operators are qualified: whoever writes to a record may have a schema of
 * his own first in the search path.
 */
#define EQ " operator(pg_catalog.=) "
#define NE " operator(pg_catalog.<>) "
#define LT " operator(pg_catalog.<) "
#define LE " operator(pg_catalog.<=) "
#define GT " operator(pg_catalog.>) "
#define GE " operator(pg_catalog.>=) "

/*
 * One query; declare it static const, its address is part of the plan cache's
 * key. In its text @ before a table's name stands for the partnership's
 * schema.
 */
typedef struct PartnershipQuery
{
	const char *text;
	int			nargs;
	Oid			argtypes[8];
} PartnershipQuery;

extern void begin_partnership_queries(void);
extern void end_partnership_queries(void);
extern uint64 run_partnership_query(Relation rel, const PartnershipQuery *query,
									const Datum *values, const char *nulls);
extern uint64 run_partnership_query_xact_snapshot(Relation rel, const PartnershipQuery *query,
												  const Datum *values, const char *nulls);
extern uint64 write_by_rules(Relation rel, const PartnershipQuery *query,
							 const Datum *values, const char *nulls);
extern bool rules_are_writing(void);

extern CommandId advance_command_id(void);

/* A value of a row of a result: NO_ID, DATEVAL_NOEND or NULL for null. */
extern int64 row_id(const SPITupleTable *rows, uint64 row, int column);
extern DateADT row_date(const SPITupleTable *rows, uint64 row, int column);
extern char *row_text(const SPITupleTable *rows, uint64 row, int column);

/* The same of the last result's first row; as null where it has none. */
extern int64 result_id(int column);
extern DateADT result_date(int column);
extern char *result_text(int column);

#endif
