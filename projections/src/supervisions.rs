//! Practitioners' supervision: what was discussed, what is to be done, when the next is due.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::supervision::{Supervision, SupervisionEvent, SupervisionRecorded};
use caseledger_commands::supervision::SupervisionAction;
use caseledger_commands::{CaseId, Personal};

use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, SqlError, Table, Value};
use crate::states::held::{OCCURRED_AT, POSITION, RECORDED_AT, STATE, VERSION};
use crate::states::{Held, States};
use crate::words::code;

/// The records.
pub const RECORD: Table = Table {
    name: "supervision_record_v1",
    doc: "The supervision records, one a practitioner. A supervision is late when next_due is before the day on which \
          it is read.",
    columns: &[
        Column::text("supervision_id", "The record: the practitioner's id."),
        Column::int("every_days", "At most how many days lie between two, where it differs from the rule.")
            .or_empty(),
        Column::text("last_held_on", "The day of the latest supervision.").or_empty(),
        Column::text("supervisor_id", "Who held it.").or_empty(),
        Column::text("next_due", "By when the next is to be held.").or_empty(),
        Column::int("open_actions", "How many actions are still to be done."),
        VERSION,
        POSITION,
        OCCURRED_AT,
        RECORDED_AT,
        STATE,
    ],
    key: &["supervision_id"],
    indexes: &[&["next_due"]],
};

/// The supervisions.
pub const SESSION: Table = Table {
    name: "supervision_session_v1",
    doc: "The supervisions that were held.",
    columns: &[
        Column::text("supervision_id", "The record: the practitioner's id."),
        Column::int("position", "Where the event stands in the log."),
        Column::text("held_on", "The day on which it was held."),
        Column::text("supervisor_id", "Who supervised."),
        Column::text("development", "What was said about development.").or_empty(),
        Column::text("training", "What was said about training.").or_empty(),
        Column::text("wellbeing", "How the practitioner is.").or_empty(),
        Column::int("cases", "How many cases were discussed."),
        Column::int("actions", "How many actions were agreed, those of the cases among them."),
        Column::int("carried_forward", "How many earlier actions were not done by then."),
        Column::text("next_due", "By when the next was to be held."),
    ],
    key: &["supervision_id", "position"],
    indexes: &[&["held_on"]],
};

/// What was said about cases.
pub const DISCUSSION: Table = Table {
    name: "supervision_case_v1",
    doc: "What supervisions said about cases.",
    columns: &[
        Column::text("supervision_id", "The record: the practitioner's id."),
        Column::int("position", "Where the event stands in the log."),
        Column::text("case_id", "The case."),
        Column::text("changed_circumstances", "What has changed for the family."),
        Column::text("risks", "What may harm a child, and what is done about it."),
        Column::text("threshold", "Whether the level of help is right: right, higher or lower."),
        Column::text("threshold_reason", "Why."),
    ],
    key: &["supervision_id", "position", "case_id"],
    indexes: &[&["case_id"]],
};

/// What is to be done.
pub const ACTION: Table = Table {
    name: "supervision_action_v1",
    doc: "The actions that supervisions agreed. Each has a priority, an owner and a due date.",
    columns: &[
        Column::text("supervision_id", "The record: the practitioner's id."),
        Column::text("action_id", "The action."),
        Column::int("position", "The event that agreed it."),
        Column::text("case_id", "The case that it is about, if it is about one.").or_empty(),
        Column::text("what", "What is to be done."),
        Column::text("priority", "high, medium or low."),
        Column::text("owner_id", "The practitioner who is to do it."),
        Column::text("due_on", "By when."),
        Column::int("carried_forward", "How many supervisions have carried it forward."),
        Column::text("outcome", "What came of it; empty until it is done.").or_empty(),
        Column::int("completed_position", "The event that says so.").or_empty(),
    ],
    key: &["supervision_id", "action_id"],
    indexes: &[&["owner_id", "due_on"], &["case_id"]],
};

/// Where they stand in the row of an action.
const CARRIED: usize = 8;
const OUTCOME: usize = 9;
const COMPLETED: usize = 10;

/// Practitioners' supervision.
pub static SUPERVISIONS: Spec = Spec {
    name: "supervisions",
    version: 1,
    doc: "Practitioners' supervision: what was discussed, what is to be done, when the next is due.",
    folds: &["Supervision"],
    tables: &[RECORD, SESSION, DISCUSSION, ACTION],
    make: |_| Box::new(Supervisions::default()),
    settings: no_settings,
};

#[derive(Default)]
struct Supervisions {
    states: States<Supervision>,
}

type Rows<K> = BTreeMap<K, Vec<Value>>;

#[async_trait]
impl Projection for Supervisions {
    fn spec(&self) -> &'static Spec {
        &SUPERVISIONS
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let changed = self.states.fold(fold, &RECORD, batch, event_of).await?;
        let records: Vec<_> =
            changed.before.keys().filter_map(|id| Some(record_row(id, self.states.get(id)?))).collect();
        let mut actions = load_actions(fold, batch).await?;
        let (mut sessions, mut discussions) = (Rows::new(), Rows::new());
        for entry in batch {
            let (id, position) = (entry.recorded.aggregate_id.as_str(), entry.recorded.position);
            match event_of(&entry.event) {
                Some(SupervisionEvent::SupervisionRecorded(e)) => {
                    sessions.insert(position, session_row(id, position, e));
                    for said in &e.cases {
                        let row = vec![
                            Value::from(id),
                            Value::count(position),
                            Value::text(said.case),
                            Value::text(said.changed_circumstances.reveal()),
                            Value::text(said.risks.reveal()),
                            Value::Text(Some(code(&said.threshold))),
                            Value::text(said.threshold_reason.reveal()),
                        ];
                        discussions.insert((position, said.case), row);
                    }
                    agree(&mut actions, id, position, e);
                }
                Some(SupervisionEvent::SupervisionActionCompleted(e)) => {
                    if let Some(row) = actions.get_mut(&(id.to_owned(), e.action.to_string())) {
                        row[OUTCOME] = Value::text(e.outcome.reveal());
                        row[COMPLETED] = Value::count(position);
                    }
                }
                _ => {}
            }
        }
        fold.upsert(&RECORD, records).await?;
        fold.upsert(&SESSION, sessions.into_values().collect()).await?;
        fold.upsert(&DISCUSSION, discussions.into_values().collect()).await?;
        fold.upsert(&ACTION, actions.into_values().collect()).await?;
        Ok(())
    }

    fn forget(&mut self) {
        self.states.forget();
    }
}

fn event_of(event: &AnyEvent) -> Option<&SupervisionEvent> {
    if let AnyEvent::Supervision(event) = event { Some(event) } else { None }
}

/// The actions of the records that the batch is about.
async fn load_actions(fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<Rows<(String, String)>, SqlError> {
    let records: BTreeSet<&String> = batch.iter().map(|entry| &entry.recorded.aggregate_id).collect();
    let records: Vec<String> = records.into_iter().cloned().collect();
    let mut actions = Rows::new();
    for row in fold.load(&ACTION, "supervision_id", records).await? {
        actions.insert((row.text("supervision_id")?, row.text("action_id")?), row.values(&ACTION)?);
    }
    Ok(actions)
}

/// Takes in what a supervision agreed, and what it carried forward.
fn agree(actions: &mut Rows<(String, String)>, id: &str, position: u64, e: &SupervisionRecorded) {
    for action in &e.carried_forward {
        if let Some(Value::Int(Some(times))) =
            actions.get_mut(&(id.to_owned(), action.to_string())).and_then(|row| row.get_mut(CARRIED))
        {
            *times += 1;
        }
    }
    let of_cases =
        e.cases.iter().flat_map(|said| said.actions.iter().map(|action| (Some(said.case), action)));
    for (case, action) in of_cases.chain(e.actions.iter().map(|action| (None, action))) {
        actions.insert((id.to_owned(), action.id.to_string()), action_row(id, position, case, action));
    }
}

fn record_row(id: &str, held: &Held<Supervision>) -> Vec<Value> {
    let record = &held.state;
    let mut row = vec![
        Value::from(id),
        Value::Int(record.every_days.map(i64::from)),
        Value::from(record.last_held),
        Value::maybe(record.supervisor),
        Value::from(record.next_due),
        Value::count(record.open_actions.len() as u64),
    ];
    row.extend(held.values());
    row
}

fn session_row(id: &str, position: u64, e: &SupervisionRecorded) -> Vec<Value> {
    let said = |words: &Option<Personal<String>>| Value::maybe(words.as_ref().map(Personal::reveal));
    let actions = e.actions.len() + e.cases.iter().map(|said| said.actions.len()).sum::<usize>();
    vec![
        Value::from(id),
        Value::count(position),
        Value::from(e.held_on),
        Value::text(e.supervisor),
        said(&e.development),
        said(&e.training),
        said(&e.wellbeing),
        Value::count(e.cases.len() as u64),
        Value::count(actions as u64),
        Value::count(e.carried_forward.len() as u64),
        Value::from(e.next_due),
    ]
}

fn action_row(id: &str, position: u64, case: Option<CaseId>, action: &SupervisionAction) -> Vec<Value> {
    vec![
        Value::from(id),
        Value::text(action.id),
        Value::count(position),
        Value::maybe(case),
        Value::text(action.what.reveal()),
        Value::Text(Some(code(&action.priority))),
        Value::text(action.owner),
        Value::from(action.due),
        Value::count(0),
        Value::Text(None),
        Value::Int(None),
    ]
}
