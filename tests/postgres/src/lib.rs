//! A private PostgreSQL server for tests.
//!
//! It has no port: it listens on a socket in a temporary folder, and runs as an unprivileged user, since PostgreSQL
//! refuses to be root. A keeper process waits at a pipe from the test process; when the pipe closes, be it that the server
//! was dropped or that the test process was killed, the keeper stops the server and removes the folder.
//!
//! ```no_run
//! let url = caseledger_test_postgres::Postgres::shared().fresh_database();
//! ```

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The package that holds the server, on Debian.
const PACKAGE: &str = "postgresql";

/// The longest path that a socket may have, less the socket's own name.
const LONGEST_FOLDER: usize = 80;

/// Starts the server, says so, waits until nobody needs it any more, and cleans up.
const KEEPER: &str = r#"
trap '' HUP INT TERM
if "$BIN/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --locale=C -D "$FOLDER/data" \
     > "$FOLDER/output" 2>&1 < /dev/null &&
   "$BIN/pg_ctl" start -w -s -t 60 -D "$FOLDER/data" -l "$FOLDER/output" -o "$SETTINGS" > /dev/null 2>&1 < /dev/null
then echo started; else echo failed; cat "$FOLDER/output"; fi
exec > /dev/null
while read -r _; do :; done
"$BIN/pg_ctl" stop -m immediate -w -s -D "$FOLDER/data" > /dev/null 2>&1
rm -rf "$FOLDER"
"#;

/// Kills the postmaster; its children notice, and end.
const KILL: &str = r#"kill -9 "$(head -n 1 "$FOLDER/data/postmaster.pid")""#;

/// Starts a server that was killed, as often as it takes until the last of its children has gone.
const START_AGAIN: &str = r#"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    "$BIN/pg_ctl" start -w -s -t 60 -D "$FOLDER/data" -l "$FOLDER/output" -o "$SETTINGS" > /dev/null 2>&1 && exit 0
    sleep 0.5
done
tail -n 20 "$FOLDER/output"
exit 1
"#;

/// Whether a commit survives a loss of power. Tests of behaviour don't need it, and are faster without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// `fsync=off`.
    #[default]
    Off,
    /// As in production.
    On,
}

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    keeper: Child,
    /// Open as long as the server is needed.
    needed: Option<ChildStdin>,
    folder: PathBuf,
    bin: PathBuf,
    settings: String,
    databases: AtomicUsize,
    creating: Mutex<()>,
}

impl Postgres {
    /// The server that all tests of one binary share. It stops with the process.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A server of one's own, which doesn't wait for the disk.
    ///
    /// # Panics
    /// When PostgreSQL is not installed, saying what to install, or when it doesn't start, with what it said.
    pub fn start() -> Self {
        Self::start_with(Durability::Off)
    }

    /// A server of one's own.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_with(durability: Durability) -> Self {
        Self::start_set(durability, "")
    }

    /// A server of one's own, with further settings as `postgres` takes them: `-c shared_buffers=1GB`.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_set(durability: Durability, further: &str) -> Self {
        let usual = std::env::temp_dir();
        let parent = if usual.as_os_str().len() < LONGEST_FOLDER { usual } else { PathBuf::from("/tmp") };
        Self::start_with_all(&parent, durability, further)
    }

    /// A server of one's own, with its files in a folder of their own below that one.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_in(parent: &Path, durability: Durability) -> Self {
        Self::start_with_all(parent, durability, "")
    }

    fn start_with_all(parent: &Path, durability: Durability, further: &str) -> Self {
        let bin = binaries();
        let folder = private_folder(parent);
        let fsync = match durability {
            Durability::Off => "-c fsync=off -c synchronous_commit=off -c full_page_writes=off",
            Durability::On => "-c fsync=on -c synchronous_commit=on",
        };
        let settings = format!(
            "-k {} -c listen_addresses= -c max_connections=400 -c shared_buffers=128MB \
             -c dynamic_shared_memory_type=mmap {fsync} {further}",
            folder.display()
        );
        if let Some((user, group)) = unprivileged_user() {
            chown(&folder, Some(user), Some(group)).expect("the folder is ours");
        }
        let mut command = shell(KEEPER, &bin, &folder, &settings);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut keeper = command.spawn().expect("there is a shell");
        let needed = keeper.stdin.take();
        let mut said = BufReader::new(keeper.stdout.take().expect("the keeper's output is piped"));
        let mut outcome = String::new();
        said.read_line(&mut outcome).expect("the keeper speaks");
        if outcome.trim() != "started" {
            let mut output = String::new();
            said.read_to_string(&mut output).unwrap_or_default();
            panic!("PostgreSQL ({}) did not start:\n{output}", bin.display());
        }
        Self {
            keeper,
            needed,
            folder,
            bin,
            settings,
            databases: AtomicUsize::new(0),
            creating: Mutex::new(()),
        }
    }

    /// Kills the server at once, as the machine's out-of-memory killer would: nothing is written out, nobody is told.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&self) {
        self.run(KILL, "be killed");
    }

    /// Starts it again after [`kill`](Self::kill), and answers once it takes connections.
    ///
    /// # Panics
    /// When it does not start, with what it said.
    pub fn start_again(&self) {
        self.run(START_AGAIN, "start again");
    }

    fn run(&self, script: &str, what: &str) {
        let output = shell(script, &self.bin, &self.folder, &self.settings).stdin(Stdio::null()).output();
        let output = output.expect("there is a shell");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "the server could not {what}: {said}");
    }

    /// The process that all others of the server are children of, while it runs.
    pub fn pid(&self) -> Option<i32> {
        let text = fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// That process and its children.
    pub fn pids(&self) -> Vec<i32> {
        let Some(own) = self.pid() else { return vec![] };
        let stat = |pid: i32| fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        // After the command's name in brackets come the state and the parent.
        let parent = |text: String| text.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<i32>().ok();
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        let all = all.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let ours = all.filter(|pid| *pid == own || stat(*pid).and_then(parent) == Some(own));
        ours.collect()
    }

    /// Whether it runs.
    pub fn runs(&self) -> bool {
        self.pid().is_some_and(|pid| Path::new(&format!("/proc/{pid}")).exists())
    }

    /// Whether it takes connections.
    pub fn answers(&self) -> bool {
        let asked = Command::new(self.bin.join("pg_isready")).arg("-q").arg("-h").arg(&self.folder).status();
        asked.is_ok_and(|status| status.success())
    }

    /// Makes an empty database and gives its URL.
    ///
    /// # Panics
    /// When the server has gone.
    pub fn fresh_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let _one_at_a_time = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
        self.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.url(&name)
    }

    /// The URL of a database, as the superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=postgres", self.folder.display())
    }

    /// Runs SQL as the superuser, with psql, and gives what it prints.
    ///
    /// # Panics
    /// When the SQL fails.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let output = Command::new(self.bin.join("psql"))
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                "postgres",
                "-d",
                database,
                "-c",
                sql,
            ])
            .arg("-h")
            .arg(&self.folder)
            .output()
            .expect("psql is installed with the server");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The folder of its socket and its data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.needed = None;
        let _stopped = self.keeper.wait();
    }
}

/// A shell that runs a script as the server's user.
fn shell(script: &str, bin: &Path, folder: &Path, settings: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", script])
        .current_dir("/")
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("LC_ALL", "C"), ("SETTINGS", settings)])
        .env("BIN", bin)
        .env("FOLDER", folder)
        .process_group(0); // an interrupt at the terminal is not for the server
    if let Some((user, group)) = unprivileged_user() {
        command.uid(user).gid(group);
    }
    command
}

/// The folder of the server's programs: that of the newest version that Debian's package has installed, or one on the path.
fn binaries() -> PathBuf {
    let installed =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = installed.filter(|path| path.join("bin/initdb").exists()).max_by_key(version);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    newest.map(|version| version.join("bin")).or_else(on_path).unwrap_or_else(|| {
        panic!("PostgreSQL is not installed, and these tests start one: apt-get install {PACKAGE}")
    })
}

/// A folder that only the server's user can enter, short enough to hold a socket.
fn private_folder(parent: &Path) -> PathBuf {
    let folder = tempfile::Builder::new().prefix("caseledger-pg-").tempdir_in(parent);
    let folder = folder.expect("the temporary folder can be written to").keep();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("the folder is ours");
    folder
}

/// Who runs the server when we are root: `postgres`, or else `nobody`.
fn unprivileged_user() -> Option<(u32, u32)> {
    let we_are_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2);
        Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
    };
    we_are_root.then(|| find("postgres").or_else(|| find("nobody")).unwrap_or((65_534, 65_534)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_gives_databases_and_leaves_nothing() {
        let server = Postgres::start();
        let first = server.fresh_database();
        let second = server.fresh_database();
        assert_ne!(first, second);
        assert_eq!(server.psql("test_1", "SELECT current_database()"), "test_1");
        let folder = server.folder().to_owned();
        drop(server);
        assert!(!folder.exists(), "the server's folder is left behind");
    }

    #[test]
    fn a_server_that_was_killed_starts_again_with_what_was_committed() {
        let server = Postgres::start_with(Durability::On);
        server.psql("postgres", "CREATE TABLE kept AS SELECT 7 AS number");
        server.kill();
        server.start_again();
        assert_eq!(server.psql("postgres", "SELECT number FROM kept"), "7");
        assert!(server.pid().is_some());
    }

    #[test]
    fn a_durable_server_waits_for_the_disk() {
        let server = Postgres::start_with(Durability::On);
        assert_eq!(server.psql("postgres", "SHOW fsync"), "on");
    }
}
