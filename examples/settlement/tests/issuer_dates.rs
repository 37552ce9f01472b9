//! The issuer alone: what it answers to totals and to items of a date, when it announces the next one, and what clearing
//! takes back.

mod common;
mod issuing;

use std::time::Duration;

use common::TODAY;
use issuing::*;
use settlement::clock::{Date, Stamp};
use settlement::files::clearing::{ClearingFile, ItemKind, Presentment};
use settlement::journal::{Party, RecordKind};
use settlement::money::Money;
use settlement::ops::Operation;
use settlement::party::parcel::{Parcel, Receipt};
use settlement::party::{Input, Outcome, Timer};
use settlement::telegram::{Balance, Code, Mti, Telegram, Totals};

use Operation::{Preauth, Refund, Sale};
use Party::{Acquirer, Hub};

/// Each term of an 0520 is compared, what it lists is left out, and only what agrees is booked, once.
#[test]
fn a_date_is_settled_when_each_term_agrees() {
    let opened = || {
        let mut bank = Bank::open();
        bank.held(Sale, 0, 10_000);
        bank.held(Sale, 1, 6_000);
        bank.held(Preauth, 0, 8_000);
        let undone = bank.held(Sale, 0, 3_000);
        bank.undo(&undone, None);
        bank.held(Refund, 0, 900);
        let back = bank.held(Refund, 0, 70);
        bank.undo(&back, None);
        let unknown = bank.held(Sale, 0, 500);
        let early = bank.totals("1123", Totals::default(), &[]);
        assert_eq!(
            (early.balance, early.totals, early.settlement.as_deref()),
            (Some(Balance::Error), None, Some("1123"))
        );
        bank.cut_over();
        bank.held(Sale, 0, 11);
        (bank, unknown)
    };
    let right = Totals {
        sales: tally(3, 19_000),
        sales_reversed: tally(1, 3_000),
        refunds: tally(2, 970),
        refunds_reversed: tally(1, 70),
    };
    let wrong = [
        Totals { sales: tally(4, 19_000), ..right },
        Totals { sales_reversed: tally(1, 3_001), ..right },
        Totals { refunds: tally(2, 969), ..right },
        Totals { refunds_reversed: tally(0, 70), ..right },
    ];
    for wrong in wrong {
        let (mut bank, unknown) = opened();
        let response = bank.totals("1123", wrong, &[&unknown]);
        assert_eq!((response.balance, response.totals), (Some(Balance::Out), Some(right)), "{wrong:?}");
        assert_eq!(bank.records(RecordKind::SaleSettled).len(), 0);
    }
    let (mut bank, unknown) = opened();
    for _ in 0..2 {
        let response = bank.totals("1123", right, &[&unknown]);
        assert_eq!((response.balance, response.totals), (Some(Balance::In), Some(right)));
    }
    let settled: Vec<u64> =
        bank.records(RecordKind::SaleSettled).iter().map(|record| record.amount.unwrap().units()).collect();
    assert_eq!(settled, [10_000, 6_000, 900]);
    assert_eq!(bank.net("nostro"), 15_100);
    // 500 and 11 are held, and nothing else is
    assert_eq!(bank.net("hub_settlement"), 511);
    assert_eq!(bank.records(RecordKind::SaleExcluded).len(), 1);

    // more refunds than sales: the money goes the other way
    let mut bank = Bank::open();
    bank.held(Sale, 0, 1_000);
    bank.held(Refund, 0, 1_400);
    bank.cut_over();
    let totals = Totals { sales: tally(1, 1_000), refunds: tally(1, 1_400), ..Totals::default() };
    assert_eq!(bank.totals("1123", totals, &[]).balance, Some(Balance::In));
    assert_eq!((bank.net("nostro"), bank.net("hub_settlement")), (-400, 0));
}

#[test]
fn items_are_compared_one_by_one_and_what_nobody_claims_is_in_dispute() {
    let mut bank = Bank::open();
    let [same, other, _] = [10_000, 6_000, 400].map(|units| bank.held(Sale, 0, units));
    let undone = bank.held(Sale, 0, 77);
    bank.undo(&undone, None);
    bank.held(Preauth, 0, 8_000);
    let unseen = bank.request(Sale, 0, 55);
    bank.cut_over();
    let out = Totals { sales: tally(3, 16_056), ..Totals::default() };
    assert_eq!(bank.totals("1123", out, &[]).balance, Some(Balance::Out));
    let says = [
        (&same, 10_000, "00"),
        (&other, 6_001, "64"),
        (&unseen, 55, "25"),
        (&undone, 77, "25"),
        (&same, 10_000, "00"),
    ];
    for (sale, units, code) in says {
        assert_eq!(bank.item(sale, units), code, "{units}");
    }
    let item = bank.about(&same, Mti::ITEM, None);
    assert_eq!(bank.code(Telegram { settlement: None, ..item }), "30", "of no date");
    bank.stan += 1;
    let end = Telegram {
        settlement: Some("1123".to_owned()),
        totals: Some(Totals { sales: tally(1, 10_000), ..Totals::default() }),
        acquirer: "10344000".to_owned(),
        ..Telegram::new(Mti::ITEM, bank.stan)
    };
    assert_eq!((bank.code(end.clone()), bank.code(end)), ("00".to_owned(), "00".to_owned()));
    let disputed: Vec<_> = bank
        .records(RecordKind::ItemDisputed)
        .into_iter()
        .map(|r| (r.amount.unwrap().units(), r.note))
        .collect();
    let words = [
        (6_001, "claimed by the acquirer with another amount"),
        (55, "claimed by the acquirer, and not held here"),
        (77, "claimed by the acquirer, and not held here"),
        (400, "not claimed by the acquirer"),
    ];
    assert_eq!(disputed, words.map(|(units, words)| (units, words.to_owned())));
    assert_eq!(bank.records(RecordKind::ItemAgreed).len(), 1);
    let rest = Totals { sales: tally(1, 10_000), ..Totals::default() };
    let response = bank.totals("1123", rest, &[&other, &unseen]);
    assert_eq!((response.balance, response.totals), (Some(Balance::In), Some(rest)));
    assert_eq!(bank.records(RecordKind::SaleSettled).len(), 1);
    // what is in dispute is corrected upwards as far as it was claimed and the card covers it
    assert_eq!(bank.undo(&same, Some(10_001)).0, "21", "that is settled");
    assert_eq!(
        (bank.undo(&other, Some(6_001)), bank.left(0)),
        (("00".into(), Some("1124".into())), 1_000_000 - 10_000 - 6_001 - 400 - 8_000)
    );
    assert_eq!(bank.undo(&other, Some(6_002)).0, "64", "it is in dispute no longer");
}

#[test]
fn a_cut_over_is_announced_until_it_is_answered() {
    let mut bank = Bank::open();
    let announced = bank.cut_over();
    assert_eq!(
        (announced.mti, announced.management, announced.settlement.as_deref()),
        (Mti::NETWORK, Some(201), Some("1124"))
    );
    let timer = Timer::CutOver(Date(TODAY.0 + 1));
    bank.hear(Input::Received(
        Acquirer,
        Telegram { stan: announced.stan + 1, ..announced.answer(Code::of(b"00")) },
    ));
    let again = bank.hear(Input::Timer(timer.clone()));
    assert_eq!((again.sends.len(), again.sends[0].0, again.sends[0].1.stan), (1, Acquirer, announced.stan));
    assert_eq!(again.timers, [(timer.clone(), Duration::from_secs(10))]);
    bank.hear(Input::LinkUp(Hub));
    assert_eq!(bank.hear(Input::Timer(timer.clone())).sends[0].0, Hub, "by the other line");
    let back = bank.hear(Input::NotSent(Hub, announced.clone())).sends;
    assert_eq!(back[0].0, Acquirer, "which it could not leave by");
    bank.hear(Input::LinkDown(Hub));
    assert!(bank.hear(Input::NotSent(Acquirer, announced.clone())).sends.is_empty());
    let restarted = bank.restart();
    assert!(restarted.timers.contains(&(timer.clone(), Duration::from_secs(10))), "{:?}", restarted.timers);
    let again = bank.hear(Input::Timer(timer.clone())).sends.remove(0).1;
    assert!(again.stan > announced.stan);
    let told = bank.hear(Input::Received(Acquirer, again.answer(Code::of(b"00"))));
    assert_eq!(told.outcomes, [Outcome::Noted]);
    assert!(bank.hear(Input::Timer(timer)).sends.is_empty());
    let echo = Telegram { management: Some(301), ..Telegram::new(Mti::NETWORK, 5) };
    let response = bank.says(echo);
    assert_eq!((response.code, response.settlement.as_deref()), (Some(Code::of(b"00")), Some("1124")));
}

/// A file that takes presentments back: each item once, only what was settled, with its amount and its side.
#[test]
fn what_clearing_takes_back_is_given_back_once() {
    let mut bank = Bank::open();
    let sale = bank.held(Sale, 0, 10_000);
    let refund = bank.held(Refund, 1, 21_000);
    let second = bank.held(Refund, 1, 300);
    let open = {
        bank.cut_over();
        let totals = Totals { sales: tally(1, 10_000), refunds: tally(2, 21_300), ..Totals::default() };
        assert_eq!(bank.totals("1123", totals, &[]).balance, Some(Balance::In));
        bank.held(Sale, 0, 600)
    };
    let item = |sale: &Telegram, kind, units| Presentment {
        kind,
        rrn: sale.rrn.clone().unwrap(),
        approval: "A1B2C3".to_owned(),
        terminal: common::TERMINAL.to_owned(),
        merchant: common::MERCHANT.to_owned(),
        amount: Money::minor(units),
        fee: None,
        at: Stamp::on(TODAY, 50_000),
        date: TODAY,
    };
    let mut sequence = 0;
    let mut file = |bank: &mut Bank, items: Vec<Presentment>| {
        sequence += 1;
        let id = ClearingFile::number("003", TODAY, "99990000", sequence);
        let octets = ClearingFile { id: id.clone(), items }.encode().unwrap();
        let parcels = bank.hear(Input::Parcel(Hub, Parcel::File(octets))).parcels;
        assert_eq!(parcels, [(Hub, Parcel::Receipt(Receipt { file: id, taken: true }))]);
    };
    let wrong = vec![
        item(&sale, ItemKind::Reversal, 10_001),
        item(&sale, ItemKind::RefundReversal, 10_000),
        item(&open, ItemKind::Reversal, 600),
    ];
    file(&mut bank, wrong);
    assert_eq!((bank.records(RecordKind::ClearingException).len(), bank.left(0)), (3, 989_400));
    file(&mut bank, vec![item(&sale, ItemKind::Reversal, 10_000), item(&sale, ItemKind::Reversal, 10_000)]);
    assert_eq!((bank.records(RecordKind::SaleAdjusted).len(), bank.left(0)), (1, 999_400));
    file(&mut bank, vec![item(&sale, ItemKind::Reversal, 10_000)]);
    assert_eq!((bank.records(RecordKind::ClearingException).len(), bank.left(0)), (5, 999_400));
    // 41,300 are there: after 40,000 of them are spent the card covers the smaller refund alone
    assert_eq!(bank.left(1), 41_300);
    assert_eq!(bank.ask(Sale, 1, 41_000), "00");
    file(
        &mut bank,
        vec![item(&refund, ItemKind::RefundReversal, 21_000), item(&second, ItemKind::RefundReversal, 300)],
    );
    assert_eq!((bank.left(1), bank.net("stip_exposure")), (0, -21_000));
    assert_eq!(bank.records(RecordKind::WorkItem).len(), 1);
    assert_eq!(bank.net("nostro"), -11_300 - 10_000 + 21_300);
}
