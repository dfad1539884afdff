-- Distinct children do not add up over months: asked for a period.
-- As its owner, since a reader of figures may not see the records.
create function children_contacted(from_date date, to_date date) returns integer
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select count(distinct cc.counted_child_id)::integer
    from contact_child cc
    where cc.received_on >= from_date
        and cc.received_on <= to_date;
end;
comment on function children_contacted(date, date) is 'Number of different children with a contact from one day to another, both included.';
