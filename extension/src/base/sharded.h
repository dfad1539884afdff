/*-------------------------------------------------------------------------
 *
 * sharded.h
 *	  Tables of a distributed engine, on which the rules cannot be kept.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_SHARDED_H
#define EARLY_HELP_SHARDED_H

extern void refuse_shard(Oid table);

#endif							/* EARLY_HELP_SHARDED_H */
