-- What the drivers read: a partnership with some months stale, and two roles.
-- The variable role names a file with the statements of docs/bi.md.
\set ON_ERROR_STOP on
set client_min_messages = warning;
create extension early_help cascade;
create extension early_help_sample;

create role town_owner nologin;
select format('grant create on database %I to town_owner', current_database()) \gexec
select null from early_help.grant_ownership('town_owner') \g /dev/null
set role town_owner;
select null from early_help.create_partnership('town', training => true) \g /dev/null
select null from early_help_sample.generate_sample('town', 60, '2023-04-01', '2024-09-30', 1) \g /dev/null
update town.agency set name = 'Zoë’s Łantern – £5 "families"' where name = 'Lantern Families';

-- What docs/bi.md gives a BI tool: all that it gets.
reset role;
\i :role
set role town_owner;

-- Every type a view may have, with the values that drivers stumble over.  In
-- London it was summer time all through 1970; the clocks change on 31 March
-- and 27 October 2024.
create view town_kpi.every_type as
select
    v.label::varchar(255),
    v.whole::integer,
    v.amount::numeric(15, 2),
    v.id::numeric(19, 0),
    v.share::double precision,
    v.day::date,
    v.moment::timestamp(0),
    v.flag::boolean
from (
    values
        ('largest', 2147483647, 9999999999999.99, 999999999999999, 1.7976931348623157e308, '9999-12-31', '2024-12-31 23:59:59', true),
        ('smallest', -2147483648, -9999999999999.99, -999999999999999, 5e-324, '1900-01-01', '1900-01-01 00:00:00', false),
        ('near nothing', 0, -0.01, 0, 0.1, '1970-01-01', '1970-01-01 00:00:00', true),
        ('into summer time', 1, 0.10, 1, 1 / 3.0, '2024-03-31', '2024-03-31 00:30:00', false),
        ('midnight in summer', 1, 1.00, 1, 1e-7, '2024-07-01', '2024-07-01 00:00:00', false),
        ('out of summer time', 1, 100.00, 1, 100, '2024-10-27', '2024-10-27 01:30:00', false),
        ('leap day', 1, 12.50, 1, -1.5, '2024-02-29', '2024-02-29 12:00:00', false),
        (E'a tab\t, a line\n, a backslash \\ and ë€家𝄞', 1, 1, 1, 1, '2024-01-01', '2024-01-01 00:00:00', true),
        (repeat('é', 255), 1, 1, 1, 1, '2024-01-01', '2024-01-01 00:00:00', true),
        ('', null, null, null, null, null, null, null),
        (null, null, null, null, null, null, null, null)
) as v (label, whole, amount, id, share, day, moment, flag);
comment on view town_kpi.every_type is 'Every type that a view of figures may have: varchar, integer, numeric, double precision, date, timestamp, boolean.';
comment on column town_kpi.every_type.label is 'What the row tries: "quotes", ë, €.';
comment on column town_kpi.every_type.whole is 'Whole numbers.';
comment on column town_kpi.every_type.amount is 'Decimals.';
comment on column town_kpi.every_type.id is 'Numbers of a record.';
comment on column town_kpi.every_type.share is 'Floating point.';
comment on column town_kpi.every_type.day is 'Days.';
comment on column town_kpi.every_type.moment is 'Moments, without a time zone.';
comment on column town_kpi.every_type.flag is 'Yes or no.';
reset role;

-- Fresh, but for the months that the last families reach.
call early_help.refresh_kpis('town');
set role town_owner;
select null from early_help_sample.generate_sample('town', 5, '2024-08-01', '2024-09-30', 2) \g /dev/null
reset role;

-- Who reads the records too.
create role case_manager login password 'case_manager';
grant usage on schema town_kpi, town to case_manager;
grant select on all tables in schema town_kpi, town to case_manager;
select null from early_help.grant_execute('town', 'case_manager', 'reader') \g /dev/null
