//! The projection that keeps the units of all measures.

use std::sync::Arc;

use async_trait::async_trait;
use caseledger_aggregates::Authority;
use caseledger_commands::CommandSet;
use caseledger_commands::case::CaseCommand;
use caseledger_log::StreamId;

use super::audit::{AuditStory, tables as audit};
use super::case::{CaseStory, tables as case};
use super::panel::{PanelStory, tables as panel};
use super::person::{PersonStory, tables as person};
use super::practitioner::{PractitionerStory, tables as practitioner};
use super::register;
use super::story::Stories;
use crate::projection::{Entry, Failed, Fold, Projection, Spec};

/// The base of all measures.
pub static MEASURES: Spec = Spec {
    name: "measures",
    version: 4,
    doc: "What measures count: the units, each with its day or stretch of days, what it belongs to and the events that it \
          follows from.",
    folds: &["Case", "Workforce", "PanelMeeting", "Supervision", "Audit", "Person"],
    tables: &[
        register::TEAM,
        register::AGENCY,
        case::STORY,
        case::OPEN,
        case::EPISODE,
        case::REFERRAL,
        case::ASSESSMENT,
        case::AUTHORISATION,
        case::ACTION,
        case::REVIEW,
        case::STEP_UP,
        case::STEP_DOWN,
        case::CLOSURE,
        case::GOAL,
        case::FEEDBACK,
        case::ENTRY,
        panel::STORY,
        panel::MEETING,
        panel::ATTENDANCE,
        panel::ITEM,
        practitioner::STORY,
        practitioner::PRACTITIONER,
        practitioner::SUPERVISION,
        practitioner::DISCUSSION,
        practitioner::ACTION,
        audit::STORY,
        audit::CASE_AUDIT,
        audit::GRADE,
        audit::COMPLIANCE,
        audit::ACTION,
        person::STORY,
        person::CHILD,
        person::CHILD_CASE,
    ],
    make: |authority| {
        Box::new(Measures {
            authority: authority.clone(),
            cases: Stories::default(),
            panels: Stories::default(),
            practitioners: Stories::default(),
            audits: Stories::default(),
            people: Stories::default(),
        })
    },
    // Working days, timescales and how often people meet decide whether something was in time.
    settings: |authority| {
        let Authority { timescales, calendar, panel, supervision, .. } = authority;
        serde_json::to_string(&(timescales, calendar, panel, supervision)).unwrap_or_default()
    },
};

struct Measures {
    authority: Arc<Authority>,
    cases: Stories<CaseStory>,
    panels: Stories<PanelStory>,
    practitioners: Stories<PractitionerStory>,
    audits: Stories<AuditStory>,
    people: Stories<PersonStory>,
}

#[async_trait]
impl Projection for Measures {
    fn spec(&self) -> &'static Spec {
        &MEASURES
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let last = batch.last().map_or(0, |entry| entry.recorded.position);
        let cases = self.cases.open(fold, batch).await?;
        let panels = self.panels.open(fold, batch).await?;
        let practitioners = self.practitioners.open(fold, batch).await?;
        let audits = self.audits.open(fold, batch).await?;
        let people = self.people.open(fold, batch).await?;
        register::apply(fold, batch).await?;
        self.cases.go_on(fold, &self.authority, cases, last).await?;
        self.panels.go_on(fold, &self.authority, panels, last).await?;
        self.practitioners.go_on(fold, &self.authority, practitioners, last).await?;
        self.audits.go_on(fold, &self.authority, audits, last).await?;
        self.people.go_on(fold, &self.authority, people, last).await
    }

    async fn load_ahead(&mut self, fold: &mut Fold<'_>, streams: &[StreamId]) -> Result<(), Failed> {
        self.cases.load_ahead(fold, StreamId::of_type(streams, CaseCommand::AGGREGATE)).await
    }

    fn forget(&mut self) {
        self.cases.forget();
        self.panels.forget();
        self.practitioners.forget();
        self.audits.forget();
        self.people.forget();
    }
}
