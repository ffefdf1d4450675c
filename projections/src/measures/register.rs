//! The teams and agencies that figures are broken down by.

use std::collections::BTreeMap;

use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::workforce::WorkforceEvent;
use caseledger_commands::workforce::AgencyKind;

use crate::projection::{Entry, Fold};
use crate::sql::{Column, Db, SqlError, Table, Value};

/// The teams that figures are broken down by.
pub(super) const TEAM: Table = Table {
    name: "measure_team_v4",
    doc: "The teams that figures are broken down by.",
    columns: &[
        Column::text("team_id", "The team."),
        Column::text("name", "Its name."),
        Column::text("locality", "The locality that it works in."),
    ],
    key: &["team_id"],
    indexes: &[],
};

/// The agencies that figures are broken down by.
pub(super) const AGENCY: Table = Table {
    name: "measure_agency_v4",
    doc: "The agencies that figures are broken down by.",
    columns: &[
        Column::text("agency_id", "The agency."),
        Column::text("name", "Its name."),
        Column::bool(
            "is_authority",
            "Whether it is the authority itself; a plan led by any other is partner-led.",
        ),
    ],
    key: &["agency_id"],
    indexes: &[],
};

/// What teams and agencies are called, by their ids: an authority has some dozens of them.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub teams: BTreeMap<String, String>,
    /// The localities of the teams.
    pub localities: BTreeMap<String, String>,
    pub agencies: BTreeMap<String, String>,
}

impl Register {
    /// Reads it.
    pub(super) async fn read(db: &Db) -> Result<Self, SqlError> {
        let mut register = Self::default();
        for row in db.fetch("SELECT team_id, name, locality FROM measure_team_v4", &[]).await? {
            register.teams.insert(row.text("team_id")?, row.text("name")?);
            register.localities.insert(row.text("team_id")?, row.text("locality")?);
        }
        for row in db.fetch("SELECT agency_id, name FROM measure_agency_v4", &[]).await? {
            register.agencies.insert(row.text("agency_id")?, row.text("name")?);
        }
        Ok(register)
    }
}

/// Folds what a batch says of teams and agencies.
pub(super) async fn apply(fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), SqlError> {
    let (mut teams, mut agencies) = (BTreeMap::new(), BTreeMap::new());
    for entry in batch {
        let AnyEvent::Workforce(event) = &entry.event else { continue };
        match event {
            WorkforceEvent::TeamRegistered(team) => {
                let row = vec![Value::text(team.team), Value::text(&team.name), Value::text(&team.locality)];
                teams.insert(team.team, row);
            }
            WorkforceEvent::AgencyRegistered(agency) => {
                let is_authority = agency.kind == AgencyKind::Authority;
                let row =
                    vec![Value::text(agency.agency), Value::text(&agency.name), Value::from(is_authority)];
                agencies.insert(agency.agency, row);
            }
            _ => {}
        }
    }
    fold.upsert(&TEAM, teams.into_values().collect()).await?;
    fold.upsert(&AGENCY, agencies.into_values().collect()).await
}
