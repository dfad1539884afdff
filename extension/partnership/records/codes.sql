-- The partnership's own code tables: official codes copied in, local codes beside them (local = true).
-- Each has the same shape; the label of a date stands in code_label. A code is used on days it is valid (R20):
-- the trigger ..._codes of each record that names one. Sex is accepted on every day.
do $$
declare
    list record;
begin
    for list in
        select *
        from (values
            ('contact_source', 'referral_source',
                'Where a contact or referral came from (DfE children in need census, referral source).'),
            ('primary_need', 'primary_need', 'Main need (DfE children in need census, primary need code).'),
            ('ethnicity', 'ethnicity', 'Ethnicity (DfE census codes).'),
            ('sex', 'sex', 'Sex (DfE census codes M, F, U; accepted for all dates).'),
            ('disability', 'disability', 'Disability (DfE census codes).'),
            ('assessment_factor', 'assessment_factors',
                'Factor identified at the end of an assessment (DfE children in need census).'),
            ('closure_reason', 'closure_reason',
                'Why an episode closed. No national list exists for early help; this is the product''s own.'),
            ('headline_outcome', 'headline_outcome', 'Headline outcome (Supporting Families, 2022-25).')
        ) as t (table_name, official_list, meaning)
    loop
        execute format(
            'create table %1$I (
                code varchar(40) primary key,
                label varchar(255) not null,
                valid_from date,
                valid_to date,
                offered boolean not null default true,
                local boolean not null default false,
                constraint code_dates_in_order check (valid_from <= valid_to)
            )', list.table_name);
        execute format('comment on table %I is %L', list.table_name, list.meaning);
        execute format('comment on column %I.code is %L', list.table_name, 'The code.');
        execute format('comment on column %I.label is %L', list.table_name,
            'Its label today. Table code_label has its labels by date.');
        execute format('comment on column %I.valid_from is %L', list.table_name,
            'First day the code may be used; null: it always could.');
        execute format('comment on column %I.valid_to is %L', list.table_name,
            'Last day the code may be used; null: no last day is known.');
        execute format('comment on column %I.offered is %L', list.table_name,
            'Whether a form should still offer the code. A withdrawn code is accepted but not offered.');
        execute format('comment on column %I.local is %L', list.table_name,
            'True for a code this partnership added to the official list.');
        -- A code is valid from its first label to its last; a label without a day has no limit on that side.
        execute format(
            'insert into %I (code, label, valid_from, valid_to)
            select
                o.code,
                (array_agg(o.label order by o.valid_from desc nulls last))[1],
                case when bool_and(o.valid_from is not null) then min(o.valid_from) end,
                case when bool_and(o.valid_to is not null) then max(o.valid_to) end
            from early_help.official_code o
            where o.list = %L
            group by o.code', list.table_name, list.official_list);
    end loop;
end
$$;

-- Withdrawn by the Department (the date was not found): accepted, not offered.
update only assessment_factor set offered = false where code in ('18A', '19A');

alter table closure_reason add column counted_in_outcomes boolean not null default true;
comment on column closure_reason.counted_in_outcomes is
    'Whether a closure for this reason is in the denominator of positive outcomes.';
update only closure_reason
set counted_in_outcomes = false
where code in ('opened_in_error', 'duplicate', 'moved_away', 'died');

alter table closure_reason add column was_support boolean not null default true;
comment on column closure_reason.was_support is
    'Whether an episode closed for this reason was support. False for what should not have been an episode: '
    'it has no length of support, and nothing comes after its support.';
update only closure_reason
set was_support = false
where code in ('opened_in_error', 'duplicate');

create table code_label (
    list varchar(40) not null,
    code varchar(40) not null,
    label varchar(255) not null,
    valid_from date,
    valid_to date,
    constraint code_label_is_unique_per_date unique nulls not distinct (list, code, valid_from)
);
insert into code_label
select
    case o.list
        when 'referral_source' then 'contact_source'
        when 'assessment_factors' then 'assessment_factor'
        else o.list
    end,
    o.code,
    o.label,
    o.valid_from,
    o.valid_to
from early_help.official_code o
where o.list <> 'bank_holiday';
comment on table code_label is 'Labels of codes by date: an official label can change while its code stays.';
comment on column code_label.list is 'Code table the label belongs to.';
comment on column code_label.code is 'The code.';
comment on column code_label.label is 'Label from valid_from to valid_to.';
comment on column code_label.valid_from is 'First day of the label; null: from the beginning.';
comment on column code_label.valid_to is 'Last day of the label; null: still in use.';
