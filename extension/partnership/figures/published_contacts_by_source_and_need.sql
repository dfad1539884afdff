-- Published: contacts by source and main need. Margins and total are figures of
-- contacts_by_source and contacts_by_need.
select early_help.define_published_table('contacts_by_source_and_need',
    'Published contacts by source and main need. Figures that could disclose somebody are hidden.',
    array['source_code', 'need_code'],
    array['contacts'],
    '{}',
    '{}',
    '{
        "source_code": "Source: DfE referral source code; its label is in published_label.",
        "need_code": "Main need identified: DfE primary need code; its label is in published_label.",
        "contacts": "Contacts: a child in a contact."
    }',
    $$
    select month, source_code, need_code, contacts
    from contacts
    $$);
