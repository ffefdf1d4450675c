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

/// How many events a chapter of a story tells of: few enough to be written again with each, and many fewer rows than events.
const CHAPTER: usize = 4;

/// The columns of a table of stories. A row for every so many events: of a story that grows, the last is written again.
pub(super) const STORY_COLUMNS: &[Column] = &[
    Column::text("stream", "The id of the stream, or of whom several streams tell."),
    Column::int("chapter", "Which four of the events that reports need something of, from 0."),
    Column::text("reference", "The short reference, of a case.").or_empty(),
    Column::text(
        "facts",
        "What reports need of each event, with its position and the days it tells of, as JSON: an inner matter of the \
         projection.",
    ),
];

/// A table of stories.
pub(super) const fn kept(name: &'static str, doc: &'static str) -> Table {
    Table { name, doc, columns: STORY_COLUMNS, key: &["stream", "chapter"], indexes: &[] }
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
pub(super) type Grown<'a, F> = BTreeMap<Cow<'a, str>, Vec<(&'a Entry, Said<F>)>>;

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

/// A story as it is kept: in chapters, in the order of the log.
struct Kept<F> {
    told: Told<F>,
    /// The position of the first event of each chapter.
    chapters: Vec<Position>,
    /// How many events the last chapter tells of, and the position of the last.
    in_last: usize,
    last: Position,
}

impl<F> Kept<F> {
    fn new(stream: &str) -> Self {
        let told = Told { stream: stream.to_owned(), reference: None, facts: vec![] };
        Self { told, chapters: vec![], in_last: CHAPTER, last: 0 }
    }

    /// Takes facts of one event in, after those of the same day. No event comes after it that the log had before.
    fn take(&mut self, position: Position, said: Said<F>) {
        if self.last != position {
            if self.in_last == CHAPTER {
                self.chapters.push(position);
                self.in_last = 0;
            }
            self.in_last += 1;
            self.last = position;
        }
        let facts = &mut self.told.facts;
        for (day, fact) in said {
            let place = facts.partition_point(|known| (known.day, known.position) <= (day, position));
            facts.insert(place, Dated { day, position, fact });
        }
    }
}

impl<F: Serialize> Kept<F> {
    /// Adds the rows of the chapters that an event and those after it are told in: those that were there before it, and the
    /// new ones.
    fn rows_since(&self, position: Position, changed: &mut Vec<Vec<Value>>, new: &mut Vec<Vec<Value>>) {
        let first = self.chapters.partition_point(|begins| *begins <= position).saturating_sub(1);
        let Some(begins) = self.chapters.get(first) else { return };
        let mut said: BTreeMap<Position, Vec<(Date, &F)>> = BTreeMap::new();
        for dated in self.told.facts.iter().filter(|dated| dated.position >= *begins) {
            said.entry(dated.position).or_default().push((dated.day, &dated.fact));
        }
        let said: Vec<_> = said.into_iter().collect();
        for (chapter, (said, begins)) in said.chunks(CHAPTER).zip(&self.chapters[first..]).enumerate() {
            let rows = if *begins < position { &mut *changed } else { &mut *new };
            rows.push(vec![
                Value::from(self.told.stream.as_str()),
                Value::count((first + chapter) as u64),
                Value::Text(self.told.reference.clone()),
                Value::Text(serde_json::to_string(said).ok()),
            ]);
        }
    }
}

/// How many stories are kept in memory between batches.
const REMEMBERED: usize = 12_000;
/// How many stories' rows are made at a time.
const AT_A_TIME: usize = 1_000;

/// The stories of one kind, kept in a table and, recently used, in memory.
pub(super) struct Stories<S: Story> {
    known: LruCache<String, Kept<S::Fact>>,
    /// Those that have grown and are not written yet, each with the first event that is new.
    grown: HeldBack<Position>,
}

impl<S: Story> Default for Stories<S> {
    fn default() -> Self {
        Self { known: LruCache::new_unbounded(), grown: HeldBack::default() }
    }
}

impl<S: Story> Stories<S> {
    /// What a batch says in these stories, with those that it goes on with in memory. All that is read is read by this, and
    /// before anything is written: a rebuild reads while it still writes the batch before.
    pub(super) async fn open<'a>(
        &mut self,
        fold: &mut Fold<'_>,
        batch: &[&'a Entry],
    ) -> Result<Grown<'a, S::Fact>, Failed> {
        for stream in self.grown.settled() {
            // What had not grown for so long will not soon.
            self.known.remove(&stream);
        }
        let mut grown: Grown<'a, S::Fact> = BTreeMap::new();
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
        Ok(grown)
    }

    /// Goes on with the stories as a batch has it, whose last event stands at a position. A rebuild's rows are written later:
    /// with the last batch, which is empty, all are.
    pub(super) async fn go_on(
        &mut self,
        fold: &mut Fold<'_>,
        authority: &Authority,
        grown: Grown<'_, S::Fact>,
        last: Position,
    ) -> Result<(), Failed> {
        for (stream, added) in grown {
            self.grow(stream.as_ref(), added);
        }
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
        let kept = self.known.entry(stream.to_owned()).or_insert_with(|| Kept::new(stream));
        let position = |added: Option<&(&Entry, _)>| added.map_or(0, |(entry, _)| entry.recorded.position);
        let (first, last) = (position(added.first()), position(added.last()));
        for (entry, said) in added {
            // Somebody's story is of no case, even when a case tells of them.
            if kept.told.reference.is_none() && entry.recorded.aggregate_id == stream {
                kept.told.reference = entry.metadata.case.as_ref().map(ToString::to_string);
            }
            kept.take(entry.recorded.position, said);
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
        let (mut changed, mut new) = (vec![], Vec::with_capacity(grown.len()));
        for (stream, first) in grown {
            let Some(kept) = self.known.get(stream) else { continue };
            let told = &kept.told;
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
            kept.rows_since(*first, &mut changed, &mut new);
        }
        fold.write(S::KEPT, changed, new).await?;
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
        for row in fold.load_settled(S::KEPT, "stream", missing).await? {
            rows.push((row.count("chapter")?, row));
        }
        rows.sort_by_key(|(chapter, _)| *chapter);
        for (_, row) in rows {
            let stream = row.text("stream")?;
            let Ok(said) = serde_json::from_str::<Vec<(Position, Said<S::Fact>)>>(&row.text("facts")?) else {
                let reason =
                    format!("the story in {} is of another shape: rebuild the projection", S::KEPT.name);
                return Err(Failed::Poison { position: position_of(&stream), reason });
            };
            let kept = self.known.entry(stream.clone()).or_insert_with(|| Kept::new(&stream));
            kept.told.reference = row.maybe_text("reference")?.or(kept.told.reference.take());
            for (position, said) in said {
                kept.take(position, said);
            }
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
        let mut kept = Kept::new("case");
        kept.take(1, vec![(date(2017, 5, 2), "came")]);
        kept.take(2, vec![(date(2017, 5, 20), "ended")]);
        kept.take(3, vec![(date(2017, 5, 10), "seen"), (date(2017, 5, 2), "told")]);
        let order: Vec<_> = kept.told.facts.iter().map(|dated| dated.fact).collect();
        assert_eq!(order, ["came", "told", "seen", "ended"]);
    }

    #[test]
    fn a_chapter_is_full_and_the_next_begins() {
        let (mut kept, mut in_steps) = (Kept::new("case"), vec![]);
        for position in 1..=10 {
            // Every third is told late, and stands before the others by its day.
            let day = if position % 3 == 0 { date(2017, 5, 1) } else { date(2017, 5, 2) };
            kept.take(position, vec![(day, position)]);
            let (mut changed, mut new) = (vec![], vec![]);
            kept.rows_since(position, &mut changed, &mut new);
            let begins = position as usize % CHAPTER == 1;
            assert_eq!((changed.len(), new.len()), if begins { (0, 1) } else { (1, 0) }, "{position}");
            in_steps.truncate((position as usize - 1) / CHAPTER);
            in_steps.extend(changed.into_iter().chain(new));
        }
        let (mut changed, mut new) = (vec![], vec![]);
        kept.rows_since(1, &mut changed, &mut new);
        assert_eq!(changed, [[]; 0] as [[Value; 0]; 0]);
        assert_eq!(new, in_steps, "the same however it grew");
        assert_eq!(kept.chapters, [1, 5, 9]);
        let told = |row: &Vec<Value>| format!("{:?}", row[3]).matches("2017-05-0").count();
        assert_eq!(new.iter().map(told).collect::<Vec<_>>(), [4, 4, 2]);
    }
}
