-- Published: contacts by main need.
select early_help.define_published_table('contacts_by_need',
    'Published contacts by main need, and how many were of a child already known. Figures that could disclose somebody are hidden.',
    array['need_code'],
    array['contacts', 'known_contacts', 'new_contacts'],
    array['contacts = known_contacts + new_contacts'],
    array['known_rate = known_contacts / contacts'],
    '{
        "need_code": "Main need identified: DfE primary need code; its label is in published_label.",
        "contacts": "Contacts: a child in a contact.",
        "known_contacts": "Of the contacts, those of a child with a contact on an earlier day, at most 365 days before.",
        "new_contacts": "Of the contacts, those that are not known contacts.",
        "known_rate": "Percentage of contacts of a child already known."
    }',
    $$
    select month, need_code, contacts, known_contacts, new_contacts
    from contacts
    union all
    select null, code, 0, 0, 0
    from only primary_need
    where offered
    $$);
