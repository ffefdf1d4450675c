//! What Cedar has said, by all that it was asked: the same question has the same answer as long as the program runs.
//!
//! The key is the whole actor and the whole resource, and not what policies read of them today: a rule that reads
//! something new is right without a change here.

use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use caseledger_commands::Actor;
use hashlink::{DefaultHashBuilder, LruCache};

use crate::Resource;
use crate::decide::Permission;

/// How many pairs of actor and resource are remembered.
const PAIRS: usize = 16_384;

/// What was said about a pair, by the number of the action; nothing where nothing was.
pub(crate) type Verdicts = Vec<Option<Permission>>;

/// An actor and a resource, and where they are remembered.
pub(crate) struct Pair<'a> {
    pub actor: &'a Actor,
    pub resource: &'a Resource,
    hash: u64,
}

/// What was said about a pair.
struct Said {
    actor: Actor,
    resource: Resource,
    verdicts: Verdicts,
}

/// What Cedar has said lately.
pub(crate) struct Remembered {
    said: Mutex<LruCache<u64, Said>>,
    hasher: DefaultHashBuilder,
    actions: usize,
}

impl Remembered {
    pub fn new(actions: usize) -> Self {
        Self { said: Mutex::new(LruCache::new(PAIRS)), hasher: DefaultHashBuilder::default(), actions }
    }

    pub fn pair<'a>(&self, actor: &'a Actor, resource: &'a Resource) -> Pair<'a> {
        Pair { actor, resource, hash: self.hasher.hash_one((actor, resource)) }
    }

    pub fn find(&self, pair: &Pair<'_>) -> Verdicts {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        // Two pairs may have one hash: the pair itself decides.
        let said = said.get(&pair.hash).filter(|said| said.is_about(pair));
        said.map(|said| said.verdicts.clone()).unwrap_or_default()
    }

    pub fn put(&self, pair: &Pair<'_>, action: usize, verdict: Permission) {
        let mut all = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.get(&pair.hash).is_some_and(|said| said.is_about(pair)) {
            let (actor, resource) = (pair.actor.clone(), pair.resource.clone());
            all.insert(pair.hash, Said { actor, resource, verdicts: vec![None; self.actions] });
        }
        let place = all.get_mut(&pair.hash).and_then(|said| said.verdicts.get_mut(action));
        if let Some(place) = place {
            *place = Some(verdict);
        }
    }
}

impl Said {
    fn is_about(&self, pair: &Pair<'_>) -> bool {
        self.resource == *pair.resource && self.actor == *pair.actor
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::Refusal;

    #[test]
    fn an_answer_is_remembered_for_its_own_question_only() {
        let remembered = Remembered::new(2);
        let (ann, ben) = (Actor::process("ann"), Actor::process("ben"));
        let resource = Resource::Audit;
        let pair = remembered.pair(&ann, &resource);
        remembered.put(&pair, 1, Err(Refusal::Reserved));
        assert_eq!(remembered.find(&pair), [None, Some(Err(Refusal::Reserved))]);
        assert_eq!(remembered.find(&remembered.pair(&ben, &resource)), []);
        assert_eq!(remembered.find(&remembered.pair(&ann, &Resource::Workforce)), []);
    }

    #[test]
    fn a_pair_with_the_hash_of_another_is_not_taken_for_it() {
        let remembered = Remembered::new(1);
        let (ann, ben) = (Actor::process("ann"), Actor::process("ben"));
        let resource = Resource::Audit;
        let pair = remembered.pair(&ann, &resource);
        remembered.put(&pair, 0, Ok(()));
        let twin = Pair { actor: &ben, resource: &resource, hash: pair.hash };
        assert_eq!(remembered.find(&twin), []);
        remembered.put(&twin, 0, Err(Refusal::Reserved));
        assert_eq!(remembered.find(&pair), []);
    }
}
