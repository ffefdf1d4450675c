//! What the whole walk comes to: the case's own story, and that nothing was left out of the walk.

use std::collections::BTreeSet;

use super::town::{Thing, Town};
use caseledger_aggregates::audit::AuditEvent;
use caseledger_aggregates::case::CaseEvent;
use caseledger_aggregates::oversight::OversightEvent;
use caseledger_aggregates::panel::PanelEvent;
use caseledger_aggregates::person::PersonEvent;
use caseledger_aggregates::supervision::SupervisionEvent;
use caseledger_aggregates::workforce::WorkforceEvent;

/// The timeline tells the case in the order in which it happened, with what others added to it.
pub fn the_timeline_tells_it(town: &Town, case: &Thing, again: &Thing) {
    let told = town.practitioner().sees(&case.path("/timeline?limit=500")).is_ok();
    let entries = told["entries"].as_array().expect("entries");
    let moments: Vec<_> =
        entries.iter().map(|entry| entry["occurred_at"].as_str().expect("a moment").to_owned()).collect();
    assert!(moments.is_sorted(), "{moments:?}");
    let titles: Vec<_> = entries.iter().map(|entry| entry["title"].as_str().unwrap_or_default()).collect();
    assert!(titles.iter().all(|title| !title.is_empty()), "{titles:?}");
    let place = |event: &str| {
        entries.iter().position(|entry| entry["event"] == event).unwrap_or_else(|| panic!("no {event}"))
    };
    let story = [
        "ReferralReceived",
        "TriageDecided",
        "AssessmentStarted",
        "PlanAgreed",
        "PlanReviewed",
        "CaseDiscussedInSupervision",
        "StepUpRequested",
        "StepDownAccepted",
        "CaseClosed",
        "SustainedOutcomeChecked",
    ];
    assert!(story.map(place).is_sorted(), "{titles:?}");
    let newest = town.practitioner().sees(&case.path("/timeline?order=newest-first&limit=1")).is_ok();
    assert_eq!(newest["entries"][0]["sequence"], entries.last().expect("an entry")["sequence"]);

    let told = town.practitioner().sees(&again.path("/timeline")).is_ok();
    let first = &told["entries"][0];
    assert_eq!((&first["event"], &first["corrected"]), (&"ReferralReceived".into(), &true.into()), "{told}");
}

/// Rules that no request can meet, and why.
const OUT_OF_REACH: [(&str, &str); 5] = [
    ("decided-by-a-manager", "policies let no other than a manager come so far: the answer is 403"),
    (
        "erasure-by-data-protection-officer",
        "policies let no other than the officer come so far: the answer is 403",
    ),
    ("meeting-exists", "a meeting that is not there is answered with 404"),
    ("audit-exists", "an audit that is not there is answered with 404"),
    ("person-exists", "a person who is not there is answered with 404"),
];

/// The rules by which decisions refuse, as the sources list them.
fn rules() -> BTreeSet<&'static str> {
    let sources = [
        include_str!("../../aggregates/src/audit/refusal.rs"),
        include_str!("../../aggregates/src/case/refusal.rs"),
        include_str!("../../aggregates/src/oversight/refusal.rs"),
        include_str!("../../aggregates/src/panel/refusal.rs"),
        include_str!("../../aggregates/src/person/refusal.rs"),
        include_str!("../../aggregates/src/supervision/refusal.rs"),
        include_str!("../../aggregates/src/workforce/refusal.rs"),
    ];
    let listed = |source: &'static str| {
        let rules = source.split("fn rule(").nth(1).and_then(|rest| rest.split("fn field(").next());
        rules.expect("each lists its rules").split("=> \"").skip(1).filter_map(|rest| rest.split('"').next())
    };
    sources.into_iter().flat_map(listed).collect()
}

/// Every command was accepted, every event happened, and every rule refused something: whoever adds one walks it too.
pub fn nothing_was_left_out(town: &Town) {
    let table = town.practitioner().reads("/v1/commands").is_ok();
    let commands = table["commands"].as_array().expect("commands");
    let accepted = town.accepted.borrow();
    let never: Vec<_> = commands
        .iter()
        .filter_map(|row| row["command"].as_str())
        .filter(|name| !accepted.contains(*name))
        .collect();
    assert!(never.is_empty(), "commands that were never accepted: {never:?}");

    let happened = town.happened.borrow();
    let events = [
        CaseEvent::NAMES,
        PersonEvent::NAMES,
        PanelEvent::NAMES,
        SupervisionEvent::NAMES,
        AuditEvent::NAMES,
        WorkforceEvent::NAMES,
        OversightEvent::NAMES,
    ];
    let never: Vec<_> = events.concat().into_iter().filter(|name| !happened.contains(*name)).collect();
    assert!(never.is_empty(), "events that never happened: {never:?}");

    let refused = town.refused.borrow();
    let unreachable: BTreeSet<_> = OUT_OF_REACH.iter().map(|(rule, _)| *rule).collect();
    let never: Vec<_> =
        rules().into_iter().filter(|rule| !refused.contains(*rule) && !unreachable.contains(rule)).collect();
    assert!(never.is_empty(), "rules that never refused: {never:?}");
    let reached: Vec<_> = unreachable.into_iter().filter(|rule| refused.contains(*rule)).collect();
    assert!(reached.is_empty(), "within reach after all: {reached:?}");

    // Every problem's type is an address at which it is explained.
    for rule in refused.iter() {
        let page = town.nobody_reads(&format!("/problems/{rule}"));
        assert!(page.status == 200 && page.text.contains(rule.as_str()), "{rule} is not explained");
    }
}
