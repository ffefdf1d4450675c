//! What a browser passes on its way in and out, and who it is.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use caseledger_access::demo::PERSONAS;
use caseledger_access::{Decision, Resource};
use caseledger_commands::{Actor, Role};
use caseledger_projections::measures::Measure;

use crate::Web;
use crate::engine::{self, Asking};
use crate::layout::{Frame, Page};
use crate::told::Told;
use crate::trouble::Trouble;

/// Lets a browser read the API's answers with the token of its session, so that a page can link to them. Reading only: a
/// command takes an `Authorization` header, which no other site's page can make a browser send.
///
/// What goes wrong outside the API is told as a page to whoever accepts one.
pub async fn pass(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let of_api = request.uri().path().starts_with("/v1/");
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let wants_page = !of_api && accepts_html(request.headers());
    if of_api && reads && !request.headers().contains_key(header::AUTHORIZATION) {
        let token = web.inner.sessions.token(request.headers());
        if let Some(bearer) = token.and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok()) {
            request.headers_mut().insert(header::AUTHORIZATION, bearer);
        }
    }
    let response = next.run(request).await;
    let is_problem =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if wants_page && is_problem { web.problem_as_page(&response) } else { response }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| range.trim_start().starts_with("text/html"))
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who it is.
    pub actor: Actor,
    /// The same in words.
    pub name: String,
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Response;

    /// The visitor, or the way to the sign-in page and back here.
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        if let Some(token) = web.inner.sessions.token(&parts.headers) {
            let bearer = format!("Bearer {token}");
            match web.inner.authenticator.authenticate(Some(&bearer), None).await {
                Ok(actor) => return Ok(Self { name: name_of(&actor), actor }),
                Err(caseledger_access::IdentityError::ProviderUnavailable) => {
                    return Err(web.trouble(None, &Trouble::Unavailable));
                }
                Err(_) => {}
            }
        }
        let here = parts.uri.path_and_query().map_or("/reports", |here| here.as_str());
        Err(Redirect::to(&format!("/sign-in?to={}", escaped(here))).into_response())
    }
}

/// A text as it stands in an address.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A persona's title; of others their roles, because a subject is a name for machines.
fn name_of(actor: &Actor) -> String {
    persona_of(&actor.subject).map_or_else(
        || {
            let roles: Vec<String> = actor.roles.iter().map(|role| role_in_words(*role).to_owned()).collect();
            if roles.is_empty() { "somebody without a role".to_owned() } else { crate::words::listed(&roles) }
        },
        str::to_owned,
    )
}

/// The title of the demonstration's persona with that subject.
pub fn persona_of(subject: &str) -> Option<&'static str> {
    PERSONAS.iter().find(|persona| persona.subject() == subject).map(|persona| persona.title)
}

/// A role in words.
const fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::Referrer => "referrer",
        Role::Practitioner => "practitioner",
        Role::TeamManager => "team manager",
        Role::PanelChair => "panel chair",
        Role::Auditor => "auditor",
        Role::Analyst => "analyst",
        Role::Inspector => "inspector",
        Role::DataProtectionOfficer => "data protection officer",
        Role::Service => "service",
        Role::Administrator => "administrator",
        Role::Process => "process",
    }
}

impl Web {
    /// Asks the policies, and tells no more than they allow.
    pub(crate) fn permit(&self, visitor: &Visitor, action: &str, resource: &Resource) -> Result<(), Trouble> {
        match self.inner.access.decide(&visitor.actor, action, resource) {
            Decision::Permit => Ok(()),
            Decision::Forbid { reason } => Err(Trouble::Forbidden(reason)),
            Decision::Conceal => Err(Trouble::NotFound),
        }
    }

    /// Whether the visitor may; for links that lead only some further.
    pub(crate) fn may(&self, visitor: &Visitor, action: &str, resource: &Resource) -> bool {
        self.inner.access.decide(&visitor.actor, action, resource) == Decision::Permit
    }

    /// A measure's answer.
    pub(crate) async fn ask(&self, measure: &'static Measure, asking: &Asking) -> Result<Told, Trouble> {
        let authority = self.inner.dispatcher.authority();
        Ok(engine::ask(self.inner.projections.db(), authority, measure, asking).await?)
    }

    /// Below what numbers are withheld from the visitor: only who may go from a figure to its cases is told all.
    pub(crate) fn withhold_below(&self, visitor: &Visitor) -> u32 {
        if self.may(visitor, "view-report-cases", &Resource::Authority) {
            0
        } else {
            self.inner.dispatcher.authority().small_numbers_below
        }
    }

    pub(crate) fn frame<'a>(&'a self, visitor: Option<&'a Visitor>, part: Option<&'a str>) -> Frame<'a> {
        Frame { service: &self.inner.service, visitor: visitor.map(|visitor| visitor.name.as_str()), part }
    }

    /// A page of the reports, or why there is none.
    pub(crate) fn respond(&self, visitor: &Visitor, page: Result<Page, Trouble>) -> Response {
        match page {
            Ok(page) => page.answer(axum::http::StatusCode::OK, &self.frame(Some(visitor), Some("Reports"))),
            Err(trouble) => self.trouble(Some(visitor), &trouble),
        }
    }

    pub(crate) fn trouble(&self, visitor: Option<&Visitor>, trouble: &Trouble) -> Response {
        trouble.page().answer(trouble.status(), &self.frame(visitor, None))
    }

    fn problem_as_page(&self, response: &Response) -> Response {
        let trouble = match response.status().as_u16() {
            404 => Trouble::NotFound,
            503 => Trouble::Unavailable,
            405 => Trouble::Other(
                response.status(),
                "This address does not take what was sent to it.".to_owned(),
            ),
            _ => {
                Trouble::Other(response.status(), "Try again; if it happens again, tell support.".to_owned())
            }
        };
        let mut page = self.trouble(None, &trouble);
        // What support asks for, and when to try again.
        for name in ["x-request-id", "retry-after", "allow"] {
            if let Some(value) = response.headers().get(name) {
                page.headers_mut().insert(name, value.clone());
            }
        }
        page
    }
}
