#!/bin/bash
# What the Board's figures cost with many records: their first build, a refresh
# after 1 000 changes of this month against REFRESH MATERIALIZED VIEW CONCURRENTLY
# of the same cubes, and 12 months of every figure of the dashboard, fresh and stale,
# against the same view on materialized views at the grain of its cubes.
#
#   PGHOST=... PGDATABASE=... test/bench/kpi_board.sh [size ...]     default 24:10 240:10, or SIZE
#
# A size is copies:years: so many copies of what happened to 10 000 families in so many
# years. 240:10 has 10 million contacts and 1.6 million episodes, 24:10 a tenth of both
# in every month. ROUNDS (9), READS (20).
#
# Partnership kpi_board is made in the database and dropped. All read with jit off and a
# prepared statement, as a BI tool's connection does. The last line of a size has its medians; after
# several, one says how much longer a refresh takes with the last than with the first. Exit 1 if one
# is short of its target, which the times of a refresh are only with the last size, the most records.
set -euo pipefail

cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-9}
reads=${READS:-20}
export PGOPTIONS='-c client_min_messages=warning -c jit=off'
p=kpi_board
# Up to yesterday, as a running partnership's: a contact reaches 12 months on, as far as there is anything.
until=$(date +%F)
this_month=$(date -d "$until - 1 day" +%Y-%m-01)
cubes=(contacts children_contacted metrics months)
folder=$(mktemp -d)
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
end() { sql -c "drop schema if exists ${p}_mv cascade" -c "select early_help.drop_partnership('$p', true)" >/dev/null 2>&1 || true; }
trap 'end; rm -rf "$folder"' EXIT
# The time of the last statement, in milliseconds.
ms() { sql -c '\timing on' "$@" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1; }

load() {
	local copies=$1 years=$2
	sql -c 'create extension if not exists early_help cascade' -c 'create extension if not exists early_help_sample' \
		-c "select early_help.create_partnership('$p', training => true)" >/dev/null
	sql -c "select early_help_sample.generate_sample('$p', 10000, (date '$until' - interval '$years years')::date, date '$until' - 1, 1)" >/dev/null
	[ "$copies" = 1 ] || sql --set=partnership=$p --set=copies=$((copies - 1)) --file=test/bench/multiply.sql
	sql -c "vacuum analyze"
	sql -F' ' -c "select 'contacts', (select count(*) from $p.contact_child), 'children', (select count(*) from $p.child), 'episodes', (select count(*) from $p.episode)"
	echo "first build: $(ms -c "call early_help.refresh_kpis('$p')") ms"
	sql -c "vacuum analyze"
	sql -F' ' -c "select 'MB of what is kept:', kind, sum(pg_total_relation_size(c.oid)) / 1048576
		from pg_class c
		cross join lateral (select case when relname ~ '^cube_.*_parts$' then 'parts' when relname ~ '^(kpi|cube|stale)_' then 'cells and log' else 'records' end as kind) k
		where relnamespace = '$p'::regnamespace and relkind = 'r' group by kind order by 2"
}

# The cubes that a contact makes stale, by one query each for all months: contacts and
# children as whoever has no engine writes them.
same_cubes() {
	sql <<-SQL
		create schema ${p}_mv;
		set search_path = $p, early_help, public;
		create view ${p}_mv.month as
		select month::date
		from kpi_filled_months f, generate_series(f.first_month::timestamp, f.last_month::timestamp, interval '1 month') g (month);
		create materialized view ${p}_mv.cube_contacts as
		select date_trunc('month', cc.received_on::timestamp)::date as month, cc.source_code, cc.primary_need_code as need_code, cc.reason,
		    cc.locality_id, age_at(ch.birth_date, ch.expected_birth_date, cc.received_on) as age_at_contact, ch.sex_code, ch.ethnicity_code,
		    count(*)::integer as contacts, (count(*) filter (where cc.decision = 'referral'))::integer as referrals,
		    (count(*) filter (where exists (
		        select
		        from contact_child earlier
		        where earlier.counted_child_id = cc.counted_child_id
		            and earlier.received_on < cc.received_on
		            and earlier.received_on >= cc.received_on - 365)))::integer as known_contacts
		from contact_child cc
		left join child ch on ch.child_id = cc.counted_child_id
		group by 1, 2, 3, 4, 5, 6, 7, 8;
		create materialized view ${p}_mv.cube_children_contacted as
		select c.month, case when c.months_since <= 11 then c.months_since end as months_since,
		    count(*)::integer as children, sum(c.contacts)::integer as contacts
		from (
		    select x.month, x.contacts, early_help_internal.months_between(lag(x.month) over (partition by x.counted_child_id order by x.month), x.month) as months_since
		    from (
		        select counted_child_id, date_trunc('month', received_on::timestamp)::date as month, count(*) as contacts
		        from contact_child
		        group by 1, 2
		    ) x
		) c
		group by 1, 2;
		create materialized view ${p}_mv.cube_metrics as select c.* from ${p}_mv.month m cross join lateral ${p}_kpi.cube_metrics_month(m.month) c;
		create materialized view ${p}_mv.cube_months as select c.* from ${p}_mv.month m cross join lateral ${p}_kpi.cube_months_month(m.month) c;
		create unique index on ${p}_mv.cube_contacts (month, source_code, need_code, reason, locality_id, age_at_contact, sex_code, ethnicity_code);
		create unique index on ${p}_mv.cube_children_contacted (month, months_since);
		create unique index on ${p}_mv.cube_metrics (month, metric_code, months_since, due_on);
		create unique index on ${p}_mv.cube_months (month, record);
	SQL
}

# The dashboard again, its cubes replaced by materialized views of the same rows.
same_dashboard() {
	sql <<-SQL
		do \$\$
		declare
		    cube text;
		    one text;
		    query text;
		begin
		    for cube in select unnest('{metrics,stays,day_counts,months}'::text[]) loop
		        execute format('create materialized view if not exists ${p}_mv.%1\$I as table $p.%1\$I', 'cube_' || cube);
		        execute format('create index on ${p}_mv.%I (month)', 'cube_' || cube);
		    end loop;
		    foreach one in array '{$p.kpi_figure,$p.kpi_series,$p.kpi_period_shown,$p.kpi_metric_series,${p}_kpi.dashboard}'::text[] loop
		        query := regexp_replace(pg_get_viewdef(one::regclass),
		            '\m$p\.(cube_|kpi_(figure|series|period_shown|metric_series))', '${p}_mv.\1', 'g');
		        execute format('create view ${p}_mv.%I as %s', split_part(one, '.', 2), query);
		    end loop;
		end
		\$\$;
		analyze;
	SQL
}

year="month > date '$this_month' - interval '1 year' and month <= '$this_month'"
differ() {
	sql -c "select count(*) from ((select * from $1 except all select * from $2) union all (select * from $2 except all select * from $1)) d"
}

# Milliseconds a read of 12 months of the dashboard in a schema, the first ones left out.
read_ms() {
	echo "select * from $1.dashboard where $year;" >"$folder/read.sql"
	pgbench -n -M prepared -f "$folder/read.sql" -t 10 >/dev/null 2>&1
	pgbench -n -M prepared -f "$folder/read.sql" -t "$reads" 2>/dev/null | sed -n 's/^latency average = \([0-9.]*\) ms/\1/p'
}

round() {
	sql -c "update $p.contact_child set reason = 'Round $1' where contact_child_id in (select contact_child_id from $p.contact_child where received_on >= '$this_month' order by md5(contact_child_id || 'round $1') limit 1000)"
	local stale refresh fresh matview plain
	stale=$(read_ms "${p}_kpi")
	refresh=$(ms -c "call early_help.refresh_kpis('$p')")
	fresh=$(read_ms "${p}_kpi")
	matview=$(ms -c "set jit = off; $(printf "refresh materialized view concurrently ${p}_mv.cube_%s; " "${cubes[@]}")")
	plain=$(read_ms "${p}_mv")
	echo "$refresh $matview $fresh $stale $plain"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

short=
read -ra sizes <<<"${*:-${SIZE:-24:10 240:10}}"
for size in "${sizes[@]}"; do
	echo "== size $size"
	end
	load "${size%:*}" "${size#*:}"
	same_cubes
	same_dashboard
	for cube in "${cubes[@]}"; do
		echo "rows of $cube: $(sql -c "select count(*) from ${p}_mv.cube_$cube"), that differ: $(differ "$p.cube_$cube" "${p}_mv.cube_$cube")"
	done
	echo "rows of the dashboard that differ: $(differ "(select * from ${p}_kpi.dashboard where $year) a" "(select * from ${p}_mv.dashboard where $year) b")"
	: >"$folder/rounds"
	for n in $(seq "$rounds"); do
		round "$n" | awk '{ printf "%.1f %.3f %.3f %.1f refresh %.0f ms, materialized views %.0f ms; read %.1f ms, stale %.1f ms, materialized views %.1f ms\n",
			$2 / $1, $3 / $5, $4 / $5, $1, $1, $2, $3, $4, $5 }' | tee -a "$folder/rounds"
	done
	sql -c "select 'cubes that became stale: ' || string_agg(key, ', ') from $p.kpi_refresh_log l, jsonb_each(cubes_done) where kpi_refresh_id = (select max(kpi_refresh_id) from $p.kpi_refresh_log)"
	faster=$(median <"$folder/rounds")
	fresh=$(cut -d' ' -f2 "$folder/rounds" | median)
	stale=$(cut -d' ' -f3 "$folder/rounds" | median)
	refresh=$(cut -d' ' -f4 "$folder/rounds" | median)
	stale_ms=$(sed 's/.*stale \([0-9.]*\) ms.*/\1/' "$folder/rounds" | median)
	echo "medians of $size: refresh $refresh ms, $faster times faster (target 100); reading $fresh fresh (target 1.2), $stale stale (target 3, or a second: $stale_ms ms)"
	first_refresh=${first_refresh:-$refresh}
	[ "$size" = "${sizes[-1]}" ] || faster=100
	awk -v a="$faster" -v f="$fresh" -v s="$stale" -v t="$stale_ms" 'BEGIN { exit !(a >= 100 && f <= 1.2 && (s <= 3 || t < 1000)) }' || short+=" $size"
done
if [ "${#sizes[@]}" -gt 1 ]; then
	longer=$(awk -v a="$first_refresh" -v b="$refresh" 'BEGIN { printf "%.2f", b / a }')
	echo "a refresh with ${sizes[-1]} takes $longer times as long as with ${sizes[0]} (target 1.5)"
	awk -v l="$longer" 'BEGIN { exit !(l <= 1.5) }' || short+=" ${sizes[-1]}/${sizes[0]}"
fi
[ -z "$short" ] || { echo "short of a target:$short" >&2; exit 1; }
