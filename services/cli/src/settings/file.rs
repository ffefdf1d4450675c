//! The configuration file. A key that nobody knows is an error, with its line: a misspelt setting must not go unnoticed.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::telemetry::LogFormat;

/// The file as it stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of `Settings`, documented there")]
pub struct FileSettings {
    pub store: Option<String>,
    pub store_password_file: Option<PathBuf>,
    pub logs: FileLogs,
    pub http: FileHttp,
    pub identity: FileIdentity,
    pub disk: FileDisk,
    pub authority: Option<PathBuf>,
}

/// Its table `[logs]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of `Settings`, documented there")]
pub struct FileLogs {
    pub format: Option<LogFormat>,
    pub filter: Option<String>,
}

/// Its table `[http]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of `Settings`, documented there")]
pub struct FileHttp {
    pub listen: Option<SocketAddr>,
    pub ops_listen: Option<SocketAddr>,
    pub stop_within_seconds: Option<u64>,
    pub require_idempotency_key: Option<bool>,
}

/// Its table `[identity]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of `Settings`, documented there")]
pub struct FileIdentity {
    pub issuer: Option<String>,
    pub audience: Option<String>,
    pub demo_issuer: Option<bool>,
}

/// Its table `[disk]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of `Settings`, documented there")]
pub struct FileDisk {
    pub warn_below_mb: Option<u64>,
    pub ill_below_mb: Option<u64>,
}

/// What is wrong with a file, and on which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; `None` when it is about the file as a whole.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Reads a file's text.
///
/// # Errors
/// The [`Problem`] and its line: bad TOML, an unknown key, a value of the wrong kind.
pub fn parse(text: &str) -> Result<FileSettings, Problem> {
    toml::from_str(text).map_err(|error| Problem {
        line: error.span().map(|span| line_of(text, span.start)),
        message: error.message().to_owned(),
    })
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_told_with_its_line() {
        let problem =
            parse("store = 'sqlite:x'\n\n[http]\nlisten = '127.0.0.1:1'\nlisten_ops = 1\n").unwrap_err();
        assert_eq!(problem.line, Some(5));
        assert!(problem.message.contains("listen_ops"), "{}", problem.message);
    }

    #[test]
    fn a_wrong_value_is_told_with_its_line() {
        let problem = parse("[http]\nlisten = 'nowhere'\n").unwrap_err();
        assert_eq!(problem.line, Some(2));
    }
}
