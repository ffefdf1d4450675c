//! Every rule by which an aggregate refuses is named by one of the aggregate's own tests: given, when, then refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

const AGGREGATES: [&str; 7] = ["audit", "case", "oversight", "panel", "person", "supervision", "workforce"];

/// The rules, as the table of the refusals' names lists them.
fn rules(folder: &Path) -> BTreeSet<String> {
    let source = read_to_string(folder.join("refusal.rs")).unwrap();
    let table = source.split("fn rule(").nth(1).and_then(|rest| rest.split("fn field(").next()).unwrap();
    table.split("=> \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn tests(folder: &Path) -> String {
    let beside: Vec<PathBuf> = match read_dir(folder.join("tests")) {
        Ok(files) => files.map(|file| file.unwrap().path()).collect(),
        Err(_) => vec![folder.join("tests.rs")],
    };
    beside.iter().map(|file| read_to_string(file).unwrap()).collect()
}

#[test]
fn no_rule_is_without_a_test() {
    let mut untested = vec![];
    for aggregate in AGGREGATES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(aggregate);
        let (rules, tests) = (rules(&folder), tests(&folder));
        assert!(!rules.is_empty(), "{aggregate} lists its rules");
        let missing = rules.into_iter().filter(|rule| !tests.contains(&format!("\"{rule}\"")));
        untested.extend(missing.map(|rule| format!("{aggregate}: {rule}")));
    }
    assert!(untested.is_empty(), "rules that no test refuses by: {untested:?}");
}
