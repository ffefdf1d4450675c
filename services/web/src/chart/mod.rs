//! Charts as SVG, made from figures alone: no I/O, no script, no style but the style sheet's classes.
//!
//! Each has a title and a description that say in words what is drawn, labels at the marks instead of a legend, and a
//! baseline of nought.

mod bars;
mod scale;
mod spark;
mod time;

pub use bars::{Bar, Bars};
pub use spark::spark;
pub use time::{Mark, Target, Time};

/// The width that charts are drawn in; they are shown at any width.
const WIDTH: f64 = 640.0;

/// A coordinate, to the tenth of a unit.
fn at(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// About how wide a text is, at 15 units.
fn width_of(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii_digit() || letter.is_lowercase() { 8.0 } else { 9.5 }).sum()
}
