-- Making the cubes and the settings marked every month. Nothing is recorded yet, so
-- nothing is stale.
select early_help_internal.write_by_engine('delete from stale_mark');

-- What every figure is read through, known to the planner from the beginning.
analyze kpi_cube, kpi_filled_months, kpi_period, kpi_record, kpi_metric;
