//! What the program goes by: flag over environment over file over default.
//!
//! Flags and environment come in through [`crate::args`]; this module reads the file and puts the layers together.

mod file;

pub use file::{FileDisk, FileHttp, FileIdentity, FileLogs, FileSettings, Problem, parse};

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caseledger_aggregates::Authority;
use caseledger_projections::measures::unknown_targets;
use serde::Serialize;

use crate::args::{Common, DiskArgs, ServeArgs};
use crate::exit::Failure;
use crate::telemetry::LogFormat;

/// The file that is read when none is named.
const USUAL_FILE: &str = "caseledger.toml";
/// The store when none is named.
pub const USUAL_STORE: &str = "sqlite:data/caseledger.sqlite";

/// The settings that came out of all layers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// The store's URL, with its password.
    pub store: String,
    /// The file that the password was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_password_file: Option<PathBuf>,
    /// Log lines.
    pub logs: Logs,
    /// Listeners.
    pub http: Http,
    /// Who vouches for whoever asks.
    pub identity: Identity,
    /// The room that a SQLite store should have.
    pub disk: Disk,
    /// The file with the authority's settings; the invented Northshire's, when there is none.
    #[serde(rename = "authority", skip_serializing_if = "Option::is_none")]
    pub authority_file: Option<PathBuf>,
    /// The authority's names, timescales and limits, as read from that file.
    #[serde(skip)]
    pub authority: Authority,
}

/// How log lines are written, and which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the options of the same names, documented in `args`")]
pub struct Logs {
    pub format: LogFormat,
    pub filter: String,
}

/// Where requests are answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the options of the same names, documented in `args`")]
pub struct Http {
    pub listen: SocketAddr,
    pub ops_listen: SocketAddr,
    pub stop_within_seconds: u64,
    pub require_idempotency_key: bool,
}

impl Http {
    /// How long a stop waits for commands that were accepted.
    pub const fn stop_within(&self) -> Duration {
        Duration::from_secs(self.stop_within_seconds)
    }
}

/// Whose tokens are believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the options of the same names, documented in `args`")]
pub struct Identity {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    pub audience: String,
    pub demo_issuer: bool,
}

/// How much room should be left on the disk of a SQLite store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the options of the same names, documented in `args`")]
pub struct Disk {
    pub warn_below_mb: u64,
    pub ill_below_mb: u64,
}

impl Settings {
    /// Puts the layers together, and reads the authority's own file.
    ///
    /// # Errors
    /// [`Failure::Usage`] with the file and line at fault.
    pub fn resolve(common: &Common, serve: &ServeArgs) -> Result<Self, Failure> {
        let (file, folder) = read_file(common.config.as_deref())?;
        let mut settings = Self::layered(file, &folder, common, serve);
        if let Some(path) = &settings.store_password_file {
            settings.store = with_password(&settings.store, read(path)?.trim_end_matches(['\r', '\n']))?;
        }
        if let Some(path) = &settings.authority_file {
            settings.authority = Authority::from_toml(&read(path)?).map_err(|error| {
                let told: Vec<_> =
                    error.problems.iter().map(|problem| format!("{}: {problem}", path.display())).collect();
                Failure::Usage(told.join("\n"))
            })?;
            if let Some(id) = unknown_targets(&settings.authority).next() {
                return Err(Failure::Usage(format!(
                    "{}: targets.{id}: no measure is called '{id}'; 'caseledger report --list' names them.",
                    path.display()
                )));
            }
        }
        Ok(settings)
    }

    fn layered(file: FileSettings, folder: &Path, common: &Common, serve: &ServeArgs) -> Self {
        Self {
            store: common.store.clone().or(file.store).unwrap_or_else(|| USUAL_STORE.to_owned()),
            store_password_file: (common.store_password_file.clone())
                .or_else(|| file.store_password_file.map(|path| folder.join(path))),
            logs: Logs {
                format: common.log_format.or(file.logs.format).unwrap_or_default(),
                filter: common.log.clone().or(file.logs.filter).unwrap_or_else(|| "info".to_owned()),
            },
            http: Http {
                listen: serve.listen.or(file.http.listen).unwrap_or_else(|| loopback(8080)),
                ops_listen: serve.ops_listen.or(file.http.ops_listen).unwrap_or_else(|| loopback(9090)),
                stop_within_seconds: serve.stop_within.or(file.http.stop_within_seconds).unwrap_or(20),
                require_idempotency_key: serve.require_idempotency_key
                    || file.http.require_idempotency_key.unwrap_or(false),
            },
            identity: Identity {
                issuer: serve.issuer.clone().or(file.identity.issuer),
                audience: (serve.audience.clone())
                    .or(file.identity.audience)
                    .unwrap_or_else(|| "caseledger".to_owned()),
                demo_issuer: serve.demo_issuer || file.identity.demo_issuer.unwrap_or(false),
            },
            disk: Disk {
                warn_below_mb: file.disk.warn_below_mb.unwrap_or(1000),
                ill_below_mb: file.disk.ill_below_mb.unwrap_or(100),
            },
            authority_file: common.authority.clone().or_else(|| file.authority.map(|path| folder.join(path))),
            authority: Authority::default(),
        }
    }

    /// The same with the room that the command line or the environment asks for.
    #[must_use]
    pub fn with_disk(mut self, args: &DiskArgs) -> Self {
        self.disk.warn_below_mb = args.disk_warn_below_mb.unwrap_or(self.disk.warn_below_mb);
        self.disk.ill_below_mb = args.disk_ill_below_mb.unwrap_or(self.disk.ill_below_mb);
        self
    }

    /// The store's URL as it may be shown: without its password.
    pub fn store_to_show(&self) -> String {
        without_password(&self.store)
    }

    /// As TOML, without passwords; a file with this text gives the same settings.
    ///
    /// # Errors
    /// [`Failure::Failed`] when a setting has no TOML form.
    pub fn to_toml(&self) -> Result<String, Failure> {
        toml::to_string_pretty(&self.to_show()).map_err(Failure::failed)
    }

    /// The same without passwords.
    pub fn to_show(&self) -> Self {
        Self { store: self.store_to_show(), ..self.clone() }
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// The configuration file, and the folder that paths in it count from.
fn read_file(named: Option<&Path>) -> Result<(FileSettings, PathBuf), Failure> {
    let path = match named {
        Some(path) => path,
        None if Path::new(USUAL_FILE).exists() => Path::new(USUAL_FILE),
        None => return Ok((FileSettings::default(), PathBuf::new())),
    };
    let settings =
        parse(&read(path)?).map_err(|problem| Failure::Usage(format!("{}: {problem}", path.display())))?;
    Ok((settings, path.parent().map(Path::to_owned).unwrap_or_default()))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("{} can't be read: {error}", path.display())))
}

/// A database URL with a password, whether it had one or not.
///
/// # Errors
/// [`Failure::Usage`] for a store that has none, or whose user is not named.
fn with_password(url: &str, password: &str) -> Result<String, Failure> {
    let parts = url.split_once("://").filter(|(scheme, _)| scheme.starts_with("postgres"));
    let user_and_host = parts.and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?)));
    let Some((scheme, (credentials, host))) = user_and_host else {
        return Err(Failure::Usage(
            "A password file goes with a store that names its user: postgres://USER@HOST/DATABASE."
                .to_owned(),
        ));
    };
    let user = credentials.split_once(':').map_or(credentials, |(user, _)| user);
    let escaped: String = password
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect();
    Ok(format!("{scheme}://{user}:{escaped}@{host}"))
}

/// A database URL with its password masked, wherever in the address it stands.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let place = match place.rsplit_once('@') {
        Some((credentials, host)) => match credentials.split_once(':') {
            Some((user, _)) => format!("{user}:***@{host}"),
            None => place.to_owned(),
        },
        None => place.to_owned(),
    };
    let Some(query) = query else { return format!("{scheme}://{place}") };
    let masked = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.contains("password") => format!("{name}=***"),
        _ => pair.to_owned(),
    };
    let query: Vec<_> = query.split('&').map(masked).collect();
    format!("{scheme}://{place}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layered(file: FileSettings, flags: &Common) -> Settings {
        Settings::layered(file, Path::new(""), flags, &ServeArgs::default())
    }

    #[test]
    fn a_flag_counts_before_the_file_and_the_file_before_the_default() {
        let file = parse("store = 'sqlite:a.sqlite'\n[http]\nlisten = '127.0.0.1:1'\n").unwrap();
        let flags = Common { store: Some("sqlite:b.sqlite".to_owned()), ..Common::default() };
        let settings = layered(file, &flags);
        assert_eq!(settings.store, "sqlite:b.sqlite");
        assert_eq!(settings.http.listen.port(), 1);
        assert_eq!(settings.http.ops_listen.port(), 9090);
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same_settings() {
        let layered = |file| layered(file, &Common::default());
        let settings = layered(parse("authority = 'a.toml'\n[logs]\nformat = 'json'\n").unwrap());
        assert_eq!(layered(parse(&settings.to_toml().unwrap()).unwrap()), settings);
    }

    #[test]
    fn the_documented_example_is_the_default() {
        let layered = |file| layered(file, &Common::default());
        let example = layered(parse(include_str!("../../../../deploy/caseledger.toml")).unwrap());
        let authority_file = Some(PathBuf::from("authority.toml"));
        assert_eq!(example, Settings { authority_file, ..layered(FileSettings::default()) });
    }

    #[test]
    fn a_password_from_a_file_goes_into_the_address_whatever_it_is() {
        let store = with_password("postgres://app:old@db:5432/x?sslmode=require", "p@ss/w:rd é").unwrap();
        assert_eq!(store, "postgres://app:p%40ss%2Fw%3Ard%20%C3%A9@db:5432/x?sslmode=require");
        assert_eq!(without_password(&store), "postgres://app:***@db:5432/x?sslmode=require");
        for store in ["sqlite:x.sqlite", "postgres://db/x"] {
            assert!(matches!(with_password(store, "p"), Err(Failure::Usage(_))), "{store}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(without_password("postgres://app:s3:cr@t@db/x"), "postgres://app:***@db/x");
        assert_eq!(without_password("sqlite:data/x.sqlite"), "sqlite:data/x.sqlite");
        assert_eq!(
            without_password("postgres:///x?host=/run/db&user=app&password=s3cr@t&sslmode=require"),
            "postgres:///x?host=/run/db&user=app&password=***&sslmode=require"
        );
        assert_eq!(without_password("postgres://app@db/x?a=1"), "postgres://app@db/x?a=1");
    }
}
