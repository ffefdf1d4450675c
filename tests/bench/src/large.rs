//! A large authority: whether the service grows slower or larger with its log, and how soon it answers every report.

use std::error::Error;

use serde_json::json;

use crate::contest::{Contender, Ground};
use crate::load::{self, Mix};
use crate::measures::reports;
use crate::run::{Form, Outcome, Say};
use crate::stores::{self, Built, Engine};
use crate::summary::{Measured, Rounds};

/// The scale that the goals speak of.
const CASES: u64 = 1_000_000;
const EVENTS: u64 = 10_000_000;
/// What is left free on the disk.
const LEFT_FREE: u64 = 15 << 30;

/// Measures on the authority in a store, or builds one, as large as is asked for or as the disk has room for.
///
/// # Errors
/// When something can't be built or measured.
pub async fn measure(
    ground: &Ground<'_>,
    form: Form,
    found: Option<&Built>,
    say: Say<'_>,
) -> Result<Outcome, Box<dyn Error>> {
    let built = match found {
        Some(found) => found.clone(),
        None => build(ground, form, say).await?,
    };
    let mut outcome = reports(ground, &built, say).await?;
    grown(ground, &built, form.rounds, &mut outcome, say).await?;
    if found.is_none() {
        ground.stores.remove(&built);
    }
    Ok(outcome)
}

async fn build(ground: &Ground<'_>, form: Form, say: Say<'_>) -> Result<Built, Box<dyn Error>> {
    let wanted = form.large.unwrap_or(CASES);
    // Its write-ahead log and the tables that a rebuild fills beside the old ones take room too.
    let each = ground.stores.bytes(ground.postgres)? / ground.postgres.cases.max(1);
    let room = ground.stores.free_bytes()?.saturating_sub(LEFT_FREE) / (each + each / 8).max(1);
    let cases = wanted.min(room);
    say(&format!("a large authority: {each} bytes a case, room for {room} cases, building {cases}"));
    let built = ground.stores.build(Engine::Postgres, "large", cases).await?;
    say(&format!(
        "{} cases, {} events: log in {:.0?}, read models in {:.0?}, {} bytes",
        built.cases,
        built.events,
        built.filled_in,
        built.told,
        ground.stores.bytes(&built)?
    ));
    Ok(built)
}

/// Every report on a store.
///
/// # Errors
/// When one is refused.
pub async fn reports(ground: &Ground<'_>, built: &Built, say: Say<'_>) -> Result<Outcome, Box<dyn Error>> {
    say(&format!("reports on {} cases, {} events, {} years", built.cases, built.events, built.years));
    let years = i64::try_from(built.years)?;
    let asked = reports::measure(ground.stores, &built.store, ground.issuer, years).await?;
    let mut by_speed = asked.clone();
    by_speed.sort_by(|one, other| other.as_at_p95_ms.total_cmp(&one.as_at_p95_ms));
    for report in by_speed.iter().take(5) {
        say(&format!(
            "{}: p95 {} ms today, {} ms on past days",
            report.id, report.current_p95_ms, report.as_at_p95_ms
        ));
    }
    let mut outcome = Outcome::default();
    let goals = &mut outcome.goals;
    let now = "reports: today's, the slowest measure's p95";
    let then = "reports: of past days, the slowest measure's p95";
    goals.below(now, 100.0, " ms", reports::slowest(&asked, |report| report.current_p95_ms));
    goals.below(then, 1_000.0, " ms", reports::slowest(&asked, |report| report.as_at_p95_ms));
    for name in [now, then] {
        goals.at_scale(name, built.cases, CASES, "cases");
    }
    outcome.detail("reports", json!({ "cases": built.cases, "events": built.events, "measures": asked }));
    Ok(outcome)
}

/// The service under load on the large log and on the small one, in turn.
async fn grown(
    ground: &Ground<'_>,
    built: &Built,
    rounds: usize,
    outcome: &mut Outcome,
    say: Say<'_>,
) -> Result<(), Box<dyn Error>> {
    let station = stores::open(&built.store).await?;
    let worked = load::worked(station.projections.db()).await?;
    station.log.close().await;
    let pool = ground.stores.file("large.pool");
    let mut mix = Mix::new(&worked, ground.issuer, 3)?;
    load::write_pool(&pool, (0..load::POOL).map(|_| mix.ask()))?;
    let (mut small, mut large) = (Rounds::default(), Rounds::default());
    for round in 0..rounds {
        ground.round(Contender::Postgres, round + 100, 64).await?.add_to(&mut small);
        ground.ledger_in_place(built, &pool, round + 100).await?.add_to(&mut large);
        say(&format!("small log {:.0?}/s, large log {:.0?}/s", small.rates().last(), large.rates().last()));
    }
    let growth = outcome.ratio("large_log_to_small", &large.rates(), &small.rates());
    let heavier = outcome.ratio("memory_large_log_to_small", &large.memory, &small.memory);
    let most = Measured::of(&large.memory).map(|memory| memory.highest);
    let goals = &mut outcome.goals;
    goals.at_least("growth: commands, large log to small", 0.8, "×", growth);
    goals.at_scale("growth: commands, large log to small", built.events, EVENTS, "events");
    goals.below("memory: the most, at 64 connections", 300.0, " MiB", most);
    goals.at_scale("memory: the most, at 64 connections", built.cases, CASES, "cases");
    goals.below("memory: large log to small", 1.2, "×", heavier);
    goals.at_scale("memory: large log to small", built.events, EVENTS, "events");
    outcome.detail(
        "large",
        json!({ "cases": built.cases, "events": built.events, "log_seconds": built.filled_in.as_secs(),
                "read_models_seconds": built.told.as_secs(), "on the large log": large.summary(),
                "on the small log": small.summary() }),
    );
    Ok(())
}
