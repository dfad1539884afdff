-- What the columns mean: columns.tsv and dimensions.tsv.
select early_help_internal.comment_on_figures((select relnamespace from pg_class where oid = 'metric'::regclass));
