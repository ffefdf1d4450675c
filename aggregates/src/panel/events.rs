//! What can have happened to a meeting. Names and fields are storage: they are read for ever.

use caseledger_commands::case::TriageOutcome;
use caseledger_commands::panel::AgencyAttendance;
use caseledger_commands::{AgencyId, CaseId, Date, PanelMeetingId, Personal};

use crate::decider::events;

type Words = Personal<String>;

events! {
    /// What can have happened to a meeting of the panel.
    pub enum PanelEvent {
        /// A meeting was called.
        PanelScheduled { on: Date, chair: String, invited: Vec<AgencyId> }
        /// A case went on the agenda.
        AddedToAgenda { case: CaseId }
        /// The meeting was held, and these agencies came or did not.
        AttendanceRecorded { held_on: Date, agencies: Vec<AgencyAttendance> }
        /// An agency told the panel what it knows of a family.
        InformationShared { case: CaseId, agency: AgencyId, information: Words }
        /// The panel decided on a case. `decided_by` is the meeting's chair.
        PanelDecisionRecorded {
            case: CaseId, decided_by: String, level_of_need: u8, outcome: TriageOutcome, reason: Words,
            referrer_told: Option<Words>, lawful_basis: Option<Words>,
        }
        /// The panel put a case off to another meeting.
        AgendaItemDeferred { case: CaseId, to: PanelMeetingId, reason: Words }
        /// The meeting ended.
        PanelClosed {}
    }
}
