-- Published: contacts by ward.
select early_help.define_published_table('contacts_by_ward',
    'Published contacts by ward, and how many were of a child already known. Figures that could disclose somebody are hidden.',
    array['ward'],
    array['contacts', 'known_contacts', 'new_contacts'],
    array['contacts = known_contacts + new_contacts'],
    array['known_rate = known_contacts / contacts'],
    '{
        "ward": "Ward of the child at the time of the contact.",
        "contacts": "Contacts: a child in a contact.",
        "known_contacts": "Of the contacts, those of a child with a contact on an earlier day, at most 365 days before.",
        "new_contacts": "Of the contacts, those that are not known contacts.",
        "known_rate": "Percentage of contacts of a child already known."
    }',
    $$
    select month, ward, contacts, known_contacts, new_contacts
    from contacts
    union all
    select null, name, 0, 0, 0
    from only locality
    where valid_to is null
    $$);
