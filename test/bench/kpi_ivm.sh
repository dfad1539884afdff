#!/bin/bash
# The cube of contacts against the same one kept by pg_ivm, an extension that updates a materialized view in
# the transaction of each write: what a single-row write pays for upkeep, 1 000 changes of a month with the
# refresh, and reading 12 months.
#
#   PGHOST=... PGDATABASE=... test/bench/kpi_ivm.sh [contacts [pairs [seconds [clients]]]]
#
# As a superuser, in any database of a server that has early_help; partnership kpi_ivm_bench is made in it and
# dropped, and so is extension pg_ivm if it was not there. Debian 14 (forky) has it: apt-get install
# postgresql-18-pg-ivm. Without it, this says so and ends well. It fails if a row differs from the plain query
# in the end. With less than 61 000 contacts the month has less than 1 000 to change.
#
# pg_ivm 1.17 does not take the cube's definition: no EXISTS beside aggregates, so its view has no known
# contacts; no outer join beside aggregates, so it joins children, whom every contact has; no FILTER and no
# cast of a count. It takes known contacts as a list, by a self-join with DISTINCT: KNOWN=1 has it keep that
# view as well. It finds a cell by keys that may be null with the first column of its index alone: so the
# first is made of the others, or each changed cell would read its whole month.
# It keeps these views alone; our marks and our refresh are those of every cube that counts contacts: all of
# the definition, different children and the dashboard's figures included.
set -euo pipefail

contacts=${1:-100000}
pairs=${2:-${PAIRS:-5}}
seconds=${3:-5}
clients=${4:-4}
export PGOPTIONS="-c client_min_messages=warning -c jit=off -c synchronous_commit=${SYNC:-on}"
p=kpi_ivm_bench
immv=${p}_immv
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }

if [ "$(sql -c "select count(*) from pg_available_extensions where name = 'pg_ivm'")" = 0 ]; then
	echo "left out: this PostgreSQL has no pg_ivm (Debian 14, forky: apt-get install postgresql-18-pg-ivm)"
	exit 0
fi

# As pg_ivm asks: it follows what happens to its views only where it is loaded.
PGOPTIONS+=' -c session_preload_libraries=pg_ivm'
folder=$(mktemp -d)
was_there=$(sql -c "select count(*) from pg_extension where extname = 'pg_ivm'")
end() {
	sql -c "drop schema if exists $immv cascade" -c "select early_help.drop_partnership('$p', true)" >/dev/null || true
	[ "$was_there" = 1 ] || sql -c 'drop extension if exists pg_ivm' || true
	rm -rf "$folder"
}

sql -c 'create extension if not exists early_help cascade' -c "select early_help.create_partnership('$p')" >/dev/null
trap end EXIT
echo "loading $contacts contacts of five years ..."
sql <<SQL
set search_path = $p;
alter table contact disable trigger all;
alter table contact_child disable trigger all;
insert into locality (name) select 'Ward ' || n from generate_series(1, 22) n;
insert into child (child_id, birth_date, sex_code)
select n, date '2003-01-01' + (n * 7919 % 7000)::integer, (array['M', 'F'])[1 + n % 2]
from generate_series(1::bigint, $contacts / 3) n;
insert into contact (contact_id, received_on, source_code)
select n, date '2019-01-01' + (n::bigint * 1825 / $contacts)::integer, (array['6', '6', '2A', '2A', '5B', '3E', '1A'])[1 + (n * 31 % 7)]
from generate_series(1::bigint, $contacts) n;
insert into contact_child (contact_child_id, contact_id, received_on, source_code, child_id, counted_child_id, primary_need_code, reason, locality_id, decision)
select
    c.contact_id,
    c.contact_id,
    c.received_on,
    c.source_code,
    ch.child_id,
    ch.child_id,
    'N' || 1 + (hashint8(c.contact_id + 1)::bigint + 2147483648) % 8,
    'Reason ' || (hashint8(c.contact_id + 2)::bigint + 2147483648) % 15,
    1 + (hashint8(c.contact_id + 3)::bigint + 2147483648) % 22,
    (array['referral', 'no_further_action', 'no_further_action', 'information_and_advice'])[1 + c.contact_id % 4]::early_help.contact_decision
from contact c
cross join lateral (select 1 + (hashint8(c.contact_id)::bigint + 2147483648) % ($contacts / 3) as child_id) ch;
alter table contact_child alter column contact_child_id restart with $((contacts + 1));
alter table contact enable trigger all;
alter table contact_child enable trigger all;
create extension if not exists pg_ivm;
create schema $immv;
SQL
sql >/dev/null <<SQL
select pgivm.create_immv('$immv.contacts', \$\$
    select
        early_help_internal.months_between('1900-01-01', cc.received_on)::text || '|' || cc.source_code || '|' || cc.primary_need_code || '|'
            || coalesce(cc.reason, '') || '|' || coalesce(cc.locality_id::text, '') as cell,
        date_trunc('month', cc.received_on::timestamp)::date as month,
        cc.source_code,
        cc.primary_need_code as need_code,
        cc.reason,
        cc.locality_id,
        early_help.age_at(ch.birth_date, ch.expected_birth_date, cc.received_on) as age_at_contact,
        ch.sex_code,
        ch.ethnicity_code,
        count(*) as contacts,
        count(case when cc.decision = 'referral' then 1 end) as referrals
    from $p.contact_child cc
    join $p.child ch on ch.child_id = cc.counted_child_id
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9\$\$);
create index on $immv.contacts (month);
SQL
views=contacts
if [ -n "${KNOWN-}" ]; then
	views+=' known'
	sql >/dev/null <<-SQL
		select pgivm.create_immv('$immv.known', \$\$
		    select distinct
		        cc.contact_child_id,
		        date_trunc('month', cc.received_on::timestamp)::date as month,
		        cc.source_code
		    from $p.contact_child cc
		    join $p.contact_child earlier
		        on earlier.counted_child_id = cc.counted_child_id
		            and earlier.received_on < cc.received_on
		            and earlier.received_on >= cc.received_on - 365\$\$);
	SQL
fi

# ---------------------------------------------------------------------------
# Who keeps the figures: nobody, marks, pg_ivm or both
# ---------------------------------------------------------------------------

marks() {
	local table
	for table in contact_child child; do
		sql -c "select format('alter table %s %s trigger %I;', tgrelid::regclass, '$1', tgname)
			from pg_trigger where tgrelid = '$p.$table'::regclass and tgname ~ '^(marks|holds)_' and tgname <> 'marks_months_of_copy'" | sql
	done
}

# Each begins with true figures, whatever was written while they were not kept.
upkeep() {
	local view kept=false
	case $1 in pg_ivm | both) kept=true ;; esac
	for view in $views; do
		sql -c "select pgivm.refresh_immv('$immv.$view', $kept)" -c "vacuum analyze $immv.$view" >/dev/null
	done
	case $1 in
		marks | both)
			marks 'enable always'
			sql -c "select early_help.mark_stale('$p', '2018-01-01', '2025-12-01', array(select cube::text from $p.kpi_cube where 'contact_child' = any (sources)))" -c "call early_help.refresh_kpis('$p')"
			;;
		*) marks disable ;;
	esac
	sql -c "vacuum analyze $p.contact_child" -c "vacuum analyze $p.cube_contacts_cells" -c "vacuum $p.stale_mark" -c checkpoint
}

# in_turn ROUND WORD...: the words, another one first each round.
in_turn() {
	local from=$(($1 % ($# - 1)))
	shift
	echo "${@:from + 1}" "${@:1:from}"
}

# median EXPRESSION: of an awk expression over the lines of $folder/pairs.
median() {
	awk "{ print $1 }" "$folder/pairs" | sort -n |
		awk '{ r[NR] = $1 } END { printf "%.3f", NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2 }'
}

# ---------------------------------------------------------------------------
# Single-row writes
# ---------------------------------------------------------------------------

cat >"$folder/write.sql" <<SQL
\\set contact random(1, $contacts)
\\set child random(1, $contacts / 3)
insert into $p.contact_child (contact_id, child_id, primary_need_code) values (:contact, :child, 'N2') on conflict do nothing;
update $p.contact_child set reason = 'Reason ' || :child % 15 where contact_id = :contact;
SQL

declare -A tps
echo "two single-row writes a transaction of their own each, $clients clients, $seconds s each, synchronous_commit ${SYNC:-on}: times a second"
echo 'pair none marks pg_ivm'
for pair in $(seq "$pairs"); do
	for who in $(in_turn "$pair" none marks pg_ivm); do
		upkeep "$who"
		tps[$who]=$(pgbench -n -c "$clients" -j 2 -T "$seconds" -f "$folder/write.sql" | awk '/^tps/ { print $3 }')
	done
	printf '%d %.0f %.0f %.0f\n' "$pair" "${tps[none]}" "${tps[marks]}" "${tps[pg_ivm]}"
done | tee "$folder/pairs"
echo "median of the ratios: marks $(median '$3 / $2') of none, pg_ivm $(median '$4 / $2') of none, marks $(median '$3 / $4') of pg_ivm"

# ---------------------------------------------------------------------------
# 1 000 changes of the last month, and reading the last 12
# ---------------------------------------------------------------------------

change="update $p.contact_child set
	reason = 'Reason ' || (substring('0' || coalesce(reason, '') from '[0-9]+\$')::bigint + 1) % 15,
	decision = case decision when 'referral' then 'no_further_action' else 'referral' end::early_help.contact_decision
	where contact_child_id"
last_month="select contact_child_id from $p.contact_child where received_on >= '2023-12-01' order by 1 limit 1000"
one_statement="$change in ($last_month)"
statements="do \$\$
declare
	id bigint;
begin
	for id in $last_month loop
		$change = id;
	end loop;
end
\$\$"

# ms STATEMENT: its time in milliseconds, its commit included.
ms() { psql -Xq -v ON_ERROR_STOP=1 -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'; }

# read_ms RELATION SUMS: the time of a read, prepared, the first ones left out.
read_ms() {
	echo "select month, source_code, $2 from $1 where month >= '2023-01-01' and month < '2024-01-01' group by 1, 2;" >"$folder/read.sql"
	pgbench -n -M prepared -f "$folder/read.sql" -t 10 >/dev/null 2>&1
	pgbench -n -M prepared -f "$folder/read.sql" -t 50 2>/dev/null | sed -n 's/^latency average = \([0-9.]*\) ms/\1/p'
}

declare -A took
both='sum(contacts), sum(referrals)'
whole="$both, sum(known_contacts)"
echo '1 000 changes of the last month in one transaction, by one statement (_1) or by 1 000 (_1000): the change and the refresh after it,'
echo 'the change with pg_ivm, the change with none; reading 12 months, fresh and after the change by one statement, of what both count and whole: ms'
echo 'pair none_1 change_1 refresh_1 pg_ivm_1 none_1000 change_1000 refresh_1000 pg_ivm_1000 fresh stale fresh_whole stale_whole pg_ivm'
for pair in $(seq "$pairs"); do
	for who in $(in_turn "$pair" none marks pg_ivm); do
		upkeep "$who"
		case $who in
			marks) took[fresh]=$(read_ms "$p.cube_contacts" "$both") took[fresh_whole]=$(read_ms "$p.cube_contacts" "$whole") ;;
			pg_ivm) took[read]=$(read_ms "$immv.contacts" "$both") ;;
		esac
		took[$who 1]=$(ms "$one_statement")
		if [ "$who" = marks ]; then
			took[stale]=$(read_ms "$p.cube_contacts" "$both") took[stale_whole]=$(read_ms "$p.cube_contacts" "$whole")
			took[refresh 1]=$(ms "call early_help.refresh_kpis('$p')")
		fi
		took[$who 1000]=$(ms "$statements")
		[ "$who" != marks ] || took[refresh 1000]=$(ms "call early_help.refresh_kpis('$p')")
	done
	printf '%d %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.2f %.2f %.2f %.2f %.2f\n' "$pair" \
		"${took[none 1]}" "${took[marks 1]}" "${took[refresh 1]}" "${took[pg_ivm 1]}" \
		"${took[none 1000]}" "${took[marks 1000]}" "${took[refresh 1000]}" "${took[pg_ivm 1000]}" \
		"${took[fresh]}" "${took[stale]}" "${took[fresh_whole]}" "${took[stale_whole]}" "${took[read]}"
done | tee "$folder/pairs"
echo "median of the ratios, pg_ivm 1: 1 000 changes with the refresh $(median '($3 + $4) / $5') by one statement, $(median '($7 + $8) / $9') by 1 000;" \
	"reading fresh $(median '$10 / $14'), stale $(median '$11 / $14'); with known contacts, fresh $(median '$12 / $14'), stale $(median '$13 / $14')"

# ---------------------------------------------------------------------------
# Are both right?
# ---------------------------------------------------------------------------

cat >"$folder/mixed.sql" <<SQL
\\set contact random(1, $contacts)
\\set child random(1, $contacts / 3)
\\set days random(0, 1824)
insert into $p.contact_child (contact_id, child_id, primary_need_code) values (:contact, :child, 'N2') on conflict do nothing;
update $p.contact_child set decision = 'referral', reason = 'Reason ' || :child % 15 where contact_id = :contact;
update $p.contact set received_on = date '2019-01-01' + :days where contact_id = :contact;
update $p.child set sex_code = 'U' where child_id = :child;
delete from $p.contact_child where contact_id = :contact - 1;
SQL
upkeep both
pgbench -n -c "$clients" -j 2 -T "$seconds" --max-tries=100 -f "$folder/mixed.sql" | grep -E '^(number of (transactions actually|failed)|tps)'

# differ WHAT ONE OTHER: how many rows are in one query and not in the other.
wrong=0
differ() {
	local rows
	rows=$(sql -c "with a as ($2), b as ($3) select count(*) from ((table a except all table b) union all (table b except all table a)) d")
	echo "rows that differ after $clients writers: $1: $rows"
	[ "$rows" = 0 ] || wrong=1
}
cell='month, source_code, need_code, reason, locality_id, age_at_contact, sex_code, ethnicity_code'
cube="select $cell, contacts, referrals from $p.cube_contacts"
view="select $cell, contacts, referrals from $immv.contacts"
plain="select date_trunc('month', cc.received_on::timestamp)::date, cc.source_code, cc.primary_need_code, cc.reason, cc.locality_id,
	early_help.age_at(ch.birth_date, ch.expected_birth_date, cc.received_on), ch.sex_code, ch.ethnicity_code,
	count(*), count(*) filter (where cc.decision = 'referral')
	from $p.contact_child cc left join $p.child ch on ch.child_id = cc.counted_child_id
	group by 1, 2, 3, 4, 5, 6, 7, 8"
differ 'cube while stale and plain query' "$cube" "$plain"
differ 'cube while stale and pg_ivm' "$cube" "$view"
sql -c "call early_help.refresh_kpis('$p')"
differ 'cube refreshed and plain query' "$cube" "$plain"
differ 'cube refreshed and pg_ivm' "$cube" "$view"
[ -z "${KNOWN-}" ] || differ 'known contacts of the cube and of pg_ivm' \
	"select month, source_code, sum(known_contacts) from $p.cube_contacts group by 1, 2 having sum(known_contacts) > 0" \
	"select month, source_code, count(*) from $immv.known group by 1, 2"
exit $wrong
