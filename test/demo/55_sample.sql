\echo
\echo Beside these four, a body of made-up case histories, so that the figures have something to count. Every rule is on.
select *
from early_help.generate_sample('medway', 1000, from_on => '2024-09-01', to_on => '2026-08-31', seed => 1)
\gx
