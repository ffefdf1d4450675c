//! The queries of the table, as OpenAPI describes them.

use serde_json::{Map, Value, json};

use super::problems;
use crate::ask::{Method, Parameter, Query};

/// Adds every query's path.
pub fn describe(paths: &mut Map<String, Value>) {
    for query in crate::queries::table() {
        let method = if query.method == Method::Get { "get" } else { "post" };
        let path = paths.entry(query.path).or_insert_with(|| json!({}));
        path[method] = operation(query);
    }
}

fn operation(query: &Query) -> Value {
    let mut responses = problems(if query.asks.is_some() { &[400, 413, 415, 422] } else { &[400] });
    let example = (query.example)();
    let mut headers = Map::new();
    if query.paged {
        headers.insert("Link".to_owned(), json!({ "$ref": "#/components/headers/Link" }));
    }
    let content = match crate::queries::file_type(query.id) {
        Some(media_type) => json!({ media_type: { "schema": { "type": "string", "format": "binary" } } }),
        None => json!({ "application/json": { "schema": schema_of(&example), "example": example } }),
    };
    responses.insert(
        "200".to_owned(),
        json!({ "description": query.title, "headers": headers, "content": content }),
    );
    responses.sort_keys();
    let in_path =
        query.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(
            |name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
        );
    let mut operation = json!({
        "operationId": query.id,
        "tags": [query.tag],
        "summary": query.title,
        "description": query.doc,
        "parameters": in_path.chain(query.all_parameters().map(parameter)).collect::<Vec<_>>(),
        "responses": responses,
    });
    if let Some(asks) = query.asks {
        let example = asks();
        operation["requestBody"] = json!({ "required": true,
            "content": { "application/json": { "schema": schema_of(&example), "example": example } } });
    }
    operation
}

fn parameter(parameter: &Parameter) -> Value {
    json!({ "name": parameter.name, "in": "query", "description": parameter.doc, "schema": { "type": "string" },
        "example": parameter.example })
}

/// What the example shows of its shape. Answers grow by new members: clients look over those that they don't know.
fn schema_of(example: &Value) -> Value {
    match example {
        Value::Object(members) => {
            let properties: Map<_, _> =
                members.iter().map(|(name, value)| (name.clone(), schema_of(value))).collect();
            json!({ "type": "object", "properties": properties })
        }
        Value::Array(items) => match items.first() {
            Some(item) => json!({ "type": "array", "items": schema_of(item) }),
            None => json!({ "type": "array" }),
        },
        Value::String(_) => json!({ "type": "string" }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::Null => json!({}),
    }
}
