//! Structured logs, on stderr. What may be in them: names of commands, events, rules, positions, ids, durations. What may
//! never be: anything personal, tokens, passwords, message bodies.

use std::io::IsTerminal;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use crate::exit::Failure;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One readable line each.
    #[default]
    Text,
    /// One JSON object each.
    Json,
}

/// Starts logging for the life of the program.
///
/// # Errors
/// [`Failure::Usage`] when the filter can't be read.
pub fn start(format: LogFormat, filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::from_str(filter)
        .map_err(|error| Failure::Usage(format!("The log filter '{filter}' can't be read: {error}")))?;
    // Colours are for a terminal; in a file or a collector they are noise between the words.
    let colours = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let subscriber = subscriber.with_ansi(colours);
    // Only a second start in one process fails here, and then the first one's logging goes on.
    let _ = match format {
        LogFormat::Text => subscriber.with_target(false).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    Ok(())
}
