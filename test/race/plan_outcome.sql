-- Three intervention plans of one episode, for plan_outcome.c.
select early_help.create_partnership('race');
set search_path = race;
insert into agency (agency_id, name, sector) values (1, 'Council', 'local_authority');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'Practitioner');
insert into family (family_id) values (1);
insert into child (child_id, birth_date) values (1, '2010-01-01');
insert into family_member (family_id, child_id) values (1, 1);
insert into consent (family_id, given_by, given_on) values (1, 'parent', '2018-01-01');
insert into conversation (family_id, held_on) values (1, '2018-01-01');
insert into episode (episode_id, family_id, opened_on) values (1, 1, '2018-01-01');
insert into episode_child (episode_id, child_id, joined_on) values (1, 1, '2018-01-01');
insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2018-01-01', 1);
insert into plan (plan_id, episode_id, started_on) values (1, 1, '2018-01-02'), (2, 1, '2018-01-02'), (3, 1, '2018-01-02');
