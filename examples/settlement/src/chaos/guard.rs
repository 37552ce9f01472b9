//! What is left of a run whose command was killed itself: parties that sleep, a database server, disks that are mounted. A
//! process of its own waits for the end of the command, in a process group of its own, so that no key of the terminal
//! ends it, too; when the command ends without a word, it ends and unmounts what there is in the folder of the run.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::disk::{self, quietly};

/// What a command says that has left nothing.
const DONE: &[u8] = b"done\n";

/// The process that waits. It ends with this, and then has nothing to do.
#[derive(Debug)]
pub(super) struct Guard(Child);

impl Guard {
    /// Starts it: `settlement chaos --guard FOLDER`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start(program: &Path, folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(["chaos", "--guard"]).arg(folder).process_group(0);
        Ok(Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A guard that somebody killed hears nothing.
        let _ = self.0.stdin.take().map(|mut stdin| stdin.write_all(DONE));
        let _ = self.0.wait();
    }
}

/// Waits until the input ends. Unless it said that all is done, what a run left in its folder is ended and unmounted.
/// What it did, line by line.
///
/// # Errors
/// When there is no such folder, or the input breaks.
pub fn guard(folder: &Path, mut input: impl Read) -> io::Result<Vec<String>> {
    let mut said = Vec::new();
    input.read_to_end(&mut said)?;
    if said == DONE {
        return Ok(Vec::new());
    }
    let folder = folder.canonicalize()?;
    let mut done = Vec::new();
    for (pid, what) in processes(&folder)? {
        // A server that is asked to stop at once removes its shared memory.
        let signal = if what == SERVER { "QUIT" } else { "KILL" };
        let mut kill = Command::new("sh");
        kill.args(["-c", &format!("kill -{signal} {pid}")]);
        if quietly(kill) {
            done.push(format!("ended {what} {pid}"));
        }
    }
    for mounted in mounts(&folder)? {
        disk::unmount(&mounted);
        done.push(format!("unmounted {}", mounted.display()));
    }
    Ok(done)
}

const SERVER: &str = "database server";

/// The parties and servers that work in a folder, by what their command lines name there.
fn processes(folder: &Path) -> io::Result<Vec<(u32, &'static str)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // Whoever ends meanwhile has none.
        let (Ok(line), Ok(at)) =
            (fs::read(entry.path().join("cmdline")), fs::read_link(entry.path().join("cwd")))
        else {
            continue;
        };
        let line = String::from_utf8_lossy(&line).into_owned();
        let words: Vec<&str> = line.split('\0').collect();
        let what = match words.as_slice() {
            [_, "node", ..] => "party",
            [program, ..] if Path::new(program).file_name().is_some_and(|name| name == "postgres") => SERVER,
            _ => continue,
        };
        if words.iter().skip(1).any(|word| !word.is_empty() && at.join(word).starts_with(folder)) {
            found.push((pid, what));
        }
    }
    Ok(found)
}

/// The disks of a run in a folder.
fn mounts(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let all = fs::read_to_string("/proc/mounts")?;
    let of_chaos =
        all.lines().filter_map(|line| line.strip_prefix(disk::NAME)?.trim_start().split(' ').next());
    // The kernel writes a space of a path so.
    let paths = of_chaos.map(|path| PathBuf::from(path.replace("\\040", " ")));
    Ok(paths.filter(|path| path.starts_with(folder)).collect())
}
