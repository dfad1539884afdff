-- Working days, what is due on which day, and the alerts of what became overdue.
-- Nothing here that depends on today is stored but the alerts, by early_help.run_due.
create table bank_holiday (
    day early_help.event_date primary key,
    name varchar(120) not null,
    local boolean not null default false
);
insert into bank_holiday (day, name)
select o.code::date, o.label
from early_help.official_code o
where o.list = 'bank_holiday';
comment on table bank_holiday is 'Days that are no working days, besides Saturdays and Sundays: the bank holidays of England as gov.uk/bank-holidays publishes them (Crown copyright, Open Government Licence v3.0), and the partnership''s own closure days. Add the years to come as they are published.';
comment on column bank_holiday.day is 'The day. Of a bank holiday that falls on a weekend, the substitute day.';
comment on column bank_holiday.name is 'What it is.';
comment on column bank_holiday.local is 'True for a closure day of this partnership''s own.';

create function working_days_between(from_date date, to_date date)
returns integer
language sql
stable
strict
begin atomic
    select early_help.weekdays_between(from_date, to_date)
        - sign(to_date - from_date)::integer * (
            select count(*)::integer
            from only bank_holiday h
            where h.day > least(from_date, to_date)
                and h.day <= greatest(from_date, to_date)
                and extract(isodow from h.day) < 6);
end;
comment on function working_days_between(date, date) is
    'Number of working days (Monday to Friday, less bank_holiday) after from_date, up to and including to_date: 1 from a working day to the next. The same day is 0; with to_date earlier it is the negative of the count the other way round.';

create function add_working_days(from_date date, days integer)
returns date
language sql
stable
strict
begin atomic
    -- As many weekdays as are asked for and could be taken off again.
    select from_date
    where days = 0
    union all
    (select d.day
    from generate_series(1, case when days <> 0 then
        7 * ((abs(days) + (select count(*)::integer from only bank_holiday)) / 5 + 1) else 0 end) i
    cross join lateral (select from_date + sign(days)::integer * i as day) d
    where extract(isodow from d.day) < 6
        and not exists (select from only bank_holiday h where h.day = d.day)
    order by i
    offset greatest(abs(days) - 1, 0)
    limit 1);
end;
comment on function add_working_days(date, integer) is
    'The working day that comes so many working days after a day, or before it where days is negative; 0 is the day itself, working or not. One working day after a Friday, a Saturday or a Sunday is Monday, unless that is a bank_holiday.';

-- Few rows, found without reading all steps.
create index step_urgent_without_consultation on step (offered_on)
    where basis = 'section_47' and consulted_on is null;

create function lead_practitioner_on(episode_id bigint, on_day date default current_date)
returns table (practitioner_id bigint, name varchar(120), agency_id bigint)
language sql
stable
begin atomic
    select r.practitioner_id, r.name, r.agency_id
    from only lead_practitioner l
    join only practitioner r on r.practitioner_id = l.practitioner_id
    where l.episode_id = lead_practitioner_on.episode_id
        and l.from_on <= lead_practitioner_on.on_day
    order by l.from_on desc
    limit 1;
end;
comment on function lead_practitioner_on(bigint, date) is
    'The lead practitioner of an episode on a day (lead professional in the 2021 strategy); no row before the episode was allocated.';

-- The one place that says what a deadline is. due_on is the last day in time.
create view deadline with (security_invoker = true) as
select
    'review_overdue'::early_help.alert_kind as kind,
    p.plan_id,
    null::bigint as step_id,
    null::bigint as episode_id,
    null::bigint as practitioner_id,
    p.review_due_on::date as due_on,
    null::date as until_on
from only plan p
where p.ended_on is null
union all
select
    'consultation_missing',
    null,
    s.step_id,
    null,
    null,
    add_working_days(s.offered_on, 1),
    null
from only step s
where s.basis = 'section_47'
    and s.consulted_on is null
    and s.outcome is distinct from 'withdrawn'
union all
select
    'lead_practitioner_left',
    null,
    null,
    l.episode_id,
    l.practitioner_id,
    greatest(r.active_to, l.from_on - 1),
    n.from_on
from only practitioner r
join only lead_practitioner l on l.practitioner_id = r.practitioner_id
join only episode e on e.episode_id = l.episode_id
left join lateral (
    select min(c.from_on)::date as from_on
    from only lead_practitioner c
    where c.episode_id = l.episode_id
        and c.from_on > l.from_on
) n on true
where r.active_to is not null
    and e.closed_on is null
    and (n.from_on is null or n.from_on > r.active_to + 1);
comment on view deadline is 'What is due, early or late: the next review of every running plan; the consultation of an urgent (s.47) step up that has none recorded, by the next working day; a new lead practitioner where the present one leaves. Compare due_on with the day of interest.';
comment on column deadline.kind is 'What it becomes the day after due_on: review_overdue, consultation_missing, lead_practitioner_left.';
comment on column deadline.plan_id is 'The plan to review; null for other kinds.';
comment on column deadline.step_id is 'The step without consultation; null for other kinds.';
comment on column deadline.episode_id is 'The episode whose lead practitioner leaves; null for other kinds.';
comment on column deadline.practitioner_id is 'The lead practitioner who leaves; null for other kinds.';
comment on column deadline.due_on is 'Last day in time; the day after it is overdue.';
comment on column deadline.until_on is 'Day from which it is settled, where that is known already: the next lead practitioner begins; null: not settled.';

create table alert (
    alert_id bigint generated by default as identity primary key,
    kind early_help.alert_kind not null,
    plan_id bigint references plan on delete cascade,
    step_id bigint references step on delete cascade,
    episode_id bigint references episode on delete cascade,
    practitioner_id bigint references practitioner on delete cascade,
    due_on early_help.event_date not null,
    raised_on early_help.event_date not null,
    raised_at timestamptz not null default now(),
    acknowledged_by bigint references practitioner,
    acknowledged_on early_help.event_date,
    note text,
    cleared_on early_help.event_date,
    constraint alert_is_about_what_its_kind_says check (
        num_nonnulls(plan_id, step_id, episode_id) = 1
        and (plan_id is not null) = (kind = 'review_overdue')
        and (step_id is not null) = (kind = 'consultation_missing')
        and (episode_id is not null) = (kind = 'lead_practitioner_left')
        and (practitioner_id is not null) = (kind = 'lead_practitioner_left')),
    constraint alert_raised_after_due check (raised_on > due_on),
    constraint alert_acknowledged_by_somebody check ((acknowledged_by is null) = (acknowledged_on is null)),
    constraint alert_note_is_of_who_acknowledged check (note is null or acknowledged_by is not null),
    constraint alert_cleared_after_raised check (cleared_on >= raised_on)
);
-- However many runs meet. What was cleared and comes back is a new alert.
create unique index alert_once_a_thing_and_due_date on alert (kind, plan_id, step_id, episode_id, practitioner_id, due_on)
    nulls not distinct
    where cleared_on is null;
create index on alert (plan_id) where plan_id is not null;
create index on alert (step_id) where step_id is not null;
create index on alert (episode_id) where episode_id is not null;
create index on alert (practitioner_id) where practitioner_id is not null;
create index on alert (acknowledged_by) where acknowledged_by is not null;
comment on table alert is 'What became overdue, raised once a thing and due date by early_help.run_due, acknowledged by a person, and cleared by run_due when its cause is gone. It goes with the plan, step or episode it is about.';
comment on column alert.alert_id is 'Key; NOTIFY early_help_alert carries it.';
comment on column alert.kind is 'review_overdue, consultation_missing or lead_practitioner_left.';
comment on column alert.plan_id is 'review_overdue: the plan.';
comment on column alert.step_id is 'consultation_missing: the urgent step up.';
comment on column alert.episode_id is 'lead_practitioner_left: the episode.';
comment on column alert.practitioner_id is 'lead_practitioner_left: who left, and still leads the episode.';
comment on column alert.due_on is 'Last day that was in time: days overdue count from it.';
comment on column alert.raised_on is 'Day it was raised for: as_of of run_due.';
comment on column alert.raised_at is 'When the row was written.';
comment on column alert.acknowledged_by is 'Practitioner who took note of it first; null: nobody yet.';
comment on column alert.acknowledged_on is 'Day of that.';
comment on column alert.note is 'What that person said about it. Narrative.';
comment on column alert.cleared_on is 'Day on which run_due found the cause gone: reviewed, ended, recorded, handed over, re-dated; null: it stands.';

create function acknowledge_alert(
    alert_id bigint,
    practitioner_id bigint,
    acknowledged_on date default current_date,
    note text default null
)
returns alert
language sql
begin atomic
    select early_help.raise_rule('S05', format('alert_id %s', acknowledge_alert.alert_id))
    where not exists (select from only alert r where r.alert_id = acknowledge_alert.alert_id);
    select early_help.raise_rule('S05', format('practitioner_id %s', acknowledge_alert.practitioner_id))
    where not exists (select from only practitioner r where r.practitioner_id = acknowledge_alert.practitioner_id);
    update only alert
    set acknowledged_by = acknowledge_alert.practitioner_id,
        acknowledged_on = acknowledge_alert.acknowledged_on,
        note = acknowledge_alert.note
    where alert.alert_id = acknowledge_alert.alert_id
        and alert.acknowledged_by is null;
    select a
    from only alert a
    where a.alert_id = acknowledge_alert.alert_id;
end;
comment on function acknowledge_alert(bigint, bigint, date, text) is
    'A practitioner takes note of an alert, which stands until its cause is gone. The first to do so stays: see acknowledged_by of the row that comes back. Error YHS05.';

create function record_consultation(
    step_id bigint,
    role early_help.consultation_role,
    consulted_on date default current_date
)
returns step
language sql
begin atomic
    select early_help.raise_rule('S05', format('step_id %s', record_consultation.step_id))
    where not exists (select from only step r where r.step_id = record_consultation.step_id);
    update only step
    set consulted_role = record_consultation.role,
        consulted_on = record_consultation.consulted_on
    where step.step_id = record_consultation.step_id
    returning step;
end;
comment on function record_consultation(bigint, early_help.consultation_role, date) is
    'Records the consultation of an urgent (s.47) step up that went first, once, also after the step was decided: due by the next working day after the offer. Errors YHS05, YH010, YH012.';
