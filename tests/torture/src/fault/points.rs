//! The service dies at named points: before a commit, after it and before the answer, between a projection's rows and
//! its checkpoint.

use std::collections::BTreeMap;
use std::time::Duration;

use caseledger_log::faults::{POINTS, VARIABLE};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep};

use super::What;
use crate::instance::Instance;
use crate::round::Stage;

/// How long an armed instance may run until it gets to the point. Some are only passed when instances meet, or when it
/// is this one's turn to do what one instance does for all.
const PATIENCE: Duration = Duration::from_secs(5);

/// And how long when it is alone, so that everything is its turn: on a machine that is busy with other things, too.
const PATIENCE_ALONE: Duration = Duration::from_secs(30);

/// Passed only when two instances write at once, by the luck of the moment.
const RARE_ON_POSTGRES: &str = "log.before-commit";

pub async fn inflict(stage: &Stage, chance: &mut ChaCha8Rng, until: Instant) -> What {
    let mut died: BTreeMap<&str, usize> = POINTS.iter().map(|point| (*point, 0)).collect();
    let mut wrong = vec![];
    let mut order = POINTS.to_vec();
    order.shuffle(chance);
    // Every point once, and then again until the time is used up.
    for turn in 0.. {
        if turn >= order.len() && Instant::now() >= until {
            break;
        }
        let point = order[turn % order.len()];
        let instance = &stage.instances[chance.random_range(0..stage.instances.len())];
        let count: u32 = chance.random_range(1..12);
        if die_at(instance, point, count, PATIENCE).await {
            *died.entry(point).or_default() += 1;
        }
        if let Err(why) = stage.until_ready().await {
            wrong.push(format!("after dying at {point} an instance did not come back: {why}"));
            break;
        }
    }
    // Of two instances one runs the processes, and one each projection: what it never passed beside another, it passes
    // alone.
    let missed = died.iter().filter(|(point, times)| **times == 0 && !is_rare(stage, point));
    let missed: Vec<&str> = missed.map(|(point, _)| *point).collect();
    for point in missed {
        let Some((instance, others)) = stage.instances.split_first() else { break };
        let held: Vec<_> = others.iter().map(Instance::hold).collect();
        if wrong.is_empty() && die_at(instance, point, 1, PATIENCE_ALONE).await {
            *died.entry(point).or_default() += 1;
        }
        drop(held);
        if let Err(why) = stage.until_ready().await {
            wrong.push(format!("after dying at {point} an instance did not come back: {why}"));
        }
    }
    let missed = died.iter().filter(|(point, times)| **times == 0 && !is_rare(stage, point));
    wrong.extend(missed.map(|(point, _)| format!("the service never got to {point}")));
    let told: Vec<String> = died.iter().map(|(point, times)| format!("{point} {times}")).collect();
    What { told: format!("died at {}", told.join(", ")), wrong }
}

fn is_rare(stage: &Stage, point: &str) -> bool {
    stage.store.server().is_some() && point == RARE_ON_POSTGRES
}

/// Starts an instance that dies when it gets to the point for the so-manieth time; says whether it did.
async fn die_at(instance: &Instance, point: &str, count: u32, patience: Duration) -> bool {
    instance.next_start_with(VARIABLE, &format!("{point}={count}"));
    let before = instance.starts();
    instance.kill();
    let end = Instant::now() + patience;
    // It was started armed once, and is started again when it has died of it.
    while instance.starts() < before + 2 {
        if Instant::now() > end {
            instance.kill();
            return false;
        }
        sleep(Duration::from_millis(20)).await;
    }
    true
}
