-- What docs/continuum.md and docs/rule_catalogue.md hold, from the library's own tables: make docs.
-- :page says which.
\set QUIET on
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
create extension if not exists early_help cascade;

select :'page' = 'continuum' as continuum
\gset
\if :continuum
\echo '# The continuum of need'
\echo
\echo 'Made by `make docs` from `early_help.transitions()`; do not edit. Source: Medway Early Help Strategy 2021-24, sections 6 and 7.'
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
\else
\echo '# The rule catalogue'
\echo
\echo 'Made by `make docs` from `early_help.rules()`; do not edit. [rules.md](rules.md) says how each is held, and what was decided.'
\echo
\echo '| rule | SQLSTATE | sentence | what to do | constraints |'
\echo '|---|---|---|---|---|'
select format('| %s %s | %s | %s | %s | %s |', rule, name, sqlstate, sentence, hint,
    array_to_string(array(select format('`%s`', c) from unnest(constraints) with ordinality as k (c, place) order by place), ', '))
from early_help.rules();
\endif
