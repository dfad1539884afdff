-- Published: contacts by sex.
select early_help.define_published_table('contacts_by_sex',
    'Published contacts by sex, and how many were of a child already known. Figures that could disclose somebody are hidden.',
    array['sex_code'],
    array['contacts', 'known_contacts', 'new_contacts'],
    array['contacts = known_contacts + new_contacts'],
    array['known_rate = known_contacts / contacts'],
    '{
        "sex_code": "Sex of the child: M, F, U.",
        "contacts": "Contacts: a child in a contact.",
        "known_contacts": "Of the contacts, those of a child with a contact on an earlier day, at most 365 days before.",
        "new_contacts": "Of the contacts, those that are not known contacts.",
        "known_rate": "Percentage of contacts of a child already known."
    }',
    $$
    select month, sex_code, contacts, known_contacts, new_contacts
    from contacts
    union all
    select null, code, 0, 0, 0
    from only sex
    where offered
    $$);
