//! `cardwire serve`, the same over TLS, and a server of the library, attacked in every way at once while good clients
//! work: memory stays flat, nobody who behaves waits, and every file descriptor comes back.
//!
//! ```text
//! CARDWIRE_SIEGE_SECONDS=600 cargo test --release --features cli --test siege -- --ignored --nocapture ten_minutes
//! ```
//!
//! The attackers: silent connections, half TLS handshakes, senders that do not read, frames that are spoilt, cut or
//! too long, and calls that are hung up at once; from eight addresses, against tables of 64 places that they fill many
//! times over. Nobody reads the log of `serve`.
#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "common/exchange.rs"]
mod exchange;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cardwire::net::{Client, ClientTls, Server};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use exchange::{approve, holds, request};

const SECOND: Duration = Duration::from_secs(1);
const PLACES: u32 = 64;

/// The role of this program when it is started by the test: a server of the library.
const ROLE: &str = "CARDWIRE_SIEGE_SERVER";

/// A server in a process of its own, ended when it goes out of scope.
struct Besieged {
    name: &'static str,
    child: Child,
    address: SocketAddr,
    tls: Option<ClientTls>,
    /// Kept open, and read by nobody.
    _log: BufReader<ChildStdout>,
    _until: Option<ChildStdin>,
}

impl Besieged {
    fn run(name: &'static str, mut command: Command, tls: Option<ClientTls>) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "{name} ended");
            if let Some((_, address)) = line.trim().split_once("listening on ") {
                break address.parse().unwrap();
            }
        };
        let until = child.stdin.take();
        Self { name, child, address, tls, _log: log, _until: until }
    }

    fn serve(name: &'static str, options: &[&str], tls: Option<ClientTls>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire"));
        command.args(["serve", "--listen", "127.0.0.1:0", "-s", "iso87-ascii", "--connections"]);
        command
            .args([&PLACES.to_string(), "--idle-timeout", "4s", "--handshake-timeout", "2s"])
            .args(options);
        Self::run(name, command, tls)
    }

    fn library() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "a_server_of_the_library", "--ignored", "--nocapture"]).env(ROLE, "1");
        Self::run("library", command, None)
    }

    fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }
}

impl Drop for Besieged {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the siege starts as a process of its own.
#[test]
#[ignore = "started by the siege"]
fn a_server_of_the_library() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let builder = Server::bind("127.0.0.1:0").connections(PLACES as usize).observer(Arc::new(()));
    let server = runtime.block_on(builder.idle_timeout(4 * SECOND).serve_sync(approve)).unwrap();
    println!("listening on {}", server.address());
    std::io::stdout().flush().unwrap();
    // until the siege is over
    let _ = std::io::stdin().read_line(&mut String::new());
}

/// A certificate for `localhost`: chain and key in files, and the authority.
fn certificate() -> (tempfiles::Files, Vec<u8>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let files = tempfiles::Files::new(&[("cert.pem", certificate.pem()), ("key.pem", key.serialize_pem())]);
    (files, authority.pem().into_bytes())
}

/// What good clients saw.
#[derive(Default)]
struct Seen {
    /// Microseconds from request to response, over a connection that stays.
    standing: Vec<u64>,
    /// How often that connection gave way: it does when the machine is so busy that the server does not come to
    /// read it for a second.
    lost: usize,
    /// The same from the call to the response, of newcomers.
    newcomers: Vec<u64>,
    /// How many newcomers were turned away, since every place was being used.
    turned_away: usize,
}

async fn client(address: SocketAddr, tls: Option<&ClientTls>) -> Option<Client> {
    let builder = Client::builder(address);
    let builder = match tls {
        Some(tls) => builder.tls(tls.clone()),
        None => builder,
    };
    timeout(10 * SECOND, builder.connect()).await.ok()?.ok()
}

/// Fifty requests a second over one connection, and a newcomer each second.
async fn behave(address: SocketAddr, tls: Option<ClientTls>, first: Client, until: Instant) -> Seen {
    let standing = tokio::spawn(stay(address, tls.clone(), first, until));
    let mut seen = Seen::default();
    let mut stan = 900_000;
    while Instant::now() < until {
        let began = Instant::now();
        stan += 1;
        match client(address, tls.as_ref()).await {
            None => seen.turned_away += 1,
            Some(newcomer) => match newcomer.request(request(stan), 10 * SECOND).await {
                Ok(response) => {
                    assert!(holds(&response, stan));
                    seen.newcomers.push(micros(began));
                }
                // accepted by the system, and then told that there is no place
                Err(_) => seen.turned_away += 1,
            },
        }
        sleep(SECOND.saturating_sub(began.elapsed())).await;
    }
    (seen.standing, seen.lost) = standing.await.expect("a connection in use stays");
    seen
}

/// The connection that is being used.
async fn stay(
    address: SocketAddr,
    tls: Option<ClientTls>,
    mut standing: Client,
    until: Instant,
) -> (Vec<u64>, usize) {
    let (mut times, mut lost, mut stan) = (Vec::new(), 0, 0);
    while Instant::now() < until {
        stan = stan % 900_000 + 1;
        let began = Instant::now();
        match standing.request(request(stan), 10 * SECOND).await {
            Ok(response) => {
                assert!(holds(&response, stan));
                times.push(micros(began));
            }
            Err(error) => {
                println!("lost after {stan} requests: {error}");
                lost += 1;
                match client(address, tls.as_ref()).await {
                    Some(again) => standing = again,
                    None => sleep(SECOND).await,
                }
            }
        }
        sleep(Duration::from_millis(20).saturating_sub(began.elapsed())).await;
    }
    (times, lost)
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap()
}

/// A call from one of eight addresses, which nobody answers when the table is full.
async fn call(address: SocketAddr, number: u64) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 2 + (number % 8) as u8], 0))).ok()?;
    timeout(SECOND, socket.connect(address)).await.ok()?.ok()
}

/// One attack, by number; how long the connection is then held.
async fn attack(address: SocketAddr, number: u64) {
    let Some(mut stream) = call(address, number).await else { return };
    let good = request(1);
    let frame = |message: &[u8]| [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], message].concat();
    match number % 5 {
        // silent
        0 => sleep(3 * SECOND).await,
        // half a TLS handshake, or noise where there is no TLS
        1 => {
            let _ = stream.write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]).await;
            sleep(3 * SECOND).await;
        }
        // spoilt: no message, a cut one, one that is announced and never comes
        2 => {
            let mut spoilt = frame(b"no message at all");
            spoilt.extend(frame(&good[..good.len() / 2]));
            spoilt.extend(frame(&[0xFF; 40]));
            spoilt.extend([0xFF, 0xFF, b'0', b'2']);
            let _ = stream.write_all(&spoilt).await;
            sleep(2 * SECOND).await;
        }
        // octet by octet
        3 => {
            for octet in frame(&good) {
                if stream.write_all(&[octet]).await.is_err() {
                    break;
                }
                sleep(Duration::from_millis(100)).await;
            }
        }
        // hung up at once, with a response under way
        _ => {
            let _ = stream.write_all(&frame(&good)).await;
        }
    }
}

/// Sends a thousand requests a second, and never reads. It ends when nobody reads it any more.
async fn send_without_reading(address: SocketAddr, number: u64, until: Instant) {
    let Some(mut stream) = call(address, number).await else { return };
    let good = request(1);
    let many = [&u16::try_from(good.len()).unwrap().to_be_bytes()[..], &good].concat().repeat(50);
    while Instant::now() < until {
        match timeout(5 * SECOND, stream.write_all(&many)).await {
            Ok(Ok(())) => sleep(Duration::from_millis(50)).await,
            _ => return,
        }
    }
}

/// Attackers, each beginning its next attack when one is over.
fn attackers(address: SocketAddr, until: Instant, count: &Arc<AtomicU64>) -> Vec<JoinHandle<()>> {
    let attacker = |first: u64| {
        let count = Arc::clone(count);
        tokio::spawn(async move {
            let mut number = first;
            while Instant::now() < until {
                match first {
                    0..3 => send_without_reading(address, number, until).await,
                    _ => attack(address, number).await,
                }
                count.fetch_add(1, Ordering::Relaxed);
                number += 7;
                sleep(Duration::from_millis(20)).await;
            }
        })
    };
    (0..120).map(attacker).collect()
}

/// The value below which so many thousandths lie.
fn share(sorted: &[u64], thousandths: usize) -> u64 {
    sorted.get((sorted.len() * thousandths / 1_000).min(sorted.len().saturating_sub(1))).copied().unwrap_or(0)
}

fn siege(seconds: u64) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (files, authority) = certificate();
    let tls = ClientTls::new(&authority, "localhost", None).unwrap();
    let (chain, key) = (files.path("cert.pem"), files.path("key.pem"));
    let besieged = [
        Besieged::serve("serve", &[], None),
        Besieged::serve("serve, TLS", &["--tls-cert", &chain, "--tls-key", &key], Some(tls)),
        Besieged::library(),
    ];
    runtime.block_on(async {
        // once around, so that what is set up at the first request is there before anything is measured
        for server in &besieged {
            let first = client(server.address, server.tls.as_ref()).await.expect("nobody else is there");
            behave(server.address, server.tls.clone(), first, Instant::now() + SECOND / 2).await;
        }
        let before: Vec<_> = besieged.iter().map(Besieged::descriptors).collect();
        let (until, count) = (Instant::now() + Duration::from_secs(seconds), Arc::new(AtomicU64::new(0)));
        let mut good = Vec::new();
        for server in &besieged {
            let first = client(server.address, server.tls.as_ref()).await.expect("nobody else is there");
            good.push(tokio::spawn(behave(server.address, server.tls.clone(), first, until)));
        }
        let bad: Vec<_> =
            besieged.iter().flat_map(|server| attackers(server.address, until, &count)).collect();
        let mut resident: Vec<Vec<u64>> = vec![Vec::new(); besieged.len()];
        while Instant::now() < until {
            sleep(Duration::from_millis(500)).await;
            for (server, samples) in besieged.iter().zip(&mut resident) {
                samples.push(server.resident_kib());
            }
        }
        let mut seen = Vec::new();
        for client in good {
            seen.push(client.await.expect("a good client was served to the end"));
        }
        for attacker in bad {
            attacker.await.unwrap();
        }
        println!("{seconds} s, {} attacks", count.load(Ordering::Relaxed));
        println!("{HEAD}");
        let mut wrong = Vec::new();
        for (((server, samples), seen), before) in besieged.iter().zip(&resident).zip(&mut seen).zip(before) {
            let after = quiet(server, before).await;
            judge(server, samples, seen, (before, after));
            wrong.extend(faults(server.name, samples, (before, after), seconds));
        }
        assert_eq!(wrong, [""; 0]);
    });
}

/// Waits until the idle time-out has closed what was left, and counts.
async fn quiet(server: &Besieged, before: usize) -> usize {
    let limit = Instant::now() + 20 * SECOND;
    while server.descriptors() > before && Instant::now() < limit {
        sleep(Duration::from_millis(100)).await;
    }
    server.descriptors()
}

const HEAD: &str = "server          resident KiB: 1st third  2nd third  3rd third  |  standing p50 us      p99    p99.9      max  |  \
newcomer p50 us      p99  turned away     lost  |  descriptors";

fn judge(server: &Besieged, samples: &[u64], seen: &mut Seen, (before, after): (usize, usize)) {
    let [first, second, last] = thirds(samples);
    seen.standing.sort_unstable();
    seen.newcomers.sort_unstable();
    let [standing, newcomers] = [&seen.standing, &seen.newcomers];
    println!(
        "{:<16}{:>23}{:>11}{:>11}{:>20}{:>9}{:>9}{:>9}{:>20}{:>9}{:>13}{:>9}{:>10} -> {}",
        server.name,
        first,
        second,
        last,
        share(standing, 500),
        share(standing, 990),
        share(standing, 999),
        share(standing, 1_000),
        share(newcomers, 500),
        share(newcomers, 990),
        seen.turned_away,
        seen.lost,
        before,
        after
    );
    assert!(seen.lost * 100 <= standing.len(), "{}: lost {} times", server.name, seen.lost);
}

/// The highest of each third of the samples.
fn thirds(samples: &[u64]) -> [u64; 3] {
    let third = samples.len() / 3;
    let highest = |part: &[u64]| part.iter().max().copied().unwrap_or_default();
    [&samples[..third], &samples[third..2 * third], &samples[2 * third..]].map(highest)
}

/// What must not be. In the first minute the buffers of the attacked connections are still filling.
fn faults(name: &str, samples: &[u64], (before, after): (usize, usize), seconds: u64) -> Vec<String> {
    let [_, second, last] = thirds(samples);
    let mut faults = Vec::new();
    if seconds >= 60 && last > second + second / 10 + 2_048 {
        faults.push(format!("{name}: resident memory grows from {second} KiB to {last} KiB"));
    }
    if last > 128 * 1_024 {
        faults.push(format!("{name}: {last} KiB are resident"));
    }
    if after > before {
        faults.push(format!("{name}: {before} file descriptors were open, {after} are"));
    }
    faults
}

#[test]
fn a_few_seconds_of_every_attack_at_once() {
    siege(6);
}

#[test]
#[ignore = "ten minutes, or CARDWIRE_SIEGE_SECONDS"]
fn ten_minutes_of_every_attack_at_once() {
    let seconds = std::env::var("CARDWIRE_SIEGE_SECONDS").ok().and_then(|text| text.parse().ok());
    siege(seconds.unwrap_or(600));
}

/// Files that are gone when they go out of scope.
mod tempfiles {
    use std::path::PathBuf;

    pub(crate) struct Files(PathBuf);

    impl Files {
        pub(crate) fn new(files: &[(&str, String)]) -> Self {
            let folder = std::env::temp_dir().join(format!("cardwire-siege-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            for (name, text) in files {
                std::fs::write(folder.join(name), text).unwrap();
            }
            Self(folder)
        }

        pub(crate) fn path(&self, name: &str) -> String {
            self.0.join(name).to_str().unwrap().to_owned()
        }
    }

    impl Drop for Files {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
