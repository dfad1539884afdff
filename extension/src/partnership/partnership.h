/*-------------------------------------------------------------------------
 *
 * partnership.h
 *		Partnerships, found from the system catalogs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_PARTNERSHIP_H
#define EARLY_HELP_PARTNERSHIP_H

#include "nodes/pg_list.h"

/* A schema whose tables carry triggers of this extension. */
typedef struct PartnershipSchema
{
	Oid			schema;			/* the schema's pg_namespace row */
	bool		whole;			/* has its table "partnership": not a mere
								 * table or copy with our triggers on it */
} PartnershipSchema;

extern List *partnership_schemas(void);

#endif
