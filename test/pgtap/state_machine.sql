-- The continuum as a state machine: its table is complete and consistent, and
-- every pair of state and event, tried through the record's tables, keeps to it.
\ir fixture.psql

-- The table.
select is_empty(
    'select state_from, event, only_when from early_help.transitions() group by 1, 2, 3 having count(*) > 1',
    'one transition for a state, an event and a case');
select is_empty(
    $$select state_from, event from early_help.transitions() group by 1, 2
    having array_agg(only_when order by only_when) not in ('{always}', '{"last child","siblings remain"}')$$,
    'cases exclude each other and leave none out');
select bag_eq('select distinct event from early_help.transitions()',
    'select unnest(enum_range(null::early_help.continuum_event))', 'every event is legal somewhere');
select bag_eq('select distinct state_from from early_help.transitions() where state_from is not null',
    'select unnest(enum_range(null::early_help.episode_state))', 'no state is a dead end');
select bag_eq(
    $$with recursive reached(state) as (
        select state_to from early_help.transitions() where state_from is null
        union
        select t.state_to from early_help.transitions() t join reached r on r.state = t.state_from)
    select state from reached$$,
    'select unnest(enum_range(null::early_help.episode_state))', 'every state is reached from the beginning');
select bag_eq($$select distinct state_from from early_help.transitions() where state_to = 'closed' and state_from <> 'closed'$$,
    $$select s from unnest(enum_range(null::early_help.episode_state)) s where s <> 'closed'$$, 'every open state can close');
select bag_eq($$select event::text from early_help.transitions() where state_from = 'closed' and state_to = 'closed'$$,
    $$values ('start_assessment'), ('complete_assessment'), ('start_plan'), ('hold_review'), ('extend')$$, 'what happened before may be recorded late');
select bag_eq($$select event::text from early_help.transitions() where state_from is null$$,
    $$values ('refer'), ('accept_step_down')$$, 'an episode begins by a referral or a step down');
select is_empty($$select * from early_help.transitions() where (level_from is null) <> (level_to is null) or level_from = level_to$$,
    'a move has two levels');
select bag_eq($$select distinct event::text, level_from::text, level_to::text from early_help.transitions() where level_from is not null$$,
    $$values ('refer', 'universal', 'early_help'), ('reopen', 'universal', 'early_help'), ('close', 'early_help', 'universal'),
    ('accept_step_up', 'early_help', 'social_care'), ('accept_step_down', 'social_care', 'early_help')$$,
    'only openings, closures and accepted steps move a child');
select is_empty($$select unnest(rules) from early_help.transitions() except select rule from early_help.rules()$$, 'the rules that guard them are in the catalogue');
select is_empty($$select * from early_help.transitions() where level_from is not null and not 'R11' = any (rules)$$, 'R11 guards every move of a level');

-- An episode in a state, whatever its records would say: children 1 and 2 supported (1 with a step up
-- offered), 3 and 4 with social care (3 with a step down offered), an open EHA whose domains are
-- assessed, a running plan.
create function public.forge(id bigint, forged early_help.episode_state)
returns void
language plpgsql
as $$
begin
    perform support(id, 'none', children => 4);
    insert into episode (episode_id, family_id, opened_on) values (id, id, '2024-01-01');
    insert into episode_child (episode_id, child_id, joined_on) values (id, 10 * id + 1, '2024-01-01'), (id, 10 * id + 2, '2024-01-01');
    insert into lead_practitioner (episode_id, from_on, practitioner_id) values (id, '2024-01-06', 1);
    insert into assessment (assessment_id, episode_id, started_on) values (id, id, '2024-01-08');
    perform assess_all(id);
    insert into plan (plan_id, episode_id, started_on) values (id, id, '2024-01-31');
    insert into step (child_id, family_id, from_level, to_level, offered_on, basis, reason, no_assessment_reason, outcome, decided_on)
    select 10 * id + n, id, 'universal', 'social_care', '2024-01-02', 'section_47', 'x', 'x', 'accepted', '2024-01-02'
    from unnest('{3,4}'::integer[]) n;
    perform step_up(10 * id + 1, 'section_47', 'x', '2024-02-10', no_assessment_reason => 'x');
    perform step_down(10 * id + 3, 'x', '2024-02-10');
    set local session_replication_role = replica;
    if forged = 'waiting' then
        delete from lead_practitioner where episode_id = id;
    end if;
    update episode
    set state = forged,
        allocated_on = case when forged <> 'waiting' then allocated_on end,
        closed_on = case when forged = 'closed' then date '2024-03-01' end,
        closure_reason_code = case when forged = 'closed' then 'moved_away' end,
        closure_agreement_absent_reason = case when forged = 'closed' then 'x' end
    where episode_id = id;
    delete from episode_event where episode_id = id;
    set local session_replication_role = origin;
end
$$;

-- How an event comes about for the forged episode %1$s.
create table public.way (event early_help.continuum_event, command text);
insert into way values
    ('allocate', 'insert into lead_practitioner (episode_id, from_on, practitioner_id) values (%1$s, ''2024-02-15'', 2)'),
    ('start_assessment', 'insert into assessment (episode_id, started_on) values (%1$s, ''2024-02-15'')'),
    ('complete_assessment', 'update assessment set completed_on = ''2024-02-15'' where assessment_id = %1$s'),
    ('start_plan', 'insert into plan (episode_id, started_on) values (%1$s, ''2024-02-15'')'),
    ('hold_review', 'insert into review (plan_id, held_on, decision) values (%1$s, ''2024-02-15'', ''complete'')'),
    ('offer_step_up', 'insert into step (child_id, family_id, episode_id, to_level, offered_on, basis, reason, no_assessment_reason)
        values (%1$s2, %1$s, %1$s, ''social_care'', ''2024-02-15'', ''section_47'', ''x'', ''x'')'),
    ('accept_step_up', 'update step set outcome = ''accepted'', decided_on = ''2024-02-15'' where child_id = %1$s1'),
    ('decline_step', 'update step set outcome = ''declined'', decided_on = ''2024-02-15'' where child_id = %1$s1'),
    ('withdraw', 'update step set outcome = ''withdrawn'', decided_on = ''2024-02-15'' where child_id = %1$s1'),
    ('offer_step_down', 'insert into step (child_id, family_id, episode_id, to_level, offered_on, reason) values (%1$s4, %1$s, %1$s, ''early_help'', ''2024-02-15'', ''x'')'),
    ('accept_step_down', 'update step set outcome = ''accepted'', decided_on = ''2024-03-15'', receiving_agency_id = 1,
        receiving_practitioner_id = 1, first_review_on = ''2024-05-01'' where child_id = %1$s3 and outcome is null'),
    ('close', 'update step set outcome = ''declined'', decided_on = ''2024-02-11'' where child_id = %1$s1;
        select close_episode(%1$s, ''moved_away'', ''2024-02-15'', null, ''x'')'),
    ('reopen', 'select reopen_episode(%1$s, ''x'', ''2024-03-15'')');

create function public.legal(state early_help.episode_state)
returns text
language sql
as $$
    select 'Legal now: ' || string_agg(e::text, ', ' order by e) || '.'
    from (select distinct event as e from early_help.transitions() t where t.state_from = state) s;
$$;

-- A pair's outcome: 'event: from -> to' for one that happened (the last of that kind in the log, in step with the
-- episode's state), 'refused, ' and the hint where it is illegal, 'beside' where it goes on without the episode.
create function public.try_event(id bigint, state early_help.episode_state, event early_help.continuum_event, last_child boolean default false)
returns text
language plpgsql
as $$
declare
    o record;
    said text;
begin
    perform forge(id, state);
    if last_child then
        set local session_replication_role = replica;
        update episode_child set left_on = '2024-02-01' where child_id = 10 * id + 2;
        set local session_replication_role = origin;
    end if;
    begin
        execute (select format(w.command, id) from way w where w.event = try_event.event);
    exception
        when sqlstate 'YHS01' then
            get stacked diagnostics said = pg_exception_hint;
            return 'refused, ' || said;
    end;
    select format('%s -> %s', v.state_from, v.state_to) into said
    from episode_event v
    where v.episode_id = id and v.event = try_event.event
    order by v.episode_event_id desc
    limit 1;
    if said is null then
        return 'beside ' || (select e.state from episode e where e.episode_id = id);
    end if;
    if (select e.state from episode e where e.episode_id = id)
        <> (select v.state_to from episode_event v where v.episode_id = id order by v.episode_event_id desc limit 1) then
        return 'out of step with its log';
    end if;
    return said;
end
$$;

-- What the table asks of each pair. A lead practitioner may follow another: that is no event. Social
-- care's answer to a step is taken when the episode has closed meanwhile, and is no event of it.
select is(
    try_event(100 + row_number() over (), s, e),
    coalesce(
        (select format('%s -> %s', s, t.state_to) from early_help.transitions() t
        where t.state_from = s and t.event = e and t.only_when <> 'last child'),
        case when e = 'allocate' or (s = 'closed' and e in ('accept_step_up', 'decline_step', 'withdraw', 'accept_step_down')) then 'beside ' || s
            else 'refused, ' || legal(s) end),
    format('%s: %s', s, e))
from unnest(enum_range(null::early_help.episode_state)) s, (select event from way) w (e);
select is(
    try_event(300 + row_number() over (), s, 'accept_step_up', true),
    s || ' -> closed',
    format('%s: accept_step_up of the last child', s))
from unnest(enum_range(null::early_help.episode_state)) s
where s <> 'closed';

-- Extending is holding a review that extends.
select forge(400 + row_number() over (), s) from unnest(enum_range(null::early_help.episode_state)) with ordinality as u (s, n) \g /dev/null
insert into review (plan_id, held_on, decision) select episode_id, '2024-02-15', 'extend' from episode where episode_id between 401 and 406 and state in ('assessing', 'planned', 'under_review');
select results_eq($$select event::text, state_from::text, state_to::text from episode_event where episode_id between 401 and 406 order by episode_id, episode_event_id$$,
    $$values ('hold_review', 'assessing', 'under_review'), ('extend', 'under_review', 'planned'), ('hold_review', 'planned', 'under_review'),
    ('extend', 'under_review', 'planned'), ('hold_review', 'under_review', 'under_review'), ('extend', 'under_review', 'planned')$$,
    'a review that extends is held and extends');
select is((outcome_of(format('insert into review (plan_id, held_on, decision) values (%s, %L, %L)', episode_id, '2024-02-15', 'extend'))).state, 'YHS01', 'not in ' || state)
from episode where episode_id between 401 and 406 and state in ('waiting', 'allocated');

-- Beginning.
select is((outcome_of(format('select open_episode(%s, %L)', episode_id, '2024-06-01'))).state,
    case when state = 'closed' then 'OK000' else 'YH006' end, format('refer beside an episode that is %s', state))
from (select distinct on (state) episode_id, state from episode where episode_id between 100 and 200 and state is not null order by state, episode_id) e;
select support(500, 'none') \g /dev/null
select episode_id as id from open_episode(500, '2024-01-01') \gset
select results_eq('select event::text, state_from::text, state_to::text, happened_on::date, recorded_by from episode_event where episode_id = ' || :id,
    $$values ('refer', null, 'waiting', date '2024-01-01', session_user)$$, 'refer begins an episode, and the log says who recorded it');
select refused(format('insert into episode (family_id, opened_on, state) values (500, %L, %L)', '2023-01-01', s), 'YHS03', 'none begins as ' || s)
from unnest('{allocated,assessing,planned,under_review}'::early_help.episode_state[]) s;
select refused(format('update episode set state = %L where episode_id = %s', s, :id), 'YHS03', 'nobody writes the state ' || s)
from unnest('{allocated,assessing,planned,under_review,closed}'::early_help.episode_state[]) s;
select refused(c, 'YHS03', 'nobody writes the log: ' || c)
from unnest(array['insert into episode_event (episode_id, event, happened_on, state_to) select episode_id, event, happened_on, state_to from episode_event limit 1',
    'update episode_event set happened_on = happened_on + 1', 'delete from episode_event']) c;
select allowed('delete from episode where episode_id = ' || :id, 'but it goes with its episode');
select support(600, 'closed') \g /dev/null
select reopen_episode(600, 'x', '2024-05-01'), start_plan(600, '2024-05-02') \g /dev/null
select results_eq($$select event::text, state_from::text, state_to::text from episode_event where episode_id = 600 order by episode_event_id$$,
    $$values ('refer', null, 'waiting'), ('allocate', 'waiting', 'allocated'), ('start_assessment', 'allocated', 'assessing'),
    ('start_plan', 'assessing', 'planned'), ('close', 'planned', 'closed'), ('reopen', 'closed', 'allocated'), ('start_plan', 'allocated', 'planned')$$,
    'each event of a life begins where the one before it led');

select * from finish();
rollback;
