//! The whole day in one process and in virtual time.

mod common;

use std::collections::BTreeSet;

use common::{PANS, answers, codes_sent, failed, machine, timers, world};
use settlement::audit::{Books, audit};
use settlement::day::{self, Action};
use settlement::journal::{Party, RecordKind};
use settlement::local::Local;
use settlement::money::Money;
use settlement::report::{self, Style};
use settlement::store::History;
use settlement::wimm::{self, Lang, Verdict};

fn whole_day() -> Local {
    let mut world = world();
    day::play(&mut world, &day::script(), timers(), &mut |_, _| {}).unwrap();
    world
}

#[test]
fn every_fen_has_a_place_in_the_evening() {
    let world = whole_day();
    assert_eq!(failed(&world), [""; 0]);
    let answers = answers(&world);
    assert!(wimm::check(&answers).holds);
    let seen: BTreeSet<_> = answers.iter().map(|answer| answer.verdict).collect();
    let expected = [
        Verdict::NeverCharged,
        Verdict::Reversed,
        Verdict::BatchOpen,
        Verdict::WaitingForSettlement,
        Verdict::Paid,
    ];
    assert_eq!(seen, expected.into());
    assert!(answers.iter().all(|answer| !answer.proof.is_empty() && !answer.story.is_empty()));
}

#[test]
fn real_codes_are_seen_on_the_wire() {
    let world = whole_day();
    let codes: BTreeSet<_> = codes_sent(&world, Party::Acquirer, 210).into_iter().collect();
    let expected = ["00", "14", "51", "54", "55", "61", "68", "91", "96"].map(str::to_owned);
    assert_eq!(codes, expected.into());
    for (party, mti) in [
        (Party::Terminal, 800),
        (Party::Acquirer, 810),
        (Party::Terminal, 400),
        (Party::Acquirer, 410),
        (Party::Acquirer, 420),
        (Party::Issuer, 430),
        (Party::Terminal, 500),
        (Party::Acquirer, 510),
        (Party::Acquirer, 520),
        (Party::Issuer, 530),
    ] {
        assert!(!codes_sent(&world, party, mti).is_empty(), "{party} sent no {mti:04}");
    }
}

#[test]
fn both_sides_have_the_same_totals_and_the_merchant_gets_them_less_the_fee() {
    let books = Books::of(&whole_day()).unwrap();
    let told = |party, kind| {
        let records = books.records(party).iter().filter(move |record| record.kind == kind);
        records.map(|record| record.totals.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(
        told(Party::Acquirer, RecordKind::DateReconciled),
        told(Party::Issuer, RecordKind::DateReconciled)
    );
    assert_eq!(
        told(Party::Acquirer, RecordKind::BatchBalanced),
        told(Party::Terminal, RecordKind::BatchBalanced)
    );
    assert_eq!(told(Party::Acquirer, RecordKind::BatchBalanced).len(), 2);
    let [date] = told(Party::Issuer, RecordKind::DateReconciled)[..] else { panic!("one date") };
    assert_eq!((date.sales.count, date.sales_reversed.count, date.net()), (5, 2, 219_410));
    let payout =
        books.records(Party::Acquirer).iter().find(|record| record.kind == RecordKind::Payout).unwrap();
    let fees: Money =
        [12_850, 199_900, 6_660].into_iter().map(|units| Money::minor(units).share(60)).collect();
    assert_eq!(payout.amount, Money::minor(219_410).minus(fees));
}

/// The books balance after every step of the day, not only in the evening, and a party that dies
/// between two steps and comes back changes nothing about the end.
#[test]
fn any_party_may_die_between_any_two_steps() {
    let expected: Vec<_> = answers(&whole_day()).iter().map(|answer| (answer.stan, answer.verdict)).collect();
    let steps = day::script();
    for party in Party::ALL {
        let mut world = world();
        for step in steps.chunks(1) {
            // What is awaited may have been told to the operator before the restart.
            let _ = day::play(&mut world, step, timers(), &mut |_, _| {});
            let books = Books::of(&world).unwrap();
            for owner in [Party::Issuer, Party::Acquirer] {
                assert_eq!(books.ledger(owner).imbalance(), (0, 0));
            }
            if !matches!(step[0].1, Action::Arrange(..) | Action::HostLink(false)) {
                world.restart(party, machine(party)).unwrap();
                common::settle_down(&mut world);
                world.outcomes();
            }
        }
        let got: Vec<_> = answers(&world).iter().map(|answer| (answer.stan, answer.verdict)).collect();
        assert_eq!(got, expected, "{party} restarted after every step");
        assert_eq!(failed(&world), [""; 0], "{party} restarted after every step");
    }
}

#[test]
fn no_card_number_and_no_pin_leaves_the_machines() {
    let world = whole_day();
    let books = Books::of(&world).unwrap();
    let mut everything = format!("{books:?}");
    let style = Style::default();
    everything += &report::traffic(&books, &[], style);
    everything += &report::money(&answers(&world), style);
    everything += &report::books(&books, style);
    for pan in PANS {
        assert!(!everything.contains(pan), "a full card number is visible");
        assert!(!everything.contains(&pan[4..]), "too much of a card number is visible");
    }
    assert!(!everything.contains("246810"), "a PIN is visible");
}

#[test]
fn a_tampered_history_is_found_out() {
    let world = whole_day();
    let broken = |tamper: &dyn Fn(&mut Books)| {
        let mut books = Books::of(&world).unwrap();
        tamper(&mut books);
        let mut checks = audit(&books);
        checks.push(wimm::check(&wimm::answers(&books, Lang::English)));
        checks.into_iter().filter(|check| !check.holds).count()
    };
    assert_eq!(broken(&|_| {}), 0);
    for party in [Party::Issuer, Party::Acquirer] {
        let count = Books::of(&world).unwrap().transfers(party).len();
        for at in 0..count {
            let more = |books: &mut Books| {
                let amount = &mut books.history_mut(party).transfers[at].amount;
                *amount = amount.plus(Money::minor(1));
            };
            assert!(broken(&more) > 0, "{party}: one fen more in transfer {at}");
            let gone = |books: &mut Books| {
                books.history_mut(party).transfers.remove(at);
            };
            assert!(broken(&gone) > 0, "{party}: without transfer {at}");
        }
    }
    for party in Party::ALL {
        let count = Books::of(&world).unwrap().records(party).len();
        for at in 0..count {
            let reworded = |books: &mut Books| books.history_mut(party).records[at].note.push('!');
            assert!(broken(&reworded) > 0, "{party}: record {at} reworded");
        }
    }
    let verdict_changed = |books: &mut Books| {
        let records = &mut books.history_mut(Party::Acquirer).records;
        records.retain(|record| record.kind != RecordKind::SaleReversed);
    };
    assert!(broken(&verdict_changed) > 0);
}

/// Rows without their commit, a commit without its rows, and rows without what chains them: each alone, at the end.
#[test]
fn a_tail_that_was_cut_off_is_found_out() {
    let world = whole_day();
    type Cut = fn(&mut History);
    let cuts: [(&str, Cut); 5] = [
        ("the last commit", |history| _ = history.commits.pop()),
        ("the last record", |history| _ = history.records.pop()),
        ("the last record with its link", |history| _ = (history.records.pop(), history.record_chain.pop())),
        ("the last transfer", |history| _ = history.transfers.pop()),
        ("the last transfer with its link", |history| _ = (history.transfers.pop(), history.chain.pop())),
    ];
    for party in Party::ALL {
        for (what, cut) in cuts {
            let mut books = Books::of(&world).unwrap();
            let history = books.history_mut(party);
            if what.contains("transfer") && history.transfers.is_empty() {
                continue;
            }
            cut(history);
            let rule = format!("{party}: history is the one that was written");
            let chained = audit(&books).into_iter().find(|check| check.rule == rule).unwrap();
            assert!(!chained.holds, "{party}: {what}");
        }
    }
}

/// Names and codes that are the same in Chinese.
const NAMES: &[&str] = &[
    "UnionPay",
    "hub_receivable",
    "hub_settlement",
    "cardholder",
    "nostro",
    "vault",
    "mdr_income",
    "merchant_payable",
    "merchant_unsettled",
    "payout_in_transit",
    "answer",
];

#[test]
fn the_screens_speak_chinese() {
    let books = Books::of(&whole_day()).unwrap();
    let style = Style { colour: false, lang: Lang::Chinese };
    let (english, chinese) = (wimm::answers(&books, Lang::English), wimm::answers(&books, Lang::Chinese));
    for (one, other) in english.iter().zip(&chinese) {
        assert_eq!(
            (one.stan, one.verdict, one.amount, &one.proof),
            (other.stan, other.verdict, other.amount, &other.proof)
        );
        assert_ne!(one.story, other.story);
    }
    let mut checks = audit(&books);
    checks.push(wimm::check(&chinese));
    for screen in [
        report::traffic(&books, &[], style),
        report::money(&chinese, style),
        report::totals(&books, style),
        report::books(&books, style),
        report::checks(&checks, style),
    ] {
        let words = screen.split(|letter: char| !letter.is_ascii_alphabetic() && letter != '_');
        let strange: Vec<&str> = words
            .filter(|word| word.len() > 3 && word.chars().any(|letter| letter.is_ascii_lowercase()))
            .filter(|word| !NAMES.contains(word) && !word.chars().all(|digit| digit.is_ascii_hexdigit()))
            .collect();
        assert!(strange.is_empty(), "{strange:?} in\n{screen}");
    }
}
