\echo Creating the extension as the owner of the database.
create extension early_help cascade;
\dx early_help
