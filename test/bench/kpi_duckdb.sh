#!/bin/bash
# What an analyst would do instead of view contacts: copy the contacts out, turn the copy into Parquet, and have
# DuckDB compute the same 12 months, on all processors. Beside it the view: fresh, and after a late entry, when the
# copy is wrong until it is made again.
#
#   PGHOST=... PGDATABASE=... test/bench/kpi_duckdb.sh [size]      default 24:10, or the first of SIZE
#
# A size is copies:years, as in kpi_board.sh: 24:10 is a million contacts of ten years. READS (20) reads of each.
#
# DuckDB comes from npm: make bench installs it in build/duckdb; DUCKDB names another node_modules. Without it,
# this says so and ends well. Partnership kpi_duckdb is made in the database and dropped. It fails if DuckDB's
# fresh answer or the view's stale one has a row that the other way of asking does not have. No target: it is a
# question of what is worth the trouble.
set -euo pipefail

cd "$(dirname "$0")/../.."
read -r size _ <<<"${*:-${SIZE:-24:10}}"
reads=${READS:-20}
export PGOPTIONS='-c client_min_messages=warning -c jit=off'
export DUCKDB=${DUCKDB:-$PWD/build/duckdb/node_modules}
if ! command -v node >/dev/null || [ ! -e "$DUCKDB/@duckdb/node-api/package.json" ]; then
	echo "left out: there is no DuckDB (npm install --prefix build/duckdb @duckdb/node-api@1)"
	exit 0
fi
p=kpi_duckdb
until=2024-01-01
from=2023-01-01
folder=$(mktemp -d)
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
end() { sql -c "select early_help.drop_partnership('$p', true)" >/dev/null 2>&1 || true; }
trap 'end; rm -rf "$folder"' EXIT
now() { date +%s%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", (b - a) / 1e6 }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

copies=${size%:*} years=${size#*:}
end
sql -c 'create extension if not exists early_help cascade' -c 'create extension if not exists early_help_sample' \
	-c "select early_help.create_partnership('$p', training => true)" >/dev/null
sql -c "select early_help_sample.generate_sample('$p', ${FAMILIES:-10000}, (date '$until' - interval '$years years')::date, date '$until' - 1, 1)" >/dev/null
[ "$copies" = 1 ] || sql --set=partnership=$p --set=copies=$((copies - 1)) --file=test/bench/multiply.sql
# A sample of few families has marked parts, and the copies are others.
sql -c "select early_help.mark_all_stale('$p')" >/dev/null
sql -c 'vacuum analyze' -c "call early_help.refresh_kpis('$p')" -c 'vacuum analyze'
echo "contacts: $(sql -c "select count(*) from $p.contact_child"), of the year: $(sql -c "select sum(contacts) from ${p}_kpi.contacts where month >= '$from' and month < '$until'")"

# ---------------------------------------------------------------------------
# The copy
# ---------------------------------------------------------------------------

# make_copy: sets the milliseconds of the export and of the conversion.
make_copy() {
	local began
	began=$(now)
	sql >/dev/null <<-SQL
		create temp view contacts as
		select cc.contact_child_id, cc.contact_id, cc.child_id, cc.counted_child_id, cc.received_on, cc.source_code,
		    cc.primary_need_code as need_code, cc.reason, l.name as ward, cc.decision
		from $p.contact_child cc
		left join $p.locality l using (locality_id);
		create temp view children as select child_id, birth_date, expected_birth_date, sex_code, ethnicity_code from $p.child;
		\copy (select * from contacts) to '$folder/contacts.csv' with (format csv, header, null '(null)')
		\copy (select * from children) to '$folder/children.csv' with (format csv, header, null '(null)')
	SQL
	exported=$(since "$began")
	began=$(now)
	node test/bench/kpi_duckdb.js "$folder" convert >/dev/null
	converted=$(since "$began")
}
ask_copy() { node test/bench/kpi_duckdb.js "$folder" cube "$from" "$until" "$1"; }

# ---------------------------------------------------------------------------
# The view, and where they differ
# ---------------------------------------------------------------------------
columns='month, source_code, need_code, reason, ward, age_at_contact, sex_code, ethnicity_code'
counts='contacts, referrals, known_contacts'
year="month >= '$from' and month < '$until'"

# The view's rows by name, not by key: two wards may have one name.
view="select $columns, sum(contacts) as contacts, sum(referrals) as referrals, sum(known_contacts) as known_contacts
	from ${p}_kpi.contacts where $year group by $columns"
view_ms() {
	echo "select $columns, $counts from ${p}_kpi.contacts where $year;" >"$folder/read.sql"
	pgbench -n -M prepared -f "$folder/read.sql" -t 5 >/dev/null 2>&1
	pgbench -n -M prepared -f "$folder/read.sql" -t "$reads" 2>/dev/null | sed -n 's/^latency average = \([0-9.]*\) ms/\1/p'
}

# differ: rows of the view's answer or of DuckDB's that the other does not have.
differ() {
	node test/bench/kpi_duckdb.js "$folder" write "$from" "$until" >/dev/null
	sql <<-SQL
		create temp table copy_cube (month date, source_code text, need_code text, reason text, ward text, age_at_contact integer,
		    sex_code text, ethnicity_code text, contacts bigint, referrals bigint, known_contacts bigint);
		\copy copy_cube from '$folder/cube.csv' with (format csv, null '(null)')
		with shown as materialized ($view)
		select count(*) from ((table shown except all table copy_cube) union all (table copy_cube except all table shown)) d;
	SQL
}

# wrong_of_view: rows of the view that differ from the records, by the function that computes a month from them.
wrong_of_view() {
	sql <<-SQL
		with shown as materialized (
		    select * from $p.cube_contacts where $year
		), computed as materialized (
		    select c.* from generate_series(timestamp '$from', timestamp '$until' - interval '1 month', '1 month') m
		    cross join lateral ${p}_kpi.cube_contacts_month(m::date) c
		)
		select count(*) from ((table shown except all table computed) union all (table computed except all table shown)) d;
	SQL
}

make_copy
echo "the copy: CSV $(du -cm "$folder"/*.csv | tail -n 1 | cut -f 1) MB, Parquet $(du -cm "$folder"/*.parquet | tail -n 1 | cut -f 1) MB, $(nproc) processors"
duckdb=$(ask_copy "$reads" | median)
began=$(now)
ask_copy 1 >/dev/null
duckdb_started=$(since "$began")
fresh=$(view_ms)
wrong_before=$(differ)

# A contact that was forgotten, of a child that has later ones: its own month has one more, and later ones are known.
sql >/dev/null <<-SQL
	set search_path = $p;
	with one as (
	    insert into contact (received_on, source_code) values ('$from', '6') returning contact_id
	)
	insert into contact_child (contact_id, child_id, primary_need_code)
	select one.contact_id, c.child_id, 'N1'
	from one
	cross join (
	    select child_id from contact_child
	    where received_on between date '$from' + 1 and date '$from' + 300 and child_id = counted_child_id
	    group by child_id order by count(*) desc, child_id limit 1
	) c;
SQL
stale=$(view_ms)
wrong_copy=$(differ)
wrong_view=$(wrong_of_view)
make_copy
again=$(ask_copy 1)
wrong_again=$(differ)

awk -v fresh="$fresh" -v stale="$stale" -v duckdb="$duckdb" -v started="$duckdb_started" -v exported="$exported" -v converted="$converted" -v again="$again" '
	function line(what, ms) { printf "%-62s %10.1f %9.1f\n", what, ms, ms / fresh }
	BEGIN {
		printf "%-62s %10s %9s\n", "12 months of contacts by eight columns", "ms", "view = 1"
		line("view contacts, fresh", fresh)
		line("view contacts, after a late entry", stale)
		line("DuckDB on the copy, in a process that is open", duckdb)
		line("DuckDB on the copy, with the start of its process", started)
		line("the copy: export to CSV", exported)
		line("the copy: CSV to Parquet", converted)
		line("a true answer by DuckDB: export, convert, ask", exported + converted + again)
	}'
echo "rows that differ: DuckDB from the view $wrong_before before the late entry, $wrong_copy after it, $wrong_again when the copy is made again; the view from the records after it $wrong_view"
echo "the copy is as old as its last export; as often as it may be made one after the other, that is up to $(awk -v a="$exported" -v b="$converted" 'BEGIN { printf "%.1f", 2 * (a + b) / 1000 }') s"
[ "$wrong_before $wrong_again $wrong_view" = '0 0 0' ]
