//! A rebuild's manners: it gives way to those who follow the log, and leaves half of the machine to those who write to it.

use std::time::Duration;

use caseledger_log::Position;

/// How long it waits before it looks again whether it may go on.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How many events a projection may be behind while it is still with the log.
const WITH_THE_LOG: u64 = 512;

/// How those stand whom a rebuild must not disturb.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Live {
    /// Where the log ends.
    pub head: Position,
    /// Where the projection stands that is furthest behind of those that don't stand still at an event.
    pub last: Position,
    /// The sum of where they all stand: it grows when somebody folds.
    pub sum: u64,
}

/// What a rebuild has seen of the others.
#[derive(Debug, Default)]
pub(super) struct Pace {
    seen: Live,
}

impl Pace {
    /// Whether the rebuild waits before its next stretch: a projection is behind, and somebody brings it on. When nobody
    /// does, because no service runs, waiting would help nobody.
    pub fn must_wait(&mut self, live: Live) -> bool {
        let is_behind = live.last.saturating_add(WITH_THE_LOG) < live.head;
        let is_moving = live.sum != self.seen.sum;
        self.seen.sum = live.sum;
        is_behind && is_moving
    }

    /// Whether the rebuild rests after a stretch, for as long as that took: somebody has written meanwhile.
    pub fn must_rest(&mut self, live: Live) -> bool {
        let is_written_to = self.seen.head != 0 && live.head != self.seen.head;
        self.seen.head = live.head;
        is_written_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(head: u64, last: u64, sum: u64) -> Live {
        Live { head, last, sum }
    }

    #[test]
    fn it_waits_as_long_as_somebody_catches_up() {
        let mut pace = Pace::default();
        assert!(pace.must_wait(live(10_000, 100, 100)), "somebody may be at it");
        assert!(pace.must_wait(live(10_000, 4_196, 4_196)), "and is");
        assert!(!pace.must_wait(live(10_000, 9_900, 9_900)), "and is with the log again");
    }

    #[test]
    fn it_goes_on_when_nobody_is_at_it() {
        let mut pace = Pace::default();
        assert!(pace.must_wait(live(10_000, 100, 100)));
        assert!(!pace.must_wait(live(10_000, 100, 100)), "no service runs");
        assert!(!pace.must_wait(live(12_000, 100, 100)), "whatever is written");
        assert!(pace.must_wait(live(12_000, 200, 200)), "until one does");
    }

    #[test]
    fn it_rests_while_others_write() {
        let mut pace = Pace::default();
        assert!(!pace.must_rest(live(100, 100, 0)), "nothing is known of before");
        assert!(!pace.must_rest(live(100, 100, 0)), "nobody writes");
        assert!(pace.must_rest(live(105, 100, 0)));
    }
}
