-- Numbers worked with. Flows are few, and a stock needs all of them: computed once for all periods.
create view caseload as
with episode_flow as materialized (
    select * from cube_episode_flows
), flow as materialized (
    select month, who, what, months_since, started, ended from cube_worked_with
    union all
    select month, 'child', what, months_since, started, ended from cube_children_worked_with
)
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
    w.episodes::integer as episodes,
    w.families::integer as families,
    w.children::integer as children,
    w.episodes_open::integer as episodes_open,
    w.families_open::integer as families_open,
    w.children_open::integer as children_open,
    e.opened::integer as episodes_opened,
    e.reopened::integer as episodes_reopened,
    e.closed::integer as episodes_closed,
    e.open_at_end::integer as episodes_open_at_end
from kpi_period_shown p
cross join lateral (
    select
        coalesce(sum(x.opened) filter (where x.month >= p.first_month), 0) as opened,
        coalesce(sum(x.reopened) filter (where x.month >= p.first_month), 0) as reopened,
        coalesce(sum(x.closed) filter (where x.month >= p.first_month), 0) as closed,
        coalesce(sum(x.opened + x.reopened - x.closed), 0) as open_at_end
    from episode_flow x
    where x.month <= p.until_month
) e
-- Who came before the period's end and did not leave before its start, less who left and came again within it.
cross join lateral (
    select
        coalesce(sum(x.present) filter (where x.who = 'episode' and x.what = 'supported'), 0) as episodes,
        coalesce(sum(x.present) filter (where x.who = 'family' and x.what = 'supported'), 0) as families,
        coalesce(sum(x.present) filter (where x.who = 'child' and x.what = 'supported'), 0) as children,
        coalesce(sum(x.present) filter (where x.who = 'episode' and x.what = 'open'), 0) as episodes_open,
        coalesce(sum(x.present) filter (where x.who = 'family' and x.what = 'open'), 0) as families_open,
        coalesce(sum(x.present) filter (where x.who = 'child' and x.what = 'open'), 0) as children_open
    from (
        select
            f.who,
            f.what,
            case when early_help_internal.first_in_period(f.month, f.months_since, p.first_month) then f.started else 0 end
                - case when f.month < p.first_month then f.ended else 0 end as present
        from flow f
        where f.month <= p.until_month
    ) x
) w
where p.record = 'episode'
    and p.period_kind <> 'year to date';
comment on view caseload is
    'Numbers worked with: episodes, families and children supported (allocated, not only waiting) on at least one day of the '
    'period; and those open, waiting included. Each counts once: do not add periods. Group work is apart. '
    'Source: strategy 2021-24, 10.';
