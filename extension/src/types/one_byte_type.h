/*-------------------------------------------------------------------------
 *
 * one_byte_type.h
 *		What the enumerated base types of one byte have in common.
 *
 * Such a type has the values 1 .. count.  The byte on disk, the byte on the
 * wire and the number people use are one and the same, so what is stored needs
 * no catalogue to be read and survives pg_upgrade and dump.  A type is a
 * constant table; the functions that depend on the table take it as an
 * argument, and those that do not (comparison, hash, send, number) are SQL
 * callable as they are and shared by all the types.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_ONE_BYTE_TYPE_H
#define EARLY_HELP_ONE_BYTE_TYPE_H

#include "postgres.h"

#include "fmgr.h"

typedef struct OneByteValue
{
	const char *name;			/* text form: words joined by underscores */
	const char *label;			/* the words people read */
} OneByteValue;

typedef struct OneByteType
{
	const char *name;			/* of the type, as error messages give it */
	const char *meaning;		/* what a value is, with its article */
	const char *word;			/* what stands before a number: "level 2" */
	int			count;			/* how many values there are, at most 9 */
	const OneByteValue *values; /* of number n at index n - 1 */
} OneByteType;

/*
 * As heap tuples hand a byte over (see fetch_att): any bit pattern has one
 * Datum only, which is what btequalimage promises.
 */
static inline uint8
DatumGetOneByte(Datum datum)
{
	return (uint8) DatumGetChar(datum);
}

static inline Datum
OneByteGetDatum(uint8 number)
{
	return CharGetDatum((char) number);
}

extern Datum one_byte_in(const OneByteType *type, FunctionCallInfo fcinfo);
extern Datum one_byte_out(const OneByteType *type, FunctionCallInfo fcinfo);
extern Datum one_byte_recv(const OneByteType *type, FunctionCallInfo fcinfo);
extern Datum one_byte_label(const OneByteType *type, FunctionCallInfo fcinfo);
extern Datum one_byte_from_integer(const OneByteType *type,
								   FunctionCallInfo fcinfo);

/*
 * Define the SQL-callable functions of a type whose table is <type>_type:
 * early_help_<type>_in, _out, _recv, _label and _from_integer.
 */
#define ONE_BYTE_TYPE_FUNCTIONS(type) \
	ONE_BYTE_TYPE_FUNCTION(type, in) \
	ONE_BYTE_TYPE_FUNCTION(type, out) \
	ONE_BYTE_TYPE_FUNCTION(type, recv) \
	ONE_BYTE_TYPE_FUNCTION(type, label) \
	ONE_BYTE_TYPE_FUNCTION(type, from_integer)

#define ONE_BYTE_TYPE_FUNCTION(type, function) \
PG_FUNCTION_INFO_V1(early_help_##type##_##function); \
Datum \
early_help_##type##_##function(PG_FUNCTION_ARGS) \
{ \
	return one_byte_##function(&type##_type, fcinfo); \
}

#endif							/* EARLY_HELP_ONE_BYTE_TYPE_H */
