//! The service as a process: it answers, it takes a command, and it ends in order when it is told to.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Lines, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use caseledger::demo::first_steps;
use serde_json::Value;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

/// A service on a folder's store, with addresses that the machine has free.
struct Service {
    child: Child,
    url: String,
}

/// A service on its way, and what it has logged so far.
struct Starting {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Starting {
    fn in_folder(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_caseledger"))
            .args(["serve", "--demo-issuer", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"])
            .args(["--store", "sqlite:served.sqlite", "--log-format", "json"])
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let lines = BufReader::new(child.stderr.take().expect("it has a stderr")).lines();
        Self { child, lines }
    }

    /// Waits until it logs that.
    fn until(&mut self, message: &str) -> Value {
        loop {
            let line = self.lines.next().expect("it says so").expect("its log is text");
            let line: Value = serde_json::from_str(&line).expect("its log is JSON");
            if line["message"] == message {
                return line;
            }
        }
    }

    /// It serves when it says so.
    fn served(mut self) -> Service {
        let line = self.until("serving");
        let Self { child, lines } = self;
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Service { child, url: format!("http://{}", line["address"].as_str().expect("it says where")) }
    }
}

impl Service {
    /// Starts it, and waits until its log says where it serves.
    fn start(folder: &Path) -> Self {
        Starting::in_folder(folder).served()
    }

    fn command(&self, folder: &Path, persona: &str, name: &str) -> i32 {
        let example = Command::new(env!("CARGO_BIN_EXE_caseledger"))
            .args(["command", name, "--example"])
            .current_dir(folder)
            .output()
            .expect("the binary runs");
        std::fs::write(folder.join("message.json"), example.stdout).expect("the folder can be written");
        Command::new(env!("CARGO_BIN_EXE_caseledger"))
            .args(["command", name, "--url", &self.url, "--as", persona, "--message", "message.json"])
            .current_dir(folder)
            .output()
            .expect("the binary runs")
            .status
            .code()
            .expect("it ended by itself")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Ended already in the test that goes well.
        let _ = self.child.kill();
    }
}

#[test]
fn it_takes_commands_from_those_who_may_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path());
    assert_eq!(service.command(folder.path(), "practitioner", "register-person"), 0);
    assert_eq!(service.command(folder.path(), "inspector", "register-person"), 6);
    assert_eq!(service.command(folder.path(), "nobody", "register-person"), 4);

    let pid = service.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(service.child.wait().unwrap().success());

    let mut report = Command::new(env!("CARGO_BIN_EXE_caseledger"))
        .args(["report", "open-cases", "--format", "json", "--store", "sqlite:served.sqlite"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    report.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(report.wait().unwrap().success());
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["value"], 0);
}

/// An orchestrator that asks while the start waits for the store hears why, and a client hears when to come again.
#[tokio::test]
async fn while_it_starts_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("served.sqlite");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut other = options.connect().await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();

    let mut starting = Starting::in_folder(folder.path());
    let line = starting.until("starting");
    let place = |name: &str| line[name].as_str().expect("it says where").to_owned();
    let (address, ops_address) = (place("address"), place("ops_address"));
    assert_eq!(reqwest::get(format!("http://{ops_address}/livez")).await.unwrap().status(), 200);
    let ready = reqwest::get(format!("http://{ops_address}/readyz")).await.unwrap();
    assert_eq!(ready.status(), 503);
    let ready: Value = ready.json().await.unwrap();
    assert_eq!(ready["checks"][0]["name"], "start", "{ready}");
    let refused = reqwest::get(format!("http://{address}/v1/cases")).await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "5"));

    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    let _service = starting.served();
    let ready = reqwest::get(format!("http://{ops_address}/readyz")).await.unwrap();
    assert_eq!(ready.status(), 200);
}

/// What the demonstration prints for a newcomer, run as it is printed.
#[test]
fn the_first_steps_lead_from_a_figure_to_a_referral_its_event_and_its_timeline() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path());
    let steps = first_steps(&service.url, env!("CARGO_BIN_EXE_caseledger"));
    let output =
        Command::new("sh").args(["-ec", &steps.join("\n")]).current_dir(folder.path()).output().unwrap();
    let (told, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && failed.is_empty(), "{told}{failed}");
    for expected in ["\"value\":0", "[PersonRegistered]", "\"event\":\"ReferralReceived\"", "\"entries\":[{"]
    {
        assert!(told.contains(expected), "no {expected} in: {told}");
    }
}

#[test]
fn log_lines_that_go_to_a_file_have_no_colours() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Command::new(env!("CARGO_BIN_EXE_caseledger"))
        .args(["serve", "--demo-issuer", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .stderr(Stdio::piped())
        .spawn();
    let mut serving = serving.unwrap();
    let line = BufReader::new(serving.stderr.take().unwrap()).lines().next().unwrap().unwrap();
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(line.contains("starting") && !line.contains('\u{1b}'), "{line:?}");
}

/// The README's own lines, run as they are printed there but for the address.
#[test]
fn the_readme_leads_from_nothing_to_a_command_its_event_and_its_timeline() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path());
    let readme = include_str!("../../../README.md");
    let lines =
        readme.split("```\n").find(|block| block.starts_with("AT=")).expect("the README has such lines");
    let lines = lines.replace("http://127.0.0.1:8080", &service.url);
    let output = Command::new("sh").args(["-ec", &lines]).current_dir(folder.path()).output().unwrap();
    let (told, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && failed.is_empty(), "{told}{failed}");
    for expected in ["\"event\":\"ReferralReceived\"", "\"entries\":[{", "\"value\":0"] {
        assert!(told.contains(expected), "no {expected} in: {told}");
    }
}

#[test]
fn the_demonstrations_issuer_is_refused_on_an_address_that_others_reach() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_caseledger"))
        .args(["serve", "--demo-issuer", "--listen", "0.0.0.0:0", "--ops-listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
