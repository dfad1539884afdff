create function early_help.transitions_as_text(
    out state_from text,
    out event text,
    out only_when text,
    out state_to text,
    out level_from text,
    out level_to text,
    out rules text[]
)
returns setof record
language c stable strict parallel safe rows 60
as 'MODULE_PATHNAME', 'early_help_transitions';
comment on function early_help.transitions_as_text() is
    'The continuum''s table as it stands in the library; early_help.transitions() gives it with its types.';

create function early_help.transitions()
returns table (
    state_from early_help.episode_state,
    event early_help.continuum_event,
    only_when text,
    state_to early_help.episode_state,
    level_from early_help.need_level,
    level_to early_help.need_level,
    rules text[]
)
language sql stable parallel safe rows 60
begin atomic
    select
        t.state_from::early_help.episode_state,
        t.event::early_help.continuum_event,
        t.only_when,
        t.state_to::early_help.episode_state,
        t.level_from::early_help.need_level,
        t.level_to::early_help.need_level,
        t.rules
    from early_help.transitions_as_text() as t;
end;
comment on function early_help.transitions() is
    'Every legal transition of an episode, one row each: state before (null: no episode yet), event, '
    'case (always, siblings remain, last child), state after, change of level of the children that it moves '
    '(null: none), and the rules that guard it. Everything else is refused with YHS01. '
    'Source: Medway Early Help Strategy 2021-24 section 6-7.';
