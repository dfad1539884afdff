-- Referrals and re-referrals, child level.
select early_help.define_kpi_cube('re_referrals', array['referral', 'partnership'], $$
    select
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        count(*)::integer as referrals,
        (count(*) filter (where exists (
            select
            from only referral earlier
            where earlier.counted_child_id = r.counted_child_id
                and earlier.referred_on < r.referred_on
                and r.referred_on <= earlier.referred_on + make_interval(
                    months => (select p.re_referral_months from only partnership p)))))::integer as re_referrals
    from only referral r
    where r.referred_on >= m.month
        and r.referred_on < m.next_month
        -- One referral of a child that was made by both its records counts once.
        and (r.child_id = r.counted_child_id or not exists (
            select
            from only referral o
            where o.counted_child_id = r.counted_child_id
                and o.referred_on = r.referred_on
                and o.family_id = r.family_id
                and o.source_code = r.source_code
                and o.child_id <> r.child_id
                and (o.child_id = o.counted_child_id or o.referral_id < r.referral_id)))
    group by 1, 2, 3
$$);

create view re_referrals as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    c.referrals,
    c.re_referrals
from cube_re_referrals c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id;
comment on view re_referrals is
    'Referrals into early help and re-referrals among them, by month, source, need and ward. '
    'Unit: a referral of a child. For the rate, sum both columns first: re_referrals / referrals.';
