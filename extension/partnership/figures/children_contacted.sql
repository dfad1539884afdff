-- Distinct children do not add up over months. A cell says how many children had a
-- contact in the month, and how many months ago each had the last one in an
-- earlier month: over a period of up to a year, a child counts in its first month there.
select early_help.define_kpi_cube('children_contacted', array['contact_child'], $$
    select
        c.counted_child_id as part,
        early_help_internal.months_between(p.last_before, m.month) as months_since,
        1 as children,
        c.contacts
    from (
        select cc.counted_child_id, count(*)::integer as contacts
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

-- Distinct children do not add up over months: asked for a period.
-- As its owner, since a reader of figures may not see the records.
create function children_contacted(from_date date, to_date date) returns integer
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
comment on function children_contacted(date, date) is 'Number of different children with a contact from one day to another, both included.';
