-- Everything the extension brings stands in one schema that its script creates,
-- so that a database dumps and restores as its own non-superuser owner.
create schema early_help;
grant usage on schema early_help to public;
comment on schema early_help is
    'The rules of early help: types, the rule catalogue, the continuum of need, trigger functions and official code lists. Case records stand in the schemas that early_help.create_partnership lays down.';
