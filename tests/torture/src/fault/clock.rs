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

/// How far the clock jumps, to either side of noon: the day stays the same, because many a rule speaks of days, and would
/// rightly refuse a contact on a day before the referral.
const FURTHEST: i64 = 5 * 3_600;

/// Sets the clock to noon of this day.
///
/// # Errors
/// [`Gone::LeftOut`] when the file can't be written.
pub fn set_to_noon(folder: &Path) -> Result<(), Gone> {
    write(folder, to_noon())
}

/// How many seconds there are from now to noon, or how many there were.
fn to_noon() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the service that is tormented goes by the machine's clock"
    )]
    let now = jiff::Timestamp::now();
    12 * 3_600 - now.as_second().rem_euclid(86_400)
}

/// Says how far the clock is off.
fn write(folder: &Path, seconds: i64) -> Result<(), Gone> {
    // Written beside and renamed, so that nobody reads half a number.
    let (file, beside) = (file(folder), folder.join("clock.new"));
    let written = std::fs::write(&beside, seconds.to_string()).and_then(|()| std::fs::rename(&beside, &file));
    written.map_err(|error| Gone::LeftOut(error.to_string()))
}

pub async fn inflict(stage: &Stage, chance: &mut ChaCha8Rng, until: Instant) -> Result<What, Gone> {
    let noon = to_noon();
    let (mut jumps, mut wrong) = (0, vec![]);
    while Instant::now() < until {
        sleep(Duration::from_millis(chance.random_range(100..900))).await;
        write(&stage.folder, noon + chance.random_range(-FURTHEST..FURTHEST))?;
        jumps += 1;
        if chance.random_bool(0.15) {
            stage.instances[chance.random_range(0..stage.instances.len())].kill();
            if let Err(why) = stage.until_ready().await {
                wrong.push(format!("with its clock set, an instance did not come back: {why}"));
                break;
            }
        }
    }
    write(&stage.folder, noon)?;
    Ok(What { told: format!("the clock jumped {jumps} times"), wrong })
}
