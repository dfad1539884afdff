-- Making a partnership. The function runs with the caller's rights only. It fixes its
-- own settings; the caller's settings come back when it ends.

create function early_help_internal.hold_extension() returns void
    language c
as 'MODULE_PATHNAME', 'early_help_hold_extension';
comment on function early_help_internal.hold_extension is
    'Keeps early_help from being dropped until the transaction ends.';

create function early_help_internal.check_partnership_settings(
    population_0_17 integer,
    re_referral_months integer,
    family_outcomes_plan_review_weeks integer,
    family_outcomes_plan_most_outcomes integer,
    positive_outcome_share numeric,
    suppression_threshold integer
)
    returns void
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
declare
    wrong record;
begin
    -- Says in words what the constraints of table partnership ask, before anything
    -- is made. The share is stored with three decimals.
    select c.setting, c.asked, c.left_out, c.constraint_name
    into wrong
    from (
        values
            (1, population_0_17 > 0,
                'population_0_17', '1 or more', 'it is not known', 'population_is_positive'),
            (2, re_referral_months between 1 and 24,
                're_referral_months', 'from 1 to 24', 'it is 12', 're_referral_months_up_to_two_years'),
            (3, family_outcomes_plan_review_weeks between 1 and 52,
                'family_outcomes_plan_review_weeks', 'from 1 to 52', 'it is 12', 'family_outcomes_plan_review_within_a_year'),
            (4, family_outcomes_plan_most_outcomes > 0,
                'family_outcomes_plan_most_outcomes', '1 or more', 'there is no cap', 'family_outcomes_plan_cap_is_positive'),
            (5, round(positive_outcome_share, 3) > 0 and round(positive_outcome_share, 3) <= 1,
                'positive_outcome_share', 'over 0 and at most 1', 'it is 0.5', 'positive_outcome_share_is_a_share'),
            (6, suppression_threshold >= 0,
                'suppression_threshold', '0 or more', 'it is 5', 'suppression_threshold_is_not_negative')
    ) as c (place, holds, setting, asked, left_out, constraint_name)
    where not c.holds
    order by c.place
    limit 1;
    if found then
        raise check_violation using
            message = format('%s must be %s', wrong.setting, wrong.asked),
            hint = format('Left out, %s. Table partnership has it, and it can be changed there.', wrong.left_out),
            table = 'partnership',
            column = wrong.setting,
            constraint = wrong.constraint_name;
    end if;
end
$$;
comment on function early_help_internal.check_partnership_settings is
    'Within create_partnership: raises 23514 if table partnership would refuse a setting.';

create function early_help.create_partnership(
    inout name text,
    title text default null,
    local_authority_name text default null,
    gss_code text default null,
    dfe_number text default null,
    population_0_17 integer default null,
    re_referral_months integer default null,
    family_outcomes_plan_review_weeks integer default null,
    family_outcomes_plan_most_outcomes integer default null,
    positive_outcome_share numeric default null,
    suppression_threshold integer default null,
    training boolean default false,
    out kpi_schema text,
    out version text
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
begin
    perform early_help_internal.check_partnership_name(name);
    perform early_help_internal.check_partnership_settings(
        population_0_17, re_referral_months, family_outcomes_plan_review_weeks, family_outcomes_plan_most_outcomes,
        positive_outcome_share, suppression_threshold);
    if current_setting('citus.enable_schema_based_sharding', true) in ('on', 'true', 'yes', '1')
        and exists (select from pg_extension e where e.extname = 'citus') then
        perform early_help_internal.raise_rule('P06');
    end if;
    perform early_help_internal.check_ownership_granted();
    perform early_help_internal.hold_extension();
    perform early_help_internal.check_partnership_name_is_free(name);

    kpi_schema := name || '_kpi';
    select e.extversion into strict version
    from pg_extension e
    where e.extname = 'early_help';

    begin
        execute format('create schema %I', name);
        execute format('create schema %I', kpi_schema);
    exception
        -- Somebody else was faster by a moment.
        when duplicate_schema or unique_violation then
            perform early_help_internal.raise_rule('P02', format('Schema %s or %s was created meanwhile.',
                                                        quote_ident(name), quote_ident(kpi_schema)));
    end;
    execute format('comment on schema %I is %L', name,
                   'Early help records of a partnership; table partnership has its title.');
    execute format('comment on schema %I is %L', kpi_schema,
                   'Early help figures of a partnership, for BI tools.');

    perform set_config('search_path', format('%I, pg_temp', name), true);
    execute early_help_internal.partnership_records_ddl();

    -- The defaults of what is not given stand in the table.
    execute
        'insert into partnership (title, record_version)
        values ($1, $2)'
        using coalesce(title, name), version;
    execute
        'update partnership
        set local_authority_name = $1,
            gss_code = $2,
            dfe_number = $3,
            population_0_17 = $4,
            re_referral_months = coalesce($5, re_referral_months),
            family_outcomes_plan_review_weeks = coalesce($6, family_outcomes_plan_review_weeks),
            family_outcomes_plan_most_outcomes = coalesce($7, family_outcomes_plan_most_outcomes),
            positive_outcome_share = coalesce($8, positive_outcome_share),
            suppression_threshold = coalesce($9, suppression_threshold),
            training = coalesce($10, training)'
        using local_authority_name, gss_code, dfe_number, population_0_17, re_referral_months,
            family_outcomes_plan_review_weeks, family_outcomes_plan_most_outcomes, positive_outcome_share,
            suppression_threshold, training;

    perform set_config('search_path', format('%I, %I, pg_temp', kpi_schema, name), true);
    execute early_help_internal.partnership_kpi_ddl();

    -- early_help.grant_execute grants them by the list.
    execute format('revoke execute on all routines in schema %I, %I from public', name, kpi_schema);
end
$$;
comment on function early_help.create_partnership is
    'Makes a partnership: schema <name> for its records and schema <name>_kpi for BI tools. The caller owns both, and needs '
    'CREATE on the database and, unless the database is the caller''s, early_help.grant_ownership. Only the name is required (at '
    'most 40 bytes). The other arguments are columns of table partnership and can be changed there; training only while it holds '
    'no records of people (YHP07). Errors 23514 (setting), YHP01 (name), YHP02 (schema exists), YHP06 (Citus would shard it), '
    '42501.';
