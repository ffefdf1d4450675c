//! Where time, ids and chance come from. This is the one file that takes them from the machine.

use std::sync::Mutex;

use caseledger_dispatch::IdSource;
use caseledger_log::Clock;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Makes ids of version 7 from the machine's clock and chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineIds;

impl IdSource for MachineIds {
    #[expect(clippy::disallowed_methods, reason = "this is the place where ids come in")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Bytes that nobody can guess, for a key that lives as long as the process.
#[expect(clippy::disallowed_methods, reason = "this is the place where chance comes in")]
pub fn unguessable() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
    bytes
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "this is the place where the time comes in")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        #[cfg(feature = "faults")]
        let now = now.checked_add(tampered()).unwrap_or(now);
        now
    }
}

/// How far the torture harness has set the clock, in the seconds that a file holds.
#[cfg(feature = "faults")]
fn tampered() -> SignedDuration {
    let told = std::env::var_os("CASELEDGER_CLOCK_FILE").and_then(|file| std::fs::read_to_string(file).ok());
    SignedDuration::from_secs(told.and_then(|told| told.trim().parse().ok()).unwrap_or(0))
}

/// A clock that showed a certain time when it was started, and goes on from there at the machine's pace.
///
/// A demonstration is served with it: its year lies in the past, and a service that went on with today's date would show
/// every action of it as years overdue.
#[derive(Clone, Copy, Debug)]
pub struct ShiftedClock {
    shift: SignedDuration,
}

impl ShiftedClock {
    /// Shows `time` now.
    pub fn showing(time: Timestamp) -> Self {
        Self { shift: time.duration_since(MachineClock.now()) }
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        MachineClock.now().checked_add(self.shift).unwrap_or(Timestamp::MAX)
    }
}

/// A clock that stands still until it is set. The demonstration's year is played with it.
#[derive(Debug)]
pub struct SetClock {
    time: Mutex<Timestamp>,
}

impl SetClock {
    /// Stands at `time`.
    pub const fn at(time: Timestamp) -> Self {
        Self { time: Mutex::new(time) }
    }

    /// Stands at `time` from now on; never goes back.
    pub fn set(&self, time: Timestamp) {
        let mut shown = self.time.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *shown = time.max(*shown);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.time.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_clock_never_goes_back() {
        let clock = SetClock::at("2017-05-01T09:00:00Z".parse().unwrap());
        clock.set("2017-04-01T09:00:00Z".parse().unwrap());
        assert_eq!(clock.now().to_string(), "2017-05-01T09:00:00Z");
    }

    #[test]
    fn a_shifted_clock_goes_on_from_where_it_was_started() {
        let start: Timestamp = "2018-01-24T09:00:00Z".parse().unwrap();
        let clock = ShiftedClock::showing(start);
        let shown = clock.now();
        assert!(shown >= start && shown.duration_since(start) < SignedDuration::from_mins(5));
    }
}
