create function early_help.rules(
    out rule text,
    out name text,
    out sqlstate text,
    out sentence text,
    out hint text,
    out constraints text[]
)
returns setof record
language c stable strict parallel safe rows 50
as 'MODULE_PATHNAME', 'early_help_rules';
comment on function early_help.rules() is
    'The rule catalogue, one row per rule: R01-R22 the rules of the record, S of the state machine and the tables, '
    'P of partnerships, K of figures, F of published figures, I of imports, A of the audit alone. '
    'An error carries sqlstate and sentence. constraints: the constraints that hold the rule.';

create function early_help_internal.raise_rule(rule text, detail text default null, hint text default null)
returns void
language c volatile parallel safe
as 'MODULE_PATHNAME', 'early_help_raise_rule';
comment on function early_help_internal.raise_rule(text, text, text) is
    'Raises the error of a rule (its SQLSTATE, sentence and hint from the catalogue) with the detail given: ids only, never '
    'names or narrative. Error 22023 for an unknown rule.';

create function early_help_internal.require_day(argument text, day date)
returns void
language sql volatile parallel safe
begin atomic
    select early_help_internal.raise_rule('S11', format('%s is missing', argument), 'Give the day; left out, it is today.')
    where day is null;
end;
comment on function early_help_internal.require_day(text, date) is
    'Raises YHS11 where an act was given null for the day on which something happened: that would take back what was recorded, '
    'without a word. argument: its name.';

create function early_help_internal.refuse_other_contents(key text, id bigint)
returns void
language sql volatile parallel safe
begin atomic
    select early_help_internal.raise_rule('S07', key || ' ' || id || ' has this source_ref, and other contents',
        'Give each record a source_ref of its own. To change what was recorded, write to that row.');
end;
comment on function early_help_internal.refuse_other_contents(text, bigint) is
    'Raises YHS07: an act was called twice with one source_ref, and with other contents. key, id: of the row of the first call.';
