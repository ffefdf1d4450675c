//! A meeting from its calling to its end, and each refusal on the way.

use caseledger_commands::Command;
use caseledger_commands::case::TriageOutcome;
use caseledger_commands::panel::*;
use jiff::civil::date;

use super::*;
use crate::case::{Case, Status};
use crate::testing::{self, Circumstances, Given, given, some_id};

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
