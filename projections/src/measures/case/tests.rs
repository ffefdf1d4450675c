//! given facts / then units.

use caseledger_commands::case::{ClosureReason, Forum, ReviewDecision, Route, TriageOutcome};
use caseledger_commands::codes::ReferralSource;
use caseledger_commands::{ActionId, AgencyId, Date, GoalId};
use caseledger_log::Position;
use jiff::civil::date;
use uuid::Uuid;

use super::course::Course;
use super::facts::StepUpAnswer;
use super::*;
use crate::measures::story::Dated;
use crate::measures::units::Differences;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_a000_0000_7000_8000_0000_0000_0000 | number)
}

fn on(day: i8, position: Position, fact: Fact) -> Dated<Fact> {
    Dated { day: date(2017, 5, day), position, fact }
}

fn told(facts: impl IntoIterator<Item = Dated<Fact>>) -> Told<Fact> {
    let mut facts: Vec<_> = facts.into_iter().collect();
    facts.sort_by_key(|dated| (dated.day, dated.position));
    Told { stream: "case".to_owned(), reference: None, facts }
}

fn closed(day: i8, position: Position) -> Dated<Fact> {
    let (reason, needs_met, scores) = (ClosureReason::NeedsMet, vec![], vec![]);
    on(day, position, Fact::Closed { reason, needs_met, scores, views: 0 })
}

fn stepped_up(day: i8, position: Position) -> Dated<Fact> {
    on(day, position, Fact::StepUpAnswered { transfer: id(7).into(), answer: StepUpAnswer::Accepted })
}

fn reviewed(day: i8, position: Position, score: u8) -> Dated<Fact> {
    on(
        day,
        position,
        Fact::Reviewed {
            scores: vec![(GoalId::from(id(9)), score)],
            decision: ReviewDecision::Continue,
            next_review: Some(date(2017, 6, 1)),
            attended: vec![],
            children_heard: 1,
            children_not_heard: 0,
        },
    )
}

/// The days of May on which the case is open, by its rows; with the value of a column.
fn open(told: &Told<Fact>, column: &str) -> Vec<(i8, String)> {
    let place = tables::OPEN.columns.iter().position(|one| one.name == column).unwrap();
    let units = CaseStory::units(told, &Authority::default());
    let rows = units.rows(&tables::OPEN);
    let end = tables::OPEN.columns.iter().position(|one| one.name == "until_day").unwrap();
    let text = |value: &crate::sql::Value| match value {
        crate::sql::Value::Text(text) => text.clone().unwrap_or_default(),
        crate::sql::Value::Int(number) => number.unwrap_or_default().to_string(),
        crate::sql::Value::Bool(yes) => yes.unwrap_or_default().to_string(),
        crate::sql::Value::Real(number) => number.unwrap_or_default().to_string(),
    };
    (1..=31)
        .filter_map(|day| {
            let at = date(2017, 5, day).to_string();
            let holds = |row: &&Vec<crate::sql::Value>| text(&row[end - 1]) <= at && text(&row[end]) > at;
            let mut held = rows.iter().copied().filter(holds);
            let row = held.next()?;
            assert!(held.next().is_none(), "two stretches hold on {at}");
            Some((day, text(&row[place])))
        })
        .collect()
}

fn days(told: &Told<Fact>) -> Vec<i8> {
    open(told, "planned").into_iter().map(|(day, _)| day).collect()
}

#[test]
fn a_case_is_open_from_acceptance_to_closure_and_again_from_reopening() {
    let told = told([on(2, 1, Fact::Accepted), closed(9, 5), on(20, 8, Fact::Reopened), stepped_up(25, 9)]);
    assert_eq!(days(&told), [2, 3, 4, 5, 6, 7, 8, 20, 21, 22, 23, 24]);
}

#[test]
fn an_entry_made_late_counts_from_the_day_it_tells_of() {
    let agency = |number: u128| Fact::Agency(AgencyId::from(id(number)));
    let told =
        told([on(2, 1, Fact::Accepted), on(2, 1, agency(1)), on(20, 7, agency(2)), on(10, 9, agency(3))]);
    let led = open(&told, "lead_agency_id");
    let by = |day: i8| led.iter().find(|(on, _)| *on == day).map(|(_, agency)| agency.clone()).unwrap();
    assert_eq!((by(9), by(10), by(20)), (id(1).to_string(), id(3).to_string(), id(2).to_string()));
}

#[test]
fn a_plan_is_current_until_the_case_ends_and_is_taken_up_again_when_it_is_reopened() {
    let told = told([
        on(1, 1, Fact::Accepted),
        on(3, 2, Fact::PlanAgreed { next_review: None }),
        closed(9, 3),
        on(12, 4, Fact::Reopened),
    ]);
    let planned: Vec<i8> =
        open(&told, "planned").into_iter().filter(|(_, it)| it == "true").map(|(day, _)| day).collect();
    assert_eq!(planned[..8], [3, 4, 5, 6, 7, 8, 12, 13]);
}

#[test]
fn reopening_a_case_that_early_help_did_not_work_on_opens_nothing() {
    let outcome = TriageOutcome::NoFurtherAction;
    let away = Fact::Triaged { level: 1, outcome, forum: Forum::ContactTeam, told: true };
    assert!(days(&told([on(1, 1, away), on(3, 2, Fact::Reopened)])).is_empty());
    let after_step_up = [on(1, 1, Fact::Accepted), stepped_up(3, 2), closed(5, 3), on(7, 4, Fact::Reopened)];
    assert_eq!(days(&told(after_step_up)), [1, 2]);
}

#[test]
fn reviews_without_progress_are_counted_until_one_sees_some() {
    let told = told([
        on(1, 1, Fact::Accepted),
        reviewed(5, 2, 4),
        reviewed(8, 3, 4),
        reviewed(11, 4, 3),
        reviewed(14, 5, 6),
    ]);
    let stalled = open(&told, "stalled_reviews");
    let at = |day: i8| stalled.iter().find(|(on, _)| *on == day).unwrap().1.clone();
    assert_eq!([at(4), at(5), at(8), at(11), at(14)], ["0", "0", "1", "2", "0"]);
}

#[test]
fn what_was_not_known_on_a_day_is_as_it_first_became_known() {
    let facts =
        [on(2, 1, Fact::Accepted), on(9, 2, Fact::Team(id(4).into())), on(20, 3, Fact::Team(id(5).into()))];
    let told = told(facts);
    let course = Course::of(&told);
    let team = |day: i8| course.on(date(2017, 5, day)).team.map(|team| team.uuid());
    assert_eq!((team(2), team(9), team(25)), (Some(id(4)), Some(id(4)), Some(id(5))));
    assert_eq!(course.held_on(date(2017, 5, 2)).team, None);
    assert_eq!(course.on(Date::MIN).team, Some(id(4).into()));
}

#[test]
fn what_a_fact_is_said_to_touch_is_all_that_it_changes() {
    let received = |notified| Fact::Received {
        source: ReferralSource::Police,
        route: Route::AgencyDirect,
        urgent: false,
        notified,
        previous: false,
    };
    let contact = || Fact::Contact { children_seen: 1, children_seen_alone: 0 };
    let action = |number: u128| ActionId::from(id(number));
    let added = |number, due| {
        let owner = Some(facts::OwnerKind::Family);
        Fact::ActionAdded { action: action(number), due: Some(due), owner, direction: false }
    };
    for notified in [None, Some(date(2017, 5, 1))] {
        let story = told([
            on(1, 1, received(notified)),
            on(2, 2, contact()),
            on(3, 3, contact()),
            on(3, 4, Fact::Acknowledged),
            on(4, 5, Fact::Accepted),
            on(4, 6, Fact::Team(id(4).into())),
            on(6, 7, Fact::PlanAgreed { next_review: Some(date(2017, 5, 20)) }),
            on(6, 7, added(1, date(2017, 5, 9))),
            on(8, 8, added(2, date(2017, 5, 10))),
            on(9, 9, Fact::ActionRescheduled { action: action(1), due: date(2017, 5, 30) }),
            on(9, 10, Fact::ActionEnded { action: action(2), done: true }),
            on(9, 10, Fact::EnteredLate(9)),
            reviewed(11, 11, 4),
            on(12, 12, Fact::Supervised),
            on(12, 13, Fact::Oversight { threshold: true }),
            on(5, 14, contact()),
            on(13, 15, Fact::Team(id(5).into())),
            closed(20, 16),
            on(21, 17, contact()),
        ]);
        for last in 2..=17 {
            let (before, after) = (story.before(last), story.before(last + 1));
            let authority = Authority::default();
            let new = after.facts.iter().filter(|dated| dated.position == last);
            let touched =
                new.fold(Touched::NOTHING, |all, dated| all | CaseStory::touched_by(&dated.fact, &after));
            let some = |told: &Told<Fact>| CaseStory::touched_units(told, &authority, touched);
            let all = |told: &Told<Fact>| CaseStory::units(told, &authority);
            let changed = Differences::between(all(&before), all(&after));
            assert_eq!(Differences::between(some(&before), some(&after)), changed, "{last}");
            let is_contact = after.facts.iter().any(|it| it.position == last && it.fact == contact());
            assert_eq!(
                touched == Touched::NOTHING,
                (is_contact && notified.is_none()) || [12, 13].contains(&last)
            );
        }
    }
}
