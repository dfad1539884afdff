-- Steps up to social care and down from it. What became of those offered in a month, whenever decided; and what was
-- decided in a month, whenever offered: two questions, told apart by name.
select early_help.define_kpi_cube('steps', array['step'], $$
    select
        'step'::varchar(40) as record,
        e.step_id as record_id,
        e.from_level,
        e.to_level,
        e.basis,
        e.receiving_agency_id,
        e.offered,
        (e.offered = 1 and e.outcome is not distinct from 'accepted')::integer as offered_accepted,
        (e.offered = 1 and e.outcome is not distinct from 'declined')::integer as offered_declined,
        (e.offered = 1 and e.outcome is not distinct from 'withdrawn')::integer as offered_withdrawn,
        (e.offered = 1 and e.outcome is null)::integer as offered_open,
        (e.offered = 0 and e.outcome = 'accepted')::integer as accepted,
        (e.offered = 0 and e.outcome = 'declined')::integer as declined,
        (e.offered = 0 and e.outcome = 'withdrawn')::integer as withdrawn
    from (
        select
            s.step_id,
            s.from_level::varchar(20) as from_level,
            s.to_level::varchar(20) as to_level,
            s.basis::varchar(40) as basis,
            s.receiving_agency_id,
            s.outcome,
            1 as offered
        from only step s
        where s.offered_on >= m.month
            and s.offered_on < m.next_month
        union all
        select
            s.step_id,
            s.from_level::varchar(20),
            s.to_level::varchar(20),
            s.basis::varchar(40),
            s.receiving_agency_id,
            s.outcome,
            0
        from only step s
        where s.decided_on >= m.month
            and s.decided_on < m.next_month
    ) e
$$, counts => '{offered, offered_accepted, offered_declined, offered_withdrawn, offered_open, accepted, declined, withdrawn}',
    few => true);

create view step_ups as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.from_level::varchar(20) as from_level,
    c.basis::varchar(40) as basis,
    c.offered,
    c.offered_accepted,
    c.offered_declined,
    c.offered_withdrawn,
    c.offered_open,
    c.accepted,
    c.declined,
    c.withdrawn
from cube_steps c
where c.to_level = 'social_care';
comment on view step_ups is
    'Steps up to children''s social care, from early help or universal services, by month and basis. Unit: a child. '
    'Columns offered_ follow the steps offered in the month; accepted, declined and withdrawn are decisions of the month.';

create view step_downs as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.to_level::varchar(20) as to_level,
    a.name as receiving_agency,
    a.sector::varchar(40) as receiving_sector,
    c.offered,
    c.offered_accepted,
    c.offered_declined,
    c.offered_withdrawn,
    c.offered_open,
    c.accepted,
    c.declined,
    c.withdrawn
from cube_steps c
left join only agency a on a.agency_id = c.receiving_agency_id
where c.from_level = 'social_care';
comment on view step_downs is
    'Steps down from children''s social care, to early help or universal services, by month and receiving agency. Unit: a child. '
    'Columns offered_ follow the steps offered in the month; accepted, declined and withdrawn are decisions of the month.';
