/*-------------------------------------------------------------------------
 *
 * eha_domain.h
 *		The domains of the Early Help Assessment, for C code.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_EHA_DOMAIN_H
#define EARLY_HELP_EHA_DOMAIN_H

#include "types/one_byte_type.h"

/* The numbers stand on disk and on the wire: never renumber */
typedef enum EhaDomain
{
	EHA_DOMAIN_HEALTH_AND_WELLBEING = 1,
	EHA_DOMAIN_DEVELOPMENT_AND_EDUCATION = 2,
	EHA_DOMAIN_PARENTING_AND_CARING = 3,
	EHA_DOMAIN_FAMILY_AND_COMMUNITY = 4
} EhaDomain;

#define EHA_DOMAIN_COUNT	4

#endif							/* EARLY_HELP_EHA_DOMAIN_H */
