//! A file system in memory that fails on command, and forgets what was not synchronised when it stops.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::vec::Vec;

use super::super::disk::{Disk, DiskFile};

/// What goes wrong with an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// It is not done.
    Refused(io::ErrorKind),
    /// A write takes so many hundredths of the octets, and the next one fails. Others are not done.
    Short(usize),
    /// It is done, and reports an error.
    DoneAndRefused,
    /// The machine stops before it.
    StopBefore,
    /// The machine stops after it.
    StopAfter,
}

/// What a disk has, of what was not synchronised, when the machine has stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Left {
    Nothing,
    /// So many hundredths of the last write, and all before it.
    Part(usize),
    /// The new length, and of every second block of 64 octets only zeros.
    Holes,
    Everything,
}

#[derive(Clone, Default)]
pub(super) struct FaultyDisk(Arc<Mutex<World>>);

#[derive(Default)]
struct World {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    /// How many operations there were.
    operations: usize,
    /// What goes wrong, with which operations.
    planned: BTreeMap<usize, Fault>,
    /// The next write fails.
    full: bool,
    /// Everything fails until this is taken back.
    broken: bool,
    stopped: bool,
}

#[derive(Clone, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// The states since the last synchronisation, oldest first.
    since: Vec<Vec<u8>>,
}

impl Content {
    fn change(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.now);
        self.since.push(self.now.clone());
    }
}

pub(super) struct FaultyFile {
    disk: FaultyDisk,
    index: usize,
}

impl FaultyDisk {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    pub(super) fn operations(&self) -> usize {
        self.world().operations
    }

    /// Lets one of the operations to come go wrong, besides those that were planned before.
    pub(super) fn plan(&self, after: usize, fault: Fault) {
        let mut world = self.world();
        let at = world.operations + after;
        world.planned.insert(at, fault);
    }

    pub(super) fn set_broken(&self, broken: bool) {
        self.world().broken = broken;
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.world().stopped
    }

    pub(super) fn stop(&self) {
        self.world().stopped = true;
    }

    /// The machine starts again, with what the disk has.
    pub(super) fn restart(&self, left: Left, new_names: bool) {
        let mut world = self.world();
        let names = if new_names { world.names.clone() } else { world.durable_names.clone() };
        for content in &mut world.files {
            let last = content.since.last().cloned();
            let before = content.since.iter().rev().nth(1).unwrap_or(&content.durable).clone();
            let found = match (left, last) {
                (Left::Nothing, _) | (_, None) => content.durable.clone(),
                (Left::Everything, Some(last)) => last,
                (Left::Part(share), Some(last)) => part(&before, &last, share),
                (Left::Holes, Some(last)) => holes(&content.durable, last),
            };
            *content = Content { now: found.clone(), durable: found, since: Vec::new() };
        }
        world.durable_names.clone_from(&names);
        world.names = names;
        world.planned.clear();
        (world.full, world.broken, world.stopped) = (false, false, false);
    }

    /// The content of a file, as the running system sees it.
    pub(super) fn content(&self, path: &Path) -> Vec<u8> {
        let world = self.world();
        world.files[world.names[path]].now.clone()
    }

    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.world().names.keys().cloned().collect()
    }

    /// One operation, done unless it goes wrong.
    fn operate<T>(&self, act: impl FnOnce(&mut World, Option<usize>) -> io::Result<T>) -> io::Result<T> {
        let mut world = self.world();
        let number = world.operations;
        world.operations += 1;
        if world.stopped {
            return Err(io::Error::other("the machine has stopped"));
        }
        if world.broken {
            return Err(io::Error::other("the disk is broken"));
        }
        let fault = world.planned.remove(&number);
        match fault {
            None => act(&mut world, None),
            Some(Fault::Refused(kind)) => Err(kind.into()),
            Some(Fault::Short(share)) => act(&mut world, Some(share)),
            Some(Fault::DoneAndRefused) => {
                act(&mut world, None)?;
                Err(io::Error::other("done, and refused"))
            }
            Some(Fault::StopBefore) => {
                world.stopped = true;
                Err(io::Error::other("the machine stops"))
            }
            Some(Fault::StopAfter) => {
                act(&mut world, None)?;
                world.stopped = true;
                Err(io::Error::other("the machine stops"))
            }
        }
    }

    fn file(&self, index: usize) -> FaultyFile {
        FaultyFile { disk: self.clone(), index }
    }
}

/// What one write left of itself.
fn part(before: &[u8], after: &[u8], share: usize) -> Vec<u8> {
    let same = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let written = (after.len() - same) * share / 100;
    let mut found = before.to_vec();
    found.resize(found.len().max(same + written), 0);
    found[same..same + written].copy_from_slice(&after[same..same + written]);
    found
}

/// Octets that are new, with every second block of them zeros.
fn holes(durable: &[u8], mut last: Vec<u8>) -> Vec<u8> {
    let known = durable.len().min(last.len());
    for block in last[known..].chunks_mut(64).step_by(2) {
        block.fill(0);
    }
    last
}

impl Disk for FaultyDisk {
    type File = FaultyFile;

    fn open(&self, path: &Path) -> io::Result<FaultyFile> {
        let index = self.operate(|world, _| {
            if let Some(index) = world.names.get(path) {
                return Ok(*index);
            }
            world.files.push(Content::default());
            let index = world.files.len() - 1;
            world.names.insert(path.to_owned(), index);
            Ok(index)
        })?;
        Ok(self.file(index))
    }

    fn create(&self, path: &Path) -> io::Result<FaultyFile> {
        let index = self.operate(|world, _| {
            if world.names.contains_key(path) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            world.files.push(Content::default());
            let index = world.files.len() - 1;
            world.names.insert(path.to_owned(), index);
            Ok(index)
        })?;
        Ok(self.file(index))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.operate(|world, _| {
            let index = world.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
            world.names.insert(to.to_owned(), index);
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.operate(|world, _| {
            world.names.remove(path).ok_or(io::ErrorKind::NotFound)?;
            Ok(())
        })
    }

    fn names(&self, _: &Path) -> io::Result<Vec<OsString>> {
        self.operate(|world, _| Ok(world.names.keys().map(|path| path.file_name().unwrap().into()).collect()))
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.operate(|world, _| {
            world.durable_names.clone_from(&world.names);
            Ok(())
        })
    }
}

impl DiskFile for FaultyFile {
    fn read_all(&mut self) -> io::Result<Vec<u8>> {
        self.disk.operate(|world, _| Ok(world.files[self.index].now.clone()))
    }

    fn write_at(&mut self, at: u64, octets: &[u8]) -> io::Result<usize> {
        self.disk.operate(|world, short| {
            if core::mem::take(&mut world.full) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let written = short.map_or(octets.len(), |share| octets.len() * share / 100);
            world.full = short.is_some();
            let at = usize::try_from(at).unwrap();
            world.files[self.index].change(|content| {
                content.resize(content.len().max(at + written), 0);
                content[at..at + written].copy_from_slice(&octets[..written]);
            });
            Ok(written)
        })
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.disk.operate(|world, _| {
            world.files[self.index].change(|content| content.resize(usize::try_from(len).unwrap(), 0));
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.operate(|world, _| {
            let content = &mut world.files[self.index];
            content.durable.clone_from(&content.now);
            content.since.clear();
            Ok(())
        })
    }
}
