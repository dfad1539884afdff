-- The import of contacts: what is taken, what is corrected, what is refused and
-- in which words.
begin;
set client_min_messages = warning;
select plan(83);

-- A name that must be quoted, so that no statement forgets to.
select early_help.create_partnership('import_test') is not null as made \gset
select early_help.rename_partnership('import_test', 'St Helens & "Co"') is null as renamed \gset
set search_path = "St Helens & ""Co""", public;

-- One row of a file, the usual values unless given.
create function pg_temp.row(
    contact_ref text,
    received_on text default '2018-03-05',
    child_ref text default 'C1',
    birth_date text default '2010-05-06',
    expected_birth_date text default null,
    sex text default 'F',
    ward text default 'River',
    source_code text default '2A',
    primary_need_code text default 'N1',
    reason text default 'Neglect',
    decision text default 'information and advice'
) returns void language sql as $$
    insert into inbox_contact
    values (contact_ref, received_on, child_ref, birth_date, expected_birth_date, sex, ward, source_code,
            primary_need_code, reason, decision)
$$;
create function pg_temp.load() returns text language sql as $$
    select format('%s %s %s %s', accepted, unchanged, corrected, rejected) from import_contacts()
$$;
-- The reasons of the last load's rejects; then they are dealt with.
create function pg_temp.rejects() returns text language sql as $$
    with r as (delete from import_reject returning *)
    select string_agg(format('%s %s %s', contact_ref, rule, field), ', ' order by import_reject_id) from r
$$;

select is(
    (select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum) from pg_attribute
     where attrelid = 'inbox_contact'::regclass and attnum > 0 and not attisdropped),
    'contact_ref text, received_on text, child_ref text, birth_date text, expected_birth_date text, sex text, ward text, '
    'source_code text, primary_need_code text, reason text, decision text',
    'the inbox has the eleven columns of the file, all text, in its order');

---------- what a date is ----------
select is(early_help.try_date('2018-02-28'), date '2018-02-28', 'an ISO date is one');
select is(early_help.try_date('2020-02-29'), date '2020-02-29', 'a leap day is one');
select is(early_help.try_date(bad), null, format('%L is no date', bad))
from unnest(array['2018-02-29', '2018-13-01', '2018-00-10', '2018-01-00', '01/02/2018', '2018-1-2', '20180102', 'now', 'infinity',
                  '1899-12-31', '2101-01-01', '2018-01-01 ', '', '2018-01-0x', '2018/01/01']) bad;
select is(early_help.try_date('1900-01-01'), date '1900-01-01', 'the first day');
select is(early_help.try_date('2100-12-31'), date '2100-12-31', 'the last day');

---------- new contacts ----------
select is(pg_temp.load(), '0 0 0 0', 'an empty inbox');
select pg_temp.row('K1', decision => 'referral');
select pg_temp.row('K2', received_on => '2018-04-01', ward => 'Twydall');
select pg_temp.row(' K3 ', child_ref => E'C2\t', birth_date => ' ', expected_birth_date => '2018-09-01', sex => 'U',
                   ward => '  rIVER', decision => '  Universal_Services ');
select pg_temp.row('K4', child_ref => 'C3', sex => null, ward => '', reason => null, decision => '', birth_date => null);
select is(pg_temp.load(), '4 0 0 0', 'four new contacts are accepted');
select is_empty('select * from inbox_contact', 'the inbox is empty');
select is_empty('select * from import_reject', 'nothing is rejected');
select results_eq(
    $$select c.source_ref, cc.received_on::date, cc.source_code::text, k.source_ref, cc.primary_need_code::text, cc.reason::text,
          l.name::text, cc.decision::text
      from contact c join contact_child cc using (contact_id) join child k using (child_id) left join locality l using (locality_id)
      order by 1$$,
    $$values ('K1', date '2018-03-05', '2A', 'C1', 'N1', 'Neglect', 'River', 'referral'),
        ('K2', date '2018-04-01', '2A', 'C1', 'N1', 'Neglect', 'Twydall', 'information_and_advice'),
        ('K3', date '2018-03-05', '2A', 'C2', 'N1', 'Neglect', 'River', 'universal_services'),
        ('K4', date '2018-03-05', '2A', 'C3', 'N1', null, null, null)$$,
    'they stand in the record, spaces and case put right');
select results_eq(
    'select source_ref, birth_date::date, expected_birth_date::date, sex_code::text from child order by 1',
    $$values ('C1', date '2010-05-06', null::date, 'F'), ('C2', null, date '2018-09-01', 'U'), ('C3', null, null, null)$$,
    'so do the children');
select results_eq(
    'select count(*), count(distinct family_id), count(joined_on) from family_member',
    'values (3::bigint, 3::bigint, 0::bigint)', 'each in a family of its own');
select is((select count(*) from family), 3::bigint, 'and no family is left over');
select results_eq(
    $$select k.source_ref, r.referred_on::date, r.source_code::text, r.primary_need_code::text, l.name::text, r.accepted_on::date
      from referral r join child k using (child_id) left join locality l using (locality_id)$$,
    $$values ('C1', date '2018-03-05', '2A', 'N1', 'River', null::date)$$,
    'a contact decided so is a referral, and nobody waits for it');
select is_empty('select * from episode', 'no episode is opened');
select is((select count(*) from locality), 2::bigint, 'a ward stands once, whatever its case');

---------- the same again ----------
select pg_temp.row('K1', decision => 'referral');
select pg_temp.row('K3', child_ref => 'C2', birth_date => null, expected_birth_date => '2018-09-01', sex => 'U', decision => 'universal services');
select is(pg_temp.load(), '0 2 0 0', 'a contact known and the same is unchanged');
select pg_temp.row('K5', received_on => '2018-05-01');
select pg_temp.row('K5', received_on => '2018-05-01 ');
select pg_temp.row('K5', received_on => '2018-05-01');
select pg_temp.row('K1', decision => 'referral');
select pg_temp.row('K1', decision => 'referral');
select is(pg_temp.load(), '1 4 0 0', 'a row given more than once counts as one new and the rest unchanged');

---------- corrections ----------
select referral_id as first_referral from referral \gset
select pg_temp.row('K1', received_on => '2018-03-06', source_code => '6', primary_need_code => 'N5', reason => 'Family dysfunction',
                   ward => 'Watling', decision => 'referral');
select is(pg_temp.load(), '0 0 1 0', 'a contact known and different is corrected');
select results_eq(
    $$select c.received_on::date, cc.received_on::date, cc.source_code::text, cc.primary_need_code::text, cc.reason::text, l.name::text
      from contact c join contact_child cc using (contact_id) join locality l using (locality_id) where c.source_ref = 'K1'$$,
    $$values (date '2018-03-06', date '2018-03-06', '6', 'N5', 'Family dysfunction', 'Watling')$$,
    'in all that the row says');
select results_eq(
    $$select referral_id, referred_on::date, source_code::text, primary_need_code::text, l.name::text from referral left join locality l using (locality_id)$$,
    format($$values (%s::bigint, date '2018-03-06', '6', 'N5', 'Watling')$$, :first_referral),
    'and its referral follows, the same one');
select pg_temp.row('K1', received_on => '2018-03-06', decision => 'no further action');
select pg_temp.row('K2', received_on => '2018-04-01', ward => 'Twydall', decision => 'REFERRAL');
select is(pg_temp.load(), '0 0 2 0', 'decisions are corrected');
select results_eq(
    $$select c.source_ref from referral r join contact_child using (contact_child_id) join contact c using (contact_id)$$,
    $$values ('K2')$$, 'one referral goes, one comes');
select pg_temp.row('K2', received_on => '2018-04-01', ward => 'Twydall', decision => 'referral', child_ref => 'C9', birth_date => '2012-01-01');
select is(pg_temp.load(), '0 0 1 0', 'a contact was another child''s');
select results_eq(
    $$select k.source_ref, k.child_id = cc.child_id, m.family_id = r.family_id
      from referral r join contact_child cc using (contact_child_id) join child k on k.child_id = r.child_id
      join family_member m on m.child_id = k.child_id$$,
    $$values ('C9', true, true)$$, 'the contact, its referral and the family are that child''s');

---------- births ----------
select pg_temp.row('K6', received_on => '2018-09-20', child_ref => 'C2', birth_date => '2018-09-04', sex => 'M');
select is(pg_temp.load(), '1 0 0 0', 'an unborn child is born');
select results_eq(
    $$select birth_date::date, expected_birth_date::date, sex_code::text from child where source_ref = 'C2'$$,
    $$values (date '2018-09-04', null::date, 'M')$$, 'its birth date replaces the expected one');
select pg_temp.row('K3', child_ref => 'C2', birth_date => null, expected_birth_date => '2018-09-01', sex => 'U', decision => 'universal services');
select is(pg_temp.load(), '0 1 0 0', 'its earlier contact still says expected and unknown, and changes nothing');
select pg_temp.row('K6', received_on => '2018-09-20', child_ref => 'C2', birth_date => '2018-09-03', sex => 'M');
select is(pg_temp.load(), '0 0 1 0', 'a birth date is corrected');
select is((select birth_date::date from child where source_ref = 'C2'), date '2018-09-03', 'and stands so');
select pg_temp.row('K7', received_on => '2018-10-02', child_ref => 'C2', birth_date => '2018-09-05', sex => 'M');
select pg_temp.row('K8', received_on => '2018-10-01', child_ref => 'C2', birth_date => '2018-09-04', sex => 'F');
select is(pg_temp.load(), '2 0 0 0', 'two rows, two birth dates');
select results_eq(
    $$select birth_date::date, sex_code::text from child where source_ref = 'C2'$$,
    $$values (date '2018-09-05', 'M')$$, 'the later contact''s words hold');

---------- rejects ----------
insert into primary_need (code, label, valid_from, valid_to, local) values ('L1', 'Local', '2018-04-01', '2018-04-30', true);
select pg_temp.row(null);
select pg_temp.row('B01', received_on => null);
select pg_temp.row('B02', received_on => '05/03/2018');
select pg_temp.row('B03', child_ref => null);
select pg_temp.row('B04', birth_date => '2018-02-30');
select pg_temp.row('B05', birth_date => null, expected_birth_date => 'soon');
select pg_temp.row('B06', expected_birth_date => '2018-09-01');
select pg_temp.row('B07', sex => 'X');
select pg_temp.row('B08', source_code => null);
select pg_temp.row('B09', source_code => 'a) 1A');
select pg_temp.row('B10', source_code => '5D');
select pg_temp.row('B11', primary_need_code => ' ');
select pg_temp.row('B12', primary_need_code => 'N99');
select pg_temp.row('B13', primary_need_code => 'L1');
select pg_temp.row('B14', decision => 'refer');
select pg_temp.row('B15', ward => repeat('w', 121));
select pg_temp.row('B16', reason => repeat('r', 121));
select pg_temp.row(repeat('k', 256));
select pg_temp.row('B17', child_ref => repeat('c', 256));
select pg_temp.row('B18', reason => 'one');
select pg_temp.row('B18', reason => 'another');
select pg_temp.row('B19', child_ref => 'C20', birth_date => null, expected_birth_date => '2018-12-11', decision => 'referral');
select pg_temp.row('B20', source_code => 'nobody');
select pg_temp.row('B20', source_code => 'nobody');
select pg_temp.row('B21', ward => 'Nowhere', primary_need_code => 'L2');
select pg_temp.row('G01', received_on => '2018-04-30', primary_need_code => 'L1');
select pg_temp.row('G02', child_ref => 'C21', birth_date => null, expected_birth_date => '2018-12-10', decision => 'referral');
select pg_temp.row('G03', child_ref => 'C20', birth_date => null, expected_birth_date => '2018-12-11');
select is(pg_temp.load(), '3 0 0 25', 'bad rows do not stop good ones');
select results_eq(
    $$select left(coalesce(contact_ref, '-'), 3), rule::text, field::text from import_reject order by 1, 2, 3$$,
    $$values ('-', 'I01', 'contact_ref'), ('B01', 'I01', 'received_on'), ('B02', 'I02', 'received_on'), ('B03', 'I01', 'child_ref'),
        ('B04', 'I02', 'birth_date'), ('B05', 'I02', 'expected_birth_date'), ('B06', 'R15', 'expected_birth_date'), ('B07', 'I03', 'sex'),
        ('B08', 'I01', 'source_code'), ('B09', 'I03', 'source_code'), ('B10', 'R20', 'source_code'), ('B11', 'I01', 'primary_need_code'),
        ('B12', 'I03', 'primary_need_code'), ('B13', 'R20', 'primary_need_code'), ('B14', 'I04', 'decision'), ('B15', 'I07', 'ward'),
        ('B16', 'I07', 'reason'), ('B17', 'I07', 'child_ref'), ('B18', 'I05', 'contact_ref'), ('B18', 'I05', 'contact_ref'),
        ('B19', 'R15', 'received_on'), ('B20', 'I03', 'source_code'), ('B20', 'I03', 'source_code'), ('B21', 'I03', 'primary_need_code'),
        ('kkk', 'I07', 'contact_ref')$$,
    'each bad row says what is wrong with it, and where');
select is_empty(
    $$select r.rule from import_reject r left join early_help.rules() c using (rule)
      where (r.sqlstate, r.message, r.hint) is distinct from (c.sqlstate, c.sentence, c.hint)$$,
    'in the words of the catalogue');
select results_eq(
    $$select received_on, source_code, reason from import_reject where contact_ref in ('B02', 'B09', 'B18') order by contact_ref, reason$$,
    $$values ('05/03/2018', '2A', 'Neglect'), ('2018-03-05', 'a) 1A', 'Neglect'), ('2018-03-05', '2A', 'another'), ('2018-03-05', '2A', 'one')$$,
    'and stands there as it was given');
select is_empty($$select name from locality where name in ('Nowhere')$$, 'a rejected row makes no locality');
select is_empty($$select source_ref from child where source_ref like 'ccc%'$$, 'and no child');
delete from import_reject;
-- The sex list has dates for nobody.
update sex set valid_to = '2017-01-01' where code = 'F';
select pg_temp.row('G04');
select is(pg_temp.load(), '1 0 0 0', 'sex is taken for all dates');

---------- R15 against the record ----------
-- C21 is expected on 2018-12-10 and was referred 280 days before.
select pg_temp.row('D1', received_on => '2018-12-20', child_ref => 'C21', birth_date => '2018-12-11');
select is(pg_temp.load(), '0 0 0 1', 'a birth date that a referral is too early for');
select is(pg_temp.rejects(), 'D1 R15 birth_date', 'is rejected by R15');
select pg_temp.row('D1', received_on => '2018-12-20', child_ref => 'C21', birth_date => '2018-12-11');
select pg_temp.row('G02', received_on => '2018-03-06', child_ref => 'C21', birth_date => null, expected_birth_date => '2018-12-10', decision => 'referral');
select is(pg_temp.load(), '1 0 1 0', 'unless the referral''s date is corrected with it');
select pg_temp.row('D1', received_on => '2018-12-20', child_ref => 'C21', birth_date => '2018-11-01');
select pg_temp.row('G02', received_on => '2018-02-01', child_ref => 'C21', birth_date => null, expected_birth_date => '2018-11-01', decision => 'referral');
select is(pg_temp.load(), '0 0 2 0', 'both later or both earlier');
update child set died_on = '2018-12-24' where source_ref = 'C21';
update child set expected_birth_date = '2018-12-11', pregnancy_ended_on = '2018-06-01' where source_ref = 'C20';
select pg_temp.row('D2', received_on => '2018-12-25', child_ref => 'C21', birth_date => '2018-11-01', decision => 'referral');
select pg_temp.row('D3', received_on => '2018-12-25', child_ref => 'C21', birth_date => '2018-11-01');
select pg_temp.row('D4', received_on => '2018-12-25', child_ref => 'C20', birth_date => '2018-11-01');
select pg_temp.row('D5', received_on => '2018-12-25', child_ref => 'C20', birth_date => null, decision => 'referral');
select pg_temp.row('D6', received_on => '2018-12-25', child_ref => 'C21', birth_date => '2018-12-25');
select is(pg_temp.load(), '1 0 0 4', 'death and a pregnancy''s end are known to the record');
select is(pg_temp.rejects(), 'D2 R15 received_on, D4 R15 birth_date, D5 R15 received_on, D6 R15 birth_date', 'and keep bad rows out');

---------- what others rest on ----------
select pg_temp.row('E1', received_on => '2018-06-01', child_ref => 'C30', decision => 'referral');
select pg_temp.row('E2', received_on => '2018-06-01', child_ref => 'C31', decision => 'referral');
select pg_temp.row('E3', received_on => '2018-08-01', child_ref => 'C30');
select is(pg_temp.load(), '3 0 0 0', 'two referrals and a further contact');
insert into episode (family_id, referral_id, opened_on)
select r.family_id, r.referral_id, '2018-06-10'
from referral r join child k using (child_id) where k.source_ref = 'C30';
update referral r set accepted_on = '2018-06-05' from child k where k.child_id = r.child_id and k.source_ref = 'C31';
update contact_child set attached_episode_id = (select max(episode_id) from episode)
where contact_id = (select contact_id from contact where source_ref = 'E3');
select pg_temp.row('E1', received_on => '2018-06-01', child_ref => 'C30', decision => 'referral');
select pg_temp.row('E2', received_on => '2018-06-06', child_ref => 'C31', decision => 'referral');
select pg_temp.row('E3', received_on => '2018-08-01', child_ref => 'C30', decision => 'referral');
select is(pg_temp.load(), '0 1 0 2', 'the same row is unchanged whatever rests on it');
select is(pg_temp.rejects(), 'E2 I06 received_on, E3 R16 decision', 'a referral is not dated after its acceptance, an attached contact is not referred');
select pg_temp.row('E1', received_on => '2018-06-01', child_ref => 'C30', decision => 'social care');
select pg_temp.row('E2', received_on => '2018-06-01', child_ref => 'C32', decision => 'referral');
select pg_temp.row('E3', received_on => '2018-08-01', child_ref => 'C31');
select is(pg_temp.load(), '0 0 0 3', 'a referral that an episode or an acceptance rests on is not taken away');
select is(pg_temp.rejects(), 'E1 I06 decision, E2 I06 child_ref, E3 I06 child_ref', 'and the reject says so');
select pg_temp.row('E1', received_on => '2018-06-09', child_ref => 'C30', decision => 'referral', primary_need_code => 'N4');
select is(pg_temp.load(), '0 0 1 0', 'but it is corrected where nothing is in the way');

---------- wards of two boundaries ----------
insert into locality (name, valid_from, valid_to) values ('Luton', null, '2023-05-04'), ('Luton', '2023-05-04', null);
select pg_temp.row('W1', received_on => '2023-05-03', ward => 'Luton');
select pg_temp.row('W2', received_on => '2023-05-04', ward => 'LUTON');
select is(pg_temp.load(), '2 0 0 0', 'a ward with two boundaries');
select results_eq(
    $$select c.source_ref, l.valid_from from contact c join contact_child using (contact_id) join locality l using (locality_id)
      where c.source_ref in ('W1', 'W2') order by 1$$,
    $$values ('W1', null::date), ('W2', date '2023-05-04')$$, 'is the one of the day');

---------- contacts of several children, children of several families ----------
select pg_temp.row('S1', received_on => '2018-07-01', child_ref => 'C40');
select is(pg_temp.load(), '1 0 0 0', 'a contact');
insert into child (source_ref) values ('C41'), ('C42');
insert into contact_child (contact_id, child_id, primary_need_code)
select contact_id, child_id, 'N1' from contact c, child k where c.source_ref = 'S1' and k.source_ref = 'C41';
select pg_temp.row('S1', received_on => '2018-07-01', child_ref => 'C41', birth_date => null, sex => null, decision => 'universal services');
select is(pg_temp.load(), '0 0 1 0', 'to which somebody added a sibling: the row is the sibling''s');
select pg_temp.row('S1', received_on => '2018-07-02', child_ref => 'C42', birth_date => null, sex => null);
select is(pg_temp.load(), '0 0 1 0', 'and one of a third child adds it');
select results_eq(
    $$select k.source_ref, cc.received_on::date, cc.decision::text from contact c join contact_child cc using (contact_id) join child k using (child_id)
      where c.source_ref = 'S1' order by 1$$,
    $$values ('C40', date '2018-07-02', 'information_and_advice'), ('C41', '2018-07-02', 'universal_services'), ('C42', '2018-07-02', 'information_and_advice')$$,
    'the day is the contact''s, the decision the child''s');
select is_empty(
    $$select k.source_ref from child k where source_ref is not null and not exists (select from family_member m where m.child_id = k.child_id)$$,
    'a child without a family got one');
update family_member m set left_on = '2018-08-01' from child k where k.child_id = m.child_id and k.source_ref = 'C42';
insert into family (source_ref) values ('moved to');
insert into family_member (family_id, child_id, joined_on)
select f.family_id, k.child_id, '2018-08-01' from family f, child k where f.source_ref = 'moved to' and k.source_ref = 'C42';
select pg_temp.row('S2', received_on => '2018-07-31', child_ref => 'C42', birth_date => null, sex => null, decision => 'referral');
select pg_temp.row('S3', received_on => '2018-08-01', child_ref => 'C42', birth_date => null, sex => null, decision => 'referral');
select is(pg_temp.load(), '2 0 0 0', 'a child moved from family to family');
select results_eq(
    $$select r.referred_on::date, f.source_ref is not null from referral r join child k using (child_id) join family f using (family_id)
      where k.source_ref = 'C42' order by 1$$,
    $$values (date '2018-07-31', false), (date '2018-08-01', true)$$, 'each referral is for the family of its day');

---------- around it ----------
set local search_path = public, "St Helens & ""Co""";
select is(current_setting('search_path'), 'public, "St Helens & ""Co"""', 'the caller''s search_path');
select pg_temp.load() \g /dev/null
select is(current_setting('search_path'), 'public, "St Helens & ""Co"""', 'comes back');
set local search_path = public;
select early_help.rename_partnership('St Helens & "Co"', 'renamed');
insert into renamed.inbox_contact select 'R1', '2018-01-01', 'C1', '2010-05-06', null, 'F', 'River', '6', 'N1', null, 'referral';
select results_eq('select * from renamed.import_contacts()', 'values (1, 0, 0, 0)', 'a renamed partnership imports');
select throws_ok($$select early_help.import_contacts('renamed.contact')$$, 'YHP03', null, 'another table is no inbox');

---------- nothing of the schema's owner is called ----------
create function renamed.hijacked() returns boolean language plpgsql as $$
begin
    raise exception sqlstate 'HIJAC' using message = 'hijacked as ' || current_user;
end
$$;
do $$
declare
    l text;
    r text;
    o text;
begin
    foreach l in array '{varchar,text,date,early_help.event_date}'::text[] loop
        foreach r in array '{varchar,text,date,early_help.event_date}'::text[] loop
            execute format('create function renamed.op(%s, %s) returns boolean language sql as ''select renamed.hijacked()''', l, r);
            foreach o in array '{=,<>,<,<=,>,>=}'::text[] loop
                execute format('create operator renamed.%s (function = renamed.op, leftarg = %s, rightarg = %s)', o, l, r);
            end loop;
        end loop;
    end loop;
end
$$;
create function renamed.lower(varchar) returns text language sql as $$ select renamed.hijacked()::text $$;
create function renamed.worst(date, early_help.event_date) returns date language sql as $$ select null::date from (select renamed.hijacked()) h $$;
create aggregate renamed.min(early_help.event_date) (sfunc = renamed.worst, stype = date, initcond = '2000-01-01');
create aggregate renamed.max(early_help.event_date) (sfunc = renamed.worst, stype = date, initcond = '2000-01-01');
create function pg_temp.bites(query text) returns text language plpgsql as $$
begin
    execute query;
    return 'none';
exception when sqlstate 'HIJAC' then
    return 'hijacked';
end
$$;
set local search_path = pg_catalog, renamed, public;
select is(pg_temp.bites($$select min(lower(l.name)) from renamed.locality l$$), 'hijacked', 'whoever has the schema in his path calls them');
select is(pg_temp.bites($$select from renamed.contact c where c.received_on > c.received_on$$), 'hijacked', 'operators, too');
set local search_path = public;
insert into renamed.inbox_contact values
    ('R1', '2018-01-02', 'C1', '2010-05-07', null, 'F', 'Elsewhere', '6', 'N1', null, 'referral'),
    ('R2', '2018-01-03', 'C1', null, null, null, 'River', '6', 'N1', 'x', 'referral'),
    ('R3', '2018-01-03', 'C99', null, '2018-05-01', 'U', 'Nowhere', '6', 'N1', 'x', 'universal services'),
    ('R4', '2018-01-03', 'C99', null, '2018-05-01', 'U', 'Nowhere', 'ZZ', 'N1', 'x', 'universal services');
select is(pg_temp.bites($$create table pg_temp.loaded as select * from renamed.import_contacts()$$), 'none', 'the import calls none of them');
select is((select format('%s %s %s %s', accepted, unchanged, corrected, rejected) from pg_temp.loaded), '2 0 1 1', 'and does its work');

select finish();
rollback;
