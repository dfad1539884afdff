-- The months that figures are shown for: from the first with an event to the last.
select early_help.define_kpi_cube(
    'months',
    array['contact_child', 'referral', 'episode', 'assessment', 'plan', 'step', 'service_request',
        'group_session', 'partner_return', 'case_audit', 'feedback', 'feedback_request'],
    $$
    select true as has_events
    where exists (select from contact_child where received_on >= m.month and received_on < m.next_month)
        or exists (select from referral where referred_on >= m.month and referred_on < m.next_month)
        or exists (select from episode where opened_on >= m.month and opened_on < m.next_month)
        or exists (select from episode where allocated_on >= m.month and allocated_on < m.next_month)
        or exists (select from episode where closed_on >= m.month and closed_on < m.next_month)
        or exists (select from assessment where started_on >= m.month and started_on < m.next_month)
        or exists (select from assessment where completed_on >= m.month and completed_on < m.next_month)
        or exists (select from plan where started_on >= m.month and started_on < m.next_month)
        or exists (select from plan where ended_on >= m.month and ended_on < m.next_month)
        or exists (select from step where offered_on >= m.month and offered_on < m.next_month)
        or exists (select from step where decided_on >= m.month and decided_on < m.next_month)
        or exists (select from service_request where requested_on >= m.month and requested_on < m.next_month)
        or exists (select from service_request where started_on >= m.month and started_on < m.next_month)
        or exists (select from service_request where decided_on >= m.month and decided_on < m.next_month)
        or exists (select from assessment where ended_on >= m.month and ended_on < m.next_month)
        or exists (select from group_session where held_on >= m.month and held_on < m.next_month)
        or exists (select from partner_return where month >= m.month and month < m.next_month)
        or exists (select from case_audit where audited_on >= m.month and audited_on < m.next_month)
        or exists (select from feedback_request where asked_on >= m.month and asked_on < m.next_month)
        or exists (select from feedback where given_on >= m.month and given_on < m.next_month)
$$, few => true);
