//! Figures that a decision must know. The pipeline knows no reports: whoever puts the parts together says who tells them.

use async_trait::async_trait;
use caseledger_commands::Date;
use caseledger_commands::oversight::Figure;
use caseledger_log::Position;

/// Tells what the reports' measures say.
#[async_trait]
pub trait Figures: Send + Sync {
    /// Whether there is a measure of that id.
    fn knows(&self, measure: &str) -> bool;

    /// A measure's figures of a period, as a commentary keeps them, told of everything up to that position of the log.
    /// None for a share or a mean of nothing.
    ///
    /// # Errors
    /// [`NotTold`] when they can't be told now.
    async fn figures(
        &self,
        measure: &str,
        period: (Date, Date),
        up_to: Position,
    ) -> Result<Vec<Figure>, NotTold>;
}

/// Why figures can't be told just now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the figures can't be told: {0}")]
pub struct NotTold(pub String);
