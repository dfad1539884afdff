-- Distinct children do not add up over months. A cell says how many children had a
-- contact in the month, and how many months ago each had the last one in an
-- earlier month: over a period of up to a year, a child counts in its first month there.
select early_help.define_kpi_cube('children_contacted', array['contact_child'], $$
    select
        c.counted_child_id as part,
        'child'::varchar(40) as record,
        c.counted_child_id as record_id,
        early_help_internal.months_between(p.last_before, m.month) as months_since,
        1 as children,
        c.contacts
    from (
        select cc.counted_child_id, count(distinct cc.contact_id)::integer as contacts
        from only contact_child cc
        where cc.received_on >= m.month
            and cc.received_on < m.next_month
        group by cc.counted_child_id
    ) c
    left join lateral (
        select max(e.received_on) as last_before
        from only contact_child e
        where e.counted_child_id = c.counted_child_id
            and e.received_on < m.month
            and e.received_on >= m.month - interval '11 months'
    ) p on true
$$, counts => '{children, contacts}', few => true);

create view children_contacted as
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
    c.children::integer as children,
    c.contacts::integer as contacts
from kpi_period_shown p
cross join lateral (
    select
        coalesce(
            sum(x.children)
                filter (where early_help_internal.first_in_period(x.month, x.months_since, p.first_month)), 0) as children,
        coalesce(sum(x.contacts), 0) as contacts
    from cube_children_contacted x
    where x.month between p.first_month and p.until_month
) c
where p.record = 'contact'
    and p.period_kind <> 'year to date';
comment on view children_contacted is
    'Different children with a contact in the month, quarter or financial year, and the number of contacts. A child counts '
    'once per period, so do not add periods. Function children_contacted_between counts between any two days.';

-- As its owner, since a reader of figures may not see the records.
create function children_contacted_between(from_date date, to_date date) returns integer
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select count(distinct cc.counted_child_id)::integer
    from only contact_child cc
    where cc.received_on >= from_date
        and cc.received_on <= to_date;
end;
comment on function children_contacted_between(date, date) is
    'Number of different children with a contact from one day to another, both included.';
