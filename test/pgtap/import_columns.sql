-- A column that the partnership renames: the import does without it, or says that it misses it. A rule that misses it
-- says so itself. Nobody is shown a query.
\ir fixture.psql
set client_min_messages = warning;
insert into locality (name) values ('River');
select support(1, 'planned') \g /dev/null

-- New, known and corrected: every step of the import has something to do.
create procedure public.load(reason text, decision text)
language plpgsql
as $$
begin
    insert into town.inbox_contact values
        ('known', '2024-02-05', 'k1', '2010-05-06', null, 'F', 'River', '2A', 'N1', reason, decision),
        ('new ' || reason, '2024-02-06', 'k2', null, '2024-05-06', null, 'River', '2A', 'N1', reason, 'referral'),
        ('wrong ' || reason, '2024-02-06', 'k3', '2010-05-06', null, 'F', 'River', 'nowhere', 'N1', reason, 'referral');
    perform town.import_contacts();
end
$$;
call load('first', 'referral');

-- Of each column: what the import says when it has another name.
create temporary table renamed as
select format('%I.%I', c.relname, a.attname) as renamed, outcome.*
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
cross join lateral outcome_of(format('alter table town.%I rename column %I to another_name; call public.load(''second'', ''no_further_action'')', c.relname, a.attname)) as outcome
where c.relnamespace = 'town'::regnamespace
    and c.relname in ('contact', 'contact_child', 'child', 'referral', 'locality', 'family_member', 'episode', 'episode_child',
        'correction', 'contact_source', 'primary_need', 'import_reject', 'inbox_contact');
select is((select string_agg(format('%s: %s %s', renamed, state, message), e'\n' order by renamed) from renamed
        where state <> 'OK000'
            and not (state = '42703' and message like 'the import finds a table or column no longer: %' and hint like 'Give it back%')
            and not (state = '42703' and message like '%which its rules read')),
    null, 'a renamed column stops no import, or is named in words');
select is((select message from renamed where renamed = 'contact_child.reason'), 'the import finds a table or column no longer: column cc.reason does not exist',
    'contact_child.reason, by which it finds out whether a contact is the same');
select ok((select count(*) from renamed where state = 'OK000') > 10, 'many columns it does without');
select ok((select count(*) from renamed where state <> 'OK000') > 20, 'many it needs');
select * from finish();
rollback;
