-- What create_partnership made, as the catalog described it then. The audit
-- compares it with the catalog of today. Filled at the end (figures/note_structure.sql).
create table structure_as_made (
    kind varchar(20) not null,
    table_name name not null,
    name name not null,
    definition text not null,
    state text not null,
    constraint structure_as_made_pkey primary key (kind, table_name, name)
);
comment on table structure_as_made is
    'Tables, columns, constraints, indexes, triggers, functions and views as create_partnership, or the last upgrade, made them. '
    'early_help.audit compares them with those of today. Only early_help_internal.note_structure writes it.';
comment on column structure_as_made.kind is
    'table, column, constraint, index, trigger, function, view, kpi view or kpi function.';
comment on column structure_as_made.table_name is 'Table it belongs to; empty for a function.';
comment on column structure_as_made.name is 'Its name; empty for a table or view.';
comment on column structure_as_made.definition is 'Its definition in PostgreSQL''s words, without the name of the partnership.';
comment on column structure_as_made.state is
    'When a trigger fires, whether a constraint or an index is valid, whether a table has row security.';
