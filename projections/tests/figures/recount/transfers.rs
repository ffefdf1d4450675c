//! Step-ups and step-downs.

use caseledger_aggregates::Authority;
use caseledger_aggregates::case::CaseEvent;
use caseledger_commands::Date;
use jiff::ToSpan;

use super::{Within, one};
use crate::record::{Record, Unit, belongs};

pub fn recount(record: &Record, measure: &str, within: Within) -> Option<Vec<Unit>> {
    let calendar = &Authority::default().calendar;
    let mut units = vec![];
    for (case, events) in &record.cases {
        for (day, event) in events {
            let counted = match event {
                CaseEvent::StepUpRequested(e) => {
                    let answer = events.iter().find_map(|(on, event)| match event {
                        CaseEvent::StepUpAccepted(a) if a.transfer == e.transfer => Some((*on, "accepted")),
                        CaseEvent::StepUpDeclined(a) if a.transfer == e.transfer => Some((*on, "declined")),
                        CaseEvent::StepUpWithdrawn(a) if a.transfer == e.transfer => Some((*on, "withdrawn")),
                        _ => None,
                    });
                    let on = answer.map(|(on, _)| on);
                    let withdrawn = answer.is_some_and(|(_, answer)| answer == "withdrawn");
                    let answered = on.filter(|_| !withdrawn);
                    match measure {
                        "step-ups" => Some((Some(*day), 1.0)),
                        "step-up-packs-complete" => Some((Some(*day), one(e.overrides.is_empty()))),
                        "step-ups-answered-in-time" => {
                            let given_up = withdrawn && on.is_some_and(|on| on <= e.answer_due);
                            let due = (!given_up).then_some(e.answer_due);
                            Some((due, one(on.is_some_and(|on| on <= e.answer_due))))
                        }
                        "step-up-answer-time" => Some((
                            answered,
                            answered.map_or(0.0, |on| calendar.working_days_between(*day, on) as f64),
                        )),
                        "declined-step-ups" => {
                            Some((answered, one(answer.is_some_and(|(_, answer)| answer == "declined"))))
                        }
                        "step-ups-waiting" => {
                            let waits = *day <= within.to && on.is_none_or(|on| on > within.to);
                            Some((waits.then_some(within.to), 1.0))
                        }
                        _ => None,
                    }
                }
                CaseEvent::StepDownReceived(e) => {
                    let first = events.iter().find(|(_, event)| {
                        matches!(event, CaseEvent::StepDownReceived(a) if a.transfer == e.transfer)
                    });
                    // What came later of the same handover belongs to the first.
                    if first.is_some_and(|(_, first)| !std::ptr::eq(first, event)) {
                        continue;
                    }
                    let accepted = events.iter().position(|(_, event)| {
                        matches!(event, CaseEvent::StepDownAccepted(a) if a.transfer == e.transfer)
                    });
                    let accepted_on = accepted.map(|place| events[place].0);
                    let back = accepted.and_then(|place| {
                        let later = events[place + 1..].iter();
                        later
                            .filter(|(_, event)| matches!(event, CaseEvent::StepUpAccepted(_)))
                            .map(|(on, _)| *on)
                            .next()
                    });
                    let returned = |months: i64| {
                        let ends: Option<Date> = accepted_on.map(|on| on + months.months());
                        Some((ends, one(back.is_some_and(|on| Some(on) <= ends))))
                    };
                    match measure {
                        "step-downs" => Some((Some(*day), 1.0)),
                        "step-down-packs-complete" => Some((Some(*day), one(e.missing.is_empty()))),
                        "returned-within-3-months" => returned(3),
                        "returned-within-6-months" => returned(6),
                        "returned-within-12-months" => returned(12),
                        _ => None,
                    }
                }
                _ => None,
            };
            if let Some((on, above)) = counted.filter(|(on, _)| within.has(*on)) {
                debug_assert!(on.is_some());
                units.push(belongs(events, *day).unit(*case, above, 1));
            }
        }
    }
    KNOWN.contains(&measure).then_some(units)
}

const KNOWN: [&str; 11] = [
    "step-ups",
    "step-up-packs-complete",
    "step-ups-answered-in-time",
    "step-up-answer-time",
    "declined-step-ups",
    "step-ups-waiting",
    "step-downs",
    "step-down-packs-complete",
    "returned-within-3-months",
    "returned-within-6-months",
    "returned-within-12-months",
];
