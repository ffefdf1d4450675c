//! The room where a SQLite store lies.

use caseledger_log::sqlite_bytes;

use super::{Finding, Line};
use crate::disk::{self, Room};
use crate::settings::{Disk, Settings};
use crate::wire;

const MB: u64 = 1_000_000;

/// Looks at the file system of the store, or of the folder that it is to lie in.
pub(super) fn look(settings: &Settings) -> Line {
    let Some(store) = wire::sqlite_path(&settings.store) else {
        return line(Finding::NotLookedAt, "the database server looks after its own".to_owned());
    };
    match disk::room(store) {
        Ok(Room { free, .. }) => judge(free, sqlite_bytes(store), &settings.disk),
        Err(error) => line(Finding::NotLookedAt, format!("the file system does not say: {error}")),
    }
}

/// Too little room is an illness only where the next commands would be lost for it. A store that still works, on a disk
/// that can't hold it twice, is a warning: a rebuild writes the read models anew beside those that are served.
fn judge(room: u64, store: u64, limits: &Disk) -> Line {
    let megabytes = |bytes: u64| bytes / MB;
    if room < limits.ill_below_mb.saturating_mul(MB) {
        let told = format!(
            "{} MB are left: soon no command can be kept. Make room, or move the store (ill below {} MB)",
            megabytes(room),
            limits.ill_below_mb
        );
        return line(Finding::Ill, told);
    }
    if room < limits.warn_below_mb.saturating_mul(MB) {
        let told = format!("{} MB are left (warned of below {} MB)", megabytes(room), limits.warn_below_mb);
        return line(Finding::Warning, told);
    }
    if room < store {
        let told = format!(
            "{} MB are left, the store has {} MB: a rebuild of all projections may not find room",
            megabytes(room),
            megabytes(store)
        );
        return line(Finding::Warning, told);
    }
    line(Finding::Well, format!("{} MB are left", megabytes(room)))
}

fn line(finding: Finding, detail: String) -> Line {
    Line { about: "disk", finding, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Disk = Disk { warn_below_mb: 1000, ill_below_mb: 100 };

    fn found(room_mb: u64, store_mb: u64) -> Finding {
        judge(room_mb * MB, store_mb * MB, &LIMITS).finding
    }

    #[test]
    fn a_disk_that_is_nearly_full_is_ill() {
        assert_eq!(found(99, 1), Finding::Ill);
        assert_eq!(found(100, 1), Finding::Warning);
    }

    #[test]
    fn a_small_disk_that_still_has_room_is_a_warning() {
        assert_eq!(found(398, 1), Finding::Warning);
        assert_eq!(found(1000, 1), Finding::Well);
    }

    #[test]
    fn a_store_that_a_rebuild_could_not_find_room_beside_is_a_warning() {
        assert_eq!(found(20_000, 20_001), Finding::Warning);
        assert_eq!(found(20_000, 20_000), Finding::Well);
    }

    #[test]
    fn what_is_told_says_what_to_do() {
        let told = judge(5 * MB, 0, &LIMITS).detail;
        assert!(told.contains("5 MB are left") && told.contains("Make room"), "{told}");
    }
}
