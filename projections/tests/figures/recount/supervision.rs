//! Practitioners and their supervision.

use caseledger_aggregates::supervision::{SupervisionEvent, SupervisionRecorded};
use caseledger_aggregates::workforce::{PractitionerRegistered, WorkforceEvent};
use caseledger_aggregates::{AnyEvent, Authority};
use caseledger_commands::supervision::ThresholdView;
use caseledger_commands::{ActionId, AgencyId, Date, TeamId};
use jiff::ToSpan;

use crate::record::{Record, Told, Unit, other};

fn registered(record: &Record) -> Vec<(Date, &PractitionerRegistered)> {
    let of = |told: &Told| told.day;
    record
        .all
        .iter()
        .filter_map(|told| match &told.event {
            AnyEvent::Workforce(WorkforceEvent::PractitionerRegistered(e)) => Some((of(told), e)),
            _ => None,
        })
        .collect()
}

/// The supervisions of a practitioner, in the order of their days.
fn supervisions<'a>(record: &'a Record, practitioner: &str) -> Vec<(u64, &'a SupervisionRecorded)> {
    let mut all = vec![];
    for told in record.all.iter().filter(|told| told.stream == practitioner) {
        if let AnyEvent::Supervision(SupervisionEvent::SupervisionRecorded(e)) = &told.event {
            all.push((told.position, e));
        }
    }
    all.sort_by_key(|(_, e)| e.held_on);
    all
}

/// The day from which somebody counts as working here.
fn began(record: &Record, on: Date, practitioner: &str) -> Date {
    supervisions(record, practitioner).first().map_or(on, |(_, first)| on.min(first.held_on))
}

fn last_day(record: &Record, practitioner: &str) -> Option<Date> {
    record.all.iter().find_map(|told| match &told.event {
        AnyEvent::Workforce(WorkforceEvent::PractitionerEnded(e))
            if e.practitioner.to_string() == practitioner =>
        {
            Some(e.last_day)
        }
        _ => None,
    })
}

/// The team and agency in which somebody works on a day.
fn posting(record: &Record, who: &PractitionerRegistered, day: Date) -> (TeamId, AgencyId) {
    for told in &record.all {
        if let AnyEvent::Workforce(WorkforceEvent::SecondmentRecorded(e)) = &told.event
            && e.practitioner == who.practitioner
            && e.from <= day
            && day <= e.to
        {
            return (e.host_team, e.host_agency);
        }
    }
    (who.team, who.agency)
}

/// Who works here on a day.
fn working(record: &Record, at: Date) -> Vec<(Date, &PractitionerRegistered)> {
    let mut all = registered(record);
    all.retain(|(on, who)| {
        let id = who.practitioner.to_string();
        began(record, *on, &id) <= at && last_day(record, &id).is_none_or(|last| at <= last)
    });
    all
}

/// By when the next supervision is due, after those that were held before some day, as it stands on another.
fn due(record: &Record, on: Date, who: &PractitionerRegistered, before: Date, at: Date) -> Date {
    let id = who.practitioner.to_string();
    if let Some((_, last)) = supervisions(record, &id).iter().rev().find(|(_, e)| e.held_on < before) {
        return last.next_due;
    }
    let mut set: Vec<(Date, u64, u32)> = vec![];
    for told in record.all.iter().filter(|told| told.stream == id && told.day <= at) {
        if let AnyEvent::Supervision(SupervisionEvent::SupervisionFrequencySet(e)) = &told.event {
            set.push((told.day, told.position, e.every_days));
        }
    }
    let every =
        set.into_iter().max().map_or(Authority::default().supervision.frequency_days, |(.., days)| days);
    began(record, on, &id) + i64::from(every).days()
}

pub fn supervised(record: &Record, at: Date) -> Vec<Unit> {
    let mut units = vec![];
    for (on, who) in working(record, at) {
        let (team, agency) = posting(record, who, at);
        if who.is_manager || record.agencies.get(&agency.to_string()) != Some(&true) {
            continue;
        }
        let in_time = due(record, on, who, at + 1.day(), at) >= at;
        let subject = format!("Practitioner/{}", who.practitioner);
        units.push(other(subject, Some(team.to_string()), f64::from(u8::from(in_time)), 1));
    }
    units
}

pub fn trained(record: &Record, at: Date) -> Vec<Unit> {
    let mut units = vec![];
    for (_, who) in working(record, at) {
        let trained = record.all.iter().any(|told| {
            matches!(&told.event, AnyEvent::Workforce(WorkforceEvent::TrainingRecorded(e))
                if e.practitioner == who.practitioner && e.course == "neglect-toolkit" && e.completed_on <= at)
        });
        let subject = format!("Practitioner/{}", who.practitioner);
        let team = posting(record, who, at).0.to_string();
        units.push(other(subject, Some(team), f64::from(u8::from(trained)), 1));
    }
    units
}

/// A supervision, whose it was and what is needed to tell of it.
struct Held<'a> {
    on: Date,
    who: &'a PractitionerRegistered,
    team: String,
    position: u64,
    said: &'a SupervisionRecorded,
}

/// All supervisions.
fn held(record: &Record) -> Vec<Held<'_>> {
    let mut all = vec![];
    for (on, who) in registered(record) {
        for (position, said) in supervisions(record, &who.practitioner.to_string()) {
            let team = posting(record, who, said.held_on).0.to_string();
            all.push(Held { on, who, team, position, said });
        }
    }
    all
}

fn held_within(record: &Record, from: Date, to: Date) -> Vec<Held<'_>> {
    let mut all = held(record);
    all.retain(|one| from <= one.said.held_on && one.said.held_on <= to);
    all
}

impl Held<'_> {
    fn unit(&self, above: f64, below: u64) -> Unit {
        other(format!("Supervision/{}", self.who.practitioner), Some(self.team.clone()), above, below)
    }

    /// The actions that it agreed, and the day by which each is due.
    fn actions(&self) -> Vec<(ActionId, Date)> {
        let mut all = vec![];
        for case in &self.said.cases {
            all.extend(case.actions.iter().map(|action| (action.id, action.due)));
        }
        all.extend(self.said.actions.iter().map(|action| (action.id, action.due)));
        all
    }
}

/// When an action was done: the day, and where that stands in the log.
fn done(record: &Record, practitioner: &str, action: ActionId) -> Option<(Date, u64)> {
    record.all.iter().find_map(|told| match &told.event {
        AnyEvent::Supervision(SupervisionEvent::SupervisionActionCompleted(e))
            if told.stream == practitioner && e.action == action =>
        {
            Some((told.day, told.position))
        }
        _ => None,
    })
}

pub fn in_time(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let unit = |one: Held<'_>| {
        let day = one.said.held_on;
        let in_time = day <= due(record, one.on, one.who, day, day);
        one.unit(f64::from(u8::from(in_time)), 1)
    };
    held_within(record, from, to).into_iter().map(unit).collect()
}

pub fn complete(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let unit = |one: Held<'_>| one.unit(one.actions().len() as f64, one.actions().len() as u64);
    held_within(record, from, to).into_iter().map(unit).collect()
}

pub fn done_in_time(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut units = vec![];
    for one in held(record) {
        for (action, due) in one.actions().into_iter().filter(|(_, due)| from <= *due && *due <= to) {
            let done = done(record, &one.who.practitioner.to_string(), action);
            units.push(one.unit(f64::from(u8::from(done.is_some_and(|(day, _)| day <= due))), 1));
        }
    }
    units
}

/// Each action of an earlier supervision that was not done when the one between was written down.
pub fn carried(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut units = vec![];
    for one in held_within(record, from, to) {
        let id = one.who.practitioner.to_string();
        let earlier: Vec<Held<'_>> = held(record)
            .into_iter()
            .filter(|before| before.who == one.who && before.position < one.position)
            .collect();
        let before = earlier.iter().map(|before| before.position).max().unwrap_or(0);
        let (mut to_do, mut carried) = (0, 0.0);
        for (action, _) in earlier.iter().flat_map(Held::actions) {
            match done(record, &id, action) {
                Some((_, position)) if position < before => {}
                Some((_, position)) if position < one.position => to_do += 1,
                _ => {
                    to_do += 1;
                    carried += 1.0;
                }
            }
        }
        units.push(one.unit(carried, to_do));
    }
    units
}

fn discussions(record: &Record, from: Date, to: Date, above: impl Fn(ThresholdView) -> f64) -> Vec<Unit> {
    let mut units = vec![];
    for one in held_within(record, from, to) {
        for case in &one.said.cases {
            units.push(other(case.case.to_string(), Some(one.team.clone()), above(case.threshold), 1));
        }
    }
    units
}

pub fn discussed(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    discussions(record, from, to, |_| 1.0)
}

pub fn questioned(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    discussions(record, from, to, |it| match it {
        ThresholdView::Right => 0.0,
        ThresholdView::Higher | ThresholdView::Lower => 1.0,
    })
}
