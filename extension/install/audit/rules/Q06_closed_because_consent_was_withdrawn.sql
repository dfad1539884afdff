-- Q06: An episode in which the family withdrew its consent closes as consent_withdrawn.

-- Episodes that say another reason: the withdrawal was recorded after the closure, or the reason was changed. Social care
-- has the child, there was no case, or nobody is left to help: these reasons stand beside a withdrawal.
select 'episode', e.episode_id,
    format('closed_on %s, closure_reason_code %s, withdrawn_on %s of consent_id %s', to_char(e.closed_on, 'YYYY-MM-DD'),
        e.closure_reason_code, to_char(w.withdrawn_on, 'YYYY-MM-DD'), w.consent_id)
from records.episode e
cross join lateral (
    select c.consent_id, c.withdrawn_on
    from records.consent c
    where c.family_id = e.family_id
        and c.kind = 'take_part'
        and c.withdrawn_on between coalesce(e.reopened_on, e.opened_on) and e.closed_on
    order by c.withdrawn_on desc, c.consent_id desc
    limit 1) w
where e.closure_reason_code not in (
        'consent_withdrawn', 'stepped_up', 'opened_in_error', 'duplicate', 'died', 'pregnancy_ended')
    and not exists (
        select
        from records.consent c
        where c.family_id = e.family_id
            and c.kind = 'take_part'
            and c.given_on <= e.closed_on
            and coalesce(c.withdrawn_on, 'infinity') > e.closed_on);
