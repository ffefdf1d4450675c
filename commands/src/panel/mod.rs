//! What may be asked of a meeting of the early help panel.

mod messages;

pub use messages::*;

use crate::table::command_set;

command_set! {
    /// What may be asked of a meeting of the early help panel.
    pub enum PanelCommand for "PanelMeeting" in "panel-meetings" {
        "schedule-panel" => SchedulePanel (opens),
        "add-to-agenda" => AddToAgenda,
        "record-attendance" => RecordAttendance,
        "record-information-shared" => RecordInformationShared,
        "record-panel-decision" => RecordPanelDecision,
        "defer-agenda-item" => DeferAgendaItem,
        "close-panel" => ClosePanel,
    }
}
