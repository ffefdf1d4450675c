//! The OpenAPI 3.1 document, made from the table of commands and the table of queries.
//!
//! It is committed as `docs/openapi.json`, where people read it; a test fails when that file is stale.

mod commands;
mod queries;

use serde_json::{Map, Value, json};

use crate::kinds::KINDS;
use crate::problem;

pub use commands::About;

/// The document.
pub fn openapi() -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    commands::describe(&mut paths, &mut schemas);
    commands::describe_bulk(&mut paths);
    queries::describe(&mut paths);
    schemas.insert("Receipt".to_owned(), receipt());
    schemas.insert("Problem".to_owned(), problem_schema());
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "caseledger",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The case record of children's early help: what was done, by whom, and why.",
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "This service" }],
        "security": [{ "accessToken": [] }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "securitySchemes": { "accessToken": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token of the authority's OpenID Connect provider. A service that acts for a person \
                                names the person's subject identifier in the header On-Behalf-Of; both are recorded.",
            } },
            "parameters": parameters(),
            "headers": headers(),
            "responses": responses(),
            "schemas": schemas,
        },
    })
}

const ABOUT: &str = "\
Every action on a case is posted as a command and kept as an event; views follow within moments.\n\n\
* A command is a flat JSON object. Its optional member `occurred_at` says when what it tells of happened (now, when left \
out); `recorded_at` in the answer is when the record learned of it.\n\
* Send an `Idempotency-Key` and repeat it when you send the same command again: you get the first answer, and nothing \
happens twice. The same key with another command is refused (422).\n\
* An answer's `ETag` is the stream's version. Send it as `If-Match` when your command is only right for what you have \
seen; a stale one is answered 412. Without it the command is decided on what the record holds when it arrives.\n\
* A receipt names log positions. Give the last one to a query as `after`, and the answer tells of what you just did.\n\
* What goes wrong is told as problem details (RFC 9457): `type` is stable, `rule` names the rule, `field` the field at \
fault, `remedy` what to do. 400 means unreadable, 422 readable but refused.\n\
* Lists are paged: follow `Link: <…>; rel=\"next\"`. Times are UTC as RFC 3339 writes them; days are `2017-04-30`.";

fn tags() -> Value {
    let commands = caseledger_dispatch::registry::aggregates().iter().map(|aggregate| {
        json!({ "name": aggregate.name, "description": format!("Commands on {}.", aggregate.collection.replace('-', " ")) })
    });
    let mut tags: Vec<Value> = commands.collect();
    tags.push(json!({ "name": "Many at once", "description": "Many commands in one request." }));
    for query in crate::queries::table() {
        if !tags.iter().any(|tag| tag["name"] == query.tag) {
            tags.push(json!({ "name": query.tag }));
        }
    }
    tags.into()
}

fn parameters() -> Value {
    json!({
        "Id": { "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" },
            "description": "The id of what the command is for." },
        "IdempotencyKey": { "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "maxLength": 200 },
            "description": "The client's promise that a request with this key is the same one sent again.",
            "example": "3f1b2c9e-referral-2017-04-30" },
        "IfMatch": { "name": "If-Match", "in": "header", "schema": { "type": "string" },
            "description": "The ETag that the client has seen; the command is refused (412) when the stream has moved on.",
            "example": "\"7\"" },
        "OnBehalfOf": { "name": "On-Behalf-Of", "in": "header", "schema": { "type": "string", "maxLength": 200 },
            "description": "For a service: the subject identifier of the person that it acts for." },
        "Traceparent": { "name": "traceparent", "in": "header", "schema": { "type": "string" },
            "description": "W3C trace context, kept with the events.",
            "example": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
    })
}

fn headers() -> Value {
    json!({
        "ETag": { "description": "The version of the stream.", "schema": { "type": "string" }, "example": "\"7\"" },
        "Location": { "description": "Where it can be read.", "schema": { "type": "string" } },
        "Link": { "description": "The next page, where there is one (RFC 8288).", "schema": { "type": "string" } },
        "RetryAfter": { "description": "Seconds after which trying again makes sense.", "schema": { "type": "integer" } },
    })
}

/// The responses for problems, by status: `Problem422`.
fn responses() -> Value {
    let mut responses = Map::new();
    for kind in KINDS.all() {
        let name = format!("Problem{}", kind.status);
        let line = format!("* `{}`: {}", kind.slug, kind.title);
        let entry = responses.entry(name).or_insert_with(|| {
            let example = problem::Problem::of(kind).into_value();
            json!({ "description": "", "content": { problem::MEDIA_TYPE: {
                "schema": { "$ref": "#/components/schemas/Problem" }, "example": example } } })
        });
        let said = entry["description"].as_str().unwrap_or_default();
        entry["description"] = if said.is_empty() { line.into() } else { format!("{said}\n{line}").into() };
        if kind.retry_after.is_some() {
            entry["headers"] = json!({ "Retry-After": { "$ref": "#/components/headers/RetryAfter" } });
        }
    }
    Value::Object(responses)
}

/// References to the problems of those statuses, and of those that any request can meet.
fn problems(own: &[u16]) -> Map<String, Value> {
    let mut statuses: Vec<u16> =
        [401, 403, 404, 406, 429, 500, 503].into_iter().chain(own.iter().copied()).collect();
    statuses.sort_unstable();
    let entry = |status: u16| {
        (status.to_string(), json!({ "$ref": format!("#/components/responses/Problem{status}") }))
    };
    statuses.into_iter().map(entry).collect()
}

fn receipt() -> Value {
    json!({
        "type": "object",
        "description": "The receipt of an accepted command. Its events are durable.",
        "required": ["id", "version", "recorded_at", "repeated", "events"],
        "properties": {
            "id": { "type": "string", "format": "uuid",
                "description": "The id of what the command was for; made by the service where the request held none." },
            "reference": { "type": "string", "description": "The case's short reference, for commands on a case." },
            "version": { "type": "integer", "description": "The stream's version after the command." },
            "positions": { "type": "array", "items": { "type": "integer" }, "minItems": 2, "maxItems": 2,
                "description": "The log positions of the first and last event; absent when nothing had to be written." },
            "recorded_at": { "type": "string", "format": "date-time", "description": "When the record learned of it." },
            "repeated": { "type": "boolean",
                "description": "Whether this is the answer that was given earlier to the same idempotency key." },
            "events": { "type": "array", "items": { "type": "string" }, "description": "The names of the events, in order." },
        },
    })
}

fn receipt_example() -> Value {
    json!({
        "id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "reference": caseledger_commands::CaseReference::of(
            uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into()
        ),
        "version": 1,
        "positions": [1204, 1204],
        "recorded_at": "2017-04-28T09:12:31.204118Z",
        "repeated": false,
        "events": ["ReferralReceived"],
    })
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457). A page for each type explains it to users, operators and support.",
        "required": ["type", "title", "status"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "The kind of problem, or the rule. Stable." },
            "title": { "type": "string", "description": "What happened, in a line. Stable." },
            "status": { "type": "integer", "description": "The status, as in the answer's head." },
            "detail": { "type": "string", "description": "What happened this time." },
            "rule": { "type": "string", "description": "The stable name of the rule that was broken." },
            "field": { "type": "string", "description": "The field at fault: `actions[1].due`." },
            "remedy": { "type": "string", "description": "What to do instead." },
            "violations": { "type": "array", "description": "Everything that is wrong with the fields of a message.",
                "items": { "type": "object", "properties": {
                    "field": { "type": "string", "description": "The field at fault: `goals[2].measure`." },
                    "rule": { "type": "string", "description": "The stable name of the rule." },
                    "detail": { "type": "string", "description": "What is wrong and what to do." } } } },
            "line": { "type": "integer", "description": "Where JSON could not be read." },
            "column": { "type": "integer", "description": "The same." },
            "expected_version": { "type": "integer", "description": "The version that the client had seen." },
            "actual_version": { "type": "integer", "description": "The version that there is." },
        },
    })
}
