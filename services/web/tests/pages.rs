//! The pages over a fresh record and the demonstration's issuer, at noon on 3 July 2017.

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use caseledger_web::SignIn;
use support::App;
use uuid::Uuid;

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_the_sign_in_page_and_back() {
    let app = App::new().await;
    let answer = app.get("", "/reports/open-cases?to=2017-04-30").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/sign-in?to=%2Freports%2Fopen-cases%3Fto%3D2017-04-30");
    let form = app.get("", answer.header("location")).await;
    assert_eq!(form.heading(), "Sign in to the demonstration");
    assert!(form.text.contains("name=\"to\" value=\"/reports/open-cases?to=2017-04-30\""), "{}", form.text);
    let answer = app.post("", "/sign-in", "persona=inspector&to=%2Freports%2Fopen-cases").await;
    assert_eq!(answer.header("location"), "/reports/open-cases");
}

#[tokio::test]
async fn a_sign_in_without_a_choice_says_what_to_do() {
    let app = App::new().await;
    for form in ["", "persona=nobody"] {
        let answer = app.post("", "/sign-in", form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.texts(".govuk-error-summary a"), ["Select whom to be"]);
        assert!(answer.texts("title")[0].starts_with("Error: "));
        assert_eq!(answer.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn after_signing_out_nobody_is_signed_in() {
    let app = App::new().await;
    let cookie = app.sign_in("inspector").await;
    assert_eq!(app.get(&cookie, "/reports").await.status, StatusCode::OK);
    let answer = app.post(&cookie, "/sign-out", "").await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{}", answer.header("set-cookie"));
    assert_eq!(answer.header("location"), "/sign-in");
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let app = App::new().await;
    for path in ["/sign-in", "/sign-out"] {
        let request = Request::builder().method("POST").uri(path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("sec-fetch-site", "cross-site");
        let answer = app.send(request.body(Body::from("persona=inspector")).unwrap()).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::FORBIDDEN, ""), "{path}");
    }
}

#[tokio::test]
async fn an_identity_provider_of_another_kind_is_named_and_takes_no_form() {
    let app = App::with(|_| SignIn::Provider("https://id.example".to_owned())).await;
    let answer = app.get("", "/sign-in").await;
    assert!(answer.text.contains("https://id.example") && answer.texts("form").is_empty(), "{}", answer.text);
    let answer = app.post("", "/sign-in", "persona=inspector").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::NOT_FOUND, ""));
}

#[tokio::test]
async fn every_page_carries_its_policy_and_is_not_kept() {
    let app = App::new().await;
    let cookie = app.sign_in("inspector").await;
    let paths = [
        "/sign-in",
        "/reports",
        "/reports/open-cases",
        "/reports/open-cases/cases",
        "/reports/x",
        "/nowhere",
    ];
    for path in paths {
        let answer = app.get(&cookie, path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(!answer.text.contains(" style=") && !answer.text.contains("<script"), "{path}");
    }
}

#[tokio::test]
async fn a_style_sheet_is_kept_for_ever_under_its_own_address() {
    let app = App::new().await;
    let answer = app.get("", caseledger_web::assets::style_path()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(answer.header("cache-control").contains("immutable"));
    assert_eq!(app.get("", "/assets/caseledger-0000000000000000.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_empty_record_has_reports_that_say_so() {
    let app = App::new().await;
    let cookie = app.sign_in("team-manager").await;
    let answer = app.get(&cookie, "/reports").await;
    assert_eq!(answer.heading(), "Reports");
    let headline = answer.texts(".app-headline");
    assert!(headline[0].starts_with("0 families were being helped"), "{headline:?}");
    let headline = app.get(&cookie, "/reports/partner-led").await.texts(".app-headline");
    assert!(headline[0].starts_with("There was nothing to count"), "{headline:?}");
    let answer = app.get(&cookie, "/reports/open-cases/cases").await;
    assert!(answer.text.contains("There is no case to show."), "{}", answer.text);
}

#[tokio::test]
async fn whose_role_it_is_not_is_told_whose_it_is() {
    let app = App::new().await;
    let cookie = app.sign_in("school-referrer").await;
    let answer = app.get(&cookie, "/reports").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer.text.contains("Only an auditor, an inspector") || answer.text.contains("Only an "),
        "{}",
        answer.text
    );
    let cookie = app.sign_in("analyst").await;
    assert_eq!(app.get(&cookie, "/reports/open-cases/cases").await.status, StatusCode::FORBIDDEN);
    let measure = app.get(&cookie, "/reports/open-cases").await;
    assert!(!measure.texts("a").contains(&"The cases behind this figure".to_owned()));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_says_so() {
    let app = App::new().await;
    let cookie = app.sign_in("inspector").await;
    let nobody = format!("/cases/{}", Uuid::from_u128(5));
    for path in ["/reports/moonlight", "/reports/moonlight/cases", "/cases/x", &nobody, "/nowhere"] {
        let answer = app.get(&cookie, path).await;
        let shown = (answer.status, answer.heading());
        assert_eq!(shown, (StatusCode::NOT_FOUND, "Page not found".to_owned()), "{path}");
    }
    let cursor = app.get(&cookie, "/reports/open-cases/cases?cursor=nonsense").await;
    assert_eq!(cursor.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn programs_still_get_problem_details() {
    let app = App::new().await;
    let request = Request::builder().uri("/nowhere").header("accept", "application/json");
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let answer = app.get("", "/v1/nowhere").await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn a_browser_reads_the_api_with_its_session_and_writes_nothing() {
    let app = App::new().await;
    let cookie = app.sign_in("inspector").await;
    assert_eq!(app.get(&cookie, "/v1/echo").await.text, "somebody");
    assert_eq!(app.get("", "/v1/echo").await.text, "nobody");
    assert_eq!(app.post(&cookie, "/v1/echo", "").await.text, "nobody");
}

#[tokio::test]
async fn a_case_is_shown_as_its_story_to_those_who_may_see_it() {
    let app = App::new().await;
    let case = app.case().await;
    let cookie = app.sign_in("inspector").await;
    let path = format!("/cases/{case}?counts=3.999&measure=open-cases");
    let answer = app.get(&cookie, &path).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.texts(".app-entry--counts").len(), 1, "{}", answer.text);
    assert!(answer.texts("#event-3")[0].contains("eferral received"), "{:?}", answer.texts("#event-3"));
    let counted = &answer.texts(".govuk-inset-text")[0];
    assert!(counted.contains("2 events, 1 of them marked on this page"), "{counted}");
    let cookie = app.sign_in("analyst").await;
    let hidden = app.get(&cookie, &path).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND, "an analyst sees no people");
}

#[tokio::test]
async fn the_events_behind_a_figure_are_shown_whatever_they_are_of() {
    let app = App::new().await;
    app.case().await;
    let cookie = app.sign_in("inspector").await;
    let behind = app.get(&cookie, "/reports/referrals/cases?to=2017-07-03").await;
    assert_eq!(behind.texts("tbody td a"), ["3"], "{}", behind.text);
    let answer = app.get(&cookie, "/events?at=1.3.999&measure=referrals").await;
    assert_eq!((answer.status, answer.heading()), (StatusCode::OK, "The events behind it".to_owned()));
    let events = answer.texts("tbody td:nth-child(2)");
    assert_eq!(events, ["Person registered", "Referral received"], "{}", answer.text);
    assert!(answer.texts(".govuk-inset-text")[0].starts_with("1 of the events"), "999 is not there");
    assert_eq!(app.get(&cookie, "/events?at=999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&cookie, "/events?at=soon").await.status, StatusCode::BAD_REQUEST);
    let cookie = app.sign_in("analyst").await;
    assert_eq!(app.get(&cookie, "/events?at=3").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn mistakes_in_the_filters_are_said_at_their_fields() {
    let app = App::new().await;
    let cookie = app.sign_in("inspector").await;
    let answer = app.get(&cookie, "/reports/open-cases?from=soon&to=4/7/2017&locality=Atlantis").await;
    assert_eq!(answer.status, StatusCode::OK);
    let errors = answer.texts(".govuk-error-summary a");
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert_eq!(answer.texts("#from-error"), ["Error: Enter the first day as a date, like 31/12/2017"]);
    assert_eq!(answer.texts("details[open] #to-error").len(), 1, "the form is unfolded");
}
