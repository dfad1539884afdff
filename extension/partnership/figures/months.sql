-- The months that figures are shown for: from the first with an event to the last.
select early_help.define_kpi_cube(
    'months',
    array['contact_child', 'referral', 'episode', 'assessment', 'plan', 'step', 'service_request',
        'group_session', 'partner_return', 'case_audit', 'feedback', 'feedback_request'],
    $$
    select true as has_events
    where exists (select from only contact_child where received_on >= m.month and received_on < m.next_month)
        or exists (select from only referral where referred_on >= m.month and referred_on < m.next_month)
        or exists (select from only episode where opened_on >= m.month and opened_on < m.next_month)
        or exists (select from only episode where allocated_on >= m.month and allocated_on < m.next_month)
        or exists (select from only episode where closed_on >= m.month and closed_on < m.next_month)
        or exists (select from only assessment where started_on >= m.month and started_on < m.next_month)
        or exists (select from only assessment where completed_on >= m.month and completed_on < m.next_month)
        or exists (select from only plan where started_on >= m.month and started_on < m.next_month)
        or exists (select from only plan where ended_on >= m.month and ended_on < m.next_month)
        or exists (select from only step where offered_on >= m.month and offered_on < m.next_month)
        or exists (select from only step where decided_on >= m.month and decided_on < m.next_month)
        or exists (select from only service_request where requested_on >= m.month and requested_on < m.next_month)
        or exists (select from only service_request where started_on >= m.month and started_on < m.next_month)
        or exists (select from only service_request where decided_on >= m.month and decided_on < m.next_month)
        or exists (select from only assessment where ended_on >= m.month and ended_on < m.next_month)
        or exists (select from only group_session where held_on >= m.month and held_on < m.next_month)
        or exists (select from only partner_return where month >= m.month and month < m.next_month)
        or exists (select from only case_audit where audited_on >= m.month and audited_on < m.next_month)
        or exists (select from only feedback_request where asked_on >= m.month and asked_on < m.next_month)
        or exists (select from only feedback where given_on >= m.month and given_on < m.next_month)
$$, few => true);

-- With a condition that is always true: the planner then reckons with few periods,
-- as a reader asks for, not with centuries, and does not compile queries that take milliseconds.
select early_help_internal.define_beside_cubes($command$
    create view kpi_period_shown as
    select p.*
    from kpi_period p
    where p.first_month <= (select max(s.month) from cube_months s)
        and p.last_month >= (select min(s.month) from cube_months s)
        and p.last_month = date_trunc('month', p.last_month::timestamp)::date;
    comment on view kpi_period_shown is
        'Periods that figures are shown for: those with a month from the first to the last with an event.';
    comment on column kpi_period_shown.period_kind is 'month, quarter, year, or year to date.';
    comment on column kpi_period_shown.period_key is 'The period in short.';
    comment on column kpi_period_shown.first_month is 'First day of its first month.';
    comment on column kpi_period_shown.last_month is 'First day of its last month.';
$command$);
