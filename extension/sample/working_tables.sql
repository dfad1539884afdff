-- What the steps share: temporary tables named sample_..., gone with the transaction.
-- Others stand in the file of the step that fills them.

create function early_help_sample.make_working_tables() returns void
    language plpgsql
as $$
begin
    -- One row per case: the days on which all of it happens, or would happen after to_on.
    create temp table sample_case (
        no bigint primary key,
        round integer not null,
        k bigint not null,
        family_no integer not null,
        family_id bigint not null,
        ward_no integer not null,
        entry text not null,
        step_child_id bigint,
        contact_on date not null,
        referred_on date,
        accepted_on date,
        declined_on date,
        opened_on date,
        allocated_on date,
        lead_no integer,
        second_no integer,
        second_on date,
        early_on date,
        early_decided_on date,
        talked_on date,
        consent_on date,
        eha_on date,
        eha_done_on date,
        plan_kind early_help.plan_kind,
        plan_on date,
        due_1_on date,
        held_1_on date,
        extended_1 boolean,
        due_2_on date,
        held_2_on date,
        extended_2 boolean,
        due_3_on date,
        held_3_on date,
        ending text,
        end_on date,
        withdrawn_on date,
        late_on date,
        late_decided_on date,
        step_up_on date,
        closed_on date,
        reopened_on date,
        replan_on date,
        redue_on date,
        reheld_on date,
        reclosed_on date,
        final_closed_on date,
        episode_id bigint,
        contact_id bigint,
        entry_step_id bigint,
        stop_on date
    ) on commit drop;
    create index on sample_case (family_no);
    create index on sample_case (episode_id);
    -- One row per contact; case_no: of the case that it begins.
    create temp table sample_contact (
        no bigint primary key,
        contact_id bigint not null,
        family_no integer not null,
        case_no bigint,
        k bigint not null,
        received_on date not null,
        decision early_help.contact_decision,
        attached_episode_id bigint,
        written boolean not null default false
    ) on commit drop;
    -- One row per plan; again: the plan after reopening.
    create temp table sample_plan (
        plan_id bigint primary key,
        case_no bigint not null,
        k bigint not null,
        plan_kind early_help.plan_kind not null,
        assessment_id bigint,
        again boolean not null default false,
        started_on date not null,
        due_on date not null,
        stop_on date not null,
        end_on date not null,
        ending text not null,
        written boolean not null default false
    ) on commit drop;
end
$$;
comment on function early_help_sample.make_working_tables() is
    'For generate_sample: the temporary tables that its steps share.';
