-- Both schemas are complete: note how they stand, for early_help.audit.
select early_help.note_laid_down('partnership'::regclass);
