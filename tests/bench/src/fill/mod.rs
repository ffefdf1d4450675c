//! Fills a log with a large authority, fast: the demonstration's year, decided once by the product's own rules, and then
//! copied with ids, days and references of its own as often as it takes.
//!
//! The copies go through the log's own append, so that positions, versions and metadata are what the service would have
//! written; only the deciding is not repeated. Copies lie beside each other within a year and year after year, and what a
//! year leaves open ends in the next, so that at any time there are about as many open cases as a large authority has.
//! Supervisions and audits, which are about the people who work there, come once a year.

mod endings;
mod template;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use caseledger::args::{Common, ServeArgs};
use caseledger::clock::SetClock;
use caseledger::settings::Settings;
use caseledger::{demo, wire};
use caseledger_dispatch::process::{PROCESSES, SCHEMA};
use caseledger_log::{Append, Clock, Database, Log, LogError, NewEvent, Options, Receipt, Recorded};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use template::{Copy, Known, Template};

/// How many years' worth of the demonstration's authority lie beside each other at most.
const ABREAST: u64 = 40;
/// Appends that wait for the log at once; its own bound is higher.
const WAITING: usize = 4_000;
/// A year of whole weeks, so that Mondays stay Mondays.
pub const YEAR: i64 = 364;
const A_YEAR: SignedDuration = SignedDuration::from_hours(24 * YEAR);
/// Aggregates that there is one of, or one for each practitioner or audit, and not one for each family.
const ONCE_A_YEAR: [&str; 2] = ["Supervision", "Audit"];
const ONCE: [&str; 2] = ["Workforce", "Oversight"];

/// What to fill a log with.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Cases, at least.
    pub cases: u64,
    /// The seed of the year that is copied.
    pub seed: u64,
    /// How large the authority is whose year is copied, in thousandths of the letter's.
    pub permille: u32,
    /// When the last year ends.
    pub until: Timestamp,
}

/// What a fill has done.
#[derive(Clone, Debug)]
pub struct Filled {
    /// Cases.
    pub cases: u64,
    /// Events.
    pub events: u64,
    /// How many years it tells of.
    pub years: u64,
    /// How long the copying took.
    pub took: Duration,
    /// The cases with so many events more.
    pub long: Vec<String>,
}

/// Cases that were closed early in the first year, and got so many events at their end: the last contact told again. Nobody
/// has worked on them of late.
#[derive(Clone, Copy, Debug, Default)]
pub struct Long {
    /// How many cases, at most.
    pub cases: usize,
    /// How many events each.
    pub events: usize,
}

/// The events of one command, as a pattern.
struct Told {
    aggregate_type: String,
    aggregate_id: Uuid,
    /// The version of the stream before it.
    version: u64,
    /// Where its first event stands in the year's own log.
    position: u64,
    recorded_at: Timestamp,
    events: Vec<(String, String, Template)>,
    metadata: Vec<(String, Template)>,
}

/// A demonstration's year, to be copied.
pub struct Year {
    told: Vec<Told>,
    /// How the cases that it leaves open end, in the year after.
    endings: Vec<Told>,
    cases: u64,
    /// Positions that events name.
    named: HashSet<u64>,
    ends: Timestamp,
}

/// The settings of a service with a store, as the command line would make them.
///
/// # Errors
/// When a configuration file lies about that can't be read.
pub fn settings(store: &str) -> Result<Settings, Box<dyn Error>> {
    let common = Common { store: Some(store.to_owned()), ..Common::default() };
    Settings::resolve(&common, &ServeArgs::default()).map_err(|failure| failure.to_string().into())
}

/// Fills an empty log, telling how many events are in it.
///
/// # Errors
/// When the log holds something already, or the store fails.
pub async fn fill(store: &str, size: Size, tell: impl FnMut(u64)) -> Result<Filled, Box<dyn Error>> {
    let year = Year::play(size.seed, size.permille).await?;
    fill_with(&year, store, size.cases, size.until, Long::default(), tell).await
}

/// The same with a year that was played before.
///
/// # Errors
/// As [`fill`].
pub async fn fill_with(
    year: &Year,
    store: &str,
    cases: u64,
    until: Timestamp,
    long: Long,
    mut tell: impl FnMut(u64),
) -> Result<Filled, Box<dyn Error>> {
    let clock = Arc::new(SetClock::at("0100-01-01T00:00:00Z".parse()?));
    wire::make_folder(store).map_err(|failure| failure.to_string())?;
    let log = Log::open(store, Options::new(clock.clone())).await?;
    if log.head().await? > 0 {
        return Err("the log is not empty".into());
    }
    let started = Instant::now();
    let mut filler = Filler { log: &log, clock: &clock, waiting: vec![], events: 0, found: HashMap::new() };
    let copies = cases.div_ceil(year.cases).max(1);
    let years = copies.div_ceil(ABREAST);
    let last = (until.duration_since(year.ends).as_hours() / 24).div_euclid(7) * 7;
    let mut copied = 0;
    let mut ending = 0..0;
    let closed: HashMap<usize, usize> = year.closed_early().take(long.cases).collect();
    let mut lengthened = vec![];
    for number in 0..years {
        let days = last - i64::try_from(years - 1 - number)? * YEAR;
        // The copies are spread evenly over the years.
        let abreast = copies / years + u64::from(number < copies % years);
        filler.found.clear();
        // All in the order of the year: the log's clock does not go back, and what is recorded late counts.
        let mut endings = year.endings.iter().peekable();
        for (place, told) in year.told.iter().enumerate() {
            while let Some(ended) = endings.next_if(|ended| ended.recorded_at <= told.recorded_at + A_YEAR) {
                for copy in ending.clone() {
                    let copy = Copy { number: copy, days: days - YEAR };
                    filler.append(ended, copy, ending.start, &year.named).await?;
                }
            }
            let times = match told.aggregate_type.as_str() {
                kind if ONCE.contains(&kind) => u64::from(number == 0),
                kind if ONCE_A_YEAR.contains(&kind) => 1,
                _ => abreast,
            };
            for copy in copied..copied + times {
                filler.append(told, Copy { number: copy, days }, copied, &year.named).await?;
            }
            if let Some(contact) = closed.get(&place).filter(|_| number == 0) {
                let copy = Copy { number: copied, days };
                lengthened.push(filler.lengthen(&year.told[*contact], copy, long.events).await?);
            }
        }
        ending = copied..copied + abreast;
        copied += abreast;
        tell(filler.events);
    }
    filler.flush().await?;
    let events = filler.events;
    drop(filler);
    note_processes(&log, events).await?;
    log.close().await;
    Ok(Filled { cases: copies * year.cases, events, years, took: started.elapsed(), long: lengthened })
}

struct Filler<'a> {
    log: &'a Log,
    clock: &'a SetClock,
    waiting: Vec<BoxFuture<'a, Result<Receipt, LogError>>>,
    events: u64,
    /// Where events that others name have come to stand, by copy and position in the year.
    found: HashMap<(u64, u64), u64>,
}

impl Filler<'_> {
    /// Hands a copy of a command's events to the log. What comes once a year is `first`'s, the first copy of the year.
    async fn append(
        &mut self,
        told: &Told,
        copy: Copy,
        first: u64,
        named: &HashSet<u64>,
    ) -> Result<(), Box<dyn Error>> {
        let now = told.recorded_at.checked_add(SignedDuration::from_hours(24 * copy.days))?;
        if now > self.clock.now() || self.waiting.len() >= WAITING {
            self.flush().await?;
            self.clock.set(now);
        }
        for (position, place) in
            (told.position..).zip(self.events + 1..=self.events + told.events.len() as u64)
        {
            if named.contains(&position) {
                self.found.insert((copy.number, position), place);
            }
        }
        self.events += told.events.len() as u64;
        let found = &self.found;
        let position = |position: u64| {
            let found = found.get(&(copy.number, position)).or_else(|| found.get(&(first, position)));
            found.copied().unwrap_or(position)
        };
        let once = ONCE.contains(&told.aggregate_type.as_str());
        let (id, version) = match told.aggregate_type.as_str() {
            // A practitioner's supervisions go on year after year.
            "Supervision" => (told.aggregate_id, None),
            _ if once => (told.aggregate_id, Some(told.version)),
            _ => (copy.id(told.aggregate_id), Some(told.version)),
        };
        let events = told
            .events
            .iter()
            .map(|(name, version, payload)| NewEvent::from_json(name, version, payload.fill(copy, position)));
        let append = Append {
            aggregate_type: told.aggregate_type.clone(),
            aggregate_id: id.to_string(),
            expected: version,
            events: events.collect::<Result<_, _>>()?,
            metadata: told
                .metadata
                .iter()
                .map(|(name, value)| (name.clone(), value.fill(copy, position)))
                .collect(),
            key: None,
        };
        let mut answer: BoxFuture<'_, _> = Box::pin(self.log.append(append));
        // The first poll hands it to the writer: in this order.
        match futures::poll!(&mut answer) {
            std::task::Poll::Ready(receipt) => receipt.map(|_| ())?,
            std::task::Poll::Pending => self.waiting.push(answer),
        }
        Ok(())
    }

    /// Adds so many events to a case by telling of a contact again; answers which case.
    async fn lengthen(
        &mut self,
        contact: &Told,
        copy: Copy,
        events: usize,
    ) -> Result<String, Box<dyn Error>> {
        self.flush().await?;
        let own = |position| position;
        let [(name, version, payload)] = &contact.events[..] else {
            return Err("a contact is one event".into());
        };
        let event = NewEvent::from_json(name, version, payload.fill(copy, own))?;
        let case = copy.id(contact.aggregate_id).to_string();
        let append = Append {
            aggregate_type: contact.aggregate_type.clone(),
            aggregate_id: case.clone(),
            expected: None,
            events: vec![event; events],
            metadata: contact
                .metadata
                .iter()
                .map(|(name, value)| (name.clone(), value.fill(copy, own)))
                .collect(),
            key: None,
        };
        self.log.append(append).await?;
        self.events += events as u64;
        Ok(case)
    }

    async fn flush(&mut self) -> Result<(), LogError> {
        for receipt in self.waiting.drain(..) {
            receipt.await?;
        }
        Ok(())
    }
}

impl Year {
    /// Plays the demonstration's year into a log of its own, and reads it.
    ///
    /// # Errors
    /// When the log can't be written.
    pub async fn play(seed: u64, permille: u32) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let store = format!("sqlite:{}", folder.path().join("year.sqlite").display());
        demo::fill(&settings(&store)?, seed, permille).await.map_err(|failure| failure.to_string())?;
        let log = Log::open(&store, Options::new(Arc::new(SetClock::at(Timestamp::UNIX_EPOCH)))).await?;
        let events = log.read_after(0, usize::MAX).await?;
        log.close().await;
        let mut known = Known::default();
        let mut cases = 0;
        for event in &events {
            if ONCE.contains(&event.aggregate_type.as_str()) {
                known.fixed.extend(ids(&event.payload));
            }
            if matches!(event.aggregate_type.as_str(), "Workforce" | "Oversight" | "Supervision") {
                known.fixed.insert(event.aggregate_id.parse()?);
            }
            if event.aggregate_type == "Case" && event.sequence == 1 {
                cases += 1;
                if let Some(reference) = event.entry("case") {
                    known.references.insert(reference, event.aggregate_id.parse()?);
                }
            }
        }
        let ends = events.last().map_or(Timestamp::UNIX_EPOCH, |event| event.recorded_at);
        let mut told: Vec<Told> = vec![];
        for event in &events {
            Told::add(&mut told, event, &known)?;
        }
        let named = told.iter().flat_map(Told::named).collect();
        let endings = endings::endings(&events, &known, ends)?;
        Ok(Self { told, endings, cases, named, ends })
    }
}

impl Year {
    /// The cases that are closed first, by the place of their last command, each with the place of a contact.
    fn closed_early(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut last: HashMap<Uuid, (usize, Option<usize>, bool)> = HashMap::new();
        for (place, told) in self.told.iter().enumerate().filter(|(_, told)| told.aggregate_type == "Case") {
            let (at, contact, is_closed) = last.entry(told.aggregate_id).or_default();
            *at = place;
            for (event, _, _) in &told.events {
                match event.as_str() {
                    "ContactRecorded" if told.events.len() == 1 => *contact = Some(place),
                    "CaseClosed" => *is_closed = true,
                    "CaseReopened" => *is_closed = false,
                    _ => {}
                }
            }
        }
        let closed = last.into_values().filter(|(_, _, is_closed)| *is_closed);
        let mut closed: Vec<_> = closed.filter_map(|(place, contact, _)| Some((place, contact?))).collect();
        closed.sort_unstable();
        closed.into_iter()
    }
}

/// Every id that stands in a text.
fn ids(text: &str) -> impl Iterator<Item = Uuid> + '_ {
    text.split('"').filter_map(|word| Uuid::try_parse(word).ok())
}

impl Told {
    /// Adds an event to the command that it came from, or begins another.
    fn add(all: &mut Vec<Self>, event: &Recorded, known: &Known) -> Result<(), Box<dyn Error>> {
        let aggregate_id: Uuid = event.aggregate_id.parse()?;
        let metadata: BTreeMap<String, String> = serde_json::from_str(&event.metadata)?;
        let metadata: Vec<_> =
            metadata.into_iter().map(|(name, value)| (name, Template::of_value(&value, known))).collect();
        let payload = Template::of_json(&event.payload, known);
        let payload = (event.event_type.clone(), event.event_version.clone(), payload);
        if let Some(last) = all.last_mut()
            && last.aggregate_id == aggregate_id
            && last.aggregate_type == event.aggregate_type
            && last.recorded_at == event.recorded_at
            && last.same_metadata(&metadata)
        {
            last.events.push(payload);
            return Ok(());
        }
        all.push(Self {
            aggregate_type: event.aggregate_type.clone(),
            aggregate_id,
            version: event.sequence - 1,
            position: event.position,
            recorded_at: event.recorded_at,
            events: vec![payload],
            metadata,
        });
        Ok(())
    }

    fn same_metadata(&self, other: &[(String, Template)]) -> bool {
        self.metadata.len() == other.len() && self.metadata.iter().all(|entry| other.contains(entry))
    }

    fn named(&self) -> impl Iterator<Item = u64> + '_ {
        let payloads = self.events.iter().map(|(_, _, payload)| payload);
        payloads.chain(self.metadata.iter().map(|(_, value)| value)).flat_map(Template::positions)
    }
}

/// Processes have dealt with all of it: what follows from the year's events is among them.
async fn note_processes(log: &Log, head: u64) -> Result<(), Box<dyn Error>> {
    let note = "INSERT INTO process_checkpoints (name, position) VALUES ($1, $2) \
                ON CONFLICT (name) DO UPDATE SET position = excluded.position";
    let head = i64::try_from(head)?;
    match log.database() {
        Database::Sqlite(pool) => {
            for statement in SCHEMA {
                sqlx::query(statement).execute(pool).await?;
            }
            for process in PROCESSES {
                sqlx::query(note).bind(process.name).bind(head).execute(pool).await?;
            }
        }
        Database::Postgres(pool) => {
            for statement in SCHEMA {
                sqlx::query(statement).execute(pool).await?;
            }
            for process in PROCESSES {
                sqlx::query(note).bind(process.name).bind(head).execute(pool).await?;
            }
        }
    }
    Ok(())
}
