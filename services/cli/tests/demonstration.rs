//! A small authority's year, played through the pipeline: what was planned is what the reports count.

use std::sync::Arc;

use caseledger::args::{Common, ServeArgs};
use caseledger::clock::{MachineClock, SetClock};
use caseledger::demo::cohort::Cohort;
use caseledger::demo::{Held, fill, fill_whole, held};
use caseledger::settings::Settings;
use caseledger::wire::Station;
use caseledger_aggregates::Authority;
use caseledger_commands::Date;
use caseledger_projections::measures::{self, Figure, Question};
use caseledger_projections::sql::Db;
use caseledger_test_postgres::Postgres;
use jiff::Timestamp;
use jiff::civil::date;

/// A twentieth of the letter's authority.
const PERMILLE: u32 = 50;

fn settings(store: &std::path::Path) -> Settings {
    on(format!("sqlite:{}", store.display()))
}

fn on(store: String) -> Settings {
    let common = Common { store: Some(store), ..Common::default() };
    Settings::resolve(&common, &ServeArgs::default()).expect("settings without a file are sound")
}

async fn figure(db: &Db, measure: &str, day: Date) -> Figure {
    let measure = measures::measure(measure).expect("there is such a measure");
    measures::answer(db, &Authority::default(), measure, &Question::at(day))
        .await
        .expect("the database answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planned_is_what_the_reports_count() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(&folder.path().join("demo.sqlite"));
    let filled = fill(&settings, 2017, PERMILLE).await.unwrap();
    assert!(filled.events > 500, "{filled:?}");

    let station = Station::open(&settings, Arc::new(MachineClock)).await.unwrap();
    let cohort = Cohort::plan(2017, PERMILLE, &settings.authority.calendar);
    let db = station.projections.db();
    for (day, planned) in [(date(2017, 4, 30), 13), (date(2017, 12, 31), 32)] {
        assert_eq!(cohort.open_on(day), planned);
        assert_eq!(figure(db, "open-cases", day).await.value, Some(planned as f64), "{day}");
    }
    for month in 1..=12 {
        let day = date(2017, month, 1).last_of_month();
        assert_eq!(figure(db, "open-cases", day).await.value, Some(cohort.open_on(day) as f64), "{day}");
    }
    let share = figure(db, "partner-led", date(2017, 12, 31)).await;
    let (plans, partner_led) = cohort.plans_on(date(2017, 12, 31));
    assert_eq!((share.numerator, share.denominator), (Some(partner_led as f64), Some(plans as u64)));
    assert_eq!(share.value, Some(0.15));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_plays_on_postgresql_too() {
    let settings = on(Postgres::shared().fresh_database());
    fill(&settings, 7, 20).await.unwrap();
    let station = Station::open(&settings, Arc::new(MachineClock)).await.unwrap();
    let cohort = Cohort::plan(7, 20, &settings.authority.calendar);
    let day = date(2017, 12, 31);
    let open = figure(station.projections.db(), "open-cases", day).await;
    assert_eq!(open.value, Some(cohort.open_on(day) as f64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_says_whether_it_holds_the_year_a_part_of_it_or_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| settings(&folder.path().join(name));
    assert_eq!(held(&at("none.sqlite")).await.unwrap(), Held::Nothing);
    assert!(!folder.path().join("none.sqlite").exists(), "looking makes nothing");

    let summer: Timestamp = "2017-06-14T12:00:00Z".parse().unwrap();
    let begun = Station::open(&at("begun.sqlite"), Arc::new(SetClock::at(summer))).await.unwrap();
    begun.register_settings().await.unwrap();
    begun.log.close().await;
    assert_eq!(held(&at("begun.sqlite")).await.unwrap(), Held::Part(summer));

    let real = Station::open(&at("real.sqlite"), Arc::new(MachineClock)).await.unwrap();
    real.register_settings().await.unwrap();
    real.log.close().await;
    assert_eq!(held(&at("real.sqlite")).await.unwrap(), Held::Else);
}

/// Whoever stops a fill halfway and starts again gets a whole year.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_gets_its_name_when_it_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(&folder.path().join("demo.sqlite"));
    let left = folder.path().join("demo.sqlite.filling");
    std::fs::write(&left, "what an earlier start left").unwrap();
    let filled = fill_whole(&settings, 3, 20).await.unwrap();
    let station = Station::open(&settings, Arc::new(MachineClock)).await.unwrap();
    assert_eq!(station.log.head().await.unwrap(), filled.events);
    station.log.close().await;
    assert_eq!(held(&settings).await.unwrap(), Held::Year);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(name.starts_with("demo.sqlite") && !name.contains("filling"), "{name} is left");
    }
}

/// The actions of an imported plan that nobody dated.
fn undated_actions(payload: &str) -> usize {
    let event: serde_json::Value = serde_json::from_str(payload).expect("a stored event is JSON");
    let actions = event["CaseImported"]["plan"]["actions"].as_array().expect("the plan has actions");
    actions.iter().filter(|action| action.get("due").is_none()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_looks_like_the_year_of_a_real_service() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(&folder.path().join("demo.sqlite"));
    fill(&settings, 42, PERMILLE).await.unwrap();
    let station = Station::open(&settings, Arc::new(MachineClock)).await.unwrap();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let mut undated = 0;
    let mut position = 0;
    loop {
        let events = station.log.read_after(position, 1000).await.unwrap();
        let Some(last) = events.last() else { break };
        position = last.position;
        for event in &events {
            *counts.entry(event.event_type.clone()).or_default() += 1;
            assert!(event.recorded_at.to_string().starts_with("2017-"), "{event:?}");
            if event.event_type == "CaseImported" {
                undated += undated_actions(&event.payload);
                assert!(event.entry("provenance").unwrap().contains("row"), "{:?}", event.metadata);
            }
        }
    }
    assert_eq!(counts["PanelClosed"], 26, "the panel meets every fortnight");
    assert_eq!(counts["PanelScheduled"], 27, "the next meeting is ahead");
    assert!(counts["SupervisionRecorded"] > 40, "{counts:?}");
    assert!(counts["CaseDiscussedInSupervision"] > 40, "{counts:?}");
    assert!(counts["SustainedOutcomeCheckScheduled"] >= counts["CaseClosed"], "{counts:?}");
    assert_eq!(counts["SecondmentRecorded"], 3);
    assert!(undated > 0, "some actions of the earlier record have no date");

    // What processes were to do was possible.
    let (processes, refusals) = (&station.processes, 10);
    assert!(processes.refusals(refusals).await.unwrap().is_empty());
}
