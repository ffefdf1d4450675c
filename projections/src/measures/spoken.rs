//! Commentary and improvement, beside the figures: as they stood when somebody spoke of them, and as they are now.

use caseledger_aggregates::Authority;
use caseledger_commands::oversight as kept;
use caseledger_commands::{Date, Timestamp};
use caseledger_log::Position;
use jiff::ToSpan;
use serde::Serialize;

use super::answer::{Figure, Part, answer, plainly};
use super::measure::{Better, Measure, Shape, Unit};
use super::period::Period;
use super::question::Question;
use crate::queries::{self, CommentaryView, ImprovementView};
use crate::sql::{Db, SqlError};

/// What was said of a measure's figures, and what is done to improve them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spoken {
    /// The measure's id.
    pub measure: &'static str,
    /// What it tells.
    pub title: &'static str,
    /// What the figures are numbers of.
    pub unit: Unit,
    /// What was said of periods that end within the one that was asked for; the latest first.
    pub commentary: Vec<Remark>,
    /// What is done to improve it; what is due first at the top.
    pub improvement: Vec<Improvement>,
}

/// What somebody said of a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remark {
    /// Where the event stands in the log.
    pub position: Position,
    /// The first day of the period.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What the figures mean for children and families.
    pub meaning: String,
    /// The subject who said it.
    pub actor: String,
    /// When.
    pub occurred_at: Timestamp,
    /// The measure's figure of that period, as it is known now.
    pub now: Amount,
    /// The figures that were spoken of.
    pub figures: Vec<Kept>,
}

/// A figure that was spoken of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// What it counts, in the words of whoever spoke of it.
    pub label: String,
    /// The figure, as it stood then.
    pub then: Amount,
    /// The same figure as it is known now; `null` where the label names no part of the authority.
    pub now: Option<Amount>,
}

/// What is done to improve a measure, and whether it moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Improvement {
    /// What is done, by whom, until when, and how it goes.
    #[serde(flatten)]
    pub agreed: ImprovementView,
    /// Whether its day has passed and it is not done.
    pub overdue: bool,
    /// What the authority aims at with the measure, where it has said so.
    #[serde(serialize_with = "plainly")]
    pub target: Option<f64>,
    /// The figure when it was agreed: of that day, or of a period as long as the one that was asked for that ended with it.
    pub then: Option<Amount>,
    /// The figure of the day, or of the period, that was asked for.
    pub now: Amount,
    /// Which way it moved since then.
    pub moved: Option<Moved>,
}

/// Which way a figure moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moved {
    /// The better way.
    Better,
    /// The other way.
    Worse,
    /// Up, of a measure of which neither way is better.
    Up,
    /// Down, of such a measure.
    Down,
    /// Not at all.
    Unchanged,
}

/// A figure by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Amount {
    /// The figure; `null` for a share or a mean of nothing, and when it is withheld.
    #[serde(serialize_with = "plainly")]
    pub value: Option<f64>,
    /// What was counted.
    #[serde(serialize_with = "plainly")]
    pub numerator: Option<f64>,
    /// Out of how many.
    pub denominator: Option<u64>,
    /// Whether it is withheld because a child might be recognised by it.
    pub suppressed: bool,
}

/// What is kept as the label of the whole.
const WHOLE: &str = "The whole authority";

/// What was said of a measure in a period, the latest so many, and what is done to improve it. Figures below
/// `withhold_below` are withheld.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn spoken(
    db: &Db,
    authority: &Authority,
    measure: &'static Measure,
    period: Period,
    (most, withhold_below): (usize, u32),
) -> Result<Spoken, SqlError> {
    let figure = async |period: Period, parts: bool| {
        let by = measure.dimensions().filter(|_| parts);
        let figure = answer(db, authority, measure, &Question::of(period).by(by)).await?;
        Ok::<_, SqlError>(figure.suppress(withhold_below))
    };
    let mut commentary = vec![];
    for said in queries::commentaries(db, measure.id, period.to, most).await? {
        if said.to < period.from {
            continue;
        }
        let now = figure(Period { from: said.from, to: said.to }, true).await?;
        commentary.push(Remark::of(said, measure, &now, withhold_below));
    }
    let now = Amount::from(&figure(period, false).await?);
    let mut improvement = vec![];
    for agreed in queries::improvements(db, measure.id).await? {
        // One that was agreed later was not there yet.
        if agreed.agreed_on.is_some_and(|on| on > period.to) {
            continue;
        }
        let then = match agreed.agreed_on {
            Some(on) => Some(Amount::from(&figure(ending(period, on), false).await?)),
            None => None,
        };
        let moved = then.and_then(|then| measure.moved(then.value?, now.value?));
        let overdue = agreed.outcome.is_none() && agreed.due < period.to;
        let target = measure.target(authority);
        improvement.push(Improvement { agreed, overdue, target, then, now, moved });
    }
    let Measure { id, title, unit, .. } = *measure;
    Ok(Spoken { measure: id, title, unit, commentary, improvement })
}

/// A period of the same length that ends on another day.
fn ending(period: Period, to: Date) -> Period {
    let days = period.to.since(period.from).map_or(0, |span| span.get_days());
    Period { from: to.saturating_sub(days.days()), to }
}

impl Measure {
    fn moved(&self, then: f64, now: f64) -> Option<Moved> {
        let up = now.partial_cmp(&then)?;
        Some(match (self.better, up) {
            (_, std::cmp::Ordering::Equal) => Moved::Unchanged,
            (Better::Neither, std::cmp::Ordering::Greater) => Moved::Up,
            (Better::Neither, std::cmp::Ordering::Less) => Moved::Down,
            (Better::Higher, std::cmp::Ordering::Greater) | (Better::Lower, std::cmp::Ordering::Less) => {
                Moved::Better
            }
            (Better::Higher | Better::Lower, _) => Moved::Worse,
        })
    }

    /// The name under which a part's figure is kept.
    fn label(&self, part: &Part) -> Option<String> {
        let dimension = self.dimensions().find(|dimension| dimension.id == part.by)?;
        Some(format!("{}: {}", dimension.title, part.name.as_deref()?))
    }
}

impl Remark {
    fn of(said: CommentaryView, measure: &Measure, now: &Figure, withhold_below: u32) -> Self {
        let kept = |figure: kept::Figure| {
            let then = Amount::kept(&figure, measure, withhold_below);
            Kept { now: now_of(measure, now, &figure.label), then, label: figure.label }
        };
        let mut figures: Vec<Kept> = said.figures.into_iter().map(kept).collect();
        withhold_what_follows(&mut figures);
        Self {
            position: said.position,
            from: said.from,
            to: said.to,
            meaning: said.meaning,
            actor: said.actor,
            occurred_at: said.occurred_at,
            now: Amount::from(now),
            figures,
        }
    }
}

/// Where just one of the parts is withheld, the smallest of the others is as well: it would follow from the whole.
fn withhold_what_follows(figures: &mut [Kept]) {
    if !figures.iter().any(|figure| figure.label == WHOLE) {
        return;
    }
    let is_part = |figure: &&mut Kept| figure.label != WHOLE;
    if figures.iter_mut().filter(is_part).filter(|figure| figure.then.suppressed).count() != 1 {
        return;
    }
    let size = |of: &Amount| of.denominator.map_or(of.value.unwrap_or_default(), |number| number as f64);
    let others = figures.iter_mut().filter(is_part).map(|figure| &mut figure.then);
    let others = others.filter(|then| !then.suppressed && size(then) > 0.0);
    if let Some(smallest) = others.min_by(|one, other| size(one).total_cmp(&size(other))) {
        *smallest = Amount { suppressed: true, ..Amount::default() };
    }
}

/// The figure that a label names: of the whole, of a part under its full name, or of the one part that is called so.
fn now_of(measure: &Measure, now: &Figure, label: &str) -> Option<Amount> {
    if label == WHOLE {
        return Some(Amount::from(now));
    }
    let full = |part: &&Part| measure.label(part).is_some_and(|name| name == label);
    if let Some(part) = now.breakdown.iter().find(full) {
        return Some(Amount::from(part));
    }
    let mut called = now.breakdown.iter().filter(|part| part.name.as_deref() == Some(label));
    called.next().filter(|_| called.next().is_none()).map(Amount::from)
}

impl Figure {
    /// The figure and its parts by locality, as a commentary keeps them. Empty for a share or a mean of nothing.
    pub fn to_keep(&self) -> Vec<kept::Figure> {
        let Some(measure) = super::measure(self.id) else { return vec![] };
        let whole = (WHOLE.to_owned(), Amount::from(self));
        let parts = self.breakdown.iter().filter(|part| part.by == super::LOCALITY.id);
        let parts = parts.filter_map(|part| Some((measure.label(part)?, Amount::from(part))));
        [whole]
            .into_iter()
            .chain(parts)
            .filter_map(|(label, amount)| amount.to_keep(label, measure))
            .collect()
    }
}

impl Amount {
    fn to_keep(self, label: String, measure: &Measure) -> Option<kept::Figure> {
        let is_share = measure.unit == Unit::Share;
        // The sum behind a mean is told by no figure.
        let numerator = self.numerator.filter(|_| is_share).map(|number| number as u64);
        let denominator = self.denominator.filter(|_| measure.shape != Shape::Count);
        Some(kept::Figure { label, value: self.value?, numerator, denominator })
    }

    /// A figure as it was kept; withheld where it rests on so few that a child could be recognised.
    fn kept(figure: &kept::Figure, measure: &Measure, withhold_below: u32) -> Self {
        let is_small = |number: f64| number > 0.0 && number < f64::from(withhold_below);
        let rests_on = match (figure.numerator, figure.denominator, measure.shape) {
            (Some(above), Some(of), _) => vec![above as f64, of as f64, of.saturating_sub(above) as f64],
            (_, Some(of), _) => vec![of as f64],
            (_, None, Shape::Count) => vec![figure.value],
            // Nobody can be recognised by a share or a mean of which it is not said how many it is of.
            (_, None, _) => vec![],
        };
        if rests_on.into_iter().any(is_small) {
            return Self { suppressed: true, ..Self::default() };
        }
        let numerator = figure.numerator.map(|number| number as f64);
        Self { value: Some(figure.value), numerator, denominator: figure.denominator, suppressed: false }
    }
}

impl From<&Figure> for Amount {
    fn from(of: &Figure) -> Self {
        let Figure { value, numerator, denominator, suppressed, .. } = *of;
        Self { value, numerator, denominator, suppressed }
    }
}

impl From<&Part> for Amount {
    fn from(of: &Part) -> Self {
        let Part { value, numerator, denominator, suppressed, .. } = *of;
        Self { value, numerator, denominator, suppressed }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_figure_moves_the_better_way_or_the_other() {
        let led = super::super::measure("partner-led").unwrap();
        assert_eq!(led.moved(0.15, 0.2), Some(Moved::Better));
        assert_eq!(led.moved(0.15, 0.1), Some(Moved::Worse));
        assert_eq!(led.moved(0.15, 0.15), Some(Moved::Unchanged));
        let open = super::super::measure("open-cases").unwrap();
        assert_eq!(open.moved(252.0, 646.0), Some(Moved::Up));
        assert_eq!(open.moved(646.0, 252.0), Some(Moved::Down));
    }

    #[test]
    fn a_period_of_the_same_length_is_asked_for_of_the_day_of_the_agreement() {
        let quarter = Period { from: date(2017, 10, 1), to: date(2017, 12, 31) };
        let then = ending(quarter, date(2017, 6, 30));
        assert_eq!((then.from, then.to), (date(2017, 3, 31), date(2017, 6, 30)));
    }

    #[test]
    fn a_kept_figure_that_rests_on_few_is_withheld() {
        let led = super::super::measure("partner-led").unwrap();
        let share = |numerator, denominator| kept::Figure {
            label: WHOLE.to_owned(),
            value: 0.5,
            numerator,
            denominator,
        };
        assert!(Amount::kept(&share(Some(3), Some(90)), led, 5).suppressed);
        assert!(Amount::kept(&share(Some(87), Some(90)), led, 5).suppressed);
        assert!(!Amount::kept(&share(Some(40), Some(90)), led, 5).suppressed);
        assert!(!Amount::kept(&share(None, None), led, 5).suppressed);
        let open = super::super::measure("open-cases").unwrap();
        let few = kept::Figure { value: 4.0, ..share(None, None) };
        assert_eq!(Amount::kept(&few, open, 5).value, None);
        assert_eq!(Amount::kept(&few, open, 0).value, Some(4.0));
    }
}
