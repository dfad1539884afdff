-- Referrals: a request for early help for one child, in the month it was made, and those that are a re-referral:
-- the child was referred on an earlier day within the re-referral months.
select early_help.define_kpi_cube('referrals', array['referral', 'child', 'partnership'], $$
    select
        r.counted_child_id as part,
        'referral'::varchar(40) as record,
        r.referral_id as record_id,
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        r.service_id,
        early_help.age_at(ch.birth_date, ch.expected_birth_date, r.referred_on) as age_at_referral,
        ch.sex_code,
        ch.ethnicity_code,
        1 as referrals,
        (r.accepted_on is not null)::integer as accepted,
        (r.declined_on is not null)::integer as declined,
        (exists (
            select
            from only referral earlier
            where earlier.counted_child_id = r.counted_child_id
                and earlier.referred_on < r.referred_on
                and r.referred_on <= earlier.referred_on + make_interval(
                    months => (select p.re_referral_months from only partnership p))))::integer as re_referrals
    from only referral r
    -- One look-up a referral, never a join: a month has few of all children.
    left join lateral (
        select c.birth_date, c.expected_birth_date, c.sex_code, c.ethnicity_code
        from only child c
        where c.child_id = r.counted_child_id
        offset 0
    ) ch on true
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
$$, counts => '{referrals, accepted, declined, re_referrals}');

create view referrals as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    a.name as agency,
    a.sector::varchar(40) as sector,
    c.age_at_referral,
    early_help.age_band(c.age_at_referral)::varchar(20) as age_band,
    c.sex_code,
    c.ethnicity_code,
    c.referrals,
    c.accepted,
    c.declined
from cube_referrals c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view referrals is
    'Referrals to early help, in the month they were made. Unit: a referral of a child, counted once if a duplicate was referred '
    'too. Accepted and declined count these, whenever decided. '
    'Source: Early Help Strategy 2021-24 section 10.';

-- The same cells under the name the Board asks for.
create view re_referrals as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    early_help.age_band(c.age_at_referral)::varchar(20) as age_band,
    c.sex_code,
    c.ethnicity_code,
    c.referrals,
    c.re_referrals
from cube_referrals c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id;
comment on view re_referrals is
    'Referrals into early help and re-referrals among them. Unit: a referral of a child. Same cells as view referrals. '
    'For the rate, sum both columns first: re_referrals / referrals.';
