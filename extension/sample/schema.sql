-- Made-up case histories, for demonstrations, training and measurements: an extension
-- of its own, so that a live server does not have them.
--
-- Everything is written to the partnership's own tables with every rule on, many rows at
-- a time and in the order in which it happens to a family. The same seed gives the same
-- rows (draw.sql).
--
-- The steps run inside generate_sample alone, whose search_path and settings they take over.
create schema early_help_sample;
grant usage on schema early_help_sample to public;
comment on schema early_help_sample is
    'Makes up case histories for partnerships marked training: early_help_sample.generate_sample.';
