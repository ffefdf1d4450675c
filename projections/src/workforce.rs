//! The register of agencies, teams and practitioners, as tables that lists and reports join.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::workforce::WorkforceEvent;
use caseledger_commands::workforce::AgencyKind;

use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, Table, Value};

/// The agencies.
pub const AGENCY: Table = Table {
    name: "workforce_agency_v1",
    doc: "The organisations that work with families.",
    columns: &[
        Column::text("agency_id", "The agency."),
        Column::text("name", "Its name."),
        Column::text("kind", "What it is: authority, school, police, health, housing, charity or other."),
    ],
    key: &["agency_id"],
    indexes: &[],
};

/// The teams.
pub const TEAM: Table = Table {
    name: "workforce_team_v1",
    doc: "The teams.",
    columns: &[
        Column::text("team_id", "The team."),
        Column::text("name", "Its name."),
        Column::text("locality", "The locality that it works in."),
        Column::text("agency_id", "The agency that it belongs to."),
    ],
    key: &["team_id"],
    indexes: &[&["locality"]],
};

/// The practitioners.
pub const PRACTITIONER: Table = Table {
    name: "workforce_practitioner_v1",
    doc: "The people who work with families.",
    columns: &[
        Column::text("practitioner_id", "The practitioner."),
        Column::text("name", "Their name."),
        Column::text("agency_id", "The agency that employs them."),
        Column::text("team_id", "The team of that agency that they belong to."),
        Column::bool("is_manager", "Whether they manage other practitioners."),
        Column::text("last_day", "Their last day, once it is known.").or_empty(),
    ],
    key: &["practitioner_id"],
    indexes: &[&["team_id"], &["agency_id"]],
};

/// The secondments.
pub const SECONDMENT: Table = Table {
    name: "workforce_secondment_v1",
    doc: "Fixed times in which a practitioner works in another agency's team.",
    columns: &[
        Column::text("practitioner_id", "The practitioner."),
        Column::text("from_day", "The first day there."),
        Column::text("to_day", "The last day there."),
        Column::text("home_agency_id", "The agency that employs them."),
        Column::text("home_team_id", "The team that they come from."),
        Column::text("host_agency_id", "The agency that hosts them."),
        Column::text("host_team_id", "The team that they work in meanwhile."),
        Column::int("position", "Where the event stands in the log."),
    ],
    key: &["practitioner_id", "from_day"],
    indexes: &[&["host_team_id"]],
};

/// The trainings.
pub const TRAINING: Table = Table {
    name: "workforce_training_v1",
    doc: "The trainings that practitioners finished.",
    columns: &[
        Column::text("practitioner_id", "The practitioner."),
        Column::text("course", "The course, for example the neglect toolkit."),
        Column::text("completed_on", "The day on which they finished it."),
        Column::int("position", "Where the event stands in the log."),
    ],
    key: &["practitioner_id", "course", "completed_on"],
    indexes: &[&["course"]],
};

/// The register.
pub static WORKFORCE: Spec = Spec {
    name: "workforce",
    version: 1,
    doc: "The register of agencies, teams, practitioners, secondments and training.",
    folds: &["Workforce"],
    tables: &[AGENCY, TEAM, PRACTITIONER, SECONDMENT, TRAINING],
    make: |_| Box::new(Register),
    settings: no_settings,
};

struct Register;

/// Where a practitioner's last day stands in the row.
const LAST_DAY: usize = PRACTITIONER.columns.len() - 1;

#[async_trait]
impl Projection for Register {
    fn spec(&self) -> &'static Spec {
        &WORKFORCE
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let mut rows: [BTreeMap<Vec<String>, Vec<Value>>; 5] = Default::default();
        self.load_leavers(fold, batch, &mut rows[2]).await?;
        for entry in batch {
            let AnyEvent::Workforce(event) = &entry.event else { continue };
            let position = Value::count(entry.recorded.position);
            match event {
                WorkforceEvent::AgencyRegistered(e) => {
                    let row = vec![Value::text(e.agency), Value::text(&e.name), Value::from(kind(e.kind))];
                    rows[0].insert(vec![e.agency.to_string()], row);
                }
                WorkforceEvent::TeamRegistered(e) => {
                    let row = vec![
                        Value::text(e.team),
                        Value::text(&e.name),
                        Value::text(&e.locality),
                        Value::text(e.agency),
                    ];
                    rows[1].insert(vec![e.team.to_string()], row);
                }
                WorkforceEvent::PractitionerRegistered(e) => {
                    let row = vec![
                        Value::text(e.practitioner),
                        Value::text(e.name.reveal()),
                        Value::text(e.agency),
                        Value::text(e.team),
                        Value::from(e.is_manager),
                        Value::Text(None),
                    ];
                    rows[2].insert(vec![e.practitioner.to_string()], row);
                }
                WorkforceEvent::SecondmentRecorded(e) => {
                    let row = vec![
                        Value::text(e.practitioner),
                        Value::from(e.from),
                        Value::from(e.to),
                        Value::text(e.home_agency),
                        Value::text(e.home_team),
                        Value::text(e.host_agency),
                        Value::text(e.host_team),
                        position,
                    ];
                    rows[3].insert(vec![e.practitioner.to_string(), e.from.to_string()], row);
                }
                WorkforceEvent::TrainingRecorded(e) => {
                    let row = vec![
                        Value::text(e.practitioner),
                        Value::text(&e.course),
                        Value::from(e.completed_on),
                        position,
                    ];
                    let key = vec![e.practitioner.to_string(), e.course.clone(), e.completed_on.to_string()];
                    rows[4].insert(key, row);
                }
                WorkforceEvent::PractitionerEnded(e) => {
                    let row = rows[2].get_mut(&vec![e.practitioner.to_string()]);
                    if let Some(last_day) = row.and_then(|row| row.get_mut(LAST_DAY)) {
                        *last_day = Value::from(e.last_day);
                    }
                }
            }
        }
        for (table, rows) in WORKFORCE.tables.iter().zip(rows) {
            fold.upsert(table, rows.into_values().collect()).await?;
        }
        Ok(())
    }
}

impl Register {
    /// Reads the rows of those whose last day the batch tells.
    async fn load_leavers(
        &self,
        fold: &mut Fold<'_>,
        batch: &[&Entry],
        rows: &mut BTreeMap<Vec<String>, Vec<Value>>,
    ) -> Result<(), Failed> {
        let leavers: BTreeSet<String> = batch
            .iter()
            .filter_map(|entry| match &entry.event {
                AnyEvent::Workforce(WorkforceEvent::PractitionerEnded(e)) => Some(e.practitioner.to_string()),
                _ => None,
            })
            .collect();
        let leavers: Vec<String> = leavers.into_iter().collect();
        for row in fold.load(&PRACTITIONER, "practitioner_id", leavers).await? {
            rows.insert(vec![row.text("practitioner_id")?], row.values(&PRACTITIONER)?);
        }
        Ok(())
    }
}

const fn kind(kind: AgencyKind) -> &'static str {
    match kind {
        AgencyKind::Authority => "authority",
        AgencyKind::School => "school",
        AgencyKind::Police => "police",
        AgencyKind::Health => "health",
        AgencyKind::Housing => "housing",
        AgencyKind::Charity => "charity",
        AgencyKind::Other => "other",
    }
}
