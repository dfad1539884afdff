-- An act with a day left out means today. With null given for it, it is refused, and takes back nothing that was recorded.
\ir fixture.psql

select support(1, 'planned'), support(2, 'waiting') \g /dev/null
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on, achieved_on) select 1, plan_id, started_on, started_on + 10 from plan;
insert into action (action_id, plan_id, owned_by_family, agreed_on, due_on, done_on) select 1, plan_id, true, started_on, started_on + 5, started_on + 6 from plan;
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into service_request (service_request_id, family_id, primary_need_code, requested_on, service_id, offered_on) values (1, 1, 'N1', '2024-02-01', 1, '2024-02-05');
insert into child (child_id, birth_date) values (900, '2015-01-01'), (901, '2015-01-01');
insert into child_merge (child_merge_id, kept_child_id, merged_child_id, merged_on, reason) select 1, min(child_id), 900, '2024-04-01', 'twice' from child;
insert into referral (referral_id, family_id, child_id, referred_on, accepted_on, source_code, primary_need_code)
select 1, family_id, child_id, '2023-12-01', '2023-12-02', '6', 'N1' from family_member where family_id = 1 order by 2 limit 1;
insert into step (step_id, child_id, to_level, offered_on, basis, reason, no_assessment_reason)
select 1, child_id, 'social_care', '2024-03-05', 'section_47', 'x', 'x' from family_member where family_id = 1 order by 1 limit 1;
insert into alert (alert_id, kind, plan_id, due_on, raised_on) values (1, 'review_overdue', 1, '2024-01-01', '2024-01-02');

-- What an act is given that has no default: of an enum its first value, else by the name of the argument.
create table public.given (argument text primary key, value text);
insert into public.given
select c || '_id', coalesce(case c when 'child' then (select min(child_id) from child)::text end, '1')
from unnest('{action,alert,assessment,child,child_merge,consent,episode,family,plan,plan_outcome,practitioner,referral,service,service_request,step,review}'::text[]) c;
insert into public.given values
    ('year', '''2022/23'''), ('from_family_id', '1'), ('to_family_id', '2'), ('keep_family_id', '1'), ('join_family_id', '2'),
    ('keep_child_id', '(select min(child_id) from child)'), ('merge_child_id', '901'), ('children', 'array[11::bigint]'),
    ('reason', '''x'''), ('reason_code', '''moved_away'''), ('source_code', '''6'''), ('primary_need_code', '''N1'''),
    ('domain', '''health_and_wellbeing'''), ('due_on', '''2024-04-01'''), ('period', '''2018-04'''), ('published_by', '1');
create function public.first_value(type oid) returns text
language sql
as $$
    select quote_literal(enumlabel)
    from pg_enum
    where enumtypid = type
    order by enumsortorder
    limit 1;
$$;

create view public.act as
select
    p.oid::regprocedure::text as act,
    d.day,
    format('select %I(%s)', p.proname, string_agg(
        format('%I => %s', a.name, case a.name when d.day then 'null' else coalesce(public.first_value(a.type), g.value, 'null') end), ', ' order by a.n)
        filter (where a.n <= p.pronargs - p.pronargdefaults or a.name = d.day)) as call
from pg_proc p
cross join lateral rows from (unnest(p.proargnames[:p.pronargs]), unnest(p.proargtypes::oid[])) with ordinality a (name, type, n)
join lateral (
    select m[1] as day
    from regexp_matches(pg_get_function_arguments(p.oid), '(\w+) date DEFAULT CURRENT_DATE', 'g') m) d on true
left join public.given g on g.argument = a.name
where p.pronamespace = 'town'::regnamespace
    and p.provolatile = 'v'
group by p.oid, d.day;

create function public.refused_for_its_day(a public.act) returns text
language plpgsql
as $$
declare
    o record := public.outcome_of(a.call);
    refused boolean := o.state in ('YHS11', '23502') and concat_ws(' ', o.message, o.detail) ~ ('\m' || a.day || '\M');
begin
    return ok(refused, a.act || ' needs its ' || a.day)
        || case when refused then '' else E'\n' || diag(concat_ws(', ', a.call, o.state, o.message, o.detail)) end;
end
$$;
select cmp_ok(count(*), '>=', 30::bigint, 'the acts are found in the catalogue') from public.act;
select public.refused_for_its_day(a) from public.act a order by a.act;

select * from finish();
rollback;
