-- Published: contacts by age.
select early_help.define_published_table('contacts_by_age',
    'Published contacts by age, and how many were of a child already known. Figures that could disclose somebody are hidden.',
    array['age_band'],
    array['contacts', 'known_contacts', 'new_contacts'],
    array['contacts = known_contacts + new_contacts'],
    array['known_rate = known_contacts / contacts'],
    '{
        "age_band": "Age of the child at the contact, in years.",
        "contacts": "Contacts: a child in a contact.",
        "known_contacts": "Of the contacts, those of a child with a contact on an earlier day, at most 365 days before.",
        "new_contacts": "Of the contacts, those that are not known contacts.",
        "known_rate": "Percentage of contacts of a child already known."
    }',
    $$
    select month, early_help.age_band(age_at_contact) as age_band, contacts, known_contacts, new_contacts
    from contacts
    union all
    select null, early_help.age_band(age), 0, 0, 0
    from generate_series(-1, 18) age
    $$);
