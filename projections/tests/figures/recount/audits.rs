//! Audits.

use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::audit::{AuditEvent, CaseAudited};
use caseledger_commands::Date;
use caseledger_commands::audit::Compliance;
use caseledger_commands::codes::AuditGrade;

use crate::record::{Record, Unit, other};

fn audited(record: &Record, from: Date, to: Date) -> Vec<&CaseAudited> {
    let within = record.all.iter().filter(|told| from <= told.day && told.day <= to);
    within
        .filter_map(|told| match &told.event {
            AnyEvent::Audit(AuditEvent::CaseAudited(e)) => Some(e),
            _ => None,
        })
        .collect()
}

pub fn good(grade: AuditGrade) -> f64 {
    match grade {
        AuditGrade::Outstanding | AuditGrade::Good => 1.0,
        AuditGrade::RequiresImprovement | AuditGrade::Inadequate => 0.0,
    }
}

pub fn cases(record: &Record, from: Date, to: Date, above: impl Fn(&CaseAudited) -> f64) -> Vec<Unit> {
    audited(record, from, to).into_iter().map(|e| other(e.case.to_string(), None, above(e), 1)).collect()
}

pub fn standards(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut units = vec![];
    for e in audited(record, from, to) {
        for given in &e.grades {
            units.push(other(e.case.to_string(), None, good(given.grade), 1));
        }
    }
    units
}

pub fn compliance(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut units = vec![];
    for e in audited(record, from, to) {
        for check in &e.compliance {
            match check.result {
                Compliance::Met => units.push(other(e.case.to_string(), None, 1.0, 1)),
                Compliance::NotMet => units.push(other(e.case.to_string(), None, 0.0, 1)),
                Compliance::NotApplicable => {}
            }
        }
    }
    units
}

/// Moderated cases; `above` takes the grades between the two views.
pub fn moderated(record: &Record, from: Date, to: Date, above: impl Fn(u8) -> f64) -> Vec<Unit> {
    let grades =
        [AuditGrade::Outstanding, AuditGrade::Good, AuditGrade::RequiresImprovement, AuditGrade::Inadequate];
    let place = |grade| grades.iter().position(|one| *one == grade).unwrap() as i8;
    let mut units = vec![];
    for told in record.all.iter().filter(|told| from <= told.day && told.day <= to) {
        let AnyEvent::Audit(AuditEvent::AuditModerated(moderated)) = &told.event else { continue };
        let was = record.all.iter().find_map(|earlier| match &earlier.event {
            AnyEvent::Audit(AuditEvent::CaseAudited(e))
                if earlier.stream == told.stream && e.case == moderated.case =>
            {
                Some(e.overall)
            }
            _ => None,
        });
        let steps = (place(was.unwrap()) - place(moderated.overall)).unsigned_abs();
        units.push(other(moderated.case.to_string(), None, above(steps), 1));
    }
    units
}

/// Every action: whose, when it was agreed, when it is due and when it was done.
fn actions(record: &Record) -> Vec<(String, Date, Date, Option<Date>)> {
    let mut all = vec![];
    for told in &record.all {
        let AnyEvent::Audit(AuditEvent::AuditActionAgreed(agreed)) = &told.event else { continue };
        let done = record.all.iter().find(|later| {
            later.stream == told.stream
                && matches!(&later.event, AnyEvent::Audit(AuditEvent::AuditActionCompleted(e)) if e.action == agreed.action)
        });
        all.push((format!("Audit/{}", told.stream), told.day, agreed.due, done.map(|done| done.day)));
    }
    all
}

/// Open actions on a day; those count above whose due date the condition meets.
pub fn open(record: &Record, at: Date, counts: impl Fn(Date) -> bool) -> Vec<Unit> {
    let open = actions(record)
        .into_iter()
        .filter(|(_, agreed, _, done)| *agreed <= at && done.is_none_or(|done| done > at));
    open.map(|(subject, _, due, _)| other(subject, None, f64::from(u8::from(counts(due))), 1)).collect()
}

pub fn in_time(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let due = actions(record).into_iter().filter(|(_, _, due, _)| from <= *due && *due <= to);
    due.map(|(subject, _, due, done)| {
        let in_time = done.is_some_and(|done| done <= due);
        other(subject, None, f64::from(u8::from(in_time)), 1)
    })
    .collect()
}
