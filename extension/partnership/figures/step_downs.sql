-- Steps down from social care, each event in its own month.
select early_help.define_kpi_cube('step_downs', array['step'], $$
    select
        e.receiving_agency_id,
        sum(e.offered)::integer as offered,
        sum(e.accepted)::integer as accepted,
        sum(e.declined)::integer as declined,
        sum(e.withdrawn)::integer as withdrawn,
        sum(e.to_early_help)::integer as accepted_to_early_help
    from (
        select s.receiving_agency_id, 1 as offered, 0 as accepted, 0 as declined, 0 as withdrawn, 0 as to_early_help
        from only step s
        where s.from_level = early_help.need_level 'social_care'
            and s.offered_on >= m.month
            and s.offered_on < m.next_month
        union all
        select
            s.receiving_agency_id,
            0,
            (s.outcome = 'accepted')::integer,
            (s.outcome = 'declined')::integer,
            (s.outcome = 'withdrawn')::integer,
            (s.outcome = 'accepted' and s.to_level = early_help.need_level 'early_help')::integer
        from only step s
        where s.from_level = early_help.need_level 'social_care'
            and s.decided_on >= m.month
            and s.decided_on < m.next_month
    ) e
    group by 1
$$);

create view step_downs as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    a.name as receiving_agency,
    a.sector::varchar(40) as receiving_sector,
    c.offered,
    c.accepted,
    c.declined,
    c.withdrawn
from cube_step_downs c
left join only agency a on a.agency_id = c.receiving_agency_id;
comment on view step_downs is
    'Steps down from children''s social care, by month and receiving agency. Unit: a child. Each event counts in its own month.';
