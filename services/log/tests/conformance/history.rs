//! Concurrent appends and reads of one stream, from two processes, are as if they had come one after the other: each
//! within the time between its question and its answer.
//!
//! A stream's version only grows, and every accepted append makes another one. So the order of the accepted appends is
//! known, and a history is linearizable if and only if every operation saw or made a version that fits what had been
//! answered before it was asked, and no two of the accepted appends made the same one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use caseledger_log::{Log, LogError};
use futures::future::join_all;

use crate::support::{Store, append, whole};

/// What one operation did, and when by a counter that all of them share.
#[derive(Clone, Copy, Debug)]
struct Done {
    asked: u64,
    answered: u64,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// The stream went from one version to another.
    Moved { from: u64, to: u64 },
    /// The stream was seen at that version: by a reader, or by an append that was refused.
    Saw(u64),
}

impl What {
    /// The version that holds right after it.
    fn version(self) -> u64 {
        match self {
            Self::Moved { to, .. } | Self::Saw(to) => to,
        }
    }
}

/// Says what is wrong with a stream's history, if anything is.
fn check(history: &[Done]) -> Result<(), String> {
    let mut moves = BTreeMap::new();
    for done in history {
        if let What::Moved { from, to } = done.what
            && let Some(other) = moves.insert(from, (to, done))
        {
            return Err(format!("two appends moved the stream on from {from}: {done:?} and {:?}", other.1));
        }
    }
    let mut version = 0;
    for (from, (to, done)) in &moves {
        if *from != version {
            return Err(format!("nobody brought the stream from {version} to where {done:?} found it"));
        }
        version = *to;
    }
    for seen in history.iter().filter(|done| matches!(done.what, What::Saw(_))) {
        let at = seen.what.version();
        if at != 0 && !moves.values().any(|(to, _)| *to == at) {
            return Err(format!("the stream never stood at what {seen:?} saw"));
        }
    }
    for before in history {
        for after in history.iter().filter(|after| before.answered < after.asked) {
            let is_later = match after.what {
                What::Moved { from, .. } => from >= before.what.version(),
                What::Saw(version) => version >= before.what.version(),
            };
            if !is_later {
                return Err(format!("{after:?} was asked after {before:?} was answered, and knows less"));
            }
        }
    }
    Ok(())
}

/// Appends and reads by turns, at whatever version it has heard of last.
async fn work(log: Log, time: Arc<AtomicU64>, number: u64, rounds: u64) -> Vec<Done> {
    let mut history = vec![];
    let mut version = 0;
    for round in 0..rounds {
        let asked = time.fetch_add(1, Ordering::SeqCst);
        let what = if (number + round).is_multiple_of(3) {
            What::Saw(log.read_stream("Tally", "contended").await.unwrap().len() as u64)
        } else {
            let amounts = vec![1; 1 + usize::try_from(round % 3).unwrap()];
            match log.append(append("contended", Some(version), &amounts)).await {
                Ok(receipt) => What::Moved { from: version, to: receipt.version },
                Err(LogError::Conflict { actual, .. }) => What::Saw(actual),
                Err(error) => panic!("{error}"),
            }
        };
        let answered = time.fetch_add(1, Ordering::SeqCst);
        version = what.version();
        history.push(Done { asked, answered, what });
    }
    history
}

pub async fn concurrent_appends_are_as_if_one_came_after_the_other(store: Store) {
    let logs = [store.open().await, store.open().await];
    let time = Arc::<AtomicU64>::default();
    let workers = (0..12).map(|number| {
        let log = logs[usize::try_from(number % 2).unwrap()].clone();
        tokio::spawn(work(log, Arc::clone(&time), number, 20))
    });
    let history: Vec<Done> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
    check(&history).unwrap();
    let accepted = history.iter().filter(|done| matches!(done.what, What::Moved { .. })).count();
    assert!(accepted > 0 && accepted < history.len(), "some were accepted and some were not");
    let last = history.iter().map(|done| done.what.version()).max();
    assert_eq!(last, Some(whole(&logs[0]).await.len() as u64));
}

fn done(asked: u64, answered: u64, what: What) -> Done {
    Done { asked, answered, what }
}

const fn moved(from: u64, to: u64) -> What {
    What::Moved { from, to }
}

#[test]
fn the_checker_takes_what_may_have_been() {
    // Both were under way at once: the reader may have come before the append or after it.
    for seen in [0, 1] {
        check(&[done(0, 3, moved(0, 1)), done(1, 2, What::Saw(seen))]).unwrap();
    }
}

#[test]
fn the_checker_finds_what_cannot_have_been() {
    let both_win = [done(0, 1, moved(0, 1)), done(2, 3, moved(0, 2))];
    let lost = [done(0, 1, moved(0, 1)), done(2, 3, What::Saw(0))];
    let from_nowhere = [done(0, 1, moved(0, 1)), done(2, 3, moved(2, 3))];
    let never_there = [done(0, 1, moved(0, 2)), done(2, 3, What::Saw(1))];
    let seen_before_asked = [done(2, 3, moved(0, 1)), done(0, 1, What::Saw(1))];
    let goes_back = [done(0, 9, moved(0, 1)), done(1, 2, What::Saw(1)), done(3, 4, What::Saw(0))];
    for history in [&both_win[..], &lost, &from_nowhere, &never_there, &seen_before_asked, &goes_back] {
        check(history).unwrap_err();
    }
}
