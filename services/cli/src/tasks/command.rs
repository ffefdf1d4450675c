//! `command`: posts one command, over HTTP as somebody, or straight into a store as an operator.

use std::io::Read;
use std::sync::Arc;

use caseledger_commands::oversight::OversightCommand;
use caseledger_commands::{Actor, CommandSet, Role, read_json};
use caseledger_dispatch::registry::{self, Entry};
use caseledger_dispatch::{Receipt, Request};
use serde_json::{Value, json};

use super::post;
use crate::args::CommandArgs;
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::{self, Station};

/// Answers the subcommand.
///
/// # Errors
/// [`Failure::Refused`], [`Failure::NotFound`] and the others say why the command was not accepted.
pub async fn run(settings: &Settings, args: &CommandArgs, json: bool) -> Result<(), Failure> {
    let Some(name) = args.name.as_deref().filter(|_| !args.list) else { return list(json) };
    let entry = find(name)?;
    if args.example {
        return super::print_json(&(entry.spec.example)());
    }
    let message = message(&args.message)?;
    let answer = match &args.url {
        Some(url) => post::post(url, entry, args, &message).await?,
        None => {
            let receipt = into_store(settings, entry, args, message).await?;
            serde_json::to_value(receipt).map_err(Failure::failed)?
        }
    };
    if json {
        return super::print_json(&answer);
    }
    print(&answer);
    Ok(())
}

/// A command by its name, or by collection and name where two collections have one: `people/…`.
fn find(name: &str) -> Result<Entry, Failure> {
    let (collection, command) = match name.split_once('/') {
        Some((collection, command)) => (Some(collection), command),
        None => (None, name),
    };
    let mut found = registry::public_commands().filter(|entry| {
        entry.spec.name == command && collection.is_none_or(|named| named == entry.aggregate.collection)
    });
    let entry = found.next().ok_or_else(|| {
        Failure::NotFound(format!("No command is called '{name}'. 'caseledger command --list' names them."))
    })?;
    if let Some(other) = found.next() {
        let [one, two] = [entry, other].map(|entry| format!("{}/{command}", entry.aggregate.collection));
        return Err(Failure::Usage(format!("Both {one} and {two} are called so: name one in full.")));
    }
    Ok(entry)
}

fn list(json: bool) -> Result<(), Failure> {
    if json {
        let all: Vec<_> = registry::public_commands()
            .map(|entry| json!({ "command": entry.spec.name, "collection": entry.aggregate.collection, "opens": entry.spec.opens() }))
            .collect();
        return super::print_json(&all);
    }
    for aggregate in registry::aggregates() {
        tell!("{}", aggregate.name);
        for spec in aggregate.commands.iter().filter(|spec| !spec.internal()) {
            tell!("  {}", spec.name);
        }
    }
    Ok(())
}

fn message(named: &str) -> Result<Value, Failure> {
    let unread = |error: std::io::Error| Failure::Usage(format!("The message can't be read: {error}"));
    let text = if named == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(unread)?;
        text
    } else {
        std::fs::read_to_string(named).map_err(unread)?
    };
    // Serde's message names line and column, and nothing of the text.
    read_json(text.as_bytes()).map_err(|error| Failure::Usage(format!("The message is no JSON: {error}")))
}

/// Whoever can open the store can do what its administrator can; the log says that an operator did it.
fn operator() -> Actor {
    Actor {
        subject: "operator:command".to_owned(),
        roles: vec![
            Role::Administrator,
            Role::TeamManager,
            Role::Practitioner,
            Role::PanelChair,
            Role::Auditor,
            Role::DataProtectionOfficer,
            Role::Service,
        ],
        practitioner: None,
        agency: None,
        team: None,
        on_behalf_of: None,
    }
}

async fn into_store(
    settings: &Settings,
    entry: Entry,
    args: &CommandArgs,
    message: Value,
) -> Result<Receipt, Failure> {
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    if entry.aggregate.name == OversightCommand::AGGREGATE {
        // A commentary keeps the figures that it speaks of, and nobody else brings them to the log's end here.
        station.projections.catch_up().await.map_err(Failure::failed)?;
    }
    let request = Request {
        collection: entry.aggregate.collection.to_owned(),
        command: entry.spec.name.to_owned(),
        id: args.id,
        message,
        idempotency_key: args.idempotency_key.clone(),
        expected_version: args.expected_version,
        ..Request::default()
    };
    let outcome = station.dispatcher.dispatch(&operator(), request).await;
    let outcome = outcome.map_err(|rejection| wire::failure(&rejection));
    if outcome.is_ok() {
        station.catch_up().await?;
    }
    station.log.close().await;
    outcome
}

fn print(answer: &Value) {
    let text =
        |name: &str| answer.get(name).map_or_else(String::new, |value| value.to_string().replace('"', ""));
    tell!("accepted: {} of {}", text("events"), text("id"));
    if let Some(reference) = answer.get("reference").and_then(Value::as_str) {
        tell!("  case {reference}");
    }
    tell!("  version {}, positions {}", text("version"), text("positions"));
}
