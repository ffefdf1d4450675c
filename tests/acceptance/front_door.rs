//! From a school's referral to the point where somebody must decide.

use serde_json::{Value, json};

use super::days;
use super::family::{Family, ids};
use super::town::{Thing, Town};

pub fn referral(family: &Family) -> Value {
    json!({ "source": "2A", "route": "agency-direct", "referring_agency": ids::SCHOOLS, "children": [family.maisie.id],
        "adults": [family.dana.id], "presenting_needs": ["N4"], "consent": "not-yet-sought",
        "concerns": "Attendance fell to 71% since the parents separated; she is tired and hungry in the mornings." })
}

pub fn a_school_refers(town: &Town, family: &Family) -> Thing {
    town.days_ago(days::REFERRAL);
    let school = town.school();
    let receive = "cases/receive-referral";
    let referral = referral(family);
    let with = |member: &str, value: Value| {
        let mut message = referral.clone();
        message[member] = value;
        message
    };
    town.analyst().opens(receive, referral.clone()).is_forbidden();
    school.opens(receive, with("children", json!([]))).is_invalid("referral-names-a-child", "children");
    school
        .opens(receive, with("presenting_needs", json!([])))
        .is_invalid("referral-names-a-need", "presenting_needs");
    school
        .opens(receive, with("children", json!([ids::NOBODY])))
        .is_refused("person-registered", "children[0]");
    school
        .opens(receive, with("previous_case", json!(ids::NOBODY)))
        .is_refused("previous-case-exists", "previous_case");
    // Backdating is welcome, within the authority's limit; what is still to come can't have happened.
    school
        .opens(receive, with("occurred_at", json!(town.moment(-1))))
        .is_invalid("occurred-in-the-future", "occurred_at");
    school
        .opens(receive, with("occurred_at", json!(town.moment(400))))
        .is_invalid("occurred-too-long-ago", "occurred_at");

    let case = school.opens(receive, referral.clone()).opens("cases", "ReferralReceived");
    town.practitioner().does(&case, "receive-referral", referral).is_refused("case-opens-once", "");
    who_may_know_of_it(town, &case);
    it_is_acknowledged_and_asked_about(town, &case);
    the_family_is_who_it_is(town, family, &case);
    it_is_not_yet_ripe(town, &case);
    the_family_agrees(town, family, &case);
    case
}

fn who_may_know_of_it(town: &Town, case: &Thing) {
    let address = case.path("");
    let heard = town.school().sees(&address).is_ok();
    assert_eq!((heard["status"].as_str(), heard["acknowledged"].clone()), (Some("referred"), Value::Null));
    assert_eq!(heard.get("state"), None, "the referrer hears what becomes of it, and reads no case");
    town.school().reads(&case.path("/events")).is_forbidden();
    for reader in [town.practitioner(), town.manager(), town.auditor(), town.inspector()] {
        let seen = reader.sees(&address).is_ok();
        assert_eq!(seen["status"], "referred");
    }
    for outsider in [town.partner(), town.analyst(), town.posting_service(), town.administrator()] {
        outsider.sees(&address).is_concealed();
        outsider.reads(&case.path("/events")).is_concealed();
    }
    // An inspector reads everything and writes nothing.
    let seen = town.inspector().sees(&address).is_ok();
    assert_eq!(seen["allowed_commands"], json!([]));
    let told = json!({ "told_by": "telephone" });
    town.inspector().does(case, "acknowledge-referral", told.clone()).is_forbidden();
    // The case may be read out by its short reference.
    let reference = seen["reference"].as_str().expect("a reference");
    assert_eq!(town.practitioner().sees(&format!("/v1/cases/{reference}")).is_ok()["case"], json!(case.id));

    let nowhere = Thing { collection: "cases", id: ids::NOBODY.to_owned() };
    town.practitioner().does(&nowhere, "acknowledge-referral", told).is_concealed();
}

fn it_is_acknowledged_and_asked_about(town: &Town, case: &Thing) {
    let practitioner = town.practitioner();
    let told = json!({ "told_by": "telephone" });
    let due = practitioner.sees("/v1/worklists/due?whose=everyone&overdue=true").is_ok();
    let waits = |what: &str| {
        let items = due["items"].as_array().expect("items");
        items.iter().any(|item| item["case"] == case.id && item["what"] == what && item["overdue"] == true)
    };
    assert!(waits("acknowledge-referral") && waits("decide-triage"), "overdue by the clock alone: {due}");

    town.school().does(case, "acknowledge-referral", told.clone()).is_forbidden();
    town.partner().does(case, "acknowledge-referral", told.clone()).is_concealed();
    let before = json!({ "told_by": "telephone", "occurred_at": town.moment(days::REFERRAL + 1) });
    practitioner
        .does(case, "acknowledge-referral", before)
        .is_refused("not-before-the-referral", "occurred_at");
    let stale = practitioner.does_with(case, "acknowledge-referral", told.clone(), &[("if-match", "\"9\"")]);
    let problem = stale.answer().is_problem(412, "stale-version");
    assert_eq!((problem["actual_version"].clone(), stale.answer().header("etag")), (json!(1), Some("\"1\"")));
    practitioner
        .does_with(case, "acknowledge-referral", told.clone(), &[("if-match", "\"1\"")])
        .is_accepted(&["ReferralAcknowledged"]);
    practitioner.does(case, "acknowledge-referral", told).is_so_already();

    let question = json!({ "question": "Does the family know of the referral, and who else lives at home?" });
    practitioner.does(case, "request-more-information", question).is_accepted(&["MoreInformationRequested"]);
    assert_eq!(town.school().sees(&case.path("")).is_ok()["status"], "awaiting-information");
    practitioner
        .does(case, "provide-information", json!({ "information": "  " }))
        .is_invalid("text-missing", "information");
    let information = json!({ "information": "Her mother knows; a brother, Tom, lives at home as well." });
    town.school().does(case, "provide-information", information).is_accepted(&["InformationProvided"]);
}

fn the_family_is_who_it_is(town: &Town, family: &Family, case: &Thing) {
    let practitioner = town.practitioner();
    let leaves = |who: &Thing| json!({ "person": who.id, "reason": "Lives elsewhere." });
    let joins = |who: &str, role: &str| json!({ "person": who, "role": role });
    practitioner
        .does(case, "end-family-membership", leaves(&family.maisie))
        .is_refused("case-has-a-child", "person");
    practitioner
        .does(case, "end-family-membership", leaves(&family.tom))
        .is_refused("person-of-the-family", "person");
    practitioner
        .does(case, "add-family-member", joins(ids::NOBODY, "child"))
        .is_refused("person-registered", "person");
    practitioner
        .does(case, "add-family-member", joins(&family.maisie.id, "adult"))
        .is_refused("person-in-case-once", "person");
    practitioner
        .does(case, "add-family-member", joins(&family.tom.id, "child"))
        .is_accepted(&["FamilyMemberAdded"]);
    practitioner.does(case, "add-family-member", joins(&family.tom.id, "child")).is_so_already();
    practitioner
        .does(case, "add-family-member", joins(&family.grandmother.id, "adult"))
        .is_accepted(&["FamilyMemberAdded"]);
    practitioner
        .does(case, "end-family-membership", leaves(&family.grandmother))
        .is_accepted(&["FamilyMembershipEnded"]);
}

fn it_is_not_yet_ripe(town: &Town, case: &Thing) {
    let practitioner = town.practitioner();
    let triage = |level: u8, outcome: &str, forum: &str| {
        json!({ "level_of_need": level, "outcome": outcome, "forum": forum, "decided_by": "locality manager, coast",
            "reason": "Several needs at once." })
    };
    let decide = "decide-triage";
    practitioner
        .does(case, decide, triage(0, "early-help", "locality-team"))
        .is_invalid("level-of-need-known", "level_of_need");
    practitioner
        .does(case, decide, triage(9, "early-help", "locality-team"))
        .is_refused("level-of-need-known", "level_of_need");
    practitioner
        .does(case, decide, triage(3, "early-help", "panel"))
        .is_refused("panel-decision-names-meeting", "panel_meeting");
    practitioner
        .does(case, decide, triage(3, "early-help", "locality-team"))
        .is_refused("consent-before-help", "");
    practitioner
        .does(case, decide, triage(4, "step-up", "locality-team"))
        .is_refused("consent-before-help", "");
    practitioner
        .does(case, decide, triage(1, "universal-services", "locality-team"))
        .is_refused("referrer-is-told", "referrer_told");
    let allocation =
        json!({ "team": ids::COAST, "lead_practitioner": ids::PRACTITIONER, "lead_agency": ids::AUTHORITY });
    town.manager().does(case, "allocate-case", allocation).is_refused("command-fits-status", "");
}

fn the_family_agrees(town: &Town, family: &Family, case: &Thing) {
    let practitioner = town.practitioner();
    let agrees = |who: &Thing, days_ago: i64| json!({ "given_by": who.id, "scope": "support-and-sharing", "given_on": town.day(days_ago) });
    practitioner
        .does(case, "record-consent", agrees(&family.leo, days::REFERRAL))
        .is_refused("person-of-the-family", "given_by");
    practitioner
        .does(case, "record-consent", agrees(&family.dana, -2))
        .is_refused("day-has-come", "given_on");
    practitioner
        .does(case, "record-consent", agrees(&family.dana, days::REFERRAL))
        .is_accepted(&["ConsentRecorded"]);
}
