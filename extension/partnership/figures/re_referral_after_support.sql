-- Referrals soon after support ended: from the closure of an episode to a referral
-- of the same family. Not to be mixed with re-referrals, from referral to referral.
select early_help.define_kpi_cube('re_referral_after_support', array['referral', 'episode_end', 'partnership'], $$
    select
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        count(*)::integer as referrals,
        (count(*) filter (where exists (
            select
            from only episode e
            where e.family_id = r.family_id
                and e.closed_on < r.referred_on
                and r.referred_on <= e.closed_on + make_interval(
                    months => (select p.re_referral_months from only partnership p)))))::integer as after_support
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

create view re_referral_after_support as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    c.referrals,
    c.after_support
from cube_re_referral_after_support c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id;
comment on view re_referral_after_support is
    'Referrals of a child whose family had an episode that closed on an earlier day, '
    'within the re-referral months (usual: 12). It counts from closure to referral, not from referral to referral. '
    'Unit: a referral of a child. Source: scrutiny report 2018.';
