//! Pages that explain the door to people: every command and query with a ready curl, and every kind of problem. No
//! script; one style sheet.

mod fields;
mod problems;
mod reference;

use std::sync::LazyLock;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{DOCTYPE, Markup, html};

use crate::Api;

pub use problems::{problem, problems};

/// Nothing may be loaded but our own style sheet, and no other site may frame the page.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("style.css");

/// A page and the headers that it comes with.
fn page(title: &str, body: Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · caseledger" }
                link rel="stylesheet" href="/docs/style.css";
            }
            body {
                a.skip href="#main" { "Skip to main content" }
                header {
                    nav aria-label="Pages" {
                        a.name href="/docs" { "caseledger" }
                        a href="/docs#commands" { "Commands" }
                        a href="/docs#queries" { "Queries" }
                        a href="/problems" { "Problems" }
                        a href="/openapi.json" { "OpenAPI document" }
                    }
                }
                main id="main" { (body) }
            }
        }
    };
    let policy = (HeaderName::from_static("content-security-policy"), POLICY);
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), policy], page.into_string()).into_response()
}

/// `GET /`: on to the documentation.
pub async fn front() -> Redirect {
    Redirect::to("/docs")
}

/// `GET /openapi.json`.
pub async fn document(State(api): State<Api>) -> Json<serde_json::Value> {
    Json(api.document.clone())
}

/// `GET /docs`.
pub async fn docs() -> Response {
    static BODY: LazyLock<String> = LazyLock::new(|| reference::body().into_string());
    page("How to use the API", maud::PreEscaped(BODY.clone()))
}

/// `GET /docs/style.css`.
pub async fn style() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")];
    (headers, STYLE).into_response()
}
