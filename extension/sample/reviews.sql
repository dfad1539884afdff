-- Reviews of plans, with who was asked and who came.

create function early_help_sample.make_reviews(review_round integer, case_round integer, to_on date) returns void
    language plpgsql
as $$
declare
    next_review regclass := pg_get_serial_sequence('review', 'review_id');
begin
    create temp table sample_review on commit drop as
    select
        nextval(next_review) as review_id,
        v.*
    from (
        select
            p.plan_id,
            c.no as case_no,
            c.family_no,
            c.episode_id,
            c.lead_no,
            hashint8extended(900 + review_round, p.k) as k,
            x.held_on,
            x.next_on
        from sample_plan p
        join sample_case c on c.no = p.case_no
        cross join lateral (
            select
                case review_round
                    when 1 then c.held_1_on
                    when 2 then c.held_2_on
                    when 3 then c.held_3_on
                    else c.reheld_on
                end as held_on,
                case review_round when 1 then c.due_2_on when 2 then c.due_3_on end as next_on,
                case when review_round < 4 then p.stop_on else to_on end as stop_on
            offset 0
        ) x
        where c.round = case_round
            and p.again = (review_round = 4)
            and x.held_on <= x.stop_on
        order by c.no
    ) v;
    analyze sample_review;
    insert into review (review_id, plan_id, held_on, decision, next_review_due_on, practitioner_id, family_views)
    select
        r.review_id,
        r.plan_id,
        r.held_on,
        case when r.next_on is null then 'complete' else 'extend' end::early_help.review_decision,
        r.next_on,
        w.practitioner_id,
        case when early_help_sample.draw(r.k, 1) < 0.8 then 'It is better than it was.' end
    from sample_review r
    join sample_practitioner w on w.no = r.lead_no
    order by r.review_id;
    insert into review_participant (review_id, party, child_id, adult_id, practitioner_id, agency_id, present)
    select
        r.review_id,
        x.party::early_help.review_party,
        x.child_id,
        x.adult_id,
        x.practitioner_id,
        x.agency_id,
        early_help_sample.draw(r.k, x.draw) < x.share
    from sample_review r
    cross join lateral (
        select 'family' as party, min(s.child_id) as child_id, null::bigint as adult_id, null::bigint as practitioner_id,
            null::bigint as agency_id, 2 as draw, 0.6 as share
        from sample_child s
        where s.family_no = r.family_no and s.birth + 1826 < r.held_on
        having count(*) > 0
        union all
        select 'family', null, min(a.adult_id), null, null, 3, 0.9
        from sample_adult a
        where a.family_no = r.family_no
        union all
        select 'practitioner', null, null, w.practitioner_id, null, 4, 0.97
        from sample_practitioner w
        where w.no = r.lead_no
        union all
        select 'agency', null, null, null, a.agency_id, 5, 0.7
        from sample_agency a
        where a.no = early_help_sample.draw_between(r.k, 6, 1, 24)
    ) x
    order by r.review_id, x.draw;
    drop table sample_review;
end
$$;
comment on function early_help_sample.make_reviews(integer, integer, date) is
    'For generate_sample: the first, second or third review of plans, or (4) that of the plan after reopening.';
