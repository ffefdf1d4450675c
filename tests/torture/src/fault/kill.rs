//! `kill -9` at random moments: while it answers, while it starts, while it takes over.

use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep};

use super::What;
use crate::round::Stage;

pub async fn inflict(stage: &Stage, chance: &mut ChaCha8Rng, until: Instant) -> What {
    let (mut kills, mut wrong) = (0, vec![]);
    while Instant::now() < until {
        sleep(Duration::from_millis(chance.random_range(100..1_500))).await;
        let instance = &stage.instances[chance.random_range(0..stage.instances.len())];
        instance.kill();
        kills += 1;
        // Half of the times it is let come back; else the next kill may meet it while it starts.
        if chance.random_bool(0.5)
            && let Err(why) = stage.until_ready().await
        {
            wrong.push(format!("after kill {kills} an instance did not come back: {why}"));
            break;
        }
    }
    What { told: format!("killed {kills} times"), wrong }
}
