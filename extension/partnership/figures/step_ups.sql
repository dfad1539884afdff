-- Steps up to social care, each event in its own month.
select early_help.define_kpi_cube('step_ups', array['step'], $$
    select
        e.basis,
        sum(e.offered)::integer as offered,
        sum(e.accepted)::integer as accepted,
        sum(e.declined)::integer as declined,
        sum(e.withdrawn)::integer as withdrawn
    from (
        select s.basis::varchar(40) as basis, 1 as offered, 0 as accepted, 0 as declined, 0 as withdrawn
        from only step s
        where s.to_level = early_help.need_level 'social_care'
            and s.offered_on >= m.month
            and s.offered_on < m.next_month
        union all
        select
            s.basis::varchar(40),
            0,
            (s.outcome = 'accepted')::integer,
            (s.outcome = 'declined')::integer,
            (s.outcome = 'withdrawn')::integer
        from only step s
        where s.to_level = early_help.need_level 'social_care'
            and s.decided_on >= m.month
            and s.decided_on < m.next_month
    ) e
    group by 1
$$);

create view step_ups as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.basis,
    c.offered,
    c.accepted,
    c.declined,
    c.withdrawn
from cube_step_ups c;
comment on view step_ups is
    'Steps up from early help to children''s social care, by month and basis. Unit: a child. '
    'Each event counts in its own month: a step accepted in a month may have been offered in an earlier one.';
