//! What another version wrote. `upgrades/` holds the ledgers of a network as an earlier version left them in the middle of
//! a day, written down as SQL by the version that it was. This version brings them up to date, row by row the same; what a
//! newer one wrote it refuses in words, and changes nothing.

mod network;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use network::{Network, PARTIES, settlement};
use rusqlite::Connection;
use rusqlite::types::Value;
use settlement::journal::Party;
use settlement::store::{Contents, SqliteStore, Store};

fn name_of(party: &str) -> String {
    party.replace(':', "-")
}

fn version(file: &Path) -> i64 {
    let connection = Connection::open(file).unwrap();
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// All tables with their rows, as text.
fn dump(file: &Path) -> String {
    let connection = Connection::open(file).unwrap();
    let mut text = String::new();
    for pragma in ["application_id", "user_version"] {
        let value: i64 = connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).unwrap();
        writeln!(text, "PRAGMA {pragma} = {value};").unwrap();
    }
    let mut objects = connection
        .prepare(
            "SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY type = 'trigger', rowid",
        )
        .unwrap();
    let objects = objects.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    for (kind, name, sql) in objects.map(Result::<(String, String, String), _>::unwrap) {
        writeln!(text, "{sql};").unwrap();
        for row in if kind == "table" { rows(&connection, &name) } else { Vec::new() } {
            writeln!(text, "INSERT INTO {name} VALUES ({row});").unwrap();
        }
    }
    text
}

fn rows(connection: &Connection, table: &str) -> Vec<String> {
    let mut select = connection.prepare(&format!("SELECT * FROM {table} ORDER BY rowid")).unwrap();
    let columns = select.column_count();
    let quoted = |value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Blob(octets) => {
            format!("x'{}'", octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>())
        }
    };
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column).map(quoted)).collect();
    let rows = select.query_map([], row).unwrap().map(Result::<Vec<String>, _>::unwrap);
    rows.map(|row| row.join(",")).collect()
}

/// A morning: what is approved, declined, reversed and still open.
fn morning(network: &mut Network) {
    network.start_all();
    network.ask("terminal:1", "sign-on", "signed-on");
    network.ask("terminal:1", "sell 500.00", "approved");
    network.ask("terminal:1", "sell 80.00 card 4111 pin 9999", "declined");
    network.ask("terminal:1", "sell 20.00 card 4111", "approved");
}

/// `cargo test -p settlement --test upgrades -- --ignored` writes down what this version leaves, for those that come.
#[test]
#[ignore = "once for each version of the tables"]
fn what_this_version_leaves_is_written_down() {
    let mut network = Network::new("writes-down");
    morning(&mut network);
    network.stop_all();
    for party in PARTIES {
        let file = network.ledger(party);
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/upgrades/v{}", version(&file)));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{}.sql", name_of(party))), dump(&file)).unwrap();
    }
}

/// The ledgers that version 3 left, in a folder of their own.
fn of_version_3(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let texts = [
        ("terminal:1", include_str!("upgrades/v3/terminal-1.sql")),
        ("acquirer:1", include_str!("upgrades/v3/acquirer-1.sql")),
        ("issuer:1", include_str!("upgrades/v3/issuer-1.sql")),
        ("hub:1", include_str!("upgrades/v3/hub-1.sql")),
        ("bank:1", include_str!("upgrades/v3/bank-1.sql")),
    ];
    std::fs::create_dir_all(folder).unwrap();
    let file = |(party, text): (&'static str, &str)| {
        let file = folder.join(format!("{}.sqlite", name_of(party)));
        Connection::open(&file).unwrap().execute_batch(text).unwrap();
        (party, file)
    };
    texts.map(file).into()
}

fn role(party: &str) -> Party {
    party.split(':').next().unwrap().parse().unwrap()
}

#[test]
fn a_ledger_of_version_3_is_brought_up_to_date_row_by_row_the_same() {
    let folder = std::env::temp_dir().join(format!("settlement-upgrades-{}", std::process::id()));
    for (party, file) in of_version_3(&folder) {
        let before = ["commits", "journal", "transfers", "balances", "evidence"]
            .map(|table| (table, rows(&Connection::open(&file).unwrap(), table)));
        let octets = std::fs::read(&file).unwrap();
        // whoever only reads it leaves it as it is
        let read = Contents::read(&file).unwrap();
        assert_eq!((std::fs::read(&file).unwrap(), version(&file)), (octets, 3), "{party}");
        let store = SqliteStore::open(&file, role(party)).unwrap();
        let history = store.history().unwrap();
        assert!(!history.records.is_empty(), "{party}");
        // each chain was held against its rows when it was opened
        assert_eq!(history.commits.last(), Some(&history.tip(store.last_seq())), "{party}");
        assert_eq!(read.histories[&role(party)].records, history.records, "{party}");
        for (table, rows_before) in before {
            assert_eq!(rows(&Connection::open(&file).unwrap(), table), rows_before, "{party}: {table}");
        }
        drop(store);
        let versions = rows(&Connection::open(&file).unwrap(), "versions");
        assert_eq!((version(&file), versions.len()), (4, 1), "{party}");
        // a second start changes nothing more
        drop(SqliteStore::open(&file, role(party)).unwrap());
        assert_eq!(rows(&Connection::open(&file).unwrap(), "versions"), versions, "{party}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// Of a running network, one party after the other is stopped as one of version 3, and started as one of this version.
#[test]
fn parties_of_a_running_network_are_replaced_by_this_version_one_by_one() {
    let mut network = Network::new("replaced");
    morning(&mut network);
    for party in ["acquirer:1", "issuer:1", "terminal:1"] {
        network.stop(party);
        let file = network.ledger(party);
        let back = "DROP TABLE versions; PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)";
        Connection::open(&file).unwrap().execute_batch(back).unwrap();
        network.start(party);
        let calls = if party == "terminal:1" { ("terminal:1", "acquirer") } else { ("acquirer:1", "issuer") };
        network.wait(calls.0, |line| line == format!("in-service {}", calls.1));
        if party == "acquirer:1" {
            network.wait("terminal:1", |line| line == "in-service acquirer");
        }
        assert_eq!(version(&file), 4, "{party}");
        network.ask("terminal:1", "sell 10.00", "approved");
    }
    network.ask("terminal:1", "close-batch", "batch in balance");
    // 550.00 less 0.6 %
    network.settle_the_date("paid 546.70");
    network.stop_all();
}

#[test]
fn what_a_newer_version_wrote_is_refused_in_words_and_stays_as_it_is() {
    let mut network = Network::new("newer");
    let folder = network.folder.join("network");
    for (party, file) in of_version_3(&folder) {
        drop(SqliteStore::open(&file, role(party)).unwrap());
        let words = ["node", party, "--topology", "topology.toml"];
        let refused = |said: &[&str]| {
            Connection::open(&file).unwrap().execute_batch("PRAGMA journal_mode = DELETE").unwrap();
            let octets = std::fs::read(&file).unwrap();
            let (words, code) = settlement(&words, &network.folder);
            assert_eq!(code, Some(2), "{words}");
            assert!(said.iter().all(|said| words.contains(said)), "{words}");
            assert_eq!(std::fs::read(&file).unwrap(), octets, "{party}: the file was changed");
        };
        let at = |sql: &str| Connection::open(&file).unwrap().execute_batch(sql).unwrap();
        at("PRAGMA user_version = 5");
        refused(&["tables of version 5, this settlement has 4", "newer"]);
        at("PRAGMA user_version = 2");
        refused(&["tables of version 2, this settlement has 4", "older"]);
        at("PRAGMA user_version = 4");
    }
    // a record that only the next version knows
    let file = network.ledger("acquirer:1");
    let teleported = "INSERT INTO journal SELECT party, n + 1, seq, at, 'teleported', peer, mti, tx, stan, host_stan, \
        transmission, batch, rrn, amount, code, approval, date, card, totals, balance, note, chain FROM journal \
        ORDER BY n DESC LIMIT 1";
    let connection = Connection::open(&file).unwrap();
    connection.execute_batch(teleported).unwrap();
    let records = rows(&connection, "journal");
    for words in
        [&["node", "acquirer:1", "--topology", "topology.toml"][..], &["--check", file.to_str().unwrap()]]
    {
        let (said, code) = settlement(words, &network.folder);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("`teleported`") && said.contains("newer"), "{said}");
    }
    assert_eq!(rows(&connection, "journal"), records, "nothing was dropped");
    network.stop_all();
}
