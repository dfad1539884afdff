-- What the KPI views rest on. The cells of each cube stand in a table that
-- early_help.define_kpi_cube makes: see the files of the kpi folder.

create table kpi_stale_months (
    source varchar(63) not null,
    first_month date not null,
    last_month date not null
);
comment on table kpi_stale_months is 'Months whose cells are out of date, written by whoever changed a record, in the same transaction. Append-only, without an index: writers never wait. Emptied by early_help.refresh_kpis alone; never truncate it.';
comment on column kpi_stale_months.source is 'What changed, as the marking trigger names it.';
comment on column kpi_stale_months.first_month is 'First day of the first stale month.';
comment on column kpi_stale_months.last_month is 'First day of the last stale month.';

create table kpi_cube (
    cube varchar(40) primary key,
    sources varchar(63)[] not null
);
comment on table kpi_cube is 'Cubes of figures. Written by early_help.define_kpi_cube.';
comment on column kpi_cube.cube is 'Name: its cells stand in kpi_cell_<cube>, its rows in view kpi_cube_<cube>.';
comment on column kpi_cube.sources is 'Sources of the log that make a month of the cube stale.';

-- As an array, and with a condition that is always true: the planner, which
-- cannot know how many months are stale, then reckons with one, not with
-- thousands, and does not compile the whole query for months that are fresh.
create view kpi_stale_month as
select
    c.cube,
    m.month,
    (m.month + interval '1 month')::date as next_month
from kpi_cube c
cross join lateral unnest(array(
    select distinct g.month::date
    from (
        select distinct
            s.first_month,
            s.last_month
        from kpi_stale_months s
        where s.source = any (c.sources)
    ) r
    cross join lateral generate_series(r.first_month::timestamp, r.last_month::timestamp, interval '1 month') as g (month)
)) as m (month)
where m.month = date_trunc('month', m.month::timestamp)::date;
comment on view kpi_stale_month is 'Stale months of each cube.';
comment on column kpi_stale_month.cube is 'The cube.';
comment on column kpi_stale_month.month is 'First day of the month.';
comment on column kpi_stale_month.next_month is 'First day of the month after.';

-- A plan's end counts in the month it ended in.
create index plan_of_an_end_month on plan (ended_on);

-- Marks. A contact makes contacts up to 365 days later known ones; a referral
-- makes re-referrals up to 24 months later, the most a partnership can set.
create trigger kpi_stale_months
    after insert or update or delete on contact_child
    for each row execute function early_help.mark_stale_months('contact_child', '12', 'received_on');
create trigger kpi_stale_months
    after insert or update or delete on referral
    for each row execute function early_help.mark_stale_months('referral', '24', 'referred_on');
create trigger kpi_stale_months
    after insert or update or delete on plan
    for each row execute function early_help.mark_stale_months('plan', '0', 'started_on', 'ended_on');
create trigger kpi_stale_months
    after insert or update or delete on step
    for each row execute function early_help.mark_stale_months('step', '0', 'offered_on', 'decided_on');

-- A contact is counted with the child's age and sex.
create trigger kpi_stale_months
    after update on child
    for each row
    when ((old.birth_date, old.expected_birth_date, old.sex_code) is distinct from
          (new.birth_date, new.expected_birth_date, new.sex_code))
    execute function early_help.mark_stale_months_of('child', 'child_id', 'contact_child', 'counted_child_id', 'received_on');
-- The foreign key holds the child a new contact is of. Here are the others: the
-- child a duplicate's contact counts for, and that of a contact that moves.
create trigger kpi_hold_child
    after insert on contact_child
    for each row
    when (new.counted_child_id <> new.child_id)
    execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
create trigger kpi_hold_child_of_change
    after update on contact_child
    for each row
    when ((old.received_on, old.counted_child_id) is distinct from (new.received_on, new.counted_child_id))
    execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
-- Where foreign keys are not checked, contacts can be there before the child.
create trigger kpi_stale_months_of_copy
    after insert or delete on child
    for each row execute function early_help.mark_stale_months_of('child', 'child_id', 'contact_child', 'counted_child_id', 'received_on');

-- The months of a re-referral are a setting.
create trigger kpi_stale_months
    after insert or delete on partnership
    for each row execute function early_help.mark_all_months_stale('partnership');
create trigger kpi_stale_months_of_change
    after update on partnership
    for each row
    when (old.re_referral_months is distinct from new.re_referral_months)
    execute function early_help.mark_all_months_stale('partnership');

-- On a subscriber too: its figures are its own.
alter table contact_child enable always trigger kpi_stale_months;
alter table contact_child enable always trigger kpi_hold_child;
alter table contact_child enable always trigger kpi_hold_child_of_change;
alter table referral enable always trigger kpi_stale_months;
alter table plan enable always trigger kpi_stale_months;
alter table step enable always trigger kpi_stale_months;
alter table child enable always trigger kpi_stale_months;
alter table child enable replica trigger kpi_stale_months_of_copy;
alter table partnership enable always trigger kpi_stale_months;
alter table partnership enable always trigger kpi_stale_months_of_change;

-- Truncating is not MVCC: other snapshots would see cells, or marks, go early.
create trigger zz_refuse_truncate before truncate on kpi_stale_months
    for each statement execute function early_help.refuse_truncate();
alter table kpi_stale_months enable always trigger zz_refuse_truncate;
