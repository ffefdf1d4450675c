//! What others accept, over HTTP: who may have it, in what form, and what is left out of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use serde_json::json;
use support::*;
use tower::ServiceExt;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The bytes of a file and its headers.
async fn file(app: &TestApp, key: &str, path: &str) -> (axum::http::HeaderMap, Vec<u8>) {
    let request = app.as_persona(key, "GET", path).body(Body::empty()).unwrap();
    let response = app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let headers = response.headers().clone();
    (headers, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
}

#[tokio::test]
async fn an_inspector_gets_the_workbook_and_its_trace() {
    let app = TestApp::new().await;
    let case = app.referral().await;
    app.projections.catch_up().await.unwrap();
    let (headers, bytes) = file(&app, "inspector", "/v1/exports/annex-a?at=2017-07-03&dialect=older").await;
    assert_eq!(headers["content-type"], XLSX);
    assert_eq!(headers["content-disposition"], "attachment; filename=\"annex-a-2017-07-03.xlsx\"");
    assert!(bytes.starts_with(b"PK"));

    let trace = app.get("inspector", "/v1/exports/annex-a/trace?at=2017-07-03").await;
    assert_eq!(trace.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(trace.header("etag"), headers["etag"].to_str().unwrap());
    let rows: Vec<&str> = trace.text.lines().collect();
    assert_eq!(rows[0], "sheet,row,case_reference,case_id,positions");
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[1].starts_with("List 1,2,") && rows[2].starts_with("List 3,2,"), "{rows:?}");
    assert!(rows[1..].iter().all(|row| row.contains(&case)), "{rows:?}");
}

#[tokio::test]
async fn lists_of_children_are_not_for_everybody() {
    let app = TestApp::new().await;
    let paths = [
        "/v1/exports/annex-a",
        "/v1/exports/annex-a/trace",
        "/v1/exports/ssd-early-help",
        "/v1/exports/ssd-early-help/trace",
    ];
    for path in paths {
        for key in ["analyst", "team-manager", "school-referrer", "practitioner"] {
            let refused = app.get(key, path).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{key} {path}");
        }
        let (headers, _) = file(&app, "data-protection-officer", path).await;
        assert!(headers.contains_key("content-disposition"), "{path}");
    }
}

#[tokio::test]
async fn a_day_to_come_an_unknown_dialect_and_a_period_that_runs_backwards_are_refused() {
    let app = TestApp::new().await;
    let asked = async |query: &str| app.get("inspector", &format!("/v1/exports/{query}")).await.problem();
    assert_eq!(asked("annex-a?at=2017-07-04").await, "400 /problems/bad-parameter - at");
    assert_eq!(asked("annex-a?dialect=middle").await, "400 /problems/bad-parameter - dialect");
    assert_eq!(asked("annex-a?when=2017-07-03").await, "400 /problems/bad-parameter - ?");
    let backwards = asked("ssd-early-help?from=2017-06-01&to=2017-05-01").await;
    assert_eq!(backwards, "400 /problems/bad-parameter - from");
}

#[tokio::test]
async fn counts_of_gaps_are_for_analysts_and_cases_are_for_those_who_may_see_them() {
    let app = TestApp::new().await;
    let case = app.referral().await;
    app.projections.catch_up().await.unwrap();
    let path = "/v1/exports/annex-a/quality?at=2017-07-03";
    let counted = app.get("analyst", path).await.json();
    assert_eq!((counted["rows"].clone(), counted["findings"].clone()), (json!([1, 0, 1]), json!([])));
    assert!(!counted["summary"].as_array().unwrap().is_empty(), "{counted}");

    let told = app.get("team-manager", path).await.json();
    let findings = told["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["case"] == case), "{told}");
    let undecided = findings.iter().find(|finding| finding["column"] == "Referral NFA?").unwrap();
    assert_eq!((&undecided["command"], &undecided["sheet"]), (&json!("decide-triage"), &json!("List 3")));
    assert_eq!(app.get("school-referrer", path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn rows_of_a_restricted_case_are_for_those_who_may_see_it() {
    let app = TestApp::new().await;
    let case = app.referral().await;
    let restrict = json!({ "practitioners": [id(0xc003)], "reason": "A relative works in the service.", "until": "2017-12-31" });
    let answer =
        app.post("data-protection-officer", &format!("/v1/cases/{case}/restrict-case"), &restrict).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    app.projections.catch_up().await.unwrap();
    let rows = async |key: &str| {
        let trace = app.get(key, "/v1/exports/annex-a/trace?at=2017-07-03").await;
        trace.text.lines().count() - 1
    };
    assert_eq!((rows("inspector").await, rows("data-protection-officer").await), (0, 2));
}
