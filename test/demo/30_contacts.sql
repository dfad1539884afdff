\echo
\echo Contacts of two years, made up by a seeded generator of the project, through the inbox.
\copy medway.inbox_contact from 'contacts.csv' (format csv, header match)
select * from medway.import_contacts();
call early_help.refresh_kpis('medway');
