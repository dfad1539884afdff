-- The official code lists. Their rows come from extension/codes/*.tsv at build;
-- create_partnership copies them into the partnership's own code tables.
create table early_help.official_code (
    list text not null,
    code text not null,
    label text not null,
    valid_from date,
    valid_to date,
    constraint official_code_label_is_unique_per_date unique nulls not distinct (list, code, valid_from)
);
grant select on early_help.official_code to public;
comment on table early_help.official_code is
    'Code lists as published: Department for Education, children in need census (Crown copyright, '
    'Open Government Licence v3.0), the ten headline outcomes of Supporting Families 2022-25, '
    'early help closure reasons, which no national list has, and the bank holidays of England (gov.uk, '
    'the same licence; code is the day). A code whose label changed has one row per label.';
comment on column early_help.official_code.list is 'Name of the list, as the file in extension/codes that holds it.';
comment on column early_help.official_code.code is 'The code as published.';
comment on column early_help.official_code.label is 'Its label in the dates beside it.';
comment on column early_help.official_code.valid_from is 'First day the label is valid; null: from the beginning of the list.';
comment on column early_help.official_code.valid_to is 'Last day the label is valid; null: still valid.';
