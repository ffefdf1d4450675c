//! A bulk import beside people at work: how much of their speed it leaves them.

use std::error::Error;
use std::process::{Command, Stdio};

use caseledger_commands::Role;

use super::bulk;
use crate::contest::{self, Ground};
use crate::wrk::{self, Load};

/// Connections of people at work: far from all that the service can do.
const PEOPLE: usize = 8;

/// What came of it.
pub struct Share {
    /// People at work alone.
    pub alone: Load,
    /// The same while an import runs.
    pub beside: Load,
    /// Commands of the import that were accepted meanwhile, per second.
    pub imported: f64,
}

/// Lets people work alone and then beside an import, on a copy of the PostgreSQL store.
///
/// # Errors
/// When the service does not start, or the import ends before the people do.
pub async fn measure(ground: &Ground<'_>, round: usize) -> Result<Share, Box<dyn Error>> {
    let stores = ground.stores;
    let copy = stores.copy(ground.postgres, "share")?;
    let server = contest::serve(&copy.store, ground.issuer, &stores.file("share.log")).await?;
    let run = |prefix: &str, seconds| {
        wrk::run(server.address, &ground.pool, &format!("{prefix}{round}"), PEOPLE, seconds)
    };
    run("warm", ground.warm_up)?;
    let alone = run("alone", ground.seconds)?;
    let (file, answers) = (stores.file("share.ndjson"), stores.file("share.answers"));
    // More than can be taken in the time.
    let (people, _) = bulk::lines(usize::try_from(ground.seconds + 2)? * 60_000);
    std::fs::write(&file, people)?;
    let token = ground.issuer.token("bulk", Role::Service, None, None, None);
    let mut import = Command::new("curl")
        .args(["--silent", "--no-buffer", "--header", "Content-Type: application/x-ndjson"])
        .args(["--header", "Expect:", "--header", &format!("Authorization: Bearer {token}"), "--upload-file"])
        .arg(&file)
        .args(["--request", "POST", "--output"])
        .arg(&answers)
        .arg(format!("http://{}/v1/commands", server.address))
        .stdout(Stdio::null())
        .spawn()?;
    run("begun", 1)?;
    let accepted =
        || std::fs::read(&answers).map_or(0, |text| text.iter().filter(|byte| **byte == b'\n').count());
    let before = accepted();
    let beside = run("beside", ground.seconds);
    let (after, ended) = (accepted(), import.try_wait()?);
    let _gone = import.kill();
    let _gone = import.wait();
    if ended.is_some() {
        return Err("the import ended before the people did".into());
    }
    let imported = after.saturating_sub(before) as f64 / ground.seconds as f64;
    Ok(Share { alone, beside: beside?, imported })
}
