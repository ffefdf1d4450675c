//! What exports tell: the child-level lists that inspectors ask for, and the early help episodes of the Standard
//! Safeguarding Dataset, for any past day.
//!
//! Like figures, they count by when things happened (`occurred_at`), in civil days in England, and tell how things stood
//! when the day ended. Details of people and names of teams are those of today: the register keeps no earlier ones.

mod episodes;
mod facts;
mod lists;
mod people;
mod then;

use std::collections::BTreeMap;

use async_trait::async_trait;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::CaseEvent;
use caseledger_commands::case::CaseCommand;
use caseledger_commands::{CaseReference, CommandSet};
use caseledger_log::{Position, StreamId};
use hashlink::LruCache;

pub use episodes::{Episode, EpisodeEnd, episodes};
pub use lists::{Assessment, Contact, EarlyHelp, Gap, Lists, Referral, lists};
pub use people::{Birth, Child, Origin, Whose};

use crate::held_back::HeldBack;
use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, SqlError, Table, Value};
use crate::states::Derived;
use facts::{Dated, Fact, correct, facts_of, says_nothing};

/// The cases, with the facts that exports are made from.
pub const CASE: Table = Table {
    name: "export_case_v1",
    doc: "What exports tell of cases, one row a case: the dated facts from which a past day is put together.",
    columns: &[
        Column::text("case_id", "The case."),
        Column::text("reference", "The case's short reference."),
        Column::text("from_day", "The earliest day of which something is known."),
        Column::text("until_day", "The latest such day; 9999-12-31 while help is being given."),
        Column::bool("restricted", "Whether only named people may see the case."),
        Column::text(
            "facts",
            "The facts as JSON: day, position and sequence of the event, and what it says.",
        ),
    ],
    key: &["case_id"],
    indexes: &[&["until_day", "from_day"]],
};

/// The referrals of each child.
pub const REFERRAL: Table = Table {
    name: "export_referral_v1",
    doc: "The referrals of each child, one row a child of a referral: how often a child was referred is counted here.",
    columns: &[
        Column::text("case_id", "The case that the referral opened."),
        Column::text("child_id", "The child."),
        Column::int("position", "Where the event stands in the log."),
        Column::text("day", "The civil day in England on which it came."),
        Column::text("source", "Who asked, in the code of the list of referral sources.").or_empty(),
    ],
    key: &["case_id", "child_id", "position"],
    indexes: &[&["child_id", "day"]],
};

/// What exports tell.
pub static EXPORTS: Spec = Spec {
    name: "exports",
    version: 1,
    doc: "What exports tell of cases and children: referrals, assessments, help, and who holds a case, on any past day.",
    folds: &["Case"],
    tables: &[CASE, REFERRAL],
    make: |_| Box::new(Exports::default()),
    settings: no_settings,
};

/// How many cases' facts are kept in memory between batches.
const REMEMBERED: usize = 12_000;

struct Exports {
    known: LruCache<String, (CaseReference, Vec<Dated>)>,
    /// The cases whose rows are others, each with its rows of referrals as the table has them.
    changed: HeldBack<Option<Vec<Vec<Value>>>>,
}

impl Default for Exports {
    fn default() -> Self {
        Self { known: LruCache::new_unbounded(), changed: HeldBack::default() }
    }
}

#[async_trait]
impl Projection for Exports {
    fn spec(&self) -> &'static Spec {
        &EXPORTS
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        self.remember(fold, batch).await?;
        for entry in batch {
            let AnyEvent::Case(event) = &entry.event else { continue };
            if says_nothing(event) {
                debug_assert_eq!(
                    facts_of(event, civil_date(entry.metadata.occurred_at), &[]).len(),
                    0,
                    "an export tells of it"
                );
                continue;
            }
            let id = &entry.recorded.aggregate_id;
            let earlier = match self.changed.has_changed(id) {
                true => None,
                false => self.known.peek(id).map(|(_, facts)| referral_rows(id, facts)),
            };
            if self.take(entry, event)? {
                self.changed.note(id, entry.recorded.position, || earlier);
            }
        }
        let last = batch.last().map_or(0, |entry| entry.recorded.position);
        let (mut cases, mut referrals) = (vec![], Derived::default());
        for (id, before) in self.changed.due(last, fold.defers) {
            let Some((reference, facts)) = self.known.peek(&id) else { continue };
            cases.push(case_row(&id, reference, facts));
            referrals.change(&REFERRAL, before, referral_rows(&id, facts));
        }
        fold.upsert(&CASE, cases).await?;
        referrals.write(fold, &REFERRAL).await?;
        Ok(())
    }

    async fn load_ahead(&mut self, fold: &mut Fold<'_>, streams: &[StreamId]) -> Result<(), Failed> {
        let cases = StreamId::of_type(streams, CaseCommand::AGGREGATE);
        let missing = cases.filter(|id| !self.known.contains_key(*id)).map(str::to_owned).collect();
        self.load(fold, missing, |_| 0).await
    }

    fn forget(&mut self) {
        self.known.clear();
        self.changed.clear();
    }
}

impl Exports {
    /// Takes an event in; says whether it said anything.
    fn take(&mut self, entry: &Entry, event: &CaseEvent) -> Result<bool, Failed> {
        let position = entry.recorded.position;
        let id = &entry.recorded.aggregate_id;
        let Some(reference) = &entry.metadata.case else {
            let reason = "an event of a case carries no case reference".to_owned();
            return Err(Failed::Poison { position, reason });
        };
        if let CaseEvent::RecordCorrected(correction) = event {
            return Ok(self.known.get_mut(id).is_some_and(|(_, known)| correct(known, correction)));
        }
        let known = self.known.peek(id).map_or(&[][..], |(_, known)| known);
        let said = facts_of(event, civil_date(entry.metadata.occurred_at), known);
        if said.is_empty() {
            return Ok(false);
        }
        let sequence = entry.recorded.sequence;
        let dated = said.into_iter().map(|(day, fact)| Dated { day, position, sequence, fact });
        let (_, known) = self.known.entry(id.clone()).or_insert_with(|| (reference.clone(), vec![]));
        known.extend(dated);
        Ok(true)
    }

    /// Loads the facts of the batch's cases that are not in memory.
    async fn remember(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        for id in self.changed.settled() {
            // What had not changed for so long will not soon.
            self.known.remove(&id);
        }
        while self.known.len() > REMEMBERED + self.changed.len() {
            if self.known.iter().next().is_none_or(|(id, _)| self.changed.holds(id)) {
                break;
            }
            self.known.remove_lru();
        }
        let mut missing = BTreeMap::new();
        let tells = |entry: &&&Entry| matches!(&entry.event, AnyEvent::Case(event) if !says_nothing(event));
        for entry in batch.iter().filter(tells) {
            let id = &entry.recorded.aggregate_id;
            if !self.known.contains_key(id) {
                missing.entry(id.clone()).or_insert(entry.recorded.position);
            }
        }
        let ids = missing.keys().cloned().collect();
        self.load(fold, ids, |id| missing.get(id).copied().unwrap_or_default()).await
    }

    /// Loads what is known of cases; for each, the event for whose sake is told.
    async fn load(
        &mut self,
        fold: &mut Fold<'_>,
        ids: Vec<String>,
        position_of: impl Fn(&str) -> Position,
    ) -> Result<(), Failed> {
        for row in fold.load_settled(&CASE, "case_id", ids).await? {
            let id = row.text("case_id")?;
            let Ok(facts) = serde_json::from_str(&row.text("facts")?) else {
                let reason =
                    format!("the facts in {} are of another shape: rebuild the projection", CASE.name);
                return Err(Failed::Poison { position: position_of(&id), reason });
            };
            self.known.insert(id, (row.parsed("reference")?, facts));
        }
        Ok(())
    }
}

fn case_row(id: &str, reference: &CaseReference, facts: &[Dated]) -> Vec<Value> {
    let (from, until) = then::reach(facts);
    vec![
        Value::from(id),
        Value::from(reference.as_str()),
        Value::from(from),
        Value::from(until),
        Value::from(then::is_restricted(facts)),
        Value::Text(serde_json::to_string(facts).ok()),
    ]
}

fn referral_rows(id: &str, facts: &[Dated]) -> Vec<Vec<Value>> {
    let mut rows = BTreeMap::new();
    for dated in facts {
        let Fact::Referred(referred) = &dated.fact else { continue };
        if !referred.referral {
            continue;
        }
        for child in &referred.children {
            let row = vec![
                Value::from(id),
                Value::text(child),
                Value::count(dated.position),
                Value::from(dated.day),
                Value::maybe(referred.source),
            ];
            rows.insert((*child, dated.position), row);
        }
    }
    rows.into_values().collect()
}

/// The facts of the cases that may stand on an export between two days, a page at a time.
async fn page(
    db: &crate::sql::Db,
    from: caseledger_commands::Date,
    at: caseledger_commands::Date,
    after: &str,
) -> Result<Vec<Known>, SqlError> {
    let sql = format!(
        "SELECT {} FROM {} WHERE from_day <= $1 AND until_day >= $2 AND case_id > $3 ORDER BY case_id LIMIT {PAGE}",
        CASE.column_list(),
        CASE.name
    );
    let rows = db.fetch(&sql, &[Value::from(at), Value::from(from), Value::from(after)]).await?;
    let known = |row: &crate::sql::Row| {
        Ok(Known {
            key: row.text("case_id")?,
            case: row.parsed("case_id")?,
            reference: row.parsed("reference")?,
            restricted: row.bool("restricted")?,
            facts: row.json("facts")?,
        })
    };
    rows.iter().map(known).collect()
}

/// The cases that only named people may see now.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn restricted_cases(
    db: &crate::sql::Db,
) -> Result<std::collections::BTreeSet<caseledger_commands::CaseId>, SqlError> {
    let sql = format!("SELECT case_id FROM {} WHERE restricted = $1", CASE.name);
    db.fetch(&sql, &[Value::from(true)]).await?.iter().map(|row| row.parsed("case_id")).collect()
}

/// How many cases are read at once.
const PAGE: usize = 500;

/// What is known of a case.
struct Known {
    key: String,
    case: caseledger_commands::CaseId,
    reference: CaseReference,
    restricted: bool,
    facts: Vec<Dated>,
}
