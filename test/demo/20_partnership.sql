\echo
\echo A partnership is a schema with its records, and one beside it that BI tools read.
select name, kpi_schema, version from early_help.create_partnership('medway', title => 'Medway Early Help Partnership');
