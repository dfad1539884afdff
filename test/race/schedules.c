/*
 * Two acts at once come to what they come to one after the other.
 *
 * Every pair of acts of schedules.sql meets a family at every stage, in every
 * interleaving of two transactions at READ COMMITTED and REPEATABLE READ: the
 * record and who was refused must be those of one of the two serial orders. A
 * session that waits for the other steps aside until it is free.  Who gets
 * 40001 runs its transaction again when the other has ended, as a client would;
 * none gets 40P01, because who writes locks in one order.  At the end the audit finds nothing, and the figures equal the
 * plain query.
 *
 * At READ COMMITTED a transaction has two steps, its act and its COMMIT: BEGIN
 * takes no snapshot.  At REPEATABLE READ the snapshot is a step before them,
 * which takes no lock and sees only what was committed: of the schedules that
 * differ in nothing but what lies between it and the other's COMMIT, one is
 * enough.  So a pair has 6 and 8 schedules, the serial ones among them.
 *
 * A refusal that neither order has, where the other act did what it does alone,
 * is not wrong, and nothing is lost: the client may try again.  At READ COMMITTED
 * there is none; a transaction that is held to its first snapshot can be told so.
 *
 * SCHEDULES is how many pairs at a stage are taken, by RACE_SEED (1), or all;
 * SCHEDULES_ACTS takes the first acts alone;
 * SCHEDULES_ONLY takes those whose words contain it, as "closed: refer, ";
 * SCHEDULES_WORKERS (2) is how many schedules run at a time, RACE_SECONDS when
 * it ends, whatever is left. SCHEDULES_UNTIL=break ends it at the first schedule
 * that should not be, and leaves the figures out: test/mutate, which takes the
 * locks away. It begins with the pairs whose words contain SCHEDULES_FIRST; then
 * come those whose acts both come to the place of the lock, which says so by a
 * notice, then those of which one does, then all.
 *	make check SUITES=race TESTS=schedules SCHEDULES=all TEST_SECONDS=7200
 */
#include "race.h"

#include <poll.h>
#include <sys/mman.h>
#include <time.h>

#define USUAL_PAIRS		400
#define MOST_ACTS		100
#define MOST_STAGES		20
#define MOST_STEPS		3		/* of a transaction */
#define COPIES_AT_ONCE	130
#define FIRST_COPY		1000	/* so that no key looks like a year */
#define FIRST_NEW_KEY	10000000000LL
#define FIRST_TURN		3
#define MOST_SECONDS_TO_WAIT	60
#define STRIDE			1000003L	/* takes the pairs in an order that jumps, each once */

typedef enum Level
{
	READ_COMMITTED,
	REPEATABLE_READ,
	LEVELS
} Level;

static const char *const level_words[LEVELS] = {"read committed", "repeatable read"};

typedef struct Act
{
	char	   *name;
	char	   *sql;
} Act;

/* One side of a schedule. */
typedef struct Session
{
	PGconn	   *conn;
	char		pid[12];
	char	   *steps[MOST_STEPS];
	int			next;			/* the step to take next */
	bool		busy;			/* it has not answered yet */
	char		sqlstate[6];	/* of its first error; empty: none */
} Session;

/* What a schedule came to. */
typedef struct End
{
	char		sqlstates[2][6];
	char	   *record;
} End;

/* What all workers met; in memory that they share. */
typedef struct Shared
{
	long		pairs;
	long		idle_pairs;		/* both acts are refused in either order */
	long		schedules;
	long		blocked;		/* in which a session waited */
	long		retried;		/* in which a transaction ran again */
	long		deadlocks;
	long		breaks;
	long		refused_beside[LEVELS];	/* by what neither order has; the other did what it does alone */
	long		other_words;	/* refused as in a serial order, under another code */
	long		went_through[MOST_ACTS];
} Shared;

static Shared *shared;
static Act	acts[MOST_ACTS];
static int	act_count;
static char *stages[MOST_STAGES];
static int	stage_count;
static int	seed = 1;
static int	pairs_wanted = USUAL_PAIRS; /* 0: all */
static const char *only;
static const char *first;
static bool until_break;
static int	workers = 2;
static int	most_acts = MOST_ACTS;
static int	seconds;			/* after which no pair is begun; 0: all are */
static double stop_at;
static int	comes_to_lock[MOST_STAGES][MOST_ACTS]; /* 1: the act, alone, comes to the place of the lock that is taken away */

/* Of one worker. */
static PGconn *watcher;
static Session sessions[2];
static int	worker;
static long next_copy;
static long copies_of[MOST_STAGES]; /* the next ready copy of a stage */
static long copies_left[MOST_STAGES];
static bool schedule_blocked;
static bool schedule_deadlocked;

static void
bail_out(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	exit(2);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static PGresult *
query(PGconn *conn, const char *sql)
{
	PGresult   *result = PQexec(conn, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		bail_out(sql, PQerrorMessage(conn));
	return result;
}

/* ---------------------------------------------------------------------
 * One copy of a family
 * ---------------------------------------------------------------------
 */

static long long
first_key(long copy)
{
	return 1000 + 100LL * copy;
}

static long
take_copy(int stage)
{
	if (copies_left[stage] == 0)
	{
		char		sql[200];

		snprintf(sql, sizeof(sql), "call schedules.make_copies('%s', %ld, %d)", stages[stage], next_copy, COPIES_AT_ONCE);
		race_do(watcher, sql);
		copies_of[stage] = next_copy;
		copies_left[stage] = COPIES_AT_ONCE;
		next_copy += COPIES_AT_ONCE;
	}
	copies_left[stage]--;
	return copies_of[stage]++;
}

/* The statement of an act for a copy: #n is its n-th key. */
static char *
act_on(const Act *act, long copy)
{
	char	   *sql = malloc(strlen(act->sql) * 4 + 100);
	char	   *end = sql;

	for (const char *from = act->sql; *from;)
	{
		if (*from == '#')
			end += sprintf(end, "%lld", first_key(copy) + strtol(from + 1, (char **) &from, 10));
		else
			*end++ = *from++;
	}
	*end = '\0';
	return sql;
}

/* The line with keys that are the same in every copy. */
static char *
plain_line(const char *line, long copy)
{
	char	   *plain = malloc(strlen(line) * 2 + 1);
	char	   *end = plain;

	while (*line)
	{
		long long	number;

		if (*line < '0' || *line > '9')
		{
			*end++ = *line++;
			continue;
		}
		number = strtoll(line, NULL, 10) - first_key(copy);
		if (number >= 0 && number < 100)
			end += sprintf(end, "#%lld", number);
		else if (number + first_key(copy) >= FIRST_NEW_KEY)
			end += sprintf(end, "new");
		else
		{
			while (*line >= '0' && *line <= '9')
				*end++ = *line++;
		}
		while (*line >= '0' && *line <= '9')
			line++;
	}
	*end = '\0';
	return plain;
}

static int
compare_lines(const void *one, const void *other)
{
	return strcmp(*(char *const *) one, *(char *const *) other);
}

/* All that is recorded of a copy, sorted, a line a row. */
static char *
record_of(long copy)
{
	char		sql[100];
	PGresult   *result;
	int			rows;
	char	  **lines;
	size_t		size = 1;
	char	   *record;
	char	   *end;

	snprintf(sql, sizeof(sql), "select schedules.record_of(%ld)", copy);
	result = query(watcher, sql);
	rows = PQntuples(result);
	lines = malloc(sizeof(char *) * (size_t) (rows + 1));
	for (int i = 0; i < rows; i++)
	{
		lines[i] = plain_line(PQgetvalue(result, i, 0), copy);
		size += strlen(lines[i]) + 1;
	}
	PQclear(result);
	qsort(lines, (size_t) rows, sizeof(char *), compare_lines);
	record = end = malloc(size);
	*end = '\0';
	for (int i = 0; i < rows; i++)
	{
		end += sprintf(end, "%s\n", lines[i]);
		free(lines[i]);
	}
	free(lines);
	return record;
}

/* ---------------------------------------------------------------------
 * One schedule
 * ---------------------------------------------------------------------
 */

static void
note_error(Session *session, const PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (PQresultStatus(result) == PGRES_FATAL_ERROR && session->sqlstate[0] == '\0')
		snprintf(session->sqlstate, sizeof(session->sqlstate), "%s", sqlstate ? sqlstate : "-----");
}

static void
send_step(Session *session)
{
	if (!PQsendQuery(session->conn, session->steps[session->next++]))
		bail_out("send", PQerrorMessage(session->conn));
	session->busy = true;
}

/* Takes the answer of a session, if it is there by then. */
static void
take_answer(Session *session, int milliseconds)
{
	struct pollfd poll_on = {.fd = PQsocket(session->conn), .events = POLLIN};
	PGresult   *result;

	if (PQisBusy(session->conn) && poll(&poll_on, 1, milliseconds) <= 0)
		return;
	if (!PQconsumeInput(session->conn))
		bail_out("a session", PQerrorMessage(session->conn));
	while (!PQisBusy(session->conn))
	{
		result = PQgetResult(session->conn);
		if (result == NULL)
		{
			session->busy = false;
			return;
		}
		note_error(session, result);
		PQclear(result);
	}
}

/* Whether a session waits for the other. */
static bool
waits(const Session *session)
{
	const char *values[] = {session->pid, sessions[session == sessions].pid};
	PGresult   *result = PQexecParams(watcher, "select pg_isolation_test_session_is_blocked($1::integer, array[$2::integer])",
									  2, NULL, values, NULL, NULL, 0);
	bool		blocked;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		bail_out("watching", PQerrorMessage(watcher));
	blocked = PQgetvalue(result, 0, 0)[0] == 't';
	PQclear(result);
	return blocked;
}

/* Until every session has answered or waits for the other. */
static void
settle(void)
{
	time_t		began = time(NULL);

	for (int i = 0; i < 2; i++)
	{
		while (sessions[i].busy)
		{
			take_answer(&sessions[i], 2);
			if (sessions[i].busy && waits(&sessions[i]))
			{
				schedule_blocked = true;
				break;
			}
			if (time(NULL) - began > MOST_SECONDS_TO_WAIT)
				bail_out("a session", "neither answers nor waits for the other");
		}
	}
	/* The first may have been free only when the second had been asked. */
	if (sessions[0].busy)
		take_answer(&sessions[0], 0);
}

/* Runs the steps in an order, each when its session is free. */
static void
run_steps(const char *order)
{
	char		left[2 * MOST_STEPS + 1];
	time_t		began = time(NULL);

	snprintf(left, sizeof(left), "%s", order);
	while (left[0] != '\0' || sessions[0].busy || sessions[1].busy)
	{
		char	   *step = left;

		while (*step && sessions[*step - 'A'].busy)
			step++;
		if (*step)
		{
			Session    *session = &sessions[*step - 'A'];

			memmove(step, step + 1, strlen(step));
			send_step(session);
			settle();
			continue;
		}
		for (int i = 0; i < 2; i++)
		{
			if (sessions[i].busy)
				take_answer(&sessions[i], 5);
		}
		if (time(NULL) - began > MOST_SECONDS_TO_WAIT)
			bail_out(order, "does not end");
	}
}

static bool
to_run_again(const char *sqlstate)
{
	return strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0;
}

/* What could not be done beside the other is done after it; true if there was such. */
static bool
run_again(void)
{
	bool		again = false;

	for (int i = 0; i < 2; i++)
	{
		Session    *session = &sessions[i];

		if (!to_run_again(session->sqlstate))
			continue;
		if (strcmp(session->sqlstate, "40P01") == 0)
			schedule_deadlocked = true;
		again = true;
		session->sqlstate[0] = '\0';
		session->next = 0;
		while (session->next < MOST_STEPS && session->steps[session->next])
		{
			send_step(session);
			while (session->busy)
				take_answer(session, 1000);
		}
	}
	return again;
}

static void
make_steps(Session *session, const Act *act, long copy, Level level)
{
	char	   *sql = act_on(act, copy);
	char	   *both;

	session->next = 0;
	session->sqlstate[0] = '\0';
	memset(session->steps, 0, sizeof(session->steps));
	if (level == READ_COMMITTED)
	{
		both = malloc(strlen(sql) + 60);
		sprintf(both, "begin isolation level read committed; %s", sql);
		free(sql);
		session->steps[0] = both;
		session->steps[1] = strdup("commit");
	}
	else
	{
		session->steps[0] = strdup("begin isolation level repeatable read; select count(*) from agency");
		session->steps[1] = sql;
		session->steps[2] = strdup("commit");
	}
}

static void
note_run(long copy, const char *pair, Level level, const char *order)
{
	char		what[400];
	const char *values[] = {what};
	char		sql[100];

	snprintf(what, sizeof(what), "%s, %s, %s", pair, level_words[level], order);
	snprintf(sql, sizeof(sql), "insert into schedules.run values (%ld, $1)", copy);
	PQclear(PQexecParams(watcher, sql, 1, NULL, values, NULL, NULL, 0));
}

static End
run_schedule(int stage, int a, int b, Level level, const char *order, const char *pair)
{
	long		copy = take_copy(stage);
	End			end;

	note_run(copy, pair, level, order);
	make_steps(&sessions[0], &acts[a], copy, level);
	make_steps(&sessions[1], &acts[b], copy, level);
	schedule_blocked = schedule_deadlocked = false;
	run_steps(order);
	if (run_again())
		__atomic_add_fetch(&shared->retried, 1, __ATOMIC_RELAXED);
	if (schedule_blocked)
		__atomic_add_fetch(&shared->blocked, 1, __ATOMIC_RELAXED);
	if (schedule_deadlocked)
		__atomic_add_fetch(&shared->deadlocks, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&shared->schedules, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
	{
		strcpy(end.sqlstates[i], sessions[i].sqlstate);
		if (sessions[i].sqlstate[0] == '\0')
			__atomic_add_fetch(&shared->went_through[i == 0 ? a : b], 1, __ATOMIC_RELAXED);
		for (int s = 0; s < MOST_STEPS; s++)
			free(sessions[i].steps[s]);
	}
	end.record = record_of(copy);
	return end;
}

/* ---------------------------------------------------------------------
 * One pair at a stage
 * ---------------------------------------------------------------------
 */

static bool
refused_alike(const End *one, const End *other)
{
	for (int i = 0; i < 2; i++)
	{
		if ((one->sqlstates[i][0] == '\0') != (other->sqlstates[i][0] == '\0'))
			return false;
	}
	return true;
}

static bool
same_end(const End *one, const End *other)
{
	return refused_alike(one, other) && strcmp(one->record, other->record) == 0;
}

static bool
same_words(const End *one, const End *other)
{
	return same_end(one, other) && strcmp(one->sqlstates[0], other->sqlstates[0]) == 0 &&
		strcmp(one->sqlstates[1], other->sqlstates[1]) == 0;
}

/* Prints the lines of one that the other has not. */
static void
print_lines_missing(FILE *out, const char *mark, const char *one, const char *other)
{
	while (*one)
	{
		size_t		length = strcspn(one, "\n");
		char	   *line = strndup(one, length + 1);
		const char *found = strstr(other, line);

		if (found == NULL || (found > other && found[-1] != '\n'))
			fprintf(out, "#   %s %s", mark, line);
		free(line);
		one += length + 1;
	}
}

static const char *
ending(const char *sqlstate)
{
	return sqlstate[0] ? sqlstate : "done";
}

/* Says how a schedule ended, beside the serial order A, B. */
static void
print_break(const char *pair, Level level, const char *order, const End *end, const End *serial, const char *what)
{
	char	   *text;
	size_t		size;
	FILE	   *out = open_memstream(&text, &size);

	fprintf(out, "# %s: %s, %s, %s: %s %s; A then B: %s %s; B then A: %s %s\n", what, pair, level_words[level], order,
			ending(end->sqlstates[0]), ending(end->sqlstates[1]),
			ending(serial[0].sqlstates[0]), ending(serial[0].sqlstates[1]),
			ending(serial[1].sqlstates[0]), ending(serial[1].sqlstates[1]));
	for (int i = 0; i < 2; i++)
	{
		if ((!refused_alike(end, &serial[i]) && refused_alike(end, &serial[!i])) || strcmp(what, "broken") != 0)
			continue;
		fprintf(out, "#  than %s\n", i == 0 ? "A then B" : "B then A");
		print_lines_missing(out, "+", end->record, serial[i].record);
		print_lines_missing(out, "-", serial[i].record, end->record);
	}
	fclose(out);
	fwrite(text, 1, size, stdout);
	fflush(stdout);
	free(text);
}

/* All orders of two acts and their commits, the serial ones first. */
static const char *const orders_without_snapshot[] = {"AABB", "BBAA", "ABAB", "ABBA", "BABA", "BAAB", NULL};

/*
 * The same with both snapshots before any commit, but in the serial ones; and
 * the serial ones with the snapshot of the second as old as can be.
 */
static const char *const orders_with_snapshot[] = {
	"AAABBB", "BBBAAA", "ABABAB", "ABABBA", "ABBABA", "ABBAAB", "ABAABB", "ABBBAA", NULL
};

/* Whether one act was refused, and the other came to what it comes to alone. */
static bool
refused_beside(int stage, int a, int b, const End *end, const char *pair)
{
	bool		a_refused = end->sqlstates[0][0] != '\0';
	const Act  *done = &acts[a_refused ? b : a];
	long		copy;
	char	   *sql;
	char	   *record;
	bool		same;

	if (a_refused == (end->sqlstates[1][0] != '\0'))
		return false;
	copy = take_copy(stage);
	note_run(copy, pair, READ_COMMITTED, "alone");
	sql = act_on(done, copy);
	PQclear(PQexec(sessions[0].conn, sql));
	record = record_of(copy);
	same = strcmp(record, end->record) == 0;
	free(sql);
	free(record);
	return same;
}

static bool
both_refused(const End *end)
{
	return end->sqlstates[0][0] && end->sqlstates[1][0];
}

/* Runs all schedules of a pair at a level; false if there is nothing to see. */
static bool
run_level(int stage, int a, int b, Level level, const char *pair)
{
	const char *const *orders = level == READ_COMMITTED ? orders_without_snapshot : orders_with_snapshot;
	End			serial[2];
	const char *said = NULL;
	bool		idle;

	for (int i = 0; i < 2; i++)
		serial[i] = run_schedule(stage, a, b, level, orders[i], pair);
	idle = both_refused(&serial[0]) && both_refused(&serial[1]);
	for (int i = 2; orders[i] && !idle; i++)
	{
		End			end = run_schedule(stage, a, b, level, orders[i], pair);
		const char *what = NULL;

		if (!same_end(&end, &serial[0]) && !same_end(&end, &serial[1]))
		{
			bool		beside = refused_beside(stage, a, b, &end, pair);

			what = beside ? "refused beside" : "broken";
			__atomic_add_fetch(beside ? &shared->refused_beside[level] : &shared->breaks, 1, __ATOMIC_RELAXED);
		}
		else if (!same_words(&end, &serial[0]) && !same_words(&end, &serial[1]))
		{
			what = "other words";
			__atomic_add_fetch(&shared->other_words, 1, __ATOMIC_RELAXED);
		}
		else if (schedule_deadlocked)
			what = "deadlock";
		if (what && what != said)
			print_break(pair, level, orders[i], &end, serial, what);
		said = what ? what : said;
		free(end.record);
	}
	free(serial[0].record);
	free(serial[1].record);
	return !idle;
}

static void
run_pair(int stage, int a, int b, const char *pair)
{
	if (only && strstr(pair, only) == NULL)
		return;
	for (Level level = READ_COMMITTED; level < LEVELS; level++)
	{
		if (!run_level(stage, a, b, level, pair))
		{
			__atomic_add_fetch(&shared->idle_pairs, 1, __ATOMIC_RELAXED);
			return;
		}
	}
	__atomic_add_fetch(&shared->pairs, 1, __ATOMIC_RELAXED);
}

/* ---------------------------------------------------------------------
 * Which acts come to the lock that is taken away
 * ---------------------------------------------------------------------
 */

static void
note_lock(void *arg, const PGresult *result)
{
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (words && strcmp(words, "a lock is not taken") == 0)
		*(int *) arg = 1;
}

/* Each act alone, at each stage and level, on the stage's first copy, which has its number, and rolled back. */
static void
find_who_comes_to_lock(PGconn *conn)
{
	PQnoticeReceiver receiver = PQsetNoticeReceiver(conn, NULL, NULL);
	int			found = 0;

	race_do(conn, "set client_min_messages = notice");
	for (int stage = 0; stage < stage_count; stage++)
	{
		for (int act = 0; act < act_count; act++)
		{
			char	   *sql = act_on(&acts[act], stage);

			PQsetNoticeReceiver(conn, note_lock, &comes_to_lock[stage][act]);
			for (Level level = READ_COMMITTED; level < LEVELS; level++)
			{
				race_do(conn, level == READ_COMMITTED ? "begin" : "begin isolation level repeatable read");
				PQclear(PQexec(conn, sql));
				PQclear(PQexec(conn, "set constraints all immediate"));
				race_do(conn, "rollback");
			}
			found += comes_to_lock[stage][act];
			free(sql);
		}
	}
	PQsetNoticeReceiver(conn, receiver, NULL);
	race_do(conn, "set client_min_messages = error");
	printf("# %d acts at a stage come to the lock\n", found);
}

/* ---------------------------------------------------------------------
 * All of them
 * ---------------------------------------------------------------------
 */

static PGconn *
connect_for(const char *settings)
{
	PGconn	   *conn = race_connect();

	race_do(conn, "set search_path = p, public; set client_min_messages = error; set jit = off");
	race_do(conn, settings);
	return conn;
}

/* When a pair's turn is; the highest first. */
static int
turn_of(int stage, int a, int b, const char *pair)
{
	if (first && strstr(pair, first))
		return FIRST_TURN;
	return comes_to_lock[stage][a] + comes_to_lock[stage][b];
}

/* The pair at a stage that has this place among all, if it is its turn. */
static void
run_place(long place, int turn)
{
	int			stage = (int) (place % stage_count);
	int			a = 0;
	int			b;
	char		pair[300];

	place /= stage_count;
	while (place >= act_count - a)
		place -= act_count - a++;
	b = a + (int) place;
	snprintf(pair, sizeof(pair), "%s: %s, %s", stages[stage], acts[a].name, acts[b].name);
	if (turn_of(stage, a, b, pair) == turn)
		run_pair(stage, a, b, pair);
}

static bool
is_over(void)
{
	return (seconds > 0 && now() >= stop_at) ||
		(until_break && __atomic_load_n(&shared->breaks, __ATOMIC_RELAXED) +
		 __atomic_load_n(&shared->refused_beside[READ_COMMITTED], __ATOMIC_RELAXED) +
		 __atomic_load_n(&shared->other_words, __ATOMIC_RELAXED) +
		 __atomic_load_n(&shared->deadlocks, __ATOMIC_RELAXED) > 0);
}

static int
run_worker(int number)
{
	long		all = (long) act_count * (act_count + 1) / 2 * stage_count;
	long		wanted = pairs_wanted == 0 || only ? all : pairs_wanted;

	worker = number;
	next_copy = FIRST_COPY + 10000000L * worker;
	watcher = connect_for("set enable_seqscan = off");
	for (int i = 0; i < 2; i++)
	{
		sessions[i].conn = connect_for("set deadlock_timeout = '20ms'");
		snprintf(sessions[i].pid, sizeof(sessions[i].pid), "%d", PQbackendPID(sessions[i].conn));
	}
	for (int turn = FIRST_TURN; turn >= 0; turn--)
	{
		for (long i = worker; i < wanted && !is_over(); i += workers)
			run_place((i + 1000L * seed) * STRIDE % all, turn);
	}
	for (int i = 0; i < 2; i++)
		PQfinish(sessions[i].conn);
	PQfinish(watcher);
	return 0;
}

/* Runs the statements of a file. */
static void
run_file(PGconn *conn, const char *path)
{
	static char sql[100000];
	FILE	   *file = fopen(path, "r");
	size_t		size;

	if (file == NULL)
		bail_out(path, strerror(errno));
	size = fread(sql, 1, sizeof(sql) - 1, file);
	sql[size] = '\0';
	fclose(file);
	race_do(conn, sql);
}

static void
read_acts_and_stages(PGconn *conn)
{
	PGresult   *result = query(conn, "select name, sql from schedules.act order by act_id");

	act_count = PQntuples(result) < most_acts ? PQntuples(result) : most_acts;
	for (int i = 0; i < act_count; i++)
	{
		acts[i].name = strdup(PQgetvalue(result, i, 0));
		acts[i].sql = strdup(PQgetvalue(result, i, 1));
	}
	PQclear(result);
	result = query(conn, "select name from schedules.stage order by first_copy");
	stage_count = PQntuples(result);
	for (int i = 0; i < stage_count && i < MOST_STAGES; i++)
		stages[i] = strdup(PQgetvalue(result, i, 0));
	PQclear(result);
}

/* Whether the query gives no row; prints those it gives. */
static bool
gives_nothing(PGconn *conn, const char *sql)
{
	PGresult   *result = query(conn, sql);
	int			rows = PQntuples(result);

	for (int i = 0; i < rows; i++)
		printf("# %s\n", PQgetvalue(result, i, 0));
	PQclear(result);
	return rows == 0;
}

static bool
every_act_went_through(void)
{
	bool		all = true;

	for (int i = 0; i < act_count; i++)
	{
		if (shared->went_through[i] > 0)
			continue;
		printf("# never went through: %s\n", acts[i].name);
		all = false;
	}
	return all;
}

static void
report(PGconn *conn, double took)
{
	printf("# %ld pairs at a stage, %ld more in which both are always refused, %ld schedules in %.0f s: %ld waited, %ld ran again,"
		   " %ld deadlocks, %ld breaks, %ld and %ld refused beside the other, %ld in other words\n",
		   shared->pairs, shared->idle_pairs, shared->schedules, took, shared->blocked, shared->retried, shared->deadlocks,
		   shared->breaks, shared->refused_beside[READ_COMMITTED], shared->refused_beside[REPEATABLE_READ], shared->other_words);
	race_ok(shared->pairs > 0 && shared->breaks == 0, "every schedule ends as one of the serial orders");
	race_ok(shared->refused_beside[READ_COMMITTED] == 0, "at READ COMMITTED none is refused that either order takes");
	race_ok(shared->other_words == 0, "and is refused by the same codes");
	race_ok(shared->deadlocks == 0, "no two wait for each other");
	race_ok(only || (shared->blocked > 0 && shared->retried > 0), "sessions waited, and transactions ran again");
	race_ok(pairs_wanted > 0 || only || every_act_went_through(), "of all pairs, every act went through");
	race_do(conn, "analyze");
	race_ok(gives_nothing(conn, "select concat_ws(' ', rule, record, detail, '|', what) from schedules.finding limit 50"),
			"the audit finds nothing");
	if (until_break)
		return;
	/* A month whose mark is missing keeps the cells of before. */
	race_do(conn, "select live.refresh()");
	race_do(conn, "analyze");
	race_ok(gives_nothing(conn, "select d from live.different() d where d <> ''"), "the figures equal the plain query");
}

static void
read_environment(void)
{
	const char *wanted = getenv("SCHEDULES");
	const char *given_seed = getenv("RACE_SEED");

	if (wanted && *wanted)
		pairs_wanted = strcmp(wanted, "all") == 0 ? 0 : atoi(wanted);
	if (given_seed && *given_seed)
		seed = atoi(given_seed);
	if (getenv("SCHEDULES_WORKERS"))
		workers = atoi(getenv("SCHEDULES_WORKERS"));
	if (getenv("SCHEDULES_ACTS"))
		most_acts = atoi(getenv("SCHEDULES_ACTS"));
	until_break = getenv("SCHEDULES_UNTIL") && strcmp(getenv("SCHEDULES_UNTIL"), "break") == 0;
	if (getenv("RACE_SECONDS"))
		seconds = atoi(getenv("RACE_SECONDS"));
	only = getenv("SCHEDULES_ONLY");
	if (only && !*only)
		only = NULL;
	first = getenv("SCHEDULES_FIRST");
	if (first && !*first)
		first = NULL;
}

int
main(void)
{
	PGconn	   *conn = connect_for("set jit = off");
	double		began;

	read_environment();
	shared = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		bail_out("mmap", strerror(errno));
	run_file(conn, "test/race/schedules.sql");
	if (!until_break)
	{
		/* Figures go on to the current month: compared are those of the acts, so that it takes no longer from year to year. */
		race_do(conn, "select early_help_internal.write_by_engine('delete from p.kpi_period where last_month > ''2024-12-01''')");
		run_file(conn, "test/pgtap/kpi_live.psql");
		race_do(conn, "analyze");
		race_do(conn, "select live.refresh()");
	}
	read_acts_and_stages(conn);
	if (until_break)
		find_who_comes_to_lock(conn);
	began = now();
	stop_at = began + seconds;
	race_ok(race_sessions(workers, run_worker) == 0, "every worker came to its end");
	report(conn, now() - began);
	PQfinish(conn);
	munmap(shared, sizeof(Shared));
	return race_done();
}
