-- What happens to the cases of a round, in the order in which it happens.

create function early_help_sample.make_cases(this_round integer, key bigint, to_on date) returns void
    language plpgsql
as $$
begin
    perform early_help_sample.draw_cases(this_round, key, to_on);

    perform early_help_sample.make_case_contacts(this_round, key, to_on);
    perform early_help_sample.make_consents(this_round, to_on);
    perform early_help_sample.make_referred_episodes(this_round);
    perform early_help_sample.make_steps_down(this_round, to_on);
    perform early_help_sample.make_lead_practitioners(this_round, to_on);

    perform early_help_sample.make_early_steps_up(this_round, to_on);
    perform early_help_sample.make_assessments(this_round);
    perform early_help_sample.make_plans(this_round, to_on);
    perform early_help_sample.make_reviews(1, this_round, to_on);
    perform early_help_sample.make_further_outcomes(this_round);
    analyze review;
    perform early_help_sample.make_reviews(2, this_round, to_on);
    perform early_help_sample.make_reviews(3, this_round, to_on);
    perform early_help_sample.make_steps_back(this_round, to_on);

    perform early_help_sample.make_withdrawals(this_round, to_on);
    perform early_help_sample.make_late_steps_up(this_round, to_on);
    perform early_help_sample.make_last_steps_up(this_round, to_on);
    perform early_help_sample.make_closures(this_round, to_on);
    perform early_help_sample.make_reopenings(this_round, to_on);
    perform early_help_sample.make_second_plans(this_round, to_on);
    perform early_help_sample.make_second_closures(this_round, to_on);
    perform early_help_sample.note_closures(this_round);
    drop table sample_assessment;
    analyze sample_case;
end
$$;
comment on function early_help_sample.make_cases(integer, bigint, date) is
    'For generate_sample: draws and writes the next case of each family, from contact to closure and reopening.';
