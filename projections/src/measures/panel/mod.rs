//! The units that follow from the events of a meeting of the panel.

pub(super) mod tables;

use std::collections::{BTreeMap, BTreeSet};

use caseledger_aggregates::panel::PanelEvent;
use caseledger_aggregates::{AnyEvent, Authority};
use caseledger_commands::case::TriageOutcome;
use caseledger_commands::panel::Attendance;
use caseledger_commands::{AgencyId, CaseId, CaseReference, Date};
use caseledger_log::Position;
use serde::{Deserialize, Serialize};

use self::tables::{ATTENDANCE, ITEM, MEETING, STORY};
use super::story::{Said, Story, Subject, Told, day_of, of_its_stream};
use super::units::{Units, day_number, positions};
use crate::projection::Entry;
use crate::sql::{Table, Value};
use crate::words::code;

/// The story of a meeting.
pub(super) struct PanelStory;

/// What an event of a meeting says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fact {
    /// It was called for a day, and these were asked to come.
    Called { on: Date, invited: Vec<AgencyId> },
    /// It was held, and these came or did not.
    Held { on: Date, agencies: Vec<(AgencyId, Attendance)> },
    /// It decided on a case.
    Decided { case: CaseId, outcome: TriageOutcome },
    /// It put a case off to another meeting.
    Deferred(CaseId),
}

impl Story for PanelStory {
    type Fact = Fact;

    const KEPT: &'static Table = &STORY;
    const TABLES: &'static [Table] = &[MEETING, ATTENDANCE, ITEM];

    fn said(entry: &Entry) -> Vec<(Subject<'_>, Said<Fact>)> {
        let AnyEvent::PanelMeeting(event) = &entry.event else { return vec![] };
        let fact = match event {
            PanelEvent::PanelScheduled(e) => Fact::Called { on: e.on, invited: e.invited.clone() },
            PanelEvent::AttendanceRecorded(e) => {
                let agencies = e.agencies.iter().map(|one| (one.agency, one.attendance)).collect();
                Fact::Held { on: e.held_on, agencies }
            }
            PanelEvent::PanelDecisionRecorded(e) => Fact::Decided { case: e.case, outcome: e.outcome },
            PanelEvent::AgendaItemDeferred(e) => Fact::Deferred(e.case),
            PanelEvent::AddedToAgenda(_) | PanelEvent::InformationShared(_) | PanelEvent::PanelClosed(_) => {
                return vec![];
            }
        };
        of_its_stream(entry, vec![(day_of(entry), fact)])
    }

    fn units(told: &Told<Fact>, authority: &Authority) -> Units {
        let mut units = Units::default();
        let mut meeting = Meeting::default();
        for dated in &told.facts {
            let by = dated.position;
            match &dated.fact {
                Fact::Called { on, invited } => meeting.called = Some((*on, invited, by)),
                // What is told of it last stands: attendance told again replaces what was told before.
                Fact::Held { on, agencies } => {
                    if meeting.held.is_none_or(|(.., earlier)| earlier < by) {
                        meeting.held = Some((*on, agencies, by));
                    }
                }
                Fact::Decided { case, outcome } => {
                    item(&mut units, told, *case, (dated.day, code(outcome), true, by));
                }
                Fact::Deferred(case) => {
                    item(&mut units, told, *case, (dated.day, "deferred".to_owned(), false, by));
                }
            }
        }
        meeting.add(&mut units, told, authority);
        units
    }
}

/// A day, whom it concerns, and the event that says so.
type OnDay<'a, Of> = Option<(Date, &'a [Of], Position)>;

/// What the facts say of the meeting as a whole.
#[derive(Default)]
struct Meeting<'a> {
    called: OnDay<'a, AgencyId>,
    held: OnDay<'a, (AgencyId, Attendance)>,
}

impl Meeting<'_> {
    fn add(&self, units: &mut Units, told: &Told<Fact>, authority: &Authority) {
        let subject = || Value::Text(Some(format!("PanelMeeting/{}", told.stream)));
        let Some((planned, invited, called_by)) = self.called else { return };
        let held_on = self.held.map(|(day, ..)| day);
        let by = [called_by].into_iter().chain(self.held.map(|(.., by)| by));
        let row = [
            subject(),
            Value::from(planned),
            Value::from(held_on),
            Value::Int(held_on.map(day_number)),
            Value::from(i64::from(authority.panel.cadence_days)),
            positions(by),
        ];
        units.add(&MEETING, told.stream.clone(), row);
        let Some((day, agencies, held_by)) = self.held else { return };
        let named: BTreeMap<AgencyId, Attendance> = agencies.iter().copied().collect();
        let asked: BTreeSet<AgencyId> = invited.iter().copied().chain(named.keys().copied()).collect();
        for agency in asked {
            // An agency that was asked and is not named did not come.
            let attendance = named.get(&agency).copied().unwrap_or(Attendance::Absent);
            let row = [
                subject(),
                Value::text(agency),
                Value::from(day),
                Value::Text(Some(code(&attendance))),
                positions([called_by, held_by]),
            ];
            units.add(&ATTENDANCE, format!("{}/{agency}", told.stream), row);
        }
    }
}

/// A case on which the meeting decided, or which it put off.
fn item(units: &mut Units, told: &Told<Fact>, case: CaseId, what: (Date, String, bool, Position)) {
    let (day, result, decided, by) = what;
    let row = [
        Value::text(case),
        Value::text(CaseReference::of(case)),
        Value::from(told.stream.as_str()),
        Value::from(day),
        Value::Text(Some(result)),
        Value::from(decided),
        positions([by]),
    ];
    units.add(&ITEM, format!("{}/{case}", told.stream), row);
}
