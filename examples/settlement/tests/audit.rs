//! Each question of the audit has books that it is about: they are wrong in one way, and it says so, by its rule.

mod common;

use common::{timers, world};
use settlement::audit::{Books, audit};
use settlement::clock::{Date, Stamp};
use settlement::day;
use settlement::journal::{Party, Record, RecordKind};
use settlement::ledger::{Purpose, Transfer};
use settlement::money::Money;
use settlement::store::Begun;

use Party::{Acquirer, Issuer};

/// The books of a day in its evening: something was paid, something waits for settlement, and a batch is open.
fn evening() -> Books {
    let mut world = world();
    day::play(&mut world, &day::script(), timers(), &mut |_, _| {}).unwrap();
    Books::of(&world).unwrap()
}

fn told(books: &mut Books, party: Party, kind: RecordKind) {
    books.history_mut(party).records.push(Record::new(Stamp(0), kind));
}

/// Takes the last record of a kind away.
fn untold(books: &mut Books, party: Party, kind: RecordKind) {
    let records = &mut books.history_mut(party).records;
    let last = records.iter().rposition(|record| record.kind == kind).expect("the day has one");
    records.remove(last);
}

fn moved(books: &mut Books, party: Party, purpose: Purpose, debit: &str, credit: &str) {
    let transfer = Transfer::posted(purpose, "a reference of its own", debit, credit, Money::minor(1));
    books.history_mut(party).transfers.push(transfer);
}

type Wrong = (&'static str, &'static str, fn(&mut Books));

const BOOKS: [Wrong; 7] = [
    ("issuer: history folds into a ledger", "a name twice, for two amounts", |books| {
        let transfers = &mut books.history_mut(Issuer).transfers;
        let mut twice = transfers[0].clone();
        twice.amount = twice.amount.plus(Money::minor(1));
        transfers.push(twice);
    }),
    ("issuer: stored balances = history", "a balance is missing", |books| {
        books.history_mut(Issuer).balances.pop();
    }),
    ("issuer: stored balances = history", "a balance of nobody", |books| {
        books.history_mut(Issuer).balances.push(("nobody".to_owned(), Default::default()));
    }),
    ("acquirer: stored balances = history", "a fen more", |books| {
        books.history_mut(Acquirer).balances[0].1.debits_posted += 1;
    }),
    ("acquirer's receivable = issuer's debt", "a fen more on one side", |books| {
        moved(books, Acquirer, Purpose::Adjustment, "hub_receivable", "suspense");
    }),
    ("settled at the acquirer = settled at the issuer", "a fen more on one side", |books| {
        moved(books, Acquirer, Purpose::Settlement, "nostro", "suspense");
    }),
    ("settled = net of the reconciled 0520", "the reconciliation is not told", |books| {
        untold(books, Acquirer, RecordKind::DateReconciled);
    }),
];

const ITEMS: [Wrong; 9] = [
    ("merchant_unsettled = sales in open batches", "a fen of no sale", |books| {
        moved(books, Acquirer, Purpose::Adjustment, "suspense", "merchant_unsettled:1");
    }),
    ("merchant_payable = confirmed, not yet paid, less fees", "a fen of no sale", |books| {
        moved(books, Acquirer, Purpose::Adjustment, "suspense", "merchant_payable:1");
    }),
    ("merchant_payable = confirmed, not yet paid, less fees", "a sale that was paid is not", |books| {
        untold(books, Acquirer, RecordKind::SalePaid);
    }),
    ("hub_receivable = sales waiting for settlement", "a settled sale is not", |books| {
        untold(books, Acquirer, RecordKind::SaleSettled);
    }),
    ("payout_in_transit is empty", "a fen is on its way", |books| {
        moved(books, Acquirer, Purpose::Adjustment, "suspense", "payout_in_transit:1");
    }),
    ("each sale: journal = acquirer's book = issuer's book", "the acquirer forgot", |books| {
        untold(books, Acquirer, RecordKind::SaleApproved);
    }),
    ("each sale: journal = acquirer's book = issuer's book", "the issuer forgot", |books| {
        untold(books, Issuer, RecordKind::SaleApproved);
    }),
    ("charged to cardholders = paid out + fees + open items", "a fee of no sale", |books| {
        moved(books, Acquirer, Purpose::Adjustment, "suspense", "mdr_income");
    }),
    ("charged to cardholders = paid out + fees + open items", "a cardholder lost a fen", |books| {
        moved(books, Issuer, Purpose::Adjustment, "cardholder:6212", "vault");
        books.history_mut(Issuer).transfers.insert(
            0,
            Transfer::posted(Purpose::Adjustment, "first", "vault", "cardholder:6212", Money::minor(3)),
        );
    }),
];

const QUIET: [Wrong; 5] = [
    ("1 unknown, 0 being reversed, 0 work items, 0 out of balance", "nobody knows how it ended", |books| {
        let record = Record { tx: "a sale".to_owned(), ..Record::new(Stamp(0), RecordKind::SaleSent) };
        books.history_mut(Acquirer).records.push(record);
    }),
    ("0 unknown, 1 being reversed, 0 work items, 0 out of balance", "a reversal has not ended", |books| {
        let records = &mut books.history_mut(Acquirer).records;
        let last = records.iter().rfind(|record| record.kind == RecordKind::SaleApproved).unwrap().clone();
        records.push(Record { kind: RecordKind::SaleReversing, ..last });
    }),
    ("0 unknown, 0 being reversed, 1 work items, 0 out of balance", "somebody has to look", |books| {
        told(books, Party::Terminal, RecordKind::WorkItem);
    }),
    ("0 unknown, 0 being reversed, 0 work items, 1 out of balance", "a batch", |books| {
        told(books, Acquirer, RecordKind::BatchOutOfBalance);
    }),
    ("0 unknown, 0 being reversed, 0 work items, 1 out of balance", "a date", |books| {
        told(books, Issuer, RecordKind::DateOutOfBalance);
    }),
];

#[test]
fn books_that_are_wrong_in_one_way_are_named_by_its_rule() {
    let sound = evening();
    assert!(audit(&sound).iter().all(|check| check.holds), "{:?}", audit(&sound));
    for (rule, what, spoil) in BOOKS.into_iter().chain(ITEMS) {
        let mut books = sound.clone();
        spoil(&mut books);
        let check = audit(&books).into_iter().find(|check| check.rule == rule).expect(rule);
        assert!(!check.holds, "{rule}: {what}: {}", check.figures);
    }
}

/// What is not quiet is counted, each in its own place.
#[test]
fn what_somebody_has_to_look_at_is_counted() {
    let sound = evening();
    for (figures, what, spoil) in QUIET {
        let mut books = sound.clone();
        spoil(&mut books);
        let rule = "no unknown outcome, no work item, no total out of balance";
        let check = audit(&books).into_iter().find(|check| check.rule == rule).unwrap();
        assert_eq!((check.holds, check.figures.as_str()), (false, figures), "{what}");
    }
}

/// A side of a check that is not its other side is printed with both, and money with its sign.
#[test]
fn two_figures_that_differ_are_both_told() {
    let mut books = evening();
    moved(&mut books, Acquirer, Purpose::Adjustment, "suspense", "payout_in_transit:1");
    let checks = audit(&books);
    let check = checks.iter().find(|check| check.rule == "payout_in_transit is empty").unwrap();
    assert_eq!(check.figures, "0.01 against 0.00");
    let check = checks.iter().find(|check| check.rule.starts_with("hub_receivable")).unwrap();
    assert_eq!(check.figures, "438.80", "the two sales of the evening, 420.00 and 18.80");
}

/// Whichever party did it last, or the script that moves them.
#[test]
fn the_last_stamp_is_that_of_any_party_or_of_a_step() {
    assert_eq!((Books::default().last_stamp(), Books::default().first_date()), (None, None));
    for last in Party::ALL {
        let mut books = Books::default();
        for party in Party::ALL {
            let at = Stamp(if party == last { 8 } else { 7 });
            books.history_mut(party).records.push(Record::new(at, RecordKind::Started));
        }
        assert_eq!(books.last_stamp(), Some(Stamp(8)), "{last}");
        let begun = |at| Begun { step: 1, at: Stamp(at), caption: String::new() };
        assert_eq!(books.clone().with_begun(vec![begun(9), begun(6)]).last_stamp(), Some(Stamp(9)));
        assert_eq!(books.with_begun(vec![begun(6)]).last_stamp(), Some(Stamp(8)));
    }
    let mut books = Books::default();
    for (party, kind, date) in [
        (Acquirer, RecordKind::Started, 1),
        (Issuer, RecordKind::DateClosed, 2),
        (Issuer, RecordKind::Started, 3),
        (Issuer, RecordKind::Started, 4),
    ] {
        let record = Record { date: Some(Date(date)), ..Record::new(Stamp(0), kind) };
        books.history_mut(party).records.push(record);
    }
    assert_eq!(books.first_date(), Some(Date(3)), "the first start of the issuer");
}
