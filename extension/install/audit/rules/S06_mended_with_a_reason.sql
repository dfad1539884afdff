-- S06: A correction says what was wrong and why.

-- Corrections that do not say why.
select 'correction', c.correction_id, format('table %s, record_id %s', c.table_name, c.record_id)
from records.correction c
where coalesce(c.reason, '') !~ '\S';

-- Corrections of what was said already. Of narrative that was blanked neither is kept.
select 'correction', c.correction_id, format('table %s, record_id %s, column %s', c.table_name, c.record_id, c.column_name)
from records.correction c
where c.value_before is not distinct from c.value_after
    and c.table_name <> 'assessment_domain';
