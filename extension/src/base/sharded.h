/*-------------------------------------------------------------------------
 *
 * sharded.h
 *	  Tables of a distributed engine, on which the rules cannot be kept.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_SHARDED_H
#define EARLY_HELP_SHARDED_H

/* Whether this database has such an engine: known for the session, until a function comes or goes. */
typedef enum DistributedEngine
{
	ENGINE_UNKNOWN = 0,
	ENGINE_ABSENT,
	ENGINE_PRESENT
} DistributedEngine;

extern DistributedEngine distributed_engine;
extern void look_for_shard(Oid table);

/* An error if the table is distributed, or a shard. */
static inline void
refuse_shard(Oid table)
{
	if (distributed_engine != ENGINE_ABSENT)
		look_for_shard(table);
}

#endif							/* EARLY_HELP_SHARDED_H */
