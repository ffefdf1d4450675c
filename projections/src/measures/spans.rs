//! From what happened to a case to the spans of its life. Pure.

use caseledger_commands::Date;
use caseledger_log::Position;

/// What an event says about a case's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// The case was accepted for early help, by triage, by a step-down or before it was imported.
    Accepted,
    /// Statutory social care took the family over.
    SteppedUp,
    /// It was closed, or triage decided on something else.
    Closed,
    /// It went on from where it was before it was closed.
    Reopened,
    /// It got a team.
    Team(String),
    /// It got a lead practitioner.
    Practitioner(String),
    /// It got a lead agency.
    Agency(String),
    /// A plan was agreed.
    PlanAgreed,
}

impl Fact {
    /// As it stands in the table.
    pub(super) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Accepted => ("accepted", ""),
            Self::SteppedUp => ("stepped-up", ""),
            Self::Closed => ("closed", ""),
            Self::Reopened => ("reopened", ""),
            Self::Team(id) => ("team", id),
            Self::Practitioner(id) => ("practitioner", id),
            Self::Agency(id) => ("agency", id),
            Self::PlanAgreed => ("plan", ""),
        }
    }

    /// From the table.
    pub(super) fn from_parts(kind: &str, value: String) -> Option<Self> {
        Some(match kind {
            "accepted" => Self::Accepted,
            "stepped-up" => Self::SteppedUp,
            "closed" => Self::Closed,
            "reopened" => Self::Reopened,
            "team" => Self::Team(value),
            "practitioner" => Self::Practitioner(value),
            "agency" => Self::Agency(value),
            "plan" => Self::PlanAgreed,
            _ => return None,
        })
    }
}

/// A fact, the day on which it happened and the event that says so.
///
/// The order is that of the days, and of the log within a day: an entry made later about an earlier day takes its place
/// among the facts of that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dated {
    pub day: Date,
    pub position: Position,
    /// Its place among the facts of one event.
    pub number: u64,
    pub fact: Fact,
}

/// A stretch of a case's life: it began on a day and ended on another, if it did. It holds on a day when the day ends
/// within it, so one that began and ended on the same day holds on none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// `open`, `plan`, `team`, `practitioner`, `agency`.
    pub kind: &'static str,
    /// Which team, practitioner or agency.
    pub value: String,
    pub from: (Date, Position),
    pub until: Option<(Date, Position)>,
}

/// The spans of a case's life, by everything that is known of it.
pub(super) fn spans(facts: &[Dated]) -> Vec<Span> {
    let mut ordered: Vec<&Dated> = facts.iter().collect();
    ordered.sort_by_key(|dated| (dated.day, dated.position, dated.number));
    let mut life = Life::default();
    for dated in ordered {
        life.take(&dated.fact, (dated.day, dated.position));
    }
    life.spans
}

#[derive(Default)]
struct Life {
    spans: Vec<Span>,
    /// Whether early help works with the family.
    open: bool,
    /// Whether it did before the case was closed: a reopened case goes on from there.
    open_before: bool,
    /// Whether a plan was ever agreed: a case that is open again takes its plan up again.
    planned: bool,
}

impl Life {
    fn take(&mut self, fact: &Fact, at: (Date, Position)) {
        match fact {
            Fact::Accepted => self.open = true,
            Fact::SteppedUp => self.open = false,
            Fact::Closed => {
                self.open_before = self.open;
                self.open = false;
            }
            Fact::Reopened => self.open = self.open_before,
            Fact::PlanAgreed => self.planned = true,
            Fact::Team(id) => self.begin("team", id, at),
            Fact::Practitioner(id) => self.begin("practitioner", id, at),
            Fact::Agency(id) => self.begin("agency", id, at),
        }
        for (kind, holds) in [("open", self.open), ("plan", self.open && self.planned)] {
            if holds { self.begin(kind, "", at) } else { self.end(kind, at) }
        }
    }

    /// Begins a span; the same one goes on, another of its kind ends.
    fn begin(&mut self, kind: &'static str, value: &str, at: (Date, Position)) {
        let current = self.spans.iter().find(|span| span.kind == kind && span.until.is_none());
        if current.is_some_and(|span| span.value == value) {
            return;
        }
        self.end(kind, at);
        self.spans.push(Span { kind, value: value.to_owned(), from: at, until: None });
    }

    fn end(&mut self, kind: &str, at: (Date, Position)) {
        for span in self.spans.iter_mut().filter(|span| span.kind == kind && span.until.is_none()) {
            span.until = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn on(day: i8, position: Position, fact: Fact) -> Dated {
        Dated { day: date(2017, 5, day), position, number: 0, fact }
    }

    fn held(spans: &[Span], kind: &str, day: i8) -> bool {
        let day = date(2017, 5, day);
        spans.iter().any(|span| {
            span.kind == kind && span.from.0 <= day && span.until.is_none_or(|(until, _)| until > day)
        })
    }

    #[test]
    fn a_case_is_open_from_acceptance_to_closure_and_again_from_reopening() {
        let spans = spans(&[
            on(2, 1, Fact::Accepted),
            on(9, 5, Fact::Closed),
            on(20, 8, Fact::Reopened),
            on(25, 9, Fact::SteppedUp),
        ]);
        let open: Vec<i8> = (1..=31).filter(|day| held(&spans, "open", *day)).collect();
        assert_eq!(open, [2, 3, 4, 5, 6, 7, 8, 20, 21, 22, 23, 24]);
    }

    #[test]
    fn an_entry_made_late_counts_from_the_day_it_tells_of() {
        let agency = |name: &str| Fact::Agency(name.to_owned());
        let spans =
            spans(&[on(2, 1, agency("council")), on(20, 7, agency("school")), on(10, 9, agency("police"))]);
        let values: Vec<_> = spans.iter().map(|span| (span.value.as_str(), span.from.0.day())).collect();
        assert_eq!(values, [("council", 2), ("police", 10), ("school", 20)]);
    }

    #[test]
    fn a_plan_is_current_until_the_case_ends_and_is_taken_up_again_when_it_is_reopened() {
        let spans = spans(&[
            on(1, 1, Fact::Accepted),
            on(3, 2, Fact::PlanAgreed),
            on(9, 3, Fact::Closed),
            on(12, 4, Fact::Reopened),
        ]);
        let current: Vec<i8> = (1..=14).filter(|day| held(&spans, "plan", *day)).collect();
        assert_eq!(current, [3, 4, 5, 6, 7, 8, 12, 13, 14]);
    }

    #[test]
    fn reopening_a_case_that_early_help_did_not_work_on_opens_nothing() {
        let triaged_out = [on(1, 1, Fact::Closed), on(3, 2, Fact::Reopened)];
        assert!(spans(&triaged_out).is_empty());
        let stepped_up = [
            on(1, 1, Fact::Accepted),
            on(3, 2, Fact::SteppedUp),
            on(5, 3, Fact::Closed),
            on(7, 4, Fact::Reopened),
        ];
        assert!(!held(&spans(&stepped_up), "open", 8));
    }

    #[test]
    fn facts_are_read_as_they_are_written() {
        for fact in [
            Fact::Accepted,
            Fact::SteppedUp,
            Fact::Closed,
            Fact::Reopened,
            Fact::Team("a".into()),
            Fact::Practitioner("b".into()),
            Fact::PlanAgreed,
        ] {
            let (kind, value) = fact.parts();
            assert_eq!(Fact::from_parts(kind, value.to_owned()), Some(fact.clone()));
        }
        assert_eq!(Fact::from_parts("other", String::new()), None);
    }
}
