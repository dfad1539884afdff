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
 * One query. Declare it static const: its address is part of the plan cache's
 * key. Its text is SQL with two short forms:
 *
 * @plan	the table plan of the partnership: ONLY schema.plan
 * a < b	an operator between two blanks is pg_catalog's, whatever the writer's
 *			search_path: a operator(pg_catalog.<) b. Equality is ==; a single =
 *			is the assignment of an UPDATE.
 *
 * Both hold within quotes too.
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

/* A value of a row of a result: NO_ID, DATEVAL_NOEND or NULL for null. */
extern int64 row_id(const SPITupleTable *rows, uint64 row, int column);
extern DateADT row_date(const SPITupleTable *rows, uint64 row, int column);
extern char *row_text(const SPITupleTable *rows, uint64 row, int column);

/* The same of the last result's first row; as null where it has none. */
extern int64 result_id(int column);
extern DateADT result_date(int column);
extern char *result_text(int column);

#endif
