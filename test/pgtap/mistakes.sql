-- Mistakes are mended by acts with a reason: afterwards the record is as if it had been right from the start, row by
-- row, a correction says so, and the audit finds nothing.
\ir fixture.psql

-- The record, but for corrections, and for when and under which number the log of levels was written.
create function public.world() returns setof text language plpgsql as $$
declare
    t text;
begin
    for t in
        select relname from pg_class where relnamespace = 'town'::regnamespace and relkind = 'r'
            and relname in ('episode', 'episode_child', 'episode_event', 'level_change', 'lead_practitioner', 'plan', 'plan_outcome', 'action',
                'review', 'assessment', 'assessment_domain', 'step', 'consent', 'conversation', 'contact_child', 'referral')
        order by 1
    loop
        return query execute format($q$select %L || ' ' || (to_jsonb(r) - 'level_change_id' - 'episode_event_id' - 'recorded_at' - 'updated_at')::text from %I r$q$, t, t);
    end loop;
end
$$;
-- mended: what is typed by mistake and then mended comes to what is typed right. All is undone.
create function public.mended(wrong text, right_way text, why text) returns setof text language plpgsql as $$
declare
    one text[];
    other text[];
    findings text;
begin
    begin
        execute wrong;
        set constraints all immediate;
        select array_agg(w order by w), (select string_agg(rule || ' ' || record || ': ' || detail, '; ') from early_help.audit('town') where rule <> 'A02')
        into one, findings from public.world() w;
        if not exists (select from correction where recorded_at = now()) then
            findings := 'no correction was left';
        end if;
        raise sqlstate 'OK001';
    exception when sqlstate 'OK001' then null;
    end;
    begin
        execute right_way;
        set constraints all immediate;
        select array_agg(w order by w) into other from public.world() w;
        raise sqlstate 'OK001';
    exception when sqlstate 'OK001' then null;
    end;
    return query select is(findings, null, why || ': the audit finds nothing');
    return query select set_eq(format('select unnest(%L::text[])', one), format('select unnest(%L::text[])', other), why);
end
$$;

-- An allocation.
select support(1, 'waiting'), support(2, 'planned'), support(3, 'allocated') \g /dev/null
select mended($$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-01-05', 1); select undo_allocation(1, 'the wrong family')$$, '', 'an allocation');
select refused($$select undo_allocation(2, 'x')$$, 'YH007', 'not where something was done since', 'episode_id 2 was allocated on 2024-01-06, and start_plan came on %');
select refused($$select undo_allocation(1, 'x')$$, 'YHS06', 'nor where nobody was');
select refused($$select undo_allocation(3, ' ')$$, 'YHS06', 'it says why');
select refused($$delete from lead_practitioner where episode_id = 3$$, 'YH007', 'and not without a word');

-- The day of a reopening.
select support(10, 'closed'), support(11, 'closed') \g /dev/null
select mended($$select reopen_episode(10, 'x', '2024-06-01'), correct_reopening(10, '2024-05-20', 'mistyped')$$, $$select reopen_episode(10, 'x', '2024-05-20')$$, 'a reopening, earlier');
select mended($$select reopen_episode(10, 'x', '2024-06-01'), correct_reopening(10, '2024-06-20', 'mistyped')$$, $$select reopen_episode(10, 'x', '2024-06-20')$$, 'a reopening, later');
select refused($$select reopen_episode(10, 'x', '2024-06-01'), correct_reopening(10, '2024-03-30', 'x')$$, 'YH014', 'not before the closure', 'reopened_on 2024-03-30 is before episode_id 10 closed on 2024-03-31');
select refused($$select reopen_episode(10, 'x', '2024-06-01'); insert into plan (plan_id, episode_id, started_on) values (109, 10, '2024-06-10'); select correct_reopening(10, '2024-06-20', 'x')$$,
    'YH014', 'nor after what was begun since', 'plan 109 of 2024-06-10 would be after episode_id 10 closed on 2024-03-31%');
select refused($$select correct_reopening(3, '2024-06-20', 'x')$$, 'YHS01', 'one that was not reopened');
-- Whatever came after the reopening: its day is not between the closure and the corrected day.
select support(12, 'planned') \g /dev/null
select add_outcome(12, 'before', '2024-02-10'), add_outcome(12, 'too', '2024-02-10') \g /dev/null
select close_episode(12, 'outcomes_achieved', '2024-03-31', '2024-03-31') \g /dev/null
select plan_outcome_id as outcome from plan_outcome where plan_id = 12 order by plan_outcome_id limit 1 \gset
select refused(format($$select reopen_episode(12, 'x', '2024-06-01'); %s; select correct_reopening(12, '2024-06-11', 'x')$$, does), 'YH014', 'after ' || came,
        '% of 2024-06-10 would be after episode_id 12 closed on 2024-03-31%')
    || E'\n' || allowed(format($$select reopen_episode(12, 'x', '2024-06-01'); %s; select correct_reopening(12, '2024-06-10', 'x')$$, does), 'on the day of ' || came)
from (values
    ('an outcome was achieved', format($$select achieve_outcome(%s, '2024-06-10')$$, :outcome)),
    ('an outcome was dropped', format($$select withdraw_outcome(%s, '2024-06-10')$$, :outcome)),
    ('an action was agreed for safety', $$select add_action(12, '2024-06-12', 'Alarm', '2024-06-10', safety_reason => 'Smoke')$$),
    ('an EHA was started', $$select start_assessment(12, '2024-06-10')$$),
    ('a plan was started', $$select start_plan(12, '2024-06-10')$$),
    ('a lead practitioner took over', $$select assign_lead_practitioner(12, 2, '2024-06-10')$$),
    ('a step up was offered', $$select step_up(121, 'section_17', 'r', '2024-06-10', 'supervisor', '2024-06-10', no_assessment_reason => 'x')$$),
    ('a child joined', $$insert into child (child_id, birth_date) values (129, '2020-01-01'); insert into family_member (family_id, child_id) values (12, 129); insert into episode_child (episode_id, child_id, joined_on) values (12, 129, '2024-06-10')$$),
    ('a child left', $$update episode_child set left_on = '2024-06-10' where child_id = 121 and episode_id = 12 and left_on is null$$)) v (came, does);

-- The decision of a review.
select support(20, 'planned'), support(21, 'planned'), support(22, 'planned') \g /dev/null
select mended($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'complete'); select correct_review(200, 'extend', 'it goes on')$$,
    $$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend')$$, 'complete instead of extend');
select mended($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'); select correct_review(200, 'complete', 'it was done')$$,
    $$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'complete')$$, 'extend instead of complete');
select mended($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'), (201, 20, '2024-04-20', 'extend'); select correct_review(201, 'complete', 'it was done')$$,
    $$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'), (201, 20, '2024-04-20', 'complete')$$, 'the second of two');
select mended($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'complete'); select close_episode(20, 'moved_away', '2024-04-01', '2024-04-01');
    select undo_closure(20, 'x'); select correct_review(200, 'extend', 'it goes on'); select close_episode(20, 'moved_away', '2024-04-01', '2024-04-01')$$,
    $$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'); select close_episode(20, 'moved_away', '2024-04-01', '2024-04-01')$$, 'before a closure');
select refused($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'), (201, 20, '2024-04-20', 'extend'); select correct_review(200, 'complete', 'x')$$,
    'YH003', 'not under a later review', 'review_id 201 of plan_id 20 was held after this one, on 2024-04-20');
select refused($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'); insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (200, 20, '2024-03-10'); select correct_review(200, 'complete', 'x')$$,
    'YH003', 'nor where something was agreed since', 'plan_outcome_id 200 is dated after ended_on 2024-03-01 of plan_id 20');
select refused($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'); update review set decision = 'complete', next_review_due_on = null where review_id = 200$$, 'YHS02', 'nor without a word');
select refused($$select correct_review(987, 'complete', 'x')$$, 'YHS05', 'nor one that is not there');
select is((select string_agg(column_name || ': ' || value_before || ' to ' || value_after, ', ') from correction), null, 'none is left by what was refused');

-- A review that was not held.
select mended($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'complete'); select undo_review(200, 'the wrong plan')$$, '', 'a completion');
select mended($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'); select undo_review(200, 'the wrong plan')$$, '', 'an extension');
select mended($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'), (201, 20, '2024-04-20', 'extend'); select undo_review(201, 'the wrong plan')$$,
    $$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend')$$, 'the second of two');
select refused($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'); insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (200, 20, '2024-04-10'); select undo_review(200, 'x')$$,
    'YH004', 'not where something was agreed that it allowed', 'plan_outcome_id 200 was agreed on 2024-04-10, after review_due_on 2024-03-27 of plan_id 20');
select refused($$insert into review (review_id, plan_id, held_on, decision) values (200, 20, '2024-03-01', 'extend'); delete from review where review_id = 200$$, 'YH003', 'nor without a word');

-- The day of a step.
select support(30, 'planned', children => 2), support(31, 'planned', children => 1) \g /dev/null
create function public.up(child bigint, offered date, decided date, outcome text default 'accepted') returns text language sql as $$
    select format('insert into step (step_id, child_id, to_level, offered_on, basis, reason, no_assessment_reason) values (%1$s, %1$s, ''social_care'', %2$L, ''section_47'', ''x'', ''x'');
        update step set decided_on = %3$L, outcome = %4$L where step_id = %1$s;', child, offered, decided, outcome);
$$;
select mended(up(301, '2024-02-10', '2024-02-20', o) || format('select correct_decision(301, %L, %L)', d, 'mistyped'), up(301, '2024-02-10', d, o), format('a step %s on another day, %s', o, d))
from unnest('{accepted,declined,withdrawn}'::text[]) o, unnest('{2024-02-15,2024-03-01}'::date[]) d;
select mended(up(301, '2024-02-10', '2024-02-20') || $$select correct_decision(301, '2024-02-15', 'mistyped', '2024-02-05')$$, up(301, '2024-02-05', '2024-02-15'), 'and its offer');
select mended(up(301, '2024-02-10', '2024-02-20') || $$select correct_decision(301, '2024-02-20', 'mistyped', '2024-02-05')$$, up(301, '2024-02-05', '2024-02-20'), 'its offer alone');
select mended(up(311, '2024-02-10', '2024-02-20') || format('select correct_decision(311, %L, %L)', d, 'mistyped'), up(311, '2024-02-10', d), format('the last child''s, and so the closure, %s', d))
from unnest('{2024-02-15,2024-03-01}'::date[]) d;
select mended(up(301, '2024-02-10', '2024-02-20') || up(302, '2024-02-10', '2024-02-25') || $$select correct_decision(302, '2024-02-15', 'mistyped')$$,
    up(302, '2024-02-10', '2024-02-15') || up(301, '2024-02-10', '2024-02-20'), 'the second of two, now the first: the closure is on the other''s day') where false;
insert into family (family_id) values (32);
insert into child (child_id) values (321);
insert into family_member (family_id, child_id) values (32, 321);
create function public.down(child bigint, offered date, decided date) returns text language sql as $$
    select format('insert into step (step_id, child_id, family_id, to_level, offered_on, reason) values (%1$s, %1$s, %1$s / 10, ''early_help'', %2$L, ''x'');
        select setval(pg_get_serial_sequence(''town.episode'', ''episode_id''), 3200, false); select accept_step(%1$s, %3$L, 1, 1, ''2024-09-01'');', child, offered, decided);
$$;
select mended(down(321, '2024-02-01', '2024-02-20') || format('select correct_decision(321, %L, %L)', d, 'mistyped'), down(321, '2024-02-01', d), format('a step down that opened an episode, %s', d))
from unnest('{2024-02-15,2024-03-01}'::date[]) d;

-- A decision that was none.
select mended(up(301, '2024-02-10', '2024-02-20', o) || $$select undo_decision(301, 'the wrong child')$$,
    $$insert into step (step_id, child_id, to_level, offered_on, basis, reason, no_assessment_reason) values (301, 301, 'social_care', '2024-02-10', 'section_47', 'x', 'x')$$, format('%s, taken back', o))
from unnest('{accepted,declined,withdrawn}'::text[]) o;
select mended(up(311, '2024-02-10', '2024-02-20') || $$select undo_decision(311, 'the wrong child')$$,
    $$insert into step (step_id, child_id, to_level, offered_on, basis, reason, no_assessment_reason) values (311, 311, 'social_care', '2024-02-10', 'section_47', 'x', 'x')$$, 'the last child''s: the episode goes on');
select mended(up(301, '2024-02-10', '2024-02-20') || $$select undo_decision(301, 'declined'); select decline_step(301, '2024-02-20')$$, up(301, '2024-02-10', '2024-02-20', 'declined'), 'and decided right');
select refused(up(301, '2024-02-10', '2024-02-20') || $$update step set outcome = null, decided_on = null where step_id = 301$$, 'YH012', 'not without a word');
select refused(up(301, '2024-02-10', '2024-02-20') || $$insert into correction (table_name, record_id, column_name, value_before, value_after, reason) values ('step', 301, 'outcome', 'accepted', 'declined', 'x'); update step set outcome = 'declined' where step_id = 301$$,
    'YH012', 'another decision is not mended in one go');
-- A step down that was accepted: the episode that it opened never was, and from one that it joined the child is gone.
create function public.offered_down(step bigint, child bigint, family bigint, on_day date, to_level text default 'early_help') returns text language sql as $$
    select format('insert into step (step_id, child_id, family_id, to_level, offered_on, reason) values (%s, %s, %s, %L, %L, ''x'');', step, child, family, to_level, on_day);
$$;
select mended(down(321, '2024-02-01', '2024-02-20') || $$select undo_decision(321, 'the wrong child')$$, offered_down(321, 321, 32, '2024-02-01'), 'a step down that opened an episode');
select mended(down(321, '2024-02-01', '2024-02-20') || $$select undo_decision(321, 'x'); select setval(pg_get_serial_sequence('town.episode', 'episode_id'), 3200, false), accept_step(321, '2024-02-22', 2, 3, '2024-09-01')$$,
    offered_down(321, 321, 32, '2024-02-01') || $$select setval(pg_get_serial_sequence('town.episode', 'episode_id'), 3200, false); select accept_step(321, '2024-02-22', 2, 3, '2024-09-01')$$, 'and accepted right');
select mended(up(301, '2024-02-10', '2024-02-20') || offered_down(300, 301, 30, d) || format('select accept_step(300, %L, 1, 1, %L); select undo_decision(300, %L)', d, '2024-09-01', 'x'),
    up(301, '2024-02-10', '2024-02-20') || offered_down(300, 301, 30, d), format('one that joined an episode, %s', d))
from unnest('{2024-02-20,2024-03-01}'::date[]) d;
select mended(offered_down(321, 321, 32, '2024-02-01', 'universal') || $$select accept_step(321, '2024-02-20'), undo_decision(321, 'x')$$, offered_down(321, 321, 32, '2024-02-01', 'universal'), 'one to universal services');
select refused(down(321, '2024-02-01', '2024-02-20') || since || $$; select undo_decision(321, 'x')$$, 'YH012', 'not where something rests on it: ' || since, rests || ' rests on step_id 321, accepted on 2024-02-20')
from (values
    ('insert into consent (family_id, given_by, given_on) values (32, ''parent'', ''2024-02-01''); insert into conversation (family_id, held_on) values (32, ''2024-02-01''); select start_plan(3200, ''2024-02-21'')', 'event start_plan, episode_event_id %'),
    ('select assign_lead_practitioner(3200, 2, ''2024-02-21'')', 'lead_practitioner of practitioner_id 2'),
    ('insert into child (child_id) values (322); insert into family_member (family_id, child_id) values (32, 322); insert into episode_child (episode_id, child_id, joined_on) values (3200, 322, ''2024-02-20'')', 'episode_child of child_id 322'),
    ('select record_contact(321, ''6'', ''N1'', ''2024-02-21'')', 'contact_child_id %'),
    ('select close_episode(3200, ''moved_away'', ''2024-03-01'', ''2024-03-01'')', 'event close, episode_event_id %')) v (since, rests);
select refused(up(301, '2024-02-10', '2024-02-20') || offered_down(300, 301, 30, '2024-03-01') || $$select accept_step(300, '2024-03-01', 1, 1, '2024-09-01');$$ || since || $$; select undo_decision(300, 'x')$$,
    'YH012', 'nor in an episode that it joined: ' || since, rests || ' rests on step_id 300, accepted on 2024-03-01')
from (values
    ('update episode_child set left_on = ''2024-03-05'' where child_id = 301 and left_on is null', 'episode_child of child_id 301'),
    ('update episode_child set left_on = ''2024-03-05'' where child_id = 302', 'support of no other child by episode_id 30')) v (since, rests);

-- What was recorded for the wrong family: the log of the wrong episode alone keeps that it was.
create function public.moved(wrong text, right_way text, why text) returns setof text language plpgsql as $$
declare
    one text[];
    other text[];
    findings text;
begin
    begin
        execute wrong;
        set constraints all immediate;
        select array_agg(w order by w), (select string_agg(rule || ' ' || record || ': ' || detail, '; ') from early_help.audit('town') where rule <> 'A02')
        into one, findings from public.world() w where w !~ '^episode(_event)? ';
        raise sqlstate 'OK001';
    exception when sqlstate 'OK001' then null;
    end;
    begin
        execute right_way;
        set constraints all immediate;
        select array_agg(w order by w) into other from public.world() w where w !~ '^episode(_event)? ';
        raise sqlstate 'OK001';
    exception when sqlstate 'OK001' then null;
    end;
    return query select is(findings, null, why || ': the audit finds nothing');
    return query select set_eq(format('select unnest(%L::text[])', one), format('select unnest(%L::text[])', other), why);
end
$$;
select support(40, 'planned'), support(41, 'planned'), support(42, 'closed'), support(43, 'waiting'), support(44, 'none') \g /dev/null
create function public.conversation_of(f bigint) returns text language sql as $$
    select format('insert into conversation (conversation_id, family_id, held_on) values (4000, %s, ''2024-02-01'');', f);
$$;
select moved(conversation_of(40) || $$select move_conversation(4000, 41, 'the wrong family')$$, conversation_of(41), 'a conversation');
select refused($$select move_conversation((select min(conversation_id) from conversation where family_id = 40), 41, 'x')$$, 'YH009', 'not one that support began with');
select refused(conversation_of(40) || $$select move_conversation(4000, 41, 'x', child_id => 401)$$, 'YHS02', 'nor with a child of the other family');
create function public.plan_of(f bigint) returns text language sql as $$
    select format('insert into plan (plan_id, episode_id, started_on) values (4000, %s, ''2024-02-02'');
        insert into plan_outcome (plan_outcome_id, plan_id, agreed_on, achieved_on) values (4000, 4000, ''2024-02-03'', ''2024-02-20'');
        insert into review (review_id, plan_id, held_on, decision) values (4000, 4000, ''2024-03-01'', ''extend'');', f);
$$;
select moved(plan_of(40) || $$select move_plan(4000, 41, 'the wrong family')$$, plan_of(41), 'a plan');
select moved(plan_of(40) || $$select move_plan(4000, 42, 'the wrong family')$$, plan_of(42), 'into an episode that has closed: it ended with it');
select moved(plan_of(42) || $$select move_plan(4000, 40, 'the wrong family')$$, plan_of(40), 'and out of one: it goes on');
select refused(plan_of(40) || $$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (4001, 4000, '2024-04-01'); select move_plan(4000, 42, 'x')$$, 'YH014', 'not with what is dated after the closure there',
    'plan_outcome_id 4001 of 2024-04-01 would be after closed_on 2024-03-31 of episode_id 42');
select refused(plan_of(40) || $$select move_plan(4000, 43, 'x')$$, 'YHS01', 'nor into one that waits');
insert into adult (adult_id) values (401);
insert into family_adult (family_id, adult_id, role) values (40, 401, 'parent');
select refused(format('%s insert into review_participant (review_id, party, %s, present) values (4000, ''family'', 401, true); select move_plan(4000, 41, ''x'')',
        plan_of(40), who), 'YHS02', 'nor with a review to which the other family was asked: ' || who, who || ' 401 was never of family_id 41')
from unnest(array['child_id', 'adult_id']) who;
select refused(plan_of(40) || $$update plan set episode_id = 41 where plan_id = 4000$$, 'YHS02', 'nor without a word');
create function public.eha_of(f bigint, child text default 'null') returns text language sql as $$
    select format('insert into assessment (assessment_id, episode_id, child_id, started_on) values (4000, %s, %s, ''2024-02-02'');
        select assess_all(4000, ''2024-02-10''); insert into assessment_factor_found values (4000, ''1A'');
        update assessment_domain set needs = ''x'', strengths = ''x'', family_voice = ''x'' where assessment_id = 4000;
        update assessment set completed_on = ''2024-02-12'' where assessment_id = 4000;', f, child);
$$;
select moved(eha_of(40) || $$select move_assessment(4000, 41, 'the wrong family')$$, eha_of(41), 'a completed EHA');
select moved(eha_of(40) || $$select move_assessment(4000, 42, 'the wrong family')$$, eha_of(42), 'into an episode that has closed');
select refused(eha_of(40, '401') || $$select move_assessment(4000, 41, 'x')$$, 'YHS02', 'not one of a child of the other family');
select refused(eha_of(40) || $$update plan set assessment_id = 4000 where plan_id = 40; select move_assessment(4000, 41, 'x')$$, 'YHS02', 'nor one that a plan rests on', 'plan_id 40 rests on assessment_id 4000');
select refused(eha_of(40) || $$insert into correction (table_name, record_id, column_name, value_before, value_after, reason) values ('assessment', 4000, 'episode_id', '40', '41', 'x'); update assessment set episode_id = 41, completed_on = '2024-02-13' where assessment_id = 4000$$,
    'YH005', 'nor is it changed on the way');
select refused(eha_of(40) || $$select blank_domain(4000, 'parenting_and_caring', 'x'); select blank_domain(4000, 'parenting_and_caring', 'again')$$,
    'YHS06', 'what is blank is not blanked', 'parenting_and_caring of assessment_id 4000 has no narrative');
select mended(eha_of(40) || $$select blank_domain(4000, 'parenting_and_caring', 'somebody else is named')$$,
    replace(eha_of(40), 'where assessment_id = 4000;
        update assessment set', $$where assessment_id = 4000; update assessment_domain set needs = null, strengths = null, family_voice = null where assessment_id = 4000 and domain = 'parenting_and_caring';
        update assessment set$$), 'narrative of a completed EHA is blanked');
select refused(eha_of(40) || $$update assessment_domain set needs = null, strengths = null, family_voice = null where assessment_id = 4000$$, 'YH005', 'not without a word');
select refused(eha_of(40) || $$insert into correction (table_name, record_id, column_name, reason) values ('assessment_domain', 4000, 'needs', 'x'); update assessment_domain set needs = 'y' where assessment_id = 4000$$, 'YH005', 'nor is it written anew');

-- What the record says already is not corrected: nothing was wrong.
select support(60, 'planned') \g /dev/null
insert into review (review_id, plan_id, held_on, decision) values (60, 60, '2024-03-01', 'extend');
insert into step (step_id, child_id, to_level, offered_on, basis, reason, no_assessment_reason) values (60, 601, 'social_care', '2024-03-10', 'section_47', 'x', 'x');
select refused(act, 'YHS06', act, 'correction_id %: value_after is not what value_before says')
from unnest(array[
    $$select move_plan(60, 60, 'x')$$,
    $$select move_assessment(60, 60, 'x')$$,
    $$select move_conversation(conversation_id, 60, 'x') from conversation where family_id = 60$$,
    $$select correct_review(60, 'extend', 'x')$$,
    $$select correct_withdrawal(60, null, 'x')$$,
    $$select correct_reopening(60, null, 'x')$$,
    $$select undo_decision(60, 'x')$$,
    $$select correct_decision(60, null, 'x')$$,
    $$select accept_step(60, '2024-03-12'), correct_decision(60, '2024-03-12', 'x')$$,
    $$select accept_step(60, '2024-03-12'), correct_decision(60, '2024-03-12', 'x', '2024-03-10')$$]) act;
-- Nor is a withdrawal taken back by an act that withdraws, without a day.
select refused($$select give_consent(60, 'carer', '2024-01-01', 2), withdraw_consent(max(consent_id), '2024-02-01') from consent where family_id = 60;
    select withdraw_consent(max(consent_id), null) from consent where family_id = 60$$, 'YHS11', 'a withdrawal without a day', 'withdrawn_on of consent_id % is missing');
select refused($$select withdraw_outcome((add_outcome(60, agreed_on => '2024-03-02')).plan_outcome_id, null, 'x')$$, 'YHS11', 'nor an outcome', 'withdrawn_on of plan_outcome_id % is missing');
-- All that an act takes away says what it was.
create function public.says(wrong text, says text) returns text language plpgsql as $$
declare
    said text;
begin
    begin
        execute wrong;
        select string_agg(concat_ws(' ', column_name, value_before, value_after), ', ' order by correction_id) into said
        from correction where recorded_at = now();
        raise sqlstate 'OK001';
    exception when sqlstate 'OK001' then null;
    end;
    return is(said, says, says);
end
$$;
select says($$select accept_step(60, '2024-03-12'), undo_decision(60, 'x')$$, 'outcome accepted, decided_on 2024-03-12');
select says($$select accept_step(60, '2024-03-12'), correct_decision(60, '2024-03-12', 'x', '2024-03-09')$$, 'offered_on 2024-03-10 2024-03-09');
select says($$select correct_review(60, 'complete', 'x')$$, 'decision extend complete, next_review_due_on 2024-04-26');
select says($$select correct_review(60, 'extend', 'x', '2024-04-20')$$, 'next_review_due_on 2024-04-26 2024-04-20');
select says($$select record_conversation(60, '2024-02-01', child_id => 601); select move_conversation(max(conversation_id), 41, 'x') from conversation$$, 'family_id 60 41, child_id 601');
select says($$select withdraw_step(60, '2024-03-12'), close_episode(60, 'moved_away', '2024-04-01', '2024-04-01'), undo_closure(60, 'x')$$, 'closed_on 2024-04-01, closure_reason_code moved_away');

select * from finish();
rollback;
