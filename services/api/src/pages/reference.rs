//! The reference: every command with its fields, an example and a ready curl, and every query.

use caseledger_commands::spaced;
use caseledger_dispatch::{Entry, registry};
use maud::{Markup, html};
use serde_json::Value;

use super::fields;
use crate::ask::{Method, Query};
use crate::openapi::About;

/// An id for examples.
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// The body of the page.
pub fn body() -> Markup {
    html! {
        h1 { "How to use the API" }
        p { "Whatever happens in a case is posted as a " em { "command" } " and kept as an event, for ever and in order. A "
            em { "query" } " reads what follows from the events. Both take an access token; what you may do depends on "
            "your role, your team and the case." }
        (conventions())
        h2 id="commands" { "Commands" }
        p { "The same table as JSON: " a href="/v1/commands" { code { "GET /v1/commands" } } " (with a token). Many commands "
            "in one request: " code { "POST /v1/commands" } ", a line of JSON each; see "
            a href="/openapi.json" { "the OpenAPI document" } "." }
        @for aggregate in registry::aggregates() {
            section {
                h2 id=(aggregate.collection) { (spaced(aggregate.name)) }
                @for entry in registry::public_commands().filter(|entry| entry.aggregate.name == aggregate.name) {
                    (command(&entry))
                }
            }
        }
        h2 id="queries" { "Queries" }
        @for query in crate::queries::table() { (self::query(query)) }
    }
}

fn conventions() -> Markup {
    html! {
        h2 { "What holds everywhere" }
        dl {
            dt { "When it happened" }
            dd { "Add " code { "occurred_at" } " to a command's message to say when what it tells of happened. An earlier time "
                "is welcome, one in the future is refused." }
            dt { "Sending again" }
            dd { "Send an " code { "Idempotency-Key" } " of your own making. The same request with the same key gets the first "
                "answer, and nothing happens twice." }
            dt { "Working from what you have seen" }
            dd { "Send an answer's " code { "ETag" } " as " code { "If-Match" } ": if it has changed since, you get 412." }
            dt { "Seeing what you just did" }
            dd { "Give the last of a receipt's " code { "positions" } " to a query as " code { "after" } "." }
            dt { "What goes wrong" }
            dd { "Answers say which rule, which field, and what to do instead. " a href="/problems" { "Every kind of problem" } "." }
        }
    }
}

fn command(entry: &Entry) -> Markup {
    let schema = (entry.spec.schema)().to_value();
    let about = About::of(entry, &schema);
    let path = entry.path(!entry.works_without_id());
    html! {
        details id=(entry.spec.name) {
            summary { h3 { code { (entry.spec.name) } } " " span.about { (about.summary) } }
            div {
                @for paragraph in about.description.split("\n\n").filter(|text| !text.is_empty()) { p { (paragraph) } }
                p { code { "POST " (path) } @if entry.spec.opens() && entry.takes_id() {
                    ", or " code { "POST " (entry.path(true)) } " with an id of your own making" } }
                (fields::table(&schema))
                pre tabindex="0" { code { (curl("POST", &path, Some(&(entry.spec.example)()))) } }
            }
        }
    }
}

fn query(query: &Query) -> Markup {
    let method = if query.method == Method::Get { "GET" } else { "POST" };
    html! {
        details id=(format!("query-{}", query.id)) {
            summary { h3 { code { (method) " " (query.path) } } " " span.about { (query.title) } }
            div {
                p { (query.doc) }
                @if query.all_parameters().next().is_some() {
                    dl { @for parameter in query.all_parameters() { dt { code { (parameter.name) } } dd { (parameter.doc) } } }
                }
                pre tabindex="0" { code { (curl(method, query.path, query.asks.map(|asks| asks()).as_ref())) } }
                p.quiet { "Answers, for example:" }
                pre tabindex="0" { code { (pretty(&(query.example)())) } }
            }
        }
    }
}

/// A command line to copy. The token is a variable, so that it stands in no one's shell history.
fn curl(method: &str, path: &str, body: Option<&Value>) -> String {
    let path = path.replace("{id}", ID);
    let mut line = format!("curl -sS \"$CASELEDGER{path}\" \\\n  -H \"Authorization: Bearer $TOKEN\"");
    if let Some(body) = body {
        if method == "POST" && !path.ends_with("/search") {
            line.push_str(" \\\n  -H \"Idempotency-Key: $(uuidgen)\"");
        }
        let text = pretty(body).replace('\'', "'\\''");
        line.push_str(&format!(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{text}'"));
    }
    line
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
