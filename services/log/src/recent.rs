//! States of recently used aggregates, by the version of their streams.

use std::sync::{Arc, Mutex, PoisonError};

use hashlink::LruCache;

/// A state that was folded from a stream's first `version` events.
pub(crate) struct State<A> {
    pub aggregate: Arc<A>,
    pub version: u64,
    /// Which writes of other processes had been seen when it was known to be the newest.
    pub seen: u64,
}

impl<A: Default> Default for State<A> {
    fn default() -> Self {
        Self { aggregate: Arc::default(), version: 0, seen: 0 }
    }
}

impl<A> Clone for State<A> {
    fn clone(&self) -> Self {
        Self { aggregate: Arc::clone(&self.aggregate), ..*self }
    }
}

/// The states that were used last. A state that is never true of its version can't get in; one that is no longer the
/// newest may stay: the expected version of an append finds it out.
pub(crate) struct Recent<A> {
    states: Mutex<LruCache<String, State<A>>>,
}

impl<A> Recent<A> {
    pub fn new(capacity: usize) -> Self {
        Self { states: Mutex::new(LruCache::new(capacity)) }
    }

    /// How many states are remembered at most.
    pub fn capacity(&self) -> usize {
        self.with(|states| states.capacity())
    }

    pub fn get(&self, id: &str) -> Option<State<A>> {
        self.with(|states| states.get(id).cloned())
    }

    /// Remembers a state, unless a newer one is remembered already.
    pub fn put(&self, id: &str, state: State<A>) {
        self.with(|states| {
            let newest = states.peek(id).is_none_or(|there| {
                (there.version, there.seen) <= (state.version, state.seen) || there.version < state.version
            });
            if newest {
                states.insert(id.to_owned(), state);
            }
        });
    }

    pub fn forget(&self, id: &str) {
        self.with(|states| states.remove(id));
    }

    fn with<T>(&self, use_states: impl FnOnce(&mut LruCache<String, State<A>>) -> T) -> T {
        use_states(&mut self.states.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(version: u64) -> State<u64> {
        State { aggregate: Arc::new(version), version, seen: 0 }
    }

    #[test]
    fn an_older_state_does_not_replace_a_newer() {
        let recent = Recent::new(2);
        recent.put("a", state(2));
        recent.put("a", state(1));
        assert_eq!(recent.get("a").map(|state| state.version), Some(2));
    }

    #[test]
    fn what_was_not_used_for_longest_goes() {
        let recent = Recent::new(2);
        recent.put("a", state(1));
        recent.put("b", state(1));
        recent.get("a");
        recent.put("c", state(1));
        assert!(recent.get("b").is_none());
        assert!(recent.get("a").is_some());
        recent.forget("a");
        assert!(recent.get("a").is_none());
    }
}
