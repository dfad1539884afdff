-- What upgrade_partnership compares by: how PostgreSQL words views and functions, and how
-- it words them once they were made from that, as a restore does.
begin;
select plan(3);
select early_help.create_partnership('p') \g /dev/null
create temporary table first as
select o.* from early_help_internal.objects_restored('p'::regnamespace) o where o.kind in ('view', 'function', 'kpi view', 'kpi function');
create temporary table second as
select o.* from early_help_internal.objects_restored('p'::regnamespace) o;
select cmp_ok(count(*), '>', 200::bigint, 'views and functions') from first;
select isnt_empty('select from first where definition <> restored', 'some are worded in another way');
select results_eq(
    'select f.kind, f.relation, f.name, f.restored from first f order by 1, 2, 3',
    'select s.kind, s.relation, s.name, s.restored from second s where s.kind in (select kind from first) order by 1, 2, 3',
    'once and no more');
select finish();
rollback;
