//! What people and services ask: functions over the read models that answer plain structs.
//!
//! Each says which projection it reads ([`Reads`]), so that `after=<position>` waits for the right one.

mod audit;
mod case;
mod events;
mod finished;
mod oversight;
mod panel;
mod supervision;
mod timeline;
mod worklist;

pub use crate::people::{Found, PeopleQuery, likely_duplicates, person, search};
pub use audit::{AuditSummary, AuditView, audit, audits};
pub use case::{CaseKey, CaseView, case, cases_of_person};
pub use events::{EventView, case_events};
pub use finished::{FinishedAudit, audits_finished, practitioners};
pub use oversight::{CommentaryView, ImprovementView, commentaries, improvements};
pub use panel::{
    AgendaItem, PanelAgenda, PanelAttendance, PanelSummary, SharedInformation, panel_agenda, panels,
};
pub use supervision::{
    CaseDiscussed, SupervisionActionView, SupervisionDue, SupervisionSession, SupervisionView, supervision,
    supervision_sessions, supervisions_due,
};
pub use timeline::{Order, TimelineEntry, timeline};
pub(crate) use worklist::being_worked;
pub use worklist::{Whose, WorklistItem, WorklistQuery, worklist};

use crate::cursor::CursorError;
use crate::sql::SqlError;

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database failed.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The log can't be read.
    #[error("the log can't be read: {0}")]
    Log(#[from] caseledger_log::LogError),
}

/// The projection that each query reads, for [`Projections::wait_for`](crate::Projections::wait_for).
#[derive(Clone, Copy, Debug)]
pub struct Reads;

impl Reads {
    /// [`case`], [`cases_of_person`] and [`worklist`].
    pub const CASES: &'static str = crate::cases::CASES.name;
    /// [`search`], [`likely_duplicates`] and [`person`].
    pub const PEOPLE: &'static str = crate::people::PEOPLE.name;
    /// [`panels`] and [`panel_agenda`].
    pub const PANELS: &'static str = crate::panels::PANELS.name;
    /// [`supervision`], [`supervision_sessions`] and [`supervisions_due`].
    pub const SUPERVISIONS: &'static str = crate::supervisions::SUPERVISIONS.name;
    /// [`audits`] and [`audit`].
    pub const AUDITS: &'static str = crate::audits::AUDITS.name;
    /// [`commentaries`] and [`improvements`].
    pub const OVERSIGHT: &'static str = crate::oversight::OVERSIGHT_RECORD.name;
    /// The figures of [`measures`](crate::measures).
    pub const MEASURES: &'static str = crate::measures::MEASURES.name;
    /// The lists and episodes of [`exports`](crate::exports).
    pub const EXPORTS: &'static str = crate::exports::EXPORTS.name;
}
