//! What a rebuild holds back, so that the rows of a case are written once for many events.

use std::collections::HashSet;

use caseledger_log::Position;
use hashlink::LinkedHashMap;

/// How many are held back at most: about as many as a very large authority has open cases.
const AT_MOST: usize = 30_000;
/// For how many events one is held back that does not change: what has rested so long will not soon be written again, and is
/// out of the way before the end, when everything else is written. Tests, whose logs are short, meet that too.
const RESTED: u64 = if cfg!(debug_assertions) { 300 } else { 150_000 };

/// Those whose rows are others than the tables', by id, each with when it last changed and what is needed of how it was when
/// it was last written. Those that have not changed for longest come first.
pub(crate) struct HeldBack<T> {
    changed: LinkedHashMap<String, (Position, T)>,
    /// Those that were written with the last batch but one of a rebuild, and with the last: of these nobody knows yet whether
    /// they can be read.
    written: HashSet<String>,
    being_written: HashSet<String>,
}

impl<T> Default for HeldBack<T> {
    fn default() -> Self {
        Self { changed: LinkedHashMap::new(), written: HashSet::new(), being_written: HashSet::new() }
    }
}

impl<T> HeldBack<T> {
    /// Notes that one has changed, at an event; `before` tells how it was, if that is not known yet.
    pub fn note(&mut self, id: &str, at: Position, before: impl FnOnce() -> T) {
        let before = self.changed.remove(id).map_or_else(before, |(_, before)| before);
        self.changed.insert(id.to_owned(), (at, before));
    }

    /// Those that are written now, at an event: all of them, or, when rows may be written later, those that have rested, and
    /// the longer half once they are too many.
    pub fn due(&mut self, at: Position, defers: bool) -> Vec<(String, T)> {
        let changed = &mut self.changed;
        let rested = changed.values().take_while(|(last, _)| last.saturating_add(RESTED) < at).count();
        let number = match defers {
            true if changed.len() <= AT_MOST => rested,
            true => rested.max(changed.len() - AT_MOST / 2),
            false => changed.len(),
        };
        let longest = std::iter::from_fn(|| changed.pop_front()).take(number);
        let due: Vec<(String, T)> = longest.map(|(id, (_, before))| (id, before)).collect();
        self.written = std::mem::take(&mut self.being_written);
        if defers {
            self.being_written = due.iter().map(|(id, _)| id.clone()).collect();
        }
        due
    }

    /// Whether what is remembered of one must not be forgotten: its rows can't be read yet as they are now.
    pub fn holds(&self, id: &str) -> bool {
        self.changed.contains_key(id) || self.being_written.contains(id) || self.written.contains(id)
    }

    /// Those whose rows can be read from now on, and that have not changed since. Asked before a batch is folded: a rebuild
    /// begins to write a batch when it has written the one before.
    pub fn settled(&mut self) -> Vec<String> {
        let written = std::mem::take(&mut self.written);
        written.into_iter().filter(|id| !self.holds(id)).collect()
    }

    /// Whether one has changed since its rows were written.
    pub fn has_changed(&self, id: &str) -> bool {
        self.changed.contains_key(id)
    }

    /// How many must not be forgotten, or a few more.
    pub fn len(&self) -> usize {
        self.changed.len() + self.being_written.len() + self.written.len()
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_written_at_once_unless_they_may_wait() {
        let mut held = HeldBack::default();
        held.note("a", 1, || 1);
        held.note("b", 2, || 2);
        held.note("a", 3, || 3);
        assert_eq!(held.due(3, true), []);
        assert_eq!(held.due(3, false), [("b".to_owned(), 2), ("a".to_owned(), 1)]);
        assert_eq!(held.len(), 0);
    }

    #[test]
    fn too_many_are_halved_and_the_latest_stay() {
        let mut held = HeldBack::default();
        for number in 0..=AT_MOST {
            held.note(&number.to_string(), 1, || ());
        }
        assert_eq!(held.due(1, true).len(), AT_MOST / 2 + 1);
        assert!(!held.has_changed("0") && held.has_changed(&AT_MOST.to_string()));
    }

    #[test]
    fn what_has_rested_is_written_before_the_end() {
        let mut held = HeldBack::default();
        held.note("a", 1, || 1);
        held.note("b", 1, || 2);
        held.note("a", 5, || 3);
        assert_eq!(held.due(RESTED + 1, true), []);
        assert_eq!(held.due(RESTED + 2, true), [("b".to_owned(), 2)]);
        assert!(!held.has_changed("b") && held.has_changed("a"));
    }

    #[test]
    fn what_is_being_written_is_held_for_one_batch_more() {
        let mut held = HeldBack::default();
        for id in ["a", "b"] {
            held.note(id, 1, || 1);
        }
        assert_eq!(held.due(RESTED + 2, true).len(), 2);
        assert_eq!(held.settled(), [""; 0]);
        assert!(held.holds("a"), "its rows wait for the batch before");
        assert_eq!(held.due(RESTED + 3, true), []);
        held.note("b", RESTED + 4, || 2);
        assert_eq!(held.settled(), ["a"], "the other has changed again");
        assert!(!held.holds("a") && held.holds("b"));
    }
}
