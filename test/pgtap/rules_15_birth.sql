-- R15: born or expected, not both; referred at most 280 days before birth, not after death.
\ir fixture.psql

insert into family (family_id) values (1);
insert into child (child_id, birth_date) values (1, '2024-10-01');
insert into child (child_id, expected_birth_date) values (2, '2024-10-01');
insert into child (child_id) values (3);
insert into family_member (family_id, child_id) select 1, n from generate_series(1, 3) n;
create function public.referred(child bigint, referred_on date) returns text language sql as $$
    select format('insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) values (%s, 1, %L, %L, %L)',
        child, referred_on, (select min(code) from contact_source), (select min(code) from primary_need));
$$;

select refused($$insert into child (birth_date, expected_birth_date) values ('2024-10-01', '2024-10-01')$$, 'YH015', 'born and expected');
select refused($$update child set birth_date = '2024-10-01' where child_id = 2$$, 'YH015', 'and by update');
select allowed($$update child set birth_date = '2024-10-02', expected_birth_date = null where child_id = 2$$, 'born instead of expected');
select refused($$update child set pregnancy_ended_on = '2024-09-01' where child_id = 1$$, 'YH015', 'no pregnancy ends after birth');
select refused($$update child set died_on = '2024-09-30' where child_id = 1$$, 'YH015', 'nobody dies before birth');
select refused($$insert into child (birth_date) values ('infinity')$$, 'YHS08', 'a birth date is a real day');

select allowed(referred(c, date '2024-10-01' - 280), format('a referral of child %s 280 days before', c)) from unnest('{1,2}'::bigint[]) c;
select refused(referred(c, date '2024-10-01' - 281), 'YH015', format('and 281 days before, child %s', c), format('%%child_id %s', c)) from unnest('{1,2}'::bigint[]) c;
select allowed(referred(3, '1950-01-01'), 'a child whose birth is unknown');
select allowed(referred(3, '1950-01-01') || '; update child set birth_date = ''1950-10-08'' where child_id = 3', 'its birth found later, 280 days on');
select refused(referred(3, '1950-01-01') || '; update child set birth_date = ''1950-10-09'' where child_id = 3', 'YH015', 'not 281');
select refused(referred(3, '1950-01-01') || '; update child set expected_birth_date = ''1950-10-09'' where child_id = 3', 'YH015', 'nor expected so');
select refused(referred(2, '2024-01-01') || '; update child set birth_date = ''2024-10-08'', expected_birth_date = null where child_id = 2', 'YH015', 'nor born a week late');
select refused(referred(1, '2024-01-01') || '; update referral set referred_on = ''2023-12-01'' where child_id = 1', 'YH015', 'nor re-dated');
select refused(referred(3, '2024-03-01') || '; update referral set child_id = 1 where child_id = 3', 'YHS02', 'nor given to another child');

select refused('update child set died_on = ''2025-01-01'' where child_id = 1; ' || referred(1, '2025-01-02'), 'YH015', 'no referral after death');
select allowed('update child set died_on = ''2025-01-01'' where child_id = 1; ' || referred(1, '2025-01-01'), 'on the day it may be');
select refused(referred(1, '2025-01-02') || '; update child set died_on = ''2025-01-01'' where child_id = 1', 'YH015', 'a death before a referral that was made');
select refused('update child set pregnancy_ended_on = ''2024-06-01'' where child_id = 2; ' || referred(2, '2024-06-02'), 'YH015', 'no referral after a pregnancy ended');
select refused(referred(2, '2024-06-02') || '; update child set pregnancy_ended_on = ''2024-06-01'' where child_id = 2', 'YH015', 'nor the other way round');
select allowed('update child set died_on = ''2025-01-01'' where child_id = 1; insert into family (family_id) values (2)', 'nothing else ends');

select * from finish();
rollback;
