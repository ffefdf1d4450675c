use std::sync::Arc;

use caseledger_commands::audit::*;
use caseledger_commands::codes::AuditGrade::{self, Good, Inadequate, Outstanding, RequiresImprovement};
use caseledger_commands::workforce::AgencyKind;
use caseledger_commands::{ActionId, AgencyId, CaseId, Command, PractitionerId};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::Facts;
use crate::case::Case;
use crate::testing::{self, Circumstances, Given, given, some_id};
use crate::workforce::{AgencyRegistered, PractitionerEnded, PractitionerRegistered, WorkforceEvent};

fn case(number: u64) -> CaseId {
    some_id(number).into()
}
fn anna() -> PractitionerId {
    some_id(0xc1).into()
}
fn ben() -> PractitionerId {
    some_id(0xc2).into()
}
fn police() -> AgencyId {
    some_id(0xa3).into()
}
fn action() -> ActionId {
    some_id(0xd1).into()
}

/// Anna and Ben work here, Ben until the end of 2017; the police are registered; case 1 exists.
fn facts() -> Facts {
    let registered = |practitioner, name: &str| -> WorkforceEvent {
        let (agency, team) = (police(), some_id(0xb1).into());
        PractitionerRegistered { practitioner, name: name.into(), agency, team, is_manager: true }.into()
    };
    let agency = AgencyRegistered { agency: police(), name: "Police".into(), kind: AgencyKind::Police };
    let events = [
        agency.into(),
        registered(anna(), "Anna Lindqvist"),
        registered(ben(), "Ben Achebe"),
        PractitionerEnded { practitioner: ben(), last_day: date(2017, 12, 31) }.into(),
    ];
    let mut facts = Facts { workforce: Some(Arc::new(testing::fold(events))), ..Facts::default() };
    facts.cases.insert(case(1), Arc::new(Case::default()));
    facts
}

fn so_far(events: impl IntoIterator<Item = AuditEvent>) -> Given<Audit> {
    given(events).with(|circumstances| circumstances.facts = facts())
}

fn plan_single() -> PlanAudit {
    PlanAudit {
        title: "July dip sample".into(),
        scope: AuditScope::SingleCase { case: case(1) },
        purpose: "Is the child heard?".into(),
        lead: anna(),
        agencies: vec![police()],
        due: date(2017, 8, 31),
    }
}

fn plan_themed() -> PlanAudit {
    PlanAudit { scope: AuditScope::Themed { theme: "step-down".into() }, ..plan_single() }
}

fn planned(asked: PlanAudit) -> AuditEvent {
    let PlanAudit { title, scope, purpose, lead, agencies, due } = asked;
    AuditPlanned { title, scope, purpose, lead, agencies, due }.into()
}

fn draw_two_of_five() -> DrawSample {
    let population = (1..=5).map(case).collect();
    DrawSample { criteria: "stepped down in 2017".into(), population, seed: 7, size: 2 }
}

fn drawn() -> SampleDrawn {
    let population: Vec<CaseId> = (1..=5).map(case).collect();
    SampleDrawn {
        criteria: "stepped down in 2017".into(),
        population_size: 5,
        population_digest: population_digest(&population),
        seed: 7,
        cases: draw(&population, 7, 2),
    }
}

fn grades(each: AuditGrade) -> Vec<StandardGrade> {
    let standards = crate::Authority::default().audit_standards;
    let grade = |standard: crate::authority::PracticeStandard| StandardGrade {
        standard: standard.id,
        grade: each,
        evidence: "Seen alone on 12 June.".into(),
    };
    standards.into_iter().map(grade).collect()
}

fn record(number: u64) -> RecordCaseAudit {
    RecordCaseAudit {
        case: case(number),
        auditor: anna(),
        compliance: vec![ComplianceCheck {
            step: "assessment-within-timescale".into(),
            result: Compliance::NotMet,
            note: Some("Day 52.".into()),
        }],
        grades: grades(Good),
        overall: Good,
        summary: "Steady work.".into(),
    }
}

fn audited(number: u64) -> AuditEvent {
    let RecordCaseAudit { case, auditor, compliance, grades, overall, summary } = record(number);
    CaseAudited { case, auditor, compliance, grades, overall, summary }.into()
}

fn moderate() -> ModerateAudit {
    let mut grades = grades(Good);
    grades[0].grade = Outstanding;
    grades[1].grade = Inadequate;
    ModerateAudit {
        case: case(1),
        moderator: ben(),
        grades,
        overall: RequiresImprovement,
        reason: "One child of two.".into(),
    }
}

fn moderated() -> AuditEvent {
    let difference = |standard: &str, moderated, difference| GradeDifference {
        standard: standard.into(),
        audited: Good,
        moderated,
        difference,
    };
    let ModerateAudit { case, moderator, grades, overall, reason } = moderate();
    AuditModerated {
        case,
        moderator,
        grades,
        overall,
        reason,
        differences: vec![
            difference("voice-of-the-child", Outstanding, 1),
            difference("assessment", Inadequate, -2),
        ],
        overall_difference: -1,
    }
    .into()
}

fn agree() -> AgreeAuditAction {
    AgreeAuditAction {
        action: action(),
        case: Some(case(1)),
        what: "Speak with the father.".into(),
        owner: ben(),
        due: date(2017, 8, 1),
    }
}

fn agreed() -> AuditEvent {
    let AgreeAuditAction { action, case, what, owner, due } = agree();
    AuditActionAgreed { action, case, what, owner, due }.into()
}

fn complete_action() -> CompleteAuditAction {
    CompleteAuditAction { action: action(), outcome: "He comes to the review.".into() }
}

fn action_completed() -> AuditEvent {
    let CompleteAuditAction { action, outcome } = complete_action();
    AuditActionCompleted { action, outcome }.into()
}

fn complete() -> CompleteAudit {
    CompleteAudit { findings: "Children are heard.".into(), not_audited: vec![] }
}

fn completed() -> AuditEvent {
    AuditCompleted { findings: "Children are heard.".into(), not_audited: vec![] }.into()
}

fn single() -> AuditEvent {
    planned(plan_single())
}

fn themed() -> AuditEvent {
    planned(plan_themed())
}

#[test]
fn an_audit_is_planned_once() {
    so_far([]).when(plan_single()).then([single()]);
    so_far([]).when(plan_themed()).then([themed()]);
    so_far([single()]).when(plan_single()).then_nothing();
    so_far([single()]).when(plan_themed()).then_refused("audit-planned-once", "");
}

#[test]
fn an_audit_is_led_by_someone_who_works_here() {
    let nobody = PlanAudit { lead: some_id(0xc9).into(), ..plan_single() };
    so_far([]).when(nobody).then_refused("practitioner-works-here", "lead");
    given::<Audit>([]).when(plan_themed()).then_refused("practitioner-works-here", "lead");
}

#[test]
fn a_single_case_exists_and_agencies_are_registered() {
    let elsewhere = PlanAudit { scope: AuditScope::SingleCase { case: case(9) }, ..plan_single() };
    so_far([]).when(elsewhere).then_refused("case-exists", "scope.case");
    let unknown = PlanAudit { agencies: vec![police(), some_id(0xa9).into()], ..plan_single() };
    so_far([]).when(unknown).then_refused("agency-registered", "agencies[1]");
}

#[test]
fn an_audit_is_due_after_it_was_planned() {
    let late = PlanAudit { due: date(2017, 7, 2), ..plan_single() };
    so_far([]).when(late).then_refused("due-after-agreed", "due");
    let today = PlanAudit { due: date(2017, 7, 3), ..plan_single() };
    assert_eq!(so_far([]).when(today).events().len(), 1);
}

#[test]
fn nothing_is_done_in_an_audit_that_does_not_exist() {
    let commands: [AuditCommand; 6] = [
        draw_two_of_five().into(),
        record(1).into(),
        moderate().into(),
        agree().into(),
        complete_action().into(),
        complete().into(),
    ];
    for command in commands {
        so_far([]).when(command).then_refused("audit-exists", "");
    }
}

#[test]
fn a_sample_is_drawn_once_and_can_be_drawn_again_by_anyone() {
    so_far([themed()]).when(draw_two_of_five()).then([drawn()]);
    let with_sample = so_far([themed(), drawn().into()]);
    with_sample.when(draw_two_of_five()).then_nothing();
    let reordered = DrawSample { population: (1..=5).rev().map(case).collect(), ..draw_two_of_five() };
    with_sample.when(reordered).then_nothing();
    let another_lot = DrawSample { seed: 8, ..draw_two_of_five() };
    with_sample.when(another_lot).then_refused("sample-drawn-once", "");
}

#[test]
fn a_single_case_is_not_drawn() {
    so_far([single()]).when(draw_two_of_five()).then_refused("sample-of-a-theme", "");
}

#[test]
fn a_case_is_audited_once() {
    so_far([single()]).when(record(1)).then([audited(1)]);
    so_far([single(), audited(1)]).when(record(1)).then_nothing();
    let other = RecordCaseAudit { overall: Inadequate, ..record(1) };
    so_far([single(), audited(1)]).when(other).then_refused("case-audited-once", "case");
}

#[test]
fn only_cases_of_the_audit_are_audited() {
    so_far([single()]).when(record(2)).then_refused("case-in-audit", "case");
    so_far([themed()]).when(record(1)).then_refused("sample-drawn-first", "");
    let outside = (1..=5).find(|number| !drawn().cases.contains(&case(*number))).unwrap();
    so_far([themed(), drawn().into()]).when(record(outside)).then_refused("case-in-audit", "case");
    let inside = (1..=5).find(|number| drawn().cases.contains(&case(*number))).unwrap();
    so_far([themed(), drawn().into()]).when(record(inside)).then([audited(inside)]);
}

#[test]
fn an_auditor_works_here_on_the_day() {
    let nobody = RecordCaseAudit { auditor: some_id(0xc9).into(), ..record(1) };
    so_far([single()]).when(nobody).then_refused("practitioner-works-here", "auditor");
    let by_ben = RecordCaseAudit { auditor: ben(), ..record(1) };
    let later = so_far([single()]).on("2018-01-15T10:00:00Z");
    later.when(by_ben.clone()).then_refused("practitioner-works-here", "auditor");
    let told_later =
        later.with(|circumstances| circumstances.occurred_at = Some(testing::moment("2017-12-31T10:00:00Z")));
    assert_eq!(told_later.when(by_ben).events().len(), 1);
}

#[test]
fn every_standard_is_graded_and_nothing_else() {
    let mut asked = record(1);
    asked.grades.remove(2);
    asked.grades.remove(0);
    let refusal = so_far([single()]).when(asked).then_refused("every-standard-graded", "grades");
    assert_eq!(refusal.to_string(), "There is no grade for: voice-of-the-child, planning.");
    let mut asked = record(1);
    asked.grades[3].standard = "handwriting".into();
    so_far([single()]).when(asked).then_refused("standard-of-the-authority", "grades[3].standard");
}

#[test]
fn moderation_keeps_the_difference_both_ways() {
    so_far([single(), audited(1)]).when(moderate()).then([moderated()]);
    let agreeing = ModerateAudit { grades: grades(Good), overall: Good, ..moderate() };
    let outcome = so_far([single(), audited(1)]).when(agreeing);
    let [AuditEvent::AuditModerated(event)] = outcome.events() else { panic!("moderated") };
    assert_eq!((event.differences.len(), event.overall_difference), (0, 0));
}

#[test]
fn a_case_is_moderated_once_after_its_audit() {
    so_far([single()]).when(moderate()).then_refused("moderated-after-audit", "case");
    so_far([single(), audited(1), moderated()]).when(moderate()).then_nothing();
    let other = ModerateAudit { overall: Good, ..moderate() };
    so_far([single(), audited(1), moderated()]).when(other).then_refused("case-moderated-once", "case");
}

#[test]
fn a_moderator_is_another_who_works_here() {
    let own = ModerateAudit { moderator: anna(), ..moderate() };
    so_far([single(), audited(1)]).when(own).then_refused("moderated-by-another", "moderator");
    let nobody = ModerateAudit { moderator: some_id(0xc9).into(), ..moderate() };
    so_far([single(), audited(1)]).when(nobody).then_refused("practitioner-works-here", "moderator");
}

#[test]
fn a_moderator_grades_what_the_auditor_graded() {
    let mut asked = moderate();
    asked.grades.pop();
    so_far([single(), audited(1)]).when(asked).then_refused("every-standard-graded", "grades");
    let mut asked = moderate();
    asked.grades[0].standard = "handwriting".into();
    so_far([single(), audited(1)])
        .when(asked)
        .then_refused("standard-of-the-authority", "grades[0].standard");
    // A standard that has joined the settings since is not asked for.
    let joined = so_far([single(), audited(1)])
        .with(|circumstances| circumstances.authority.audit_standards[0].id = "joined-later".into());
    joined.when(moderate()).then([moderated()]);
}

#[test]
fn an_action_has_an_owner_who_works_here_and_a_due_date_ahead() {
    so_far([single()]).when(agree()).then([agreed()]);
    so_far([single(), agreed()]).when(agree()).then_nothing();
    let other = AgreeAuditAction { due: date(2017, 8, 2), ..agree() };
    so_far([single(), agreed()]).when(other).then_refused("action-agreed-once", "action");
    let nobody = AgreeAuditAction { owner: some_id(0xc9).into(), ..agree() };
    so_far([single()]).when(nobody).then_refused("practitioner-works-here", "owner");
    let past = AgreeAuditAction { due: date(2017, 7, 2), ..agree() };
    so_far([single()]).when(past).then_refused("due-after-agreed", "due");
}

#[test]
fn an_action_is_about_a_case_of_the_audit_or_about_practice() {
    let elsewhere = AgreeAuditAction { case: Some(case(2)), ..agree() };
    so_far([single()]).when(elsewhere).then_refused("case-in-audit", "case");
    so_far([themed()]).when(agree()).then_refused("sample-drawn-first", "");
    let practice = AgreeAuditAction { case: None, ..agree() };
    assert_eq!(so_far([themed()]).when(practice).events().len(), 1);
}

#[test]
fn an_action_is_completed_once() {
    so_far([single(), agreed()]).when(complete_action()).then([action_completed()]);
    so_far([single(), agreed(), action_completed()]).when(complete_action()).then_nothing();
    let other = CompleteAuditAction { outcome: "He does not come.".into(), ..complete_action() };
    so_far([single(), agreed(), action_completed()])
        .when(other)
        .then_refused("action-completed-once", "action");
    so_far([single()]).when(complete_action()).then_refused("action-exists", "action");
}

#[test]
fn an_audit_is_completed_when_every_case_is_audited_or_explained() {
    so_far([single(), audited(1)]).when(complete()).then([completed()]);
    so_far([single(), audited(1), completed()]).when(complete()).then_nothing();
    so_far([single()]).when(complete()).then_refused("every-case-audited-or-explained", "not_audited");
    so_far([themed()]).when(complete()).then_refused("sample-drawn-first", "");
    let reason = || "The family moved away.".into();
    let explained =
        CompleteAudit { not_audited: vec![NotAudited { case: case(1), reason: reason() }], ..complete() };
    assert_eq!(so_far([single()]).when(explained.clone()).events().len(), 1);
    so_far([single(), audited(1)]).when(explained).then_refused("gap-in-audit", "not_audited[0].case");
    let elsewhere =
        CompleteAudit { not_audited: vec![NotAudited { case: case(2), reason: reason() }], ..complete() };
    so_far([single(), audited(1)]).when(elsewhere).then_refused("gap-in-audit", "not_audited[0].case");
}

#[test]
fn a_completed_audit_finds_nothing_new_but_its_actions_go_on() {
    let done = so_far([single(), audited(1), completed()]);
    done.when(moderate()).then_refused("audit-not-completed", "");
    let other = CompleteAudit { findings: "Otherwise.".into(), ..complete() };
    done.when(other).then_refused("audit-not-completed", "");
    done.when(agree()).and().when(complete_action()).then([action_completed()]);
    let unaudited = AuditCompleted { findings: "None seen.".into(), not_audited: vec![] }.into();
    so_far([single(), unaudited]).when(record(1)).then_refused("audit-not-completed", "");
    so_far([themed(), completed()]).when(draw_two_of_five()).then_refused("audit-not-completed", "");
}

#[test]
fn decisions_name_what_they_must_know() {
    use crate::{Decider, Reference};
    let references = |command: AuditCommand| Audit::default().references(&command);
    assert_eq!(references(plan_single().into()), [Reference::Workforce, Reference::Case(case(1))]);
    assert_eq!(references(plan_themed().into()), [Reference::Workforce]);
    assert_eq!(references(moderate().into()), [Reference::Workforce]);
    assert_eq!(references(complete().into()), []);
}

#[test]
fn events_are_written_as_they_always_were() {
    let not_audited = vec![NotAudited { case: case(2), reason: "The family moved away.".into() }];
    let completed = AuditCompleted { findings: "Children are heard.".into(), not_audited };
    let samples =
        [single(), drawn().into(), audited(1), moderated(), agreed(), action_completed(), completed.into()];
    testing::golden("audit", AuditEvent::NAMES, &samples);
    let themed: AuditEvent = serde_json::from_str(&serde_json::to_string(&themed()).unwrap()).unwrap();
    assert_eq!(themed, self::themed());
}

fn any_command() -> impl Strategy<Value = AuditCommand> {
    let who = || prop_oneof![Just(anna()), Just(ben()), Just(some_id(0xc9).into())];
    let which = || 1_u64..=6;
    let grade = || proptest::sample::select(AuditGrade::ALL);
    prop_oneof![
        2 => prop_oneof![Just(plan_single()), Just(plan_themed())].prop_map(Into::into),
        2 => (0_u32..2).prop_map(|seed| DrawSample { seed, ..draw_two_of_five() }.into()),
        6 => (which(), who(), grade()).prop_map(|(number, auditor, overall)| {
            RecordCaseAudit { auditor, overall, ..record(number) }.into()
        }),
        4 => (which(), who(), grade()).prop_map(|(number, moderator, overall)| {
            ModerateAudit { case: case(number), moderator, overall, ..moderate() }.into()
        }),
        3 => (proptest::option::of(which()), who()).prop_map(|(number, owner)| {
            AgreeAuditAction { case: number.map(case), owner, ..agree() }.into()
        }),
        2 => Just(complete_action().into()),
        1 => proptest::collection::btree_set(which(), 0..3).prop_map(|cases| {
            let gap = |number| NotAudited { case: case(number), reason: "Moved away.".into() };
            CompleteAudit { not_audited: cases.into_iter().map(gap).collect(), ..complete() }.into()
        }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_asked_an_audit_stays_sound(commands in proptest::collection::vec(any_command(), 0..40)) {
        let circumstances = Circumstances { facts: facts(), ..Circumstances::default() };
        let (audit, outcomes) = testing::play::<Audit>(&commands, &circumstances);
        testing::repeats_emit_nothing::<Audit>(&commands, &circumstances);
        for (number, looked_at) in &audit.cases {
            prop_assert!(audit.looks_at().is_some_and(|cases| cases.contains(number)));
            if let Some(moderated) = &looked_at.moderated {
                prop_assert_ne!(moderated.moderator, looked_at.audited.auditor);
            }
        }
        let after = outcomes.iter().flatten().flatten().skip_while(|event| !matches!(event, AuditEvent::AuditCompleted(_)));
        for event in after.skip(1) {
            prop_assert!(matches!(event, AuditEvent::AuditActionAgreed(_) | AuditEvent::AuditActionCompleted(_)));
        }
    }
}

#[test]
fn the_examples_of_the_documentation_fit_the_default_standards() {
    let of = |grades: Vec<StandardGrade>| grades.into_iter().map(|grade| grade.standard).collect::<Vec<_>>();
    assert_eq!(of(RecordCaseAudit::example().grades), of(grades(Good)));
    assert_eq!(of(ModerateAudit::example().grades), of(grades(Good)));
}
