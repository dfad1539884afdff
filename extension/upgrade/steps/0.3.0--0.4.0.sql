-- Every figure names its kind of record: the one that new columns of figures begin with is there before them.
create table kpi_record (record varchar(20) not null, label varchar(60) not null, begins_on early_help.event_date);
insert into kpi_record (record, label) values ('any', 'Any of these');

-- How many days a figure settles is the partnership's own from now on. These are the days it begins with; an upgrade
-- does not write over them.
alter table kpi_metric add column settles_after_days smallint not null default 0;
update only kpi_metric
set settles_after_days = case metric_code when 'feedback_response_rate' then 28 else 84 end
where metric_code in ('feedback_response_rate', 'needs_without_service');
