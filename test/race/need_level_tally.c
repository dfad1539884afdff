/*
 * Twenty sessions count under a key of type need_level, each spelling the
 * levels in its own way: every count arrives, and there are three keys.
 */
#include "race.h"

#define SESSIONS	20
#define ROUNDS		200

static const char *const spellings[] = {
	"universal", "L1", "early_help", "level 2", "social_care", "3"
};

static int
session(int number)
{
	PGconn	   *conn = race_connect();
	int			failed = 0;

	for (int i = 0; i < ROUNDS; i++)
	{
		const char *level = spellings[(number + i) % 6];
		PGresult   *result = PQexecParams(conn,
										  "insert into tally values ($1::early_help.need_level, 1) "
										  "on conflict (level) do update set n = tally.n + 1",
										  1, NULL, &level, NULL, NULL, 0);

		if (PQresultStatus(result) != PGRES_COMMAND_OK)
		{
			printf("# session %d: %s", number, PQresultErrorMessage(result));
			failed = 1;
		}
		PQclear(result);
	}
	PQfinish(conn);
	return failed;
}

int
main(void)
{
	PGconn	   *conn = race_connect();

	race_do(conn, "create table tally (level early_help.need_level primary key, n bigint not null)");
	race_ok(race_sessions(SESSIONS, session) == 0, "no session met an error");
	race_ok(race_number(conn, "select sum(n) from tally") == SESSIONS * ROUNDS, "every count arrived");
	race_ok(race_number(conn, "select count(*) from tally") == 3, "there are three levels");
	PQfinish(conn);
	return race_done();
}
