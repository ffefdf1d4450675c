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
    let workbook = import::read(&sample()).expect("the sample is a workbook");
    import::annex_a(&station.dispatcher, &sample(), &workbook, dialect).await.expect("the store answers")
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
        .map(|found| (found.sheet.as_str(), found.row.unwrap_or(0), found.column.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("List 4, List 5, List 6, List 7, List 8, List 9, List 10, List 11", 0, "(sheet)"),
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
    let first = |entry: &str| imported[0].entry(entry).unwrap();
    assert_eq!(first("provenance"), "annex-a-sample.xlsx, List 1, row 2");
    assert_eq!(first("occurred_at"), "2020-09-16T12:00:00Z");
}

/// The sample's first list alone, for changes.
fn contacts() -> import::Workbook {
    let mut workbook = import::read(&sample()).expect("the sample is a workbook");
    workbook.sheets.truncate(1);
    workbook.others.clear();
    workbook
}

fn noticed(plan: &import::Plan) -> Vec<(String, u64, String, bool)> {
    let told = plan.findings.iter();
    told.map(|it| (it.sheet.clone(), it.row.unwrap_or(0), it.column.clone(), it.rejects)).collect()
}

#[test]
fn a_dirty_row_is_rejected_with_every_cell_at_fault() {
    use calamine::Data;
    let mut workbook = contacts();
    let row = &mut workbook.sheets[0].rows[0].1;
    row[1] = Data::String("x) Nobody".to_owned());
    row[5] = Data::String("next Tuesday".to_owned());
    row[6] = Data::Error(calamine::CellErrorType::NA);
    let plan = import::plan("dirty.xlsx", &workbook, Dialect::Auto);
    let at_fault: Vec<_> = plan
        .findings
        .iter()
        .filter(|found| found.row == Some(2))
        .map(|found| found.column.as_str())
        .collect();
    assert_eq!(at_fault, ["Gender", "Date of Contact", "Contact Source"]);
    assert_eq!(plan.rows.len(), 4);
}

#[test]
fn the_same_row_twice_is_rejected_the_second_time() {
    let mut workbook = contacts();
    let mut twice = workbook.sheets[0].rows[0].clone();
    twice.0 = 99;
    workbook.sheets[0].rows.push(twice);
    let plan = import::plan("twice.xlsx", &workbook, Dialect::Auto);
    assert_eq!(plan.rows.len(), 5);
    assert!(plan.findings.iter().any(|found| found.row == Some(99) && found.rejects));
}

/// Nothing is dropped in silence: not a list that is missing, nor a sheet or a column that nobody reads.
#[test]
fn what_is_missing_and_what_is_not_read_is_noted() {
    let mut workbook = contacts();
    workbook.others.push("Contacts, old".to_owned());
    let sheet = &mut workbook.sheets[0];
    sheet.places[2] = None;
    sheet.strangers.push("Z".to_owned());
    let noticed = noticed(&import::plan("odd.xlsx", &workbook, Dialect::Auto));
    let note = |sheet: &str, row, column: &str| (sheet.to_owned(), row, column.to_owned(), false);
    for expected in [
        note("List 2", 0, "(sheet)"),
        note("List 3", 0, "(sheet)"),
        note("Contacts, old", 0, "(sheet)"),
        note("List 1", 1, "Ethnicity"),
        note("List 1", 1, "column Z"),
    ] {
        assert!(noticed.contains(&expected), "{expected:?} in {noticed:?}");
    }
}

#[test]
fn a_row_that_says_otherwise_of_a_child_than_an_earlier_one_is_noted() {
    use calamine::{Data, ExcelDateTime, ExcelDateTimeType};
    let mut workbook = contacts();
    let mut other = workbook.sheets[0].rows[0].clone();
    other.0 = 99;
    other.1[1] = Data::String("a) Male".to_owned());
    other.1[3] = Data::Empty;
    // Another day than the first row's, so that it is another contact: 18 June 2020.
    other.1[5] = Data::DateTime(ExcelDateTime::new(44_000.0, ExcelDateTimeType::DateTime, false));
    workbook.sheets[0].rows.push(other);
    let plan = import::plan("two.xlsx", &workbook, Dialect::Auto);
    let noticed = noticed(&plan);
    for column in ["Gender", "Date of Birth"] {
        assert!(
            noticed.contains(&("List 1".to_owned(), 99, column.to_owned(), false)),
            "{column}: {noticed:?}"
        );
    }
    assert!(!plan.rows.last().unwrap().introduces_child);
}

#[tokio::test]
async fn a_day_that_is_still_to_come_is_told_with_its_column() {
    use calamine::{Data, ExcelDateTime, ExcelDateTimeType};
    let folder = tempfile::tempdir().unwrap();
    let station = station(folder.path()).await;
    let mut workbook = contacts();
    // Far in the future: 1 January 2170.
    let day = ExcelDateTime::new(98_618.0, ExcelDateTimeType::DateTime, false);
    workbook.sheets[0].rows[0].1[5] = Data::DateTime(day);
    let report = import::annex_a(&station.dispatcher, &sample(), &workbook, Dialect::Auto).await.unwrap();
    assert_eq!((report.imported, report.rejected), (4, 1), "{report}");
    let refused = report.findings.iter().find(|found| found.rejects).unwrap();
    assert_eq!((refused.row, refused.column.as_str()), (Some(2), "Date of Contact"), "{report}");
}

#[tokio::test]
async fn a_file_that_is_no_workbook_leaves_no_store_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.xlsx");
    std::fs::write(&file, "Child Unique ID,Gender").unwrap();
    let store = folder.path().join("import.sqlite");
    let common = Common { store: Some(format!("sqlite:{}", store.display())), ..Common::default() };
    let settings = Settings::resolve(&common, &ServeArgs::default()).unwrap();
    let failure =
        caseledger::tasks::import_annex_a(&settings, &file, Dialect::Auto, false).await.unwrap_err();
    assert_eq!(failure.code(), 2, "{failure}");
    assert!(!store.exists());
}
