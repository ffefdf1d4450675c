//! A disk that is full for a while: a small file system, and a file that takes all the room that is left.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep};

use super::{Gone, What};
use crate::round::Stage;
use crate::watch::Said;

/// How large the file system is: room for PostgreSQL's files and some of its log.
const SIZE: &str = "size=192m";

/// How long `/readyz` may go on saying that all is well when nothing can be written any more.
const GRACE: Duration = Duration::from_secs(3);

/// A small file system in memory, mounted as long as this lives.
#[derive(Debug)]
pub struct SmallDisk {
    /// Where it is mounted.
    pub folder: PathBuf,
}

impl SmallDisk {
    /// Mounts one in a folder.
    ///
    /// # Errors
    /// [`Gone::LeftOut`] for who may not mount.
    pub fn in_folder(folder: &Path) -> Result<Self, Gone> {
        let left_out = |why: &dyn std::fmt::Display| {
            Gone::LeftOut(format!("mounting a small file system needs root: {why}"))
        };
        let mounted = folder.join("disk");
        fs::create_dir(&mounted).map_err(|error| left_out(&error))?;
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", SIZE, "caseledger-torture"])
            .arg(&mounted)
            .output()
            .map_err(|error| left_out(&error))?;
        if !output.status.success() {
            return Err(left_out(&String::from_utf8_lossy(&output.stderr).trim()));
        }
        let disk = Self { folder: mounted };
        // PostgreSQL runs as another user.
        for folder in [folder, &disk.folder] {
            fs::set_permissions(folder, Permissions::from_mode(0o755)).map_err(|error| left_out(&error))?;
        }
        Ok(disk)
    }

    fn ballast(folder: &Path) -> PathBuf {
        folder.join("ballast")
    }

    /// Takes all the room that is left.
    fn fill(folder: &Path) -> std::io::Result<()> {
        let mut file = File::create(Self::ballast(folder))?;
        for size in [1 << 20, 4_096, 1] {
            let block = vec![b'x'; size];
            while file.write_all(&block).is_ok() {}
        }
        Ok(())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that is being killed may hold on to it for another moment.
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

pub async fn inflict(stage: &Stage, chance: &mut ChaCha8Rng, until: Instant) -> Result<What, Gone> {
    let folder = stage.folder.join("disk");
    let (mut times, mut wrong) = (0, vec![]);
    while Instant::now() < until || times == 0 {
        sleep(Duration::from_millis(chance.random_range(500..2_000))).await;
        SmallDisk::fill(&folder)
            .map_err(|error| Gone::Wrong(format!("the disk can't be filled: {error}")))?;
        times += 1;
        let longer = Duration::from_millis(chance.random_range(500..3_000));
        let from = nothing_written(stage, GRACE + longer).await + GRACE;
        wrong.extend(lies(stage, from, Instant::now()));
        fs::remove_file(SmallDisk::ballast(&folder)).map_err(|error| Gone::Wrong(error.to_string()))?;
        // PostgreSQL may have given up for good when it found no room to recover into.
        if let Err(why) = stage.until_ready().await {
            wrong.push(format!("after there was room again, an instance did not come back: {why}"));
            break;
        }
    }
    Ok(What { told: format!("the disk was full {times} times"), wrong })
}

/// Waits until no command was acknowledged for so long; answers since when. A journal that was begun anew has room on a full disk.
async fn nothing_written(stage: &Stage, long: Duration) -> Instant {
    let acknowledged = || stage.world.book.counts().acknowledged;
    let (mut since, mut last) = (Instant::now(), acknowledged());
    while since.elapsed() < long {
        sleep(Duration::from_millis(50)).await;
        let now = acknowledged();
        if now > last {
            (since, last) = (Instant::now(), now);
        }
    }
    since
}

/// Clients wrote all the time, so nobody can have believed that all was well.
fn lies(stage: &Stage, from: Instant, to: Instant) -> Option<String> {
    let samples = stage.watches.iter().flat_map(|watch| watch.samples());
    let mut asked = samples.filter(|sample| sample.asked >= from && sample.answered <= to);
    let lied = asked.any(|sample| sample.said == Said::Ready);
    lied.then(|| "/readyz said ready while the disk was full and clients were writing".to_owned())
}
