-- What the KPI views rest on. The cells of each cube stand in a table that
-- early_help.define_kpi_cube makes: see the files of the kpi folder.

create table kpi_stale_months (
    source varchar(63) not null,
    first_month date not null,
    last_month date not null,
    last_event date not null,
    part bigint
);
comment on table kpi_stale_months is
    'Months whose cells are out of date, written by whoever changed a record, in the same transaction. Append-only, without an '
    'index: writers never wait. Emptied by early_help.refresh_kpis alone.';
comment on column kpi_stale_months.source is 'What changed, as the marking trigger names it.';
comment on column kpi_stale_months.first_month is 'First day of the first stale month; -infinity: all are.';
comment on column kpi_stale_months.last_month is 'First day of the last stale month; infinity: all that follow are.';
comment on column kpi_stale_months.last_event is
    'First day of the last of these months that the events themselves are in; the others are reached by them, as far as there '
    'are events or cells. -infinity: none, a setting. infinity: all.';
comment on column kpi_stale_months.part is
    'Key of what alone changed, such as the child: of a cube of parts the rest of the month still stands. Null: the whole month.';

create table kpi_cube (
    cube varchar(40) primary key,
    sources varchar(63)[] not null,
    from_cubes boolean not null default false,
    counts varchar(63)[]
);
comment on table kpi_cube is 'Cubes of figures. Written by early_help.define_kpi_cube.';
comment on column kpi_cube.cube is 'Name: its cells stand in kpi_cell_<cube>, its rows in view kpi_cube_<cube>.';
comment on column kpi_cube.sources is 'Sources of the log that make a month of the cube stale.';
comment on column kpi_cube.from_cubes is 'Whether the cube sums other cubes, and is refreshed after them.';
comment on column kpi_cube.counts is
    'Counts of a cube of parts, whose rows in kpi_part_<cube> add up to its cells; null: any other cube.';

create table kpi_filled_months (
    first_month date not null,
    last_month date not null
);
insert into kpi_filled_months values ('infinity', '-infinity');
comment on table kpi_filled_months is 'One row: between which months cells stand. Written by early_help.refresh_kpis alone.';
comment on column kpi_filled_months.first_month is 'First day of a month before which no cube has cells; infinity: none has.';
comment on column kpi_filled_months.last_month is 'First day of a month after which no cube has cells; -infinity: none has.';

create view kpi_stale_month as
select
    c.cube,
    m.month,
    m.next_month,
    m.whole
from kpi_cube c
cross join lateral early_help_internal.stale_months('kpi_stale_months', c.cube) m;
comment on view kpi_stale_month is 'Stale months of each cube.';
comment on column kpi_stale_month.cube is 'The cube.';
comment on column kpi_stale_month.month is 'First day of the month.';
comment on column kpi_stale_month.next_month is 'First day of the month after.';
comment on column kpi_stale_month.whole is
    'Whether it is computed as a whole; otherwise the cells kept are true but for the parts that are marked.';
