//! pgbench: one row inserted and committed at a time, into the log's own table.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use crate::wrk::Load;

/// Makes a copy of the log's database ready: a sequence gives what the log's writer gives under its lock.
pub const PREPARE: &str = "
DO $$ BEGIN EXECUTE format('CREATE SEQUENCE pgbench_place START %s', (SELECT position + 1 FROM log_head)); END $$;
";

/// The statement: an event as long as those of the load, in one of 10,000 streams.
fn script(payload: usize, metadata: usize) -> String {
    let text = |length: usize| format!("{{\"t\":\"{}\"}}", "x".repeat(length.saturating_sub(8)));
    format!(
        "\\set stream random(1, 10000)\n\
         INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, \
         position, recorded_at) SELECT 'Case', '01890a5d-ac96-774b-bcce-' || lpad(:stream::text, 12, '0'), \
         place, 'ContactRecorded', '1', '{}', '{}', place, 1500000000000000 FROM nextval('pgbench_place') AS place;\n",
        text(payload),
        text(metadata)
    )
}

/// Inserts for so many seconds over so many connections.
///
/// # Errors
/// When pgbench is not there or fails.
pub fn run(
    socket: &Path,
    database: &str,
    (payload, metadata): (usize, usize),
    connections: usize,
    seconds: u64,
) -> Result<Load, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("insert.sql");
    std::fs::write(&file, script(payload, metadata))?;
    let output = Command::new("pgbench")
        .current_dir(folder.path())
        .args(["-n", "-M", "prepared", "-U", "postgres", "-h"])
        .arg(socket)
        .args(["-c", &connections.to_string(), "-j", &connections.min(2).to_string()])
        .args(["-T", &seconds.to_string(), "--log", "--log-prefix=took", "--sampling-rate=0.2", "-f"])
        .arg(&file)
        .arg(database)
        .output()
        .map_err(|error| format!("pgbench can't be run ({error}): apt-get install postgresql"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let rate =
        said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
    let rate =
        rate.ok_or_else(|| format!("pgbench failed: {said}{}", String::from_utf8_lossy(&output.stderr)))?;
    let mut took = vec![];
    for log in std::fs::read_dir(folder.path())?.flatten() {
        if log.file_name().to_string_lossy().starts_with("took") {
            let text = std::fs::read_to_string(log.path())?;
            took.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok()));
        }
    }
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    Ok(Load {
        requests: (rate * seconds as f64) as u64,
        microseconds: seconds * 1_000_000,
        p50: at(50),
        p99: at(99),
        max: took.last().copied().unwrap_or_default(),
        refused: 0,
        broken: 0,
    })
}
