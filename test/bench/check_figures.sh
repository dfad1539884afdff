#!/bin/bash
# usage: check_figures.sh CONTACTS.csv FIGURES.json
# Loads a file of contacts into a fresh partnership and compares what its KPI
# schema says with the true figures of a period: totals, children, ages, and
# counts by need, reason, ward, source and month. Before and after a refresh of
# the cells. Prints every figure that differs; fails if one does, or if a second
# load of the file is not all unchanged.
# The server and database are those of PGHOST, PGDATABASE and so on; the
# partnership is check_figures, made anew each time and dropped at the end.
set -euo pipefail

[ $# -eq 2 ] || {
	sed -n '2s/^# //p' "$0" >&2
	exit 2
}
contacts=$1
figures=$2

sql() {
	psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"
}

drop() {
	sql -c 'set client_min_messages = warning' -c 'drop schema if exists check_figures, check_figures_kpi cascade'
}
trap drop EXIT

load() {
	sql -c "\\copy check_figures.inbox_contact from '$contacts' (format csv, header match)" \
		-c 'select accepted, unchanged, corrected, rejected from check_figures.import_contacts()'
}

# Reads check_figures_kpi alone.
compare() {
	sql --set=figures="$(cat "$figures")" <<-'END'
		set search_path = check_figures_kpi;
		with figures as (
		    select
		        :'figures'::jsonb as f,
		        (:'figures'::jsonb -> 'period' ->> 0)::date as first_day,
		        (:'figures'::jsonb -> 'period' ->> 1)::date as last_day
		), expected as (
		    select key as figure, '' as item, value #>> '{}' as value
		    from figures, jsonb_each(f)
		    where jsonb_typeof(value) not in ('object', 'array')
		    union all
		    select o.key, i.key, i.value
		    from figures, jsonb_each(f) o, jsonb_each_text(case when jsonb_typeof(o.value) = 'object' then o.value else '{}' end) i
		), cells as (
		    select contacts.*
		    from contacts, figures
		    where month between first_day and last_day
		), found (figure, item, value) as (
		    select v.figure, '', v.value::text
		    from (
		        select
		            sum(contacts) as contacts,
		            sum(referrals) as referrals,
		            sum(known_contacts) as known,
		            sum(new_contacts) as new,
		            min(age_at_contact) as age_min,
		            max(age_at_contact) as age_max
		        from cells
		    ) t
		    cross join lateral (
		        values ('contacts', contacts), ('referrals', referrals), ('known', known), ('new', new),
		            ('age_min', age_min), ('age_max', age_max)
		    ) v (figure, value)
		    union all select 're_referrals', '', sum(re_referrals)::text from re_referrals, figures where month between first_day and last_day
		    union all select 'children_in_period', '', children_contacted_between(first_day, last_day)::text from figures
		    union all select 'rows_in_file', '', sum(contacts)::text from contacts
		    union all select 'by_need', need_code, sum(contacts)::text from cells group by need_code
		    union all select 'by_reason', reason, sum(contacts)::text from cells group by reason
		    union all select 'by_ward', ward, sum(contacts)::text from cells group by ward
		    union all select 'by_source', source_code, sum(contacts)::text from cells group by source_code
		    union all select 'by_month', month_key, sum(contacts)::text from cells group by month_key
		)
		select
		    concat_ws(' ', figure, nullif(item, '')) || ': '
		        || coalesce('should be ' || e.value, 'should not be there') || ', '
		        || coalesce('is ' || g.value, 'is missing')
		from expected e
		full join found g using (figure, item)
		where e.value is distinct from g.value
		order by 1;
	END
}

count=$(sql --set=figures="$(cat "$figures")" <<-'END'
	select sum(case jsonb_typeof(value) when 'object' then (select count(*) from jsonb_object_keys(value)) when 'array' then 0 else 1 end)
	from jsonb_each(:'figures'::jsonb);
END
)
wrong=
sql -c 'set client_min_messages = warning' -c 'create extension if not exists early_help cascade'
drop
sql -c "select early_help.create_partnership('check_figures')" >/dev/null
loaded=$(load)
differences=$(compare)
if [ -n "$differences" ]; then
	wrong=1
	printf 'before a refresh:\n%s\n' "$differences"
fi
sql -c "call early_help.refresh_kpis('check_figures')" >/dev/null
differences=$(compare)
if [ -n "$differences" ]; then
	wrong=1
	printf 'after a refresh:\n%s\n' "$differences"
fi
again=$(load)
rows=$(sql --set=figures="$(cat "$figures")" <<<"select :'figures'::jsonb ->> 'rows_in_file';")
echo "loaded (accepted|unchanged|corrected|rejected): $loaded; again: $again"
[ "$again" = "0|$rows|0|0" ] || wrong=1
differences=$(compare)
if [ -n "$differences" ]; then
	wrong=1
	printf 'after the second load:\n%s\n' "$differences"
fi
[ -z "$wrong" ] || exit 1
echo "$count figures compared three times, none differs"
