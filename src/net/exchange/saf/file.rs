//! A queue in one file.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::string::String;
use std::{format, process};

use fs4::{FileExt, TryLockError};

use super::disk::{RealDisk, private};
use super::journal::{Cut, Journal};
use super::record::{Queue, Record};

/// The records of a forwarder in a file; every commit is synchronised to the disk.
///
/// The file belongs to the queue that opened it: a second one, in this process or another, gets an error
/// that names the process that has it. The lock is a file beside it, `reversals.saf.lock` for
/// `reversals.saf`, which stays. A link to the file is the same queue, and so is a hard link on Unix.
///
/// Only its owner may read the file (mode 0600). The octets of messages are kept as they are given, and
/// overwritten when the message is done; what the file system and the device remember is not reached by
/// that. Messages with card data are to be encrypted by whoever puts them in, or the file must lie on
/// encrypted storage.
///
/// After a crash, commits that were confirmed are there. One that was being written is cut off, and
/// [`FileQueue::cut`] says so. A file that is damaged before its last commit is refused. After a failed
/// write the queue repairs itself before it accepts anything: it goes on when the disk does.
#[derive(Debug)]
pub struct FileQueue {
    journal: Journal<RealDisk>,
    /// Given back after the file is closed.
    _lock: Lock,
}

impl FileQueue {
    /// Opens the file, or makes it. A queue of the format before version 0.1 is converted.
    ///
    /// # Errors
    /// When it cannot be opened for reading and writing, another queue has it open, or it is no queue.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = resolved(path.as_ref())?;
        let lock = Lock::take(&path)?;
        Ok(Self { journal: Journal::open(RealDisk, path)?, _lock: lock })
    }

    /// What was cut off the end of the file when it was read: a commit that was being written when the
    /// machine stopped. None of its steps was confirmed.
    #[must_use]
    pub const fn cut(&self) -> Option<Cut> {
        self.journal.cut()
    }
}

impl Queue for FileQueue {
    type Error = io::Error;

    fn append(&mut self, record: Record<'_>) -> io::Result<()> {
        self.journal.append(record)
    }

    fn commit(&mut self) -> io::Result<()> {
        self.journal.commit()
    }

    fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> io::Result<()> {
        self.journal.replay(each)
    }

    fn rewrite(&mut self, records: &mut dyn Iterator<Item = Record<'_>>) -> io::Result<()> {
        self.journal.rewrite(records)
    }
}

/// The one path of a file, so that two names for it are one queue.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if let Ok(resolved) = path.canonicalize() {
            return Ok(resolved);
        }
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let folder = folder.canonicalize()?;
        match path.read_link() {
            // The queue will be where the link points to, and not in the place of the link.
            Ok(target) => path = folder.join(target),
            Err(_) => return Ok(folder.join(path.file_name().ok_or(io::ErrorKind::InvalidInput)?)),
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "a link that points to itself"))
}

/// How many links may lie between a name and a queue that is not there yet.
const MOST_LINKS: usize = 40;

/// That a queue is ours. The system gives it back when the process ends, however it ends.
#[derive(Debug)]
struct Lock {
    _file: File,
}

impl Lock {
    fn take(queue: &Path) -> io::Result<Self> {
        let mut path = queue.as_os_str().to_owned();
        path.push(".lock");
        let mut file = private().create(true).truncate(false).open(&path)?;
        match FileExt::try_lock(&file) {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => {
                let words = format!("{} is in use by {}", queue.display(), holder(&mut file));
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, words));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The name of the holder is for people: without it the lock holds all the same.
        let _ = file.set_len(0).and_then(|()| file.write_all(format!("{}\n", process::id()).as_bytes()));
        Ok(Self { _file: file })
    }
}

/// Who holds a lock, as its file says.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.take(20).read_to_string(&mut text);
    match text.trim().parse::<u32>() {
        Ok(id) if id == process::id() => "another queue of this process".into(),
        Ok(id) => format!("process {id}"),
        Err(_) => "another process".into(),
    }
}
