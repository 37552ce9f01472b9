//! A PostgreSQL server of one's own, for tests, chaos and measuring: Debian's programs, a new cluster in a folder, a free
//! port of this machine, trust for whoever connects to it. It ends with its guard, also when that unwinds.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where Debian has the programs, a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

static SERVERS: AtomicU32 = AtomicU32::new(0);

/// A running server.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    owner: Option<(u32, u32)>,
    port: u16,
}

impl Server {
    /// Starts a server in a new folder beside this one, which goes with it. `None`: no PostgreSQL is installed here.
    ///
    /// # Errors
    /// In words: it is installed, and does not start.
    pub fn start(beside: &Path) -> Result<Option<Self>, String> {
        let Some(programs) = programs() else { return Ok(None) };
        let number = SERVERS.fetch_add(1, Ordering::Relaxed);
        let folder = beside.join(format!("postgres-{}-{number}", std::process::id()));
        let failed = |error: io::Error| format!("{}: {error}", folder.display());
        // The port is free again when its listener goes; whoever takes it in between makes the start fail.
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
        let port = free.map_err(failed)?.port();
        fs::create_dir_all(&folder).map_err(failed)?;
        // The programs refuse to be root.
        let owner = if is_root() { Some(unprivileged()?) } else { None };
        if let Some((user, group)) = owner {
            chown(&folder, Some(user), Some(group)).map_err(failed)?;
        }
        let server = Self { programs, folder, owner, port };
        server.tool("initdb", &["--auth=trust", "--username=settlement", "--encoding=UTF8", "--no-sync"])?;
        server.begin()?;
        Ok(Some(server))
    }

    /// A database of it.
    pub fn url(&self) -> String {
        format!("postgres://settlement@127.0.0.1:{}/postgres", self.port)
    }

    /// Does it run?
    pub fn is_up(&self) -> bool {
        self.tool("pg_ctl", &["status"]).is_ok()
    }

    /// Ends it as a power cut would: nothing is written that was not on the disk.
    ///
    /// # Errors
    /// In words.
    pub fn kill(&self) -> Result<(), String> {
        self.tool("pg_ctl", &["-m", "immediate", "-w", "stop"])
    }

    /// Starts it again, on the same port.
    ///
    /// # Errors
    /// In words.
    pub fn begin(&self) -> Result<(), String> {
        let log = self.folder.join("log");
        let settings = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories= -c shared_buffers=64MB \
             -c max_wal_size=1GB -c log_statement=none",
            self.port
        );
        let log = log.to_string_lossy();
        self.tool("pg_ctl", &["-w", "-t", "60", "-l", &log, "-o", &settings, "start"])
    }

    /// Runs one of the programs on the cluster.
    fn tool(&self, name: &str, words: &[&str]) -> Result<(), String> {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-D").arg(self.folder.join("data")).args(words).current_dir(&self.folder);
        command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::null());
        // What pg_ctl starts keeps standard error: a file, so that nobody waits for its end.
        let said = self.folder.join(format!("{name}.err"));
        let file = fs::File::create(&said).map_err(|error| format!("{}: {error}", said.display()))?;
        command.stderr(file);
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        let status = command.status().map_err(|error| format!("{name}: {error}"))?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(&said).unwrap_or_default();
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("{name} ended with {status}: {} {}", said.trim(), log.trim()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that does not run has nothing to end.
        let _ = self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Can a server be started here?
pub fn is_installed() -> bool {
    programs().is_some()
}

/// The folder of the newest version that is installed, or of what the path names.
fn programs() -> Option<PathBuf> {
    let has_all =
        |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
    let version = |folder: &PathBuf| {
        let name = folder.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        name.and_then(|name| name.parse::<u32>().ok()).unwrap_or_default()
    };
    let folders = fs::read_dir(DEBIAN).into_iter().flatten().filter_map(Result::ok);
    let newest = folders.map(|folder| folder.path().join("bin")).filter(has_all).max_by_key(version);
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest.or_else(|| std::env::split_paths(&path).find(has_all))
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    // real, effective, saved, file system
    line.and_then(|ids| ids.split_whitespace().nth(1)) == Some("0")
}

/// User and group of whom Debian made for it, or of nobody.
fn unprivileged() -> Result<(u32, u32), String> {
    let users = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let of = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2);
        Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
    };
    of("postgres").or_else(|| of("nobody")).ok_or_else(|| "there is no user postgres or nobody".to_owned())
}
