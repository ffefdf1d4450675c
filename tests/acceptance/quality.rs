//! Audits: one case and a theme, graded by one and moderated by another, with the difference kept.

use serde_json::{Value, json};

use super::family::ids;
use super::town::{Thing, Town};

const STANDARDS: [&str; 8] = [
    "voice-of-the-child",
    "assessment",
    "planning",
    "review",
    "threshold",
    "information-sharing",
    "management-oversight",
    "impact",
];
const ACTION: &str = "01590000-0000-7000-8000-0000000e0031";

fn grades(grade: &str, standards: &[&str]) -> Value {
    let one =
        |standard: &&str| json!({ "standard": standard, "grade": grade, "evidence": "Seen alone twice." });
    standards.iter().map(one).collect()
}

pub fn the_case_is_audited(town: &Town, case: &Thing, other: &Thing) {
    town.today();
    let auditor = town.auditor();
    let planned = |scope: Value| {
        json!({ "title": "A family's case", "scope": scope, "purpose": "Was the child heard?", "lead": ids::AUDITOR,
            "agencies": [ids::POLICE], "due": town.day(-30) })
    };
    let single = planned(json!({ "kind": "single-case", "case": case.id }));
    let with = |member: &str, value: Value| {
        let mut message = single.clone();
        message[member] = value;
        message
    };
    let plan = |message: Value| auditor.opens("audits/plan-audit", message);
    town.manager().opens("audits/plan-audit", single.clone()).is_forbidden();
    plan(with("lead", json!(ids::COAST))).is_refused("practitioner-works-here", "lead");
    plan(planned(json!({ "kind": "single-case", "case": ids::NOBODY })))
        .is_refused("case-exists", "scope.case");
    plan(with("agencies", json!([ids::COAST]))).is_refused("agency-registered", "agencies[0]");
    plan(with("due", json!(town.day(3)))).is_refused("due-after-agreed", "due");
    let audit = plan(single.clone()).opens("audits", "AuditPlanned");
    auditor.does(&audit, "plan-audit", single.clone()).is_so_already();
    auditor.does(&audit, "plan-audit", with("title", json!("Another"))).is_refused("audit-planned-once", "");
    let nowhere = Thing { collection: "audits", id: ids::NOBODY.to_owned() };
    auditor.does(&nowhere, "complete-audit", json!({ "findings": "None." })).is_concealed();

    it_is_graded(town, &audit, case, other);
    it_is_moderated(town, &audit, case);
    something_is_done_about_it(town, &audit, case, other);
    a_theme_is_sampled(town, case, other, planned(json!({ "kind": "themed", "theme": "step-down" })));
    for outsider in [town.practitioner(), town.analyst(), town.school()] {
        outsider.sees(&audit.path("")).is_concealed();
    }
}

fn found(case: &Thing, auditor: &str, grades: Value) -> Value {
    json!({ "case": case.id, "auditor": auditor, "grades": grades, "overall": "good", "summary": "Warm, steady work.",
        "compliance": [{ "step": "assessment-within-timescale", "result": "met" }] })
}

fn it_is_graded(town: &Town, audit: &Thing, case: &Thing, other: &Thing) {
    let auditor = town.auditor();
    let record = |message: Value| auditor.does(audit, "record-case-audit", message);
    let all = grades("good", &STANDARDS);
    let moderated = json!({ "case": case.id, "moderator": ids::MANAGER, "grades": all, "overall": "good", "reason": "Agreed." });
    auditor.does(audit, "moderate-audit", moderated).is_refused("moderated-after-audit", "case");
    auditor.does(audit, "draw-sample", drawn(&[case], 7, 1)).is_refused("sample-of-a-theme", "");
    record(found(other, ids::AUDITOR, all.clone())).is_refused("case-in-audit", "case");
    record(found(case, ids::COAST, all.clone())).is_refused("practitioner-works-here", "auditor");
    record(found(case, ids::AUDITOR, grades("good", &["handwriting"])))
        .is_refused("standard-of-the-authority", "grades[0].standard");
    record(found(case, ids::AUDITOR, grades("good", &STANDARDS[1..])))
        .is_refused("every-standard-graded", "grades");
    record(found(case, ids::AUDITOR, all.clone())).is_accepted(&["CaseAudited"]);
    town.follows_up(town.inspector(), case, "CaseAudited");
    record(found(case, ids::AUDITOR, all)).is_so_already();
    record(found(case, ids::AUDITOR, grades("inadequate", &STANDARDS)))
        .is_refused("case-audited-once", "case");
}

fn it_is_moderated(town: &Town, audit: &Thing, case: &Thing) {
    let auditor = town.auditor();
    let judged = |moderator: &str, grade: &str| {
        let mut all = grades("good", &STANDARDS);
        all[0]["grade"] = json!(grade);
        json!({ "case": case.id, "moderator": moderator, "grades": all, "overall": "good", "reason": "One child of two was heard." })
    };
    auditor
        .does(audit, "moderate-audit", judged(ids::AUDITOR, "requires-improvement"))
        .is_refused("moderated-by-another", "moderator");
    auditor
        .does(audit, "moderate-audit", judged(ids::MANAGER, "requires-improvement"))
        .is_accepted(&["AuditModerated"]);
    auditor
        .does(audit, "moderate-audit", judged(ids::MANAGER, "good"))
        .is_refused("case-moderated-once", "case");
    // Both gradings are kept, and by how much they differ.
    let kept = town.manager().sees(&audit.path("")).is_ok().to_string();
    assert!(kept.contains("differences") && kept.contains("requires-improvement"), "{kept}");
}

fn something_is_done_about_it(town: &Town, audit: &Thing, case: &Thing, other: &Thing) {
    let auditor = town.auditor();
    let agreed = |owner: &str, case: &Thing, due: i64| json!({ "action": ACTION, "case": case.id, "what": "Speak with the father.", "owner": owner, "due": town.day(due) });
    let agree = |message: Value| auditor.does(audit, "agree-audit-action", message);
    agree(agreed(ids::COAST, case, -20)).is_refused("practitioner-works-here", "owner");
    agree(agreed(ids::PRACTITIONER, other, -20)).is_refused("case-in-audit", "case");
    agree(agreed(ids::PRACTITIONER, case, 20)).is_refused("due-after-agreed", "due");
    agree(agreed(ids::PRACTITIONER, case, -20)).is_accepted(&["AuditActionAgreed"]);
    agree(agreed(ids::PRACTITIONER, case, -20)).is_so_already();
    agree(agreed(ids::MANAGER, case, -20)).is_refused("action-agreed-once", "action");
    let done = |action: &str, outcome: &str| json!({ "action": action, "outcome": outcome });
    let manager = town.manager();
    manager
        .does(audit, "complete-audit-action", done(ids::NOBODY, "Seen."))
        .is_refused("action-exists", "action");
    manager
        .does(audit, "complete-audit-action", done(ACTION, "Seen."))
        .is_accepted(&["AuditActionCompleted"]);
    manager
        .does(audit, "complete-audit-action", done(ACTION, "Not seen."))
        .is_refused("action-completed-once", "action");
    auditor.does(audit, "complete-audit", json!({ "findings": "Well." })).is_accepted(&["AuditCompleted"]);
    auditor
        .does(audit, "complete-audit", json!({ "findings": "Ill." }))
        .is_refused("audit-not-completed", "");
}

fn drawn(population: &[&Thing], seed: u32, size: u32) -> Value {
    let population: Vec<_> = population.iter().map(|case| &case.id).collect();
    json!({ "criteria": "stepped down, closed since", "population": population, "seed": seed, "size": size })
}

fn a_theme_is_sampled(town: &Town, case: &Thing, other: &Thing, plan: Value) {
    let auditor = town.auditor();
    let audit = auditor.opens("audits/plan-audit", plan).opens("audits", "AuditPlanned");
    let draw = |message: Value| auditor.does(&audit, "draw-sample", message);
    let all = grades("good", &STANDARDS);
    auditor
        .does(&audit, "record-case-audit", found(case, ids::AUDITOR, all))
        .is_refused("sample-drawn-first", "");
    draw(drawn(&[case, other], 7, 3)).is_invalid("sample-within-population", "size");
    draw(drawn(&[case, other], 7, 2)).is_accepted(&["SampleDrawn"]);
    // The draw can be repeated by anyone, whatever the order of the list; a second lot would prove nothing.
    draw(drawn(&[other, case], 7, 2)).is_so_already();
    draw(drawn(&[case, other], 8, 2)).is_refused("sample-drawn-once", "");
    let gap = |case: &str| json!({ "case": case, "reason": "Moved away before the audit." });
    let finish = |gaps: Value| {
        auditor.does(&audit, "complete-audit", json!({ "findings": "None.", "not_audited": gaps }))
    };
    finish(json!([])).is_refused("every-case-audited-or-explained", "not_audited");
    finish(json!([gap(ids::NOBODY)])).is_refused("gap-in-audit", "not_audited[0].case");
    finish(json!([gap(&case.id), gap(&other.id)])).is_accepted(&["AuditCompleted"]);
}
