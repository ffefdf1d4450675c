//! A server in a process of its own, so that what it takes of memory and time is its own.

use std::error::Error;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server. It is told to stop when it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(120);

/// An address on loopback that nobody listens on.
///
/// # Errors
/// When there is none.
pub fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// The folder of the programs that were built together with this one.
///
/// # Errors
/// When this program's own place is not known.
pub fn programs() -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().unwrap_or(Path::new(".")).to_owned())
}

impl Server {
    /// Starts a program that is told to listen at `address`, and waits until it does.
    ///
    /// # Errors
    /// When it ends before it answers, or takes too long.
    pub fn start(mut command: Command, address: SocketAddr, output: &Path) -> Result<Self, Box<dyn Error>> {
        let log = std::fs::File::create(output)?;
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut server = Self { child, address };
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                let said = std::fs::read_to_string(output).unwrap_or_default();
                return Err(format!("{command:?} ended ({status}): {said}").into());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("{command:?} does not answer").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// The most memory that it has held so far, in MiB.
    pub fn peak_memory(&self) -> f64 {
        self.status("VmHWM:")
    }

    /// The memory that it holds now, in MiB.
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The process, for a profiler.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The processor's time that it has taken so far, in seconds.
    pub fn processor_seconds(&self) -> f64 {
        i32::try_from(self.child.id()).map_or(0.0, |pid| processor_seconds(pid, false))
    }

    fn status(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let kib: f64 = line.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or_default();
        kib / 1024.0
    }
}

/// The processor's time that a process has taken, in seconds; and, if wanted, that of its children which have ended.
pub fn processor_seconds(pid: i32, with_children: bool) -> f64 {
    // The kernel counts in hundredths of a second, on every machine that Linux runs on today.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // After the command's name in brackets, which may hold spaces: the twelfth to the fifteenth are the times.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let times = fields.skip(11).take(if with_children { 4 } else { 2 });
    times.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}

impl Drop for Server {
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let started = Instant::now();
        while asked.is_ok() && started.elapsed() < Duration::from_secs(10) {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
