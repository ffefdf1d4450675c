//! The one table of commands: routes, schemas, the command line and forms are made from it.

use std::marker::PhantomData;
use std::sync::LazyLock;

use caseledger_aggregates::audit::Audit;
use caseledger_aggregates::case::Case;
use caseledger_aggregates::oversight::Oversight;
use caseledger_aggregates::panel::PanelMeeting;
use caseledger_aggregates::person::Person;
use caseledger_aggregates::supervision::Supervision;
use caseledger_aggregates::workforce::Workforce;
use caseledger_commands::{CommandSet, CommandSpec, InputError};
use serde_json::Value;
use uuid::Uuid;

use crate::desk::{Desk, Of};
use crate::kin::Kin;

/// An aggregate and its commands.
#[derive(Clone, Copy)]
pub struct Aggregate {
    /// Its type, as it stands in the log: `Case`.
    pub name: &'static str,
    /// Its plural, as it stands in paths: `cases`.
    pub collection: &'static str,
    /// The id of its only stream, for an aggregate of which an authority has just one.
    pub only: Option<Uuid>,
    /// Its commands.
    pub commands: &'static [CommandSpec],
    /// Reads and checks a message, and forgets it: a check without a decision.
    pub check: fn(&str, Value) -> Result<(), InputError>,
    pub(crate) desk: fn() -> Box<dyn Desk>,
}

/// A row of the table.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The aggregate that the command is for.
    pub aggregate: &'static Aggregate,
    /// The command.
    pub spec: &'static CommandSpec,
}

static AGGREGATES: LazyLock<Vec<Aggregate>> = LazyLock::new(|| {
    vec![
        Aggregate::of::<Case>(),
        Aggregate::of::<Person>(),
        Aggregate::of::<PanelMeeting>(),
        Aggregate::of::<Supervision>(),
        Aggregate::of::<Audit>(),
        Aggregate::of::<Workforce>(),
        Aggregate::of::<Oversight>(),
    ]
});

impl Aggregate {
    fn of<D: Kin>() -> Self {
        Self {
            name: D::Command::AGGREGATE,
            collection: D::Command::COLLECTION,
            only: D::Command::ONLY,
            commands: D::Command::TABLE,
            check: |name, message| D::Command::decode(name, message).map(drop),
            desk: || Box::new(Of::<D>(PhantomData)),
        }
    }
}

impl Entry {
    /// The path of its route, as RFC 6570 writes it; `with_id` says whether the path holds the id.
    pub fn path(&self, with_id: bool) -> String {
        let Aggregate { collection, .. } = self.aggregate;
        let command = self.spec.name;
        if with_id {
            format!("/v1/{collection}/{{id}}/{command}")
        } else {
            format!("/v1/{collection}/{command}")
        }
    }

    /// Whether it can be sent with an id.
    pub fn takes_id(&self) -> bool {
        self.aggregate.only.is_none()
    }

    /// Whether it can be sent without an id.
    pub fn works_without_id(&self) -> bool {
        self.aggregate.only.is_some() || self.spec.opens()
    }
}

/// Every aggregate, in the order in which a newcomer meets them.
pub fn aggregates() -> &'static [Aggregate] {
    &AGGREGATES
}

/// Every command, with the internal ones.
pub fn commands() -> impl Iterator<Item = Entry> {
    aggregates()
        .iter()
        .flat_map(|aggregate| aggregate.commands.iter().map(move |spec| Entry { aggregate, spec }))
}

/// Every command that a client may send.
pub fn public_commands() -> impl Iterator<Item = Entry> {
    commands().filter(|entry| !entry.spec.internal())
}

/// The command of that name in that collection.
pub fn find(collection: &str, command: &str) -> Option<Entry> {
    commands().find(|entry| entry.aggregate.collection == collection && entry.spec.name == command)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_has_a_route_of_its_own() {
        let routes: BTreeSet<_> =
            commands().map(|entry| (entry.aggregate.collection, entry.spec.name)).collect();
        assert_eq!(routes.len(), commands().count());
    }

    #[test]
    fn every_example_is_a_sound_message() {
        for entry in commands() {
            let sound = (entry.aggregate.check)(entry.spec.name, (entry.spec.example)());
            assert_eq!(sound, Ok(()), "{} {}", entry.aggregate.collection, entry.spec.name);
        }
    }

    #[test]
    fn no_message_has_a_field_of_the_reserved_name() {
        for entry in commands() {
            let schema = (entry.spec.schema)();
            let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
            assert!(!properties.contains_key("occurred_at"), "{}", entry.spec.name);
        }
    }
}
