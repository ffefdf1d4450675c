//! A client: it asks commands one after the other, each under a key of its own, again and again until it is answered.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use crate::book::{Book, Receipt, lock};

/// The child of every family here, whom the set-up registers.
const CHILD: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
/// The demonstration's authority, team and manager.
const AGENCY: &str = "0190a000-0000-7000-8000-0000000000a1";
const TEAM: &str = "0190a000-0000-7000-8000-0000000000b1";
const MANAGER: &str = "01590000-0000-7000-8000-00000000c003";
const PRACTITIONER: &str = "01590000-0000-7000-8000-00000000c001";

/// How long a client waits for an answer before it asks again.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the clients share.
pub struct World {
    /// Where instances, or proxies before them, are reached.
    pub doors: Vec<String>,
    /// What was asked and answered.
    pub book: Book,
    /// No new commands, and nothing asked again, when it is set.
    pub over: AtomicBool,
    cases: Mutex<Vec<Uuid>>,
    practitioners: Mutex<Vec<Uuid>>,
    tokens: Mutex<HashMap<(usize, &'static str), String>>,
    /// A day that has come whatever the clock does.
    day: Mutex<String>,
}

impl World {
    /// Nothing has been asked yet.
    pub fn new(doors: Vec<String>) -> Self {
        Self {
            doors,
            book: Book::default(),
            over: AtomicBool::new(false),
            cases: Mutex::default(),
            practitioners: Mutex::default(),
            tokens: Mutex::default(),
            day: Mutex::default(),
        }
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// A command that is to be asked.
struct Command {
    persona: &'static str,
    aggregate_type: &'static str,
    path: String,
    message: Value,
    then: Then,
}

/// What becomes possible once it was acknowledged.
#[derive(Clone, Copy)]
enum Then {
    Nothing,
    CaseIsThere,
    Works(Uuid),
}

/// What came of one attempt.
enum Outcome {
    Acknowledged(Receipt),
    Again(Duration),
    Refused(String),
}

/// One client.
pub struct Client {
    name: String,
    chance: ChaCha8Rng,
    http: reqwest::Client,
    world: Arc<World>,
    asked: u64,
    /// Whether it ever gives up.
    is_patient: bool,
}

impl Client {
    /// A client with a name of its own, by which its keys begin.
    pub fn new(name: &str, seed: u64, world: Arc<World>) -> Self {
        let http =
            reqwest::Client::builder().timeout(PATIENCE).connect_timeout(Duration::from_secs(2)).build();
        Self {
            name: name.to_owned(),
            chance: ChaCha8Rng::seed_from_u64(seed),
            http: http.unwrap_or_default(),
            world,
            asked: 0,
            is_patient: false,
        }
    }

    /// Enters what every command here rests on: somebody to work, somebody to help, a case.
    ///
    /// # Errors
    /// When one of these commands is refused.
    pub async fn set_up(&mut self) -> Result<(), String> {
        self.is_patient = true;
        for (practitioner, is_manager) in [(PRACTITIONER, false), (MANAGER, true)] {
            self.ask(register_practitioner(practitioner.parse().unwrap_or_default(), is_manager)).await;
        }
        let child = json!({ "given_name": "A", "family_name": "Child", "gender": "female" });
        let path = format!("/v1/people/{CHILD}/register-person");
        let child = Command {
            persona: "practitioner",
            aggregate_type: "Person",
            path,
            message: child,
            then: Then::Nothing,
        };
        let receipt = self.ask(child).await.ok_or("the first person could not be registered")?;
        // The day before the log began, so that a clock that goes back a little does not make it a day to come.
        let today: jiff::civil::Date =
            receipt.recorded_at.get(..10).unwrap_or_default().parse().map_err(|error| format!("{error}"))?;
        *lock(&self.world.day) = (today - jiff::Span::new().days(3)).to_string();
        for _ in 0..4 {
            let referral = self.refer();
            self.ask(referral).await.ok_or("the first cases could not be opened")?;
        }
        Ok(())
    }

    /// Asks until it is over.
    pub async fn run(mut self) {
        while !self.world.is_over() {
            let command = self.choose();
            self.ask(command).await;
        }
    }

    fn choose(&mut self) -> Command {
        match self.chance.random_range(0..100) {
            0..20 => self.refer(),
            20..28 => self.acknowledge(),
            28..36 => {
                let practitioner = Uuid::from_u128(self.chance.random::<u128>());
                let mut command = register_practitioner(practitioner, false);
                command.message["name"] = json!(self.mark());
                command
            }
            36..46 => self.supervise(),
            _ => self.contact(),
        }
    }

    /// A case that was acknowledged. Few are asked for often, so that clients meet.
    fn case(&mut self) -> Uuid {
        let cases = lock(&self.world.cases);
        let nearby = if self.chance.random_bool(0.5) { cases.len().min(4) } else { cases.len() };
        cases.get(self.chance.random_range(0..nearby.max(1))).copied().unwrap_or_default()
    }

    fn refer(&self) -> Command {
        let message = json!({
            "source": "2A", "route": "agency-direct", "children": [CHILD], "presenting_needs": ["N4"],
            "concerns": self.mark(), "consent": "given",
        });
        let path = "/v1/cases/receive-referral".to_owned();
        Command { persona: "practitioner", aggregate_type: "Case", path, message, then: Then::CaseIsThere }
    }

    fn contact(&mut self) -> Command {
        let path = format!("/v1/cases/{}/record-contact", self.case());
        let message = json!({
            "kind": "visit", "took_place": true, "children_seen": [CHILD], "children_seen_alone": [], "adults": [],
            "note": self.mark(),
        });
        Command { persona: "practitioner", aggregate_type: "Case", path, message, then: Then::Nothing }
    }

    /// Once it was acknowledged, it emits nothing: its key is kept all the same.
    fn acknowledge(&mut self) -> Command {
        let path = format!("/v1/cases/{}/acknowledge-referral", self.case());
        let message = json!({ "told_by": "telephone" });
        Command { persona: "practitioner", aggregate_type: "Case", path, message, then: Then::Nothing }
    }

    /// A process writes what was said of a case into the case.
    fn supervise(&mut self) -> Command {
        let next = lock(&self.world.practitioners).pop();
        let Some(practitioner) = next else { return self.contact() };
        let day = lock(&self.world.day).clone();
        let mut cases = vec![self.case(), self.case()];
        cases.dedup();
        let cases: Vec<Value> = cases
            .iter()
            .map(|case| {
                json!({
                    "case": case, "changed_circumstances": "None.", "risks": "None.", "threshold": "right",
                    "threshold_reason": "As before.", "actions": [],
                })
            })
            .collect();
        let message =
            json!({ "held_on": day, "supervisor": MANAGER, "development": self.mark(), "cases": cases });
        let path = format!("/v1/supervisions/{practitioner}/record-supervision");
        Command { persona: "team-manager", aggregate_type: "Supervision", path, message, then: Then::Nothing }
    }

    /// The key that the next command is asked under. It stands in the event's text as well, so that an event that was
    /// written twice is found whatever the log believes about its keys.
    fn key(&self) -> String {
        format!("{}.{}", self.name, self.asked)
    }

    fn mark(&self) -> String {
        format!("[{}]", self.key())
    }

    /// Asks one command until it is answered, or until it is over.
    async fn ask(&mut self, command: Command) -> Option<Receipt> {
        let key = self.key();
        self.asked += 1;
        let world = Arc::clone(&self.world);
        world.book.ask(&key, format!("demo:{}", command.persona), command.aggregate_type);
        let receipt = loop {
            match self.attempt(&command, &key).await {
                Outcome::Acknowledged(receipt) => break receipt,
                // Some give up, and never hear what became of it.
                Outcome::Again(_) if world.is_over() || !self.is_patient && self.chance.random_bool(0.15) => {
                    return None;
                }
                Outcome::Again(pause) => sleep(pause).await,
                Outcome::Refused(why) => {
                    world.book.fault(format!("{key} ({}): {why}", command.path));
                    return None;
                }
            }
        };
        world.book.acknowledge(&key, receipt.clone());
        match command.then {
            Then::Nothing => {}
            Then::CaseIsThere => lock(&world.cases).push(receipt.id),
            Then::Works(practitioner) => lock(&world.practitioners).push(practitioner),
        }
        match self.chance.random_range(0..20) {
            // An answer that got lost on the way is asked for again.
            0 => {
                if let Outcome::Acknowledged(again) = self.attempt(&command, &key).await {
                    world.book.acknowledge(&key, again);
                }
            }
            1..4 if command.aggregate_type == "Case" => self.look(&receipt).await,
            _ => {}
        }
        Some(receipt)
    }

    async fn attempt(&mut self, command: &Command, key: &str) -> Outcome {
        let door = self.chance.random_range(0..self.world.doors.len());
        let Some(token) = self.token(door, command.persona).await else { return self.pause() };
        let url = format!("{}{}", self.world.doors[door], command.path);
        self.world.book.attempt();
        let request =
            self.http.post(url).bearer_auth(&token).header("idempotency-key", key).json(&command.message);
        let Ok(response) = request.send().await else {
            self.world.book.break_off();
            return self.pause();
        };
        let status = response.status();
        let told_when = response.headers().contains_key("retry-after");
        let Ok(text) = response.text().await else {
            self.world.book.break_off();
            return self.pause();
        };
        match status {
            StatusCode::OK | StatusCode::CREATED => match serde_json::from_str(&text) {
                Ok(receipt) => Outcome::Acknowledged(receipt),
                Err(error) => Outcome::Refused(format!("{status} without a receipt: {error}")),
            },
            _ => self.turned_away(door, command.persona, status, told_when, &text),
        }
    }

    /// What to make of an answer that is no success.
    fn turned_away(
        &mut self,
        door: usize,
        persona: &'static str,
        status: StatusCode,
        told_when: bool,
        text: &str,
    ) -> Outcome {
        match status {
            // Another process answers there now, whose demonstration issuer has other keys.
            StatusCode::UNAUTHORIZED => {
                lock(&self.world.tokens).remove(&(door, persona));
                self.pause()
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                self.world.book.turn_away();
                if !told_when {
                    return Outcome::Refused(format!("{status} without Retry-After: {text}"));
                }
                self.pause()
            }
            status => Outcome::Refused(format!("{status}: {text}")),
        }
    }

    /// People see what they just did: the view tells of the acknowledged event, or says that it can't yet.
    async fn look(&mut self, receipt: &Receipt) {
        let Some((_, position)) = receipt.positions else { return };
        let door = self.chance.random_range(0..self.world.doors.len());
        let Some(token) = self.token(door, "practitioner").await else { return };
        let url = format!("{}/v1/cases/{}?after={position}", self.world.doors[door], receipt.id);
        let Ok(response) = self.http.get(url).bearer_auth(token).send().await else { return };
        let (status, told_when) = (response.status(), response.headers().contains_key("retry-after"));
        let tag =
            response.headers().get("etag").and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned();
        let version: u64 = tag.trim_matches('"').parse().unwrap_or_default();
        let Ok(text) = response.text().await else { return };
        match status {
            StatusCode::OK if version >= receipt.version => {}
            StatusCode::OK => self.world.book.fault(format!(
                "a view asked for after {position} shows version {version} of {}, which was acknowledged at {}",
                receipt.id, receipt.version
            )),
            _ => {
                if let Outcome::Refused(why) = self.turned_away(door, "practitioner", status, told_when, &text) {
                    self.world.book.fault(format!("a view of {}: {why}", receipt.id));
                }
            }
        }
    }

    async fn token(&mut self, door: usize, persona: &'static str) -> Option<String> {
        if let Some(token) = lock(&self.world.tokens).get(&(door, persona)) {
            return Some(token.clone());
        }
        let url = format!("{}/demo-issuer/token", self.world.doors[door]);
        let response = self.http.post(url).body(format!("client_id={persona}")).send().await.ok()?;
        let answer: Value = serde_json::from_str(&response.text().await.ok()?).ok()?;
        let token = answer["access_token"].as_str()?.to_owned();
        lock(&self.world.tokens).insert((door, persona), token.clone());
        Some(token)
    }

    fn pause(&mut self) -> Outcome {
        Outcome::Again(Duration::from_millis(self.chance.random_range(20..200)))
    }
}

fn register_practitioner(practitioner: Uuid, is_manager: bool) -> Command {
    let message = json!({
        "practitioner": practitioner, "name": "Somebody", "agency": AGENCY, "team": TEAM, "is_manager": is_manager,
    });
    let path = "/v1/workforce/register-practitioner".to_owned();
    let is_own = practitioner.to_string() == MANAGER;
    let then = if is_own { Then::Nothing } else { Then::Works(practitioner) };
    Command { persona: "administrator", aggregate_type: "Workforce", path, message, then }
}
