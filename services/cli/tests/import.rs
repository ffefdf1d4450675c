//! The sample workbook that liiatools ships: real input that nobody here wrote, dirty in places.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use caseledger::args::{Common, Dialect, ServeArgs};
use caseledger::clock::MachineClock;
use caseledger::import::{self, Report};
use caseledger::settings::Settings;
use caseledger::wire::Station;

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/annex-a-sample.xlsx")
}

async fn station(folder: &Path) -> Station {
    let store = format!("sqlite:{}", folder.join("import.sqlite").display());
    let common = Common { store: Some(store), ..Common::default() };
    let settings =
        Settings::resolve(&common, &ServeArgs::default()).expect("settings without a file are sound");
    Station::open(&settings, Arc::new(MachineClock)).await.expect("a new store opens")
}

async fn import(station: &Station, dialect: Dialect) -> Report {
    import::annex_a(&station.dispatcher, &sample(), dialect).await.expect("the sample is a workbook")
}

#[tokio::test]
async fn every_row_of_the_sample_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let station = station(folder.path()).await;
    let report = import(&station, Dialect::Auto).await;
    assert_eq!((report.rows, report.imported, report.known, report.rejected), (16, 16, 0, 0), "{report}");

    let told: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.sheet.as_str(), found.row, found.column.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("List 1", 2, "Gender"),
            ("List 1", 3, "Date of Birth"),
            ("List 3", 2, "Referral NFA?"),
            ("List 3", 3, "Referral NFA?"),
            ("List 3", 4, "Referral NFA?"),
            ("List 3", 5, "Referral NFA?"),
            ("List 3", 6, "Referral NFA?"),
            ("List 3", 7, "Referral NFA?"),
        ],
        "{report}"
    );
}

#[tokio::test]
async fn importing_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let station = station(folder.path()).await;
    import(&station, Dialect::Auto).await;
    let head = station.log.head().await.unwrap();
    let again = import(&station, Dialect::Auto).await;
    assert_eq!((again.imported, again.known, again.rejected), (0, 16, 0), "{again}");
    assert_eq!(station.log.head().await.unwrap(), head);
}

#[tokio::test]
async fn events_say_where_they_came_from_and_when_they_happened() {
    let folder = tempfile::tempdir().unwrap();
    let station = station(folder.path()).await;
    import(&station, Dialect::Auto).await;
    let events = station.log.read_after(0, 1000).await.unwrap();
    let imported: Vec<_> = events.iter().filter(|event| event.event_type == "CaseImported").collect();
    assert_eq!(imported.len(), 16);
    let first = &imported[0].metadata;
    assert_eq!(first["provenance"], "annex-a-sample.xlsx, List 1, row 2");
    assert_eq!(first["occurred_at"], "2020-09-16T12:00:00Z");
}

#[test]
fn a_dirty_row_is_rejected_with_every_cell_at_fault() {
    use calamine::Data;
    let mut sheets = import::read(&sample()).unwrap();
    sheets.truncate(1);
    let row = &mut sheets[0].rows[0].1;
    row[1] = Data::String("x) Nobody".to_owned());
    row[5] = Data::String("next Tuesday".to_owned());
    row[6] = Data::Error(calamine::CellErrorType::NA);
    let plan = import::plan("dirty.xlsx", &sheets, Dialect::Auto);
    let at_fault: Vec<_> =
        plan.findings.iter().filter(|found| found.row == 2).map(|found| found.column.as_str()).collect();
    assert_eq!(at_fault, ["Gender", "Date of Contact", "Contact Source"]);
    assert_eq!(plan.rows.len(), 4);
}

#[test]
fn the_same_row_twice_is_rejected_the_second_time() {
    let mut sheets = import::read(&sample()).unwrap();
    sheets.truncate(1);
    let mut twice = sheets[0].rows[0].clone();
    twice.0 = 99;
    sheets[0].rows.push(twice);
    let plan = import::plan("twice.xlsx", &sheets, Dialect::Auto);
    assert_eq!(plan.rows.len(), 5);
    assert!(plan.findings.iter().any(|found| found.row == 99 && found.rejects));
}
