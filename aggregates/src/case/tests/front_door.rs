//! From first contact to a lead practitioner.

use jiff::civil::date;

use super::*;
use crate::{Decider, Reference};

#[test]
fn a_family_goes_from_referral_to_a_sustained_outcome() {
    let stages = [
        ("request-more-information", Status::Referred),
        ("provide-information", Status::AwaitingInformation),
        ("decide-triage", Status::AwaitingPanel),
        ("allocate-case", Status::Accepted),
        ("start-assessment", Status::Allocated),
        ("authorise-assessment", Status::Assessing),
        ("agree-plan", Status::Planning),
        ("close-case", Status::Supported),
        ("", Status::Closed),
    ];
    for (before, expected) in stages {
        assert_eq!(status(&story(before)), expected, "before {before}");
    }
    let checked = story("").on("2018-01-08T10:00:00Z").when(CheckSustainedOutcome::example()).and();
    assert_eq!(checked.state().sustained_check_due, None);
}

#[test]
fn nothing_happens_to_a_case_that_nobody_referred() {
    given::<Case>([]).when(AcknowledgeReferral::example()).then_refused("case-exists", "");
}

#[test]
fn a_case_is_opened_once() {
    story("acknowledge-referral").when(ReceiveReferral::example()).then_refused("case-opens-once", "");
}

#[test]
fn the_referrer_is_told_once() {
    story("refer-to-panel").when(AcknowledgeReferral::example()).then_nothing();
}

#[test]
fn nothing_happens_before_the_referral() {
    story("acknowledge-referral")
        .with(|circumstances| circumstances.occurred_at = Some(moment("2017-02-27T10:00:00Z")))
        .when(AcknowledgeReferral::example())
        .then_refused("not-before-the-referral", "occurred_at");
}

#[test]
fn without_consent_nothing_goes_past_triage() {
    let withdrawn = story("decide-triage").when(WithdrawConsent::example()).and();
    withdrawn.when(DecideTriage::example()).then_refused("consent-before-help", "");
    withdrawn.when(WithdrawConsent::example()).then_nothing();
    let again =
        withdrawn.when(RecordConsent { given_on: date(2017, 3, 2), ..RecordConsent::example() }).and();
    assert_eq!(again.when(DecideTriage::example()).events().len(), 1);
}

#[test]
fn without_consent_no_assessment_begins_and_no_plan_is_agreed() {
    let withdrawn = |before| story(before).when(WithdrawConsent::example()).and();
    withdrawn("allocate-case").when(AllocateCase::example()).then_refused("consent-before-help", "");
    withdrawn("start-assessment").when(StartAssessment::example()).then_refused("consent-before-help", "");
    withdrawn("agree-plan").when(AgreePlan::example()).then_refused("consent-before-help", "");
}

#[test]
fn a_step_up_goes_without_consent_on_a_stated_lawful_basis() {
    let withdrawn = story("decide-triage").when(WithdrawConsent::example()).and();
    let step_up = DecideTriage {
        outcome: TriageOutcome::StepUp,
        level_of_need: 4,
        referrer_told: Some("Social care will call today.".into()),
        ..DecideTriage::example()
    };
    withdrawn.when(step_up.clone()).then_refused("consent-before-help", "");
    let on_a_basis = DecideTriage { lawful_basis: Some("Risk of significant harm.".into()), ..step_up };
    assert_eq!(status(&withdrawn.when(on_a_basis).and()), Status::Closed);
}

#[test]
fn consent_comes_from_the_family() {
    let stranger = RecordConsent { given_by: stranger(), ..RecordConsent::example() };
    story("decide-triage").when(stranger).then_refused("person-of-the-family", "given_by");
}

#[test]
fn triage_knows_the_authoritys_levels_and_names_the_panels_meeting() {
    let before = story("decide-triage");
    let unknown = DecideTriage { level_of_need: 9, ..DecideTriage::example() };
    before.when(unknown).then_refused("level-of-need-known", "level_of_need");
    let panel = DecideTriage { forum: Forum::Panel, panel_meeting: None, ..DecideTriage::example() };
    before.when(panel).then_refused("panel-decision-names-meeting", "panel_meeting");
}

#[test]
fn an_outcome_other_than_early_help_ends_the_case_and_tells_the_referrer() {
    let before = story("decide-triage");
    let universal = DecideTriage {
        outcome: TriageOutcome::UniversalServices,
        level_of_need: 1,
        ..DecideTriage::example()
    };
    before.when(universal.clone()).then_refused("referrer-is-told", "referrer_told");
    let told = DecideTriage { referrer_told: Some("The school nurse will call.".into()), ..universal };
    let ended = before.when(told).and();
    assert_eq!(status(&ended), Status::Closed);
    assert!(!ended.state().is_open());
    ended.when(ReopenCase::example()).then_refused("reopens-what-was-accepted", "");
}

#[test]
fn a_reallocation_to_the_same_hands_is_nothing() {
    story("start-assessment").when(AllocateCase::example()).then_nothing();
    story("start-assessment").when(ReallocateCase::example()).then_nothing();
    let partner = ReallocateCase { lead_agency: some_id(0xa9).into(), ..ReallocateCase::example() };
    let moved = story("start-assessment").when(partner).and();
    assert_eq!(moved.state().lead_agency, Some(some_id(0xa9).into()));
}

#[test]
fn a_person_is_in_a_case_once_and_a_case_has_a_child() {
    let case = story("start-assessment");
    let again = AddFamilyMember { person: child(), role: FamilyRole::Child, relationship: None };
    case.when(again).then_nothing();
    let as_adult = AddFamilyMember { person: child(), role: FamilyRole::Adult, relationship: None };
    case.when(as_adult).then_refused("person-in-case-once", "person");
    let last = EndFamilyMembership { person: child(), reason: "Lives with his aunt.".into() };
    case.when(last).then_refused("case-has-a-child", "person");
    let stranger = EndFamilyMembership { person: stranger(), reason: "Unknown.".into() };
    case.when(stranger).then_refused("person-of-the-family", "person");
}

#[test]
fn an_imported_case_comes_in_as_far_along_as_it_was_and_keeps_its_undated_actions() {
    let imported = fresh().when(ImportCase::example()).and();
    let state = imported.state();
    assert_eq!((state.status, state.imported), (Some(Status::Supported), true));
    assert_eq!(state.accepted_on, Some(date(2016, 11, 14)));
    assert!(state.open_actions().all(|(_, action)| action.due.is_none()), "an undated action got a date");
    let unknown = ImportCase { level_of_need: Some(9), ..ImportCase::example() };
    fresh().when(unknown).then_refused("level-of-need-known", "level_of_need");
}

#[test]
fn a_case_names_people_whom_the_register_has() {
    let unknown = ReceiveReferral { children: vec![stranger()], ..ReceiveReferral::example() };
    fresh().when(unknown).then_refused("person-registered", "children[0]");
    let unknown = ReceiveReferral { adults: vec![stranger()], ..ReceiveReferral::example() };
    fresh().when(unknown).then_refused("person-registered", "adults[0]");
    let unknown = AddFamilyMember { person: stranger(), ..AddFamilyMember::example() };
    story("start-assessment").when(unknown).then_refused("person-registered", "person");
    let unknown = ImportCase { children: vec![stranger()], ..ImportCase::example() };
    fresh().when(unknown).then_refused("person-registered", "children[0]");
    let erased = fresh().with(|circumstances| {
        circumstances.facts.people.insert(child(), Arc::new(Person::Erased));
    });
    erased.when(ReceiveReferral::example()).then_refused("person-registered", "children[0]");
}

#[test]
fn a_re_referral_names_a_case_that_there_was() {
    let earlier = some_id(0x77);
    let again = ReceiveReferral { previous_case: Some(earlier.into()), ..ReceiveReferral::example() };
    fresh().when(again.clone()).then_refused("previous-case-exists", "previous_case");
    let known = fresh().with(|circumstances| {
        circumstances.facts.cases.insert(earlier.into(), Arc::new(Case::default()));
    });
    assert_eq!(known.when(again).events().len(), 1);
}

#[test]
fn what_a_decision_must_know_of_others_is_named() {
    let of = |command: CaseCommand| Case::default().references(&command);
    let again = ReceiveReferral { previous_case: Some(some_id(7).into()), ..ReceiveReferral::example() };
    assert_eq!(
        of(again.into()),
        [Reference::Person(child()), Reference::Person(parent()), Reference::Case(some_id(7).into())]
    );
    assert_eq!(of(ImportCase::example().into()), [Reference::Person(child()), Reference::Workforce]);
    let joins = AddFamilyMember::example();
    assert_eq!(of(joins.clone().into()), [Reference::Person(joins.person)]);
    let panel = ReferToPanel::example();
    assert_eq!(of(panel.clone().into()), [Reference::PanelMeeting(panel.panel_meeting)]);
    assert_eq!(of(AllocateCase::example().into()), [Reference::Workforce]);
    assert_eq!(of(ReallocateCase::example().into()), [Reference::Workforce]);
    assert_eq!(of(AcknowledgeReferral::example().into()), []);
}

#[test]
fn the_panel_is_asked_at_a_meeting_that_is_still_to_be_held() {
    let before = story("refer-to-panel");
    let refused = |given: &Given<Case>| {
        given.when(ReferToPanel::example()).then_refused("panel-still-to-be-held", "panel_meeting");
    };
    before
        .when(ReferToPanel { panel_meeting: some_id(7).into(), ..ReferToPanel::example() })
        .then_refused("panel-still-to-be-held", "panel_meeting");
    let meeting = |change: fn(&mut PanelMeeting)| {
        before.clone().with(move |circumstances| {
            for meeting in circumstances.facts.panels.values_mut() {
                change(Arc::make_mut(meeting));
            }
        })
    };
    refused(&meeting(|meeting| meeting.closed = true));
    refused(&meeting(|meeting| meeting.on = Some(date(2017, 3, 1))));
    refused(&meeting(|meeting| meeting.held = Some((date(2017, 3, 2), vec![]))));
    let today = meeting(|meeting| meeting.on = Some(date(2017, 3, 2)));
    assert_eq!(today.when(ReferToPanel::example()).events().len(), 1);
}

#[test]
fn a_case_is_allocated_to_those_whom_the_register_has() {
    let before = story("allocate-case");
    let asked = AllocateCase::example();
    let team = AllocateCase { team: some_id(7).into(), ..asked.clone() };
    before.when(team).then_refused("team-registered", "team");
    let lead = AllocateCase { lead_practitioner: some_id(7).into(), ..asked.clone() };
    before.when(lead).then_refused("practitioner-at-work", "lead_practitioner");
    let agency = AllocateCase { lead_agency: some_id(7).into(), ..asked };
    before.when(agency).then_refused("agency-registered", "lead_agency");
    let again = ReallocateCase { team: some_id(7).into(), ..ReallocateCase::example() };
    story("start-assessment").when(again).then_refused("team-registered", "team");
    let import = ImportCase { lead_agency: Some(some_id(7).into()), ..ImportCase::example() };
    fresh().when(import).then_refused("agency-registered", "lead_agency");
    let nobody = fresh().with(|circumstances| circumstances.facts.workforce = None);
    nobody.when(ImportCase::example()).then_refused("team-registered", "team");
    let no_team = ImportCase { team: None, ..ImportCase::example() };
    nobody.when(no_team.clone()).then_refused("practitioner-at-work", "lead_practitioner");
    let no_lead = ImportCase { lead_practitioner: None, ..no_team };
    nobody.when(no_lead).then_refused("agency-registered", "lead_agency");
}

#[test]
fn consent_was_given_when_it_is_recorded() {
    let tomorrow = RecordConsent { given_on: date(2017, 3, 4), ..RecordConsent::example() };
    story("decide-triage").when(tomorrow).then_refused("day-has-come", "given_on");
}

#[test]
fn consent_to_sharing_is_not_consent_to_help_nor_the_other_way_round() {
    let withdrawn = story("decide-triage").when(WithdrawConsent::example()).and();
    let scope = |scope| {
        let given = RecordConsent { scope, given_on: date(2017, 3, 2), ..RecordConsent::example() };
        withdrawn.when(given).and()
    };
    let step_up = DecideTriage {
        outcome: TriageOutcome::StepUp,
        level_of_need: 4,
        referrer_told: Some("Social care will call today.".into()),
        ..DecideTriage::example()
    };
    let sharing = scope(ConsentScope::Sharing);
    sharing.when(DecideTriage::example()).then_refused("consent-before-help", "");
    assert_eq!(sharing.when(step_up.clone()).events().len(), 1);
    let support = scope(ConsentScope::Support);
    assert_eq!(support.when(DecideTriage::example()).events().len(), 1);
    support.when(step_up).then_refused("consent-before-help", "");
    assert_eq!(sharing.when(WithdrawConsent::example()).events().len(), 1);
}

#[test]
fn a_decision_that_is_told_again_is_nothing() {
    let decided = story("allocate-case");
    decided.when(DecideTriage::example()).then_nothing();
    let other = DecideTriage { level_of_need: 2, ..DecideTriage::example() };
    decided.when(other).then_refused("command-fits-status", "");
}

#[test]
fn an_imported_plan_is_one_familys_and_what_it_tells_has_happened() {
    let plan = |change: fn(&mut ImportedPlan)| {
        let mut asked = ImportCase::example();
        asked.plan.iter_mut().for_each(change);
        asked
    };
    let refused = |asked: ImportCase, rule, field| {
        fresh().when(asked).then_refused(rule, field);
    };
    let goal = AgreePlan::example().goals[0].clone();
    let two = plan(|plan| {
        let goal = AgreePlan::example().goals[0].clone();
        plan.goals = vec![goal.clone(), goal];
    });
    refused(two, "id-used-once", "plan.goals[1].id");
    let strange = plan(|plan| {
        plan.goals = AgreePlan::example().goals;
        plan.goals[0].person = Some(stranger());
    });
    refused(strange, "person-of-the-family", "plan.goals[0].person");
    let twice = plan(|plan| {
        plan.actions[0].id = Some(some_id(5).into());
        plan.actions.push(plan.actions[0].clone());
    });
    refused(twice, "id-used-once", "plan.actions[1].id");
    let aimless = plan(|plan| plan.actions[0].goal = Some(some_id(7).into()));
    refused(aimless, "goal-of-the-plan", "plan.actions[0].goal");
    let owner = plan(|plan| plan.actions[0].owner = Some(Owner::FamilyMember(stranger())));
    refused(owner, "person-of-the-family", "plan.actions[0].owner");
    let ahead = ImportCase { referred_on: Some(date(2017, 3, 2)), ..ImportCase::example() };
    refused(ahead, "day-has-come", "referred_on");
    let closed = ImportedClosure { closed_on: date(2017, 3, 2), reason: ClosureReason::Other };
    let ahead = ImportCase { closure: Some(closed), ..ImportCase::example() };
    refused(ahead, "day-has-come", "closure.closed_on");

    let mut whole = plan(|plan| {
        plan.goals = AgreePlan::example().goals;
        plan.actions[0].goal = plan.goals[0].id;
        plan.actions[0].owner = Some(Owner::FamilyMember(child()));
        plan.actions.push(ImportedAction { id: None, goal: None, owner: None, ..plan.actions[0].clone() });
    });
    whole.consent = ConsentPosition::Given;
    let imported = fresh().when(whole).and();
    let state = imported.state();
    assert_eq!(
        (state.goals_not_ended().collect::<Vec<_>>(), state.open_actions().count()),
        (vec![goal.id.unwrap()], 2)
    );
}

#[test]
fn imported_actions_without_ids_are_not_taken_for_one_another() {
    let mut asked = ImportCase::example();
    asked.plan.iter_mut().for_each(|plan| plan.actions = vec![plan.actions[0].clone(); 3]);
    assert!(asked.plan.as_ref().is_some_and(|plan| plan.goals.is_empty()));
    assert_eq!(fresh().when(asked).and().state().open_actions().count(), 3);
}

#[test]
fn a_refusal_tells_where_the_case_stands() {
    let refusal = story("acknowledge-referral").when(AgreePlan::example());
    let refusal = refusal.then_refused("command-fits-status", "");
    assert_eq!(refusal.to_string(), "The case is referred, and this can't be done then.");
    let titles: std::collections::BTreeSet<_> = Status::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(titles.len(), Status::ALL.len(), "two statuses are told alike");
}

#[test]
fn a_thing_may_happen_in_the_moment_of_the_referral() {
    let at_once = story("acknowledge-referral").on("2017-03-01T09:00:00Z");
    assert_eq!(at_once.when(AcknowledgeReferral::example()).events().len(), 1);
}

#[test]
fn what_was_asked_for_comes_and_the_case_stands_where_it_stood() {
    assert_eq!(status(&story("refer-to-panel")), Status::Referred);
    let asked = story("decide-triage").when(RequestMoreInformation::example()).and();
    assert_eq!(status(&asked), Status::AwaitingInformation);
    assert_eq!(status(&asked.when(ProvideInformation::example()).and()), Status::AwaitingPanel);
    assert_eq!(
        asked.when(ReferToPanel::example()).events().len(),
        1,
        "it waited for information, not for the panel"
    );
}

#[test]
fn a_case_waits_for_one_meeting_once() {
    let waits = story("decide-triage");
    waits.when(ReferToPanel::example()).then_nothing();
    let later = waits.with(|circumstances| {
        let meetings = &mut circumstances.facts.panels;
        let meeting = Arc::clone(&meetings[&ReferToPanel::example().panel_meeting]);
        meetings.insert(some_id(5).into(), meeting);
    });
    let deferred = ReferToPanel { panel_meeting: some_id(5).into(), ..ReferToPanel::example() };
    let deferred = later.when(deferred).and();
    assert_eq!(deferred.state().panel_meeting, Some(some_id(5).into()));
}

#[test]
fn an_allocation_to_other_hands_is_a_reallocation() {
    let held = story("start-assessment");
    let asked = AllocateCase::example();
    let others = [
        AllocateCase { team: some_id(7).into(), ..asked.clone() },
        AllocateCase { lead_practitioner: some_id(7).into(), ..asked.clone() },
        AllocateCase { lead_agency: some_id(7).into(), ..asked },
    ];
    for other in others {
        held.when(other).then_refused("command-fits-status", "");
    }
}

#[test]
fn consent_that_was_given_today_is_recorded_today() {
    let today = RecordConsent { given_on: date(2017, 3, 3), ..RecordConsent::example() };
    assert_eq!(story("decide-triage").when(today).events().len(), 1);
}

#[test]
fn an_imported_case_is_as_far_along_as_what_it_has() {
    let bare = || ImportCase {
        team: None,
        lead_practitioner: None,
        lead_agency: None,
        assessment: None,
        plan: None,
        ..ImportCase::example()
    };
    let stands = |asked: ImportCase| status(&fresh().when(asked).and());
    assert_eq!(stands(bare()), Status::Accepted);
    assert_eq!(stands(ImportCase { team: ImportCase::example().team, ..bare() }), Status::Allocated);
    let assessed = ImportCase { assessment: ImportCase::example().assessment, ..bare() };
    assert_eq!(stands(assessed.clone()), Status::Planning);
    let mut begun = assessed;
    begun.assessment.iter_mut().for_each(|assessment| assessment.completed_on = None);
    assert_eq!(stands(begun), Status::Assessing);
    let closed = ImportedClosure { closed_on: date(2017, 1, 31), reason: ClosureReason::Other };
    assert_eq!(stands(ImportCase { closure: Some(closed), ..bare() }), Status::Closed);
}

#[test]
fn an_imported_family_has_agreed_only_if_the_other_record_says_so() {
    let with = |consent| {
        let asked = ImportCase { consent, plan: None, ..ImportCase::example() };
        fresh().when(asked).and().when(AgreePlan::example())
    };
    with(ConsentPosition::NotYetSought).then_refused("consent-before-help", "");
    with(ConsentPosition::Refused).then_refused("consent-before-help", "");
    assert_eq!(with(ConsentPosition::Given).events().len(), 1);
}

#[test]
fn a_case_is_open_from_its_acceptance_to_its_closure_and_worked_by_its_agencies() {
    let stands = |before| story(before).state().is_open();
    assert_eq!([stands("decide-triage"), stands("allocate-case"), stands("")], [false, true, false]);
    let referrer = some_id(0xa2).into();
    let asked = ReceiveReferral { referring_agency: Some(referrer), ..ReceiveReferral::example() };
    let referred = fresh().when(asked).and();
    assert_eq!(referred.state().agencies(), [referrer].into());
    let lead = AllocateCase::example().lead_agency;
    assert_eq!(story("start-assessment").state().agencies(), [lead].into());
}
