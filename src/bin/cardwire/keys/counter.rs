//! The transaction counters that devices have used, kept in a file, so that no key is used twice.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cardwire::crypto::Family;
use fs4::{FileExt, TryLockError};

use super::serial::Serial;
use crate::toml_file;

/// The counter of one device, in `test.toml.ksn` beside the key file `test.toml`: the last number of each device
/// on a line of its own. It is ours until the process ends.
pub(super) struct Counter {
    path: PathBuf,
    last: Serial,
    /// The lines of other devices.
    others: Vec<String>,
    _lock: File,
}

impl Counter {
    /// The counter of the device that has `first` in the key file: what its own file says, if that is later.
    pub(super) fn open(key_file: &Path, first: Serial) -> Result<Self, String> {
        let lock = locked(key_file)?;
        let path = beside(key_file, ".ksn");
        let (mut last, mut others) = (first, Vec::new());
        let text =
            if path.exists() { toml_file::text(&path).map_err(|_| unread(&path))? } else { String::new() };
        for (index, line) in text.lines().enumerate() {
            let families = [Family::Des, Family::Aes].into_iter();
            let said = families.filter_map(|family| Serial::from_hex(family, line).ok()).next();
            let said =
                said.ok_or_else(|| format!("{}, line {}: no key serial number", path.display(), index + 1))?;
            if said.device() != first.device() {
                others.push(line.to_owned());
            } else if said.counter() > last.counter() {
                last = said;
            }
        }
        Ok(Self { path, last, others, _lock: lock })
    }

    /// The number of the next transaction. When this returns, the file says that it is used.
    pub(super) fn take(&mut self) -> Result<Serial, String> {
        let next = self.last.next().map_err(|error| error.to_string())?;
        let kept = self.keep(next);
        kept.map_err(|error| format!("the counter cannot be kept: {}: {error}", self.path.display()))?;
        self.last = next;
        Ok(next)
    }

    /// Replaces the file by one that is complete and on the disk.
    fn keep(&self, next: Serial) -> io::Result<()> {
        let new = beside(&self.path, ".new");
        let mut file = private().create(true).truncate(true).write(true).open(&new)?;
        for line in &self.others {
            writeln!(file, "{line}")?;
        }
        writeln!(file, "{next}")?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        sync_folder(&self.path)
    }
}

/// The key file, locked: one process at a time takes numbers.
fn locked(key_file: &Path) -> Result<File, String> {
    let file = File::open(key_file).map_err(|error| error.to_string())?;
    match FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err("another process takes keys of this device".into()),
        Err(TryLockError::Error(error)) => Err(format!("no lock of the key file: {error}")),
    }
}

fn unread(path: &Path) -> String {
    format!("{} cannot be read", path.display())
}

/// The path with something after its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// For a file that only its owner can read.
#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

/// A name that was changed is on the disk when its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
