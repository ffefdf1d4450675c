//! What a batch of appends comes to: which are written, at which positions, and what each is answered. Pure.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::{Append, IdempotencyKey, LogError, Position, Receipt};

/// Where the log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub position: Position,
    /// When its last event was recorded, in microseconds since 1970 UTC.
    pub recorded_at: i64,
}

/// A stream's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct StreamId {
    /// The type of its aggregate: `Case`.
    pub aggregate_type: String,
    /// The id of its aggregate.
    pub aggregate_id: String,
}

impl StreamId {
    /// The ids of those streams that are of one type.
    pub fn of_type<'a>(streams: &'a [Self], aggregate_type: &'a str) -> impl Iterator<Item = &'a str> {
        let of_type = streams.iter().filter(move |stream| stream.aggregate_type == aggregate_type);
        of_type.map(|stream| stream.aggregate_id.as_str())
    }

    pub(crate) fn of(append: &Append) -> Self {
        Self { aggregate_type: append.aggregate_type.clone(), aggregate_id: append.aggregate_id.clone() }
    }
}

/// An idempotency key that is kept already, with what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptKey {
    pub digest: [u8; 32],
    pub receipt: Receipt,
}

impl KeptKey {
    /// What a request with the same key is answered.
    pub fn answer(&self, key: &IdempotencyKey) -> Result<Receipt, LogError> {
        match self.digest == key.digest {
            true => Ok(Receipt { repeated: true, ..self.receipt.clone() }),
            false => Err(LogError::KeyReused),
        }
    }
}

/// Kept keys by scope and key.
pub(crate) type KeptKeys = HashMap<(String, String), KeptKey>;

/// An append on its way, with its metadata already written out.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub append: Append,
    pub stream: StreamId,
    pub metadata: String,
    /// Whether the expected version was read from the log: as the log only grows, the stream has no fewer events now.
    pub is_read: bool,
}

impl Prepared {
    pub fn new(append: Append) -> Result<Self, LogError> {
        append.check()?;
        let metadata = append.metadata_json()?;
        Ok(Self { stream: StreamId::of(&append), metadata, append, is_read: false })
    }

    /// The same; the expected version was read from the log.
    pub fn decided_on_what_was_read(self) -> Self {
        Self { is_read: true, ..self }
    }

    /// Whether a plan without a look at the database would rest on a guess that the write itself can't find wrong.
    ///
    /// An append of events to a stream that must not exist, or that was read before, needs no look: if the stream has
    /// more events than that, the write meets the primary key.
    pub fn rests_on_guess(&self) -> bool {
        let is_sure = self.append.expected == Some(0) || (self.is_read && self.append.expected.is_some());
        !is_sure || self.append.events.is_empty()
    }

    /// The stream's version, if nothing else is known of it.
    fn presumed(&self) -> u64 {
        if self.is_read { self.append.expected.unwrap_or(0) } else { 0 }
    }
}

/// One event's row. Its position is the plan's old head and its place among the rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub append: &'a Prepared,
    pub event: usize,
    pub sequence: u64,
}

/// An idempotency key's row.
#[derive(Debug)]
pub(crate) struct KeyRow<'a> {
    pub key: &'a IdempotencyKey,
    pub receipt: Receipt,
}

/// What a batch comes to.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// The head that the plan is made for; it holds for no other.
    pub old: Head,
    /// The head after it.
    pub new: Head,
    /// The events to write, in order of position.
    pub rows: Vec<Row<'a>>,
    /// The keys to keep.
    pub keys: Vec<KeyRow<'a>>,
    /// What each append of the batch is answered once the plan has been committed.
    pub answers: Vec<Result<Receipt, LogError>>,
    /// The versions of the streams after it.
    pub versions: HashMap<&'a StreamId, u64>,
}

impl Plan<'_> {
    /// Whether nothing has to be written.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.keys.is_empty()
    }

    /// Whether some append is refused.
    pub fn refuses(&self) -> bool {
        self.answers.iter().any(Result::is_err)
    }
}

/// Plans a batch, in order, for a head.
///
/// `version` is what is known of a stream's version at that head. A stream of which nothing is known is taken to be as it
/// was read, or else empty: the caller sees to it that this is checked ([`Prepared::rests_on_guess`]).
pub(crate) fn plan<'a>(
    batch: &'a [Prepared],
    head: Head,
    mut version: impl FnMut(&StreamId) -> Option<u64>,
    kept: &KeptKeys,
    now: Timestamp,
) -> Plan<'a> {
    let recorded_at = now.as_microsecond().max(head.recorded_at);
    let mut plan = Plan {
        old: head,
        new: head,
        rows: Vec::with_capacity(batch.len()),
        keys: vec![],
        answers: Vec::with_capacity(batch.len()),
        versions: HashMap::new(),
    };
    let mut fresh: HashMap<(&str, &str), KeptKey> = HashMap::new();
    for prepared in batch {
        let append = &prepared.append;
        let known_key = append.key.as_ref().and_then(|key| {
            let in_batch = fresh.get(&(key.scope.as_str(), key.key.as_str()));
            in_batch.or_else(|| kept.get(&(key.scope.clone(), key.key.clone()))).map(|kept| kept.answer(key))
        });
        if let Some(answer) = known_key {
            plan.answers.push(answer);
            continue;
        }
        let actual = plan.versions.get(&prepared.stream).copied();
        let actual = actual.or_else(|| version(&prepared.stream)).unwrap_or_else(|| prepared.presumed());
        if let Some(expected) = append.expected.filter(|expected| *expected != actual) {
            plan.answers.push(Err(LogError::Conflict { expected, actual }));
            continue;
        }
        let receipt = match plan.place(prepared, actual, recorded_at) {
            Ok(receipt) => receipt,
            Err(refusal) => {
                plan.answers.push(Err(refusal));
                continue;
            }
        };
        if let Some(key) = &append.key {
            plan.keys.push(KeyRow { key, receipt: receipt.clone() });
            fresh.insert((&key.scope, &key.key), KeptKey { digest: key.digest, receipt: receipt.clone() });
        }
        plan.answers.push(Ok(receipt));
    }
    plan
}

impl<'a> Plan<'a> {
    /// Gives an append's events their places behind those already planned.
    fn place(&mut self, prepared: &'a Prepared, actual: u64, recorded_at: i64) -> Result<Receipt, LogError> {
        let count = prepared.append.events.len() as u64;
        let end = |from: u64| from.checked_add(count).filter(|end| i64::try_from(*end).is_ok());
        let full = || LogError::Invalid("the stream has no sequence left".to_owned());
        let version = end(actual).ok_or_else(full)?;
        let position = end(self.new.position).ok_or_else(full)?;
        let positions = (count > 0).then_some((self.new.position + 1, position));
        if count > 0 {
            let rows = (0..).zip(actual + 1..=version);
            self.rows.extend(rows.map(|(event, sequence)| Row { append: prepared, event, sequence }));
            self.new = Head { position, recorded_at };
        }
        self.versions.insert(&prepared.stream, version);
        Ok(Receipt { version, positions, recorded_at: timestamp(recorded_at)?, repeated: false })
    }
}

/// A time as the log keeps it.
pub(crate) fn timestamp(microseconds: i64) -> Result<Timestamp, LogError> {
    Timestamp::from_microsecond(microseconds).map_err(|error| LogError::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewEvent;

    const HEAD: Head = Head { position: 10, recorded_at: 5_000_000 };

    fn append(id: &str, expected: Option<u64>, events: usize) -> Prepared {
        let event = NewEvent::new("Noted", "1", &"x").unwrap();
        Prepared::new(Append {
            aggregate_type: "Case".to_owned(),
            aggregate_id: id.to_owned(),
            expected,
            events: vec![event; events],
            metadata: HashMap::new(),
            key: None,
        })
        .unwrap()
    }

    fn with_key(mut prepared: Prepared, key: &str, digest: u8) -> Prepared {
        prepared.append.key =
            Some(IdempotencyKey { scope: "posting".to_owned(), key: key.to_owned(), digest: [digest; 32] });
        prepared
    }

    fn planned(batch: &[Prepared], second: i64) -> Plan<'_> {
        let now = Timestamp::from_second(second).unwrap();
        plan(batch, HEAD, |stream| (stream.aggregate_id == "a").then_some(3), &KeptKeys::new(), now)
    }

    #[test]
    fn positions_are_dense_across_appends() {
        let batch = [append("a", Some(3), 2), append("b", Some(0), 1)];
        let plan = planned(&batch, 9);
        let receipts: Vec<_> = plan.answers.iter().map(|answer| answer.as_ref().unwrap()).collect();
        assert_eq!(receipts[0].positions, Some((11, 12)));
        assert_eq!(receipts[0].version, 5);
        assert_eq!(receipts[1].positions, Some((13, 13)));
        assert_eq!(plan.new, Head { position: 13, recorded_at: 9_000_000 });
    }

    #[test]
    fn a_stale_append_takes_no_position() {
        let batch = [append("a", Some(2), 2), append("b", Some(0), 1)];
        let plan = planned(&batch, 9);
        assert_eq!(plan.answers[0], Err(LogError::Conflict { expected: 2, actual: 3 }));
        assert_eq!(plan.answers[1].as_ref().unwrap().positions, Some((11, 11)));
    }

    #[test]
    fn two_appends_to_one_stream_follow_each_other() {
        let batch =
            [append("a", Some(3), 1), append("a", Some(4), 1), append("a", Some(4), 1), append("a", None, 1)];
        let plan = planned(&batch, 9);
        assert_eq!(plan.answers[1].as_ref().unwrap().version, 5);
        assert_eq!(plan.answers[2], Err(LogError::Conflict { expected: 4, actual: 5 }));
        assert_eq!(plan.answers[3].as_ref().unwrap().version, 6);
    }

    #[test]
    fn a_version_that_was_read_is_no_guess() {
        let read = |expected| append("unknown", expected, 1).decided_on_what_was_read();
        assert!(append("unknown", Some(4), 1).rests_on_guess());
        assert!(!read(Some(4)).rests_on_guess());
        assert!(read(None).rests_on_guess());
        assert!(append("unknown", Some(4), 0).decided_on_what_was_read().rests_on_guess());
        let batch = [read(Some(4)), read(Some(5)), read(Some(4))];
        let plan = planned(&batch, 9);
        assert_eq!(plan.answers[1].as_ref().unwrap().version, 6);
        assert_eq!(plan.answers[2], Err(LogError::Conflict { expected: 4, actual: 6 }));
    }

    #[test]
    fn a_key_that_comes_twice_in_a_batch_is_answered_twice_and_written_once() {
        let batch = [
            with_key(append("a", Some(3), 1), "k", 1),
            with_key(append("a", Some(3), 1), "k", 1),
            with_key(append("a", Some(3), 1), "k", 2),
        ];
        let plan = planned(&batch, 9);
        let first = plan.answers[0].clone().unwrap();
        assert_eq!(plan.answers[1], Ok(Receipt { repeated: true, ..first }));
        assert_eq!(plan.answers[2], Err(LogError::KeyReused));
        assert_eq!((plan.rows.len(), plan.keys.len()), (1, 1));
    }

    #[test]
    fn the_time_of_the_log_never_goes_back() {
        let batch = [append("a", Some(3), 1)];
        assert_eq!(planned(&batch, 1).new.recorded_at, HEAD.recorded_at);
    }

    #[test]
    fn a_command_without_events_moves_nothing() {
        let batch = [with_key(append("a", Some(3), 0), "k", 1)];
        let plan = planned(&batch, 9);
        assert_eq!(plan.new, HEAD);
        let receipt = plan.answers[0].clone().unwrap();
        assert_eq!((receipt.version, receipt.positions), (3, None));
        assert_eq!(plan.keys.len(), 1);
    }

    #[test]
    fn a_stream_ends_where_the_database_ends() {
        let batch = [append("a", None, 2)];
        let now = Timestamp::from_second(9).unwrap();
        let end = i64::MAX as u64 - 1;
        let plan = plan(&batch, HEAD, |_| Some(end), &KeptKeys::new(), now);
        assert!(matches!(plan.answers[0], Err(LogError::Invalid(_))));
        assert!(plan.is_empty());
    }
}
