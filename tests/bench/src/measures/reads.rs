//! Reads: the view of a case by its id, beside the ceiling; and a long case that nobody has opened yet.

use std::error::Error;
use std::process::Command;
use std::time::Instant;

use caseledger_commands::Role;

use crate::contest;
use crate::issuer::Issuer;
use crate::load::{self, Mix, Worked};
use crate::server::{Server, free_address, programs};
use crate::stores::{Built, Stores};
use crate::wrk::{self, Load};

/// What a round of reads came to.
pub struct Reads {
    /// The views of cases.
    pub views: Load,
    /// The ceiling: the same bytes, ready.
    pub ceiling: Load,
    /// How long each long case took to open for the first time, in milliseconds.
    pub cold: Vec<f64>,
}

/// Measures reads on a store.
///
/// # Errors
/// When a service does not start, or refuses a read.
pub async fn measure(
    stores: &Stores,
    built: &Built,
    issuer: &Issuer,
    worked: &[Worked],
    seconds: u64,
) -> Result<Reads, Box<dyn Error>> {
    let copy = stores.copy(built, "reads")?;
    let server = contest::serve(&copy.store, issuer, &stores.file("reads.log")).await?;
    let inspector = issuer.token("inspector", Role::Inspector, None, None, None);
    let client = reqwest::Client::new();
    let get = async |case: &str| -> Result<(f64, String), Box<dyn Error>> {
        let address = format!("http://{}/v1/cases/{case}", server.address);
        let started = Instant::now();
        let answer = client.get(address).bearer_auth(&inspector).send().await?.error_for_status()?;
        let body = answer.text().await?;
        Ok((started.elapsed().as_secs_f64() * 1e3, body))
    };
    let mut view = String::new();
    for case in worked.iter().take(20) {
        (_, view) = get(&case.id.to_string()).await?; // the connection, the token and the statements are warm
    }
    let mut cold = vec![];
    for case in &built.long {
        cold.push(get(case).await?.0);
    }
    let file = stores.file("reads.pool");
    let mut mix = Mix::new(worked, issuer, 2)?;
    let reads =
        worked.iter().take(load::SPREAD).map(|case| (format!("/v1/cases/{}", case.id), mix.token(case)));
    load::write_reads(&file, reads)?;
    wrk::run(server.address, &file, "warm", 64, seconds.min(2))?;
    let views = wrk::run(server.address, &file, "reads", 64, seconds)?;
    if views.refused > 0 {
        return Err(format!("{} of {} reads were refused", views.refused, views.requests).into());
    }
    drop(server);
    let body = stores.file("view.json");
    std::fs::write(&body, view)?;
    let address = free_address()?;
    let mut command = Command::new(programs()?.join("caseledger-bench"));
    command.args(["bare", "--listen", &address.to_string(), "--view"]).arg(&body);
    let server = Server::start(command, address, &stores.file("ceiling.log"))?;
    let ceiling = wrk::run(server.address, &file, "reads", 64, seconds)?;
    Ok(Reads { views, ceiling, cold })
}
