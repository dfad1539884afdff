\ir fixture.psql
select outcome_of($$insert into conversation (family_id, held_on) values (99, '2024-01-01')$$);
select outcome_of($$insert into contact (received_on, source_code) values ('2024-01-01', 'ZZ')$$);
select outcome_of($$insert into contact (received_on, source_code) values ('2024-01-01', '1Z')$$);
select outcome_of($$insert into contact (received_on, source_code) values ('2024-01-01', '1A'), ('2024-01-01', '1SECRET')$$);
select outcome_of($$select support(1,'closed'); update episode set closure_reason_code='x'$$);
select ok(true);
select * from finish();
rollback;
