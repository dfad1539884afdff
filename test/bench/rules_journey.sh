#!/bin/bash
# usage: rules_journey.sh
# One case from conversation to closure (rules_journey.sql: 20 acts, a transaction each) by pgbench
# with 4 clients, prepared statements, JOURNEYS (200) a client: with every rule on; with no
# trigger but those of foreign keys, where the client writes what the rules would (rules_journey_none.sql);
# with the rules as PL/pgSQL triggers. Before anything is measured, journeys are made in each and all
# tables compared: the three leave the same rows. ROUNDS (9) rounds of the three in turn, after a checkpoint.
# Commits wait for the disk as the server is set; with PGOPTIONS='-c synchronous_commit=off' they
# do not, and processor time alone counts. The server and database are those of PGHOST, PGDATABASE and so
# on; schemas rules_* are dropped and made. Fails if the median of a ratio is short.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/rules_ratio.sh"
journeys=${JOURNEYS:-200}
rounds=${ROUNDS:-9}

# Processor time of all server processes that have ended, in milliseconds.
processor() {
	sql <<-'END'
		select case when pg_has_role('pg_read_server_files', 'usage') then (
			select (stat[16]::bigint + stat[17]::bigint) * 10
			from string_to_array(pg_read_file('/proc/' || split_part(pg_read_file('postmaster.pid'), e'\n', 1) || '/stat'), ' ') stat) else 0 end;
	END
}

# run PARTNERSHIP CLIENTS JOURNEYS
run() {
	local script=$here/rules_journey.sql
	[ "$1" != rules_none ] || script=$here/rules_journey_none.sql
	PGOPTIONS="$PGOPTIONS -c search_path=$1" pgbench --no-vacuum --client="$2" --transactions="$3" \
		--protocol=prepared --file="$script" >/dev/null
}

measure() {
	local began ended before after
	sql --command=checkpoint
	before=$(processor)
	began=${EPOCHREALTIME/[.,]/}
	run "$1" 4 "$journeys" || return 1
	ended=${EPOCHREALTIME/[.,]/}
	sleep 0.2
	after=$(processor)
	echo $(((ended - began) / 1000)) $((after - before))
}

setup $((20 + 4 * journeys * (rounds + 1))) 1
for one in "${partnerships[@]}"; do run "$one" 1 5; done
if [ -n "$(sql --file="$here/rules_same.sql")" ]; then
	echo 'the three partnerships do not hold the same rows after the same journeys' >&2
	exit 1
fi
echo "4 clients, $journeys journeys each, $(settings)"
for one in "${partnerships[@]}"; do run "$one" 4 "$journeys"; done
rounds "$rounds" measure
report
exit "$missed"
