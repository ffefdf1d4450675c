//! The golden events, and random histories.

use caseledger_commands::{ActionId, CommandSet};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::testing;
use crate::{Decider, Event};

/// One sample of every event, from the story and from what may happen beside it.
fn samples() -> Vec<CaseEvent> {
    let beside: Vec<(&str, CaseCommand)> = vec![
        ("record-contact", RecordConsent::example().into()),
        ("record-contact", WithdrawConsent::example().into()),
        (
            "record-contact",
            ReallocateCase { lead_agency: some_id(0xa9).into(), ..ReallocateCase::example() }.into(),
        ),
        ("reschedule-action", ChangePlan::example().into()),
        ("complete-action", CancelAction::example().into()),
        ("record-contact", RecordManagementOversight::example().into()),
        ("record-contact", NoteSupervision::example().into()),
        ("record-contact", NoteAudit::example().into()),
        ("record-contact", RestrictCase { until: date(2017, 12, 31), ..RestrictCase::example() }.into()),
        ("record-contact", CorrectRecord { sequence: 1, ..CorrectRecord::example() }.into()),
        ("record-contact", RecordFeedback { person: None, ..RecordFeedback::example() }.into()),
        ("", ReopenCase::example().into()),
        ("", CheckSustainedOutcome::example().into()),
    ];
    let mut samples: Vec<CaseEvent> =
        beside.into_iter().flat_map(|(at, c)| story(at).when(c).events().to_vec()).collect();
    let restricted = story("record-contact")
        .when(RestrictCase { until: date(2017, 12, 31), ..RestrictCase::example() })
        .and();
    samples.extend_from_slice(restricted.when(LiftRestriction::example()).events());
    let import = fresh().when(ImportCase::example());
    samples.extend_from_slice(import.events());
    let pending = story("record-contact").when(RequestStepUp::example());
    samples.extend_from_slice(pending.events());
    let pending = pending.and();
    samples.extend_from_slice(pending.when(DeclineStepUp::example()).events());
    samples.extend_from_slice(pending.when(WithdrawStepUp::example()).events());
    let accepted = pending.when(AcceptStepUp::example());
    samples.extend_from_slice(accepted.events());
    let down = accepted.and().when(ReceiveStepDown { pack: vec![], ..ReceiveStepDown::example() });
    samples.extend_from_slice(down.events());
    let down = down.and();
    let item = Circumstances::default().authority.step_down_protocol[0].id.clone();
    samples.extend_from_slice(
        down.when(QueryStepDown { items: vec![item], ..QueryStepDown::example() }).events(),
    );
    samples.extend_from_slice(down.when(AcceptStepDown::example()).events());
    for before in STORY {
        let given = story(before);
        let Some(command) = step(before) else { continue };
        samples.extend_from_slice(given.when(command).events());
    }
    samples
}

/// The steps of the story that no other sample covers.
const STORY: &[&str] = &[
    "receive-referral",
    "acknowledge-referral",
    "request-more-information",
    "provide-information",
    "refer-to-panel",
    "decide-triage",
    "allocate-case",
    "add-family-member",
    "end-family-membership",
    "start-assessment",
    "record-voice-of-child",
    "complete-assessment",
    "return-assessment",
    "authorise-assessment",
    "agree-plan",
    "record-contact",
    "reschedule-action",
    "complete-action",
    "review-plan",
    "close-case",
    "schedule-sustained-outcome-check",
];

fn step(name: &str) -> Option<CaseCommand> {
    let mut command =
        CaseCommand::decode(name, (CaseCommand::TABLE.iter().find(|s| s.name == name)?.example)()).ok()?;
    match &mut command {
        CaseCommand::EndFamilyMembership(end) => end.person = AddFamilyMember::example().person,
        CaseCommand::CloseCase(_) => return Some(closing()),
        _ => {}
    }
    Some(command)
}

#[test]
fn events_once_written_are_read_for_ever() {
    let samples = samples();
    let firsts: Vec<_> = CaseEvent::NAMES
        .iter()
        .filter_map(|name| samples.iter().find(|sample| sample.name() == *name).cloned())
        .collect();
    testing::golden("case", CaseEvent::NAMES, &firsts);
}

/// Any command of the table, over a family and ids so small that they meet.
fn any_command() -> impl Strategy<Value = CaseCommand> {
    let names: Vec<&'static str> = CaseCommand::TABLE.iter().map(|spec| spec.name).collect();
    let story = select(STORY.to_vec()).prop_filter_map("every step has an example", step);
    let listed = select(names).prop_filter_map("every example reads", |name| {
        let spec = CaseCommand::TABLE.iter().find(|spec| spec.name == name)?;
        CaseCommand::decode(name, (spec.example)()).ok()
    });
    let action = prop_oneof![
        Just(CompleteAction::example().action),
        (1_u64..4).prop_map(|n| ActionId::from(some_id(n)))
    ];
    let ends = action.prop_map(|action| CompleteAction { action, outcome: "Done.".into() }.into());
    let voice = any::<bool>().prop_map(|seen| {
        RecordVoiceOfChild {
            seen,
            seen_alone: false,
            said: None,
            method: None,
            not_heard_because: Some("Away.".into()),
            ..RecordVoiceOfChild::example()
        }
        .into()
    });
    prop_oneof![6 => story, 4 => listed, 1 => ends, 1 => voice]
}

/// The story's steps in order, with anything strewn between: random histories that get somewhere.
fn any_history() -> impl Strategy<Value = Vec<CaseCommand>> {
    let steps: Vec<CaseCommand> = STORY.iter().filter_map(|name| step(name)).collect();
    let far = 0..=steps.len();
    (far, proptest::collection::vec((any_command(), 0_usize..25), 0..25)).prop_map(move |(far, strewn)| {
        let mut history = steps[..far].to_vec();
        for (command, place) in strewn {
            history.insert(place.min(history.len()), command);
        }
        history
    })
}

/// What tells of something that can happen more than once, so that telling it twice is no repetition: idempotency keys
/// keep a request that was sent twice from being one.
const HAPPEN_AGAIN: &[&str] = &[
    "request-more-information",
    "provide-information",
    "record-consent",
    "record-voice-of-child",
    "change-plan",
    "review-plan",
    "record-contact",
    "record-management-oversight",
    "receive-step-down",
    "query-step-down",
    "record-feedback",
    "check-sustained-outcome",
    "correct-record",
];

proptest! {
    #[test]
    fn whatever_is_asked_a_case_stays_sound(history in any_history()) {
        let spring = Circumstances { now: moment("2017-04-20T10:00:00Z"), facts: known(), ..Circumstances::default() };
        let (case, outcomes) = testing::play::<Case>(&history, &spring);
        let events: Vec<_> = outcomes.into_iter().flatten().flatten().collect();
        prop_assert_eq!(case.events as usize, events.len());
        let mut state = Case::default();
        for event in &events {
            if state.status == Some(Status::Closed) {
                let allowed = matches!(event,
                    CaseEvent::FeedbackReceived(_) | CaseEvent::CaseAudited(_) | CaseEvent::RecordCorrected(_)
                    | CaseEvent::CaseRestricted(_) | CaseEvent::RestrictionLifted(_) | CaseEvent::CaseReopened(_)
                    | CaseEvent::SustainedOutcomeCheckScheduled(_) | CaseEvent::SustainedOutcomeChecked(_));
                prop_assert!(allowed, "{} on a closed case", event.name());
            }
            state.evolve(event);
            prop_assert!(!state.is_open() || !state.children.is_empty());
            prop_assert!(state.imported || state.actions.values().all(|a| a.due.is_some() && a.owner.is_some()));
            prop_assert_eq!(state.transfer.is_some(), matches!(state.status, Some(Status::StepUpPending | Status::StepDownPending)));
        }
    }

    #[test]
    fn what_is_told_again_at_once_changes_nothing(history in any_history()) {
        let spring = Circumstances { now: moment("2017-04-20T10:00:00Z"), facts: known(), ..Circumstances::default() };
        let mut case = Case::default();
        for command in history {
            let Ok(events) = case.decide(&command, &spring.context()) else { continue };
            for event in &events {
                case.evolve(event);
            }
            let again = case.decide(&command, &spring.context());
            let may_happen_again = HAPPEN_AGAIN.contains(&command.name());
            prop_assert!(may_happen_again || again.is_err() || again == Ok(vec![]), "{} was done twice", command.name());
        }
    }
}
