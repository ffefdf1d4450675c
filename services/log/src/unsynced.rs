//! Whether a file that nobody syncs can be believed.
//!
//! What a process has written is there for the next one, however the first has ended: the system has it. Only the end of the
//! system itself takes away what it had not put on the disk yet, and leaves a file of old and of new pages. So the boot of the
//! system is noted beside the file, and the note is synced, from before the first write until whoever uses the file last has
//! synced it. A file under the note of another boot is removed: what it held follows from the log.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::BuildHasher;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tracing::warn;

use crate::beside::{BESIDE, BOOT, JOURNAL_BESIDE, sqlite_file};

/// The boot of this system. Where it has no name each process is taken for a system of its own.
static THIS_BOOT: LazyLock<String> = LazyLock::new(|| {
    let named = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let named = named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    named.unwrap_or_else(|| RandomState::new().hash_one(std::process::id()).to_string())
});

/// The use of a store's file that follows from its log, by one process or by several. All of them hold a lock on the note.
pub(crate) struct InUse {
    store: PathBuf,
    note: File,
}

impl InUse {
    /// Begins to use the file, which is removed if it can't be believed. It waits for others who begin or end.
    ///
    /// # Errors
    /// The disk's.
    pub fn begin(store: &Path) -> io::Result<Self> {
        let note = sqlite_file(store, BOOT);
        let note = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(note)?;
        let mut used = Self { store: store.to_owned(), note };
        loop {
            match used.note.try_lock() {
                Ok(()) => used.begin_alone()?,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            used.note.lock_shared()?;
            if used.noted()? == *THIS_BOOT {
                return Ok(used);
            }
            used.note.unlock()?; // whoever used it has ended meanwhile
        }
    }

    /// Begins to use the file while nobody else does.
    fn begin_alone(&mut self) -> io::Result<()> {
        let noted = self.noted()?;
        if noted == *THIS_BOOT {
            return Ok(());
        }
        if !noted.is_empty() {
            warn!("the system ended while read models were written to: they are made anew");
            for name in [JOURNAL_BESIDE, BESIDE] {
                match fs::remove_file(sqlite_file(&self.store, name)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            self.sync_folder()?; // or the file could be there again, and the note another
        }
        self.note(&THIS_BOOT)?;
        self.sync_folder()
    }

    /// Ends the use of the file, all of whose connections of this process are closed. If nobody else uses it, it is on disk
    /// afterwards, and believed under any boot.
    ///
    /// # Errors
    /// The disk's. The file is not believed under another boot then.
    pub fn end(mut self) -> io::Result<()> {
        let is_alone = self.note.try_lock().is_ok();
        if is_alone && !self.has_journal() {
            File::open(sqlite_file(&self.store, BESIDE))?.sync_all()?;
            self.sync_folder()?;
            self.note("")?;
        }
        Ok(())
    }

    /// Whether the file has a journal: somebody has it open, or has not taken the journal into it.
    pub fn has_journal(&self) -> bool {
        sqlite_file(&self.store, JOURNAL_BESIDE).exists()
    }

    fn noted(&mut self) -> io::Result<String> {
        let mut noted = String::new();
        self.note.rewind()?;
        self.note.read_to_string(&mut noted)?;
        Ok(noted)
    }

    fn note(&mut self, boot: &str) -> io::Result<()> {
        self.note.set_len(0)?;
        self.note.rewind()?;
        self.note.write_all(boot.as_bytes())?;
        self.note.sync_all()
    }

    fn sync_folder(&self) -> io::Result<()> {
        let folder = self.store.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store with a file of read models under a note, and what became of both when it was used again.
    fn used_again(noted: &str) -> (InUse, tempfile::TempDir, bool) {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store.sqlite");
        for (name, text) in [(BESIDE, "rows"), (JOURNAL_BESIDE, "pages"), (BOOT, noted)] {
            fs::write(sqlite_file(&store, name), text).unwrap();
        }
        let used = InUse::begin(&store).unwrap();
        assert_eq!(note_of(&used), *THIS_BOOT);
        let is_there = [BESIDE, JOURNAL_BESIDE].map(|name| sqlite_file(&store, name).exists());
        assert_eq!(is_there[0], is_there[1]);
        (used, folder, is_there[0])
    }

    fn note_of(used: &InUse) -> String {
        fs::read_to_string(sqlite_file(&used.store, BOOT)).unwrap()
    }

    #[test]
    fn a_file_is_believed_that_was_synced_or_is_of_this_boot() {
        for (noted, is_believed) in
            [("", true), (THIS_BOOT.as_str(), true), ("another", false), ("ano", false)]
        {
            assert_eq!(used_again(noted).2, is_believed, "{noted}");
        }
    }

    #[test]
    fn it_is_synced_by_whoever_uses_it_last_and_if_its_journal_is_in_it() {
        let (first, _folder, _) = used_again("");
        let (second, third) = (InUse::begin(&first.store).unwrap(), InUse::begin(&first.store).unwrap());
        let store = first.store.clone();
        let note = || fs::read_to_string(sqlite_file(&store, BOOT)).unwrap();
        let journal = sqlite_file(&store, JOURNAL_BESIDE);
        fs::remove_file(&journal).unwrap();
        first.end().unwrap();
        assert_eq!(note(), *THIS_BOOT, "others use it");
        drop(second); // as when a process is killed
        fs::write(&journal, "pages").unwrap();
        third.end().unwrap();
        assert_eq!(note(), *THIS_BOOT, "somebody has it open");
        fs::remove_file(&journal).unwrap();
        InUse::begin(&store).unwrap().end().unwrap();
        assert_eq!(note(), "");
    }
}
