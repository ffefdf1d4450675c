//! The folder and its zip: nothing that looks whole before it is, and nothing overwritten but an earlier pack.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::exit::Failure;
use crate::tasks::export::write_private;

/// By what a folder is known to be a pack.
pub const WHAT: &str = "caseledger pack";

const MANIFEST: &str = "manifest.json";
const SUMS: &str = "SHA256SUMS";

/// Where the pack is to be.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    zip: Option<PathBuf>,
    replaces: bool,
}

/// A pack in the making, in a folder beside its place that goes away by itself.
pub struct Folder {
    made: TempDir,
    files: Vec<File>,
}

/// A file of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its path in the folder.
    path: String,
    /// How long it is.
    bytes: usize,
    /// Its fingerprint.
    sha256: String,
}

/// What was finished.
pub struct Finished {
    /// How many files there are.
    pub files: usize,
    /// The manifest's fingerprint.
    pub manifest: String,
}

impl Place {
    /// Finds out whether there is room for a pack, before it is made.
    ///
    /// # Errors
    /// [`Failure::Usage`] when something is there that must not be overwritten.
    pub fn find(folder: &Path, zip: bool, force: bool) -> Result<Self, Failure> {
        let taken = |path: &Path, remedy: &str| {
            Err(Failure::Usage(format!("{} is there already. {remedy}", path.display())))
        };
        if folder.file_name().is_none() {
            return Err(Failure::Usage(format!("{} can't be a pack's folder.", folder.display())));
        }
        let replaces = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(_) => return taken(folder, "Name a folder that is to be made."),
        };
        match (replaces, force) {
            (true, false) if is_pack(folder) => {
                return taken(folder, "It is an earlier pack: --force puts the new one in its place.");
            }
            (true, _) if !is_pack(folder) => {
                return taken(folder, "It holds something else, which is never overwritten.");
            }
            _ => {}
        }
        let zip = zip.then(|| with_more(folder, ".zip"));
        if let Some(zip) = zip.as_deref().filter(|zip| zip.exists() && !force) {
            return taken(zip, "--force puts the new one in its place.");
        }
        Ok(Self { folder: folder.to_owned(), zip, replaces })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The zip, if there is to be one.
    pub fn zip(&self) -> Option<&Path> {
        self.zip.as_deref()
    }

    /// Begins a pack beside its place.
    ///
    /// # Errors
    /// [`Failure::Failed`] when nothing can be written there.
    pub fn begin(&self) -> Result<Folder, Failure> {
        let parent = match self.folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(|error| unwritten(parent, &error))?;
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
        let made = tempfile::Builder::new().prefix(&format!(".{name}.part-")).tempdir_in(parent);
        Ok(Folder { made: made.map_err(|error| unwritten(parent, &error))?, files: vec![] })
    }
}

fn unwritten(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Failed(format!("{} can't be written: {error}", path.display()))
}

/// Whether a folder holds a pack: its manifest says so.
fn is_pack(folder: &Path) -> bool {
    let manifest = fs::read(folder.join(MANIFEST)).ok();
    let manifest = manifest.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    manifest.is_some_and(|manifest| manifest["what"] == WHAT)
}

fn with_more(path: &Path, more: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(more);
    path.with_file_name(name)
}

impl Folder {
    /// Writes a file.
    ///
    /// # Errors
    /// [`Failure::Failed`] when it can't be written.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let whole = self.made.path().join(path);
        if let Some(folder) = whole.parent() {
            make_private(folder).map_err(|error| unwritten(folder, &error))?;
        }
        write_private(&whole, bytes)?;
        self.files.push(File { path: path.to_owned(), bytes: bytes.len(), sha256: sha256(bytes) });
        Ok(())
    }

    /// The files so far, in the order of their paths.
    pub fn files(&self) -> Vec<File> {
        let mut files = self.files.clone();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    /// Writes the manifest, which is what makes it a pack, and puts it in its place. The zip comes last; inside it the
    /// folder is called `root`.
    ///
    /// # Errors
    /// [`Failure::Failed`] when something can't be written; an earlier pack is then as it was.
    pub fn finish(mut self, manifest: Value, place: &Place, root: &str) -> Result<Finished, Failure> {
        let mut text = serde_json::to_string_pretty(&manifest).map_err(Failure::failed)?;
        text.push('\n');
        self.write(MANIFEST, text.as_bytes())?;
        let sums = self.files().into_iter().map(|file| format!("{}  {}\n", file.sha256, file.path));
        self.write(SUMS, sums.collect::<String>().as_bytes())?;
        let zipped = place.zip().map(|zip| self.zip(zip, root)).transpose()?;
        put(self.made, &place.folder, place.replaces)?;
        if let Some((part, zip)) = zipped {
            fs::rename(&part, zip).map_err(|error| unwritten(zip, &error))?;
        }
        Ok(Finished { files: self.files.len(), manifest: sha256(text.as_bytes()) })
    }

    /// The files in one, beside the place of the zip.
    fn zip<'a>(&self, zip: &'a Path, root: &str) -> Result<(PathBuf, &'a Path), Failure> {
        let part = with_more(zip, ".part");
        let written = self.write_zip(&part, root);
        if let Err(error) = written {
            // What is half written is of no use; that it can't be removed either is told by the first error.
            let _ = fs::remove_file(&part);
            return Err(unwritten(zip, &error));
        }
        Ok((part, zip))
    }

    fn write_zip(&self, part: &Path, root: &str) -> Result<(), Box<dyn std::error::Error>> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // Entries carry no time of their own: the same files give the same zip.
            .last_modified_time(DateTime::default())
            .unix_permissions(0o600);
        let mut open = fs::OpenOptions::new();
        open.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
        let mut zip = ZipWriter::new(io::BufWriter::new(open.open(part)?));
        for file in self.files() {
            let large = file.bytes >= u32::MAX as usize;
            zip.start_file(format!("{root}/{}", file.path), options.large_file(large))?;
            io::copy(&mut fs::File::open(self.made.path().join(&file.path))?, &mut zip)?;
        }
        let mut writer = zip.finish()?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        Ok(())
    }
}

/// Puts a finished folder in its place.
fn put(made: TempDir, place: &Path, replaces: bool) -> Result<(), Failure> {
    // A reader of the folder above must find the new name after a power cut, or none.
    let synced = fs::File::open(made.path()).and_then(|folder| folder.sync_all());
    synced.map_err(|error| unwritten(place, &error))?;
    if !replaces {
        // An empty folder gives way.
        fs::rename(made.path(), place).map_err(|error| unwritten(place, &error))?;
        // What was moved away is not there to be removed.
        let _ = made.keep();
        return Ok(());
    }
    exchange(made.path(), place).map_err(|error| unwritten(place, &error))?;
    // Now the earlier pack lies in the folder that goes away.
    made.close().map_err(|error| Failure::Failed(format!("The earlier pack can't be removed: {error}")))
}

/// Changes two folders over, so that at every moment one of the two packs is in the place.
#[cfg(target_os = "linux")]
fn exchange(made: &Path, place: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, made, CWD, place, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // Some file systems can't: network shares, old kernels.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => change_over(made, place),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(made: &Path, place: &Path) -> io::Result<()> {
    change_over(made, place)
}

/// The same in three steps, for file systems that have no such step.
fn change_over(made: &Path, place: &Path) -> io::Result<()> {
    let aside = with_more(made, "-earlier");
    fs::rename(place, &aside)?;
    if let Err(error) = fs::rename(made, place) {
        fs::rename(&aside, place)?;
        return Err(error);
    }
    fs::rename(&aside, made)
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(place: &Place, text: &str) -> Result<Finished, Failure> {
        let mut folder = place.begin().unwrap();
        folder.write("index.html", text.as_bytes()).unwrap();
        folder.write("measures/open.csv", b"1").unwrap();
        let manifest = json!({ "what": WHAT, "files": folder.files() });
        folder.finish(manifest, place, "pack")
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_pack_appears_as_a_whole_and_nothing_is_left_beside_it() {
        let above = tempfile::tempdir().unwrap();
        let out = above.path().join("a/pack");
        let place = Place::find(&out, true, false).unwrap();
        assert_eq!(made(&place, "one").unwrap().files, 4);
        assert_eq!(names(&above.path().join("a")), ["pack", "pack.zip"]);
        assert_eq!(names(&out), ["SHA256SUMS", "index.html", "manifest.json", "measures"]);
        let sums = fs::read_to_string(out.join(SUMS)).unwrap();
        assert_eq!(sums.lines().count(), 3);
        for line in sums.lines() {
            let (sum, path) = line.split_once("  ").unwrap();
            assert_eq!(sum, sha256(&fs::read(out.join(path)).unwrap()), "{path}");
        }
    }

    #[test]
    fn only_an_earlier_pack_gives_way_and_only_when_told_to() {
        let above = tempfile::tempdir().unwrap();
        let out = above.path().join("pack");
        fs::create_dir(&out).unwrap();
        made(&Place::find(&out, false, false).unwrap(), "one").unwrap();
        let refused = Place::find(&out, false, false).unwrap_err();
        assert!(refused.to_string().contains("--force"), "{refused}");
        made(&Place::find(&out, true, true).unwrap(), "two").unwrap();
        assert_eq!(fs::read(out.join("index.html")).unwrap(), b"two");
        assert_eq!(names(above.path()), ["pack", "pack.zip"]);
        assert!(matches!(Place::find(&out, true, false), Err(Failure::Usage(_))));

        let other = above.path().join("letters");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("letter.txt"), "Dear Ms Brown").unwrap();
        for force in [false, true] {
            assert!(matches!(Place::find(&other, false, force), Err(Failure::Usage(_))), "{force}");
            assert!(matches!(Place::find(&other.join("letter.txt"), false, force), Err(Failure::Usage(_))));
        }
        assert!(matches!(Place::find(Path::new("/"), false, true), Err(Failure::Usage(_))));
    }

    #[test]
    fn what_is_not_finished_is_gone() {
        let above = tempfile::tempdir().unwrap();
        let place = Place::find(&above.path().join("pack"), false, false).unwrap();
        let mut folder = place.begin().unwrap();
        folder.write("index.html", b"half").unwrap();
        assert!(!is_pack(folder.made.path()));
        drop(folder);
        assert!(names(above.path()).is_empty());
    }

    #[test]
    fn folders_are_changed_over_on_file_systems_that_can_do_it_in_steps_only() {
        let above = tempfile::tempdir().unwrap();
        let (new, old) = (above.path().join("new"), above.path().join("old"));
        for folder in [&new, &old] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("name"), folder.file_name().unwrap().as_encoded_bytes()).unwrap();
        }
        change_over(&new, &old).unwrap();
        assert_eq!(fs::read(old.join("name")).unwrap(), b"new");
        assert_eq!(fs::read(new.join("name")).unwrap(), b"old");
        assert_eq!(names(above.path()), ["new", "old"]);
    }
}
