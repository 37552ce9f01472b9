//! A running network and what it should not be given: each is a line in words, no state is changed, no money moves.

mod network;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;
use std::time::Duration;

use network::Network;
use settlement::journal::{Record, RecordKind};
use settlement::money::Money;
use settlement::store::History;
use settlement::telegram::{Mti, Telegram};
use settlement::wire::Dialect;

/// Sends octets to a port and waits until the other side hangs up, or says something, or is silent.
fn shout(port: u16, octets: &[u8]) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    stream.write_all(octets).unwrap();
    let mut heard = [0; 512];
    let _ = stream.read(&mut heard);
}

fn framed(dialect: Dialect, payload: &[u8]) -> Vec<u8> {
    let mut room = vec![0; payload.len() + 64];
    dialect.framing().wrap(dialect.header(), payload, &mut room).unwrap().to_vec()
}

/// What a party noted beyond starts and messages.
fn noted(history: &History) -> Vec<&Record> {
    let quiet = [RecordKind::Started, RecordKind::MessageIn, RecordKind::MessageOut, RecordKind::SignedOn];
    let quiet = |record: &&Record| {
        !quiet.contains(&record.kind)
            && record.kind != RecordKind::LinkDown
            && record.kind != RecordKind::BatchOpened
    };
    history.records.iter().filter(quiet).collect()
}

#[test]
fn garbage_wrong_macs_and_other_dialects_change_nothing() {
    let mut network = Network::calm("garbage");
    network.start_all();
    network.ask("terminal:1", "sign-on", "signed-on");
    let [pos, host, ..] = network.ports;
    let sale = Telegram {
        amount: Some(Money::minor(50_000)),
        terminal: "10000001".to_owned(),
        merchant: "104440359980001".to_owned(),
        batch: Some(1),
        management: Some(0),
        transmission: Some("1123140201".to_owned()),
        acquirer: "10344000".to_owned(),
        rrn: Some("632714109999".to_owned()),
        pan: settlement::card::Pan::new("6212345678901232"),
        expiry: Some("4811".to_owned()),
        ..Telegram::new(Mti::SALE, 77)
    };
    let (of_pos, of_host) = (Dialect::Pos.encode(&sale).unwrap(), Dialect::Host.encode(&sale).unwrap());
    let mut of_1993 = of_host.clone();
    of_1993[0] = b'1';
    let shouted = [
        (pos, b"GET / HTTP/1.1\r\nHost: bank\r\n\r\n".to_vec()),
        (host, vec![0xFF; 300]),
        (host, vec![0, 4, b'A', b'B', b'C', b'D']),
        // without a MAC
        (pos, framed(Dialect::Pos, &of_pos)),
        // each in the language of the other line
        (pos, framed(Dialect::Pos, &of_host)),
        (host, framed(Dialect::Host, &of_pos)),
        // of another version of the standard
        (host, framed(Dialect::Host, &of_1993)),
        // cut short
        (host, framed(Dialect::Host, &of_host[..of_host.len() - 3])),
    ];
    for (port, octets) in shouted {
        shout(port, &octets);
    }
    // the network works on
    network.ask("terminal:1", "sell 80.00", "approved");
    network.stop_all();
    for name in ["acquirer:1", "issuer:1"] {
        let history = network.history(name);
        let bad = history.records.iter().filter(|record| record.kind == RecordKind::BadFrame);
        let bad: Vec<&str> = bad.map(|record| record.note.as_str()).collect();
        assert!(bad.len() >= 2 && bad.iter().all(|why| !why.is_empty()), "{name}: {bad:?}");
        let other: Vec<_> =
            noted(&history).into_iter().filter(|record| record.kind != RecordKind::BadFrame).collect();
        let of_sale =
            |record: &&&Record| record.amount == Some(Money::minor(8_000)) || record.amount.is_none();
        assert!(
            other.iter().all(|record| of_sale(&record) || record.kind == RecordKind::Opening),
            "{name}: {other:?}"
        );
        let moved = history.transfers.iter().filter(|transfer| transfer.amount == Money::minor(50_000));
        assert_eq!(moved.count(), 0, "{name}: nothing of what was shouted moved money");
        for record in &history.records {
            assert!(!record.note.contains("6212345678901232"), "{name}: {record:?}");
        }
    }
}

#[test]
fn broken_files_are_set_aside_and_said() {
    let mut network = Network::calm("files");
    network.start_all();
    let root = network.folder.join("network");
    let inbox = |folder: &str| root.join(folder);
    let leave =
        |folder: &str, name: &str, octets: &[u8]| std::fs::write(inbox(folder).join(name), octets).unwrap();
    let file = settlement::files::clearing::ClearingFile { id: "0".repeat(25), items: Vec::new() };
    let mut broken = file.encode().unwrap();
    let end = broken.iter().rposition(|octet| *octet != 0 && *octet != 0x40).unwrap();
    broken.truncate(end / 2);
    leave("hub-to-acquirer", "a.ipm", &broken);
    leave("acquirer-to-hub", "b.ipm", b"no file at all");
    leave("bank-to-acquirer", "c.json", br#"{"type":"notice","id":"P1","trace":"1","end":"lost"}"#);
    leave("bank-to-acquirer", "d.json", b"{");
    leave("bank-to-acquirer", "e.doc", b"a letter");
    network.settle_files();
    network.ask("terminal:1", "sign-on", "signed-on");
    network.ask("terminal:1", "sell 80.00", "approved");
    let refused = |folder: &str| std::fs::read_dir(inbox(folder).join("refused")).unwrap().count();
    assert_eq!(refused("bank-to-acquirer"), 3);
    network.stop_all();
    let acquirer = network.history("acquirer:1");
    let count = |history: &History, kind| history.records.iter().filter(|record| record.kind == kind).count();
    assert_eq!(count(&acquirer, RecordKind::FileQuarantined), 1);
    assert_eq!(count(&acquirer, RecordKind::BadFrame), 3);
    assert_eq!(count(&network.history("hub:1"), RecordKind::FileQuarantined), 1);
    let said = acquirer.records.iter().filter(|record| record.kind == RecordKind::BadFrame);
    assert!(
        said.clone().all(|record| record.note.contains(".json") || record.note.contains(".doc")),
        "{said:?}"
    );
    assert_eq!(acquirer.transfers.len(), 1, "the sale, and nothing else");
}

/// A disk with no room: no file of the party may grow beyond this many blocks of 512 octets.
fn cramped(network: &Network, name: &'static str, blocks: u64) -> Command {
    let plain = network.command(name);
    let mut command = Command::new("sh");
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command.arg("-c").arg(limit).arg(plain.get_program()).args(plain.get_args());
    command
}

#[test]
fn a_full_disk_stops_the_party_in_words_and_keeps_what_was_stored() {
    let mut network = Network::new("full");
    network.start_all();
    network.ask("terminal:1", "sign-on", "signed-on");
    network.ask("terminal:1", "sell 500.00", "approved");
    network.stop("acquirer:1");
    let before = network.history("acquirer:1");
    let size = std::fs::metadata(network.ledger("acquirer:1")).unwrap().len();
    let command = cramped(&network, "acquirer:1", size / 512 + 2_000);
    network.start_as("acquirer:1", command);
    // sales until there is no more room
    let mut approved = 1;
    for _ in 0..400 {
        if network.is_gone("acquirer:1") {
            break;
        }
        network.type_at("terminal:1", "sell 1.00");
        let ends = ["approved", "declined", "no-response", "reversal-pending", "refused"];
        let said = network
            .heard("terminal:1", Duration::from_secs(8), |said| ends.iter().any(|end| said.starts_with(end)));
        approved += usize::from(said.is_some_and(|said| said.starts_with("approved")));
    }
    assert!(network.is_gone("acquirer:1"), "there is no room for so many sales");
    let said = network.stop("acquirer:1");
    assert!(said.contains("acquirer:1") && said.contains("nothing was kept"), "{said}");
    assert!(approved > 1, "there was room for a sale");
    // with room again it goes on: what was not approved on the slip is reversed
    network.start("acquirer:1");
    network.wait("acquirer:1", |line| line == "in-service issuer");
    for _ in 0..10 {
        network.type_at("terminal:1", "sell 2.00");
        let said = network.heard("terminal:1", Duration::from_secs(8), |said| {
            said.starts_with("approved")
                || said.starts_with("reversal")
                || said.starts_with("no-")
                || said.starts_with("declined")
        });
        if said.is_some_and(|said| said.starts_with("approved")) {
            approved += 1;
            break;
        }
    }
    network.ask("terminal:1", "close-batch", "batch in balance");
    network.stop_all();
    let after = network.history("acquirer:1");
    assert_eq!(after.records[..before.records.len()], before.records[..]);
    let captured = after.records.iter().filter(|record| record.kind == RecordKind::SaleCaptured).count();
    assert_eq!(captured, approved);
}

#[test]
fn a_ledger_that_is_locked_damaged_or_another_one_is_named() {
    let mut network = Network::new("damaged");
    network.start_all();
    network.ask("terminal:1", "sign-on", "signed-on");
    network.ask("terminal:1", "sell 500.00", "approved");
    let start = |network: &Network| {
        network::settlement(&["node", "acquirer:1", "--topology", "topology.toml"], &network.folder)
    };
    // a second instance
    let (said, code) = start(&network);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("in use by process"), "{said}");
    network.ask("terminal:1", "sell 20.00", "approved");
    network.stop_all();

    let path = network.ledger("acquirer:1");
    // somebody else keeps it locked
    let outsider = rusqlite::Connection::open(&path).unwrap();
    outsider.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let (said, code) = start(&network);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("locked"), "{said}");
    outsider.execute_batch("ROLLBACK").unwrap();
    drop(outsider);

    let whole = std::fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    let pages = damaged.len() / 4_096;
    for page in 1..pages {
        damaged[page * 4_096..page * 4_096 + 64].fill(0xFF);
    }
    let (letter, cut) = (b"Dear customer, ".repeat(400), whole[..whole.len() / 2].to_vec());
    for (name, octets) in [("damaged", &damaged), ("letter", &letter), ("cut", &cut)] {
        std::fs::write(&path, octets).unwrap();
        let _ = std::fs::remove_file(path.with_extension("sqlite-wal"));
        let _ = std::fs::remove_file(path.with_extension("sqlite-shm"));
        let (said, code) = start(&network);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains("acquirer-1.sqlite"), "{name}: {said}");
        assert!(
            said.contains("no ledger") || said.contains("damaged") || said.contains("no sound"),
            "{name}: {said}"
        );
        assert_eq!(&std::fs::read(&path).unwrap(), octets, "{name}: nothing was written");
    }
    // the party of another ledger
    std::fs::copy(network.ledger("issuer:1"), &path).unwrap();
    let (said, code) = start(&network);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("issuer"), "{said}");
}
