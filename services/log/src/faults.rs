//! Fail points: places at which a build for the torture harness dies when it is told to. No other build has them.
//!
//! `CASELEDGER_FAULT=log.after-commit=7` kills the process the seventh time that it gets there.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every fail point of the program.
pub const POINTS: &[&str] = &[
    "log.before-write",
    "log.before-commit",
    "log.after-commit",
    "projection.before-rows",
    "projection.between-rows-and-checkpoint",
    "projection.before-commit",
    "projection.after-commit",
    "process.before-note",
];

/// The environment's variable that arms one of them.
pub const VARIABLE: &str = "CASELEDGER_FAULT";

/// The one that is armed, and how often it is still passed.
static ARMED: LazyLock<Option<(String, AtomicU64)>> = LazyLock::new(|| {
    let told = std::env::var(VARIABLE).ok()?;
    let (point, count) = told.split_once('=').unwrap_or((&told, "1"));
    Some((point.to_owned(), AtomicU64::new(count.parse().unwrap_or(1))))
});

/// Dies here, if this point is armed and has been passed often enough.
pub fn reach(point: &str) {
    let Some((armed, left)) = ARMED.as_ref() else { return };
    if armed == point && left.fetch_sub(1, Ordering::Relaxed) == 1 {
        eprintln!("fault: dying at {point}");
        std::process::abort();
    }
}

/// A place at which a build for the torture harness may die. Nothing in any other build.
#[macro_export]
macro_rules! fault_point {
    ($name:literal) => {
        $crate::faults::reach($name)
    };
}
