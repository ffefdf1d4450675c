//! Open cases, and who leads them.

use std::collections::BTreeMap;

use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::case::CaseEvent;
use caseledger_aggregates::person::PersonEvent;
use caseledger_commands::case::TriageOutcome;
use caseledger_commands::codes::{Ethnicity, Gender};
use caseledger_commands::person::Detail;
use caseledger_commands::{CaseId, Date, PersonId};

use super::{Within, one};
use crate::record::{Belongs, Record, Unit, belonged, belongs, children_on};

pub fn recount(record: &Record, measure: &str, within: Within) -> Option<Vec<Unit>> {
    let Within { from, to } = within;
    Some(match measure {
        "open-cases" => open(record, to),
        "new-cases" => new(record, from, to),
        "ended-cases" => ended(record, from, to),
        "partner-led" => partner_led(record, to),
        "cases-without-level" => lacking(record, to, |_, belongs| belongs.level.is_none()),
        "cases-without-source" => lacking(record, to, |_, belongs| belongs.source.is_none()),
        "cases-without-lead" => lacking(record, to, |events, _| !has_lead(events, to)),
        "children-without-birth-date" => children(record, to, |known| !known.birth),
        "children-without-ethnicity" => children(record, to, |known| !known.ethnicity),
        "children-without-gender" => children(record, to, |known| !known.gender),
        _ => return None,
    })
}

/// Open cases, and which of them lack something.
fn lacking(record: &Record, at: Date, lacks: impl Fn(&[(Date, CaseEvent)], &Belongs) -> bool) -> Vec<Unit> {
    let open = record.cases.iter().filter(|(_, events)| stood(events, at).open);
    let unit = |(case, events): (&CaseId, &Vec<_>)| {
        let belongs = belonged(events, at);
        let lacks = lacks(events, &belongs);
        belongs.unit(*case, one(lacks), 1)
    };
    open.map(unit).collect()
}

/// Open cases with their children, and how many of those lack something.
fn children(record: &Record, at: Date, lacks: impl Fn(Known) -> bool) -> Vec<Unit> {
    let known = known_people(record, at);
    let open = record.cases.iter().filter(|(_, events)| stood(events, at).open);
    let unit = |(case, events): (&CaseId, &Vec<_>)| {
        let children = children_on(events, at);
        // Of a child without an entry everything is lacking.
        let lacking = children.iter().filter(|child| known.get(child).copied().is_none_or(&lacks)).count();
        belonged(events, at).unit(*case, lacking as f64, children.len() as u64)
    };
    open.map(unit).collect()
}

/// What the people register knew of a person.
#[derive(Clone, Copy)]
struct Known {
    birth: bool,
    ethnicity: bool,
    gender: bool,
}

/// The people whose entry stood when a day ended.
fn known_people(record: &Record, at: Date) -> BTreeMap<PersonId, Known> {
    let mut events: Vec<_> = record.all.iter().filter(|told| told.day <= at).collect();
    events.sort_by_key(|told| (told.day, told.position));
    let mut all = BTreeMap::new();
    for told in events {
        let AnyEvent::Person(event) = &told.event else { continue };
        let person: PersonId = told.stream.parse().unwrap();
        match event {
            PersonEvent::PersonRegistered(e) => {
                let ethnicity = e.ethnicity.as_ref().map(|it| *it.reveal());
                let known = Known {
                    birth: e.birth.is_some(),
                    ethnicity: ethnicity.is_some_and(|it| it != Ethnicity::NotYetObtained),
                    gender: *e.gender.reveal() != Gender::NotStated,
                };
                all.insert(person, known);
            }
            PersonEvent::PersonDetailsCorrected(e) => {
                let Some(known) = all.get_mut(&person) else { continue };
                for correction in &e.corrections {
                    match &correction.to {
                        Detail::Birth(birth) => known.birth = birth.is_some(),
                        Detail::Gender(gender) => known.gender = *gender.reveal() != Gender::NotStated,
                        Detail::Ethnicity(it) => {
                            let it = it.as_ref().map(|it| *it.reveal());
                            known.ethnicity = it.is_some_and(|it| it != Ethnicity::NotYetObtained);
                        }
                        _ => {}
                    }
                }
            }
            PersonEvent::PersonErased(_) => _ = all.remove(&person),
            PersonEvent::PeopleLinked(_) | PersonEvent::LinkEnded(_) => {}
        }
    }
    all
}

fn has_lead(events: &[(Date, CaseEvent)], at: Date) -> bool {
    events.iter().any(|(day, event)| match event {
        CaseEvent::CaseImported(e) => e.lead_practitioner.is_some() && e.accepted_on <= at,
        CaseEvent::CaseAllocated(_) | CaseEvent::CaseReallocated(_) => *day <= at,
        _ => false,
    })
}

/// How a case stood when a day ended.
#[derive(Clone, Default)]
pub struct Stood {
    pub open: bool,
    before: bool,
    pub plan: bool,
}

/// Everything that happened to a case, in order: an import on each of the days that it tells of.
fn happened(events: &[(Date, CaseEvent)]) -> Vec<(Date, What)> {
    let mut all = vec![];
    for (day, event) in events {
        let what = match event {
            CaseEvent::CaseImported(e) => {
                all.push((e.accepted_on, What::Accepted));
                all.extend(
                    e.plan.as_ref().map(|plan| (plan.agreed_on.unwrap_or(e.accepted_on), What::Planned)),
                );
                all.extend(e.closure.as_ref().map(|closure| (closure.closed_on, What::Closed)));
                continue;
            }
            CaseEvent::TriageDecided(e) if e.outcome == TriageOutcome::EarlyHelp => What::Accepted,
            CaseEvent::TriageDecided(_) | CaseEvent::CaseClosed(_) => What::Closed,
            CaseEvent::StepDownAccepted(_) => What::Accepted,
            CaseEvent::StepUpAccepted(_) => What::SteppedUp,
            CaseEvent::CaseReopened(_) => What::Reopened,
            CaseEvent::PlanAgreed(_) => What::Planned,
            _ => continue,
        };
        all.push((*day, what));
    }
    all.sort_by_key(|(day, _)| *day);
    all
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    Accepted,
    Closed,
    SteppedUp,
    Reopened,
    Planned,
}

/// How a case stood when a day ended.
pub fn stood(events: &[(Date, CaseEvent)], at: Date) -> Stood {
    let mut it = Stood::default();
    for (_, what) in happened(events).into_iter().filter(|(day, _)| *day <= at) {
        it.take(what);
    }
    it
}

impl Stood {
    fn take(&mut self, what: What) {
        match what {
            What::Accepted => self.open = true,
            What::SteppedUp => self.open = false,
            What::Reopened => self.open = self.open || self.before,
            What::Planned => self.plan = true,
            What::Closed => {
                self.before = self.open;
                self.open = false;
            }
        }
    }
}

fn open(record: &Record, at: Date) -> Vec<Unit> {
    let open = record.cases.iter().filter(|(_, events)| stood(events, at).open);
    open.map(|(case, events)| belonged(events, at).unit(*case, 1.0, 1)).collect()
}

fn partner_led(record: &Record, at: Date) -> Vec<Unit> {
    let planned = record.cases.iter().filter(|(_, events)| {
        let it = stood(events, at);
        it.open && it.plan
    });
    let unit = |(case, events): (&CaseId, &Vec<_>)| {
        let belongs = belonged(events, at);
        let is_authority = belongs.agency.as_ref().and_then(|agency| record.agencies.get(agency));
        let by_partner = is_authority == Some(&false);
        belongs.unit(*case, one(by_partner), 1)
    };
    planned.map(unit).collect()
}

/// The day on which the work that went on when a day ended had begun.
pub fn episode_began(events: &[(Date, CaseEvent)], at: Date) -> Option<Date> {
    let (begun, _) = turns(events);
    begun.into_iter().map(|(day, _)| day).rfind(|day| *day <= at)
}

/// The days on which early help began and ended its work with a family; whether it began anew.
fn turns(events: &[(Date, CaseEvent)]) -> (Vec<(Date, bool)>, Vec<Date>) {
    let (mut begun, mut ended) = (vec![], vec![]);
    let mut it = Stood::default();
    for (day, what) in happened(events) {
        let before = it.open;
        it.take(what);
        match (before, it.open) {
            (false, true) => begun.push((day, what == What::Reopened)),
            (true, false) => ended.push(day),
            _ => {}
        }
    }
    (begun, ended)
}

/// An episode belongs to whoever had it when it ended, or has it now.
fn new(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut units = vec![];
    for (case, events) in &record.cases {
        let (begun, ended) = turns(events);
        for (number, (day, again)) in begun.into_iter().enumerate() {
            if !again && from <= day && day <= to {
                let last = ended.get(number).copied().unwrap_or(Date::MAX);
                units.push(belongs(events, last).unit(*case, 1.0, 1));
            }
        }
    }
    units
}

fn ended(record: &Record, from: Date, to: Date) -> Vec<Unit> {
    let mut units = vec![];
    for (case, events) in &record.cases {
        for day in turns(events).1.into_iter().filter(|day| from <= *day && *day <= to) {
            units.push(belongs(events, day).unit(*case, 1.0, 1));
        }
    }
    units
}
