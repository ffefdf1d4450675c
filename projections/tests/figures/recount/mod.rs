//! The units of each measure, found the slow way. One file a group of questions.

mod assessments;
mod audits;
mod caseload;
mod front_door;
mod impact;
mod panel;
mod plans;
mod quality;
mod supervision;
mod transfers;

use caseledger_commands::Date;

use crate::record::{Record, Unit};

/// The units of a measure from one day to another; a measure of a day is told for the last. `None` for a measure that is
/// not recounted.
pub fn recount(record: &Record, measure: &str, from: Date, to: Date) -> Option<Vec<Unit>> {
    let within = Within { from, to };
    None.or_else(|| caseload::recount(record, measure, within))
        .or_else(|| front_door::recount(record, measure, within))
        .or_else(|| assessments::recount(record, measure, within))
        .or_else(|| plans::recount(record, measure, within))
        .or_else(|| transfers::recount(record, measure, within))
        .or_else(|| impact::recount(record, measure, within))
        .or_else(|| others(record, measure, within))
}

/// The same for what is not of cases.
fn others(record: &Record, measure: &str, Within { from, to }: Within) -> Option<Vec<Unit>> {
    Some(match measure {
        "panel-held-on-time" => panel::on_time(record, from, to),
        "panel-cadence" => panel::cadence(record, from, to),
        "panel-attendance" => panel::attendance(record, from, to),
        "panel-decided" => panel::decided(record, from, to),
        "neglect-toolkit-trained" => supervision::trained(record, to),
        "supervised-in-time" => supervision::supervised(record, to),
        "supervisions-in-time" => supervision::in_time(record, from, to),
        "supervision-actions-complete" => supervision::complete(record, from, to),
        "supervision-actions-in-time" => supervision::done_in_time(record, from, to),
        "supervision-actions-carried-forward" => supervision::carried(record, from, to),
        "supervision-thresholds-considered" => supervision::discussed(record, from, to),
        "supervision-thresholds-questioned" => supervision::questioned(record, from, to),
        "case-audits" => audits::cases(record, from, to, |_| 1.0),
        "audits-good-or-better" => audits::cases(record, from, to, |e| audits::good(e.overall)),
        "audit-standards-good-or-better" => audits::standards(record, from, to),
        "audit-compliance" => audits::compliance(record, from, to),
        "audit-moderation-differs" => {
            audits::moderated(record, from, to, |steps| f64::from(u8::from(steps > 0)))
        }
        "audit-moderation-difference" => audits::moderated(record, from, to, f64::from),
        "audit-actions-open" => audits::open(record, to, |_| true),
        "audit-actions-overdue" => audits::open(record, to, |due| due < to),
        "audit-actions-in-time" => audits::in_time(record, from, to),
        "late-entries" => quality::late(record, from, to),
        "corrected-entries" => quality::corrected(record, from, to),
        _ => return None,
    })
}

/// A period.
#[derive(Clone, Copy)]
pub struct Within {
    pub from: Date,
    pub to: Date,
}

impl Within {
    pub fn has(self, day: Option<Date>) -> bool {
        day.is_some_and(|day| self.from <= day && day <= self.to)
    }
}

/// 1 for yes.
pub fn one(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}
