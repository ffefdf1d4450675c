//! What a decision may know besides the state and the command.

use std::collections::BTreeMap;
use std::sync::Arc;

use caseledger_commands::oversight::Figure;
use caseledger_commands::{Actor, CaseId, Date, PanelMeetingId, PersonId, PractitionerId, Timestamp};
use uuid::Uuid;

use crate::Authority;
use crate::case::Case;
use crate::panel::PanelMeeting;
use crate::person::Person;
use crate::workforce::Workforce;

/// The circumstances of a command.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The id of the aggregate that the command is for.
    pub id: Uuid,
    /// The authority's settings.
    pub authority: &'a Authority,
    /// Who asks.
    pub actor: &'a Actor,
    /// Now, by the clock that was passed in.
    pub now: Timestamp,
    /// When what the command tells of happened; at most `now`, and within the authority's limit for backdating. The
    /// pipeline has checked both.
    pub occurred_at: Timestamp,
    /// What must be known of other aggregates, as loaded by the pipeline.
    pub facts: &'a Facts,
}

/// Something else that a decision must know of: another aggregate, or a measure of the reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// A case.
    Case(CaseId),
    /// A person.
    Person(PersonId),
    /// A panel meeting.
    PanelMeeting(PanelMeetingId),
    /// The authority's register of agencies, teams and practitioners.
    Workforce,
    /// A measure of the reports.
    Measure {
        /// Its id.
        id: String,
        /// The period whose figures are wanted; without one it is asked only whether there is such a measure.
        figures: Option<(Date, Date)>,
    },
}

/// What a decision needs to know of other aggregates: their states, for the ones that exist and that
/// [`Decider::references`](crate::Decider::references) named.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Cases by id.
    pub cases: BTreeMap<CaseId, Arc<Case>>,
    /// The register of agencies, teams and practitioners.
    pub workforce: Option<Arc<Workforce>>,
    /// People by id.
    pub people: BTreeMap<PersonId, Arc<Person>>,
    /// Panel meetings by id.
    pub panels: BTreeMap<PanelMeetingId, Arc<PanelMeeting>>,
    /// Measures by id, with the figures that were wanted, as the reports tell them now.
    pub measures: BTreeMap<String, Vec<Figure>>,
}

impl Facts {
    /// Whether a practitioner is in the register and has not left by that day.
    pub fn works(&self, practitioner: PractitionerId, on: Date) -> bool {
        self.workforce.as_deref().is_some_and(|workforce| workforce.posting(practitioner, on).is_some())
    }
}
