-- S06: A correction says why.

-- Corrections that do not say why.
select 'correction', c.correction_id, format('table %s, record_id %s', c.table_name, c.record_id)
from records.correction c
where coalesce(c.reason, '') !~ '\S';
