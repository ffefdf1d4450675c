//! The service as a process: it answers, it takes a command, and it ends in order when it is told to.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use caseledger::demo::first_steps;
use serde_json::Value;

/// A service on a folder's store, with addresses that the machine has free.
struct Service {
    child: Child,
    url: String,
}

impl Service {
    /// Starts it, and waits until its log says where it serves.
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_caseledger"))
            .args(["serve", "--demo-issuer", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"])
            .args(["--store", "sqlite:served.sqlite", "--log-format", "json"])
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(child.stderr.take().expect("it has a stderr")).lines();
        let address = loop {
            let line = lines.next().expect("it says that it serves").expect("its log is text");
            let line: Value = serde_json::from_str(&line).expect("its log is JSON");
            if line["message"] == "serving" {
                break line["address"].as_str().expect("it says where").to_owned();
            }
        };
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, url: format!("http://{address}") }
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
    assert!(line.contains("serving") && !line.contains('\u{1b}'), "{line:?}");
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
