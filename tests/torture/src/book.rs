//! What the clients asked and what they were answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use uuid::Uuid;

/// The answer to an accepted command.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// What the command was for.
    pub id: Uuid,
    /// The stream's version after it.
    pub version: u64,
    /// Where its events stand; none when it was satisfied already.
    #[serde(default)]
    pub positions: Option<(u64, u64)>,
    /// When the log learned of it.
    pub recorded_at: String,
    /// The names of its events.
    pub events: Vec<String>,
    /// Whether this answer was given before.
    pub repeated: bool,
}

/// One command, under one key for ever.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Whose key it is.
    pub subject: String,
    /// The type of its stream.
    pub aggregate_type: &'static str,
    /// Every answer that it was given, in the order in which they came.
    pub answers: Vec<Receipt>,
}

/// Everything that was asked, by idempotency key; and what was seen that must not be.
#[derive(Debug, Default)]
pub struct Book {
    asked: Mutex<BTreeMap<String, Asked>>,
    faults: Mutex<Vec<String>>,
    attempts: AtomicU64,
    turned_away: AtomicU64,
    broken_off: AtomicU64,
}

/// How often what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Commands asked.
    pub commands: usize,
    /// Commands that were acknowledged.
    pub acknowledged: usize,
    /// Requests sent.
    pub attempts: u64,
    /// Requests answered with 503 or 429.
    pub turned_away: u64,
    /// Requests without an answer.
    pub broken_off: u64,
}

/// At most so many faults are kept: the first ones tell most.
const KEPT_FAULTS: usize = 40;

impl Book {
    /// A command is about to be asked for the first time.
    pub fn ask(&self, key: &str, subject: String, aggregate_type: &'static str) {
        let asked = Asked { subject, aggregate_type, answers: vec![] };
        lock(&self.asked).insert(key.to_owned(), asked);
    }

    /// A command was acknowledged.
    pub fn acknowledge(&self, key: &str, receipt: Receipt) {
        if let Some(asked) = lock(&self.asked).get_mut(key) {
            asked.answers.push(receipt);
        }
    }

    /// Something was seen that must not be.
    pub fn fault(&self, fault: impl Into<String>) {
        let mut faults = lock(&self.faults);
        if faults.len() < KEPT_FAULTS {
            faults.push(fault.into());
        }
    }

    /// A request is sent.
    pub fn attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// A request was turned away.
    pub fn turn_away(&self) {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
    }

    /// A request got no answer.
    pub fn break_off(&self) {
        self.broken_off.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything that was asked.
    pub fn asked(&self) -> BTreeMap<String, Asked> {
        lock(&self.asked).clone()
    }

    /// What was seen that must not be.
    pub fn faults(&self) -> Vec<String> {
        lock(&self.faults).clone()
    }

    /// How often what happened.
    pub fn counts(&self) -> Counts {
        let asked = lock(&self.asked);
        Counts {
            commands: asked.len(),
            acknowledged: asked.values().filter(|asked| !asked.answers.is_empty()).count(),
            attempts: self.attempts.load(Ordering::Relaxed),
            turned_away: self.turned_away.load(Ordering::Relaxed),
            broken_off: self.broken_off.load(Ordering::Relaxed),
        }
    }
}

/// What is kept stays readable when a task panicked.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
