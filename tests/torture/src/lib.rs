//! Nothing lost, nothing twice.
//!
//! Many clients post commands to a running service, each command under one idempotency key and again until it is answered,
//! while the service, its database, its disk and its network fail. Then the log is read, and what was acknowledged is
//! looked for in it. The service is the real one, with the real stores; only its fail points are compiled in besides.

pub mod book;
pub mod check;
pub mod client;
pub mod fault;
pub mod instance;
pub mod options;
pub mod reader;
pub mod round;
pub mod store;
pub mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use options::Options;
use round::{KINDS, Kind, Outcome};

/// The service's binary, built with its fail points.
const SERVICE: &str = "caseledger-with-faults";

/// Plays the rounds that are asked for, and says how they came out.
pub fn main(options: &Options) -> ExitCode {
    let kinds: Vec<&Kind> = KINDS.iter().filter(|kind| kind.name().contains(&options.only)).collect();
    if options.list {
        for kind in &kinds {
            println!("{:32} {}", kind.name(), kind.about);
        }
        return ExitCode::SUCCESS;
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    let Some(service) = options.service.clone().or_else(beside).filter(|file| file.exists()) else {
        return failed(&format!("there is no {SERVICE} beside this program; name it with --service"));
    };
    if kinds.is_empty() {
        return failed(&format!("no round is called '{}'; see --list", options.only));
    }
    let seed = options.seed.unwrap_or_else(rand::random);
    println!("torture: seed {seed}; the same rounds again: make torture SEED={seed}");
    runtime.block_on(play(options, &kinds, seed, service))
}

async fn play(options: &Options, kinds: &[&Kind], seed: u64, service: PathBuf) -> ExitCode {
    let begun = Instant::now();
    let (mut played, mut left_out, mut failed) = (0, 0, vec![]);
    for number in 0.. {
        let kind = kinds[number % kinds.len()];
        let is_over = if options.short { number >= kinds.len() } else { begun.elapsed() >= options.duration };
        if is_over {
            break;
        }
        if options.short && !kind.short {
            println!(
                "  left out  {:30} the long form plays it: make torture ONLY='{}'",
                kind.name(),
                kind.name()
            );
            left_out += 1;
            continue;
        }
        let seed = seed.wrapping_add(number as u64 / kinds.len() as u64);
        match round::play(kind, seed, options.short, &service).await {
            Outcome::LeftOut(why) => {
                println!("  left out  {:30} {why}", kind.name());
                left_out += 1;
                if left_out >= kinds.len() && played == 0 {
                    break;
                }
            }
            Outcome::Held(told) => {
                println!("  held      {:30} {told}", kind.name());
                played += 1;
            }
            Outcome::Broke { told, faults, folder } => {
                println!("  BROKE     {:30} {told}", kind.name());
                for fault in &faults {
                    println!("            - {fault}");
                }
                println!("            seed {seed}; the service's output is in {}", folder.display());
                failed.push(kind.name());
                played += 1;
            }
        }
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    println!("torture: {played} rounds in {minutes:.1} minutes, {} broke, {left_out} left out", failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn beside() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    own.ancestors().skip(1).take(2).map(|folder| folder.join(SERVICE)).find(|file| file.exists())
}

fn failed(why: &str) -> ExitCode {
    eprintln!("torture: {why}");
    ExitCode::FAILURE
}
