//! What is remembered of a supervision record to decide by, and how events change it.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_commands::case::Priority;
use caseledger_commands::{ActionId, CaseId, Date, PractitionerId};
use serde::{Deserialize, Serialize};

use super::SupervisionEvent;
use caseledger_commands::supervision::SupervisionAction;

/// A supervision record as its events have left it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    /// At most how many days lie between two supervisions, where that differs from the authority's rule.
    pub every_days: Option<u32>,
    /// The latest supervision.
    pub last_held: Option<Date>,
    /// Who held it.
    pub supervisor: Option<PractitionerId>,
    /// By when the next is to be held.
    pub next_due: Option<Date>,
    /// The actions that are still to be done.
    pub open_actions: BTreeMap<ActionId, OpenAction>,
    /// The actions that were done.
    pub completed_actions: BTreeSet<ActionId>,
}

/// An action that is still to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAction {
    /// The case that it is about.
    pub case: Option<CaseId>,
    /// How much it matters.
    pub priority: Priority,
    /// Who is to do it.
    pub owner: PractitionerId,
    /// By when.
    pub due: Date,
    /// How many supervisions have carried it forward.
    pub carried_forward: u32,
}

impl Supervision {
    pub(super) fn apply(&mut self, event: &SupervisionEvent) {
        match event {
            SupervisionEvent::SupervisionFrequencySet(e) => self.every_days = Some(e.every_days),
            SupervisionEvent::SupervisionRecorded(e) => {
                if self.last_held.is_none_or(|last| e.held_on >= last) {
                    self.last_held = Some(e.held_on);
                    self.supervisor = Some(e.supervisor);
                    self.next_due = Some(e.next_due);
                }
                for action in &e.carried_forward {
                    if let Some(action) = self.open_actions.get_mut(action) {
                        action.carried_forward += 1;
                    }
                }
                let of_cases = e
                    .cases
                    .iter()
                    .flat_map(|case| case.actions.iter().map(|action| (Some(case.case), action)));
                let open = of_cases.chain(e.actions.iter().map(|action| (None, action)));
                self.open_actions.extend(open.map(|(case, action)| (action.id, opened(case, action))));
            }
            SupervisionEvent::SupervisionActionCompleted(e) => {
                self.open_actions.remove(&e.action);
                self.completed_actions.insert(e.action);
            }
        }
    }
}

fn opened(case: Option<CaseId>, action: &SupervisionAction) -> OpenAction {
    OpenAction { case, priority: action.priority, owner: action.owner, due: action.due, carried_forward: 0 }
}
