//! How much room there is where a store lies.

use std::io;
use std::path::Path;

/// The room of a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// What this process may still use, in bytes.
    pub free: u64,
    /// All of it, in bytes.
    pub size: u64,
}

/// The room of the file system that holds a file, or would hold it.
///
/// # Errors
/// When the system does not say.
pub fn room(file: &Path) -> io::Result<Room> {
    let folder = file.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let told = rustix::fs::statvfs(folder)?;
    Ok(Room {
        free: told.f_bavail.saturating_mul(told.f_frsize),
        size: told.f_blocks.saturating_mul(told.f_frsize),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_that_of_the_folder_even_before_there_is_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let room = room(&folder.path().join("not/yet/there.sqlite")).expect("the system says");
        assert!(room.size >= room.free && room.size > 0);
    }
}
