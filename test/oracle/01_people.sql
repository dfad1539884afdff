-- Every child and whom it counts for, through as many merges as there are.
create table person as
with recursive follow (child_id, person_id) as (
    select child_id, child_id from child
    union
    select f.child_id, c.merged_into_child_id
    from follow f
    join child c on c.child_id = f.person_id
    where c.merged_into_child_id is not null
)
select
    f.child_id,
    p.child_id as person_id,
    p.birth_date,
    p.expected_birth_date,
    p.sex_code,
    p.ethnicity_code
from follow f
join child p on p.child_id = f.person_id
where p.merged_into_child_id is null;
create unique index person_of_a_child on person (child_id);

-- Contacts and referrals with the person, the age in completed years on the day, and
-- whether the person was there before. A day 12 months on is in the month that
-- comes 12 later, and never after its end.
create table contact_counted as
select
    c.*,
    p.person_id,
    p.sex_code,
    p.ethnicity_code,
    case
        when p.birth_date > c.received_on then -1
        when p.birth_date is not null
            then substr(c.received_on, 1, 4) - substr(p.birth_date, 1, 4) - (substr(c.received_on, 6) < substr(p.birth_date, 6))
        when p.expected_birth_date is not null then -1
    end as age
from contact_child c
join person p on p.child_id = c.child_id;
-- A contact counts a person once: the row of the child that is kept, or the first.
delete from contact_counted
where child_id <> person_id
    and exists (
        select 1 from contact_child o
        join person p on p.child_id = o.child_id
        where o.contact_id = contact_counted.contact_id
            and p.person_id = contact_counted.person_id
            and (o.child_id = p.person_id or o.contact_child_id < contact_counted.contact_child_id));
create index contact_of_a_person on contact_counted (person_id, received_on);
alter table contact_counted add column known integer;
update contact_counted
set known = exists (
    select 1 from contact_counted e
    where e.person_id = contact_counted.person_id
        and e.received_on < contact_counted.received_on
        and e.received_on >= date(contact_counted.received_on, '-365 days'));

create table referral_counted as
select
    r.*,
    p.person_id,
    p.sex_code,
    p.ethnicity_code,
    case
        when p.birth_date > r.referred_on then -1
        when p.birth_date is not null
            then substr(r.referred_on, 1, 4) - substr(p.birth_date, 1, 4) - (substr(r.referred_on, 6) < substr(p.birth_date, 6))
        when p.expected_birth_date is not null then -1
    end as age,
    -- The last day on which another referral would be a re-referral.
    min(
        date(r.referred_on, '+' || b.re_referral_months || ' months'),
        date(r.referred_on, 'start of month', '+' || (b.re_referral_months + 1) || ' months', '-1 day')) as again_until
from referral r
join person p on p.child_id = r.child_id
cross join partnership b;
-- A referral that both records of a person have, of one day, family and source, is one.
delete from referral_counted
where child_id <> person_id
    and exists (
        select 1 from referral o
        join person p on p.child_id = o.child_id
        where p.person_id = referral_counted.person_id
            and o.referred_on = referral_counted.referred_on
            and o.family_id = referral_counted.family_id
            and o.source_code = referral_counted.source_code
            and o.child_id <> referral_counted.child_id
            and (o.child_id = p.person_id or o.referral_id < referral_counted.referral_id));
create index referral_of_a_person on referral_counted (person_id, referred_on);
alter table referral_counted add column re_referral integer;
update referral_counted
set re_referral = exists (
    select 1 from referral_counted e
    where e.person_id = referral_counted.person_id
        and e.referred_on < referral_counted.referred_on
        and e.again_until >= referral_counted.referred_on);

-- Who came to a session, and who did not: a person once, whichever of its records is named. A family, or an adult of it,
-- has one row.
create table attendance_counted as
select
    a.group_session_id,
    coalesce('person ' || p.person_id, 'row ' || a.group_attendance_id) as who,
    max(a.attended) as attended
from group_attendance a
left join person p on p.child_id = a.child_id
group by 1, 2;

create table age_band (age_from integer, age_to integer, age_band text);
insert into age_band values (-1, -1, 'before birth'), (0, 0, 'under 1'), (1, 4, '1 to 4'), (5, 9, '5 to 9'),
    (10, 15, '10 to 15'), (16, 17, '16 and 17'), (18, 1000, '18 and over');
