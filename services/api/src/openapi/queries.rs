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
        None => {
            let mut content =
                json!({ "application/json": { "schema": schema_of(&example), "example": example } });
            for form in crate::queries::also_as(query.id) {
                content[form.media_type()] = json!({ "schema": { "type": "string", "format": "binary" } });
            }
            content
        }
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
        Value::Array(items) => match items.iter().map(schema_of).reduce(|one, other| common(&one, &other)) {
            Some(item) => json!({ "type": "array", "items": item }),
            None => json!({ "type": "array" }),
        },
        Value::String(_) => json!({ "type": "string" }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::Null => json!({}),
    }
}

/// What holds of both: the members of both for two objects, and nothing for two things of different kinds.
fn common(one: &Value, other: &Value) -> Value {
    if one == other {
        return one.clone();
    }
    let (Some(ones), Some(others)) = (one["properties"].as_object(), other["properties"].as_object()) else {
        return json!({});
    };
    let mut properties = ones.clone();
    for (name, schema) in others {
        let both = properties.get(name).map_or_else(|| schema.clone(), |known| common(known, schema));
        properties.insert(name.clone(), both);
    }
    json!({ "type": "object", "properties": properties })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_different_kinds_are_described_by_what_they_share() {
        let schema =
            schema_of(&json!([{ "unit": "share", "a": 1 }, { "unit": { "number": "cases" }, "b": true }]));
        let (integer, boolean) = (json!({ "type": "integer" }), json!({ "type": "boolean" }));
        let properties = json!({ "unit": {}, "a": integer, "b": boolean });
        assert_eq!(
            schema,
            json!({ "type": "array", "items": { "type": "object", "properties": properties } })
        );
    }
}
