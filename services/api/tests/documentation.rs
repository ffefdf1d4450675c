//! What is written for people: the OpenAPI document, the pages, the operator's door.

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use caseledger_api::{KINDS, Settings, openapi};
use caseledger_dispatch::registry;
use caseledger_log::{Append, NewEvent};
use serde_json::{Value, json};
use support::*;
use tower::ServiceExt;

fn committed() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

#[test]
fn the_committed_document_is_the_one_that_the_program_makes() {
    let made = format!("{}\n", serde_json::to_string_pretty(&openapi()).unwrap());
    if std::env::var_os("CASELEDGER_UPDATE").is_some() {
        std::fs::write(committed(), &made).unwrap();
    }
    let written = std::fs::read_to_string(committed()).unwrap_or_default();
    let advice = "docs/openapi.json is stale: run CASELEDGER_UPDATE=1 cargo test -p caseledger-api --test documentation";
    assert!(made == written, "{advice}");
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn follow(value: &Value, document: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let place = reference.strip_prefix('#').unwrap_or_default();
                    assert!(document.pointer(place).is_some(), "{reference}");
                }
                members.values().for_each(|member| follow(member, document));
            }
            Value::Array(items) => items.iter().for_each(|item| follow(item, document)),
            _ => {}
        }
    }
    let document = openapi();
    follow(&document, &document);
}

#[test]
fn every_operation_has_a_name_of_its_own_and_words_for_it() {
    let document = openapi();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(names.insert(operation["operationId"].to_string()), "{method} {path}");
            assert!(
                operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()),
                "{method} {path}"
            );
        }
    }
}

#[test]
fn every_field_of_every_message_is_described() {
    for entry in registry::public_commands() {
        let schema = (entry.spec.schema)().to_value();
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            assert!(
                member["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{} {name}",
                entry.spec.name
            );
        }
    }
}

async fn page(app: &TestApp, path: &str) -> Answer {
    app.send(Request::get(path).body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn the_pages_need_no_script_and_allow_none() {
    let app = TestApp::new().await;
    for path in ["/docs", "/problems", "/problems/refused", "/problems/plan-action-has-a-due-date"] {
        let answer = page(&app, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!answer.text.contains("<script") && !answer.text.contains(" style="), "{path}");
    }
    assert_eq!(page(&app, "/docs/style.css").await.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(page(&app, "/").await.header("location"), "/docs");
    assert_eq!(page(&app, "/problems/Not%20A%20Rule").await.status, StatusCode::NOT_FOUND);
    assert_eq!(page(&app, "/openapi.json").await.json(), openapi());
}

#[tokio::test]
async fn the_reference_shows_every_command_and_every_kind_of_problem() {
    let app = TestApp::new().await;
    let docs = page(&app, "/docs").await.text;
    for entry in registry::public_commands() {
        assert!(docs.contains(&format!("id=\"{}\"", entry.spec.name)), "{}", entry.spec.name);
    }
    let mut anchors = BTreeSet::new();
    for anchor in docs.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(anchors.insert(anchor.to_owned()), "two parts of the page are called '{anchor}'");
    }
    let problems = page(&app, "/problems").await.text;
    for kind in KINDS.all() {
        assert!(problems.contains(&format!("/problems/{}", kind.slug)), "{}", kind.slug);
    }
}

#[tokio::test]
async fn the_table_of_commands() {
    let app = TestApp::new().await;
    let table = app.get("analyst", "/v1/commands").await.json();
    assert_eq!(table["commands"].as_array().unwrap().len(), registry::public_commands().count());
}

#[tokio::test]
async fn the_operators_door_tells_of_life_readiness_and_numbers() {
    let app = TestApp::new().await;
    app.referral().await;
    app.projections.catch_up().await.unwrap();
    let ask = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        answer_of(app.ops.clone().oneshot(request).await.unwrap()).await
    };
    assert_eq!(ask("/livez").await.status, StatusCode::OK);
    let ready = ask("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.text);
    assert_eq!(ready.json()["checks"][0]["name"], "database");
    let metrics = ask("/metrics").await.text;
    assert!(metrics.contains("caseledger_http_requests_total{method=\"POST\",route=\"/v1/cases/receive-referral\",status=\"201\"} 1"));
}

#[tokio::test]
async fn a_version_that_is_being_built_makes_an_instance_unready_and_a_poison_event_does_not() {
    let app = TestApp::not_told_of(Settings::default()).await;
    app.referral().await;
    let ready = async || {
        let request = Request::get("/readyz").body(Body::empty()).unwrap();
        answer_of(app.ops.clone().oneshot(request).await.unwrap()).await
    };
    let check = |answer: &Answer, name: &str| {
        let checks = answer.json()["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["name"] == name).unwrap()
    };
    let building = ready().await;
    assert_eq!(building.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(check(&building, "projection cases")["needed"], true);
    let early = app.get("practitioner", "/v1/worklists/due?whose=everyone").await;
    assert_eq!(
        early.problem(),
        "503 /problems/not-caught-up - -",
        "nobody is told of rows that are not there yet"
    );
    assert_eq!(early.header("retry-after"), "1");
    app.projections.catch_up().await.unwrap();
    assert_eq!(ready().await.status, StatusCode::OK);

    // An event of a newer program, as this one sees it.
    let unknown = NewEvent::new("SomethingNew", "9", &json!({ "SomethingNew": {} })).unwrap();
    let append = Append {
        aggregate_type: "Audit".to_owned(),
        aggregate_id: id(77).to_string(),
        expected: Some(0),
        events: vec![unknown],
        metadata: HashMap::new(),
        key: None,
    };
    app.dispatcher.log().append(append).await.unwrap();
    app.projections.catch_up().await.unwrap_err();
    let stopped = ready().await;
    assert_eq!(
        stopped.status,
        StatusCode::OK,
        "the other projections and all commands work: {}",
        stopped.text
    );
    let audits = check(&stopped, "projection audits");
    assert_eq!((&audits["ok"], &audits["needed"]), (&json!(false), &json!(false)));
    assert!(audits["detail"].as_str().unwrap().starts_with("stopped at position"), "{audits}");
    assert_eq!(check(&stopped, "projection cases")["ok"], true);
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let metrics = answer_of(app.ops.clone().oneshot(request).await.unwrap()).await.text;
    assert!(metrics.contains("caseledger_projection_stopped{projection=\"audits\"} 1"), "{metrics}");
    assert!(metrics.contains("caseledger_projection_stopped{projection=\"cases\"} 0"));
}

#[test]
fn every_command_of_the_table_has_a_rule_of_who_may() {
    let access = caseledger_access::Access::new().unwrap();
    let known: BTreeSet<&str> = access.actions().into_iter().collect();
    let unknown: Vec<_> =
        registry::commands().map(|entry| entry.spec.name).filter(|name| !known.contains(name)).collect();
    assert_eq!(unknown, Vec::<&str>::new(), "add these to services/access/policies/caseledger.cedarschema");
}
