use std::sync::Arc;

use caseledger_commands::oversight::*;
use caseledger_commands::{ActionId, PractitionerId};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::testing::{self, Circumstances, Given, given, some_id};
use crate::workforce::{PractitionerEnded, PractitionerRegistered};
use crate::{Decider, Facts, Reference};

fn anna() -> PractitionerId {
    some_id(0xc1).into()
}
fn action() -> ActionId {
    some_id(0xd1).into()
}

/// Anna works here until the end of 2017, and the reports have three measures: one tells nothing of the period.
fn facts() -> Facts {
    let registered = PractitionerRegistered {
        practitioner: anna(),
        name: "Anna Lindqvist".into(),
        agency: some_id(0xa1).into(),
        team: some_id(0xb1).into(),
        is_manager: true,
    };
    let ended = PractitionerEnded { practitioner: anna(), last_day: date(2017, 12, 31) };
    let measures = [("partner-led", told()), ("open-cases", told()), ("outcomes-sustained", vec![])];
    Facts {
        workforce: Some(Arc::new(testing::fold([registered.into(), ended.into()]))),
        measures: measures.map(|(id, figures)| (id.to_owned(), figures)).into(),
        ..Facts::default()
    }
}

/// What the reports tell.
fn told() -> Vec<Figure> {
    let figure = |label: &str, value, of| Figure {
        label: label.to_owned(),
        value,
        numerator: None,
        denominator: Some(of),
    };
    vec![figure("The whole authority", 0.16, 410), figure("Locality: Coast", 0.2, 90)]
}

fn so_far(events: impl IntoIterator<Item = OversightEvent>) -> Given<Oversight> {
    given(events).with(|circumstances| circumstances.facts = facts())
}

fn comment() -> RecordCommentary {
    RecordCommentary {
        measure: "partner-led".into(),
        from: date(2017, 4, 1),
        to: date(2017, 6, 30),
        figures: vec![Figure {
            label: "plans led by other agencies".into(),
            value: 0.15,
            numerator: Some(60),
            denominator: Some(400),
        }],
        meaning: "Families tell their story twice.".into(),
    }
}

fn commented() -> OversightEvent {
    let RecordCommentary { measure, from, to, figures, meaning } = comment();
    CommentaryRecorded { measure, from, to, figures, meaning }.into()
}

fn agree() -> AgreeImprovementAction {
    AgreeImprovementAction {
        action: action(),
        measure: "partner-led".into(),
        what: "Train twenty schools.".into(),
        success: "A quarter by July.".into(),
        owner: anna(),
        due: date(2017, 7, 31),
    }
}

fn agreed() -> OversightEvent {
    let AgreeImprovementAction { action, measure, what, success, owner, due } = agree();
    ImprovementActionAgreed { action, measure, what, success, owner, due }.into()
}

fn report() -> ReportProgress {
    ReportProgress { action: action(), rating: ProgressRating::AtRisk, progress: "Twelve of twenty.".into() }
}

fn reported() -> OversightEvent {
    let ReportProgress { action, rating, progress } = report();
    ProgressReported { action, rating, progress, reported_on: date(2017, 7, 3) }.into()
}

fn complete() -> CompleteImprovementAction {
    CompleteImprovementAction { action: action(), outcome: "Twenty-two schools hold plans.".into() }
}

fn completed() -> OversightEvent {
    let CompleteImprovementAction { action, outcome } = complete();
    ImprovementActionCompleted { action, outcome }.into()
}

#[test]
fn a_commentary_keeps_its_figures_and_may_be_followed_by_another() {
    so_far([]).when(comment()).then([commented()]);
    so_far([commented()]).when(comment()).then_nothing();
    let rethought = RecordCommentary { meaning: "Schools lack confidence.".into(), ..comment() };
    let two = so_far([commented()]).when(rethought.clone()).and();
    two.when(rethought).then_nothing();
    two.when(comment()).then([commented()]);
}

#[test]
fn commentaries_on_other_periods_and_measures_stand_apart() {
    let may = RecordCommentary { from: date(2017, 5, 1), to: date(2017, 5, 31), ..comment() };
    let other = RecordCommentary { measure: "open-cases".into(), ..comment() };
    let all = so_far([commented()]).when(may.clone()).and().when(other.clone()).and();
    for command in [comment(), may, other] {
        all.when(command).then_nothing();
    }
}

#[test]
fn a_commentary_without_figures_keeps_those_that_the_reports_tell() {
    let without = || RecordCommentary { figures: vec![], ..comment() };
    let RecordCommentary { measure, from, to, meaning, .. } = comment();
    so_far([]).when(without()).then([CommentaryRecorded { measure, from, to, figures: told(), meaning }]);
    // The same words again are no news, whatever the figures are by now.
    so_far([commented()]).when(without()).then_nothing();
    let nothing = RecordCommentary { measure: "outcomes-sustained".into(), ..without() };
    so_far([]).when(nothing).then_refused("commentary-keeps-its-figures", "figures");
}

#[test]
fn commentary_and_improvement_are_about_measures_that_there_are() {
    let other = RecordCommentary { measure: "moonlight".into(), ..comment() };
    so_far([]).when(other).then_refused("measure-exists", "measure");
    let other = AgreeImprovementAction { measure: "moonlight".into(), ..agree() };
    so_far([]).when(other).then_refused("measure-exists", "measure");
}

#[test]
fn figures_tell_of_days_that_have_passed() {
    let today = RecordCommentary { to: date(2017, 7, 3), ..comment() };
    assert_eq!(so_far([]).when(today).events().len(), 1);
    let tomorrow = RecordCommentary { to: date(2017, 7, 4), ..comment() };
    so_far([]).when(tomorrow).then_refused("not-in-the-future", "to");
}

#[test]
fn an_improvement_action_is_agreed_once() {
    so_far([]).when(agree()).then([agreed()]);
    so_far([agreed()]).when(agree()).then_nothing();
    let other = AgreeImprovementAction { measure: "open-cases".into(), ..agree() };
    so_far([agreed()]).when(other).then_refused("action-agreed-once", "action");
}

#[test]
fn an_improvement_action_has_an_owner_who_works_here_and_a_due_date_ahead() {
    let nobody = AgreeImprovementAction { owner: some_id(0xc9).into(), ..agree() };
    so_far([]).when(nobody).then_refused("practitioner-works-here", "owner");
    let gone = AgreeImprovementAction { due: date(2018, 6, 30), ..agree() };
    so_far([]).on("2018-01-01T10:00:00Z").when(gone).then_refused("practitioner-works-here", "owner");
    let past = AgreeImprovementAction { due: date(2017, 7, 2), ..agree() };
    so_far([]).when(past).then_refused("due-after-agreed", "due");
    let today = AgreeImprovementAction { due: date(2017, 7, 3), ..agree() };
    assert_eq!(so_far([]).when(today).events().len(), 1);
}

#[test]
fn progress_is_reported_on_an_agreed_action_and_again_on_another_day() {
    so_far([agreed()]).when(report()).then([reported()]);
    so_far([agreed(), reported()]).when(report()).then_nothing();
    let later = so_far([agreed(), reported()]).on("2017-07-10T10:00:00Z");
    assert_eq!(later.when(report()).events().len(), 1);
    so_far([]).when(report()).then_refused("action-exists", "action");
}

#[test]
fn no_progress_is_reported_on_a_completed_action() {
    so_far([agreed(), completed()]).when(report()).then_refused("action-not-completed", "action");
}

#[test]
fn an_improvement_action_is_completed_once() {
    so_far([agreed()]).when(complete()).then([completed()]);
    so_far([agreed(), reported(), completed()]).when(complete()).then_nothing();
    let other = CompleteImprovementAction { outcome: "Nothing changed.".into(), ..complete() };
    so_far([agreed(), completed()]).when(other).then_refused("action-not-completed", "action");
    so_far([]).when(complete()).then_refused("action-exists", "action");
}

#[test]
fn an_agreement_must_know_the_register_and_both_their_measure() {
    let references = |command: OversightCommand| Oversight::default().references(&command);
    let measure = |figures| Reference::Measure { id: "partner-led".into(), figures };
    assert_eq!(references(agree().into()), [Reference::Workforce, measure(None)]);
    assert_eq!(references(comment().into()), [measure(None)]);
    let without = RecordCommentary { figures: vec![], ..comment() };
    let period = (without.from, without.to);
    assert_eq!(references(without.into()), [measure(Some(period))]);
}

#[test]
fn events_are_written_as_they_always_were() {
    testing::golden("oversight", OversightEvent::NAMES, &[commented(), agreed(), reported(), completed()]);
}

fn any_command() -> impl Strategy<Value = OversightCommand> {
    let action = || (0xd1_u64..=0xd2).prop_map(|number| ActionId::from(some_id(number)));
    let words = || proptest::sample::select(&["One.", "Two."][..]);
    let day = || (1_i8..=6).prop_map(|day| date(2017, 7, day));
    prop_oneof![
        2 => (words(), day()).prop_map(|(words, to)| RecordCommentary { meaning: words.into(), to, ..comment() }.into()),
        3 => (action(), words(), day()).prop_map(|(action, words, due)| {
            AgreeImprovementAction { action, what: words.into(), due, ..agree() }.into()
        }),
        4 => (action(), words()).prop_map(|(action, words)| {
            ReportProgress { action, progress: words.into(), ..report() }.into()
        }),
        1 => (action(), words()).prop_map(|(action, words)| {
            CompleteImprovementAction { action, outcome: words.into() }.into()
        }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_asked_oversight_stays_sound(commands in proptest::collection::vec(any_command(), 0..60)) {
        let circumstances = Circumstances { facts: facts(), ..Circumstances::default() };
        let (oversight, outcomes) = testing::play::<Oversight>(&commands, &circumstances);
        testing::repeats_emit_nothing::<Oversight>(&commands, &circumstances);
        let mut ended = vec![];
        for event in outcomes.into_iter().flatten().flatten() {
            match event {
                OversightEvent::ProgressReported(was) => prop_assert!(!ended.contains(&was.action)),
                OversightEvent::ImprovementActionCompleted(was) => {
                    prop_assert!(!ended.contains(&was.action));
                    ended.push(was.action);
                }
                OversightEvent::CommentaryRecorded(_) | OversightEvent::ImprovementActionAgreed(_) => {}
            }
        }
        prop_assert_eq!(oversight.actions.values().filter(|action| action.completed.is_some()).count(), ended.len());
    }
}
