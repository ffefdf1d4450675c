//! Families who go other ways: a case that ends at triage, one that came from another record, one whose manager wrote
//! the assessment.

use serde_json::{Value, json};

use super::family::{Family, ids};
use super::front_door::referral;
use super::help::led_by;
use super::town::{Thing, Town, rows};

pub fn others_go_other_ways(town: &Town, family: &Family, other: &Thing, next: &Thing) {
    town.days_ago(30);
    a_case_ends_at_triage(town, family);
    social_care_hands_over_before_anybody_holds_the_case(town, family);
    a_caseload_comes_from_another_record(town, family);
    a_manager_decides_before_the_panel(town, other, next);
    nobody_authorises_their_own_assessment(town, family, other);
    town.today();
}

fn a_case_ends_at_triage(town: &Town, family: &Family) {
    let (practitioner, manager) = (town.practitioner(), town.manager());
    let case =
        town.school().opens("cases/receive-referral", referral(family)).opens("cases", "ReferralReceived");
    let told = json!({ "level_of_need": 1, "outcome": "universal-services", "forum": "contact-team",
        "decided_by": "contact team", "reason": "The school nurse can help.", "referrer_told": "By telephone, with reasons." });
    practitioner.does(&case, "decide-triage", told).is_accepted(&["TriageDecided"]);
    let heard = town.school().sees(&case.path("")).is_ok();
    assert_eq!((&heard["status"], &heard["decided"]), (&json!("closed"), &json!("universal-services")));
    let reopening = json!({ "reason": "They came back." });
    manager.does(&case, "reopen-case", reopening).is_refused("reopens-what-was-accepted", "");
    let checked = json!({ "outcome": "sustained", "words": "Well." });
    manager.does(&case, "check-sustained-outcome", checked).is_refused("reopens-what-was-accepted", "");
}

fn social_care_hands_over_before_anybody_holds_the_case(town: &Town, family: &Family) {
    let case =
        town.school().opens("cases/receive-referral", referral(family)).opens("cases", "ReferralReceived");
    let handed = json!({ "reason": "Closed after assessment (RC9).", "pack": [{ "item": "assessment" }] });
    town.posting_service().does(&case, "receive-step-down", handed).is_accepted(&["StepDownReceived"]);
    let mut elsewhere = led_by(ids::COAST, ids::PARTNER, ids::CHARITY);
    elsewhere["reason"] = json!("The family trusts the charity.");
    elsewhere["handover_note"] = json!("Visits after four.");
    town.manager().does(&case, "reallocate-case", elsewhere).is_refused("reallocates-what-was-allocated", "");
}

fn a_caseload_comes_from_another_record(town: &Town, family: &Family) {
    let manager = town.manager();
    let held = |agreed_on: Value| {
        json!({ "provenance": { "file": "caseload.xlsx", "sheet": "List 2", "row": 17 }, "children": [family.tom.id],
            "consent": "given", "level_of_need": 3, "team": ids::COAST, "lead_practitioner": ids::PRACTITIONER,
            "lead_agency": ids::AUTHORITY, "plan": { "agreed_on": agreed_on, "actions": [{ "what": "Parenting course" }] } })
    };
    town.practitioner().opens("cases/import-case", held(json!(town.day(60)))).is_forbidden();
    town.posting_service()
        .opens("cases/import-case", held(json!(town.day(-5))))
        .is_refused("day-has-come", "plan.agreed_on");
    let import = town.posting_service().opens("cases/import-case", held(json!(town.day(60))));
    let case = import.opens("cases", "CaseImported");
    let seen = manager.sees(&case.path("")).is_ok();
    assert_eq!((&seen["imported"], &seen["status"]), (&json!(true), &json!("supported")));
    // The old record's action has no due date. It is on the list for that very reason; a new one would be refused.
    let due = manager.sees("/v1/worklists/due?limit=500").is_ok();
    let undated = |item: &&Value| item["case"] == case.id && item["due"].is_null();
    assert!(rows(&due["items"]).iter().any(|item| undated(&item)), "{due}");
    let plan = json!({ "goals": [{ "area": "housing", "aim": "A dry flat.", "measure": "No damp.", "baseline": 2 }],
        "next_review": town.day(-30) });
    town.practitioner().does(&case, "agree-plan", plan).is_refused("plan-after-assessment", "");
}

fn a_manager_decides_before_the_panel(town: &Town, case: &Thing, meeting: &Thing) {
    let (manager, chair) = (town.manager(), town.chair());
    let triage = json!({ "level_of_need": 2, "outcome": "early-help", "forum": "locality-team",
        "decided_by": "locality manager, coast", "reason": "The panel need not hear it after all." });
    manager.does(case, "decide-triage", triage).is_accepted(&["TriageDecided"]);
    let came =
        json!({ "held_on": town.day(30), "agencies": [{ "agency": ids::SCHOOLS, "attendance": "absent" }] });
    chair.does(meeting, "record-attendance", came).is_accepted(&["AttendanceRecorded"]);
    let decides = |level: u8| json!({ "case": case.id, "level_of_need": level, "outcome": "early-help", "reason": "As the manager says." });
    chair.does(meeting, "record-panel-decision", decides(3)).is_refused("case-triaged-once", "case");
    chair.does(meeting, "record-panel-decision", decides(2)).is_accepted(&["PanelDecisionRecorded"]);
    chair.does(meeting, "close-panel", json!({})).is_accepted(&["PanelClosed"]);
}

fn nobody_authorises_their_own_assessment(town: &Town, family: &Family, case: &Thing) {
    let manager = town.manager();
    manager
        .does(case, "allocate-case", led_by(ids::COAST, ids::MANAGER, ids::AUTHORITY))
        .is_accepted(&["CaseAllocated"]);
    manager.does(case, "start-assessment", json!({})).is_accepted(&["AssessmentStarted"]);
    let change = json!({ "ended_goals": [{ "goal": ids::NOBODY, "reached": false, "reason": "None." }] });
    manager.does(case, "change-plan", change).is_refused("case-has-a-plan", "");
    let gap = json!({ "needs": [{ "need": "N4", "baseline": 4 }], "factors": ["21"], "analysis": "Calm.",
        "voice_gaps": [{ "child": family.leo.id, "reason": "Away with his father." }] });
    manager.does(case, "complete-assessment", gap).is_accepted(&["AssessmentCompleted"]);
    manager.does(case, "authorise-assessment", json!({})).is_refused("authorised-by-another", "");
    manager
        .does(case, "return-assessment", json!({ "reason": "Mine." }))
        .is_refused("authorised-by-another", "");
}
