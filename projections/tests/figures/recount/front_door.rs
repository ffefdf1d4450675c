//! Referrals: the front door, thresholds and domestic abuse notifications.

use caseledger_aggregates::Authority;
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::{CaseEvent, ReferralReceived, TriageDecided};
use caseledger_commands::case::{Forum, TriageOutcome};
use caseledger_commands::{CaseId, Date};
use jiff::ToSpan;

use super::{Within, one};
use crate::record::{Record, Unit, belongs};

pub fn recount(record: &Record, measure: &str, within: Within) -> Option<Vec<Unit>> {
    let authority = Authority::default();
    let by = |from: Date, days: u32| authority.calendar.add_working_days(from, days);
    let days = |from: Date, to: Option<Date>| {
        to.map_or(0.0, |to| authority.calendar.working_days_between(from, to) as f64)
    };
    let times = &authority.timescales;
    let in_time = |done: Option<Date>, due: Date| one(done.is_some_and(|done| done <= due));
    let referrals = referrals(record);
    let mut units = vec![];
    for it in &referrals {
        let decided_on = it.decided.map(|(day, _)| day);
        let decision = it.decided.map(|(_, decision)| decision);
        let of = |outcome: TriageOutcome| one(decision.is_some_and(|decision| decision.outcome == outcome));
        let acknowledge_by = by(it.day, times.acknowledge_working_days);
        let decide_by = by(it.day, times.decide_working_days);
        let notified = it.event.domestic_incident.as_ref().map(|incident| civil_date(incident.notified_at));
        let respond_by = notified.map(|on| by(on, times.domestic_abuse_response_working_days));
        let (day, above) = match measure {
            "referrals" => (Some(it.day), 1.0),
            "referrals-acknowledged-in-time" => {
                (Some(acknowledge_by), in_time(it.acknowledged, acknowledge_by))
            }
            "acknowledgement-time" => (it.acknowledged, days(it.day, it.acknowledged)),
            "referrals-decided-in-time" => (Some(decide_by), in_time(decided_on, decide_by)),
            "decision-time" => (decided_on, days(it.day, decided_on)),
            "panel-decision-time" => {
                let panel = decision.is_some_and(|decision| decision.forum == Forum::Panel);
                (decided_on.filter(|_| panel), days(it.day, decided_on))
            }
            "triage-decisions" => (decided_on, 1.0),
            "referrers-told" => {
                (decided_on, one(decision.is_some_and(|decision| decision.referrer_told.is_some())))
            }
            "repeat-referrals" => {
                let year_before = it.day - 1.year();
                let before = record.kin(it.case, it.day);
                (Some(it.day), one(before.iter().any(|(_, came)| *came < it.day && *came >= year_before)))
            }
            "referrals-accepted" => (decided_on, of(TriageOutcome::EarlyHelp)),
            "stepped-up-at-triage" => (decided_on, of(TriageOutcome::StepUp)),
            "back-at-higher-level" => {
                let universal =
                    decision.is_some_and(|decision| decision.outcome == TriageOutcome::UniversalServices);
                let ends = decided_on.filter(|_| universal).map(|on| on + 90.days());
                (ends, one(ends.is_some_and(|ends| came_back(record, &referrals, it, ends))))
            }
            "domestic-abuse-notifications" => (notified, 1.0),
            "domestic-abuse-answered-in-time" => {
                (respond_by, respond_by.map_or(0.0, |due| in_time(it.answered, due)))
            }
            "domestic-abuse-response-time" => {
                (it.answered.filter(|_| notified.is_some()), notified.map_or(0.0, |on| days(on, it.answered)))
            }
            _ => return None,
        };
        if within.has(day) {
            units.push(belongs(it.events, it.day).unit(it.case, above, 1));
        }
    }
    Some(units)
}

struct Referral<'a> {
    case: CaseId,
    events: &'a [(Date, CaseEvent)],
    day: Date,
    event: &'a ReferralReceived,
    acknowledged: Option<Date>,
    decided: Option<(Date, &'a TriageDecided)>,
    /// The first acknowledgement, contact or decision.
    answered: Option<Date>,
}

fn referrals(record: &Record) -> Vec<Referral<'_>> {
    let mut all = vec![];
    for (case, events) in &record.cases {
        for (day, event) in events {
            let CaseEvent::ReferralReceived(event) = event else { continue };
            let first = |wanted: fn(&CaseEvent) -> bool| {
                events.iter().find(|(_, event)| wanted(event)).map(|(day, _)| *day)
            };
            let decided = events.iter().find_map(|(day, event)| match event {
                CaseEvent::TriageDecided(decision) => Some((*day, decision)),
                _ => None,
            });
            let answered = first(|event| match event {
                CaseEvent::ReferralAcknowledged(_) | CaseEvent::TriageDecided(_) => true,
                CaseEvent::ContactRecorded(e) => e.took_place,
                _ => false,
            });
            let acknowledged = first(|event| matches!(event, CaseEvent::ReferralAcknowledged(_)));
            all.push(Referral { case: *case, events, day: *day, event, acknowledged, decided, answered });
        }
    }
    all
}

fn came_back(record: &Record, referrals: &[Referral<'_>], it: &Referral<'_>, ends: Date) -> bool {
    let Some((decided_on, decision)) = it.decided else { return false };
    let kin = record.kin(it.case, decided_on);
    referrals.iter().any(|other| {
        kin.iter().any(|(case, came)| *case == other.case && *came <= ends)
            && other.day > decided_on
            && other
                .decided
                .is_some_and(|(on, later)| on <= ends && later.level_of_need > decision.level_of_need)
    })
}
