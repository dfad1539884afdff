/*-------------------------------------------------------------------------
 *
 * one_byte_type.c
 *		Input, output, comparison and hashing of the one-byte types.
 *
 * Everything here is truly immutable: no locale, no catalogue, no clock,
 * no state that lives longer than the call.  Comparison and hashing look at the
 * byte alone and cannot raise for any bit pattern, which is why they may be
 * LEAKPROOF.  Only a function that has to name a value refuses a damaged byte.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

#include "base/compat.h"
#include "types/one_byte_type.h"

/*
 * How much of a refused input an error repeats, in bytes.  Enough to recognise
 * a misspelling; a narrative that slipped into the wrong column of a file shall
 * not reach the server's log through our message.
 */
#define SHOWN_INPUT_LENGTH	40

/* ---------- values and how they are spelled ---------- */

/*
 * The value of a stored byte.  in, recv and the casts let no other byte
 * through, so a byte that has no value is damage.
 */
static const OneByteValue *
one_byte_value(const OneByteType *type, uint8 number)
{
	if (number < 1 || number > type->count)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("invalid stored value of type %s: byte %d",
						type->name, number),
				 errdetail("Each byte from 1 to %d stands for %s.",
						   type->count, type->meaning),
				 errhint("The data are damaged: look at the storage, then restore the row from a backup.")));

	return &type->values[number - 1];
}

/* White space in every encoding and locale, as an immutable function needs */
static bool
is_ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * Take one separator between two words: one underscore, one hyphen, or white
 * space of any length.  Returns where the next word starts, or start itself if
 * no separator stands there.
 */
static const char *
skip_separator(const char *start, const char *end)
{
	if (start < end && (*start == '_' || *start == '-'))
		return start + 1;
	while (start < end && is_ascii_space(*start))
		start++;
	return start;
}

/*
 * Does the input from start begin with these words, in any case, with any
 * separator for each underscore?  Returns where they end, or NULL.
 */
static const char *
skip_words(const char *start, const char *end, const char *words)
{
	for (; *words != '\0'; words++)
	{
		if (*words == '_')
		{
			const char *next = skip_separator(start, end);

			if (next == start)
				return NULL;
			start = next;
		}
		else
		{
			if (start == end ||
				pg_ascii_tolower((unsigned char) *start) != (unsigned char) *words)
				return NULL;
			start++;
		}
	}
	return start;
}

/* The number of the value that the input spells, 0 if it spells none */
static uint8
parse_value(const OneByteType *type, const char *start, const char *end)
{
	const char *digit;

	while (start < end && is_ascii_space(*start))
		start++;
	while (end > start && is_ascii_space(end[-1]))
		end--;

	for (int i = 0; i < type->count; i++)
		if (skip_words(start, end, type->values[i].name) == end)
			return (uint8) (i + 1);

	/* the number alone, or after the word ("level 2") or its letter ("L2") */
	if ((digit = skip_words(start, end, type->word)) != NULL)
		digit = skip_separator(digit, end);
	else if (start < end &&
			 pg_ascii_tolower((unsigned char) *start) == (unsigned char) type->word[0])
		digit = skip_separator(start + 1, end);
	else
		digit = start;

	if (end - digit == 1 && *digit >= '1' && *digit <= '0' + type->count)
		return (uint8) (*digit - '0');

	return 0;
}

/* What input accepts, in words for a HINT */
static char *
accepted_spellings(const OneByteType *type)
{
	StringInfoData hint;

	initStringInfo(&hint);
	appendStringInfoString(&hint, "Accepted in any case:");
	for (int i = 1; i <= type->count; i++)
		appendStringInfo(&hint, "%s \"%s\" (or \"%d\", \"%c%d\", \"%s %d\")",
						 i == 1 ? "" : ",", type->values[i - 1].name,
						 i, pg_ascii_toupper((unsigned char) type->word[0]), i,
						 type->word, i);
	appendStringInfoString(&hint, "; a space or a hyphen may stand for \"_\".");
	return hint.data;
}

/* ---------- input and output ---------- */

Datum
one_byte_in(const OneByteType *type, FunctionCallInfo fcinfo)
{
	const char *input = PG_GETARG_CSTRING(0);
	int			length = (int) strlen(input);
	uint8		number = parse_value(type, input, input + length);

	if (number == 0)
	{
		int			shown = pg_mbcliplen(input, length, SHOWN_INPUT_LENGTH);

		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%.*s%s\"",
						type->name, shown, input, shown < length ? "..." : ""),
				 errdetail("It is neither the name nor the number of %s.",
						   type->meaning),
				 errhint("%s", accepted_spellings(type))));
	}

	PG_RETURN_DATUM(OneByteGetDatum(number));
}

Datum
one_byte_out(const OneByteType *type, FunctionCallInfo fcinfo)
{
	uint8		number = DatumGetOneByte(PG_GETARG_DATUM(0));

	PG_RETURN_CSTRING(pstrdup(one_byte_value(type, number)->name));
}

Datum
one_byte_recv(const OneByteType *type, FunctionCallInfo fcinfo)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			number = pq_getmsgbyte(message);

	if (number < 1 || number > type->count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s: byte %d",
						type->name, number),
				 errdetail("A value is one byte that holds the number of %s.",
						   type->meaning),
				 errhint("Send a byte from 1 to %d.", type->count)));

	PG_RETURN_DATUM(OneByteGetDatum((uint8) number));
}

Datum
one_byte_label(const OneByteType *type, FunctionCallInfo fcinfo)
{
	uint8		number = DatumGetOneByte(PG_GETARG_DATUM(0));

	PG_RETURN_TEXT_P(cstring_to_text(one_byte_value(type, number)->label));
}

Datum
one_byte_from_integer(const OneByteType *type, FunctionCallInfo fcinfo)
{
	int32		number = PG_GETARG_INT32(0);

	if (number < 1 || number > type->count)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s out of range: %d", type->name, number),
				 errdetail("The integer is not the number of %s.",
						   type->meaning),
				 errhint("Use a number from 1 to %d.", type->count)));

	PG_RETURN_DATUM(OneByteGetDatum((uint8) number));
}

PG_FUNCTION_INFO_V1(early_help_one_byte_send);
Datum
early_help_one_byte_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, DatumGetOneByte(PG_GETARG_DATUM(0)));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(early_help_one_byte_number);
Datum
early_help_one_byte_number(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(DatumGetOneByte(PG_GETARG_DATUM(0)));
}

/* ---------- comparison ---------- */

/* The one order that every operator, index and aggregate goes by */
static inline int
compare_values(Datum x, Datum y)
{
	return (int) DatumGetOneByte(x) - (int) DatumGetOneByte(y);
}

static int
compare_for_sort(Datum x, Datum y, SortSupport ssup pg_attribute_unused())
{
	return compare_values(x, y);
}

#define ONE_BYTE_OPERATOR(name, operator) \
PG_FUNCTION_INFO_V1(early_help_one_byte_##name); \
Datum \
early_help_one_byte_##name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare_values(PG_GETARG_DATUM(0), \
								  PG_GETARG_DATUM(1)) operator 0); \
}

ONE_BYTE_OPERATOR(lt, <)
ONE_BYTE_OPERATOR(le, <=)
ONE_BYTE_OPERATOR(eq, ==)
ONE_BYTE_OPERATOR(ne, !=)
ONE_BYTE_OPERATOR(ge, >=)
ONE_BYTE_OPERATOR(gt, >)

PG_FUNCTION_INFO_V1(early_help_one_byte_cmp);
Datum
early_help_one_byte_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_values(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

PG_FUNCTION_INFO_V1(early_help_one_byte_sortsupport);
Datum
early_help_one_byte_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = compare_for_sort;
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(early_help_one_byte_smaller);
Datum
early_help_one_byte_smaller(PG_FUNCTION_ARGS)
{
	Datum		x = PG_GETARG_DATUM(0);
	Datum		y = PG_GETARG_DATUM(1);

	PG_RETURN_DATUM(compare_values(x, y) <= 0 ? x : y);
}

PG_FUNCTION_INFO_V1(early_help_one_byte_larger);
Datum
early_help_one_byte_larger(PG_FUNCTION_ARGS)
{
	Datum		x = PG_GETARG_DATUM(0);
	Datum		y = PG_GETARG_DATUM(1);

	PG_RETURN_DATUM(compare_values(x, y) >= 0 ? x : y);
}

/* ---------- hashing: with seed 0 the low 32 bits of both agree ---------- */

PG_FUNCTION_INFO_V1(early_help_one_byte_hash);
Datum
early_help_one_byte_hash(PG_FUNCTION_ARGS)
{
	return hash_uint32(DatumGetOneByte(PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(early_help_one_byte_hash_extended);
Datum
early_help_one_byte_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_uint32_extended(DatumGetOneByte(PG_GETARG_DATUM(0)),
								(uint64) PG_GETARG_INT64(1));
}
