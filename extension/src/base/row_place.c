/*-------------------------------------------------------------------------
 *
 * row_place.c
 *		Where in its table a row was found last.
 *
 * Rows that were recorded one after another mostly lie one after another. Who
 * loads what belongs to them loads it in the same order, and the rules look up
 * one row after another: a search of the index takes several times as long as
 * looking at the place behind the last one. And an act looks up one row again
 * and again, such as its episode.
 *
 * A place is a guess. The row that lies there is the row looked for if the
 * snapshot sees it and its primary key is the one looked for. Otherwise the
 * index is searched.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tableam.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"

#include "base/row_place.h"

/* A guess is checked before it is used, so it needs no invalidation. Lives until the session ends. */
typedef struct RowPlace
{
	Oid			table;
	int64		id;
	ItemPointerData place;
} RowPlace;

static RowPlace last_places[16];

static RowPlace *
last_place(Relation table)
{
	return &last_places[RelationGetRelid(table) % lengthof(last_places)];
}

/* The place of this row, or of the one after it; false if neither is the one looked for. */
static bool
guess_place(Relation table, int64 id, ItemPointer place)
{
	const RowPlace *last = last_place(table);

	if (last->table != RelationGetRelid(table) || id < last->id)
		return false;
	*place = last->place;
	if (id > last->id)
		ItemPointerSetOffsetNumber(place, OffsetNumberNext(ItemPointerGetOffsetNumber(place)));
	/* The table may have become shorter. It cannot now: its caller has locked it. */
	return ItemPointerGetBlockNumber(place) < RelationGetNumberOfBlocks(table);
}

/* Puts the row with this primary key into the slot; false, and an empty slot, if it does not lie where it is guessed. */
bool
find_near_last_place(Relation table, int column, int64 id, Snapshot snapshot, TupleTableSlot *slot)
{
	ItemPointerData place;
	bool		isnull;
	Datum		key;

	if (!guess_place(table, id, &place) ||
		!table_tuple_fetch_row_version(table, &place, snapshot, slot))
		return false;
	key = slot_getattr(slot, column, &isnull);
	if (!isnull && DatumGetInt64(key) == id)
	{
		remember_place(table, id, slot);
		return true;
	}
	ExecClearTuple(slot);
	return false;
}

/* Called when a row with this primary key was found and put into the slot. */
void
remember_place(Relation table, int64 id, const TupleTableSlot *slot)
{
	*last_place(table) = (RowPlace) {RelationGetRelid(table), id, slot->tts_tid};
}
