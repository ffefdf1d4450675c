//! A measure's parts beside each other, as horizontal bars.

use maud::{Markup, html};

use super::scale::Scale;
use super::time::Target;
use super::{WIDTH, at, width_of};

const ROW: f64 = 46.0;
const THICK: f64 = 20.0;

/// A part.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its name, above its bar.
    pub name: String,
    /// Its amount; none has no bar.
    pub amount: Option<f64>,
    /// The amount in words, at the bar's end; why there is none.
    pub shown: String,
}

/// Parts beside each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// The chart's id on its page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The same in words, for those who don't see it.
    pub description: String,
    /// The parts, from above.
    pub bars: Vec<Bar>,
    /// The target.
    pub target: Option<Target>,
}

impl Bars {
    /// The chart.
    pub fn svg(&self) -> Markup {
        let amounts = self.bars.iter().filter_map(|bar| bar.amount);
        let scale = Scale::of(amounts.chain(self.target.as_ref().map(|target| target.amount)));
        // The amounts are bold: wider than other words.
        let room = self.bars.iter().map(|bar| width_of(&bar.shown)).fold(0.0, f64::max) * 1.15 + 14.0;
        let length = WIDTH - room;
        let top = if self.target.is_some() { 26.0 } else { 4.0 };
        let height = top + ROW * self.bars.len() as f64;
        let x = |amount: f64| scale.part(amount) * length;
        html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {}", at(height))) role="img"
                aria-labelledby=(format!("{0}-title {0}-description", self.id)) {
                title id=(format!("{}-title", self.id)) { (self.title) }
                desc id=(format!("{}-description", self.id)) { (self.description) }
                @for (index, bar) in self.bars.iter().enumerate() {
                    @let y = top + ROW * index as f64;
                    text.chart-text x="0" y=(at(y + 14.0)) { (bar.name) }
                    @let (start, end) = (x(0.0), x(bar.amount.unwrap_or(0.0)));
                    @if bar.amount.is_some() {
                        rect.chart-bar x=(at(start.min(end))) y=(at(y + THICK)) width=(at((end - start).abs().max(1.0))) height=(at(THICK)) {}
                    }
                    text.chart-text.chart-strong[bar.amount.is_some()].chart-quiet[bar.amount.is_none()]
                        x=(at(start.max(end) + 7.0)) y=(at(y + THICK + 15.0)) { (bar.shown) }
                }
                @if let Some(target) = &self.target {
                    @let x = x(target.amount);
                    line.chart-target x1=(at(x)) x2=(at(x)) y1="20" y2=(at(height)) {}
                    text.chart-text.chart-target-text.chart-middle[x < length - 60.0].chart-end[x >= length - 60.0] x=(at(x)) y="14" { (target.label) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_name_and_its_number_and_a_bar_where_there_is_a_figure() {
        let bar = |name: &str, amount: Option<f64>| Bar {
            name: name.to_owned(),
            amount,
            shown: amount.map_or_else(|| "too few to show".to_owned(), |amount| amount.to_string()),
        };
        let bars = vec![bar("Coast", Some(61.0)), bar("Moorland & Vale", None)];
        let chart = Bars {
            id: "by-locality".to_owned(),
            title: "By locality".to_owned(),
            description: "Coast 61.".to_owned(),
            bars,
            target: None,
        };
        let svg = chart.svg().into_string();
        assert_eq!(svg.matches("<rect").count(), 1);
        assert!(
            svg.contains(">61<") && svg.contains("too few to show") && svg.contains("Moorland &amp; Vale"),
            "{svg}"
        );
    }
}
