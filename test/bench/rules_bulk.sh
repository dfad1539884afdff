#!/bin/bash
# usage: rules_bulk.sh
# A million outcomes with positions by one COPY, five for each of PLANS plans (200000):
# with every rule on; with the same table, keys, CHECKs, foreign keys and indexes and no
# trigger but those of foreign keys; with the rules as PL/pgSQL triggers (rules_plpgsql.sql).
# ROUNDS (9) rounds of the three in turn, into an empty table each, after a checkpoint.
# PLANS=10000 ROUNDS=3 is a quick look. The server and database are those of PGHOST, PGDATABASE
# and so on; schemas rules_* are dropped and made. Fails if the median of a ratio is short.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/rules_ratio.sh"
plans=${PLANS:-200000}
file=$(mktemp)
trap 'rm -f "$file"' EXIT

# Processor time of the backend itself, in clock ticks; 0 where its role may not read it.
ticks="case when pg_has_role('pg_read_server_files', 'usage') then (
	select (stat[14]::bigint + stat[15]::bigint) * 10 from string_to_array(pg_read_file('/proc/self/stat'), ' ') stat) else 0 end"

empty() {
	sql <<-END
		set client_min_messages = warning;
		truncate $1.plan_outcome, $1.action restart identity;
		vacuum $1.plan, $1.episode;
		checkpoint;
	END
}

load() {
	empty "$1"
	sql <<-END
		set search_path = $1;
		create temporary table began as select clock_timestamp() as at, $ticks as processor;
		\copy plan_outcome (plan_id, plan_kind, position, agreed_on) from '$file'
		select round(1000 * extract(epoch from clock_timestamp() - at)), $ticks - processor from began;
	END
}

measure() {
	load "$1" | tr '|' ' '
}

setup 1 "$plans"
sql --command="copy (
	select p.plan_id, p.kind, n, p.started_on from rules_c.plan p cross join generate_series(1, 5) n order by p.plan_id, n
	) to stdout" >"$file"
echo "$(wc -l <"$file") outcomes of $plans plans, $(settings)"
for one in "${partnerships[@]}"; do load "$one" >/dev/null; done
rounds "${ROUNDS:-9}" measure
report $((5 * plans))
exit "$missed"
