-- The runner of deadlines. Rules never read today's clock; this does.
create procedure early_help.run_due(partnership text, as_of date default current_date)
    language plpgsql
as $$
-- It commits, as refresh_kpis does, and so has neither SECURITY DEFINER nor
-- SET; it fixes its own settings, and whatever comes before is qualified.
declare
    raised bigint;
    cleared bigint;
    known_to date;
begin
    perform early_help_internal.fix_settings();

    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
        perform early_help_internal.raise_rule('K01',
            format('The transaction is %s.', current_setting('transaction_isolation')),
            'Call it by itself: CALL early_help.run_due(''name'').');
    elsif not early_help_internal.may_commit() then
        perform early_help_internal.raise_rule('K01',
            'CALL stands in a transaction block, a function or an exception block.',
            'Call it by itself, with autocommit on: CALL early_help.run_due(''name'').');
    end if;
    perform early_help_internal.own_partnership(partnership);
    as_of := coalesce(as_of, current_date);

    execute format('select max(day) from only %I.bank_holiday', partnership) into known_to;
    if as_of >= coalesce(known_to, '-infinity') then
        raise warning 'table bank_holiday of % has no day after %', quote_ident(partnership), as_of using
            hint = 'Add the bank holidays of the coming years from gov.uk/bank-holidays: working days are counted without them.';
    end if;

    loop
        begin
            -- What a run for a later day raised is judged by that day.
            execute format(
                'with gone as (
                    update only %1$I.alert a
                    set cleared_on = greatest($1, a.raised_on)
                    where a.cleared_on is null
                        and not exists (
                            select
                            from %1$I.deadline d
                            where d.kind = a.kind
                                and coalesce(d.plan_id, d.step_id, d.episode_id) = coalesce(a.plan_id, a.step_id, a.episode_id)
                                and d.practitioner_id is not distinct from a.practitioner_id
                                and d.due_on = a.due_on
                                and (d.until_on is null or d.until_on > greatest($1, a.raised_on)))
                    returning a.alert_id
                )
                select count(*) from gone', partnership)
            into cleared
            using as_of;

            -- Two runs at once: the second waits for the first, and adds nothing.
            execute format(
                'with new as (
                    insert into %1$I.alert (kind, plan_id, step_id, episode_id, practitioner_id, due_on, raised_on)
                    select d.kind, d.plan_id, d.step_id, d.episode_id, d.practitioner_id, d.due_on, $1
                    from %1$I.deadline d
                    where d.due_on < $1
                        and (d.until_on is null or d.until_on > $1)
                    order by d.due_on, d.kind, d.plan_id, d.step_id, d.episode_id
                    on conflict do nothing
                    returning alert_id
                ), told as materialized (
                    select pg_notify(''early_help_alert'',
                        json_build_object(''partnership'', $2, ''alert_id'', alert_id)::text)
                    from new
                )
                select count(*) from told', partnership)
            into raised
            using as_of, partnership;
            exit;
        exception
            when foreign_key_violation or sqlstate 'YHS05' then
                null; -- What it would have been about was deleted in that moment: look again.
        end;
    end loop;
    commit;

    perform early_help_internal.fix_settings();
    if raised > 0 or cleared > 0 then
        raise notice 'alerts of %: raised %, cleared %', quote_ident(partnership), raised, cleared;
    end if;
    call early_help.refresh_kpis(partnership);
end
$$;
comment on procedure early_help.run_due is
    'What a scheduler calls daily. It raises an alert for each deadline that passed before as_of, clears alerts whose cause is '
    'gone, sends NOTIFY early_help_alert with the ids of the new ones, and then refreshes the figures. Run it as the owner, '
    'outside a transaction block, as often as you like, also at the same time. Errors YHK01, YHP03, 42501.';
