//! A disk of a party that can be full: a file system of its own, in memory, as small as it is said. Where it may not be
//! mounted, the party may write no file longer than its files are now (`ulimit -f`), which is refused as a full disk is.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the system calls such a disk.
pub(super) const NAME: &str = "cardwire-chaos";
/// So many mebibytes a party has.
pub(super) const OF_PARTY: usize = 64;
/// And so many a database server, with its log.
pub(super) const OF_DATABASE: usize = 1_200;

/// How disks are made full.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// File systems in memory, filled by a file.
    Mounted,
    /// A limit on the length of files, from one start of a process to the next.
    Limited,
}

/// A disk, or a folder in its place.
#[derive(Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    is_mounted: bool,
}

impl Disk {
    /// Makes a folder, and mounts a disk there if that may be.
    ///
    /// # Errors
    /// When there can be no such folder.
    pub(super) fn open(folder: PathBuf, mebibytes: usize) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let size = format!("size={mebibytes}m,mode=0755");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, NAME]).arg(&folder);
        let is_mounted = quietly(mount);
        Ok(Self { folder, is_mounted })
    }

    /// How it is made full.
    pub(super) fn way(&self) -> Way {
        if self.is_mounted { Way::Mounted } else { Way::Limited }
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }

    /// Fills it until nothing fits any more.
    pub(super) fn fill(&self) {
        if !self.is_mounted {
            return;
        }
        let Ok(mut file) = File::create(self.filler()) else { return };
        let block = vec![0; 1 << 20];
        while file.write_all(&block).is_ok() {}
        // What is left of the last block.
        let page = [0; 512];
        while file.write_all(&page).is_ok() {}
    }

    /// Makes room again.
    pub(super) fn empty(&self) {
        // Whoever makes room twice finds no filler.
        let _ = fs::remove_file(self.filler());
    }

    /// Copies what is on it beside it, for whoever looks into it when the disk is gone.
    pub(super) fn rescue(&self) -> io::Result<()> {
        if !self.is_mounted {
            return Ok(());
        }
        let mut saved = self.folder.clone().into_os_string();
        saved.push("-saved");
        copy(&self.folder, Path::new(&saved))
    }
}

/// The mount goes with whoever made it.
impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            unmount(&self.folder);
        }
    }
}

/// Unmounts a disk, at the latest when nobody uses it any more.
pub(super) fn unmount(folder: &Path) {
    let command = |words: &[&str]| {
        let mut command = Command::new("umount");
        command.args(words).arg(folder);
        command
    };
    if !quietly(command(&[])) {
        quietly(command(&["-l"]));
    }
}

/// Runs a command of the system without a word. Did it do what it should?
pub(super) fn quietly(mut command: Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, path) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        if entry.is_dir() {
            copy(&entry, &path)?;
        } else {
            fs::copy(entry, path)?;
        }
    }
    Ok(())
}
