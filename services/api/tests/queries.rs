//! Queries over HTTP: what each answers, to whom, and how a list is paged.

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use axum::http::StatusCode;
use serde_json::{Value, json};
use support::*;

/// A case with two events, and everything told of it.
async fn acknowledged() -> (TestApp, String) {
    let app = TestApp::new().await;
    let case = app.referral().await;
    let path = format!("/v1/cases/{case}/acknowledge-referral");
    app.post("practitioner", &path, &json!({ "told_by": "telephone" })).await;
    app.projections.catch_up().await.expect("told");
    (app, case)
}

#[tokio::test]
async fn a_case_with_the_commands_that_its_reader_may_give() {
    let (app, case) = acknowledged().await;
    let answer = app.get("practitioner", &format!("/v1/cases/{case}")).await;
    assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"2\""), "{}", answer.text);
    let seen = answer.json();
    assert_eq!((seen["status"].clone(), seen["version"].clone()), (json!("referred"), json!(2)));
    let allowed = seen["allowed_commands"].as_array().unwrap();
    assert!(allowed.contains(&json!("record-consent")), "{allowed:?}");
    assert!(!allowed.contains(&json!("restrict-case")), "a practitioner restricts no cases: {allowed:?}");
}

#[tokio::test]
async fn a_case_by_the_reference_that_people_read_out() {
    let (app, case) = acknowledged().await;
    let by_id = app.get("practitioner", &format!("/v1/cases/{case}")).await.json();
    let reference = by_id["reference"].as_str().unwrap().to_lowercase();
    assert_eq!(app.get("practitioner", &format!("/v1/cases/{reference}")).await.json(), by_id);
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again() {
    let (app, case) = acknowledged().await;
    let asked_by = async |persona: &str, known: &str| {
        let request = app.as_persona(persona, "GET", &format!("/v1/cases/{case}"));
        app.send(request.header("if-none-match", known).body(axum::body::Body::empty()).unwrap()).await
    };
    // What a referrer hears follows from the case alone.
    let asked = async |known: &str| asked_by("school-referrer", known).await;
    for known in ["\"2\"", "W/\"2\"", "\"1\", \"2\"", "*"] {
        let answer = asked(known).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{known}");
        assert_eq!(answer.header("etag"), "\"2\"");
    }
    for unknown in ["\"1\"", "2", "\"\""] {
        assert_eq!(asked(unknown).await.status, StatusCode::OK, "{unknown}");
    }
    // What is due, and what may be done, depends on the day and the reader, too.
    let view = asked_by("practitioner", "\"2\"").await;
    assert_eq!((view.status, view.header("etag")), (StatusCode::OK, "\"2\""));
}

#[tokio::test]
async fn a_case_for_each_reader() {
    let (app, case) = acknowledged().await;
    let path = format!("/v1/cases/{case}");
    // Whoever referred hears what became of it, and reads no more.
    let heard = app.get("school-referrer", &path).await.json();
    assert_eq!((heard["acknowledged"].clone(), heard["children"].clone()), (json!("telephone"), Value::Null));
    assert_eq!(app.get("school-referrer", &format!("{path}/events")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get("inspector", &path).await.status, StatusCode::OK);
    for stranger in ["partner-practitioner", "analyst"] {
        for part in ["", "/events", "/timeline"] {
            let answer = app.get(stranger, &format!("{path}{part}")).await;
            assert_eq!(answer.problem(), "404 /problems/not-found - -", "{stranger} {part}");
        }
    }
}

#[tokio::test]
async fn a_case_that_is_none() {
    let (app, _) = acknowledged().await;
    for unknown in [id(404).to_string(), "7K3-Q9M-4X6C".to_owned(), "nothing".to_owned()] {
        for part in ["", "/events", "/timeline"] {
            let answer = app.get("inspector", &format!("/v1/cases/{unknown}{part}")).await;
            assert_eq!(answer.problem(), "404 /problems/not-found - -", "{unknown}{part}");
        }
    }
}

#[tokio::test]
async fn events_page_by_page() {
    let (app, case) = acknowledged().await;
    let first = app.get("practitioner", &format!("/v1/cases/{case}/events?limit=1")).await;
    assert_eq!(first.json()["events"][0]["event"], "ReferralReceived");
    let link = first.header("link");
    let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
    let second = app.get("practitioner", next).await;
    assert_eq!(second.json()["events"][0]["payload"], json!({ "told_by": "telephone" }));
    assert_eq!(second.header("link"), "");
}

#[tokio::test]
async fn the_timeline_tells_the_story_from_either_end() {
    let (app, case) = acknowledged().await;
    let path = format!("/v1/cases/{case}/timeline");
    let events = |answer: Answer| {
        let entries = answer.json()["entries"].as_array().unwrap().clone();
        entries.iter().map(|entry| entry["event"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(events(app.get("practitioner", &path).await), ["ReferralReceived", "ReferralAcknowledged"]);
    let newest = app.get("practitioner", &format!("{path}?order=newest-first")).await;
    assert_eq!(events(newest), ["ReferralAcknowledged", "ReferralReceived"]);
    let neither = app.get("practitioner", &format!("{path}?order=sideways")).await;
    assert_eq!(neither.problem(), "400 /problems/bad-parameter - order");
}

#[tokio::test]
async fn cursors_and_parameters_that_can_not_be_read() {
    let (app, case) = acknowledged().await;
    let path = format!("/v1/cases/{case}/timeline");
    for (query, field) in [
        ("cursor=nonsense", "cursor"),
        ("cursor=WyJldmVudHMiLCIxIl0", "cursor"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("after=soon", "after"),
        ("name=Maisie", "?"),
        ("order=%00", "order"),
        // ["timeline","\u0000","2"]: PostgreSQL takes no such text.
        ("cursor=WyJ0aW1lbGluZSIsIlx1MDAwMCIsIjIiXQ", "cursor"),
    ] {
        let answer = app.get("practitioner", &format!("{path}?{query}")).await;
        assert_eq!(answer.problem(), format!("400 /problems/bad-parameter - {field}"), "{query}");
        assert!(!answer.text.contains("Maisie"));
    }
}

#[tokio::test]
async fn after_waits_for_what_one_just_did_and_not_for_ever() {
    let settings = caseledger_api::Settings {
        longest_wait: std::time::Duration::from_millis(20),
        ..caseledger_api::Settings::default()
    };
    let app = TestApp::with(settings).await;
    let case = app.referral().await;
    let path = format!("/v1/cases/{case}?after=1");
    let early = app.get("practitioner", &path).await;
    assert_eq!(early.problem(), "503 /problems/not-caught-up - -");
    assert_eq!(early.header("retry-after"), "1");
    app.projections.catch_up().await.unwrap();
    assert_eq!(app.get("practitioner", &path).await.status, StatusCode::OK);
}

/// Another instance has committed it, and this one has not heard of that yet.
#[tokio::test]
async fn what_was_done_at_another_instance_is_there_when_somebody_looks_here() {
    let here = TestApp::new().await;
    let there = here.beside().await;
    let projections = here.projections.clone();
    let following = tokio::spawn(async move { projections.run().await });
    for _ in 0..5 {
        let case = there.referral().await;
        let seen = here.get("team-manager", &format!("/v1/cases/{case}")).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        assert_eq!(seen.json()["version"], 1);
    }
    following.abort();
}

/// What no team holds yet is nobody's own, and somebody has to see it all the same.
#[tokio::test]
async fn a_manager_sees_what_waits_for_allocation_without_asking_for_everyones() {
    let app = TestApp::new().await;
    let case = app.referral().await;
    let decided = app
        .post("team-manager", &format!("/v1/cases/{case}/decide-triage"), &example("cases", "decide-triage"))
        .await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.text);
    app.projections.catch_up().await.unwrap();
    for persona in ["team-manager", "practitioner", "inspector"] {
        let list = app.get(persona, "/v1/worklists/unallocated").await;
        assert_eq!(list.json()["items"][0]["case"], json!(case), "{persona}: {}", list.text);
    }
    let mine = app.get("team-manager", "/v1/worklists/unallocated?whose=my-team").await;
    assert_eq!(mine.json()["items"], json!([]));
}

/// A page without a row and with a next one looks like an empty list to whoever does not follow links.
#[tokio::test]
async fn a_worklist_of_others_cases_ends_at_once() {
    let app = TestApp::new().await;
    for _ in 0..3 {
        app.referral().await;
    }
    app.projections.catch_up().await.unwrap();
    let all = app.get("practitioner", "/v1/worklists/due?whose=everyone&limit=1").await;
    assert!(!all.header("link").is_empty(), "{}", all.text);
    let none = app.get("partner-practitioner", "/v1/worklists/due?whose=everyone&limit=1").await;
    assert_eq!((none.json()["items"].clone(), none.header("link")), (json!([]), ""));
}

#[tokio::test]
async fn worklists_show_each_only_what_they_may_see() {
    let (app, case) = acknowledged().await;
    let all = app.get("practitioner", "/v1/worklists").await.json();
    assert!(all["worklists"].as_array().unwrap().contains(&json!("due")));
    let list = app.get("practitioner", "/v1/worklists/due?whose=everyone").await;
    assert_eq!(list.json()["items"][0]["case"], json!(case), "{}", list.text);
    let partner = app.get("partner-practitioner", "/v1/worklists/due?whose=everyone").await;
    assert_eq!(partner.json()["items"], json!([]));
    let unknown = app.get("practitioner", "/v1/worklists/of-wishes").await;
    assert_eq!(unknown.problem(), "404 /problems/not-found - -");
    let nobody = app.get("inspector", "/v1/worklists/due?whose=mine").await;
    assert!(nobody.status.is_client_error(), "{}", nobody.text);
}

#[tokio::test]
async fn figures_for_any_past_day() {
    let (app, _) = acknowledged().await;
    let figure = app.get("analyst", "/v1/reports/open-cases?at=2017-06-30").await.json();
    assert_eq!((figure["value"].clone(), figure["at"].clone()), (json!(0), json!("2017-06-30")));
    assert_eq!(app.get("analyst", "/v1/reports/partner-led").await.json()["value"], Value::Null);
    let future = app.get("analyst", "/v1/reports/open-cases?at=2018-01-01").await;
    assert_eq!(future.problem(), "400 /problems/bad-parameter - at");
    let unknown = app.get("analyst", "/v1/reports/happiness").await;
    assert_eq!(unknown.problem(), "404 /problems/not-found - -");
    // Nought would be taken for a figure of a part that there is not.
    let nobody = "0190a000-0000-7000-8000-00000000ffff";
    for (filter, part) in
        [("locality", "Atlantis"), ("level", "9"), ("team", nobody), ("lead_agency", nobody)]
    {
        let of_none = app.get("analyst", &format!("/v1/reports/open-cases?{filter}={part}")).await;
        assert_eq!(of_none.problem(), format!("400 /problems/bad-parameter - {filter}"));
    }
    let measures = app.get("analyst", "/v1/reports").await.json();
    assert_eq!(measures["measures"][0]["id"], "open-cases");
    assert_eq!(app.get("team-manager", "/v1/reports/open-cases/cases").await.json()["cases"], json!([]));
}

#[tokio::test]
async fn a_commentary_keeps_its_figures_and_they_stand_beside_those_of_now() {
    let app = TestApp::new().await;
    app.referral().await;
    app.projections.catch_up().await.unwrap();
    let say = |measure: &str| json!({ "measure": measure, "from": "2017-07-01", "to": "2017-07-03", "meaning": "One family asked for help." });
    let unheard_of = app.post("analyst", "/v1/oversight/record-commentary", &say("moonlight")).await;
    assert_eq!(unheard_of.problem(), "422 /problems/measure-exists measure-exists measure");
    let said = app.post("analyst", "/v1/oversight/record-commentary", &say("referrals")).await;
    assert!(said.status.is_success(), "{}", said.text);

    app.referral().await;
    app.projections.catch_up().await.unwrap();
    let path = "/v1/reports/referrals/commentary?from=2017-07-01&at=2017-07-03";
    let told = app.get("team-manager", path).await.json();
    let figure = &told["commentary"][0]["figures"][0];
    assert_eq!(figure["label"], "The whole authority");
    let value = |amount: &Value| amount["value"].clone();
    assert_eq!((value(&figure["then"]), value(&figure["now"])), (json!(1), json!(2)), "{told}");
    assert_eq!(told["improvement"], json!([]));

    // An analyst is told neither: one family could be recognised, then as now.
    let told = app.get("analyst", path).await.json();
    let figure = &told["commentary"][0]["figures"][0];
    for amount in [&figure["then"], &figure["now"], &told["commentary"][0]["now"]] {
        assert_eq!((value(amount), amount["suppressed"].clone()), (Value::Null, json!(true)), "{told}");
    }
    // A period that ends before it is spoken of tells nothing of it.
    let earlier = app.get("team-manager", "/v1/reports/referrals/commentary?at=2017-06-30").await.json();
    assert_eq!(earlier["commentary"], json!([]));
    assert_eq!(app.get("practitioner", path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn people_are_found_by_what_stands_in_a_body() {
    let app = TestApp::new().await;
    let entered =
        app.post("practitioner", "/v1/people/register-person", &example("people", "register-person")).await;
    assert_eq!(entered.status, StatusCode::CREATED, "{}", entered.text);
    app.projections.catch_up().await.unwrap();
    let name = example("people", "register-person")["family_name"].clone();

    let found = app.post("practitioner", "/v1/people/search", &json!({ "name": name })).await;
    assert_eq!(found.json()["people"][0]["person"], entered.json()["id"], "{}", found.text);
    let person = app.get("practitioner", entered.header("location")).await;
    assert_eq!(person.json()["person"], entered.json()["id"]);

    let nothing = app.post("practitioner", "/v1/people/search", &json!({})).await;
    assert_eq!(nothing.problem(), "422 /problems/invalid-input - -");
    let surplus = app.post("practitioner", "/v1/people/search", &json!({ "nickname": "Maisie" })).await;
    assert_eq!(surplus.problem(), "422 /problems/invalid-input - -");
    assert!(!surplus.text.contains("Maisie"));
    let nul = app.post("practitioner", "/v1/people/search", &json!({ "name": "Mai\u{0}sie" })).await;
    assert_eq!(nul.problem(), "422 /problems/invalid-input - -");
    assert_eq!(
        app.post("analyst", "/v1/people/search", &json!({ "name": name })).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(app.get("analyst", entered.header("location")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn records_that_are_read_whole() {
    let app = TestApp::new().await;
    let agency = example("workforce", "register-agency");
    app.post("administrator", "/v1/workforce/register-agency", &agency).await;
    app.projections.catch_up().await.unwrap();
    let register = app.get("administrator", "/v1/workforce").await;
    assert!(register.text.contains(agency["name"].as_str().unwrap()), "{}", register.text);
    assert_eq!(app.get("team-manager", "/v1/oversight").await.status, StatusCode::OK);
    assert_eq!(app.get("auditor", "/v1/audits").await.json(), json!({ "audits": [] }));
    for path in ["panel-meetings", "supervisions", "audits", "people"] {
        let answer = app.get("auditor", &format!("/v1/{path}/{}", id(404))).await;
        assert_eq!(answer.problem(), "404 /problems/not-found - -", "{path}");
    }
}

#[tokio::test]
async fn a_panel_meeting_and_its_agenda() {
    let app = TestApp::new().await;
    let scheduled = app.post("panel-chair", "/v1/panel-meetings/schedule-panel", &schedule()).await;
    assert_eq!(scheduled.status, StatusCode::CREATED, "{}", scheduled.text);
    app.projections.catch_up().await.unwrap();
    let meeting = app.get("panel-chair", scheduled.header("location")).await;
    assert_eq!((meeting.json()["standing"].clone(), meeting.header("etag")), (json!("to-be-held"), "\"1\""));
    let listed = app.get("panel-chair", "/v1/panel-meetings?from=2017-07-01").await.json();
    assert_eq!(listed["panel_meetings"][0]["panel_meeting"], scheduled.json()["id"]);
    assert_eq!(app.get("analyst", scheduled.header("location")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("team-manager", "/v1/supervisions").await.json(), json!({ "supervisions": [] }));
}

fn schedule() -> Value {
    let mut message = example("panel-meetings", "schedule-panel");
    message["on"] = json!("2017-07-12");
    message
}

#[tokio::test]
async fn no_query_is_answered_to_nobody() {
    let app = TestApp::new().await;
    for (path, method) in [
        ("/v1/commands", "GET"),
        ("/v1/worklists", "GET"),
        ("/v1/worklists/due", "GET"),
        ("/v1/reports", "GET"),
        ("/v1/workforce", "GET"),
        ("/v1/audits", "GET"),
        ("/v1/people/search", "POST"),
    ] {
        let request = axum::http::Request::builder().method(method).uri(path);
        let answer = app.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.problem(), "401 /problems/unauthenticated token-missing -", "{path}");
    }
}
