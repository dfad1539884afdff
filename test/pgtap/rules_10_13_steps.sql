-- R10: what a step up needs. R11: levels along the continuum. R12: offered, then decided once.
-- R13: a step down is received.
\ir fixture.psql

-- A step up that has all it needs, and without one part of it.
select support(1, 'planned') \g /dev/null
create function public.offer(without text default '', instead text default 'null') returns text language sql as $$
    select format('insert into step (%s) values (%s)', string_agg(c, ', '), string_agg(case when c = without then instead else v end, ', '))
    from (values
        ('step_id', '1'), ('child_id', '11'), ('to_level', '''social_care'''), ('offered_on', '''2024-03-01'''),
        ('basis', '''section_17'''), ('reason', '''why'''), ('consulted_role', '''supervisor'''), ('consulted_on', '''2024-02-29'''),
        ('assessment_id', '1'), ('no_assessment_reason', 'null')) as p (c, v);
$$;

-- R10
select allowed(offer(), 'a step up with all it needs');
select refused(offer(part), code, 'without ' || part)
from (values ('basis', 'YH010'), ('consulted_role', 'YH010'), ('consulted_on', 'YH010'), ('assessment_id', 'YH010'),
    ('reason', '23502'), ('child_id', '23502'), ('to_level', '23502'), ('offered_on', '23502')) as p (part, code);
select refused(offer('reason', quote_literal(blank)), 'YH010', 'with a reason that is blank') from unnest('{""," "}'::text[]) blank;
select refused(offer('reason', $$E'\t\n'$$), 'YH010', 'or a tab');
select refused(offer('consulted_on', $$'2024-03-02'$$), 'YH010', 'consulted after it was offered');
select refused(replace(offer('assessment_id'), 'null)', $$' ')$$), 'YH010', 'no EHA, for a reason that is blank');
select allowed(replace(offer('assessment_id'), 'null)', $$'no time')$$), 'no EHA, with a reason');
select allowed(replace(offer('consulted_role'), $$'section_17', 'why', null, '2024-02-29'$$, $$'section_47', 'why', null, null$$), 's.47 goes first');
select allowed(replace(offer('basis', $$'section_47'$$), '2024-02-29', '2024-03-02'), 'and consults afterwards');
select refused(replace(offer('basis', $$'section_47'$$), $$'2024-02-29'$$, 'null'), 'YH010', 'a consultation has role and day');
select refused(replace(offer('basis', $$'section_47'$$), $$'supervisor'$$, 'null'), 'YH010', 'and day and role');
select refused(offer() || ';update step set basis = null where step_id = 1', 'YH010', 'nor is the basis taken back');
select refused(offer() || ';update step set reason = '''' where step_id = 1', 'YH010', 'nor the reason');
select refused(offer() || ';update step set consulted_on = null, consulted_role = null where step_id = 1', 'YH010', 'nor the consultation');
select refused(offer() || ';update step set assessment_id = null where step_id = 1', 'YH010', 'nor the EHA');
select refused(offer('offered_on', $$'2024-01-01'$$) || ', null', '42601', 'what the tests say is SQL');
select support(2, 'assessing') \g /dev/null
select refused(offer('assessment_id', '2'), 'YHS02', 'the EHA of another family never goes with it');
select refused(offer() || ';update step set assessment_id = 2 where step_id = 1', 'YHS02', 'nor by update');

-- R11
select refused(replace(offer(), 'child_id, to_level', 'child_id, from_level, to_level')::text, '42601', 'likewise');
select refused($$insert into step (child_id, from_level, to_level, offered_on, reason) values (11, 'universal', 'early_help', '2024-03-01', 'why')$$,
    'YH011', 'a step leads to social care or from it');
select refused($$insert into step (child_id, from_level, to_level, offered_on, basis, reason, consulted_role, consulted_on, assessment_id)
    values (11, 'social_care', 'social_care', '2024-03-01', 'section_17', 'why', 'supervisor', '2024-03-01', 1)$$, 'YH011', 'not from a level to itself');
select refused($$insert into step (child_id, from_level, to_level, offered_on, basis, reason, consulted_role, consulted_on, assessment_id)
    values (11, 'universal', 'social_care', '2024-03-01', 'section_17', 'why', 'supervisor', '2024-03-01', 1)$$, 'YH011', 'not from a level the child is not at');
select refused($$select step_down(11, 'better', '2024-03-01')$$, 'YH011', 'nobody is stepped down to where they are');
select refused($$insert into level_change (child_id, change_number, level_from, level_to, event, changed_on)
    values (11, 2, 'early_help', 'social_care', 'accept_step_up', '2024-03-01')$$, 'YHS03', 'levels are written by the rules');
select refused($$update level_change set level_to = 'social_care' where child_id = 11$$, 'YHS03', 'nor changed');
select refused($$delete from level_change where child_id = 11$$, 'YHS03', 'nor deleted');
select refused($$delete from episode_child where child_id = 11$$, 'YH011', 'a child does not leave support without a trace');
select results_eq($$select level_of(11), level_of(12)$$, $$values ('early_help', 'early_help')$$, 'children of an episode are at early help');
select offer() as command \gset
:command;
select results_eq($$select from_level::text, episode_id, family_id from step where step_id = 1$$, $$values ('early_help', 1::bigint, 1::bigint)$$,
    'a step takes level, episode and family from the record');

-- R12
select refused(replace(offer(), 'values (1,', 'values (2,'), 'YH012', 'one open step a child', 'step_id 1 of child_id 11 is open from 2024-03-01 to no date');
select refused($$insert into step (child_id, family_id, to_level, offered_on, basis, reason, consulted_role, consulted_on, no_assessment_reason, decided_on, outcome)
    values (11, 1, 'social_care', '2024-03-02', 'section_17', 'why', 'supervisor', '2024-03-02', 'none', '2024-03-04', 'accepted')$$,
    'YH012', 'nor one that is decided on days on which another is open', 'step_id 1 of child_id 11 %');
select allowed($$insert into step (child_id, family_id, to_level, offered_on, basis, reason, consulted_role, consulted_on, no_assessment_reason, decided_on, outcome)
    values (11, 1, 'social_care', '2024-02-20', 'section_17', 'why', 'supervisor', '2024-02-20', 'none', '2024-03-01', 'declined')$$,
    'one that was decided before is recorded late');
select refused($$update step set child_id = 12 where step_id = 1$$, 'YHS02', 'it stays this child''s');
select refused($$update step set outcome = 'accepted' where step_id = 1$$, 'YH012', 'decided on a day');
select refused($$update step set decided_on = '2024-03-05' where step_id = 1$$, 'YH012', 'with an outcome');
select refused($$select accept_step(1, '2024-02-28')$$, 'YH012', 'not before it was offered');
select refused($$select close_episode(1, 'moved_away', '2024-04-01', null, 'gone')$$, 'YH012', 'the episode does not close while it is open', 'step_id 1 %');
select is(level_of(11), 'early_help', 'an offered step moves nobody');
select allowed($$select decline_step(1, '2024-03-05')$$, 'it can be declined');
select allowed($$select withdraw_step(1, '2024-03-05')$$, 'or withdrawn');
select refused($$select decline_step(1, '2024-03-05'); do $a$ begin if level_of(11) <> 'early_help' then raise 'moved'; end if; end $a$ $$, 'OK000', 'which moves nobody');
update step set outcome = 'accepted', decided_on = '2024-03-05' where step_id = 1;
select results_eq($$select level_of(11), level_of(12), state::text from episode where episode_id = 1$$, $$values ('social_care', 'early_help', 'planned')$$,
    'accepted, the child is at social care, the sibling is not, and the episode goes on');
select is((select left_on::date from episode_child where child_id = 11), date '2024-03-05', 'the child has left it');
select refused(command, 'YH012', 'decided: ' || command)
from unnest(array[
    $$select accept_step(1, '2024-03-06')$$, $$select decline_step(1, '2024-03-05')$$, $$select withdraw_step(1, '2024-03-05')$$,
    $$update step set outcome = null, decided_on = null where step_id = 1$$, $$update step set outcome = 'declined' where step_id = 1$$,
    $$update step set decided_on = '2024-03-06' where step_id = 1$$, $$update step set offered_on = '2024-03-02' where step_id = 1$$,
    $$update step set basis = 'remand' where step_id = 1$$, $$delete from step where step_id = 1$$]) command;
select allowed($$update step set decision_reason = 'said so' where step_id = 1$$, 'its narrative may be corrected');
select is((select count(*)::integer from level_change where child_id = 11), 2, 'accepted once, moved once');

-- The last child.
select step_up(12, 'remand', 'why', '2024-03-10', 'line_manager', '2024-03-10', 1) \g /dev/null
select accept_step(s.step_id, '2024-03-12') from step s where child_id = 12 \g /dev/null
select results_eq($$select state::text, closed_on::date, closure_reason_code::text from episode where episode_id = 1$$,
    $$values ('closed', date '2024-03-12', 'stepped_up')$$, 'the last child''s step closes the episode, for that reason');
select results_eq($$select ended_on::date, end_reason::text from plan where plan_id = 1$$, $$values (date '2024-03-12', 'episode_closed')$$, 'and ends its plan');
select results_eq($$select event::text, child_id from episode_event where episode_id = 1 order by episode_event_id desc limit 1$$,
    $$values ('accept_step_up', 12::bigint)$$, 'by that event');

-- R13, and the way down.
select refused($$select accept_step((step_down(11, 'better', '2024-02-01')).step_id, '2024-02-02', 1, 2, '2024-06-01')$$, 'YH012',
    'not before the child came to social care', 'step_id % of child_id 11 is open from 2024-03-01 to 2024-03-05');
select step_down(11, 'better', '2024-05-01') \g /dev/null
select step_id as down from step where child_id = 11 and outcome is null \gset
select refused(format('select accept_step(%s, %L, %s)', :down, '2024-05-05', args), 'YH013', 'received without ' || missing)
from (values ('null, 2, date ''2024-06-01''', 'agency'), ('2, null, date ''2024-06-01''', 'lead practitioner'), ('2, 2, null', 'review date'), ('null, null, null', 'all')) v (args, missing);
select accept_step(:down, '2024-05-05', 1, 2, '2024-06-01') \g /dev/null
select results_eq($$select e.state::text, e.opened_on::date, e.allocated_on::date, l.practitioner_id, c.child_id
    from episode e join lead_practitioner l using (episode_id) join episode_child c using (episode_id) where e.family_id = 1 and e.closed_on is null$$,
    $$values ('allocated', date '2024-05-05', date '2024-05-05', 2::bigint, 11::bigint)$$, 'accepted, it opens an episode with its lead practitioner and the child');
select is(level_of(11), 'early_help', 'and the child is at early help');
select refused(format('update step set receiving_agency_id = null where step_id = %s', :down), 'YH013', 'which it stays');
select results_eq(format('select episode_id from step where step_id = %s', :down), 'select episode_id from episode where family_id = 1 and closed_on is null',
    'the step belongs to it');
select step_down(12, 'better', '2024-05-10') \g /dev/null
select step_id as down2 from step where child_id = 12 and outcome is null \gset
select accept_step(:down2, '2024-05-12', 1, 2, '2024-06-01') \g /dev/null
select is((select count(*)::integer from episode_child c join episode e using (episode_id) where e.family_id = 1 and e.closed_on is null), 2, 'a sibling comes down into the open episode');
select results_eq($$select change_number, level_from::text, level_to::text, event::text from level_change where child_id = 11 order by 1$$,
    $$values (1, 'universal', 'early_help', 'refer'), (2, 'early_help', 'social_care', 'accept_step_up'), (3, 'social_care', 'early_help', 'accept_step_down')$$,
    'the child''s way along the continuum');

-- Without an episode: from universal to social care, and back again.
select support(5, 'none') \g /dev/null
select step_up(51, 'section_47', 'why', '2024-03-01', no_assessment_reason => 'urgent') \g /dev/null
select accept_step(s.step_id, '2024-03-01') from step s where child_id = 51 \g /dev/null
select results_eq($$select level_from::text, level_to::text, episode_id from level_change where child_id = 51$$, $$values ('universal', 'social_care', null::bigint)$$,
    'a child can go from universal services to social care');
insert into step (child_id, to_level, offered_on, reason) values (51, 'universal', '2024-04-01', 'better');
update step set outcome = 'accepted', decided_on = '2024-04-02' where child_id = 51 and outcome is null;
select is(level_of(51), 'universal', 'and back, which needs no receiving agency');
select support(6, 'none') \g /dev/null
insert into step (child_id, to_level, offered_on, reason) values (61, 'early_help', '2024-04-01', 'better');
update step set outcome = 'accepted', decided_on = '2024-04-02', receiving_agency_id = 1, receiving_practitioner_id = 1, first_review_on = '2024-05-01' where child_id = 61;
select is((select count(*)::integer from episode where family_id = 6), 1, 'a step down needs no earlier episode');

-- A step that stands while the record moves on: social care's answer is never lost.
select support(7, 'none') \g /dev/null
select step_up(71, 'section_47', 'why', '2024-03-01', no_assessment_reason => 'urgent') \g /dev/null
select open_episode(7, '2024-03-02') \g /dev/null
select accept_step(s.step_id, '2024-03-03') from step s where child_id = 71 \g /dev/null
select results_eq($$select level_of(71), level_of(72), count(*)::integer from episode_child c join episode e using (episode_id)
    where e.family_id = 7 and left_on is null$$, $$values ('social_care', 'early_help', 1)$$,
    'offered before an episode opened, accepted within it');
select support(8, 'planned') \g /dev/null
select step_up(81, 'section_17', 'why', '2024-03-01', 'supervisor', '2024-03-01', 8) \g /dev/null
select accept_step(s.step_id, '2024-03-02') from step s where child_id = 81 \g /dev/null
select step_down(81, 'better', '2024-03-20') \g /dev/null
select close_episode(8, 'moved_away', '2024-03-25', null, 'gone') \g /dev/null
select step_id as waits from step where child_id = 81 and outcome is null \gset
select is(level_of(81), 'social_care', 'closure lowers only children at early help');
select is(level_of(82), 'universal', 'whom it does lower');
select allowed(format('select decline_step(%s, %L)', :waits, '2024-03-30'), 'a step down offered before closure can be declined after it');
select allowed(format('select withdraw_step(%s, %L)', :waits, '2024-03-30'), 'or withdrawn');
select accept_step(:waits, '2024-03-30', 1, 2, '2024-05-01') \g /dev/null
select is((select opened_on::date from episode where family_id = 8 and closed_on is null), date '2024-03-30', 'or accepted, which opens an episode');
select support(9, 'planned') \g /dev/null
select step_up(91, 'section_17', 'why', '2024-03-01', 'supervisor', '2024-03-01', 9) \g /dev/null
select accept_step(s.step_id, '2024-03-02') from step s where child_id = 91 \g /dev/null
select step_down(91, 'better', '2024-03-20', to_level => 'universal') \g /dev/null
select close_episode(9, 'moved_away', '2024-03-25', null, 'gone') \g /dev/null
select accept_step(s.step_id, '2024-03-30') from step s where child_id = 91 and outcome is null \g /dev/null
select is(level_of(91), 'universal', 'and to universal services, which opens none');

-- A child of two families: support by one goes on when the other's ends.
select support(21, 'planned'), support(22, 'planned') \g /dev/null
insert into family_member (family_id, child_id) values (22, 211);
insert into episode_child (episode_id, child_id, joined_on) values (22, 211, '2024-02-01');
select close_episode(21, 'moved_away', '2024-03-25', null, 'gone') \g /dev/null
select results_eq('select level_of(211), level_of(212)', $$values ('early_help', 'universal')$$, 'a child that another episode supports stays at early help');
select close_episode(22, 'moved_away', '2024-04-25', null, 'gone') \g /dev/null
select is(level_of(211), 'universal', 'until that one ends too');
select refused($$select step_up(211, 'section_47', 'why', '2024-05-01', no_assessment_reason => 'x')$$, 'YH012', 'a step of a child of two families names one', 'child_id 211 %');
select allowed($$select step_up(211, 'section_47', 'why', '2024-05-01', no_assessment_reason => 'x', family_id => 22)$$, 'of them');
select refused($$insert into step (child_id, family_id, episode_id, to_level, offered_on, basis, reason, no_assessment_reason)
    values (71, 7, 22, 'social_care', '2024-05-01', 'section_47', 'why', 'x')$$, 'YH012', 'and an episode of that family');

-- Who was first met by a step down may have come to early help otherwise since.
select support(31, 'none') \g /dev/null
insert into step (child_id, to_level, offered_on, reason) values (311, 'early_help', '2024-04-01', 'better');
select open_episode(31, '2024-04-02') \g /dev/null
select is(level_of(311), 'early_help', 'at early help before the step down is decided');
select refused($$select accept_step(step_id, '2024-04-05', 1, 2, '2024-05-01') from step where child_id = 311$$, 'YH011',
    'a step down leads from social care', 'child_id 311 is at level early_help, and step_id % leads from social_care');
select allowed($$select withdraw_step(step_id, '2024-04-05') from step where child_id = 311$$, 'it is withdrawn');
select support(32, 'none') \g /dev/null
insert into step (child_id, to_level, offered_on, reason) values (321, 'universal', '2024-04-01', 'better');
select open_episode(32, '2024-04-02') \g /dev/null
select refused($$update step set outcome = 'accepted', decided_on = '2024-04-05' where child_id = 321$$, 'YH011', 'nor to universal services',
    'child_id 321 is at level early_help, and accept_step_down leads from social_care to universal');

select * from finish();
rollback;
