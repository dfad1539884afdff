-- R05: an EHA is complete when its four domains are assessed, and then does not change.
\ir fixture.psql

select support(1, 'assessing'), support(2, 'assessing') \g /dev/null
insert into assessment_domain (assessment_id, domain, assessed_on)
values (1, 'health_and_wellbeing', '2024-01-10'), (1, 'development_and_education', '2024-01-11'), (1, 'parenting_and_caring', '2024-01-12');

select refused($$update assessment set completed_on = '2024-01-20' where assessment_id = 1$$, 'YH005',
    'three domains do not make an EHA', 'assessment_id 1 has 3 of four%');
select refused($$select complete_assessment(1, '2024-01-20')$$, 'YH005', 'nor by name');
select refused($$update assessment set completed_on = '2024-01-20' where assessment_id = 2$$, 'YH005', 'nor do none', '%0 of four%');
select refused($$insert into assessment (episode_id, started_on, completed_on) values (1, '2024-01-08', '2024-01-20')$$, 'YH005', 'none is born complete');
select refused($$insert into assessment_domain (assessment_id, domain, assessed_on) values (1, 'parenting_and_caring', '2024-01-12')$$,
    'YHS07', 'the same domain twice is no fourth');
select refused($$insert into assessment_domain (assessment_id, domain, assessed_on) values (1, 'family_and_community', '2024-01-07')$$,
    'YH005', 'no domain is assessed before the EHA starts');
insert into assessment_domain (assessment_id, domain, assessed_on) values (1, 'family_and_community', '2024-01-15');
select refused($$update assessment set completed_on = '2024-01-14' where assessment_id = 1$$, 'YH005',
    'not complete before the last domain was assessed', '%2024-01-15, after completed_on 2024-01-14');
select refused($$update assessment set completed_on = '2024-01-14', ended_on = '2024-01-14', end_reason = 'episode_closed' where assessment_id = 1$$,
    'YH005', 'nor complete and ended');
select refused($$delete from assessment_domain where assessment_id = 1 and domain = 'family_and_community';
    update assessment set completed_on = '2024-01-20' where assessment_id = 1$$, 'YH005', 'a domain taken away is missing');
select refused($$update assessment set ended_on = '2024-01-14', end_reason = 'episode_closed' where assessment_id = 1$$,
    'YH005', 'an EHA does not end as if its episode had closed');
select refused($$update assessment set ended_on = '2024-01-14', end_reason = 'consent_withdrawn' where assessment_id = 1$$,
    'YH005', 'nor as if consent were withdrawn');
select refused($$insert into assessment (episode_id, started_on, ended_on, end_reason) values (1, '2024-01-08', '2024-01-09', 'episode_closed')$$,
    'YH005', 'nor is one born ended');

update assessment set completed_on = '2024-01-15' where assessment_id = 1;
select refused(command, 'YH005', 'complete: ' || command)
from unnest(array[
    $$update assessment set completed_on = '2024-01-16' where assessment_id = 1$$,
    $$update assessment set completed_on = null where assessment_id = 1$$,
    $$update assessment set practitioner_id = 2 where assessment_id = 1$$,
    $$update assessment set source_ref = 'x' where assessment_id = 1$$,
    $$delete from assessment where assessment_id = 1$$,
    $$update assessment_domain set needs = 'x' where assessment_id = 1$$,
    $$delete from assessment_domain where assessment_id = 1$$,
    $$delete from assessment_domain where assessment_id = 1 and domain = 'health_and_wellbeing'$$,
    $$select assess_domain(1, 'health_and_wellbeing', '2024-01-12', 'x')$$]) command;
-- Every table whose rows are parts of an EHA: they go with it (on delete cascade). EHA 6 is open.
select support(5, 'assessing'), support(6, 'assessing') \g /dev/null
select assess_all(5) \g /dev/null
select assess_domain(6, 'parenting_and_caring', '2024-01-12') \g /dev/null
insert into assessment_factor_found (assessment_id, assessment_factor_code) values (5, '1A'), (6, '2A');
create view public.part as
    select k.conrelid::regclass as part, a.attname as key, k.confdeltype = 'c' as of_it
    from pg_constraint k
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.confrelid = 'assessment'::regclass and k.contype = 'f';
select is((select string_agg(part::text || '.' || key, ', ' order by part::text) from public.part where not of_it),
    'assessment.corrects_assessment_id, plan.assessment_id, step.assessment_id', 'others refer to an EHA and are no part of it');
select bag_has(format('select %I from %s', key, part), 'values (5::bigint), (6)', format('%s has rows to try', part))
from public.part where of_it;
update assessment set completed_on = '2024-01-20' where assessment_id = 5;
create function public.part_stays(why text)
returns setof text
language sql
as $$
    select refused(format(command, part, key), 'YH005', format('%s, %s: %s', part, why, command), 'assessment_id 5 is complete since%')
    from public.part, unnest(array[
        'insert into %1$s select (jsonb_populate_record(r, jsonb_build_object(%2$L, 5))).* from %1$s r where %2$I = 6',
        'update %1$s set %2$I = %2$I where %2$I = 5',
        'delete from %1$s where %2$I = 5']) command
    where of_it;
$$;
select public.part_stays('complete');
update episode set closed_on = '2024-03-01', closure_reason_code = 'outcomes_achieved', closure_agreed_on = '2024-03-01' where episode_id = 5;
select public.part_stays('complete in a closed episode');
update episode set closed_on = '2024-03-01', closure_reason_code = 'outcomes_achieved', closure_agreed_on = '2024-03-01' where episode_id = 6;
select allowed(format('delete from %s where %I = 6', part, key), format('%s of an EHA that ended, recorded by mistake', part)) from public.part where of_it;

-- A correction is a new version.
select refused($$insert into assessment (episode_id, started_on, corrects_assessment_id) values (2, '2024-01-08', 1)$$,
    'YH005', 'it corrects an EHA of its own episode');
select refused($$insert into assessment (episode_id, started_on, corrects_assessment_id) values (2, '2024-01-08', 2)$$,
    'YH005', 'that is complete');
insert into assessment (assessment_id, episode_id, started_on, corrects_assessment_id) values (3, 1, '2024-01-08', 1);
select refused($$insert into assessment (episode_id, started_on, corrects_assessment_id) values (1, '2024-01-08', 1)$$,
    'YHS07', 'once');
select refused($$update assessment set completed_on = '2024-02-20' where assessment_id = 3$$, 'YH005', 'and needs four domains itself');
select assess_all(3) \g /dev/null
update assessment set completed_on = '2024-02-20' where assessment_id = 3;
select is((select count(*)::integer from episode_event where episode_id = 1 and event in ('start_assessment', 'complete_assessment')), 2,
    'the corrected version is no second EHA of the episode');
select refused($$update assessment set corrects_assessment_id = null where assessment_id = 3$$, 'YHS02', 'and stays one');

-- An EHA that is not complete may go, with its domains.
insert into assessment_domain (assessment_id, domain, assessed_on) values (2, 'health_and_wellbeing', '2024-01-12');
select allowed($$delete from assessment where assessment_id = 2$$, 'an open EHA entered by mistake can be deleted');

-- Nor is an EHA re-dated past what it has found.
select support(7, 'assessing') \g /dev/null
select assess_domain(7, 'health_and_wellbeing', '2024-01-12') \g /dev/null
select refused($$update assessment set started_on = '2024-01-13' where assessment_id = 7$$, 'YH005', 'started after a domain was assessed');
select allowed($$update assessment set started_on = '2024-01-12' where assessment_id = 7$$, 'on that day it may');

select * from finish();
rollback;
