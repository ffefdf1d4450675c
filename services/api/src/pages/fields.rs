//! A JSON schema as a table of fields, as people read it.

use maud::{Markup, html};
use serde_json::Value;

/// One row of the table.
struct Field {
    name: String,
    kind: String,
    is_required: bool,
    about: String,
}

/// The fields of a message, those of its parts among them: `goals[].measure`.
pub fn table(schema: &Value) -> Markup {
    let mut fields = vec![];
    collect(schema, "", &mut fields);
    html! {
        @if fields.is_empty() {
            p { "The message has no fields: send " code { "{}" } "." }
        } @else {
            div.wide tabindex="0" {
                table {
                    thead { tr { th scope="col" { "Field" } th scope="col" { "Holds" } th scope="col" { "Means" } } }
                    tbody {
                        @for field in &fields {
                            tr {
                                th scope="row" { code { (field.name) } @if field.is_required { " (required)" } }
                                td { (field.kind) }
                                td { (field.about) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn collect(schema: &Value, prefix: &str, fields: &mut Vec<Field>) {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        fields.push(Field {
            kind: kind(member),
            is_required: required.contains(&name.as_str()),
            about: about(member),
            name: path.clone(),
        });
        let (part, path) = match member.get("items") {
            Some(items) => (items, format!("{path}[].")),
            None => (without_null(member), format!("{path}.")),
        };
        collect(part, &path, fields);
        for variant in alternatives(part) {
            collect(variant, &path, fields);
        }
    }
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    schema["oneOf"].as_array().into_iter().flatten().filter(|variant| variant["type"] == "object")
}

/// `anyOf: [X, null]` is an X that may be left out.
fn without_null(schema: &Value) -> &Value {
    let variants = schema["anyOf"].as_array();
    variants.and_then(|variants| variants.iter().find(|variant| variant["type"] != "null")).unwrap_or(schema)
}

fn about(schema: &Value) -> String {
    let said = schema["description"].as_str().or_else(|| without_null(schema)["description"].as_str());
    said.unwrap_or_default().replace('\n', " ")
}

fn kind(schema: &Value) -> String {
    let schema = without_null(schema);
    let choices: Vec<&str> =
        schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !choices.is_empty() {
        return format!("one of {}", choices.join(", "));
    }
    let constants: Vec<&str> = schema["oneOf"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|variant| variant["const"].as_str())
        .collect();
    if !constants.is_empty() {
        return format!("one of {}", constants.join(", "));
    }
    let named = match &schema["type"] {
        Value::String(one) => one.as_str(),
        Value::Array(several) => {
            several.iter().filter_map(Value::as_str).find(|one| *one != "null").unwrap_or("anything")
        }
        _ if schema.get("oneOf").is_some() => "one of several shapes",
        _ => "anything",
    };
    match (named, schema["format"].as_str()) {
        ("string", Some("uuid")) => "an id".to_owned(),
        ("string", Some("date")) => "a day: 2017-04-30".to_owned(),
        ("string", Some("date-time")) => "a moment: 2017-04-30T16:05:00Z".to_owned(),
        ("string", _) => "text".to_owned(),
        ("integer", _) => "a whole number".to_owned(),
        ("number", _) => "a number".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        ("array", _) => format!("a list: {}", kind(&schema["items"])),
        ("object", _) => "an object".to_owned(),
        (other, _) => other.to_owned(),
    }
}
