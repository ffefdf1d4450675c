//! A running service, and the supervisor that starts it again when it dies. Nobody else lends it a hand.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot, watch};

use crate::book::lock;

/// How long a supervisor waits before it starts a process again, as systemd does.
const BEFORE_A_RESTART: Duration = Duration::from_millis(200);

/// How the service is started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The binary.
    pub service: PathBuf,
    /// The store's URL.
    pub store: String,
    /// Where its output goes, and where it runs.
    pub folder: PathBuf,
    /// What the environment says besides.
    pub environment: Vec<(String, String)>,
}

/// One instance under its supervisor.
pub struct Instance {
    /// Where commands and queries are answered.
    pub address: SocketAddr,
    /// Where readiness is answered.
    pub ops: SocketAddr,
    state: Arc<State>,
    orders: mpsc::UnboundedSender<Order>,
}

#[derive(Default)]
struct State {
    pid: Mutex<Option<i32>>,
    starts: AtomicU64,
    /// The environment of the next start only: a fail point is armed once.
    once: Mutex<Vec<(String, String)>>,
    /// While it is so, the process is not started again.
    held: watch::Sender<bool>,
}

/// An instance that was killed and stays down as long as this lives.
pub struct Held<'a>(&'a Instance);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.state.held.send_replace(false);
    }
}

/// What the supervisor is told.
enum Order {
    /// Stop, and don't start again. Answers how it ended, `None` when it had to be killed.
    Stop(Duration, oneshot::Sender<Option<ExitStatus>>),
}

impl Instance {
    /// Starts an instance under a supervisor.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn start(launch: Launch, number: usize) -> std::io::Result<Self> {
        let (address, ops) = (free_address()?, free_address()?);
        let state = Arc::<State>::default();
        let (orders, told) = mpsc::unbounded_channel();
        tokio::spawn(supervise(launch, number, (address, ops), Arc::clone(&state), told));
        Ok(Self { address, ops, state, orders })
    }

    /// Kills the process, as the machine's out-of-memory killer would. It is started again.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Kills the process, and keeps it from being started again for a while.
    pub fn hold(&self) -> Held<'_> {
        self.state.held.send_replace(true);
        self.kill();
        Held(self)
    }

    /// Sends a signal to the process, if it runs.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid().and_then(Pid::from_raw) {
            // A process that has just ended by itself can't be signalled, which is as good.
            let _ = kill_process(pid, signal);
        }
    }

    /// The process's id, while it runs.
    pub fn pid(&self) -> Option<i32> {
        *lock(&self.state.pid)
    }

    /// The environment of the next start, and of no other.
    pub fn next_start_with(&self, name: &str, value: &str) {
        lock(&self.state.once).push((name.to_owned(), value.to_owned()));
    }

    /// How often it was started.
    pub fn starts(&self) -> u64 {
        self.state.starts.load(Ordering::Relaxed)
    }

    /// Asks it to stop, and answers how it ended; `None` when it was not gone in time and had to be killed.
    pub async fn stop(&self, within: Duration) -> Option<ExitStatus> {
        let (answer, ended) = oneshot::channel();
        self.orders.send(Order::Stop(within, answer)).ok()?;
        ended.await.ok()?
    }
}

async fn supervise(
    launch: Launch,
    number: usize,
    (address, ops): (SocketAddr, SocketAddr),
    state: Arc<State>,
    mut told: mpsc::UnboundedReceiver<Order>,
) {
    let log = launch.folder.join(format!("instance-{number}.log"));
    let mut held = state.held.subscribe();
    loop {
        state.starts.fetch_add(1, Ordering::Relaxed);
        let once = std::mem::take(&mut *lock(&state.once));
        let mut child = match spawn(&launch, &log, (address, ops), once) {
            Ok(child) => child,
            Err(error) => {
                eprintln!("torture: the service can't be started: {error}");
                return;
            }
        };
        *lock(&state.pid) = child.id().and_then(|pid| i32::try_from(pid).ok());
        let order = tokio::select! {
            _ended = child.wait() => None,
            order = told.recv() => Some(order),
        };
        if let Some(order) = order {
            let Some(Order::Stop(within, answer)) = order else {
                let _ = child.kill().await;
                return;
            };
            if let Some(pid) = lock(&state.pid).and_then(Pid::from_raw) {
                let _ = kill_process(pid, Signal::TERM);
            }
            let ended = tokio::time::timeout(within, child.wait()).await;
            let status = ended.ok().and_then(Result::ok);
            if status.is_none() {
                let _ = child.kill().await;
            }
            *lock(&state.pid) = None;
            let _ = answer.send(status);
            return;
        }
        *lock(&state.pid) = None;
        tokio::time::sleep(BEFORE_A_RESTART).await;
        // The sender lives in the state: it can't be gone.
        let _ = held.wait_for(|held| !held).await;
    }
}

fn spawn(
    launch: &Launch,
    log: &Path,
    (address, ops): (SocketAddr, SocketAddr),
    once: Vec<(String, String)>,
) -> std::io::Result<Child> {
    let output = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
    let mut command = Command::new(&launch.service);
    command.args(["serve", "--demo-issuer", "--log", "warn,caseledger=info", "--store", &launch.store]);
    command.args(["--listen", &address.to_string(), "--ops-listen", &ops.to_string(), "--stop-within", "5"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CASELEDGER_")) {
        command.env_remove(name);
    }
    command.envs(launch.environment.iter().cloned()).envs(once);
    command.current_dir(&launch.folder).stdin(Stdio::null()).kill_on_drop(true);
    command.stdout(output.try_clone()?).stderr(output);
    command.spawn()
}

/// An address on loopback that nobody listens on, below the ports that the system gives to clients.
fn free_address() -> std::io::Result<SocketAddr> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let start = u64::from(std::process::id()) * 37;
    for _ in 0..2_000 {
        let port = 12_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 18_000;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, u16::try_from(port).unwrap_or(12_000)));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(std::io::Error::other("no port is free on loopback"))
}
