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

/// How long an armed instance may run until it gets to the point. Some are only passed when instances meet.
const PATIENCE: Duration = Duration::from_secs(5);

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
        let others = stage.instances.iter().filter(|other| other.address != instance.address);
        if die_at(instance, others, point, count).await {
            *died.entry(point).or_default() += 1;
        }
        if let Err(why) = stage.until_ready().await {
            wrong.push(format!("after dying at {point} an instance did not come back: {why}"));
            break;
        }
    }
    // Of two instances one runs the processes: what the one never passes, the other may.
    let missed: Vec<&str> = died.iter().filter(|(_, times)| **times == 0).map(|(point, _)| *point).collect();
    for point in missed {
        for instance in &stage.instances {
            let others = stage.instances.iter().filter(|other| other.address != instance.address);
            let dead = wrong.is_empty() && die_at(instance, others, point, 1).await;
            if let Err(why) = stage.until_ready().await {
                wrong.push(format!("after dying at {point} an instance did not come back: {why}"));
            }
            if dead {
                *died.entry(point).or_default() += 1;
                break;
            }
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
async fn die_at<'a>(
    instance: &Instance,
    others: impl Iterator<Item = &'a Instance>,
    point: &str,
    count: u32,
) -> bool {
    instance.next_start_with(VARIABLE, &format!("{point}={count}"));
    let before = instance.starts();
    instance.kill();
    // One instance at a time runs the processes: now it is this one's turn.
    if point.starts_with("process.") {
        others.for_each(Instance::kill);
    }
    let end = Instant::now() + PATIENCE;
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
