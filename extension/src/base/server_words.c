/*-------------------------------------------------------------------------
 *
 * server_words.c
 *		The server's own errors about records, said in the rules' words.
 *
 * Keys, foreign keys and exclusions are the server's to check. It alone can: a
 * trigger that fires before the row is written does not know whether ON CONFLICT
 * will write it, nor what the rest of the statement writes, nor what another
 * session does meanwhile. But the server's errors print keys and rows, and do not
 * say what to do. So nothing is checked here. When the server has raised such an
 * error, this file replaces its SQLSTATE, words and hint, before anybody catches
 * it. No statement fails that would not fail without this file.
 *
 * The place for that is an error context callback: PostgreSQL calls each one
 * while it makes an error, and its own use them to change one (errposition in
 * _SPI_error_callback and sql_exec_error_callback). A callback may not look into
 * the catalog. What it needs to know is prepared by the trigger that every record
 * table has (check_row.c).
 *
 * Other callbacks stand on the stack while their function runs. Ours has to
 * outlive the trigger that puts it there. It is therefore not pushed on top: a
 * caller may take off what is on top by error_context_stack->previous, as
 * exec_bind_message() does. It is appended below all others, in static memory.
 * Whoever put the others there takes off his own alone.
 *
 * If there are no others, the executor takes it off when the trigger returns: a
 * PG_TRY block puts back the stack that it found, an empty one. So the executor's
 * hooks append it before a statement runs. One statement is left: the first one of a
 * session, if it is not within a function and nothing but its triggers is ours
 * (a day would be: event_date.c). It loads the library when it runs already. Its
 * keys are refused in the server's own words, unless session_preload_libraries
 * names the library.
 *
 * What is prepared is good for the client's statement in which it was prepared:
 * where no trigger fires, the server's errors stay as they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/day_column.h"
#include "base/record.h"
#include "base/rule.h"
#include "base/server_words.h"

/* The constraint of domain early_help.event_date. */
#define DAY_CONSTRAINT "event_date_is_plausible"

/* A code that a row has and its list has not, and what to use instead. */
typedef struct UnknownCode
{
	TimestampTz statement;
	char		constraint[NAMEDATALEN];
	char		code[64];		/* empty if it is longer */
	char		detail[256];
	char		hint[512];
} UnknownCode;

/* Each is as of the statement it carries. All live until the session ends. */
static struct
{
	TimestampTz statement;
	Oid			oid;
	char		name[NAMEDATALEN];
}			schemas[4];
static UnknownCode codes[8];
static uint32 next_code = 0;
static TimestampTz day_statement = 0;
static DateADT bad_day;
static char bad_column[NAMEDATALEN];	/* empty if it is not known */

/* The query that is being run, the innermost one; NULL outside of the executor. */
static const QueryDesc *running = NULL;

static void say_in_words(void *arg);
static ErrorContextCallback in_words = {NULL, say_in_words, NULL};

/* Not inlined: next to PG_TRY, gcc would warn that longjmp clobbers what it keeps. */
static pg_noinline void
stand_by(void)
{
	ErrorContextCallback **last = &error_context_stack;

	for (; *last; last = &(*last)->previous)
	{
		if (*last == &in_words)
			return;
	}
	*last = &in_words;
}

/*
 * Called for each row of a record table before it is written or deleted. A
 * subscriber and a restore (session_replication_role) keep the server's words.
 */
void
await_server_error(Relation rel)
{
	Oid			schema = RelationGetNamespace(rel);
	TimestampTz now = GetCurrentStatementStartTimestamp();
	int			place = (int) (schema % lengthof(schemas));
	char	   *name;

	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return;
	stand_by();
	if (schemas[place].oid == schema && schemas[place].statement == now)
		return;
	name = get_namespace_name(schema);
	if (name == NULL)
		return;
	schemas[place].oid = schema;
	schemas[place].statement = now;
	strlcpy(schemas[place].name, name, NAMEDATALEN);
}

/* Copies as much as there is room for, and no half of a character. */
static void
keep_words(char *kept, const char *words, int size)
{
	int			length = pg_mbcliplen(words, (int) strlen(words), size - 1);

	memcpy(kept, words, length);
	kept[length] = '\0';
}

/* Called where a row has a code that its list has not: the foreign key may refuse it. */
void
await_unknown_code(const char *constraint, const char *code, const char *detail, const char *hint)
{
	UnknownCode *unknown = &codes[next_code++ % lengthof(codes)];

	unknown->statement = GetCurrentStatementStartTimestamp();
	strlcpy(unknown->constraint, constraint, sizeof(unknown->constraint));
	strlcpy(unknown->code, strlen(code) < sizeof(unknown->code) ? code : "", sizeof(unknown->code));
	keep_words(unknown->detail, detail, sizeof(unknown->detail));
	keep_words(unknown->hint, hint, sizeof(unknown->hint));
}

/* Called where a day is not one of the record's: its domain may refuse it. */
void
await_impossible_day(DateADT day)
{
	const char *column;

	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return;
	stand_by();
	day_statement = GetCurrentStatementStartTimestamp();
	bad_day = day;
	column = running ? column_of_day(running, day) : NULL;
	strlcpy(bad_column, column ? column : "", sizeof(bad_column));
}

static bool
is_awaited_schema(const char *schema)
{
	TimestampTz now = GetCurrentStatementStartTimestamp();

	for (int i = 0; i < (int) lengthof(schemas); i++)
	{
		if (schemas[i].statement == now && OidIsValid(schemas[i].oid) &&
			schema && strcmp(schemas[i].name, schema) == 0)
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------------
 * The key in the server's words
 * ---------------------------------------------------------------------
 */

/* One of two lists "(a, b)=(1, 2)": its end, and what stands in it. */
typedef struct KeyPart
{
	const char *begin;
	const char *end;
} KeyPart;

/* The next item of a list, which ends at its comma or at the list's bracket. */
static bool
next_item(const char **at, KeyPart *item)
{
	int			depth = 0;
	const char *p = *at;

	if (*p == '\0' || *p == ')')
		return false;
	item->begin = p;
	for (; *p && !(depth == 0 && (*p == ')' || (*p == ',' && p[1] == ' '))); p++)
		depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
	item->end = p;
	*at = *p == ',' ? p + 2 : p;
	return true;
}

static bool
is_made_of(const KeyPart *item, bool (*fits) (char))
{
	for (const char *p = item->begin; p < item->end; p++)
	{
		if (!fits(*p))
			return false;
	}
	return item->end > item->begin;
}

static bool
fits_name(char c)
{
	return c == '_' || islower((unsigned char) c) || isdigit((unsigned char) c);
}

static bool
fits_id(char c)
{
	return c == '-' || isdigit((unsigned char) c);
}

static bool
is_id_column(const KeyPart *item)
{
	return item->end - item->begin > 3 && strncmp(item->end - 3, "_id", 3) == 0;
}

/*
 * The columns and ids of a key that the server's detail, in whatever language,
 * shows as "(plan_id, held_on)=(1, 2024-03-01)". A value of another column can
 * be anything, and is left out.
 */
static void
read_key(const char *detail, StringInfo columns, StringInfo ids)
{
	const char *column_at = strchr(detail, '(');
	const char *value_at = column_at ? strstr(column_at, ")=(") : NULL;
	KeyPart		column;
	KeyPart		value;

	if (value_at == NULL)
		return;
	column_at++;
	value_at += 3;
	while (next_item(&column_at, &column) && next_item(&value_at, &value))
	{
		int			length = (int) (column.end - column.begin);

		if (!is_made_of(&column, fits_name))
			continue;
		appendStringInfo(columns, "%s%.*s", columns->len ? ", " : "", length, column.begin);
		if (is_id_column(&column) && is_made_of(&value, fits_id))
			appendStringInfo(ids, "%s%.*s %.*s", ids->len ? ", " : "", length, column.begin,
							 (int) (value.end - value.begin), value.begin);
	}
}

/* ---------------------------------------------------------------------
 * The rule's words
 * ---------------------------------------------------------------------
 */

/* Replaces what the error being made says. */
static void
say(const Rule *r, const char *hint, const char *detail)
{
	errcode(MAKE_SQLSTATE(r->sqlstate[0], r->sqlstate[1], r->sqlstate[2], r->sqlstate[3], r->sqlstate[4]));
	errmsg("%s (%s)", r->sentence, r->number);
	errdetail_internal("%s", detail);
	errhint("%s", hint ? hint : r->hint);
	errhidestmt(true);
	errhidecontext(true);
}

/* The server shows no key to somebody who may not read it. */
static bool
shows_key(const ErrorData *error)
{
	return error->detail && strstr(error->detail, ")=(");
}

/* The code of this statement that this error is about. */
static const UnknownCode *
unknown_code(const ErrorData *error)
{
	for (int i = 0; i < (int) lengthof(codes); i++)
	{
		const UnknownCode *unknown = &codes[i];

		if (unknown->statement == GetCurrentStatementStartTimestamp() &&
			strcmp(unknown->constraint, error->constraint_name) == 0 &&
			(!shows_key(error) || unknown->code[0] == '\0' ||
			 strstr(error->detail, psprintf(")=(%s)", unknown->code))))
			return unknown;
	}
	return NULL;
}

/* Is the key one column, and a code? */
static bool
is_code(const char *columns)
{
	size_t		length = strlen(columns);

	return length > 5 && strcmp(columns + length - 5, "_code") == 0 && strchr(columns, ',') == NULL;
}

/* "plan_id 3: words"; the words alone if there are no ids to show. */
static const char *
with_ids(const char *ids, const char *words)
{
	return *ids ? psprintf("%s: %s", ids, words) : words;
}

static void
say_nothing_there(const ErrorData *error, const char *columns, const char *ids)
{
	const UnknownCode *unknown = unknown_code(error);
	const RuleConstraint *held = rule_constraint(error->constraint_name);

	if (unknown)
		say(rule(RULE_CODE_OF_THE_LIST), unknown->hint, unknown->detail);
	else if (held)
		say(rule(held->rule), rule_constraint_hint(held), with_ids(ids, held->words));
	else
		say(rule(is_code(columns) ? RULE_CODE_OF_THE_LIST : RULE_NO_SUCH_RECORD), NULL,
			psprintf("%s of a row of \"%s\"", *ids ? ids : columns, error->table_name));
}

static void
say_taken(const ErrorData *error, const char *columns, const char *ids)
{
	const RuleConstraint *held = rule_constraint(error->constraint_name);

	if (held)
		say(rule(held->rule), rule_constraint_hint(held), with_ids(ids, held->words));
	else
		say(rule(RULE_RECORDED_ONCE), NULL,
			with_ids(ids, psprintf("a row of \"%s\" with the same %s is there", error->table_name, columns)));
}

/* Only what the trigger leaves to the server: CHECKs on generated columns. */
static void
say_check(const ErrorData *error)
{
	const RuleConstraint *held = rule_constraint(error->constraint_name);

	if (held)
		say(rule(held->rule), rule_constraint_hint(held), psprintf("a row of \"%s\": %s", error->table_name, held->words));
}

/* The message in the sources tells the two sides of a foreign key apart. */
static bool
is_of_the_referring_row(const ErrorData *error)
{
	return error->message_id && strncmp(error->message_id, "insert or update", strlen("insert or update")) == 0;
}

static void
say_of_key(const ErrorData *error)
{
	StringInfoData columns;
	StringInfoData ids;

	initStringInfo(&columns);
	initStringInfo(&ids);
	if (shows_key(error))
		read_key(error->detail, &columns, &ids);
	if (columns.len == 0)
		appendStringInfoString(&columns, "key");
	if (error->sqlerrcode != ERRCODE_FOREIGN_KEY_VIOLATION && error->sqlerrcode != ERRCODE_RESTRICT_VIOLATION)
		say_taken(error, columns.data, ids.data);
	else if (is_of_the_referring_row(error))
		say_nothing_there(error, columns.data, ids.data);
	else
		say(rule(RULE_OTHERS_REST_ON_IT), NULL, with_ids(ids.data, psprintf("rows of \"%s\" refer to it", error->table_name)));
}

static void
say_of_day(void)
{
	say(rule(RULE_DAYS_IN_ORDER), "Check the year: days of the record are from 1900-01-01 to 2100-12-31.",
		psprintf("%s is %s", bad_column[0] ? bad_column : "the day given",
				 DATE_NOT_FINITE(bad_day) ? "infinity" : date_words(bad_day)));
}

static void
reword(const ErrorData *error)
{
	if (error->elevel != ERROR || error->constraint_name == NULL)
		return;
	if (day_statement == GetCurrentStatementStartTimestamp() && error->datatype_name &&
		strcmp(error->constraint_name, DAY_CONSTRAINT) == 0)
		say_of_day();
	else if (error->table_name == NULL || !is_awaited_schema(error->schema_name))
		return;
	else if (error->sqlerrcode == ERRCODE_CHECK_VIOLATION)
		say_check(error);
	else if (error->sqlerrcode != ERRCODE_EXCLUSION_VIOLATION || rule_constraint(error->constraint_name))
		say_of_key(error);
}

/* Error context callback. It allocates in the context of errors, which the server empties. */
static void
say_in_words(void *arg)
{
	MemoryContext errors = CurrentMemoryContext;
	ErrorData  *error;

	(void) arg;
	switch (geterrcode())
	{
		case ERRCODE_UNIQUE_VIOLATION:
		case ERRCODE_EXCLUSION_VIOLATION:
		case ERRCODE_FOREIGN_KEY_VIOLATION:
		case ERRCODE_RESTRICT_VIOLATION:
		case ERRCODE_CHECK_VIOLATION:
			break;
		default:
			return;
	}
	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA || !IsTransactionState())
		return;
	/* CopyErrorData() wants another context than that of errors. */
	MemoryContextSwitchTo(CurTransactionContext);
	error = CopyErrorData();
	MemoryContextSwitchTo(errors);
	reword(error);
	FreeErrorData(error);
}

/* ---------------------------------------------------------------------
 * Hooks
 * ---------------------------------------------------------------------
 */

static ExecutorRun_hook_type next_run = NULL;
static ExecutorFinish_hook_type next_finish = NULL;

static void
run_next(RUN_PARAMETERS)
{
	if (next_run)
		next_run(RUN_ARGUMENTS);
	else
		standard_ExecutorRun(RUN_ARGUMENTS);
}

static void
run_in_words(RUN_PARAMETERS)
{
	const QueryDesc *volatile outer = running;

	stand_by();
	PG_TRY();
	{
		running = query;
		run_next(RUN_ARGUMENTS);
	}
	PG_FINALLY();
	{
		running = outer;
	}
	PG_END_TRY();
}

/* Foreign keys are checked when the statement finishes. */
static void
finish_in_words(QueryDesc *query)
{
	stand_by();
	if (next_finish)
		next_finish(query);
	else
		standard_ExecutorFinish(query);
}

/* Called once, when the library is loaded. */
void
install_server_words(void)
{
	next_run = ExecutorRun_hook;
	ExecutorRun_hook = run_in_words;
	next_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = finish_in_words;
}
