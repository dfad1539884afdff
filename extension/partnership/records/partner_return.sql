-- Monthly counts of services that keep their own records.
create table partner_return (
    service_id bigint not null references service,
    month early_help.event_date not null,
    families integer not null,
    children integer,
    new_families integer,
    returned_on early_help.event_date not null,
    recorded_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint partner_return_pkey primary key (service_id, month),
    constraint partner_return_is_for_a_month check (extract(day from month) = 1),
    constraint partner_return_counts_are_not_negative check (families >= 0 and children >= 0 and new_families >= 0),
    constraint partner_return_new_are_among_all check (new_families <= families)
);
comment on table partner_return is
    'Monthly counts of a service that keeps its own records. Figures show them as returned and never add them to counted '
    'records.';
comment on column partner_return.service_id is 'The service.';
comment on column partner_return.month is 'First day of the month.';
comment on column partner_return.families is 'Families worked with in the month.';
comment on column partner_return.children is 'Children worked with; null: not returned.';
comment on column partner_return.new_families is 'Families new in the month; null: not returned.';
comment on column partner_return.returned_on is 'Day the service returned the counts.';
comment on column partner_return.recorded_at is 'When the row was written.';
comment on column partner_return.updated_at is 'When the row was last written.';
