-- A04: The partnership has the version of the extension.

-- A partnership of another version than the extension, or whose table partnership does not have
-- exactly one row.
select 'partnership', null::bigint, format('record_version %s, early_help %s', p.record_version, e.extversion)
from records.partnership p
cross join pg_extension e
where e.extname = 'early_help'
    and p.record_version is distinct from e.extversion
union all
select 'partnership', null::bigint, format('%s rows', count(*))
from records.partnership
having count(*) <> 1;
