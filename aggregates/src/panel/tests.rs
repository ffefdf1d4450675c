//! A meeting from its calling to its end, and each refusal on the way.

use caseledger_commands::Command;
use caseledger_commands::case::TriageOutcome;
use caseledger_commands::panel::*;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::case::{Case, Status};
use crate::testing::{self, Circumstances, Given, given, some_id};
use crate::{Decider, Reference};

/// On the day of the example's meeting, knowing its case and the meeting that items are put off to.
fn circumstances(circumstances: &mut Circumstances) {
    let case = Case {
        status: Some(Status::AwaitingPanel),
        panel_meeting: Some(circumstances.id.into()),
        consent: true,
        sharing: true,
        ..Case::default()
    };
    circumstances.facts.cases.insert(AddToAgenda::example().case, case.into());
    let later = PanelMeeting { on: Some(date(2017, 3, 28)), ..PanelMeeting::default() };
    circumstances.facts.panels.insert(DeferAgendaItem::example().to, later.into());
}

fn called() -> Given<PanelMeeting> {
    given::<PanelMeeting>([])
        .on("2017-03-01T10:00:00Z")
        .with(circumstances)
        .when(SchedulePanel::example())
        .and()
}

fn with_agenda() -> Given<PanelMeeting> {
    called().when(AddToAgenda::example()).and()
}

fn held() -> Given<PanelMeeting> {
    with_agenda().on("2017-03-14T15:00:00Z").when(RecordAttendance::example()).and()
}

#[test]
fn a_meeting_is_called_once_for_a_day_ahead() {
    called().when(SchedulePanel::example()).then_refused("meeting-called-once", "");
    let past = SchedulePanel { on: date(2017, 2, 1), ..SchedulePanel::example() };
    given::<PanelMeeting>([]).when(past).then_refused("meeting-lies-ahead", "on");
    given::<PanelMeeting>([]).when(ClosePanel {}).then_refused("meeting-exists", "");
}

#[test]
fn a_case_on_the_agenda_waits_for_this_meeting() {
    with_agenda().when(AddToAgenda::example()).then_nothing();
    let other = AddToAgenda { case: some_id(9).into() };
    called().when(other).then_refused("case-awaits-this-meeting", "case");
}

#[test]
fn a_meeting_may_be_called_for_today() {
    let today = SchedulePanel { on: date(2017, 3, 1), ..SchedulePanel::example() };
    let nothing_yet = given::<PanelMeeting>([]).on("2017-03-01T10:00:00Z");
    assert_eq!(nothing_yet.when(today).events().len(), 1);
    let yesterday = SchedulePanel { on: date(2017, 2, 28), ..SchedulePanel::example() };
    nothing_yet.when(yesterday).then_refused("meeting-lies-ahead", "on");
}

#[test]
fn a_case_that_waits_for_another_meeting_or_no_more_is_not_put_on_the_agenda() {
    let stands = |status, meeting: Option<u64>| {
        called().with(move |circumstances| {
            let panel_meeting = meeting.map(|meeting| some_id(meeting).into());
            let case = Case { status: Some(status), panel_meeting, ..Case::default() };
            circumstances.facts.cases.insert(AddToAgenda::example().case, case.into());
        })
    };
    let refused = |given: Given<PanelMeeting>| {
        given.when(AddToAgenda::example()).then_refused("case-awaits-this-meeting", "case");
    };
    refused(stands(Status::AwaitingPanel, Some(7)));
    refused(stands(Status::AwaitingPanel, None));
    refused(stands(Status::Accepted, Some(1)));
    assert_eq!(stands(Status::AwaitingPanel, Some(1)).when(AddToAgenda::example()).events().len(), 1);
}

#[test]
fn an_outcome_that_ends_the_case_is_decided_when_it_is_said_what_the_referrer_is_told() {
    let ended = RecordPanelDecision {
        outcome: TriageOutcome::UniversalServices,
        level_of_need: 1,
        referrer_told: Some("The school nurse will call.".into()),
        ..RecordPanelDecision::example()
    };
    let outcome = held().when(ended);
    let [PanelEvent::PanelDecisionRecorded(event)] = outcome.events() else { panic!("another event") };
    assert_eq!(
        (event.outcome, &event.decided_by),
        (TriageOutcome::UniversalServices, &SchedulePanel::example().chair)
    );
}

#[test]
fn without_consent_the_panel_sends_nothing_past_triage() {
    let agreed = |consent, sharing| {
        held().with(move |circumstances| {
            let status = Some(Status::AwaitingPanel);
            let case = Case { status, consent, sharing, ..Case::default() };
            circumstances.facts.cases.insert(AddToAgenda::example().case, case.into());
        })
    };
    let rule = "consent-before-help";
    let early_help = RecordPanelDecision::example();
    agreed(false, true).when(early_help.clone()).then_refused(rule, "");
    assert_eq!(agreed(true, false).when(early_help.clone()).events().len(), 1);
    let told = Some("Social care will call today.".into());
    let step_up = RecordPanelDecision {
        outcome: TriageOutcome::StepUp,
        level_of_need: 4,
        referrer_told: told.clone(),
        ..early_help.clone()
    };
    agreed(true, false).when(step_up.clone()).then_refused(rule, "");
    assert_eq!(agreed(false, true).when(step_up.clone()).events().len(), 1);
    let on_a_basis =
        RecordPanelDecision { lawful_basis: Some("Risk of significant harm.".into()), ..step_up };
    assert_eq!(agreed(false, false).when(on_a_basis).events().len(), 1);
    let elsewhere =
        RecordPanelDecision { outcome: TriageOutcome::UniversalServices, referrer_told: told, ..early_help };
    assert_eq!(agreed(false, false).when(elsewhere).events().len(), 1);
}

#[test]
fn an_item_is_not_put_off_to_this_very_meeting_nor_to_one_that_was_held_nor_twice() {
    let rule = "deferred-to-a-named-meeting";
    let this = with_agenda().with(|circumstances| {
        let meeting = PanelMeeting { on: Some(date(2017, 3, 14)), ..PanelMeeting::default() };
        circumstances.facts.panels.insert(circumstances.id.into(), meeting.into());
    });
    let itself = DeferAgendaItem { to: some_id(1).into(), ..DeferAgendaItem::example() };
    this.when(itself).then_refused(rule, "to");
    assert_eq!(this.when(DeferAgendaItem::example()).events().len(), 1, "before the meeting, too");
    let over = held().with(|circumstances| {
        let meeting = PanelMeeting {
            on: Some(date(2017, 3, 7)),
            held: Some((date(2017, 3, 7), vec![])),
            ..PanelMeeting::default()
        };
        circumstances.facts.panels.insert(DeferAgendaItem::example().to, meeting.into());
    });
    over.when(DeferAgendaItem::example()).then_refused(rule, "to");
    let deferred = held().when(DeferAgendaItem::example()).and();
    let elsewhere = DeferAgendaItem { to: some_id(7).into(), ..DeferAgendaItem::example() };
    deferred.when(elsewhere).then_refused("item-decided-once", "case");
    let decided = held().when(RecordPanelDecision::example()).and();
    decided.when(DeferAgendaItem::example()).then_refused("item-decided-once", "case");
}

#[test]
fn a_meeting_is_to_be_held_from_its_calling_until_it_is_held_or_closed() {
    assert!(!PanelMeeting::default().is_to_be_held());
    assert!(called().state().is_to_be_held());
    assert!(!held().state().is_to_be_held());
    assert!(!PanelMeeting { closed: true, ..called().state().clone() }.is_to_be_held());
}

#[test]
fn what_a_meeting_must_know_of_others_is_named() {
    let of = |command: PanelCommand| PanelMeeting::default().references(&command);
    let item = AddToAgenda::example();
    assert_eq!(of(item.clone().into()), [Reference::Case(item.case)]);
    let decision = RecordPanelDecision::example();
    assert_eq!(of(decision.clone().into()), [Reference::Case(decision.case)]);
    let put_off = DeferAgendaItem::example();
    assert_eq!(of(put_off.clone().into()), [Reference::PanelMeeting(put_off.to)]);
    assert_eq!(of(SchedulePanel::example().into()), []);
    assert_eq!(of(ClosePanel {}.into()), []);
}

#[test]
fn a_decision_is_made_at_the_meeting_on_a_case_of_its_agenda() {
    with_agenda().when(RecordPanelDecision::example()).then_refused("meeting-held", "");
    let other = RecordPanelDecision { case: some_id(9).into(), ..RecordPanelDecision::example() };
    held().when(other).then_refused("case-on-agenda", "case");
    let unknown = RecordPanelDecision { level_of_need: 9, ..RecordPanelDecision::example() };
    held().when(unknown).then_refused("level-of-need-known", "level_of_need");
    let untold =
        RecordPanelDecision { outcome: TriageOutcome::NoFurtherAction, ..RecordPanelDecision::example() };
    held().when(untold.clone()).then_refused("referrer-is-told", "referrer_told");
    let decided = held().when(RecordPanelDecision::example()).and();
    decided.when(RecordPanelDecision::example()).then_nothing();
    decided.when(untold).then_refused("item-decided-once", "case");
}

/// The meeting, when the case that it is to decide on stands like that.
fn held_on(case: Case) -> Given<PanelMeeting> {
    held().with(|circumstances| {
        circumstances.facts.cases.insert(AddToAgenda::example().case, case.into());
    })
}

/// A process triages the case by the decision, and nobody sits there to hear it refused: so it is refused before.
#[test]
fn what_the_case_would_refuse_is_refused_while_the_panel_sits() {
    let unasked = || Case { status: Some(Status::AwaitingPanel), ..Case::default() };
    let step_up = RecordPanelDecision {
        outcome: TriageOutcome::StepUp,
        referrer_told: Some("By telephone.".into()),
        ..RecordPanelDecision::example()
    };
    held_on(unasked()).when(RecordPanelDecision::example()).then_refused("consent-before-help", "");
    held_on(unasked()).when(step_up.clone()).then_refused("consent-before-help", "");
    let lawful = RecordPanelDecision { lawful_basis: Some("Section 47.".into()), ..step_up };
    assert_eq!(held_on(unasked()).when(lawful).events().len(), 1);

    let triaged = |level| Case {
        status: Some(Status::Allocated),
        triage: Some(TriageOutcome::EarlyHelp),
        level_of_need: Some(level),
        ..Case::default()
    };
    held_on(triaged(2)).when(RecordPanelDecision::example()).then_refused("case-triaged-once", "case");
    assert_eq!(held_on(triaged(3)).when(RecordPanelDecision::example()).events().len(), 1, "as it stands");
}

#[test]
fn an_item_is_put_off_to_a_named_meeting_that_is_to_be_held() {
    let nowhere = DeferAgendaItem { to: some_id(9).into(), ..DeferAgendaItem::example() };
    held().when(nowhere).then_refused("deferred-to-a-named-meeting", "to");
    let deferred = held().when(DeferAgendaItem::example()).and();
    deferred.when(DeferAgendaItem::example()).then_nothing();
    deferred.when(RecordPanelDecision::example()).then_refused("item-decided-once", "case");
}

#[test]
fn a_meeting_ends_when_every_item_is_decided_or_put_off() {
    called().when(ClosePanel {}).then_refused("meeting-held", "");
    held().when(ClosePanel {}).then_refused("every-item-decided-or-deferred", "");
    let ended = held().when(DeferAgendaItem::example()).and().when(ClosePanel {}).and();
    ended.when(ClosePanel {}).then_nothing();
    ended.when(RecordAttendance::example()).then_refused("meeting-not-ended", "");
}

#[test]
fn attendance_is_recorded_once_and_may_be_put_right() {
    held().when(RecordAttendance::example()).then_nothing();
    let mut right = RecordAttendance::example();
    right.agencies[0].attendance = Attendance::Apologies;
    assert_eq!(held().when(right).events().len(), 1);
    let tomorrow = RecordAttendance { held_on: date(2017, 3, 15), ..RecordAttendance::example() };
    with_agenda().on("2017-03-14T15:00:00Z").when(tomorrow).then_refused("day-has-come", "held_on");
    let elsewhere = RecordInformationShared { case: some_id(9).into(), ..RecordInformationShared::example() };
    held().when(elsewhere).then_refused("case-on-agenda", "case");
}

#[test]
fn events_once_written_are_read_for_ever() {
    let start = given::<PanelMeeting>([]).on("2017-03-01T10:00:00Z").with(circumstances);
    let mut samples = start.when(SchedulePanel::example()).events().to_vec();
    samples.extend_from_slice(called().when(AddToAgenda::example()).events());
    let on_the_day = with_agenda().on("2017-03-14T15:00:00Z");
    samples.extend_from_slice(on_the_day.when(RecordAttendance::example()).events());
    samples.extend_from_slice(held().when(RecordInformationShared::example()).events());
    samples.extend_from_slice(held().when(RecordPanelDecision::example()).events());
    let deferred = held().when(DeferAgendaItem::example());
    samples.extend_from_slice(deferred.events());
    samples.extend_from_slice(deferred.and().when(ClosePanel {}).events());
    testing::golden("panel", PanelEvent::NAMES, &samples);
}

#[test]
fn a_meeting_played_through_is_what_its_events_say() {
    let mut on_the_day =
        Circumstances { now: testing::moment("2017-03-14T10:00:00Z"), ..Circumstances::default() };
    circumstances(&mut on_the_day);
    let commands: Vec<PanelCommand> = vec![
        SchedulePanel::example().into(),
        AddToAgenda::example().into(),
        ClosePanel {}.into(),
        RecordAttendance::example().into(),
        RecordPanelDecision::example().into(),
        ClosePanel {}.into(),
        AddToAgenda::example().into(),
    ];
    let (meeting, _) = testing::play::<PanelMeeting>(&commands, &on_the_day);
    assert!(meeting.closed);
}

/// Any command on a meeting with three cases that wait for it, two meetings to put them off to and one that is none.
fn any_command() -> impl Strategy<Value = PanelCommand> {
    let case = || (1_u64..=4).prop_map(|number| some_id(0xe0 + number).into());
    let meeting = || (0xf1_u64..=0xf3).prop_map(|number| some_id(number).into());
    let outcome = prop_oneof![
        Just(TriageOutcome::EarlyHelp),
        Just(TriageOutcome::UniversalServices),
        Just(TriageOutcome::StepUp)
    ];
    prop_oneof![
        2 => Just(SchedulePanel::example().into()),
        4 => case().prop_map(|case| AddToAgenda { case }.into()),
        3 => (1_i8..=15).prop_map(|day| {
            RecordAttendance { held_on: date(2017, 3, day), ..RecordAttendance::example() }.into()
        }),
        1 => case().prop_map(|case| RecordInformationShared { case, ..RecordInformationShared::example() }.into()),
        4 => (case(), 1_u8..=5, outcome, any::<bool>()).prop_map(|(case, level_of_need, outcome, told)| {
            let referrer_told = told.then(|| "By telephone.".into());
            let asked = RecordPanelDecision { case, level_of_need, outcome, referrer_told, ..RecordPanelDecision::example() };
            asked.into()
        }),
        2 => (case(), meeting()).prop_map(|(case, to)| DeferAgendaItem { case, to, ..DeferAgendaItem::example() }.into()),
        2 => Just(ClosePanel {}.into()),
    ]
}

proptest! {
    #[test]
    fn whatever_is_asked_a_meeting_stays_sound(commands in proptest::collection::vec(any_command(), 0..40)) {
        let mut on_the_day = Circumstances { now: testing::moment("2017-03-14T10:00:00Z"), ..Circumstances::default() };
        let waits = Case {
            status: Some(Status::AwaitingPanel),
            panel_meeting: Some(on_the_day.id.into()),
            consent: true,
            sharing: true,
            ..Case::default()
        };
        let later = PanelMeeting { on: Some(date(2017, 3, 28)), ..PanelMeeting::default() };
        for number in 1..=3 {
            on_the_day.facts.cases.insert(some_id(0xe0 + number).into(), waits.clone().into());
        }
        for number in [0xf1, 0xf2] {
            on_the_day.facts.panels.insert(some_id(number).into(), later.clone().into());
        }
        // An earlier day than the meeting's, on which it can be called; the rest happens on the day itself.
        on_the_day.occurred_at = Some(testing::moment("2017-03-01T10:00:00Z"));
        let (meeting, outcomes) = testing::play::<PanelMeeting>(&commands, &on_the_day);

        let mut state = PanelMeeting::default();
        for event in outcomes.iter().flatten().flatten() {
            prop_assert!(!state.closed, "{event:?} after the end");
            prop_assert_eq!(state.on.is_none(), matches!(event, PanelEvent::PanelScheduled(_)));
            let open = |case| state.agenda.get(case) == Some(&Item::Open);
            match event {
                PanelEvent::AddedToAgenda(added) => prop_assert!(!state.agenda.contains_key(&added.case)),
                PanelEvent::InformationShared(told) => prop_assert!(state.agenda.contains_key(&told.case)),
                PanelEvent::PanelDecisionRecorded(decided) => {
                    prop_assert!(state.held.is_some() && open(&decided.case));
                    prop_assert!(decided.outcome == TriageOutcome::EarlyHelp || decided.referrer_told.is_some());
                }
                PanelEvent::AgendaItemDeferred(put_off) => prop_assert!(open(&put_off.case)),
                PanelEvent::PanelClosed(_) => {
                    prop_assert!(state.held.is_some() && state.agenda.values().all(|item| *item != Item::Open));
                }
                PanelEvent::PanelScheduled(_) | PanelEvent::AttendanceRecorded(_) => {}
            }
            state.evolve(event);
        }
        prop_assert_eq!(state, meeting);
    }

    #[test]
    fn what_a_meeting_is_told_again_at_once_changes_nothing(commands in proptest::collection::vec(any_command(), 0..40)) {
        let mut on_the_day = Circumstances { now: testing::moment("2017-03-14T10:00:00Z"), ..Circumstances::default() };
        circumstances(&mut on_the_day);
        let mut meeting = PanelMeeting::default();
        for command in commands {
            let Ok(events) = meeting.decide(&command, &on_the_day.context()) else { continue };
            for event in &events {
                meeting.evolve(event);
            }
            // A meeting is called once, and an agency may tell a thing twice.
            let again = meeting.decide(&command, &on_the_day.context());
            let may_be_told_again = matches!(command, PanelCommand::RecordInformationShared(_));
            prop_assert!(may_be_told_again || again.is_err() || again == Ok(vec![]), "{command:?} was done twice");
        }
    }
}
