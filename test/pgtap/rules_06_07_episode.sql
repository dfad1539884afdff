-- R06: one open episode a family, no overlaps. R07: a lead practitioner on every day.
\ir fixture.psql

-- R06
select support(1, 'planned'), support(2, 'closed') \g /dev/null
select refused($$insert into episode (family_id, opened_on) values (1, '2024-06-01')$$, 'YH006', 'a second open episode',
    'family_id 1 has episode_id 1 on days of this one');
select refused($$select open_episode(1, '2024-06-01')$$, 'YH006', 'by name');
select refused($$insert into episode (family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on)
    values (1, '2024-03-01', '2024-03-05', 'duplicate', '2024-03-05')$$, 'YH006', 'a closed one within an open one');
select allowed($$insert into episode (family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on)
    values (1, '2023-01-01', '2024-01-01', 'duplicate', '2024-01-01')$$, 'one that closed the day the next opened');
select refused($$insert into episode (family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on)
    values (1, '2023-01-01', '2024-01-02', 'duplicate', '2024-01-02')$$, 'YH006', 'not a day later');
select refused($$insert into episode (family_id, opened_on) values (2, '2024-03-30')$$, 'YH006', 'an episode that opens before the last one closed');
select allowed($$select open_episode(2, '2024-03-31')$$, 'and on the day it closed');
insert into episode (episode_id, family_id, opened_on) values (3, 2, '2024-05-01');
insert into episode_child (episode_id, child_id, joined_on) values (3, 21, '2024-05-01');
select refused($$insert into family (family_id) values (99); insert into episode (family_id, opened_on) values (99, '2024-06-01')$$, 'YH014', 'an open episode supports a child', 'episode_id % would be open and support no child');
select refused($$update episode_child set left_on = '2024-06-01' where episode_id = 3$$, 'YH014', 'also when the last one leaves', 'episode_id 3 would be open%');
select allowed($$update episode_child set left_on = '2024-06-01' where episode_id = 3; select close_episode(3, 'moved_away', '2024-06-01', '2024-06-01')$$, 'unless it is closed then');
select refused($$update episode set opened_on = '2024-03-30' where episode_id = 3$$, 'YH006', 'an opening moved before that closure');
select refused($$update episode set closed_on = '2024-05-02' where episode_id = 2$$, 'YH006', 'a closure moved after that opening');
select refused($$select reopen_episode(2, 'again', '2024-05-02')$$, 'YH006', 'a reopening beside it');
select refused($$update episode set family_id = 2 where episode_id = 1$$, 'YHS02', 'an episode of another family');
select refused($$insert into episode (family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on) values
    (1, '2023-05-01', '2023-05-01', 'duplicate', '2023-05-01'), (1, '2023-05-01', '2023-05-01', 'duplicate', '2023-05-01')$$,
    'YH006', 'an episode closed on the day it opened takes that day');
select support(4, 'none'), support(5, 'none') \g /dev/null
select allowed($$select open_episode(4, '2024-06-01'), open_episode(5, '2024-06-01')$$, 'two families each have one');
select refused($$insert into episode (family_id, opened_on) values (4, '2024-06-01'), (4, '2024-06-01')$$, 'YH006', 'two at once');
select refused($$insert into episode (family_id, opened_on) values (4, '2024-06-01'), (4, '2025-06-01')$$, 'YH006', 'two open at once');

-- R07
select support(7, 'waiting'), support(8, 'closed') \g /dev/null
select refused($$update episode set allocated_on = '2024-01-10' where episode_id = 7$$, 'YH007', 'allocated without a lead practitioner');
select refused($$insert into episode (family_id, opened_on, allocated_on) values (4, '2024-01-10', '2024-01-10')$$, 'YH007', 'nor born allocated');
select refused($$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (7, '2023-12-31', 1)$$, 'YH007', 'none leads before the episode opens');
insert into lead_practitioner (episode_id, from_on, practitioner_id) values (7, '2024-01-10', 1);
select results_eq('select allocated_on::date, state::text from episode where episode_id = 7', $$values (date '2024-01-10', 'allocated')$$,
    'the first lead practitioner allocates the episode');
select refused($$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (7, '2024-01-10', 2)$$, 'YH007', 'two on one day');
select refused($$delete from lead_practitioner where episode_id = 7$$, 'YH007', 'the only one cannot go', 'from_on 2024-01-10 %');
select refused($$update episode set allocated_on = null, state = 'waiting' where episode_id = 7$$, 'YHS03', 'nor the allocation');
select refused($$update episode set allocated_on = null where episode_id = 7$$, 'YH007', 'alone neither');
select refused($$update episode set allocated_on = '2024-01-11' where episode_id = 7$$, 'YH007', 'nor be on another day');
insert into lead_practitioner (episode_id, from_on, practitioner_id) values (7, '2024-02-10', 2);
select refused($$delete from lead_practitioner where episode_id = 7$$, 'YH007', 'the first one cannot go');
select refused($$delete from lead_practitioner where episode_id = 7 and from_on = '2024-01-10'$$, 'YH007', 'not even with a second one there');
select allowed($$delete from lead_practitioner where episode_id = 7 and from_on = '2024-02-10'$$, 'the second one can: the first leads on');
select refused($$update lead_practitioner set from_on = '2024-02-11' where episode_id = 7 and from_on = '2024-01-10'$$,
    'YH007', 'the first does not pass the second');
select refused($$update lead_practitioner set from_on = '2023-12-31' where episode_id = 7 and from_on = '2024-01-10'$$,
    'YH007', 'nor begin before the episode opens');
select refused($$update lead_practitioner set episode_id = 8 where episode_id = 7 and from_on = '2024-01-10'$$, 'YHS02', 'nor go to another episode');
select refused($$update lead_practitioner set from_on = '2023-12-31' where episode_id = 7 and from_on = '2024-02-10'$$,
    'YH007', 'the second does not begin before the episode opens');
update lead_practitioner set from_on = '2024-01-11' where episode_id = 7 and from_on = '2024-01-10';
select is((select allocated_on::date from episode where episode_id = 7), date '2024-01-11', 'a corrected first day moves the allocation');
update lead_practitioner set from_on = '2024-01-05' where episode_id = 7 and from_on = '2024-02-10';
select is((select allocated_on::date from episode where episode_id = 7), date '2024-01-05', 'a second one moved before the first is the first');
insert into lead_practitioner (episode_id, from_on, practitioner_id) values (7, '2024-01-03', 3);
select is((select allocated_on::date from episode where episode_id = 7), date '2024-01-03', 'and one recorded late, before it');
select is((select count(*)::integer from episode_event where episode_id = 7 and event = 'allocate'), 1, 'which allocates once');
select refused($$delete from practitioner where practitioner_id = 1$$, 'YHS10', 'who has led stays known');
select is_empty($$select e.episode_id from episode e left join lead_practitioner l on l.episode_id = e.episode_id
    group by e.episode_id having e.allocated_on is distinct from min(l.from_on)$$, 'every episode is led from its allocation on');

select support(90, 'none') \g /dev/null
select refused($$insert into episode (family_id, opened_on, allocated_on) values (90, '2024-02-01', '2024-02-02')$$, 'YH007', 'a new episode is not allocated before it has a lead practitioner',
    'allocated_on of a new episode of family_id 90 %');

-- The referral an episode answers is its family's.
select support(91, 'none') \g /dev/null
insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code) values (90, 901, 90, '2024-01-20', '6', 'N1');
select refused($$insert into episode (family_id, referral_id, opened_on) values (91, 90, '2024-02-01')$$, 'YHS02', 'another family''s referral is not answered',
    'referral_id 90 is of family_id 90, not of family_id 91');
select allowed($$select open_episode(90, '2024-02-01', 90)$$, 'its own is');
select refused($$insert into episode (episode_id, family_id, opened_on) values (91, 91, '2024-02-01'); update episode set referral_id = 90 where episode_id = 91$$,
    'YHS02', 'nor by update');

-- An episode is deleted with its children's level changes, where nothing rests on them.
create function public.opens(episode bigint, family bigint, child bigint, day date)
returns void
language sql
as $$
    insert into episode (episode_id, family_id, opened_on) values (episode, family, day);
    insert into episode_child (episode_id, child_id, joined_on) values (episode, child, day);
$$;
select support(71, 'none'), support(72, 'none') \g /dev/null
insert into family_member (family_id, child_id) values (72, 711);
select opens(71, 71, 711, '2024-01-01') \g /dev/null
select allowed($$delete from episode where episode_id = 71$$, 'the child''s only one');
select allowed($$delete from episode where episode_id = 71; select opens(71, 71, 711, '2024-01-01')$$, 'and opened anew');
select opens(72, 72, 711, '2024-01-02') \g /dev/null
select refused($$delete from episode where episode_id = 71$$, 'YH011', 'not one that raised a child whom another supports', 'the level of child_id 711 rests on episode_id 71');
select allowed($$delete from episode where episode_id = 72$$, 'the other can go');
select close_episode(71, 'moved_away', '2024-01-10', '2024-01-10') \g /dev/null
select refused($$delete from episode where episode_id = 72$$, 'YH011', 'not once it alone supports the child');
select close_episode(72, 'moved_away', '2024-01-12', '2024-01-12') \g /dev/null
select refused($$delete from episode where episode_id = 71$$, 'YH011', 'nor one whose changes others came after');
select is_empty($$select * from early_help.audit('town') where rule = 'R11'$$, 'so levels stay whole');

-- A child is in an episode once on any day (R11), whatever is written when.
select support(92, 'planned') \g /dev/null
update episode_child set left_on = '2024-02-01' where child_id = 921;
select refused(format('insert into episode_child values (92, 921, %L, %L)', joined, departed), 'YH011', 'not twice in an episode on one day',
    'child_id 921, joined_on ' || joined || ': it is in episode_id 92 from 2024-01-01 to 2024-02-01 already')
from (values ('2024-01-31', null), ('2024-01-15', '2024-01-20'), ('2023-12-01', '2024-01-02'), ('2023-12-01', null)) t (joined, departed);
select allowed(format('insert into episode_child values (92, 921, %L, %L)', joined, departed), 'before and after it')
from (values ('2024-02-01', null), ('2023-12-01', '2024-01-01')) t (joined, departed);
insert into episode_child values (92, 921, '2024-02-10');
insert into episode_child values (92, 921, '2024-02-05', '2024-02-08');
select is(level_of(921), 'early_help', 'a period that is over when it is recorded does not lower a child who is in the episode again');
select refused($$update episode_child set joined_on = '2024-01-31' where child_id = 921 and left_on is null$$, 'YH011', 'nor by another day of joining');
select refused($$update episode_child set left_on = '2024-02-11' where child_id = 921 and joined_on = '2024-01-01'$$, 'YH011', 'or of leaving');
select allowed($$update episode_child set left_on = '2024-02-05' where child_id = 921 and joined_on = '2024-01-01'$$, 'up to the day it joined again');

-- Who left by an accepted step up left by that, on its day (R12); the end of a plan by withdrawn consent stays where the closure moves (R14).
select support(93, 'planned'), support(94, 'planned') \g /dev/null
select accept_step(step_id, '2024-02-10') from step_up(931, 'section_47', 'why', '2024-02-09', no_assessment_reason => 'urgent') \g /dev/null
select refused(format('update episode_child set left_on = %L where child_id = 931', day), 'YH012', 'nobody comes back from a step up by hand',
    'child_id 931 left episode_id 93 by step_id %, accepted on 2024-02-10')
from (values (null), ('2024-02-09'), ('2024-02-12')) t (day);
select allowed($$update episode_child set joined_on = '2024-01-02' where child_id = 931$$, 'the day it joined can be corrected');
select withdraw_consent(94, '2024-02-15') \g /dev/null
select close_episode(94, 'consent_withdrawn', '2024-02-15', agreement_absent_reason => 'x') \g /dev/null
select refused($$update episode set closed_on = '2024-02-14' where episode_id = 94$$, 'YH014', 'an episode is not closed before its plan ended', '% 94 is dated after closed_on 2024-02-14 of episode_id 94');
select allowed($$update episode set closed_on = '2024-02-20' where episode_id = 94$$, 'it may be later');

-- A child whom an episode supports is not at universal services, in whichever order step and episode are recorded (R11).
select support(95, 'waiting'), support(96, 'none'), support(97, 'waiting') \g /dev/null
select accept_step(step_id, '2024-02-10') from step_up(951, 'section_47', 'why', '2024-02-09', no_assessment_reason => 'urgent') \g /dev/null
insert into family_member (family_id, child_id) values (97, 951);
insert into episode_child (episode_id, child_id, joined_on) values (97, 951, '2024-02-20');
select step_id from step_down(951, 'better', '2024-03-01', 97, 'universal') \gset
select refused(format($$select accept_step(%s, '2024-03-05')$$, :step_id), 'YH011', 'not stepped down past the episode that supports it',
    'child_id 951 would be supported by an episode on %, when step_id % to universal was accepted');
select allowed(format($$update episode_child set left_on = '2024-03-04' where episode_id = 97 and child_id = 951; select accept_step(%s, '2024-03-05')$$, :step_id),
    'when it has left it is');
select accept_step(step_id, '2024-02-10') from step_up(961, 'section_47', 'why', '2024-02-09', no_assessment_reason => 'urgent', family_id => 96) \g /dev/null
select accept_step(step_id, '2024-03-05') from step_down(961, 'better', '2024-03-01', 96, 'universal') \g /dev/null
select refused($$select open_episode(96, '2024-02-20', children => array[961])$$, 'YH011', 'nor does an episode begin before such a step',
    'child_id 961 would be supported by an episode on 2024-03-05, when step_id %');
select allowed($$select open_episode(96, '2024-03-05', children => array[961])$$, 'on its day it does');
select allowed($$select open_episode(96, '2024-02-20', children => array[962])$$, 'or for its sibling');

select * from finish();
rollback;
