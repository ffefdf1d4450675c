//! Commands through the pipeline, over a real log.

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use caseledger_commands::{Actor, Role};
use caseledger_dispatch::{Receipt, Rejection, key_derived_id};
use caseledger_log::StreamId;
use serde_json::json;
use support::*;

fn refused_field(outcome: Result<Receipt, Rejection>) -> (String, &'static str) {
    match outcome {
        Err(Rejection::InvalidInput(violations)) => (violations[0].field.clone(), violations[0].rule),
        other => panic!("expected violations, got {other:?}"),
    }
}

#[tokio::test]
async fn an_accepted_command_is_in_the_log_with_all_that_is_known_of_it() {
    let pipeline = Pipeline::new().await;
    let service = Actor { on_behalf_of: Some("head-teacher".into()), ..actor("portal", Role::Service) };
    let mut asked = receive_referral();
    asked.message["occurred_at"] = json!("2017-07-01T08:30:00Z");
    asked.traceparent = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into());

    let receipt = pipeline.send(&service, asked).await.unwrap();

    assert_eq!(
        (receipt.version, receipt.positions, receipt.repeated),
        (1, Some((FAMILY + 1, FAMILY + 1)), false)
    );
    assert_eq!(receipt.events, ["ReferralReceived"]);
    let written = &pipeline.dispatcher.log().read_after(FAMILY, 10).await.unwrap()[0];
    let metadata = |key: &str| written.entry(key).unwrap_or_default();
    assert_eq!(written.aggregate_id, receipt.id.to_string());
    assert_eq!(metadata("authority"), "northshire");
    assert_eq!(metadata("actor"), "portal");
    assert_eq!(metadata("on_behalf_of"), "head-teacher");
    assert_eq!(metadata("occurred_at"), "2017-07-01T08:30:00Z");
    assert_eq!(metadata("case"), receipt.reference.unwrap().to_string());
    assert_eq!(metadata("causation"), metadata("correlation"));
    assert!(metadata("traceparent").starts_with("00-4bf9"));
    assert_eq!(written.recorded_at.to_string(), "2017-07-03T12:00:00Z");
}

#[tokio::test]
async fn a_command_sent_twice_with_one_key_happens_once() {
    let pipeline = Pipeline::new().await;
    let first = pipeline.send(&school(), receive_referral().with_key("r-1")).await.unwrap();
    let again = pipeline.send(&school(), receive_referral().with_key("r-1")).await.unwrap();

    assert_eq!(first.id, key_derived_id("school-17", "r-1"));
    assert_eq!(again, Receipt { repeated: true, ..first });
    assert_eq!(pipeline.head().await, FAMILY + 1);
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_though_things_stand_otherwise_now() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    let seen = |request| caseledger_dispatch::Request { expected_version: Some(1), ..request };
    let first = pipeline.send(&practitioner(), seen(acknowledge(case).with_key("a-1"))).await.unwrap();

    let again = pipeline.send(&practitioner(), seen(acknowledge(case).with_key("a-1"))).await.unwrap();

    assert_eq!(again, Receipt { repeated: true, ..first });
}

#[tokio::test]
async fn one_key_for_two_requests_is_refused() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    pipeline.send(&practitioner(), acknowledge(case).with_key("k")).await.unwrap();

    let mut other = acknowledge(case).with_key("k");
    other.message = json!({ "told_by": "letter" });
    assert_eq!(pipeline.send(&practitioner(), other).await, Err(Rejection::KeyReused));
    let later = acknowledge(case).with_key("k").at("2017-07-02T12:00:00Z".parse().unwrap());
    assert_eq!(pipeline.send(&practitioner(), later).await, Err(Rejection::KeyReused));
}

#[tokio::test]
async fn keys_of_different_clients_do_not_meet() {
    let pipeline = Pipeline::new().await;
    let one = pipeline.send(&school(), receive_referral().with_key("k")).await.unwrap();
    let other = Actor { subject: "school-18".into(), ..school() };
    let two = pipeline.send(&other, receive_referral().with_key("k")).await.unwrap();
    assert_ne!(one.id, two.id);
    assert!(!two.repeated);
}

#[tokio::test]
async fn a_command_that_is_already_satisfied_writes_nothing() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    pipeline.send(&practitioner(), acknowledge(case)).await.unwrap();
    let again = pipeline.send(&practitioner(), acknowledge(case)).await.unwrap();
    assert_eq!((again.version, again.positions, again.events.len()), (2, None, 0));
    assert_eq!(pipeline.head().await, FAMILY + 2);
}

#[tokio::test]
async fn a_client_that_names_a_version_is_told_when_it_is_stale() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    let stale = caseledger_dispatch::Request { expected_version: Some(7), ..acknowledge(case) };
    let outcome = pipeline.send(&practitioner(), stale).await;
    assert_eq!(outcome, Err(Rejection::Conflict { expected: 7, actual: 1 }));
}

#[tokio::test]
async fn instances_that_write_to_one_stream_at_once_lose_nothing() {
    let pipeline = Pipeline::new().await;
    let morning = "2017-07-03T08:00:00Z".parse().unwrap();
    let case = pipeline.send(&school(), receive_referral().at(morning)).await.unwrap().id;
    let instances = [pipeline.dispatcher.clone(), pipeline.another().await];
    let contact = |number: usize| {
        let mut message = example("cases", "record-contact");
        message["occurred_at"] = json!(format!("2017-07-03T11:{number:02}:00Z"));
        request("cases", "record-contact", message).on(case)
    };

    let sent = (0..20).map(|number| {
        let (instance, request) = (instances[number % 2].clone(), contact(number));
        tokio::spawn(async move { instance.dispatch(&practitioner(), request).await })
    });
    for task in sent.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }

    assert_eq!(pipeline.head().await, FAMILY + 21);
}

#[tokio::test]
async fn those_who_write_to_one_stream_in_one_instance_decide_once_each() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    let sent = (0..20).map(|_| {
        let instance = pipeline.dispatcher.clone();
        let request = request("cases", "record-contact", example("cases", "record-contact")).on(case);
        tokio::spawn(async move { instance.dispatch(&practitioner(), request).await })
    });
    for task in sent.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    assert_eq!(pipeline.head().await, FAMILY + 21);
    let counted = prometheus::TextEncoder::new().encode_to_string(&pipeline.registry.gather()).unwrap();
    assert!(counted.contains("\ncaseledger_command_retries_total 0\n"), "{counted}");
}

#[tokio::test]
async fn the_future_is_refused_and_the_past_is_taken_within_the_limit() {
    let pipeline = Pipeline::new().await;
    let at = |text: &str| receive_referral().at(text.parse().unwrap());
    let future = pipeline.send(&school(), at("2017-07-03T12:00:01Z")).await;
    assert_eq!(refused_field(future), ("occurred_at".to_owned(), "occurred-in-the-future"));
    let ancient = pipeline.send(&school(), at("1999-01-01T00:00:00Z")).await;
    assert_eq!(refused_field(ancient), ("occurred_at".to_owned(), "occurred-too-long-ago"));
    assert!(pipeline.send(&school(), at("2017-07-01T12:00:00Z")).await.is_ok());
    // An import tells of any past, and still not of the future.
    let imported = |text| caseledger_dispatch::Request { provenance: Some("annex-a".into()), ..at(text) };
    assert!(pipeline.send(&school(), imported("1999-01-01T00:00:00Z")).await.is_ok());
    assert!(pipeline.send(&school(), imported("2017-07-04T12:00:00Z")).await.is_err());
}

#[tokio::test]
async fn the_reserved_member_says_when_and_is_refused_when_it_is_no_moment() {
    let pipeline = Pipeline::new().await;
    for wrong in [json!("yesterday"), json!(20170703), json!({})] {
        let mut asked = receive_referral();
        asked.message["occurred_at"] = wrong;
        assert_eq!(refused_field(pipeline.send(&school(), asked).await).0, "occurred_at");
    }
}

#[tokio::test]
async fn what_a_database_could_not_give_out_again_is_refused_with_its_field() {
    let pipeline = Pipeline::new().await;
    let mut asked = receive_referral();
    asked.message["concerns"] = json!("a\u{0}b");
    assert_eq!(
        refused_field(pipeline.send(&school(), asked).await),
        ("concerns".to_owned(), "text-unprintable")
    );
}

#[tokio::test]
async fn a_key_that_can_not_be_kept_is_refused() {
    let pipeline = Pipeline::new().await;
    for key in ["", "a\u{0}b", &"k".repeat(201)] {
        let outcome = pipeline.send(&school(), receive_referral().with_key(key)).await;
        assert_eq!(refused_field(outcome), ("idempotency_key".to_owned(), "idempotency-key-fit"), "{key:?}");
    }
    assert!(pipeline.send(&school(), receive_referral().with_key("k".repeat(200))).await.is_ok());
}

#[tokio::test]
async fn what_is_not_there_and_what_one_may_not_know_of_answer_alike() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    let stranger = Actor { agency: Some(id(0xa9).into()), team: None, ..practitioner() };
    assert_eq!(pipeline.send(&stranger, acknowledge(case)).await, Err(Rejection::NotFound));
    assert_eq!(pipeline.send(&practitioner(), acknowledge(id(404))).await, Err(Rejection::NotFound));
}

#[tokio::test]
async fn what_is_known_but_not_ones_own_to_do_is_forbidden_with_the_reason() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    let outcome = pipeline.send(&school(), acknowledge(case)).await;
    assert!(
        matches!(&outcome, Err(Rejection::Forbidden { reason }) if reason.starts_with("Only")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn what_only_a_process_may_send_is_no_command_for_others() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    let asked = request("cases", "schedule-sustained-outcome-check", json!({})).on(case);
    assert_eq!(pipeline.send(&practitioner(), asked).await, Err(Rejection::UnknownCommand));
}

#[tokio::test]
async fn a_rule_that_stands_against_it_says_what_to_do() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    let again = pipeline.send(&school(), receive_referral().on(case)).await;
    let Err(Rejection::Refused { rule, remedy, .. }) = again else { panic!("{again:?}") };
    assert!(!rule.is_empty() && !remedy.is_empty());
    assert_eq!(pipeline.head().await, FAMILY + 1);
}

#[tokio::test]
async fn outcomes_are_counted_by_command() {
    let pipeline = Pipeline::new().await;
    pipeline.send(&school(), receive_referral().with_key("k")).await.unwrap();
    pipeline.send(&school(), receive_referral().with_key("k")).await.unwrap();
    let counted = prometheus::TextEncoder::new().encode_to_string(&pipeline.registry.gather()).unwrap();
    let line = |outcome| {
        format!(
            "caseledger_commands_total{{collection=\"cases\",command=\"receive-referral\",outcome=\"{outcome}\"}} 1"
        )
    };
    assert!(counted.contains(&line("accepted")) && counted.contains(&line("repeated")), "{counted}");
}

#[tokio::test]
async fn what_is_loaded_ahead_is_what_the_log_holds() {
    let pipeline = Pipeline::new().await;
    let case = pipeline.referral().await;
    let other = pipeline.another().await;
    let streams = [StreamId { aggregate_type: "Case".to_owned(), aggregate_id: case.to_string() }];
    other.warm_up(&streams, tokio::time::Instant::now()).await.unwrap();
    let (loaded, version) = other.case(case.into()).await.unwrap().unwrap();
    assert_eq!((loaded.children.len(), version), (1, 1));
    let again = other.dispatch(&practitioner(), acknowledge(case)).await.unwrap();
    assert_eq!(again.version, 2);
    other.warm_up(&streams, tokio::time::Instant::now()).await.unwrap();
    assert_eq!(other.case(case.into()).await.unwrap().unwrap().1, 2);
}

/// What an instance remembers of the register may be a moment old; before it refuses, it looks.
#[tokio::test]
async fn what_another_instance_registered_a_moment_ago_is_known_before_a_refusal() {
    let pipeline = Pipeline::new().await;
    let other = pipeline.another().await;
    let (agency, team, manager) = (id(0xa1), id(0xb1), id(0xc1));
    let settings = Actor::process("settings");
    let register = async |command: &str, message| {
        pipeline.send(&settings, request("workforce", command, message)).await.unwrap();
    };
    register("register-agency", json!({ "agency": agency, "name": "Council", "kind": "authority" })).await;
    let harbour = json!({ "team": team, "name": "Harbour", "locality": "Harbour", "agency": agency });
    register("register-team", harbour).await;
    let enter = async |practitioner, is_manager| {
        let message = json!({
            "practitioner": practitioner, "name": "Priya Nair", "agency": agency, "team": team,
            "is_manager": is_manager,
        });
        register("register-practitioner", message).await;
    };
    enter(manager, true).await;
    let supervisor = Actor {
        practitioner: Some(manager.into()),
        team: Some(team.into()),
        ..actor("manager-1", Role::TeamManager)
    };
    for practitioner in [id(0xc2), id(0xc3), id(0xc4)] {
        // So that it remembers the register as it is by now.
        other.standing(&supervisor, "supervisions", manager).await.unwrap();
        enter(practitioner, false).await;
        let held = json!({ "held_on": "2017-07-03", "supervisor": manager, "development": "Goes well." });
        let asked = request("supervisions", "record-supervision", held).on(practitioner);
        assert_eq!(other.dispatch(&supervisor, asked).await.unwrap().version, 1);
    }
}
