//! The help itself: a lead practitioner, an assessment with the voice of each child, a plan that is worked.

use serde_json::{Value, json};

use super::days;
use super::family::{Family, ids};
use super::town::{Thing, Town, rows};

/// The plan's goal and actions, by ids that the practitioner's own system made.
pub struct Plan {
    pub goal: &'static str,
    pub breakfast: &'static str,
    pub mentor: &'static str,
    pub lift: &'static str,
}

const PLAN: Plan = Plan {
    goal: "01590000-0000-7000-8000-0000000e0001",
    breakfast: "01590000-0000-7000-8000-0000000e0002",
    mentor: "01590000-0000-7000-8000-0000000e0003",
    lift: "01590000-0000-7000-8000-0000000e0004",
};

pub fn led_by(team: &str, practitioner: &str, agency: &str) -> Value {
    json!({ "team": team, "lead_practitioner": practitioner, "lead_agency": agency })
}

pub fn a_lead_practitioner_is_found(town: &Town, family: &Family, case: &Thing) {
    town.days_ago(days::ALLOCATION);
    let manager = town.manager();
    let waiting = manager.sees("/v1/worklists/unallocated?whose=everyone").is_ok();
    assert_eq!(waiting["items"][0]["case"], json!(case.id), "{waiting}");
    let to_priya = led_by(ids::COAST, ids::PRACTITIONER, ids::AUTHORITY);
    town.practitioner().does(case, "allocate-case", to_priya.clone()).is_forbidden();
    let allocate = "allocate-case";
    manager
        .does(case, allocate, led_by(ids::NOBODY, ids::PRACTITIONER, ids::AUTHORITY))
        .is_refused("team-registered", "team");
    manager
        .does(case, allocate, led_by(ids::COAST, ids::NOBODY, ids::AUTHORITY))
        .is_refused("practitioner-at-work", "lead_practitioner");
    manager
        .does(case, allocate, led_by(ids::COAST, ids::PRACTITIONER, ids::PRACTITIONER))
        .is_refused("agency-registered", "lead_agency");
    manager.does(case, allocate, to_priya.clone()).is_accepted(&["CaseAllocated"]);
    manager.does(case, allocate, to_priya.clone()).is_so_already();

    // The charity knows the family best and takes the lead. From now on, and not before, its practitioner sees the case.
    town.partner().sees(&case.path("")).is_concealed();
    let mut to_sam = led_by(ids::COAST, ids::PARTNER, ids::CHARITY);
    to_sam["reason"] = json!("The family trusts the charity.");
    to_sam["handover_note"] = json!("Visits after four; she opens up while drawing.");
    town.partner().does(case, "reallocate-case", to_sam.clone()).is_concealed();
    manager.does(case, "reallocate-case", to_sam.clone()).is_accepted(&["CaseReallocated"]);
    manager.does(case, "reallocate-case", to_sam).is_so_already();
    assert_eq!(town.partner().sees(&case.path("")).is_ok()["lead_agency"], ids::CHARITY);
    town.partner().sees(&family.maisie.path("")).is_ok();
    let mine = town.partner().sees("/v1/worklists/case").is_ok();
    assert_eq!(
        mine["items"].as_array().map(Vec::len),
        Some(1),
        "a partner's own families and no others: {mine}"
    );
    // The panel has decided: its chair has no more to do with the case.
    town.chair().sees(&case.path("")).is_concealed();
}

pub fn the_family_is_assessed(town: &Town, family: &Family, case: &Thing) {
    town.days_ago(days::ASSESSMENT);
    let practitioner = town.practitioner();
    practitioner
        .does(case, "complete-assessment", written(&["4B"], &[]))
        .is_refused("command-fits-status", "");
    practitioner
        .does(case, "start-assessment", json!({ "children": [family.leo.id] }))
        .is_refused("person-of-the-family", "children[0]");
    practitioner
        .does(case, "start-assessment", json!({ "purpose": "What lies behind the absence." }))
        .is_accepted(&["AssessmentStarted"]);
    practitioner.does(case, "start-assessment", json!({})).is_refused("one-open-assessment", "assessment");
    let due = practitioner.sees(&case.path("")).is_ok()["due"].clone();
    assert!(rows(&due).iter().any(|due| due["what"] == "complete-assessment" && due["overdue"] == true));

    each_child_is_heard(town, family, case);
    town.days_ago(days::ASSESSMENT - 20);
    town.manager().does(case, "authorise-assessment", json!({})).is_refused("assessment-awaits-manager", "");
    it_is_written(town, family, case);
    it_is_returned_and_authorised(town, family, case);
}

fn each_child_is_heard(town: &Town, family: &Family, case: &Thing) {
    let practitioner = town.practitioner();
    let voice = |child: &Thing| {
        json!({ "child": child.id, "seen": true, "seen_alone": true, "method": "direct-work",
            "said": "'I wish Dad would ring when he says.' She drew the house with two doors." })
    };
    practitioner
        .does(case, "record-voice-of-child", voice(&family.leo))
        .is_refused("person-of-the-family", "child");
    let mut neither = voice(&family.maisie);
    neither["said"] = Value::Null;
    practitioner.does(case, "record-voice-of-child", neither).is_invalid("voice-or-reason", "said");
    let mut unseen = voice(&family.maisie);
    unseen["seen"] = json!(false);
    practitioner.does(case, "record-voice-of-child", unseen).is_invalid("seen-alone-is-seen", "seen_alone");
    let mut untold = voice(&family.maisie);
    untold["method"] = Value::Null;
    practitioner.does(case, "record-voice-of-child", untold).is_invalid("voice-names-its-method", "method");
    practitioner
        .does(case, "record-voice-of-child", voice(&family.maisie))
        .is_accepted(&["VoiceOfChildRecorded"]);
}

fn written(factors: &[&str], gaps: &[&Thing]) -> Value {
    let gaps: Vec<_> = gaps
        .iter()
        .map(|child| json!({ "child": child.id, "reason": "At football camp; seen at the first review." }))
        .collect();
    json!({ "needs": [{ "need": "N4", "baseline": 4 }], "factors": factors, "voice_gaps": gaps,
        "analysis": "A warm home under strain: since the separation mornings fall apart, and she carries it to school." })
}

fn it_is_written(town: &Town, family: &Family, case: &Thing) {
    let practitioner = town.practitioner();
    let complete = "complete-assessment";
    practitioner.does(case, complete, written(&["4B"], &[])).is_refused("voice-of-each-child", "voice_gaps");
    practitioner
        .does(case, complete, written(&["21", "4B"], &[]))
        .is_invalid("no-factors-stands-alone", "factors");
    practitioner
        .does(case, complete, written(&["4B"], &[&family.leo]))
        .is_refused("person-of-the-family", "voice_gaps[0].child");
    let mut wrong = written(&["4B"], &[&family.tom]);
    wrong["assessment"] = json!(ids::NOBODY);
    practitioner.does(case, complete, wrong).is_refused("assessment-is-the-current-one", "assessment");
    let mut early = written(&["4B"], &[&family.tom]);
    early["occurred_at"] = json!(town.moment(days::ASSESSMENT + 1));
    practitioner.does(case, complete, early).is_refused("in-the-order-of-the-work", "occurred_at");
    let mut unscored = written(&["4B"], &[&family.tom]);
    unscored["needs"][0]["baseline"] = json!(11);
    practitioner.does(case, complete, unscored).is_invalid("score-on-scale", "needs[0].baseline");
    practitioner.does(case, complete, written(&["4B"], &[&family.tom])).is_accepted(&["AssessmentCompleted"]);
    practitioner.does(case, complete, written(&["4B"], &[&family.tom])).is_refused("assessment-is-open", "");
}

fn it_is_returned_and_authorised(town: &Town, family: &Family, case: &Thing) {
    let (practitioner, manager) = (town.practitioner(), town.manager());
    let waiting = manager.sees("/v1/worklists/awaiting-authorisation").is_ok();
    assert_eq!(waiting["items"][0]["case"], json!(case.id), "{waiting}");
    practitioner.does(case, "authorise-assessment", json!({})).is_forbidden();
    let back = json!({ "reason": "The father's view is missing." });
    manager.does(case, "return-assessment", back).is_accepted(&["AssessmentReturned"]);
    practitioner
        .does(case, "complete-assessment", written(&["4B"], &[&family.tom]))
        .is_accepted(&["AssessmentCompleted"]);
    manager.does(case, "authorise-assessment", json!({})).is_accepted(&["AssessmentAuthorised"]);
    manager.does(case, "authorise-assessment", json!({})).is_so_already();
}

fn action(id: &str, goal: &str, owner: Value, due: impl serde::Serialize) -> Value {
    json!({ "id": id, "goal": goal, "what": "Breakfast club every morning.", "owner": owner, "due": due })
}

/// Gives the plan.
pub fn a_plan_is_agreed(town: &Town, family: &Family, case: &Thing) -> Plan {
    town.days_ago(days::PLAN);
    let practitioner = town.practitioner();
    let priya = json!({ "practitioner": ids::PRACTITIONER });
    let goal = json!({ "id": PLAN.goal, "area": "education", "aim": "I get to school most days and don't feel sick about it.",
        "measure": "Attends four days of five by the summer.", "baseline": 3, "person": family.maisie.id });
    let plan = |goal: &Value, actions: Value| json!({ "goals": [goal], "actions": actions, "next_review": town.day(days::REVIEW) });
    let soon = town.day(days::PLAN - 14);
    let agree = |actions: Value| practitioner.does(case, "agree-plan", plan(&goal, actions));
    let first = |owner: Value, due: Value| json!([action(PLAN.breakfast, PLAN.goal, owner, due)]);

    practitioner
        .does(case, "review-plan", review(town, family, json!([]), json!([])))
        .is_refused("command-fits-status", "");
    let mut empty = plan(&goal, json!([]));
    empty["goals"] = json!([]);
    practitioner.does(case, "agree-plan", empty).is_invalid("plan-has-a-goal", "goals");
    // What the inspectors found missing is what the service asks for: every action has an owner and a due date.
    agree(first(Value::Null, json!(soon))).is_refused("action-has-an-owner", "actions[0].owner");
    agree(first(priya.clone(), Value::Null)).is_refused("action-has-a-due-date", "actions[0].due");
    agree(first(priya.clone(), json!(town.day(days::PLAN + 3))))
        .is_refused("day-lies-ahead", "actions[0].due");
    agree(first(json!({ "family-member": family.leo.id }), json!(soon)))
        .is_refused("person-of-the-family", "actions[0].owner");
    agree(json!([action(PLAN.breakfast, ids::NOBODY, priya.clone(), soon)]))
        .is_refused("goal-of-the-plan", "actions[0].goal");
    let twice = action(PLAN.breakfast, PLAN.goal, priya.clone(), soon);
    agree(json!([twice, twice])).is_refused("id-used-once", "actions[1].id");
    let mut strangers = goal.clone();
    strangers["person"] = json!(family.leo.id);
    practitioner
        .does(case, "agree-plan", plan(&strangers, json!([])))
        .is_refused("person-of-the-family", "goals[0].person");
    let mut late = plan(&goal, json!([]));
    late["next_review"] = json!(town.day(days::PLAN + 1));
    practitioner.does(case, "agree-plan", late).is_refused("day-lies-ahead", "next_review");

    let mother = json!({ "family-member": family.dana.id });
    let actions =
        json!([action(PLAN.breakfast, PLAN.goal, priya, soon), action(PLAN.lift, PLAN.goal, mother, soon)]);
    agree(actions.clone()).is_accepted(&["PlanAgreed"]);
    agree(actions).is_so_already();
    let mut other = goal;
    other["id"] = json!(ids::NOBODY);
    practitioner.does(case, "agree-plan", plan(&other, json!([]))).is_refused("one-plan-an-assessment", "");
    PLAN
}

pub fn the_plan_is_worked(town: &Town, family: &Family, case: &Thing, plan: &Plan) {
    town.days_ago(days::PLAN - 10);
    the_plan_changes(town, case, plan);
    actions_move_and_end(town, case, plan);
    the_family_is_seen(town, family, case);
    the_plan_is_reviewed(town, family, case, plan);
    the_manager_decides(town, case);
}

fn the_plan_changes(town: &Town, case: &Thing, plan: &Plan) {
    // The charity's practitioner leads, and changes the plan.
    let partner = town.partner();
    let change = "change-plan";
    partner.does(case, change, json!({})).is_invalid("change-says-what", ".");
    let reason = "She asked for someone who is not a teacher.";
    let ended = json!({ "ended_goals": [{ "goal": ids::NOBODY, "reached": true, "reason": reason }] });
    partner.does(case, change, ended).is_refused("goal-of-the-plan", "ended_goals[0].goal");
    let altered =
        json!({ "altered_actions": [{ "action": ids::NOBODY, "what": "Ring at nine.", "reason": reason }] });
    partner.does(case, change, altered).is_refused("action-of-the-case", "altered_actions[0].action");
    let charity = json!({ "agency": ids::CHARITY });
    let mut added = action(plan.mentor, plan.goal, charity, Value::Null);
    let adds = |action: &Value| json!({ "added_actions": [{ "action": action, "reason": reason }] });
    partner
        .does(case, change, adds(&added))
        .is_refused("action-has-a-due-date", "added_actions[0].action.due");
    added["due"] = json!(town.day(days::PLAN - 30));
    partner.does(case, change, adds(&added)).is_accepted(&["PlanChanged"]);
}

fn actions_move_and_end(town: &Town, case: &Thing, plan: &Plan) {
    town.days_ago(days::PLAN - 12);
    let practitioner = town.practitioner();
    let moves = |action: &str, days_ago: i64| json!({ "action": action, "due": town.day(days_ago), "reason": "The breakfast club closed for two weeks." });
    practitioner
        .does(case, "reschedule-action", moves(ids::NOBODY, 100))
        .is_refused("action-of-the-case", "action");
    practitioner
        .does(case, "reschedule-action", moves(plan.breakfast, 199))
        .is_refused("day-lies-ahead", "due");
    practitioner
        .does(case, "reschedule-action", moves(plan.breakfast, 120))
        .is_accepted(&["ActionRescheduled"]);
    practitioner.does(case, "reschedule-action", moves(plan.breakfast, 120)).is_so_already();

    town.days_ago(days::REVIEW + 2);
    let done = |action: &str| json!({ "action": action, "outcome": "In by nine on 18 of 20 days." });
    practitioner.does(case, "complete-action", done(ids::NOBODY)).is_refused("action-of-the-case", "action");
    practitioner.does(case, "complete-action", done(plan.breakfast)).is_accepted(&["ActionCompleted"]);
    practitioner.does(case, "complete-action", done(plan.breakfast)).is_so_already();
    let dropped = |action: &str| json!({ "action": action, "reason": "The family found its own way." });
    practitioner
        .does(case, "cancel-action", dropped(plan.breakfast))
        .is_refused("action-not-ended", "action");
    practitioner.does(case, "cancel-action", dropped(plan.lift)).is_accepted(&["ActionCancelled"]);
    practitioner.does(case, "cancel-action", dropped(plan.lift)).is_so_already();
}

fn the_family_is_seen(town: &Town, family: &Family, case: &Thing) {
    let practitioner = town.practitioner();
    let visit = |seen: &Thing| json!({ "kind": "visit", "children_seen": [seen.id], "adults": [family.dana.id], "note": "Bags packed by the door." });
    let mut alone = visit(&family.maisie);
    alone["children_seen_alone"] = json!([family.tom.id]);
    practitioner.does(case, "record-contact", alone).is_invalid("seen-alone-is-seen", "children_seen_alone");
    practitioner
        .does(case, "record-contact", visit(&family.leo))
        .is_refused("person-of-the-family", "children_seen[0]");
    practitioner
        .does(case, "record-contact", visit(&family.dana))
        .is_refused("child-of-the-family", "children_seen[0]");
    practitioner.does(case, "record-contact", visit(&family.maisie)).is_accepted(&["ContactRecorded"]);
    let missed = json!({ "kind": "call", "took_place": false, "note": "Nobody answered." });
    practitioner.does(case, "record-contact", missed).is_accepted(&["ContactRecorded"]);
}

fn review(town: &Town, family: &Family, scores: Value, views: Value) -> Value {
    json!({ "attended": [{ "agency": ids::CHARITY, "practitioner": ids::PARTNER }, { "family_member": family.dana.id }],
        "scores": scores, "child_views": views, "decision": "continue", "summary": "Mornings hold.",
        "next_review": town.day(-20) })
}

fn the_plan_is_reviewed(town: &Town, family: &Family, case: &Thing, plan: &Plan) {
    town.days_ago(days::REVIEW);
    let practitioner = town.practitioner();
    let scores = json!([{ "goal": plan.goal, "score": 6, "evidence": "Attendance 88% this half-term." }]);
    let views = json!([{ "person": family.maisie.id, "view": "Mornings are better. I still hate Mondays." },
        { "person": family.tom.id, "not_known_because": "On a school trip." }]);
    let hold = |review: Value| practitioner.does(case, "review-plan", review);
    hold(review(town, family, json!([]), views.clone())).is_refused("each-goal-scored", "scores");
    hold(review(town, family, json!([scores[0], { "goal": ids::NOBODY, "score": 5 }]), views.clone()))
        .is_refused("goal-of-the-plan", "scores[1].goal");
    hold(review(town, family, scores.clone(), json!([views[0]])))
        .is_refused("each-childs-view", "child_views");
    let mut silent = views.clone();
    silent[1] = json!({ "person": family.tom.id });
    hold(review(town, family, scores.clone(), silent)).is_invalid("view-or-reason", "child_views[1].view");
    let mut stranger = review(town, family, scores.clone(), views.clone());
    stranger["attended"][1]["family_member"] = json!(family.leo.id);
    hold(stranger).is_refused("person-of-the-family", "attended[1].family_member");
    let mut open_ended = review(town, family, scores.clone(), views.clone());
    open_ended["next_review"] = Value::Null;
    hold(open_ended).is_invalid("review-names-the-next", "next_review");
    hold(review(town, family, scores, views)).is_accepted(&["PlanReviewed"]);
}

fn the_manager_decides(town: &Town, case: &Thing) {
    let decided = |directions: Value| {
        json!({ "decision": "Early help goes on; the threshold is not met.", "reason": "Attendance is better.",
            "threshold_considered": true, "directions": directions })
    };
    town.practitioner().does(case, "record-management-oversight", decided(json!([]))).is_forbidden();
    let undated = json!([{ "what": "See the father.", "owner": { "practitioner": ids::PARTNER } }]);
    town.manager()
        .does(case, "record-management-oversight", decided(undated))
        .is_refused("action-has-a-due-date", "directions[0].due");
    town.manager()
        .does(case, "record-management-oversight", decided(json!([])))
        .is_accepted(&["ManagementOversightRecorded"]);
}
