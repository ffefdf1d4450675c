//! Commands over HTTP: the conventions, one by one.

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use axum::body::Body;
use axum::http::StatusCode;
use caseledger_api::Settings;
use serde_json::{Value, json};
use support::*;

const RECEIVE: &str = "/v1/cases/receive-referral";

fn told() -> Value {
    json!({ "told_by": "telephone" })
}

#[tokio::test]
async fn receive_referral() {
    let app = TestApp::new().await;
    let answer = app.post("school-referrer", RECEIVE, &referral()).await;

    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("etag"), "\"1\"");
    let receipt = answer.json();
    assert_eq!(answer.header("location"), format!("/v1/cases/{}", receipt["id"].as_str().unwrap()));
    assert!(!answer.header("x-request-id").is_empty());
    insta::assert_json_snapshot!(receipt, @r#"
    {
      "id": "01590000-0000-7000-8000-000000010001",
      "reference": "H7M-A6D-77ER",
      "version": 1,
      "positions": [
        3,
        3
      ],
      "recorded_at": "2017-07-03T12:00:00Z",
      "repeated": false,
      "events": [
        "ReferralReceived"
      ]
    }
    "#);
}

#[tokio::test]
async fn receive_referral_twice() {
    let app = TestApp::new().await;
    let key = [("idempotency-key", "r-1")];
    let first = app.post_with("school-referrer", RECEIVE, &referral(), &key).await;
    let again = app.post_with("school-referrer", RECEIVE, &referral(), &key).await;

    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(again.json()["repeated"], true);
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert_eq!(again.json()["positions"], first.json()["positions"]);
}

#[tokio::test]
async fn receive_referral_other_body_same_key() {
    let app = TestApp::new().await;
    let key = [("idempotency-key", "r-1")];
    app.post_with("school-referrer", RECEIVE, &referral(), &key).await;
    let mut other = referral();
    other["urgent"] = json!(true);
    let answer = app.post_with("school-referrer", RECEIVE, &other, &key).await;
    assert_eq!(answer.problem(), "422 /problems/idempotency-key-reused - -");
}

#[tokio::test]
async fn receive_referral_without_a_key_where_one_is_required() {
    let app = TestApp::with(Settings { require_idempotency_key: true, ..Settings::default() }).await;
    let answer = app.post("school-referrer", RECEIVE, &referral()).await;
    assert_eq!(answer.problem(), "400 /problems/idempotency-key-required - -");
}

#[tokio::test]
async fn acknowledge_referral() {
    let app = TestApp::new().await;
    let case = app.referral().await;
    let answer = app.post("practitioner", &format!("/v1/cases/{case}/acknowledge-referral"), &told()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("etag"), "\"2\"");
    assert_eq!(answer.json()["events"], json!(["ReferralAcknowledged"]));
}

#[tokio::test]
async fn acknowledge_referral_twice() {
    let app = TestApp::new().await;
    let path = format!("/v1/cases/{}/acknowledge-referral", app.referral().await);
    app.post("practitioner", &path, &told()).await;
    let again = app.post("practitioner", &path, &told()).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.json()["events"], json!([]));
    assert_eq!(again.json()["positions"], Value::Null);
}

#[tokio::test]
async fn acknowledge_referral_unknown_case() {
    let app = TestApp::new().await;
    for unknown in [id(404).to_string(), "no-id-at-all".to_owned(), "%ff".to_owned()] {
        let answer =
            app.post("practitioner", &format!("/v1/cases/{unknown}/acknowledge-referral"), &told()).await;
        assert_eq!(answer.problem(), "404 /problems/not-found - -", "{unknown}");
    }
}

#[tokio::test]
async fn acknowledge_referral_not_for_you() {
    let app = TestApp::new().await;
    let path = format!("/v1/cases/{}/acknowledge-referral", app.referral().await);
    // The school may know of its own referral; the charity's practitioner may not know that there is one.
    assert_eq!(app.post("school-referrer", &path, &told()).await.problem(), "403 /problems/forbidden - -");
    assert_eq!(
        app.post("partner-practitioner", &path, &told()).await.problem(),
        "404 /problems/not-found - -"
    );
}

#[tokio::test]
async fn acknowledge_referral_stale() {
    let app = TestApp::new().await;
    let path = format!("/v1/cases/{}/acknowledge-referral", app.referral().await);
    let stale = app.post_with("practitioner", &path, &told(), &[("if-match", "\"9\"")]).await;
    assert_eq!(stale.problem(), "412 /problems/stale-version - -");
    assert_eq!(stale.header("etag"), "\"1\"");
    assert_eq!(stale.json()["actual_version"], 1);
    let seen = app.post_with("practitioner", &path, &told(), &[("if-match", "\"1\"")]).await;
    assert_eq!(seen.status, StatusCode::OK);
}

#[tokio::test]
async fn headers_that_can_not_be_read() {
    let app = TestApp::new().await;
    let answer = app.post_with("school-referrer", RECEIVE, &referral(), &[("if-match", "7")]).await;
    assert_eq!(answer.problem(), "400 /problems/bad-parameter - If-Match");
    let answer = app.post_with("school-referrer", RECEIVE, &referral(), &[("idempotency-key", "")]).await;
    assert_eq!(answer.problem(), "400 /problems/bad-parameter - Idempotency-Key");
}

#[tokio::test]
async fn refused_by_a_rule() {
    let app = TestApp::new().await;
    let path = format!("/v1/cases/{}/receive-referral", app.referral().await);
    let answer = app.post("practitioner", &path, &referral()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problem = answer.json();
    assert_eq!(problem["type"], format!("/problems/{}", problem["rule"].as_str().unwrap()));
    assert!(problem["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()));
}

#[tokio::test]
async fn a_message_that_breaks_rules_for_its_fields() {
    let app = TestApp::new().await;
    let mut message = referral();
    message["children"] = json!([]);
    message["concerns"] = json!(" ");
    let answer = app.post("school-referrer", RECEIVE, &message).await;
    assert_eq!(answer.problem(), "422 /problems/invalid-input referral-names-a-child children");
    let violations = answer.json()["violations"].clone();
    let fields: Vec<_> =
        violations.as_array().unwrap().iter().map(|violation| violation["field"].clone()).collect();
    assert_eq!(fields, ["children", "concerns"]);
}

#[tokio::test]
async fn an_unknown_field_is_named_and_its_value_is_not_repeated() {
    let app = TestApp::new().await;
    let mut message = referral();
    message["shoe_size"] = json!("Maisie");
    let answer = app.post("school-referrer", RECEIVE, &message).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("shoe_size") && !answer.text.contains("Maisie"), "{}", answer.text);
}

#[tokio::test]
async fn the_future_is_refused_with_its_field() {
    let app = TestApp::new().await;
    let mut message = referral();
    message["occurred_at"] = json!("2017-07-03T12:00:01Z");
    let answer = app.post("school-referrer", RECEIVE, &message).await;
    assert_eq!(answer.problem(), "422 /problems/invalid-input occurred-in-the-future occurred_at");
}

async fn raw(app: &TestApp, body: String) -> Answer {
    let request =
        app.as_persona("school-referrer", "POST", RECEIVE).header("content-type", "application/json");
    app.send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn unreadable_json_is_answered_with_its_place() {
    let app = TestApp::new().await;
    let answer = raw(&app, "{\n  \"source\": 2A\n}".to_owned()).await;
    assert_eq!(answer.problem(), "400 /problems/unreadable-json - -");
    assert_eq!((answer.json()["line"].clone(), answer.json()["column"].clone()), (json!(2), json!(14)));
    assert_eq!(raw(&app, String::new()).await.problem(), "400 /problems/unreadable-json - -");
    assert_eq!(raw(&app, "[]".to_owned()).await.problem(), "422 /problems/invalid-input unreadable .");
    assert_eq!(raw(&app, "null".to_owned()).await.problem(), "422 /problems/invalid-input unreadable .");
}

#[tokio::test]
async fn deep_nesting_and_huge_numbers_are_survived() {
    let app = TestApp::new().await;
    let deep = format!("{{\"concerns\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(raw(&app, deep).await.problem(), "400 /problems/unreadable-json - -");
    let within = format!("{{\"concerns\":{}{}}}", "[".repeat(100), "]".repeat(100));
    assert!(raw(&app, within).await.problem().starts_with("422 /problems/invalid-input"));
    let huge = format!("{{\"source\": 1{}}}", "0".repeat(5_000));
    assert!(raw(&app, huge).await.problem().starts_with("400 /problems/unreadable-json"));
    let large = "{\"source\": 99999999999999999999999999}".to_owned();
    assert!(raw(&app, large).await.problem().starts_with("422 /problems/invalid-input"));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_taken() {
    let app = TestApp::with(Settings { largest_body: 500, ..Settings::default() }).await;
    let sized = |size| raw(&app, "a".repeat(size));
    assert_eq!(sized(500).await.problem(), "400 /problems/unreadable-json - -");
    let answer = sized(501).await;
    assert_eq!(answer.problem(), "413 /problems/body-too-large - -");
    assert!(
        !answer.headers.contains_key("connection"),
        "it was read to its end, and the connection can go on"
    );
    // Nobody is listened to for ever: then the connection ends, and the answer says so.
    let answer = sized(9 * 1024 * 1024).await;
    assert_eq!(answer.problem(), "413 /problems/body-too-large - -");
    assert_eq!(answer.header("connection"), "close");
}

#[tokio::test]
async fn other_media_types_are_refused() {
    let app = TestApp::new().await;
    let request = app.as_persona("school-referrer", "POST", RECEIVE).header("content-type", "text/xml");
    let answer = app.send(request.body(Body::from("<a/>")).unwrap()).await;
    assert_eq!(answer.problem(), "415 /problems/unsupported-media-type - -");
    assert_eq!(answer.header("accept"), "application/json");

    let request = app
        .as_persona("school-referrer", "POST", RECEIVE)
        .header("accept", "text/html, application/xml;q=0.9");
    let answer = app.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.problem(), "406 /problems/not-acceptable - -");
}

#[tokio::test]
async fn a_compressed_body_is_refused() {
    let app = TestApp::new().await;
    let answer =
        app.post_with("school-referrer", RECEIVE, &referral(), &[("content-encoding", "gzip")]).await;
    assert_eq!(answer.problem(), "415 /problems/unsupported-media-type - -");
    assert_eq!(answer.header("accept-encoding"), "identity");
    let plain =
        app.post_with("school-referrer", RECEIVE, &referral(), &[("content-encoding", "identity")]).await;
    assert_eq!(plain.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_member_that_stands_twice_is_refused() {
    let app = TestApp::new().await;
    let twice = "{\"concerns\": \"Tired.\",\n \"concerns\": \"Maisie is hungry.\"}";
    let answer = raw(&app, twice.to_owned()).await;
    assert_eq!(answer.problem(), "400 /problems/unreadable-json - -");
    assert_eq!(answer.json()["line"], 2);
    assert!(!answer.text.contains("Maisie"), "{}", answer.text);
}

#[tokio::test]
async fn addresses_and_methods_that_are_none() {
    let app = TestApp::new().await;
    assert_eq!(app.get("practitioner", "/v1/nothing").await.problem(), "404 /problems/no-such-route - -");
    let internal = format!("/v1/cases/{}/schedule-sustained-outcome-check", id(1));
    assert_eq!(
        app.post("practitioner", &internal, &json!({})).await.problem(),
        "404 /problems/no-such-route - -"
    );
    let answer = app.get("practitioner", RECEIVE).await;
    assert_eq!(answer.problem(), "405 /problems/method-not-allowed - -");
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn without_a_token_nothing_is_said() {
    let app = TestApp::new().await;
    let request = || axum::http::Request::post(RECEIVE).header("content-type", "application/json");
    let answer = app.send(request().body(Body::from(referral().to_string())).unwrap()).await;
    assert_eq!(answer.problem(), "401 /problems/unauthenticated token-missing -");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    let forged = request().header("authorization", "Bearer a.b.c").body(Body::empty()).unwrap();
    let answer = app.send(forged).await;
    assert!(answer.problem().starts_with("401 /problems/unauthenticated token-"), "{}", answer.text);
}

#[tokio::test]
async fn only_a_service_acts_for_another() {
    let app = TestApp::new().await;
    let headers = [("on-behalf-of", "head-teacher")];
    let answer = app.post_with("school-referrer", RECEIVE, &referral(), &headers).await;
    assert_eq!(answer.problem(), "403 /problems/forbidden may-not-act-for-others -");
    let answer = app.post_with("posting-service", RECEIVE, &referral(), &headers).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let written = &app.dispatcher.log().read_after(FAMILY, 1).await.unwrap()[0];
    assert_eq!(written.entry("on_behalf_of").as_deref(), Some("head-teacher"));
}

#[tokio::test]
async fn the_trace_context_and_the_request_id_are_kept_with_the_events() {
    let app = TestApp::new().await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer = app.post_with("school-referrer", RECEIVE, &referral(), &[("traceparent", trace)]).await;
    let written = &app.dispatcher.log().read_after(FAMILY, 1).await.unwrap()[0];
    assert_eq!(written.entry("traceparent").as_deref(), Some(trace));
    assert_eq!(written.entry("correlation").unwrap(), answer.header("x-request-id"));
}

#[tokio::test]
async fn more_than_can_be_answered_is_shed() {
    let none = TestApp::with(Settings { under_way: 0, ..Settings::default() }).await;
    let answer = none.post("school-referrer", RECEIVE, &referral()).await;
    assert_eq!(answer.problem(), "503 /problems/overloaded - -");
    assert_eq!(answer.header("retry-after"), "2");

    let none_each = TestApp::with(Settings { under_way_each: 0, ..Settings::default() }).await;
    let answer = none_each.post("school-referrer", RECEIVE, &referral()).await;
    assert_eq!(answer.problem(), "429 /problems/too-many-requests - -");
}

#[tokio::test]
async fn a_singleton_has_no_id_in_its_paths() {
    let app = TestApp::new().await;
    let path = "/v1/workforce/register-agency";
    let answer = app.post("administrator", path, &example("workforce", "register-agency")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("location"), "/v1/workforce");
}
