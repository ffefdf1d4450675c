//! Parse and validate: what can be said about a request without looking at the record.

use std::borrow::Cow;

use caseledger_aggregates::Authority;
use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::{Actor, CommandSet, InputError, Role, Timestamp, Violation};
use caseledger_log::{IdempotencyKey, Urgency};
use serde_json::Value;
use uuid::Uuid;

use crate::registry::Entry;
use crate::{IdSource, Rejection, Request, key_derived_id};

/// The reserved member of a message that says when it happened.
pub const OCCURRED_AT: &str = "occurred_at";

/// The longest idempotency key, in bytes.
pub const LONGEST_KEY: usize = 200;

/// A sound request for one aggregate.
pub struct Call<C> {
    pub id: Uuid,
    pub command: C,
    pub opens: bool,
    pub occurred_at: Timestamp,
    pub key: Option<IdempotencyKey>,
    pub expected_version: Option<u64>,
    pub correlation: String,
    pub causation: String,
    pub traceparent: Option<String>,
    pub provenance: Option<String>,
    pub urgency: Urgency,
}

impl<C: CommandSet> Call<C> {
    /// Reads a request.
    pub fn read(
        entry: Entry,
        mut request: Request,
        actor: &Actor,
        (authority, now, ids): (&Authority, Timestamp, &dyn IdSource),
    ) -> Result<Self, Rejection> {
        let said = take_occurred_at(&mut request.message)?.or(request.occurred_at);
        let occurred_at = said.unwrap_or(now);
        let is_bound = request.provenance.is_none() && !actor.is(Role::Process);
        // What a process follows is in the log already, whatever the clock has done since.
        let is_follow_up = actor.is(Role::Process);
        check_occurred_at(occurred_at, if is_follow_up { occurred_at } else { now }, authority, is_bound)?;
        check_characters(&request.message)?;
        request.idempotency_key.as_deref().map_or(Ok(()), check_key)?;
        let command = C::decode(entry.spec.name, request.message).map_err(rejected)?;
        let id = match (C::ONLY, request.id, &request.idempotency_key) {
            (Some(only), None, _) => only,
            (Some(only), Some(id), _) if id == only => only,
            (Some(_), Some(_), _) => return Err(Rejection::NotFound),
            (None, Some(id), _) => id,
            (None, None, _) if !entry.spec.opens() => {
                return Err(Rejection::invalid("id", "id-missing", "Say which one the command is for."));
            }
            (None, None, Some(key)) => key_derived_id(&actor.subject, key),
            (None, None, None) => ids.new_id(),
        };
        let correlation = request.correlation.unwrap_or_else(|| ids.new_id().to_string());
        let key = request.idempotency_key.map(|key| IdempotencyKey {
            scope: actor.subject.clone(),
            digest: digest(entry, id, &command, said, actor),
            key,
        });
        Ok(Self {
            id,
            command,
            opens: entry.spec.opens(),
            occurred_at,
            key,
            expected_version: request.expected_version,
            causation: request.causation.unwrap_or_else(|| correlation.clone()),
            correlation,
            traceparent: request.traceparent,
            provenance: request.provenance,
            urgency: if request.in_bulk { Urgency::Bulk } else { Urgency::Awaited },
        })
    }
}

/// A digest of all that makes two requests the same. The message counts as it was understood, so that the order of its
/// members does not matter.
fn digest<C: CommandSet>(
    entry: Entry,
    id: Uuid,
    command: &C,
    said: Option<Timestamp>,
    actor: &Actor,
) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let parts: [Cow<'_, str>; 6] = [
        entry.aggregate.collection.into(),
        id.to_string().into(),
        command.name().into(),
        command.message().to_string().into(),
        said.map(|at| at.to_string()).unwrap_or_default().into(),
        actor.on_behalf_of.as_deref().unwrap_or_default().into(),
    ];
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

fn rejected(error: InputError) -> Rejection {
    match error {
        InputError::UnknownCommand => Rejection::UnknownCommand,
        InputError::Unreadable(violations) | InputError::Invalid(violations) => {
            Rejection::InvalidInput(violations)
        }
    }
}

fn take_occurred_at(message: &mut Value) -> Result<Option<Timestamp>, Rejection> {
    let Some(members) = message.as_object_mut() else {
        return Err(Rejection::invalid(".", "unreadable", "A message is a JSON object."));
    };
    // shift_remove keeps the order of what remains.
    let said = members.shift_remove(OCCURRED_AT).filter(|said| !said.is_null());
    let wrong = || {
        let detail = "Say a moment in UTC, as RFC 3339 writes it: 2017-04-30T16:05:00Z.";
        Rejection::invalid(OCCURRED_AT, "unreadable", detail)
    };
    said.map(|said| said.as_str().and_then(|text| text.parse().ok()).ok_or_else(wrong)).transpose()
}

/// A backdated entry is normal and welcome, within the authority's limit; one dated in the future is refused. Imports
/// tell of any past, and processes follow what they follow.
fn check_occurred_at(
    occurred_at: Timestamp,
    now: Timestamp,
    authority: &Authority,
    is_bound: bool,
) -> Result<(), Rejection> {
    if occurred_at > now {
        let detail = "This is in the future. Record it when it has happened.";
        return Err(Rejection::invalid(OCCURRED_AT, "occurred-in-the-future", detail));
    }
    if is_bound && civil_date(occurred_at) < authority.earliest_day(now) {
        let days = authority.limits.backdating_days;
        let detail = format!(
            "This is more than {days} days ago, which is as far back as the authority takes entries."
        );
        return Err(Rejection::invalid(OCCURRED_AT, "occurred-too-long-ago", detail));
    }
    Ok(())
}

/// A key is kept beside the events, and compared by a database.
fn check_key(key: &str) -> Result<(), Rejection> {
    if key.is_empty() || key.len() > LONGEST_KEY || key.contains('\0') {
        let detail = format!("An idempotency key has 1 to {LONGEST_KEY} characters, none of them NUL.");
        return Err(Rejection::invalid("idempotency_key", "idempotency-key-fit", detail));
    }
    Ok(())
}

/// No text holds U+0000: PostgreSQL can't give it out again.
fn check_characters(message: &Value) -> Result<(), Rejection> {
    let mut violations = vec![];
    find_nul(message, &mut String::new(), &mut violations);
    if violations.is_empty() { Ok(()) } else { Err(Rejection::InvalidInput(violations)) }
}

/// Recursion is as deep as JSON is parsed: at most 128 levels.
fn find_nul(value: &Value, path: &mut String, violations: &mut Vec<Violation>) {
    let length = path.len();
    match value {
        Value::String(text) if text.contains('\0') => violations.push(Violation {
            field: path.clone(),
            rule: "text-unprintable",
            detail: "Take out the NUL character.".to_owned(),
        }),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                find_nul(item, path, violations);
                path.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                find_nul(member, path, violations);
                path.truncate(length);
            }
        }
        _ => {}
    }
}
