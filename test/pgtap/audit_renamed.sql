-- A renamed partnership.
begin;
select plan(3);
select null from early_help.create_partnership('medway') \g /dev/null
select null from early_help.rename_partnership('medway', 'Swale') \g /dev/null
select is_empty($$select * from early_help.audit('Swale')$$, 'renamed, it is as clean');
insert into "Swale".family default values;
set local session_replication_role = replica;
insert into "Swale".consent (family_id, given_by, given_on) values (9, 'parent', '2024-01-01');
select results_eq($$select rule, sqlstate, record, record_id, detail from early_help.audit('Swale')$$,
    $$values ('A01', 'YHA01', 'consent', 1::bigint, 'consent_family_id_fkey: family_id 9')$$, 'and as closely audited');
-- Nothing of the partnership's own poses as a function or an operator.
create function "Swale".count(bigint) returns bigint language plpgsql as $$begin raise 'called'; end$$;
create function "Swale".eq(early_help.event_date, early_help.event_date) returns boolean language plpgsql as $$begin raise 'called'; end$$;
create operator "Swale".= (leftarg = early_help.event_date, rightarg = early_help.event_date, function = "Swale".eq);
select is((select count(*) from early_help.audit('Swale')), 1::bigint, 'nor does a partnership''s own function run');
select * from finish();
rollback;
