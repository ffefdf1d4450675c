//! What a rebuild holds back, so that the rows of a case are written once for many events.

use hashlink::LinkedHashMap;

/// How many are held back at most: about as many as a very large authority has open cases.
const AT_MOST: usize = 30_000;

/// Those whose rows are others than the tables', by id, each with what is needed of how it was when it was last written.
/// Those that have not changed for longest come first.
pub(crate) struct HeldBack<T>(LinkedHashMap<String, T>);

impl<T> Default for HeldBack<T> {
    fn default() -> Self {
        Self(LinkedHashMap::new())
    }
}

impl<T> HeldBack<T> {
    /// Notes that one has changed; `before` tells how it was, if that is not known yet.
    pub fn note(&mut self, id: &str, before: impl FnOnce() -> T) {
        let before = self.0.remove(id).unwrap_or_else(before);
        self.0.insert(id.to_owned(), before);
    }

    /// Those that are written now: all of them, or, when rows may be written later, the longer half once they are too many.
    pub fn due(&mut self, defers: bool) -> Vec<(String, T)> {
        let keep = match defers {
            true if self.0.len() <= AT_MOST => AT_MOST,
            true => AT_MOST / 2,
            false => 0,
        };
        let number = self.0.len().saturating_sub(keep);
        std::iter::from_fn(|| self.0.pop_front()).take(number).collect()
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
        held.note("a", || 1);
        held.note("b", || 2);
        held.note("a", || 3);
        assert_eq!(held.due(true), []);
        assert_eq!(held.due(false), [("b".to_owned(), 2), ("a".to_owned(), 1)]);
        assert_eq!(held.len(), 0);
    }

    #[test]
    fn too_many_are_halved_and_the_latest_stay() {
        let mut held = HeldBack::default();
        for number in 0..=AT_MOST {
            held.note(&number.to_string(), || ());
        }
        assert_eq!(held.due(true).len(), AT_MOST / 2 + 1);
        assert!(!held.contains("0") && held.contains(&AT_MOST.to_string()));
    }
}
