//! The table of commands: one row a command, from which routes, schemas, the command line and forms are made.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
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
    /// [`InputError::UnknownCommand`], [`InputError::Unreadable`] with the field at fault, or [`InputError::Invalid`]
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
    /// The message is not of the command's shape.
    #[error("The field '{field}' can't be read: {detail}")]
    Unreadable {
        /// Where: a path such as `goals[2].measure`, or `.` for the message as a whole.
        field: String,
        /// What was expected. Holds nothing of what was sent, which may be personal.
        detail: String,
    },
    /// The message has the right shape but says something that can't be.
    #[error("The message breaks {} of the rules for its fields.", .0.len())]
    Invalid(Vec<Violation>),
}

/// Reads one message, naming the field at fault.
pub fn read<C: Command>(message: Value) -> Result<C, InputError> {
    // Nearly every message can be read; only one that can't is read again, step by step, to find the field at fault.
    let command = C::deserialize(&message).or_else(|_| {
        serde_path_to_error::deserialize(message).map_err(|error| InputError::Unreadable {
            field: error.path().to_string(),
            detail: without_values(&error.into_inner().to_string()),
        })
    })?;
    let mut checks = Checks::default();
    command.check(&mut checks);
    match checks.finish() {
        violations if violations.is_empty() => Ok(command),
        violations => Err(InputError::Invalid(violations)),
    }
}

/// Serde's messages quote what was sent (`invalid type: string "Maisie", expected …`, `unknown variant `Maisie`, …`). It
/// may be personal. Names of fields are the client's words for our own, and stay.
fn without_values(message: &str) -> String {
    if ["unknown field", "missing field", "duplicate field"].iter().any(|start| message.starts_with(start)) {
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
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<C>()
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
