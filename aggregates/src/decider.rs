//! What every aggregate is.

use std::fmt;

use caseledger_commands::CommandSet;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::upcast::Upcast;
use crate::{Context, Reference};

/// An aggregate: a state that is folded from events, and decisions on it.
pub trait Decider:
    Default + Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// What may be asked.
    type Command: CommandSet;
    /// What can have happened.
    type Event: Event;
    /// Why not.
    type Refusal: Refusal;

    /// Names the other aggregates that must be known to decide on a command. The pipeline loads what it can find of them
    /// into [`Facts`](crate::Facts).
    fn references(&self, _command: &Self::Command) -> Vec<Reference> {
        vec![]
    }

    /// Decides on a command: the events that follow from it, in order, or the refusal.
    ///
    /// Pure: the same state, command and context give the same answer. A command that is already satisfied gives no
    /// events.
    ///
    /// # Errors
    /// The rule that the command would break.
    fn decide(
        &self,
        command: &Self::Command,
        context: &Context<'_>,
    ) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Changes the state by an event that has happened. Never fails and never decides.
    fn evolve(&mut self, event: &Self::Event);
}

/// An event of an aggregate. Names, fields and versions are storage: what was once written is read for ever.
pub trait Event:
    Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// How events of earlier versions are read: the steps of each event, the earliest first.
    const UPCASTS: &'static [Upcast] = &[];

    /// The event's name as it stands in the log: `ReferralReceived`.
    fn name(&self) -> &'static str;

    /// The version of the event's shape, from `1`. A later version comes with an upcaster and a golden file.
    fn version(&self) -> &'static str;
}

/// A rule that a command would break, told so that a person can act on it.
///
/// The error's message is the fact (`The case is closed.`).
pub trait Refusal: std::error::Error + Clone + PartialEq + Send + Sync + 'static {
    /// The rule's stable, kebab-case name: `assessment-already-open`.
    fn rule(&self) -> &'static str;

    /// The field of the message that the rule is about, if one: `actions[1].due`.
    fn field(&self) -> Option<String>;

    /// What to do instead.
    fn remedy(&self) -> String;
}

/// Declares an aggregate's events: the enum, and each event's name in the log.
///
/// Every variant holds the struct of the same name, so that the stored payload is `{"ReferralReceived": {…}}`, the shape
/// that cqrs-es programs expect.
macro_rules! event_set {
    (
        $(#[$doc:meta])*
        pub enum $set:ident $(upcast by $upcasts:path)? { $($event:ident $(@ $version:literal)?),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[expect(missing_docs, reason = "each variant's struct carries the documentation")]
        pub enum $set { $($event($event)),+ }

        impl $set {
            /// Every event's name, in the order of the work.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($event)),+];
        }

        impl $crate::Event for $set {
            $(const UPCASTS: &'static [$crate::upcast::Upcast] = $upcasts;)?

            fn name(&self) -> &'static str {
                match self { $(Self::$event(_) => stringify!($event)),+ }
            }

            fn version(&self) -> &'static str {
                match self { $(Self::$event(_) => $crate::decider::version_or_first(&[$($version)?])),+ }
            }
        }

        $(impl From<$event> for $set {
            fn from(event: $event) -> Self {
                Self::$event(event)
            }
        })+
    };
}
pub(crate) use event_set;

/// Declares an aggregate's events with their structs: the short form of [`event_set`].
macro_rules! events {
    (
        $(#[$set_doc:meta])*
        pub enum $set:ident $(upcast by $upcasts:path)? {
            $($(#[$doc:meta])* $event:ident $(@ $version:literal)? { $($field:ident: $type:ty),* $(,)? })+
        }
    ) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize)]
            #[allow(missing_docs, reason = "a field without a comment is the command's, documented there")]
            pub struct $event { $(pub $field: $type),* }
        )+
        $crate::decider::event_set! {
            $(#[$set_doc])*
            pub enum $set $(upcast by $upcasts)? { $($event $(@ $version)?),+ }
        }
    };
}
pub(crate) use events;

/// The declared version, or `1`.
pub(crate) const fn version_or_first(declared: &[&'static str]) -> &'static str {
    if declared.is_empty() { "1" } else { declared[0] }
}
