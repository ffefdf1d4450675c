//! How the cases that the year leaves open come to their end in the year after, one by one: at any time as many are open as
//! a large authority has, and not all that there ever were.

use std::collections::BTreeMap;
use std::error::Error;

use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::{Case, CaseEvent};
use caseledger_aggregates::{AnyEvent, Decider, Event, Metadata};
use caseledger_log::Recorded;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::json;

use super::template::{Known, Template};
use super::{Told, YEAR};

/// For how many months after its closure a case is asked whether it lasted: the authority's usual setting.
const CHECKED_AFTER_MONTHS: i64 = 6;

/// The commands that close them, in the order of time. Those that have been open for longest come first.
///
/// # Errors
/// When an event of the year can't be read.
pub(super) fn endings(
    events: &[Recorded],
    known: &Known,
    ends: Timestamp,
) -> Result<Vec<Told>, Box<dyn Error>> {
    let mut cases: BTreeMap<&str, (Case, &Recorded)> = BTreeMap::new();
    for event in events {
        let read =
            AnyEvent::read(&event.aggregate_type, &event.event_type, &event.event_version, &event.payload)?;
        if let AnyEvent::Case(read) = read {
            let (case, last) = cases.entry(&event.aggregate_id).or_insert_with(|| (Case::default(), event));
            case.evolve(&read);
            *last = event;
        }
    }
    cases.retain(|_, (case, _)| case.allowed_commands().contains(&"close-case"));
    let number = i64::try_from(cases.len())?;
    let mut told = vec![];
    for (nth, (case, last)) in (0..).zip(cases.values()) {
        let at = ends.checked_add(SignedDuration::from_hours(24 * (1 + nth * (YEAR - 2) / number)))?;
        // A position that no event of the year has: nothing names it.
        let position = events.len() as u64 + 1 + 2 * nth.unsigned_abs();
        told.push(ending(case, last, at, position, known)?);
    }
    Ok(told)
}

fn ending(
    case: &Case,
    last: &Recorded,
    at: Timestamp,
    position: u64,
    known: &Known,
) -> Result<Told, Box<dyn Error>> {
    let before = Metadata::read(&last.metadata).ok_or("an event of the year has no metadata")?;
    let metadata =
        Metadata { occurred_at: at, causation: before.correlation.clone(), provenance: None, ..before };
    let closed_on = civil_date(at);
    let views = case.children.union(&case.adults);
    let closed: CaseEvent = serde_json::from_value(json!({ "CaseClosed": {
        "closed_on": closed_on,
        "signed_off_by": metadata.actor,
        "reason": "needs-met",
        "statutory_reason": null,
        "summary": "The help has done its work, and the school goes on with what is left.",
        "needs_met": [],
        "final_scores": [],
        "family_views": views.map(|person| json!({ "person": person, "view": "It is better." })).collect::<Vec<_>>(),
    } }))?;
    let due = closed_on.saturating_add(CHECKED_AFTER_MONTHS.months());
    let check: CaseEvent =
        serde_json::from_value(json!({ "SustainedOutcomeCheckScheduled": { "due": due } }))?;
    let pattern = |event: &CaseEvent| -> Result<_, serde_json::Error> {
        let payload = Template::of_json(&serde_json::to_string(event)?, known);
        Ok((event.name().to_owned(), event.version().to_owned(), payload))
    };
    Ok(Told {
        aggregate_type: last.aggregate_type.clone(),
        aggregate_id: last.aggregate_id.parse()?,
        version: last.sequence,
        position,
        recorded_at: at,
        events: vec![pattern(&closed)?, pattern(&check)?],
        metadata: metadata
            .to_map()
            .iter()
            .map(|(name, value)| (name.clone(), Template::of_value(value, known)))
            .collect(),
    })
}
