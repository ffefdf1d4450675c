//! The projection that keeps the units of all measures.

use std::sync::Arc;

use async_trait::async_trait;
use caseledger_aggregates::Authority;

use super::case::{CaseStory, tables as case};
use super::register;
use super::story::Stories;
use crate::projection::{Entry, Failed, Fold, Projection, Spec};

/// The base of all measures.
pub static MEASURES: Spec = Spec {
    name: "measures",
    version: 1,
    doc: "What measures count: the units, each with its day or stretch of days, what it belongs to and the events that it \
          follows from.",
    folds: &["Case", "Workforce"],
    tables: &[register::TEAM, register::AGENCY, case::STORY, case::OPEN, case::EPISODE],
    make: |authority| Box::new(Measures { authority: authority.clone(), cases: Stories::default() }),
    // Working days and timescales decide whether something was in time.
    settings: |authority| {
        serde_json::to_string(&(&authority.timescales, &authority.calendar)).unwrap_or_default()
    },
};

struct Measures {
    authority: Arc<Authority>,
    cases: Stories<CaseStory>,
}

#[async_trait]
impl Projection for Measures {
    fn spec(&self) -> &'static Spec {
        &MEASURES
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        register::apply(fold, batch).await?;
        self.cases.apply(fold, batch, &self.authority).await
    }

    fn forget(&mut self) {
        self.cases.forget();
    }
}
