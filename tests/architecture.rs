//! The arrows between the stations, and no others. ARCHITECTURE.md draws them; this test holds them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Who may depend on whom. Every station but the log may name the words of `commands`.
const ARROWS: &[(&str, &[&str])] = &[
    ("commands", &[]),
    ("aggregates", &["commands"]),
    ("log", &[]),
    ("access", &["commands"]),
    ("projections", &["commands", "aggregates", "log"]),
    ("dispatch", &["commands", "aggregates", "log", "access"]),
    ("exports", &["commands", "log", "projections"]),
    ("api", &["commands", "aggregates", "log", "access", "dispatch", "projections", "exports"]),
    ("web", &["commands", "aggregates", "log", "access", "dispatch", "projections"]),
    ("cli", &["commands", "aggregates", "log", "access", "dispatch", "projections", "exports", "api", "web"]),
];

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--locked", "--offline"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

/// A package's station: `caseledger-log` is `log`, and the binary's package `caseledger` is `cli`.
fn station(package: &str) -> Option<&str> {
    match package {
        "caseledger" => Some("cli"),
        other => other.strip_prefix("caseledger-"),
    }
}

/// Each station's arrows to other stations; what only its tests use does not count.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .filter_map(|package| {
            let from = station(package["name"].as_str()?)?;
            let to =
                package["dependencies"].as_array()?.iter().filter(|dependency| dependency["kind"].is_null());
            let to = to.filter_map(|dependency| station(dependency["name"].as_str()?).map(str::to_owned));
            Some((from.to_owned(), to.collect()))
        })
        .collect()
}

#[test]
fn stations_depend_on_each_other_only_along_the_arrows() {
    let arrows = arrows();
    for (from, allowed) in ARROWS {
        let actual = arrows.get(*from).unwrap_or_else(|| panic!("there is no station '{from}' any more"));
        let extra: Vec<_> = actual.iter().filter(|to| !allowed.contains(&to.as_str())).collect();
        assert!(
            extra.is_empty(),
            "new arrows {from} → {extra:?}: turn them round, or draw them in ARCHITECTURE.md"
        );
    }
}

#[test]
fn every_station_is_drawn() {
    let drawn: BTreeSet<_> = ARROWS.iter().map(|(from, _)| (*from).to_owned()).collect();
    let tests = BTreeSet::from([
        "tests".to_owned(),
        "test-postgres".to_owned(),
        "torture".to_owned(),
        "bench".to_owned(),
    ]);
    let undrawn: Vec<_> =
        arrows().into_keys().filter(|name| !drawn.contains(name) && !tests.contains(name)).collect();
    assert!(undrawn.is_empty(), "stations without arrows in this test: {undrawn:?}");
}

/// What the torture harness needs to torment the service is in no binary that is delivered.
#[test]
fn the_product_holds_no_fail_points() {
    let features = |package: &str| {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--package", package, "--edges", "normal,features", "--prefix", "none"])
            .args(["--locked", "--offline"])
            .output()
            .expect("cargo runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let fail_points = "caseledger-log feature \"faults\"";
    assert!(features("caseledger-torture").contains(fail_points), "the harness has them");
    assert!(!features("caseledger").contains(fail_points), "the product has them too");
}

/// The domain is pure: no engine, network or chance can be reached from where decisions are made.
#[test]
fn decisions_reach_no_database_network_or_chance() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "caseledger-aggregates",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--locked",
            "--offline",
        ])
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("caseledger-commands"), "the tree names what it depends on: {tree}");
    for forbidden in ["sqlx", "hyper", "reqwest", "axum", "rand"] {
        let found = tree.lines().any(|line| line.split(' ').next() == Some(forbidden));
        assert!(!found, "aggregates reach {forbidden}");
    }
}

/// Each decision is told by its number.
#[test]
fn each_decision_has_a_number_of_its_own() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/decisions");
    let records = std::fs::read_dir(folder).expect("the folder is there");
    let names = records.map(|record| record.expect("a record").file_name().to_string_lossy().into_owned());
    let mut numbers = BTreeMap::<String, Vec<String>>::new();
    for name in names.filter(|name| name != "README.md") {
        let (number, _) = name.split_once('-').unwrap_or_default();
        assert!(number.len() == 4 && number.parse::<u16>().is_ok(), "{name} has no number");
        numbers.entry(number.to_owned()).or_default().push(name);
    }
    let shared: Vec<_> = numbers.values().filter(|names| names.len() > 1).collect();
    assert!(shared.is_empty(), "numbers that are told twice: {shared:?}");
}
