-- R01: an intervention plan has at most five live outcomes.
\ir fixture.psql

select support(1, 'planned'), support(2, 'planned') \g /dev/null
select support(3, 'planned', plan_kind => 'family_outcomes') \g /dev/null
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on)
select n, 1, '2024-02-01' from generate_series(1, 5) n;
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (20, 2, '2024-02-01');

select results_eq(
    'select position::integer from plan_outcome where plan_id = 1 order by plan_outcome_id',
    'select * from generate_series(1, 5)',
    'each outcome takes the lowest free position');
select refused(
    $$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$,
    'YH001', 'a sixth outcome is refused', 'plan_id 1 has 5 live outcomes');
select is(
    (select constraint_name from outcome_of($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$)),
    'plan_outcome_at_most_five', 'its error names the constraint');
select refused($$select add_outcome(1, 'sixth', '2024-02-02')$$, 'YH001', 'and by name');
select refused(
    $$insert into plan_outcome (plan_id, agreed_on, position) values (1, '2024-02-02', 6)$$,
    'YH001', 'a sixth position is refused');
select refused(
    $$insert into plan_outcome (plan_id, agreed_on, position) values (2, '2024-02-02', 6)$$,
    'YH001', 'even where others are free');
select refused(
    $$insert into plan_outcome (plan_id, agreed_on, position) values (2, '2024-02-02', 0)$$,
    'YH001', 'positions begin at 1');
select refused($$update plan_outcome set position = 6 where plan_outcome_id = 5$$, 'YH001', 'and by update');
select refused(
    $$insert into plan_outcome (plan_id, agreed_on, position) values (1, '2024-02-02', 3)$$,
    'YHS07', 'a position is taken once');
select refused($$update plan_outcome set position = 2 where plan_outcome_id = 1$$, 'YHS07', 'and by update');
select refused($$update plan_outcome set plan_id = 1 where plan_outcome_id = 20$$,
    'YHS02', 'none moves to another plan');
select refused(
    $$insert into plan_outcome (plan_id, plan_kind, agreed_on, position) values (1, 'family_outcomes', '2024-02-02', 6)$$,
    'YHS05', 'an outcome cannot call its plan another kind');
select refused($$update plan_outcome set plan_kind = 'family_outcomes', position = 6 where plan_outcome_id = 5$$,
    'YHS02', 'nor by update');
select refused($$update plan set kind = 'family_outcomes' where plan_id = 1$$, 'YHS02', 'nor does the plan become one');
select refused($$update plan_outcome set position = null where plan_outcome_id = 20; do $a$ begin
    if (select position from plan_outcome where plan_outcome_id = 20) is null then raise 'none'; end if; end $a$ $$,
    'OK000', 'a live outcome keeps a position');

-- Achieved outcomes are live: they were agreed.
update plan_outcome set achieved_on = '2024-02-20' where plan_outcome_id = 1;
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-21')$$,
    'YH001', 'an achieved outcome still counts');

-- Withdrawn ones are not.
update plan_outcome set withdrawn_on = '2024-02-10' where plan_outcome_id = 3;
select is((select position from plan_outcome where plan_outcome_id = 3), null, 'withdrawal frees the position');
select refused($$update plan_outcome set position = 3 where plan_outcome_id = 3; do $a$ begin
    if (select position from plan_outcome where plan_outcome_id = 3) is not null then raise 'taken'; end if; end $a$ $$,
    'OK000', 'a withdrawn outcome takes no position');
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (6, 1, '2024-02-11');
select is((select position::integer from plan_outcome where plan_outcome_id = 6), 3, 'the freed position is the next one''s');
select refused($$update plan_outcome set withdrawn_on = null where plan_outcome_id = 3$$,
    'YH001', 'a withdrawn outcome does not come back as a sixth');
select refused($$insert into plan_outcome (plan_id, agreed_on, withdrawn_on, position) values (1, '2024-02-01', '2024-02-02', 1)$$,
    'OK000', 'a withdrawn outcome may be recorded beside five live ones');

delete from plan_outcome where plan_outcome_id = 6;

-- A family outcomes plan has a cap only where the partnership sets one.
insert into plan_outcome (plan_id, agreed_on) select 3, '2024-02-01' from generate_series(1, 8);
select is((select count(*)::integer from plan_outcome where plan_id = 3), 8, 'a family outcomes plan has more than five');
update partnership set family_outcomes_plan_most_outcomes = 8;
select refused($$insert into plan_outcome (plan_id, agreed_on) values (3, '2024-02-02')$$,
    'YH001', 'unless the partnership has set a cap', 'plan_id 3 %');
select refused($$insert into plan_outcome (plan_id, agreed_on, position) values (3, '2024-02-02', 9)$$,
    'YH001', 'the cap holds for a position that is given');
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02'), (1, '2024-02-02')$$,
    'YH001', 'and changes nothing for intervention plans');

select * from finish();
rollback;
