//! A town with a caseledger of its own: the built service as a process, and the people who ask things of it over HTTP.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};

/// The service, and what the walk has seen of it.
pub struct Town {
    service: Child,
    url: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    tokens: RefCell<BTreeMap<&'static str, String>>,
    /// The service's time when the walk began.
    began: Cell<Timestamp>,
    /// How many days before that the walk is now.
    days_ago: Cell<i64>,
    /// The position of the newest event that the walk knows of: whoever looks, looks after it.
    position: Cell<u64>,
    /// The version of each stream, by the id of its thing.
    versions: RefCell<BTreeMap<String, u64>>,
    keys: Cell<u32>,
    /// Every command that was accepted, every event that followed, every rule that refused.
    pub accepted: RefCell<BTreeSet<String>>,
    pub happened: RefCell<BTreeSet<String>>,
    pub refused: RefCell<BTreeSet<String>>,
}

/// Something with a stream of its own: a case, a person, a meeting, …
#[derive(Clone, Debug)]
pub struct Thing {
    pub collection: &'static str,
    pub id: String,
}

/// One of the demonstration's people.
#[derive(Clone, Copy)]
pub struct Persona<'a> {
    town: &'a Town,
    key: &'static str,
}

/// The rows of a list.
#[track_caller]
pub fn rows(list: &Value) -> &[Value] {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}"))
}

/// What the service answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// What came of a command.
pub struct Outcome<'a> {
    town: &'a Town,
    asked: String,
    command: String,
    thing: Option<Thing>,
    /// Whether the case's view offered the command to whoever gave it, where that is told.
    offered: Option<bool>,
    answer: Answer,
}

impl Town {
    /// Starts the service on a store, where every command must come with a key.
    pub fn on(store: &str, folder: &Path) -> Self {
        let mut service = Command::new(env!("CARGO_BIN_EXE_caseledger"))
            .args(["serve", "--demo-issuer", "--require-idempotency-key", "--log-format", "json"])
            .args(["--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--store", store])
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(service.stderr.take().expect("it has a stderr")).lines();
        let address = loop {
            let line = lines.next().expect("it says that it serves").expect("its log is text");
            let line: Value = serde_json::from_str(&line).expect("its log is JSON");
            if line["message"] == "serving" {
                break line["address"].as_str().expect("it says where").to_owned();
            }
        };
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self {
            service,
            url: format!("http://{address}"),
            client: reqwest::Client::new(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
            tokens: RefCell::default(),
            began: Cell::new(Timestamp::UNIX_EPOCH),
            days_ago: Cell::new(0),
            position: Cell::new(0),
            versions: RefCell::default(),
            keys: Cell::new(0),
            accepted: RefCell::default(),
            happened: RefCell::default(),
            refused: RefCell::default(),
        }
    }

    pub fn persona(&self, key: &'static str) -> Persona<'_> {
        Persona { town: self, key }
    }

    /// Takes the time from the service, so that the walk and the service agree about today.
    pub fn sets_its_calendar_by(&self, receipt: &Value) {
        self.began.set(receipt["recorded_at"].as_str().expect("a moment").parse().expect("a timestamp"));
    }

    /// From here on, what people record happened that many days ago.
    pub fn days_ago(&self, days: i64) {
        self.days_ago.set(days);
    }

    /// From here on, people record what happens now.
    pub fn today(&self) {
        self.days_ago.set(0);
    }

    pub fn moment(&self, days_ago: i64) -> String {
        (self.began.get() - SignedDuration::from_hours(24 * days_ago)).to_string()
    }

    /// A day in England; a negative number lies ahead.
    pub fn day(&self, days_ago: i64) -> Date {
        let moment = self.began.get() - SignedDuration::from_hours(24 * days_ago);
        moment.in_tz("Europe/London").expect("the zone is known").date()
    }

    /// A process of the service adds one event to a thing: the view that tells of it is waited for, not slept for.
    pub fn follows_up(&self, reader: Persona<'_>, case: &Thing, event: &str) {
        self.position.set(self.position.get() + 1);
        *self.versions.borrow_mut().entry(case.id.clone()).or_default() += 1;
        let seen = reader.sees(&case.path("")).is_ok();
        assert_eq!(seen["version"], self.versions.borrow()[&case.id], "{event} followed");
        let events = reader.reads(&case.path("/events?limit=500")).is_ok();
        let last = events["events"].as_array().and_then(|events| events.last().cloned()).expect("an event");
        assert_eq!(last["event"], event);
        assert!(last["actor"].as_str().expect("an actor").starts_with("process:"), "{last}");
        self.happened.borrow_mut().insert(event.to_owned());
    }

    pub fn position(&self) -> u64 {
        self.position.get()
    }

    fn token(&self, key: &'static str) -> String {
        if let Some(token) = self.tokens.borrow().get(key) {
            return token.clone();
        }
        let request = self.client.post(format!("{}/demo-issuer/token", self.url));
        let answer = self.send(request.body(format!("client_id={key}"))).is_ok();
        let token = answer["access_token"].as_str().expect("a token").to_owned();
        self.tokens.borrow_mut().insert(key, token.clone());
        token
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.runtime.block_on(async {
            let answer = request.send().await.expect("the service answers");
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Answer { status, headers, text: answer.text().await.expect("it answers in text") }
        })
    }

    /// A request of nobody's: without a token.
    pub fn nobody_reads(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.url)))
    }

    fn next_key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("walk-{}", self.keys.get())
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        // Nothing of it is needed any more; that it stops in order has a test of its own.
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

impl Thing {
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/{}/{}{rest}", self.collection, self.id)
    }
}

impl<'a> Persona<'a> {
    /// Asks for something that has no id yet, or of which there is one: `cases/receive-referral`.
    pub fn opens(self, path: &str, message: Value) -> Outcome<'a> {
        self.posts(path, None, message, &[])
    }

    /// Asks for something to be done to a thing.
    pub fn does(self, thing: &Thing, command: &str, message: Value) -> Outcome<'a> {
        self.does_with(thing, command, message, &[])
    }

    /// The same with headers of their own.
    pub fn does_with(
        self,
        thing: &Thing,
        command: &str,
        message: Value,
        headers: &[(&str, &str)],
    ) -> Outcome<'a> {
        let path = format!("{}/{}/{command}", thing.collection, thing.id);
        self.posts(&path, Some(thing.clone()), message, headers)
    }

    /// The same for what has no id yet.
    pub fn opens_with(self, path: &str, message: Value, headers: &[(&str, &str)]) -> Outcome<'a> {
        self.posts(path, None, message, headers)
    }

    fn posts(
        self,
        path: &str,
        thing: Option<Thing>,
        mut message: Value,
        headers: &[(&str, &str)],
    ) -> Outcome<'a> {
        let town = self.town;
        let command = path.rsplit('/').next().expect("a command").to_owned();
        let offered = thing.as_ref().and_then(|thing| self.is_offered(thing, &command));
        if town.days_ago.get() > 0 && message.get("occurred_at").is_none() && message.is_object() {
            message["occurred_at"] = json!(town.moment(town.days_ago.get()));
        }
        let mut request = self.request(reqwest::Method::POST, &format!("/v1/{path}"));
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        // A test that leaves the key out on purpose says so with an empty one.
        if headers.iter().all(|(name, _)| *name != "idempotency-key") {
            request = request.header("idempotency-key", town.next_key());
        }
        let answer = town.send(request.header(CONTENT_TYPE, "application/json").body(message.to_string()));
        let asked = format!("{}: {path} {message}", self.key);
        Outcome { town, asked, command, thing, offered, answer }
    }

    /// Whether the case's own view offers them the command; nothing where they may not see it, or only the referral.
    fn is_offered(self, thing: &Thing, command: &str) -> Option<bool> {
        if thing.collection != "cases" {
            return None;
        }
        let seen = self.sees(&thing.path(""));
        if seen.status != 200 {
            return None;
        }
        let seen = seen.json();
        let offers = seen["allowed_commands"].as_array()?;
        let known = self.town.versions.borrow().get(&thing.id).copied();
        assert_eq!(seen["version"].as_u64(), known, "nothing changed the case behind the walk's back");
        Some(offers.iter().any(|offered| offered == command))
    }

    /// Reads an address as it is.
    pub fn reads(self, path: &str) -> Answer {
        self.town.send(self.request(reqwest::Method::GET, path))
    }

    /// Reads a view that tells of everything that the walk has done.
    pub fn sees(self, path: &str) -> Answer {
        let mark = if path.contains('?') { '&' } else { '?' };
        self.reads(&format!("{path}{mark}after={}", self.town.position.get()))
    }

    /// Searches the people register.
    pub fn searches(self, wanted: Value) -> Answer {
        let path = format!("/v1/people/search?after={}", self.town.position.get());
        let request = self.request(reqwest::Method::POST, &path);
        self.town.send(request.header(CONTENT_TYPE, "application/json").body(wanted.to_string()))
    }

    /// Posts a body of any kind.
    pub fn sends(self, path: &str, media_type: &str, body: String) -> Answer {
        let request = self.request(reqwest::Method::POST, path).header(CONTENT_TYPE, media_type);
        self.town.send(request.header("idempotency-key", self.town.next_key()).body(body))
    }

    /// Posts many commands at once, a line each, and gets a result a line.
    pub fn sends_lines(self, lines: &[String]) -> Vec<Value> {
        let request = self.request(reqwest::Method::POST, "/v1/commands");
        let answer =
            self.town.send(request.header(CONTENT_TYPE, "application/x-ndjson").body(lines.join("\n")));
        assert_eq!(answer.status, 200, "{answer:?}");
        let results: Vec<Value> =
            answer.text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        let newest = results.iter().filter_map(|result| result["receipt"]["positions"][1].as_u64()).max();
        self.town.position.set(newest.unwrap_or_default().max(self.town.position.get()));
        for result in &results {
            if let (Some(id), Some(version)) =
                (result["receipt"]["id"].as_str(), result["receipt"]["version"].as_u64())
            {
                self.town.versions.borrow_mut().insert(id.to_owned(), version);
            }
        }
        results
    }

    /// Reads a list to its end by the addresses of its Link headers: the rows under `rows`, and over how many pages.
    pub fn leafs_through(self, path: &str, rows: &str) -> (Vec<Value>, usize) {
        let (mut found, mut pages, mut next) = (vec![], 0, Some(path.to_owned()));
        while let Some(path) = next {
            let answer = if pages == 0 { self.sees(&path) } else { self.reads(&path) };
            let page = answer.is_ok();
            found.extend(page[rows].as_array().expect("rows").iter().cloned());
            pages += 1;
            next = answer.header("link").map(|link| {
                let address = link.split_once('>').expect("a link").0;
                address.trim_start_matches('<').to_owned()
            });
        }
        (found, pages)
    }

    fn request(self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let token = self.town.token(self.key);
        self.town.client.request(method, format!("{}{path}", self.town.url)).bearer_auth(token)
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    #[track_caller]
    pub fn is_ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// A problem of that status and type, with its title, as every answer that is no success.
    #[track_caller]
    pub fn is_problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!((self.status, self.header("content-type")), (status, Some("application/problem+json")));
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{problem}");
        assert!(self.header("x-request-id").is_some_and(|id| !id.is_empty()));
        problem
    }

    /// It is there, and not for whoever asked.
    #[track_caller]
    pub fn is_forbidden(&self) {
        self.is_problem(403, "forbidden");
    }

    /// Whoever asked may not even know of it.
    #[track_caller]
    pub fn is_concealed(&self) {
        let problem = self.is_problem(404, "not-found");
        assert!(problem.get("rule").is_none() && problem.get("field").is_none(), "{problem}");
    }
}

impl Outcome<'_> {
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// It was done, and these events followed. Gives the receipt.
    #[track_caller]
    pub fn is_accepted(&self, events: &[&str]) -> Value {
        let Self { town, asked, answer, .. } = self;
        let receipt = answer.json();
        assert!(matches!(answer.status, 200 | 201), "{asked}\n{receipt}");
        assert_eq!(receipt["events"], json!(events), "{asked}\n{receipt}");
        assert_ne!(self.offered, Some(false), "accepted, and not among the allowed commands: {asked}");
        let (id, version) = (receipt["id"].as_str().expect("an id"), &receipt["version"]);
        assert_eq!(answer.header("etag"), Some(&*format!("\"{version}\"")), "{asked}");
        assert!(answer.header("location").is_some_and(|at| at.starts_with("/v1/")), "{asked}");
        let before = town.versions.borrow().get(id).copied();
        if let (Some(before), false) = (before, receipt["repeated"] == true) {
            assert_eq!(version.as_u64(), Some(before + events.len() as u64), "{asked}");
        }
        town.versions.borrow_mut().insert(id.to_owned(), version.as_u64().expect("a version"));
        if let Some(last) = receipt["positions"][1].as_u64() {
            town.position.set(last.max(town.position.get()));
        }
        town.happened.borrow_mut().extend(events.iter().map(|event| (*event).to_owned()));
        if !events.is_empty() {
            town.accepted.borrow_mut().insert(self.command.clone());
        }
        receipt
    }

    /// It was done, and opened something.
    #[track_caller]
    pub fn opens(self, collection: &'static str, event: &str) -> Thing {
        assert_eq!(self.answer.status, 201, "{}\n{}", self.asked, self.answer.text);
        let receipt = self.is_accepted(&[event]);
        Thing { collection, id: receipt["id"].as_str().expect("an id").to_owned() }
    }

    /// It stands so already: nothing was written, and nothing went wrong.
    #[track_caller]
    pub fn is_so_already(&self) {
        let Self { asked, answer, .. } = self;
        let receipt = answer.json();
        assert!(matches!(answer.status, 200 | 201), "{asked}\n{receipt}");
        assert_eq!(receipt["events"], json!([]), "{asked}\n{receipt}");
        assert_eq!(receipt.get("positions"), None, "{asked}\n{receipt}");
    }

    /// A rule forbids it as things stand: the answer names the rule and the field, and says what to do.
    #[track_caller]
    pub fn is_refused(&self, rule: &str, field: &str) {
        let Self { town, asked, answer, .. } = self;
        assert_eq!(answer.status, 422, "{asked}\n{}", answer.text);
        let problem = answer.json();
        assert_eq!(problem["rule"], rule, "{asked}\n{problem}");
        answer.is_problem(422, rule);
        let expected = if field.is_empty() { Value::Null } else { json!(field) };
        assert_eq!(problem["field"], expected, "{asked}\n{problem}");
        for words in ["detail", "remedy"] {
            let said = problem[words].as_str().unwrap_or_default();
            assert!(said.ends_with('.') && said.len() > 10, "{asked}: no {words} in {problem}");
        }
        // What the view offers is what the status allows; every other rule is about what the message says.
        let by_status = matches!(rule, "command-fits-status" | "case-opens-once");
        assert_ne!(self.offered, Some(by_status), "{rule} against allowed commands: {asked}");
        town.refused.borrow_mut().insert(rule.to_owned());
        self.changed_nothing();
    }

    /// The message breaks a rule for its fields, whatever it is for.
    #[track_caller]
    pub fn is_invalid(&self, rule: &str, field: &str) {
        let problem = self.answer.is_problem(422, "invalid-input");
        let named = |violation: &Value| violation["rule"] == rule && violation["field"] == field;
        let violations = problem["violations"].as_array().expect("violations");
        assert!(violations.iter().any(named), "{}\n{problem}", self.asked);
        assert!(
            violations.iter().all(|violation| violation["detail"].as_str().is_some_and(|it| !it.is_empty()))
        );
        self.changed_nothing();
    }

    /// Whoever asked may know of it, and may not do it.
    #[track_caller]
    pub fn is_forbidden(&self) {
        self.answer.is_forbidden();
        assert_ne!(self.offered, Some(true), "forbidden, and among the allowed commands: {}", self.asked);
        self.changed_nothing();
    }

    /// Whoever asked may not even know of it.
    #[track_caller]
    pub fn is_concealed(&self) {
        self.answer.is_concealed();
        self.changed_nothing();
    }

    /// Where the thing can be read by an inspector, its version is what it was.
    #[track_caller]
    fn changed_nothing(&self) {
        let Some(thing) = &self.thing else { return };
        let known = self.town.versions.borrow().get(&thing.id).copied();
        if let ("cases" | "audits" | "panel-meetings", Some(known)) = (thing.collection, known) {
            let seen = self.town.persona("inspector").sees(&thing.path(""));
            if seen.status == 200 {
                assert_eq!(seen.json()["version"], known, "refused, and changed something: {}", self.asked);
            }
        }
    }
}
