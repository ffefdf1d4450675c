//! From amounts to lengths.

/// A scale from nought, or below where there are negative amounts, to a round number above all amounts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    step: f64,
}

impl Scale {
    /// Fits the amounts. Without any above nought it goes to one.
    pub fn of(amounts: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for amount in amounts {
            (low, high) = (low.min(amount), high.max(amount));
        }
        if high == 0.0 && low == 0.0 {
            high = 1.0;
        }
        let step = round_step((high - low) / 4.0);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// Which part of the scale lies below an amount.
    pub fn part(self, amount: f64) -> f64 {
        (amount - self.low) / (self.high - self.low)
    }

    /// The round numbers on it.
    pub fn ticks(self) -> Vec<f64> {
        let number = ((self.high - self.low) / self.step).round() as i32;
        (0..=number).map(|index| self.low + f64::from(index) * self.step).collect()
    }
}

/// 1, 2 or 5 times a power of ten, not below `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10.0_f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= raw * 0.999)
        .unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_from_nought_to_a_round_number() {
        let scale = Scale::of([252.0, 646.0]);
        assert_eq!((scale.low, scale.high), (0.0, 800.0));
        assert_eq!(scale.ticks(), [0.0, 200.0, 400.0, 600.0, 800.0]);
        assert_eq!(scale.part(400.0), 0.5);
    }

    #[test]
    fn nothing_and_negative_amounts_have_a_scale_too() {
        assert_eq!(Scale::of([]).ticks(), [0.0, 0.5, 1.0]);
        let scale = Scale::of([-3.0, 5.0]);
        assert!(scale.low <= -3.0 && scale.high >= 5.0 && scale.ticks().contains(&0.0), "{scale:?}");
    }
}
