-- SQL that is put together: a text with named placeholders, and what fills them.

create function early_help_internal.fill(template text, fillings jsonb) returns text
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
declare
    piece text;
    name text;
    filled text := '';
begin
    -- One pass: what is filled in may have braces of its own.
    for piece in
        select m.piece[1]
        from regexp_matches(template, $re$\{\{[a-z_]+\}\}|\{'[a-z_]+'\}|\{[a-z_]+\}|[^{]+|\{$re$, 'g')
            with ordinality m (piece, place)
        order by m.place
    loop
        name := substring(piece from $re$\A\{[{']?([a-z_]+)['}]?\}\Z$re$);
        if name is not null and not fillings ? name then
            raise invalid_parameter_value using message = format('nothing fills %s', piece);
        end if;
        filled := filled || case
            when name is null then piece
            when starts_with(piece, '{{') then fillings ->> name
            when starts_with(piece, '{''') then quote_nullable(fillings ->> name)
            else quote_ident(fillings ->> name)
        end;
    end loop;
    return filled;
end
$$;
comment on function early_help_internal.fill is
    'Fills the placeholders of a text: {name} with a quoted identifier, {''name''} with a quoted literal, {{name}} with the text '
    'itself. Error 22023: a name has no value.';
