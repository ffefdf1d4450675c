//! The commands of the table, as OpenAPI describes them.

use caseledger_dispatch::{Entry, OCCURRED_AT, registry};
use serde_json::{Map, Value, json};

use super::{problems, receipt_example};
use crate::bulk;

/// Adds every command's paths and its message's schema.
pub fn describe(paths: &mut Map<String, Value>, schemas: &mut Map<String, Value>) {
    for entry in registry::public_commands() {
        let schema = (entry.spec.schema)().to_value();
        let about = About::of(&entry, &schema);
        schemas.insert(about.title.clone(), message(schema));
        if entry.takes_id() {
            let name =
                if entry.works_without_id() { format!("{}-with-id", about.id) } else { about.id.clone() };
            paths.insert(entry.path(true), json!({ "post": operation(&entry, &about, &name, true) }));
        }
        if entry.works_without_id() {
            paths.insert(entry.path(false), json!({ "post": operation(&entry, &about, &about.id, false) }));
        }
    }
}

/// What a command says of itself.
pub struct About {
    /// The operation's id: the command's name.
    pub id: String,
    /// The message's name: `ReceiveReferral`.
    pub title: String,
    /// The first sentence.
    pub summary: String,
    /// The rest.
    pub description: String,
}

impl About {
    /// From the schema's title and description, which are the struct's name and documentation.
    pub fn of(entry: &Entry, schema: &Value) -> Self {
        let text = |member: &str| schema.get(member).and_then(Value::as_str).unwrap_or_default();
        let description = text("description");
        let summary = description.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        let rest = description.split_once("\n\n").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        Self { id: entry.spec.name.to_owned(), title: text("title").to_owned(), summary, description: rest }
    }
}

fn operation(entry: &Entry, about: &About, name: &str, with_id: bool) -> Value {
    let mut responses = problems(&[400, 412, 413, 415, 422]);
    let accepted = json!({
        "description": "Accepted: what followed is durable.",
        "headers": {
            "ETag": { "$ref": "#/components/headers/ETag" },
            "Location": { "$ref": "#/components/headers/Location" },
        },
        "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/Receipt" }, "example": receipt_example() } },
    });
    if entry.spec.opens() {
        responses.insert("201".to_owned(), accepted.clone());
    }
    responses.insert("200".to_owned(), accepted);
    responses.sort_keys();
    let mut parameters: Vec<Value> =
        ["IdempotencyKey", "IfMatch", "OnBehalfOf", "Traceparent"].map(parameter).into();
    if with_id {
        parameters.insert(0, parameter("Id"));
    }
    let description = match (entry.spec.opens(), with_id) {
        (true, true) => format!("{}\n\nThe client makes the id: a UUIDv7 of its own.", about.description),
        (true, false) => format!("{}\n\nThe service makes the id.", about.description),
        _ => about.description.clone(),
    };
    json!({
        "operationId": name,
        "tags": [entry.aggregate.name],
        "summary": about.summary,
        "description": description.trim(),
        "parameters": parameters,
        "requestBody": { "required": true, "content": { "application/json": {
            "schema": { "$ref": format!("#/components/schemas/{}", about.title) },
            "example": (entry.spec.example)(),
        } } },
        "responses": responses,
    })
}

fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// The message's schema with the reserved member that every message may have.
fn message(mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.shift_remove("$schema");
        members.entry("properties").or_insert_with(|| json!({}));
    }
    schema["properties"][OCCURRED_AT] = json!({
        "type": ["string", "null"],
        "format": "date-time",
        "description": "When what this tells of happened. Now, when left out; never in the future.",
    });
    schema
}

/// Adds the path for many commands at once, and the one that lists them.
pub fn describe_bulk(paths: &mut Map<String, Value>) {
    let line = json!({
        "collection": "cases",
        "command": "acknowledge-referral",
        "id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "idempotency_key": "3f1b2c9e-acknowledge",
        "message": { "told_by": "telephone" },
    });
    let result = json!({ "status": 200, "line": 1, "receipt": receipt_example() });
    let mut responses = problems(&[400, 415]);
    responses.insert("200".to_owned(), json!({
        "description": "A result a line, in the order of the lines, as each is done: `{\"status\": …, \"line\": …, \
                        \"receipt\": …}` or `{\"status\": …, \"line\": …, \"problem\": …}`. Blank lines are counted and not \
                        answered.",
        "content": { bulk::MEDIA_TYPE: { "schema": { "type": "string" }, "example": format!("{result}\n") } },
    }));
    responses.sort_keys();
    let operation = json!({
        "operationId": "post-commands",
        "tags": ["Many at once"],
        "summary": "Many commands: a command a line in, a result a line out.",
        "description": "Lines are taken up as they arrive. Commands for one stream run in the order of their lines, those for \
                        different streams side by side. Each stands or falls by itself; give each an `idempotency_key`, and \
                        the whole body can be sent again after a broken connection.",
        "parameters": [parameter("OnBehalfOf"), parameter("Traceparent")],
        "requestBody": { "required": true, "content": { bulk::MEDIA_TYPE: {
            "schema": { "type": "string", "description": "Lines of `{collection, command, id?, idempotency_key?, \
                        occurred_at?, message}`." },
            "example": format!("{line}\n"),
        } } },
        "responses": responses,
    });
    paths.insert("/v1/commands".to_owned(), json!({ "post": operation }));
}
