-- Both schemas are complete: note how they stand, for early_help.audit.
select early_help_internal.note_structure('partnership'::regclass);
