//! What came out: medians and ranges, ratios, goals.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wrk::Load;

/// A number that was measured several times.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// The median.
    pub median: f64,
    /// The lowest.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
}

impl Measured {
    /// Of these numbers; `None` without any.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (lowest, highest) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self { median: round(median), lowest: round(lowest), highest: round(highest) })
    }
}

/// Three digits that count, and whole numbers from a thousand on.
fn round(number: f64) -> f64 {
    let digits = 3 - (number.abs().max(1e-9).log10().floor() as i32 + 1).clamp(-3, 3);
    let scale = 10_f64.powi(digits);
    (number * scale).round() / scale
}

/// The rounds of one contender.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    /// What wrk or pgbench measured.
    pub loads: Vec<Load>,
    /// The most memory that the server held in each, in MiB.
    pub memory: Vec<f64>,
    /// How far the projections were behind at most, in milliseconds.
    pub lag: Vec<f64>,
}

impl Rounds {
    /// Accepted requests per second, in each round.
    pub fn rates(&self) -> Vec<f64> {
        self.loads.iter().map(Load::per_second).collect()
    }

    /// As it stands in the summary.
    pub fn summary(&self) -> Value {
        let of = |number: fn(&Load) -> f64| Measured::of(&self.loads.iter().map(number).collect::<Vec<_>>());
        serde_json::json!({
            "per_second": of(Load::per_second),
            "p50_ms": of(|load| load.p50 / 1e3),
            "p99_ms": of(|load| load.p99 / 1e3),
            "longest_ms": of(|load| load.max / 1e3),
            "refused": self.loads.iter().map(|load| load.refused).sum::<u64>(),
            "broken": self.loads.iter().map(|load| load.broken).sum::<u64>(),
            "peak_memory_mib": Measured::of(&self.memory),
            "projections_behind_ms": Measured::of(&self.lag),
        })
    }
}

/// Round by round, how many times the one is the other.
pub fn ratio(one: &[f64], other: &[f64]) -> Option<Measured> {
    let ratios: Vec<f64> = one.iter().zip(other).map(|(one, other)| one / other.max(1e-9)).collect();
    Measured::of(&ratios)
}

/// A goal and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Goal {
    /// What is to be reached.
    pub goal: String,
    /// What was measured; nothing when this form of the run does not measure it.
    pub measured: Option<f64>,
    /// Whether it was reached; unknown when it was not measured, or only at a smaller scale than it speaks of.
    pub met: Option<bool>,
    /// The scale at which it was measured, where that is a part of it.
    pub at: Option<String>,
}

/// All goals, by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Goals(BTreeMap<String, Goal>);

impl Goals {
    /// At least so much.
    pub fn at_least(&mut self, name: &str, bound: f64, unit: &str, measured: Option<f64>) {
        let met = measured.map(|measured| measured >= bound);
        self.0.insert(
            name.to_owned(),
            Goal { goal: format!("at least {bound}{unit}"), measured, met, at: None },
        );
    }

    /// Less than so much.
    pub fn below(&mut self, name: &str, bound: f64, unit: &str, measured: Option<f64>) {
        let met = measured.map(|measured| measured < bound);
        self.0
            .insert(name.to_owned(), Goal { goal: format!("below {bound}{unit}"), measured, met, at: None });
    }

    /// Says at which scale a goal was measured. At less than the scale that it speaks of it is missed when it is missed
    /// there, and otherwise unknown.
    pub fn at_scale(&mut self, name: &str, number: u64, wanted: u64, of: &str) {
        if let Some(goal) = self.0.get_mut(name).filter(|goal| goal.measured.is_some()) {
            goal.at = Some(format!("{number} {of}"));
            goal.goal = format!("{} at {wanted} {of}", goal.goal);
            if number < wanted && goal.met == Some(true) {
                goal.met = None;
            }
        }
    }

    /// Takes others in.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether all were measured and reached.
    pub fn met(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|goal| goal.met == Some(true))
    }

    /// As a table for people.
    pub fn table(&self) -> String {
        let mut text = format!("{:<50} {:>34} {:>10}  met\n", "goal", "wanted", "measured");
        for (name, goal) in &self.0 {
            let measured = goal.measured.map_or("–".to_owned(), |measured| measured.to_string());
            let met = match (goal.met, &goal.at) {
                (Some(true), _) => "yes".to_owned(),
                (Some(false), None) => "NO".to_owned(),
                (Some(false), Some(at)) => format!("NO ({at})"),
                (None, Some(at)) => format!("at {at} only"),
                (None, None) => "not measured".to_owned(),
            };
            text.push_str(&format!("{name:<50} {:>34} {measured:>10}  {met}\n", goal.goal));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_lies_between_the_ends() {
        let measured = Measured::of(&[3.0, 1.0, 2.0, 10.0]).unwrap();
        assert_eq!((measured.median, measured.lowest, measured.highest), (2.5, 1.0, 10.0));
        assert!(Measured::of(&[]).is_none());
    }

    #[test]
    fn a_goal_that_was_not_measured_is_not_met() {
        let mut goals = Goals::default();
        goals.at_least("one", 5.0, "×", Some(6.0));
        assert!(goals.met());
        goals.below("two", 10.0, " ms", None);
        assert!(!goals.met());
        goals.below("two", 10.0, " ms", Some(10.0));
        assert!(!goals.met());
    }

    #[test]
    fn a_goal_that_was_reached_at_a_smaller_scale_is_not_met() {
        let mut goals = Goals::default();
        goals.below("one", 100.0, " ms", Some(20.0));
        goals.at_scale("one", 10_000, 1_000_000, "cases");
        assert!(!goals.met());
        goals.below("one", 100.0, " ms", Some(20.0));
        goals.at_scale("one", 1_000_000, 1_000_000, "cases");
        assert!(goals.met());
    }

    #[test]
    fn numbers_keep_the_digits_that_count() {
        assert_eq!([12_345.6, 12.345, 0.012_345].map(round), [12_346.0, 12.3, 0.0123]);
    }
}
