//! Referrals: how soon they were answered, and how.

use caseledger_aggregates::Authority;
use caseledger_commands::Date;
use jiff::ToSpan;

use super::course::Course;
use super::facts::Fact;
use super::tables::REFERRAL;
use crate::measures::story::Dated;
use crate::measures::units::Units;
use crate::sql::Value;
use crate::words::code;

/// How long a family that was sent to universal services is looked after for its coming back.
const COMING_BACK_DAYS: i64 = 90;

pub(super) fn add(units: &mut Units, course: &Course<'_>, authority: &Authority) {
    for dated in &course.told.facts {
        if let Fact::Received { .. } = dated.fact {
            add_referral(units, course, authority, dated);
        }
    }
}

/// What was done about a referral, and by when it was to be done.
struct Step {
    due_on: Date,
    done_on: Option<Date>,
    working_days: Option<i64>,
}

impl Step {
    fn of(authority: &Authority, from: Date, within: u32, done: Option<&Dated<Fact>>) -> Self {
        let done_on = done.map(|dated| dated.day);
        Self {
            due_on: authority.calendar.add_working_days(from, within),
            done_on,
            working_days: done_on.map(|on| authority.calendar.working_days_between(from, on)),
        }
    }

    fn values(&self) -> [Value; 3] {
        [Value::from(self.due_on), Value::from(self.done_on), Value::Int(self.working_days)]
    }
}

fn add_referral(units: &mut Units, course: &Course<'_>, authority: &Authority, received: &Dated<Fact>) {
    let Fact::Received { route, urgent, notified, previous, .. } = &received.fact else { return };
    let day = received.day;
    let later = |wanted: fn(&Fact) -> bool| course.told.facts.iter().find(|dated| wanted(&dated.fact));
    let acknowledged = later(|fact| matches!(fact, Fact::Acknowledged));
    let decided = later(|fact| matches!(fact, Fact::Triaged { .. }));
    let answered =
        later(|fact| matches!(fact, Fact::Acknowledged | Fact::Triaged { .. } | Fact::Contact { .. }));
    let times = &authority.timescales;
    let acknowledging = Step::of(authority, day, times.acknowledge_working_days, acknowledged);
    let deciding = Step::of(authority, day, times.decide_working_days, decided);
    let (outcome, forum, told) = match decided.map(|dated| &dated.fact) {
        Some(Fact::Triaged { outcome, forum, told, .. }) => {
            (Some(code(outcome)), Some(code(forum)), Some(*told))
        }
        _ => (None, None, None),
    };
    let after = decided.map(|dated| dated.day.saturating_add(COMING_BACK_DAYS.days()));
    let answering = notified.map(|on| {
        let within = times.domestic_abuse_response_working_days;
        Step::of(authority, on, within, answered)
    });
    let mut says =
        vec![Value::from(day), Value::text(code(route)), Value::from(*urgent), Value::from(*previous)];
    says.extend(acknowledging.values());
    says.extend(deciding.values());
    says.extend([Value::Text(outcome), Value::Text(forum), Value::from(told), Value::from(after)]);
    says.push(Value::from(*notified));
    says.extend(
        answering
            .as_ref()
            .map_or_else(|| [Value::Text(None), Value::Text(None), Value::Int(None)], Step::values),
    );
    let by = [Some(received), acknowledged, decided, answered.filter(|_| notified.is_some())];
    let row = course.row(&course.on(day), says, by.into_iter().flatten().map(|dated| dated.position));
    units.add(&REFERRAL, course.key(format_args!("referral/{}", received.position)), row);
}
