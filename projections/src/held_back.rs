//! What a rebuild holds back, so that the rows of a case are written once for many events.

use caseledger_log::Position;
use hashlink::LinkedHashMap;

/// How many are held back at most: about as many as a very large authority has open cases.
const AT_MOST: usize = 30_000;
/// For how many events one is held back that does not change: what has rested so long will not soon be written again, and is
/// out of the way before the end, when everything else is written.
const RESTED: u64 = 150_000;

/// Those whose rows are others than the tables', by id, each with when it last changed and what is needed of how it was when
/// it was last written. Those that have not changed for longest come first.
pub(crate) struct HeldBack<T>(LinkedHashMap<String, (Position, T)>);

impl<T> Default for HeldBack<T> {
    fn default() -> Self {
        Self(LinkedHashMap::new())
    }
}

impl<T> HeldBack<T> {
    /// Notes that one has changed, at an event; `before` tells how it was, if that is not known yet.
    pub fn note(&mut self, id: &str, at: Position, before: impl FnOnce() -> T) {
        let before = self.0.remove(id).map_or_else(before, |(_, before)| before);
        self.0.insert(id.to_owned(), (at, before));
    }

    /// Those that are written now, at an event: all of them, or, when rows may be written later, those that have rested, and
    /// the longer half once they are too many.
    pub fn due(&mut self, at: Position, defers: bool) -> Vec<(String, T)> {
        let rested = self.0.values().take_while(|(last, _)| last.saturating_add(RESTED) < at).count();
        let number = match defers {
            true if self.0.len() <= AT_MOST => rested,
            true => rested.max(self.0.len() - AT_MOST / 2),
            false => self.0.len(),
        };
        let longest = std::iter::from_fn(|| self.0.pop_front()).take(number);
        longest.map(|(id, (_, before))| (id, before)).collect()
    }

    pub fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn clear(&mut self) {
        self.0.clear();
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
        assert!(!held.contains("0") && held.contains(&AT_MOST.to_string()));
    }

    #[test]
    fn what_has_rested_is_written_before_the_end() {
        let mut held = HeldBack::default();
        held.note("a", 1, || 1);
        held.note("b", 1, || 2);
        held.note("a", 5, || 3);
        assert_eq!(held.due(RESTED + 1, true), []);
        assert_eq!(held.due(RESTED + 2, true), [("b".to_owned(), 2)]);
        assert_eq!(held.len(), 1);
    }
}
