//! A measure over time at the size of a word.

use maud::{Markup, html};

use super::at;
use super::scale::Scale;

const WIDTH: f64 = 192.0;
const HEIGHT: f64 = 48.0;
const EDGE: f64 = 5.0;

/// A small chart without a word: it is hidden from those who don't see it, because the sentence beside it says the same.
pub fn spark(amounts: &[Option<f64>], line: bool) -> Markup {
    let scale = Scale::of(amounts.iter().flatten().copied());
    let slot = (WIDTH - 2.0 * EDGE) / amounts.len().max(1) as f64;
    let x = |index: usize| EDGE + (index as f64 + 0.5) * slot;
    let y = |amount: f64| HEIGHT - EDGE - scale.part(amount) * (HEIGHT - 2.0 * EDGE);
    let known: Vec<(usize, f64)> =
        (0..).zip(amounts).filter_map(|(index, amount)| Some((index, (*amount)?))).collect();
    let last = known.last().copied();
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) aria-hidden="true" focusable="false" {
            line.chart-grid x1="0" x2=(at(WIDTH)) y1=(at(y(0.0))) y2=(at(y(0.0))) {}
            @if line {
                @let points: Vec<String> = known.iter().map(|(index, amount)| format!("{},{}", at(x(*index)), at(y(*amount)))).collect();
                polyline.chart-line points=(points.join(" ")) {}
                @if let Some((index, amount)) = last { circle.chart-dot cx=(at(x(index))) cy=(at(y(amount))) r="5" {} }
            } @else {
                @for (index, amount) in &known {
                    @let (top, base) = (y(*amount).min(y(0.0)), y(0.0));
                    rect.chart-bar[last.is_some_and(|(last, _)| last == *index)].chart-bar-quiet[last.is_some_and(|(last, _)| last != *index)]
                        x=(at(x(*index) - slot * 0.35)) y=(at(top)) width=(at(slot * 0.7)) height=(at((base - top).max((y(*amount) - base).abs()))) {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_hidden_from_those_who_hear_the_sentence() {
        for line in [true, false] {
            let svg = spark(&[Some(1.0), None, Some(3.0)], line).into_string();
            assert!(svg.contains("aria-hidden=\"true\"") && !svg.contains("NaN"), "{svg}");
        }
        assert!(!spark(&[], true).into_string().contains("NaN"));
    }
}
