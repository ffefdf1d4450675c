//! The units that follow from what the register and the supervision records say of practitioners.

mod course;
pub(super) mod tables;

use caseledger_aggregates::supervision::{SupervisionEvent, SupervisionRecorded};
use caseledger_aggregates::workforce::WorkforceEvent;
use caseledger_aggregates::{AnyEvent, Authority};
use caseledger_commands::case::Priority;
use caseledger_commands::supervision::ThresholdView;
use caseledger_commands::{ActionId, AgencyId, CaseId, Date, TeamId};
use serde::{Deserialize, Serialize};

use self::course::Course;
use self::tables::{ACTION, DISCUSSION, PRACTITIONER, STORY, SUPERVISION};
use super::story::{Said, Story, Subject, Told, day_of};
use super::units::Units;
use crate::projection::Entry;
use crate::sql::Table;

/// The short name of the training in the toolkit with which neglect is recognised.
pub(super) const NEGLECT_TOOLKIT: &str = "neglect-toolkit";

/// The story of a practitioner.
pub(super) struct PractitionerStory;

/// What an event says of a practitioner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fact {
    /// They were entered in the register.
    Registered { team: TeamId, agency: AgencyId, manages: bool },
    /// They work in another team for some time.
    Seconded { team: TeamId, agency: AgencyId, from: Date, to: Date },
    /// They finished a course.
    Trained(String),
    /// They leave: the last day.
    Ended(Date),
    /// It was set how often they are to be supervised.
    Frequency(u32),
    /// They were supervised.
    Supervised(Session),
    /// An action that a supervision set was done.
    ActionDone(ActionId),
}

/// What was discussed and agreed in a supervision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    /// By when the next is to be held.
    pub next_due: Date,
    /// The cases that were discussed, and what was thought of the level of help.
    pub cases: Vec<(CaseId, ThresholdView)>,
    /// The actions that were agreed: how much hangs on each, and when it is due.
    pub actions: Vec<(ActionId, Priority, Date)>,
    /// How many earlier actions were carried forward.
    pub carried: u32,
}

impl Story for PractitionerStory {
    type Fact = Fact;

    const KEPT: &'static Table = &STORY;
    const TABLES: &'static [Table] = &[PRACTITIONER, SUPERVISION, DISCUSSION, ACTION];

    /// The register is one stream, and each supervision record another: a practitioner's story is made of both.
    fn said(entry: &Entry) -> Vec<(Subject<'_>, Said<Fact>)> {
        let day = day_of(entry);
        let of =
            |practitioner: String, day: Date, fact| vec![(Subject::Named(practitioner), vec![(day, fact)])];
        match &entry.event {
            AnyEvent::Workforce(event) => match event {
                WorkforceEvent::PractitionerRegistered(e) => {
                    let fact = Fact::Registered { team: e.team, agency: e.agency, manages: e.is_manager };
                    of(e.practitioner.to_string(), day, fact)
                }
                WorkforceEvent::SecondmentRecorded(e) => {
                    let (team, agency) = (e.host_team, e.host_agency);
                    let fact = Fact::Seconded { team, agency, from: e.from, to: e.to };
                    of(e.practitioner.to_string(), day, fact)
                }
                WorkforceEvent::TrainingRecorded(e) => {
                    of(e.practitioner.to_string(), e.completed_on, Fact::Trained(e.course.clone()))
                }
                WorkforceEvent::PractitionerEnded(e) => {
                    of(e.practitioner.to_string(), day, Fact::Ended(e.last_day))
                }
                WorkforceEvent::AgencyRegistered(_) | WorkforceEvent::TeamRegistered(_) => vec![],
            },
            AnyEvent::Supervision(event) => {
                let (day, fact) = match event {
                    SupervisionEvent::SupervisionFrequencySet(e) => (day, Fact::Frequency(e.every_days)),
                    SupervisionEvent::SupervisionRecorded(e) => (e.held_on, Fact::Supervised(Session::of(e))),
                    SupervisionEvent::SupervisionActionCompleted(e) => (day, Fact::ActionDone(e.action)),
                };
                // A supervision record has its practitioner's id.
                of(entry.recorded.aggregate_id.clone(), day, fact)
            }
            _ => vec![],
        }
    }

    fn units(told: &Told<Fact>, authority: &Authority) -> Units {
        let mut units = Units::default();
        if let Some(course) = Course::of(told, authority) {
            course.add_stretches(&mut units);
            course.add_supervisions(&mut units);
        }
        units
    }
}

impl Session {
    fn of(e: &SupervisionRecorded) -> Self {
        let of_cases = e.cases.iter().flat_map(|said| &said.actions);
        Self {
            next_due: e.next_due,
            cases: e.cases.iter().map(|said| (said.case, said.threshold)).collect(),
            actions: of_cases
                .chain(&e.actions)
                .map(|action| (action.id, action.priority, action.due))
                .collect(),
            carried: u32::try_from(e.carried_forward.len()).unwrap_or(u32::MAX),
        }
    }
}
