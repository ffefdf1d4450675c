//! The names of teams, agencies and practitioners, from the register itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Web;
use crate::trouble::Trouble;

/// The register, as far as pages name what is in it.
#[derive(Debug, Default, Deserialize)]
pub struct Register {
    /// By id.
    pub agencies: BTreeMap<String, Named>,
    /// By id.
    pub teams: BTreeMap<String, Team>,
}

/// Something with a name.
#[derive(Debug, Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
}

/// A team.
#[derive(Debug, Deserialize)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// The locality that it works in.
    pub locality: String,
}

impl Register {
    /// Reads it.
    pub async fn read(web: &Web) -> Result<Self, Trouble> {
        let aggregates = caseledger_dispatch::registry::aggregates();
        let only = aggregates.iter().find(|one| one.collection == "workforce").and_then(|one| one.only);
        let Some(only) = only else { return Ok(Self::default()) };
        let (state, _) = web.inner.dispatcher.state("workforce", only).await?;
        serde_json::from_value(state).map_err(|error| {
            tracing::error!(%error, "the register is of another shape than pages expect");
            Trouble::Unavailable
        })
    }

    /// The name of a team.
    pub fn team(&self, id: &str) -> Option<&str> {
        self.teams.get(id).map(|team| team.name.as_str())
    }

    /// The name of an agency.
    pub fn agency(&self, id: &str) -> Option<&str> {
        self.agencies.get(id).map(|agency| agency.name.as_str())
    }

    /// Every locality that a team works in.
    pub fn localities(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.teams.values().map(|team| team.locality.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
