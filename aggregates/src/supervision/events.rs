//! What can have happened in a supervision record. Names and fields are storage: they are read for ever.

use caseledger_commands::supervision::{CaseDiscussion, SupervisionAction};
use caseledger_commands::{ActionId, Date, Personal, PractitionerId};

use crate::decider::events;

type Words = Personal<String>;

events! {
    /// What can have happened in a practitioner's supervision record.
    pub enum SupervisionEvent {
        /// It was set how often the practitioner is to be supervised.
        SupervisionFrequencySet { every_days: u32, reason: Words }
        /// A supervision was held. `carried_forward` are the actions of earlier supervisions that were not done by then.
        SupervisionRecorded {
            held_on: Date, supervisor: PractitionerId, development: Option<Words>, training: Option<Words>,
            wellbeing: Option<Words>, cases: Vec<CaseDiscussion>, actions: Vec<SupervisionAction>,
            carried_forward: Vec<ActionId>, next_due: Date,
        }
        /// An action that a supervision set was done.
        SupervisionActionCompleted { action: ActionId, outcome: Words }
    }
}
