//! The benchmark's own parts: is the authority that it makes a sound one, and are its requests accepted?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use caseledger::clock::MachineClock;
use caseledger_aggregates::calendar::civil_date;
use caseledger_bench::fill::{self, Long, Size, Year};
use caseledger_bench::issuer::Issuer;
use caseledger_bench::load::{self, Mix};
use caseledger_bench::stores;
use caseledger_commands::{Actor, Role};
use caseledger_dispatch::Request;
use caseledger_log::Clock;
use caseledger_test_postgres::Postgres;
use jiff::ToSpan;

/// Copies of a small year, on one engine.
async fn a_small_authority(store: &str) -> caseledger::wire::Station {
    let size = Size { cases: 45, seed: 3, permille: 15, until: MachineClock.now() };
    let filled = fill::fill(store, size, |_| {}).await.unwrap();
    let station = stores::open(store).await.unwrap();
    assert_eq!(station.log.head().await.unwrap(), filled.events);
    let events = station.log.read_after(0, usize::MAX).await.unwrap();
    let cases = events.iter().filter(|event| event.aggregate_type == "Case" && event.sequence == 1).count();
    assert_eq!(cases as u64, filled.cases);
    station
}

/// Every event can be read and folded, processes find nothing left to do, and no two cases share a reference.
async fn is_sound(store: &str) {
    let station = a_small_authority(store).await;
    let head = station.log.head().await.unwrap();
    station.catch_up().await.unwrap();
    assert_eq!(station.log.head().await.unwrap(), head);
    let late = "SELECT count(*) AS late FROM report_entry WHERE what = 'late'";
    let late = station.projections.db().fetch(late, &[]).await.unwrap()[0].count("late").unwrap();
    assert!(late * 4 < head, "{late} of {head} events are told to be recorded late");
    let twice = "SELECT reference FROM case_view_v2 GROUP BY reference HAVING count(*) > 1";
    assert!(station.projections.db().fetch(twice, &[]).await.unwrap().is_empty());
    station.log.close().await;
}

#[tokio::test]
async fn a_copied_authority_is_sound_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    is_sound(&format!("sqlite:{}", folder.path().join("small.sqlite").display())).await;
}

#[tokio::test]
async fn a_copied_authority_is_sound_on_postgres() {
    is_sound(&Postgres::shared().fresh_database()).await;
}

/// What a year leaves open is closed in the next, and not left for ever.
#[tokio::test]
async fn the_cases_of_earlier_years_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("years.sqlite").display());
    let year = Year::play(3, 5).await.unwrap();
    let filled =
        fill::fill_with(&year, &store, 1_000, MachineClock.now(), Long::default(), |_| {}).await.unwrap();
    assert!(filled.years > 3, "{filled:?}");
    let station = stores::open(&store).await.unwrap();
    station.catch_up().await.unwrap();
    assert_eq!(station.log.head().await.unwrap(), filled.events);
    let db = station.projections.db();
    let open = "SELECT count(*) AS open FROM report_episode WHERE ended_on IS NULL AND opened_on < $1";
    let today = civil_date(MachineClock.now());
    let now = db.fetch(open, &[today.into()]).await.unwrap();
    assert!(now[0].count("open").unwrap() > 0, "the last year's are still open");
    let of_long_ago = db.fetch(open, &[(today - 800.days()).into()]).await.unwrap();
    assert_eq!(of_long_ago[0].count("open").unwrap(), 0);
    station.log.close().await;
}

/// The cases that are opened cold are as long as they are meant to be, and the last events of the log are not theirs.
#[tokio::test]
async fn some_cases_are_long() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("long.sqlite").display());
    let year = Year::play(3, 100).await.unwrap();
    let long = Long { cases: 2, events: 300 };
    let filled = fill::fill_with(&year, &store, 1, MachineClock.now(), long, |_| {}).await.unwrap();
    assert_eq!(filled.long.len(), 2);
    let station = stores::open(&store).await.unwrap();
    station.catch_up().await.unwrap();
    let case = "SELECT version, position FROM case_view WHERE case_id = $1";
    for id in filled.long {
        let rows = station.projections.db().fetch(case, &[id.as_str().into()]).await.unwrap();
        assert!(rows[0].count("version").unwrap() > 300);
        assert!(rows[0].count("position").unwrap() < filled.events / 2);
    }
    station.log.close().await;
}

/// Every request of the mix is accepted, and tells of something new.
#[tokio::test]
async fn the_load_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("load.sqlite").display());
    let station = a_small_authority(&store).await;
    station.projections.catch_up().await.unwrap();
    let worked = load::worked(station.projections.db()).await.unwrap();
    let issuer = Issuer::start().await.unwrap();
    let mut mix = Mix::new(&worked, &issuer, 1).unwrap();
    for _ in 0..200 {
        let asked = mix.ask();
        let request = Request { id: asked.case.map(|case| case.uuid()), ..Request::of(&asked.command) };
        let lead = worked.iter().find(|worked| Some(worked.id) == asked.case);
        let actor = Actor {
            subject: "somebody".to_owned(),
            roles: vec![if lead.is_some() { Role::Practitioner } else { Role::Referrer }],
            practitioner: lead.and_then(|worked| worked.case.lead_practitioner),
            agency: lead.and_then(|worked| worked.case.lead_agency),
            team: None,
            on_behalf_of: None,
        };
        let receipt = station.dispatcher.dispatch(&actor, request).await.unwrap();
        assert!(receipt.positions.is_some(), "{:?} changed nothing", receipt.events);
    }
    station.log.close().await;
}
