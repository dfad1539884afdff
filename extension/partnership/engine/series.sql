-- Kinds of record, and where the record of each begins: figures are shown from there to the current month.
create table kpi_record (
    record varchar(20) primary key,
    label varchar(60) not null,
    begins_on early_help.event_date,
    constraint kpi_record_any_begins_with_the_others check (record <> 'any' or begins_on is null)
);
insert into kpi_record (record, label) values
    ('any', 'Any of these'),
    ('contact', 'Contacts'),
    ('referral', 'Referrals'),
    ('episode', 'Episodes'),
    ('assessment', 'Early Help Assessments'),
    ('plan', 'Plans and their reviews'),
    ('step', 'Step ups and step downs'),
    ('service_request', 'Requests for a service'),
    ('group_session', 'Group sessions'),
    ('partner_return', 'Returns of services'),
    ('case_audit', 'Case audits'),
    ('feedback', 'Feedback and requests for it');
comment on table kpi_record is
    'Kinds of record that figures come from, and the day on which the record of each begins. Figures of earlier months are not '
    'shown. The rows are fixed; begins_on is the partnership''s to set.';
comment on column kpi_record.record is 'The kind of record; any: all of them.';
comment on column kpi_record.label is 'What it is.';
comment on column kpi_record.begins_on is
    'First day that this record covers. Null: partnership.record_begins_on, else the first month with events (view kpi_series).';

-- Every day on which something is counted: the one list of them.
create view record_event as
select 'contact'::varchar(20) as record, received_on::date as day from only contact_child
union all select 'referral', referred_on from only referral
union all select 'episode', opened_on from only episode
union all select 'episode', allocated_on from only episode
union all select 'episode', closed_on from only episode
union all select 'episode', closed_on from only reopening
union all select 'episode', reopened_on from only reopening
union all select 'episode', accepted_on from only referral
union all select 'assessment', started_on from only assessment
union all select 'assessment', completed_on from only assessment
union all select 'assessment', ended_on from only assessment
union all select 'plan', started_on from only plan
union all select 'plan', ended_on from only plan
union all select 'plan', held_on from only review
union all select 'step', offered_on from only step
union all select 'step', decided_on from only step
union all select 'service_request', requested_on from only service_request
union all select 'service_request', started_on from only service_request
union all select 'service_request', decided_on from only service_request
union all select 'group_session', held_on from only group_session
union all select 'partner_return', month from only partner_return
union all select 'case_audit', audited_on from only case_audit
union all select 'feedback', asked_on from only feedback_request
union all select 'feedback', given_on from only feedback;
comment on view record_event is
    'Each day on which something was recorded to happen, once per event; null: it has not. Ask for one kind of record and a '
    'range of days: indexes find them.';
comment on column record_event.record is 'The kind of record: see table kpi_record.';
comment on column record_event.day is 'The day.';
