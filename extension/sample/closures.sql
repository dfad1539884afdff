-- How cases end. Rows are updated one by one, in the order of the cases: each update
-- is an event with consequences of its own.

create function early_help_sample.make_withdrawals(this_round integer, to_on date) returns void
    language plpgsql
as $$
declare
    one record;
begin
    for one in
        select
            c.withdrawn_on,
            n.consent_id
        from sample_case c
        -- Also one that the family gave in an earlier case.
        join consent n on n.family_id = c.family_id
            and n.kind = 'take_part'
            and n.withdrawn_on is null
        where c.round = this_round
            and c.consent_on <= c.withdrawn_on
            and c.withdrawn_on <= to_on
        order by c.no, n.consent_id
    loop
        update consent
        set withdrawn_on = one.withdrawn_on
        where consent_id = one.consent_id;
    end loop;
end
$$;
comment on function early_help_sample.make_withdrawals(integer, date) is
    'For generate_sample: consent withdrawn, which ends support.';

create function early_help_sample.make_closures(this_round integer, to_on date) returns void
    language plpgsql
as $$
declare
    agreed constant text[] := array['outcomes_achieved', 'needs_met_by_universal_services', 'moved_away', 'transferred'];
    one record;
begin
    for one in
        select
            c.episode_id,
            c.ending,
            c.closed_on,
            case when c.ending = any (agreed) and early_help_sample.draw(c.k, 133) < 0.9
                then greatest(c.opened_on, c.closed_on - early_help_sample.draw_between(c.k, 134, 0, 5)) end as agreed_on
        from sample_case c
        where c.round = this_round
            and c.episode_id is not null
            and c.step_up_on is null
            and c.closed_on <= to_on
        order by c.no
    loop
        update episode
        set closed_on = one.closed_on,
            closure_reason_code = one.ending,
            closure_agreed_on = one.agreed_on,
            closure_agreement_absent_reason = case when one.agreed_on is null then 'The family could not be asked.' end
        where episode_id = one.episode_id;
    end loop;
end
$$;
comment on function early_help_sample.make_closures(integer, date) is
    'For generate_sample: episodes closed.';

create function early_help_sample.make_reopenings(this_round integer, to_on date) returns void
    language plpgsql
as $$
declare
    one record;
begin
    for one in
        select
            c.episode_id,
            c.reopened_on
        from sample_case c
        where c.round = this_round
            and c.episode_id is not null
            and c.reopened_on <= to_on
        order by c.no
    loop
        update episode
        set closed_on = null,
            reopened_on = one.reopened_on,
            reopen_reason = 'The family asked for more help.'
        where episode_id = one.episode_id;
    end loop;
end
$$;
comment on function early_help_sample.make_reopenings(integer, date) is
    'For generate_sample: closed episodes reopened.';

create function early_help_sample.make_second_closures(this_round integer, to_on date) returns void
    language plpgsql
as $$
declare
    one record;
begin
    for one in
        select
            c.episode_id,
            c.reclosed_on
        from sample_case c
        where c.round = this_round
            and c.episode_id is not null
            and c.reclosed_on <= to_on
        order by c.no
    loop
        update episode
        set closed_on = one.reclosed_on,
            closure_reason_code = 'outcomes_achieved',
            closure_agreed_on = one.reclosed_on
        where episode_id = one.episode_id;
    end loop;
end
$$;
comment on function early_help_sample.make_second_closures(integer, date) is
    'For generate_sample: reopened episodes closed again.';

create function early_help_sample.note_closures(this_round integer) returns void
    language plpgsql
as $$
begin
    update sample_case c
    set final_closed_on = e.closed_on
    from episode e
    where e.episode_id = c.episode_id
        and c.round = this_round
        and c.final_closed_on is distinct from e.closed_on;
    update sample_case c
    set final_closed_on = null
    where c.round = this_round
        and c.episode_id is null;
end
$$;
comment on function early_help_sample.note_closures(integer) is
    'For generate_sample: the day each case really closed.';
