/*
 * What the race programs share: sessions as processes, and TAP for the runner.
 *
 * A program connects to the database that the environment (PGHOST, PGDATABASE
 * and so on) names: a fresh one with the extension created.
 */
#ifndef RACE_H
#define RACE_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libpq-fe.h>

/* The number of the last test case, and whether all were ok. */
static int	race_cases = 0;
static bool race_all_ok = true;

static inline void
race_ok(bool ok, const char *what)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++race_cases, what);
	fflush(stdout);
	race_all_ok = race_all_ok && ok;
}

/* The last call of main: writes the plan, returns the exit status. */
static inline int
race_done(void)
{
	printf("1..%d\n", race_cases);
	return race_all_ok ? 0 : 1;
}

static inline PGconn *
race_connect(void)
{
	PGconn	   *conn = PQconnectdb("");

	if (PQstatus(conn) != CONNECTION_OK)
	{
		printf("Bail out! %s", PQerrorMessage(conn));
		exit(2);
	}
	return conn;
}

/* Runs a statement that must succeed. */
static inline void
race_do(PGconn *conn, const char *sql)
{
	PGresult   *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
	{
		printf("Bail out! %s: %s", sql, PQerrorMessage(conn));
		exit(2);
	}
	PQclear(result);
}

/* The single number that a query gives. */
static inline long
race_number(PGconn *conn, const char *sql)
{
	PGresult   *result = PQexec(conn, sql);
	long		number;

	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
	{
		printf("Bail out! %s: %s", sql, PQerrorMessage(conn));
		exit(2);
	}
	number = strtol(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return number;
}

/*
 * Runs session(0) .. session(n - 1), each in a process of its own that connects
 * for itself; returns how many did not return 0.
 */
static inline int
race_sessions(int n, int (*session) (int))
{
	int			failed = 0;

	fflush(stdout);
	for (int i = 0; i < n; i++)
	{
		pid_t		child = fork();

		if (child < 0)
		{
			printf("Bail out! fork: %s\n", strerror(errno));
			exit(2);
		}
		if (child == 0)
		{
			int			status = session(i);

			fflush(stdout);
			_exit(status);
		}
	}
	for (int i = 0; i < n; i++)
	{
		int			status;

		if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
			failed++;
	}
	return failed;
}

#endif							/* RACE_H */
