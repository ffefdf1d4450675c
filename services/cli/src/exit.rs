//! How the program ends: one number for each way that a script may want to tell apart.

use std::process::ExitCode;

/// Why the program did not do what it was asked. The message is for a person, and holds nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Something went wrong that is none of the others.
    #[error("{0}")]
    Failed(String),
    /// The command line, the environment or the configuration file says something that can't be.
    #[error("{0}")]
    Usage(String),
    /// A rule refused the command.
    #[error("{0}")]
    Refused(String),
    /// What was asked for is not there, or may not be known to be there.
    #[error("{0}")]
    NotFound(String),
    /// The store, or the service that was asked, can't be reached.
    #[error("{0}")]
    Unavailable(String),
    /// Whoever asks may not.
    #[error("{0}")]
    NotPermitted(String),
    /// It was done, and some of it was left out and listed: an import with rejected rows, a doctor with findings, an export
    /// of which cells would be refused.
    #[error("{0}")]
    Incomplete(String),
}

/// The table of exit codes, as `--help` prints it.
pub const HELP: &str = "\
Exit codes:
  0  done
  1  failed
  2  the command line or the configuration is wrong
  3  refused by a rule
  4  not found
  5  the store or the service can't be reached
  6  not permitted
  7  done in part: rows were rejected, cells would be refused, or the doctor found something";

impl Failure {
    /// Its exit code.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Refused(_) => 3,
            Self::NotFound(_) => 4,
            Self::Unavailable(_) => 5,
            Self::NotPermitted(_) => 6,
            Self::Incomplete(_) => 7,
        }
    }

    /// Anything that is none of the other kinds.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }

    /// The store can't be reached.
    pub fn unavailable(error: impl std::fmt::Display) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<Failure> for ExitCode {
    fn from(failure: Failure) -> Self {
        Self::from(failure.code())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_in_the_help() {
        let failures = [
            Failure::Failed(String::new()),
            Failure::Usage(String::new()),
            Failure::Refused(String::new()),
            Failure::NotFound(String::new()),
            Failure::Unavailable(String::new()),
            Failure::NotPermitted(String::new()),
            Failure::Incomplete(String::new()),
        ];
        for failure in failures {
            assert!(HELP.contains(&format!("\n  {}  ", failure.code())), "{failure:?} is missing");
        }
    }
}
