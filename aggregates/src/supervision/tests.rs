//! A practitioner's supervisions, what is carried forward, and each refusal.

use caseledger_commands::supervision::*;
use caseledger_commands::workforce::AgencyKind;
use caseledger_commands::{Command, PractitionerId};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::case::Case;
use crate::testing::{self, Circumstances, Given, fold, given, some_id};
use crate::workforce::{
    AgencyRegistered, PractitionerEnded, PractitionerRegistered, TeamRegistered, Workforce,
};
use crate::{Decider, Reference};

fn supervisor() -> PractitionerId {
    RecordSupervision::example().supervisor
}

/// The end of May 2017; the practitioner and the supervisor are in the register, and the example's case exists.
fn circumstances(circumstances: &mut Circumstances) {
    let (agency, team) = (some_id(0xa1).into(), some_id(0xb1).into());
    let registered = |practitioner: PractitionerId| PractitionerRegistered {
        practitioner,
        name: "Asha Rahman".into(),
        agency,
        team,
        is_manager: false,
    };
    let workforce: Workforce = fold::<Workforce>([
        AgencyRegistered { agency, name: "Northshire Council".into(), kind: AgencyKind::Authority }.into(),
        TeamRegistered { team, name: "Coast".into(), locality: "Coast".into(), agency }.into(),
        registered(circumstances.id.into()).into(),
        registered(supervisor()).into(),
    ]);
    circumstances.facts.workforce = Some(workforce.into());
    circumstances.facts.cases.insert(RecordSupervision::example().cases[0].case, Case::default().into());
}

fn nothing_yet() -> Given<Supervision> {
    given::<Supervision>([]).on("2017-05-31T10:00:00Z").with(circumstances)
}

fn with(change: impl FnOnce(&mut RecordSupervision)) -> RecordSupervision {
    let mut asked = RecordSupervision::example();
    change(&mut asked);
    asked
}

#[test]
fn a_supervision_is_held_by_another_who_works_here() {
    let own = with(|asked| asked.supervisor = some_id(1).into());
    nothing_yet().when(own).then_refused("supervised-by-another", "supervisor");
    let stranger = with(|asked| asked.supervisor = some_id(9).into());
    nothing_yet().when(stranger).then_refused("supervisor-works-here", "supervisor");
    given::<Supervision>([]).when(RecordSupervision::example()).then_refused("practitioner-works-here", "");
}

#[test]
fn a_supervision_was_held_and_after_the_one_before() {
    let ahead = with(|asked| asked.held_on = date(2017, 6, 1));
    nothing_yet().when(ahead).then_refused("supervision-was-held", "held_on");
    let recorded = nothing_yet().when(RecordSupervision::example()).and();
    recorded.when(RecordSupervision::example()).then_refused("supervisions-in-order", "held_on");
}

#[test]
fn what_is_said_is_about_cases_that_exist_and_actions_that_lie_ahead() {
    let unknown = with(|asked| asked.cases[0].case = some_id(9).into());
    nothing_yet().when(unknown).then_refused("case-exists", "cases[0].case");
    let passed = with(|asked| asked.cases[0].actions[0].due = date(2017, 5, 1));
    nothing_yet().when(passed).then_refused("day-lies-ahead", "cases[0].actions[0].due");
    let recorded = nothing_yet().when(RecordSupervision::example()).and();
    let same_id = with(|asked| {
        asked.held_on = date(2017, 5, 30);
        asked.cases[0].actions[0].due = date(2017, 6, 9);
    });
    recorded.when(same_id).then_refused("id-used-once", "cases[0].actions[0].id");
}

#[test]
fn a_supervision_of_today_is_recorded_today_and_what_it_sets_may_be_due_at_once() {
    let at_once = with(|asked| {
        asked.held_on = date(2017, 5, 31);
        asked.cases[0].actions[0].due = date(2017, 5, 31);
    });
    let outcome = nothing_yet().when(at_once);
    let [SupervisionEvent::SupervisionRecorded(event)] = outcome.events() else { panic!("another event") };
    assert_eq!(event.next_due, date(2017, 7, 1), "31 days on, by the authority's rule");
}

#[test]
fn an_id_of_an_action_that_is_done_is_not_used_again() {
    let recorded = nothing_yet().when(RecordSupervision::example()).and();
    let done = recorded.when(CompleteSupervisionAction::example()).and();
    let again = with(|asked| {
        asked.held_on = date(2017, 5, 30);
        asked.cases[0].actions[0].due = date(2017, 6, 9);
    });
    done.when(again).then_refused("id-used-once", "cases[0].actions[0].id");
}

#[test]
fn a_supervisor_who_has_left_by_the_day_does_not_supervise() {
    let left = |last_day| {
        nothing_yet().with(move |circumstances| {
            let mut register = circumstances.facts.workforce.as_deref().cloned().unwrap();
            register.evolve(&PractitionerEnded { practitioner: supervisor(), last_day }.into());
            circumstances.facts.workforce = Some(register.into());
        })
    };
    let held_on = RecordSupervision::example().held_on;
    assert_eq!(left(held_on).when(RecordSupervision::example()).events().len(), 1);
    left(date(2017, 5, 15))
        .when(RecordSupervision::example())
        .then_refused("supervisor-works-here", "supervisor");
}

#[test]
fn a_frequency_is_set_for_someone_who_works_here() {
    let nobody = given::<Supervision>([]);
    nobody.when(SetSupervisionFrequency::example()).then_refused("practitioner-works-here", "");
    let other = SetSupervisionFrequency { every_days: 21, ..SetSupervisionFrequency::example() };
    let often = nothing_yet().when(SetSupervisionFrequency::example()).and();
    assert_eq!(often.when(other).and().state().every_days, Some(21));
}

#[test]
fn what_a_record_must_know_of_others_is_named() {
    let of = |command: SupervisionCommand| Supervision::default().references(&command);
    let held = RecordSupervision::example();
    assert_eq!(of(held.clone().into()), [Reference::Case(held.cases[0].case), Reference::Workforce]);
    assert_eq!(of(SetSupervisionFrequency::example().into()), [Reference::Workforce]);
}

#[test]
fn an_open_action_says_whose_it_is_what_it_is_about_and_how_often_it_was_carried() {
    let practice = with(|asked| {
        asked.actions = asked.cases[0].actions.clone();
        asked.actions[0].id = some_id(5).into();
    });
    let recorded = nothing_yet().when(practice).and();
    let asked = &RecordSupervision::example().cases[0];
    let set = &asked.actions[0];
    let open = |case, carried_forward| OpenAction {
        case,
        priority: set.priority,
        owner: set.owner,
        due: set.due,
        carried_forward,
    };
    let actions = &recorded.state().open_actions;
    assert_eq!(actions[&set.id], open(Some(asked.case), 0));
    assert_eq!(actions[&some_id(5).into()], open(None, 0));
    let next = |day| {
        with(|asked| {
            asked.held_on = date(2017, 5, day);
            asked.cases.clear();
        })
    };
    let twice = recorded.when(next(20)).and().when(next(30)).and();
    assert_eq!(twice.state().open_actions[&set.id], open(Some(asked.case), 2));
    assert_eq!(
        (twice.state().last_held, twice.state().supervisor),
        (Some(date(2017, 5, 30)), Some(supervisor()))
    );
}

#[test]
fn the_next_supervision_is_due_by_the_practitioners_own_frequency() {
    let often = nothing_yet().when(SetSupervisionFrequency::example()).and();
    often.when(SetSupervisionFrequency::example()).then_nothing();
    let recorded = often.when(RecordSupervision::example()).and();
    assert_eq!(recorded.state().next_due, Some(date(2017, 5, 30)));
}

#[test]
fn what_is_not_done_is_carried_forward_until_it_is() {
    let recorded = nothing_yet().when(RecordSupervision::example()).and();
    let action = CompleteSupervisionAction::example().action;
    let next = with(|asked| {
        asked.held_on = date(2017, 5, 30);
        asked.cases.clear();
    });
    let again = recorded.when(next).and();
    assert_eq!(again.state().open_actions[&action].carried_forward, 1);
    let done = again.when(CompleteSupervisionAction::example()).and();
    assert!(done.state().open_actions.is_empty());
    done.when(CompleteSupervisionAction::example()).then_nothing();
    nothing_yet().when(CompleteSupervisionAction::example()).then_refused("action-of-the-record", "action");
}

#[test]
fn events_once_written_are_read_for_ever() {
    let mut samples = nothing_yet().when(SetSupervisionFrequency::example()).events().to_vec();
    let recorded = nothing_yet().when(RecordSupervision::example());
    samples.extend_from_slice(recorded.events());
    samples.extend_from_slice(recorded.and().when(CompleteSupervisionAction::example()).events());
    testing::golden("supervision", SupervisionEvent::NAMES, &samples);
}

#[test]
fn a_record_played_through_is_what_its_events_say() {
    let mut in_may =
        Circumstances { now: testing::moment("2017-05-31T10:00:00Z"), ..Circumstances::default() };
    circumstances(&mut in_may);
    let commands: Vec<SupervisionCommand> = vec![
        CompleteSupervisionAction::example().into(),
        SetSupervisionFrequency::example().into(),
        RecordSupervision::example().into(),
        CompleteSupervisionAction::example().into(),
    ];
    let (record, outcomes) = testing::play::<Supervision>(&commands, &in_may);
    assert!(outcomes[0].is_err() && record.open_actions.is_empty());
}

/// Any command on a record: supervisions of any day of May, by somebody who may or may not, that set a few actions.
fn any_command() -> impl Strategy<Value = SupervisionCommand> {
    let action = || (1_u64..=6).prop_map(|number| some_id(0xd0 + number).into());
    let who =
        prop_oneof![4 => Just(supervisor()), 1 => Just(some_id(1).into()), 1 => Just(some_id(9).into())];
    let set = (action(), 1_i8..=31, any::<bool>());
    prop_oneof![
        5 => (1_i8..=31, who, proptest::collection::vec(set, 0..3)).prop_map(|(day, supervisor, set)| {
            let mut asked = with(|asked| {
                asked.held_on = date(2017, 5, day);
                asked.supervisor = supervisor;
            });
            let example = asked.cases[0].actions.remove(0);
            let mut ids = std::collections::BTreeSet::new();
            for (id, due, of_the_case) in set.into_iter().filter(|(id, ..)| ids.insert(*id)) {
                let action = SupervisionAction { id, due: date(2017, 5, due), ..example.clone() };
                if of_the_case { asked.cases[0].actions.push(action) } else { asked.actions.push(action) }
            }
            asked.into()
        }),
        3 => action().prop_map(|action| {
            CompleteSupervisionAction { action, ..CompleteSupervisionAction::example() }.into()
        }),
        1 => (7_u32..40).prop_map(|every_days| {
            SetSupervisionFrequency { every_days, ..SetSupervisionFrequency::example() }.into()
        }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_asked_a_record_stays_sound(commands in proptest::collection::vec(any_command(), 0..40)) {
        let mut in_may = Circumstances { now: testing::moment("2017-05-31T10:00:00Z"), ..Circumstances::default() };
        circumstances(&mut in_may);
        let (record, outcomes) = testing::play::<Supervision>(&commands, &in_may);
        let (mut open, mut done, mut last) = (std::collections::BTreeSet::new(), vec![], None);
        for event in outcomes.iter().flatten().flatten() {
            match event {
                SupervisionEvent::SupervisionFrequencySet(_) => {}
                SupervisionEvent::SupervisionRecorded(held) => {
                    prop_assert!(last.is_none_or(|last| last < held.held_on) && held.held_on < held.next_due);
                    prop_assert_eq!(held.supervisor, supervisor());
                    last = Some(held.held_on);
                    // What was still to be done goes on, and nothing else.
                    prop_assert_eq!(&held.carried_forward, &open.iter().copied().collect::<Vec<_>>());
                    let set = held.cases.iter().flat_map(|case| &case.actions).chain(&held.actions);
                    for action in set {
                        prop_assert!(action.due >= held.held_on);
                        prop_assert!(!done.contains(&action.id) && open.insert(action.id), "an id was used twice");
                    }
                }
                SupervisionEvent::SupervisionActionCompleted(ended) => {
                    prop_assert!(open.remove(&ended.action), "what was not set, or was done, is done");
                    done.push(ended.action);
                }
            }
        }
        prop_assert_eq!(record.last_held, last);
        prop_assert!(record.open_actions.keys().eq(&open));
    }

    #[test]
    fn what_a_record_is_told_again_at_once_changes_nothing(commands in proptest::collection::vec(any_command(), 0..40)) {
        let mut in_may = Circumstances { now: testing::moment("2017-05-31T10:00:00Z"), ..Circumstances::default() };
        circumstances(&mut in_may);
        let mut record = Supervision::default();
        for command in commands {
            let Ok(events) = record.decide(&command, &in_may.context()) else { continue };
            for event in &events {
                record.evolve(event);
            }
            let again = record.decide(&command, &in_may.context());
            prop_assert!(again.is_err() || again == Ok(vec![]), "{command:?} was done twice");
        }
    }
}
