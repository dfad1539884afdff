-- What the extension brings, seen from the catalogue.
begin;
select plan(3);

select has_schema('early_help'::name);

select is(
    (select extversion from pg_extension where extname = 'early_help'),
    (select default_version from pg_available_extensions where name = 'early_help'),
    'the extension has the version of its control file');

-- People read comments in psql and in BI tools: nothing public goes without.
select is_empty(
    $$
    select pg_describe_object(d.classid, d.objid, 0)
    from pg_depend d
    join pg_extension e on e.oid = d.refobjid
    where d.deptype = 'e'
      and d.refclassid = 'pg_extension'::regclass
      and e.extname = 'early_help'
      and d.classid in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_namespace'::regclass, 'pg_type'::regclass)
      and not exists (select from pg_type t where d.classid = 'pg_type'::regclass and t.oid = d.objid and (t.typelem <> 0 or t.typrelid <> 0))
      and obj_description(d.objid, d.classid::regclass::name) is null
    $$,
    'every schema, table, function and type of the extension has a comment');

select finish();
rollback;
