//! Many commands in one request.

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use axum::body::Body;
use axum::http::StatusCode;
use caseledger_api::Settings;
use futures::StreamExt;
use serde_json::{Value, json};
use support::*;
use tower::ServiceExt;

fn line(collection: &str, command: &str, case: Option<String>, message: Value) -> String {
    json!({ "collection": collection, "command": command, "id": case, "message": message }).to_string()
}

async fn post(app: &TestApp, persona: &str, body: Body) -> Answer {
    let request =
        app.as_persona(persona, "POST", "/v1/commands").header("content-type", "application/x-ndjson");
    app.send(request.body(body).expect("a request")).await
}

fn results(answer: &Answer) -> Vec<Value> {
    answer.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test]
async fn a_result_a_line_in_the_order_of_the_lines() {
    let app = TestApp::new().await;
    let case = id(1).to_string();
    let acknowledge =
        || line("cases", "acknowledge-referral", Some(case.clone()), json!({ "told_by": "letter" }));
    let lines = [
        line("cases", "receive-referral", Some(case.clone()), referral()),
        acknowledge(),
        acknowledge(),
        "{ not JSON".to_owned(),
        line("cases", "no-such-command", None, json!({})),
        line("cases", "acknowledge-referral", Some(id(404).to_string()), json!({ "told_by": "letter" })),
        json!({ "collection": "cases", "command": "receive-referral", "message": {}, "surplus": 1 })
            .to_string(),
        "[\"cases\", \"receive-referral\", null, null, null, {}]".to_owned(),
        "{\"collection\": \"cases\", \"command\": \"receive-referral\", \"message\": {\"urgent\": true, \"urgent\": false}}"
            .to_owned(),
    ];

    let answer = post(&app, "practitioner", Body::from(lines.join("\n"))).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let results = results(&answer);
    let statuses: Vec<_> = results.iter().map(|result| result["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 200, 200, 400, 404, 404, 422, 422, 400]);
    let numbers: Vec<_> = results.iter().map(|result| result["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(results[1]["receipt"]["events"], json!(["ReferralAcknowledged"]));
    assert_eq!(results[2]["receipt"]["events"], json!([]));
    assert_eq!(results[4]["problem"]["type"], "/problems/no-such-command");
}

#[tokio::test]
async fn the_same_lines_sent_again_give_the_same_answers() {
    let app = TestApp::new().await;
    let keyed = |number: u32| {
        json!({ "collection": "cases", "command": "receive-referral", "idempotency_key": format!("k-{number}"),
            "occurred_at": "2017-07-01T09:00:00Z", "message": referral() })
    };
    let body: String = (0..200).map(|number| format!("{}\n", keyed(number))).collect();
    let first = results(&post(&app, "school-referrer", Body::from(body.clone())).await);
    let again = results(&post(&app, "school-referrer", Body::from(body)).await);

    assert_eq!((first.len(), again.len()), (200, 200));
    for (first, again) in first.iter().zip(&again) {
        assert_eq!(again["receipt"]["repeated"], true);
        assert_eq!(again["receipt"]["id"], first["receipt"]["id"]);
    }
    assert_eq!(app.dispatcher.log().head().await.unwrap(), FAMILY + 200);
}

#[tokio::test]
async fn a_line_is_answered_before_the_body_ends() {
    let app = TestApp::new().await;
    let (lines, body) = tokio::sync::mpsc::channel::<String>(1);
    let chunks = futures::stream::unfold(body, |mut body| async {
        body.recv().await.map(|line| (Ok::<_, std::convert::Infallible>(line), body))
    });
    let request = app.as_persona("school-referrer", "POST", "/v1/commands");
    let request =
        request.header("content-type", "application/x-ndjson").body(Body::from_stream(chunks)).unwrap();
    let mut answers = app.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();

    for _ in 0..3 {
        lines.send(format!("{}\n", line("cases", "receive-referral", None, referral()))).await.unwrap();
        let answer = answers.next().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&answer).starts_with("{\"status\":200"));
    }
    drop(lines);
    assert!(answers.next().await.is_none());
}

#[tokio::test]
async fn a_line_that_never_ends_is_given_up() {
    let app = TestApp::with(Settings { largest_body: 4_000, ..Settings::default() }).await;
    let sound = line("cases", "receive-referral", None, referral());
    let answer = post(&app, "school-referrer", Body::from(format!("{sound}\n{}", "a".repeat(100_000)))).await;
    let statuses: Vec<_> = results(&answer).iter().map(|result| result["status"].clone()).collect();
    assert_eq!(statuses, [json!(200), json!(413)]);
}

/// A key or version for the whole body would be a promise that nobody keeps.
#[tokio::test]
async fn what_goes_with_a_single_command_is_refused() {
    let app = TestApp::new().await;
    for (name, value) in [("idempotency-key", "import-1"), ("if-match", "\"3\"")] {
        let request = app.as_persona("school-referrer", "POST", "/v1/commands").header(name, value);
        let request = request.header("content-type", "application/x-ndjson").body(Body::empty()).unwrap();
        let answer = app.send(request).await;
        assert_eq!(answer.json()["field"].as_str().map(str::to_lowercase).as_deref(), Some(name));
        assert!(answer.problem().starts_with("400 /problems/bad-parameter"), "{}", answer.text);
    }
}

#[tokio::test]
async fn only_lines_of_json_are_taken() {
    let app = TestApp::new().await;
    let answer = app.post("school-referrer", "/v1/commands", &json!({})).await;
    assert_eq!(answer.problem(), "415 /problems/unsupported-media-type - -");
}
