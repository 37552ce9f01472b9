//! Queues in real files: what is cut, what is refused, who owns them, who may read them.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A queue in a folder of its own, which is gone when the test is over: the queue keeps a lock beside its file.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("cardwire-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder.join("queue.saf"))
    }
}

impl AsRef<Path> for Scratch {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = self.0.parent().map(fs::remove_dir_all);
    }
}

#[test]
fn a_file_cut_anywhere_loses_nothing_that_was_confirmed() {
    let path = Scratch::new("cut");
    let mut saf = Forwarder::recover(FileQueue::open(&path).unwrap(), POLICY, 1).unwrap();
    let mut sizes = Vec::new();
    for text in ["one", "two", "three"] {
        let id = saf.put(1, text.as_bytes()).unwrap();
        sizes.push((fs::metadata(&path).unwrap().len(), id));
    }
    drop(saf);
    let whole = fs::read(&path).unwrap();
    for cut in 0..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let mut saf = Forwarder::recover(FileQueue::open(&path).unwrap(), POLICY, 1).unwrap();
        let confirmed = sizes.iter().filter(|(size, _)| *size <= cut as u64).count();
        assert_eq!(saf.len(), confirmed, "cut at {cut}");
        // and what comes next does not join the torn record
        let id = saf.put(1, b"next").unwrap();
        drop(saf);
        let saf = Forwarder::recover(FileQueue::open(&path).unwrap(), POLICY, 1).unwrap();
        assert_eq!((saf.len(), saf.octets(id)), (confirmed + 1, Some(b"next".as_slice())));
    }
    // damage within the file is refused, not skipped
    let mut damaged = whole;
    damaged[40] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let error = Forwarder::recover(FileQueue::open(&path).unwrap(), POLICY, 1).unwrap_err();
    assert_eq!(error.to_string(), "the queue is damaged at byte 16, and whole commits follow");
}

#[test]
fn a_file_is_rewritten_whole() {
    let path = Scratch::new("rewrite");
    let mut saf = Forwarder::recover(FileQueue::open(&path).unwrap(), POLICY, 1).unwrap();
    for _ in 0..10 {
        let id = saf.put(1, &[7; 100]).unwrap();
        due(&mut saf, 0);
        saf.acknowledged(id).unwrap();
    }
    let id = saf.put(1, b"left").unwrap();
    due(&mut saf, 0);
    saf.refused(id, *b"12").unwrap();
    saf.compact().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 200);
    let last = saf.put(2, b"after").unwrap();
    drop(saf);
    let saf = Forwarder::recover(FileQueue::open(&path).unwrap(), POLICY, 1).unwrap();
    assert_eq!((saf.octets(id), saf.octets(last)), (Some(b"left".as_slice()), Some(b"after".as_slice())));
}

#[test]
fn a_group_is_in_the_file_whole_or_not_at_all() {
    let path = Scratch::new("group");
    let mut saf = Forwarder::recover(FileQueue::open(&path).unwrap(), POLICY, 1).unwrap();
    saf.put(1, b"before").unwrap();
    let before = fs::metadata(&path).unwrap().len();
    saf.group(|saf| {
        for text in ["one", "two", "three"] {
            saf.put(2, text.as_bytes()).unwrap();
        }
        assert_eq!(fs::metadata(&path).unwrap().len(), before, "nothing is written yet");
        assert!(saf.due(s(0)).unwrap().is_some());
    })
    .unwrap();
    drop(saf);
    let whole = fs::read(&path).unwrap();
    for cut in before..=whole.len() as u64 {
        fs::write(&path, &whole[..cut as usize]).unwrap();
        let saf = Forwarder::recover(FileQueue::open(&path).unwrap(), POLICY, 1).unwrap();
        assert_eq!(saf.len(), if cut == whole.len() as u64 { 4 } else { 1 }, "cut at {cut}");
    }
}
