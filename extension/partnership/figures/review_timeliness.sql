-- Reviews in the month they were due, held or not. What a running plan is due, and
-- what an ended plan was due before its end, is due without a review. One whose day has not come yet is not
-- due: that is told when it is read, so the cells have the day.
select early_help.define_kpi_cube('reviews', array['review', 'plan_of_review', 'plan_review'], $$
    select
        d.record,
        d.record_id,
        d.plan_kind,
        d.service_id,
        d.due_on,
        1 as due,
        (d.held_on is not null and d.held_on <= d.due_on)::integer as held_on_time,
        (d.held_on is not null and d.held_on > d.due_on)::integer as held_late,
        (d.held_on is null)::integer as not_held
    from (
        select
            'review'::varchar(40) as record,
            r.review_id as record_id,
            r.plan_kind::varchar(20) as plan_kind,
            p.service_id,
            r.due_on::date as due_on,
            r.held_on
        from only review r
        left join lateral (
            select p.service_id
            from only plan p
            where p.plan_id = r.plan_id
            offset 0
        ) p on true
        where r.due_on >= m.month
            and r.due_on < m.next_month
        union all
        select 'plan', p.plan_id, p.kind::varchar(20), p.service_id, p.review_due_on, null
        from only plan p
        where p.review_due_on >= m.month
            and p.review_due_on < m.next_month
            and p.completed_by_review_id is null
            and (p.ended_on is null or p.ended_on > p.review_due_on)
    ) d
$$, counts => '{due, held_on_time, held_late, not_held}', few => true);

create view review_timeliness as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.plan_kind::varchar(20) as plan_kind,
    v.run_by::varchar(10) as run_by,
    v.name as service,
    a.name as agency,
    a.sector::varchar(40) as sector,
    c.due as reviews_due,
    c.held_on_time,
    c.held_late,
    c.not_held
from (
    select
        r.month,
        r.plan_kind,
        r.service_id,
        sum(r.due)::integer as due,
        sum(r.held_on_time)::integer as held_on_time,
        sum(r.held_late)::integer as held_late,
        sum(r.not_held)::integer as not_held
    from cube_reviews r
    where r.due_on <= current_date
    group by r.month, r.plan_kind, r.service_id
) c
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view review_timeliness is
    'Reviews due in the month, held or not, and whether they were held on or before the day. '
    'A review whose day has not come yet is not due. Unit: a review due. '
    'Source: Early Help Strategy 2021-24 section 7 (review in 6-8 weeks).';
