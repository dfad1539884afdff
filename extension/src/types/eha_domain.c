/*-------------------------------------------------------------------------
 *
 * eha_domain.c
 *		The type eha_domain: the four areas an Early Help Assessment assesses.
 *
 * Medway Early Help Strategy 2021-24, section 7.  How such a type reads, writes
 * and compares is the business of one_byte_type.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "types/eha_domain.h"

static const OneByteValue eha_domains[] = {
	[EHA_DOMAIN_HEALTH_AND_WELLBEING - 1] =
	{"health_and_wellbeing", "Health and wellbeing"},
	[EHA_DOMAIN_DEVELOPMENT_AND_EDUCATION - 1] =
	{"development_and_education", "Development needs, educational attainment and achievement"},
	[EHA_DOMAIN_PARENTING_AND_CARING - 1] =
	{"parenting_and_caring", "Parenting/caring"},
	[EHA_DOMAIN_FAMILY_AND_COMMUNITY - 1] =
	{"family_and_community", "Family and community"},
};

StaticAssertDecl(lengthof(eha_domains) == EHA_DOMAIN_COUNT,
				 "every domain has its words");

static const OneByteType eha_domain_type = {
	.name = "eha_domain",
	.meaning = "a domain of the Early Help Assessment",
	.word = "domain",
	.count = lengthof(eha_domains),
	.values = eha_domains
};

ONE_BYTE_TYPE_FUNCTIONS(eha_domain)
