-- What the views of figures read. early_help.define_kpi_cube makes the table of cells
-- of each cube: see folder figures.

create table stale_mark (
    source varchar(63) not null,
    first_month date not null,
    last_month date not null,
    last_event date not null,
    part bigint
);
comment on table stale_mark is
    'Months whose cells are out of date. A transaction that changes a record adds the row. The table is append-only and has no '
    'index, so writers never wait. Only early_help.refresh_kpis deletes rows.';
comment on column stale_mark.source is 'What changed, as the marking trigger names it.';
comment on column stale_mark.first_month is 'First day of the first stale month. -infinity: from the beginning.';
comment on column stale_mark.last_month is 'First day of the last stale month. infinity: without end.';
comment on column stale_mark.last_event is
    'First day of the last month that has one of the events. Later months are stale only as far as there are events or cells. '
    '-infinity: there is no event, as for a setting. infinity: all months count.';
comment on column stale_mark.part is
    'Key of the only part that changed, such as the child; the rest of the month in a cube of parts is still right. Null: the '
    'whole month is stale.';

create table kpi_cube (
    cube varchar(40) primary key,
    sources varchar(63)[] not null,
    from_cubes boolean not null default false,
    counts varchar(63)[]
);
comment on table kpi_cube is 'Cubes of figures. Written by early_help.define_kpi_cube.';
comment on column kpi_cube.cube is
    'Name. Its cells are in table cube_<cube>_cells, and view cube_<cube> shows them, never stale.';
comment on column kpi_cube.sources is 'Sources whose marks make a month of the cube stale.';
comment on column kpi_cube.from_cubes is 'Whether the cube sums other cubes and is therefore refreshed after them.';
comment on column kpi_cube.counts is
    'The counts of a cube of parts, whose rows in table cube_<cube>_parts add up to its cells. Null: the cube has no parts.';

create table kpi_filled_months (
    first_month date not null,
    last_month date not null
);
insert into kpi_filled_months values ('infinity', '-infinity');
comment on table kpi_filled_months is 'One row: the range of months that have cells. Written by early_help.refresh_kpis alone.';
comment on column kpi_filled_months.first_month is
    'First day of a month before which no cube has cells. infinity: no cube has any.';
comment on column kpi_filled_months.last_month is
    'First day of a month after which no cube has cells. -infinity: no cube has any.';

create view stale_month as
select
    c.cube,
    m.month,
    m.next_month,
    m.whole
from kpi_cube c
cross join lateral early_help_internal.stale_months('stale_mark', c.cube) m;
comment on view stale_month is 'The stale months of each cube.';
comment on column stale_month.cube is 'The cube.';
comment on column stale_month.month is 'First day of the month.';
comment on column stale_month.next_month is 'First day of the next month.';
comment on column stale_month.whole is
    'Whether the whole month is computed. False: the cells are right but for the marked parts.';
