//! Chance that comes out the same for the same seed.

use jiff::Timestamp;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::{Builder, Uuid};

/// A seeded source of chance. Streams of one seed don't disturb each other: one more word drawn for one family leaves the
/// others as they were.
#[derive(Clone, Debug)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream with that number of a seed.
    pub fn stream(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Whether something that happens so many times out of a hundred happens now.
    pub fn percent(&mut self, times: u32) -> bool {
        self.0.random_range(0..100) < times
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        self.0.random_range(low..=high.max(low))
    }

    /// One of several. Every list of the demonstration has something in it; an empty one would give the type's default.
    pub fn pick<'a, T: ?Sized>(&mut self, list: &'a [&'a T]) -> &'a T {
        list[self.index(list.len())]
    }

    /// An index into a list of that length.
    pub fn index(&mut self, length: usize) -> usize {
        self.0.random_range(0..length.max(1))
    }

    /// One of several values.
    pub fn choose<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }

    /// One of several values, as often as their weights say.
    pub fn weighted<T: Copy>(&mut self, list: &[(T, u32)]) -> T {
        let total = list.iter().map(|(_, weight)| weight).sum::<u32>().max(1);
        let mut left = self.0.random_range(0..total);
        for (value, weight) in list {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        list[0].0
    }

    /// Puts a list into some order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        list.shuffle(&mut self.0);
    }

    /// Some of a list, in some order.
    pub fn some<T: Copy>(&mut self, list: &[T], count: usize) -> Vec<T> {
        list.choose_multiple(&mut self.0, count.min(list.len())).copied().collect()
    }

    /// A new id, as one made at that moment looks.
    pub fn id(&mut self, at: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.0.fill_bytes(&mut random);
        Builder::from_unix_timestamp_millis(at.as_millisecond().unsigned_abs(), &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_again_and_streams_differ() {
        let draw = |seed, stream| {
            let mut chance = Chance::stream(seed, stream);
            (chance.between(0, 1_000_000), chance.id("2017-01-03T09:00:00Z".parse().unwrap()))
        };
        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
    }

    #[test]
    fn weights_are_kept() {
        let mut chance = Chance::stream(7, 0);
        let drawn = (0..1000).filter(|_| chance.weighted(&[(true, 28), (false, 72)])).count();
        assert!((230..330).contains(&drawn), "{drawn}");
    }
}
