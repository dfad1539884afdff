\echo
\echo Made-up case histories are an extension of their own. They go only into a partnership that is marked training.
create extension early_help_sample;
select name, kpi_schema from early_help.create_partnership('sampleton', title => 'Sampleton, for training', training => true);
select *
from early_help_sample.generate_sample('sampleton', 1000, from_on => '2024-09-01', to_on => '2026-08-31', seed => 1)
\gx
