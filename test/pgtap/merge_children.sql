-- Duplicates count as one and can be parted again; children move, families split and join.
\ir fixture.psql

select support(1, 'none', children => 3) \g /dev/null
select support(2, 'none', children => 2) \g /dev/null
create view public.figures as
select
    (select coalesce(sum(contacts), 0) from town_kpi.contacts) as contacts,
    (select coalesce(sum(known_contacts), 0) from town_kpi.contacts) as known,
    (select coalesce(sum(re_referrals), 0) from town_kpi.re_referrals) as re_referrals,
    town_kpi.children_contacted_between('2024-01-01', '2024-12-31') as children;
create function public.figures_are(contacts bigint, known bigint, re_referrals bigint, children integer, why text)
returns text
language sql
as $$
    select results_eq('select contacts::bigint, known::bigint, re_referrals::bigint, children from public.figures',
        format('values (%s::bigint, %s::bigint, %s::bigint, %s)', contacts, known, re_referrals, children), why);
$$;

-- One contact each with referral, a month apart, of children 11 (twice), 12 and 13.
select refer((record_contact(child, '6', 'N1', day::date)).contact_child_id)
from (values (11, '2024-02-01'), (12, '2024-03-01'), (13, '2024-04-01'), (11, '2024-05-01')) v (child, day) \g /dev/null
select figures_are(4, 1, 1, 3, 'before any merge');

select is((merge_children(11, 12, 'SECRET')).child_merge_id, 1000::bigint, 'merging 12 into 11');
select figures_are(4, 2, 2, 2, 'both count for one child');
select is((select count(*) from contact_child where child_id = 12), 1::bigint, 'the duplicate keeps what was recorded for it');
select is((record_contact(12, '6', 'N1', '2024-06-01')).child_id, 11::bigint, 'a later contact of the duplicate is the kept child''s');
select figures_are(5, 3, 2, 2, 'and is known');

select refused($$select merge_children(13, 12, 'why')$$, 'YHM01', 'a duplicate is merged once');
select refused($$select merge_children(12, 11, 'why')$$, 'YHM01', 'and not the other way round as well');
select refused($$select merge_children(13, 13, 'why')$$, 'YHM01', 'nor into itself');
select refused($$select merge_children(11, 13, ' ')$$, 'YHM01', 'a merge has a reason');
select refused($$update child set merged_into_child_id = 13 where child_id = 11$$, 'YHS03', 'whom a child counts for follows from merges');
select refused($$insert into child (merged_into_child_id) values (13)$$, 'YHS03', 'from the first');
select refused($$update child_merge set kept_child_id = 13$$, 'YHS02', 'a merge is undone, not changed');

-- A chain: 11 into 13.
select is((merge_children(13, 11, 'why')).merged_child_id, 11::bigint, 'merging 11, with its duplicate, into 13');
select figures_are(5, 4, 3, 1, 'all three count for one');
select refused($$select merge_children(12, 13, 'why')$$, 'YHM01', 'no circle through a chain');
select is((unmerge_children((select child_merge_id from child_merge where merged_child_id = 11), 'wrong')).undo_reason, 'wrong', 'undoing that');
select figures_are(5, 3, 2, 2, 'parts 13 again, and leaves 12 with 11');
select is((unmerge_children((select child_merge_id from child_merge where merged_child_id = 12), 'wrong')).undone_on::date, current_date, 'undoing the first');
select figures_are(5, 2, 1, 3, 'every child counts for itself; the later contact stays with the one kept');
select refused($$select unmerge_children(child_merge_id, 'again') from child_merge$$, 'YHS02', 'a merge is undone once');
select refused($$select unmerge_children(4711, 'why')$$, 'YHS05', 'an unknown merge');
select allowed($$select merge_children(11, 12, 'sure now')$$, 'after that it can be merged anew');
select is((select count(*) from child_merge where undone_on is not null), 2::bigint, 'and every merge there was is still recorded');

-- Not under what is open.
select support(3, 'allocated') \g /dev/null
select refused($$select merge_children(11, 31, 'why')$$, 'YHM01', 'not while the duplicate is supported', 'episode_id 3 %');
select allowed($$select merge_children(31, 11, 'why')$$, 'the other way round it can');
insert into step (step_id, child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason)
values (1, 13, 1, 'social_care', '2024-07-01', 'section_47', 'why', 'urgent');
select refused($$select merge_children(11, 13, 'why')$$, 'YHM01', 'nor while a step of it is open', 'step_id 1 %');

-- Age is that of the child who counts.
update child set birth_date = '2010-06-15' where child_id = 21;
update child set birth_date = '2014-06-15' where child_id = 22;
select record_contact(22, '6', 'N2', '2024-08-01') \g /dev/null
select merge_children(21, 22, 'why') \g /dev/null
select is((select age_at_contact from town_kpi.contacts where need_code = 'N2'), 14, 'a merged contact has the kept child''s age');
update child set birth_date = '2011-06-15' where child_id = 21;
select is((select age_at_contact from town_kpi.contacts where need_code = 'N2'), 13, 'and follows its correction');

-- Families.
select is((move_child(22, 2, 1, '2024-09-01')).child_id, 21::bigint, 'who moves a duplicate moves the child');
select results_eq($$select child_id, family_id, joined_on::date, left_on::date from family_member where child_id in (21, 22) order by child_id, family_id$$,
    $$values (21::bigint, 1::bigint, date '2024-09-01', null::date), (21, 2, null, '2024-09-01'), (22, 2, null, '2024-09-01')$$,
    'from that day on, with both its records');
select refused($$select move_child(22, 2, 1, '2024-10-01')$$, 'YHS05', 'not from where it is no longer');
select isnt((split_family(1, '{12,13}', '2024-10-01')).family_id, 1::bigint, 'a family splits');
select results_eq($$select child_id from family_member where family_id = 1 and left_on is null order by 1$$, 'values (11::bigint), (21)', 'the others stay');
select refused($$select split_family(1, '{}', '2024-10-01')$$, 'YHS05', 'nobody is no family of their own');
select refused($$insert into family (family_id) values (500000); insert into family_member (family_id, child_id, joined_on) values (500000, 11, '2024-10-02');
    select early_help_internal.raise_rule('S05', 'another') from split_family(1, '{11}', '2024-10-02') f where f.family_id = 500000$$,
    'OK000', 'the family that comes back is the new one, whichever else the child joined that day');
select refused($$select split_family(1, '{11,31}', '2024-10-01')$$, 'YHS05', 'children of another family do not go along');
select refused($$select join_families(1, 3, '2024-11-01')$$, 'YH006', 'a family with an open episode does not join another');
select is((join_families(1, 2, '2024-11-01')).family_id, 1::bigint, 'families join');
select results_eq($$select child_id from family_member where family_id = 1 and left_on is null order by 1$$, 'values (11::bigint), (21)',
    'their children with them');
select is((select count(*) from family_member where family_id = 2 and left_on is null), 0::bigint, 'and the other is empty');

-- A circle that came in with triggers off does not keep the next merge busy for good.
set local session_replication_role = replica;
insert into child (child_id) values (801), (802), (803), (804);
insert into child_merge (kept_child_id, merged_child_id, merged_on, reason) values (801, 802, '2026-03-01', 'x'), (802, 801, '2026-03-01', 'x');
set local session_replication_role = origin;
set local statement_timeout = '10s';
select is((merge_children(803, 804, 'x')).kept_child_id, 803::bigint, 'a circle of merges ends');
set local statement_timeout = 0;

select * from finish();
rollback;
