/*
 * What test/mutate puts in the place of a lock: the row is read and not held,
 * and a notice tells test/race/schedules.c which acts come here.
 */
#ifndef UNLOCKED_H
#define UNLOCKED_H

#define SAY_NOT_TAKEN()	elog(NOTICE, "a lock is not taken")

#define NO_LOCK(...)	SAY_NOT_TAKEN()
#define NO_TRY(...)		({ SAY_NOT_TAKEN(); true; })
#define NO_LOCKING(query)	({ SAY_NOT_TAKEN(); query; })
#define READ_ONLY(rel, table, key, id, mode, row) \
	({ SAY_NOT_TAKEN(); read_sibling(rel, table, key, id, row); })
#define LOOK_ONLY(rel, table, key, id, mode) \
	({ \
		Record		looked; \
		bool		is_there = READ_ONLY(rel, table, key, id, mode, &looked); \
		if (is_there) \
			leave_sibling(&looked); \
		is_there; \
	})

#endif							/* UNLOCKED_H */
