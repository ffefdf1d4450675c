//! Folding the states of aggregates by their own `evolve`, so that nothing is decided twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use caseledger_aggregates::{AnyEvent, Decider};
use caseledger_commands::Timestamp;
use caseledger_log::Position;
use hashlink::LruCache;

use crate::held_back::HeldBack;
use crate::projection::{Entry, Failed, Fold};
use crate::sql::{SqlError, Table, Value};

/// How many states are kept in memory between batches.
const REMEMBERED: usize = 12_000;

/// The state of an aggregate, and the last event that is in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held<D> {
    pub state: D,
    /// The stream's version.
    pub version: u64,
    pub position: Position,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
}

impl<D: Decider> Held<D> {
    /// Takes an event in.
    pub(crate) fn evolve(&mut self, entry: &Entry, event: &D::Event) {
        self.state.evolve(event);
        self.version = entry.recorded.sequence;
        self.position = entry.recorded.position;
        self.occurred_at = entry.metadata.occurred_at;
        self.recorded_at = entry.recorded.recorded_at;
    }

    /// The values of the columns of [`held`], in their order.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value> {
        self.last_event().into_iter().chain([Value::Text(serde_json::to_string(&self.state).ok())])
    }

    /// The same without the state.
    pub(crate) fn last_event(&self) -> [Value; 4] {
        [
            Value::count(self.version),
            Value::count(self.position),
            Value::from(self.occurred_at),
            Value::from(self.recorded_at),
        ]
    }
}

/// The columns that every table of states ends with.
pub(crate) mod held {
    use crate::sql::Column;

    pub(crate) const VERSION: Column =
        Column::int("version", "The stream's version: how many events it has.");
    pub(crate) const POSITION: Column = Column::int("position", "Where its last event stands in the log.");
    pub(crate) const OCCURRED_AT: Column =
        Column::int("occurred_at", "When that event happened, in microseconds since 1970 UTC.");
    pub(crate) const RECORDED_AT: Column =
        Column::int("recorded_at", "When the log learned of it, in microseconds since 1970 UTC.");
    pub(crate) const STATE: Column =
        Column::text("state", "The state as JSON, as the aggregate's own fold of its events leaves it.");
}

/// Where states are kept that are long while many events change nothing of them but their number: in a table of their own,
/// without that number, so that they are written when they have changed.
pub(crate) struct Apart<D> {
    /// The table: the id, and [`held::STATE`].
    pub table: &'static Table,
    /// Sets how many events a state has.
    pub count: fn(&mut D, u64),
}

impl<D: Decider + PartialEq> Apart<D> {
    /// The row of a state; `None` when it is as it was before.
    pub(crate) fn row(&self, id: &str, before: Option<&Held<D>>, held: &Held<D>) -> Option<Vec<Value>> {
        let uncounted = |held: &Held<D>| {
            let mut state = held.state.clone();
            (self.count)(&mut state, 0);
            state
        };
        let state = uncounted(held);
        let is_other = before.is_none_or(|before| uncounted(before) != state);
        is_other.then(|| vec![Value::from(id), Value::Text(serde_json::to_string(&state).ok())])
    }
}

/// The states of one kind of aggregate, kept in a table and, recently used, in memory.
pub(crate) struct States<D: 'static> {
    known: LruCache<String, Held<D>>,
    apart: Option<&'static Apart<D>>,
    /// The states that were changed and not handed on yet, as they were when they were last written.
    held_back: HeldBack<Option<Held<D>>>,
}

impl<D> Default for States<D> {
    fn default() -> Self {
        Self { known: LruCache::new_unbounded(), apart: None, held_back: HeldBack::default() }
    }
}

impl<D> States<D> {
    /// States that are kept apart.
    pub(crate) fn apart(apart: &'static Apart<D>) -> Self {
        Self { apart: Some(apart), ..Self::default() }
    }
}

/// The states that a batch changed.
pub(crate) struct Changed<D> {
    /// By id, as they were before the batch; `None` for those that are new.
    pub before: BTreeMap<String, Option<Held<D>>>,
}

impl<D: Decider> States<D> {
    /// Folds a batch; answers what it changed. A rebuild gets some answers later: with the last batch, which is empty, it
    /// has had all.
    pub(crate) async fn fold(
        &mut self,
        fold: &mut Fold<'_>,
        table: &'static Table,
        batch: &[&Entry],
        event_of: fn(&AnyEvent) -> Option<&D::Event>,
    ) -> Result<Changed<D>, Failed> {
        self.held_back.settled();
        self.make_room();
        let ids: BTreeSet<&str> = batch
            .iter()
            .filter(|entry| event_of(&entry.event).is_some())
            .map(|entry| entry.recorded.aggregate_id.as_str())
            .collect();
        // A stream whose first event is in the batch has no row yet.
        let new: BTreeSet<&str> = batch
            .iter()
            .filter(|entry| entry.recorded.sequence == 1)
            .map(|entry| entry.recorded.aggregate_id.as_str())
            .collect();
        let old = ids.iter().copied().filter(|id| !new.contains(id));
        self.load(fold, table, old, |id| first_of(batch, id)).await?;
        let last = batch.last().map_or(0, |entry| entry.recorded.position);
        for id in ids {
            self.held_back.note(id, last, || self.known.peek(id).cloned());
        }
        for entry in batch {
            if let Some(event) = event_of(&entry.event) {
                let id = &entry.recorded.aggregate_id;
                if self.known.peek(id).is_none() {
                    self.known.insert(id.clone(), Held::default());
                }
                if let Some(held) = self.known.get_mut(id) {
                    held.evolve(entry, event);
                }
            }
        }
        let before = self.held_back.due(last, fold.defers).into_iter().collect();
        Ok(Changed { before })
    }

    /// Forgets the states that were not used for longest, but none whose row can't be read yet.
    fn make_room(&mut self) {
        while self.known.len() > REMEMBERED + self.held_back.len() {
            let is_held = |(id, _): (&String, &Held<D>)| self.held_back.holds(id);
            if self.known.iter().next().is_none_or(is_held) {
                return;
            }
            self.known.remove_lru();
        }
    }

    /// Loads states ahead, as far as they are not in memory.
    pub(crate) async fn load_ahead(
        &mut self,
        fold: &mut Fold<'_>,
        table: &'static Table,
        ids: impl Iterator<Item = &str>,
    ) -> Result<(), Failed> {
        self.load(fold, table, ids, |_| 0).await
    }

    /// Loads states that are not in memory; for each, the event for whose sake is told.
    async fn load<'a>(
        &mut self,
        fold: &mut Fold<'_>,
        table: &'static Table,
        ids: impl Iterator<Item = &'a str>,
        position_of: impl Fn(&str) -> Position,
    ) -> Result<(), Failed> {
        let missing: Vec<String> =
            ids.filter(|id| !self.known.contains_key(*id)).map(str::to_owned).collect();
        let column = table.key.first().copied().unwrap_or_default();
        let mut states = HashMap::new();
        if let Some(apart) = self.apart {
            for row in fold.load_settled(apart.table, column, missing.clone()).await? {
                states.insert(row.text(column)?, row.text("state")?);
            }
        }
        for row in fold.load_settled(table, column, missing).await? {
            let id = row.text(column)?;
            let state = match self.apart {
                Some(_) => states.remove(&id).unwrap_or_default(),
                None => row.text("state")?,
            };
            let Ok(state) = serde_json::from_str(&state) else {
                return Err(Failed::Poison {
                    position: position_of(&id),
                    reason: format!(
                        "the state in {} is of another shape: rebuild the projection",
                        table.name
                    ),
                });
            };
            let mut held = Held {
                state,
                version: row.count("version")?,
                position: row.count("position")?,
                occurred_at: row.moment("occurred_at")?,
                recorded_at: row.moment("recorded_at")?,
            };
            if let Some(apart) = self.apart {
                (apart.count)(&mut held.state, held.version);
            }
            self.known.insert(id, held);
        }
        Ok(())
    }

    /// A state by its id.
    pub(crate) fn get(&self, id: &str) -> Option<&Held<D>> {
        self.known.peek(id)
    }

    pub(crate) fn forget(&mut self) {
        self.known.clear();
        self.held_back.clear();
    }
}

/// Rows that follow from a state: only those are written that are others than those of the state before.
#[derive(Default)]
pub(crate) struct Derived {
    gone: Vec<Vec<Value>>,
    changed: Vec<Vec<Value>>,
    new: Vec<Vec<Value>>,
}

impl Derived {
    /// Takes in a state's rows before and after a batch.
    pub(crate) fn change(&mut self, table: &Table, before: Option<Vec<Vec<Value>>>, after: Vec<Vec<Value>>) {
        let mut before = before.unwrap_or_default();
        for row in after {
            let is_same = |old: &Vec<Value>| table.key_of(old).eq(table.key_of(&row));
            match before.iter().position(is_same).map(|place| before.swap_remove(place)) {
                None => self.new.push(row),
                Some(old) if old != row => self.changed.push(row),
                Some(_) => {}
            }
        }
        self.gone.extend(before.iter().map(|old| table.key_of(old).cloned().collect()));
    }

    /// Writes the rows of a table.
    pub(crate) async fn write(self, fold: &mut Fold<'_>, table: &'static Table) -> Result<(), SqlError> {
        fold.remove_rows(table, self.gone).await?;
        fold.write(table, self.changed, self.new).await
    }
}

/// The batch's first event of a stream.
fn first_of(batch: &[&Entry], id: &str) -> Position {
    batch.iter().find(|entry| entry.recorded.aggregate_id == id).map_or(0, |entry| entry.recorded.position)
}
