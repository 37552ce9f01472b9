//! Queues of store and forward in real files: one owner, one reader, nothing of what is done.
#![cfg(feature = "file-queue")]

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use cardwire::net::saf::{FileQueue, Forwarder, Policy};

/// A folder of the test's own, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cardwire-saf-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(path: impl AsRef<Path>) -> Forwarder<FileQueue> {
    Forwarder::recover(FileQueue::open(path).unwrap(), Policy::default(), 7).unwrap()
}

fn deliver(saf: &mut Forwarder<FileQueue>, id: u64) {
    while saf.due(Duration::ZERO).unwrap().is_some() {}
    saf.acknowledged(id).unwrap();
}

/// Two queues whose names differ only after the last dot, rewritten again and again at the same time.
#[test]
fn two_queues_of_one_stem_stay_apart() {
    let folder = Folder::new("stem");
    let threads: Vec<_> = ["r.visa", "r.mc", "r"]
        .map(|name| {
            let path = folder.join(name);
            std::thread::spawn(move || {
                let mut saf = open(path);
                let text = format!("{name} message");
                let ids: Vec<_> = (0..5).map(|_| saf.put(1, text.as_bytes()).unwrap()).collect();
                for _ in 0..60 {
                    saf.compact().unwrap();
                }
                assert!(ids.iter().all(|id| saf.octets(*id) == Some(text.as_bytes())), "{name}");
            })
        })
        .into_iter()
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    for name in ["r.visa", "r.mc", "r"] {
        let saf = open(folder.join(name));
        assert_eq!(saf.len(), 5);
        assert!((1..=5).all(|id| saf.octets(id).is_some_and(|octets| octets.starts_with(name.as_bytes()))));
    }
    assert_eq!(folder.names(), ["r", "r.lock", "r.mc", "r.mc.lock", "r.visa", "r.visa.lock"]);
}

#[test]
fn the_second_queue_of_a_file_is_refused_in_words() {
    let folder = Folder::new("second");
    fs::create_dir(folder.join("below")).unwrap();
    let first = open(folder.join("r.saf"));
    // under its name, and under others
    let mut names = vec![folder.join("r.saf"), folder.join("below/../r.saf")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("r.saf"), folder.join("link")).unwrap();
        names.push(folder.join("link"));
    }
    for name in names {
        let error = FileQueue::open(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ResourceBusy);
        let words = error.to_string();
        assert!(words.ends_with("r.saf is in use by another queue of this process"), "{words}");
    }
    drop(first);
    open(folder.join("r.saf"));
}

/// A hard link is another name for the same octets.
#[cfg(unix)]
#[test]
fn a_queue_with_two_names_has_one_owner() {
    let folder = Folder::new("hard");
    let mut first = open(folder.join("r.saf"));
    let id = first.put(1, b"0420...").unwrap();
    fs::hard_link(folder.join("r.saf"), folder.join("other.saf")).unwrap();
    let error = FileQueue::open(folder.join("other.saf")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResourceBusy);
    assert!(error.to_string().contains("in use under another name"), "{error}");
    drop(first);
    assert_eq!(open(folder.join("other.saf")).octets(id), Some(b"0420...".as_slice()));
}

/// A link to a queue that is not there yet is no second file.
#[cfg(unix)]
#[test]
fn a_link_to_a_queue_that_is_made_stays_a_link() {
    let folder = Folder::new("dangling");
    fs::create_dir(folder.join("below")).unwrap();
    std::os::unix::fs::symlink("below/r.saf", folder.join("link")).unwrap();
    let mut first = open(folder.join("link"));
    let id = first.put(1, b"0420...").unwrap();
    first.compact().unwrap();
    let words = FileQueue::open(folder.join("below/r.saf")).unwrap_err().to_string();
    assert!(words.ends_with("r.saf is in use by another queue of this process"), "{words}");
    drop(first);
    assert!(folder.join("link").is_symlink());
    assert_eq!(open(folder.join("below/r.saf")).octets(id), Some(b"0420...".as_slice()));
    std::os::unix::fs::symlink("circle", folder.join("circle")).unwrap();
    assert!(FileQueue::open(folder.join("circle")).is_err());
}

/// The other half of the test below, run by it in a process of its own.
#[test]
#[ignore = "run by the test of two processes"]
fn holds_a_queue() {
    let Some(path) = std::env::var_os("CARDWIRE_TEST_QUEUE") else { return };
    let _saf = open(path);
    println!("\nit is mine");
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn a_queue_of_another_process_is_refused_with_its_number() {
    let folder = Folder::new("process");
    let path = folder.join("r.saf");
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "holds_a_queue", "--ignored", "--nocapture"])
        .env("CARDWIRE_TEST_QUEUE", &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(other.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap() == "it is mine"));
    let words = FileQueue::open(&path).unwrap_err().to_string();
    assert!(words.ends_with(&format!("r.saf is in use by process {}", other.id())), "{words}");
    // however it ends, its queue is free then
    other.kill().unwrap();
    other.wait().unwrap();
    open(&path);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_a_queue() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("private");
    let path = folder.join("r.saf");
    let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
    let mut saf = open(&path);
    saf.put(1, b"0420...").unwrap();
    assert_eq!((mode("r.saf"), mode("r.saf.lock")), (0o600, 0o600));
    saf.compact().unwrap();
    assert_eq!(mode("r.saf"), 0o600);
    drop(saf);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    open(&path);
    assert_eq!(mode("r.saf"), 0o600, "a file of an earlier time is closed to others");
}

/// Delivered is gone: at once, and after a restart that came before it could be overwritten.
#[test]
fn what_was_delivered_cannot_be_read_in_the_file() {
    let folder = Folder::new("delivered");
    let path = folder.join("r.saf");
    let mut saf = open(&path);
    let message = |number: u32| format!("0420 4111111111111111 {number}").into_bytes();
    let there = |path: &Path| {
        fs::read(path).unwrap().windows(16).filter(|window| *window == b"4111111111111111").count()
    };
    let ids: Vec<_> = (0..200).map(|number| saf.put(number, &message(number)).unwrap()).collect();
    assert_eq!(there(&path), 200);
    for id in &ids[..150] {
        deliver(&mut saf, *id);
    }
    assert_eq!(there(&path), 50, "without any compaction");
    drop(saf);
    let mut saf = open(&path);
    assert_eq!((saf.len(), there(&path)), (50, 50));
    for id in &ids[150..] {
        deliver(&mut saf, *id);
    }
    assert_eq!((saf.len(), there(&path)), (0, 0));
    saf.compact().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 100);
}

/// A queue of the format before it had a head is taken over, in order and with its attempts.
#[test]
fn a_queue_of_the_first_format_is_converted() {
    let folder = Folder::new("first");
    let path = folder.join("r.saf");
    let queued = |id: u64, text: &[u8]| {
        let size = u32::try_from(text.len()).unwrap();
        [&[1][..], &id.to_be_bytes(), &9_u32.to_be_bytes(), &size.to_be_bytes(), text].concat()
    };
    let plain = |what: u8, id: u64| [&[what][..], &id.to_be_bytes()].concat();
    let commit = |records: &[u8]| {
        let size = u32::try_from(records.len()).unwrap();
        [&size.to_be_bytes()[..], &crc(records).to_be_bytes(), records].concat()
    };
    let refused = [&[4][..], &3_u64.to_be_bytes(), b"12"].concat();
    let old = [
        commit(&[queued(1, b"one"), queued(2, b"two")].concat()),
        commit(&[plain(2, 1), queued(3, b"three")].concat()),
        commit(&[plain(3, 1), plain(2, 3), refused].concat()),
        commit(&queued(4, b"four")),
    ]
    .concat();
    for torn in [0, 1, 11] {
        let whole = [&old[..], &commit(&queued(5, b"five"))[..torn]].concat();
        fs::write(&path, whole).unwrap();
        for _ in 0..2 {
            let saf = open(&path);
            assert_eq!((saf.len(), saf.work_items().count()), (3, 1));
            assert_eq!((saf.octets(2), saf.octets(4)), (Some(b"two".as_slice()), Some(b"four".as_slice())));
        }
        let mut saf = open(&path);
        let due = saf.due(Duration::ZERO).unwrap().unwrap();
        assert_eq!((due.id, due.destination, due.repeat), (2, 9, false));
        assert!(saf.put(1, b"next").unwrap() > 4, "no number comes again");
    }
}

/// CRC-32 of IEEE 802.3, bit by bit.
fn crc(octets: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
    !octets.iter().fold(u32::MAX, |sum, octet| (0..8).fold(sum ^ u32::from(*octet), |sum, _| step(sum)))
}

#[test]
fn what_is_no_queue_is_refused_and_left_alone() {
    let folder = Folder::new("none");
    let path = folder.join("r.saf");
    drop(open(&path));
    let head = fs::read(&path).unwrap();
    let mut later = head.clone();
    later[9] = 3;
    let sum = crc(&later[..12]);
    later[12..16].copy_from_slice(&sum.to_be_bytes());
    let one_octet_changed = {
        let mut changed = head.clone();
        changed[2] ^= 1;
        changed
    };
    for (octets, words) in [
        (later, "a queue of format 3, which this version cannot read"),
        (one_octet_changed, "not a queue of store and forward"),
        (b"some text that is no queue at all".to_vec(), "not a queue of store and forward"),
        (vec![0; 400], "not a queue of store and forward"),
    ] {
        fs::write(&path, &octets).unwrap();
        assert_eq!(FileQueue::open(&path).unwrap_err().to_string(), words);
        assert_eq!(fs::read(&path).unwrap(), octets, "it is left as it is");
    }
    // what was being made when the machine stopped is a queue with nothing in it
    for size in 0..=head.len() {
        for zeros in 0..=size {
            let octets = [&head[..size - zeros], &vec![0; zeros]].concat();
            fs::write(&path, octets).unwrap();
            assert_eq!(open(&path).len(), 0);
        }
    }
}

/// What is cut off is said, and whatever was whole before it is there.
#[test]
fn a_torn_end_is_cut_off_and_told() {
    let folder = Folder::new("torn");
    let path = folder.join("r.saf");
    let mut saf = open(&path);
    (0..11).for_each(|number| _ = saf.put(1, format!("reversal {number}").as_bytes()).unwrap());
    assert_eq!(saf.queue().cut(), None);
    drop(saf);
    let whole = fs::read(&path).unwrap();
    // the head of a commit that was never finished, and older octets after it
    let garbage = [&b"SAFC\0\0\0\0\0\0\0\x0B\0\0\xFF"[..], &[0x5A; 300]].concat();
    fs::write(&path, [&whole[..], &garbage].concat()).unwrap();
    let saf = open(&path);
    assert_eq!(saf.len(), 11);
    let cut = saf.queue().cut().unwrap();
    assert_eq!((cut.at, cut.octets), (whole.len() as u64, garbage.len() as u64));
    let words =
        format!("315 octets of a commit that was never finished were cut off at byte {}", whole.len());
    assert_eq!(cut.to_string(), words);
    assert_eq!(fs::read(&path).unwrap(), whole);
}

/// What a compaction left when the process was killed holds messages, and is removed. Other files are not.
#[test]
fn what_a_killed_compaction_left_is_removed() {
    let folder = Folder::new("left");
    drop(open(folder.join("r.saf")));
    for name in ["r.saf.123-0.compact", "r.saf.1-99.compact", "r.saf.bak.compact", "other.saf.1-1.compact"] {
        fs::write(folder.join(name), b"0420 4111111111111111").unwrap();
    }
    drop(open(folder.join("r.saf")));
    let names = folder.names();
    assert_eq!(names, ["other.saf.1-1.compact", "r.saf", "r.saf.bak.compact", "r.saf.lock"]);
}

/// Where no new file can be made, the queue cannot be compacted, and is what it was.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_the_old_file_stays_in_force() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("locked");
    let path = folder.join("r.saf");
    let mut saf = open(&path);
    let id = saf.put(1, b"kept").unwrap();
    let set = |mode| fs::set_permissions(&folder.0, fs::Permissions::from_mode(mode)).unwrap();
    set(0o500);
    let compacted = saf.compact();
    set(0o700);
    // root may write everywhere
    assert!(compacted.is_err() || fs::metadata(&path).is_ok());
    let after = saf.put(1, b"after").unwrap();
    drop(saf);
    let saf = open(&path);
    assert_eq!((saf.octets(id), saf.octets(after)), (Some(b"kept".as_slice()), Some(b"after".as_slice())));
}
