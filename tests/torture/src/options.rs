//! What is asked of the harness.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Nothing lost, nothing twice: torments a running caseledger and looks at what is left.
#[derive(Clone, Debug, Parser)]
#[command(name = "torture")]
pub struct Options {
    /// How long, as 90s, 30m or 2h: rounds are played one after the other until it is used up
    #[arg(long, default_value = "10m", value_parser = duration)]
    pub duration: Duration,
    /// What chance begins with. The same seed plays the same rounds; what the machine does in between is its own
    #[arg(long)]
    pub seed: Option<u64>,
    /// Only rounds whose name contains this: `sqlite`, `kill`, `postgres points`
    #[arg(long, default_value = "")]
    pub only: String,
    /// The service's binary, built with its fail points. The one beside this program, when left out
    #[arg(long, value_name = "FILE")]
    pub service: Option<PathBuf>,
    /// One short round of each kind, instead of rounds until the time is used up
    #[arg(long)]
    pub short: bool,
    /// Name the rounds, and end
    #[arg(long)]
    pub list: bool,
}

/// `90s`, `30m`, `2h`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, seconds) = match text.trim() {
        text if text.ends_with('h') => (text.trim_end_matches('h'), 3_600),
        text if text.ends_with('m') => (text.trim_end_matches('m'), 60),
        text => (text.trim_end_matches('s'), 1),
    };
    let number: u64 = number.parse().map_err(|_| format!("'{text}' is no duration: say 90s, 30m or 2h"))?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(|| format!("'{text}' is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_units() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("30m"), Ok(Duration::from_secs(1_800)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7_200)));
        assert_eq!(duration("45"), Ok(Duration::from_secs(45)));
        assert!(duration("soon").is_err());
    }
}
