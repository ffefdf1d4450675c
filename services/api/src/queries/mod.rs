//! The table of queries. Each is decided on by the policies before it is answered, and each list of cases row by row.

mod cases;
mod catalogue;
mod exports;
mod meetings;
mod people;
mod records;
mod reports;
mod worklists;

use std::sync::LazyLock;

use caseledger_access::{Decision, Resource};
use caseledger_commands::{Actor, CaseId};
use caseledger_projections::queries::QueryError;
use caseledger_projections::sql::SqlError;
use uuid::Uuid;

use crate::Api;
use crate::ask::{Ask, Query};
use crate::kinds::KINDS;
use crate::problem::Problem;

/// Every query, in the order in which a newcomer meets them.
pub fn table() -> &'static [Query] {
    static TABLE: LazyLock<Vec<Query>> = LazyLock::new(|| {
        let parts = [
            cases::queries(),
            worklists::queries(),
            people::queries(),
            meetings::queries(),
            records::queries(),
            reports::queries(),
            exports::queries(),
            catalogue::queries(),
        ];
        parts.into_iter().flatten().collect()
    });
    &TABLE
}

pub use exports::file_type;
pub use reports::also_as;

impl Api {
    /// Asks the policies, and tells no more than they allow.
    fn permit(&self, actor: &Actor, action: &str, resource: &Resource) -> Result<(), Problem> {
        match self.access.decide(actor, action, resource) {
            Decision::Permit => Ok(()),
            Decision::Forbid { reason } => Err(Problem::of(&KINDS.forbidden).detail(reason)),
            Decision::Conceal => Err(Problem::of(&KINDS.not_found)),
        }
    }

    /// The id that the path names, of something that is there and that the actor may do that to.
    async fn readable(&self, ask: &Ask, collection: &str, action: &str) -> Result<Uuid, Problem> {
        let id: Uuid = ask.path("id")?;
        let standing = self.dispatcher.standing(&ask.actor, collection, id).await?;
        if standing.version == 0 {
            return Err(Problem::of(&KINDS.not_found));
        }
        self.permit(&ask.actor, action, &standing.resource)?;
        Ok(id)
    }

    /// Whether a row of a list may be shown: whether the actor may see its case.
    async fn may_see(&self, actor: &Actor, case: CaseId) -> Result<bool, Problem> {
        let standing = self.dispatcher.standing(actor, "cases", case.uuid()).await?;
        Ok(self.access.decide(actor, "view-case", &standing.resource) == Decision::Permit)
    }

    /// The rows of a list that the actor may see. Pages may come out shorter than asked for.
    async fn visible<T>(
        &self,
        actor: &Actor,
        rows: Vec<T>,
        case: fn(&T) -> CaseId,
    ) -> Result<Vec<T>, Problem> {
        let mut visible = Vec::with_capacity(rows.len());
        for row in rows {
            if self.may_see(actor, case(&row)).await? {
                visible.push(row);
            }
        }
        Ok(visible)
    }
}

impl From<SqlError> for Problem {
    fn from(error: SqlError) -> Self {
        tracing::error!(%error, "a query failed");
        Self::of(&KINDS.unavailable)
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Cursor(error) => Self::parameter("cursor", error.to_string()),
            QueryError::Sql(error) => error.into(),
            QueryError::Log(error) => {
                tracing::error!(%error, "a query failed");
                Self::of(&KINDS.unavailable)
            }
        }
    }
}
