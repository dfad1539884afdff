-- As kpi_cubes: contacts, referrals, episodes and their children change.
begin;
select plan(30);

\ir kpi_written.psql

select refresh() \g /dev/null
-- As a subscriber applies them, without rules and foreign keys: any write there can be.
set session_replication_role = replica;
select after_write($$ update contact_child set received_on = received_on + 200 where contact_child_id % 7 = 0 $$, 'contacts re-dated');
select after_write($$ update contact_child set decision = 'referral', locality_id = null where contact_child_id % 7 = 1 and attached_episode_id is null $$, 'contacts changed');
select after_write($$ update referral set referred_on = referred_on - 300, accepted_on = null, declined_on = null where referral_id % 7 = 0 $$, 'referrals re-dated');
select after_write($$ update referral set source_code = '6', service_id = (select min(service_id) from service) where referral_id % 5 = 0 $$, 'referrals re-coded: episodes move along');
select after_write($$ update child set birth_date = birth_date - 1000, sex_code = 'U', ethnicity_code = 'REFU' where child_id % 4 = 0 $$, 'birth dates corrected');
-- One child, so that no other's marks are on its months: its referral waits, and no episode is opened.
create temporary table waits_alone on commit drop as
select r.referral_id, r.child_id
from referral r
join child c on c.child_id = r.child_id
where c.birth_date is not null
    and c.merged_into_child_id is null
    and not exists (select from episode e where e.family_id = r.family_id)
    and not exists (select from episode_child y where y.child_id = r.child_id)
order by r.referral_id
limit 1;
select after_write($$ update referral set accepted_on = referred_on + 40, declined_on = null where referral_id = (select referral_id from waits_alone) $$, 'a referral accepted without an episode');
select after_write($$ update child set birth_date = birth_date - 2000, sex_code = null where child_id = (select child_id from waits_alone) $$, 'the birth date of who waits so corrected');
-- And one that waited in an episode that another child's referral opened.
create temporary table waits_with_others on commit drop as
select y.child_id
from episode_child y
join episode e on e.episode_id = y.episode_id
join child c on c.child_id = y.child_id
where c.birth_date is not null
    and e.allocated_on > y.joined_on
    and not exists (select from referral r where r.child_id = y.child_id)
    and not exists (select from child d where d.merged_into_child_id = y.child_id)
order by y.child_id
limit 1;
select after_write($$ update child set birth_date = birth_date - 2000, sex_code = null where child_id = (select child_id from waits_with_others) $$, 'and of who waits with others');
select after_write($$ update episode set opened_on = opened_on - 70 where episode_id % 5 = 0 and not exists (select from episode x where x.family_id = episode.family_id and x.episode_id <> episode.episode_id) $$, 'episodes opened earlier');
select after_write($$ update episode set closed_on = closed_on + 35, closure_agreed_on = coalesce(closure_agreed_on, closed_on) where closed_on is not null and episode_id % 3 = 0 and not exists (select from episode x where x.family_id = episode.family_id and x.opened_on > episode.opened_on) $$, 'closures re-dated');
select after_write($$ update episode set allocated_on = allocated_on + 20 where allocated_on is not null and coalesce(closed_on, 'infinity'::date) > allocated_on + 20 $$, 'allocations re-dated');
select after_write($$ update episode set closed_on = null, closure_reason_code = null, closure_agreed_on = null, closure_agreement_absent_reason = null, state = 'allocated' where closed_on > '2022-06-01' and allocated_on is not null and not exists (select from episode x where x.family_id = episode.family_id and x.opened_on > episode.opened_on) $$, 'reopened');
select after_write($$ with kept as (insert into reopening (episode_id, closed_on, closure_reason_code, reopened_on, reason) select episode_id, allocated_on + 30, 'outcomes_achieved', allocated_on + 90, 'x' from episode where allocated_on is not null and closed_on is null returning episode_id, reopened_on) update episode set reopened_on = k.reopened_on, reopen_reason = 'x' from kept k where k.episode_id = episode.episode_id $$, 'with a closure before');
select after_write($$ update referral set primary_need_code = 'N2', locality_id = null where referral_id in (select referral_id from episode where reopened_on is not null) $$, 'their referrals re-coded');
select after_write($$ update episode set allocated_on = allocated_on + 3 where reopened_on is not null $$, 'their allocations re-dated');
select after_write($$ update plan set service_id = (select max(service_id) from service) where episode_id in (select episode_id from episode where reopened_on is not null) $$, 'their plans with another service');
select after_write($$ update plan_outcome set achieved_on = null where achieved_on is not null and plan_outcome_id % 2 = 0 and plan_id in (select plan_id from plan join episode using (episode_id) where reopened_on is not null) $$, 'their outcomes not achieved after all');
select after_write($$ update reopening set closed_on = closed_on - 20, closure_reason_code = 'opened_in_error' where episode_id % 2 = 0 $$, 'closures of before re-dated');
select after_write($$ update assessment set service_id = (select min(service_id) from service), started_on = started_on - 5 where episode_id in (select episode_id from episode where reopened_on is not null) $$, 'their EHAs re-dated');
select after_write($$ update episode set closed_on = greatest(allocated_on + 100, '2022-12-15'), closure_reason_code = 'moved_away', closure_agreed_on = greatest(allocated_on + 100, '2022-12-15'), state = 'closed' where closed_on is null and allocated_on is not null $$, 'all that are allocated closed');
select after_write($$ update episode set referral_id = null where episode_id % 4 = 0 and referral_id is not null $$, 'without a referral');
select after_write($$ insert into episode (family_id, opened_on, allocated_on, closed_on, closure_reason_code, closure_agreed_on, state) select family_id, max(closed_on) + 3, max(closed_on) + 5, max(closed_on) + 40, 'outcomes_achieved', max(closed_on) + 40, 'closed' from episode group by family_id having count(*) = count(closed_on) $$, 'a second episode soon after the first');
select after_write($$ update episode_child set left_on = joined_on + 10 where child_id % 5 = 0 $$, 'children who leave early');
select after_write($$ update episode_child set left_on = null where child_id % 5 = 1 and joined_on = (select max(x.joined_on) from episode_child x where x.child_id = episode_child.child_id and x.episode_id = episode_child.episode_id) $$, 'children who do not leave');
select after_write($$ insert into episode_child (episode_id, child_id, joined_on, left_on) select x.episode_id, min(c.child_id), min(x.joined_on) + 20, min(x.joined_on) + 200 from episode_child x join episode_child c on c.episode_id <> x.episode_id group by x.episode_id on conflict do nothing $$, 'children supported twice at a time');
select after_write($$ with merged as (update child set merged_into_child_id = child_id + 1 where child_id % 6 = 0 and exists (select from child x where x.child_id = child.child_id + 1) returning child_id), contacts as (update contact_child set counted_child_id = child_id + 1 where child_id in (select child_id from merged)) update referral set counted_child_id = child_id + 1 where child_id in (select child_id from merged) $$, 'duplicates merged');
select after_write($$ with parted as (select child_id from child where child_id % 12 = 0 and merged_into_child_id is not null), contacts as (update contact_child set counted_child_id = child_id where child_id in (select child_id from parted)), referrals as (update referral set counted_child_id = child_id where child_id in (select child_id from parted)) update child set merged_into_child_id = null where child_id in (select child_id from parted) $$, 'a merge undone');
select gone_and_back('episode', 'closed_on is not null');
set session_replication_role = origin;
select is(different(), '', 'and the dashboard after all that');

select finish();
rollback;
