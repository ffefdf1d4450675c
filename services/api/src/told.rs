//! The reports' figures, for the pipeline: what a commentary speaks of is kept with it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use caseledger_aggregates::Authority;
use caseledger_commands::Date;
use caseledger_commands::oversight::Figure;
use caseledger_dispatch::{Figures, NotTold};
use caseledger_log::Position;
use caseledger_projections::Projections;
use caseledger_projections::measures::{self, LOCALITY, Period, Question};
use caseledger_projections::queries::Reads;

/// How long a command waits until the figures tell of everything that is in the log.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The measures of the catalogue, as the read models tell them.
pub struct ToldFigures {
    projections: Projections,
    authority: Arc<Authority>,
}

impl ToldFigures {
    /// The figures of these read models.
    pub const fn new(projections: Projections, authority: Arc<Authority>) -> Self {
        Self { projections, authority }
    }
}

#[async_trait]
impl Figures for ToldFigures {
    fn knows(&self, measure: &str) -> bool {
        measures::measure(measure).is_some()
    }

    async fn figures(
        &self,
        measure: &str,
        (from, to): (Date, Date),
        up_to: Position,
    ) -> Result<Vec<Figure>, NotTold> {
        let Some(measure) = measures::measure(measure) else { return Ok(vec![]) };
        let waited = self.projections.wait_for(Reads::MEASURES, up_to, LONGEST_WAIT).await;
        waited.map_err(|error| NotTold(error.to_string()))?;
        let question = Question::of(Period { from, to }).by([&LOCALITY]);
        let figure = measures::answer(self.projections.db(), &self.authority, measure, &question).await;
        Ok(figure.map_err(|error| NotTold(error.to_string()))?.to_keep())
    }
}
