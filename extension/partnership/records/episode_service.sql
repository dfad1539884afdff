-- The service that supports an episode's family: of its plan, its EHA or its lead practitioner. After plan.sql.
-- A table of one row, which the planner takes into the query that asks; a value it would not.
create function service_of_episode(episode_id bigint, on_day date) returns table (service_id bigint)
    language sql
    stable
    rows 1
begin atomic
    select coalesce(
        (
            select p.service_id
            from only plan p
            where p.episode_id = service_of_episode.episode_id
                and p.service_id is not null
                and p.started_on <= service_of_episode.on_day
            order by p.started_on desc, p.plan_id desc
            limit 1),
        (
            select a.service_id
            from only assessment a
            where a.episode_id = service_of_episode.episode_id
                and a.service_id is not null
                and a.started_on <= service_of_episode.on_day
            order by a.started_on desc, a.assessment_id desc
            limit 1),
        (
            select r.service_id
            from only lead_practitioner l
            join only practitioner r on r.practitioner_id = l.practitioner_id
            where l.episode_id = service_of_episode.episode_id
                and l.from_on <= service_of_episode.on_day
            order by l.from_on desc
            limit 1));
end;
comment on function service_of_episode(bigint, date) is
    'The service of an episode on a day: that of its latest plan that names one, else of its latest EHA, else of its lead '
    'practitioner; null: not recorded.';
