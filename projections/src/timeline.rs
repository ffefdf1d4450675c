//! The timeline of a case: everything that happened, in plain words, one row an event.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use caseledger_aggregates::case::CaseEvent;
use caseledger_aggregates::{AnyEvent, Event};

use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, Table, Value};
use crate::words;

/// The entries of the timelines.
pub const ENTRY: Table = Table {
    name: "timeline_entry_v1",
    doc: "The timelines of cases, one row an event of a case. Holds what families and practitioners said.",
    columns: &[
        Column::text("case_id", "The case."),
        Column::int("sequence", "Where the event stands among the case's own, from 1."),
        Column::int("position", "Where it stands in the log."),
        Column::int("occurred_at", "When it happened, in microseconds since 1970 UTC."),
        Column::int("recorded_at", "When the log learned of it, in microseconds since 1970 UTC."),
        Column::text("actor", "The subject who did or recorded it."),
        Column::text("on_behalf_of", "The person for whom a service did it.").or_empty(),
        Column::text("event", "The event's name."),
        Column::text("title", "What happened, in plain words."),
        Column::text("summary", "What is to be known of it; may be blank."),
        Column::bool("imported", "Whether it was brought in from another record."),
        Column::text("provenance", "For an imported entry, where it came from: file, sheet and row.")
            .or_empty(),
        Column::text(
            "corrections",
            "The sequences of the later entries that correct it, with spaces between.",
        ),
    ],
    key: &["case_id", "sequence"],
    indexes: &[&["case_id", "occurred_at", "sequence"]],
};

/// The timelines of cases.
pub static TIMELINE: Spec = Spec {
    name: "timeline",
    version: 1,
    doc: "The timelines of cases: everything that happened, in plain words.",
    folds: &["Case"],
    tables: &[ENTRY],
    make: |_| Box::new(Timeline),
    settings: no_settings,
};

struct Timeline;

/// Where a row's corrections stand.
const CORRECTIONS: usize = ENTRY.columns.len() - 1;

#[async_trait]
impl Projection for Timeline {
    fn spec(&self) -> &'static Spec {
        &TIMELINE
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let mut rows: BTreeMap<(String, u64), Vec<Value>> = BTreeMap::new();
        let mut corrected: BTreeMap<(String, u64), Vec<u64>> = BTreeMap::new();
        for entry in batch {
            let AnyEvent::Case(event) = &entry.event else { continue };
            let (case, sequence) = (&entry.recorded.aggregate_id, entry.recorded.sequence);
            rows.insert((case.clone(), sequence), row(entry, event));
            if let CaseEvent::RecordCorrected(correction) = event {
                corrected.entry((case.clone(), correction.sequence)).or_default().push(sequence);
            }
        }
        self.mark(fold, &mut rows, corrected).await?;
        fold.upsert(&ENTRY, &rows.into_values().collect::<Vec<_>>()).await?;
        Ok(())
    }
}

impl Timeline {
    /// Marks entries as corrected: those of this batch, and earlier ones, which are read again.
    async fn mark(
        &self,
        fold: &mut Fold<'_>,
        rows: &mut BTreeMap<(String, u64), Vec<Value>>,
        corrected: BTreeMap<(String, u64), Vec<u64>>,
    ) -> Result<(), Failed> {
        let earlier: BTreeSet<String> =
            corrected.keys().filter(|key| !rows.contains_key(*key)).map(|(case, _)| case.clone()).collect();
        let earlier: Vec<String> = earlier.into_iter().collect();
        for stored in fold.load(&ENTRY, "case_id", &earlier).await? {
            let key = (stored.text("case_id")?, stored.count("sequence")?);
            if corrected.contains_key(&key) && !rows.contains_key(&key) {
                rows.insert(key, stored.values(&ENTRY)?);
            }
        }
        for (key, corrections) in corrected {
            let Some(Value::Text(Some(text))) = rows.get_mut(&key).and_then(|row| row.get_mut(CORRECTIONS))
            else {
                continue;
            };
            let added: Vec<String> = corrections.iter().map(u64::to_string).collect();
            *text = format!("{text} {}", added.join(" ")).trim().to_owned();
        }
        Ok(())
    }
}

fn row(entry: &Entry, event: &CaseEvent) -> Vec<Value> {
    let metadata = &entry.metadata;
    let imported = metadata.provenance.is_some() || matches!(event, CaseEvent::CaseImported(_));
    vec![
        Value::from(entry.recorded.aggregate_id.as_str()),
        Value::count(entry.recorded.sequence),
        Value::count(entry.recorded.position),
        Value::from(metadata.occurred_at),
        Value::from(entry.recorded.recorded_at),
        Value::from(metadata.actor.as_str()),
        Value::Text(metadata.on_behalf_of.clone()),
        Value::from(event.name()),
        Value::from(words::title(event)),
        Value::Text(Some(words::summary(event))),
        Value::from(imported),
        Value::Text(metadata.provenance.clone()),
        Value::from(""),
    ]
}
