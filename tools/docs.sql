-- What docs/continuum.md and docs/rule_catalogue.md hold, from the library's own tables, and the
-- tables in docs/kpis.md and docs/publishing.md, from extension/partnership/*.tsv and the views
-- themselves: make docs. :page says which.
\set QUIET on
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
create extension if not exists early_help cascade;

select :'page' = 'continuum' as continuum, :'page' = 'rule_catalogue' as rule_catalogue, :'page' = 'figures' as figures
\gset
\if :continuum
\echo '# The continuum of need'
\echo
\echo -n 'Made by `make docs` from `early_help.transitions()`; do not edit.'
\echo ' Source: Medway Early Help Strategy 2021-24, sections 6 and 7.'
\echo
\echo '```mermaid'
\echo 'stateDiagram-v2'
select format('    %s --> %s: %s', coalesce(state_from::text, '[*]'), state_to, string_agg(
    event || case only_when when 'always' then '' else format(' (%s)', only_when) end, ', ' order by event, only_when))
from early_help.transitions()
where state_from is distinct from state_to
group by state_from, state_to
order by state_from nulls first, state_to;
\echo '```'
\echo
\echo 'What leaves an open episode in its state is in the table alone. Levels are those of the children the event moves.'
\echo
\echo '| state | event | when | next state | level | rules |'
\echo '|---|---|---|---|---|---|'
select format('| %s | %s | %s | %s | %s | %s |', coalesce(state_from::text, ''), event, only_when, state_to,
    coalesce(level_from || ' to ' || level_to, ''), array_to_string(rules, ' '))
from early_help.transitions()
order by state_from nulls first, event, only_when;
\elif :rule_catalogue
\echo '# The rule catalogue'
\echo
\echo -n 'Made by `make docs` from `early_help.rules()`; do not edit.'
\echo ' [rules.md](rules.md) says how each is held, and what was decided.'
\echo
\echo '| rule | SQLSTATE | sentence | what to do | constraints |'
\echo '|---|---|---|---|---|'
select format('| %s %s | %s | %s | %s | %s |', rule, name, sqlstate, sentence, hint,
    (select coalesce(string_agg(format('`%s`', c), ', ' order by place), '')
    from unnest(constraints) with ordinality as k (c, place)))
from early_help.rules();
\else
select exists (select from pg_namespace where nspname = 'docs') as made
\gset
\if :made
\else
select from early_help.create_partnership('docs') \g /dev/null
\endif
set search_path = docs_kpi, docs, pg_temp;
\if :figures
create temp table dimension (name text, label text, codes text, shown_values text, meaning text);
\copy dimension from 'extension/partnership/dimensions.tsv' with (format csv, delimiter E'\t', quote E'\x01', header)
\echo '| view | a row is | it says |'
\echo '|---|---|---|'
select format('| `%s` | %s | %s |', c.relname,
    coalesce(string_agg(a.what, ', ' order by a.attnum) filter (where a.key), ''),
    coalesce(string_agg(a.what, ', ' order by a.attnum) filter (where not a.key), ''))
from pg_class c
cross join lateral (
    select a.attnum, p.what,
        p.what in ('**period**', 'month', 'metric_code', 'measure_code', 'year', 'area', 'view_name', 'column_name')
            or exists (select from dimension d where d.name = a.attname) as key
    from pg_attribute a
    cross join lateral (select case a.attname when 'period_kind' then '**period**' else a.attname::text end as what) p
    where a.attrelid = c.oid
        and a.attnum > 0
        and a.attname !~ '^(month_key|period_(key|start|end))$'
        and not exists (select from dimension d where d.label = a.attname and c.relname <> 'metric')
) a
where c.relnamespace = 'docs_kpi'::regnamespace
    and c.relkind = 'v'
    and c.relname !~ '^published_'
group by c.relname
order by c.relname;
\echo
create temp table measure (
    code text, cube text, rows text, over_time text, value text, condition text, out_of text, section text, board_order integer, label text,
    unit text, decimals integer, direction text, counted text, numerator text, denominator text, exclusions text, source text,
    description text, record text, looks_back text, settles_after_days integer);
\copy measure from 'extension/partnership/measures.tsv' with (format csv, delimiter E'\t', quote E'\x01', header)
\echo '| figure | it counts | unit | over months | record | settles |'
\echo '|---|---|---|---|---|---|'
select format('| `%s` | %s | %s | %s | %s | %s |', code,
    numerator || coalesce(', out of ' || denominator, '') || coalesce('; without ' || exclusions, ''), unit, over_time, record,
    case when settles_after_days > 0 then settles_after_days || ' days' end)
from measure
order by board_order;
\else
\echo '| view | by | counts | percentages |'
\echo '|---|---|---|---|'
select format('| `published_%s` | %s | %s | %s |', table_name,
    array_to_string(dimensions, ', '), array_to_string(counts, ', '), array_to_string(ratios, ', '))
from published_table
order by table_name collate "C";
\endif
\endif
