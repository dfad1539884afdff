-- Made-up case histories: refused arguments, the same rows from the same seed,
-- plausible figures, nothing for the audit.
begin;
select no_plan();
set client_min_messages = warning;
create extension early_help_sample;
select null from early_help.create_partnership('one', training => true) \g /dev/null
select null from early_help.create_partnership('two', training => true) \g /dev/null

select throws_ok($$select early_help_sample.generate_sample('one', 0, '2023-01-01', '2024-01-01')$$, '22023');
select throws_ok($$select early_help_sample.generate_sample('one', null, '2023-01-01', '2024-01-01')$$, '22023');
select throws_ok($$select early_help_sample.generate_sample('one', 1, '2024-01-02', '2024-01-01')$$, '22023', 'from_on 2024-01-02 is after to_on 2024-01-01');
select throws_ok($$select early_help_sample.generate_sample('one', 1, '2024-01-02', 'infinity')$$, '22023');
select throws_ok($$select early_help_sample.generate_sample('one', 1, '2024-01-02', '2024-01-03', null)$$, '22023');
select throws_ok($$select early_help_sample.generate_sample('nowhere', 1, '2023-01-01', '2024-01-01')$$, 'YHP03');

-- Only into a partnership that is marked training.
select null from early_help.create_partnership('working') \g /dev/null
create function public.refusal(command text) returns text
    language plpgsql
as $$
declare
    state text;
    message text;
    detail text;
    hint text;
begin
    execute command;
    return 'no error';
exception
    when others then
        get stacked diagnostics state = returned_sqlstate, message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
        return concat_ws(E'\n', state, message, detail, hint);
end
$$;
select is(public.refusal($$select early_help_sample.generate_sample('working', 1, '2024-01-01', '2024-01-31')$$),
    concat_ws(E'\n', 'YHP08', 'made-up records go only into a partnership that is marked training (P08)',
        'Partnership working is not marked training.',
        'Make one for them: select early_help.create_partnership(''name'', training => true).'),
    'a partnership that works is refused, and the hint says how it is done');
select is_empty('select * from working.agency', 'and nothing is written');
update working.partnership set training = true;
select is((select children from early_help_sample.generate_sample('working', 1, '2024-01-01', '2024-01-31')) > 0, true, 'marked, it is not');
select is(left(public.refusal('update working.partnership set training = false'), 5), 'YHP07', 'and then it stays marked');

-- Everything a partnership holds but the moments it was recorded at, a row of text a row.
create function public.content_of(partnership text)
returns table (record text, content text)
language plpgsql
as $$
declare
    one record;
begin
    for one in
        select
            c.oid::regclass as place,
            c.relname::text as name
        from pg_class c
        where c.relnamespace = partnership::regnamespace
            and c.relkind = 'r'
            and c.relname !~ '^(kpi|cube|stale)_'
            and c.relname not in ('partnership', 'structure_as_made')
        order by c.relname collate "C"
    loop
        return query execute format(
            'select %L, (to_jsonb(t) - ''recorded_at'' - ''updated_at'' - ''withdrawal_recorded_at'')::text from %s t', one.name, one.place);
    end loop;
end
$$;

create temp table made as select * from early_help_sample.generate_sample('one', 150, '2022-04-01', '2024-12-31', 5);
select null from early_help_sample.generate_sample('two', 150, '2022-04-01', '2024-12-31', 5) \g /dev/null
select is_empty($$
    (select * from public.content_of('one') except all select * from public.content_of('two'))
    union all
    (select * from public.content_of('two') except all select * from public.content_of('one')) $$,
    'the same seed gives the same rows');
select is_empty($$select * from early_help.audit('one')$$, 'every rule is kept');
select lives_ok('set constraints all immediate', 'deferred ones too');
set constraints all deferred;

set search_path = one, public;
select results_eq('select children, contacts, referrals, episodes, assessments, plans, outcomes, reviews, steps from made',
    $$select
        (select count(*) from child), (select count(*) from contact_child), (select count(*) from referral),
        (select count(*) from episode), (select count(*) from assessment), (select count(*) from plan),
        (select count(*) from plan_outcome), (select count(*) from review), (select count(*) from step)$$,
    'it says what it wrote');
select is((select count(*) from family), 150::bigint, 'as many families as asked for');
select is((select count(distinct sector) from agency), 6::bigint, 'agencies of all sectors');
select is_empty($$
    select received_on from contact where received_on not between '2022-04-01' and '2024-12-31'
    union all select happened_on from episode_event where happened_on > '2024-12-31'
    union all select held_on from review where held_on > '2024-12-31'
    union all select closed_on from episode where closed_on > '2024-12-31' $$, 'nothing happens outside the period');

-- Every record that a partnership holds has rows, and so has all that can happen.
select is_empty($$
    select c.relname
    from pg_class c
    where c.relnamespace = 'one'::regnamespace
        and c.relkind = 'r'
        and c.relname !~ '^(kpi_|cube_|stale_|inbox_|import_|alert|child_merge|child_not|merge|correction|audit_answer|structure_as_made|bank_holiday|population|code_label|publication|published_figure)'
        and c.relname not in (select record from public.content_of('one'))
        and c.relname <> 'partnership' $$, 'every table of records has rows');
select cmp_ok((select count(distinct state) from episode), '>=', 5::bigint, 'episodes in most states');
select cmp_ok((select count(distinct closure_reason_code) from episode), '>=', 7::bigint, 'closed for most reasons');
select is((select count(distinct outcome) from step), 3::bigint, 'steps accepted, declined and withdrawn');
select cmp_ok((select count(*) from review where held_on > due_on), '>', 0::bigint, 'late reviews');
select cmp_ok((select count(*) from review where held_on <= due_on), '>', (select count(*) from review where held_on > due_on), 'more on time');
select cmp_ok((select count(*) from plan where ended_on is null and review_due_on < '2024-12-31'), '>', 0::bigint, 'overdue ones');
select cmp_ok((select count(*) from episode where state = 'waiting'), '>', 0::bigint, 'families that wait');
select cmp_ok((select count(*) from child where birth_date is null), '>', 0::bigint, 'unborn children');
select cmp_ok((select count(*) from contact_child where attached_episode_id is not null), '>', 0::bigint, 'contacts of open episodes');
select cmp_ok((select count(*) from contact where extract(month from received_on) = 8), '<',
    (select count(*) from contact where extract(month from received_on) = 11), 'August is quiet');

-- The figures are what plain queries count.
select results_eq(
    $$select month, sum(contacts)::bigint from one_kpi.contacts group by 1 order by 1$$,
    $$select date_trunc('month', received_on)::date, count(*) from contact_child group by 1 order by 1$$,
    'contacts by month');
select results_eq(
    $$select sum(referrals)::bigint from one_kpi.re_referrals$$,
    $$select count(*) from referral$$,
    'referrals');

-- A second time beside the first, with the same directory.
select is((select count(*) from early_help_sample.generate_sample('one', 20, '2022-04-01', '2024-12-31', 6)), 1::bigint, 'again, beside what is there');
select is((select count(*) from family), 170::bigint, 'more families');
select isnt(
    (select array_agg(c.birth_date order by m.family_member_id) from family_member m join child c using (child_id) where m.family_id > 150),
    (select array_agg(c.birth_date order by m.family_member_id) from family_member m join child c using (child_id) where m.family_id <= 20),
    'another seed gives others');
select is((select count(*) from agency), 12::bigint, 'the same agencies');
select is_empty($$select * from early_help.audit('one')$$, 'every rule is still kept');

-- A day, and a family.
select is((select count(*) from early_help_sample.generate_sample('two', 1, '2024-02-29', '2024-02-29', -1)), 1::bigint, 'one day will do');

-- Dropped and made again while partnerships are there, which stay as they are.
set local search_path = public;
create temp table before as select * from public.content_of('one');
select throws_ok('drop extension early_help', 'YHP04', null, 'early_help stays while there are partnerships');
select lives_ok('drop extension early_help_sample', 'early_help_sample does not');
select is_empty($$
    select n.nspname::text from pg_namespace n where n.nspname = 'early_help_sample'
    union all select p.proname from pg_proc p where p.proname = 'generate_sample'
    union all select c.relname from pg_class c where starts_with(c.relname, 'sample_')
    union all select d.refobjid::text from pg_depend d where d.refclassid = 'pg_extension'::regclass
        and d.refobjid not in (select oid from pg_extension)$$, 'and leaves nothing');
select is_empty($$
    (select * from public.content_of('one') except all select * from before)
    union all
    (select * from before except all select * from public.content_of('one')) $$, 'the records are as they were');
select is_empty($$select * from early_help.audit('one')$$, 'the audit too');
select lives_ok('create extension early_help_sample', 'made again');
select is((select count(*) from early_help_sample.generate_sample('one', 5, '2024-01-01', '2024-12-31', 7)), 1::bigint, 'it goes on');
select is_empty($$
    select pg_describe_object(d.classid, d.objid, 0)
    from pg_depend d
    join pg_extension e on e.oid = d.refobjid and e.extname = 'early_help_sample'
    where d.deptype = 'e'
        and d.refclassid = 'pg_extension'::regclass
        and obj_description(d.objid, d.classid::regclass::name) is null $$, 'everything in it has a comment');

-- Without a partnership both go.
set constraints all immediate;
set constraints all deferred;
select early_help.drop_partnership(name) from early_help.partnerships() \g /dev/null
select throws_ok('drop extension early_help', '2BP01', null, 'early_help waits for what requires it');
select lives_ok('drop extension early_help_sample, early_help', 'they go together');

select * from finish();
rollback;
