-- Q05: The family agrees that support is no longer needed on the day of the closure or before it.

-- Agreements that are dated after the closure.
select 'episode', e.episode_id,
    format('closed_on %s, closure_agreed_on %s', to_char(e.closed_on, 'YYYY-MM-DD'), to_char(e.closure_agreed_on, 'YYYY-MM-DD'))
from records.episode e
where e.closure_agreed_on > e.closed_on;
