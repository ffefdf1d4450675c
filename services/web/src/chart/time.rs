//! A measure over time: columns for counts, a line for shares and means.

use maud::{Markup, html};

use super::scale::Scale;
use super::{WIDTH, at, width_of};

const HEIGHT: f64 = 320.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 48.0;
const RIGHT: f64 = 12.0;

/// A figure at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The time, under the axis: `Apr`.
    pub label: String,
    /// What stands under that, where it is another one than before: `2017`.
    pub year: String,
    /// The amount; none is a gap.
    pub amount: Option<f64>,
    /// The amount in words; why there is none.
    pub shown: String,
}

/// A line to reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Where.
    pub amount: f64,
    /// What stands at it: `Target 20%`.
    pub label: String,
}

/// A chart over time.
#[derive(Clone, Debug)]
pub struct Time {
    /// The chart's id on its page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The same in words, for those who don't see it.
    pub description: String,
    /// The figures, in order.
    pub marks: Vec<Mark>,
    /// The target.
    pub target: Option<Target>,
    /// Whether it is drawn as a line, because its amounts do not add up.
    pub line: bool,
    /// How a number on the scale is written.
    pub tick: fn(f64) -> String,
}

/// Where things lie.
struct Plane {
    left: f64,
    slot: f64,
    scale: Scale,
}

impl Plane {
    fn x(&self, index: usize) -> f64 {
        self.left + (index as f64 + 0.5) * self.slot
    }

    fn y(&self, amount: f64) -> f64 {
        HEIGHT - BOTTOM - self.scale.part(amount) * (HEIGHT - BOTTOM - TOP)
    }
}

impl Time {
    /// The chart.
    pub fn svg(&self) -> Markup {
        let amounts = self.marks.iter().filter_map(|mark| mark.amount);
        let scale = Scale::of(amounts.chain(self.target.as_ref().map(|target| target.amount)));
        let widest = self.marks.iter().filter(|mark| mark.amount.is_some()).map(|mark| width_of(&mark.shown));
        let widest = widest.fold(0.0, f64::max);
        let bare = (WIDTH - RIGHT) / self.marks.len().max(1) as f64;
        // Where every mark has room for its number, the scale would only repeat them.
        let labelled = widest + 4.0 <= bare;
        let ticks = scale.ticks();
        let left = if labelled {
            4.0
        } else {
            ticks.iter().map(|tick| width_of(&(self.tick)(*tick))).fold(0.0, f64::max) + 10.0
        };
        let slot = (WIDTH - RIGHT - left) / self.marks.len().max(1) as f64;
        let plane = Plane { left, slot, scale };
        html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img"
                aria-labelledby=(format!("{0}-title {0}-description", self.id)) {
                title id=(format!("{}-title", self.id)) { (self.title) }
                desc id=(format!("{}-description", self.id)) { (self.description) }
                @if !labelled { (self.grid(&plane, &ticks)) }
                @if self.line { (self.line(&plane)) } @else { (self.columns(&plane)) }
                line.chart-axis x1=(at(left)) x2=(at(WIDTH - RIGHT)) y1=(at(plane.y(0.0))) y2=(at(plane.y(0.0))) {}
                @if let Some(target) = &self.target { (target_line(target, &plane)) }
                (self.numbers(&plane, labelled))
                (self.axis(&plane))
            }
        }
    }

    fn grid(&self, plane: &Plane, ticks: &[f64]) -> Markup {
        html! {
            @for tick in ticks {
                line.chart-grid x1=(at(plane.left)) x2=(at(WIDTH - RIGHT)) y1=(at(plane.y(*tick))) y2=(at(plane.y(*tick))) {}
                text.chart-text.chart-quiet.chart-end x=(at(plane.left - 8.0)) y=(at(plane.y(*tick) + 5.0)) { ((self.tick)(*tick)) }
            }
        }
    }

    fn columns(&self, plane: &Plane) -> Markup {
        let width = (plane.slot * 0.7).min(70.0);
        let base = plane.y(0.0);
        html! {
            @for (index, mark) in self.marks.iter().enumerate() {
                @if let Some(amount) = mark.amount {
                    @let y = plane.y(amount);
                    rect.chart-bar x=(at(plane.x(index) - width / 2.0)) y=(at(y.min(base))) width=(at(width)) height=(at((base - y).abs())) {}
                }
            }
        }
    }

    /// A line breaks where there is no figure.
    fn line(&self, plane: &Plane) -> Markup {
        let mut path = String::new();
        let mut drawing = false;
        for (index, mark) in self.marks.iter().enumerate() {
            match mark.amount {
                Some(amount) => {
                    let step = if drawing { 'L' } else { 'M' };
                    path.push_str(&format!("{step}{} {}", at(plane.x(index)), at(plane.y(amount))));
                    drawing = true;
                }
                None => drawing = false,
            }
        }
        html! {
            path.chart-line d=(path) {}
            @for (index, mark) in self.marks.iter().enumerate() {
                @if let Some(amount) = mark.amount {
                    circle.chart-dot cx=(at(plane.x(index))) cy=(at(plane.y(amount))) r="5" {}
                }
            }
        }
    }

    /// The figures at their marks: all, or the first, the last and the highest.
    fn numbers(&self, plane: &Plane, all: bool) -> Markup {
        let known: Vec<(usize, f64)> =
            (0..).zip(&self.marks).filter_map(|(i, mark)| Some((i, mark.amount?))).collect();
        let highest = known.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| *index);
        let ends = [known.first().map(|(index, _)| *index), known.last().map(|(index, _)| *index), highest];
        let last = known.last().map(|(index, _)| *index);
        html! {
            @for (index, amount) in &known {
                @if all || ends.contains(&Some(*index)) {
                    @let above = plane.y(amount.max(0.0)) - if self.line { 13.0 } else { 7.0 };
                    text.chart-text.chart-middle.chart-strong[last == Some(*index)] x=(at(plane.x(*index))) y=(at(above)) {
                        (self.marks[*index].shown)
                    }
                }
            }
            @for (index, mark) in self.marks.iter().enumerate() {
                @if mark.amount.is_none() {
                    text.chart-text.chart-quiet.chart-middle x=(at(plane.x(index))) y=(at(plane.y(0.0) - 7.0)) { "–" }
                }
            }
        }
    }

    /// The times under the axis; where they would touch, every other one, every third …
    fn axis(&self, plane: &Plane) -> Markup {
        let widest = self.marks.iter().map(|mark| width_of(&mark.label)).fold(0.0, f64::max) + 6.0;
        let every =
            (1..=self.marks.len().max(1)).find(|every| *every as f64 * plane.slot >= widest).unwrap_or(1);
        let base = HEIGHT - BOTTOM;
        let last = self.marks.len().saturating_sub(1);
        html! {
            @for (index, mark) in self.marks.iter().enumerate() {
                @if (last - index).is_multiple_of(every) {
                    text.chart-text.chart-middle x=(at(plane.x(index))) y=(at(base + 20.0)) { (mark.label) }
                }
                @if index == 0 || self.marks[index - 1].year != mark.year {
                    text.chart-text.chart-quiet.chart-middle x=(at(plane.x(index))) y=(at(base + 40.0)) { (mark.year) }
                }
            }
        }
    }
}

fn target_line(target: &Target, plane: &Plane) -> Markup {
    let y = plane.y(target.amount);
    html! {
        line.chart-target x1=(at(plane.left)) x2=(at(WIDTH - RIGHT)) y1=(at(y)) y2=(at(y)) {}
        text.chart-text.chart-target-text.chart-end x=(at(WIDTH - RIGHT)) y=(at(y - 7.0)) { (target.label) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(amounts: &[Option<f64>], line: bool) -> Time {
        let mark = |amount: &Option<f64>| Mark {
            label: "Apr".to_owned(),
            year: "2017".to_owned(),
            amount: *amount,
            shown: amount.map_or_else(|| "none".to_owned(), |amount| amount.to_string()),
        };
        Time {
            id: "chart".to_owned(),
            title: "Open cases".to_owned(),
            description: "They rose.".to_owned(),
            marks: amounts.iter().map(mark).collect(),
            target: None,
            line,
            tick: |number| number.to_string(),
        }
    }

    fn count(text: &str, what: &str) -> usize {
        text.matches(what).count()
    }

    #[test]
    fn each_figure_has_a_column_and_its_number() {
        let svg = chart(&[Some(252.0), Some(400.0), Some(646.0)], false).svg().into_string();
        assert_eq!(count(&svg, "<rect"), 3);
        assert!(svg.contains(">646<") && svg.contains("<title id=\"chart-title\">Open cases<"), "{svg}");
        assert!(!svg.contains("style="), "the content security policy refuses styles of elements: {svg}");
    }

    #[test]
    fn a_line_breaks_where_there_is_no_figure() {
        let svg = chart(&[Some(0.1), None, Some(0.3), Some(0.2)], true).svg().into_string();
        let path = svg.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert_eq!((count(path, "M"), count(path, "L")), (2, 1), "{path}");
        assert_eq!(count(&svg, "–"), 1);
    }

    #[test]
    fn where_numbers_have_no_room_there_is_a_scale() {
        let many: Vec<_> = (1..=60).map(|number| Some(f64::from(number) * 100.0)).collect();
        let svg = chart(&many, false).svg().into_string();
        assert!(svg.contains("chart-grid"));
        assert_eq!(count(&svg, "chart-strong"), 1);
    }

    #[test]
    fn nothing_is_drawn_without_figures_and_nothing_breaks() {
        let svg = chart(&[], false).svg().into_string();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        let svg = chart(&[None, None], true).svg().into_string();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
