//! What managers and analysts say that figures mean, and what is done to improve them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::oversight::{ImprovementAction, Oversight, OversightEvent};

use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, Table, Value};
use crate::states::held::{OCCURRED_AT, POSITION, RECORDED_AT, STATE, VERSION};
use crate::states::{Derived, States};

/// Oversight as a whole.
pub const OVERSIGHT: Table = Table {
    name: "oversight_v2",
    doc: "Oversight as a whole: one row.",
    columns: &[
        Column::text("oversight_id", "The only id that there is."),
        VERSION,
        POSITION,
        OCCURRED_AT,
        RECORDED_AT,
        STATE,
    ],
    key: &["oversight_id"],
    indexes: &[],
};

/// Commentary, with the figures that it speaks of.
pub const COMMENTARY: Table = Table {
    name: "commentary_v2",
    doc: "What managers and analysts said that figures mean for children and families, one row a commentary.",
    columns: &[
        Column::int("position", "Where the event stands in the log."),
        Column::text("measure", "The measure's id."),
        Column::text("from_day", "The first day of the period."),
        Column::text("to_day", "The last day of the period."),
        Column::text("meaning", "What the figures mean."),
        Column::text("figures", "The figures as they stood, as JSON: label, value, numerator, denominator."),
        Column::text("actor", "The subject who said it."),
        Column::int("occurred_at", "When, in microseconds since 1970 UTC."),
    ],
    key: &["position"],
    indexes: &[&["measure", "to_day"]],
};

/// What is done to improve a measure.
pub const IMPROVEMENT: Table = Table {
    name: "improvement_action_v2",
    doc: "What is done to improve a measure, as it stands now.",
    columns: &[
        Column::text("oversight_id", "The only id that there is."),
        Column::text("action_id", "The action."),
        Column::text("measure", "The measure's id."),
        Column::text("what", "What is to be done."),
        Column::text("success", "How it will show that it worked."),
        Column::text("owner_id", "The practitioner who answers for it."),
        Column::text("due_on", "By when."),
        Column::text("rating", "How it went when it was last told: on-track, at-risk or off-track.")
            .or_empty(),
        Column::text("progress", "What was told then.").or_empty(),
        Column::text("reported_on", "The day on which it was told.").or_empty(),
        Column::text("outcome", "What it changed, once it is done.").or_empty(),
    ],
    key: &["oversight_id", "action_id"],
    indexes: &[&["measure"]],
};

/// When each improvement was agreed: the day from which on a measure can show whether it moved.
pub const AGREED: Table = Table {
    name: "improvement_agreed_v2",
    doc: "When each improvement action was agreed: from then on its measure shows whether it moved.",
    columns: &[
        Column::text("action_id", "The action."),
        Column::text("agreed_on", "The civil day in England on which it was agreed."),
    ],
    key: &["action_id"],
    indexes: &[],
};

/// Commentary and improvement.
pub static OVERSIGHT_RECORD: Spec = Spec {
    name: "oversight",
    version: 2,
    doc: "What managers and analysts say that figures mean, and what is done to improve them.",
    folds: &["Oversight"],
    tables: &[OVERSIGHT, COMMENTARY, IMPROVEMENT, AGREED],
    make: |_| Box::new(Record::default()),
    settings: no_settings,
};

#[derive(Default)]
struct Record {
    states: States<Oversight>,
}

#[async_trait]
impl Projection for Record {
    fn spec(&self) -> &'static Spec {
        &OVERSIGHT_RECORD
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let changed = self.states.fold(fold, &OVERSIGHT, batch, event_of).await?;
        let (mut commentary, mut agreed) = (BTreeMap::new(), BTreeMap::new());
        for entry in batch {
            if let Some(OversightEvent::ImprovementActionAgreed(was)) = event_of(&entry.event) {
                let day = civil_date(entry.metadata.occurred_at);
                agreed.insert(was.action, vec![Value::text(was.action), Value::from(day)]);
            }
            if let Some(OversightEvent::CommentaryRecorded(said)) = event_of(&entry.event) {
                let row = vec![
                    Value::count(entry.recorded.position),
                    Value::text(&said.measure),
                    Value::from(said.from),
                    Value::from(said.to),
                    Value::text(said.meaning.reveal()),
                    Value::Text(serde_json::to_string(&said.figures).ok()),
                    Value::from(entry.metadata.actor.as_str()),
                    Value::from(entry.metadata.occurred_at),
                ];
                commentary.insert(entry.recorded.position, row);
            }
        }
        let (mut whole, mut actions) = (vec![], Derived::default());
        for (id, before) in &changed.before {
            let Some(held) = self.states.get(id) else { continue };
            let mut row = vec![Value::from(id.as_str())];
            row.extend(held.values());
            whole.push(row);
            let rows = |oversight: &Oversight| -> Vec<Vec<Value>> {
                oversight
                    .actions
                    .iter()
                    .map(|(action, held)| action_row(id, &action.to_string(), held))
                    .collect()
            };
            actions.change(&IMPROVEMENT, before.as_ref().map(|held| rows(&held.state)), rows(&held.state));
        }
        fold.upsert(&OVERSIGHT, whole).await?;
        fold.upsert(&COMMENTARY, commentary.into_values().collect()).await?;
        fold.upsert(&AGREED, agreed.into_values().collect()).await?;
        actions.write(fold, &IMPROVEMENT).await?;
        Ok(())
    }

    fn forget(&mut self) {
        self.states.forget();
    }
}

fn event_of(event: &AnyEvent) -> Option<&OversightEvent> {
    if let AnyEvent::Oversight(event) = event { Some(event) } else { None }
}

fn action_row(id: &str, action: &str, held: &ImprovementAction) -> Vec<Value> {
    let (agreed, told) = (&held.agreed, held.progress.as_ref());
    vec![
        Value::from(id),
        Value::from(action),
        Value::text(&agreed.measure),
        Value::text(agreed.what.reveal()),
        Value::text(agreed.success.reveal()),
        Value::text(agreed.owner),
        Value::from(agreed.due),
        Value::Text(told.map(|told| crate::words::code(&told.rating))),
        Value::maybe(told.map(|told| told.progress.reveal())),
        Value::from(told.map(|told| told.reported_on)),
        Value::maybe(held.completed.as_ref().map(|completed| completed.outcome.reveal())),
    ]
}
