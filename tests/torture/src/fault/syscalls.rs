//! A disk that fails to sync, and one that is slow: strace answers in the kernel's stead, or lets a call wait.

use std::process::Stdio;
use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::{Gone, What};
use crate::round::Stage;

/// How long whoever met a failed sync has to say so.
const MOMENT: Duration = Duration::from_millis(300);

/// What strace does to calls that sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// Some answer EIO.
    Fail,
    /// Each takes a third of a second longer.
    Slow,
}

/// Whether there is an strace, and whether it may look at other processes here.
///
/// # Errors
/// [`Gone::LeftOut`] when not.
pub fn available() -> Result<(), Gone> {
    use std::process::Command;
    let mut other =
        Command::new("sleep").arg("5").spawn().map_err(|error| Gone::LeftOut(error.to_string()))?;
    let strace = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "-p", &other.id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let outcome = match strace {
        Err(_) => Err(Gone::LeftOut("there is no strace: apt-get install strace".to_owned())),
        Ok(mut strace) => {
            // One that may not attach says so and ends at once; one that may stays.
            std::thread::sleep(Duration::from_millis(500));
            let ended = strace.try_wait().ok().flatten();
            let _ = strace.kill();
            let _ = strace.wait();
            match ended {
                Some(_) => Err(Gone::LeftOut("strace may not look at other processes here".to_owned())),
                None => Ok(()),
            }
        }
    };
    let _ = other.kill();
    let _ = other.wait();
    outcome
}

pub async fn inflict(
    stage: &Stage,
    tampering: Tampering,
    chance: &mut ChaCha8Rng,
    until: Instant,
) -> Result<What, Gone> {
    let (mut times, mut wrong) = (0, vec![]);
    while Instant::now() < until || times == 0 {
        sleep(Duration::from_millis(chance.random_range(300..1_500))).await;
        let how = match tampering {
            Tampering::Fail => {
                let (first, every) = (chance.random_range(1..6), chance.random_range(1..6));
                format!("inject=fsync,fdatasync,sync_file_range:error=EIO:when={first}+{every}")
            }
            Tampering::Slow => "inject=fsync,fdatasync:delay_enter=333000".to_owned(),
        };
        let Some(mut strace) = attach(stage, &how)? else {
            // Nobody is there at this moment.
            stage.until_ready().await.map_err(Gone::Wrong)?;
            continue;
        };
        sleep(Duration::from_millis(chance.random_range(500..2_500))).await;
        detach(&mut strace).await;
        times += 1;
        // PostgreSQL stops when its log can't be synced, and for good when that happens again while it recovers. Whoever met
        // it has a moment to say so.
        sleep(MOMENT).await;
        if let Err(why) = stage.until_ready().await {
            wrong.push(format!("after the disk was well again, an instance did not come back: {why}"));
            break;
        }
    }
    let what = if tampering == Tampering::Fail { "syncs failed" } else { "the disk was slow" };
    Ok(What { told: format!("{what} {times} times"), wrong })
}

/// Attaches to whoever syncs: the instances themselves, or PostgreSQL's processes.
fn attach(stage: &Stage, how: &str) -> Result<Option<Child>, Gone> {
    let pids: Vec<i32> = match stage.store.server() {
        None => stage.instances.iter().filter_map(|instance| instance.pid()).collect(),
        Some(server) => server.pids(),
    };
    if pids.is_empty() {
        return Ok(None);
    }
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync,sync_file_range", "-e", how]);
    for pid in pids {
        command.args(["-p", &pid.to_string()]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command.spawn().map(Some).map_err(|error| Gone::LeftOut(format!("strace can't be started: {error}")))
}

/// Lets go of the processes, which then run as before. An strace that is killed would leave them stopped.
async fn detach(strace: &mut Child) {
    if let Some(pid) = strace.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw) {
        let _ = kill_process(pid, Signal::INT);
    }
    let _ = tokio::time::timeout(Duration::from_secs(10), strace.wait()).await;
}
