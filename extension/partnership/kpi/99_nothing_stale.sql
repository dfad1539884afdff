-- The cubes and the partnership's settings marked every month while they were
-- laid down. Nothing is recorded yet, so nothing is stale.
delete from kpi_stale_months;
