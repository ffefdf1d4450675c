//! How the record is kept.

use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::case::CaseEvent;
use caseledger_commands::Date;
use jiff::ToSpan;

use crate::record::{Record, Told, Unit, belongs};

/// Events of cases that happened in the period and meet a condition.
fn entries(record: &Record, from: Date, to: Date, counts: impl Fn(&Told, &CaseEvent) -> bool) -> Vec<Unit> {
    let mut units = vec![];
    for told in record.all.iter().filter(|told| from <= told.day && told.day <= to) {
        if let AnyEvent::Case(event) = &told.event
            && counts(told, event)
        {
            let case = told.stream.parse().unwrap();
            units.push(belongs(&record.cases[&case], told.day).unit(case, 1.0, 1));
        }
    }
    units
}

pub fn late(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    entries(record, from, to, |told, event| {
        let is_import = told.imported || matches!(event, CaseEvent::CaseImported(_));
        !is_import && told.recorded > told.day + 7.days()
    })
}

pub fn corrected(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    entries(record, from, to, |_, event| matches!(event, CaseEvent::RecordCorrected(_)))
}
