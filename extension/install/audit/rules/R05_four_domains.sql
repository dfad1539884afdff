-- R05: A completed EHA has assessed all four domains.

-- Completed EHAs without all four domains, or with a domain assessed after the completion.
select 'assessment', a.assessment_id,
    format('completed_on %s, %s of four domains, the last on %s',
        a.completed_on, coalesce(d.domains, 0), coalesce(d.last::text, 'none'))
from records.assessment a
left join (
    select
        assessment_id,
        count(distinct domain) as domains,
        max(assessed_on) as last
    from records.assessment_domain
    group by assessment_id
) d on d.assessment_id = a.assessment_id
where a.completed_on is not null
    and (coalesce(d.domains, 0) <> 4 or d.last > a.completed_on);

-- EHAs that both completed and ended, that ended without a reason, or for a reason that nothing
-- else bears out.
select 'assessment', a.assessment_id,
    format('started_on %s, completed_on %s, ended_on %s, end_reason %s', a.started_on,
        coalesce(a.completed_on::text, 'none'), coalesce(a.ended_on::text, 'none'),
        coalesce(a.end_reason::text, 'none'))
from records.assessment a
left join records.episode e on e.episode_id = a.episode_id
where (a.completed_on is not null and a.ended_on is not null)
    or (a.ended_on is null) <> (a.end_reason is null)
    or a.completed_on < a.started_on
    or a.ended_on < a.started_on
    or (a.end_reason = 'episode_closed'
        and a.ended_on is distinct from e.closed_on
        and not exists (
            select
            from records.episode_event v
            where v.episode_id = a.episode_id
                and v.state_to = 'closed'
                and v.state_from <> 'closed'
                and v.happened_on = a.ended_on))
    or (a.end_reason = 'consent_withdrawn'
        and not exists (
            select
            from records.consent c
            where c.family_id = e.family_id
                and c.kind = 'take_part'
                and c.withdrawn_on <= a.ended_on));

-- Domains assessed before the EHA began.
select 'assessment_domain', d.assessment_id,
    format('domain %s, assessed_on %s, started_on %s of the EHA', d.domain, d.assessed_on, a.started_on)
from records.assessment_domain d
join records.assessment a on a.assessment_id = d.assessment_id
where d.assessed_on < a.started_on;

-- EHAs that correct one of another episode, one that was not completed, or one that another EHA
-- corrects too.
select 'assessment', a.assessment_id, format('corrects_assessment_id %s', a.corrects_assessment_id)
from (
    select
        a.*,
        count(*) over (partition by a.corrects_assessment_id) as corrections
    from records.assessment a
    where a.corrects_assessment_id is not null
) a
join records.assessment c on c.assessment_id = a.corrects_assessment_id
where a.corrections > 1
    or c.completed_on is null
    or c.episode_id <> a.episode_id
    -- Nor the other way round, nor itself.
    or c.corrects_assessment_id = a.assessment_id;
