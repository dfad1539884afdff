/*-------------------------------------------------------------------------
 *
 * birth.c
 *		Referrals from 280 days before birth to death (R15).
 *
 * A referral and a change of its child's dates wait for each other: the
 * referral locks the child FOR SHARE.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/record.h"
#include "base/rule.h"

#define DAYS_BEFORE_BIRTH 280

static const PartnershipQuery child_query = {
	"select coalesce(birth_date, expected_birth_date)::pg_catalog.date,"
	" died_on::pg_catalog.date, pregnancy_ended_on::pg_catalog.date"
	" from @child where child_id == $1 for share",
	1, {INT8OID}
};

/* The caller stands between begin_ and end_partnership_queries(). */
static void
check_fits(const Record *referral, int64 child_id)
{
	DateADT		referred_on = date_of(referral, "referred_on");
	Datum		values[] = {Int64GetDatum(child_id)};
	DateADT		birth;

	if (run_partnership_query(referral->rel, &child_query, values, NULL) == 0)
		return;					/* the foreign key says so */
	birth = result_date(1);
	if (birth != DATEVAL_NOEND && referred_on < birth - DAYS_BEFORE_BIRTH)
		rule_error(RULE_BIRTH, referral->rel, NULL,
				   "referred_on %s is more than 280 days before the birth of child_id %s",
				   date_words(referred_on), id_words(child_id));
	if (referred_on > result_date(2) || referred_on > result_date(3))
		rule_error(RULE_BIRTH, referral->rel, NULL,
				   "referred_on %s is after the death or ended pregnancy of child_id %s",
				   date_words(referred_on), id_words(child_id));
}

PG_FUNCTION_INFO_V1(early_help_referral_before);

/*
 * Trigger, before insert or update of referral.  A referral of a duplicate fits
 * the child that it counts for, and the duplicate too, which it belongs to again
 * when the merge is undone.  It comes before referral_not_while_open, which rests
 * on its locks.
 */
Datum
early_help_referral_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "referral_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *referral = &change.after;
	int64		child_id = id_of(referral, "child_id");
	int64		counted = id_of(referral, "counted_child_id");

	if (is_null(referral, "referred_on"))
		return record_result(&change);	/* check_row says so */
	begin_partnership_queries();
	check_fits(referral, child_id);
	if (counted != NO_ID && counted != child_id)
		check_fits(referral, counted);
	end_partnership_queries();
	return record_result(&change);
}

static const PartnershipQuery referrals_query = {
	"select pg_catalog.min(referred_on)::pg_catalog.date, pg_catalog.max(referred_on)::pg_catalog.date"
	" from @referral where child_id == $1 or counted_child_id == $1",
	1, {INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_child_before);

/* Trigger, before update of a child's dates: its referrals still fit. */
Datum
early_help_child_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "child_before", true, ROW_UPDATE);
	Record	   *child = &change.after;
	int64		child_id = id_of(child, "child_id");
	Datum		values[] = {Int64GetDatum(child_id)};
	DateADT		birth = is_null(child, "birth_date") ?
		date_of(child, "expected_birth_date") : date_of(child, "birth_date");
	DateADT		end = Min(date_of(child, "died_on"), date_of(child, "pregnancy_ended_on"));

	begin_partnership_queries();
	run_partnership_query(change.rel, &referrals_query, values, NULL);
	if (birth != DATEVAL_NOEND && result_date(1) < birth - DAYS_BEFORE_BIRTH)
		rule_error(RULE_BIRTH, change.rel, NULL,
				   "child_id %s was referred on %s, more than 280 days before %s",
				   id_words(child_id), date_words(result_date(1)), date_words(birth));
	if (result_date(2) != DATEVAL_NOEND && result_date(2) > end)
		rule_error(RULE_BIRTH, change.rel, NULL,
				   "child_id %s was referred on %s, after %s",
				   id_words(child_id), date_words(result_date(2)), date_words(end));
	end_partnership_queries();
	return record_result(&change);
}
