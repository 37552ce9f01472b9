//! What a history in PostgreSQL must do beyond what every store must (`ledger.rs`), on a real server: who owns a
//! partition, what becomes of a commit when the connection breaks or another transaction is in its way, and what other
//! versions wrote.
#![cfg(feature = "postgres")]

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use settlement::clock::Stamp;
use settlement::evidence::{Sighting, Way};
use settlement::journal::{Party, Record, RecordKind};
use settlement::ledger::{Purpose, Transfer};
use settlement::money::Money;
use settlement::server::Server;
use settlement::store::{Commit, Database, History, PostgresStore, RETRIES, SqliteStore, Store, StoreError};

/// The server that the tests which run at the same time share. It ends with the last of them.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

fn server() -> Option<Arc<Server>> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = shared.upgrade() {
        return Some(server);
    }
    let Some(server) = Server::start(&std::env::temp_dir()).unwrap() else {
        println!("skipped: no PostgreSQL is installed here");
        return None;
    };
    let server = Arc::new(server);
    *shared = Arc::downgrade(&server);
    Some(server)
}

fn outsider(url: &str) -> Client {
    Client::connect(url, NoTls).unwrap()
}

/// A database of its own on the server.
fn database(server: &Server, name: &str) -> String {
    outsider(&server.url()).batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let url = server.url();
    format!("{}/{name}", url.rsplit_once('/').unwrap().0)
}

fn open(url: &str, partition: &str) -> PostgresStore {
    PostgresStore::open(&Database::new(url, partition).unwrap(), Party::Issuer).unwrap()
}

fn sale(reference: &str) -> Transfer {
    Transfer::posted(Purpose::Sale, reference, "vault", "hub", Money::minor(5))
}

/// A step with a record, a transfer and a sighting.
fn step(seq: u64) -> Commit {
    let record = Record {
        peer: Some(Party::Acquirer),
        amount: Some(Money::minor(seq)),
        note: format!("\"quoted\", \\ and \u{e9}\u{4e2d}\u{1F600}\n{seq}"),
        ..Record::new(Stamp(seq), RecordKind::SaleSent)
    };
    let octets = vec![0, 1, 0xFF, u8::try_from(seq % 256).unwrap()];
    let (peer, way, terminal) = (Party::Terminal, Way::Heard, "10000001".to_owned());
    let evidence = vec![Sighting { at: Stamp(seq), peer, way, terminal, octets }];
    Commit { seq, records: vec![record], transfers: vec![sale(&seq.to_string())], evidence }
}

fn is_same(one: &History, other: &History) -> bool {
    one.records == other.records
        && one.record_chain == other.record_chain
        && one.transfers == other.transfers
        && one.chain == other.chain
        && one.commits == other.commits
        && one.balances == other.balances
        && one.evidence == other.evidence
        && one.evidence_chain == other.evidence_chain
}

/// Waits until a session of this partition is stopped by a lock, in the middle of its statement.
fn until_it_waits(client: &mut Client, partition: &str) {
    let sql =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
    let until = Instant::now() + Duration::from_secs(60);
    while client.query_one(sql, &[&format!("settlement {partition}")]).unwrap().get::<_, i64>(0) == 0 {
        assert!(Instant::now() < until, "{partition} waits for nothing");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn rows_and_chains_are_those_of_a_file() {
    let Some(server) = server() else { return };
    let file = std::env::temp_dir().join(format!("settlement-database-{}.sqlite", std::process::id()));
    let mut in_file = SqliteStore::open(&file, Party::Issuer).unwrap();
    let mut store = open(&server.url(), "same");
    for seq in 1..=20 {
        assert_eq!(store.commit(&step(seq)), in_file.commit(&step(seq)));
    }
    assert!(is_same(&store.history().unwrap(), &in_file.history().unwrap()));
    drop(store);
    // what was acknowledged is there again, with the books that it makes
    let again = open(&server.url(), "same");
    assert!(is_same(&again.history().unwrap(), &in_file.history().unwrap()));
    assert_eq!((again.last_seq(), again.epoch()), (20, 2));
    assert_eq!(again.books().account("hub").credits_posted, 100);
    assert_eq!(open(&server.url(), "another").last_seq(), 0, "each partition has its own book");
    let read = Database::new(&server.url(), "same").unwrap();
    assert!(is_same(&read.history(Party::Issuer).unwrap(), &in_file.history().unwrap()));
    let wrong = read.history(Party::Hub).unwrap_err().to_string();
    assert!(wrong.contains("this is the partition of the issuer"), "{wrong}");
    let wrong = read.open(Party::Hub).err().unwrap().to_string();
    assert!(wrong.contains("this is the partition of the issuer"), "{wrong}");
    let none = Database::new(&server.url(), "nobody").unwrap().history(Party::Hub).unwrap_err().to_string();
    assert!(none.contains("no such partition"), "{none}");
    assert_eq!(open(&server.url(), "same").epoch(), 3, "who only reads, or is refused, takes nothing over");
    drop(in_file);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn processes_that_start_at_once_make_the_tables_once() {
    let Some(server) = server() else { return };
    for (name, isolation) in [("at_once", ""), ("at_once_serial", "serializable")] {
        let mut url = database(&server, name);
        if !isolation.is_empty() {
            url += &format!("?options=-c%20default_transaction_isolation%3D{isolation}");
        }
        let starts: Vec<_> = (0..6)
            .map(|party| {
                let url = url.clone();
                std::thread::spawn(move || open(&url, &format!("party-{party}")).commit(&step(1)).unwrap())
            })
            .collect();
        starts.into_iter().for_each(|start| drop(start.join().unwrap()));
        let versions = outsider(&url).query("SELECT version FROM ledger_versions", &[]).unwrap();
        assert_eq!(versions.len(), 1, "{name}");
    }
}

#[test]
fn an_old_instance_cannot_commit() {
    let Some(server) = server() else { return };
    let mut old = open(&server.url(), "fenced");
    old.commit(&step(1)).unwrap();
    let mut new = open(&server.url(), "fenced");
    // before the new one has done anything, and after
    for seq in [2, 3] {
        let refused = old.commit(&step(2)).unwrap_err();
        assert!(matches!(refused, StoreError::Fenced { found: 2, .. }), "{refused}");
        assert_eq!(
            (old.last_seq(), old.books().account("hub").credits_posted),
            (1, 5),
            "its book did not move"
        );
        new.commit(&step(seq)).unwrap();
    }
    let history = new.history().unwrap();
    assert_eq!(history.records, [1, 2, 3].map(|seq| step(seq).records[0].clone()));
    assert_eq!(history.commits.last().map(|tip| tip.seq), Some(3));
}

/// The old instance is stopped when its statement has locked the partition and written rows, and is not at its end.
#[test]
fn an_old_instance_that_is_stopped_in_a_transaction_cannot_end_it() {
    let Some(server) = server() else { return };
    let url = server.url();
    let mut old = open(&url, "stopped");
    old.commit(&step(1)).unwrap();
    let mut outsider = outsider(&url);
    let mut pause = outsider.transaction().unwrap();
    pause.execute("SELECT 1 FROM balances WHERE party = 'stopped' FOR UPDATE", &[]).unwrap();
    let stopped = std::thread::spawn(move || (old.commit(&step(2)), old));
    let mut watcher = Client::connect(&url, NoTls).unwrap();
    until_it_waits(&mut watcher, "stopped");
    let locked = "SELECT 1 FROM partitions WHERE party = 'stopped' FOR UPDATE NOWAIT";
    assert!(watcher.query(locked, &[]).is_err(), "it has the partition");
    let mut new = open(&url, "stopped");
    assert_eq!((new.last_seq(), new.epoch()), (1, 2));
    pause.rollback().unwrap();
    let (ended, mut old) = stopped.join().unwrap();
    assert!(matches!(ended, Err(StoreError::Fenced { .. } | StoreError::Unknown(_))), "{ended:?}");
    assert_eq!(
        old.commit(&step(2)),
        Err(StoreError::Fenced { expected: 2, found: 2 }),
        "nor does it come back"
    );
    new.commit(&step(2)).unwrap();
    assert_eq!(new.history().unwrap().transfers, [sale("1"), sale("2")]);
}

#[test]
fn a_commit_that_gives_way_is_tried_again_and_not_for_ever() {
    let Some(server) = server() else { return };
    let url = database(&server, "serial") + "?options=-c%20default_transaction_isolation%3Dserializable";
    let mut store = open(&url, "serial");
    store.commit(&step(1)).unwrap();
    let mut outsider = outsider(&url);
    let mut other = outsider.transaction().unwrap();
    let isolation: String = other.query_one("SHOW transaction_isolation", &[]).unwrap().get(0);
    assert_eq!(isolation, "serializable");
    other.execute("UPDATE partitions SET since = now()", &[]).unwrap();
    let waiting = std::thread::spawn(move || (store.commit(&step(2)), store));
    until_it_waits(&mut Client::connect(&url, NoTls).unwrap(), "serial");
    // 40001: "could not serialize access due to concurrent update"
    other.commit().unwrap();
    let (done, mut store) = waiting.join().unwrap();
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(store.retried(), 1);
    for code in ["40001", "40P01"] {
        let trigger = format!(
            "CREATE OR REPLACE FUNCTION gives_way() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '{code}'; END $$; \
             CREATE TRIGGER gives_way BEFORE INSERT ON journal EXECUTE FUNCTION gives_way()"
        );
        outsider.batch_execute(&trigger).unwrap();
        let (before, seq) = (store.retried(), store.last_seq() + 1);
        let refused = store.commit(&step(seq)).unwrap_err();
        assert!(matches!(refused, StoreError::Failed(_)), "{code}: {refused}");
        assert_eq!(store.retried() - before, u64::from(RETRIES), "{code}");
        outsider.batch_execute("DROP TRIGGER gives_way ON journal").unwrap();
        // nothing was kept, and the number is free
        store.commit(&step(seq)).unwrap();
    }
    assert_eq!(store.history().unwrap().transfers.len(), 4);
}

/// The session is ended, or the server dies, while a commit is under way: nobody knows. Whoever opens the partition again
/// sees what was kept.
#[test]
fn a_connection_that_breaks_during_a_commit_leaves_it_unknown() {
    // not the shared one: it dies
    let Some(server) = Server::start(&std::env::temp_dir()).unwrap() else { return };
    let url = server.url();
    for dies in [false, true] {
        let mut store = open(&url, "broken");
        let seq = store.last_seq() + 1;
        store.commit(&step(seq)).unwrap();
        let mut outsider = outsider(&url);
        let mut pause = outsider.transaction().unwrap();
        pause.execute("SELECT 1 FROM balances FOR UPDATE", &[]).unwrap();
        let waiting = std::thread::spawn(move || (store.commit(&step(seq + 1)), store));
        let mut watcher = Client::connect(&url, NoTls).unwrap();
        until_it_waits(&mut watcher, "broken");
        if dies {
            server.kill().unwrap();
        } else {
            let sql = "SELECT pg_terminate_backend(backend) FROM partitions WHERE party = 'broken'";
            watcher.execute(sql, &[]).unwrap();
        }
        let (ended, mut store) = waiting.join().unwrap();
        assert!(matches!(ended, Err(StoreError::Unknown(_))), "{ended:?}");
        assert!(
            matches!(store.commit(&step(seq + 1)), Err(StoreError::Unknown(_))),
            "it knows no more later"
        );
        drop((pause, store));
        if dies {
            let away = Database::new(&url, "broken").unwrap().open(Party::Issuer).err().unwrap().to_string();
            assert!(away.contains("127.0.0.1"), "{away}");
            server.begin().unwrap();
        }
        let again = open(&url, "broken");
        let expected: Vec<_> = (1..=seq).flat_map(|seq| step(seq).transfers).collect();
        assert_eq!(again.history().unwrap().transfers, expected, "what was acknowledged, whole, and no more");
    }
}

#[test]
fn rows_cannot_be_changed_and_bad_ones_are_told() {
    let Some(server) = server() else { return };
    let url = database(&server, "rows");
    let mut store = open(&url, "rows");
    store.commit(&step(1)).unwrap();
    let mut outsider = outsider(&url);
    for table in ["journal", "transfers", "evidence", "commits"] {
        for sql in [
            format!("UPDATE {table} SET party = 'x'"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
        ] {
            assert!(outsider.batch_execute(&sql).is_err(), "{sql}");
        }
    }
    // what PostgreSQL has no room for is refused as a whole, and the next commit goes on
    let nul =
        Commit { records: vec![Record { note: "a\0b".to_owned(), ..step(2).records[0].clone() }], ..step(2) };
    assert!(matches!(store.commit(&nul), Err(StoreError::Failed(_))));
    store.commit(&step(2)).unwrap();
    // an altered row, a cut tail
    let altered =
        "ALTER TABLE transfers DISABLE TRIGGER ALL; UPDATE transfers SET chain = repeat('0', 64) WHERE n = 2";
    outsider.batch_execute(altered).unwrap();
    let told = Database::new(&url, "rows").unwrap().open(Party::Issuer).err().unwrap();
    assert!(matches!(told, StoreError::Corrupt(_)), "{told}");
}

#[test]
fn a_database_of_another_version_or_that_keeps_nothing_is_refused_in_words() {
    let Some(server) = server() else { return };
    let url = database(&server, "versions");
    open(&url, "versions").commit(&step(1)).unwrap();
    let place = Database::new(&url, "versions").unwrap();
    let mut outsider = outsider(&url);
    let version: i32 = outsider.query_one("SELECT max(version) FROM ledger_versions", &[]).unwrap().get(0);
    for (other, word) in [(version + 1, "newer"), (version - 1, "older")] {
        outsider.execute("UPDATE ledger_versions SET version = $1", &[&other]).unwrap();
        let refused = [place.open(Party::Issuer).err(), place.history(Party::Issuer).err()];
        for refused in refused.map(|refused| refused.unwrap().to_string()) {
            for said in [word, &format!("version {other}"), &format!("has {version}")] {
                assert!(refused.contains(said), "{refused}");
            }
        }
    }
    outsider.execute("UPDATE ledger_versions SET version = $1", &[&version]).unwrap();
    let mut store = open(&url, "versions");
    store.commit(&step(2)).unwrap();
    // a record of the next version under the same number of tables
    let sql = "INSERT INTO journal SELECT party, 3, 3, at, 'teleported', peer, mti, tx, stan, host_stan, transmission, \
               batch, rrn, amount, code, approval, date, card, totals, balance, note, chain FROM journal WHERE n = 2";
    outsider.execute(sql, &[]).unwrap();
    let refused = place.open(Party::Issuer).err().unwrap().to_string();
    assert!(refused.contains("`teleported`") && refused.contains("newer"), "{refused}");
    let reload = |client: &mut Client, value: &str| {
        client.batch_execute(&format!("ALTER SYSTEM SET fsync = {value}")).unwrap();
        client.batch_execute("SELECT pg_reload_conf()").unwrap();
    };
    let own = Server::start(&std::env::temp_dir()).unwrap().unwrap();
    let mut client = Client::connect(&own.url(), NoTls).unwrap();
    reload(&mut client, "off");
    let until = Instant::now() + Duration::from_secs(30);
    while client.query_one("SHOW fsync", &[]).unwrap().get::<_, String>(0) == "on" {
        assert!(Instant::now() < until, "the server reads no settings");
    }
    let refused = Database::new(&own.url(), "unsafe").unwrap().open(Party::Issuer).err().unwrap().to_string();
    assert!(refused.contains("fsync"), "{refused}");
}

#[test]
fn a_server_that_is_not_there_is_told_without_a_password() {
    let gone = Database::new("postgres://ann:s3cret@127.0.0.1:1/bank", "acquirer:1").unwrap();
    let told = gone.open(Party::Acquirer).err().unwrap().to_string();
    assert!(told.contains("127.0.0.1:1/bank#acquirer:1") && !told.contains("s3cret"), "{told}");
}
