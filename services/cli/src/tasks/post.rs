//! Posting a command over HTTP.

use caseledger_dispatch::registry::Entry;
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::args::CommandArgs;
use crate::demo_issuer;
use crate::exit::Failure;

/// Posts a command, and answers the receipt.
///
/// # Errors
/// What the service answers, as the exit code that means the same.
pub async fn post(url: &str, entry: Entry, args: &CommandArgs, message: &Value) -> Result<Value, Failure> {
    if args.id.is_none() && !entry.works_without_id() {
        return Err(Failure::Usage("Say with --id which one the command is for.".to_owned()));
    }
    let client = Client::new();
    let url = url.trim_end_matches('/');
    let token = match (&args.token, &args.persona) {
        (Some(token), _) => token.clone(),
        (None, Some(persona)) => token_of(&client, url, persona).await?,
        (None, None) => {
            return Err(Failure::Usage("Give --token, or --as a demonstration's persona.".to_owned()));
        }
    };
    let collection = entry.aggregate.collection;
    let path = match args.id {
        Some(id) => format!("{url}/v1/{collection}/{id}/{}", entry.spec.name),
        None => format!("{url}/v1/{collection}/{}", entry.spec.name),
    };
    let mut request = client.post(path).bearer_auth(token).json(message);
    if let Some(key) = &args.idempotency_key {
        request = request.header("Idempotency-Key", key);
    }
    if let Some(version) = args.expected_version {
        request = request.header("If-Match", format!("\"{version}\""));
    }
    let answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    if status.is_success() { Ok(body) } else { Err(failure(status, &body)) }
}

async fn token_of(client: &Client, url: &str, persona: &str) -> Result<String, Failure> {
    let answer = client
        .post(format!("{url}{}/token", demo_issuer::PATH))
        .body(format!("client_id={persona}"))
        .send()
        .await
        .map_err(unreachable)?;
    let body: Value = answer.json().await.unwrap_or_default();
    let token = body.get("access_token").and_then(Value::as_str).map(str::to_owned);
    token.ok_or_else(|| {
        Failure::NotFound(format!(
            "The service at {url} gives no token to '{persona}'; {url}{}/personas lists whom it knows.",
            demo_issuer::PATH
        ))
    })
}

fn unreachable(error: reqwest::Error) -> Failure {
    Failure::Unavailable(format!("The service can't be reached: {}", error.without_url()))
}

/// What a problem document says, in a line for each thing wrong.
fn failure(status: StatusCode, problem: &Value) -> Failure {
    let text = |name: &str| problem.get(name).and_then(Value::as_str);
    let violations = problem.get("violations").and_then(Value::as_array).filter(|all| !all.is_empty());
    let mut told = match violations {
        Some(_) => vec!["The message breaks the rules for its fields:".to_owned()],
        None => vec![text("detail").or_else(|| text("title")).unwrap_or("The service refuses.").to_owned()],
    };
    told.extend(text("remedy").map(str::to_owned));
    match (text("rule"), text("field")) {
        _ if violations.is_some() => {}
        (Some(rule), Some(field)) => told.push(format!("(rule {rule}, field {field})")),
        (Some(rule), None) => told.push(format!("(rule {rule})")),
        (None, _) => {}
    }
    for violation in violations.into_iter().flatten() {
        let part = |name: &str| violation.get(name).and_then(Value::as_str).unwrap_or_default();
        told.push(format!("{}: {}", part("field"), part("detail")));
    }
    let told = told.join(" ");
    match status.as_u16() {
        // What is wrong with the message itself ends as it does when it is posted straight into a store.
        422 if text("type") == Some("/problems/invalid-input") => Failure::Usage(told),
        400 | 405 | 413 | 415 => Failure::Usage(told),
        401 | 403 => Failure::NotPermitted(told),
        404 => Failure::NotFound(told),
        409 | 412 | 422 => Failure::Refused(told),
        429 | 502..=504 => Failure::Unavailable(told),
        _ => Failure::Failed(told),
    }
}
