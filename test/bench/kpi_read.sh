#!/bin/bash
# Reading 12 months of every figure from the dashboard, against the same view on
# materialized views at the grain of the cubes it reads, when fresh.
#
#   PGHOST=... PGDATABASE=... test/bench/kpi_read.sh [families [pairs [reads]]]
#
# The database has extension early_help; partnership kpi_read_bench is made in it
# and dropped. Prints each pair, in turns, and the median of the ratios; both read
# with jit off and a prepared statement, as a BI tool's connection does.
set -euo pipefail

families=${1:-3000}
pairs=${2:-9}
reads=${3:-20}
export PGOPTIONS='-c client_min_messages=warning -c jit=off'
p=kpi_read_bench
folder=$(mktemp -d)
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
end() { sql -c "drop schema if exists ${p}_mv cascade" -c "select early_help.drop_partnership('$p', true)" >/dev/null || true; rm -rf "$folder"; }

sql -c "select early_help.create_partnership('$p')" >/dev/null
trap end EXIT
echo "making $families families ..."
sql -c "select early_help.generate_sample('$p', $families, '2018-01-01', '2023-12-31')" >/dev/null
sql -c "call early_help.refresh_kpis('$p')"

# The dashboard again, its cubes replaced by materialized views of the same rows.
sql <<SQL
create schema ${p}_mv;
do \$\$
declare
    cube text;
    figure text := pg_get_viewdef('$p.kpi_figure'::regclass);
    period text := pg_get_viewdef('$p.kpi_period_shown'::regclass);
    dashboard text := pg_get_viewdef('${p}_kpi.dashboard'::regclass);
begin
    for cube in select unnest('{metrics,children_contacted,families_supported,episode_flows,day_counts,months}'::text[]) loop
        execute format('create materialized view ${p}_mv.%1\$I as table $p.%1\$I', 'kpi_cube_' || cube);
        execute format('create index on ${p}_mv.%I (month)', 'kpi_cube_' || cube);
        period := replace(period, '$p.kpi_cube_' || cube, '${p}_mv.kpi_cube_' || cube);
        figure := replace(figure, '$p.kpi_cube_' || cube, '${p}_mv.kpi_cube_' || cube);
        dashboard := replace(dashboard, '$p.kpi_cube_' || cube, '${p}_mv.kpi_cube_' || cube);
    end loop;
    execute 'create view ${p}_mv.kpi_figure as ' || figure;
    execute 'create view ${p}_mv.kpi_period_shown as ' || period;
    execute 'create view ${p}_mv.dashboard as '
        || replace(replace(dashboard, '$p.kpi_figure', '${p}_mv.kpi_figure'), '$p.kpi_period_shown', '${p}_mv.kpi_period_shown');
end
\$\$;
SQL
sql -c 'vacuum analyze'
year="month >= '2023-01-01' and month < '2024-01-01'"
echo "rows that differ: $(sql -c "select count(*) from ((select * from ${p}_kpi.dashboard where $year except all select * from ${p}_mv.dashboard where $year) union all (select * from ${p}_mv.dashboard where $year except all select * from ${p}_kpi.dashboard where $year)) d")"

# Milliseconds a read, prepared, the first ones left out.
read_ms() {
	echo "select * from $1.dashboard where $year;" >"$folder/read.sql"
	pgbench -n -M prepared -f "$folder/read.sql" -t 10 >/dev/null 2>&1
	pgbench -n -M prepared -f "$folder/read.sql" -t "$reads" 2>/dev/null | sed -n 's/^latency average = \([0-9.]*\) ms/\1/p'
}
for pair in $(seq "$pairs"); do
	if [ $((pair % 2)) = 0 ]; then a=$(read_ms "${p}_kpi"); b=$(read_ms "${p}_mv"); else b=$(read_ms "${p}_mv"); a=$(read_ms "${p}_kpi"); fi
	awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f dashboard %.1f ms, materialized views %.1f ms\n", a / b, a, b }'
done | tee "$folder/ratios"
sort -n "$folder/ratios" | awk '{ r[NR] = $1 } END { printf "median of the ratios: %.2f\n", r[int((NR + 1) / 2)] }'
