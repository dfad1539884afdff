#!/bin/bash
# How many instructions a backend takes, by callgrind, for what people wait for: this tree against
# the revision BASE (make bench BENCHES=instructions BASE=f2b8cac; without it, the last commit).
#
#   journey     JOURNEYS (10) cases from conversation to closure (rules_journey.sql), prepared statements
#   outcomes    five outcomes with positions for each of PLANS (1000) plans by one COPY
#   contacts    CONTACTS (3000) children in contacts by one COPY, whose months become stale
#   dashboard   a year of the dashboard of figures READS (4) times, by a reader as in docs/bi.md
#   stale       the same with a stale month, half as often
#
# Each in a backend of its own that has done the same before, with every trigger that
# create_partnership makes. Instructions, unlike time, hardly differ from run to run or with what else
# the machine does. Prints the two numbers and their ratio; fails if one is above 1.02. What calls
# what stays in build/bench/instructions, for callgrind_annotate; the functions that differ most are shown.
#
# bench/run calls it: it wants that one's folders, and its copy of BASE.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=$PWD
. tools/harness.sh
work=${work:?make bench BENCHES=instructions}
out=$work/instructions
p=bench
most=1.02
journeys=${JOURNEYS:-10} plans=${PLANS:-1000} contacts=${CONTACTS:-3000} reads=${READS:-4}
year="month >= '2023-01-01' and month < '2024-01-01'"
measures=(journey outcomes contacts dashboard stale)
path=$PATH
mkdir -p "$out"
export PGUSER=postgres PGDATABASE=postgres PGOPTIONS='-c client_min_messages=warning'

sql() {
	psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"
}

# build NAME SOURCES: a PostgreSQL with that extension, and a cluster with a partnership.
build() {
	PATH=$path
	private_postgres "$PG_CONFIG" "$work/$1.pg"
	make -s -C "$2" -j2 PG_CONFIG="$private_pg_config" && make -s -C "$2" install PG_CONFIG="$private_pg_config" || return 1
	socket_folder "$work/s.$1"
	export PGHOST=$socket
	new_cluster "$work/$1.cluster" || return 1
	printf '%s\n' 'autovacuum = off' 'jit = off' 'max_parallel_workers_per_gather = 0' 'checkpoint_timeout = 1d' >>"$work/$1.cluster/postgresql.conf"
	start_cluster "$work/$1.cluster" "$socket" "$out/$1.log" || return 1
	partnership || return 1
	pg_ctl --pgdata="$work/$1.cluster" --wait stop >/dev/null
}

# A sample of cases whose figures are kept; families and children for journeys; plans with open episodes.
partnership() {
	sql <<-END
		create extension early_help cascade;
		-- The revision BASE can be older than early_help_sample.
		select exists (select from pg_available_extensions where name = 'early_help_sample') as sample \gset
		\if :sample
		create extension early_help_sample;
		select early_help.create_partnership('$p', training => true) \g /dev/null
		select early_help_sample.generate_sample('$p', 300, '2022-01-01', '2023-12-31', 1) \g /dev/null
		\else
		select early_help.create_partnership('$p') \g /dev/null
		select early_help.generate_sample('$p', 300, '2022-01-01', '2023-12-31', 1) \g /dev/null
		\endif
		set search_path = $p;
		insert into agency (name, sector) values ('An agency', 'health');
		insert into practitioner (agency_id, name) select max(agency_id), 'A practitioner' from agency;
		-- Journeys know a family and its only child by one number.
		select greatest((select max(family_id) from family), (select max(child_id) from child)) as highest \gset
		insert into family (family_id, source_ref) select :highest + n, 'journey ' || n from generate_series(1, 200 + 2 * $plans) n;
		insert into child (child_id, birth_date, sex_code) select :highest + n, date '2010-01-01' + n, 'F' from generate_series(1, 200) n;
		insert into family_member (family_id, child_id) select :highest + n, :highest + n from generate_series(1, 200) n;
		create sequence journey;
		select setval('journey', :highest) \g /dev/null
		-- As if loaded long ago.
		set session_replication_role = replica;
		insert into episode (family_id, opened_on, allocated_on, state)
		select :highest + 200 + n, date '2023-01-01' + n % 300, date '2023-01-01' + n % 300, 'planned' from generate_series(1, 2 * $plans) n;
		insert into lead_practitioner (episode_id, from_on, practitioner_id)
		select episode_id, opened_on, 1 from episode where family_id > :highest + 200;
		insert into plan (episode_id, started_on, review_counts_from, review_due_on)
		select episode_id, opened_on, opened_on, opened_on + 56 from episode where family_id > :highest + 200 order by episode_id;
		set session_replication_role = origin;
		insert into contact (received_on, source_code, source_ref)
		select date '2022-01-01' + n % 700, (select min(code) from contact_source), 'contact ' || n from generate_series(1, 2 * $contacts) n;
		reset search_path;
		create role reader login;
		grant usage on schema ${p}_kpi to reader;
		grant select on all tables in schema ${p}_kpi to reader;
		-- Of a revision that has it.
		select format('select early_help.grant_execute(%L, %L, %L)', '$p', 'reader', 'reader')
		from pg_proc where pronamespace = 'early_help'::regnamespace and proname = 'grant_execute' \gexec
		call early_help.refresh_kpis('$p');
		vacuum (analyze);
		checkpoint;
		copy (select plan_id, kind, n, started_on from (
		    select plan_id, kind, started_on from $p.plan order by plan_id desc limit 2 * $plans) x cross join generate_series(1, 5) n
		    order by plan_id, n) to '$work/outcomes';
		copy (select contact_id, 1 + contact_id % 300, (select min(code) from $p.primary_need)
		    from $p.contact where source_ref like 'contact %' order by 1) to '$work/contacts';
	END
	[ -s "$work/contacts" ] || return 1
	split -n l/2 "$work/outcomes" "$work/outcomes." &&
		split -n l/2 "$work/contacts" "$work/contacts."
}

# Counting begins anew where a session calls this function.
begin='select pg_backend_pid() \g /dev/null'

journey() {
	{
		printf '%s\n' '\set journeys_done :journeys_done + 1' "\\if :journeys_done = $((journeys + 1))" 'select pg_backend_pid();' '\endif'
		cat test/bench/rules_journey.sql
	} >"$work/journey.sql"
	PGOPTIONS="$PGOPTIONS -c search_path=$p" pgbench --no-vacuum --transactions=$((2 * journeys)) --define=journeys_done=0 \
		--protocol=prepared --file="$work/journey.sql" >"$out/pgbench.log" 2>&1 || { cat "$out/pgbench.log"; return 1; }
}

outcomes() {
	sql <<-END
		set search_path = $p;
		copy plan_outcome (plan_id, plan_kind, position, agreed_on) from '$work/outcomes.aa';
		$begin
		copy plan_outcome (plan_id, plan_kind, position, agreed_on) from '$work/outcomes.ab';
	END
}

contacts() {
	sql <<-END
		set search_path = $p;
		copy contact_child (contact_id, child_id, primary_need_code) from '$work/contacts.aa';
		$begin
		copy contact_child (contact_id, child_id, primary_need_code) from '$work/contacts.ab';
	END
}

# read_dashboard TIMES
read_dashboard() {
	{
		echo "prepare d as select * from ${p}_kpi.dashboard where $year;"
		printf '%.0sexecute d \\g /dev/null\n' 1 2
		echo "$begin"
		printf '%.0sexecute d \\g /dev/null\n' $(seq "$1")
	} | PGUSER=reader sql
}

dashboard() {
	sql -c "call early_help.refresh_kpis('$p')"
	rm -f "$counted"/*
	read_dashboard "$reads"
}

stale() {
	sql -c "update $p.contact_child set reason = 'Changed' where contact_child_id in (
		select contact_child_id from $p.contact_child where received_on between '2023-11-01' and '2023-11-30' order by 1 limit 10)"
	rm -f "$counted"/*
	read_dashboard $(((reads + 1) / 2))
}

# count NAME: leaves the number of each measure in OUT/NAME.MEASURE.instructions.
count() {
	local one file waited=0 server
	PATH=$work/$1.pg$("$PG_CONFIG" --bindir):$path
	socket_folder "$work/s.$1"
	export PGHOST=$socket
	counted=$work/counted.$1
	mkdir -p "$counted"
	valgrind -q --tool=callgrind --zero-before=pg_backend_pid --callgrind-out-file="$counted/%p" \
		"$(command -v postgres)" -D "$work/$1.cluster" -k "$socket" >>"$out/$1.log" 2>&1 9>&- &
	server=$!
	until pg_isready -q; do
		kill -0 "$server" && [ "$((waited++))" -lt 300 ] || return 1
		sleep 1
	done
	for one in dashboard stale journey outcomes contacts; do
		rm -f "$counted"/*
		"$one" >"$out/$1.$one.log" 2>&1 || { tail -n 20 "$out/$1.$one.log"; return 1; }
		# The backend that was told to begin anew writes its numbers as it ends.
		for waited in $(seq 100); do
			file=$(grep -l 'fn=.*pg_backend_pid' "$counted"/* 2>/dev/null || true)
			[ -z "$file" ] || ! grep -q '^totals:' "$file" || break
			sleep 0.2
		done
		[ -s "$file" ] && mv "$file" "$out/callgrind.$1.$one" || return 1
		sed -n 's/^totals: *//p' "$out/callgrind.$1.$one" >"$out/$1.$one.instructions"
	done
	pg_ctl --pgdata="$work/$1.cluster" --mode=fast --wait --timeout=300 stop >/dev/null
	wait "$server" || true
}

# The functions whose own instructions are most more. What was running when the count began anew is told with
# the whole, and left out.
differ() {
	local name
	for name in base new; do
		callgrind_annotate --threshold=100 --show-percs=no "$out/callgrind.$name.$1" 2>/dev/null |
			sed -nE 's/^ *([0-9,]+) +[^ ]*:([^ ]+) .*/\1 \2/p' | tr -d , >"$work/$name.functions"
	done
	awk -v total="$now" 'NR == FNR { base[$2] += $1; next } { new[$2] += $1 }
		END { for (f in new) { d = new[f] - base[f]; if (d > 0 && new[f] < total / 2) printf "%15d more in %s (%d before)\n", d, f, base[f] } }' \
		"$work/base.functions" "$work/new.functions" | sort -rn | sed -n "1,${FUNCTIONS:-8}p"
}

began=$SECONDS
for name in base new; do
	sources=$tree
	[ "$name" = new ] || sources=$work/base
	say "preparing $name ..."
	build "$name" "$sources" >"$out/prepare.$name.log" 2>&1 || {
		tail -n 40 "$out/prepare.$name.log"
		exit 1
	}
	count "$name" || fail "callgrind counted nothing: see $out"
done
short=
printf '%-10s %16s %16s %7s\n' '' before now ratio
for one in "${measures[@]}"; do
	before=$(cat "$out/base.$one.instructions") now=$(cat "$out/new.$one.instructions")
	ratio=$(awk "BEGIN { printf \"%.4f\", $now / $before }")
	printf '%-10s %16s %16s %7s\n' "$one" "$before" "$now" "$ratio"
	awk "BEGIN { exit !($ratio <= $most) }" || short+=" $one"
	differ "$one"
done
say "($((SECONDS - began)) s; at most $most)"
[ -z "$short" ] || fail "more instructions than $most of before:$short"
