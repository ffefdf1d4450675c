//! `kill -9` of PostgreSQL under the service, and its start some moments later.

use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep};

use super::{Gone, What};
use crate::round::Stage;
use crate::watch::Said;

/// How long `/readyz` may go on saying that all is well after the database has gone.
const GRACE: Duration = Duration::from_millis(1_500);

pub async fn inflict(stage: &Stage, chance: &mut ChaCha8Rng, until: Instant) -> Result<What, Gone> {
    let server =
        stage.store.server().ok_or_else(|| Gone::LeftOut("only PostgreSQL has a server".to_owned()))?;
    let (mut kills, mut wrong) = (0, vec![]);
    while Instant::now() < until {
        sleep(Duration::from_millis(chance.random_range(500..2_000))).await;
        let away = Duration::from_millis(chance.random_range(0..4_000));
        tokio::task::block_in_place(|| server.kill());
        kills += 1;
        let gone = Instant::now();
        sleep(away).await;
        let back = Instant::now();
        wrong.extend(lies(stage, gone + GRACE, back));
        tokio::task::block_in_place(|| server.start_again());
        if let Err(why) = stage.until_ready().await {
            wrong.push(format!("after its server was back, an instance did not come back: {why}"));
            break;
        }
    }
    Ok(What { told: format!("killed the server {kills} times"), wrong })
}

/// What `/readyz` said of readiness while the database was away.
fn lies(stage: &Stage, from: Instant, to: Instant) -> Vec<String> {
    let mut lies = vec![];
    for watch in &stage.watches {
        let while_away = |asked: Instant, answered: Instant| asked >= from && answered <= to;
        let samples = watch.samples();
        let lied = samples.iter().find(|one| while_away(one.asked, one.answered) && one.said == Said::Ready);
        if let Some(lie) = lied {
            let late = lie.asked.duration_since(from) + GRACE;
            lies.push(format!("/readyz said ready {late:?} after the database had gone"));
        }
    }
    lies
}
