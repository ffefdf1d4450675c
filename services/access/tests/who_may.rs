//! Who may do what, as a table that people can read: `who_may/table.txt`. Every action has a row in every section of the
//! kind of thing it is done to, and every cell is compared with what the policies decide.

mod columns;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use caseledger_access::{Access, Decision};
use caseledger_commands::Role;
use columns::{Column, SECTIONS, Section};

const TABLE: &str = include_str!("who_may/table.txt");

/// The rows under each section's heading: an action, and a letter for each column.
fn rows() -> BTreeMap<&'static str, BTreeMap<&'static str, Vec<&'static str>>> {
    let mut sections = BTreeMap::new();
    let mut heading = "";
    for line in TABLE.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            [] | ["#", ..] | ["action", ..] => {}
            ["==", ..] => {
                heading = line.trim_start_matches("== ");
                sections.insert(heading, BTreeMap::new());
            }
            [action, cells @ ..] => {
                sections.entry(heading).or_default().insert(*action, cells.to_vec());
            }
        }
    }
    sections
}

/// The actions that the schema has for that kind of thing, in order.
fn actions_on(access: &Access, kind: &str) -> BTreeSet<String> {
    let environments = access.sources().0.request_envs();
    let fitting = environments.filter(|environment| environment.resource().to_string() == kind);
    fitting.map(|environment| environment.action().id().unescaped().to_owned()).collect()
}

fn letter(decision: &Decision) -> &'static str {
    match decision {
        Decision::Permit => "P",
        Decision::Forbid { .. } => "F",
        Decision::Conceal => ".",
    }
}

fn decided(access: &Access, action: &str, columns: &[Column]) -> Vec<&'static str> {
    columns.iter().map(|column| letter(&access.decide(&column.actor, action, &column.resource))).collect()
}

/// The section as the policies decide it, in the table's own form.
fn written(access: &Access, section: &Section) -> String {
    let columns = (section.columns)();
    let mut text = format!("== {}\n", section.heading);
    for column in &columns {
        let _ = writeln!(text, "#   {:<5} {}", column.code, column.about);
    }
    let heads: Vec<_> = columns.iter().map(|column| format!("{:<5}", column.code)).collect();
    let _ = writeln!(text, "{:<34}{}", "action", heads.concat().trim_end());
    for action in actions_on(access, section.kind) {
        let cells: Vec<_> =
            decided(access, &action, &columns).iter().map(|letter| format!("{letter:<5}")).collect();
        let _ = writeln!(text, "{action:<34}{}", cells.concat().trim_end());
    }
    text
}

#[test]
fn the_policies_decide_as_the_table_says() {
    let access = Access::new().unwrap();
    let rows = rows();
    let mut wrong = Vec::new();
    for section in SECTIONS {
        let columns = (section.columns)();
        let rows = rows.get(section.heading);
        for action in actions_on(&access, section.kind) {
            let decided = decided(&access, &action, &columns);
            match rows.and_then(|rows| rows.get(action.as_str())) {
                None => wrong.push(format!("{}: '{action}' has no row", section.heading)),
                Some(said) if *said != decided => {
                    let differing = columns.iter().zip(said.iter().zip(&decided));
                    let differing = differing.filter(|(_, (said, decided))| said != decided);
                    let differing: Vec<_> = differing
                        .map(|(column, (said, decided))| format!("{} {said} → {decided}", column.code))
                        .collect();
                    wrong.push(format!("{}: '{action}': {}", section.heading, differing.join(", ")));
                }
                Some(_) => {}
            }
        }
    }
    let now: Vec<_> = SECTIONS.iter().map(|section| written(&access, section)).collect();
    assert!(
        wrong.is_empty(),
        "{}\n\nAs the policies decide now, to be judged before it is taken over:\n\n{}",
        wrong.join("\n"),
        now.join("\n")
    );
}

#[test]
fn the_table_has_no_row_without_an_action() {
    let access = Access::new().unwrap();
    for (heading, rows) in rows() {
        let section = SECTIONS.iter().find(|section| section.heading == heading);
        let section = section.unwrap_or_else(|| panic!("no section is called '{heading}'"));
        let actions = actions_on(&access, section.kind);
        let stale: Vec<_> = rows.into_keys().filter(|action| !actions.contains(*action)).collect();
        assert!(stale.is_empty(), "{heading}: no action is called {stale:?}");
    }
}

#[test]
fn every_kind_of_thing_is_asked_for_by_every_role() {
    let access = Access::new().unwrap();
    let kinds: BTreeSet<_> =
        access.sources().0.request_envs().map(|environment| environment.resource().to_string()).collect();
    for kind in kinds {
        let columns =
            SECTIONS.iter().filter(|section| section.kind == kind).flat_map(|section| (section.columns)());
        let asking: BTreeSet<Role> = columns.flat_map(|column| column.actor.roles).collect();
        assert_eq!(asking.len(), 11, "{kind} is asked for only by {asking:?}");
    }
}

#[test]
fn a_refusal_says_who_may() {
    let access = Access::new().unwrap();
    let analyst = columns::actor(&[Role::Analyst]);
    let refused = access.decide(&analyst, "view-report-cases", &caseledger_access::Resource::Authority);
    let reason = "Only a team manager, an auditor or an inspector may do this.".to_owned();
    assert_eq!(refused, Decision::Forbid { reason });
}

#[test]
fn what_has_no_rule_is_forbidden() {
    let access = Access::new().unwrap();
    let everybody = columns::actor(&[Role::Administrator, Role::Process, Role::TeamManager]);
    let decision = access.decide(&everybody, "drop-tables", &caseledger_access::Resource::Authority);
    assert!(matches!(decision, Decision::Forbid { .. }));
}

/// What a list of children tells, its readers may read case by case; only restrictions are left to be asked about.
#[test]
fn whoever_exports_children_may_see_every_case_that_is_not_restricted() {
    let access = Access::new().unwrap();
    let (authority, case) =
        (caseledger_access::Resource::Authority, caseledger_access::Resource::Case(Default::default()));
    let mut permitted = 0;
    for column in SECTIONS.iter().flat_map(|section| (section.columns)()) {
        if access.decide(&column.actor, "export-children", &authority) == Decision::Permit {
            permitted += 1;
            assert_eq!(
                access.decide(&column.actor, "view-case", &case),
                Decision::Permit,
                "{}",
                column.about
            );
        }
    }
    assert!(permitted > 0);
}

#[test]
fn several_actions_are_decided_as_each_alone() {
    let access = Access::new().unwrap();
    let actions = access.actions();
    for column in SECTIONS.iter().flat_map(|section| (section.columns)()) {
        let alone: Vec<_> = actions
            .iter()
            .copied()
            .filter(|action| access.decide(&column.actor, action, &column.resource) == Decision::Permit)
            .collect();
        assert_eq!(
            access.question(&column.actor, &column.resource).allowed(&actions),
            alone,
            "{}",
            column.about
        );
    }
}
