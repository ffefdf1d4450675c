//! What `/readyz` said, and when.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::book::lock;

/// How often it is asked.
const EVERY: Duration = Duration::from_millis(100);
/// How long an answer may take. An orchestrator gives up after a second by default; more than this is no answer.
const PATIENCE: Duration = Duration::from_secs(4);

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// 200.
    Ready,
    /// 503, and which checks are not as they should be.
    NotReady(String),
    /// Nobody listens, or the connection broke: the process is dead or starting.
    Nobody,
    /// Somebody listens and doesn't answer.
    Silence,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Sample {
    /// When it was asked.
    pub asked: Instant,
    /// When it was answered.
    pub answered: Instant,
    /// What.
    pub said: Said,
}

/// Asks one instance all the time.
pub struct Watch {
    samples: Arc<Mutex<Vec<Sample>>>,
    latest: Arc<Mutex<Value>>,
    task: JoinHandle<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watch {
    /// Begins to ask.
    pub fn of(ops: SocketAddr) -> Self {
        let samples = Arc::<Mutex<Vec<Sample>>>::default();
        let latest = Arc::<Mutex<Value>>::default();
        let (kept, newest) = (Arc::clone(&samples), Arc::clone(&latest));
        let task = tokio::spawn(async move {
            let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap_or_default();
            let url = format!("http://{ops}/readyz");
            loop {
                let asked = Instant::now();
                let answer = timeout(PATIENCE, ask(&http, &url)).await;
                let (said, body) = answer.unwrap_or((Said::Silence, Value::Null));
                *lock(&newest) = body;
                lock(&kept).push(Sample { asked, answered: Instant::now(), said });
                sleep(EVERY).await;
            }
        });
        Self { samples, latest, task }
    }

    /// Everything that was said.
    pub fn samples(&self) -> Vec<Sample> {
        lock(&self.samples).clone()
    }

    /// Waits until it says that it is ready, to a question asked from now on.
    pub async fn until_ready(&self, limit: Duration) -> Result<(), String> {
        let from = Instant::now();
        self.until(limit, || {
            let samples = lock(&self.samples);
            samples.last().is_some_and(|sample| sample.asked >= from && sample.said == Said::Ready)
        })
        .await
    }

    async fn until(&self, limit: Duration, holds: impl Fn() -> bool) -> Result<(), String> {
        let end = Instant::now() + limit;
        while !holds() {
            if Instant::now() > end {
                let last = lock(&self.samples).last().map(|sample| format!("{:?}", sample.said));
                return Err(format!(
                    "after {limit:?} /readyz says {}: {}",
                    last.unwrap_or_default(),
                    lock(&self.latest)
                ));
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

async fn ask(http: &reqwest::Client, url: &str) -> (Said, Value) {
    let Ok(response) = http.get(url).send().await else { return (Said::Nobody, Value::Null) };
    let ready = response.status().is_success();
    let Ok(text) = response.text().await else { return (Said::Nobody, Value::Null) };
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let said = if ready { Said::Ready } else { Said::NotReady(ill(&body)) };
    (said, body)
}

fn ill(body: &Value) -> String {
    let checks = body["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ill = checks.iter().filter(|check| check["ok"] == false);
    ill.map(|check| format!("{}: {}", check["name"], check["detail"])).collect::<Vec<_>>().join("; ")
}
