//! The log, read for recounting: what happened to each case, on which day.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::CaseEvent;
use caseledger_aggregates::workforce::WorkforceEvent;
use caseledger_aggregates::{AnyEvent, Metadata};
use caseledger_commands::case::FamilyRole;
use caseledger_commands::workforce::AgencyKind;
use caseledger_commands::{CaseId, Date, PersonId};
use caseledger_log::Log;

/// A unit as it is recounted.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The case's id, or another stream's type and id.
    pub subject: String,
    pub team: Option<String>,
    pub agency: Option<String>,
    pub source: Option<String>,
    pub level: Option<String>,
    /// What it adds above and below.
    pub above: f64,
    pub below: u64,
}

/// Everything that the log holds.
#[derive(Default)]
pub struct Record {
    /// What happened to each case: the day, and the event, in the order of the days and of the log.
    pub cases: BTreeMap<CaseId, Vec<(Date, CaseEvent)>>,
    /// Whether an agency is the authority itself, by its id.
    pub agencies: BTreeMap<String, bool>,
    localities: BTreeMap<String, String>,
    /// Every event, in the order of the log.
    pub all: Vec<Told>,
}

/// An event as the log tells it.
pub struct Told {
    pub position: u64,
    /// The day on which it happened, and the one on which the record learned of it.
    pub day: Date,
    pub recorded: Date,
    /// Whether it was brought in from another record.
    pub imported: bool,
    /// The id of its stream.
    pub stream: String,
    pub event: AnyEvent,
}

/// To whom a case belongs on a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Belongs {
    pub team: Option<String>,
    pub agency: Option<String>,
    pub source: Option<String>,
    pub level: Option<String>,
}

impl Record {
    pub async fn read(log: &Log) -> Self {
        let mut record = Self::default();
        let mut cases: BTreeMap<CaseId, Vec<(Date, u64, CaseEvent)>> = BTreeMap::new();
        for recorded in log.read_after(0, 1_000_000).await.unwrap() {
            let read = AnyEvent::read(
                &recorded.aggregate_type,
                &recorded.event_type,
                &recorded.event_version,
                &recorded.payload,
            );
            let metadata = Metadata::read(&recorded.metadata).unwrap();
            let day = civil_date(metadata.occurred_at);
            let event = read.unwrap();
            record.all.push(Told {
                position: recorded.position,
                day,
                recorded: civil_date(recorded.recorded_at),
                imported: metadata.provenance.is_some(),
                stream: recorded.aggregate_id.clone(),
                event: event.clone(),
            });
            match event {
                AnyEvent::Case(event) => {
                    let case = recorded.aggregate_id.parse().unwrap();
                    cases.entry(case).or_default().push((day, recorded.position, event));
                }
                AnyEvent::Workforce(WorkforceEvent::AgencyRegistered(e)) => {
                    record.agencies.insert(e.agency.to_string(), e.kind == AgencyKind::Authority);
                }
                AnyEvent::Workforce(WorkforceEvent::TeamRegistered(e)) => {
                    record.localities.insert(e.team.to_string(), e.locality);
                }
                _ => {}
            }
        }
        for (case, mut events) in cases {
            // An import begins its case, whatever day it was made on.
            events.sort_by_key(|(day, position, event)| {
                (!matches!(event, CaseEvent::CaseImported(_)), *day, *position)
            });
            record.cases.insert(case, events.into_iter().map(|(day, _, event)| (day, event)).collect());
        }
        record
    }

    /// The children of all cases, each with the first day on which the case was for it.
    pub fn children(&self) -> Vec<(CaseId, PersonId, Date)> {
        let mut all = vec![];
        for (case, events) in &self.cases {
            let mut came: BTreeMap<PersonId, Date> = BTreeMap::new();
            for (day, event) in events {
                let day = day_told(*day, event);
                for child in newcomers(event) {
                    let known = came.entry(child).or_insert(day);
                    *known = (*known).min(day);
                }
            }
            all.extend(came.into_iter().map(|(child, day)| (*case, child, day)));
        }
        all
    }

    /// The other cases of a case's children who belonged to it by a day; with the day on which each child came to them.
    pub fn kin(&self, case: CaseId, by: Date) -> Vec<(CaseId, Date)> {
        let all = self.children();
        let own: Vec<PersonId> = all
            .iter()
            .filter(|(of, _, came)| *of == case && *came <= by)
            .map(|(_, child, _)| *child)
            .collect();
        let others = all.into_iter().filter(|(of, child, _)| *of != case && own.contains(child));
        others.map(|(of, _, came)| (of, came)).collect()
    }

    /// The locality that a unit's team works in.
    pub fn locality(&self, unit: &Unit) -> Option<String> {
        self.localities.get(unit.team.as_ref()?).cloned()
    }
}

/// The children who come to a case with an event.
fn newcomers(event: &CaseEvent) -> Vec<PersonId> {
    match event {
        CaseEvent::ReferralReceived(e) => e.children.clone(),
        CaseEvent::CaseImported(e) => e.children.clone(),
        CaseEvent::FamilyMemberAdded(e) if e.role == FamilyRole::Child => vec![e.person],
        _ => vec![],
    }
}

/// The children whom a case was for when a day ended.
pub fn children_on(events: &[(Date, CaseEvent)], at: Date) -> BTreeSet<PersonId> {
    let mut children = BTreeSet::new();
    for (_, event) in events.iter().filter(|(day, event)| day_told(*day, event) <= at) {
        children.extend(newcomers(event));
        if let CaseEvent::FamilyMembershipEnded(e) = event {
            children.remove(&e.person);
        }
    }
    children
}

/// What an event says of whom its case belongs to from its day on.
fn said(event: &CaseEvent) -> Belongs {
    match event {
        CaseEvent::ReferralReceived(e) => {
            Belongs { source: Some(e.source.code().to_owned()), ..Belongs::default() }
        }
        CaseEvent::TriageDecided(e) => {
            Belongs { level: Some(e.level_of_need.to_string()), ..Belongs::default() }
        }
        CaseEvent::StepDownAccepted(e) => {
            Belongs { level: Some(e.level_of_need.to_string()), ..Belongs::default() }
        }
        CaseEvent::CaseAllocated(e) => Belongs {
            team: Some(e.team.to_string()),
            agency: Some(e.lead_agency.to_string()),
            ..Belongs::default()
        },
        CaseEvent::CaseReallocated(e) => Belongs {
            team: Some(e.team.to_string()),
            agency: Some(e.lead_agency.to_string()),
            ..Belongs::default()
        },
        CaseEvent::CaseImported(e) => Belongs {
            team: e.team.map(|id| id.to_string()),
            agency: e.lead_agency.map(|id| id.to_string()),
            source: e.source.map(|source| source.code().to_owned()),
            level: e.level_of_need.map(|level| level.to_string()),
        },
        _ => Belongs::default(),
    }
}

/// The day that an event tells of: an import tells of the earliest day that the other record knew.
pub fn day_told(day: Date, event: &CaseEvent) -> Date {
    if let CaseEvent::CaseImported(e) = event { e.accepted_on } else { day }
}

/// To whom a case belonged when a day ended.
pub fn belonged(events: &[(Date, CaseEvent)], at: Date) -> Belongs {
    let mut it = Belongs::default();
    let mut told: Vec<_> = events.iter().map(|(day, event)| (day_told(*day, event), said(event))).collect();
    told.sort_by_key(|(day, _)| *day);
    for (_, said) in told.into_iter().filter(|(day, _)| *day <= at) {
        it = Belongs {
            team: said.team.or(it.team),
            agency: said.agency.or(it.agency),
            source: said.source.or(it.source),
            level: said.level.or(it.level),
        };
    }
    it
}

/// The same; what was not known by then is as it first became known.
pub fn belongs(events: &[(Date, CaseEvent)], at: Date) -> Belongs {
    let mut it = belonged(events, at);
    let mut told: Vec<_> = events.iter().map(|(day, event)| (day_told(*day, event), said(event))).collect();
    told.sort_by_key(|(day, _)| *day);
    let mut day = at;
    while let Some((next, _)) = told.iter().find(|(later, _)| *later > day) {
        // How things stood at the end of each later day, in turn.
        day = *next;
        let then = belonged(events, day);
        it = Belongs {
            team: it.team.or(then.team),
            agency: it.agency.or(then.agency),
            source: it.source.or(then.source),
            level: it.level.or(then.level),
        };
    }
    it
}

/// A unit that is of no case, and belongs to a team at most.
pub fn other(subject: String, team: Option<String>, above: f64, below: u64) -> Unit {
    Unit { subject, team, agency: None, source: None, level: None, above, below }
}

impl Belongs {
    /// A unit of a case that belongs there.
    pub fn unit(self, case: CaseId, above: f64, below: u64) -> Unit {
        let Self { team, agency, source, level } = self;
        Unit { subject: case.to_string(), team, agency, source, level, above, below }
    }
}
