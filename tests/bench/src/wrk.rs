//! The load generator: wrk, with a script that gives every request an idempotency key of its own.

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// What wrk runs.
const SCRIPT: &str = include_str!("wrk.lua");

/// What a run of wrk measured.
#[derive(Clone, Debug, Deserialize)]
pub struct Load {
    /// Answers.
    pub requests: u64,
    /// How long it took.
    pub microseconds: u64,
    /// The median latency, in microseconds.
    pub p50: f64,
    /// The latency that 99 of 100 requests stay below, in microseconds.
    pub p99: f64,
    /// The longest, in microseconds.
    pub max: f64,
    /// Answers with another status than 2xx and 3xx.
    pub refused: u64,
    /// Requests without an answer.
    pub broken: u64,
}

impl Load {
    /// Accepted requests per second.
    pub fn per_second(&self) -> f64 {
        let accepted = self.requests.saturating_sub(self.refused);
        accepted as f64 * 1e6 / self.microseconds.max(1) as f64
    }
}

/// Sends the pool's requests for so many seconds over so many connections.
///
/// # Errors
/// When wrk is not there, or says something else than expected.
pub fn run(
    address: SocketAddr,
    pool: &Path,
    prefix: &str,
    connections: usize,
    seconds: u64,
) -> Result<Load, Box<dyn Error>> {
    let script = pool.with_extension("lua");
    std::fs::write(&script, SCRIPT)?;
    let output = Command::new("wrk")
        .args(["--threads", &connections.min(2).to_string(), "--connections", &connections.to_string()])
        .args(["--duration", &format!("{seconds}s"), "--timeout", "10s", "--script"])
        .arg(script)
        .arg(format!("http://{address}"))
        .arg("--")
        .arg(pool)
        .arg(prefix)
        .output()
        .map_err(|error| format!("wrk can't be run ({error}): apt-get install wrk"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find(|line| line.starts_with('{'));
    let line =
        line.ok_or_else(|| format!("wrk failed: {said}{}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(serde_json::from_str(line)?)
}
