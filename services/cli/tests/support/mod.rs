//! A store with a small authority's year in it, the binary over it, and pages read as a browser reads them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use caseledger::args::{Common, ServeArgs};
use caseledger::demo::fill;
use caseledger::settings::Settings;
use scraper::{Html, Selector};

/// The store's name in its folder.
pub const STORE: &str = "year.sqlite";

pub fn settings(folder: &Path) -> Settings {
    let store = format!("sqlite:{}", folder.join(STORE).display());
    let common = Common { store: Some(store), ..Common::default() };
    Settings::resolve(&common, &ServeArgs::default()).expect("settings without a file are sound")
}

/// Plays the year of 2017 for so many thousandths of the letter's authority.
pub async fn year(folder: &Path, permille: u32) {
    fill(&settings(folder), 2017, permille).await.expect("the year can be played");
}

/// Runs the binary on the folder's store.
pub fn caseledger(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseledger"));
    command.args(args).args(["--store", &format!("sqlite:{STORE}")]).current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CASELEDGER_")) {
        command.env_remove(name);
    }
    command.output().expect("the binary runs")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The service over the folder's store, until it is dropped.
pub struct Service {
    child: Child,
    /// Where it serves.
    pub url: String,
}

impl Service {
    pub fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_caseledger"))
            .args(["serve", "--demo-issuer", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"])
            .args(["--store", &format!("sqlite:{STORE}"), "--log-format", "json"])
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(child.stderr.take().expect("it has a stderr")).lines();
        let address = loop {
            let line = lines.next().expect("it says that it serves").expect("its log is text");
            let line: serde_json::Value = serde_json::from_str(&line).expect("its log is JSON");
            if line["message"] == "serving" {
                break line["address"].as_str().expect("it says where").to_owned();
            }
        };
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, url: format!("http://{address}") }
    }

    /// A token of the demonstration's issuer.
    pub async fn token(&self, persona: &str) -> String {
        let url = format!("{}/demo-issuer/token", self.url);
        let body = format!("client_id={persona}");
        let request = reqwest::Client::new().post(url).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    /// The cookie of a session as that persona.
    pub async fn cookie(&self, persona: &str) -> String {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.post(format!("{}/sign-in", self.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("sec-fetch-site", "same-origin");
        let answer = request.body(format!("persona={persona}&to=%2Freports")).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It holds nothing that a test looks at later.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The rows of the body of each table that a selector finds, cell by cell.
pub fn tables(page: &Html, selector: &str) -> Vec<Vec<Vec<String>>> {
    let (tables, rows) = (selector_of(selector), selector_of("tbody tr"));
    let cells = selector_of("th, td");
    let text = |cell: scraper::ElementRef<'_>| {
        cell.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    page.select(&tables)
        .map(|table| table.select(&rows).map(|row| row.select(&cells).map(text).collect()).collect())
        .collect()
}

pub fn selector_of(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}
