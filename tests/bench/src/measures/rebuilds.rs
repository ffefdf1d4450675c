//! Rebuilds: each projection from the log's first event, and all of them together.

use std::error::Error;
use std::process::Command;
use std::time::Instant;

use crate::server::programs;
use crate::stores::{Built, Stores};

/// Rebuilds projections of a copy of a store with the service's own command; answers events per second, for each and,
/// under `all`, for all together.
///
/// # Errors
/// When a rebuild fails.
pub fn measure(stores: &Stores, built: &Built) -> Result<Vec<(String, f64)>, Box<dyn Error>> {
    let copy = stores.copy(built, "rebuild")?;
    let names = caseledger_projections::ALL.iter().map(|spec| Some(spec.name)).chain([None]);
    let mut rates = vec![];
    for name in names {
        let mut command = Command::new(programs()?.join("caseledger"));
        command.args(["projections", "rebuild", "--store", &copy.store]).args(name);
        let started = Instant::now();
        let output = command.output()?;
        let took = started.elapsed().as_secs_f64();
        if !output.status.success() {
            return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        rates.push((name.unwrap_or("all").to_owned(), built.events as f64 / took));
    }
    Ok(rates)
}
