//! What is remembered of a meeting to decide by, and how events change it.

use std::collections::BTreeMap;

use caseledger_commands::panel::AgencyAttendance;
use caseledger_commands::{CaseId, Date, PanelMeetingId};
use serde::{Deserialize, Serialize};

use super::{PanelDecisionRecorded, PanelEvent};

/// A meeting as its events have left it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelMeeting {
    /// The day for which it was called; `None` before its first event.
    pub on: Option<Date>,
    /// Who chairs it.
    pub chair: String,
    /// The cases on its agenda.
    pub agenda: BTreeMap<CaseId, Item>,
    /// The day on which it was held, and who came.
    pub held: Option<(Date, Vec<AgencyAttendance>)>,
    /// Whether it has ended.
    pub closed: bool,
}

/// How a case on the agenda stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    /// It is still to be decided.
    Open,
    /// It was decided.
    Decided(Box<PanelDecisionRecorded>),
    /// It was put off to another meeting.
    Deferred(PanelMeetingId),
}

impl PanelMeeting {
    /// Whether it was called and is still to be held.
    pub fn is_to_be_held(&self) -> bool {
        self.on.is_some() && self.held.is_none() && !self.closed
    }

    pub(super) fn apply(&mut self, event: &PanelEvent) {
        match event {
            PanelEvent::PanelScheduled(e) => {
                self.on = Some(e.on);
                self.chair = e.chair.clone();
            }
            PanelEvent::AddedToAgenda(e) => _ = self.agenda.insert(e.case, Item::Open),
            PanelEvent::AttendanceRecorded(e) => self.held = Some((e.held_on, e.agencies.clone())),
            PanelEvent::InformationShared(_) => {}
            PanelEvent::PanelDecisionRecorded(e) => {
                self.agenda.insert(e.case, Item::Decided(Box::new(e.clone())));
            }
            PanelEvent::AgendaItemDeferred(e) => _ = self.agenda.insert(e.case, Item::Deferred(e.to)),
            PanelEvent::PanelClosed(_) => self.closed = true,
        }
    }
}
