-- A plan whose first day is set to null is told that it is missing: the rule that reads the
-- row before must not make a date of "none" (B6: DATEVAL_NOEND).
\ir fixture.psql

select support(1, 'planned') \g /dev/null
set constraints all immediate;
set constraints all deferred;
select is((outcome_of('update town.plan set started_on = null where plan_id = 1')).message,
    '"started_on" of "plan" is missing', 'a plan without its first day');
select is((outcome_of('insert into town.plan (episode_id, kind, started_on) values (1, ''intervention'', null)')).message,
    '"started_on" of "plan" is missing', 'nor is there one without');

select * from finish();
rollback;
