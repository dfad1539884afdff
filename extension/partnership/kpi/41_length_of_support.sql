-- Length of support of the episodes closed in a month. Medians come from the cases of
-- a period, counted by days, never from medians of months.
select early_help.define_kpi_cube('lengths_of_support', array['episode', 'referral_of_episode'], $$
    select
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        r.service_id,
        e.closed_on - e.opened_on as days,
        count(*)::integer as closures
    from episode e
    left join referral r on r.referral_id = e.referral_id
    where e.closed_on >= m.month
        and e.closed_on < m.next_month
    group by 1, 2, 3, 4, 5
$$);

create view length_of_support_days as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    c.days,
    c.closures
from kpi_cube_lengths_of_support c
left join contact_source s on s.code = c.source_code
left join primary_need n on n.code = c.need_code
left join locality l on l.locality_id = c.locality_id
left join service v on v.service_id = c.service_id;
comment on view length_of_support_days is 'Episodes closed in the month, counted by the days they lasted: for medians of any choice of months, needs and wards. Unit: an episode.';
comment on column length_of_support_days.month is 'First day of the month of the closure.';
comment on column length_of_support_days.month_key is 'The month as YYYY-MM.';
comment on column length_of_support_days.source_code is 'Where the referral came from (DfE referral source code); null: no referral recorded.';
comment on column length_of_support_days.source is 'Label of the source.';
comment on column length_of_support_days.need_code is 'Main need (DfE primary need code); null: no referral recorded.';
comment on column length_of_support_days.need is 'Label of the need.';
comment on column length_of_support_days.ward is 'Ward at the time of the referral; null: unknown.';
comment on column length_of_support_days.service is 'Service asked to help; null: none named.';
comment on column length_of_support_days.run_by is 'hub or partner: who runs the service.';
comment on column length_of_support_days.days is 'Days from opening to closure.';
comment on column length_of_support_days.closures is 'Episodes closed in the month after so many days.';
