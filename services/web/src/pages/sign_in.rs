//! Signing in and out.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use caseledger_access::demo::persona;
use maud::{Markup, html};
use serde::Deserialize;

use crate::components::{self, Choice, Field, Radios};
use crate::layout::Page;
use crate::session::is_ours;
use crate::trouble::Trouble;
use crate::{SignIn, Web};

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub struct Way {
    to: Option<String>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct Sent {
    persona: Option<String>,
    to: Option<String>,
}

/// `GET /sign-in`.
pub async fn form(State(web): State<Web>, Query(way): Query<Way>) -> Response {
    show(&web, StatusCode::OK, inside(way.to.as_deref()), None)
}

/// `POST /sign-in`: begins a session.
pub async fn begin(State(web): State<Web>, headers: HeaderMap, Form(sent): Form<Sent>) -> Response {
    if !is_ours(&headers) {
        return web.trouble(None, &Trouble::Forged);
    }
    let to = inside(sent.to.as_deref());
    let SignIn::Demonstration(issuer) = &web.inner.sign_in else {
        return web.trouble(None, &Trouble::NotFound);
    };
    let Some(persona) = sent.persona.as_deref().and_then(persona) else {
        return show(&web, StatusCode::BAD_REQUEST, to, Some("Select whom to be"));
    };
    match web.inner.sessions.begin(&issuer.token_for(persona)) {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response(),
        Err(_) => web.trouble(None, &Trouble::Unavailable),
    }
}

/// `POST /sign-out`: ends the session.
pub async fn end(State(web): State<Web>, headers: HeaderMap) -> Response {
    if !is_ours(&headers) {
        return web.trouble(None, &Trouble::Forged);
    }
    ([(header::SET_COOKIE, web.inner.sessions.end())], Redirect::to("/sign-in")).into_response()
}

/// Only a path of ours: an address of another site would lead people there with the trust that they have in us.
fn inside(to: Option<&str>) -> &str {
    let to = to.unwrap_or_default();
    let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n', '\t']);
    if ours && to.is_ascii() && !to.starts_with("/sign-") { to } else { "/reports" }
}

fn show(web: &Web, status: StatusCode, to: &str, error: Option<&str>) -> Response {
    let body = match &web.inner.sign_in {
        SignIn::Demonstration(_) => demonstration(to, error),
        SignIn::Provider(issuer) => provider(issuer),
    };
    let title = if error.is_some() { "Error: Sign in" } else { "Sign in" };
    Page::new(title, &[], body).answer(status, &web.frame(None, None))
}

fn demonstration(to: &str, error: Option<&str>) -> Markup {
    let choices = caseledger_access::demo::PERSONAS.iter().map(|persona| Choice {
        value: persona.key.to_owned(),
        text: persona.title.to_owned(),
        hint: Some(persona.about.to_owned()),
    });
    let radios = Radios {
        field: Field {
            name: "persona".to_owned(),
            label: "Whom do you want to be?".to_owned(),
            hint: Some("What you will see follows from the role.".to_owned()),
            error: error.map(str::to_owned),
        },
        legend_classes: Some("govuk-fieldset__legend--m".to_owned()),
        choices: choices.collect(),
        value: None,
    };
    html! {
        @if let Some(error) = error {
            (components::error_summary("There is a problem", &[("#persona".to_owned(), error.to_owned())]))
        }
        h1.govuk-heading-l { "Sign in to the demonstration" }
        p.govuk-body { "Everybody in it is invented, so nobody needs a password. It is served on this machine only." }
        form action="/sign-in" method="post" novalidate {
            input type="hidden" name="to" value=(to);
            (radios.html())
            (components::button("Sign in"))
        }
    }
}

/// The room for the authorization code flow, which is not built yet.
fn provider(issuer: &str) -> Markup {
    html! {
        h1.govuk-heading-l { "Signing in with a browser is not possible here yet" }
        p.govuk-body { "People are known to this service by " strong { (issuer) } ". Programs send its access tokens to the API "
            "and are answered. The way by which a browser gets such a token (authorization code with PKCE) is not built yet, so the "
            "pages can be seen in a demonstration only." }
        p.govuk-body { "The API, and how to use it: " a.govuk-link href="/docs" { "documentation" } "." }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_people_stay_with_us() {
        assert_eq!(inside(Some("/reports/open-cases?to=2017-04-30")), "/reports/open-cases?to=2017-04-30");
        for away in [
            None,
            Some(""),
            Some("https://evil.example"),
            Some("//evil.example"),
            Some("/\\evil.example"),
            Some("/\t/evil.example"),
            Some("reports"),
            Some("/sign-out"),
        ] {
            assert_eq!(inside(away), "/reports", "{away:?}");
        }
    }
}
