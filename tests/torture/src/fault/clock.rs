//! A clock that jumps back and forward, while the service runs and while it starts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep};

use super::{Gone, What};
use crate::round::Stage;

/// Where the service reads how far its clock is off.
pub fn file(folder: &Path) -> PathBuf {
    folder.join("clock")
}

/// The environment's variable that names the file.
pub const VARIABLE: &str = "CASELEDGER_CLOCK_FILE";

/// How far the clock jumps at most. Every day in between is one on which the people here work.
const FURTHEST: i64 = 40 * 86_400;

/// Sets the clock so far on that it can be set back to no day before the log began.
///
/// # Errors
/// [`Gone::LeftOut`] when the file can't be written.
pub fn set(folder: &Path, seconds: i64) -> Result<(), Gone> {
    // Written beside and renamed, so that nobody reads half a number.
    let (file, beside) = (file(folder), folder.join("clock.new"));
    let written = std::fs::write(&beside, seconds.to_string()).and_then(|()| std::fs::rename(&beside, &file));
    written.map_err(|error| Gone::LeftOut(error.to_string()))
}

pub async fn inflict(stage: &Stage, chance: &mut ChaCha8Rng, until: Instant) -> Result<What, Gone> {
    let (mut jumps, mut wrong) = (0, vec![]);
    while Instant::now() < until {
        sleep(Duration::from_millis(chance.random_range(100..900))).await;
        set(&stage.folder, chance.random_range(-600..FURTHEST))?;
        jumps += 1;
        if chance.random_bool(0.15) {
            stage.instances[chance.random_range(0..stage.instances.len())].kill();
            if let Err(why) = stage.until_ready().await {
                wrong.push(format!("with its clock set, an instance did not come back: {why}"));
                break;
            }
        }
    }
    set(&stage.folder, 0)?;
    Ok(What { told: format!("the clock jumped {jumps} times"), wrong })
}
