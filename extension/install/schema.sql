-- The official code lists have dashes and quotation marks that some encodings
-- lack. This script is ASCII, so that it comes as far as this in any of them.
do $$
begin
    perform convert_from(decode('e28093e28098e28099', 'hex'), 'UTF8');
exception
    when untranslatable_character or undefined_function or feature_not_supported then
        raise feature_not_supported using
            message = 'early_help needs a database in encoding UTF8',
            detail = format('%s lacks characters of the official code lists.', getdatabaseencoding()),
            hint = 'Make one with: createdb --encoding=UTF8 --template=template0';
end
$$;

-- Everything the extension brings stands in two schemas that its script creates,
-- so that a database dumps and restores as its own non-superuser owner.
create schema early_help;
grant usage on schema early_help to public;
comment on schema early_help is
    'The rules of early help: types, official code lists, and the functions that people and programs call. '
    'Case records are in the schemas that early_help.create_partnership makes.';

-- Open as well: a function in PL/pgSQL looks its helpers up as whoever calls it.
-- Who may call which is told by execute_list().
create schema early_help_internal;
grant usage on schema early_help_internal to public;
comment on schema early_help_internal is
    'The inside of early_help: trigger functions, the engine of the figures, the audit. '
    'Users call nothing here; it changes between versions.';
