-- The rules that a case journey and a bulk load touch, as one would write them in PL/pgSQL: the same
-- looks at the same tables, the same locks, the same rows that follow. Left out, in PL/pgSQL's favour:
-- code_valid (R20), the words of check_row, what is recorded late, and what mends a mistake.
set search_path = rules_plpgsql;

create function next_state(state early_help.episode_state, event early_help.continuum_event)
returns early_help.episode_state
language sql
immutable
begin atomic
    select case
        when event in ('offer_step_up', 'decline_step', 'withdraw', 'offer_step_down') and state <> 'closed' then state
        when event = 'allocate' and state = 'waiting' then 'allocated'::early_help.episode_state
        when event = 'start_assessment' and state in ('allocated', 'assessing', 'planned', 'under_review') then 'assessing'
        when event = 'complete_assessment' and state in ('assessing', 'planned', 'under_review') then state
        when event = 'start_plan' and state in ('allocated', 'assessing', 'planned', 'under_review') then 'planned'
        when event = 'hold_review' and state in ('assessing', 'planned', 'under_review') then 'under_review'
        when event = 'extend' and state = 'under_review' then 'planned'
        when event = 'close' and state <> 'closed' then 'closed'
    end;
end;

create function apply_event(episode_id bigint, event early_help.continuum_event, happened_on date, child_id bigint)
returns void
language plpgsql
as $$
declare
    state_from early_help.episode_state;
    state_to early_help.episode_state;
begin
    select e.state into state_from
    from rules_plpgsql.episode e
    where e.episode_id = apply_event.episode_id
    for no key update;
    state_to := rules_plpgsql.next_state(state_from, event);
    if state_to is null then
        raise exception 'event % is not possible in state %', event, state_from using errcode = 'YHS01';
    end if;
    if state_to <> state_from then
        perform set_config('rules_plpgsql.writing', 'true', true);
        update rules_plpgsql.episode e set state = state_to where e.episode_id = apply_event.episode_id;
        perform set_config('rules_plpgsql.writing', 'false', true);
    end if;
    insert into rules_plpgsql.episode_event (episode_id, event, state_from, state_to, happened_on, child_id)
    values (apply_event.episode_id, event, state_from, state_to, happened_on, apply_event.child_id);
end
$$;

create function change_level(
    child_id bigint, level_from early_help.need_level, level_to early_help.need_level,
    event early_help.continuum_event, episode_id bigint, changed_on date)
returns void
language plpgsql
as $$
declare
    last_number integer := 0;
    now_at early_help.need_level := level_from;
    last record;
begin
    perform from rules_plpgsql.child c where c.child_id = change_level.child_id for no key update;
    select l.change_number, l.level_to into last
    from rules_plpgsql.level_change l
    where l.child_id = change_level.child_id
    order by l.change_number desc
    limit 1;
    if found then
        last_number := last.change_number;
        now_at := last.level_to;
    end if;
    if now_at = change_level.level_to then
        return;
    end if;
    if now_at <> change_level.level_from then
        raise exception 'child % is at level %', child_id, now_at using errcode = 'YH011';
    end if;
    insert into rules_plpgsql.level_change (child_id, change_number, level_from, level_to, event, episode_id, changed_on)
    values (change_level.child_id, last_number + 1, now_at, change_level.level_to, event, change_level.episode_id, changed_on);
end
$$;

create function episode_before() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'INSERT' then
        if new.allocated_on is not null then
            raise exception 'an episode is allocated by its first lead practitioner' using errcode = 'YH007';
        end if;
        if new.closed_on is not null then
            new.state := 'closed';
        elsif new.state <> 'waiting' then
            raise exception 'a new episode is waiting' using errcode = 'YHS03';
        end if;
    else
        if new.family_id <> old.family_id then
            raise exception 'an episode keeps its family' using errcode = 'YHS02';
        end if;
        if new.state is distinct from old.state and coalesce(current_setting('rules_plpgsql.writing', true), '') <> 'true' then
            raise exception 'state is written by the rules' using errcode = 'YHS03';
        end if;
        if new.allocated_on is distinct from old.allocated_on and new.allocated_on is distinct from (
            select min(l.from_on) from rules_plpgsql.lead_practitioner l where l.episode_id = new.episode_id)
        then
            raise exception 'allocated_on is the first lead practitioner''s day' using errcode = 'YH007';
        end if;
        if new.closed_on is not null and new.closed_on is distinct from old.closed_on then
            perform from rules_plpgsql.family f where f.family_id = new.family_id for no key update;
            perform from rules_plpgsql.assessment a
            where a.episode_id = new.episode_id and a.completed_on is null and a.ended_on is null
            for no key update nowait;
            perform from rules_plpgsql.episode_child c
            where c.episode_id = new.episode_id and c.left_on is null
            for no key update nowait;
            perform from rules_plpgsql.plan p where p.episode_id = new.episode_id for no key update;
            perform from rules_plpgsql.plan p join rules_plpgsql.plan_outcome o on o.plan_id = p.plan_id
            where p.episode_id = new.episode_id
            for no key update of o;
            if exists (
                    select from rules_plpgsql.assessment a
                    where a.episode_id = new.episode_id
                        and a.corrects_assessment_id is null
                        and (a.started_on > new.closed_on or a.completed_on > new.closed_on or a.ended_on > new.closed_on))
                or exists (
                    select from rules_plpgsql.plan p
                    where p.episode_id = new.episode_id
                        and (p.started_on > new.closed_on or p.ended_on > new.closed_on))
                or exists (
                    select from rules_plpgsql.plan p join rules_plpgsql.plan_outcome o on o.plan_id = p.plan_id
                    where p.episode_id = new.episode_id
                        and (o.agreed_on > new.closed_on or o.achieved_on > new.closed_on or o.withdrawn_on > new.closed_on))
                or exists (
                    select from rules_plpgsql.assessment a join rules_plpgsql.assessment_domain d on d.assessment_id = a.assessment_id
                    where a.episode_id = new.episode_id
                        and a.corrects_assessment_id is null
                        and d.assessed_on > new.closed_on)
                or exists (
                    select from rules_plpgsql.plan p join rules_plpgsql.action a on a.plan_id = p.plan_id
                    where p.episode_id = new.episode_id
                        and a.agreed_on > new.closed_on)
                or exists (
                    select from rules_plpgsql.step s
                    where s.episode_id = new.episode_id
                        and s.to_level = 'social_care'::early_help.need_level
                        and (s.offered_on > new.closed_on or s.decided_on > new.closed_on))
                or exists (
                    select from rules_plpgsql.contact_child c
                    where c.attached_episode_id = new.episode_id
                        and c.received_on > new.closed_on)
                or exists (
                    select from rules_plpgsql.plan p join rules_plpgsql.review r on r.plan_id = p.plan_id
                    where p.episode_id = new.episode_id
                        and r.held_on > new.closed_on)
                or exists (
                    select from rules_plpgsql.lead_practitioner l
                    where l.episode_id = new.episode_id
                        and l.from_on > new.closed_on)
                or exists (
                    select from rules_plpgsql.episode_child c
                    where c.episode_id = new.episode_id
                        and (c.joined_on > new.closed_on or c.left_on > new.closed_on))
            then
                raise exception 'something is dated after closure' using errcode = 'YH014';
            end if;
            if exists (
                select from rules_plpgsql.step s
                where s.episode_id = new.episode_id
                    and s.outcome is null
                    and s.to_level = 'social_care'::early_help.need_level)
            then
                raise exception 'a step is offered and not decided' using errcode = 'YH012';
            end if;
            if new.closure_reason_code = 'stepped_up' and not exists (
                    select from rules_plpgsql.step s
                    where s.episode_id = new.episode_id and s.outcome = 'accepted' and s.decided_on = new.closed_on
                        and s.to_level = 'social_care'::early_help.need_level)
                or (new.closure_reason_code = 'consent_withdrawn')
                    <> (new.closure_reason_code not in ('stepped_up', 'opened_in_error', 'duplicate', 'died', 'pregnancy_ended')
                        and exists (
                            select from rules_plpgsql.consent c
                            where c.family_id = new.family_id and c.kind = 'take_part'
                                and c.withdrawn_on between new.opened_on and new.closed_on)
                        and not exists (
                            select from rules_plpgsql.consent c
                            where c.family_id = new.family_id and c.kind = 'take_part' and c.given_on <= new.closed_on
                                and (c.withdrawn_on is null or c.withdrawn_on > new.closed_on)))
            then
                raise exception 'it did not close for that reason' using errcode = 'YH014';
            end if;
            new.state := 'closed';
        end if;
    end if;
    if tg_op = 'INSERT' or new.opened_on <> old.opened_on or new.closed_on is distinct from old.closed_on then
        if exists (
            select from rules_plpgsql.episode e
            where e.family_id = new.family_id
                and e.episode_id <> new.episode_id
                and daterange(e.opened_on, case when e.closed_on is not null then greatest(e.closed_on, e.opened_on + 1) end)
                    && daterange(new.opened_on, case when new.closed_on is not null then greatest(new.closed_on, new.opened_on + 1) end))
        then
            raise exception 'the family has an episode on these days' using errcode = 'YH006';
        end if;
        perform from rules_plpgsql.family f where f.family_id = new.family_id for no key update;
        if exists (
            select from rules_plpgsql.referral r
            where r.family_id = new.family_id
                and r.referred_on > new.opened_on
                and (new.closed_on is null or r.referred_on < new.closed_on))
        then
            raise exception 'the family was referred again while this episode was open' using errcode = 'YH016';
        end if;
        if tg_op = 'INSERT' then
            update rules_plpgsql.family f set recorded_at = f.recorded_at where f.family_id = new.family_id;
        end if;
    end if;
    return new;
end
$$;

create function episode_after() returns trigger
language plpgsql
as $$
declare
    supported record;
begin
    if tg_op = 'INSERT' then
        insert into rules_plpgsql.episode_event (episode_id, event, state_from, state_to, happened_on)
        values (new.episode_id, 'refer', null, 'waiting', new.opened_on);
    elsif new.closed_on is not null and old.closed_on is null then
        insert into rules_plpgsql.episode_event (episode_id, event, state_from, state_to, happened_on)
        values (new.episode_id, 'close', old.state, 'closed', new.closed_on);
        for supported in
            select c.child_id from rules_plpgsql.episode_child c
            where c.episode_id = new.episode_id and c.left_on is null
            order by c.child_id
        loop
            if (
                select l.level_to from rules_plpgsql.level_change l
                where l.child_id = supported.child_id order by l.change_number desc limit 1
            ) = 'early_help'::early_help.need_level then
                perform rules_plpgsql.change_level(supported.child_id, 'early_help', 'universal', 'close', new.episode_id, new.closed_on);
            end if;
        end loop;
        update rules_plpgsql.episode_child set left_on = new.closed_on where episode_id = new.episode_id and left_on is null;
        perform set_config('rules_plpgsql.writing', 'true', true);
        update rules_plpgsql.plan set ended_on = new.closed_on, end_reason = 'episode_closed'
        where episode_id = new.episode_id and ended_on is null;
        update rules_plpgsql.assessment set ended_on = new.closed_on, end_reason = 'episode_closed'
        where episode_id = new.episode_id and ended_on is null and completed_on is null;
        perform set_config('rules_plpgsql.writing', 'false', true);
    end if;
    return null;
end
$$;

create function require_member(family_id bigint, child_id bigint)
returns void
language plpgsql
as $$
begin
    perform from rules_plpgsql.family_member m
    where m.family_id = require_member.family_id and m.child_id = require_member.child_id
    limit 1 for key share;
    if not found then
        raise exception 'child % was never of family %', child_id, family_id using errcode = 'YHS10';
    end if;
end
$$;

create function episode_child_after() returns trigger
language plpgsql
as $$
declare
    closed_on date;
begin
    if tg_op = 'INSERT' then
        select e.closed_on into closed_on
        from rules_plpgsql.episode e where e.episode_id = new.episode_id for no key update;
        if new.joined_on > closed_on then
            raise exception 'joined after closure' using errcode = 'YH014';
        end if;
        perform rules_plpgsql.require_member((select e.family_id from rules_plpgsql.episode e where e.episode_id = new.episode_id), new.child_id);
        if exists (
                select from rules_plpgsql.episode_child c
                where c.child_id = new.child_id and c.episode_id <> new.episode_id
                    and (c.left_on is null or c.left_on > new.joined_on))
            or exists (
                select from rules_plpgsql.referral r
                where r.child_id = new.child_id and r.referred_on > new.joined_on and (new.left_on is null or r.referred_on < new.left_on))
        then
            raise exception 'the child is in another episode, or was referred' using errcode = 'YH011';
        end if;
        if coalesce((
            select l.level_to from rules_plpgsql.level_change l
            where l.child_id = new.child_id order by l.change_number desc limit 1
        ), 'universal') = 'universal'::early_help.need_level then
            perform rules_plpgsql.change_level(new.child_id, 'universal', 'early_help', 'refer', new.episode_id, new.joined_on);
        end if;
    elsif new.episode_id <> old.episode_id or new.child_id <> old.child_id then
        raise exception 'a row keeps its episode and child' using errcode = 'YHS02';
    end if;
    return null;
end
$$;

create function lead_practitioner_after() returns trigger
language plpgsql
as $$
declare
    led record;
begin
    select e.state, e.allocated_on, e.closed_on into led
    from rules_plpgsql.episode e where e.episode_id = new.episode_id for no key update;
    if new.from_on > led.closed_on then
        raise exception 'a lead practitioner begins after closure' using errcode = 'YH014';
    end if;
    if tg_op = 'INSERT' and (led.allocated_on is null or new.from_on < led.allocated_on) then
        perform set_config('rules_plpgsql.writing', 'true', true);
        update rules_plpgsql.episode e
        set allocated_on = new.from_on,
            state = case when e.state = 'waiting' then 'allocated' else e.state end
        where e.episode_id = new.episode_id;
        perform set_config('rules_plpgsql.writing', 'false', true);
        if led.state = 'waiting' then
            insert into rules_plpgsql.episode_event (episode_id, event, state_from, state_to, happened_on)
            values (new.episode_id, 'allocate', 'waiting', 'allocated', new.from_on);
        end if;
    end if;
    return null;
end
$$;

create function require_support_may_start(episode_id bigint, event early_help.continuum_event, started_on date)
returns void
language plpgsql
as $$
declare
    supporting record;
begin
    select e.family_id, e.state, e.closed_on into supporting
    from rules_plpgsql.episode e
    where e.episode_id = require_support_may_start.episode_id
    for no key update;
    if started_on > supporting.closed_on then
        raise exception 'started after closure' using errcode = 'YH014';
    end if;
    if rules_plpgsql.next_state(supporting.state, event) is null then
        raise exception 'event % is not possible in state %', event, supporting.state using errcode = 'YHS01';
    end if;
    perform from rules_plpgsql.conversation c
    where c.family_id = supporting.family_id and c.held_on <= started_on
    limit 1 for share;
    if not found then
        raise exception 'no conversation before support' using errcode = 'YH009';
    end if;
    perform from rules_plpgsql.consent c
    where c.family_id = supporting.family_id
        and c.kind = 'take_part'
        and c.given_on <= started_on
        and (c.withdrawn_on is null or c.withdrawn_on > started_on)
    limit 1 for share;
    if not found then
        raise exception 'no consent to take part' using errcode = 'YH008';
    end if;
end
$$;

create function assessment_before() returns trigger
language plpgsql
as $$
declare
    assessed record;
begin
    if tg_op = 'UPDATE' then
        if old.completed_on is not null then
            raise exception 'a completed EHA does not change' using errcode = 'YH005';
        end if;
        if new.episode_id <> old.episode_id or new.child_id is distinct from old.child_id
            or new.corrects_assessment_id is distinct from old.corrects_assessment_id
        then
            raise exception 'an EHA keeps its episode and child' using errcode = 'YHS02';
        end if;
    end if;
    if new.corrects_assessment_id is not null then
        if not exists (
            select from rules_plpgsql.assessment a
            where a.assessment_id = new.corrects_assessment_id
                and a.episode_id = new.episode_id and a.completed_on is not null)
        then
            raise exception 'not a completed EHA of this episode' using errcode = 'YH005';
        end if;
    elsif tg_op = 'INSERT' or new.started_on <> old.started_on then
        perform rules_plpgsql.require_support_may_start(new.episode_id, 'start_assessment', new.started_on);
    end if;
    if tg_op = 'INSERT' and new.child_id is not null then
        perform rules_plpgsql.require_member((select e.family_id from rules_plpgsql.episode e where e.episode_id = new.episode_id), new.child_id);
    end if;
    if new.completed_on is not null then
        select count(*) as domains, max(d.assessed_on) as last_on into assessed
        from rules_plpgsql.assessment_domain d where d.assessment_id = new.assessment_id;
        if assessed.domains < 4 or assessed.last_on > new.completed_on then
            raise exception 'an EHA is complete when its four domains are assessed' using errcode = 'YH005';
        end if;
        if exists (
            select from rules_plpgsql.assessment_factor_found f
            join rules_plpgsql.assessment_factor c on c.code = f.assessment_factor_code
            where f.assessment_id = new.assessment_id
                and (c.valid_from > new.completed_on or c.valid_to < new.completed_on))
        then
            raise exception 'a factor is not valid on that day' using errcode = 'YH020';
        end if;
    end if;
    return new;
end
$$;

create function assessment_after() returns trigger
language plpgsql
as $$
begin
    if new.corrects_assessment_id is null then
        if tg_op = 'INSERT' then
            perform rules_plpgsql.apply_event(new.episode_id, 'start_assessment', new.started_on, new.child_id);
        elsif new.completed_on is not null then
            perform rules_plpgsql.apply_event(new.episode_id, 'complete_assessment', new.completed_on, new.child_id);
        end if;
    end if;
    return null;
end
$$;

create function assessment_domain_before() returns trigger
language plpgsql
as $$
declare
    assessed record;
    closed_on date;
begin
    select a.episode_id, a.started_on, a.completed_on, a.ended_on, a.corrects_assessment_id into assessed
    from rules_plpgsql.assessment a where a.assessment_id = new.assessment_id for no key update;
    if assessed.completed_on is not null or assessed.ended_on is not null then
        raise exception 'the EHA is complete or ended' using errcode = 'YH005';
    end if;
    if new.assessed_on < assessed.started_on then
        raise exception 'assessed before the EHA started' using errcode = 'YH005';
    end if;
    if assessed.corrects_assessment_id is null then
        select e.closed_on into closed_on
        from rules_plpgsql.episode e where e.episode_id = assessed.episode_id for no key update;
        if new.assessed_on > closed_on then
            raise exception 'assessed after closure' using errcode = 'YH014';
        end if;
    end if;
    return new;
end
$$;

create function plan_before() returns trigger
language plpgsql
as $$
declare
    end_is_true boolean := true;
begin
    if tg_op = 'UPDATE' and (new.episode_id <> old.episode_id or new.kind <> old.kind) then
        raise exception 'a plan keeps its episode and kind' using errcode = 'YHS02';
    end if;
    if tg_op = 'UPDATE' and new.started_on <> old.started_on and new.extended_by_review_id is null then
        new.review_counts_from := new.started_on;
    end if;
    if new.review_counts_from is null then
        new.review_counts_from := new.started_on;
    end if;
    if new.review_due_on is null then
        if new.kind = 'intervention' then
            new.review_due_on := new.review_counts_from + 56;
        else
            new.review_due_on := new.review_counts_from + 7 * (select p.family_outcomes_plan_review_weeks from rules_plpgsql.partnership p);
        end if;
    end if;
    if tg_op = 'INSERT' or new.started_on <> old.started_on then
        perform rules_plpgsql.require_support_may_start(new.episode_id, 'start_plan', new.started_on);
    end if;
    if tg_op = 'INSERT' and new.assessment_id is not null and not exists (
        select from rules_plpgsql.assessment a
        join rules_plpgsql.episode of_assessment on of_assessment.episode_id = a.episode_id
        join rules_plpgsql.episode of_plan on of_plan.family_id = of_assessment.family_id
        where a.assessment_id = new.assessment_id and of_plan.episode_id = new.episode_id)
    then
        raise exception 'the EHA is of another family' using errcode = 'YHS10';
    end if;
    if tg_op = 'UPDATE' and new.review_due_on < old.review_due_on and (
        exists (
            select from rules_plpgsql.plan_outcome o where o.plan_id = new.plan_id and o.agreed_on > new.review_due_on)
        or exists (
            select from rules_plpgsql.action a
            where a.plan_id = new.plan_id and a.agreed_on > new.review_due_on and a.safety_reason is null))
    then
        raise exception 'something was agreed after that day' using errcode = 'YH004';
    end if;
    if (tg_op = 'INSERT' and new.extended_by_review_id is not null
            or tg_op = 'UPDATE' and new.extended_by_review_id is distinct from old.extended_by_review_id)
        and coalesce(current_setting('rules_plpgsql.writing', true), '') <> 'true'
    then
        raise exception 'set by holding the review' using errcode = 'YH003';
    end if;
    if tg_op = 'UPDATE' and old.ended_on is not null and new.ended_on is null then
        raise exception 'an ended plan stays ended' using errcode = 'YH003';
    end if;
    if new.ended_on is not null then
        if exists (
                select from rules_plpgsql.plan_outcome o where o.plan_id = new.plan_id and o.agreed_on > new.ended_on)
            or exists (
                select from rules_plpgsql.action a
                where a.plan_id = new.plan_id and a.agreed_on > new.ended_on and a.safety_reason is null)
            or exists (
                select from rules_plpgsql.review r where r.plan_id = new.plan_id and r.held_on > new.ended_on)
        then
            raise exception 'something was agreed after the end' using errcode = 'YH003';
        end if;
        if coalesce(current_setting('rules_plpgsql.writing', true), '') <> 'true' then
            end_is_true := case new.end_reason
                when 'completed' then exists (
                    select from rules_plpgsql.review r
                    where r.review_id = new.completed_by_review_id and r.plan_id = new.plan_id and r.decision = 'complete')
                when 'episode_closed' then exists (
                    select from rules_plpgsql.episode e where e.episode_id = new.episode_id and e.closed_on = new.ended_on)
                else exists (
                    select from rules_plpgsql.episode e join rules_plpgsql.consent c on c.family_id = e.family_id
                    where e.episode_id = new.episode_id and c.kind = 'take_part' and c.withdrawn_on <= new.ended_on)
                end;
        end if;
        if not end_is_true then
            raise exception 'the plan has no such end' using errcode = 'YH003';
        end if;
    end if;
    return new;
end
$$;

create function plan_after() returns trigger
language plpgsql
as $$
begin
    perform rules_plpgsql.apply_event(new.episode_id, 'start_plan', new.started_on, null);
    return null;
end
$$;

create function review_before() returns trigger
language plpgsql
as $$
declare
    reviewed record;
    supporting record;
begin
    if tg_op = 'UPDATE' then
        if new.plan_id <> old.plan_id or new.plan_kind <> old.plan_kind or new.due_on <> old.due_on or new.decision <> old.decision then
            raise exception 'a review keeps its plan and decision' using errcode = 'YHS02';
        end if;
    end if;
    select e.state, e.closed_on into supporting
    from rules_plpgsql.episode e
    where e.episode_id = (select p.episode_id from rules_plpgsql.plan p where p.plan_id = new.plan_id)
    for no key update;
    select p.kind, p.review_counts_from, p.review_due_on, p.ended_on into reviewed
    from rules_plpgsql.plan p where p.plan_id = new.plan_id for no key update;
    if not found then
        raise exception 'no such plan' using errcode = 'YHS05';
    end if;
    if new.held_on > supporting.closed_on then
        raise exception 'held after closure' using errcode = 'YH014';
    end if;
    if tg_op = 'INSERT' then
        if reviewed.ended_on is not null or new.held_on < reviewed.review_counts_from then
            raise exception 'the plan ended, or its review counts from a later day' using errcode = 'YH003';
        end if;
        new.plan_kind := reviewed.kind;
        new.due_on := reviewed.review_due_on;
        if new.decision = 'extend' and new.next_review_due_on is null then
            if reviewed.kind = 'intervention' then
                new.next_review_due_on := new.held_on + 56;
            else
                new.next_review_due_on := new.held_on + 7 * (select p.family_outcomes_plan_review_weeks from rules_plpgsql.partnership p);
            end if;
        end if;
        if rules_plpgsql.next_state(supporting.state, 'hold_review') is null then
            raise exception 'a review is not possible in state %', supporting.state using errcode = 'YHS01';
        end if;
    elsif new.held_on <> old.held_on and exists (
        select from rules_plpgsql.review r
        where r.plan_id = new.plan_id
            and r.review_id <> new.review_id
            and r.held_on between least(old.held_on, new.held_on) and greatest(old.held_on, new.held_on))
    then
        raise exception 'it would pass another review' using errcode = 'YH003';
    end if;
    return new;
end
$$;

create function review_after() returns trigger
language plpgsql
as $$
declare
    reviewed_episode bigint := (select p.episode_id from rules_plpgsql.plan p where p.plan_id = new.plan_id);
begin
    perform set_config('rules_plpgsql.writing', 'true', true);
    if new.decision = 'extend' then
        update rules_plpgsql.plan
        set extended_by_review_id = new.review_id, review_counts_from = new.held_on, review_due_on = new.next_review_due_on
        where plan_id = new.plan_id;
    else
        update rules_plpgsql.plan
        set completed_by_review_id = new.review_id, ended_on = new.held_on, end_reason = 'completed'
        where plan_id = new.plan_id;
    end if;
    perform set_config('rules_plpgsql.writing', 'false', true);
    perform rules_plpgsql.apply_event(reviewed_episode, 'hold_review', new.held_on, null);
    if new.decision = 'extend' then
        perform rules_plpgsql.apply_event(reviewed_episode, 'extend', new.held_on, null);
    end if;
    return null;
end
$$;

create function plan_outcome_before() returns trigger
language plpgsql
as $$
declare
    agreed_in record;
    most integer;
begin
    if tg_op = 'UPDATE' and new.plan_id <> old.plan_id then
        perform from rules_plpgsql.plan p where p.plan_id in (old.plan_id, new.plan_id) order by p.plan_id for no key update;
    end if;
    select p.kind, p.started_on, p.review_due_on, p.ended_on, e.closed_on into agreed_in
    from rules_plpgsql.plan p
    join rules_plpgsql.episode e on e.episode_id = p.episode_id
    where p.plan_id = new.plan_id
    for no key update of p;
    if not found then
        raise exception 'no such plan' using errcode = 'YHS05';
    end if;
    if new.plan_kind is null or tg_op = 'UPDATE' and new.plan_id <> old.plan_id then
        new.plan_kind := agreed_in.kind;
    end if;
    if new.agreed_on < agreed_in.started_on then
        raise exception 'agreed before the plan started' using errcode = 'YHS08';
    end if;
    if new.agreed_on > agreed_in.ended_on then
        raise exception 'agreed after the plan''s end' using errcode = 'YH003';
    end if;
    if new.agreed_on > agreed_in.review_due_on then
        raise exception 'agreed after the review was due' using errcode = 'YH004';
    end if;
    if greatest(new.agreed_on, new.achieved_on, new.withdrawn_on) > agreed_in.closed_on then
        raise exception 'after closure' using errcode = 'YH014';
    end if;
    if new.withdrawn_on is not null then
        new.position := null;
    elsif new.position is null or tg_op = 'UPDATE' and new.plan_id <> old.plan_id then
        most := case when agreed_in.kind = 'intervention' then 5
            else coalesce((select p.family_outcomes_plan_most_outcomes from rules_plpgsql.partnership p), 32767) end;
        select min(free) into new.position
        from generate_series(1, most) free
        where not exists (
            select from rules_plpgsql.plan_outcome o
            where o.plan_id = new.plan_id and o.position = free and o.plan_outcome_id <> new.plan_outcome_id);
        if new.position is null then
            raise exception 'at most five live outcomes' using errcode = 'YH001';
        end if;
    elsif new.position > 5 and agreed_in.kind = 'intervention' then
        raise exception 'at most five live outcomes' using errcode = 'YH001';
    end if;
    return new;
end
$$;

create function require_one_open(step_id bigint, child_id bigint, offered_on date, decided_on date)
returns void
language plpgsql
as $$
begin
    perform from rules_plpgsql.child c where c.child_id = require_one_open.child_id for no key update;
    if exists (
        select from rules_plpgsql.step s
        where s.child_id = require_one_open.child_id
            and s.step_id <> require_one_open.step_id
            and (s.decided_on is null and require_one_open.decided_on is null
                or s.offered_on < coalesce(require_one_open.decided_on, 'infinity')
                    and require_one_open.offered_on < coalesce(s.decided_on, 'infinity')))
    then
        raise exception 'the child has an open step on these days' using errcode = 'YH012';
    end if;
end
$$;

create function step_before() returns trigger
language plpgsql
as $$
declare
    supporting record;
    now_at early_help.need_level;
begin
    if tg_op = 'UPDATE' then
        if (new.child_id, new.family_id, new.episode_id, new.from_level, new.to_level)
            is distinct from (old.child_id, old.family_id, old.episode_id, old.from_level, old.to_level)
        then
            raise exception 'a step keeps its child and levels' using errcode = 'YHS02';
        end if;
        if old.outcome is not null
            and (new.outcome, new.decided_on, new.offered_on, new.basis, new.consulted_on, new.assessment_id)
                is distinct from (old.outcome, old.decided_on, old.offered_on, old.basis, old.consulted_on, old.assessment_id)
        then
            raise exception 'a step is decided once' using errcode = 'YH012';
        end if;
        if new.decided_on is distinct from old.decided_on then
            perform rules_plpgsql.require_one_open(new.step_id, new.child_id, new.offered_on, new.decided_on);
        end if;
        return new;
    end if;
    select e.episode_id, e.family_id into supporting
    from rules_plpgsql.episode_child c
    join rules_plpgsql.episode e on e.episode_id = c.episode_id
    where c.child_id = new.child_id and c.left_on is null and e.closed_on is null
        and (new.family_id is null or e.family_id = new.family_id);
    if found then
        new.episode_id := coalesce(new.episode_id, supporting.episode_id);
        new.family_id := supporting.family_id;
    end if;
    if new.family_id is null then
        raise exception 'which family?' using errcode = 'YH012';
    end if;
    select e.family_id, e.state into supporting
    from rules_plpgsql.episode e where e.episode_id = new.episode_id for no key update;
    if found and (supporting.family_id <> new.family_id
        or rules_plpgsql.next_state(supporting.state, 'offer_step_up') is null)
    then
        raise exception 'not an open episode of the family' using errcode = 'YHS01';
    end if;
    perform rules_plpgsql.require_member(new.family_id, new.child_id);
    perform rules_plpgsql.require_one_open(new.step_id, new.child_id, new.offered_on, new.decided_on);
    if new.assessment_id is not null and not exists (
        select from rules_plpgsql.assessment a join rules_plpgsql.episode e on e.episode_id = a.episode_id
        where a.assessment_id = new.assessment_id and e.family_id = new.family_id)
    then
        raise exception 'the EHA is of another family' using errcode = 'YHS10';
    end if;
    now_at := coalesce((
        select l.level_to from rules_plpgsql.level_change l
        where l.child_id = new.child_id and l.changed_on <= new.offered_on
        order by l.change_number desc limit 1), 'universal');
    new.from_level := coalesce(new.from_level, now_at);
    if new.from_level <> now_at then
        raise exception 'the child is at level %', now_at using errcode = 'YH011';
    end if;
    if new.to_level = 'social_care' and new.basis <> 'section_47' and coalesce(new.consent_override_reason, '') !~ '\S' then
        perform from rules_plpgsql.consent c
        where c.family_id = new.family_id
            and c.kind = 'take_part'
            and c.given_on <= new.offered_on
            and (c.withdrawn_on is null or c.withdrawn_on > new.offered_on)
        limit 1 for share;
        if not found then
            raise exception 'no consent to take part' using errcode = 'YH008';
        end if;
    end if;
    return new;
end
$$;

-- Of decisions the journey's alone: declined or withdrawn.
create function step_after() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'INSERT' then
        perform rules_plpgsql.apply_event(new.episode_id, 'offer_step_up', new.offered_on, new.child_id);
    elsif new.outcome is not null and old.outcome is null then
        perform rules_plpgsql.apply_event(
            new.episode_id,
            case new.outcome when 'declined' then 'decline_step' else 'withdraw' end::early_help.continuum_event,
            new.decided_on, new.child_id);
    end if;
    return null;
end
$$;

-- No row is about a duplicate.
create function kept_child() returns trigger
language plpgsql
as $$
begin
    if new.child_id is not null and (tg_op = 'INSERT' or new.child_id <> old.child_id) then
        perform from rules_plpgsql.child c
        where c.child_id = new.child_id and c.merged_into_child_id is null
        for key share;
        if not found then
            raise exception 'child % is a duplicate', new.child_id using errcode = 'YHS09';
        end if;
    end if;
    return new;
end
$$;

create function episode_has_child() returns trigger
language plpgsql
as $$
declare
    closed_on date;
begin
    select e.closed_on into closed_on
    from rules_plpgsql.episode e where e.episode_id = new.episode_id for no key update;
    if found and closed_on is null and not exists (
        select from rules_plpgsql.episode_child c where c.episode_id = new.episode_id and c.left_on is null)
    then
        raise exception 'episode % would support no child', new.episode_id using errcode = 'YH014';
    end if;
    return null;
end
$$;

create function set_updated_at() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'INSERT' or new is distinct from old then
        new.updated_at := now();
    end if;
    return new;
end
$$;

-- As rules_c has them.
do $$
declare
    one record;
begin
    for one in
        select t.tgrelid::regclass::text as of_table
        from pg_trigger t
        join pg_proc p on p.oid = t.tgfoid
        join pg_class c on c.oid = t.tgrelid
        where p.proname = 'kept_child'
            and t.tgname = 'aa_kept_child_id'
            and c.relnamespace = 'rules_c'::regnamespace
    loop
        execute format('create trigger aa_kept_child_id before insert or update of child_id on rules_plpgsql.%s for each row execute function kept_child()',
            split_part(one.of_table, '.', 2));
    end loop;
    for one in
        select c.relname as of_table
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'updated_at'
        where c.relkind = 'r'
            and c.relnamespace = 'rules_plpgsql'::regnamespace
    loop
        execute format('create trigger zz_updated_at before insert or update on %I for each row execute function set_updated_at()', one.of_table);
    end loop;
end
$$;

create constraint trigger episode_has_child after insert or update of closed_on on episode
deferrable initially deferred
for each row when (new.closed_on is null) execute function episode_has_child();
create trigger rules before insert or update on episode for each row execute function episode_before();
create trigger what_follows after insert or update on episode for each row execute function episode_after();
create trigger what_follows after insert or update on episode_child for each row execute function episode_child_after();
create trigger what_follows after insert or update on lead_practitioner for each row execute function lead_practitioner_after();
create trigger rules before insert or update on assessment for each row execute function assessment_before();
create trigger what_follows after insert or update of completed_on on assessment for each row execute function assessment_after();
create trigger rules before insert or update on assessment_domain for each row execute function assessment_domain_before();
create trigger rules before insert or update on plan for each row execute function plan_before();
create trigger what_follows after insert on plan for each row execute function plan_after();
create trigger rules before insert or update on review for each row execute function review_before();
create trigger what_follows after insert on review for each row execute function review_after();
create trigger rules before insert or update on plan_outcome for each row execute function plan_outcome_before();
create trigger rules before insert or update on step for each row execute function step_before();
create trigger what_follows after insert or update on step for each row execute function step_after();
reset search_path;
