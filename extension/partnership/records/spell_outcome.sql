-- What became of a spell of support that is over. Two cubes count it: closures, and the children of them.
create view spell_outcome as
select
    s.episode_id,
    s.referral_id,
    s.started_on,
    s.supported_from,
    s.closed_on,
    s.closure_reason_code,
    coalesce(c.counted_in_outcomes, false) as counted,
    -- Without agreed outcomes, or stepped up, it is not positive.
    coalesce(c.counted_in_outcomes, false)
        and s.closure_reason_code <> 'stepped_up'
        and o.agreed > 0
        and o.achieved >= o.agreed * (select p.positive_outcome_share from only partnership p) as positive,
    s.supported_from is not null and coalesce(c.was_support, true) as was_support,
    o.agreed::integer as outcomes_agreed,
    o.achieved::integer as outcomes_achieved,
    -- Dropped outcomes are no longer agreed, and stand beside: dropping what failed must be seen.
    o.dropped::integer as outcomes_dropped
from spell_end s
left join only closure_reason c on c.code = s.closure_reason_code
-- A left join, so that who does not ask for outcomes does not read them.
left join lateral (
    select
        count(*) filter (where o.withdrawn_on is null) as agreed,
        count(*) filter (where o.withdrawn_on is null and o.achieved_on is not null) as achieved,
        count(*) filter (where o.withdrawn_on is not null) as dropped
    from only plan p
    join only plan_outcome o on o.plan_id = p.plan_id
    where p.episode_id = s.episode_id
        and p.started_on >= s.started_on
        and p.started_on <= s.closed_on
) o on true;
comment on view spell_outcome is
    'The spells of episodes that are over, and what became of them: one row per closure, as in spell_end.';
comment on column spell_outcome.episode_id is 'The episode.';
comment on column spell_outcome.referral_id is 'Referral that the episode answers, where there is one.';
comment on column spell_outcome.started_on is 'First day of the spell: opened, or reopened.';
comment on column spell_outcome.supported_from is 'First day of support in the spell; null: closed while waiting.';
comment on column spell_outcome.closed_on is 'Last day of the spell.';
comment on column spell_outcome.closure_reason_code is 'Why it closed.';
comment on column spell_outcome.counted is 'Whether the reason counts towards outcomes (closure_reason.counted_in_outcomes).';
comment on column spell_outcome.positive is
    'Whether the share of agreed outcomes that were achieved reaches partnership.positive_outcome_share.';
comment on column spell_outcome.was_support is
    'Whether it was support: allocated, and not opened in error or a duplicate (closure_reason.was_support). Then it has '
    'a length.';
comment on column spell_outcome.outcomes_agreed is 'Outcomes agreed in the spell''s plans, without those dropped.';
comment on column spell_outcome.outcomes_achieved is 'Those that were achieved.';
comment on column spell_outcome.outcomes_dropped is 'Outcomes that were agreed and dropped.';
