//! What was said of a measure and what is done about it, with what the measure tells now.

use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::oversight;
use caseledger_projections::measures::Measure;
use caseledger_projections::queries::{self, CommentaryView, ImprovementView};

use crate::engine::{self, Asking};
use crate::told::{Going, Improvement, Remark, Spoken, Told, Value};
use crate::trouble::Trouble;
use crate::words::{Period, Unit};
use crate::{Web, door};

/// How many commentaries a page shows.
const REMARKS: usize = 3;

/// The latest commentaries on a measure up to the end of what is told. Numbers below `withhold_below` that were spoken of
/// are withheld like those that are counted.
pub async fn remarks(
    web: &Web,
    measure: &'static Measure,
    told: &Told,
    withhold_below: u32,
) -> Result<Vec<Remark>, Trouble> {
    let db = web.inner.projections.db();
    let mut remarks = vec![];
    for said in queries::commentaries(db, measure.id, told.period.to, REMARKS).await? {
        let period = Period { from: said.from, to: said.to };
        let now = value(web, measure, period, withhold_below).await?;
        remarks.push(remark(said, period, now, told.measure.unit, withhold_below));
    }
    Ok(remarks)
}

/// What is done to improve a measure, and what it told when each action was agreed.
pub async fn improvements(
    web: &Web,
    measure: &'static Measure,
    withhold_below: u32,
) -> Result<Vec<Improvement>, Trouble> {
    let mut improvements = vec![];
    for action in queries::improvements(web.inner.projections.db(), measure.id).await? {
        let began = match action.agreed_on {
            Some(day) => Some((day, value(web, measure, engine::year_to(day), withhold_below).await?)),
            None => None,
        };
        improvements.push(Improvement { began, ..improvement(action) });
    }
    Ok(improvements)
}

/// The whole authority's figure, as the record has it now.
async fn value(
    web: &Web,
    measure: &'static Measure,
    period: Period,
    withhold_below: u32,
) -> Result<Value, Trouble> {
    Ok(web.ask(measure, &Asking { withhold_below, ..Asking::only(period) }).await?.value)
}

fn remark(said: CommentaryView, period: Period, now: Value, unit: Unit, withhold_below: u32) -> Remark {
    let spoken = said
        .figures
        .into_iter()
        .map(|figure| Spoken { value: spoken_value(&figure, unit, withhold_below), label: figure.label });
    Remark {
        words: said.meaning,
        period,
        by: door::persona_of(&said.actor).map_or(said.actor, str::to_owned),
        on: civil_date(said.occurred_at),
        figures: spoken.collect(),
        now: Some(now),
    }
}

/// A figure as it was spoken of, unless it rests on so few that a child could be recognised by it.
fn spoken_value(figure: &oversight::Figure, unit: Unit, withhold_below: u32) -> Value {
    let small = |number: f64| number > 0.0 && number < f64::from(withhold_below);
    let rests_on = match (figure.numerator, figure.denominator) {
        (Some(above), Some(of)) => [above, of, of.saturating_sub(above)].map(|number| number as f64).to_vec(),
        (_, Some(of)) => vec![of as f64],
        _ if unit.is_rate() => vec![],
        _ => vec![figure.value],
    };
    if rests_on.into_iter().any(small) {
        return Value::TooFew;
    }
    let numerator = figure.numerator.map(|number| number as f64);
    Value::Known { amount: figure.value, numerator, denominator: figure.denominator }
}

fn improvement(action: ImprovementView) -> Improvement {
    let going = match (&action.outcome, action.rating.as_deref()) {
        (Some(_), _) => Going::Done,
        (None, Some("on-track")) => Going::OnTrack,
        (None, Some("at-risk")) => Going::AtRisk,
        (None, Some("off-track")) => Going::OffTrack,
        (None, _) => Going::NotToldYet,
    };
    Improvement {
        what: action.what,
        success: action.success,
        owner: action.owner.unwrap_or_else(|| "Somebody who is not in the register".to_owned()),
        due: action.due,
        going,
        progress: action.outcome.or(action.progress),
        told_on: if going == Going::Done { None } else { action.reported_on },
        began: None,
    }
}
