//! Several instances on one PostgreSQL.

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use caseledger_dispatch::Request;
use caseledger_dispatch::process::{Happening, Process, Runner};
use caseledger_test_postgres::Postgres;
use support::*;

fn triage(happening: &Happening<'_>) -> Vec<Request> {
    let case: uuid::Uuid = happening.recorded.aggregate_id.parse().expect("an id");
    vec![request("cases", "decide-triage", example("cases", "decide-triage")).on(case)]
}

static TRIAGE: &[Process] =
    &[Process { name: "triage", doc: "Triages.", events: &["ReferralReceived"], follow: triage }];

async fn pipeline() -> Pipeline {
    Pipeline::over(Postgres::shared().fresh_database(), tempfile::tempdir().expect("a folder")).await
}

#[tokio::test]
async fn a_command_sent_to_two_instances_with_one_key_happens_once() {
    let pipeline = pipeline().await;
    let other = pipeline.another().await;
    let school = school();
    let (one, two) = tokio::join!(
        pipeline.dispatcher.dispatch(&school, receive_referral().with_key("r-1")),
        other.dispatch(&school, receive_referral().with_key("r-1")),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.id, two.id);
    assert_ne!(one.repeated, two.repeated);
    assert_eq!(pipeline.head().await, FAMILY + 1);
}

#[tokio::test]
async fn what_follows_happens_once_though_two_instances_run_processes() {
    let pipeline = pipeline().await;
    for _ in 0..20 {
        pipeline.referral().await;
    }
    let here = Runner::new(pipeline.dispatcher.clone(), TRIAGE).await.unwrap();
    let there = Runner::new(pipeline.another().await, TRIAGE).await.unwrap();

    let (one, two) = tokio::join!(here.catch_up(), there.catch_up());

    assert!(one.unwrap() || two.unwrap(), "one of them was at it");
    assert!(here.catch_up().await.unwrap());
    assert_eq!(here.refusals(9).await.unwrap(), []);
    let triaged = pipeline.dispatcher.log().read_after(FAMILY + 20, 100).await.unwrap();
    let per_case: std::collections::BTreeSet<_> = triaged
        .iter()
        .filter(|event| event.event_type == "TriageDecided")
        .map(|event| event.aggregate_id.clone())
        .collect();
    assert_eq!((per_case.len(), triaged.len() % 20), (20, 0));
}
