-- A publication as files that leave the database. The CSV file is in the shape that the Department for Education's
-- explore education statistics asks for: a column per filter ('Total' where a row is not broken down by it), what is
-- counted as a filter, too, and two indicators. So tables of different dimensions are one file, a figure a row.
create function export_dimensions(period text, version integer)
returns table (dimension varchar(40), label text, place bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        d.dimension,
        upper(left(d.dimension, 1)) || replace(substr(regexp_replace(d.dimension, '_code$', ''), 2), '_', ' '),
        row_number() over (order by d.dimension collate "C")
    from (
        select distinct v.dimension
        from published_figures f
        cross join lateral (values (f.dimension_1), (f.dimension_2)) v (dimension)
        where f.period = export_dimensions.period
            and case when export_dimensions.version is null then f.latest else f.version = export_dimensions.version end
    ) d
    -- Wards are places, not filters.
    where d.dimension <> all ('{"", ward}');
end;
comment on function export_dimensions(text, integer) is
    'What the figures of a publication are broken down by, but for wards: the filters of its CSV file, in their order.';

create function export_publication(period text, version integer default null) returns setof text
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    select early_help_internal.raise_rule('S05', format('publication %s, version %s',
        coalesce(quote_literal(left(export_publication.period, 20)), 'null'),
        coalesce(export_publication.version::text, 'latest')))
    where not exists (
        select
        from published_figures f
        where f.period = export_publication.period
            and f.version = coalesce(export_publication.version, f.version));
    with figure as materialized (
        select f.*
        from published_figures f
        where f.period = export_publication.period
            and case when export_publication.version is null then f.latest else f.version = export_publication.version end
    ), filter as materialized (
        select * from export_dimensions(export_publication.period, export_publication.version)
    ), area as (
        select distinct a.local_authority, a.gss_code, a.dfe_number from published_area a
    )
    select early_help_internal.csv_line(variadic l.fields)
    from (
        select
            0 as row_number,
            array['time_period', 'time_identifier', 'geographic_level', 'country_code', 'country_name', 'new_la_code',
                'old_la_code', 'la_name', 'ward_code', 'ward_name']
                || array(select d.dimension::text from filter d order by d.place)
                || array['measure', 'count', 'percent'] as fields
        union all
        select
            row_number() over (
                order by f.measure collate "C", f.dimension_1 collate "C", f.dimension_2 collate "C", f.value_1 collate "C",
                    f.value_2 collate "C"),
            array[
                case f.period_kind
                    when 'month' then extract(year from f.period_start)::text
                    else left(f.period, 4) || substr(f.period, 6, 2)
                end,
                case f.period_kind
                    when 'month' then to_char(f.period_start::timestamp, 'FMMonth')
                    when 'quarter' then 'Financial year ' || right(f.period, 2)
                    else 'Financial year'
                end,
                case when w.ward is null then 'Local authority' else 'Ward' end,
                'E92000001',
                'England',
                coalesce(a.gss_code, 'x'),
                coalesce(a.dfe_number, 'x'),
                a.local_authority,
                case when w.ward is not null then coalesce((
                    select p.ward_gss_code
                    from published_area p
                    where p.ward = w.ward), 'x') end,
                nullif(w.ward, '')]
                || array(
                    select case d.dimension
                            when f.dimension_1 then f.value_1 || coalesce(' ' || l1.label, '')
                            when f.dimension_2 then f.value_2 || coalesce(' ' || l2.label, '')
                            else 'Total'
                        end
                    from filter d
                    order by d.place)
                || array[
                    upper(left(f.measure, 1)) || replace(substr(f.measure, 2), '_', ' '),
                    case when f.unit <> 'count' then 'z' when f.value_status = 'c' then 'c' else f.value::integer::text end,
                    case when f.unit = 'count' or f.value_status = 'no cases' then 'z' else coalesce(f.value::text, 'c') end]
        from figure f
        cross join area a
        cross join lateral (
            select case 'ward' when f.dimension_1 then f.value_1 when f.dimension_2 then f.value_2 end as ward
        ) w
        left join published_label l1 on l1.dimension = f.dimension_1
            and l1.code = f.value_1
        left join published_label l2 on l2.dimension = f.dimension_2
            and l2.code = f.value_2
    ) l
    order by l.row_number;
end;
comment on function export_publication(text, integer) is
    'The lines of a CSV file of a publication: a row per figure, in the shape of explore education statistics. c: hidden; z: not '
    'applicable; x: a code that is not known. Without a version: the latest. Error YHS05: there is no such publication.';

create function export_publication_metadata(period text, version integer default null) returns setof text
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    select early_help_internal.raise_rule('S05', format('publication %s, version %s',
        coalesce(quote_literal(left(export_publication_metadata.period, 20)), 'null'),
        coalesce(export_publication_metadata.version::text, 'latest')))
    where not exists (
        select
        from published_figures f
        where f.period = export_publication_metadata.period
            and f.version = coalesce(export_publication_metadata.version, f.version));
    select early_help_internal.csv_line(variadic l.fields)
    from (
        select 0 as row_number, '{col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,'
            'filter_grouping_column}'::text[] as fields
        union all
        select d.place, array[d.dimension, 'Filter', d.label, '', '', '', 'Filter by ' || lower(d.label), '']
        from export_dimensions(export_publication_metadata.period, export_publication_metadata.version) d
        union all
        values
            (1001, array['measure', 'Filter', 'What is counted', '', '', '', 'Counts and percentages', '']),
            (1002, array['count', 'Indicator', 'Number', '', '', '0', '', '']),
            (1003, array['percent', 'Indicator', 'Percentage', '', '%', '1', '', ''])
    ) l
    order by l.row_number;
end;
comment on function export_publication_metadata(text, integer) is
    'The lines of the metadata file that explore education statistics takes with the CSV file of export_publication: call it '
    'as that file, with .meta before .csv. Error YHS05.';

create function export_publication_csvw(period text, version integer default null, url text default 'publication.csv')
returns text
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    select early_help_internal.raise_rule('S05', format('publication %s, version %s',
        coalesce(quote_literal(left(export_publication_csvw.period, 20)), 'null'),
        coalesce(export_publication_csvw.version::text, 'latest')))
    where not exists (
        select
        from published_figures f
        where f.period = export_publication_csvw.period
            and f.version = coalesce(export_publication_csvw.version, f.version));
    with publication as (
        select distinct f.period, f.version, f.published_on, a.local_authority
        from published_figures f
        cross join published_area a
        where f.period = export_publication_csvw.period
            and case when export_publication_csvw.version is null then f.latest
                else f.version = export_publication_csvw.version end
    ), written (place, name, title, datatype, required, meaning) as (
        values
            (1, 'time_period', 'Year', '{"base": "string", "format": "[0-9]{4}([0-9]{2})?"}'::jsonb, true,
                'Year, or financial year as 201819.'),
            (2, 'time_identifier', 'Part of the year', '"string"', true, 'The month, the quarter or the financial year.'),
            (3, 'geographic_level', 'Geographic level', '"string"', true, 'Local authority or Ward.'),
            (4, 'country_code', 'Country code', '"string"', true, null),
            (5, 'country_name', 'Country', '"string"', true, null),
            (6, 'new_la_code', 'Local authority code', '"string"', true, 'Office for National Statistics; x: not known.'),
            (7, 'old_la_code', 'Local authority number', '"string"', true, 'Department for Education; x: not known.'),
            (8, 'la_name', 'Local authority', '"string"', true, null),
            (9, 'ward_code', 'Ward code', '"string"', false, 'Office for National Statistics; x: not known.'),
            (10, 'ward_name', 'Ward', '"string"', false, 'Ward at the time of the contact or referral.'),
            (1001, 'measure', 'What is counted', '"string"', true, null),
            (1002, 'count', 'Number', '{"base": "nonNegativeInteger"}', false, 'c: hidden, it could disclose somebody.'),
            (1003, 'percent', 'Percentage', '{"base": "decimal", "minimum": 0, "maximum": 100}', false,
                'c: hidden; z: no cases, or a count.')
        union all
        select 10 + d.place, d.dimension, d.label, '"string"', true, 'Total: of all.'
        from export_dimensions(export_publication_csvw.period, export_publication_csvw.version) d
    )
    select jsonb_pretty(jsonb_build_object(
        '@context', jsonb_build_array('http://www.w3.org/ns/csvw', jsonb_build_object('@language', 'en')),
        'dc:title', format('Early help, %s, version %s', b.period, b.version),
        'dc:publisher', b.local_authority,
        'dc:issued', b.published_on,
        'tables', jsonb_build_array(jsonb_build_object(
            'url', export_publication_csvw.url,
            'tableSchema', jsonb_build_object(
                'columns', (
                    select jsonb_agg(
                        jsonb_strip_nulls(jsonb_build_object(
                            'name', c.name,
                            'titles', jsonb_build_array(c.name, c.title),
                            'datatype', c.datatype,
                            'required', c.required,
                            'null', case when c.place > 1001 then '["c", "z"]'::jsonb end,
                            'dc:description', c.meaning))
                        order by c.place)
                    from written c),
                'primaryKey', (
                    select jsonb_agg(c.name order by c.place)
                    from written c
                    where c.required or c.name = 'ward_name'))))))
    from publication b;
end;
comment on function export_publication_csvw(text, integer, text) is
    'A description of the CSV file of export_publication for CSV on the Web (W3C): its columns, their types, what c and z '
    'stand for. url: the name of the CSV file. Error YHS05.';
