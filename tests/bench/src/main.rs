//! `caseledger-bench`: what a caseledger does in a second, beside others, on one machine and in one run.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use caseledger::clock::MachineClock;
use caseledger_bench::contenders::{bare, stock};
use caseledger_bench::fill::{self, Size};
use caseledger_bench::profile::{self, Profiled};
use caseledger_bench::run::{self, Form, Part};
use caseledger_log::Clock;
use clap::{Args, Parser, Subcommand};

/// The contenders are given what the service has.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What a caseledger does in a second, beside others, on one machine and in one run.
#[derive(Debug, Parser)]
#[command(name = "caseledger-bench")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measure everybody, and write target/bench/summary.json
    Run {
        /// Two short rounds and no large authority: three to four minutes
        #[arg(long)]
        quick: bool,
        /// Only these parts; the others' latest outcomes stay in the summary
        #[arg(long, value_name = "PART")]
        only: Vec<Part>,
        /// Cases of the large authority, where the disk has no room for a million
        #[arg(long, value_name = "CASES")]
        large: Option<u64>,
        /// A large authority that is in a store of PostgreSQL already, with its read models: the reports and the large
        /// part are measured on it. It is worked on, and stays
        #[arg(long, value_name = "URL", conflicts_with = "large")]
        on: Option<String>,
        /// Where the summary goes
        #[arg(long, default_value = "target/bench", value_name = "FOLDER")]
        into: PathBuf,
    },
    /// Let the service alone answer for rounds, and tell what a command costs of the processor
    Profile(Profiled),
    /// Fill an empty store with a large authority, through the log's own append
    Fill(FillArgs),
    /// A contender: HTTP and JSON with nothing behind it
    #[command(hide = true)]
    Bare {
        #[arg(long)]
        listen: SocketAddr,
        /// What a GET is answered
        #[arg(long)]
        view: Option<PathBuf>,
    },
    /// A contender: stock cqrs-es and postgres-es
    #[command(hide = true)]
    Stock {
        #[arg(long)]
        listen: SocketAddr,
        #[arg(long)]
        store: String,
        #[arg(long)]
        view: bool,
    },
}

#[derive(Debug, Args)]
struct FillArgs {
    /// The store: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    store: String,
    /// Cases, at least; a case has about 20 events with those of its family
    #[arg(long, default_value_t = 10_000)]
    cases: u64,
    /// The seed of the year that is copied
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    match perform(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("caseledger-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn perform(task: Task) -> Result<(), Box<dyn Error>> {
    match task {
        Task::Run { quick, only, large, on, into } => {
            let form = if quick { Form::QUICK } else { Form::FULL };
            let form = Form { large: large.or(form.large), ..form };
            let met = run::run(form, &only, on.as_deref(), &into).await?;
            println!("{}", if met { "All goals are met." } else { "Not all goals are met." });
            Ok(())
        }
        Task::Profile(of) => profile::profile(&of).await,
        Task::Bare { listen, view } => {
            let view = view.map(std::fs::read).transpose()?.unwrap_or_default();
            bare::serve(listen, view.into()).await
        }
        Task::Stock { listen, store, view } => stock::serve(listen, &store, view).await,
        Task::Fill(args) => {
            let size = Size { cases: args.cases, seed: args.seed, permille: 1000, until: MachineClock.now() };
            let filled = fill::fill(&args.store, size, |events| eprintln!("{events} events")).await?;
            let seconds = filled.took.as_secs_f64();
            let rate = filled.events as f64 / seconds;
            println!(
                "{} cases, {} events in {seconds:.1} s: {rate:.0} events/s",
                filled.cases, filled.events
            );
            println!("Read models follow with: caseledger projections rebuild --store …");
            Ok(())
        }
    }
}
