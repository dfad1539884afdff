-- What the codes of published tables mean.
create view published_label as
select 'source_code'::varchar(40) as dimension, s.code::varchar(40) as code, s.label::varchar(255) as label
from only contact_source s
union all
select 'need_code'::varchar(40), n.code::varchar(40), n.label::varchar(255)
from only primary_need n
union all
select 'sex_code'::varchar(40), x.code::varchar(40), x.label::varchar(255)
from only sex x
union all
select 'closure_reason_code'::varchar(40), k.code::varchar(40), k.label::varchar(255)
from only closure_reason k;
comment on view published_label is 'Labels of the codes in published tables, as they are today.';
comment on column published_label.dimension is 'Column of the published tables.';
comment on column published_label.code is 'The code.';
comment on column published_label.label is 'Its label.';
