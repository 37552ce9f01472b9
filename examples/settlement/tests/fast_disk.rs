//! A write of the fast path that fails, since the file may not grow any more: the party stops, nothing left that is not in
//! its file, and after a restart it goes on.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use settlement::card::Card;
use settlement::clock::Date;
use settlement::fast::store::replay;
use settlement::fast::{Acquirer, Issuer, Machine, setup};
use settlement::money::Money;
use settlement::telegram::{Code, Mti, Telegram};
use settlement::wire::{Dialect, pos};

const PROGRAM: &str = env!("CARGO_BIN_EXE_settlement");
const SALES: u64 = 400;
/// So many requests are under way at a time.
const AT_A_TIME: usize = 8;
/// Blocks of 512 octets, or of 1,024 in some shells: more than a start takes, and less than the sales do.
const FULL: &str = "ulimit -f 300; trap '' XFSZ; exec \"$0\" \"$@\"";

struct Running {
    child: Child,
    address: SocketAddr,
}

/// Whatever a test found, no process stays.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

impl Running {
    fn start(party: &str, ledger: &Path, call: Option<SocketAddr>, disk_is_full: bool) -> Self {
        let mut command = Command::new(if disk_is_full { "sh" } else { PROGRAM });
        if disk_is_full {
            command.args(["-c", FULL, PROGRAM]);
        }
        command.args(["fast", party, "--ledger"]).arg(ledger);
        if let Some(call) = call {
            command.args(["--call", &call.to_string()]);
        }
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening ").unwrap().parse().unwrap();
        Self { child, address }
    }

    /// Lets it end, if it has not, and gives its exit status and what it complains of.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let mut words = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut words).unwrap();
        (self.child.wait().unwrap().code(), words)
    }
}

/// Sends requests over a line until all have responses or the other side is gone. Responses by STAN.
fn ask(address: SocketAddr, dialect: Dialect, requests: &[Vec<u8>]) -> BTreeMap<u64, Vec<u8>> {
    let header: &[u8] = if dialect == Dialect::Pos { &pos::HEADER } else { &[] };
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (mut heard, mut octets, mut room) = (BTreeMap::new(), Vec::new(), [0; 4_096]);
    for some in requests.chunks(AT_A_TIME) {
        let mut out = Vec::new();
        for request in some {
            let length = u16::try_from(header.len() + request.len()).unwrap();
            out.extend([&length.to_be_bytes(), header, request].concat());
        }
        if stream.write_all(&out).is_err() {
            return heard;
        }
        let mut missing = some.len();
        while missing > 0 {
            match stream.read(&mut room) {
                Ok(read) if read > 0 => octets.extend_from_slice(&room[..read]),
                _ => return heard,
            }
            while let Some(frame) = dialect.framing().split(&octets).unwrap() {
                let stan = dialect.decode(frame.payload).unwrap().stan;
                assert_eq!(heard.insert(stan, frame.payload.to_vec()), None, "two responses to {stan}");
                octets.drain(..frame.consumed);
                missing -= 1;
            }
        }
    }
    heard
}

/// The code of a response.
fn code(dialect: Dialect, response: &[u8]) -> Code {
    dialect.decode(response).unwrap().code.unwrap()
}

fn sale(stan: u64) -> Telegram {
    let card = Card::test(setup::CARDS[0], setup::EXPIRY, setup::PIN).unwrap();
    Telegram {
        pan: Some(card.pan),
        pin: Some(card.pin),
        expiry: Some(card.expiry),
        amount: Some(Money::minor(100 + stan)),
        terminal: setup::terminal(0),
        merchant: setup::merchant(0),
        ..Telegram::new(Mti::SALE, stan)
    }
}

fn of_acquirer(stan: u64) -> Vec<u8> {
    let time = Some("1123101112".to_owned());
    let request = Telegram {
        transmission: time.clone(),
        local: time,
        acquirer: "10344000".to_owned(),
        rrn: Some(format!("6327131{stan:05}")),
        ..sale(stan)
    };
    Dialect::Host.encode(&request).unwrap()
}

fn of_terminal(stan: u64) -> Vec<u8> {
    pos::encode(&Telegram { batch: Some(1), ..sale(stan) }).unwrap()
}

/// What the file of a party makes of it.
fn replayed<M: Machine>(mut machine: M, ledger: &Path) -> M {
    assert!(replay(ledger, &mut |event| machine.apply(event)).unwrap());
    assert_eq!(machine.book().imbalance(), (0, 0));
    machine
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("settlement-disk-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The party stopped, and says why.
fn assert_stopped(party: Running, heard: usize) {
    let (status, words) = party.end();
    assert_eq!(status, Some(2), "{words}");
    assert!(words.contains("disk"), "{words}");
    assert!((AT_A_TIME..usize::try_from(SALES).unwrap()).contains(&heard), "{heard} responses");
}

/// What was heard before is heard again, octet for octet.
fn assert_kept(dialect: Dialect, before: &BTreeMap<u64, Vec<u8>>, again: &BTreeMap<u64, Vec<u8>>) {
    assert_eq!(again.len(), usize::try_from(SALES).unwrap());
    for (stan, response) in before {
        let (first, second) = (dialect.decode(response), dialect.decode(&again[stan]));
        assert_eq!(response, &again[stan], "{stan}: {first:?} {second:?}");
    }
}

#[test]
fn an_issuer_whose_disk_is_full_releases_nothing_and_goes_on_later() {
    let folder = Folder::new("issuer");
    let ledger = folder.0.join("issuer.sqlite");
    Running::start("issuer", &ledger, None, false).end();
    let requests: Vec<_> = (1..=SALES).map(of_acquirer).collect();

    let issuer = Running::start("issuer", &ledger, None, true);
    let heard = ask(issuer.address, Dialect::Host, &requests);
    assert_stopped(issuer, heard.len());
    let (held, _) = replayed(Issuer::new(setup::issuer(Date(0))), &ledger).approved();
    assert!(held >= u64::try_from(heard.len()).unwrap(), "{held} of {}", heard.len());

    let issuer = Running::start("issuer", &ledger, None, false);
    let again = ask(issuer.address, Dialect::Host, &requests);
    assert_kept(Dialect::Host, &heard, &again);
    assert_eq!(issuer.end().0, Some(0));
    let (held, sum) = replayed(Issuer::new(setup::issuer(Date(0))), &ledger).approved();
    assert_eq!((held, sum), (SALES, (1..=SALES).map(|stan| 100 + stan).sum()), "each sale once");
}

#[test]
fn an_acquirer_whose_disk_is_full_releases_nothing_and_goes_on_later() {
    let folder = Folder::new("acquirer");
    let (acquirers, issuers) = (folder.0.join("acquirer.sqlite"), folder.0.join("issuer.sqlite"));
    let issuer = Running::start("issuer", &issuers, None, false);
    Running::start("acquirer", &acquirers, Some(issuer.address), false).end();
    let requests: Vec<_> = (1..=SALES).map(of_terminal).collect();
    let sign_on =
        Telegram { management: Some(1), pan: None, pin: None, expiry: None, amount: None, ..sale(0) };
    let sign_on = pos::encode(&Telegram { mti: Mti::NETWORK, ..sign_on }).unwrap();

    let acquirer = Running::start("acquirer", &acquirers, Some(issuer.address), true);
    assert_eq!(ask(acquirer.address, Dialect::Pos, &[sign_on]).len(), 1);
    let heard = ask(acquirer.address, Dialect::Pos, &requests);
    assert_stopped(acquirer, heard.len());
    let approved = heard.values().filter(|response| code(Dialect::Pos, response).approved()).count();
    let machine = || Acquirer::new(setup::acquirer()).unwrap();
    let (held, _) = replayed(machine(), &acquirers).approved();
    assert!(approved > 0 && held >= u64::try_from(approved).unwrap(), "{held} of {approved}");

    let acquirer = Running::start("acquirer", &acquirers, Some(issuer.address), false);
    let again = ask(acquirer.address, Dialect::Pos, &requests);
    assert_kept(Dialect::Pos, &heard, &again);
    assert_eq!((acquirer.end().0, issuer.end().0), (Some(0), Some(0)));
    let (acquirer, issuer) =
        (replayed(machine(), &acquirers), replayed(Issuer::new(setup::issuer(Date(0))), &issuers));
    assert_eq!(acquirer.open_items(), 0);
    assert_eq!(acquirer.approved(), issuer.approved(), "nothing is held at one of them alone");
}
