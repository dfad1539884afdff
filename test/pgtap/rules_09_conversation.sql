-- R09: a conversation with the family is recorded before support starts.
\ir fixture.psql

select support(1, 'allocated') \g /dev/null
select support(2, 'allocated') \g /dev/null
update conversation set held_on = '2024-02-01' where family_id = 1;

select refused(command, 'YH009', 'before the conversation: ' || command)
from unnest(array[
    $$insert into assessment (episode_id, started_on) values (1, '2024-01-31')$$,
    $$insert into plan (episode_id, started_on) values (1, '2024-01-31')$$,
    $$insert into plan (episode_id, kind, started_on) values (1, 'family_outcomes', '2024-01-31')$$,
    $$insert into plan (episode_id, started_on) values (2, '2024-02-01'), (1, '2024-01-31')$$]) command;
select allowed(command, 'on its day: ' || command)
from unnest(array[
    $$insert into assessment (episode_id, started_on) values (1, '2024-02-01')$$,
    $$insert into plan (episode_id, started_on) values (1, '2024-02-01')$$,
    $$select record_conversation(1, '2024-01-15'); insert into plan (episode_id, started_on) values (1, '2024-01-31')$$]) command;
select refused($$delete from conversation where family_id = 1; insert into plan (episode_id, started_on) values (1, '2024-02-02')$$,
    'YH009', 'another family''s conversation does not count');
select allowed($$select record_conversation(1, '2024-03-01', practitioner_id => 1, child_id => 11, family_voice => 'SECRET')$$,
    'a conversation need not lead to support');

-- What support began with stays.
insert into plan (plan_id, episode_id, started_on) values (1, 1, '2024-02-02');
select refused($$delete from conversation where family_id = 1$$, 'YH009', 'the conversation support began with is not deleted');
select refused($$update conversation set held_on = '2024-02-03' where family_id = 1$$, 'YH009', 'nor held after it');
select refused($$update conversation set family_id = 2 where family_id = 1$$, 'YHS02', 'nor another family''s');
select allowed($$update conversation set held_on = '2024-02-02' where family_id = 1$$, 'up to then it may be corrected');
select allowed($$select record_conversation(1, '2024-01-20'); delete from conversation where family_id = 1 and held_on = '2024-02-01'$$,
    'where an earlier one is recorded, a later can go');
select allowed($$delete from conversation where family_id = 2$$, 'one that nothing began with can go');
select refused($$update plan set started_on = '2024-01-31' where plan_id = 1$$, 'YH009', 'a plan is not re-dated to before it');

select * from finish();
rollback;
