//! To statutory social care and back, with the information that must go along.

use serde_json::{Value, json};

use super::days;
use super::family::{Family, ids};
use super::town::{Thing, Town};

const PROTOCOL: [&str; 8] = [
    "assessment",
    "plan",
    "chronology",
    "voice-of-the-child",
    "risks",
    "family-network",
    "consent",
    "agencies",
];
const FIRST: &str = "01590000-0000-7000-8000-0000000e0021";

fn pack(items: &[&str]) -> Value {
    items.iter().map(|item| json!({ "item": item })).collect()
}

fn asked(items: &[&str]) -> Value {
    json!({ "reason": "She came to school with a mark on her face and is afraid to go home.",
        "risks": "Physical harm.", "pack": pack(items) })
}

pub fn the_family_steps_up_and_down(town: &Town, family: &Family, case: &Thing) {
    town.days_ago(days::TRANSFER);
    a_pack_with_a_gap_needs_a_reason(town, case);
    social_care_declines_with_advice(town, case);
    social_care_takes_over_without_consent(town, family, case);
    social_care_hands_back(town, family, case);
}

fn a_pack_with_a_gap_needs_a_reason(town: &Town, case: &Thing) {
    let practitioner = town.practitioner();
    let request = |message: Value| practitioner.does(case, "request-step-up", message);
    let gap = request(asked(&PROTOCOL[..6]));
    let told = gap.answer().json()["detail"].as_str().expect("a detail").to_owned();
    assert!(told.contains("consent") && told.contains("agencies"), "it names what is missing: {told}");
    gap.is_refused("handover-pack-complete", "pack");
    request(asked(&["shoe-size"])).is_refused("item-of-the-protocol", "pack[0].item");
    let overriding = |item: &str| {
        let mut message = asked(&PROTOCOL[..7]);
        message["transfer"] = json!(FIRST);
        message["overrides"] = json!([{ "item": item, "reason": "Nobody can be reached before tonight." }]);
        message
    };
    request(overriding("shoe-size")).is_refused("item-of-the-protocol", "overrides[0].item");
    request(overriding("agencies")).is_accepted(&["StepUpRequested"]);
    request(overriding("agencies")).is_so_already();
    request(asked(&PROTOCOL)).is_refused("command-fits-status", "");
    let waiting = town.manager().sees("/v1/worklists/step-up").is_ok();
    assert_eq!(waiting["items"][0]["case"], json!(case.id), "{waiting}");

    let back = json!({ "reason": "It was a fall at playtime; the school saw it." });
    practitioner.does(case, "withdraw-step-up", back).is_accepted(&["StepUpWithdrawn"]);
    request(overriding("agencies")).is_refused("id-used-once", "transfer");
}

fn social_care_declines_with_advice(town: &Town, case: &Thing) {
    let (practitioner, social_care) = (town.practitioner(), town.posting_service());
    let mut message = asked(&PROTOCOL);
    message["receiving_team"] = json!(ids::RIVERSIDE);
    practitioner.does(case, "request-step-up", message).is_accepted(&["StepUpRequested"]);
    let declined = json!({ "reason": "No sign of significant harm in what was sent.",
        "advice": "A consultation with the locality's social worker." });
    // The team that asks does not answer itself, and an answer is to the transfer that waits for it.
    town.manager().does(case, "decline-step-up", declined.clone()).is_refused("receiving-team-answers", "");
    let mut wrong = declined.clone();
    wrong["transfer"] = json!(FIRST);
    social_care.does(case, "decline-step-up", wrong).is_refused("transfer-is-the-pending-one", "transfer");
    let mut silent = declined.clone();
    silent["advice"] = json!("");
    social_care.does(case, "decline-step-up", silent).is_invalid("text-missing", "advice");
    social_care.does(case, "decline-step-up", declined).is_accepted(&["StepUpDeclined"]);
    assert_eq!(practitioner.sees(&case.path("")).is_ok()["status"], "supported");
}

fn social_care_takes_over_without_consent(town: &Town, family: &Family, case: &Thing) {
    let practitioner = town.practitioner();
    let withdrawn = |who: &Thing| json!({ "withdrawn_by": who.id, "reason": "She wants no more visits." });
    practitioner
        .does(case, "withdraw-consent", withdrawn(&family.leo))
        .is_refused("person-of-the-family", "withdrawn_by");
    practitioner.does(case, "withdraw-consent", withdrawn(&family.dana)).is_accepted(&["ConsentWithdrawn"]);
    practitioner.does(case, "withdraw-consent", withdrawn(&family.dana)).is_so_already();
    // Without consent nothing goes on, save a step-up on a stated lawful basis.
    practitioner.does(case, "start-assessment", json!({})).is_refused("consent-before-help", "");
    practitioner.does(case, "request-step-up", asked(&PROTOCOL)).is_refused("consent-before-help", "");
    let mut lawful = asked(&PROTOCOL);
    lawful["lawful_basis"] =
        json!("Children Act 1989, section 47: reasonable cause to suspect significant harm.");
    practitioner.does(case, "request-step-up", lawful).is_accepted(&["StepUpRequested"]);
    practitioner.does(case, "accept-step-up", json!({})).is_forbidden();
    let note = json!({ "note": "Strategy discussion at two; a social worker visits today." });
    town.posting_service().does(case, "accept-step-up", note).is_accepted(&["StepUpAccepted"]);
    assert_eq!(practitioner.sees(&case.path("")).is_ok()["status"], "stepped-up");
    practitioner.does(case, "request-step-up", asked(&PROTOCOL)).is_refused("command-fits-status", "");
}

fn social_care_hands_back(town: &Town, family: &Family, case: &Thing) {
    town.days_ago(days::TRANSFER - 20);
    let (practitioner, social_care) = (town.practitioner(), town.posting_service());
    let handed = |items: &[&str]| json!({ "reason": "Closed after assessment (RC9).", "pack": pack(items) });
    social_care
        .does(case, "receive-step-down", handed(&["shoe-size"]))
        .is_refused("item-of-the-protocol", "pack[0].item");
    social_care
        .does(case, "receive-step-down", handed(&["assessment", "chronology"]))
        .is_accepted(&["StepDownReceived"]);
    let asks = |items: &[&str]| json!({ "items": items, "question": "What did the children say about the step-down?" });
    practitioner.does(case, "query-step-down", asks(&[])).is_invalid("query-names-items", "items");
    practitioner
        .does(case, "query-step-down", asks(&["shoe-size"]))
        .is_refused("item-of-the-protocol", "items[0]");
    // What came is not asked for again, of social care or of the family.
    practitioner
        .does(case, "query-step-down", asks(&["chronology"]))
        .is_refused("not-asked-again", "items[0]");
    practitioner
        .does(case, "query-step-down", asks(&["voice-of-the-child"]))
        .is_accepted(&["StepDownQueried"]);
    social_care
        .does(case, "receive-step-down", handed(&["voice-of-the-child"]))
        .is_accepted(&["StepDownReceived"]);
    practitioner
        .does(case, "query-step-down", asks(&["voice-of-the-child"]))
        .is_refused("not-asked-again", "items[0]");

    let takes =
        |level: u8| json!({ "level_of_need": level, "reason": "Routines and housing go into the plan." });
    practitioner.does(case, "accept-step-down", takes(3)).is_refused("consent-before-help", "");
    let agrees = json!({ "given_by": family.dana.id, "scope": "support-and-sharing", "given_on": town.day(days::TRANSFER - 20) });
    practitioner.does(case, "record-consent", agrees).is_accepted(&["ConsentRecorded"]);
    practitioner.does(case, "accept-step-down", takes(9)).is_refused("level-of-need-known", "level_of_need");
    practitioner.does(case, "accept-step-down", takes(3)).is_accepted(&["StepDownAccepted"]);
    assert_eq!(practitioner.sees(&case.path("")).is_ok()["status"], "supported");
}
