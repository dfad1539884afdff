-- R16: while a family has an open episode a further contact is attached to it and not referred again.
\ir fixture.psql

select support(1, 'waiting') \g /dev/null
select support(2, 'closed') \g /dev/null
create function public.refers(family bigint, day date)
returns text
language sql
as $$
    select format('insert into referral (child_id, family_id, referred_on, source_code, primary_need_code)
        values (%s, %s, %L, ''6'', ''N1'')', 10 * family + 1, family, day);
$$;

-- The episode of family 1 is open from 2024-01-01, that of family 2 until 2024-03-31.
select allowed(refers(1, '2024-01-01'), 'the day it opens still belongs to the referral it answers');
select refused(refers(1, '2024-01-02'), 'YH016', 'a referral on a day of an open episode', 'family_id 1 has episode_id 1 open on 2024-01-02');
select refused(refers(1, '2030-01-01'), 'YH016', 'however late');
select allowed(refers(1, '2023-12-31'), 'one of before may be recorded late');
select refused(refers(2, '2024-03-30'), 'YH016', 'one on a past day of an episode that has closed');
select allowed(refers(2, '2024-03-31'), 'the day it closes is free again');
select refused(refers(2, '2024-05-01') || '; update referral set referred_on = ''2024-03-01'' where referred_on = ''2024-05-01''',
    'YH016', 'nor re-dated into it');

-- The other side.
insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code)
values (1, 11, 1, '2023-12-20', '6', 'N1'), (2, 21, 2, '2024-04-10', '6', 'N1');
select refused($$update episode set opened_on = '2023-12-19' where episode_id = 1$$, 'YH016',
    'an episode is not given days on which it was referred', 'referral_id 1 %');
select refused($$select reopen_episode(2, 'again', '2024-05-01')$$, 'YH016', 'nor reopened over a later referral');
select refused($$update episode set closed_on = '2024-04-11', closure_agreed_on = '2024-04-11' where episode_id = 2$$, 'YH016', 'nor closed later');
select allowed($$select open_episode(2, '2024-04-10', referral_id => 2)$$, 'the referral is answered by an episode of its day');

-- Whichever family is named: child 11 is one of family 3 as well.
select support(3, 'none'), support(4, 'planned') \g /dev/null
insert into family_member (family_id, child_id) values (3, 11), (3, 41);
create function public.refers_by_3(child bigint, day date)
returns text
language sql
as $$
    select format('insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code)
        values (3, %s, 3, %L, ''6'', ''N1'')', child, day);
$$;
select refused(refers_by_3(11, '2024-01-02'), 'YH016', 'a child in an open episode is not referred by another family', 'family_id 1 has episode_id 1 open on 2024-01-02');
select allowed(refers_by_3(11, '2024-01-01'), 'on the day it joins it is');
select allowed(refers_by_3(31, '2024-01-02'), 'and a child that is in none');
update episode_child set left_on = '2024-03-01' where child_id = 41;
select refused(refers_by_3(41, '2024-02-29'), 'YH016', 'nor while it was in one');
select allowed(refers_by_3(41, '2024-03-01'), 'from the day it left it is');
select refused(refers_by_3(41, '2024-03-01') || '; update referral set referred_on = ''2024-02-01'' where referral_id = 3', 'YH016', 'nor re-dated so');
select refused(refers_by_3(41, '2024-03-01') || $$; update episode_child set left_on = '2024-03-02' where child_id = 41$$, 'YH016',
    'and it did not stay longer than to a referral', 'referral_id 3 of child_id 41 was made on 2024-03-01, while it was in episode_id 4');
select refused(refers_by_3(41, '2024-03-01') || $$; update episode_child set left_on = null where child_id = 41$$, 'YH016', 'nor until now');
select refused(refers_by_3(41, '2024-03-01') || $$; insert into episode_child values (4, 41, '2024-02-29', '2024-03-10')$$, 'YH011', 'nor is it there twice');
select refused(refers_by_3(41, '2024-03-05') || $$; insert into episode_child values (4, 41, '2024-03-01', '2024-03-10')$$, 'YH016', 'nor does it join before one');
select allowed(refers_by_3(41, '2024-03-05') || $$; insert into episode_child values (4, 41, '2024-03-05')$$, 'it joins on its day');
update episode_child set left_on = null where child_id = 41;

-- Contacts.
select is((record_contact(11, '6', 'N1', '2024-01-05')).attached_episode_id, 1::bigint, 'a further contact is attached');
select is((record_contact(11, '6', 'N1', '2023-12-05')).attached_episode_id, null, 'one of before is not');
select is((record_contact(21, '6', 'N1', '2024-05-05')).attached_episode_id, null, 'nor one after closure');
select refused($$select record_contact(11, '6', 'N1', '2024-01-05', decision => 'referral')$$, 'YH016', 'and not referred again');
select refused($$select refer(contact_child_id) from contact_child where attached_episode_id = 1$$, 'YH016', 'nor afterwards');
select allowed($$select refer(contact_child_id) from contact_child where child_id = 21$$, 'one that is not attached is');

-- Attached to an episode of the child's own, open on the day.
create function public.attaches(child bigint, episode bigint, day date)
returns text
language sql
as $$
    select format('with c as (insert into contact (received_on, source_code) values (%L, ''6'') returning contact_id, received_on)
        insert into contact_child (contact_id, received_on, source_code, child_id, primary_need_code, attached_episode_id)
        select contact_id, received_on, ''6'', %s, ''N1'', %s from c', day, child, episode);
$$;
select allowed(attaches(11, 1, '2024-01-01'), 'a contact of the day the episode opens is attached to it');
select refused(attaches(11, 1, '2023-12-31'), 'YH016', 'one of before is not, by hand', 'episode_id 1 is not open on 2023-12-31 for child_id 11');
select refused(attaches(21, 2, '2024-04-01'), 'YH016', 'nor one of after the closure');
select refused(attaches(11, 2, '2024-03-01'), 'YH016', 'nor one of another family''s child');
-- And the other way round: the episode's days are not taken from under it.
select refused(attaches(21, 2, '2024-03-20') || $$; update episode set closed_on = '2024-03-19' where episode_id = 2$$, 'YH016',
    'an episode is not closed before a contact that is attached to it', 'contact_child_id % of 2024-03-20 is attached to episode_id 2%');
select allowed(attaches(21, 2, '2024-03-20') || $$; update episode set closed_on = '2024-03-20' where episode_id = 2$$, 'on its day it is');
select refused(attaches(11, 1, '2024-01-01') || $$; update episode set opened_on = '2024-01-02' where episode_id = 1$$, 'YH016', 'nor opened after it');
select refused(attaches(11, 1, '2024-02-01') || $$; select close_episode(1, 'moved_away', '2024-01-31', '2024-01-31')$$, 'YH016', 'nor closed by the act');
select allowed(attaches(11, 1, '2024-02-01') || $$; update contact_child set attached_episode_id = null where attached_episode_id = 1;
    select close_episode(1, 'moved_away', '2024-01-31', '2024-01-31')$$, 'once it is detached, it is');
select refused($$update contact set received_on = '2023-01-01' where contact_id = (
    select contact_id from contact_child where attached_episode_id = 1)$$, 'YH016', 'nor re-dated to before it opened');
select refused($$update contact_child set child_id = 21 where attached_episode_id = 1$$, 'YH016', 'nor given to another family''s child');

-- What a contact's children share with it, they have from it.
insert into contact (contact_id, received_on, source_code) values (50, '2023-06-01', '6');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (50, 50, 11, 'N1');
select results_eq('select received_on::date, source_code::text from contact_child where contact_child_id = 50', $$values (date '2023-06-01', '6')$$,
    'its day and source are the contact''s');
update contact set received_on = '2023-06-02' where contact_id = 50;
select is((select received_on::date from contact_child where contact_child_id = 50), date '2023-06-02', 'and follow it');
select refused($$insert into contact_child (contact_id, received_on, source_code, child_id, primary_need_code) values (50, '2023-06-03', '6', 12, 'N1')$$,
    'YHS11', 'another day is not the contact''s');

select * from finish();
rollback;
