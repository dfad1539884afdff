/*-------------------------------------------------------------------------
 *
 * last_parent.c
 *		What a row trigger read of the parent it locked last.
 *
 * Rows in bulk mostly come parent by parent: the outcomes of one plan, then those
 * of the next. A trigger locks and reads the parent for the first row, and keeps
 * here what it read for the rows that follow in the same statement. Nobody else
 * can change the parent while it is locked. This transaction can, by another
 * command or by a part of the same statement, and then the command id is another
 * one, and the parent is read again.
 *
 * It is kept with the trigger of the statement (fn_extra), and so until the
 * statement ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/last_parent.h"
#include "base/record.h"

typedef struct LastParent
{
	int64		id;
	CommandId	read_at;		/* the command id then */
	int64		facts[FLEXIBLE_ARRAY_MEMBER];	/* what the trigger keeps, aligned for any type */
} LastParent;

/*
 * Called for each row of a record before it is written, because the row may be a
 * parent that is kept. All parts of a statement (WITH) write under one command
 * id, which is marked as used once, when the statement begins. Here it is marked
 * again, so that last_parent() finds another one afterwards. A row that is only
 * now inserted is nobody's parent yet.
 */
void
forget_parents(TriggerEvent event)
{
	if (!TRIGGER_FIRED_BY_INSERT(event))
		(void) GetCurrentCommandId(true);
}

/* What keep_parent() was given for this parent; NULL if it is to be locked and read. */
const void *
last_parent(FunctionCallInfo fcinfo, int64 id)
{
	LastParent *last = fcinfo->flinfo->fn_extra;
	CommandId	now = advance_command_id();

	return last && last->id == id && last->read_at == now ? last->facts : NULL;
}

/* Keeps what was just read of a locked parent, always of the same size for one trigger; returns what is kept. */
const void *
keep_parent(FunctionCallInfo fcinfo, int64 id, const void *facts, Size size)
{
	LastParent *last = fcinfo->flinfo->fn_extra;

	if (last == NULL)
		last = fcinfo->flinfo->fn_extra = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
															 offsetof(LastParent, facts) + size);
	last->id = id;
	last->read_at = GetCurrentCommandId(false);
	memcpy(last->facts, facts, size);
	return last->facts;
}
