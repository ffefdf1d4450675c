//! The end of the help and what comes after it: closure, the check that it lasted, coming back.

use serde_json::{Value, json};

use super::days;
use super::family::{Family, ids};
use super::front_door::referral;
use super::help::{Plan, led_by};
use super::town::{Thing, Town};

fn views(people: &[&Thing]) -> Value {
    people.iter().map(|person| json!({ "person": person.id, "view": "I know who to ring." })).collect()
}

pub fn the_help_ends(town: &Town, family: &Family, case: &Thing, plan: &Plan) {
    town.days_ago(days::CLOSURE + 20);
    let (practitioner, manager) = (town.practitioner(), town.manager());
    everybody_says_what_it_was_like(town, family, case);

    let everyone = [&family.maisie, &family.tom, &family.dana];
    let closing = |scores: Value, people: &[&Thing]| {
        json!({ "reason": "needs-met", "summary": "School holds and mornings are calm.", "needs_met": ["N4"],
            "final_scores": scores, "family_views": views(people) })
    };
    let scored = json!([{ "goal": plan.goal, "score": 8 }]);
    let close = |message: Value| manager.does(case, "close-case", message);

    practitioner
        .does(case, "start-assessment", json!({ "children": [family.tom.id] }))
        .is_accepted(&["AssessmentStarted"]);
    close(closing(scored.clone(), &everyone)).is_refused("no-open-assessment-at-closure", "");
    let voice = json!({ "child": family.tom.id, "seen": true, "seen_alone": false, "method": "conversation",
        "said": "'It's quieter now.'" });
    practitioner.does(case, "record-voice-of-child", voice).is_accepted(&["VoiceOfChildRecorded"]);
    let written =
        json!({ "needs": [{ "need": "N4", "baseline": 8 }], "factors": ["21"], "analysis": "Steady." });
    practitioner.does(case, "complete-assessment", written).is_accepted(&["AssessmentCompleted"]);
    close(closing(scored.clone(), &everyone)).is_refused("no-open-assessment-at-closure", "");
    manager.does(case, "authorise-assessment", json!({})).is_accepted(&["AssessmentAuthorised"]);

    close(closing(scored.clone(), &everyone)).is_refused("every-action-ended-at-closure", "");
    let done = json!({ "action": plan.mentor, "outcome": "They meet on Thursdays without us now." });
    practitioner.does(case, "complete-action", done).is_accepted(&["ActionCompleted"]);

    town.days_ago(days::CLOSURE);
    practitioner.does(case, "close-case", closing(scored.clone(), &everyone)).is_forbidden();
    close(closing(json!([]), &everyone)).is_refused("each-goal-scored", "final_scores");
    close(closing(scored.clone(), &everyone[..2])).is_refused("each-family-members-view", "family_views");
    close(closing(scored.clone(), &[&family.leo]))
        .is_refused("person-of-the-family", "family_views[0].person");
    let mut early = closing(scored.clone(), &everyone);
    early["occurred_at"] = json!(town.moment(days::PANEL + 5));
    close(early).is_refused("in-the-order-of-the-work", "occurred_at");
    close(closing(scored, &everyone)).is_accepted(&["CaseClosed"]);
    town.follows_up(town.inspector(), case, "SustainedOutcomeCheckScheduled");
    after_the_end(town, case, plan);
}

fn everybody_says_what_it_was_like(town: &Town, family: &Family, case: &Thing) {
    let practitioner = town.practitioner();
    let says = |from: &str, person: Option<&Thing>, score: u8| {
        json!({ "from": from, "person": person.map(|person| &person.id), "words": "She turned up when she said she would.",
            "score": score })
    };
    practitioner
        .does(case, "record-feedback", says("parent", Some(&family.dana), 6))
        .is_invalid("score-on-scale", "score");
    practitioner
        .does(case, "record-feedback", says("child", Some(&family.leo), 5))
        .is_refused("person-of-the-family", "person");
    practitioner
        .does(case, "record-feedback", says("parent", Some(&family.dana), 5))
        .is_accepted(&["FeedbackReceived"]);
    town.school().does(case, "record-feedback", says("referrer", None, 4)).is_accepted(&["FeedbackReceived"]);
}

fn after_the_end(town: &Town, case: &Thing, plan: &Plan) {
    let (practitioner, manager) = (town.practitioner(), town.manager());
    let seen = practitioner.sees(&case.path("")).is_ok();
    assert_eq!((&seen["status"], &seen["closed_on"]), (&json!("closed"), &json!(town.day(days::CLOSURE))));
    assert_eq!(seen["due"][0]["what"], "check-sustained-outcome", "about six months on: {seen}");
    // A closed case takes feedback, corrections, restrictions, the check and reopening, and nothing else.
    let offered = manager.sees(&case.path("")).is_ok()["allowed_commands"].clone();
    let takes = [
        "record-feedback",
        "reopen-case",
        "check-sustained-outcome",
        "restrict-case",
        "lift-restriction",
        "correct-record",
    ];
    assert_eq!(offered, json!(takes));
    practitioner
        .does(case, "record-contact", json!({ "kind": "call", "note": "She rang." }))
        .is_refused("command-fits-status", "");
    let again = json!({ "reason": "needs-met", "summary": "Again." });
    manager.does(case, "close-case", again).is_refused("command-fits-status", "");

    town.today();
    let checked = |goal: &str| json!({ "outcome": "sustained", "words": "Attendance 94%.", "scores": [{ "goal": goal, "score": 8 }] });
    practitioner
        .does(case, "check-sustained-outcome", checked(ids::NOBODY))
        .is_refused("goal-of-the-plan", "scores[0].goal");
    let mut early = checked(plan.goal);
    early["occurred_at"] = json!(town.moment(days::CLOSURE + 3));
    practitioner
        .does(case, "check-sustained-outcome", early)
        .is_refused("in-the-order-of-the-work", "occurred_at");
    practitioner
        .does(case, "check-sustained-outcome", checked(plan.goal))
        .is_accepted(&["SustainedOutcomeChecked"]);
    let reopening = json!({ "reason": "The school rang: she has been absent for two weeks." });
    practitioner.does(case, "reopen-case", reopening.clone()).is_forbidden();
    manager.does(case, "reopen-case", reopening).is_refused("reopened-within-limit", "");
}

/// Too late to reopen: the family comes back as a re-referral, on a case of its own. That one is closed and reopened.
pub fn the_family_comes_back(town: &Town, family: &Family, earlier: &Thing) -> Thing {
    town.days_ago(days::SECOND_CLOSURE + 5);
    let (practitioner, manager) = (town.practitioner(), town.manager());
    let mut message = referral(family);
    message["previous_case"] = json!(earlier.id);
    message["consent"] = json!("given");
    message["source"] = json!("6");
    message["urgent"] = json!(true);
    message["domestic_incident"] =
        json!({ "police_reference": "NP/17/4411", "notified_at": town.moment(days::SECOND_CLOSURE + 6) });
    let case = town.school().opens("cases/receive-referral", message).opens("cases", "ReferralReceived");
    let triage = json!({ "level_of_need": 3, "outcome": "early-help", "forum": "locality-team",
        "decided_by": "locality manager, coast", "reason": "Known to us; the father has moved out." });
    practitioner.does(&case, "decide-triage", triage.clone()).is_accepted(&["TriageDecided"]);
    practitioner.does(&case, "decide-triage", triage).is_so_already();
    manager
        .does(&case, "allocate-case", led_by(ids::COAST, ids::PRACTITIONER, ids::AUTHORITY))
        .is_accepted(&["CaseAllocated"]);

    town.days_ago(days::SECOND_CLOSURE);
    let closing = json!({ "reason": "not-engaging", "summary": "Three visits, nobody at home.",
        "family_views": [{ "person": family.maisie.id, "not_known_because": "Not seen." },
            { "person": family.dana.id, "not_known_because": "Not reached." }] });
    manager.does(&case, "close-case", closing).is_accepted(&["CaseClosed"]);
    town.follows_up(town.inspector(), &case, "SustainedOutcomeCheckScheduled");
    let reopening = json!({ "reason": "She rang on Monday and asks for help.", "occurred_at": town.moment(days::SECOND_CLOSURE + 2) });
    manager.does(&case, "reopen-case", reopening).is_refused("in-the-order-of-the-work", "occurred_at");
    town.days_ago(days::SECOND_CLOSURE - 2);
    let reopening = json!({ "reason": "She rang on Monday and asks for help." });
    manager.does(&case, "reopen-case", reopening).is_accepted(&["CaseReopened"]);
    assert_eq!(practitioner.sees(&case.path("")).is_ok()["status"], "allocated");
    case
}

pub fn the_case_is_restricted_and_put_right(town: &Town, case: &Thing) {
    town.today();
    let (practitioner, manager, officer) =
        (town.practitioner(), town.manager(), town.data_protection_officer());
    let only = |until: i64| {
        json!({ "practitioners": [ids::PRACTITIONER], "subjects": ["demo:team-manager"], "reason": "The mother works in the service.",
            "until": town.day(until) })
    };
    practitioner.does(case, "restrict-case", only(-90)).is_forbidden();
    manager.does(case, "restrict-case", only(3)).is_refused("restriction-lies-ahead", "until");
    let nobody = json!({ "reason": "The mother works in the service.", "until": town.day(-90) });
    manager.does(case, "restrict-case", nobody).is_invalid("restriction-names-who-may", "practitioners");
    manager.does(case, "restrict-case", only(-90)).is_accepted(&["CaseRestricted"]);
    manager.does(case, "restrict-case", only(-90)).is_so_already();
    // Whoever is not named does not know that the case exists: not by its address, and not by any list.
    for outsider in [town.auditor(), town.inspector(), town.school(), town.partner()] {
        outsider.sees(&case.path("")).is_concealed();
    }
    let listed = town.auditor().sees("/v1/worklists/case?whose=everyone&limit=500").is_ok();
    assert!(!listed.to_string().contains(&case.id), "no list names it");
    practitioner.sees(&case.path("")).is_ok();
    officer.sees(&case.path("")).is_ok();
    let lifted = json!({ "reason": "She left the service." });
    practitioner.does(case, "lift-restriction", lifted.clone()).is_forbidden();
    officer.does(case, "lift-restriction", lifted.clone()).is_accepted(&["RestrictionLifted"]);
    officer.does(case, "lift-restriction", lifted).is_so_already();
    town.auditor().sees(&case.path("")).is_ok();

    let correction = |sequence: u64| json!({ "sequence": sequence, "field": "source", "correction": "3B", "reason": "The health visitor rang, not the police." });
    practitioner
        .does(case, "correct-record", correction(99))
        .is_refused("correction-names-an-event", "sequence");
    practitioner.does(case, "correct-record", correction(1)).is_accepted(&["RecordCorrected"]);
    let events = practitioner.reads(&case.path("/events")).is_ok();
    assert_eq!(events["events"][0]["payload"]["source"], "6", "the earlier event stays as it was");
}
