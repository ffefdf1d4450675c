//! Replay by either clock: what had happened, and what was known.

use std::sync::Arc;

use caseledger::args::{Common, ServeArgs};
use caseledger::clock::SetClock;
use caseledger::exit::Failure;
use caseledger::settings::Settings;
use caseledger::tasks::replay::{Replay, replay};
use caseledger::wire::Station;
use caseledger_access::demo::persona;
use caseledger_commands::case::{CaseCommand, ContactKind, ReceiveReferral, RecordContact};
use caseledger_commands::person::{PersonCommand, RegisterPerson};
use caseledger_commands::{CaseId, Command, Timestamp};
use caseledger_dispatch::Request;

fn at(time: &str) -> Timestamp {
    time.parse().expect("the test's times are sound")
}

fn events(replay: &Replay) -> Vec<&str> {
    replay.events.iter().map(|considered| considered.event.as_str()).collect()
}

/// A referral of 1 March, and a visit of 3 March that was written down on the 20th.
async fn told_late(folder: &std::path::Path) -> (Station, CaseId) {
    let store = format!("sqlite:{}", folder.join("replay.sqlite").display());
    let common = Common { store: Some(store), ..Common::default() };
    let settings =
        Settings::resolve(&common, &ServeArgs::default()).expect("settings without a file are sound");
    let clock = Arc::new(SetClock::at(at("2017-03-01T10:00:00Z")));
    let station = Station::open(&settings, Arc::clone(&clock) as _).await.expect("a new store opens");
    let actor = persona("practitioner").expect("there is such a persona").actor();
    let referral = ReceiveReferral::example();
    let child = referral.children[0];
    for person in referral.children.iter().chain(&referral.adults) {
        let entry = Request::of(&PersonCommand::from(RegisterPerson::example())).on(person.uuid());
        station.dispatcher.dispatch(&actor, entry).await.expect("the family is registered");
    }
    let receipt = station.dispatcher.dispatch(&actor, Request::of(&CaseCommand::from(referral))).await;
    let case = receipt.expect("a referral is taken").id;
    clock.set(at("2017-03-20T10:00:00Z"));
    let visit = RecordContact {
        kind: ContactKind::Visit,
        children_seen: vec![child],
        children_seen_alone: vec![],
        adults: vec![],
        ..RecordContact::example()
    };
    let visit = Request::of(&CaseCommand::from(visit)).on(case).at(at("2017-03-03T15:00:00Z"));
    station.dispatcher.dispatch(&actor, visit).await.expect("a backdated visit is welcome");
    (station, case.into())
}

#[tokio::test]
async fn what_had_happened_is_not_what_was_known() {
    let folder = tempfile::tempdir().unwrap();
    let (station, case) = told_late(folder.path()).await;
    let all = replay(&station.log, case, None, None).await.unwrap();
    assert_eq!(events(&all), ["ReferralReceived", "ContactRecorded"]);

    let stood = replay(&station.log, case, Some(at("2017-03-10T00:00:00Z")), None).await.unwrap();
    assert_eq!(events(&stood), ["ReferralReceived", "ContactRecorded"]);

    let known = replay(&station.log, case, None, Some(at("2017-03-10T00:00:00Z"))).await.unwrap();
    assert_eq!((events(&known), known.left_out), (vec!["ReferralReceived"], 1));

    let before = replay(&station.log, case, Some(at("2017-03-02T00:00:00Z")), None).await.unwrap();
    assert_eq!(events(&before), ["ReferralReceived"]);
    assert_eq!(before.state.events, 1);
}

#[tokio::test]
async fn before_its_first_event_there_is_no_case() {
    let folder = tempfile::tempdir().unwrap();
    let (station, case) = told_late(folder.path()).await;
    let early = replay(&station.log, case, Some(at("2017-02-01T00:00:00Z")), None).await;
    assert!(matches!(early, Err(Failure::NotFound(_))));
    let nobody = uuid::Uuid::nil().into();
    assert!(matches!(replay(&station.log, nobody, None, None).await, Err(Failure::NotFound(_))));
}
