\ir fixture.psql
select outcome_of($$insert into conversation (family_id, held_on) values (99, '2024-01-01')$$);
select outcome_of($$insert into family (source_ref) values ('SECRET'), ('SECRET')$$);
select outcome_of($$insert into conversation (family_id, held_on) values (99, '3024-01-01')$$);
select outcome_of($$select record_conversation(99, '3024-01-01')$$);
select outcome_of($$delete from practitioner where practitioner_id=1$$);
select outcome_of($$select support(1,'closed'); delete from practitioner where practitioner_id=1$$);
select outcome_of($$delete from family where family_id=1$$);
select ok(true);
select * from finish();
rollback;
