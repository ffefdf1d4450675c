//! What those who run the service rely on: its health, the metrics that rules and dashboards name, copies of its store
//! taken while it works.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A service on a folder's store, with addresses that the machine has free.
struct Service {
    child: Child,
    url: String,
    ops: String,
}

impl Service {
    /// Starts it, and waits until its log says where it serves.
    fn start(folder: &Path, store: &str) -> Self {
        let mut child = caseledger(folder)
            .args(["serve", "--demo-issuer", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"])
            .args(["--store", store, "--log-format", "json"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(child.stderr.take().expect("it has a stderr")).lines();
        let line = loop {
            let line = lines.next().expect("it says that it serves").expect("its log is text");
            let line: Value = serde_json::from_str(&line).expect("its log is JSON");
            if line["message"] == "serving" {
                break line;
            }
        };
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let at = |field: &str| line[field].as_str().expect("it says where").to_owned();
        Self { child, url: format!("http://{}", at("address")), ops: at("ops_address") }
    }

    fn register_person(&self, folder: &Path, persona: &str) -> i32 {
        let example = told(caseledger(folder).args(["command", "register-person", "--example"]));
        std::fs::write(folder.join("message.json"), example.stdout).expect("the folder can be written");
        let args = ["command", "register-person", "--as", persona, "--message", "message.json", "--url"];
        code(&told(caseledger(folder).args(args).arg(&self.url)))
    }

    fn health(&self, folder: &Path) -> Output {
        told(caseledger(folder).args(["health", "--ops-listen", &self.ops]))
    }

    fn stop(&mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("there is kill").success());
        assert!(self.child.wait().expect("it is ours").success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Ended already in the test that goes well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn caseledger(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseledger"));
    command.current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CASELEDGER_")) {
        command.env_remove(name);
    }
    command
}

fn told(command: &mut Command) -> Output {
    command.output().expect("the binary runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Events of a store in order, as text: what the log holds, to the byte.
fn events(store: &Path) -> Vec<String> {
    use sqlx::{ConnectOptions, Row};
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut file =
            sqlx::sqlite::SqliteConnectOptions::new().filename(store).connect().await.expect("a store");
        let rows = sqlx::query("SELECT * FROM events ORDER BY position").fetch_all(&mut file).await;
        let text = |row: &sqlx::sqlite::SqliteRow, name: &str| row.get::<String, _>(name);
        rows.expect("events")
            .iter()
            .map(|row| {
                let names = ["aggregate_type", "aggregate_id", "event_type", "payload", "metadata"];
                let texts: Vec<_> = names.iter().map(|name| text(row, name)).collect();
                format!(
                    "{} {} {}",
                    row.get::<i64, _>("position"),
                    row.get::<i64, _>("recorded_at"),
                    texts.join(" ")
                )
            })
            .collect()
    })
}

#[test]
fn health_ends_with_0_while_the_service_is_ready_and_with_5_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path(), "sqlite:served.sqlite");
    let health = service.health(folder.path());
    assert_eq!(code(&health), 0, "{}", String::from_utf8_lossy(&health.stderr));
    let live =
        told(caseledger(folder.path()).args(["health", "--live"]).env("CASELEDGER_OPS_LISTEN", &service.ops));
    assert_eq!(code(&live), 0);
    service.stop();
    let gone = service.health(folder.path());
    assert_eq!(code(&gone), 5);
    assert!(String::from_utf8_lossy(&gone.stderr).contains("does not answer"));
}

#[test]
fn every_metric_of_rules_and_dashboards_is_one_that_a_running_service_exposes() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), "sqlite:served.sqlite");
    assert_eq!(service.register_person(folder.path(), "practitioner"), 0);
    assert_eq!(service.register_person(folder.path(), "inspector"), 6);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let get =
        |url: String| runtime.block_on(async { reqwest::get(url).await.unwrap().text().await.unwrap() });
    // A query without a token is a query too.
    get(format!("{}/v1/reports/open-cases", service.url));
    // Refused before it is asked for, and so shown.
    assert_eq!(code(&service.health(folder.path())), 0);
    let scrape = get(format!("http://{}/metrics", service.ops));
    let exposed = names_exposed(&scrape);

    let rules = queries_of_rules(&read("prometheus/caseledger.rules.yml"));
    let dashboard: Value = serde_json::from_str(&read("grafana/caseledger.json")).unwrap();
    let mut panels = vec![];
    queries_of_dashboard(&dashboard, &mut panels);
    assert!(rules.len() > 20 && panels.len() > 15, "{} {}", rules.len(), panels.len());
    let recorded: BTreeSet<String> = read("prometheus/caseledger.rules.yml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- record: ").map(str::to_owned))
        .collect();
    // What others expose: Prometheus itself, the node exporter, and the scripts that make backups.
    let others = [
        "up",
        "node_filesystem_avail_bytes",
        "node_filesystem_size_bytes",
        "caseledger_backup_completed_timestamp_seconds",
    ];
    let mut asked = BTreeSet::new();
    for query in rules.iter().chain(&panels) {
        let names = names_asked(query);
        assert!(!names.is_empty(), "'{query}' names no metric");
        asked.extend(names);
    }
    let unknown: Vec<_> = asked
        .iter()
        .filter(|name| {
            !exposed.contains(*name) && !recorded.contains(*name) && !others.contains(&name.as_str())
        })
        .collect();
    assert!(unknown.is_empty(), "no running service exposes {unknown:?}; it exposes {exposed:?}");

    // No label is a case or a person, or anything else with an id.
    let id = |text: &str| text.len() == 36 && text.matches('-').count() == 4;
    let ids: Vec<_> = scrape.split('"').filter(|text| id(text)).collect();
    assert!(ids.is_empty(), "{ids:?}");
}

#[test]
fn a_backup_is_taken_while_the_service_writes_and_restored_to_a_point() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut service = Service::start(here, "sqlite:served.sqlite");
    assert_eq!(service.register_person(here, "practitioner"), 0);
    let until: u64 = events(&here.join("served.sqlite")).len() as u64;
    for _ in 0..3 {
        assert_eq!(service.register_person(here, "practitioner"), 0);
    }
    let backup = told(caseledger(here).args([
        "backup",
        "--to",
        "b.sqlite",
        "--store",
        "sqlite:served.sqlite",
        "--json",
    ]));
    let backup: Value = serde_json::from_str(&stdout(&backup)).unwrap();
    assert_eq!(service.register_person(here, "practitioner"), 0);
    service.stop();

    let all = events(&here.join("served.sqlite"));
    let kept = events(&here.join("b.sqlite"));
    assert_eq!(backup["position"], kept.len());
    assert!(kept.len() >= until as usize + 3 && all.len() > kept.len() && all.starts_with(&kept));

    let again =
        told(caseledger(here).args(["backup", "--to", "b.sqlite", "--store", "sqlite:served.sqlite"]));
    assert_eq!(code(&again), 2, "a backup is never overwritten");
    let position = until.to_string();
    let restore =
        ["restore", "--from", "b.sqlite", "--until-position", &position, "--store", "sqlite:new/r.sqlite"];
    let restored = told(caseledger(here).args(restore).arg("--json"));
    let restored: Value = serde_json::from_str(&stdout(&restored)).unwrap();
    assert_eq!(restored["position"], until);
    assert_eq!(events(&here.join("new/r.sqlite")), all[..until as usize]);
    assert_eq!(code(&told(caseledger(here).args(restore))), 2, "a store is never overwritten");

    // It is a store like any other: it is served, and goes on where it ended.
    let service = Service::start(here, "sqlite:new/r.sqlite");
    assert_eq!(service.register_person(here, "practitioner"), 0);
    assert_eq!(code(&service.health(here)), 0);
}

#[test]
fn what_cannot_be_copied_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (args, expected) in [
        (&["backup", "--to", "b", "--store", "sqlite:none.sqlite"][..], 4),
        (&["backup", "--to", "b", "--store", "postgres://app@nowhere/x"], 2),
        (&["restore", "--from", "none", "--store", "sqlite:x.sqlite"], 4),
        (&["restore", "--from", "none", "--until", "yesterday", "--store", "sqlite:x.sqlite"], 2),
    ] {
        let output = told(caseledger(here).args(args));
        assert_eq!(code(&output), expected, "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(std::fs::read_dir(here).unwrap().count(), 0, "nothing is left behind");
}

fn read(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The series that a scrape gives, those of histograms by each of their names.
fn names_exposed(scrape: &str) -> BTreeSet<String> {
    let series = scrape.lines().filter(|line| !line.starts_with('#'));
    series.filter_map(|line| line.split(['{', ' ']).next()).map(str::to_owned).collect()
}

/// The expressions of a file of rules: `expr:` and, where it is folded, the deeper lines after it.
fn queries_of_rules(text: &str) -> Vec<String> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let expressions = lines.iter().enumerate().filter_map(|(number, line)| {
        let first = line.trim_start().strip_prefix("expr: ")?;
        let rest = lines[number + 1..].iter().take_while(|next| depth(next) > depth(line));
        let folded: Vec<&str> = rest.map(|line| line.trim()).collect();
        Some(if first == ">-" { folded.join(" ") } else { first.to_owned() })
    });
    expressions.collect()
}

fn queries_of_dashboard(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|value| queries_of_dashboard(value, found)),
        Value::Object(fields) => {
            if let Some(Value::String(query)) = fields.get("expr") {
                found.push(query.clone());
            }
            fields.values().for_each(|value| queries_of_dashboard(value, found));
        }
        _ => {}
    }
}

/// The metrics that a PromQL expression selects: its words, less functions, labels, numbers and the language's own.
fn names_asked(query: &str) -> BTreeSet<String> {
    const OWN: [&str; 12] = [
        "and",
        "or",
        "unless",
        "by",
        "without",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "bool",
        "offset",
        "inf",
    ];
    let mut names = BTreeSet::new();
    let characters: Vec<char> = query.chars().collect();
    let (mut at, mut last) = (0, String::new());
    while at < characters.len() {
        let character = characters[at];
        // Labels, ranges, and lists of labels are no metrics.
        let closing = match character {
            '{' => Some('}'),
            '[' => Some(']'),
            '(' if ["by", "without", "on", "ignoring", "group_left", "group_right"]
                .contains(&last.as_str()) =>
            {
                Some(')')
            }
            _ => None,
        };
        if let Some(closing) = closing {
            at += characters[at..].iter().position(|next| *next == closing).expect("it is closed") + 1;
            last.clear();
            continue;
        }
        if !(character.is_ascii_alphabetic() || character == '_') {
            // A number takes its unit or exponent along.
            if character.is_ascii_digit() {
                at += characters[at..]
                    .iter()
                    .take_while(|next| next.is_ascii_alphanumeric() || **next == '.')
                    .count();
            } else {
                at += 1;
            }
            continue;
        }
        let word: String = characters[at..]
            .iter()
            .take_while(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | ':'))
            .collect();
        at += word.len();
        let calls = characters[at..].iter().find(|next| !next.is_whitespace()) == Some(&'(');
        if !OWN.contains(&word.as_str()) && !calls && !aggregates(&word) {
            names.insert(word.clone());
        }
        last = word;
    }
    names
}

/// `sum by (le) (…)`: an aggregation whose labels come first.
fn aggregates(word: &str) -> bool {
    ["sum", "max", "min", "avg", "count", "topk"].contains(&word)
}

#[test]
fn the_metrics_of_an_expression_are_found() {
    let asked = |query: &str| names_asked(query).into_iter().collect::<Vec<_>>();
    assert_eq!(
        asked("histogram_quantile(0.99, sum by (le) (rate(a_bucket{method=\"GET\",b!~\"c(d\"}[5m]))) > 1e3"),
        ["a_bucket"]
    );
    assert_eq!(asked("a:ratio > 0.5 and on (x) b offset 5m unless absent(c == 1)"), ["a:ratio", "b", "c"]);
    assert_eq!(asked("max by (p) (scalar(max(a)) - b) > 1000"), ["a", "b"]);
}
