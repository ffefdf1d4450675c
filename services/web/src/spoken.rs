//! What was said of a measure and what is done about it, as pages tell it.

use caseledger_aggregates::Authority;
use caseledger_aggregates::calendar::civil_date;
use caseledger_projections::measures::{self, Amount, Measure};
use caseledger_projections::sql::{Db, SqlError};

use crate::door;
use crate::engine::value;
use crate::told::{Going, Improvement, Remark, Spoken, Value};
use crate::words::Period;

/// The latest so many commentaries on a measure in a period, and what is done to improve it. Numbers below
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
) -> Result<(Vec<Remark>, Vec<Improvement>), SqlError> {
    let period = measures::Period { from: period.from, to: period.to };
    let spoken = measures::spoken(db, authority, measure, period, (most, withhold_below)).await?;
    Ok((
        spoken.commentary.into_iter().map(remark).collect(),
        spoken.improvement.into_iter().map(improvement).collect(),
    ))
}

fn amount(of: Amount) -> Value {
    value((of.value, of.numerator, of.denominator), of.suppressed)
}

fn remark(said: measures::Remark) -> Remark {
    // What was spoken of in words of somebody's own can't be asked for again; then the whole stands beside the first.
    let known = said.figures.iter().any(|figure| figure.now.is_some());
    let spoken = said.figures.into_iter().enumerate().map(|(place, figure)| Spoken {
        label: figure.label,
        value: amount(figure.then),
        now: figure.now.or((!known && place == 0).then_some(said.now)).map(amount),
    });
    Remark {
        words: said.meaning,
        period: Period { from: said.from, to: said.to },
        by: door::persona_of(&said.actor).map_or(said.actor, str::to_owned),
        on: civil_date(said.occurred_at),
        figures: spoken.collect(),
    }
}

fn improvement(action: measures::Improvement) -> Improvement {
    let measures::Improvement { agreed, overdue, target, then, now, moved } = action;
    let going = match (&agreed.outcome, agreed.rating.as_deref()) {
        (Some(_), _) => Going::Done,
        (None, Some("on-track")) => Going::OnTrack,
        (None, Some("at-risk")) => Going::AtRisk,
        (None, Some("off-track")) => Going::OffTrack,
        (None, _) => Going::NotToldYet,
    };
    Improvement {
        what: agreed.what,
        success: agreed.success,
        owner: agreed.owner.unwrap_or_else(|| "Somebody who is not in the register".to_owned()),
        due: agreed.due,
        overdue,
        going,
        progress: agreed.outcome.or(agreed.progress),
        told_on: if going == Going::Done { None } else { agreed.reported_on },
        began: agreed.agreed_on.zip(then.map(amount)),
        now: amount(now),
        moved,
        target,
    }
}
