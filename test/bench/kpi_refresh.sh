#!/bin/bash
# Refresh after 1 000 changes of this month, against REFRESH MATERIALIZED VIEW
# CONCURRENTLY of the same cube; and what readers pay, fresh and stale.
#
#   PGHOST=... PGDATABASE=... test/bench/kpi_refresh.sh [contacts [times]]
#
# The database has extension early_help; partnership kpi_refresh_bench is made
# in it and dropped. Ten years of contacts, a third as many children; their
# months are spread evenly, sources, needs, wards and ages as a council's are.
set -euo pipefail

contacts=${1:-1000000}
times=${2:-3}
export PGOPTIONS='-c client_min_messages=warning'
p=kpi_refresh_bench
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
end() { sql -c "select early_help.drop_partnership('$p', true)" >/dev/null || true; }
# The time of the last statement, in milliseconds.
ms() { psql -Xq -v ON_ERROR_STOP=1 -c '\timing on' "$@" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1; }

sql -c "select early_help.create_partnership('$p')" >/dev/null
trap end EXIT
echo "loading $contacts contacts ..."
sql <<SQL
set search_path = $p;
alter table contact_child disable trigger all;
insert into locality (name) select 'Ward ' || n from generate_series(1, 22) n;
insert into child (child_id, birth_date, sex_code)
select n, date '1998-01-01' + (n * 7919 % 9000)::integer, (array['M', 'F'])[1 + n % 2]
from generate_series(1::bigint, $contacts / 3) n;
insert into contact_child (contact_id, received_on, source_code, child_id, counted_child_id, primary_need_code, reason, locality_id, decision)
select
    n,
    date '2014-01-01' + (n::bigint * 3650 / $contacts)::integer,
    (array['6', '6', '2A', '2A', '5B', '3E', '1A'])[1 + (n * 31 % 7)],
    1 + (hashint8(n)::bigint + 2147483648) % ($contacts / 3),
    1 + (hashint8(n)::bigint + 2147483648) % ($contacts / 3),
    'N' || 1 + (hashint8(n + 1)::bigint + 2147483648) % 8,
    'Reason ' || (hashint8(n + 2)::bigint + 2147483648) % 15,
    1 + (hashint8(n + 3)::bigint + 2147483648) % 22,
    (array['referral', 'no_further_action', 'no_further_action', 'information_and_advice'])[1 + n % 4]::early_help.contact_decision
from generate_series(1::bigint, $contacts) n;
insert into kpi_stale_months values ('contact_child', '2014-01-01', '2024-12-01');
alter table contact_child enable trigger all;
alter table contact_child enable always trigger kpi_stale_months;
SQL
sql -c "vacuum analyze $p.contact_child" -c "vacuum analyze $p.child"
echo "first build: $(ms -c "call early_help.refresh_kpis('$p')") ms"
sql -c "vacuum analyze $p.kpi_cell_contacts" -c "vacuum $p.kpi_stale_months"

# The same cube as a materialized view: the definition of its live part, for every month.
sql <<SQL
set search_path = $p;
create function definition() returns text language sql as \$\$
    select regexp_replace(pg_get_viewdef('kpi_live_contacts'::regclass), '\m(kpi_stale_month) m\M', '(select ''contacts'' as cube, month::date, (month + interval ''1 month'')::date as next_month from generate_series(timestamp ''2014-01-01'', timestamp ''2023-12-01'', interval ''1 month'') g (month)) m')
\$\$;
do \$\$ begin execute 'create materialized view matview as ' || rtrim(definition(), ';'); end \$\$;
create unique index on matview (month, source_code, need_code, reason, locality_id, age_at_contact, sex_code);
create index on matview (month);
analyze matview;
SQL
echo "cells: $(sql -c "select count(*) from $p.kpi_cell_contacts"), as a materialized view: $(sql -c "select count(*) from $p.matview"), different: $(sql -c "select count(*) from (select * from $p.kpi_cell_contacts except all select * from $p.matview) d")"

year="select month, source_code, sum(contacts), sum(known_contacts) from %s where month >= '2023-01-01' group by 1, 2"
echo 'round refresh_ms matview_ms times_faster read_fresh_ms read_stale_ms read_matview_ms'
for round in $(seq "$times"); do
	sql -c "update $p.contact_child set decision = 'social_care', reason = 'Reason ' || $round where contact_child_id in (select contact_child_id from $p.contact_child where received_on >= '2023-12-01' order by contact_child_id limit 1000)"
	stale=$(ms -c "$(printf "$year" "$p.kpi_cube_contacts")" -c "$(printf "$year" "$p.kpi_cube_contacts")")
	refresh=$(ms -c "call early_help.refresh_kpis('$p')")
	fresh=$(ms -c "$(printf "$year" "$p.kpi_cube_contacts")" -c "$(printf "$year" "$p.kpi_cube_contacts")")
	matview=$(ms -c "refresh materialized view concurrently $p.matview")
	plain=$(ms -c "$(printf "$year" "$p.matview")" -c "$(printf "$year" "$p.matview")")
	awk -v n="$round" -v a="$refresh" -v b="$matview" -v f="$fresh" -v s="$stale" -v m="$plain" \
		'BEGIN { printf "%d %.0f %.0f %.1f %.1f %.1f %.1f\n", n, a, b, b / a, f, s, m }'
done
