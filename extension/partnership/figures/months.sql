-- Which months have an event of which kind of record, by the days of view record_event. That there
-- is one is enough: a month of many contacts is not counted through. has_events is always true.
select early_help.define_kpi_cube(
    'months',
    array['contact_child', 'referral', 'wait', 'episode', 'assessment', 'plan', 'review', 'step', 'service_request',
        'group_session', 'partner_return', 'case_audit', 'feedback', 'feedback_request'],
    $$
    select
        true as has_events,
        k.record
    from (
        values
            ('contact'::varchar(20),
                exists (select from only contact_child where received_on >= m.month and received_on < m.next_month)),
            ('referral',
                exists (select from only referral where referred_on >= m.month and referred_on < m.next_month)),
            ('episode',
                exists (select from only episode where opened_on >= m.month and opened_on < m.next_month)
                or exists (select from only episode where allocated_on >= m.month and allocated_on < m.next_month)
                or exists (select from only episode where closed_on >= m.month and closed_on < m.next_month)
                or exists (select from only reopening where closed_on >= m.month and closed_on < m.next_month)
                or exists (select from only reopening where reopened_on >= m.month and reopened_on < m.next_month)
                -- Whose referral is accepted waits.
                or exists (select from only referral where accepted_on >= m.month and accepted_on < m.next_month)),
            ('assessment',
                exists (select from only assessment where started_on >= m.month and started_on < m.next_month)
                or exists (select from only assessment where completed_on >= m.month and completed_on < m.next_month)
                or exists (select from only assessment where ended_on >= m.month and ended_on < m.next_month)),
            ('plan',
                exists (select from only plan where started_on >= m.month and started_on < m.next_month)
                or exists (select from only plan where ended_on >= m.month and ended_on < m.next_month)
                or exists (select from only review where held_on >= m.month and held_on < m.next_month)),
            ('step',
                exists (select from only step where offered_on >= m.month and offered_on < m.next_month)
                or exists (select from only step where decided_on >= m.month and decided_on < m.next_month)),
            ('service_request',
                exists (select from only service_request where requested_on >= m.month and requested_on < m.next_month)
                or exists (select from only service_request where started_on >= m.month and started_on < m.next_month)
                or exists (select from only service_request where decided_on >= m.month and decided_on < m.next_month)),
            ('group_session',
                exists (select from only group_session where held_on >= m.month and held_on < m.next_month)),
            ('partner_return',
                exists (select from only partner_return where month >= m.month and month < m.next_month)),
            ('case_audit',
                exists (select from only case_audit where audited_on >= m.month and audited_on < m.next_month)),
            ('feedback',
                exists (select from only feedback_request where asked_on >= m.month and asked_on < m.next_month)
                or exists (select from only feedback where given_on >= m.month and given_on < m.next_month))
    ) as k (record, is_there)
    where k.is_there
$$, few => true);

-- The series of each kind of record: where it begins. It ends with the current month,
-- whatever day somebody typed. A setting says where it begins, else the events do: from
-- the current month back to the first month with an event that is not cut off by more
-- than 12 months without any. So one contact dated 1924, or 2004, makes no series of
-- its own. How long ago the last event was does not matter.
select early_help_internal.define_beside_cubes($command$
    create view kpi_series as
    with beginning as (
        select
            k.record,
            coalesce(k.begins_on, (select g.record_begins_on from only partnership g), e.first_month)::date as begins_on
        from only kpi_record k
        left join (
            select
                x.record,
                max(x.month) filter (where x.before is null or x.month > x.before + interval '13 months') as first_month
            from (
                select s.record, s.month, lag(s.month) over (partition by s.record order by s.month) as before
                from cube_months s
                where s.month <= current_date
            ) x
            group by x.record
        ) e on e.record = k.record
        where k.record <> 'any'
    )
    select b.record, b.begins_on, date_trunc('month', b.begins_on::timestamp)::date as first_month
    from beginning b
    where b.begins_on is not null
    union all
    select 'any', min(b.begins_on), date_trunc('month', min(b.begins_on)::timestamp)::date
    from beginning b
    having min(b.begins_on) is not null;
    comment on view kpi_series is
        'Where the record of each kind begins: the setting, else the first month with an event. Events that more than 12 months '
        'without any cut off from later ones, up to the current month, are left out. Record any: the first of them.';
    comment on column kpi_series.record is 'The kind of record.';
    comment on column kpi_series.begins_on is 'First day that the record covers.';
    comment on column kpi_series.first_month is 'First day of that month: figures are shown from here to the current month.';
$command$);

-- With a condition that is always true: the planner then reckons with few periods,
-- as a reader asks for, not with centuries, and does not compile queries that take milliseconds.
select early_help_internal.define_beside_cubes($command$
    create view kpi_period_shown as
    with series as materialized (
        select * from kpi_series
    )
    select
        s.record,
        p.period_kind,
        p.period_key,
        p.first_month,
        p.last_month,
        least(p.last_month, date_trunc('month', current_date::timestamp)::date) as until_month,
        s.begins_on,
        early_help_internal.period_status(p.first_month, p.last_month, s.begins_on, 0)::varchar(20) as period_status
    from kpi_period p
    join series s on s.first_month <= p.last_month
    where p.first_month <= current_date
        and p.last_month >= (select min(x.first_month) from series x)
        and p.last_month = date_trunc('month', p.last_month::timestamp)::date;
    comment on view kpi_period_shown is
        'Periods that figures of a kind of record are shown for: those with a month from the beginning of the record to the '
        'current month.';
    comment on column kpi_period_shown.record is 'The kind of record; any: the one that begins first.';
    comment on column kpi_period_shown.period_kind is 'month, quarter, year, or year to date.';
    comment on column kpi_period_shown.period_key is 'The period in short.';
    comment on column kpi_period_shown.first_month is 'First day of its first month.';
    comment on column kpi_period_shown.last_month is 'First day of its last month.';
    comment on column kpi_period_shown.until_month is
            'First day of its last month that is counted: the current month at the latest.';
    comment on column kpi_period_shown.begins_on is 'First day that the record covers.';
    comment on column kpi_period_shown.period_status is
            'complete, running, or history too short: the period begins before the record.';
$command$);

-- Where the series of each figure begins, and what its periods wait for.
select early_help_internal.define_beside_cubes($command$
    create view kpi_metric_series as
    with series as materialized (
        select * from kpi_series
    )
    select
        m.metric_code,
        s.first_month,
        case m.looks_back
            when 'none' then s.begins_on
            else greatest(
                s.begins_on,
                b.begins_on + make_interval(months => case m.looks_back
                    when 'known_contact' then 12
                    else (select g.re_referral_months from only partnership g)
                end))
        end::date as complete_from,
        m.settles_after_days::integer as settles_after_days
    from only kpi_metric m
    join series s on s.record = m.record
    -- A record that has not begun has no history.
    left join lateral (
        select coalesce(min(x.begins_on)::timestamp, timestamp 'infinity') as begins_on
        from series x
        where x.record = case m.looks_back when 'after_support' then 'episode' else m.record end
    ) b on true;
    comment on view kpi_metric_series is
        'Where the series of each figure of the dashboard begins, from when on its periods have all the history that it looks '
        'back on, and how long they settle. A figure whose record has not begun has no row.';
    comment on column kpi_metric_series.metric_code is 'The figure.';
    comment on column kpi_metric_series.first_month is 'First day of the first month shown.';
    comment on column kpi_metric_series.complete_from is
        'A period that begins before this day has too short a history; infinity: there is no history yet.';
    comment on column kpi_metric_series.settles_after_days is
            'Days after a period until what the figure waits for has had its time.';
$command$);
