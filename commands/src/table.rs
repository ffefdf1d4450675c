//! The table of commands: one row a command, from which routes, schemas, the command line and forms are made.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Checks, Violation};

/// One command message.
pub trait Command: Serialize + DeserializeOwned + JsonSchema {
    /// Notes what is wrong with the message by itself; what is wrong for a case that stands so or so is decided later.
    fn check(&self, checks: &mut Checks);

    /// A realistic, invented message, for the documentation. It passes its own checks.
    fn example() -> Self;
}

/// A row of the table of commands.
pub struct CommandSpec {
    /// The name on the wire and the command line: `receive-referral`.
    pub name: &'static str,
    /// `opens`, `internal`, or neither; see [`Self::opens`] and [`Self::internal`].
    pub flag: Option<&'static str>,
    /// The message's JSON schema; its description says what the command asks.
    pub schema: fn() -> Schema,
    /// The message's example.
    pub example: fn() -> Value,
}

impl CommandSpec {
    /// Whether it opens a new stream, so that the id may be left for the service to make.
    pub fn opens(&self) -> bool {
        self.flag == Some("opens")
    }

    /// Whether only a process of caseledger itself may send it. It has no route.
    pub fn internal(&self) -> bool {
        self.flag == Some("internal")
    }
}

/// The commands of one aggregate: an enum with a variant for each, and its rows of the table.
pub trait CommandSet: Sized + Clone + Send + Sync + 'static {
    /// The aggregate's type, as it stands in the log: `Case`.
    const AGGREGATE: &'static str;
    /// The aggregate's plural, as it stands in paths: `cases`.
    const COLLECTION: &'static str;
    /// The id of the only stream, for an aggregate of which an authority has just one: its paths hold no id.
    const ONLY: Option<uuid::Uuid>;
    /// The rows.
    const TABLE: &'static [CommandSpec];

    /// Reads and checks the message of the command with that name.
    ///
    /// # Errors
    /// [`InputError::UnknownCommand`], [`InputError::Unreadable`] with the fields at fault, or [`InputError::Invalid`]
    /// with everything that is wrong with the message.
    fn decode(name: &str, message: Value) -> Result<Self, InputError>;

    /// The command's name on the wire.
    fn name(&self) -> &'static str;

    /// The message as JSON.
    fn message(&self) -> Value;
}

/// Why a message can't be taken as a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// No command has that name.
    #[error("There is no such command.")]
    UnknownCommand,
    /// The message is not of the command's shape: each member that is missing, that nobody knows, or that can't be read.
    #[error("The message can't be read: {} of its fields are at fault.", .0.len())]
    Unreadable(Vec<Violation>),
    /// The message has the right shape but says something that can't be.
    #[error("The message breaks {} of the rules for its fields.", .0.len())]
    Invalid(Vec<Violation>),
}

/// Reads one message, naming the fields at fault.
pub fn read<C: Command>(message: Value) -> Result<C, InputError> {
    // Nearly every message can be read; only one that can't is read again, step by step, to find the fields at fault.
    let command = C::deserialize(&message).or_else(|_| {
        let given: Option<BTreeSet<String>> =
            message.as_object().map(|members| members.keys().cloned().collect());
        serde_path_to_error::deserialize(message).map_err(|error| {
            let found = violation(error.path().to_string(), &error.into_inner().to_string());
            // Serde stops at the first; whoever sent the message wants to know of all.
            let mut all = given.map(|given| misfits::<C>(&given)).unwrap_or_default();
            if !all.iter().any(|known| known.field == found.field) {
                all.push(found);
            }
            InputError::Unreadable(all)
        })
    })?;
    let mut checks = Checks::default();
    command.check(&mut checks);
    match checks.finish() {
        violations if violations.is_empty() => Ok(command),
        violations => Err(InputError::Invalid(violations)),
    }
}

/// The members of a message that nobody knows, and those that are missing. Of its own members only: what lies deeper is
/// told one by one.
fn misfits<C: JsonSchema>(given: &BTreeSet<String>) -> Vec<Violation> {
    let schema = schema_of::<C>().to_value();
    let Some(known) = schema.get("properties").and_then(Value::as_object) else { return vec![] };
    let unknown = given.iter().filter(|name| !known.contains_key(*name)).map(|name| Violation {
        field: name.clone(),
        rule: "field-unknown",
        detail: format!("There is no such field here, but: {}.", listed(known.keys())),
    });
    let required =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let missing = required.filter(|name| !given.contains(*name)).map(|name| missing(name.to_owned()));
    unknown.chain(missing).collect()
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn missing(field: String) -> Violation {
    Violation { field, rule: "field-missing", detail: "This field is missing.".to_owned() }
}

/// What serde found at fault, in words for whoever sent it.
fn violation(path: String, message: &str) -> Violation {
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return missing(if path == "." { name.to_owned() } else { format!("{path}.{name}") });
    }
    let rule = if message.starts_with("unknown field") { "field-unknown" } else { "unreadable" };
    Violation { field: path, rule, detail: in_plain_words(&without_values(message)) }
}

/// Serde speaks of Rust's types; a client sends JSON.
fn in_plain_words(message: &str) -> String {
    let is_mismatch =
        ["invalid type", "invalid value", "unknown variant"].iter().any(|start| message.starts_with(start));
    let Some((_, expected)) = message.rsplit_once(", expected ").filter(|_| is_mismatch) else {
        return message.to_owned();
    };
    let plain = match expected {
        "a sequence" => "a list",
        "a map" => "an object",
        "a string" | "a borrowed string" => "text",
        "a boolean" => "true or false",
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "f32" | "f64" => "a number",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    format!("Give {plain} here.")
}

/// Serde's messages quote what was sent (`invalid type: string "Maisie", expected …`, `unknown variant `Maisie`, …`). It
/// may be personal. Names of fields are the client's words for our own, and stay.
fn without_values(message: &str) -> String {
    if ["unknown field", "duplicate field"].iter().any(|start| message.starts_with(start)) {
        return message.to_owned();
    }
    let (said, expected) = message.rfind(", expected ").map_or((message, ""), |at| message.split_at(at));
    match said.find(['"', '`']).zip(said.rfind(['"', '`'])) {
        Some((first, last)) => format!("{}…{}{expected}", &said[..first], &said[last + 1..]),
        None => message.to_owned(),
    }
}

/// The JSON schema of a message, with everything it refers to within it.
pub fn schema_of<C: JsonSchema>() -> Schema {
    let mut schema = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<C>();
    // A member that may be left out has no value then; where it may not be null either, such a default would be invalid.
    without_null_default(&mut schema);
    schema
}

fn without_null_default(schema: &mut Schema) {
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    transform_subschemas(&mut without_null_default, schema);
}

/// A command's example as JSON.
pub fn example_of<C: Command>() -> Value {
    serde_json::to_value(C::example()).unwrap_or(Value::Null)
}

/// A row's flag, if it has one.
pub const fn flag(flags: &[&'static str]) -> Option<&'static str> {
    if flags.is_empty() { None } else { Some(flags[0]) }
}

/// The id of an aggregate's only stream, if it has just one.
pub const fn only(ids: &[uuid::Uuid]) -> Option<uuid::Uuid> {
    if ids.is_empty() { None } else { Some(ids[0]) }
}

/// Declares the commands of an aggregate: the enum, and its rows of the table.
///
/// ```text
/// command_set! {
///     /// What may be asked of a case.
///     pub enum CaseCommand for "Case" in "cases" {
///         "receive-referral" => ReceiveReferral (opens),
///         "record-contact" => RecordContact,
///         "note-supervision" => NoteSupervision (internal),
///     }
/// }
/// ```
/// An aggregate of which there is only one names its id: `for "Workforce" in "workforce" at "0000…"`.
macro_rules! command_set {
    (
        $(#[$doc:meta])*
        pub enum $set:ident for $aggregate:literal in $collection:literal $(at $only:literal)? {
            $($name:literal => $command:ident $(($flag:ident))?),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[expect(missing_docs, reason = "each variant's message carries the documentation")]
        #[allow(clippy::large_enum_variant, reason = "a command is made once, moved a few times and dropped")]
        pub enum $set { $($command($command)),+ }

        impl $crate::CommandSet for $set {
            const AGGREGATE: &'static str = $aggregate;
            const COLLECTION: &'static str = $collection;
            const ONLY: Option<::uuid::Uuid> = $crate::table::only(&[$(::uuid::uuid!($only))?]);
            const TABLE: &'static [$crate::CommandSpec] = &[$($crate::CommandSpec {
                name: $name,
                flag: $crate::table::flag(&[$(stringify!($flag))?]),
                schema: $crate::table::schema_of::<$command>,
                example: $crate::table::example_of::<$command>,
            }),+];

            fn decode(name: &str, message: ::serde_json::Value) -> Result<Self, $crate::InputError> {
                match name {
                    $($name => $crate::table::read::<$command>(message).map(Self::$command),)+
                    _ => Err($crate::InputError::UnknownCommand),
                }
            }

            fn name(&self) -> &'static str {
                match self { $(Self::$command(_) => $name),+ }
            }

            fn message(&self) -> ::serde_json::Value {
                match self { $(Self::$command(message) => ::serde_json::to_value(message)),+ }.unwrap_or_default()
            }
        }

        $(impl From<$command> for $set {
            fn from(command: $command) -> Self {
                Self::$command(command)
            }
        })+
    };
}
pub(crate) use command_set;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::case::CaseCommand;

    fn told(command: &str, message: Value) -> Vec<(String, &'static str, String)> {
        match CaseCommand::decode(command, message) {
            Err(InputError::Unreadable(violations)) => {
                violations.into_iter().map(|it| (it.field, it.rule, it.detail)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_member_that_is_missing_or_unknown_is_named_at_once() {
        let all = told("receive-referral", json!({ "shoe_size": 4, "route": "family" }));
        let rules: Vec<_> = all.iter().map(|(field, rule, _)| (field.as_str(), *rule)).collect();
        assert_eq!(rules[0], ("shoe_size", "field-unknown"));
        for needed in ["source", "children", "presenting_needs", "concerns", "consent"] {
            assert!(rules.contains(&(needed, "field-missing")), "{needed}: {rules:?}");
        }
        assert!(all[0].2.contains("presenting_needs") && !rules.iter().any(|(field, _)| *field == "route"));
    }

    #[test]
    fn what_cant_be_read_is_told_in_words_of_json_and_without_what_was_sent() {
        let wrong = |member: &str, value: Value| {
            let mut message = example_of::<crate::case::ReceiveReferral>();
            message[member] = value;
            told("receive-referral", message)
        };
        let one = |field: &str, detail: &str| vec![(field.to_owned(), "unreadable", detail.to_owned())];
        assert_eq!(wrong("children", json!("Maisie")), one("children", "Give a list here."));
        assert_eq!(wrong("urgent", json!("Maisie")), one("urgent", "Give true or false here."));
        let source = &wrong("source", json!("Maisie"))[0].2;
        assert!(source.starts_with("Give one of `1A`, ") && !source.contains("Maisie"), "{source}");
    }

    #[test]
    fn a_member_that_is_missing_deeper_down_is_named_with_its_path() {
        let mut message =
            (CaseCommand::TABLE.iter().find(|spec| spec.name == "agree-plan").unwrap().example)();
        message["actions"][0].as_object_mut().unwrap().remove("what");
        let all = told("agree-plan", message);
        assert_eq!((all[0].0.as_str(), all[0].1), ("actions[0].what", "field-missing"));
    }
}
