#!/bin/bash
# A plain cube, beside the same one as a continuous aggregate of TimescaleDB: a refresh after 1 000 changes of the
# last month and after one late entry, reading 12 months, and how many answers are wrong after late entries.
#
#   PGHOST=... PGDATABASE=... test/bench/kpi_timescale.sh [rows [pairs]]      default 1000000 and 5, or PAIRS
#
# As a superuser, in a database of a server that has early_help and timescaledb in shared_preload_libraries.
# Without it, this says so and ends well. make bench restarts its server with it if it is installed. Debian has no
# package of it. Its source builds with cmake (2.28.2 is the last for PostgreSQL 15); continuous aggregates are in
# the part that is under the Timescale License. Partnership kpi_timescale is made in the database and dropped, and
# so is extension timescaledb if it was not there.
#
# Both count rows of one plain table by month, source, need and ward. A table of records cannot be a hypertable:
# its keys do not have the day. A continuous aggregate takes no EXISTS, no DISTINCT count over a longer period and no
# stock, so this is the cube that it can keep and not one of ours. It is asked as it comes (materialized only) and
# with materialized_only = false, where it adds what is newer than its last refreshed month, and nothing older.
# It fails if our cube has a wrong answer, or either has one when it is refreshed.
set -euo pipefail

rows=${1:-${ROWS:-1000000}}
pairs=${2:-${PAIRS:-5}}
entries=${ENTRIES:-100}
export PGOPTIONS='-c client_min_messages=error -c jit=off'
p=kpi_timescale
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
if [ "$(sql -c "select count(*) from pg_available_extensions where name = 'timescaledb'")" = 0 ]; then
	echo "left out: TimescaleDB is not installed"
	exit 0
fi
if ! sql -c 'show shared_preload_libraries' | grep -q timescaledb; then
	echo "left out: TimescaleDB is installed, and not in shared_preload_libraries"
	exit 0
fi
folder=$(mktemp -d)
was_there=$(sql -c "select count(*) from pg_extension where extname = 'timescaledb'")
end() {
	sql -c "drop schema if exists ${p}_ts cascade" -c "drop view if exists ${p}_kpi.visits" -c "select early_help.drop_partnership('$p', true)" >/dev/null 2>&1 || true
	[ "$was_there" = 1 ] || sql -c 'drop extension if exists timescaledb cascade' >/dev/null 2>&1 || true
}
trap 'end; rm -rf "$folder"' EXIT

# ---------------------------------------------------------------------------
# The same table twice
# ---------------------------------------------------------------------------
end
sql -c 'create extension if not exists timescaledb' -c 'create extension if not exists early_help cascade' \
	-c "select early_help.create_partnership('$p')" >/dev/null
echo "TimescaleDB $(sql -c "select extversion from pg_extension where extname = 'timescaledb'"), $rows rows of five years"
sql >/dev/null <<SQL
create schema ${p}_ts;
create table ${p}_ts.visit (
    visit_id bigint not null,
    visited_on date not null,
    source_code varchar(40),
    need_code varchar(40),
    ward_id bigint,
    referral boolean not null
);
create table $p.visit (like ${p}_ts.visit);
insert into $p.visit
select
    n,
    date '2019-01-01' + (n::bigint * 1825 / $rows)::integer,
    (array['6', '6', '2A', '2A', '5B', '3E', '1A'])[1 + (n * 31 % 7)],
    'N' || 1 + (hashint8(n + 1)::bigint + 2147483648) % 8,
    1 + (hashint8(n + 2)::bigint + 2147483648) % 22,
    n % 4 = 0
from generate_series(1::bigint, $rows) n;
alter table $p.visit add primary key (visit_id);
create index on $p.visit (visited_on);

-- Ours: docs/kpis.md, "A cube of your own".
create trigger marks_months after insert or update or delete on $p.visit
    for each row execute function early_help.mark_stale_months('visit', '0', 'visited_on');
alter table $p.visit enable always trigger marks_months;
set search_path = ${p}_kpi, $p;
select early_help.define_kpi_cube('visits', array['visit'], \$\$
    select
        v.source_code,
        v.need_code,
        v.ward_id,
        count(*)::integer as visits,
        (count(*) filter (where v.referral))::integer as referrals
    from visit v
    where v.visited_on >= m.month
        and v.visited_on < m.next_month
    group by 1, 2, 3
\$\$);
select early_help.mark_stale('$p', '2019-01-01', '2023-12-01', array['visits']);

-- Theirs.
set search_path = public, pg_catalog;
select create_hypertable('${p}_ts.visit', 'visited_on', chunk_time_interval => interval '3 months');
insert into ${p}_ts.visit select * from $p.visit;
create index on ${p}_ts.visit (visit_id);
SQL
sql >/dev/null <<SQL
set search_path = public, pg_catalog;
create materialized view ${p}_ts.visits with (timescaledb.continuous, timescaledb.materialized_only = true) as
select
    time_bucket('1 month', visited_on) as month,
    source_code,
    need_code,
    ward_id,
    count(*)::integer as visits,
    (count(*) filter (where referral))::integer as referrals
from ${p}_ts.visit
group by 1, 2, 3, 4
with no data;
SQL
refresh_ours="call early_help.refresh_kpis('$p')"
refresh_theirs="call public.refresh_continuous_aggregate('${p}_ts.visits', null, null)"
ms() { sql -c '\timing on' "$@" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1; }
echo "first build: the cube $(ms -c "$refresh_ours") ms, the continuous aggregate $(ms -c "$refresh_theirs") ms"
sql -c 'vacuum analyze'

# ---------------------------------------------------------------------------
# Refreshing and reading
# ---------------------------------------------------------------------------
columns='month, source_code, need_code, ward_id, visits, referrals'
# read_ms RELATION: milliseconds of reading 12 months.
read_ms() {
	echo "select $columns from $1 where month >= '2023-01-01' and month < '2024-01-01';" >"$folder/read.sql"
	pgbench -n -M prepared -f "$folder/read.sql" -t 5 >/dev/null 2>&1
	pgbench -n -M prepared -f "$folder/read.sql" -t 30 2>/dev/null | sed -n 's/^latency average = \([0-9.]*\) ms/\1/p'
}
# change SCHEMA PAIR: 1 000 changes of the last month.
change() { sql -c "update $1.visit set referral = not referral where visit_id in (select visit_id from $1.visit where visited_on >= '2023-12-01' order by visit_id limit 1000)"; }
# late SCHEMA NUMBER: an entry of an older month.
late() { sql -c "insert into $1.visit values ($rows + $2, date '2019-01-15' + $2 * 37 % 1700, '6', 'N2', 1, true)"; }

echo 'pair: refresh after 1 000 changes, after a late entry; reading fresh, stale: ms of the cube and of the continuous aggregate'
for pair in $(seq "$pairs"); do
	change "$p" && change "${p}_ts"
	stale_ours=$(read_ms "$p.cube_visits") stale_theirs=$(read_ms "${p}_ts.visits")
	# Who goes first alternates.
	if ((pair % 2)); then
		ours=$(ms -c "$refresh_ours") theirs=$(ms -c "$refresh_theirs")
	else
		theirs=$(ms -c "$refresh_theirs") ours=$(ms -c "$refresh_ours")
	fi
	late "$p" "$pair" && late "${p}_ts" "$pair"
	late_ours=$(ms -c "$refresh_ours") late_theirs=$(ms -c "$refresh_theirs")
	echo "$pair $ours $theirs $late_ours $late_theirs $(read_ms "$p.cube_visits") $(read_ms "${p}_ts.visits") $stale_ours $stale_theirs"
done | tee "$folder/pairs"
median() { awk "{ print $1 }" "$folder/pairs" | sort -n | awk '{ r[NR] = $1 } END { printf "%.2f", NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2 }'; }
echo "median of the ratios, TimescaleDB 1: refresh after 1 000 changes $(median '$2 / $3'), after a late entry $(median '$4 / $5'), reading fresh $(median '$6 / $7'), stale $(median '$8 / $9')"

# ---------------------------------------------------------------------------
# Wrong answers
# ---------------------------------------------------------------------------
wrong=0
# wrong_answers: of so many late entries, after how many the month of the entry is not what its rows say.
wrong_answers() {
	sql -c "create temp table answer (who text, wrong boolean)" -c "
		do \$\$
		declare
		    day date;
		    n integer;
		    realtime text;
		begin
		    for n in 1..$entries loop
		        day := date '2019-01-15' + n * 53 % 1700;
		        insert into $p.visit values ($rows + 1000 + n, day, '6', 'N2', 1, true);
		        insert into ${p}_ts.visit values ($rows + 1000 + n, day, '6', 'N2', 1, true);
		        insert into answer
		        select a.who, a.visits is distinct from (
		            select count(*) from $p.visit
		            where visited_on >= date_trunc('month', day::timestamp) and visited_on < date_trunc('month', day::timestamp) + interval '1 month')
		        from (
		            select 'cube' as who, sum(visits) as visits from $p.cube_visits where month = date_trunc('month', day::timestamp)::date
		            union all
		            select 'aggregate', sum(visits) from ${p}_ts.visits where month = date_trunc('month', day::timestamp)::date
		        ) a;
		    end loop;
		end
		\$\$" -c "select concat_ws(' ', count(*) filter (where who = 'cube' and wrong), count(*) filter (where who = 'aggregate' and wrong)) from answer"
	sql -c "delete from $p.visit where visit_id > $rows + 1000" -c "delete from ${p}_ts.visit where visit_id > $rows + 1000"
	sql -c "$refresh_ours"
	sql -c "$refresh_theirs"
}
# differ RELATION: its rows that the table does not say, or the other way round.
differ() {
	sql -c "with shown as materialized (select $columns from $1), computed as materialized (
			select date_trunc('month', visited_on::timestamp)::date, source_code, need_code, ward_id, count(*)::integer, (count(*) filter (where referral))::integer
			from $p.visit group by 1, 2, 3, 4)
		select count(*) from ((table shown except all table computed) union all (table computed except all table shown)) d"
}
read -r ours theirs <<<"$(wrong_answers)"
sql -c "alter materialized view ${p}_ts.visits set (timescaledb.materialized_only = false)"
read -r ours_again realtime <<<"$(wrong_answers)"
echo "wrong answers after $entries late entries, each asked for its month: the cube $ours, the continuous aggregate $theirs, with materialized_only = false $realtime"
for relation in "$p.cube_visits" "${p}_ts.visits"; do
	rows_differ=$(differ "$relation")
	echo "rows of $relation that differ when it is refreshed: $rows_differ"
	[ "$rows_differ" = 0 ] || wrong=1
done
[ "$ours $ours_again" = '0 0' ] || wrong=1
exit $wrong
