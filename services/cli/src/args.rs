//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use caseledger_commands::{AgencyId, TeamId};
use caseledger_projections::measures::Interval;
use clap::builder::BoolishValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::exit;
use crate::telemetry::LogFormat;

/// An event-sourced case lifecycle service for children's early help.
///
/// A setting is taken from the command line, else from the environment (CASELEDGER_…), else from the configuration file,
/// else from the default. `caseledger config print` shows what came out.
#[derive(Clone, Debug, Parser)]
#[command(name = "caseledger", version, after_help = exit::HELP)]
pub struct Cli {
    /// What the whole program goes by.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

impl Cli {
    /// Reads the program's own command line and environment; ends the program when they can't be.
    pub fn read() -> Self {
        Self::of(Self::command().get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// What was matched. Clap's own conflicts don't tell flags from the environment, where an address of either kind is
    /// mostly set for other commands.
    fn of(matches: ArgMatches) -> Result<Self, clap::Error> {
        let mut cli = Self::from_arg_matches(&matches)?;
        let (Task::Command(args), Some((_, given))) = (&mut cli.task, matches.subcommand()) else {
            return Ok(cli);
        };
        let said = |name: &str| given.value_source(name) == Some(ValueSource::CommandLine);
        for (one, other) in [("url", "store"), ("token", "persona")] {
            if said(one) && said(other) {
                let flag = if other == "persona" { "as" } else { other };
                let told = format!("'--{one}' can't be used together with '--{flag}'");
                return Err(Self::command().error(ErrorKind::ArgumentConflict, told));
            }
        }
        if said("store") {
            args.url = None;
        }
        if said("persona") {
            args.token = None;
        }
        let whose = if said("persona") { "--as" } else { "--token" };
        if args.url.is_none() && (said("persona") || said("token")) {
            let told = format!("'{whose}' goes with '--url': a store asks nobody for a token");
            return Err(Self::command().error(ErrorKind::MissingRequiredArgument, told));
        }
        Ok(cli)
    }
}

/// Options of every subcommand.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// The configuration file (TOML). Without it, ./caseledger.toml is read where there is one
    #[arg(long, global = true, env = "CASELEDGER_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The file with the authority's settings: names, timescales, teams. Without it, the invented Northshire's
    #[arg(long, global = true, env = "CASELEDGER_AUTHORITY", value_name = "FILE")]
    pub authority: Option<PathBuf>,
    /// The store: sqlite:PATH or postgres://…
    #[arg(long, global = true, env = "CASELEDGER_STORE", value_name = "URL", hide_env_values = true)]
    pub store: Option<String>,
    /// The file with the password of a PostgreSQL store, so that it stands in no address
    #[arg(long, global = true, env = "CASELEDGER_STORE_PASSWORD_FILE", value_name = "FILE")]
    pub store_password_file: Option<PathBuf>,
    /// How log lines are written, to stderr
    #[arg(long, global = true, env = "CASELEDGER_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Which log lines are written, such as `info` or `warn,caseledger_log=debug`
    #[arg(long, global = true, env = "CASELEDGER_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Answer in JSON on stdout, where there is output
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Serve commands and queries over HTTP
    Serve(ServeArgs),
    /// Fill a store with a demonstration authority's year 2017, and serve it
    Demo(DemoArgs),
    /// Post one command, over HTTP or straight into a store
    Command(CommandArgs),
    /// Bring in an existing caseload
    #[command(subcommand)]
    Import(ImportTask),
    /// Fold a case's events: as it stood at a time, as was known at a time
    Replay(ReplayArgs),
    /// Answer a measure from the events
    Report(ReportArgs),
    /// Write what others accept: lists of children for inspectors, a dataset's episodes
    #[command(subcommand)]
    Export(ExportTask),
    /// Make a folder to read without the service: every measure with its chart, what was said of it and how it is defined,
    /// what audits found, the lists of children, and what the record lacks
    ///
    /// The same question over the same record gives the same files, byte for byte. The folder appears as a whole or not at
    /// all. Ends with 2 when it is there already, and with 5 when so much is written that there is no moment to make it of.
    Pack(PackArgs),
    /// Look after the projections
    #[command(subcommand)]
    Projections(ProjectionsTask),
    /// Make the store's tables what this version needs, and end
    Migrate,
    /// Check database, migrations, clock, identity provider, disk and projections: a line each
    Doctor(ProcessArgs),
    /// Ask a running service whether it is ready, and end with 0 if it is: for the health check of a container
    Health(HealthArgs),
    /// Copy the log of a SQLite store while the service writes to it; read models follow from it
    Backup(BackupArgs),
    /// Make a new SQLite store of a backup: all of it, or up to a point in time
    Restore(RestoreArgs),
    /// Print the OpenAPI document
    Openapi,
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigTask),
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// Where and for whom to serve.
#[derive(Clone, Debug, Default, Args)]
pub struct ServeArgs {
    /// Where commands and queries are answered [default: 127.0.0.1:8080]
    #[arg(long, env = "CASELEDGER_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Where /livez, /readyz and /metrics are answered [default: 127.0.0.1:9090]
    #[arg(long, env = "CASELEDGER_OPS_LISTEN", value_name = "ADDRESS")]
    pub ops_listen: Option<SocketAddr>,
    /// The identity provider's issuer, as tokens name it
    #[arg(long, env = "CASELEDGER_ISSUER", value_name = "URL")]
    pub issuer: Option<String>,
    /// The audience that tokens must be for [default: caseledger]
    #[arg(long, env = "CASELEDGER_AUDIENCE", value_name = "NAME")]
    pub audience: Option<String>,
    /// Give tokens to anyone who asks, as a demonstration persona. Only on a loopback address
    #[arg(long, env = "CASELEDGER_DEMO_ISSUER", value_parser = BoolishValueParser::new())]
    pub demo_issuer: bool,
    /// How long a stop waits for commands that were accepted [default: 20]
    #[arg(long, env = "CASELEDGER_STOP_WITHIN", value_name = "SECONDS")]
    pub stop_within: Option<u64>,
    /// Refuse a command that comes without an Idempotency-Key
    #[arg(long, env = "CASELEDGER_REQUIRE_IDEMPOTENCY_KEY", value_parser = BoolishValueParser::new())]
    pub require_idempotency_key: bool,
}

/// Everything that a process goes by beside the common options, for those who look at it without serving.
#[derive(Clone, Debug, Default, Args)]
pub struct ProcessArgs {
    /// Where and for whom it would serve.
    #[command(flatten)]
    pub serve: ServeArgs,
    /// How much room the doctor wants.
    #[command(flatten)]
    pub disk: DiskArgs,
}

/// How much room a SQLite store should have left on its disk.
#[derive(Clone, Debug, Default, Args)]
pub struct DiskArgs {
    /// Warn when less than this is left on the disk of a SQLite store, in MB [default: 1000]
    #[arg(long, env = "CASELEDGER_DISK_WARN_BELOW_MB", value_name = "MB")]
    pub disk_warn_below_mb: Option<u64>,
    /// Find the disk ill when less than this is left, in MB [default: 100]
    #[arg(long, env = "CASELEDGER_DISK_ILL_BELOW_MB", value_name = "MB")]
    pub disk_ill_below_mb: Option<u64>,
}

/// Which authority to invent.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Fill the store and end
    #[arg(long)]
    pub no_serve: bool,
    /// Another seed invents another authority: other families, other words, the same figures
    #[arg(long, default_value_t = 2017, value_name = "NUMBER")]
    pub seed: u64,
    /// How many times the letter's caseload
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub scale: u32,
    /// Where to serve it.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// Which command to post, and where.
#[derive(Clone, Debug, Args)]
pub struct CommandArgs {
    /// The command's name: receive-referral
    #[arg(required_unless_present = "list")]
    pub name: Option<String>,
    /// The id of what it is for. A command that opens something may leave it out
    #[arg(long, value_name = "UUID")]
    pub id: Option<Uuid>,
    /// The message: a file with a JSON object, or - for stdin
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub message: String,
    /// List the commands, and end
    #[arg(long)]
    pub list: bool,
    /// Print an example of the message, and end
    #[arg(long)]
    pub example: bool,
    /// Post over HTTP to the service there
    #[arg(long, env = "CASELEDGER_URL", value_name = "URL")]
    pub url: Option<String>,
    /// The bearer token to post with
    #[arg(long, env = "CASELEDGER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// The demonstration persona to post as; asks the service's demonstration issuer for a token
    #[arg(long = "as", value_name = "PERSONA")]
    pub persona: Option<String>,
    /// The key under which a repeat of this request gives the first answer again
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
    /// The version that the stream must be at
    #[arg(long, value_name = "VERSION")]
    pub expected_version: Option<u64>,
}

/// What to bring in.
#[derive(Clone, Debug, Subcommand)]
pub enum ImportTask {
    /// The child-level lists that inspectors ask for: lists 1 to 3 of an Annex A workbook
    ///
    /// Every row is either imported or listed with its sheet, row, column and reason. Importing the same rows again
    /// changes nothing. Ends with 7 when rows were rejected.
    AnnexA {
        /// The workbook (xlsx)
        file: PathBuf,
        /// How the lists write their codes; the sheets themselves tell when it is auto
        #[arg(long, value_enum, default_value_t = Dialect::Auto)]
        dialect: Dialect,
    },
}

/// How an Annex A workbook letters its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// Whichever the sheets use
    Auto,
    /// `s) NOBT`, no source 5D
    Older,
    /// `t) NOBT`, `p1) 5D: LA services`
    Newer,
}

/// Which case to fold, and how far.
#[derive(Clone, Debug, Args)]
pub struct ReplayArgs {
    /// The case: its id, or its short reference (7K3-Q9M-4X6C)
    pub case: String,
    /// As it stood then: only what had happened (occurred_at)
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// As was known then: only what had been recorded (recorded_at)
    #[arg(long, value_name = "TIME")]
    pub known_at: Option<String>,
}

/// Which measure, and of when.
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// The measure: open-cases, partner-led, …
    #[arg(required_unless_present = "list")]
    pub measure: Option<String>,
    /// The day that is asked for, at its end, or the last day of the period; today, if left out
    #[arg(long, value_name = "DATE")]
    pub at: Option<Date>,
    /// The first day of the period; a year before the last, if left out
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// Only cases whose team works in that locality
    #[arg(long, value_name = "NAME")]
    pub locality: Option<String>,
    /// Only cases of that team
    #[arg(long, value_name = "ID")]
    pub team: Option<TeamId>,
    /// Only cases that this agency leads
    #[arg(long, value_name = "ID")]
    pub lead_agency: Option<AgencyId>,
    /// Only cases that came from that source: the census's code, such as 2A
    #[arg(long, value_name = "CODE")]
    pub source: Option<String>,
    /// Only cases at that level of need
    #[arg(long, value_name = "NUMBER")]
    pub level: Option<u8>,
    /// Break it down by these, with commas between; by everything, if left out
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',')]
    pub by: Option<Vec<String>>,
    /// The figure of every week, month or quarter of the period as well
    #[arg(long, value_name = "INTERVAL", value_parser = interval)]
    pub every: Option<Interval>,
    /// How to answer; as the file's name ends, or else for a terminal, if left out
    #[arg(long, value_enum)]
    pub format: Option<FigureFormat>,
    /// The file to write, instead of stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// List the measures, and end
    #[arg(long)]
    pub list: bool,
}

fn interval(text: &str) -> Result<Interval, &'static str> {
    text.parse().map_err(|()| "week, month or quarter")
}

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FigureFormat {
    /// For a terminal
    Text,
    /// One object
    Json,
    /// A heading line, a line for the whole, and one for each part and each point of the series
    Csv,
    /// The same lines as a workbook
    Xlsx,
}

/// How a check is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For a terminal
    Text,
    /// One object
    Json,
    /// A heading line and one line a row
    Csv,
}

/// What to write for others. The files hold personal data: they are readable by their owner alone.
#[derive(Clone, Debug, Subcommand)]
pub enum ExportTask {
    /// The child-level lists that inspectors ask for (Annex A), as a workbook
    ///
    /// Contacts, early help and referrals of the six months that end with the day, as things stood when it ended. A trace
    /// beside the workbook leads from each row to its case and events.
    AnnexA(AnnexAArgs),
    /// The early help episodes of the Standard Safeguarding Dataset, as CSV
    SsdEarlyHelp(EpisodesArgs),
}

/// Which workbook, and where to.
#[derive(Clone, Debug, Args)]
pub struct AnnexAArgs {
    /// The day that is asked for, at its end; today, if left out
    #[arg(long, value_name = "DATE")]
    pub at: Option<Date>,
    /// How codes are lettered
    #[arg(long, value_enum, default_value_t = ExportDialect::Newer)]
    pub dialect: ExportDialect,
    /// The workbook to write
    #[arg(long, value_name = "FILE.xlsx", required_unless_present = "check")]
    pub out: Option<PathBuf>,
    /// The trace to write; beside the workbook, if left out
    #[arg(long, value_name = "FILE.csv", requires = "out")]
    pub trace: Option<PathBuf>,
    /// Tell what would be refused or is missing, row by row. Ends with 7 when something would be refused
    #[arg(long)]
    pub check: bool,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, requires = "check")]
    pub format: ReportFormat,
}

/// How an exported workbook letters its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportDialect {
    /// `s) NOBT`, no source 5D
    Older,
    /// `t) NOBT`, `p1) 5D: LA services`
    Newer,
}

/// Which episodes, and where to.
#[derive(Clone, Debug, Args)]
pub struct EpisodesArgs {
    /// The first day of the period; the earliest that is known, if left out
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// The last day, at its end; today, if left out
    #[arg(long, value_name = "DATE")]
    pub to: Option<Date>,
    /// The file to write
    #[arg(long, value_name = "FILE.csv")]
    pub out: PathBuf,
    /// The trace to write; beside the file, if left out
    #[arg(long, value_name = "FILE.csv")]
    pub trace: Option<PathBuf>,
}

/// Which days the pack tells of, for whom it is, and where to.
#[derive(Clone, Debug, Args)]
pub struct PackArgs {
    /// The first day
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    /// The last day, at whose end things stood so
    #[arg(long, value_name = "DATE")]
    pub to: Date,
    /// The folder to make. It is readable by its owner alone
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// For whom: a board's has no children, no single cases and no small numbers
    #[arg(long = "for", value_enum, default_value_t = PackAudience::Inspectors)]
    pub audience: PackAudience,
    /// Make DIR.zip as well
    #[arg(long)]
    pub zip: bool,
    /// Put it in the place of an earlier pack; anything else is never overwritten
    #[arg(long)]
    pub force: bool,
    /// How codes are lettered in the lists of children
    #[arg(long, value_enum, default_value_t = ExportDialect::Newer)]
    pub dialect: ExportDialect,
}

/// For whom a pack is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PackAudience {
    /// Inspectors, who may see cases and children
    Inspectors,
    /// A board of partners, who must not be able to recognise anybody
    Board,
}

/// What to do with the projections.
#[derive(Clone, Debug, Subcommand)]
pub enum ProjectionsTask {
    /// Where each stands, in events and seconds behind the log
    Status,
    /// Fold the log anew: some projections, or all
    Rebuild {
        /// Which; all, if left out
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Remove the tables of earlier versions, once no instance of those runs any more
    Discard,
}

/// Whom to ask.
#[derive(Clone, Debug, Args)]
pub struct HealthArgs {
    /// Where the service answers /livez and /readyz [default: as `serve`]
    #[arg(long, env = "CASELEDGER_OPS_LISTEN", value_name = "ADDRESS")]
    pub ops_listen: Option<SocketAddr>,
    /// Ask only whether it is alive
    #[arg(long)]
    pub live: bool,
}

/// Where to copy to.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// The file to be made; one that is there is never overwritten
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// What to make a store of; `--store` says where.
#[derive(Clone, Debug, Args)]
pub struct RestoreArgs {
    /// The backup
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// Leave out what was recorded after that moment, such as 2018-01-24T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = crate::tasks::backup::moment)]
    pub until: Option<Timestamp>,
    /// Leave out what stands after that position. What was committed together stays together
    #[arg(long, value_name = "POSITION", conflicts_with = "until")]
    pub until_position: Option<u64>,
}

/// What to look at.
#[derive(Clone, Debug, Subcommand)]
pub enum ConfigTask {
    /// Print the settings that came out of flags, environment, file and defaults. Passwords are masked
    Print(Box<ProcessArgs>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    fn command(args: &[&str]) -> Result<CommandArgs, clap::Error> {
        let matches =
            Cli::command().try_get_matches_from([&["caseledger", "command", "x"], args].concat())?;
        match Cli::of(matches)?.task {
            Task::Command(args) => Ok(args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_of_each_kind_is_one_too_many() {
        assert_eq!(command(&["--url", "http://h"]).unwrap().url.as_deref(), Some("http://h"));
        assert!(command(&["--store", "sqlite:x"]).unwrap().url.is_none());
        for wrong in [
            &["--url", "http://h", "--store", "sqlite:x"][..],
            &["--url", "http://h", "--as", "inspector", "--token", "t"],
            &["--as", "inspector"],
            &["--store", "sqlite:x", "--token", "t"],
        ] {
            assert!(command(wrong).is_err(), "{wrong:?}");
        }
    }
}
