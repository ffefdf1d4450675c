//! What came out: medians and ranges, ratios, goals.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::wrk::Load;

/// A number that was measured several times.
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
pub struct Goal {
    /// What is to be reached.
    pub goal: String,
    /// What was measured; nothing when this form of the run does not measure it.
    pub measured: Option<f64>,
    /// Whether it was reached; unknown when it was not measured.
    pub met: Option<bool>,
}

/// All goals, by name.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Goals(BTreeMap<&'static str, Goal>);

impl Goals {
    /// At least so much.
    pub fn at_least(&mut self, name: &'static str, bound: f64, unit: &str, measured: Option<f64>) {
        let goal = format!("at least {bound}{unit}");
        self.0.insert(name, Goal { goal, measured, met: measured.map(|measured| measured >= bound) });
    }

    /// Less than so much.
    pub fn below(&mut self, name: &'static str, bound: f64, unit: &str, measured: Option<f64>) {
        let goal = format!("below {bound}{unit}");
        self.0.insert(name, Goal { goal, measured, met: measured.map(|measured| measured < bound) });
    }

    /// Whether all were measured and reached.
    pub fn met(&self) -> bool {
        self.0.values().all(|goal| goal.met == Some(true))
    }

    /// As a table for people.
    pub fn table(&self) -> String {
        let mut text = format!("{:<44} {:>22} {:>12}  met\n", "goal", "wanted", "measured");
        for (name, goal) in &self.0 {
            let measured = goal.measured.map_or("–".to_owned(), |measured| measured.to_string());
            let met = match goal.met {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "not measured in this form",
            };
            text.push_str(&format!("{name:<44} {:>22} {measured:>12}  {met}\n", goal.goal));
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
    fn numbers_keep_the_digits_that_count() {
        assert_eq!([12_345.6, 12.345, 0.012_345].map(round), [12_346.0, 12.3, 0.0123]);
    }
}
