//! The early help panel: a meeting is called, hears what agencies know, and decides. Its decision triages the case.

use serde_json::{Value, json};

use super::days;
use super::family::{Family, ids};
use super::front_door::referral;
use super::town::{Thing, Town};

/// Gives the case of another family, which the panel put off, and the meeting that it was put off to.
pub fn the_panel_triages(town: &Town, family: &Family, case: &Thing) -> (Thing, Thing) {
    town.days_ago(days::REFERRAL - 1);
    let chair = town.chair();
    let called = |days_ago: i64| json!({ "on": town.day(days_ago), "chair": "service manager, early help", "invited": [ids::SCHOOLS, ids::POLICE] });
    town.manager().opens("panel-meetings/schedule-panel", called(days::PANEL)).is_forbidden();
    chair
        .opens("panel-meetings/schedule-panel", called(days::REFERRAL + 5))
        .is_refused("meeting-lies-ahead", "on");
    let schedule = || chair.opens("panel-meetings/schedule-panel", called(days::PANEL));
    let meeting = schedule().opens("panel-meetings", "PanelScheduled");
    chair.does(&meeting, "schedule-panel", called(days::PANEL)).is_refused("meeting-called-once", "");
    let next = chair
        .opens("panel-meetings/schedule-panel", called(days::PANEL - 14))
        .opens("panel-meetings", "PanelScheduled");
    let nowhere = Thing { collection: "panel-meetings", id: ids::NOBODY.to_owned() };
    chair.does(&nowhere, "close-panel", json!({})).is_concealed();

    let other = another_family_is_referred(town, family);
    cases_are_put_forward(town, case, &other, &meeting);
    the_meeting_is_held(town, family, (case, &other), (&meeting, &next));
    the_agenda_is_read(town, case, &meeting);
    (other, next)
}

fn another_family_is_referred(town: &Town, family: &Family) -> Thing {
    let mut message = referral(family);
    message["children"] = json!([family.leo.id]);
    message["adults"] = json!([]);
    message["consent"] = json!("given");
    // A portal hands the referral in for the teacher who wrote it; both are kept, and the teacher hears of it.
    let behalf = [("on-behalf-of", "teacher-17")];
    town.school()
        .opens_with("cases/receive-referral", message.clone(), &behalf)
        .answer()
        .is_problem(403, "forbidden");
    let portal = town.posting_service();
    let case =
        portal.opens_with("cases/receive-referral", message, &behalf).opens("cases", "ReferralReceived");
    let events = town.manager().reads(&case.path("/events")).is_ok();
    assert_eq!(events["events"][0]["on_behalf_of"], "teacher-17");
    assert_eq!(events["events"][0]["actor"], "demo:posting-service");
    case
}

fn cases_are_put_forward(town: &Town, case: &Thing, other: &Thing, meeting: &Thing) {
    let refer = |meeting: &str| json!({ "panel_meeting": meeting, "reason": "School, housing and health each hold a part of the picture." });
    let practitioner = town.practitioner();
    practitioner
        .does(case, "refer-to-panel", refer(ids::NOBODY))
        .is_refused("panel-still-to-be-held", "panel_meeting");
    town.manager()
        .does(meeting, "add-to-agenda", json!({ "case": case.id }))
        .is_refused("case-awaits-this-meeting", "case");
    practitioner.does(case, "refer-to-panel", refer(&meeting.id)).is_accepted(&["ReferredToPanel"]);
    practitioner.does(case, "refer-to-panel", refer(&meeting.id)).is_so_already();
    town.chair().does(other, "refer-to-panel", refer(&meeting.id)).is_accepted(&["ReferredToPanel"]);
    let waiting = town.chair().sees("/v1/worklists/awaiting-panel").is_ok();
    assert_eq!(waiting["items"].as_array().map(Vec::len), Some(2), "{waiting}");

    practitioner.does(meeting, "add-to-agenda", json!({ "case": case.id })).is_concealed();
    town.manager().does(meeting, "add-to-agenda", json!({ "case": case.id })).is_accepted(&["AddedToAgenda"]);
    town.manager().does(meeting, "add-to-agenda", json!({ "case": case.id })).is_so_already();
    town.chair().does(meeting, "add-to-agenda", json!({ "case": other.id })).is_accepted(&["AddedToAgenda"]);
}

fn the_meeting_is_held(
    town: &Town,
    family: &Family,
    (case, other): (&Thing, &Thing),
    (meeting, next): (&Thing, &Thing),
) {
    let chair = town.chair();
    let decides = |case: &str, level: u8, outcome: &str| json!({ "case": case, "level_of_need": level, "outcome": outcome, "reason": "One plan, led by early help." });
    chair
        .does(meeting, "record-panel-decision", decides(&case.id, 3, "early-help"))
        .is_refused("meeting-held", "");
    chair.does(meeting, "close-panel", json!({})).is_refused("meeting-held", "");

    town.days_ago(days::PANEL);
    let came = |agencies: Value| json!({ "held_on": town.day(days::PANEL), "agencies": agencies });
    chair
        .does(meeting, "record-attendance", came(json!([])))
        .is_invalid("attendance-names-agencies", "agencies");
    let who = json!([{ "agency": ids::SCHOOLS, "attendance": "present" }, { "agency": ids::POLICE,
        "attendance": "apologies" }]);
    chair.does(meeting, "record-attendance", came(who.clone())).is_accepted(&["AttendanceRecorded"]);
    chair.does(meeting, "record-attendance", came(who)).is_so_already();

    let knows = |case: &str| json!({ "case": case, "agency": ids::SCHOOLS, "information": "Late on 14 of 20 mornings." });
    chair.does(meeting, "record-information-shared", knows(ids::NOBODY)).is_refused("case-on-agenda", "case");
    chair.does(meeting, "record-information-shared", knows(&case.id)).is_accepted(&["InformationShared"]);

    town.manager().does(meeting, "record-panel-decision", decides(&case.id, 3, "early-help")).is_forbidden();
    chair
        .does(meeting, "record-panel-decision", decides(&case.id, 9, "early-help"))
        .is_refused("level-of-need-known", "level_of_need");
    chair
        .does(meeting, "record-panel-decision", decides(&case.id, 1, "universal-services"))
        .is_refused("referrer-is-told", "referrer_told");
    // What the case would refuse is refused while the panel still sits.
    let withdrawn = json!({ "withdrawn_by": family.dana.id, "reason": "She wants to think about it." });
    town.practitioner().does(case, "withdraw-consent", withdrawn).is_accepted(&["ConsentWithdrawn"]);
    chair
        .does(meeting, "record-panel-decision", decides(&case.id, 3, "early-help"))
        .is_refused("consent-before-help", "");
    let agrees = json!({ "given_by": family.dana.id, "scope": "support-and-sharing", "given_on": town.day(days::PANEL) });
    chair.does(case, "record-consent", agrees).is_accepted(&["ConsentRecorded"]);
    chair
        .does(meeting, "record-panel-decision", decides(&case.id, 3, "early-help"))
        .is_accepted(&["PanelDecisionRecorded"]);
    town.follows_up(town.inspector(), case, "TriageDecided");
    chair.does(meeting, "record-panel-decision", decides(&case.id, 3, "early-help")).is_so_already();
    chair
        .does(meeting, "record-panel-decision", decides(&case.id, 2, "early-help"))
        .is_refused("item-decided-once", "case");

    chair.does(meeting, "close-panel", json!({})).is_refused("every-item-decided-or-deferred", "");
    let put_off = |to: &str| json!({ "case": other.id, "to": to, "reason": "Health holds the history and could not come." });
    chair
        .does(meeting, "defer-agenda-item", put_off(ids::NOBODY))
        .is_refused("deferred-to-a-named-meeting", "to");
    chair.does(meeting, "defer-agenda-item", put_off(&next.id)).is_accepted(&["AgendaItemDeferred"]);
    let again = json!({ "panel_meeting": next.id, "reason": "Put off." });
    chair.does(other, "refer-to-panel", again).is_accepted(&["ReferredToPanel"]);
    chair.does(next, "add-to-agenda", json!({ "case": other.id })).is_accepted(&["AddedToAgenda"]);
    chair.does(meeting, "close-panel", json!({})).is_accepted(&["PanelClosed"]);
    chair.does(meeting, "close-panel", json!({})).is_so_already();
    chair.does(meeting, "add-to-agenda", json!({ "case": case.id })).is_refused("meeting-not-ended", "");
}

fn the_agenda_is_read(town: &Town, case: &Thing, meeting: &Thing) {
    let agenda = town.manager().sees(&meeting.path("")).is_ok();
    let item =
        agenda["agenda"].as_array().and_then(|items| items.iter().find(|item| item["case"] == case.id));
    let item = item.expect("the case stands on it");
    assert_eq!((&item["outcome"], &item["level_of_need"]), (&json!("early-help"), &json!(3)), "{agenda}");
    assert_eq!(item["information"].as_array().map(Vec::len), Some(1));
    town.practitioner().sees(&meeting.path("")).is_concealed();
    town.analyst().sees("/v1/panel-meetings").is_concealed();
    assert_eq!(
        town.chair().sees("/v1/panel-meetings").is_ok()["panel_meetings"].as_array().map(Vec::len),
        Some(2)
    );
    // The school hears what was decided on its referral.
    let heard = town.school().sees(&case.path("")).is_ok();
    assert_eq!((heard["status"].as_str(), heard["decided"].as_str()), (Some("accepted"), Some("early-help")));
}
