-- R20: a code is valid on the date of its event, where its list says so.
\ir fixture.psql

select support(1, 'planned') \g /dev/null
select support(2, 'closed') \g /dev/null
insert into primary_need (code, label, valid_from, valid_to, local) values ('L1', 'Local', '2024-01-10', '2024-01-20', true);
insert into closure_reason (code, label, valid_to, local) values ('old', 'No longer used', '2020-01-01', true);
insert into headline_outcome (code, label, valid_from, local) values ('new', 'Later', '2024-02-10', true);

-- 5D came on 2022-04-01; 6 has no dates.
select allowed(format($$insert into contact (received_on, source_code) values (%L, %L)$$, day, code), code || ' on ' || day)
from (values ('6', '1999-01-01'), ('5D', '2022-04-01'), ('5D', '2026-01-01')) v (code, day);
select refused($$insert into contact (received_on, source_code) values ('2022-03-31', '5D')$$, 'YH020', 'the day before it came',
    'source_code 5D is valid from 2022-04-01 to no date, received_on is 2022-03-31');
select refused($$insert into contact (received_on, source_code) values ('2022-05-01', '5D'), ('2021-05-01', '5D')$$, 'YH020', 'one of several rows');
select refused($$insert into contact (contact_id, received_on, source_code) values (1, '2022-05-01', '5D');
    update contact set received_on = '2021-05-01'$$, 'YH020', 'nor is the event re-dated to before');
select refused($$insert into contact (contact_id, received_on, source_code) values (1, '2021-05-01', '6');
    update contact set source_code = '5D'$$, 'YH020', 'nor the code changed');
select allowed($$insert into contact (contact_id, received_on, source_code) values (1, '2022-05-01', '5D');
    update contact_source set valid_from = '2023-01-01' where code = '5D'; update contact set agency_id = 1$$,
    'a row whose code was valid when it was written stays writable');
select refused($$insert into contact (received_on, source_code) values ('2022-05-01', 'ZZ')$$, 'YHS09', 'a code of no list at all');

select allowed(format($$select record_contact(11, '6', 'L1', %L)$$, day), 'a local need on ' || day)
from unnest('{2024-01-10,2024-01-20}'::text[]) day;
select refused(format($$select record_contact(11, '6', 'L1', %L)$$, day), 'YH020', 'and outside its days')
from unnest('{2024-01-09,2024-01-21}'::text[]) day;
select refused($$insert into referral (child_id, family_id, referred_on, source_code, primary_need_code)
    values (11, 1, '2023-12-01', '6', 'L1')$$, 'YH020', 'a referral''s need');
select refused($$insert into referral (child_id, family_id, referred_on, source_code, primary_need_code)
    values (11, 1, '2020-12-01', '5D', 'N1')$$, 'YH020', 'a referral''s source');
select refused($$select request_service(1, 'L1', '2024-02-01')$$, 'YH020', 'the need a service is asked for');
select refused($$select close_episode(1, 'old', '2024-02-20', '2024-02-20')$$, 'YH020', 'a reason no longer in use');
select allowed($$select close_episode(1, 'outcomes_achieved', '2024-02-20', '2024-02-20')$$, 'one in use');
select refused($$select add_outcome(1, agreed_on => '2024-02-05', headline_outcome_code => 'new')$$, 'YH020', 'a headline outcome before its time');
select allowed($$select add_outcome(1, agreed_on => '2024-02-10', headline_outcome_code => 'new')$$, 'and in it');
select allowed($$insert into child (birth_date, sex_code) values ('1990-01-01', 'U')$$, 'sex is accepted for all dates');
select is((select array_agg(code order by code) from assessment_factor where not offered), '{18A,19A}'::varchar[], 'withdrawn factors are not offered');
select allowed($$insert into assessment_factor_found (assessment_id, assessment_factor_code) values (1, '18A')$$, 'and accepted');

-- A factor's day is that of its EHA: completed, else started. That of plan 1 started on 2024-01-08.
insert into assessment_factor (code, label, valid_from, valid_to, local) values ('F1', 'Local', '2024-01-05', '2024-01-31', true);
select refused($$insert into assessment_factor_found (assessment_id, assessment_factor_code) values (1, 'F1');
    update assessment set started_on = '2024-01-04' where assessment_id = 1$$, 'YH020', 'an EHA is not re-dated to before a factor came',
    'assessment_factor_code F1 is valid from 2024-01-05 to 2024-01-31, assessment_id 1 is of 2024-01-04');
select refused($$update assessment set started_on = '2024-01-04' where assessment_id = 1;
    insert into assessment_factor_found (assessment_id, assessment_factor_code) values (1, '1A'), (1, 'F1')$$, 'YH020', 'nor one found that was to come');
select refused($$insert into assessment_factor_found (assessment_id, assessment_factor_code) values (1, '1A'); update assessment set started_on = '2024-01-04' where assessment_id = 1;
    update assessment_factor_found set assessment_factor_code = 'F1'$$, 'YH020', 'nor changed to one');
select assess_all(1) \g /dev/null
select refused($$insert into assessment_factor_found (assessment_id, assessment_factor_code) values (1, 'F1');
    update assessment set completed_on = '2024-02-01' where assessment_id = 1$$, 'YH020', 'nor completed after it went');
select refused($$update assessment set completed_on = '2024-02-01' where assessment_id = 1;
    insert into assessment_factor_found (assessment_id, assessment_factor_code) values (1, 'F1')$$, 'YH005', 'nor found then');
select allowed($$insert into assessment_factor_found (assessment_id, assessment_factor_code) values (1, 'F1');
    update assessment set completed_on = '2024-01-31' where assessment_id = 1$$, 'in its days, it is');

select refused(format($$insert into %I (code, label, valid_from, valid_to) values ('X1', 'x', '2024-01-02', '2024-01-01')$$, list), 'YH020', list || ': days in order')
from unnest('{contact_source,primary_need,ethnicity,sex,disability,assessment_factor,closure_reason,headline_outcome}'::text[]) list;

-- What a statement's own function does to a list counts for its next rows.
create function public.ends_5d(i integer)
returns date
language plpgsql
as $$
begin
    if i = 2 then
        update town.contact_source set valid_to = '2022-12-31' where code = '5D';
    end if;
    return '2023-01-01';
end
$$;
select refused($$insert into contact (received_on, source_code) select ends_5d(i), '5D' from generate_series(1, 2) i$$, 'YH020', 'a code that ends between two rows',
    'source_code 5D is valid from 2022-04-01 to 2022-12-31, received_on is 2023-01-01');

select * from finish();
rollback;
