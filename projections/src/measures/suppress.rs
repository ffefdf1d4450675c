//! Withholding small numbers, for those who must not be able to recognise a child.

use super::answer::{Figure, Part, Point};
use super::measure::Unit;

impl Figure {
    /// The same figure with everything withheld that rests on fewer than so many.
    ///
    /// A number from 1 to `below` - 1 is withheld, and so is a share or a mean whose numerator, denominator or rest is
    /// such a number. Where just one part of a breakdown is withheld, the smallest of the others is as well: it would
    /// follow from the whole.
    pub fn suppress(mut self, below: u32) -> Self {
        let below = f64::from(below);
        let unit = self.unit;
        if is_small(unit, self.numerator, self.denominator, below) {
            (self.value, self.numerator, self.denominator, self.suppressed) = (None, None, None, true);
        }
        let mut rest = std::mem::take(&mut self.breakdown);
        while let Some(first) = rest.first() {
            let by = first.by;
            let (mut parts, others) = rest.into_iter().partition::<Vec<Part>, _>(|part| part.by == by);
            withhold(unit, &mut parts, below);
            self.breakdown.extend(parts);
            rest = others;
        }
        for point in &mut self.series {
            if is_small(unit, point.numerator, point.denominator, below) {
                point.withhold();
            }
        }
        self
    }
}

fn withhold(unit: Unit, parts: &mut [Part], below: f64) {
    for part in parts.iter_mut() {
        if is_small(unit, part.numerator, part.denominator, below) {
            part.withhold();
        }
    }
    if parts.iter().filter(|part| part.suppressed).count() == 1 {
        let size = |part: &Part| part.denominator.map_or(part.numerator.unwrap_or_default(), |of| of as f64);
        let others = parts.iter_mut().filter(|part| !part.suppressed && size(part) > 0.0);
        if let Some(smallest) = others.min_by(|one, other| size(one).total_cmp(&size(other))) {
            smallest.withhold();
        }
    }
}

/// Whether a child might be recognised by the numbers behind a figure.
fn is_small(unit: Unit, numerator: Option<f64>, denominator: Option<u64>, below: f64) -> bool {
    let small = |number: f64| number > 0.0 && number < below;
    let of = denominator.map(|of| of as f64);
    match (unit, numerator, of) {
        (Unit::Share, Some(above), Some(of)) => small(above) || small(of) || small(of - above),
        // The sum of what a mean is of tells of nobody; how many it is of does.
        (_, _, Some(of)) => small(of),
        (_, Some(number), None) => small(number),
        _ => false,
    }
}

impl Part {
    fn withhold(&mut self) {
        (self.value, self.numerator, self.denominator, self.suppressed) = (None, None, None, true);
    }
}

impl Point {
    fn withhold(&mut self) {
        (self.value, self.numerator, self.denominator, self.suppressed) = (None, None, None, true);
    }
}
