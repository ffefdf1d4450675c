//! `caseledger`: an event-sourced case lifecycle service for children's early help.

use std::process::ExitCode;

use caseledger::args::{Cli, Common, ConfigTask, ExportTask, ImportTask, ProjectionsTask, ServeArgs, Task};
use caseledger::exit::Failure;
use caseledger::settings::Settings;
use caseledger::{demo, pack, serve, tasks, telemetry};
use clap::CommandFactory;

/// Commands and projections make and drop many small things: under load a third of the service's time went into that.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::read();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("caseledger: {failure}");
            failure.into()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { common, task } = cli;
    let nothing = ServeArgs::default();
    let settings = match &task {
        Task::Openapi => return tasks::print_json(&caseledger_api::openapi()),
        Task::Completions { shell } => {
            // Generated first and said afterwards: the generator panics when its reader has gone.
            let mut script = vec![];
            clap_complete::generate(*shell, &mut Cli::command(), "caseledger", &mut script);
            caseledger::output::line(format_args!("{}", String::from_utf8_lossy(&script).trim_end()));
            return Ok(());
        }
        Task::Serve(args) => Settings::resolve(&common, args)?,
        Task::Demo(args) => Settings::resolve(&common, &args.serve)?,
        Task::Doctor(args) => Settings::resolve(&common, &args.serve)?.with_disk(&args.disk),
        Task::Config(ConfigTask::Print(args)) => {
            Settings::resolve(&common, &args.serve)?.with_disk(&args.disk)
        }
        _ => Settings::resolve(&common, &nothing)?,
    };
    telemetry::start(settings.logs.format, &filter(&settings, &common, &task))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(perform(&settings, common.json, task))
}

/// What a person at a terminal asks for is answered without the service's log lines, unless they ask for those too.
fn filter(settings: &Settings, common: &Common, task: &Task) -> String {
    let quiet = !matches!(task, Task::Serve(_)) && common.log.is_none();
    if quiet { "warn".to_owned() } else { settings.logs.filter.clone() }
}

async fn perform(settings: &Settings, json: bool, task: Task) -> Result<(), Failure> {
    match task {
        Task::Serve(_) => serve::run(settings).await,
        Task::Demo(args) => demo::run(settings, &args).await,
        Task::Command(args) => tasks::command::run(settings, &args, json).await,
        Task::Import(ImportTask::AnnexA { file, dialect }) => {
            tasks::import_annex_a(settings, &file, dialect, json).await
        }
        Task::Replay(args) => tasks::replay::run(settings, &args, json).await,
        Task::Report(args) => tasks::report::run(settings, &args, json).await,
        Task::Export(ExportTask::AnnexA(args)) => tasks::export::annex_a(settings, &args, json).await,
        Task::Export(ExportTask::SsdEarlyHelp(args)) => tasks::export::episodes(settings, &args, json).await,
        Task::Pack(args) => pack::run(settings, &args, json).await,
        Task::Projections(ProjectionsTask::Status) => tasks::projections::status(settings, json).await,
        Task::Projections(ProjectionsTask::Discard) => tasks::projections::discard(settings, json).await,
        Task::Projections(ProjectionsTask::Rebuild { names }) => {
            tasks::projections::rebuild(settings, &names, json).await
        }
        Task::Migrate => tasks::migrate(settings, json).await,
        Task::Doctor(_) => tasks::doctor::run(settings, json).await,
        Task::Config(ConfigTask::Print(_)) => tasks::print_config(settings, json),
        Task::Health(args) => tasks::health::run(settings, &args, json).await,
        Task::Backup(args) => tasks::backup::backup(settings, &args, json).await,
        Task::Restore(args) => tasks::backup::restore(settings, &args, json).await,
        // Answered before there were settings.
        Task::Openapi | Task::Completions { .. } => Ok(()),
    }
}
