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
    insert into assessment (episode_id, started_on) values (1, '2024-02-01')$$, '22000', 'an episode without a state has no events');

select refused('delete from partnership', 'YHS02', 'the settings of a partnership stay');
set session_replication_role = replica;
delete from partnership;
set session_replication_role = origin;
select support(2, 'allocated') \g /dev/null
select refused($$insert into plan (episode_id, kind, started_on, review_due_on) values (2, 'family_outcomes', '2024-02-01', '2024-03-15');
    insert into plan_outcome (plan_id, agreed_on) select plan_id, '2024-02-01' from plan where episode_id = 2$$, 'OK000', 'without them there is no cap, and no crash');
select refused($$insert into plan (episode_id, kind, started_on) values (2, 'family_outcomes', '2024-02-01')$$, 'YH002', 'nor a day for the review');

-- A plan that is of no kind.
select refused($$alter table plan alter kind drop not null;
    set session_replication_role = replica; update plan set kind = null where plan_id = 1; set session_replication_role = origin;
    insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-01')$$, '22000', 'a plan of no kind');

-- Somebody's own trigger takes away what a step down opens.
create function public.takes_away()
returns trigger
language plpgsql
as 'begin return null; end';
create trigger aa_takes_away before insert on episode for each row when (new.family_id = 51) execute function takes_away();
insert into family (family_id) values (51);
insert into child (child_id) values (511);
insert into family_member (family_id, child_id) values (51, 511);
insert into step (step_id, child_id, to_level, offered_on, reason) values (51, 511, 'early_help', '2024-02-01', 'better');
select refused($$select accept_step(51, '2024-02-02', 1, 1, '2024-03-01')$$, '27000', 'an episode that was not written', 'step_id 51, family_id 51');

-- A rule finds its rows without the index it goes by, and not by one that leaves rows out.
select support(60, 'allocated') \g /dev/null
set constraints all immediate;
set constraints all deferred;
select refused($$drop index family_member_family_id_idx;
    insert into assessment (episode_id, child_id, started_on) values (60, 601, '2024-02-01')$$, 'OK000', 'a membership is found without its index');
select refused($$drop index family_member_family_id_idx;
    insert into assessment (episode_id, child_id, started_on) values (60, 11, '2024-02-01')$$, 'YHS02', 'and missed without it');
select refused($$drop index conversation_family_id_held_on_idx;
    create index on conversation (family_id) where held_on > '2024-01-01';
    insert into assessment (episode_id, started_on) values (60, '2024-02-01')$$, 'OK000', 'a conversation is found beside an index that leaves it out');

select * from finish();
rollback;
