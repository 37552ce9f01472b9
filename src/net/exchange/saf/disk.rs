//! What a queue needs of the file system, as a trait, so that tests can make any of it fail.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::vec::Vec;

/// A file system.
pub(super) trait Disk {
    type File: DiskFile;

    /// Opens a file, or makes it; only its owner may read it.
    fn open(&self, path: &Path) -> io::Result<Self::File>;

    /// Makes a file that only its owner may read; an error when there is one of the name.
    fn create(&self, path: &Path) -> io::Result<Self::File>;

    /// Gives a file the name of another, which is gone then.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    fn remove(&self, path: &Path) -> io::Result<()>;

    /// The names in a folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>>;

    /// Makes the names in a folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// An open file.
pub(super) trait DiskFile {
    fn read_all(&mut self) -> io::Result<Vec<u8>>;

    /// Writes octets at a place: all, or as many as it says.
    fn write_at(&mut self, at: u64, octets: &[u8]) -> io::Result<usize>;

    fn set_len(&mut self, len: u64) -> io::Result<()>;

    /// Makes what was written durable, the length included.
    fn sync(&mut self) -> io::Result<()>;
}

/// Writes all octets, however few of them are taken at a time.
pub(super) fn write_all(file: &mut impl DiskFile, mut at: u64, mut octets: &[u8]) -> io::Result<()> {
    while !octets.is_empty() {
        match file.write_at(at, octets) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                octets = octets.get(written..).unwrap_or_default();
                at += u64::try_from(written).unwrap_or(u64::MAX);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The file system of the machine.
#[derive(Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {
    type File = File;

    fn open(&self, path: &Path) -> io::Result<File> {
        let file = private().create(true).truncate(false).open(path)?;
        own(&file)?;
        close_to_others(&file);
        Ok(file)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        let file = private().create_new(true).open(path)?;
        own(&file)?;
        Ok(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    /// Elsewhere a folder is no file, and names are as durable as the system makes them.
    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl DiskFile for File {
    fn read_all(&mut self) -> io::Result<Vec<u8>> {
        self.seek(SeekFrom::Start(0))?;
        let mut octets = Vec::new();
        self.read_to_end(&mut octets)?;
        Ok(octets)
    }

    fn write_at(&mut self, at: u64, octets: &[u8]) -> io::Result<usize> {
        self.seek(SeekFrom::Start(at))?;
        self.write(octets)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        Self::set_len(self, len)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// To read and write what nobody else may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Takes a file, which may have another name besides its path: a hard link. It is given back when it is closed.
/// Elsewhere than on Unix such a lock would keep its owner from reading, too.
fn own(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    match fs4::FileExt::try_lock(file) {
        Ok(()) => (),
        Err(fs4::TryLockError::WouldBlock) => {
            let words = "the queue is in use under another name";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, words));
        }
        Err(fs4::TryLockError::Error(error)) => return Err(error),
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Takes the permissions away that a file of an earlier time gave to others. Where the file system has
/// none, or the file belongs to another user, it stays as it is.
fn close_to_others(file: &File) {
    #[cfg(unix)]
    if let Ok(about) = file.metadata() {
        use std::os::unix::fs::PermissionsExt;
        let mode = about.permissions().mode();
        if mode & 0o077 != 0 {
            let _ = file.set_permissions(fs::Permissions::from_mode(mode & 0o7700));
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}
