/*
 * read_odbc SCHEMA DRIVER: prints what psqlODBC, the library DRIVER, says of
 * every view of a schema, and every row, in the form that read.pl describes.
 * Connects by PGHOST and its like; the driver needs no entry in odbcinst.ini.
 * Comments it does not give: REMARKS is empty.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sql.h>
#include <sqlext.h>

/* The longest value is 255 characters of UTF-8. */
#define VALUE_SIZE 2048
#define MAX_VIEWS 1000

/* A column as the driver reports it. */
typedef struct Column
{
	SQLSMALLINT type;
	SQLULEN		size;
	SQLSMALLINT decimals;
} Column;

static SQLHDBC connection;

/* One program, one connection: whatever goes wrong ends it. */
static void
fail(SQLSMALLINT kind, SQLHANDLE handle, const char *what)
{
	SQLCHAR		state[6] = "";
	SQLCHAR		message[1024] = "";

	SQLGetDiagRec(kind, handle, 1, state, NULL, message, sizeof(message), NULL);
	fprintf(stderr, "%s: %s %s\n", what, state, message);
	exit(1);
}

static void
check(SQLRETURN result, SQLHSTMT statement, const char *what)
{
	if (!SQL_SUCCEEDED(result))
		fail(SQL_HANDLE_STMT, statement, what);
}

static SQLHSTMT
new_statement(void)
{
	SQLHSTMT	statement;

	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement)))
		fail(SQL_HANDLE_DBC, connection, "statement");
	return statement;
}

static void
connect_by(const char *driver)
{
	SQLHENV		environment;
	char		words[1024];

	snprintf(words, sizeof(words), "DRIVER=%s;SERVERNAME=%s;PORT=%s;DATABASE=%s;UID=%s;PWD=%s;BoolsAsChar=0",
			 driver, getenv("PGHOST"), getenv("PGPORT"), getenv("PGDATABASE"), getenv("PGUSER"), getenv("PGPASSWORD"));
	SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment);
	SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER) SQL_OV_ODBC3, 0);
	SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection);
	if (!SQL_SUCCEEDED(SQLDriverConnect(connection, NULL, (SQLCHAR *) words, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT)))
		fail(SQL_HANDLE_DBC, connection, "connect");
}

/* A field with its tabs and line ends escaped; NULL is \N. */
static void
print_field(const char *text)
{
	putchar('\t');
	if (text == NULL)
		fputs("\\N", stdout);
	else
		for (; *text; text++)
			switch (*text)
			{
				case '\\':
					fputs("\\\\", stdout);
					break;
				case '\t':
					fputs("\\t", stdout);
					break;
				case '\n':
					fputs("\\n", stdout);
					break;
				case '\r':
					fputs("\\r", stdout);
					break;
				default:
					putchar(*text);
			}
}

/* A value as the driver's own text, or NULL. */
static const char *
get_text(SQLHSTMT statement, int column, char *buffer)
{
	SQLLEN		length;

	check(SQLGetData(statement, column, SQL_C_CHAR, buffer, VALUE_SIZE, &length), statement, "value");
	return length == SQL_NULL_DATA ? NULL : buffer;
}

static long
get_long(SQLHSTMT statement, int column)
{
	SQLINTEGER	number = 0;
	SQLLEN		length;

	check(SQLGetData(statement, column, SQL_C_SLONG, &number, 0, &length), statement, "number");
	return number;
}

/* The kind of a column; with_size: and its size. */
static void
print_kind(const Column *column, int with_size)
{
	char		text[64];

	switch (column->type)
	{
		case SQL_VARCHAR:
		case SQL_WVARCHAR:
			snprintf(text, sizeof(text), with_size ? "text(%lu)" : "text", (unsigned long) column->size);
			break;
		case SQL_INTEGER:
			snprintf(text, sizeof(text), "integer");
			break;
		case SQL_NUMERIC:
			snprintf(text, sizeof(text), with_size ? "decimal(%lu,%d)" : "decimal", (unsigned long) column->size, column->decimals);
			break;
		case SQL_DOUBLE:
		case SQL_FLOAT:
			snprintf(text, sizeof(text), "double");
			break;
		case SQL_TYPE_DATE:
			snprintf(text, sizeof(text), "date");
			break;
		case SQL_TYPE_TIMESTAMP:
			snprintf(text, sizeof(text), with_size ? "timestamp(%d)" : "timestamp", column->decimals);
			break;
		case SQL_BIT:
			snprintf(text, sizeof(text), "boolean");
			break;
		default:
			snprintf(text, sizeof(text), "other");
	}
	print_field(text);
}

/* The value in the C type that ODBC has for its SQL type. */
static void
print_value(SQLHSTMT statement, int number, SQLSMALLINT type)
{
	char		text[VALUE_SIZE];
	SQLLEN		length;

	switch (type)
	{
		case SQL_INTEGER:
			{
				SQLINTEGER	value;

				check(SQLGetData(statement, number, SQL_C_SLONG, &value, 0, &length), statement, "integer");
				snprintf(text, sizeof(text), "%d", (int) value);
				break;
			}
		case SQL_DOUBLE:
		case SQL_FLOAT:
			{
				double		value;
				uint64_t	bits;

				check(SQLGetData(statement, number, SQL_C_DOUBLE, &value, 0, &length), statement, "double");
				memcpy(&bits, &value, sizeof(bits));
				snprintf(text, sizeof(text), "%016llx", (unsigned long long) bits);
				break;
			}
		case SQL_TYPE_DATE:
			{
				SQL_DATE_STRUCT value;

				check(SQLGetData(statement, number, SQL_C_TYPE_DATE, &value, 0, &length), statement, "date");
				snprintf(text, sizeof(text), "%04d-%02u-%02u", value.year, value.month, value.day);
				break;
			}
		case SQL_TYPE_TIMESTAMP:
			{
				SQL_TIMESTAMP_STRUCT value;

				check(SQLGetData(statement, number, SQL_C_TYPE_TIMESTAMP, &value, 0, &length), statement, "timestamp");
				snprintf(text, sizeof(text), "%04d-%02u-%02u %02u:%02u:%02u",
						 value.year, value.month, value.day, value.hour, value.minute, value.second);
				break;
			}
		case SQL_BIT:
			{
				unsigned char value;

				check(SQLGetData(statement, number, SQL_C_BIT, &value, 0, &length), statement, "boolean");
				snprintf(text, sizeof(text), "%s", value ? "t" : "f");
				break;
			}
		default:
			print_field(get_text(statement, number, text));
			return;
	}
	print_field(length == SQL_NULL_DATA ? NULL : text);
}

static void
read_columns(const char *schema, const char *view)
{
	SQLHSTMT	found = new_statement();
	char		name[VALUE_SIZE];
	char		type_name[VALUE_SIZE];
	Column		column;

	check(SQLColumns(found, NULL, 0, (SQLCHAR *) schema, SQL_NTS, (SQLCHAR *) view, SQL_NTS, NULL, 0), found, "columns");
	while (SQL_SUCCEEDED(SQLFetch(found)))
	{
		get_text(found, 4, name);
		column.type = get_long(found, 5);
		get_text(found, 6, type_name);
		column.size = get_long(found, 7);
		column.decimals = get_long(found, 9);
		printf("column\t%s\t%s", view, name);
		print_kind(&column, 1);
		printf("\ntype");
		print_kind(&column, 0);
		printf("\t%s\n", type_name);
	}
	SQLFreeHandle(SQL_HANDLE_STMT, found);
}

static void
read_rows(const char *schema, const char *view)
{
	SQLHSTMT	rows = new_statement();
	SQLSMALLINT columns;
	char		query[512];

	snprintf(query, sizeof(query), "select * from \"%s\".\"%s\"", schema, view);
	if (!SQL_SUCCEEDED(SQLExecDirect(rows, (SQLCHAR *) query, SQL_NTS)))
	{
		SQLCHAR		state[6] = "";

		SQLGetDiagRec(SQL_HANDLE_STMT, rows, 1, state, NULL, NULL, 0, NULL);
		if (strcmp((char *) state, "42501") != 0)
			fail(SQL_HANDLE_STMT, rows, query);
		printf("refused\t%s\n", view);
		SQLFreeHandle(SQL_HANDLE_STMT, rows);
		return;
	}
	SQLNumResultCols(rows, &columns);
	while (SQL_SUCCEEDED(SQLFetch(rows)))
	{
		printf("row\t%s", view);
		for (int i = 1; i <= columns; i++)
		{
			SQLLEN		type;

			SQLColAttribute(rows, i, SQL_DESC_CONCISE_TYPE, NULL, 0, NULL, &type);
			print_value(rows, i, type);
		}
		putchar('\n');
	}
	SQLFreeHandle(SQL_HANDLE_STMT, rows);
}

int
main(int argc, char **argv)
{
	char	   *views[MAX_VIEWS];
	int			number = 0;
	SQLHSTMT	found;

	if (argc != 3)
		return 2;
	connect_by(argv[2]);
	found = new_statement();
	check(SQLTables(found, NULL, 0, (SQLCHAR *) argv[1], SQL_NTS, NULL, 0, (SQLCHAR *) "VIEW", SQL_NTS), found, "tables");
	while (number < MAX_VIEWS && SQL_SUCCEEDED(SQLFetch(found)))
	{
		char		name[VALUE_SIZE];

		get_text(found, 3, name);
		views[number++] = strdup(name);
	}
	SQLFreeHandle(SQL_HANDLE_STMT, found);
	for (int i = 0; i < number; i++)
	{
		printf("view\t%s\n", views[i]);
		read_columns(argv[1], views[i]);
		read_rows(argv[1], views[i]);
	}
	return 0;
}
