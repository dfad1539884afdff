-- The entry point.

create function early_help_sample.check_request(families integer, from_on date, to_on date, seed integer) returns void
    language plpgsql
as $$
begin
    if families is null or families not between 1 and 10000000 then
        raise invalid_parameter_value using
            message = 'families must be a number from 1 to 10000000',
            hint = 'Give the number of families to make up.';
    elsif from_on is null or to_on is null or from_on < date '1950-01-01' or to_on > date '2099-12-31' then
        raise invalid_parameter_value using
            message = 'from_on and to_on must be days from 1950 to 2099',
            hint = 'Give the first and the last day of the case histories.';
    elsif from_on > to_on then
        raise invalid_parameter_value using
            message = format('from_on %s is after to_on %s', from_on, to_on),
            hint = 'Exchange the two days.';
    elsif to_on - from_on > 36525 then
        raise invalid_parameter_value using
            message = format('from_on %s and to_on %s are more than a hundred years apart', from_on, to_on),
            hint = 'Give a shorter period.';
    elsif seed is null then
        raise invalid_parameter_value using
            message = 'seed is missing',
            hint = 'Give a whole number, or leave seed out.';
    end if;
end
$$;
comment on function early_help_sample.check_request(integer, date, date, integer) is
    'For generate_sample: raises 22023 if it cannot take these arguments.';

-- The mark is locked until the transaction ends, so that nobody changes it.
create function early_help_sample.check_partnership(partnership text) returns void
    language plpgsql
as $$
declare
    marked boolean;
    in_the_way text;
begin
    perform early_help_internal.own_partnership(partnership);
    execute format('select p.training from only %I.partnership p for share', partnership) into marked;
    if marked is not true then
        perform early_help_internal.raise_rule('P08', format('Partnership %s is not marked training.', quote_ident(partnership)));
    end if;
    select min(c.relname) into in_the_way
    from pg_class c
    where c.relnamespace in (pg_my_temp_schema(), to_regnamespace(quote_ident(partnership)))
        and starts_with(c.relname, 'sample_');
    if in_the_way is not null then
        raise duplicate_table using
            message = format(
                'the steps of generate_sample make temporary tables named sample_..., and there is a "%s"', in_the_way),
            hint = 'Drop it, or give it another name for as long.';
    end if;
end
$$;
comment on function early_help_sample.check_partnership(text) is
    'For generate_sample: raises an error unless the caller owns this partnership, it is marked training and no temporary '
    'table has a name that is needed. Locks the mark. Errors YHP03, 42501, YHP08, 42P07.';

create function early_help_sample.count_made(
    out children bigint,
    out contacts bigint,
    out referrals bigint,
    out episodes bigint,
    out assessments bigint,
    out plans bigint,
    out outcomes bigint,
    out reviews bigint,
    out steps bigint
)
    language plpgsql
as $$
begin
    select count(*) into children from sample_child;
    select count(*) into contacts from contact_child m join sample_contact c on c.contact_id = m.contact_id;
    select count(*) into referrals from referral r join contact_child m on m.contact_child_id = r.contact_child_id
        join sample_contact c on c.contact_id = m.contact_id;
    select count(*) into episodes from sample_case c where c.episode_id is not null;
    select count(*) into assessments from assessment a join sample_case c on c.episode_id = a.episode_id;
    select count(*) into plans from sample_plan;
    select count(*) into outcomes from plan_outcome o join sample_plan p on p.plan_id = o.plan_id;
    select count(*) into reviews from review r join sample_plan p on p.plan_id = r.plan_id;
    select count(*) into steps from step s join sample_child c on c.child_id = s.child_id;
end
$$;
comment on function early_help_sample.count_made() is
    'For generate_sample: how many rows it wrote.';

create function early_help_sample.generate_sample(
    partnership text,
    families integer,
    from_on date,
    to_on date,
    seed integer default 1,
    out children bigint,
    out contacts bigint,
    out referrals bigint,
    out episodes bigint,
    out assessments bigint,
    out plans bigint,
    out outcomes bigint,
    out reviews bigint,
    out steps bigint
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- Compiling the plans would take longer than running them.
    set jit = off
as $$

declare
    key constant bigint := hashint8extended(coalesce(seed, 0), 20260101);
    days double precision[];
begin
    perform early_help_sample.check_request(families, from_on, to_on, seed);
    perform early_help_sample.check_partnership(partnership);
    perform set_config('search_path', format('pg_catalog, %I, pg_temp', partnership), true);

    perform early_help_sample.make_working_tables();
    days := early_help_sample.draw_days(key, from_on, to_on);
    perform early_help_sample.make_agencies();
    perform early_help_sample.make_practitioners(key, families, from_on, to_on);
    perform early_help_sample.make_services(families, from_on);
    perform early_help_sample.make_programmes(key, from_on, to_on);
    perform early_help_sample.make_returns(key, families, from_on, to_on);
    analyze sample_locality, sample_agency, sample_practitioner, sample_service, sample_programme;
    analyze locality, agency, practitioner, service;

    perform early_help_sample.make_families(key, families, from_on, days);
    perform early_help_sample.make_children(key, to_on);
    perform early_help_sample.make_adults();
    for this_round in 1..3 loop
        perform early_help_sample.make_cases(this_round, key, to_on);
    end loop;
    perform early_help_sample.make_other_contacts(key, from_on, to_on, days);
    perform early_help_sample.make_service_requests(key, to_on);
    perform early_help_sample.make_group_sessions(key, families, to_on);
    perform early_help_sample.make_group_feedback(key, to_on);
    perform early_help_sample.make_feedback(to_on);
    perform early_help_sample.make_case_audits(to_on);
    perform early_help_sample.make_births(to_on);
    perform early_help_sample.make_moves(to_on);

    select m.* into children, contacts, referrals, episodes, assessments, plans, outcomes, reviews, steps
    from early_help_sample.count_made() m;
    drop table sample_case, sample_contact, sample_plan, sample_family, sample_child, sample_adult, sample_locality,
        sample_agency, sample_practitioner, sample_service, sample_programme;
end
$$;
comment on function early_help_sample.generate_sample(text, integer, date, date, integer) is
    'Makes up whole case histories for a partnership that is marked training and the caller owns, beside what it holds already: '
    'agencies, families with invented names, contacts, referrals, waits, support, reviews, steps, closures, groups, feedback and '
    'audits from one day to another. Every rule is on. The same seed gives the same rows. Returns how many it wrote. Errors '
    'YHP03, YHP08, 42501, 42P07, 22023.';
