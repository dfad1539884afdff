-- Tables that their owner altered: the rules say so, and do not take the server down.
\ir fixture.psql

select support(1, 'planned') \g /dev/null
set constraints all immediate;
set constraints all deferred;

select refused($$alter table plan_outcome drop constraint plan_outcome_at_most_five, drop constraint plan_outcome_live_if_and_only_if_position;
    alter table plan_outcome alter position type text;
    insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-01')$$, '42804', 'a position of another type is not written');
select refused($$alter table episode drop constraint episode_waiting_if_and_only_if_not_allocated, drop constraint episode_state_closed_if_and_only_if_date, alter state drop not null;
    alter table episode disable trigger user;
    update episode set state = null;
    set constraints all immediate;
    alter table episode enable trigger user;
    insert into assessment (episode_id, started_on) values (1, '2024-02-01')$$, 'XX000', 'an episode without a state has no events');

select * from finish();
rollback;
