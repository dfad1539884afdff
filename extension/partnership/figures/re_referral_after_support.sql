-- Referrals soon after support ended: from the day that a child's support ended to a referral of the child. Not to be
-- mixed with re-referrals, from referral to referral. It follows the child: through merges, and to other families.
select early_help.define_kpi_cube(
    're_referral_after_support', array['referral', 'support', 'child_merge', 'positive_outcome', 'partnership'], $$
    select
        'referral'::varchar(40) as record,
        r.referral_id as record_id,
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        1 as referrals,
        (exists (
            select
            from only episode_child x
            join only episode e on e.episode_id = x.episode_id
            where x.child_id in (
                    select r.counted_child_id
                    union all
                    select k.child_id
                    from only child k
                    where k.merged_into_child_id = r.counted_child_id)
                and e.allocated_on <= x.left_on
                and x.left_on < r.referred_on
                and r.referred_on <= x.left_on + make_interval(
                    months => (select p.re_referral_months from only partnership p))
                -- What closed as an error, or as a duplicate, was no support.
                -- Asked of the one episode: spells of all episodes are many.
                and (
                    select coalesce(bool_and(c.was_support), true)
                    from spell_end s
                    left join only closure_reason c on c.code = s.closure_reason_code
                    where s.episode_id = x.episode_id
                        and x.left_on between s.started_on and s.closed_on)))::integer as after_support
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
$$, counts => '{referrals, after_support}', few => true);

create view re_referral_after_support as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    c.referrals,
    c.after_support
from cube_re_referral_after_support c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id;
comment on view re_referral_after_support is
    'Referrals of a child whose support, with whichever family, ended on an earlier day within the re-referral months (usual: '
    '12). It counts from the end of support to the referral. Unit: a referral of a child. Source: scrutiny report 2018.';
