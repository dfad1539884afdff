\echo
\echo Three writes that the rules refuse, whoever sends them:
set search_path = medway;
\set ON_ERROR_STOP 0
\set VERBOSITY verbose
\set SHOW_CONTEXT never

\echo
\echo A sixth outcome:
select * from add_outcome(plan_id => (select max(plan_id) from plan), agreed_on => '2026-04-08');
\set sixth_outcome :SQLSTATE

\echo
\echo A review nine weeks on:
insert into plan (episode_id, started_on, review_due_on)
select
    episode_id,
    '2026-04-08',
    date '2026-04-08' + 63
from plan
where plan_id = (select max(plan_id) from plan);
\set late_review :SQLSTATE

\echo
\echo Taking the lead practitioner away:
delete from lead_practitioner
where episode_id = (select episode_id from plan where plan_id = (select max(plan_id) from plan));
\set no_lead :SQLSTATE

\set ON_ERROR_STOP 1
\set VERBOSITY default
-- The demo fails if one of them was let in.
select (:'sixth_outcome', :'late_review', :'no_lead') = ('YH001', 'YH002', 'YH007') as all_refused
\gset
\if :all_refused
\else
    do $$ begin raise exception 'a write that a rule forbids was let in'; end $$;
\endif
