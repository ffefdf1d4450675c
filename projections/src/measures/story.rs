//! From the events of a stream to the units that measures count.
//!
//! What reports need of each event is kept as facts, one story a stream, in the order in which things happened. Whenever a
//! story grows, its units are made anew from all of it: an entry made late takes its place in the past, and rows never
//! depend on how the log was cut into batches.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use caseledger_aggregates::Authority;
use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::Date;
use caseledger_log::Position;
use hashlink::LruCache;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::units::{Differences, Different, Units};
use crate::held_back::HeldBack;
use crate::projection::{Entry, Failed, Fold};
use crate::sql::{Column, Table, Value};

/// A kind of stream whose events measures count.
pub(super) trait Story: Send + Sync + 'static {
    /// What reports need of an event. Stored as JSON: a changed shape needs a new version of the projection.
    type Fact: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync;

    /// The table that the stories are kept in; see [`kept`].
    const KEPT: &'static Table;
    /// The tables of its units.
    const TABLES: &'static [Table];

    /// Whose stories an event belongs to, and what it says in each, on which days.
    fn said(entry: &Entry) -> Vec<(Subject<'_>, Said<Self::Fact>)>;

    /// The units that follow from a story.
    fn units(told: &Told<Self::Fact>, authority: &Authority) -> Units;

    /// What of its units a fact may change that has just joined a story. Of a story with few events: everything.
    fn touched_by(_fact: &Self::Fact, _told: &Told<Self::Fact>) -> Touched {
        Touched::EVERYTHING
    }

    /// Those of the units that are touched, and perhaps others.
    fn touched_units(told: &Told<Self::Fact>, authority: &Authority, _touched: Touched) -> Units {
        Self::units(told, authority)
    }
}

/// Parts of the units of a story, which are made each for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Touched(u32);

impl Touched {
    /// No unit.
    pub(super) const NOTHING: Self = Self(0);
    /// Every unit.
    pub(super) const EVERYTHING: Self = Self(u32::MAX);

    /// The part of that number.
    pub(super) const fn part(number: u32) -> Self {
        Self(1 << number)
    }

    /// Whether some of that part is among these.
    pub(super) const fn has(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }
}

impl std::ops::BitOr for Touched {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whose story it is.
pub(super) enum Subject<'a> {
    /// The stream's: the story begins with its first event.
    Stream(&'a str),
    /// Somebody's, of whom several streams tell.
    Named(String),
}

impl<'a> Subject<'a> {
    fn into_key(self) -> Cow<'a, str> {
        match self {
            Self::Stream(id) => Cow::Borrowed(id),
            Self::Named(id) => Cow::Owned(id),
        }
    }
}

/// The columns of a table of stories. A row an event: a story that grows is not written again.
pub(super) const STORY_COLUMNS: &[Column] = &[
    Column::text("stream", "The id of the stream, or of whom several streams tell."),
    Column::int("position", "The event's position in the log."),
    Column::text("reference", "The short reference, of a case.").or_empty(),
    Column::text(
        "said",
        "What reports need of the event, with the days it tells of, as JSON: an inner matter of the projection.",
    ),
];

/// A table of stories.
pub(super) const fn kept(name: &'static str, doc: &'static str) -> Table {
    Table { name, doc, columns: STORY_COLUMNS, key: &["stream", "position"], indexes: &[] }
}

/// What is known of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told<F> {
    /// The stream's id.
    pub stream: String,
    /// The short reference, of a case.
    pub reference: Option<String>,
    /// The facts, in the order of the days, and of the log within a day.
    pub facts: Vec<Dated<F>>,
}

/// A fact, the day on which it happened and the event that says so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dated<F> {
    /// The civil day in England.
    pub day: Date,
    /// Where the event stands in the log.
    pub position: Position,
    /// What it says.
    pub fact: F,
}

/// What one event says, and on which days.
pub(super) type Said<F> = Vec<(Date, F)>;

/// What an event says of its own stream alone.
pub(super) fn of_its_stream<F>(entry: &Entry, said: Said<F>) -> Vec<(Subject<'_>, Said<F>)> {
    vec![(Subject::Stream(&entry.recorded.aggregate_id), said)]
}

/// By stream: the events of a batch that say something, and what they say.
type Grown<'a, F> = BTreeMap<Cow<'a, str>, Vec<(&'a Entry, Said<F>)>>;

impl<F> Told<F> {
    /// What the facts of an event and of those after it may change.
    fn touched_since<S: Story<Fact = F>>(&self, position: Position) -> Touched {
        let new = self.facts.iter().filter(|dated| dated.position >= position);
        new.fold(Touched::NOTHING, |touched, dated| touched | S::touched_by(&dated.fact, self))
    }
}

impl<F: Clone> Told<F> {
    /// The story before an event.
    pub(super) fn before(&self, position: Position) -> Self {
        let facts = self.facts.iter().filter(|dated| dated.position < position).cloned().collect();
        Self { stream: self.stream.clone(), reference: self.reference.clone(), facts }
    }
}

impl<F: Serialize> Told<F> {
    /// Adds the rows of an event and of those after it.
    fn rows_since(&self, position: Position, rows: &mut Vec<Vec<Value>>) {
        let mut said: BTreeMap<Position, Vec<(Date, &F)>> = BTreeMap::new();
        for dated in self.facts.iter().filter(|dated| dated.position >= position) {
            said.entry(dated.position).or_default().push((dated.day, &dated.fact));
        }
        rows.extend(said.into_iter().map(|(position, said)| {
            vec![
                Value::from(self.stream.as_str()),
                Value::count(position),
                Value::Text(self.reference.clone()),
                Value::Text(serde_json::to_string(&said).ok()),
            ]
        }));
    }
}

impl<F> Told<F> {
    fn new(stream: &str) -> Self {
        Self { stream: stream.to_owned(), reference: None, facts: vec![] }
    }

    /// Takes facts of one event in, after those of the same day that the log had before.
    fn take(&mut self, position: Position, facts: Said<F>) {
        for (day, fact) in facts {
            let place = self.facts.partition_point(|known| (known.day, known.position) <= (day, position));
            self.facts.insert(place, Dated { day, position, fact });
        }
    }
}

/// How many stories are kept in memory between batches.
const REMEMBERED: usize = 12_000;
/// How many stories' rows are made at a time.
const AT_A_TIME: usize = 1_000;

/// The stories of one kind, kept in a table and, recently used, in memory.
pub(super) struct Stories<S: Story> {
    known: LruCache<String, Told<S::Fact>>,
    /// Those that have grown and are not written yet, each with the first event that is new.
    grown: HeldBack<Position>,
}

impl<S: Story> Default for Stories<S> {
    fn default() -> Self {
        Self { known: LruCache::new_unbounded(), grown: HeldBack::default() }
    }
}

impl<S: Story> Stories<S> {
    /// Folds what concerns these stories out of a batch. A rebuild's rows are written later: with the last batch, which is
    /// empty, all are.
    pub(super) async fn apply(
        &mut self,
        fold: &mut Fold<'_>,
        batch: &[&Entry],
        authority: &Authority,
    ) -> Result<(), Failed> {
        let mut grown: Grown<'_, S::Fact> = BTreeMap::new();
        // A stream whose first event is in the batch has no row yet.
        let mut begun = BTreeSet::new();
        for entry in batch {
            for (subject, said) in S::said(entry).into_iter().filter(|(_, said)| !said.is_empty()) {
                if let Subject::Stream(stream) = subject
                    && entry.recorded.sequence == 1
                {
                    begun.insert(stream);
                }
                grown.entry(subject.into_key()).or_default().push((entry, said));
            }
        }
        let missing = grown
            .keys()
            .map(AsRef::as_ref)
            .filter(|stream| !self.known.contains_key(*stream) && !begun.contains(*stream))
            .map(str::to_owned)
            .collect();
        let first = |stream: &str| {
            grown.get(stream).and_then(|added| added.first()).map_or(0, |(entry, _)| entry.recorded.position)
        };
        self.load(fold, missing, first).await?;
        for (stream, added) in grown {
            self.grow(stream.as_ref(), added);
        }
        let last = batch.last().map_or(0, |entry| entry.recorded.position);
        for stories in self.grown.due(last, fold.defers).chunks(AT_A_TIME) {
            self.write(fold, authority, stories).await?;
        }
        while self.grown.len() == 0 && self.known.len() > REMEMBERED {
            self.known.remove_lru();
        }
        Ok(())
    }

    /// Takes the facts of a batch's events in.
    fn grow(&mut self, stream: &str, added: Vec<(&Entry, Said<S::Fact>)>) {
        let told = self.known.entry(stream.to_owned()).or_insert_with(|| Told::new(stream));
        let position = |added: Option<&(&Entry, _)>| added.map_or(0, |(entry, _)| entry.recorded.position);
        let (first, last) = (position(added.first()), position(added.last()));
        for (entry, facts) in added {
            // Somebody's story is of no case, even when a case tells of them.
            if told.reference.is_none() && entry.recorded.aggregate_id == stream {
                told.reference = entry.metadata.case.as_ref().map(ToString::to_string);
            }
            told.take(entry.recorded.position, facts);
        }
        self.grown.note(stream, last, || first);
    }

    /// Writes stories that have grown, each with the first event that is new, and what is different of their units.
    async fn write(
        &mut self,
        fold: &mut Fold<'_>,
        authority: &Authority,
        grown: &[(String, Position)],
    ) -> Result<(), Failed> {
        let mut differences = Differences::default();
        let mut stories = Vec::with_capacity(grown.len());
        for (stream, first) in grown {
            let Some(told) = self.known.get(stream) else { continue };
            let touched = told.touched_since::<S>(*first);
            if touched.has(Touched::EVERYTHING) {
                let before = told.before(*first);
                let units = |told: &Told<_>| match told.facts.is_empty() {
                    true => Units::default(),
                    false => S::touched_units(told, authority, touched),
                };
                debug_assert_eq!(
                    Differences::between(S::units(&before, authority), S::units(told, authority)),
                    Differences::between(units(&before), units(told)),
                    "a fact of {stream} since {first} changes more than it is said to"
                );
                differences.note(units(&before), units(told));
            }
            told.rows_since(*first, &mut stories);
            if fold.defers {
                // What has not grown for so long will not soon.
                self.known.remove(stream);
            }
        }
        fold.insert(S::KEPT, stories).await?;
        for table in S::TABLES {
            let Different { gone, changed, new } = differences.take(table);
            fold.remove(table, "unit", gone).await?;
            fold.write(table, changed, new).await?;
        }
        Ok(())
    }

    /// Forgets what is kept in memory.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.grown.clear();
    }

    /// Loads stories ahead, those of streams that are not in memory.
    pub(super) async fn load_ahead(
        &mut self,
        fold: &mut Fold<'_>,
        streams: impl Iterator<Item = &str>,
    ) -> Result<(), Failed> {
        let missing = streams.filter(|stream| !self.known.contains_key(*stream)).map(str::to_owned).collect();
        self.load(fold, missing, |_| 0).await
    }

    /// Loads stories; for each, the event for whose sake is told.
    async fn load(
        &mut self,
        fold: &mut Fold<'_>,
        missing: Vec<String>,
        position_of: impl Fn(&str) -> Position,
    ) -> Result<(), Failed> {
        let mut rows = vec![];
        for row in fold.load(S::KEPT, "stream", missing).await? {
            rows.push((row.count("position")?, row));
        }
        rows.sort_by_key(|(position, _)| *position);
        for (position, row) in rows {
            let stream = row.text("stream")?;
            let Ok(said) = serde_json::from_str(&row.text("said")?) else {
                let reason =
                    format!("the story in {} is of another shape: rebuild the projection", S::KEPT.name);
                return Err(Failed::Poison { position: position_of(&stream), reason });
            };
            let told = self.known.entry(stream.clone()).or_insert_with(|| Told::new(&stream));
            told.reference = row.maybe_text("reference")?.or(told.reference.take());
            told.take(position, said);
        }
        Ok(())
    }
}

/// The civil day in England on which an event happened, as it says.
pub(super) fn day_of(entry: &Entry) -> Date {
    civil_date(entry.metadata.occurred_at)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_fact_told_late_takes_its_place_in_the_past() {
        let mut told = Told::new("case");
        told.take(1, vec![(date(2017, 5, 2), "came")]);
        told.take(2, vec![(date(2017, 5, 20), "ended")]);
        told.take(3, vec![(date(2017, 5, 10), "seen"), (date(2017, 5, 2), "told")]);
        let order: Vec<_> = told.facts.iter().map(|dated| dated.fact).collect();
        assert_eq!(order, ["came", "told", "seen", "ended"]);
    }
}
