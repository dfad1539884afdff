/*
 * R01: an intervention plan has at most five live outcomes, under any number of
 * concurrent writers, at every isolation level.
 *
 * Sessions add outcomes to three plans, withdraw them and move them from plan
 * to plan, while one more session looks for a sixth.  First, to show that it
 * would be seen: without triggers the key alone holds the rule, and without
 * the key a sixth appears.
 *
 * RACE_SECONDS (5) is the time at each level, RACE_SESSIONS (20) the number of
 * writers, RACE_SEED (1) what they do.  By hand:
 *	make check SUITES=race TESTS=plan_outcome RACE_SECONDS=30
 */
#include "race.h"

#include <sys/mman.h>
#include <time.h>

#define PLANS			3
#define MOST_SESSIONS	200
#define SELF_TEST_SECONDS 2

typedef enum Act
{
	ADD,						/* without a position */
	ADD_TWO,					/* two rows, one statement */
	ADD_AT,						/* at a position */
	WITHDRAW,
	MOVE,
	ACTS
} Act;

static const char *const act_words[ACTS] = {
	"add", "add two", "add at a position", "withdraw", "move"
};

/* How a transaction can end. */
typedef enum End
{
	DONE,
	FIVE_ALREADY,				/* YH001 */
	SERIALIZATION,				/* 40001 */
	POSITION_TAKEN,				/* YHS07 */
	STAYS,						/* YHS02 */
	DEADLOCK,					/* 40P01 */
	OTHER,
	ENDS
} End;

static const char *const sqlstates[ENDS] = {
	"done", "YH001", "40001", "YHS07", "YHS02", "40P01", "other"
};

typedef enum Level
{
	READ_COMMITTED,
	REPEATABLE_READ,
	SERIALIZABLE,
	MIXED
} Level;

static const char *const level_words[] = {
	"read committed", "repeatable read", "serializable", "mixed"
};

/* What one session met; in memory that all of them share. */
typedef struct Tally
{
	long		ends[ACTS][ENDS];
	char		other[1000];	/* the last error that has no name here */
} Tally;

typedef struct Shared
{
	Tally		tallies[MOST_SESSIONS];
	long		looks;			/* of the session that looks for a sixth */
	long		most_live;		/* the most live outcomes it saw in a plan */
} Shared;

static Shared *shared;
static int	sessions = 20;
static int	seconds = 5;
static int	seed = 1;

/* What the sessions that are about to start shall do. */
static Level level;
static bool rules_on;
static double stop_at;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* A random number below n; every session has a sequence of its own. */
static unsigned
below(unsigned n, unsigned *state)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % n;
}

static Act
choose_act(unsigned *state)
{
	unsigned	point = below(100, state);

	return point < 35 ? ADD : point < 43 ? ADD_TWO : point < 58 ? ADD_AT : point < 78 ? WITHDRAW : MOVE;
}

/* The statement of an act; without the rules a writer must find a position itself. */
static void
write_act(char *sql, size_t size, Act act, unsigned *state)
{
	unsigned	plan = 1 + below(PLANS, state);
	unsigned	other = 1 + (plan + below(PLANS - 1, state)) % PLANS;

	switch (act)
	{
		case ADD:
			if (rules_on)
				snprintf(sql, size, "insert into race.plan_outcome (plan_id, agreed_on) values (%u, '2018-01-05')", plan);
			else
				snprintf(sql, size,
						 "insert into race.plan_outcome (plan_id, plan_kind, position, agreed_on)"
						 " select %u, 'intervention', n, '2018-01-05' from generate_series(1, 5) n"
						 " where not exists (select from race.plan_outcome where plan_id = %u and position = n)"
						 " order by n limit 1", plan, plan);
			break;
		case ADD_TWO:
			if (rules_on)
				snprintf(sql, size, "insert into race.plan_outcome (plan_id, agreed_on)"
						 " values (%u, '2018-01-05'), (%u, '2018-01-06')", plan, plan);
			else
				snprintf(sql, size,
						 "insert into race.plan_outcome (plan_id, plan_kind, position, agreed_on)"
						 " select %u, 'intervention', n, '2018-01-05' from generate_series(1, 5) n"
						 " where not exists (select from race.plan_outcome where plan_id = %u and position = n)"
						 " order by n limit 2", plan, plan);
			break;
		case ADD_AT:
			snprintf(sql, size, "insert into race.plan_outcome (plan_id, plan_kind, position, agreed_on)"
					 " values (%u, 'intervention', %u, '2018-01-05')", plan, 1 + below(5, state));
			break;
		case WITHDRAW:
			snprintf(sql, size, "update race.plan_outcome set withdrawn_on = '2018-01-10', position = null"
					 " where plan_outcome_id = (select plan_outcome_id from race.plan_outcome"
					 " where plan_id = %u and position is not null order by random() limit 1)", plan);
			break;
		case MOVE:
			snprintf(sql, size, "update race.plan_outcome set plan_id = %u"
					 " where plan_outcome_id = (select plan_outcome_id from race.plan_outcome"
					 " where plan_id = %u and position is not null order by random() limit 1)", other, plan);
			break;
		case ACTS:
			break;
	}
}

static End
end_of(PGconn *conn, const PGresult *result, char *other, size_t size)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	for (int end = FIVE_ALREADY; end < OTHER; end++)
	{
		if (sqlstate && strcmp(sqlstate, sqlstates[end]) == 0)
			return end;
	}
	snprintf(other, size, "%s %s", sqlstate ? sqlstate : "-", PQerrorMessage(conn));
	return OTHER;
}

/* Runs one statement of a transaction; how it ended. */
static End
step(PGconn *conn, const char *sql, Tally *tally)
{
	PGresult   *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	End			end = DONE;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		end = end_of(conn, result, tally->other, sizeof(tally->other));
	PQclear(result);
	return end;
}

/*
 * One transaction.  It may take its snapshot some time before it writes, write
 * in a savepoint that it rolls back, and wait before it commits, so that the
 * others come between.
 */
static End
transaction(PGconn *conn, Act act, Tally *tally, unsigned *state)
{
	static const char *const pauses[] = {
		"select 1", "select pg_sleep(0.001)", "select pg_sleep(0.004)"
	};
	char		begin[60];
	char		sql[600];
	bool		again = below(6, state) == 0;
	Level		mine = level == MIXED ? (Level) below(MIXED, state) : level;
	End			end;

	snprintf(begin, sizeof(begin), "begin isolation level %s", level_words[mine]);
	if ((end = step(conn, begin, tally)) != DONE ||
		(end = step(conn, pauses[below(3, state)], tally)) != DONE)
		return end;
	write_act(sql, sizeof(sql), act, state);
	if (again)
	{
		end = step(conn, "savepoint first", tally);
		if (end == DONE)
			end = step(conn, sql, tally);
		if (end == DONE)
			end = step(conn, "rollback to first", tally);
	}
	if (end == DONE)
		end = step(conn, sql, tally);
	if (end == DONE)
		end = step(conn, pauses[below(3, state)], tally);
	if (end == DONE)
		return step(conn, "commit", tally);
	step(conn, "rollback", tally);
	return end;
}

static void
look_for_a_sixth(void)
{
	PGconn	   *conn = race_connect();

	do
	{
		long		live = race_number(conn,
									   "select coalesce(max(live), 0) from (select count(*) as live"
									   " from race.plan_outcome where withdrawn_on is null group by plan_id) p");

		shared->looks++;
		if (live > shared->most_live)
			shared->most_live = live;
	} while (now() < stop_at);
	PQfinish(conn);
}

static int
session(int number)
{
	unsigned	state = 104729u * (unsigned) (seed - 1) + 7919u * (unsigned) (number + 1) + (unsigned) level;
	Tally	   *tally = &shared->tallies[number];
	PGconn	   *conn;

	if (number == sessions)
	{
		look_for_a_sixth();
		return 0;
	}
	conn = race_connect();
	while (now() < stop_at)
	{
		Act			act = choose_act(&state);

		tally->ends[act][transaction(conn, act, tally, &state)]++;
	}
	PQfinish(conn);
	return 0;
}

/* Lets the sessions run, and gives what all of them met. */
static Tally
run(Level at, int for_seconds)
{
	Tally		all;

	memset(&all, 0, sizeof(all));
	memset(shared, 0, sizeof(*shared));
	level = at;
	stop_at = now() + for_seconds;
	race_ok(race_sessions(sessions + 1, session) == 0, "every session came to its end");
	for (int i = 0; i < sessions; i++)
	{
		for (int act = 0; act < ACTS; act++)
		{
			for (int end = 0; end < ENDS; end++)
				all.ends[act][end] += shared->tallies[i].ends[act][end];
		}
		if (shared->tallies[i].other[0])
			memcpy(all.other, shared->tallies[i].other, sizeof(all.other));
	}
	printf("# %s, %d sessions, %d s, %ld looks, most live %ld\n",
		   level_words[at], sessions, for_seconds, shared->looks, shared->most_live);
	printf("# %-18s", "");
	for (int end = 0; end < ENDS; end++)
		printf("%9s", sqlstates[end]);
	printf("\n");
	for (int act = 0; act < ACTS; act++)
	{
		printf("# %-18s", act_words[act]);
		for (int end = 0; end < ENDS; end++)
			printf("%9ld", all.ends[act][end]);
		printf("\n");
	}
	if (all.other[0])
		printf("# other: %s\n", all.other);
	return all;
}

/* Whether the act was refused only in the two ways given (DONE for none). */
static bool
refused_only_by(const Tally *tally, Act act, End one, End two)
{
	for (int end = DONE + 1; end < ENDS; end++)
	{
		if (end != (int) one && end != (int) two && tally->ends[act][end] > 0)
			return false;
	}
	return true;
}

static long
count_of(const Tally *tally, End end)
{
	long		count = 0;

	for (int act = 0; act < ACTS; act++)
		count += tally->ends[act][end];
	return count;
}

static void
race_at(PGconn *conn, Level at)
{
	Tally		tally;
	char		words[120];

	race_do(conn, "delete from race.plan_outcome");
	tally = run(at, seconds);
#define SAY(what) (snprintf(words, sizeof(words), "%s: %s", level_words[at], what), words)
	race_ok(shared->looks > 0 && shared->most_live <= 5 &&
			race_number(conn, "select coalesce(max(live), 0) from (select count(*) as live"
						" from race.plan_outcome where withdrawn_on is null group by plan_id) p") <= 5,
			SAY("never six live outcomes"));
	race_ok(count_of(&tally, DEADLOCK) == 0, SAY("no deadlock"));
	race_ok(refused_only_by(&tally, ADD, FIVE_ALREADY, SERIALIZATION) &&
			refused_only_by(&tally, ADD_TWO, FIVE_ALREADY, SERIALIZATION),
			SAY("without a position, adding is refused by YH001 or 40001 only"));
	race_ok(refused_only_by(&tally, ADD_AT, POSITION_TAKEN, SERIALIZATION),
			SAY("with a position, by YHS07 or 40001 only"));
	race_ok(refused_only_by(&tally, MOVE, STAYS, SERIALIZATION),
			SAY("moving is refused by YHS02 or 40001 only"));
	race_ok(refused_only_by(&tally, WITHDRAW, SERIALIZATION, DONE),
			SAY("withdrawing is refused by 40001 only"));
	race_ok(tally.ends[ADD][DONE] > 0 && tally.ends[ADD_TWO][DONE] > 0 && tally.ends[ADD_AT][DONE] > 0 &&
			tally.ends[WITHDRAW][DONE] > 0 && tally.ends[MOVE][STAYS] > 0 &&
			tally.ends[ADD][FIVE_ALREADY] > 0,
			SAY("all of it was done, and the limit was met"));
#undef SAY
}

/* Would this program see a sixth? */
static void
self_test(PGconn *conn)
{
	race_do(conn, "alter table race.plan_outcome disable trigger user");
	rules_on = false;
	run(READ_COMMITTED, SELF_TEST_SECONDS);
	race_ok(shared->most_live == 5, "without triggers the key alone holds the rule");
	race_do(conn, "alter table race.plan_outcome drop constraint plan_outcome_position_taken_once");
	run(READ_COMMITTED, SELF_TEST_SECONDS);
	race_ok(shared->most_live > 5, "without the key a sixth appears and is seen");

	/* And back. */
	race_do(conn, "delete from race.plan_outcome");
	race_do(conn, "alter table race.plan_outcome"
			" add constraint plan_outcome_position_taken_once unique (plan_id, position)");
	race_do(conn, "do $$ declare t name; begin"
			" for t in select tgname from pg_trigger where tgrelid = 'race.plan_outcome'::regclass and not tgisinternal loop"
			" execute format('alter table race.plan_outcome enable %s trigger %I',"
			" case when t like 'zz\\_%' then 'always' else '' end, t); end loop; end $$");
	rules_on = true;
}

/* Runs the statements of a file. */
static void
run_file(PGconn *conn, const char *path)
{
	static char sql[20000];
	FILE	   *file = fopen(path, "r");
	size_t		size;

	if (file == NULL)
	{
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(2);
	}
	size = fread(sql, 1, sizeof(sql) - 1, file);
	sql[size] = '\0';
	fclose(file);
	race_do(conn, sql);
}

static int
from_environment(const char *name, int usual, int most)
{
	const char *text = getenv(name);
	int			value = text && *text ? atoi(text) : usual;

	return value < 1 ? 1 : value > most ? most : value;
}

int
main(void)
{
	PGconn	   *conn = race_connect();

	sessions = from_environment("RACE_SESSIONS", 20, MOST_SESSIONS);
	seconds = from_environment("RACE_SECONDS", 5, 3600);
	seed = from_environment("RACE_SEED", 1, 1000000);
	shared = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
	{
		printf("Bail out! mmap: %s\n", strerror(errno));
		return 2;
	}
	run_file(conn, "test/race/plan_outcome.sql");
	self_test(conn);
	for (int at = READ_COMMITTED; at <= MIXED; at++)
		race_at(conn, at);
	PQfinish(conn);
	munmap(shared, sizeof(Shared));
	return race_done();
}
