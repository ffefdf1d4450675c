//! Every measure, recomputed straight from the log in a slow and obvious way, over random histories on both engines.
//!
//! `recount` names the units of a measure in a period; here they are added up and compared with what the read models
//! answer: the figure, each part of it, each point of the series, and the units behind it. A measure that nobody
//! recounts fails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod record;
mod recount;
#[path = "../stage/mod.rs"]
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use caseledger_aggregates::Authority;
use caseledger_commands::Date;
use caseledger_commands::codes::ReferralSource;
use caseledger_projections::measures::{
    self, CATALOGUE, Figure, Filters, Interval, Measure, Period, Question, Side, Subject, Unit as Of, When,
};
use caseledger_projections::{Cursor, PageRequest, Projections};
use jiff::ToSpan;
use prometheus::Registry;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use record::{Record, Unit};
use stage::Stage;
use stage::history::{History, id};

async fn told(stage: &Stage, seed: u64, steps: usize) -> (Projections, History) {
    let registry = Registry::new();
    let live = Projections::open(&stage.log, Arc::default(), stage.clock.clone(), &registry).await.unwrap();
    let mut history = History::begin(stage, seed).await;
    for step in 0..steps {
        history.step(stage).await;
        // Now and then in small batches, so that rows meet entries made late.
        if step % 97 == 0 {
            live.catch_up().await.unwrap();
        }
    }
    live.catch_up().await.unwrap();
    (live, history)
}

#[tokio::test]
async fn every_figure_is_what_the_log_says() {
    // Four histories, and more until each measure has counted something: comparing nothing with nothing proves nothing.
    let mut never: BTreeSet<&str> = CATALOGUE.iter().map(|measure| measure.id).collect();
    for (number, seed) in (21..41).enumerate() {
        if number >= 4 && never.is_empty() {
            break;
        }
        let stage = if number % 2 == 0 {
            Stage::sqlite().await
        } else {
            Stage::both().await.into_iter().nth(1).unwrap()
        };
        let (live, mut history) = told(&stage, seed, 4_000).await;
        let record = Record::read(&stage.log).await;
        for _ in 0..8 {
            let question = question(&mut history.chance);
            for measure in CATALOGUE {
                let figure =
                    measures::answer(live.db(), &Authority::default(), measure, &question).await.unwrap();
                let units = units(&record, measure, question.period, &question.filters);
                compare(measure, &figure, &units, &question, &record);
                behind(&live, measure, &question, &units).await;
                if figure.numerator != Some(0.0) {
                    never.remove(measure.id);
                }
            }
        }
    }
    assert!(never.is_empty(), "nothing in the histories counts for these: {never:?}");
}

/// A random question about the times in which the histories play, and before.
fn question(chance: &mut ChaCha8Rng) -> Question {
    let to = jiff::civil::date(2016, 11, 1) + chance.random_range(0..1_600).days();
    let from = to - chance.random_range(0..400).days();
    let filters = match chance.random_range(0..8) {
        0 => Filters { locality: Some("Riverside".to_owned()), ..Filters::default() },
        1 => Filters { team: Some(id(0xb2).into()), ..Filters::default() },
        2 => Filters { lead_agency: Some(id(0xa2).into()), ..Filters::default() },
        3 => Filters { source: Some(ReferralSource::Schools), ..Filters::default() },
        4 => Filters { level: Some(3), ..Filters::default() },
        _ => Filters::default(),
    };
    let every = *[Interval::Month, Interval::Quarter].choose(chance).unwrap();
    Question::of(Period { from, to }).only(filters).by(measures::DIMENSIONS).every(every)
}

/// The recounted units that the filters let through.
fn units(record: &Record, measure: &Measure, period: Period, filters: &Filters) -> Vec<Unit> {
    let all = recount::recount(record, measure.id, period.from, period.to)
        .unwrap_or_else(|| panic!("nobody recounts '{}': add it to tests/figures/recount", measure.id));
    let fits = |wanted: Option<String>, has: &Option<String>| wanted.is_none_or(|it| Some(it) == *has);
    all.into_iter()
        .filter(|unit| {
            fits(filters.locality.clone(), &record.locality(unit))
                && fits(filters.team.map(|it| it.to_string()), &unit.team)
                && fits(filters.lead_agency.map(|it| it.to_string()), &unit.agency)
                && fits(filters.source.map(|it| it.code().to_owned()), &unit.source)
                && fits(filters.level.map(|it| it.to_string()), &unit.level)
        })
        .collect()
}

fn sums(units: &[Unit]) -> (f64, u64) {
    (units.iter().map(|unit| unit.above).sum(), units.iter().map(|unit| unit.below).sum())
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

fn compare(measure: &'static Measure, figure: &Figure, units: &[Unit], question: &Question, record: &Record) {
    let about = format!("{} {:?}", measure.id, question);
    let (above, below) = sums(units);
    assert!(is_near(figure.numerator.unwrap(), above), "{about}: {:?} is {above}", figure.numerator);
    let is_number = matches!(measure.unit, Of::Number(_));
    assert_eq!(figure.denominator, (!is_number).then_some(below), "{about}");
    let rounded = |digits: f64| (below > 0).then(|| (above / below as f64 * digits).round() / digits);
    let value = match measure.unit {
        Of::Number(_) => Some(above),
        Of::Share => rounded(100.0),
        _ => rounded(10.0),
    };
    assert_eq!(figure.value, value, "{about}");

    for dimension in measures::DIMENSIONS {
        let part_of = |unit: &Unit| match dimension.id {
            "locality" => record.locality(unit),
            "team" => unit.team.clone(),
            "lead-agency" => unit.agency.clone(),
            "source" => unit.source.clone(),
            _ => unit.level.clone(),
        };
        if !measure.dimensions().any(|one| one.id == dimension.id) {
            assert!(figure.breakdown.iter().all(|part| part.by != dimension.id), "{about}");
            continue;
        }
        let mut parts: BTreeMap<Option<String>, Vec<Unit>> = BTreeMap::new();
        for unit in units {
            parts.entry(part_of(unit)).or_default().push(unit.clone());
        }
        let told: Vec<_> = figure.breakdown.iter().filter(|part| part.by == dimension.id).collect();
        assert_eq!(told.len(), parts.len(), "{about} by {dimension}");
        for part in told {
            let units = parts.get(&part.key).map(Vec::as_slice).unwrap_or_default();
            assert!(!units.is_empty(), "{about} by {dimension}: {part:?} is none of {:?}", parts.keys());
            let (above, below) = sums(units);
            assert!(is_near(part.numerator.unwrap(), above), "{about} by {dimension}: {part:?} is {above}");
            assert_eq!(part.denominator, (!is_number).then_some(below), "{about} by {dimension}");
            assert_eq!(part.name.is_some(), part.key.is_some(), "{about} by {dimension}");
        }
    }

    assert!(figure.series.last().is_some_and(|point| point.at == question.period.to), "{about}");
    let mut ends: Option<Date> = None;
    for point in &figure.series {
        let from = point.from.unwrap_or(question.period.from);
        if measure.when == When::InPeriod {
            assert_eq!(
                from,
                ends.map_or(question.period.from, |end| end + 1.day()),
                "{about}: days are left out"
            );
        }
        ends = Some(point.at);
        let (above, below) =
            sums(&self::units(record, measure, Period { from, to: point.at }, &question.filters));
        assert!(is_near(point.numerator.unwrap(), above), "{about}: {point:?} is {above}");
        assert_eq!(point.denominator, (!is_number).then_some(below), "{about}: {point:?}");
    }
}

/// The units behind a figure, page by page: of both sides.
async fn behind(live: &Projections, measure: &'static Measure, question: &Question, units: &[Unit]) {
    for side in [Side::Numerator, Side::Denominator] {
        let mut page = PageRequest { limit: Some(7), ..PageRequest::default() };
        let mut found = vec![];
        loop {
            let next = measures::evidence(live.db(), measure, question, side, &page).await.unwrap();
            found.extend(next.items);
            let Some(next) = next.next else { break };
            page.cursor = Some(Cursor::parse(&next).unwrap());
        }
        assert!(found.iter().all(|one| !one.positions.is_empty()), "{}", measure.id);
        let mut subjects: Vec<_> = found.into_iter().map(|one| subject(one.subject)).collect();
        let is_mean = !matches!(measure.unit, Of::Number(_) | Of::Share);
        let counts = |unit: &&Unit| side == Side::Denominator || is_mean || unit.above > 0.0;
        let mut expected: Vec<_> = units.iter().filter(counts).map(|unit| unit.subject.clone()).collect();
        subjects.sort();
        expected.sort();
        assert_eq!(subjects, expected, "{} {side:?} {question:?}", measure.id);
    }
}

fn subject(subject: Subject) -> String {
    match subject {
        Subject::Case { case, .. } => case.to_string(),
        Subject::Other { aggregate, id } => format!("{aggregate}/{id}"),
    }
}

/// A figure is a plain number in JSON: other programs compare it.
#[tokio::test]
async fn a_figure_is_a_number() {
    let stage = Stage::sqlite().await;
    let (live, _) = told(&stage, 3, 300).await;
    let question = Question::at(jiff::civil::date(2017, 2, 1));
    let open = measures::measure("open-cases").unwrap();
    let figure = measures::answer(live.db(), &Authority::default(), open, &question).await.unwrap();
    assert!(figure.numerator > Some(0.0));
    let json = serde_json::to_value(&figure).unwrap();
    assert!(json["value"].is_u64() && json["denominator"].is_null() && json["at"] == "2017-02-01", "{json}");
    let led = measures::measure("partner-led").unwrap();
    let figure = measures::answer(live.db(), &Authority::default(), led, &question).await.unwrap();
    let figure = Figure { value: Some(0.15), ..figure };
    let json = serde_json::to_string(&figure).unwrap();
    assert!(json.contains("\"value\":0.15,") && json.contains("\"target\":0.25,"), "{json}");
}

/// Whoever may not see the cases is told no number from which a child might be known.
#[tokio::test]
async fn small_numbers_are_withheld_and_do_not_follow_from_the_rest() {
    let stage = Stage::sqlite().await;
    let (live, _) = told(&stage, 5, 900).await;
    let question =
        Question::at(jiff::civil::date(2017, 8, 1)).by(measures::DIMENSIONS).every(Interval::Month);
    let mut withheld = 0;
    for measure in CATALOGUE {
        let whole = measures::answer(live.db(), &Authority::default(), measure, &question).await.unwrap();
        let figure = whole.clone().suppress(5);
        for (told, known) in figure.breakdown.iter().zip(&whole.breakdown) {
            let number = if measure.unit == Of::Share { known.denominator } else { None };
            let small = |number: f64| number > 0.0 && number < 5.0;
            if matches!(measure.unit, Of::Number(_)) && small(known.numerator.unwrap())
                || number.is_some_and(|number| small(number as f64))
            {
                assert!(told.suppressed && told.value.is_none() && told.numerator.is_none(), "{told:?}");
                withheld += 1;
            }
        }
        for dimension in measures::DIMENSIONS {
            let parts: Vec<_> = figure.breakdown.iter().filter(|part| part.by == dimension.id).collect();
            let hidden = parts.iter().filter(|part| part.suppressed).count();
            let told = parts.iter().filter(|part| !part.suppressed && part.numerator != Some(0.0)).count();
            assert!(
                hidden != 1 || told == 0,
                "{}: the one that is withheld follows from the whole",
                measure.id
            );
        }
        assert_eq!(whole.clone().suppress(0), whole);
    }
    assert!(withheld > 0);
}
