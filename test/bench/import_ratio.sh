#!/bin/bash
# usage: import_ratio.sh [FILE.csv]
# The time of loading contacts with every rule on, COPY into the inbox and
# import_contacts(), next to that of a plain COPY and INSERT ... SELECT into
# tables with the same keys, checks and foreign keys but without triggers.
# Pairs run in turn, each in a fresh partnership; PAIRS says how many (9). The
# file is the project's own sample, made twenty thousand rows long, if none is
# given. The server and database are those of PGHOST, PGDATABASE and so on; the
# extension is created if it is not there. Writes a table; fails if the median
# of the ratios is above MOST (3).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
pairs=${PAIRS:-9}
most=${MOST:-3}
made=
trap 'rm -f "$made"' EXIT
file=${1-}
if [ -z "$file" ]; then
	made=$(mktemp)
	file=$made
	perl "$here/../demo/generate_contacts" --contacts=20000 >"$file"
fi

sql() {
	psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"
}

# timed: runs the SQL on standard input in a session of its own; prints its
# milliseconds by the clock, and those its backend computed: on a busy machine
# the second is the better measure. That needs a server on this machine.
timed() {
	local began=$EPOCHREALTIME ticks
	ticks=$({
		cat
		echo 'select pg_backend_pid() as pid \gset'
		echo '\setenv BACKEND :pid'
		echo "\\! sed 's/.*) //' /proc/\$BACKEND/stat | awk '{ print \"ticks\", \$12 + \$13 }'"
	} | sql | sed -n 's/^ticks //p')
	local ended=$EPOCHREALTIME
	echo $(((${ended/[.,]/} - ${began/[.,]/}) / 1000)) $((${ticks:-0} * 1000 / $(getconf CLK_TCK)))
}

fresh() {
	sql <<-END
		set client_min_messages = warning;
		create extension if not exists early_help cascade;
		drop schema if exists import_ratio, import_ratio_kpi cascade;
		select early_help.create_partnership('import_ratio');
		checkpoint;
	END
}

with_rules() {
	fresh >/dev/null
	timed <<-END
		set client_min_messages = warning;
		\copy import_ratio.inbox_contact from '$file' (format csv, header)
		select * from import_ratio.import_contacts();
	END
}

again() {
	timed <<-END
		\copy import_ratio.inbox_contact from '$file' (format csv, header)
		select * from import_ratio.import_contacts();
	END
}

plain() {
	fresh >/dev/null
	sql <<-END
		do \$\$
		declare
		    one regclass;
		begin
		    for one in select oid from pg_class where relnamespace = 'import_ratio'::regnamespace and relkind = 'r' loop
		        execute format('alter table %s disable trigger user', one);
		    end loop;
		end
		\$\$;
		create table import_ratio.staging (like import_ratio.inbox_contact);
	END
	timed <<-END
		set jit = off;
		set search_path = import_ratio;
		\copy staging from '$file' (format csv, header)
		begin;
		insert into locality (name) select distinct ward from staging where ward <> '';
		insert into child (birth_date, expected_birth_date, sex_code, source_ref)
		select distinct on (child_ref) birth_date::date, case when birth_date is null then expected_birth_date::date end, sex, child_ref
		from staging
		order by child_ref, birth_date desc nulls last;
		insert into family (source_ref) select child_ref from (select distinct child_ref from staging) c;
		insert into family_member (family_id, child_id) select f.family_id, c.child_id from family f join child c using (source_ref);
		insert into contact (received_on, source_code, source_ref) select received_on::date, source_code, contact_ref from staging;
		insert into contact_child (contact_id, received_on, source_code, child_id, counted_child_id, primary_need_code, reason, locality_id, decision)
		select c.contact_id, c.received_on, c.source_code, k.child_id, k.child_id, s.primary_need_code, s.reason, l.locality_id,
		    replace(s.decision, ' ', '_')::early_help.contact_decision
		from staging s
		join contact c on c.source_ref = s.contact_ref
		join child k on k.source_ref = s.child_ref
		left join locality l on l.name = s.ward;
		insert into referral (contact_child_id, child_id, counted_child_id, family_id, referred_on, source_code, primary_need_code, locality_id)
		select cc.contact_child_id, cc.child_id, cc.child_id, m.family_id, cc.received_on, cc.source_code, cc.primary_need_code, cc.locality_id
		from contact_child cc
		join family_member m using (child_id)
		where cc.decision = 'referral';
		commit;
	END
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

echo "$(($(wc -l <"$file") - 1)) contacts, $pairs pairs, PostgreSQL $(sql -c 'show server_version')"
line() { printf '%8s %10s %10s %10s %7s %10s %10s %10s %7s\n' "$@"; }
line '' 'plain ms' 'import ms' 'again ms' ratio 'plain cpu' 'import cpu' 'again cpu' ratio
results=
for pair in $(seq "$pairs"); do
	if [ $((pair % 2)) -eq 1 ]; then
		a=$(plain) b=$(with_rules) c=$(again)
	else
		b=$(with_rules) c=$(again) a=$(plain)
	fi
	one=$(echo "$a" "$b" "$c" | awk '{ printf "%d %d %d %.2f %d %d %d %.2f", $1, $3, $5, $3 / $1, $2, $4, $6, $2 ? $4 / $2 : 0 }')
	# shellcheck disable=SC2086 # eight numbers
	line "$pair" $one
	results+="$one"$'\n'
done
medians=$(for n in 1 2 3 4 5 6 7 8; do cut -d ' ' -f "$n" <<<"${results%$'\n'}" | median; done)
# shellcheck disable=SC2086 # eight numbers
line median $medians
sql -c 'set client_min_messages = warning' -c 'drop schema import_ratio, import_ratio_kpi cascade'
# shellcheck disable=SC2086 # eight numbers
set -- $medians
awk "BEGIN { exit !($4 <= $most) }"
