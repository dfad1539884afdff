/*-------------------------------------------------------------------------
 *
 * compat.h
 *		The differences between PostgreSQL 15, 17 and 18, all in one place.
 *
 * Code elsewhere is written for the newest server; what an older one lacks is
 * supplied here.  Nothing here may change the catalogue objects of the
 * extension: those are the same on every version.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_COMPAT_H
#define EARLY_HELP_COMPAT_H

#include "postgres.h"

/* VARDATA_ANY and its like stand in a header of their own since PostgreSQL 16. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * Soft errors came with PostgreSQL 16.  Before it nobody passes a context that
 * could take an error, so ours is simply thrown.
 */
#if PG_VERSION_NUM < 160000
#define errsave(context, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)

#define ereturn(context, dummy_value, ...) \
	do { \
		errsave(context, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#endif

/*
 * One function asks for a privilege on any object since PostgreSQL 16.  Before
 * it each catalog has its own; these are the catalogs that we ask for.
 */
#if PG_VERSION_NUM < 160000
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "utils/acl.h"

static inline AclResult
object_aclcheck(Oid catalog, Oid object, Oid role, AclMode mode)
{
	if (catalog == ProcedureRelationId)
		return pg_proc_aclcheck(object, role, mode);
	if (catalog == DatabaseRelationId)
		return pg_database_aclcheck(object, role, mode);
	Assert(catalog == NamespaceRelationId);
	return pg_namespace_aclcheck(object, role, mode);
}
#endif

/* 18 writes it before a declaration, and no longer has pg_attribute_noreturn(). */
#ifndef pg_noreturn
#define pg_noreturn __attribute__((noreturn))
#endif

/* pg_attribute_printf() names gcc's own format, which clang does not know. */
#define printf_format(string, first) __attribute__((__format__(__printf__, string, first)))

/* A CHECK can be NOT ENFORCED since PostgreSQL 18. */
#if PG_VERSION_NUM >= 180000
#define check_is_enforced(check) ((check)->ccenforced)
#else
#define check_is_enforced(check) true
#endif

/* Where the executor keeps the compiled CHECKs of a table. It has other constraints of the kind since PostgreSQL 18. */
#if PG_VERSION_NUM < 180000
#define ri_CheckConstraintExprs ri_ConstraintExprs
#endif

/* A generated column can be computed when it is read since PostgreSQL 18. */
#if PG_VERSION_NUM >= 180000
#define is_virtual(attribute) ((attribute)->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
#else
#define is_virtual(attribute) ((void) (attribute), false)
#endif

/* What the executor's hook for running a query is given: one flag less since PostgreSQL 18. */
#if PG_VERSION_NUM >= 180000
#define RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count
#define RUN_ARGUMENTS query, direction, count
#else
#define RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count, bool execute_once
#define RUN_ARGUMENTS query, direction, count, execute_once
#endif

/* Begins to fetch the rows of a table by one of its indexes. Since PostgreSQL 18 one can have its searches counted. */
#if PG_VERSION_NUM >= 180000
#define begin_row_scan(table, index, snapshot, keys) index_beginscan(table, index, snapshot, NULL, keys, 0)
#else
#define begin_row_scan(table, index, snapshot, keys) index_beginscan(table, index, snapshot, keys, 0)
#endif

#endif							/* EARLY_HELP_COMPAT_H */
