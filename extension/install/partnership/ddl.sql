-- The DDL of one partnership: the library has its text, which the build makes of extension/partnership.

create function early_help_internal.partnership_records_ddl() returns text
    language c
    immutable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'partnership_records_ddl';
comment on function early_help_internal.partnership_records_ddl() is
    'The DDL of the records of one partnership.';

create function early_help_internal.partnership_kpi_ddl() returns text
    language c
    immutable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'partnership_kpi_ddl';
comment on function early_help_internal.partnership_kpi_ddl() is
    'The DDL of the KPI views of one partnership.';
