//! What every store must do. A new store is one more line in `every_store!`. PostgreSQL is a real server, which is
//! started for the test if it is installed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use settlement::clock::Stamp;
use settlement::journal::{Party, Record, RecordKind};
use settlement::ledger::{Account, Flag, Ledger, Purpose, Status, Transfer};
use settlement::money::Money;
use settlement::store::{Commit, MemStore, SqliteStore, Store, StoreError};

static FILES: AtomicU32 = AtomicU32::new(0);

fn fresh_file() -> PathBuf {
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("settlement-ledger-test-{}-{number}.sqlite", std::process::id()))
}

fn with_mem(test: fn(&mut dyn Store)) {
    test(&mut MemStore::default());
}

fn with_sqlite(test: fn(&mut dyn Store)) {
    let file = fresh_file();
    test(&mut SqliteStore::open(&file, Party::Issuer).unwrap());
    std::fs::remove_file(file).unwrap();
}

macro_rules! every_store {
    ($($test:ident)+) => {
        mod mem { $(#[test] fn $test() { super::with_mem(super::$test); })+ }
        mod sqlite { $(#[test] fn $test() { super::with_sqlite(super::$test); })+ }
        /// One server for all of them.
        #[cfg(feature = "postgres")]
        #[test]
        fn postgres() {
            let Some(server) = database::server() else { return };
            $(database::with(&server, stringify!($test), $test);)+
        }
    };
}

#[cfg(feature = "postgres")]
mod database {
    use settlement::journal::Party;
    use settlement::server::Server;
    use settlement::store::{Database, Store};

    pub(super) fn server() -> Option<Server> {
        let server = Server::start(&std::env::temp_dir()).unwrap();
        if server.is_none() {
            println!("skipped: no PostgreSQL is installed here");
        }
        server
    }

    pub(super) fn with(server: &Server, name: &str, test: fn(&mut dyn Store)) {
        // as a server does by default, and as those do that know nothing else
        let serializable = "?options=-c%20default_transaction_isolation%3Dserializable";
        for isolation in ["", serializable] {
            println!("{name}{isolation}");
            let (url, partition) = (server.url() + isolation, format!("{name}{}", isolation.len()));
            let database = Database::new(&url, &partition).unwrap();
            test(&mut *database.open(Party::Issuer).unwrap());
        }
    }
}

every_store! {
    a_transfer_is_booked_once
    the_same_name_for_another_transfer_is_refused
    an_account_is_never_overdrawn
    a_hold_is_resolved_once
    a_part_of_a_hold_can_be_posted
    a_commit_is_all_or_nothing
    a_commit_that_resolves_its_own_hold_is_taken_back_whole
    a_commit_has_its_number
    every_book_sums_to_zero_whatever_happens
    what_is_stored_is_what_was_written
}

fn commit(store: &mut dyn Store, transfers: &[Transfer]) -> Result<Vec<Status>, StoreError> {
    let record = Record { note: "a note".to_owned(), ..Record::new(Stamp(7), RecordKind::Started) };
    let seq = store.last_seq() + 1;
    store.commit(&Commit { seq, records: vec![record], transfers: transfers.to_vec(), ..Commit::default() })
}

fn refused(store: &mut dyn Store, transfer: Transfer) -> Status {
    match commit(store, &[transfer]) {
        Err(StoreError::Refused(statuses)) => statuses[0],
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn deposit(units: u64) -> Transfer {
    Transfer::posted(Purpose::Opening, "deposit", "vault", "cardholder:1", Money::minor(units))
}

fn hold(reference: &str, units: u64) -> Transfer {
    Transfer::pending(Purpose::Sale, reference, "cardholder:1", "hub", Money::minor(units))
}

fn a_transfer_is_booked_once(store: &mut dyn Store) {
    assert_eq!(commit(store, &[deposit(100)]), Ok(vec![Status::Created]));
    assert_eq!(commit(store, &[deposit(100)]), Ok(vec![Status::Exists]));
    assert_eq!(store.books().account("cardholder:1").credits_posted, 100);
    assert_eq!(store.history().unwrap().transfers.len(), 1);
}

fn the_same_name_for_another_transfer_is_refused(store: &mut dyn Store) {
    commit(store, &[deposit(100)]).unwrap();
    assert_eq!(refused(store, deposit(101)), Status::ExistsWithDifferentAmount);
    let other = Transfer { debit: "elsewhere".to_owned(), ..deposit(100) };
    assert_eq!(refused(store, other), Status::ExistsWithDifferentAccounts);
    assert_eq!(
        refused(store, Transfer { flag: Flag::Pending, ..deposit(100) }),
        Status::ExistsWithDifferentFlags
    );
    assert_eq!(refused(store, hold("nothing", 0)), Status::AmountMustNotBeZero);
    let circle = Transfer::posted(Purpose::Fee, "circle", "hub", "hub", Money::minor(1));
    assert_eq!(refused(store, circle), Status::AccountsMustBeDifferent);
}

fn an_account_is_never_overdrawn(store: &mut dyn Store) {
    commit(store, &[deposit(100)]).unwrap();
    commit(store, &[hold("first", 70)]).unwrap();
    assert_eq!(refused(store, hold("second", 31)), Status::ExceedsCredits, "a hold takes what is available");
    commit(store, &[hold("third", 30)]).unwrap();
    assert_eq!(store.books().account("cardholder:1").available(), 0);
}

fn a_hold_is_resolved_once(store: &mut dyn Store) {
    commit(store, &[deposit(100), hold("a", 40), hold("b", 40)]).unwrap();
    commit(store, &[hold("a", 40).void()]).unwrap();
    assert_eq!(refused(store, hold("a", 40).post()), Status::PendingTransferAlreadyVoided, "late approval");
    commit(store, &[hold("b", 40).post()]).unwrap();
    assert_eq!(refused(store, hold("b", 40).void()), Status::PendingTransferAlreadyPosted);
    assert_eq!(refused(store, hold("never", 40).post()), Status::PendingTransferNotFound);
    let account = store.books().account("cardholder:1");
    assert_eq!((account.debits_posted, account.debits_pending, account.available()), (40, 0, 60));
    assert_eq!(store.books().open_holds().count(), 0);
}

fn a_part_of_a_hold_can_be_posted(store: &mut dyn Store) {
    commit(store, &[deposit(100), hold("a", 40)]).unwrap();
    let more = Transfer { amount: Money::minor(41), ..hold("a", 40).post() };
    assert_eq!(refused(store, more), Status::ExceedsPendingTransferAmount);
    let part = Transfer { amount: Money::minor(25), ..hold("a", 40).post() };
    commit(store, &[part]).unwrap();
    assert_eq!(store.books().account("cardholder:1").available(), 75, "the rest is released");
}

fn a_commit_is_all_or_nothing(store: &mut dyn Store) {
    commit(store, &[deposit(100)]).unwrap();
    let before = store.history().unwrap().records.len();
    let result = commit(store, &[hold("a", 60), hold("b", 60), hold("c", 1)]);
    let expected = vec![Status::LinkedEventFailed, Status::ExceedsCredits, Status::LinkedEventFailed];
    assert_eq!(result, Err(StoreError::Refused(expected)));
    assert_eq!(store.history().unwrap().records.len(), before, "no record without its transfer");
    assert_eq!(store.books().account("cardholder:1").available(), 100);
    assert_eq!(store.last_seq(), 1);
    commit(store, &[hold("a", 60)]).unwrap();
}

/// A hold that is resolved in the commit that made it is taken back with it: the last one first.
fn a_commit_that_resolves_its_own_hold_is_taken_back_whole(store: &mut dyn Store) {
    commit(store, &[deposit(100)]).unwrap();
    let balances = |store: &dyn Store| {
        let accounts = store.books().accounts().filter(|(_, account)| **account != Account::default());
        accounts.map(|(name, account)| (name.to_owned(), *account)).collect::<Vec<_>>()
    };
    let before = balances(store);
    for resolved in [hold("a", 60).post(), hold("a", 60).void()] {
        let result = commit(store, &[hold("a", 60), resolved.clone(), hold("b", 101)]);
        let failed = Status::LinkedEventFailed;
        assert_eq!(result, Err(StoreError::Refused(vec![failed, failed, Status::ExceedsCredits])));
        assert_eq!(balances(store), before);
        assert_eq!((store.books().open_holds().count(), store.books().transfer(resolved.id)), (0, None));
        assert_eq!(store.books().transfer(hold("a", 60).id), None);
    }
    // neither did anything of it stay: each can be booked afresh
    commit(store, &[hold("a", 60), hold("a", 60).post()]).unwrap();
    assert_eq!(store.books().account("cardholder:1").available(), 40);
}

fn a_commit_has_its_number(store: &mut dyn Store) {
    let first = Commit { seq: 1, records: Vec::new(), transfers: vec![deposit(100)], ..Commit::default() };
    assert_eq!(store.commit(&first), Ok(vec![Status::Created]));
    assert_eq!(
        store.commit(&first),
        Ok(vec![Status::Exists]),
        "asked again because the outcome was not heard"
    );
    for other in [Vec::new(), vec![deposit(1)], vec![deposit(100), deposit(100)]] {
        let other = Commit { transfers: other, ..first.clone() };
        assert_eq!(
            store.commit(&other),
            Err(StoreError::Fenced { expected: 2, found: 1 }),
            "its number only"
        );
    }
    let skipped = Commit { seq: 3, ..Commit::default() };
    assert_eq!(store.commit(&skipped), Err(StoreError::Fenced { expected: 2, found: 3 }));
    assert_eq!(store.history().unwrap().transfers.len(), 1);
}

/// Thousands of arbitrary transfers: most are refused, none unbalances a book.
fn every_book_sums_to_zero_whatever_happens(store: &mut dyn Store) {
    let accounts = ["cardholder:1", "cardholder:2", "hub", "merchant_payable:m", "vault"];
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut holds: Vec<Transfer> = Vec::new();
    for round in 0..400_u64 {
        let pick = |number: u64| accounts[usize::try_from(number).unwrap()];
        let (debit, credit, amount) = (pick(next(5)), pick(next(5)), Money::minor(next(50)));
        let reference = next(300).to_string();
        let transfer = match next(4) {
            0 => Transfer::posted(Purpose::Payable, &reference, debit, credit, amount),
            1 => Transfer::pending(Purpose::Sale, &reference, debit, credit, amount),
            kind => match holds.get(usize::try_from(next(1 + round)).unwrap()) {
                Some(hold) if kind == 2 => hold.post(),
                Some(hold) => hold.void(),
                None => deposit(1_000),
            },
        };
        if commit(store, std::slice::from_ref(&transfer)).is_ok() && transfer.flag == Flag::Pending {
            holds.push(transfer);
        }
        assert_eq!(store.books().imbalance(), (0, 0), "round {round}");
        assert_eq!(store.books().overdrawn().count(), 0, "round {round}");
    }
    assert!(store.last_seq() > 50, "the test did something");
}

fn what_is_stored_is_what_was_written(store: &mut dyn Store) {
    commit(store, &[deposit(100), hold("a", 40)]).unwrap();
    commit(store, &[hold("a", 40).post()]).unwrap();
    let history = store.history().unwrap();
    assert_eq!(history.transfers, [deposit(100), hold("a", 40), hold("a", 40).post()]);
    let mut fold = Ledger::default();
    assert!(fold.commit(&history.transfers).iter().all(|status| *status == Status::Created));
    let accounts: Vec<_> = fold.accounts().map(|(name, account)| (name.to_owned(), *account)).collect();
    assert_eq!(history.balances, accounts);
    assert_eq!(history.records.len(), 2);
}

#[test]
fn a_file_is_opened_again_where_it_was_left() {
    let file = fresh_file();
    let mut store = SqliteStore::open(&file, Party::Issuer).unwrap();
    commit(&mut store, &[deposit(100), hold("a", 40)]).unwrap();
    let before = store.history().unwrap();
    drop(store);

    let mut again = SqliteStore::open(&file, Party::Issuer).unwrap();
    assert_eq!((again.last_seq(), again.books().account("cardholder:1").available()), (1, 60));
    assert_eq!(again.history().unwrap().chain, before.chain);
    assert_eq!(again.history().unwrap().records, before.records);
    assert_eq!(commit(&mut again, &[hold("a", 40).void()]), Ok(vec![Status::Created]));

    let other = SqliteStore::open(&file, Party::Acquirer).unwrap();
    assert_eq!(other.last_seq(), 0, "each party has its own book in the file");
    drop((again, other));
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_second_instance_of_a_party_is_locked_out() {
    let file = fresh_file();
    let mut one = SqliteStore::open(&file, Party::Issuer).unwrap();
    let mut two = SqliteStore::open(&file, Party::Issuer).unwrap();
    commit(&mut one, &[deposit(100)]).unwrap();
    assert!(commit(&mut two, &[hold("a", 1)]).is_err(), "the number of this commit is taken");
    assert_eq!(two.books().accounts().count(), 0, "and its books did not move");
    drop((one, two));
    std::fs::remove_file(file).unwrap();
}

#[test]
fn rows_cannot_be_changed() {
    let file = fresh_file();
    let mut store = SqliteStore::open(&file, Party::Issuer).unwrap();
    commit(&mut store, &[deposit(100)]).unwrap();
    let outsider = rusqlite::Connection::open(&file).unwrap();
    for sql in ["UPDATE transfers SET amount = 1", "DELETE FROM transfers", "UPDATE journal SET note = ''"] {
        assert!(outsider.execute(sql, []).is_err(), "{sql}");
    }
    drop((store, outsider));
    std::fs::remove_file(file).unwrap();
}
