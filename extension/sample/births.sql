-- Births, ended pregnancies and deaths are written last, so that the rows written before
-- say what was known at that time.

create function early_help_sample.make_births(to_on date) returns void
    language plpgsql
as $$
begin
    update child
    set birth_date = s.birth,
        expected_birth_date = null
    from sample_child s
    where s.child_id = child.child_id
        and s.birth > s.first_on
        and s.birth <= to_on
        and (s.ended_on is null or s.ended_on >= s.birth);
    update child
    set pregnancy_ended_on = s.ended_on
    from sample_child s
    where s.child_id = child.child_id
        and s.ended_on < s.birth;
    update child
    set died_on = s.ended_on
    from sample_child s
    where s.child_id = child.child_id
        and s.ended_on >= s.birth;
end
$$;
comment on function early_help_sample.make_births(date) is
    'For generate_sample: who was born, and who died or was not born.';

-- A few children move out once a case is closed.
create function early_help_sample.make_moves(to_on date) returns void
    language plpgsql
as $$
begin
    update family_member
    set left_on = x.left_on
    from (
        select
            s.family_id,
            s.child_id,
            early_help_sample.weekday_from(max(c.final_closed_on) + 30) as left_on
        from sample_child s
        join sample_case c on c.family_no = s.family_no
        where s.no = 2
            and s.known_from is null
            and early_help_sample.draw(s.k, 20) < 0.02
        group by s.family_id, s.child_id
        having bool_and(c.final_closed_on is not null)
    ) x
    where x.family_id = family_member.family_id
        and x.child_id = family_member.child_id
        and x.left_on <= to_on
        and not exists (
            select
            from contact_child m
            where m.child_id = x.child_id
                and m.received_on > x.left_on);
end
$$;
comment on function early_help_sample.make_moves(date) is
    'For generate_sample: children who move out.';
