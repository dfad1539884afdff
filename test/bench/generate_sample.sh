#!/bin/bash
# usage: generate_sample.sh [FAMILIES]
# How long early_help_sample.generate_sample takes for so many families (100000), with
# every rule on, and how many rows it writes. By the clock and by the
# processor time of the server's process, which other work on the machine does
# not change. The server and database are those of PGHOST, PGDATABASE and so
# on; the extension is created if it is not there. Writes a table.
set -euo pipefail

families=${1:-100000}
psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --set=families="$families" <<'END'
set client_min_messages = warning;
create extension if not exists early_help cascade;
create extension if not exists early_help_sample;
drop schema if exists generate_sample, generate_sample_kpi cascade;
select null from early_help.create_partnership('generate_sample', training => true) \g /dev/null
select pg_backend_pid() as pid, clock_timestamp() as began \gset
\setenv PID :pid
\set cpu `awk '{ print ($14 + $15) / 100 }' /proc/$PID/stat 2>/dev/null || echo 0`
\pset tuples_only off
\pset format aligned
\pset footer off
select * from early_help_sample.generate_sample('generate_sample', :families, '2021-04-01', '2025-12-31', 1);
\set cpu_after `awk '{ print ($14 + $15) / 100 }' /proc/$PID/stat 2>/dev/null || echo 0`
select clock_timestamp() as ended \gset
select
    :families as families,
    sum((xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %s', oid::regclass), false, true, '')))[1]::text::bigint) as rows,
    round(extract(epoch from timestamptz :'ended' - :'began')::numeric, 1) as seconds,
    :cpu_after - :cpu as processor_seconds
from pg_class
where relnamespace = 'generate_sample'::regnamespace
    and relkind = 'r';
drop schema generate_sample, generate_sample_kpi cascade;
END
