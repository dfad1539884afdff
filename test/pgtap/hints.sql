-- No hint sends in a circle: each is followed. What is refused is refused with that hint; then what the hint says is
-- done, and what was wanted is reached, and the audit finds nothing.

-- refresh_kpis and run_due commit. Other sessions call them, before this transaction begins.
\set in_a_block `psql -XAtq -c begin -c "call early_help.refresh_kpis('town')" 2>&1`
\set at_repeatable_read `psql -XAtq -c "set default_transaction_isolation = 'repeatable read'" -c "call early_help.refresh_kpis('town')" 2>&1`
\set as_another `psql -XAtq -c "create role passer_by" -c "set role passer_by" -c "call early_help.refresh_kpis('town')" 2>&1`
\set by_itself `psql -XAtq -c "call early_help.refresh_kpis('town')" 2>&1`
\set due_in_a_block `psql -XAtq -c begin -c "call early_help.run_due('town')" 2>&1`
\set due_at_repeatable_read `psql -XAtq -c "set default_transaction_isolation = 'repeatable read'" -c "call early_help.run_due('town')" 2>&1`
\set due_by_itself `psql -XAtq -c "call early_help.run_due('town')" 2>&1`
\ir fixture.psql

-- Where errors come from: rule, hint (empty: the rule's own) and detail, with % for what is filled in.
\set places `tools/hints`
create table public.place as
select split_part(line, E'\t', 1) as rule, replace(replace(split_part(line, E'\t', 2), '\', '\\'), '%s', '%') as hint, replace(split_part(line, E'\t', 3), '%s', '%') as detail
from regexp_split_to_table(:'places', E'\n') line;
select ok(count(*) > 200, format('%s places are found', count(*))) from public.place where rule <> '';
create table public.heard (rule text, hint text, detail text);

-- What early_help.audit asks of the records, as one query: it is planned once, and not for each hint.
select string_agg(format('select %L, f.record::text, f.record_id, f.detail::text from (%s) f (record, record_id, detail)', rule, query), ' union all ') as asked
from early_help_internal.audit_queries_in('town'::regnamespace) \gset
create view public.finding as
select * from (:asked) f (rule, record, record_id, detail)
where not exists (select from audit_answer a where (a.rule, a.table_name, a.record_id, a.detail) = (f.rule, f.record, f.record_id, f.detail));

-- followed: after `given`, `refused` fails by the rule (empty: by none), with this hint (null: the rule's own). Who then does what it
-- says has `reached`, a condition; without one, what was refused goes through now. All is undone.
create function public.followed(rule text, hint text, given text, refused text, does text, reached text default null)
returns text
language plpgsql
as $$
declare
    own record;
    o record;
    detail text;
    held boolean := true;
    wrong text;
begin
    select r.sqlstate, r.hint into own from early_help.rules() r where r.rule = followed.rule;
    begin
        execute given;
        set constraints all immediate;
        set constraints all deferred;
        o := public.outcome_of(refused);
        detail := o.detail;
        if (o.state, o.hint) is distinct from (coalesce(own.sqlstate, o.state), coalesce(followed.hint, own.hint)) then
            wrong := format('%s: %s, hint: %s', o.state, o.message, o.hint);
        else
            execute does;
            if reached is null then
                execute refused;
            else
                execute 'select ' || reached into held;
            end if;
            set constraints all immediate;
            if held is not true then
                wrong := 'not reached: ' || reached;
            elsif to_regclass('public.finding') is not null then
                select string_agg(concat_ws(' ', f.rule, f.record, f.record_id) || ': ' || f.detail, '; ') into wrong from public.finding f;
            end if;
        end if;
        raise sqlstate 'OK000';
    exception
        when sqlstate 'OK000' then null;
        when others then
            get stacked diagnostics wrong = pg_exception_detail;
            wrong := format('then %s: %s, detail: %s', sqlstate, sqlerrm, wrong);
    end;
    insert into public.heard values (rule, hint, coalesce(detail, ''));
    return ok(wrong is null, format('%s: %s (%s)', coalesce(nullif(rule, ''), 'no rule'), coalesce(hint, 'its own hint'), detail)) || coalesce(E'\n' || diag(wrong), '');
end
$$;

-- Families at each stage; the children are 10 * family + 1 and 2.
select support(1, 'none'), support(2, 'waiting'), support(3, 'allocated'), support(4, 'assessing'), support(5, 'planned'), support(6, 'under_review'),
    support(7, 'closed'), support(8, 'planned', children => 1), support(9, 'none', children => 1), support(10, 'planned', plan_kind => 'family_outcomes') \g /dev/null

-- R01, R02: outcomes of a plan, and the day of its review.
select followed('R01', null, 'insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) select n, 5, ''2024-02-01'' from generate_series(1, 5) n',
    $$select add_outcome(5, 'x', '2024-02-02')$$, $$select withdraw_outcome(1, '2024-02-02', 'x')$$);
select followed('R01', null, 'update partnership set family_outcomes_plan_most_outcomes = 2; insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) select n, 10, ''2024-02-01'' from generate_series(1, 2) n',
    $$select add_outcome(10, 'x', '2024-02-02')$$, $$select withdraw_outcome(1, '2024-02-02', 'x')$$);
select followed('R01', null, 'update partnership set family_outcomes_plan_most_outcomes = 2; insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) select n, 10, ''2024-02-01'' from generate_series(1, 2) n',
    $$insert into plan_outcome (plan_id, position, agreed_on) values (10, 3, '2024-02-02')$$, $$select withdraw_outcome(1, '2024-02-02', 'x'); select add_outcome(10, 'x', '2024-02-02')$$,
    '(select count(*) = 2 from plan_outcome where plan_id = 10 and position is not null)');
select followed('R01', 'Leave position out: the outcome then takes the lowest one that is free.', '', $$insert into plan_outcome (plan_id, position, agreed_on) values (5, 6, '2024-02-02')$$,
    $$insert into plan_outcome (plan_id, agreed_on) values (5, '2024-02-02')$$, 'exists (select from plan_outcome where plan_id = 5 and position = 1)');
select followed('R02', null, '', $$select start_plan(3, '2024-02-01', '2024-02-05')$$, $$select start_plan(3, '2024-02-01')$$,
    $$exists (select from plan where episode_id = 3 and review_due_on = '2024-03-28')$$);
select followed('R02', 'Take the review back with undo_review, correct started_on, and hold the review again.', $$select hold_review(5, 'extend', '2024-03-01')$$,
    $$update plan set started_on = '2024-02-05' where plan_id = 5$$, $$select undo_review(review_id, 'x') from review where plan_id = 5; update plan set started_on = '2024-02-05' where plan_id = 5; select hold_review(5, 'extend', '2024-03-01')$$,
    $$exists (select from plan where plan_id = 5 and started_on = '2024-02-05' and review_counts_from = '2024-03-01')$$);
select followed('R02', 'Take the review back with undo_review, correct review_due_on, and hold the review again.', $$select hold_review(5, 'complete', '2024-03-01')$$,
    $$update plan set review_due_on = '2024-03-20' where plan_id = 5$$, $$select undo_review(review_id, 'x') from review where plan_id = 5; update plan set review_due_on = '2024-03-20' where plan_id = 5; select hold_review(5, 'complete', '2024-03-01')$$,
    $$exists (select from plan join review using (plan_id) where plan_id = 5 and end_reason = 'completed' and due_on = '2024-03-20')$$);
select followed('R02', 'Leave review_counts_from out: it follows from started_on, and from the reviews.', '', $$insert into plan (episode_id, started_on, review_counts_from) values (5, '2024-02-05', '2024-02-10')$$,
    $$insert into plan (episode_id, started_on) values (5, '2024-02-05')$$, $$exists (select from plan where episode_id = 5 and review_counts_from = '2024-02-05')$$);
select followed('R02', null, '', $$insert into plan (episode_id, started_on, kind, review_due_on) values (5, '2024-02-05', 'family_outcomes', '2024-02-05')$$,
    $$insert into plan (episode_id, started_on, kind) values (5, '2024-02-05', 'family_outcomes')$$, $$exists (select from plan where episode_id = 5 and kind = 'family_outcomes')$$);
select followed('R02', null, '', $$select hold_review(5, 'extend', '2024-03-01', '2024-03-10')$$, $$select hold_review(5, 'extend', '2024-03-01')$$, $$exists (select from review where plan_id = 5 and next_review_due_on = '2024-04-26')$$);
select followed('R02', null, '', $$select hold_review(10, 'extend', '2024-03-01', '2024-02-10')$$, $$select hold_review(10, 'extend', '2024-03-01')$$, $$exists (select from review where plan_id = 10 and next_review_due_on = '2024-05-24')$$);
select followed('R02', 'Set next_review_due_on or held_on of that review: the plan follows.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-01', 'extend')$$,
    $$update plan set review_due_on = '2024-04-20' where plan_id = 5$$, $$update review set next_review_due_on = '2024-04-20' where review_id = 500$$,
    $$exists (select from plan where plan_id = 5 and review_due_on = '2024-04-20')$$);

-- R03: reviews, and how a plan ends.
select followed('R03', null, '', $$update plan set ended_on = '2024-03-01' where plan_id = 5$$, $$select hold_review(5, 'complete', '2024-03-01')$$,
    $$exists (select from plan where plan_id = 5 and ended_on = '2024-03-01')$$);
select followed('R03', null, '', $$update plan set ended_on = '2024-03-01', end_reason = 'completed', completed_by_review_id = 500 where plan_id = 5$$, $$select hold_review(5, 'complete', '2024-03-01')$$,
    $$exists (select from plan where plan_id = 5 and ended_on = '2024-03-01')$$);
select followed('R03', null, $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-01', 'extend')$$, $$update plan set extended_by_review_id = 500, review_counts_from = '2024-03-01' where plan_id = 8$$,
    $$select hold_review(8, 'extend', '2024-03-01')$$, $$exists (select from plan where plan_id = 8 and review_counts_from = '2024-03-01')$$);
select followed('R03', 'Correct held_on of that review: the plan follows.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-01', 'complete')$$,
    $$update plan set ended_on = '2024-03-02' where plan_id = 5$$, $$update review set held_on = '2024-03-02' where review_id = 500$$, $$exists (select from plan where plan_id = 5 and ended_on = '2024-03-02')$$);
select followed('R03', null, '', $$update plan set completed_by_review_id = 500 where plan_id = 5$$, $$select hold_review(5, 'complete', '2024-03-01')$$, $$exists (select from plan where plan_id = 5 and end_reason = 'completed')$$);
select followed('R03', 'Leave next_review_due_on out: a review that extends the plan sets it.', '', $$select hold_review(5, 'complete', '2024-03-01', '2024-04-20')$$, $$select hold_review(5, 'complete', '2024-03-01')$$,
    $$exists (select from plan where plan_id = 5 and end_reason = 'completed')$$);
select followed('R03', 'Close the episode or record the withdrawal of consent: the plan ends with it.', '', format($$update plan set ended_on = '2024-03-01', end_reason = %L where plan_id = 5$$, e), does,
    $$exists (select from plan where plan_id = 5 and ended_on = '2024-03-01')$$)
from (values ('episode_closed', $$select close_episode(5, 'moved_away', '2024-03-01', null, 'x')$$), ('consent_withdrawn', $$select withdraw_consent(5, '2024-03-01')$$)) v (e, does);
select followed('R03', 'Start a new plan.', '', $$update plan set ended_on = null, end_reason = null, completed_by_review_id = null where plan_id = 6$$, $$select start_plan(6, '2024-03-22')$$,
    $$exists (select from plan where episode_id = 6 and ended_on is null)$$);
select followed('R03', 'Correct the day on which the plan ends, or the day of what is dated after it.', $$select add_outcome(5, 'x', '2024-03-05')$$, $$select hold_review(5, 'complete', '2024-03-01')$$,
    $$update plan_outcome set agreed_on = '2024-02-05' where plan_id = 5$$);
select followed('R03', 'Correct the day on which the plan ends, or the day of what is dated after it.', $$select add_outcome(5, 'x', '2024-03-05')$$, $$select hold_review(5, 'complete', '2024-03-01')$$,
    $$select hold_review(5, 'complete', '2024-03-05')$$, $$exists (select from plan where plan_id = 5 and ended_on = '2024-03-05')$$);
select followed('R03', 'Correct agreed_on, or start a new plan and agree the outcome in that one.', '', $$select add_outcome(6, 'x', '2024-03-25')$$, $$select add_outcome((start_plan(6, '2024-03-25')).plan_id, 'x', '2024-03-25')$$,
    $$exists (select from plan_outcome where agreed_on = '2024-03-25')$$);
select followed('R03', 'Correct agreed_on, or start a new plan and agree the action in that one; a safety action gives safety_reason.', '', $$select add_action(6, '2024-04-01', 'x', '2024-03-25')$$,
    does, $$exists (select from action where agreed_on = '2024-03-25')$$)
from unnest(array[$$select add_action((start_plan(6, '2024-03-25')).plan_id, '2024-04-01', 'x', '2024-03-25')$$, $$select add_action(6, '2024-04-01', 'x', '2024-03-25', safety_reason => 'x')$$]) does;
select followed('R03', 'Check plan_id: a plan that has ended has no further review. Start a new plan for what follows.', '', $$select hold_review(6, 'extend', '2024-03-25')$$,
    $$select hold_review((start_plan(6, '2024-03-22')).plan_id, 'extend', '2024-03-25')$$, $$exists (select from review where held_on = '2024-03-25')$$);
select followed('R03', 'Correct held_on: reviews of a plan are recorded in the order in which they were held.', $$select hold_review(5, 'extend', '2024-03-01')$$, $$select hold_review(5, 'extend', '2024-02-20')$$,
    $$select hold_review(5, 'extend', '2024-03-20')$$, '(select count(*) = 2 from review where plan_id = 5)');
select followed('R03', 'Correct held_on: reviews of a plan are recorded in the order in which they were held.', $$select hold_review(5, 'extend', '2024-03-01')$$, $$select hold_review(5, 'extend', '2024-02-20')$$,
    $$update review set held_on = '2024-02-20', next_review_due_on = '2024-04-12' where plan_id = 5; select hold_review(5, 'extend', '2024-03-01')$$, '(select count(*) = 2 from review where plan_id = 5)');
select followed('R03', 'Correct the other review first: reviews of a plan keep their order.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-01', 'extend'), (501, 5, '2024-03-20', 'extend')$$,
    $$update review set held_on = '2024-03-25', next_review_due_on = '2024-05-10' where review_id = 500$$, $$update review set held_on = '2024-04-20', next_review_due_on = '2024-06-01' where review_id = 501$$);
select followed('R03', 'Correct held_on: a review is held on the day the plan starts or later.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-01', 'extend')$$,
    $$update review set held_on = '2024-01-15' where review_id = 500$$, $$update review set held_on = '2024-02-15', next_review_due_on = '2024-04-01' where review_id = 500$$, $$exists (select from plan where plan_id = 5 and review_counts_from = '2024-02-15')$$);
select followed('R03', 'Correct its days; if it was not held, or not for this plan, use undo_review.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-01', 'extend')$$,
    $$delete from review where review_id = 500$$, $$select undo_review(500, 'x')$$, $$not exists (select from review where review_id = 500)$$);
select followed('R03', 'Mend the later review first.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-01', 'extend'), (501, 5, '2024-03-20', 'extend')$$,
    wanted, $$select undo_review(501, 'x')$$)
from unnest(array[$$select undo_review(500, 'x')$$, $$select correct_review(500, 'complete', 'x')$$]) wanted;

-- R04: nothing new while a review is overdue.
select followed('R04', null, '', $$select add_outcome(5, 'x', '2024-05-01')$$, $$select hold_review(5, 'extend', '2024-04-20')$$);
select followed('R04', 'Hold the review first, or give safety_reason if it is a safety action.', '', $$select add_action(5, '2024-06-01', 'x', '2024-05-01')$$, does, $$exists (select from action where agreed_on = '2024-05-01')$$)
from unnest(array[$$select hold_review(5, 'extend', '2024-04-20'), add_action(5, '2024-06-01', 'x', '2024-05-01')$$, $$select add_action(5, '2024-06-01', 'x', '2024-05-01', safety_reason => 'x')$$]) does;
select followed('R04', 'Correct agreed_on, or held_on of that review; a safety action gives safety_reason.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-04-20', 'extend')$$, refused, does, reached)
from (values ($$select add_outcome(5, 'x', '2024-04-10')$$, $$select add_outcome(5, 'x', '2024-04-20')$$, $$exists (select from plan_outcome where plan_id = 5)$$),
    ($$select add_outcome(5, 'x', '2024-04-10')$$, $$update review set held_on = '2024-04-09', next_review_due_on = '2024-06-01' where review_id = 500$$, null),
    ($$select add_action(5, '2024-06-01', 'x', '2024-04-10')$$, $$select add_action(5, '2024-06-01', 'x', '2024-04-10', safety_reason => 'x')$$, $$exists (select from action where plan_id = 5)$$)) v (refused, does, reached);
select followed('R04', 'Correct agreed_on of what the detail names first, or give another day.', $$select add_outcome(5, 'x', '2024-03-26')$$, $$update plan set review_due_on = '2024-03-20' where plan_id = 5$$, does, reached)
from (values ($$update plan_outcome set agreed_on = '2024-03-20' where plan_id = 5$$, null),
    ($$update plan set review_due_on = '2024-03-26' where plan_id = 5$$, $$exists (select from plan where plan_id = 5 and review_due_on = '2024-03-26')$$)) v (does, reached);
select followed('R04', 'Correct agreed_on of what the detail names first, or give another day.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-30', 'extend'); select add_outcome(5, 'x', '2024-03-30')$$,
    $$update review set held_on = '2024-04-02' where review_id = 500$$, $$update plan_outcome set agreed_on = '2024-04-02' where plan_id = 5$$);
select followed('R04', 'Say in safety_reason why the action could not wait for the review, or leave it out.', '', $$select add_action(5, '2024-06-01', 'x', '2024-02-01', safety_reason => ' ')$$, does, $$exists (select from action where plan_id = 5)$$)
from unnest(array[$$select add_action(5, '2024-06-01', 'x', '2024-02-01', safety_reason => 'x')$$, $$select add_action(5, '2024-06-01', 'x', '2024-02-01')$$]) does;

-- R05: EHAs.
create function public.completed(id bigint) returns text language sql as $$
    select format('select assess_all(%s); update assessment_domain set needs = ''somebody is named'' where assessment_id = %1$s; select complete_assessment(%1$s, ''2024-01-25'');', id);
$$;
create function public.new_version(id bigint) returns text language sql as $$
    select format('insert into assessment (assessment_id, episode_id, started_on, corrects_assessment_id) select 400, episode_id, started_on, assessment_id from assessment where assessment_id = %s; %s',
        id, completed(400));
$$;
select followed('R05', null, '', $$select complete_assessment(4, '2024-01-25')$$, 'select assess_all(4)');
select followed('R05', null, completed(4), refused, new_version(4), 'exists (select from assessment where corrects_assessment_id = 4 and completed_on is not null)')
from unnest(array[$$update assessment set completed_on = '2024-01-26' where assessment_id = 4$$, $$update assessment_domain set needs = 'x' where assessment_id = 4$$,
    $$insert into assessment_factor_found values (4, '1A')$$, $$delete from assessment where assessment_id = 4$$]) refused;
select followed('R05', 'Correct assessed_on of that domain first, or complete the EHA on that day or later.', 'select assess_all(4)', $$select complete_assessment(4, '2024-01-18')$$, does, reached)
from (values ($$update assessment_domain set assessed_on = '2024-01-18' where assessment_id = 4$$, null),
    ($$select complete_assessment(4, '2024-01-20')$$, 'exists (select from assessment where assessment_id = 4 and completed_on is not null)')) v (does, reached);
select followed('R05', 'Name a completed EHA of the same episode as corrects_assessment_id. One that is not completed is changed itself.', '', $$insert into assessment (episode_id, started_on, corrects_assessment_id) values (4, '2024-01-20', 4)$$, does, reached)
from (values (completed(4), null), ($$update assessment set started_on = '2024-01-20' where assessment_id = 4$$, $$exists (select from assessment where assessment_id = 4 and started_on = '2024-01-20')$$)) v (does, reached);
select followed('R05', 'Correct assessed_on of that domain first, or give an earlier day as started_on.', 'select assess_all(4)', $$update assessment set started_on = '2024-01-22' where assessment_id = 4$$, does, reached)
from (values ($$update assessment_domain set assessed_on = '2024-01-22' where assessment_id = 4$$, null), ($$update assessment set started_on = '2024-01-20' where assessment_id = 4$$, 'true')) v (does, reached);
select followed('R05', 'Start another EHA, or complete this one.', '', $$update assessment set ended_on = '2024-02-01', end_reason = 'consent_withdrawn' where assessment_id = 4$$, does, reached)
from (values ($$select start_assessment(4, '2024-02-01')$$, '(select count(*) = 2 from assessment where episode_id = 4)'), (completed(4), '(select completed_on is not null from assessment where assessment_id = 4)')) v (does, reached);
select followed('R05', 'Date it to a day on which the EHA was going on.', given, format('select assess_domain(4, ''health_and_wellbeing'', %L)', day), $$select assess_domain(4, 'health_and_wellbeing', '2024-01-25')$$, 'exists (select from assessment_domain where assessment_id = 4)')
from (values ('', '2024-01-02'), ($$select close_episode(4, 'moved_away', '2024-02-01', null, 'x')$$, '2024-02-05')) v (given, day);
select followed('R05', 'Move it with move_assessment, and correct it by a new version.', completed(4),
    $$insert into correction (table_name, record_id, column_name, value_before, value_after, reason) values ('assessment', 4, 'episode_id', '4', '3', 'x'); update assessment set episode_id = 3, completed_on = '2024-01-26' where assessment_id = 4$$,
    $$select move_assessment(4, 3, 'x');$$ || new_version(4), 'exists (select from assessment where corrects_assessment_id = 4 and episode_id = 3)');
select followed('R05', 'Give a day up to ended_on as completed_on, or start another EHA.', $$select assess_all(4); select withdraw_consent(4, '2024-02-01')$$, $$update assessment set completed_on = '2024-02-05' where assessment_id = 4$$, does, reached)
from (values ($$update assessment set completed_on = '2024-01-31' where assessment_id = 4$$, 'exists (select from assessment where assessment_id = 4 and completed_on is not null)'),
    ($$select give_consent(4, 'parent', '2024-02-02'), start_assessment(4, '2024-02-02')$$, '(select count(*) = 2 from assessment where episode_id = 4)')) v (does, reached);

-- R06: one episode at a time.
select followed('R06', null, '', $$select open_episode(5, '2024-03-01')$$, $$select close_episode(5, 'moved_away', '2024-03-01', null, 'x')$$);
select followed('R06', null, '', $$select open_episode(5, '2024-03-01')$$, $$select record_contact(51, '6', 'N1', '2024-03-01')$$, 'exists (select from contact_child where child_id = 51 and attached_episode_id = 5)');
select followed('R06', 'Delete the episode that was opened in error, or open this one on the day after.', $$select open_episode(1, '2024-02-01'); select close_episode(episode_id, 'opened_in_error', '2024-02-01', null, 'x') from episode where family_id = 1$$,
    $$select open_episode(1, '2024-02-01')$$, does, 'exists (select from episode where family_id = 1 and closed_on is null)')
from unnest(array[$$delete from episode where family_id = 1; select open_episode(1, '2024-02-01')$$, $$select open_episode(1, '2024-02-02')$$]) does;
select followed('R06', 'Open this one on the day the other closed or later, or correct the days of the other.', '', $$select open_episode(7, '2024-03-25')$$, does, 'exists (select from episode where family_id = 7 and closed_on is null)')
from unnest(array[$$select open_episode(7, '2024-03-31')$$, $$update episode set closed_on = '2024-03-25', closure_agreed_on = '2024-03-25' where episode_id = 7; select open_episode(7, '2024-03-25')$$]) does;
select followed('R06', 'Record it in that later episode, or open a new one: none is reopened from before a later one.', $$select open_episode(7, '2024-05-01');$$ || given, $$select reopen_episode(7, 'x', '2024-06-01')$$, does, reached)
from (values ('', $$select assign_lead_practitioner(episode_id, 1, '2024-06-01') from episode where family_id = 7 and closed_on is null$$, 'exists (select from episode where family_id = 7 and allocated_on = ''2024-06-01'')'),
    ($$select close_episode(episode_id, 'moved_away', '2024-05-20', null, 'x') from episode where family_id = 7 and closed_on is null$$, $$select open_episode(7, '2024-06-01')$$, 'exists (select from episode where family_id = 7 and closed_on is null)')) v (given, does, reached);
select followed('R06', null, '', 'select join_families(4, 5, ''2024-03-01'')', $$select close_episode(5, 'moved_away', '2024-03-01', null, 'x')$$);

-- R07: a lead practitioner on every day.
select followed('R07', null, '', $$update episode set allocated_on = '2024-01-03' where episode_id = 2$$, $$insert into lead_practitioner values (2, '2024-01-03', 1)$$, $$exists (select from episode where episode_id = 2 and allocated_on = '2024-01-03')$$);
select followed('R07', null, '', $$insert into episode (episode_id, family_id, opened_on, allocated_on) values (90, 9, '2024-01-01', '2024-01-03')$$,
    $$insert into episode (episode_id, family_id, opened_on) values (90, 9, '2024-01-01'); insert into episode_child values (90, 91, '2024-01-01'); insert into lead_practitioner values (90, '2024-01-03', 1)$$,
    $$exists (select from episode where family_id = 9 and allocated_on = '2024-01-03')$$);
select followed('R07', null, '', 'delete from lead_practitioner where episode_id = 3', $$insert into lead_practitioner values (3, '2024-01-20', 2)$$, $$exists (select from lead_practitioner_on(3, '2024-01-20') where practitioner_id = 2)$$);
select followed('R07', 'Use undo_closure if it was closed by mistake, or open a new episode instead.', format($$select close_episode(2, 'moved_away', %L, null, 'x')$$, day), $$select reopen_episode(2, 'x', '2024-02-01')$$, does,
    'exists (select from episode where family_id = 2 and closed_on is null)')
from (values ('2024-01-20', $$select undo_closure(2, 'x')$$), ('2024-01-20', $$select open_episode(2, '2024-02-01')$$), ('2024-01-01', $$select undo_closure(2, 'x')$$)) v (day, does);
select followed('R07', 'Record who leads instead, as a row of lead_practitioner; an episode that something was done in does not wait.', '', $$select undo_allocation(4, 'x')$$, $$insert into lead_practitioner values (4, '2024-02-01', 2)$$,
    $$exists (select from lead_practitioner_on(4, '2024-02-01') where practitioner_id = 2)$$);
select followed('R07', 'Correct practitioner_id of the row of that day, or let the next one begin on another day.', '', $$insert into lead_practitioner values (3, '2024-01-06', 2)$$, does, $$exists (select from lead_practitioner_on(3, '2024-01-07') where practitioner_id = 2)$$)
from unnest(array[$$update lead_practitioner set practitioner_id = 2 where episode_id = 3$$, $$insert into lead_practitioner values (3, '2024-01-07', 2)$$]) does;
select followed('R07', 'Let the first lead practitioner begin on the day the episode opened or later, or correct opened_on first.', '', $$insert into lead_practitioner values (2, '2023-12-20', 1)$$, does, reached)
from (values ($$insert into lead_practitioner values (2, '2024-01-01', 1)$$, 'exists (select from episode where episode_id = 2 and allocated_on is not null)'), ($$update episode set opened_on = '2023-12-20' where episode_id = 2$$, null)) v (does, reached);

-- R08, R09: consent, and the conversation.
select followed('R08', null, $$select withdraw_consent(3, '2024-01-20')$$, $$select start_plan(3, '2024-02-01')$$, $$select give_consent(3, 'parent', '2024-01-30')$$);
select followed('R08', null, $$select withdraw_consent(3, '2024-01-20')$$, $$select step_up(31, 'section_17', 'x', '2024-02-02', 'supervisor', '2024-02-01', no_assessment_reason => 'x')$$,
    $$select step_up(31, 'section_17', 'x', '2024-02-02', 'supervisor', '2024-02-01', no_assessment_reason => 'x', consent_override_reason => 'x')$$, 'exists (select from step where child_id = 31)');
select followed('R08', 'Correct closure_reason_code of the episode first.', $$select withdraw_consent(5, '2024-03-01'), close_episode(5, 'consent_withdrawn', '2024-03-01', null, 'x')$$,
    $$select correct_withdrawal(5, '2024-04-01', 'x')$$, $$update episode set closure_reason_code = 'family_disengaged' where episode_id = 5$$);
create function public.other_consent(id bigint) returns text language sql as $$
    select format('insert into consent (family_id, kind, agency_id, given_by, given_on) select family_id, kind, agency_id, ''carer'', given_on from consent where consent_id = %s', id);
$$;
select followed('R08', 'Record the other consent that it rests on first. A withdrawal that was recorded wrongly is mended by correct_withdrawal.', '', refused, other_consent(5))
from unnest(array['delete from consent where consent_id = 5', $$update consent set given_on = '2024-03-01' where consent_id = 5$$]) refused;
select followed('R08', 'Record the other consent that it rests on first. A withdrawal that was recorded wrongly is mended by correct_withdrawal.', $$select withdraw_consent(5, '2024-03-01')$$,
    'update consent set withdrawn_on = null where consent_id = 5', $$select correct_withdrawal(5, null, 'x')$$, 'exists (select from plan where plan_id = 5 and ended_on is null)');
select followed('R08', 'Record consent to share with that agency, or name the other basis the decision has.', '',
    $$insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (5, 2, '2024-02-01', true, 'consent', 'x')$$, does, reached)
from (values ($$select give_consent(5, 'parent', '2024-02-01', 2)$$, null),
    ($$insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (5, 2, '2024-02-01', true, 'duty_to_share', 'x')$$, 'exists (select from sharing_decision where family_id = 5)')) v (does, reached);
create function public.shared_with_consent() returns text language sql as $$
    select $q$insert into consent (consent_id, family_id, kind, agency_id, given_by, given_on) values (500, 5, 'share', 2, 'parent', '2024-02-01');
        insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (5, 2, '2024-02-02', true, 'consent', 'x')$q$;
$$;
select followed('R08', 'Record the other consent that it rests on first. Consent that was withdrawn gets withdrawn_on, and stays.', shared_with_consent(), refused, does, reached)
from (values ('delete from consent where consent_id = 500', other_consent(500), null), ('update consent set agency_id = 1 where consent_id = 500', other_consent(500), null),
    ($$update consent set given_on = '2024-03-01' where consent_id = 500$$, other_consent(500), null),
    ('delete from consent where consent_id = 500', $$select withdraw_consent(500, '2024-03-01')$$, $$exists (select from consent where consent_id = 500 and withdrawn_on = '2024-03-01')$$)) v (refused, does, reached);
select followed('R08', 'Name agency_id with consent to share, and leave it out with consent to take part.', '', format($$insert into consent (family_id, kind, agency_id, given_by, given_on) values (5, %L, %s, 'parent', '2024-02-01')$$, kind, wrong),
    format($$insert into consent (family_id, kind, agency_id, given_by, given_on) values (5, %L, %s, 'parent', '2024-02-01')$$, kind, corrected), '(select count(*) = 2 from consent where family_id = 5)')
from (values ('share', 'null', '2'), ('take_part', '2', 'null')) v (kind, wrong, corrected);
select followed('R08', 'Say in reason why it was decided so.', '', $$insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (5, 2, '2024-02-01', true, 'safeguarding', ' ')$$,
    $$insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (5, 2, '2024-02-01', true, 'safeguarding', 'x')$$, 'exists (select from sharing_decision where family_id = 5)');
select followed('R08', 'Say in consent_override_reason why the step up goes without consent, or leave it out where there is consent.', '',
    $$select step_up(31, 'section_17', 'x', '2024-02-02', 'supervisor', '2024-02-01', no_assessment_reason => 'x', consent_override_reason => ' ')$$, does, 'exists (select from step where child_id = 31)')
from unnest(array[$$select step_up(31, 'section_17', 'x', '2024-02-02', 'supervisor', '2024-02-01', no_assessment_reason => 'x', consent_override_reason => 'x')$$,
    $$select step_up(31, 'section_17', 'x', '2024-02-02', 'supervisor', '2024-02-01', no_assessment_reason => 'x')$$]) does;
select followed('R09', null, 'delete from conversation where family_id = 3', $$select start_plan(3, '2024-02-01')$$, $$select record_conversation(3, '2024-01-31')$$);
select followed('R09', null, '', $$delete from conversation where family_id = 5 and held_on = '2023-09-23'$$, $$select record_conversation(5, '2024-01-05')$$);

-- R10: what a step up needs.
select followed('R10', null, '', refused, $$select step_up(51, 'section_17', 'x', '2024-02-02', 'supervisor', '2024-02-01', no_assessment_reason => 'x')$$, 'exists (select from step where child_id = 51)')
from unnest(array[$$select step_up(51, 'section_17', 'x', '2024-02-02', no_assessment_reason => 'x')$$, $$select step_up(51, 'section_17', ' ', '2024-02-02', 'supervisor', '2024-02-01', no_assessment_reason => 'x')$$,
    $$select step_up(51, 'section_47', 'x', '2024-02-02', 'supervisor', no_assessment_reason => 'x')$$, $$select step_up(51, 'section_17', 'x', '2024-02-02', 'supervisor', '2024-02-01')$$]) refused;
-- A step up (of child 51 unless said) that social care accepted the day after it was offered; a step down to universal services.
create function public.stepped_up(offered date, child bigint default 51) returns text language sql as $$
    select format('select accept_step((step_up(%s, ''section_47'', ''x'', %L, no_assessment_reason => ''x'')).step_id, %L);', child, offered, offered + 1);
$$;
create function public.stepped_to_universal(offered date, child bigint default 51) returns text language sql as $$
    select format('select accept_step((step_down(%s, ''x'', %L, to_level => ''universal'')).step_id, %L);', child, offered, offered + 1);
$$;
create function public.received(step text, decided date) returns text language sql as $$
    select format('select accept_step(%s, %L, 1, 2, ''2024-12-01'');', step, decided);
$$;
select followed('R10', 'Give basis with a step up, and leave it out with a step down.', '', $$insert into step (child_id, to_level, offered_on, reason, no_assessment_reason) values (51, 'social_care', '2024-02-02', 'x', 'x')$$,
    $$insert into step (child_id, to_level, offered_on, reason, no_assessment_reason, basis) values (51, 'social_care', '2024-02-02', 'x', 'x', 'section_47')$$, 'exists (select from step where child_id = 51)');
select followed('R10', 'Give basis with a step up, and leave it out with a step down.', stepped_up('2024-02-02'), $$insert into step (child_id, to_level, offered_on, reason, basis) values (51, 'early_help', '2024-02-20', 'x', 'section_17')$$,
    $$select step_down(51, 'x', '2024-02-20')$$, $$exists (select from step where child_id = 51 and to_level = 'early_help')$$);

-- R11: a child's level.
select followed('R11', 'Give social_care as the level that a step up leads to. A step down needs a child whose last row in level_change says social_care.', '', $$select step_down(51, 'x', '2024-02-10')$$, stepped_up('2024-02-02'));
select followed('R11', 'Leave from_level out: it is the child''s level on the day of the offer.', '',
    $$insert into step (child_id, from_level, to_level, offered_on, basis, reason, no_assessment_reason) values (51, 'universal', 'social_care', '2024-02-02', 'section_47', 'x', 'x')$$,
    $$insert into step (child_id, to_level, offered_on, basis, reason, no_assessment_reason) values (51, 'social_care', '2024-02-02', 'section_47', 'x', 'x')$$, 'exists (select from step where child_id = 51)');
select followed('R11', 'Withdraw the step.', format($$select step_down(91, 'x', '2024-02-01', to_level => %L); select open_episode(9, '2024-02-05')$$, level), received('(select step_id from step where child_id = 91)', '2024-02-10'),
    $$select withdraw_step(step_id, '2024-02-10') from step where child_id = 91$$, $$(select outcome = 'withdrawn' from step where child_id = 91)$$)
from unnest(array['early_help', 'universal']) level;
select followed('R11', 'Offer a step to early_help instead, let the child leave the episode first, or begin its support on that day or later.',
    stepped_up('2024-02-02') || $$insert into family_member (family_id, child_id) values (9, 51); select open_episode(9, '2024-02-05', lead_practitioner_id => 1); select step_down(51, 'x', '2024-03-01', 9, 'universal')$$,
    $$select accept_step(step_id, '2024-03-10') from step where child_id = 51 and to_level = 'universal'$$, does, reached)
from (values ($$select withdraw_step(step_id, '2024-03-10') from step where child_id = 51 and to_level = 'universal';$$ || received($$(step_down(51, 'x', '2024-03-10', 9)).step_id$$, '2024-03-11'), $$level_of(51) = 'early_help'$$),
    ($$update episode_child set left_on = '2024-03-09' where child_id = 51 and left_on is null$$, null)) v (does, reached);
select followed('R11', 'Take that step back with undo_decision, record what came before it, and decide it again; or correct the day of one of them.', stepped_up('2024-05-01', 91),
    $$insert into step (child_id, to_level, offered_on, basis, reason, no_assessment_reason, decided_on, outcome) values (91, 'social_care', '2024-03-01', 'section_47', 'x', 'x', '2024-03-02', 'accepted')$$,
    $$select undo_decision(step_id, 'x') from step;
    insert into step (child_id, to_level, offered_on, basis, reason, no_assessment_reason, decided_on, outcome) values (91, 'social_care', '2024-03-01', 'section_47', 'x', 'x', '2024-03-02', 'accepted');
    insert into step (child_id, to_level, offered_on, reason, decided_on, outcome) values (91, 'universal', '2024-04-01', 'x', '2024-04-02', 'accepted');
    select accept_step(step_id, '2024-05-02') from step where outcome is null$$, $$(select count(*) = 3 from level_change where child_id = 91)$$);
select followed('R11', 'Take that step back with undo_decision, record what came before it, and decide it again; or correct the day of one of them.', stepped_up('2024-05-01', 91) || stepped_to_universal('2024-06-01', 91) || stepped_up('2024-07-01', 91),
    $$select correct_decision(step_id, '2024-07-10', 'x', '2024-07-09') from step where to_level = 'universal'$$, $$select correct_decision(step_id, '2024-07-20', 'x', '2024-07-19') from step where decided_on = '2024-07-02'$$);
select followed('R11', 'Offer a step to early_help instead, let the child leave the episode first, or begin its support on that day or later.', stepped_up('2024-03-01', 91) || stepped_to_universal('2024-05-01', 91), $$select open_episode(9, '2024-04-01')$$,
    $$select open_episode(9, '2024-05-02')$$, 'exists (select from episode where family_id = 9)');
select followed('R11', 'Close it, as opened in error.', $$select close_episode(3, 'moved_away', '2024-02-01', null, 'x'); select open_episode(3, '2024-02-10')$$, 'delete from episode where episode_id = 3',
    $$update episode set closure_reason_code = 'opened_in_error' where episode_id = 3$$, $$(select closure_reason_code = 'opened_in_error' from episode where episode_id = 3)$$);
select followed('R11', 'Correct joined_on or left_on of the row that is there.', '', $$insert into episode_child values (3, 31, '2024-01-10', '2024-01-20')$$, does, reached)
from (values ($$update episode_child set joined_on = '2024-01-10', left_on = '2024-01-20' where child_id = 31$$, $$(select joined_on = '2024-01-10' from episode_child where child_id = 31)$$), ($$update episode_child set left_on = '2024-01-05' where child_id = 31$$, null)) v (does, reached);
select followed('R11', 'Set left_on.', '', 'delete from episode_child where child_id = 31', $$update episode_child set left_on = '2024-01-20' where child_id = 31$$, $$level_of(31) = 'universal'$$);
select followed('R11', 'Reopen the episode instead, with reopen_episode. A later episode that was opened by mistake is deleted first.', $$select close_episode(3, 'moved_away', '2024-02-01', null, 'x');$$ || since, $$select undo_closure(3, 'x')$$, does, reached)
from (values (stepped_up('2024-02-10', 31), $$select reopen_episode(3, 'x', '2024-03-01')$$, 'exists (select from episode where episode_id = 3 and closed_on is null)'),
    ($$select open_episode(3, '2024-02-10')$$, 'delete from episode where family_id = 3 and closed_on is null', null)) v (since, does, reached);

-- R12, R13: a step is decided once, and a step down is received.
select followed('R12', null, $$select step_up(51, 'section_47', 'x', '2024-02-02', no_assessment_reason => 'x')$$, refused, $$select decline_step(step_id, '2024-02-03') from step$$)
from unnest(array[$$select close_episode(5, 'moved_away', '2024-04-01', null, 'x')$$, $$select step_up(51, 'section_47', 'x', '2024-02-10', no_assessment_reason => 'x')$$]) refused;
select followed('R12', 'A step from before that one was decided before it: give decided_on and outcome with it.', stepped_up('2024-05-01', 91), $$select step_up(91, 'section_47', 'x', '2024-03-01', no_assessment_reason => 'x')$$,
    $$insert into step (child_id, to_level, offered_on, basis, reason, no_assessment_reason, decided_on, outcome) values (91, 'social_care', '2024-03-01', 'section_47', 'x', 'x', '2024-03-02', 'declined')$$, 'exists (select from step where child_id = 91 and outcome = ''declined'')');
select followed('R12', 'Mend the step instead: its day, or its decision with undo_decision. The child''s day follows.', stepped_up('2024-02-02'), format('update episode_child set left_on = %s where child_id = 51', day),
    format('select %s from step', act), format('exists (select from episode_child where child_id = 51 and left_on is not distinct from %s)', day))
from (values ($$'2024-02-05'$$, $$correct_decision(step_id, '2024-02-05', 'x')$$), ('null', $$undo_decision(step_id, 'x')$$)) v (day, act);
select followed('R12', 'Give family_id.', 'insert into family_member (family_id, child_id) values (1, 91)', $$select step_up(91, 'section_47', 'x', '2024-02-02', no_assessment_reason => 'x')$$,
    $$select step_up(91, 'section_47', 'x', '2024-02-02', no_assessment_reason => 'x', family_id => 9)$$, 'exists (select from step where child_id = 91)');
select followed('R12', 'Leave episode_id out, or name an episode of that family.', '', $$insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason, episode_id) values (31, 3, 'social_care', '2024-02-02', 'section_47', 'x', 'x', 5)$$,
    $$insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason) values (31, 3, 'social_care', '2024-02-02', 'section_47', 'x', 'x')$$, 'exists (select from step where episode_id = 3)');
select followed('R12', 'Use correct_decision for its days. For anything else use undo_decision, and decide it anew.', stepped_up('2024-02-02'), format('update step set %s', wanted), does, 'exists (select from step where ' || wanted || ')')
from (values ($$decided_on = '2024-02-05'$$, $$select correct_decision(step_id, '2024-02-05', 'x') from step$$), ($$outcome = 'declined'$$, $$select undo_decision(step_id, 'x') from step; select decline_step(step_id, '2024-02-03') from step$$)) v (wanted, does);
select followed('R12', 'Use undo_decision first: an open step can be deleted.', stepped_up('2024-02-02'), 'delete from step', $$select undo_decision(step_id, 'x') from step$$);
select followed('R12', 'Take that back first, or take the child out of the episode with left_on, or offer a step up.',
    stepped_up('2024-02-02', child) || received(format($$(step_down(%s, 'x', '2024-02-10')).step_id$$, child), '2024-02-11') || $$; insert into assessment (episode_id, started_on) select episode_id, '2024-02-11' from episode where family_id in (5, 9) and closed_on is null$$,
    $$select undo_decision(step_id, 'x') from step where to_level = 'early_help'$$, does, format('level_of(%s) = %L', child, level))
from (values (51, $$update episode_child set left_on = '2024-02-12' where child_id = 51 and left_on is null$$, 'universal'), (91, $$select close_episode(episode_id, 'opened_in_error', '2024-02-12', null, 'x') from episode where family_id = 9$$, 'universal'),
    (51, stepped_up('2024-02-12'), 'social_care')) v (child, does, level);
select followed('R12', 'Give the day of the offer or a later one as decided_on, or correct offered_on first.', $$select step_up(51, 'section_47', 'x', '2024-02-02', no_assessment_reason => 'x')$$, $$select accept_step(step_id, '2024-02-01') from step$$, does, reached)
from (values ($$select accept_step(step_id, '2024-02-02') from step$$, $$level_of(51) = 'social_care'$$), ($$update step set offered_on = '2024-02-01'$$, null)) v (does, reached);
select followed('R12', 'Decide the step with accept_step, decline_step or withdraw_step, which set both.', $$select step_up(51, 'section_47', 'x', '2024-02-02', no_assessment_reason => 'x')$$, $$update step set decided_on = '2024-02-03'$$,
    format($$select %s(step_id, '2024-02-03') from step$$, act), $$exists (select from step where decided_on = '2024-02-03')$$)
from unnest(array['accept_step', 'decline_step', 'withdraw_step']) act;
select followed('R13', null, stepped_up('2024-02-02') || $$select step_down(51, 'x', '2024-02-10')$$, $$select accept_step(step_id, '2024-02-11') from step where to_level = 'early_help'$$,
    received($$(select step_id from step where to_level = 'early_help')$$, '2024-02-11'), $$level_of(51) = 'early_help'$$);

-- R14: nothing after the closure.
select followed('R14', null, '', $$select close_episode(5, 'moved_away', '2024-01-20', null, 'x')$$, $$select close_episode(5, 'moved_away', '2024-02-10', null, 'x')$$, $$exists (select from episode where episode_id = 5 and closed_on = '2024-02-10')$$);
select followed('R14', 'Offer the step up with step_up and accept it with accept_step: the last child''s acceptance closes the episode, on its day.', '', $$select close_episode(8, 'stepped_up', '2024-03-01', '2024-03-01')$$, stepped_up('2024-02-29', 81),
    $$exists (select from episode where episode_id = 8 and closed_on = '2024-03-01' and closure_reason_code = 'stepped_up')$$);
select followed('R14', 'Use undo_decision of the last child''s step first, if social care did not accept it.', stepped_up('2024-02-29', 81), $$update episode set closure_reason_code = 'moved_away' where episode_id = 8$$,
    $$select undo_decision(step_id, 'x') from step; select decline_step(step_id, '2024-03-01') from step; select close_episode(8, 'moved_away', '2024-03-01', null, 'x')$$, $$exists (select from episode where episode_id = 8 and closure_reason_code = 'moved_away')$$);
select followed('R14', 'Record the withdrawal with withdraw_consent first, or close it for another reason, such as family_disengaged.', '', $$select close_episode(5, 'consent_withdrawn', '2024-03-01', null, 'x')$$, does, reached)
from (values ($$select withdraw_consent(5, '2024-03-01')$$, null), ($$select close_episode(5, 'family_disengaged', '2024-03-01', null, 'x')$$, 'exists (select from episode where episode_id = 5 and closed_on is not null)')) v (does, reached);
select followed('R14', 'Offer a step down when social care gives the child back. If nothing was accepted, use undo_decision of the step.', stepped_up('2024-02-29', 81), $$select undo_closure(8, 'x')$$, does, $$exists (select from episode where family_id = 8 and closed_on is null)$$)
from unnest(array[$$select undo_decision(step_id, 'x') from step$$, received($$(step_down(81, 'x', '2024-04-01')).step_id$$, '2024-04-02')]) does;
select followed('R14', 'Close the episode, or record in episode_child in the same transaction which child it supports.', '', refused, does, reached)
from (values ($$update episode_child set left_on = '2024-02-01' where episode_id = 3$$, $$select close_episode(3, 'moved_away', '2024-02-01', null, 'x')$$, 'exists (select from episode where episode_id = 3 and closed_on is not null)'),
    ($$insert into episode (episode_id, family_id, opened_on) values (90, 9, '2024-02-01')$$, $$insert into episode (episode_id, family_id, opened_on) values (90, 9, '2024-02-01'); insert into episode_child values (90, 91, '2024-02-01')$$, 'exists (select from episode where episode_id = 90)')) v (refused, does, reached);
select followed('R14', 'Date it to a day on which the episode was open.', $$select reopen_episode(7, 'x', '2024-06-01')$$, $$select start_plan(7, '2024-04-15')$$, $$select start_plan(7, '2024-06-01')$$, 'exists (select from plan where episode_id = 7 and ended_on is null)');
select followed('R14', 'Give the day on which it closed, or a later one.', $$select reopen_episode(7, 'x', '2024-06-01')$$, $$select correct_reopening(7, '2024-03-01', 'x')$$, $$select correct_reopening(7, '2024-03-31', 'x')$$,
    $$(select reopened_on = '2024-03-31' from episode where episode_id = 7)$$);
select followed('R14', 'Correct that day first, or give an earlier one.', $$select reopen_episode(7, 'x', '2024-06-01'), start_plan(7, '2024-06-10')$$, $$select correct_reopening(7, '2024-06-20', 'x')$$, does, reached)
from (values ($$update plan set started_on = '2024-06-20' where episode_id = 7 and ended_on is null$$, null), ($$select correct_reopening(7, '2024-06-10', 'x')$$, $$(select reopened_on = '2024-06-10' from episode where episode_id = 7)$$)) v (does, reached);
select followed('R14', 'Record the episode as it closed first, then reopen it with reopen_episode.', '', $$insert into episode (family_id, opened_on, reopened_on, reopen_reason) values (9, '2024-01-01', '2024-03-01', 'x')$$,
    $$select reopen_episode((record_past_episode(9, '2024-01-01', '2024-02-01', 'moved_away', null, 'x', lead_practitioner_id => 1)).episode_id, 'x', '2024-03-01')$$, $$exists (select from episode where family_id = 9 and reopened_on = '2024-03-01')$$);
select followed('R14', null, '', refused, $$select reopen_episode(7, 'x', '2024-06-01')$$, 'exists (select from episode where episode_id = 7 and closed_on is null)')
from unnest(array['update episode set closed_on = null where episode_id = 7', $$select reopen_episode(7, 'x', '2024-03-01')$$, $$update episode set reopened_on = '2024-06-01', reopen_reason = 'x' where episode_id = 7$$, $$select reopen_episode(7, null, '2024-06-01')$$]) refused;
select followed('R14', 'Mend the day with correct_reopening. An episode that should not have been reopened closes on that day.', $$select reopen_episode(7, 'x', '2024-06-01')$$, 'update episode set reopened_on = null, reopen_reason = null where episode_id = 7', does, reached)
from (values ($$select correct_reopening(7, '2024-05-01', 'x')$$, $$(select reopened_on = '2024-05-01' from episode where episode_id = 7)$$),
    ($$select close_episode(7, 'opened_in_error', '2024-06-01', null, 'x')$$, $$(select closed_on = '2024-06-01' from episode where episode_id = 7)$$)) v (does, reached);
select allowed($$select reopen_episode(7, 'x', '2024-04-05'), close_episode(7, 'moved_away', '2024-04-05', null, 'x'), reopen_episode(7, 'x', '2024-04-05')$$, 'closed again on the day of the reopening, it is reopened on that day');
-- What is dated after the closure goes into the episode once it is reopened; what belongs to a plan that ended, into a new plan.
select followed('R14', null, '', $$select start_plan(7, '2024-04-10')$$, $$select reopen_episode(7, 'x', '2024-04-05')$$);
select followed('R14', null, '', format(refused, 7), $$select reopen_episode(7, 'x', '2024-04-05'), start_plan(7, '2024-04-08');$$ || format(refused, $$(select plan_id from plan where episode_id = 7 and ended_on is null)$$), reached)
from (values ($$select add_outcome(%s, 'x', '2024-04-10')$$, 'exists (select from plan_outcome)'), ($$select add_action(%s, '2024-05-01', 'x', '2024-04-10')$$, 'exists (select from action)'),
    ($$select hold_review(%s, 'extend', '2024-04-10')$$, $$exists (select from review where held_on = '2024-04-10')$$)) v (refused, reached);
select followed('R14', 'The family withdrew its consent in this episode: close it as consent_withdrawn. If it did not, mend that first with correct_withdrawal.', $$select withdraw_consent(5, '2024-03-01')$$,
    $$select close_episode(5, 'moved_away', '2024-04-01', null, 'x')$$, does, reached)
from (values ($$select close_episode(5, 'consent_withdrawn', '2024-04-01', null, 'x')$$, 'exists (select from episode where episode_id = 5 and closed_on is not null)'), ($$select correct_withdrawal(5, null, 'x')$$, null)) v (does, reached);
select followed('R14', null, $$select withdraw_consent(5, '2024-03-01'), add_outcome(5, 'x', '2024-02-10'), close_episode(5, 'consent_withdrawn', '2024-04-01', null, 'x')$$,
    $$update plan_outcome set achieved_on = '2024-04-10'$$, does, reached)
from (values ($$update plan_outcome set achieved_on = '2024-03-25'$$, 'exists (select from plan_outcome where achieved_on is not null)'), ($$select reopen_episode(5, 'x', '2024-04-05')$$, null)) v (does, reached);
select followed('R14', 'Move it to the episode that was open then, or correct the day.', $$select hold_review(5, 'extend', '2024-03-20'), add_outcome(5, 'x', '2024-04-10')$$, $$select move_plan(5, 7, 'x')$$, does, reached)
from (values ($$select move_plan(5, 3, 'x')$$, 'exists (select from plan where plan_id = 5 and episode_id = 3)'), ($$update plan_outcome set agreed_on = '2024-03-25'$$, null)) v (does, reached);
select followed('R14', 'Close the episode with close_episode, which sets both, or reopen it with reopen_episode.', '', refused, does, reached)
from (values ($$update episode set closed_on = '2024-04-01', closure_agreed_on = '2024-04-01' where episode_id = 5$$, $$select close_episode(5, 'moved_away', '2024-04-01', '2024-04-01')$$, $$exists (select from episode where episode_id = 5 and closed_on = '2024-04-01')$$),
    ('update episode set closure_reason_code = null where episode_id = 7', $$select reopen_episode(7, 'x', '2024-06-01')$$, 'exists (select from episode where episode_id = 7 and closure_reason_code is null)')) v (refused, does, reached);
select followed('R14', 'Give the day on which the family agreed as closure_agreed_on, or say in closure_agreement_absent_reason why it did not.', '', $$select close_episode(5, 'moved_away', '2024-04-01')$$, does, 'exists (select from episode where episode_id = 5 and closed_on is not null)')
from unnest(array[$$select close_episode(5, 'moved_away', '2024-04-01', '2024-04-01')$$, $$select close_episode(5, 'moved_away', '2024-04-01', agreement_absent_reason => 'x')$$]) does;
select followed('R14', null, '', $$select record_past_episode(9, '2024-02-01', '2024-01-01', 'moved_away', null, 'x')$$, $$select record_past_episode(9, '2024-01-01', '2024-02-01', 'moved_away', null, 'x')$$, 'exists (select from episode where family_id = 9)');

-- R15: born or expected.
insert into child (child_id, expected_birth_date) values (191, '2025-06-01');
insert into family (family_id) values (19);
insert into family_member (family_id, child_id) values (19, 191);
create function public.referral(child bigint, referred_on date) returns text language sql as $$
    select format('insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) values (%s, %s, %L, ''6'', ''N1'');', child, child / 10, referred_on);
$$;
select followed('R15', null, '', referral(191, '2024-06-01'), does, reached)
from (values (referral(191, '2024-10-01'), 'exists (select from referral)'), ($$update child set expected_birth_date = null, birth_date = '2024-12-01' where child_id = 191$$, null)) v (does, reached);
select followed('R15', null, $$update child set died_on = '2024-02-01' where child_id = 91$$, referral(91, '2024-03-01'), referral(91, '2024-01-15'), 'exists (select from referral)');
select followed('R15', null, referral(91, '2024-03-01'), $$update child set died_on = '2024-02-01' where child_id = 91$$, $$update referral set referred_on = '2024-01-15'$$);
select followed('R15', null, referral(91, '2024-03-01'), $$update child set birth_date = '2025-02-01' where child_id = 91$$, $$update referral set referred_on = '2024-10-01'$$);
select followed('R15', null, '', $$update child set birth_date = '2025-05-20' where child_id = 191$$, $$update child set expected_birth_date = null, birth_date = '2025-05-20' where child_id = 191$$, $$(select birth_date = '2025-05-20' from child where child_id = 191)$$);
select followed('R15', 'Leave pregnancy_ended_on out for a child that was born; died_on is the day of a death.', '', $$update child set pregnancy_ended_on = '2024-01-01' where child_id = 91$$, $$update child set died_on = '2024-01-01' where child_id = 91$$, 'exists (select from child where child_id = 91 and died_on is not null)');
select followed('R15', 'Correct died_on or birth_date.', '', $$update child set died_on = '2001-01-01' where child_id = 91$$, $$update child set died_on = '2021-01-01' where child_id = 91$$, 'exists (select from child where child_id = 91 and died_on is not null)');

-- R16: contacts of an open episode.
select followed('R16', null, '', $$insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) values (51, 5, '2024-02-10', '6', 'N1')$$, $$select record_contact(51, '6', 'N1', '2024-02-10')$$,
    'exists (select from contact_child where child_id = 51 and attached_episode_id = 5)');
select followed('R16', null, $$select record_contact(51, '6', 'N1', '2024-02-10')$$, $$update contact_child set decision = 'referral'$$, $$update contact_child set decision = 'information_and_advice'$$, 'exists (select from contact_child where decision is not null)');
select followed('R16', 'Attach it to the episode that the child''s family has open on that day, or to none.', $$select record_contact(51, '6', 'N1', '2024-02-10')$$, 'update contact_child set attached_episode_id = 4', does, 'exists (select from contact_child)')
from unnest(array['update contact_child set attached_episode_id = 5', 'update contact_child set attached_episode_id = null']) does;
select followed('R16', 'Open the episode on the day of its latest referral, or correct the referral.', referral(91, '2024-02-10'), $$select open_episode(9, '2024-02-01')$$, does, reached)
from (values ($$select open_episode(9, '2024-02-10')$$, 'exists (select from episode where family_id = 9)'), ($$update referral set referred_on = '2024-02-01'$$, null)) v (does, reached);
select followed('R16', 'Let the child join on the day of its latest referral, or correct the referral.', 'insert into family_member (family_id, child_id) values (1, 91);' || referral(91, '2024-02-10'), $$select open_episode(1, '2024-02-01')$$, does, reached)
from (values ($$select open_episode(1, '2024-02-01', children => array[11, 12]); insert into episode_child select episode_id, 91, '2024-02-10' from episode where family_id = 1$$, $$level_of(91) = 'early_help'$$),
    ($$update referral set referred_on = '2024-02-01'$$, null)) v (does, reached);
select followed('R16', 'Set attached_episode_id of the contact to null, or correct its day or the episode''s.', $$select record_contact(51, '6', 'N1', '2024-03-20')$$, $$select close_episode(5, 'moved_away', '2024-03-10', null, 'x')$$, does, reached)
from (values ('update contact_child set attached_episode_id = null', null), ($$update contact set received_on = '2024-03-05'$$, null),
    ($$select close_episode(5, 'moved_away', '2024-03-20', null, 'x')$$, 'exists (select from episode where episode_id = 5 and closed_on is not null)')) v (does, reached);

-- R17 to R20, R22: feedback, audits of cases, outcomes, codes and memberships.
select followed('R17', null, '', refused, $$insert into feedback (episode_id, given_by, given_on, timely) values (5, 'child', '2024-03-01', true)$$, 'exists (select from feedback)')
from unnest(array[$$insert into feedback (episode_id, given_by, given_on) values (5, 'child', '2024-03-01')$$, $$insert into feedback (given_by, given_on, timely) values ('child', '2024-03-01', true)$$]) refused;
select followed('R18', null, '', $$insert into case_audit (case_audit_id, episode_id, audited_on, grade, auditor_practitioner_id) values (500, 5, '2024-03-01', 'good', 2)$$, does, 'exists (select from case_audit)')
from unnest(array[$$insert into case_audit (episode_id, audited_on, grade, auditor_practitioner_id) values (5, '2024-03-01', 'good', 3)$$,
    $$insert into case_audit (case_audit_id, episode_id, audited_on, grade, auditor_practitioner_id) values (500, 5, '2024-03-01', 'good', 2); insert into case_audit_auditor (case_audit_id, practitioner_id) values (500, 3)$$]) does;
select followed('R19', null, $$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (500, 5, '2024-02-10')$$, $$select achieve_outcome(500, '2024-02-01')$$, $$select achieve_outcome(500, '2024-02-20')$$, 'exists (select from plan_outcome where achieved_on is not null)');
select followed('R19', 'Set the day that is wrong, achieved_on or withdrawn_on, to null first.', format($$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on, %I) values (500, 5, '2024-02-10', '2024-02-20')$$, is_set), format('select %s(500, ''2024-02-21'')', act), format('update plan_outcome set %I = null', is_set))
from (values ('withdrawn_on', 'achieve_outcome'), ('achieved_on', 'withdraw_outcome')) v (is_set, act);
select followed('R20', null, $$update primary_need set valid_to = '2024-01-31' where code = 'N1'$$, $$select record_contact(11, '6', 'N1', '2024-02-10')$$, $$select record_contact(11, '6', 'N2', '2024-02-10')$$, 'exists (select from contact_child)');
select followed('R20', null, $$update assessment_factor set valid_to = '2023-01-31' where code = '1A'$$, $$insert into assessment_factor_found values (4, '1A')$$, $$insert into assessment_factor_found values (4, '1B')$$, 'exists (select from assessment_factor_found)');
select followed('R20', 'Correct valid_from or valid_to.', '', $$update primary_need set valid_from = '2024-02-01', valid_to = '2024-01-31' where code = 'N2'$$, $$update primary_need set valid_from = '2023-02-01', valid_to = '2024-01-31' where code = 'N2'$$, $$(select valid_to = '2024-01-31' from primary_need where code = 'N2')$$);
select followed('R22', null, '', $$insert into family_member (family_id, child_id, joined_on) values (3, 31, '2024-03-01')$$, $$update family_member set left_on = '2024-03-01' where child_id = 31$$);
select followed('R22', 'Give a day after joined_on as left_on, or delete the row if the child was never of the family.', $$update family_member set joined_on = '2024-01-01' where child_id = 91$$, $$update family_member set left_on = '2024-01-01' where child_id = 91$$, does, reached)
from (values ($$update family_member set left_on = '2024-01-02' where child_id = 91$$, '(select left_on is not null from family_member where child_id = 91)'), ('delete from family_member where child_id = 91', 'not exists (select from family_member where child_id = 91)')) v (does, reached);

-- S01: what is possible in a state.
create function public.legal(state text) returns text language sql as $$
    select 'Legal now: ' || string_agg(event::text, ', ' order by event) || '.' from (select distinct event from early_help.transitions() where state_from::text = state) t;
$$;
select followed('S01', legal('waiting'), '', $$select start_plan(2, '2024-02-01')$$, $$select assign_lead_practitioner(2, 1, '2024-01-10')$$);
select followed('S01', legal('closed'), '', $$select close_episode(7, 'moved_away', '2024-07-01', null, 'x')$$, $$select reopen_episode(7, 'x', '2024-06-01')$$);
select followed('S01', 'Only a closed episode has a closure to undo.', '', $$select undo_closure(5, 'x')$$, '', 'exists (select from episode where episode_id = 5 and closed_on is null)');
select followed('S01', 'Reopen the episode instead, with reopen_episode.', $$select close_episode(5, 'moved_away', '2024-04-01', null, 'x'), start_plan(5, '2024-02-20')$$, $$select undo_closure(5, 'x')$$, $$select reopen_episode(5, 'x', '2024-04-05')$$,
    'exists (select from episode where episode_id = 5 and closed_on is null)');
select followed('S01', 'Reopen the episode instead, with reopen_episode.', $$select record_past_episode(9, '2024-01-01', '2024-02-01', 'moved_away', null, 'x', lead_practitioner_id => 1)$$, $$select undo_closure(episode_id, 'x') from episode where family_id = 9$$,
    $$select reopen_episode(episode_id, 'x', '2024-02-01') from episode where family_id = 9$$, 'exists (select from episode where family_id = 9 and closed_on is null)');

-- S02: a record stays with what it was made for.
select followed('S02', null, '', $$select start_plan(5, '2024-02-10', assessment_id => 4)$$, $$select start_plan(5, '2024-02-10', assessment_id => (start_assessment(5, '2024-02-01')).assessment_id)$$,
    'exists (select from plan where episode_id = 5 and assessment_id is not null)');
select followed('S02', null, $$select add_outcome(5, 'x', '2024-02-10')$$, 'update plan_outcome set plan_id = 8', $$delete from plan_outcome where plan_id = 5; select add_outcome(8, 'x', '2024-02-10')$$, 'exists (select from plan_outcome where plan_id = 8)');
select followed('S02', null, $$select add_action(5, '2024-03-01', 'x', '2024-02-10')$$, 'update action set plan_id = 8', $$delete from action where plan_id = 5; select add_action(8, '2024-03-01', 'x', '2024-02-10')$$, 'exists (select from action where plan_id = 8)');
select followed('S02', null, '', $$update plan set kind = 'family_outcomes' where plan_id = 5$$, $$delete from plan where plan_id = 5; select start_plan(5, '2024-01-31', kind => 'family_outcomes')$$, $$exists (select from plan where episode_id = 5 and kind = 'family_outcomes')$$);
select followed('S02', null, '', 'update episode set family_id = 9 where episode_id = 5', $$select close_episode(5, 'opened_in_error', '2024-02-01', null, 'x'), open_episode(9, '2024-01-01')$$, 'exists (select from episode where family_id = 9)');
select followed('S02', null, $$select hold_review(5, 'extend', '2024-03-01')$$, 'update review set plan_id = 8', $$select undo_review(review_id, 'x') from review where plan_id = 5; select hold_review(8, 'extend', '2024-03-01')$$, 'exists (select from review where plan_id = 8)');
select followed('S02', null, $$select record_contact(11, '6', 'N1', '2024-02-10')$$, 'update contact_child set child_id = 12 where child_id = 11', $$delete from contact_child where child_id = 11; select record_contact(12, '6', 'N1', '2024-02-10')$$, 'exists (select from contact_child where child_id = 12)');
select followed('S02', null, referral(91, '2024-10-10'), 'update referral set child_id = 191', 'delete from referral;' || referral(191, '2024-10-10'), 'exists (select from referral where child_id = 191)');
select followed('S02', null, $$select step_up(51, 'section_47', 'x', '2024-02-02', no_assessment_reason => 'x')$$, 'update step set child_id = 52', $$delete from step; select step_up(52, 'section_47', 'x', '2024-02-02', no_assessment_reason => 'x')$$, 'exists (select from step where child_id = 52)');
select followed('S02', 'Use move_plan, with the reason.', '', 'update plan set episode_id = 3 where plan_id = 5', $$select move_plan(5, 3, 'x')$$, 'exists (select from plan where plan_id = 5 and episode_id = 3)');
select followed('S02', 'Use move_assessment, with the reason.', '', 'update assessment set episode_id = 3 where assessment_id = 5', $$select move_assessment(5, 3, 'x')$$, 'exists (select from assessment where assessment_id = 5 and episode_id = 3)');
select followed('S02', 'Use move_conversation, with the reason.', $$select record_conversation(5, '2024-02-10')$$, $$update conversation set family_id = 3 where held_on = '2024-02-10'$$, $$select move_conversation(conversation_id, 3, 'x') from conversation where held_on = '2024-02-10'$$,
    $$exists (select from conversation where family_id = 3 and held_on = '2024-02-10')$$);
select followed('S02', 'Use correct_review, with the reason.', $$select hold_review(5, 'extend', '2024-03-01')$$, $$update review set decision = 'complete', next_review_due_on = null$$, $$select correct_review(review_id, 'complete', 'x') from review where plan_id = 5$$,
    $$(select end_reason = 'completed' from plan where plan_id = 5)$$);
select followed('S02', null, $$select merge_children(11, 12, 'x')$$, 'update child_merge set kept_child_id = 91', $$select unmerge_children(child_merge_id, 'x'), merge_children(91, 12, 'x') from child_merge$$, 'kept_child(12) = 91');
select followed('S02', 'Record first from when to when the child belonged to the family, in family_member.', '', $$insert into episode_child values (3, 91, '2024-02-01')$$, 'insert into family_member (family_id, child_id) values (3, 91)');
select followed('S02', 'Record first from when to when the child belonged to the family, in family_member.', $$insert into family_member (family_id, child_id) values (9, 11); select merge_children(12, 11, 'x'); select open_episode(9, '2024-02-01')$$,
    $$select unmerge_children(child_merge_id, 'x') from child_merge$$, 'insert into family_member (family_id, child_id) values (9, 12)');
insert into adult (adult_id) values (51);
select followed('S02', 'Record first from when to when the adult belonged to the family, in family_adult.', $$insert into review (review_id, plan_id, held_on, decision) values (500, 5, '2024-03-01', 'extend')$$,
    $$insert into review_participant (review_id, party, adult_id, present) values (500, 'family', 51, true)$$, $$insert into family_adult (family_id, adult_id, role) values (5, 51, 'parent')$$);
select followed('S02', 'Set left_on; who was of a family stays so.', '', 'delete from family_member where child_id = 51', $$update family_member set left_on = '2024-05-01' where child_id = 51$$, 'not exists (select from children_to_support(5, ''2024-05-01'') c where c = 51)');
select followed('S02', 'Name another referral, or none; if that episode was opened in error, set its referral_id to null.',
    referral(91, '2024-02-10') || $$select open_episode(9, '2024-02-10', referral_id => referral_id) from referral; select close_episode(episode_id, 'opened_in_error', '2024-02-12', null, 'x') from episode where family_id = 9;$$,
    $$select open_episode(9, '2024-02-12', referral_id => referral_id) from referral$$, does, reached)
from (values ($$select open_episode(9, '2024-02-12')$$, 'exists (select from episode where family_id = 9 and closed_on is null)'), ('update episode set referral_id = null where family_id = 9', null)) v (does, reached);
select followed('S02', 'Set declined_on of the referral to null if it was declined by mistake, or open the episode without it.', referral(91, '2024-02-10') || $$select decline_referral(referral_id, '2024-02-11') from referral$$,
    $$select open_episode(9, '2024-02-12', referral_id => referral_id) from referral$$, does, reached)
from (values ($$select open_episode(9, '2024-02-12')$$, 'exists (select from episode where family_id = 9)'), ('update referral set declined_on = null', null)) v (does, reached);
select followed('S02', 'Close the episode, or set its referral_id to null if it does not answer this referral.', referral(91, '2024-02-10') || $$select open_episode(9, '2024-02-10', referral_id => referral_id) from referral$$,
    $$select decline_referral(referral_id, '2024-02-12') from referral$$, 'update episode set referral_id = null where family_id = 9');
select followed('S02', 'Take assessment_id out of that record first. Versions of an EHA are not moved: record it anew, and blank the wrong one with blank_domain.', 'update plan set assessment_id = 5 where plan_id = 5', $$select move_assessment(5, 3, 'x')$$,
    'update plan set assessment_id = null where plan_id = 5');
select followed('S02', 'Take assessment_id out of that record first. Versions of an EHA are not moved: record it anew, and blank the wrong one with blank_domain.', completed(4) || new_version(4), $$select move_assessment(4, 3, 'x')$$,
    $$select blank_domain(a, 'parenting_and_caring', 'x') from unnest('{4,400}'::bigint[]) a; insert into assessment (assessment_id, episode_id, started_on) values (300, 3, '2024-01-08');$$ || completed(300), 'exists (select from assessment where episode_id = 3 and completed_on is not null)');
select followed('S02', 'Update it, or add another row after it; early_help.drop_partnership is for a whole partnership.', '', 'delete from partnership', 'update partnership set family_outcomes_plan_review_weeks = 10', '(select family_outcomes_plan_review_weeks = 10 from partnership)');
select followed('S02', hint, $$select record_conversation(9, '2099-01-01'); select answer_query(rule, record, record_id, 'x') from early_help.audit('town', cells => 'none')$$, refused,
    $$insert into audit_answer (rule, table_name, record_id, detail, reason) select rule, table_name, record_id, detail, 'y' from audit_answer$$, $$exists (select from audit_answer where reason = 'y')$$)
from (values (null, $$update audit_answer set reason = 'y'$$), ('Update it, or add another row after it; early_help.drop_partnership is for a whole partnership.', 'delete from audit_answer')) v (hint, refused);
-- What can be made anew can be removed.
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into group_programme (group_programme_id, service_id, name, starts_on) values (1, 1, 'Parenting group', '2024-02-01'), (2, 1, 'Drop-in', '2024-02-01');
select followed('S02', null, format(made, wrong), format('update %s set %I = %s where %s', table_name, col, corrected, which), format('delete from %s where %s;', table_name, which) || format(made, corrected),
    format('exists (select from %s where %s and %I = %s)', table_name, which, col, corrected))
from (values ('feedback', $$insert into feedback (episode_id, given_by, given_on, timely) values (%s, 'child', '2024-03-01', true)$$, 'episode_id', 'timely', 5, 4),
    ('service_request', $$insert into service_request (family_id, primary_need_code, requested_on) values (%s, 'N1', '2024-03-01')$$, 'family_id', $$primary_need_code = 'N1'$$, 5, 4),
    ('sharing_decision', $$insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (%s, 2, '2024-02-01', true, 'safeguarding', 'x')$$, 'family_id', 'shared', 5, 4),
    ('case_audit', $$insert into case_audit (episode_id, audited_on, grade, auditor_practitioner_id) values (%s, '2024-03-01', 'good', 3)$$, 'episode_id', $$grade = 'good'$$, 5, 4),
    ('group_session', $$insert into group_session (group_programme_id, held_on) values (%s, '2024-03-01')$$, 'group_programme_id', $$held_on = '2024-03-01'$$, 1, 2),
    ('family_member', 'insert into family_member (family_id, child_id) values (%s, 191)', 'family_id', 'child_id = 191 and family_id <> 19', 1, 2),
    ('lead_practitioner', $$insert into lead_practitioner values (%s, '2024-02-20', 2)$$, 'episode_id', 'practitioner_id = 2', 5, 4),
    ('assessment', $$insert into assessment (episode_id, child_id, started_on) values (5, %s, '2024-02-01')$$, 'child_id', $$started_on = '2024-02-01'$$, 51, 52),
    ('consent', $$insert into consent (family_id, given_by, given_on) values (%s, 'carer', '2024-02-01')$$, 'family_id', $$given_by = 'carer'$$, 5, 4)) v (table_name, made, col, which, wrong, corrected);
select followed('S02', 'Name an outcome of the action''s plan as plan_outcome_id, or leave it out.', $$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (500, 5, '2024-02-10'), (800, 8, '2024-02-10')$$, $$select add_action(5, '2024-03-01', 'x', '2024-02-10', plan_outcome_id => 800)$$, does, 'exists (select from action where plan_id = 5)')
from unnest(array[$$select add_action(5, '2024-03-01', 'x', '2024-02-10', plan_outcome_id => 500)$$, $$select add_action(5, '2024-03-01', 'x', '2024-02-10')$$]) does;
select followed('S02', 'Name an episode of the request''s family as episode_id, or leave it out.', '', $$insert into service_request (family_id, episode_id, primary_need_code, requested_on) values (5, 4, 'N1', '2024-03-01')$$, does, 'exists (select from service_request where family_id = 5)')
from unnest(array[$$insert into service_request (family_id, episode_id, primary_need_code, requested_on) values (5, 5, 'N1', '2024-03-01')$$, $$select request_service(5, 'N1', '2024-03-01')$$]) does;
insert into feedback_request (feedback_request_id, episode_id, group_programme_id, asked_on) values (1, 4, null, '2024-03-01'), (2, 5, null, '2024-03-01'), (3, null, 1, '2024-03-01'), (4, null, 2, '2024-03-01');
create function public.answer(request text, episode text, programme text) returns text language sql as $$
    select format('insert into feedback (feedback_request_id, episode_id, group_programme_id, given_by, given_on, timely) values (%s, %s, %s, ''child'', ''2024-03-02'', true)', request, episode, programme);
$$;
select followed('S02', hint, '', answer(wrong, episode, programme), answer(corrected, episode, programme), 'exists (select from feedback)')
from (values ('Name the episode that the family was asked about, or leave feedback_request_id out.', '1', '2', '5', 'null'), ('Name the episode that the family was asked about, or leave feedback_request_id out.', '1', 'null', '5', 'null'),
    ('Name the group that was asked about, or leave feedback_request_id out.', '3', '4', 'null', '2'), ('Name the group that was asked about, or leave feedback_request_id out.', '3', 'null', 'null', '2')) v (hint, wrong, corrected, episode, programme);

-- S03 to S06: what the rules alone write, TRUNCATE, ids, corrections.
select followed('S03', null, '', $$update episode set state = 'planned' where episode_id = 4$$, $$select start_plan(4, '2024-02-01')$$, $$(select state = 'planned' from episode where episode_id = 4)$$);
select followed('S03', null, '', refused, $$select open_episode(9, '2024-01-01', lead_practitioner_id => 1)$$, $$(select state = 'allocated' from episode where family_id = 9)$$)
from unnest(array[$$insert into episode (family_id, opened_on, state) values (9, '2024-01-01', 'allocated')$$,
    $$insert into level_change (child_id, change_number, level_from, level_to, event, changed_on) values (91, 1, 'universal', 'early_help', 'refer', '2024-01-01')$$]) refused;
select followed('S03', 'Use merge_children, or unmerge_children to undo a merge.', given, refused, does, reached)
from (values ('', 'update child set merged_into_child_id = 11 where child_id = 12', $$select merge_children(11, 12, 'x')$$, 'kept_child(12) = 11'),
    ($$select merge_children(11, 12, 'x')$$, 'update child set merged_into_child_id = 91 where child_id = 12', $$select unmerge_children(child_merge_id, 'x'), merge_children(91, 12, 'x') from child_merge$$, 'kept_child(12) = 91')) v (given, refused, does, reached);
select followed('S03', 'Leave withdrawal_recorded_at out: it is set with withdrawn_on.', '', $$update consent set withdrawal_recorded_at = now() where consent_id = 5$$, $$update consent set withdrawn_on = '2024-03-01' where consent_id = 5$$,
    '(select withdrawal_recorded_at is not null from consent where consent_id = 5)');
select followed('S03', 'Leave it out: it is the agency of the auditor.', $$insert into case_audit (case_audit_id, episode_id, audited_on, grade, auditor_practitioner_id) values (500, 5, '2024-03-01', 'good', 3)$$,
    $$update case_audit set auditor_agency_id = 1, grade = 'inadequate'$$, $$update case_audit set grade = 'inadequate'$$, $$(select grade = 'inadequate' from case_audit)$$);
select followed('S03', 'Leave it out: it is the agency of who led the episode on audited_on.', $$insert into case_audit (case_audit_id, episode_id, audited_on, grade, auditor_practitioner_id) values (500, 5, '2024-03-01', 'good', 3)$$,
    $$update case_audit set lead_agency_id = 2, grade = 'inadequate'$$, $$update case_audit set grade = 'inadequate'$$, $$(select grade = 'inadequate' from case_audit)$$);
select followed('S04', null, $$select add_action(5, '2024-03-01', 'x', '2024-02-10')$$, 'truncate action', 'delete from action', 'not exists (select from action)');
select followed('S05', null, $$insert into action (action_id, plan_id, owned_by_family, agreed_on, due_on) values (500, 5, true, '2024-02-10', '2024-03-01')$$, $$select finish_action(987, '2024-02-20')$$, $$select finish_action(500, '2024-02-20')$$, 'exists (select from action where done_on is not null)');
select followed('S05', null, '', refused, does, reached)
from (values ($$select add_outcome(987, 'x', '2024-02-10')$$, $$select add_outcome(5, 'x', '2024-02-10')$$, 'exists (select from plan_outcome)'), ($$select hold_review(987, 'extend', '2024-03-01')$$, $$select hold_review(5, 'extend', '2024-03-01')$$, 'exists (select from review where plan_id = 5)'),
    ($$insert into consent (family_id, given_by, given_on) values (987, 'parent', '2024-02-10')$$, $$insert into consent (family_id, given_by, given_on) values (9, 'parent', '2024-02-10')$$, '(select count(*) = 2 from consent where family_id = 9)')) v (refused, does, reached);
select followed('S05', 'early_help.audit lists the queries that are.', $$select record_conversation(9, '2099-01-01')$$, $$select answer_query('Q03', 'conversation', 987, 'x')$$,
    $$select answer_query(rule, record, record_id, 'x') from early_help.audit('town', cells => 'none')$$, 'exists (select from audit_answer)');
select followed('S06', null, '', $$select undo_allocation(3, ' ')$$, $$select undo_allocation(3, 'x')$$, $$(select state = 'waiting' from episode where episode_id = 3)$$);
select followed('S06', null, $$select undo_allocation(3, 'x')$$, $$update correction set reason = 'y'$$, $$insert into correction (table_name, record_id, column_name, value_before, reason) values ('episode', 3, 'allocated_on', '2024-01-05', 'y')$$, '(select count(*) = 2 from correction)');

select followed('S06', null, '', $$insert into correction (table_name, record_id, column_name, reason) values ('episode', 3, 'allocated_on', 'y')$$,
    $$insert into correction (table_name, record_id, column_name, value_before, reason) values ('episode', 3, 'allocated_on', '2024-01-05', 'y')$$, 'exists (select from correction)');

select followed('S06', 'Name the domain in which it stands.', $$select assess_domain(4, 'health_and_wellbeing', '2024-01-25'), assess_domain(4, 'parenting_and_caring', '2024-01-25', 'somebody is named')$$,
    $$select blank_domain(4, 'health_and_wellbeing', 'x')$$, $$select blank_domain(4, 'parenting_and_caring', 'x')$$, $$exists (select from correction where table_name = 'assessment_domain')$$);

-- S07 to S09: recorded once, days, codes.
select followed('S07', null, '', $$insert into agency (agency_id, name, sector) values (9, 'Oak School', 'health')$$, does, $$exists (select from agency where sector = 'health')$$)
from unnest(array[$$update agency set sector = 'health' where name = 'Oak School'$$, $$insert into agency (agency_id, name, sector) values (9, 'Oak Surgery', 'health')$$]) does;
select followed('S07', 'Give each record a source_ref of its own. To change what was recorded, write to that row.', $$select start_plan(3, '2024-02-01', source_ref => 'a')$$, $$select start_plan(3, '2024-02-05', source_ref => 'a')$$, does, $$exists (select from plan where started_on = '2024-02-05')$$)
from unnest(array[$$select start_plan(3, '2024-02-05', source_ref => 'b')$$, $$update plan set started_on = '2024-02-05' where source_ref = 'a'$$]) does;
select followed('S07', 'Leave position out: the outcome then takes the lowest one that is free.', $$select add_outcome(5, 'x', '2024-02-10')$$, $$insert into plan_outcome (plan_id, agreed_on, position) values (5, '2024-02-10', 1)$$, $$insert into plan_outcome (plan_id, agreed_on) values (5, '2024-02-10')$$,
    '(select count(*) = 2 from plan_outcome where plan_id = 5)');
select followed('S08', null, '', $$select withdraw_consent(5, '2023-03-01')$$, $$select withdraw_consent(5, '2024-03-01')$$, 'exists (select from consent where consent_id = 5 and withdrawn_on is not null)');
select followed('S08', null, '', $$insert into feedback (episode_id, given_by, given_on, timely) values (5, 'child', '2023-03-01', true)$$, $$insert into feedback (episode_id, given_by, given_on, timely) values (5, 'child', '2024-03-01', true)$$, 'exists (select from feedback)');
select followed('S08', null, $$insert into feedback (group_programme_id, given_by, given_on, timely) values (1, 'child', '2024-02-10', true)$$, $$update group_programme set starts_on = '2024-02-20' where group_programme_id = 1$$, $$update feedback set given_on = '2024-02-20'$$);
select followed('S08', 'Check the year: days of the record are from 1900-01-01 to 2100-12-31.', '', $$select record_conversation(5, '3024-02-10')$$, $$select record_conversation(5, '2024-02-10')$$, $$exists (select from conversation where held_on = '2024-02-10')$$);
select followed('S08', 'Correct agreed_on, or started_on of the plan.', '', $$select add_outcome(5, 'x', '2024-01-20')$$, does, reached)
from (values ($$select add_outcome(5, 'x', '2024-02-20')$$, 'exists (select from plan_outcome where plan_id = 5)'), ($$update plan set started_on = '2024-01-20', review_due_on = '2024-03-10' where plan_id = 5$$, null)) v (does, reached);
select followed('S08', 'Correct agreed_on of what was agreed before, then the start of the plan.', $$select add_outcome(5, 'x', '2024-02-01')$$, $$update plan set started_on = '2024-02-05' where plan_id = 5$$, $$update plan_outcome set agreed_on = '2024-02-05'$$);
select followed('S09', 'Use a code of primary_need, such as N0, N1, N2, N3, N4, N5, N6, N7, N8, N9.', '', $$select record_contact(11, '6', 'N77', '2024-02-10')$$, $$select record_contact(11, '6', 'N1', '2024-02-10')$$, 'exists (select from contact_child)');
select followed('S09', null, $$insert into primary_need (code, label, local) values ('L1', 'x', true); select record_contact(11, '6', 'L1', '2024-02-10'); delete from contact_child; delete from primary_need where code = 'L1'$$, $$select record_contact(11, '6', 'L1', '2024-02-10')$$, does, reached)
from (values ($$select record_contact(11, '6', 'N1', '2024-02-10')$$, 'exists (select from contact_child)'), ($$insert into primary_need (code, label, local) values ('L1', 'x', true)$$, null)) v (does, reached);

-- S10, S11: what others rest on, and what belongs together.
select followed('S10', null, '', 'delete from practitioner where practitioner_id = 1', $$update practitioner set active_to = '2024-12-31' where practitioner_id = 1$$, '(select active_to is not null from practitioner where practitioner_id = 1)');
select followed('S10', null, '', 'delete from family where family_id = 9', 'delete from family_member where family_id = 9; delete from conversation where family_id = 9; delete from consent where family_id = 9');
select followed('S11', 'Give the day. A withdrawal that was recorded wrongly is mended by correct_withdrawal.', $$select withdraw_consent(5, '2024-03-01')$$, $$select withdraw_consent(5, null)$$, $$select correct_withdrawal(5, null, 'x')$$, '(select withdrawn_on is null from consent where consent_id = 5)');
select followed('S11', 'Give the day; left out, it is today.', $$insert into action (action_id, plan_id, owned_by_family, agreed_on, due_on) values (500, 5, true, '2024-02-10', '2024-03-01')$$, $$select finish_action(500, null)$$, $$select finish_action(500)$$, '(select done_on = current_date from action where action_id = 500)');
select followed('S11', 'Give the day on which it was dropped.', $$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (500, 5, '2024-02-10')$$, $$select withdraw_outcome(500, null)$$, $$select withdraw_outcome(500, '2024-02-20')$$, '(select withdrawn_on is not null from plan_outcome where plan_outcome_id = 500)');
select followed('S11', null, '', $$insert into action (plan_id, agreed_on, due_on) values (5, '2024-02-10', '2024-03-01')$$, $$insert into action (plan_id, agreed_on, due_on, owned_by_family) values (5, '2024-02-10', '2024-03-01', true)$$, 'exists (select from action)');
select followed('S11', 'Check contact_id, and leave received_on and source_code out: they are taken from the contact.', $$insert into contact (contact_id, received_on, source_code) values (500, '2024-02-10', '6')$$,
    $$insert into contact_child (contact_id, child_id, primary_need_code, received_on, source_code) values (500, 11, 'N1', '2024-02-11', '6')$$, $$insert into contact_child (contact_id, child_id, primary_need_code) values (500, 11, 'N1')$$, 'exists (select from contact_child)');
select followed('S11', 'Check contact_child_id, and set the decision of that contact to referral first; a referral without a contact leaves it out.', $$select record_contact(91, '6', 'N1', '2024-02-10')$$,
    $$insert into referral (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code) select contact_child_id, 91, 9, '2024-02-10', '6', 'N1' from contact_child$$, does, reached)
from (values ($$update contact_child set decision = 'referral'$$, null), (referral(91, '2024-02-10'), 'exists (select from referral)')) v (does, reached);

-- M01: one child under two numbers.
select followed('M01', null, '', $$select merge_children(11, 31, 'x')$$, does, reached)
from (values ($$select merge_children(31, 11, 'x')$$, 'kept_child(11) = 31'), ($$select close_episode(3, 'moved_away', '2024-02-01', null, 'x')$$, null)) v (does, reached);
select followed('M01', null, $$select merge_children(11, 12, 'x')$$, $$select merge_children(12, 11, 'x')$$, $$select unmerge_children(child_merge_id, 'x') from child_merge$$);
select followed('M01', 'Merge the other way round, or step the duplicate down first.', stepped_up('2024-02-01', 91), $$select merge_children(11, 91, 'x')$$, does, reached)
from (values ($$select merge_children(91, 11, 'x')$$, 'kept_child(11) = 91'), (stepped_to_universal('2024-03-01', 91), null)) v (does, reached);
select followed('M01', 'Undo the merge first, with unmerge_children.', given, wanted, $$select unmerge_children(child_merge_id, 'x') from child_merge$$)
from (values ($$select close_episode(3, 'moved_away', '2024-02-01', null, 'x'), merge_children(31, 32, 'x')$$, $$select undo_closure(3, 'x')$$),
    (stepped_up('2024-02-01', 11) || stepped_up('2024-02-01', 12) || $$select merge_children(11, 12, 'x')$$, $$select undo_decision(step_id, 'x') from step where child_id = 11$$)) v (given, wanted);
select followed('M01', 'Write it for child_id 11.', $$select merge_children(11, 12, 'x')$$, refused, does, reached)
from (values ($$insert into conversation (family_id, child_id, held_on) values (1, 12, '2024-02-01')$$, $$insert into conversation (family_id, child_id, held_on) values (1, 11, '2024-02-01')$$, 'exists (select from conversation where child_id = 11)'),
    ($$update child set sex_code = 'F' where child_id = 12$$, $$update child set sex_code = 'F' where child_id = 11$$, $$(select sex_code = 'F' from child where child_id = 11)$$)) v (refused, does, reached);
select followed('M01', 'Undo the earlier merge first, or merge that child into this one.', $$select merge_children(11, 12, 'x')$$, $$select merge_children(91, 12, 'x')$$, does, reached)
from (values ($$select unmerge_children(child_merge_id, 'x') from child_merge$$, null), ($$select merge_children(91, 11, 'x')$$, 'kept_child(12) = 91')) v (does, reached);
select followed('M01', 'Name two children: the one that is kept, and its duplicate.', '', $$select merge_children(11, 11, 'x')$$, $$select merge_children(11, 12, 'x')$$, 'kept_child(12) = 11');
select followed('M01', 'Say in reason how it is known that the two are one child.', '', $$select merge_children(11, 12, ' ')$$, $$select merge_children(11, 12, 'x')$$, 'kept_child(12) = 11');
select followed('M01', hint, $$select merge_children(11, 12, 'x')$$, refused, $$select unmerge_children(child_merge_id, 'x') from child_merge$$, 'kept_child(12) = 12')
from (values ('Undo the merge with unmerge_children, which sets both.', 'update child_merge set undone_on = current_date'),
    ('Give the day of the merge or a later one as undone_on.', $$select unmerge_children(child_merge_id, 'x', current_date - 1) from child_merge$$)) v (hint, refused);

-- A value that is missing is named.
select followed('', 'Give a value for agreed_on.', '', 'insert into plan_outcome (plan_id) values (5)', $$insert into plan_outcome (plan_id, agreed_on) values (5, '2024-02-10')$$, 'exists (select from plan_outcome)');
select followed('', 'Use ids from -9223372036854775807 on.', '', $$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (-9223372036854775808, 5, '2024-02-10')$$,
    $$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (-9223372036854775807, 5, '2024-02-10')$$, 'exists (select from plan_outcome)');
select followed('', 'Use a number from 1 to 3.', '', 'select 4::early_help.need_level', 'select 3::early_help.need_level', 'true');
select followed('', $$Give cells => 'none', 'sample' or 'whole'.$$, '', $$select * from early_help.audit('town', cells => 'all')$$, $$select * from early_help.audit('town', cells => 'none')$$, 'true');
select followed('', '\d partnership shows what the constraint asks.', '', 'update partnership set family_outcomes_plan_most_outcomes = 0', 'update partnership set family_outcomes_plan_most_outcomes = 3', '(select family_outcomes_plan_most_outcomes = 3 from partnership)');

-- P: partnerships.
select followed('P01', null, '', $$select early_help.rename_partnership('town', 'pg_town')$$, $$select early_help.rename_partnership('town', 'city')$$, $$to_regclass('city.plan') is not null$$);
select followed('P02', null, 'create schema city', $$select early_help.rename_partnership('town', 'city')$$, $$select early_help.rename_partnership('town', 'village')$$, $$to_regclass('village.plan') is not null$$);
select followed('P03', null, '', $$select early_help.rename_partnership('twon', 'city')$$, $$select early_help.rename_partnership(name, 'city') from early_help.partnerships()$$, $$to_regclass('city.plan') is not null$$);
select followed('P04', 'To give the records up for good, first run: select early_help.drop_partnership(''town'');', 'drop view public.finding', 'drop extension early_help cascade', $$select early_help.drop_partnership('town')$$);
select followed('P05', null, '', $$select early_help.drop_partnership('town')$$, does, reached)
from (values ('drop view public.finding', null), ($$select early_help.drop_partnership('town', cascade => true)$$, $$to_regnamespace('town') is null$$)) v (does, reached);
select followed('P07', null, '', 'update partnership set training = true', $$select early_help.create_partnership('hamlet', training => true)$$, '(select training from hamlet.partnership)');
create extension early_help_sample;
select followed('P08', null, '', $$select early_help_sample.generate_sample('town', 1, '2024-01-01', '2024-01-31')$$,
    $$select early_help.create_partnership('hamlet', training => true), early_help_sample.generate_sample('hamlet', 1, '2024-01-01', '2024-01-31')$$, 'exists (select from hamlet.family)');

-- K, F: figures, and what is published.
create function public.followed_outside(rule text, hint text, said text, then_said text) returns text language plpgsql as $$
begin
    insert into public.heard values (rule, hint, coalesce(substring(said from 'DETAIL:  ([^\n]*)'), ''));
    return is(concat_ws(' ', substring(said from 'HINT:  ([^\n]*)'), nullif(then_said, '')), coalesce(hint, (select r.hint from early_help.rules() r where r.rule = followed_outside.rule)), rule || ', by itself');
end
$$;
select followed_outside(rule, hint, said, then_said)
from (values ('K01', null, :'in_a_block', :'by_itself'), ('K01', null, :'at_repeatable_read', :'by_itself'), ('K02', null, :'as_another', :'by_itself'),
    ('K01', 'Call it by itself, with autocommit on: CALL early_help.run_due(''name'').', :'due_in_a_block', :'due_by_itself'),
    ('K01', 'Call it by itself: CALL early_help.run_due(''name'').', :'due_at_repeatable_read', :'due_by_itself')) v (rule, hint, said, then_said);
select followed('K03', null, '', $$insert into stale_mark values ('contact_child', '-infinity', 'infinity', 'infinity')$$, $$select early_help.mark_all_stale('town')$$, 'exists (select from stale_mark)');
select followed('F01', null, $$select publish_figures('2018-04', 1, '2018-05-03')$$, $$update publication set note = 'x'$$, $$select publish_figures('2018-04', 1, '2018-05-03', 'x')$$, $$(select note = 'x' from publication where version = 2)$$);
select followed('F02', null, '', $$select publish_figures('April 2018', 1, '2018-05-03')$$, $$select publish_figures('2018-04', 1, '2018-05-03')$$, 'exists (select from publication)');
select followed('F03', null, '', $$select publish_figures('2018/19', 1, '2018-05-03')$$, $$select publish_figures('2018-04', 1, '2018-05-03')$$, 'exists (select from publication)');
select followed('F02', 'Give a financial year, such as 2018/19.', '', $$select publish_year('2017/18 Q1', 1, '2018-05-03')$$, $$select publish_year('2017/18', 1, '2018-05-03')$$, 'exists (select from publication)');

-- I: what the import leaves aside goes in once it is right.
create function public.taken(rule text, wrong text, does text, corrected text) returns text language plpgsql as $$
declare
    reasons text;
    loaded record;
begin
    execute wrong;
    select * into loaded from import_contacts();
    select string_agg(distinct r.rule, ' ') into reasons from import_reject r;
    delete from import_reject;
    execute does;
    execute corrected;
    select * into loaded from import_contacts();
    insert into public.heard values (rule, null, '');
    return is(format('%s; then %s', reasons, loaded.rejected), rule || '; then 0', rule || ': the import takes it when it is right');
end
$$;
create function public.inbox(contact_ref text, received_on text default '2024-02-10', decision text default 'information and advice', primary_need_code text default 'N1', reason text default 'x') returns text language sql as $$
    select format('insert into inbox_contact values (%L, %L, ''C1'', ''2010-05-06'', null, ''F'', null, ''2A'', %L, %L, %L);', contact_ref, received_on, primary_need_code, reason, decision);
$$;
select taken('I01', inbox('K1', primary_need_code => ''), '', inbox('K1'));
select taken('I02', inbox('K2', '10/02/2024'), '', inbox('K2'));
select taken('I03', inbox('K3', primary_need_code => 'X1'), '', inbox('K3'));
select taken('I03', inbox('K4', primary_need_code => 'X2'), $$insert into primary_need (code, label, local) values ('X2', 'x', true)$$, inbox('K4', primary_need_code => 'X2'));
select taken('I04', inbox('K5', decision => 'referred'), '', inbox('K5', decision => 'referral'));
select taken('I05', inbox('K6') || inbox('K6', '2024-02-11'), '', inbox('K6', '2024-02-11'));
select taken('I07', inbox('K7', reason => repeat('x', 121)), '', inbox('K7', reason => repeat('x', 120)));
select open_episode(family_id, '2024-02-10', referral_id => referral_id) from referral where contact_child_id is not null \g /dev/null
select taken('I06', inbox('K5'), 'update episode set referral_id = null where referral_id is not null', inbox('K5'));

select followed('', 'Give it back the name that create_partnership gave it. early_help.audit lists what is missing.', 'alter table contact_child rename reason to grounds; ' || inbox('K8'), 'select import_contacts()', 'alter table contact_child rename grounds to reason');

-- A, Q: what the audit alone says. It is silent when what the hint says is done.
create function public.silenced(rule text, planted text, does text) returns text language plpgsql as $$
declare
    before text;
    after text;
begin
    begin
        execute planted;
        select string_agg(distinct a.rule, ' ') into before from early_help.audit('town', cells => 'none') a;
        execute does;
        select string_agg(distinct a.rule || ' ' || a.detail, '; ') into after from early_help.audit('town', cells => 'none') a;
        raise sqlstate 'OK000';
    exception when sqlstate 'OK000' then null;
    end;
    insert into public.heard values (rule, null, '');
    return is(concat_ws('; then ', before, after), rule, rule || ': listed, and then no more: ' || does);
end
$$;
select silenced('A01', $$set local session_replication_role = replica; delete from practitioner where practitioner_id = 1; set local session_replication_role = origin$$, $$insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'One')$$);
select silenced('A02', 'alter table plan disable trigger plan_rules', 'alter table plan enable trigger plan_rules');
select silenced('A02', 'alter table plan enable trigger zz_check_row', 'alter table plan enable always trigger zz_check_row');
select silenced('A03', 'alter table plan owner to passer_by', 'alter table plan owner to current_user');
select silenced(rule, planted, does)
from (values ('Q01', $$select record_contact(191, '6', 'N1', '2024-06-01')$$, $$update contact set received_on = '2025-05-01' where contact_id = (select max(contact_id) from contact)$$),
    ('Q02', referral(91, '2024-02-10') || $$update child set birth_date = '1990-01-01' where child_id = 91$$, $$update child set birth_date = '2015-01-01' where child_id = 91$$),
    ('Q03', $$select record_conversation(9, '2099-01-01')$$, $$update conversation set held_on = '2019-01-01' where held_on = '2099-01-01'$$),
    ('Q04', $$update practitioner set active_to = '2024-01-01' where practitioner_id = 1$$, $$update practitioner set active_to = '2024-12-01' where practitioner_id = 1$$),
    ('Q05', 'update episode set closure_agreed_on = closed_on + 1 where episode_id = 7', 'update episode set closure_agreed_on = closed_on where episode_id = 7'),
    ('Q06', $$select withdraw_consent(7, '2024-03-01')$$, $$update episode set closure_reason_code = 'consent_withdrawn' where episode_id = 7$$)) p (rule, planted, corrected),
    unnest(array[corrected, $$select answer_query(a.rule, a.record, a.record_id, 'x') from early_help.audit('town', cells => 'none') a$$]) does;

-- Every hint is followed, or it stands here why not.
create table public.left_out (rule text, hint text, detail text, why text);
insert into public.left_out (rule, why) values
    ('R21', 'no history is kept yet'),
    ('P06', 'Citus raises it, and test/t/sharded.pl follows it'),
    ('K04', 'cells are planted in audit_cells.sql, and marked there'),
    ('A04', 'it takes another version, and test/t/upgrade.pl walks to one');
insert into public.left_out (rule, hint, detail, why)
select rule, '', '%' || detail, 'a trigger refuses it before, or does not let it come to that'
from (values ('R01', 'an outcome has no position exactly when it is withdrawn'), ('R03', 'a completed plan, and no other, names the review that completed it'), ('R07', 'allocated_on is the day the first lead practitioner begins'),
    ('R07', 'an open episode is waiting exactly while it has no lead practitioner'), ('R11', 'a child''s level changes one after another'), ('R14', 'an episode with closed_on, and no other, is in state closed'),
    ('R14', 'closed_on is not before allocated_on'), ('R14', 'reopened_on is not before closed_on'), ('R14', 'a reopening has a reason'), ('M01', 'a child does not count for itself by a merge'), ('S05', 'there is a plan with this plan_id, of the kind that plan_kind says'),
    ('S01', 'episode_id % has no event that closed it'), ('F02', 'first_month and next_month are those of a month, a financial quarter or a financial year')) v (rule, detail)
union all
select rule, '', '%' || detail, 'two sessions that meet: test/isolation'
from (values ('R06', 'the days of two episodes of a family do not overlap'), ('R06', 'a family has one open episode'), ('R12', 'a child has one open step'), ('S02', 'a referral is answered by one episode')) v (rule, detail);
insert into public.left_out (rule, hint, why)
select '', hint, why
from (values ('another session was first', array['Run the transaction again.', 'Run import_contacts() again.', 'Nothing was changed. End long queries %', 'SELECT * FROM early_help.partnerships(); shows its version %']),
    ('the owner''s tables are not as made, which altered_tables.sql, odd_tables.sql and owner_code.sql follow', array['Give it back the type %', 'Everything in a partnership''s schemas belongs to one role: %', 'Put it back as create_partnership laid it down; %',
        'Keep a partnership''s tables local: %', 'Give column % back the type %', 'A trigger of somebody''s own on table %', 'Make it GENERATED ALWAYS AS %', 'Give the column the type early_help.event_date.', 'Drop "%".', 'Give column, code list and column of the day for each code.',
        'The data are damaged: %', 'Send a byte from 1 to %.', 'Compare with the table of another partnership.']),
    ('another role does it: audit.sql, engine_guard.sql and execute_list.sql', array['SET ROLE to the %', 'Whoever reads figures needs USAGE on schema %', 'As the owner of the database: SELECT early_help.grant_ownership(%', 'reader: of the figures; writer: of the records.']),
    ('who defines figures reads docs/kpis.md: kpi_cubes.sql, kpi_sources.sql, replaced_cubes.sql, kpi_stale_marks.sql and definitions.sql', array['Say it in extension/partnership/columns.tsv, %', 'SET search_path = <partnership>_kpi, %', 'Table kpi_cube lists them.', 'docs/kpis.md shows how; %', 'Name in counts what the rows count: %', 'early_help.replace_kpi_cube gives it %', 'Sum the cubes that those sum.', 'Table published_table lists them.', 'Revoke SELECT on its view, %', 'Define a new table beside it: %',
        'Give it another name.', 'A source is the first argument of a trigger that marks, %', 'Write it with a body in SQL %', 'Name it: from_cubes => %', 'early_help.audit tells more; define_kpi_cube %', 'early_help.mark_all_stale marks all there are.', 'Give another name to a count %', 'A percentage gives away %']),
    ('who sets up the server and its partnerships', array['Drop it, or import in another session.', 'Left out, %. Table partnership has it, %', 'Add the bank holidays of the coming years %', 'Make one with: createdb %', 'Bring the files of the versions between, %']),
    ('made-up records: generate_sample.sql', array['Give the number of families to make up.', 'Give the first and the last day of the case histories.', 'Exchange the two days.', 'Give a shorter period.', 'Give a whole number, or leave seed out.', 'Drop it, or give it another name for as long.'])) v (why, hints),
    unnest(hints) hint;
select is_empty($$select rule, name from early_help.rules() r where rule not in (select rule from public.heard) and rule not in (select l.rule from public.left_out l where l.hint is null)$$, 'every rule''s hint is followed');
-- The same hint of one rule may come from several places: each is followed, but for those of ids and of what owners write.
select is_empty($$select * from public.place p
    where (p.hint <> '' or p.rule ~ '^([RM]|S0[1-4678])')
        and not exists (select from public.heard h where h.rule = p.rule and h.detail like p.detail and case when p.hint = '' then h.hint is null else h.hint like p.hint end)
        and not exists (select from public.left_out l where l.rule = p.rule and p.hint like l.hint and p.detail like coalesce(l.detail, '%'))$$, 'so is the hint of each place');
select is_empty($$select * from public.left_out l where l.hint is not null
    and not exists (select from public.place p where p.rule = l.rule and p.hint like l.hint and p.detail like coalesce(l.detail, '%'))$$, 'and nothing is left out that is not there');

select * from finish();
rollback;
