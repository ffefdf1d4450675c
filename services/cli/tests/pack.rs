//! The pack: whole, closed in itself, the same each time, and for the eyes that it is made for.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use caseledger::clock::MachineClock;
use caseledger::wire::Station;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::person::PersonEvent;
use caseledger_commands::{Actor, CaseReference, Role};
use caseledger_dispatch::Request;
use caseledger_projections::measures::CATALOGUE;
use caseledger_projections::queries::practitioners;
use scraper::Html;
use serde_json::{Value, json};
use support::{Service, caseledger, selector_of, settings, stderr, tables, year};

const QUARTER: [&str; 5] = ["pack", "--from", "2017-10-01", "--to", "2017-12-31"];

/// Makes a pack of the last quarter of 2017, and gives the summary.
fn pack(folder: &Path, out: &str, more: &[&str]) -> Value {
    let made = caseledger(folder, &[&QUARTER[..], &["--out", out, "--json"], more].concat());
    assert!(made.status.success(), "{}", stderr(&made));
    assert!(made.stderr.is_empty(), "no progress but on a terminal: {}", stderr(&made));
    serde_json::from_slice(&made.stdout).unwrap()
}

/// Every file below a folder, by its path there.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(top: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(top, &path, found);
            } else {
                let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files.get(name).unwrap_or_else(|| panic!("{name} is missing")).clone()).unwrap()
}

/// The path that an address on a page leads to, and the place on it.
fn target(page: &str, href: &str) -> (String, Option<String>) {
    let (path, place) = href.split_once('#').map_or((href, None), |(path, place)| (path, Some(place)));
    let mut way: PathBuf = Path::new(page).parent().unwrap().to_owned();
    for part in path.split('/').filter(|_| !path.is_empty()) {
        match part {
            ".." => assert!(way.pop(), "{page}: {href} leads out of the pack"),
            part => way.push(part),
        }
    }
    let path = if path.is_empty() { page.to_owned() } else { way.to_str().unwrap().to_owned() };
    (path, place.map(str::to_owned))
}

/// Every address of every page leads to a file of the pack, and to a place that is on it.
fn closed_in_itself(files: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let mut led_to = BTreeSet::from(["index.html".to_owned()]);
    for (name, _) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        let page = Html::parse_document(&text(files, name));
        let addressed = selector_of("[href], [src], [action]");
        for element in page.select(&addressed) {
            let attribute = ["href", "src", "action"].iter().find_map(|name| element.attr(name)).unwrap();
            assert!(!attribute.contains(':') && !attribute.starts_with('/'), "{name}: {attribute}");
            let (path, place) = target(name, attribute);
            assert!(files.contains_key(&path), "{name}: {attribute} leads to nothing");
            if let Some(place) = place {
                let there = Html::parse_document(&text(files, &path));
                let found = there.select(&selector_of(&format!("[id=\"{place}\"]"))).count();
                assert_eq!(found, 1, "{name}: {attribute} leads to {found} places");
            }
            led_to.insert(path);
        }
        let ids: Vec<_> = page.select(&selector_of("[id]")).map(|one| one.attr("id").unwrap()).collect();
        let once: BTreeSet<_> = ids.iter().collect();
        assert_eq!(once.len(), ids.len(), "{name}: an id stands twice");
    }
    assert!(!text(files, "style.css").contains("url("), "the style sheet loads something");
    led_to
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_is_whole_closed_in_itself_and_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    year(folder.path(), 60).await;
    let told = pack(folder.path(), "one", &["--zip"]);
    let made = files(&folder.path().join("one"));

    // What there is, and that it is what was made.
    for measure in CATALOGUE {
        for kind in ["html", "csv", "xlsx"] {
            assert!(made.contains_key(&format!("measures/{}.{kind}", measure.id)), "{} {kind}", measure.id);
        }
    }
    let led_to = closed_in_itself(&made);
    let beside = ["SHA256SUMS", "children/ssd-early-help-trace.csv"];
    for name in made.keys().filter(|name| !beside.contains(&name.as_str())) {
        assert!(led_to.contains(name), "nothing leads to {name}");
    }
    let manifest: Value = serde_json::from_str(&text(&made, "manifest.json")).unwrap();
    let paths = manifest["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap());
    let listed: BTreeSet<&str> = paths.collect();
    assert_eq!(listed.len() + 2, made.len(), "all but the manifest and the sums are in the manifest");
    let station = Station::open(&settings(folder.path()), Arc::new(MachineClock)).await.unwrap();
    let head = station.log.head().await.unwrap();
    let last = station.log.read_after(head - 1, 1).await.unwrap().remove(0);
    assert_eq!((&manifest["position"], &manifest["known_at"]), (&json!(head), &json!(last.recorded_at)));
    assert_eq!((&manifest["for"], &manifest["to"]), (&json!("inspectors"), &json!("2017-12-31")));
    station.log.close().await;
    let checked = std::process::Command::new("sha256sum")
        .args(["--check", "--quiet", "SHA256SUMS"])
        .current_dir(folder.path().join("one"))
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", stderr(&checked));

    // The same question over the same record.
    let again = pack(folder.path(), "two", &["--zip"]);
    assert_eq!(made, files(&folder.path().join("two")));
    let zip = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(zip("one.zip") == zip("two.zip"), "the zips differ");
    assert_eq!(told["manifest_sha256"], again["manifest_sha256"]);
    let mut unzipped = zip::ZipArchive::new(std::io::Cursor::new(zip("one.zip"))).unwrap();
    assert_eq!(unzipped.len(), made.len());
    let mut page = unzipped.by_name("early-help-2017-10-01-to-2017-12-31/index.html").unwrap();
    let mut bytes = vec![];
    std::io::Read::read_to_end(&mut page, &mut bytes).unwrap();
    assert_eq!(bytes, made["index.html"]);

    // What it says is what the service says.
    let asked = ["report", "open-cases", "--from", "2017-10-01", "--at", "2017-12-31", "--every", "month"];
    let report = caseledger(folder.path(), &[&asked[..], &["--format", "csv"]].concat());
    assert_eq!(String::from_utf8_lossy(&report.stdout), text(&made, "measures/open-cases.csv"));
    let exported = ["export", "annex-a", "--at", "2017-12-31", "--out", "annex-a.xlsx"];
    assert!(caseledger(folder.path(), &exported).status.success());
    let trace = fs::read_to_string(folder.path().join("annex-a-trace.csv")).unwrap();
    assert_eq!(trace, text(&made, "children/annex-a-trace.csv"));
    let page = Html::parse_document(&text(&made, "measures/open-cases.html"));
    let over_time = tables(&page, "[aria-label=\"Figures over time\"] table");
    assert_eq!(over_time[0].len(), 3, "October, November, December");
    assert!(
        !text(&made, "measures/open-cases.html").contains("Nobody has said yet"),
        "December's commentary"
    );
    let audits = Html::parse_document(&text(&made, "audits.html"));
    let standards = tables(&audits, "[aria-label=\"Grades by standard\"] table");
    assert_eq!(standards[0].len(), 9, "altogether, and eight standards");
    no_family_is_named(folder.path(), &made).await;
}

/// No child and no adult of a family is named anywhere. What people are called is looked for as it stands in the register.
async fn no_family_is_named(folder: &Path, made: &BTreeMap<String, Vec<u8>>) {
    let station = Station::open(&settings(folder), Arc::new(MachineClock)).await.unwrap();
    let mut names = BTreeSet::new();
    for recorded in station.log.read_after(0, 1_000_000).await.unwrap() {
        let event = AnyEvent::read(
            &recorded.aggregate_type,
            &recorded.event_type,
            &recorded.event_version,
            &recorded.payload,
        );
        if let AnyEvent::Person(PersonEvent::PersonRegistered(person)) = event.unwrap() {
            let name = serde_json::to_value(&person).unwrap();
            names.insert(format!(
                "{} {}",
                name["given_name"].as_str().unwrap(),
                name["family_name"].as_str().unwrap()
            ));
        }
    }
    station.log.close().await;
    assert!(names.len() > 50);
    for (file, bytes) in made.iter().filter(|(file, _)| !file.ends_with(".xlsx")) {
        let told = String::from_utf8_lossy(bytes);
        for name in &names {
            assert!(!told.contains(name.as_str()), "{file} names {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_gets_nobody_who_could_be_recognised() {
    let folder = tempfile::tempdir().unwrap();
    year(folder.path(), 60).await;
    let told = pack(folder.path(), "board", &["--for", "board"]);
    assert_eq!((&told["children"], &told["for"]), (&Value::Null, &json!("board")));
    let made = files(&folder.path().join("board"));
    closed_in_itself(&made);
    assert!(made.keys().all(|name| !name.starts_with("children/")), "{:?}", made.keys());
    let manifest: Value = serde_json::from_str(&text(&made, "manifest.json")).unwrap();
    assert_eq!(manifest["small_numbers_withheld_below"], 5);
    assert!(text(&made, "measures/open-cases.html").contains("too few to show"));
    assert!(text(&made, "measures/open-cases.csv").contains(",true"));
    // No single case.
    for (name, bytes) in &made {
        let told = String::from_utf8_lossy(bytes);
        let words = told.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        let found = words.filter(|word| word.len() == 12).find(|word| word.parse::<CaseReference>().is_ok());
        assert_eq!(found, None, "{name}");
    }
    assert!(text(&made, "index.html").contains("For boards and partnerships"));
}

#[tokio::test(flavor = "multi_thread")]
async fn restricted_cases_are_counted_and_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    year(folder.path(), 20).await;
    let before = pack(folder.path(), "before", &[]);
    let listed = text(&files(&folder.path().join("before")), "children/annex-a-trace.csv");
    let case = listed.lines().nth(1).unwrap().split(',').nth(3).unwrap().to_owned();

    let station = Station::open(&settings(folder.path()), Arc::new(MachineClock)).await.unwrap();
    let names = practitioners(station.projections.db()).await.unwrap();
    let who = names.keys().next().unwrap();
    let message = json!({ "practitioners": [who], "reason": "A relative works in the service.", "until": "2030-12-31" });
    let roles = vec![Role::DataProtectionOfficer, Role::Administrator];
    let actor = Actor { roles, ..Actor::process("test") };
    let request = Request {
        collection: "cases".to_owned(),
        command: "restrict-case".to_owned(),
        message,
        ..Request::default()
    };
    station.dispatcher.dispatch(&actor, request.on(case.parse::<uuid::Uuid>().unwrap())).await.unwrap();
    station.log.close().await;

    let after = pack(folder.path(), "after", &[]);
    let made = files(&folder.path().join("after"));
    assert_eq!(before["children"]["restricted"], 0);
    assert!(after["children"]["restricted"].as_u64() > Some(0), "{after}");
    for (name, bytes) in &made {
        assert!(!String::from_utf8_lossy(bytes).contains(&case), "{name}");
    }
    assert!(text(&made, "index.html").contains("left out of the lists of children"));
    let figure = |made: &BTreeMap<String, Vec<u8>>| text(made, "measures/open-cases.csv");
    assert_eq!(figure(&files(&folder.path().join("before"))), figure(&made), "figures count it");
}

#[test]
fn an_empty_record_has_a_pack_and_nothing_else_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = caseledger(folder.path(), &[&QUARTER[..], &["--out", "pack"]].concat());
    assert!(!nowhere.status.success(), "a store that there is not has no pack");
    assert!(caseledger(folder.path(), &["migrate"]).status.success());
    let told = pack(folder.path(), "pack", &[]);
    assert_eq!((&told["position"], &told["known_at"]), (&json!(0), &Value::Null));
    let made = files(&folder.path().join("pack"));
    closed_in_itself(&made);
    assert!(text(&made, "audits.html").contains("No audit was finished"));

    let again =
        |out: &str, more: &[&str]| caseledger(folder.path(), &[&QUARTER[..], &["--out", out], more].concat());
    let refused = again("pack", &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--force"), "{}", stderr(&refused));
    assert!(again("pack", &["--force", "--for", "board"]).status.success());
    assert!(text(&files(&folder.path().join("pack")), "manifest.json").contains("\"for\": \"board\""));
    fs::create_dir(folder.path().join("letters")).unwrap();
    fs::write(folder.path().join("letters/letter.txt"), "Dear Ms Brown").unwrap();
    assert_eq!(again("letters", &["--force"]).status.code(), Some(2));
    assert_eq!(files(&folder.path().join("letters")).len(), 1);
    for period in
        [["--from", "2018-01-01", "--to", "2017-12-31"], ["--from", "2017-01-01", "--to", "9000-01-01"]]
    {
        let asked = caseledger(folder.path(), &[&["pack"][..], &period, &["--out", "never"]].concat());
        assert_eq!(asked.status.code(), Some(2), "{period:?}");
    }
    let there: BTreeSet<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let hidden: Vec<_> = there.iter().filter(|name| name.to_string_lossy().starts_with('.')).collect();
    assert!(hidden.is_empty(), "left behind: {hidden:?}");
}

/// Registers one agency after another until it is stopped; answers how many.
async fn keep_writing(service: &Service, stop: &AtomicBool) -> u128 {
    let token = service.token("administrator").await;
    let client = reqwest::Client::new();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return number;
        }
        let message = json!({ "agency": uuid::Uuid::from_u128(0x0190_a000_0000_7000_8000_0000_0000_0000 | number), "name": format!("Agency {number}"), "kind": "charity" });
        let address = format!("{}/v1/workforce/register-agency", service.url);
        let request =
            client.post(address).bearer_auth(&token).header("idempotency-key", format!("key-{number}"));
        request.json(&message).send().await.unwrap().error_for_status().unwrap();
        // As a few dozen people write, and not as fast as the machine can.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    unreachable!("numbers don't end")
}

#[tokio::test(flavor = "multi_thread")]
async fn people_go_on_working_while_a_pack_is_made() {
    let folder = tempfile::tempdir().unwrap();
    year(folder.path(), 20).await;
    pack(folder.path(), "quiet", &[]);
    let service = Service::start(folder.path());
    let stop = Arc::new(AtomicBool::new(false));
    let making = tokio::task::spawn_blocking({
        let (folder, stop) = (folder.path().to_owned(), Arc::clone(&stop));
        move || {
            let made = pack(&folder, "busy", &[]);
            stop.store(true, Ordering::Relaxed);
            made
        }
    });
    let written = keep_writing(&service, &stop).await;
    let made = making.await.unwrap();
    assert!(written > 1, "nothing was written meanwhile");
    drop(service);
    let head = pack(folder.path(), "after", &[])["position"].as_u64().unwrap();
    let position = made["position"].as_u64().unwrap();
    assert!(position < head, "{position} of {head}: it was made after everything was written");
    // What was written is of today: the figures of that year are those of the quiet record.
    let [quiet, busy] = ["quiet", "busy"].map(|name| files(&folder.path().join(name)));
    let figures = |made: &BTreeMap<String, Vec<u8>>| {
        made.iter()
            .filter(|(name, _)| name.ends_with(".csv"))
            .map(|it| (it.0.clone(), it.1.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(figures(&quiet), figures(&busy));
    assert_eq!(busy.len(), quiet.len());
}
