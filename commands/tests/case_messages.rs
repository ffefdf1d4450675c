//! The messages to a case: examples are sound, and what can't be is named by field and rule.

use caseledger_commands::case::CaseCommand;
use serde_json::{Value, json};

mod support;

use support::{changed, examples_are_sound, one};

const SOMEBODY: &str = "01890a5d-ac96-774b-bcce-b302099a80fe";

fn broken(name: &str, change: impl FnOnce(&mut Value)) -> Vec<(String, &'static str)> {
    support::broken::<CaseCommand>(name, change)
}

#[track_caller]
fn sound(name: &str, change: impl FnOnce(&mut Value)) {
    if let Err(error) = changed::<CaseCommand>(name, change) {
        panic!("{name} is sound: {error:?}");
    }
}

/// Puts the first of a list there twice.
fn twice(list: &mut Value) {
    *list = json!([list[0], list[0]]);
}

#[test]
fn every_example_passes_its_own_checks_and_survives_the_wire() {
    examples_are_sound::<CaseCommand>();
}

#[test]
fn a_referral_names_a_child_a_need_and_each_person_once() {
    let empty = broken("receive-referral", |message| {
        message["children"] = json!([]);
        message["presenting_needs"] = json!([]);
    });
    assert_eq!(
        empty,
        [one("children", "referral-names-a-child"), one("presenting_needs", "referral-names-a-need")]
            .concat()
    );
    let both =
        broken("receive-referral", |message| message["adults"] = json!([message["children"][0].clone()]));
    assert_eq!(both, one("children", "person-named-once"));
    let unnumbered = broken("receive-referral", |message| {
        message["domestic_incident"] =
            json!({"police_reference": " ", "notified_at": "2017-03-01T08:00:00Z"});
    });
    assert_eq!(unnumbered, one("domestic_incident.police_reference", "text-missing"));
}

#[test]
fn an_imported_case_names_its_children_and_ends_after_it_began() {
    let childless = broken("import-case", |message| message["children"] = json!([]));
    assert_eq!(childless, one("children", "referral-names-a-child"));
    let both = broken("import-case", |message| message["adults"] = message["children"].clone());
    assert_eq!(both, one("children", "person-named-once"));
    let backwards = broken("import-case", |message| {
        message["assessment"]["completed_on"] = json!("2016-11-20");
    });
    assert_eq!(backwards, one("assessment.completed_on", "completed-after-start"));
    sound("import-case", |message| message["assessment"]["completed_on"] = json!("2016-11-21"));
    let blank = broken("import-case", |message| message["plan"]["actions"][0]["what"] = json!(""));
    assert_eq!(blank, one("plan.actions[0].what", "text-missing"));
}

#[test]
fn levels_of_need_count_from_one() {
    for command in ["decide-triage", "accept-step-down"] {
        let none = broken(command, |message| message["level_of_need"] = json!(0));
        assert_eq!(none, one("level_of_need", "level-of-need-known"), "{command}");
    }
}

#[test]
fn what_is_told_in_words_is_neither_blank_nor_endless() {
    let blank = broken("withdraw-consent", |message| message["reason"] = json!(" \n"));
    assert_eq!(blank, one("reason", "text-missing"));
    sound("withdraw-consent", |message| message["reason"] = json!("é".repeat(20_000)));
    let endless = broken("withdraw-consent", |message| message["reason"] = json!("é".repeat(20_001)));
    assert_eq!(endless, one("reason", "text-too-long"));
    sound("acknowledge-referral", |message| message["told_by"] = json!("é".repeat(200)));
    let long = broken("acknowledge-referral", |message| message["told_by"] = json!("é".repeat(201)));
    assert_eq!(long, one("told_by", "text-too-long"));
}

#[test]
fn a_childs_voice_is_what_it_said_or_why_it_could_not_be_heard() {
    let voice = |said: Value, why: Value, method: Value| {
        move |message: &mut Value| {
            message["said"] = said;
            message["not_heard_because"] = why;
            message["method"] = method;
        }
    };
    let neither = broken("record-voice-of-child", voice(Value::Null, Value::Null, Value::Null));
    assert_eq!(neither, one("said", "voice-or-reason"));
    let both = broken("record-voice-of-child", voice(json!("Hello."), json!("Away."), json!("conversation")));
    assert_eq!(both, one("said", "voice-or-reason"));
    let unmethodical = broken("record-voice-of-child", voice(json!("Hello."), Value::Null, Value::Null));
    assert_eq!(unmethodical, one("method", "voice-names-its-method"));
    sound("record-voice-of-child", voice(Value::Null, json!("Away."), Value::Null));
    let alone = broken("record-voice-of-child", |message| message["seen"] = json!(false));
    assert_eq!(alone, one("seen_alone", "seen-alone-is-seen"));
    sound("record-voice-of-child", |message| message["seen_alone"] = json!(false));
}

#[test]
fn an_assessment_scores_each_need_once_and_names_factors() {
    let empty = broken("complete-assessment", |message| {
        message["needs"] = json!([]);
        message["factors"] = json!([]);
    });
    assert_eq!(
        empty,
        [one("needs", "assessment-scores-each-need"), one("factors", "assessment-names-factors")].concat()
    );
    let doubled = broken("complete-assessment", |message| twice(&mut message["needs"]));
    assert_eq!(doubled, one("needs", "need-named-once"));
    let child = broken("start-assessment", |message| twice(&mut message["children"]));
    assert_eq!(child, one("children", "person-named-once"));
}

#[test]
fn factor_21_says_that_there_are_none_and_stands_alone() {
    let mixed = broken("complete-assessment", |message| {
        let other = message["factors"][0].clone();
        message["factors"] = json!(["21", other]);
    });
    assert_eq!(mixed, one("factors", "no-factors-stands-alone"));
    sound("complete-assessment", |message| message["factors"] = json!(["21"]));
}

#[test]
fn scores_are_on_their_scale() {
    for (command, path, least, most) in [
        ("complete-assessment", "/needs/0/baseline", 1, 10),
        ("agree-plan", "/goals/0/baseline", 1, 10),
        ("review-plan", "/scores/0/score", 1, 10),
        ("close-case", "/final_scores/0/score", 1, 10),
        ("check-sustained-outcome", "/scores/0/score", 1, 10),
        ("record-feedback", "/score", 1, 5),
    ] {
        let put = |score: u8| {
            move |message: &mut Value| *message.pointer_mut(path).expect("the example has it") = json!(score)
        };
        for score in [least, most] {
            sound(command, put(score));
        }
        for score in [least - 1, most + 1] {
            let rules: Vec<_> = broken(command, put(score)).into_iter().map(|(_, rule)| rule).collect();
            assert_eq!(rules, ["score-on-scale"], "{command} {score}");
        }
    }
}

#[test]
fn a_plan_has_a_goal_and_a_change_says_what() {
    let aimless = broken("agree-plan", |message| message["goals"] = json!([]));
    assert_eq!(aimless, one("goals", "plan-has-a-goal"));
    let unmeasured = broken("agree-plan", |message| message["goals"][0]["measure"] = json!(" "));
    assert_eq!(unmeasured, one("goals[0].measure", "text-missing"));
    let nothing = broken("change-plan", |message| *message = json!({}));
    assert_eq!(nothing, one(".", "change-says-what"));
    let within = broken("change-plan", |message| message["added_actions"][0]["action"]["what"] = json!(""));
    assert_eq!(within, one("added_actions[0].action.what", "text-missing"));
}

#[test]
fn a_review_says_who_came_how_each_goal_stands_and_when_the_next_is() {
    let empty = broken("review-plan", |message| message["attended"] = json!([]));
    assert_eq!(empty, one("attended", "review-names-who-came"));
    let nobody = broken("review-plan", |message| message["attended"][1] = json!({}));
    assert_eq!(nobody, one("attended[1].agency", "attendee-has-agency"));
    let doubled = broken("review-plan", |message| twice(&mut message["scores"]));
    assert_eq!(doubled, one("scores", "goal-scored-once"));
    let undated = |decision: &'static str| {
        move |message: &mut Value| {
            message["decision"] = json!(decision);
            message["next_review"] = Value::Null;
        }
    };
    for decision in ["continue", "change-plan"] {
        let without = broken("review-plan", undated(decision));
        assert_eq!(without, one("next_review", "review-names-the-next"), "{decision}");
    }
    for decision in ["close", "step-up"] {
        sound("review-plan", undated(decision));
    }
}

#[test]
fn a_view_is_given_once_a_person_or_it_is_said_why_it_is_not_known() {
    for (command, list) in [("review-plan", "child_views"), ("close-case", "family_views")] {
        let doubled = broken(command, |message| twice(&mut message[list]));
        assert_eq!(doubled, one(list, "person-named-once"));
        let neither = broken(command, |message| message[list][0]["view"] = Value::Null);
        assert_eq!(neither, one(&format!("{list}[0].view"), "view-or-reason"));
        let both = broken(command, |message| message[list][0]["not_known_because"] = json!("Away."));
        assert_eq!(both, one(&format!("{list}[0].view"), "view-or-reason"));
    }
}

#[test]
fn who_is_seen_alone_is_seen_and_nobody_at_a_contact_that_did_not_take_place() {
    let alone = broken("record-contact", |message| message["children_seen_alone"] = json!([SOMEBODY]));
    assert_eq!(alone, one("children_seen_alone", "seen-alone-is-seen"));
    sound("record-contact", |message| message["children_seen_alone"] = message["children_seen"].clone());
    let away = broken("record-contact", |message| message["took_place"] = json!(false));
    assert_eq!(away, one("children_seen", "seen-when-it-took-place"));
}

#[test]
fn a_pack_and_a_query_name_each_item_once() {
    for command in ["request-step-up", "receive-step-down"] {
        let doubled = broken(command, |message| twice(&mut message["pack"]));
        assert_eq!(doubled, one("pack", "item-named-once"), "{command}");
    }
    let unreasoned = broken("request-step-up", |message| message["overrides"][0]["reason"] = json!(""));
    assert_eq!(unreasoned, one("overrides[0].reason", "text-missing"));
    let doubled = broken("query-step-down", |message| twice(&mut message["items"]));
    assert_eq!(doubled, one("items", "item-named-once"));
    let empty = broken("query-step-down", |message| message["items"] = json!([]));
    assert_eq!(empty, one("items", "query-names-items"));
}

#[test]
fn a_restriction_names_who_may_still_see() {
    let nobody = broken("restrict-case", |message| {
        message["practitioners"] = json!([]);
        message["subjects"] = json!([]);
    });
    assert_eq!(nobody, one("practitioners", "restriction-names-who-may"));
    for list in ["practitioners", "subjects"] {
        sound("restrict-case", |message| message[list] = json!([]));
    }
    let blank = broken("restrict-case", |message| message["subjects"] = json!(["manager-north", " "]));
    assert_eq!(blank, one("subjects[1]", "text-missing"));
}
