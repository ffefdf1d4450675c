//! Processes: what follows from an event is sent once, and a refusal is written down and blocks nothing.

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use std::collections::BTreeSet;

use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::case::CaseEvent;
use caseledger_dispatch::process::{Happening, PROCESSES, Process, Runner};
use caseledger_dispatch::{Rejection, Request};
use caseledger_log::Database;
use support::*;

fn case_of(happening: &Happening<'_>) -> uuid::Uuid {
    happening.recorded.aggregate_id.parse().expect("an id")
}

fn triage(happening: &Happening<'_>) -> Vec<Request> {
    vec![request("cases", "decide-triage", example("cases", "decide-triage")).on(case_of(happening))]
}

/// A process may not acknowledge: nobody was told by telephone.
fn acknowledge_by_itself(happening: &Happening<'_>) -> Vec<Request> {
    match happening.event {
        AnyEvent::Case(CaseEvent::ReferralReceived(_)) => vec![acknowledge(case_of(happening))],
        _ => vec![],
    }
}

static TRIAGE: &[Process] =
    &[Process { name: "triage", doc: "Triages.", events: &["ReferralReceived"], follow: triage }];
static ACKNOWLEDGE: &[Process] = &[Process {
    name: "acknowledge",
    doc: "Tries to acknowledge.",
    events: &["ReferralReceived"],
    follow: acknowledge_by_itself,
}];

#[tokio::test]
async fn what_follows_is_sent_once_though_the_checkpoint_was_lost() {
    let pipeline = Pipeline::new().await;
    let cases = [pipeline.referral().await, pipeline.referral().await];
    let runner = Runner::new(pipeline.dispatcher.clone(), TRIAGE).await.unwrap();
    assert!(runner.catch_up().await.unwrap());
    let head = pipeline.head().await;
    assert!(head > FAMILY + 2, "{:?}", runner.refusals(9).await);

    let Database::Sqlite(pool) = pipeline.dispatcher.log().database() else { panic!("SQLite") };
    sqlx::query("DELETE FROM process_checkpoints").execute(pool).await.unwrap();
    let again = Runner::new(pipeline.dispatcher.clone(), TRIAGE).await.unwrap();
    assert!(again.catch_up().await.unwrap());

    assert_eq!(pipeline.head().await, head);
    assert_eq!(again.refusals(9).await.unwrap(), []);
    let written = pipeline.dispatcher.log().read_stream("Case", &cases[1].to_string()).await.unwrap();
    let triaged = written.last().unwrap();
    assert_eq!(triaged.entry("actor").unwrap(), "process:triage");
    assert_eq!(triaged.entry("causation").unwrap(), format!("event:{}", FAMILY + 2));
    assert_eq!(triaged.entry("correlation").unwrap(), written[0].entry("correlation").unwrap());
    assert_eq!(triaged.entry("occurred_at").unwrap(), written[0].entry("occurred_at").unwrap());
}

#[tokio::test]
async fn an_event_that_a_clock_has_gone_behind_is_followed_all_the_same() {
    let pipeline = Pipeline::new().await;
    pipeline.clock.move_to("2017-07-03T18:00:00Z");
    let case = pipeline.referral().await;
    pipeline.clock.move_to("2017-07-03T12:00:00Z");
    let runner = Runner::new(pipeline.dispatcher.clone(), TRIAGE).await.unwrap();
    assert!(runner.catch_up().await.unwrap());
    assert_eq!(runner.refusals(9).await.unwrap(), []);
    let written = pipeline.dispatcher.log().read_stream("Case", &case.to_string()).await.unwrap();
    assert_eq!(written.last().unwrap().entry("actor").unwrap(), "process:triage");

    // Nobody else may say that something happened which has not.
    let mut early = acknowledge(case);
    early.occurred_at = Some("2017-07-03T17:00:00Z".parse().unwrap());
    let refused = pipeline.send(&practitioner(), early).await;
    assert!(matches!(refused, Err(Rejection::InvalidInput(_))), "{refused:?}");
}

#[tokio::test]
async fn a_refusal_is_written_down_counted_and_passed_by() {
    let pipeline = Pipeline::new().await;
    let cases = [pipeline.referral().await, pipeline.referral().await];
    let runner = Runner::new(pipeline.dispatcher.clone(), ACKNOWLEDGE).await.unwrap();
    assert!(runner.catch_up().await.unwrap());
    assert!(runner.catch_up().await.unwrap());

    let refusals = runner.refusals(9).await.unwrap();
    let targets: Vec<_> = refusals.iter().rev().map(|refused| refused.target.clone()).collect();
    assert_eq!(targets, cases.map(|case| case.to_string()));
    let counted = prometheus::TextEncoder::new().encode_to_string(&pipeline.registry.gather()).unwrap();
    assert!(counted.contains("caseledger_process_refusals_total{process=\"acknowledge\"} 2"), "{counted}");
    let position = format!("caseledger_process_position{{process=\"acknowledge\"}} {}", FAMILY + 2);
    assert!(counted.contains(&position), "{counted}");
}

#[tokio::test]
async fn the_runner_wakes_when_something_is_written() {
    let pipeline = Pipeline::new().await;
    let runner = Runner::new(pipeline.dispatcher.clone(), TRIAGE).await.unwrap();
    let running = tokio::spawn(async move { runner.run().await });
    let mut head = pipeline.dispatcher.log().watch();
    pipeline.referral().await;
    head.wait_for(|position| *position >= FAMILY + 2).await.unwrap();
    running.abort();
}

#[test]
fn every_process_has_a_name_of_its_own() {
    // Names are part of idempotency keys.
    let names: BTreeSet<_> = PROCESSES.iter().map(|process| process.name).collect();
    assert_eq!(names.len(), PROCESSES.len());
}
