//! The lot by which a sample is drawn. Whoever has the list, the seed and the size draws the same sample.

use caseledger_commands::CaseId;
use sha2::{Digest, Sha256};

/// Draws `size` of the cases by lot, or all of them if there are fewer; in the order in which they are drawn.
///
/// The same cases, in whatever order they are given, with the same seed give the same sample. The method is storage, as
/// an event is: the cases in the order of their ids, each once; a partial Fisher-Yates shuffle from the front; the
/// places taken from SplitMix64 without bias.
pub fn draw(population: &[CaseId], seed: u64, size: usize) -> Vec<CaseId> {
    let mut cases = in_order(population);
    let mut lot = Lot(seed);
    let size = size.min(cases.len());
    for place in 0..size {
        let left = cases.len() - place;
        cases.swap(place, place + lot.below(left as u64) as usize);
    }
    cases.truncate(size);
    cases
}

/// The SHA-256 of the cases' ids in order, each once and on a line of its own: what `sort -u ids.txt | sha256sum` gives.
/// With it a list made again can be known to be the same.
pub fn population_digest(population: &[CaseId]) -> String {
    let mut hasher = Sha256::new();
    for case in in_order(population) {
        hasher.update(format!("{case}\n"));
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn in_order(population: &[CaseId]) -> Vec<CaseId> {
    let mut cases = population.to_vec();
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// SplitMix64 (Steele, Lea and Flood 2014): small enough to be checked by hand.
struct Lot(u64);

impl Lot {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`, each as likely as another: numbers past the last whole multiple are drawn again.
    const fn below(&mut self, bound: u64) -> u64 {
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.next();
            if number < fair {
                return number % bound;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::testing::some_id;

    fn cases(count: u64) -> Vec<CaseId> {
        (1..=count).map(|number| some_id(number).into()).collect()
    }

    proptest! {
        #[test]
        fn a_draw_can_be_repeated_from_the_list_in_any_order(
            mut list in proptest::collection::vec(0_u64..200, 0..80), seed: u64, size in 0_usize..100
        ) {
            let given: Vec<CaseId> = list.iter().map(|number| some_id(*number).into()).collect();
            list.sort_unstable_by_key(|number| number.reverse_bits());
            let shuffled: Vec<CaseId> = list.iter().map(|number| some_id(*number).into()).collect();
            prop_assert_eq!(draw(&given, seed, size), draw(&shuffled, seed, size));
            prop_assert_eq!(population_digest(&given), population_digest(&shuffled));
        }

        #[test]
        fn a_draw_holds_distinct_cases_of_the_list(count in 0_u64..80, seed: u64, size in 0_usize..100) {
            let list = cases(count);
            let drawn = draw(&list, seed, size);
            let distinct: BTreeSet<_> = drawn.iter().collect();
            prop_assert_eq!(distinct.len(), drawn.len());
            prop_assert_eq!(drawn.len(), size.min(list.len()));
            prop_assert!(drawn.iter().all(|case| list.contains(case)));
        }

        #[test]
        fn a_larger_draw_begins_with_the_smaller(count in 1_u64..80, seed: u64, size in 0_usize..40) {
            let list = cases(count);
            let larger = draw(&list, seed, size + 1);
            prop_assert!(larger.starts_with(&draw(&list, seed, size)));
        }
    }

    #[test]
    fn the_lot_is_the_published_one() {
        // The first numbers of SplitMix64 from the seed 1234567, as in the reference implementation's test vectors.
        let mut lot = Lot(1_234_567);
        let drawn = [lot.next(), lot.next(), lot.next()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_number_past_the_last_whole_multiple_is_drawn_again() {
        // SplitMix64 can be run backwards: from these seeds the first number is 2^64 - 6, where the last of the whole
        // tens has ended, and the one before it.
        assert_eq!(Lot(8_187_556_910_047_604_162).next(), u64::MAX - 5);
        let (mut past, mut last) = (Lot(8_187_556_910_047_604_162), Lot(13_042_476_475_599_121_356));
        assert_eq!((past.below(10), last.below(10)), (3, 9));
        assert_eq!(
            past.0,
            8_187_556_910_047_604_162_u64.wrapping_add(2_u64.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        );
    }

    #[test]
    fn a_draw_once_made_is_always_made_so() {
        let drawn: Vec<_> =
            draw(&cases(646), 20_180_301, 6).iter().map(|case| case.uuid().as_u128() as u16).collect();
        assert_eq!(drawn, KEPT);
    }

    /// The sample of the test above when the method was settled; a second implementation, in Python, drew the same.
    const KEPT: [u16; 6] = [403, 21, 212, 555, 343, 395];

    #[test]
    fn every_case_is_drawn_about_as_often_as_another() {
        let list = cases(10);
        let mut times = [0_u32; 10];
        for seed in 0..10_000 {
            for case in draw(&list, seed, 3) {
                times[(case.uuid().as_u128() & 0xff) as usize - 1] += 1;
            }
        }
        assert!(times.iter().all(|times| (2_800..=3_200).contains(times)), "{times:?}");
    }

    #[test]
    fn the_digest_is_what_sha256sum_gives() {
        // printf '0190a000-0000-7000-8000-00000000000%d\n' 1 2 | sha256sum
        assert_eq!(population_digest(&[some_id(2).into(), some_id(1).into(), some_id(2).into()]), DIGEST);
        assert_ne!(population_digest(&cases(3)), DIGEST);
    }

    const DIGEST: &str = "824254b31f74d2d5320a0bb34dc17d0b16b0b15651226ad1a1f2449d89813441";
}
