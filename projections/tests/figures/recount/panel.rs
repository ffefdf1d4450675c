//! Meetings of the panel.

use caseledger_aggregates::panel::{AttendanceRecorded, PanelEvent, PanelScheduled};
use caseledger_aggregates::{AnyEvent, Authority};
use caseledger_commands::panel::Attendance;
use caseledger_commands::{AgencyId, Date};
use jiff::ToSpan;

use crate::record::{Record, Unit, other};

/// The meetings that were called, each with the last that was told of its being held.
fn meetings(record: &Record) -> Vec<(String, PanelScheduled, Option<AttendanceRecorded>)> {
    let mut all = vec![];
    for told in &record.all {
        if let AnyEvent::PanelMeeting(PanelEvent::PanelScheduled(called)) = &told.event {
            let held = record.all.iter().rev().find_map(|later| match &later.event {
                AnyEvent::PanelMeeting(PanelEvent::AttendanceRecorded(held))
                    if later.stream == told.stream =>
                {
                    Some(held.clone())
                }
                _ => None,
            });
            all.push((format!("PanelMeeting/{}", told.stream), called.clone(), held));
        }
    }
    all
}

pub fn on_time(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let called = meetings(record).into_iter().filter(|(_, called, _)| from <= called.on && called.on <= to);
    let unit = |(subject, called, held): (String, PanelScheduled, Option<AttendanceRecorded>)| {
        let on_time = held.is_some_and(|held| held.held_on == called.on);
        other(subject, None, f64::from(u8::from(on_time)), 1)
    };
    called.map(unit).collect()
}

pub fn cadence(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut held: Vec<(Date, String)> = meetings(record)
        .into_iter()
        .filter_map(|(subject, _, held)| Some((held?.held_on, subject)))
        .collect();
    held.sort();
    let mut units = vec![];
    for (day, subject) in &held {
        let Some((before, _)) = held.iter().rev().find(|(earlier, _)| earlier < day) else { continue };
        if from <= *day && *day <= to {
            let by = *before + i64::from(Authority::default().panel.cadence_days).days();
            units.push(other(subject.clone(), None, f64::from(u8::from(*day <= by)), 1));
        }
    }
    units
}

pub fn attendance(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut units = vec![];
    for (subject, called, held) in meetings(record) {
        let Some(held) = held.filter(|held| from <= held.held_on && held.held_on <= to) else { continue };
        let mut agencies: Vec<AgencyId> = called.invited;
        agencies.extend(held.agencies.iter().map(|one| one.agency));
        agencies.sort();
        agencies.dedup();
        for agency in agencies {
            let came =
                held.agencies.iter().any(|one| one.agency == agency && one.attendance == Attendance::Present);
            units.push(other(subject.clone(), None, f64::from(u8::from(came)), 1));
        }
    }
    units
}

pub fn decided(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut units = vec![];
    for told in record.all.iter().filter(|told| from <= told.day && told.day <= to) {
        match &told.event {
            AnyEvent::PanelMeeting(PanelEvent::PanelDecisionRecorded(e)) => {
                units.push(other(e.case.to_string(), None, 1.0, 1));
            }
            AnyEvent::PanelMeeting(PanelEvent::AgendaItemDeferred(e)) => {
                units.push(other(e.case.to_string(), None, 0.0, 1));
            }
            _ => {}
        }
    }
    units
}
