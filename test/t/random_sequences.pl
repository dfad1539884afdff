# Random sequences of what can happen to a family, legal and illegal alike, by
# function and by plain DML, with days in order and out of order.
#
# What is refused is refused by a rule: its SQLSTATE is one of the catalogue's,
# or a key's. What is accepted leaves every episode in the state, and every
# child at the level, that a model kept by the test says, which knows of the
# rules early_help.transitions() alone. At the end the audit finds nothing.
#
#   RANDOM_SEQUENCES=100000  how many (2000); RANDOM_SESSIONS=2 at a time; RANDOM_SEED=1
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use IPC::Run;
use Test::More;

my $sequences = $ENV{RANDOM_SEQUENCES} || 2000;
my $sessions = $ENV{RANDOM_SESSIONS} || 2;
my $seed = $ENV{RANDOM_SEED} || 1;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', <<'END');
fsync = off
synchronous_commit = off
log_min_messages = fatal
log_min_error_statement = panic
autovacuum_naptime = 10s
END
$node->start;
$node->safe_psql('postgres', 'create extension early_help cascade');
$node->safe_psql('postgres', q{select early_help.create_partnership('town')});

$node->safe_psql('postgres', <<'END');
set search_path = town, public;
insert into agency (agency_id, name, sector) values (1, 'Council', 'local_authority'), (2, 'School', 'education');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'One'), (2, 1, 'Two'), (3, 2, 'Three');

create table public.legal as select * from early_help.transitions();
create table public.happened (
    act text not null,
    sqlstate text not null,
    times bigint not null,
    message text
);
create table public.wrong (seed bigint, place integer, act text, what text);

-- A number from 0 to n - 1, the same for the same sequence and draw.
create function public.pick(sequence bigint, draw integer, n integer) returns integer
    language sql immutable
return (hashint8extended(sequence, draw::bigint) & 2147483647)::bigint * n / 2147483648;

-- The state an event leads to; 'not legal' if the table has no such row.
create function public.next_state(now text, happens text, last_child boolean default false) returns text
    language sql stable
begin atomic
    select coalesce((
        select l.state_to::text
        from legal l
        where l.state_from::text is not distinct from now
            and l.event::text = happens
            and l.only_when <> case when last_child then 'siblings remain' else 'last child' end
    ), 'not legal: ' || happens || ' when ' || coalesce(now, 'there is none'));
end;

create procedure public.run_sequences(first_one bigint, last_one bigint)
    language plpgsql
as $$
#variable_conflict use_variable
declare
    acts constant text[] := array[
        -- More than once: more often.
        'conversation', 'consent', 'consent', 'open', 'open', 'open', 'lead', 'lead', 'assess', 'assess', 'domains', 'domains',
        'complete', 'complete', 'plan', 'plan', 'plan', 'outcome', 'outcome', 'outcome', 'achieve', 'drop', 'action',
        'review', 'review', 'review', 'step_up', 'step_up', 'step_up_47', 'accept', 'accept', 'accept', 'decline', 'take_back',
        'step_down', 'step_down', 'close', 'close', 'reopen', 'withdraw', 'contact', 'refer',
        -- What a client should not try.
        'set_state', 'plan_kind', 'move_outcome', 'redate_review', 'redate_plan', 'redate_opening', 'redate_closure',
        'delete_lead', 'delete_consent', 'delete_conversation', 'other_family', 'write_event', 'write_level', 'end_plan',
        'sixth_outcome', 'feedback', 'audit', 'born', 'late_domain', 'second_episode', 'move_lead', 'decide_again', 'child_leaves'];
    family_acts constant text[] := array['conversation', 'consent', 'withdraw', 'open', 'second_episode', 'step_up', 'step_up_47',
        'step_down', 'accept', 'decline', 'take_back', 'contact', 'refer', 'delete_consent', 'delete_conversation', 'write_level',
        'born', 'decide_again'];
    plan_acts constant text[] := array['outcome', 'sixth_outcome', 'achieve', 'drop', 'action', 'review', 'plan_kind',
        'move_outcome', 'redate_review', 'redate_plan', 'end_plan'];
    stages constant text[] := array['conversation', 'consent', 'open', 'lead', 'assess', 'domains', 'plan', 'plan', 'review', 'complete'];
    no bigint;
    place integer;
    guided boolean;
    d integer;
    act text;
    today date;
    day date;
    family bigint;
    kids bigint[];
    kid bigint;
    k integer;
    -- The model
    episode bigint;                 -- the latest
    state text;
    earlier bigint[];               -- episodes before it, all closed
    supported boolean[];            -- which child the latest supports
    level integer[];                -- 0: none yet
    closed_with boolean[];
    closed_on date;
    allocated boolean;
    -- What it would be after the act
    new_episode bigint;
    new_state text;
    new_supported boolean[];
    new_level integer[];
    the_step step;
    the_plan bigint;
    the_id bigint;
    code text;
    words text;
    constraint_held text;
    is_now text;
    expected text;
    tally jsonb := '{}';
begin
    for no in first_one..last_one loop
        d := 0;
        today := date '2024-01-08' + pick(no, -1, 200);
        insert into family default values returning family_id into family;
        kids := '{}';
        for k in 1..1 + pick(no, -2, 3) loop
            insert into child (birth_date) values (today - 400 - pick(no, -10 - k, 5000)) returning child_id into kid;
            insert into family_member (family_id, child_id) values (family, kid);
            kids := kids || kid;
        end loop;
        episode := null;
        state := null;
        earlier := '{}';
        supported := array_fill(false, array[cardinality(kids)]);
        closed_with := supported;
        level := array_fill(0, array[cardinality(kids)]);
        allocated := false;

        for place in 1..8 + pick(no, -3, 10) loop
            d := d + 20;
            -- Half of the sequences begin as they should, as far as a random stage.
            guided := pick(no, -4, 2) = 0 and place <= 3 + pick(no, -5, 8);
            act := case when guided then stages[place]
                else acts[1 + pick(no, d, cardinality(acts))] end;
            today := today + pick(no, d + 1, 12);
            -- One of four acts is entered with another day.
            day := today + case case when guided then 11 else pick(no, d + 2, 12) end when 0 then -60 when 1 then -pick(no, d + 3, 20) when 2 then pick(no, d + 3, 60) else 0 end;
            k := 1 + pick(no, d + 4, cardinality(kids));
            kid := kids[k];
            new_episode := episode;
            new_state := state;
            new_supported := supported;
            new_level := level;
            the_step := null;
            select coalesce(max(p.plan_id) filter (where p.ended_on is null), max(p.plan_id)) into the_plan
            from plan p where p.episode_id = episode;
            -- What has nothing to happen to is no act: something to begin with instead.
            if episode is null and act <> all (family_acts) then
                act := 'open';
            elsif the_plan is null and act = any (plan_acts) then
                act := 'plan';
            end if;
            code := '00000';
            words := null;
            begin
                case act
                when 'conversation' then
                    perform record_conversation(family, day);
                when 'consent' then
                    insert into consent (family_id, given_by, given_on) values (family, 'parent', day);
                when 'withdraw' then
                    -- Not from before support that is over, or a step: what that would make of it is the audit's to say.
                    select greatest(day, max(x.began) + 1) into day
                    from (
                        select p.started_on as began
                        from plan p join episode e on e.episode_id = p.episode_id
                        where e.family_id = family and p.ended_on is not null
                        union all
                        select a.started_on
                        from assessment a join episode e on e.episode_id = a.episode_id
                        where e.family_id = family and num_nonnulls(a.ended_on, a.completed_on) > 0
                        union all
                        select s.offered_on
                        from step s
                        where s.family_id = family) x;
                    update consent set withdrawn_on = day where family_id = family and withdrawn_on is null;
                when 'open', 'second_episode' then
                    if pick(no, d + 5, 2) = 0 then
                        select e.episode_id into strict new_episode
                        from open_episode(family, day, children => case when pick(no, d + 6, 3) = 0 then array[kid] end) e;
                        new_supported := array(select pick(no, d + 6, 3) <> 0 or c = kid from unnest(kids) c);
                    else
                        insert into episode (family_id, opened_on) values (family, day) returning episode_id into new_episode;
                        insert into episode_child (episode_id, child_id, joined_on) values (new_episode, kid, day);
                        new_supported := array(select c = kid from unnest(kids) c);
                    end if;
                    new_state := next_state(null, 'refer');
                    new_level := array(
                        select case when s and l < 3 then 2 else l end
                        from unnest(level, new_supported) with ordinality as x (l, s, o) order by o);
                when 'lead' then
                    if pick(no, d + 5, 2) = 0 then
                        perform assign_lead_practitioner(episode, 1 + pick(no, d + 6, 3), day);
                    else
                        insert into lead_practitioner (episode_id, from_on, practitioner_id) values (episode, day, 1 + pick(no, d + 6, 3));
                    end if;
                    if state = 'waiting' then
                        new_state := next_state(state, 'allocate');
                    end if;
                when 'assess' then
                    insert into assessment (episode_id, started_on) values (episode, day);
                    new_state := next_state(state, 'start_assessment');
                when 'domains', 'late_domain' then
                    insert into assessment_domain (assessment_id, domain, assessed_on)
                    select a.assessment_id, x, day
                    from (select max(assessment_id) as assessment_id from assessment where episode_id = episode) a
                    cross join unnest(array['health_and_wellbeing', 'development_and_education', 'parenting_and_caring',
                        'family_and_community']::early_help.eha_domain[]) with ordinality as u (x, o)
                    where o <= case act when 'domains' then 4 else 1 end
                        and a.assessment_id is not null;
                when 'complete' then
                    update assessment set completed_on = day
                    where assessment_id = (select max(a.assessment_id) from assessment a where a.episode_id = episode)
                    returning assessment_id into the_id;
                    if found then
                        new_state := next_state(state, 'complete_assessment');
                    end if;
                when 'plan' then
                    if pick(no, d + 5, 2) = 0 then
                        perform start_plan(episode, day, day + 35 + pick(no, d + 6, 30));
                    else
                        insert into plan (episode_id, kind, started_on)
                        values (episode, case pick(no, d + 6, 3) when 0 then 'family_outcomes' else 'intervention' end::early_help.plan_kind, day);
                    end if;
                    new_state := next_state(state, 'start_plan');
                when 'outcome' then
                    perform add_outcome(the_plan, agreed_on => day);
                when 'sixth_outcome' then
                    insert into plan_outcome (plan_id, agreed_on)
                    select the_plan, day from generate_series(1, 6 - pick(no, d + 5, 3));
                when 'achieve' then
                    update plan_outcome set achieved_on = day
                    where plan_outcome_id = (select max(o.plan_outcome_id) from plan_outcome o where o.plan_id = the_plan);
                when 'drop' then
                    perform withdraw_outcome((select max(o.plan_outcome_id) from plan_outcome o where o.plan_id = the_plan), day);
                when 'action' then
                    insert into action (plan_id, owned_by_family, agreed_on, due_on, safety_reason)
                    values (the_plan, true, day, day + pick(no, d + 5, 40) - 3, case pick(no, d + 6, 4) when 0 then 'Danger' end);
                when 'review' then
                    -- Most of them when they are due.
                    select case when pick(no, d + 5, 4) = 0 then day else p.review_due_on + pick(no, d + 6, 20) - 12 end
                    into day from plan p where p.plan_id = the_plan;
                    if pick(no, d + 7, 2) = 0 then
                        perform hold_review(the_plan, 'complete', day);
                        new_state := next_state(state, 'hold_review');
                    else
                        insert into review (plan_id, decision, held_on) values (the_plan, 'extend', day);
                        new_state := next_state(next_state(state, 'hold_review'), 'extend');
                    end if;
                    today := greatest(today, day);
                when 'step_up' then
                    perform step_up(kid, 'section_17', 'Worse', day,
                        case when pick(no, d + 5, 6) > 0 then 'supervisor'::early_help.consultation_role end,
                        case when pick(no, d + 5, 6) > 0 then day - 1 + pick(no, d + 6, 3) % 2 end,
                        no_assessment_reason => case when pick(no, d + 7, 6) > 0 then 'None yet' end,
                        consent_override_reason => case when pick(no, d + 8, 3) > 0 then 'Risk' end,
                        family_id => family);
                    if supported[k] and state <> 'closed' then
                        new_state := next_state(state, 'offer_step_up');
                    end if;
                when 'step_up_47' then
                    insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason)
                    values (kid, family, 'social_care', day, 'section_47', 'Harm', 'Urgent');
                    if supported[k] and state <> 'closed' then
                        new_state := next_state(state, 'offer_step_up');
                    end if;
                when 'step_down' then
                    perform step_down(kid, 'Better', day, family);
                    if state <> 'closed' then
                        new_state := next_state(state, 'offer_step_down');
                    end if;
                when 'accept', 'decline', 'take_back' then
                    select s.* into the_step from step s where s.family_id = family and s.outcome is null order by s.step_id limit 1;
                    k := array_position(kids, the_step.child_id);
                    if act = 'decline' then
                        perform decline_step(the_step.step_id, day);
                    elsif act = 'take_back' then
                        update step set outcome = 'withdrawn', decided_on = day where step_id = the_step.step_id;
                    elsif pick(no, d + 5, 5) = 0 then
                        update step set outcome = 'accepted', decided_on = day where step_id = the_step.step_id;
                    else
                        perform accept_step(the_step.step_id, day, 1, 1 + pick(no, d + 6, 3), day + 42);
                    end if;
                    if the_step.step_id is not null then
                        if act <> 'accept' then
                            -- A step down offered in an episode closed since is no event of it any more.
                            if the_step.episode_id = episode and state <> 'closed' then
                                new_state := next_state(state, case act when 'decline' then 'decline_step' else 'withdraw' end);
                            end if;
                        elsif the_step.to_level = early_help.need_level 'social_care' then
                            -- Of the episode that supports the child now, offered there or before it opened.
                            if supported[k] and state <> 'closed' then
                                new_supported[k] := false;
                                new_state := next_state(state, 'accept_step_up', not (true = any (new_supported)));
                            end if;
                            new_level[k] := 3;
                        else
                            new_level[k] := 2;
                            if state <> 'closed' then
                                new_state := next_state(state, 'accept_step_down');
                                new_supported[k] := true;
                            else
                                select max(e.episode_id) into new_episode from episode e where e.family_id = family;
                                new_state := next_state(null, 'accept_step_down');
                                new_supported := array(select c = kids[k] from unnest(kids) c);
                            end if;
                            if new_state = 'waiting' then
                                new_state := next_state(new_state, 'allocate');
                            end if;
                        end if;
                    end if;
                when 'close' then
                    if pick(no, d + 5, 2) = 0 then
                        perform close_episode(episode, 'outcomes_achieved', day, agreed_on => day);
                    else
                        update episode e set closed_on = day, closure_reason_code = 'family_disengaged',
                            closure_agreement_absent_reason = case when pick(no, d + 6, 8) > 0 then 'Gone' end
                        where e.episode_id = episode and e.closed_on is null
                        returning e.episode_id into the_id;
                        if not found then
                            raise sqlstate 'YHS99';
                        end if;
                    end if;
                    if state <> 'closed' then
                        new_state := next_state(state, 'close');
                        new_level := array(
                            select case when s and l = 2 then 1 else l end
                            from unnest(level, supported) with ordinality as x (l, s, o) order by o);
                        new_supported := array_fill(false, array[cardinality(kids)]);
                    end if;
                when 'reopen' then
                    perform reopen_episode(episode, 'Again', day);
                    if state = 'closed' then
                        new_state := next_state(state, 'reopen');
                        new_supported := closed_with;
                        new_level := array(
                            select case when s and l < 3 then 2 else l end
                            from unnest(level, new_supported) with ordinality as x (l, s, o) order by o);
                    end if;
                when 'contact' then
                    perform record_contact(kid, '2A', 'N4', day, decision => 'information_and_advice');
                when 'refer' then
                    perform refer((record_contact(kid, '6', 'N5', day)).contact_child_id, family);
                when 'set_state' then
                    update episode set state = 'planned' where episode_id = episode and episode.state <> 'planned';
                when 'plan_kind' then
                    update plan set kind = case kind when 'intervention' then 'family_outcomes' else 'intervention' end::early_help.plan_kind
                    where plan_id = the_plan;
                when 'move_outcome' then
                    update plan_outcome set plan_id = (select min(p.plan_id) from plan p where p.episode_id = episode)
                    where plan_id = the_plan;
                when 'redate_review' then
                    update review set held_on = day where review_id = (select max(r.review_id) from review r where r.plan_id = the_plan);
                when 'redate_plan' then
                    update plan set started_on = day where plan_id = the_plan;
                when 'redate_opening' then
                    update episode set opened_on = day where episode_id = episode;
                when 'redate_closure' then
                    update episode e set closed_on = day where e.episode_id = episode and e.closed_on is not null;
                when 'delete_lead' then
                    delete from lead_practitioner where episode_id = episode
                        and from_on = (select min(l.from_on) from lead_practitioner l where l.episode_id = episode);
                when 'delete_consent' then
                    delete from consent where family_id = family;
                when 'delete_conversation' then
                    delete from conversation where family_id = family;
                when 'other_family' then
                    update episode set family_id = family - 1 where episode_id = episode;
                when 'write_event' then
                    insert into episode_event (episode_id, event, happened_on, state_to) values (episode, 'close', day, 'closed');
                when 'write_level' then
                    update level_change set changed_on = day where child_id = kid;
                when 'end_plan' then
                    update plan set ended_on = day, end_reason = 'completed' where plan_id = the_plan;
                when 'feedback' then
                    insert into feedback (episode_id, given_by, given_on, helpful)
                    values (episode, 'child', day, case pick(no, d + 5, 2) when 0 then true end);
                when 'audit' then
                    -- Once somebody leads: before, any auditor will do.
                    insert into case_audit (episode_id, audited_on, grade, auditor_practitioner_id)
                    select episode, day, 'good', 1 + pick(no, d + 5, 3)
                    where exists (select from lead_practitioner l where l.episode_id = episode);
                when 'born' then
                    update child set birth_date = day, expected_birth_date = case pick(no, d + 5, 3) when 0 then day end where child_id = kid;
                when 'move_lead' then
                    update lead_practitioner set from_on = day where episode_id = episode
                        and from_on = (select min(l.from_on) from lead_practitioner l where l.episode_id = episode);
                when 'decide_again' then
                    update step set outcome = 'declined' where family_id = family and outcome = 'accepted';
                when 'child_leaves' then
                    update episode_child set child_id = kids[1] where episode_id = episode and child_id <> kids[1];
                end case;
                set constraints all immediate;
                set constraints all deferred;
            exception
                when others then
                    get stacked diagnostics code = returned_sqlstate, words = message_text, constraint_held = constraint_name;
            end;

            tally := jsonb_set(tally, array[act || ' ' || code], to_jsonb(coalesce((tally ->> (act || ' ' || code))::bigint, 0) + 1));
            if code <> '00000' then
                -- Days of one row in the wrong order are no rule's.
                if code !~ '^YH' and code not in ('23505', '23503') and not (code = '23514' and constraint_held ~ '_after_') then
                    insert into wrong values (no, place, act, format('%s: %s', code, words));
                end if;
                new_episode := episode;
                new_state := state;
                new_supported := supported;
                new_level := level;
            end if;
            if new_episode is distinct from episode and episode is not null then
                earlier := earlier || episode;
            end if;
            if new_state = 'closed' and state <> 'closed' then
                closed_with := case when act = 'close' then supported else array_fill(false, array[cardinality(kids)]) end;
            end if;
            episode := new_episode;
            state := new_state;
            supported := new_supported;
            level := new_level;

            expected := format('%s %s, earlier ones closed, levels %s', coalesce(episode::text, '-'), coalesce(state, '-'), level::text);
            select format('%s %s%s, levels %s',
                coalesce(max(e.episode_id)::text, '-'),
                coalesce((array_agg(e.state::text order by e.episode_id desc))[1], '-'),
                case when bool_and(e.state = 'closed' or e.episode_id = episode) is not false then ', earlier ones closed' end,
                (select array_agg(coalesce((
                    select early_help.level_number(v.level_to)
                    from level_change v
                    where v.child_id = c
                    order by v.change_number desc limit 1), 0) order by o) from unnest(kids) with ordinality as u (c, o))::text)
            into is_now
            from episode e
            where e.family_id = family;
            if is_now <> expected then
                insert into wrong values (no, place, act, format('is %s, should be %s', is_now, expected));
                exit;
            end if;
        end loop;
        if no % 200 = 0 then
            commit;
        end if;
    end loop;
    insert into happened
    select split_part(t.key, ' ', 1), split_part(t.key, ' ', 2), t.value::bigint
    from jsonb_each_text(tally) t;
end
$$;
END

my @running;
my $share = int(($sequences + $sessions - 1) / $sessions);
my $began = time;
for my $i (0 .. $sessions - 1)
{
	my $first = $seed * 10_000_000 + $i * $share + 1;
	my $last = $first + ($i < $sessions - 1 ? $share : $sequences - $share * ($sessions - 1)) - 1;
	my ($out, $err) = ('', '');
	push @running,
	  { out => \$out, err => \$err, run => IPC::Run::start(
			[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'),
				'-c', "set search_path = town, public",
				# Statistics are told between two commands: without them nothing is vacuumed.
				map { ('-c', "call run_sequences($_, least($_ + 999, $last))") } grep { ($_ - $first) % 1000 == 0 } $first .. $last ],
			'<', \undef, '>', \$out, '2>', \$err) };
}
for my $one (@running)
{
	ok($one->{run}->finish, 'the sequences end') or diag(${ $one->{err} });
}
note(sprintf '%d sequences, %s acts, %d s', $sequences,
	$node->safe_psql('postgres', 'select sum(times) from happened'), time - $began);

is($node->safe_psql('postgres', q{
		select count(*), string_agg(w.what, e'\n') from (
			select format('seed %s place %s, %s: %s', seed, place, act, what) as what
			from wrong order by seed limit 10) w having count(*) > 0}),
	'', 'every refusal is a rule\'s, and every state and level what transitions() says');

# A sequence of refusals alone, or of successes, would show nothing. The rarest
# transitions need many sequences.
my $missing = $node->safe_psql('postgres', q{
	select t.state_from || ' ' || t.event from (
		select coalesce(state_from::text, 'none') as state_from, event::text from legal
		except
		select distinct coalesce(state_from::text, 'none'), event::text from town.episode_event) t
	order by 1});
cmp_ok(scalar(split /\n/, $missing), '<=', $sequences >= 20000 ? 0 : $sequences >= 1000 ? 8 : 40,
	'the legal transitions were made') or diag($missing);
my $codes = $node->safe_psql('postgres', q{select string_agg(distinct sqlstate, ' ') from happened where sqlstate <> '00000'});
for my $code (qw(YH001 YH002 YH003 YH004 YH005 YH006 YH007 YH008 YH009 YH010 YH011 YH012 YH013 YH014 YH015 YH016 YH017 YH018 YHS01 YHS02 YHS03))
{
	like($codes, qr/\b$code\b/, "something was refused with $code") if $sequences >= 1000;
}
note($node->safe_psql('postgres', q{select act, sqlstate, sum(times) from happened group by 1, 2 order by 1, 2}));

is($node->safe_psql('postgres', q{select rule, record, record_id, detail from early_help.audit('town') limit 20}),
	'', 'the audit finds nothing');

$node->stop;
done_testing();
