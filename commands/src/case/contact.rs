//! Work with the family between the milestones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::{Checks, Command, PersonId, Personal};

/// What kind of contact it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContactKind {
    /// A visit to the family.
    Visit,
    /// A telephone or video call.
    Call,
    /// A meeting with the family or with other agencies.
    Meeting,
    /// A session of direct work.
    DirectWork,
}

/// A practitioner had contact with the family, or tried to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordContact {
    /// What kind of contact it was.
    pub kind: ContactKind,
    /// Whether it took place; `false` when nobody answered or came.
    #[serde(default = "yes")]
    pub took_place: bool,
    /// The children who were seen.
    #[serde(default)]
    pub children_seen: Vec<PersonId>,
    /// Those of them who were seen without the parents.
    #[serde(default)]
    pub children_seen_alone: Vec<PersonId>,
    /// The adults of the family who took part.
    #[serde(default)]
    pub adults: Vec<PersonId>,
    /// What was seen, said and done.
    pub note: Personal<String>,
}

const fn yes() -> bool {
    true
}

impl Command for RecordContact {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            self.children_seen_alone.iter().all(|child| self.children_seen.contains(child)),
            "children_seen_alone",
            "seen-alone-is-seen",
            "A child who was seen alone was seen: name the child in children_seen too.",
        );
        checks.require(
            self.took_place || self.children_seen.is_empty(),
            "children_seen",
            "seen-when-it-took-place",
            "Nobody is seen at a contact that did not take place.",
        );
        checks.narrative("note", &self.note);
    }

    fn example() -> Self {
        Self {
            kind: ContactKind::Visit,
            took_place: true,
            children_seen: vec![sample::child()],
            children_seen_alone: vec![],
            adults: vec![sample::parent()],
            note: "Calm home, bags packed by the door. She has the GP on Tuesday.".into(),
        }
    }
}
