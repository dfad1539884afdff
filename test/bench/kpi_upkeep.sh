#!/bin/bash
# What keeping the KPI views right costs a single-row write: transactions a
# second with the marking triggers, over those without, in pairs one after the
# other. Prints each pair and the median of the ratios.
#
#   PGHOST=... PGDATABASE=... test/bench/kpi_upkeep.sh [pairs [seconds [clients]]]
#
# Partnership kpi_upkeep_bench is made in the database and dropped. SYNC=off leaves
# the disk out (synchronous_commit). Exit 1 if the median is below 0.95.
set -euo pipefail

pairs=${1:-${PAIRS:-9}}
seconds=${2:-5}
clients=${3:-4}
export PGOPTIONS="-c synchronous_commit=${SYNC:-on} -c client_min_messages=warning"
p=kpi_upkeep_bench
folder=$(mktemp -d)
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
end() { sql -c "select early_help.drop_partnership('$p')" >/dev/null || true; rm -rf "$folder"; }

sql -c 'create extension if not exists early_help cascade' -c "select early_help.create_partnership('$p')" >/dev/null
trap end EXIT
sql <<SQL
set search_path = $p;
insert into child (child_id, birth_date) select n, date '2008-01-01' + n % 3000 from generate_series(1, 20000) n;
insert into contact (contact_id, received_on, source_code) select n, date '2019-01-01' + n % 1000, '6' from generate_series(1, 20000) n;
insert into contact_child (contact_id, child_id, primary_need_code, decision)
select n, n, 'N1', 'no_further_action' from generate_series(1, 20000) n;
call early_help.refresh_kpis('$p');
vacuum analyze;
SQL
cat >"$folder/write.sql" <<SQL
\\set contact random(1, 20000)
\\set child random(1, 20000)
insert into $p.contact_child (contact_id, child_id, primary_need_code) values (:contact, :child, 'N2') on conflict do nothing;
update $p.contact_child set reason = 'r' || :child where contact_id = :contact and child_id = :contact;
SQL

# The triggers that mark, on or off.
upkeep() {
	local state=$1 table
	for table in contact_child child; do
		sql -tc "select format('alter table %s %s trigger %I;', tgrelid::regclass, '$state', tgname)
			from pg_trigger where tgrelid = '$p.$table'::regclass and tgname ~ '^(marks|holds)_' and tgname <> 'marks_months_of_copy'" | sql
	done
}

run() {
	sql -c "select early_help_internal.write_by_engine('delete from $p.stale_mark')" -c "vacuum $p.stale_mark" -c checkpoint >/dev/null
	pgbench -n -c "$clients" -j 2 -T "$seconds" -f "$folder/write.sql" | awk '/^tps/ { print $3 }'
}

echo "pair with without ratio   ($clients clients, $seconds s each, synchronous_commit ${SYNC:-on}; tps of two single-row writes)"
for pair in $(seq "$pairs"); do
	# Who goes first alternates.
	if ((pair % 2)); then
		upkeep 'enable always'; with=$(run)
		upkeep disable; without=$(run)
	else
		upkeep disable; without=$(run)
		upkeep 'enable always'; with=$(run)
	fi
	awk -v n="$pair" -v a="$with" -v b="$without" 'BEGIN { printf "%d %.0f %.0f %.3f\n", n, a, b, a / b }'
done | tee "$folder/pairs"
sort -k4 -n "$folder/pairs" | awk '
	{ r[NR] = $4 }
	END { median = NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2; printf "median ratio %.3f (target 0.95)\n", median; exit median < 0.95 }'
