//! A practitioner's supervision: development, wellbeing and each case; what is not done is carried forward.

use serde_json::{Value, json};

use super::authority::a_colleague_leaves;
use super::days;
use super::family::ids;
use super::town::{Thing, Town, rows};

const SEE_BOTH: &str = "01590000-0000-7000-8000-0000000e0011";

pub fn a_practitioner_is_supervised(town: &Town, case: &Thing) {
    town.days_ago(days::REVIEW - 2);
    let manager = town.manager();
    let record = Thing { collection: "supervisions", id: ids::PRACTITIONER.to_owned() };
    let held = |days_ago: i64, cases: Value| {
        json!({ "held_on": town.day(days_ago), "supervisor": ids::MANAGER, "cases": cases,
            "development": "Would like to lead a review.", "wellbeing": "Eleven families is at the limit." })
    };
    let discussed = |case: &str, action: &str, due: i64| {
        json!([{ "case": case, "changed_circumstances": "The father has moved back in.", "risks": "Arguments in the evening.",
            "threshold": "right", "threshold_reason": "Both parents keep to the plan.", "actions": [{ "id": action,
            "what": "See both children alone.", "priority": "high", "owner": ids::PRACTITIONER, "due": town.day(due) }] }])
    };
    let day = days::REVIEW - 2;
    let supervise = |message: Value| manager.does(&record, "record-supervision", message);

    let mut alone = held(day, json!([]));
    alone["supervisor"] = json!(ids::PRACTITIONER);
    supervise(alone).is_refused("supervised-by-another", "supervisor");
    let mut unknown = held(day, json!([]));
    unknown["supervisor"] = json!(ids::NOBODY);
    supervise(unknown).is_refused("supervisor-works-here", "supervisor");
    supervise(held(-1, json!([]))).is_refused("supervision-was-held", "held_on");
    supervise(held(day, discussed(ids::NOBODY, SEE_BOTH, day - 10)))
        .is_refused("case-exists", "cases[0].case");
    supervise(held(day, discussed(&case.id, SEE_BOTH, day + 10)))
        .is_refused("day-lies-ahead", "cases[0].actions[0].due");
    let nothing = json!({ "held_on": town.day(day), "supervisor": ids::MANAGER });
    supervise(nothing).is_invalid("supervision-says-something", "cases");
    town.practitioner().does(&record, "record-supervision", held(day, json!([]))).is_forbidden();
    town.partner().does(&record, "record-supervision", held(day, json!([]))).is_concealed();

    supervise(held(day, discussed(&case.id, SEE_BOTH, day - 10))).is_accepted(&["SupervisionRecorded"]);
    town.follows_up(town.inspector(), case, "CaseDiscussedInSupervision");
    supervise(held(day, json!([]))).is_refused("supervisions-in-order", "held_on");
    supervise(held(day - 1, discussed(&case.id, SEE_BOTH, day - 10)))
        .is_refused("id-used-once", "cases[0].actions[0].id");

    let often = |days: u32| json!({ "every_days": days, "reason": "In the first year after qualifying." });
    manager
        .does(&record, "set-supervision-frequency", often(100))
        .is_invalid("supervision-at-least-quarterly", "every_days");
    manager.does(&record, "set-supervision-frequency", often(14)).is_accepted(&["SupervisionFrequencySet"]);
    manager.does(&record, "set-supervision-frequency", often(14)).is_so_already();

    town.days_ago(day - 28);
    supervise(held(day - 28, json!([]))).is_accepted(&["SupervisionRecorded"]);
    let sessions = manager.sees(&record.path("/sessions")).is_ok();
    let carried: Vec<_> =
        rows(&sessions["sessions"]).iter().map(|it| it["carried_forward"].clone()).collect();
    assert!(carried.contains(&json!(1)), "what was not done is carried forward: {sessions}");
    let done = |action: &str| json!({ "action": action, "outcome": "Saw both on Tuesday." });
    let practitioner = town.practitioner();
    practitioner
        .does(&record, "complete-supervision-action", done(ids::NOBODY))
        .is_refused("action-of-the-record", "action");
    practitioner
        .does(&record, "complete-supervision-action", done(SEE_BOTH))
        .is_accepted(&["SupervisionActionCompleted"]);
    practitioner.does(&record, "complete-supervision-action", done(SEE_BOTH)).is_so_already();

    let seen = practitioner.sees(&record.path("")).is_ok();
    assert_eq!((&seen["every_days"], &seen["open_actions"]), (&json!(14), &json!([])), "{seen}");
    for outsider in [town.partner(), town.chair(), town.analyst(), town.school()] {
        outsider.sees(&record.path("")).is_concealed();
    }
    // Nobody is supervised who has left.
    let colleague = Thing { collection: "supervisions", id: ids::COLLEAGUE.to_owned() };
    manager
        .does(&colleague, "record-supervision", held(day, json!([])))
        .is_accepted(&["SupervisionRecorded"]);
    town.today();
    a_colleague_leaves(town);
    manager
        .does(&colleague, "record-supervision", held(1, json!([])))
        .is_refused("practitioner-works-here", "");
}
