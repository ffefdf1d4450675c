//! A page for every kind of problem: the address that problem details give as their type.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::page;
use crate::kinds::{KINDS, Kind};
use crate::problem::Problem;

/// `GET /problems`.
pub async fn problems() -> Response {
    page(
        "Problems",
        html! {
            h1 { "What can go wrong" }
            p { "Every answer that is not a success is told as problem details (RFC 9457). Its type is the address of one of these "
                "pages, or of the rule that stands against a command: " code { "/problems/<rule>" } "." }
            div.wide tabindex="0" {
                table {
                    thead { tr { th scope="col" { "Status" } th scope="col" { "Type" } th scope="col" { "Means" } } }
                    tbody {
                        @for kind in KINDS.all() {
                            tr {
                                td { (kind.status) }
                                th scope="row" { a href=(format!("/problems/{}", kind.slug)) { code { (kind.slug) } } }
                                td { (kind.title) }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// `GET /problems/{kind}`.
pub async fn problem(Path(slug): Path<String>) -> Response {
    match KINDS.all().into_iter().find(|kind| kind.slug == slug) {
        Some(kind) => page(kind.title, explained(kind, None)),
        None if is_rule(&slug) => page(&slug, explained(&KINDS.refused, Some(&slug))),
        None => Problem::of(&KINDS.no_such_route).into_response(),
    }
}

/// Whether it could be the name of a rule: rules are kebab-case.
fn is_rule(slug: &str) -> bool {
    !slug.is_empty()
        && slug.len() <= 80
        && slug.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn explained(kind: &Kind, rule: Option<&str>) -> Markup {
    html! {
        h1 { (kind.title) }
        @if let Some(rule) = rule {
            p { "The rule is " code { (rule) } ". What it asks follows from how the case stood at that moment, so the answer "
                "itself says it: " code { "detail" } " is the fact that stood against the command, " code { "field" }
                " the part of the message, and " code { "remedy" } " what to do instead." }
        }
        dl {
            dt { "Status" } dd { (kind.status) }
            dt { "If you sent the request" } dd { (kind.user) }
            dt { "If you run the service or support its users" } dd { (kind.operator) }
        }
        p { a href="/problems" { "All problems" } }
    }
}
