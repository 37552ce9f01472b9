//! The issuer alone, asked by a test that plays the acquirer: which code each cause has, at both sides of each bound, and
//! what stands in the cardholders' accounts after it.

mod common;
mod issuing;

use std::time::Duration;

use issuing::*;
use settlement::card::{Pan, PinBlock};
use settlement::journal::{Party, RecordKind};
use settlement::money::Money;
use settlement::ops::Operation;
use settlement::party::{Command, Desk, Input, Outcome};
use settlement::telegram::{Balance, Mti, Telegram, Totals};

use Operation::{Preauth, Refund, Sale};
use Party::Acquirer;

#[test]
fn each_cause_of_a_decline_has_its_code() {
    let mut bank = Bank::open();
    let ask = |bank: &mut Bank, change: &dyn Fn(Telegram) -> Telegram| {
        let request = bank.request(Sale, 0, 700);
        bank.code(change(request))
    };
    assert_eq!(ask(&mut bank, &|request| Telegram { pan: None, ..request }), "30");
    assert_eq!(ask(&mut bank, &|request| Telegram { amount: None, ..request }), "30");
    let stranger = Pan::new("4012888888881881").unwrap();
    assert_eq!(ask(&mut bank, &|request| Telegram { pan: Some(stranger.clone()), ..request }), "14");
    for (expiry, says) in [(None, "54"), (Some("2610"), "54"), (Some("2611"), "00"), (Some("2612"), "00")] {
        let expiry = expiry.map(str::to_owned);
        assert_eq!(
            ask(&mut bank, &|request| Telegram { expiry: expiry.clone(), ..request }),
            says,
            "{expiry:?}"
        );
    }
    assert_eq!(
        (bank.ask(Sale, 1, 100), bank.ask(Sale, 3, 100)),
        ("00".to_owned(), "54".to_owned()),
        "on file"
    );
    assert_eq!((bank.ask(Sale, 0, 300_000), bank.ask(Sale, 0, 300_001)), ("00".to_owned(), "61".to_owned()));
    assert_eq!(bank.ask(Preauth, 0, 300_001), "00", "the limit is one of sales");
    assert_eq!((bank.ask(Sale, 1, 19_901), bank.ask(Sale, 1, 19_900)), ("51".to_owned(), "00".to_owned()));
    assert_eq!(bank.ask(Refund, 3, 100), "00", "a refund is credited to an expired card, too");
    assert_eq!(ask(&mut bank, &|request| Telegram { pin: None, ..request }), "55");
    for (command, says) in [(Command::Break, "96"), (Command::DayEnd, "90")] {
        assert_eq!(bank.hear(Input::Command(command)).outcomes, [Outcome::Noted]);
        assert_eq!(bank.ask(Sale, 0, 100), says);
        let sale = bank.request(Sale, 0, 100);
        assert_eq!(bank.undo(&sale, None).0, says, "an advice comes again later");
        bank.restart();
        assert_eq!(bank.ask(Sale, 0, 100), says, "a restart mends nothing");
        assert_eq!(bank.hear(Input::Command(Command::Repair)).outcomes, [Outcome::Noted]);
        assert_eq!(bank.ask(Sale, 0, 100), "00");
    }
    for command in [Command::SignOn, Command::CloseBatch, Command::Pay, Command::Desk(Desk::Run)] {
        let outcomes = bank.hear(Input::Command(command)).outcomes;
        assert_eq!(outcomes, [Outcome::Refused("not a matter of the issuer")]);
    }
}

#[test]
fn wrong_pins_are_counted_in_a_row_for_each_card() {
    let mut bank = Bank::open();
    let wrong = Some(PinBlock::from_wire(&[7; 8]).unwrap());
    let guess = |bank: &mut Bank| {
        let request = bank.request(Sale, 0, 100);
        bank.code(Telegram { pin: wrong.clone(), ..request })
    };
    assert_eq!([guess(&mut bank), guess(&mut bank)], ["55", "55"]);
    assert_eq!(bank.ask(Sale, 0, 100), "00", "and they begin anew");
    assert_eq!([guess(&mut bank), guess(&mut bank), guess(&mut bank)], ["55", "55", "55"]);
    assert_eq!((bank.ask(Sale, 0, 100), guess(&mut bank)), ("75".to_owned(), "75".to_owned()));
    assert_eq!(bank.ask(Sale, 1, 100), "00", "another card");
    assert_eq!(bank.ask(Refund, 0, 100), "00", "a refund needs no PIN");
}

#[test]
fn a_prepaid_card_is_charged_for_what_is_there() {
    let mut bank = Bank::open();
    let partial = bank.request(Sale, 2, 5_001);
    let response = bank.says(partial.clone());
    assert_eq!((response.code.unwrap().as_str(), response.amount), ("10", Some(Money::minor(5_000))));
    assert_eq!(bank.left(2), 0);
    let again = bank.says(partial.clone());
    assert_eq!(
        (again.code, again.amount, again.approval),
        (response.code, response.amount, response.approval)
    );
    assert_eq!(
        bank.code(Telegram { amount: Some(Money::minor(5_000)), ..partial.clone() }),
        "94",
        "not the same"
    );
    assert_eq!(bank.ask(Sale, 2, 1), "51");
    assert_eq!(bank.undo(&partial, None), ("00".to_owned(), Some("1123".to_owned())));
    assert_eq!(
        (bank.left(2), bank.ask(Preauth, 2, 5_001), bank.ask(Sale, 2, 5_000)),
        (5_000, "51".to_owned(), "00".to_owned())
    );
}

#[test]
fn a_reservation_is_charged_up_to_fifteen_percent_more() {
    for (units, keeps, says, left) in [
        (11_500, None, "00", 988_500),
        (11_501, None, "61", 990_000),
        (1, None, "00", 999_999),
        (6_000, Some(4_000), "00", 990_000),
        (6_000, Some(3_999), "00", 990_001),
        (6_000, Some(4_001), "64", 990_000),
        (6_000, Some(0), "64", 990_000),
    ] {
        let mut bank = Bank::open();
        let reserved = bank.request(Preauth, 0, 10_000);
        let response = bank.says(reserved.clone());
        assert_eq!((response.code.unwrap().as_str(), response.valid_days), ("00", Some(30)));
        assert_eq!(bank.complete(&reserved, 0, units, keeps), says, "{units} {keeps:?}");
        assert_eq!(bank.left(0), left, "{units} {keeps:?}");
        let open = if says == "00" { keeps.unwrap_or(0) } else { 10_000 };
        assert_eq!(bank.net("reserved"), i128::from(open), "{units} {keeps:?}");
    }
    let mut bank = Bank::open();
    let reserved = bank.held(Preauth, 1, 19_000);
    assert_eq!(
        (bank.complete(&reserved, 0, 100, None), bank.complete(&reserved, 3, 100, None)),
        ("25".into(), "54".into())
    );
    assert_eq!(
        (bank.complete(&reserved, 1, 20_001, None), bank.complete(&reserved, 1, 20_000, None)),
        ("51".into(), "00".into())
    );
    assert_eq!((bank.complete(&reserved, 1, 1, None), bank.left(1)), ("25".into(), 0));
    let sale = bank.held(Sale, 0, 100);
    assert_eq!(bank.complete(&sale, 0, 100, None), "25", "no reservation");
}

#[test]
fn a_reservation_expires_after_thirty_days_whatever_happens_meanwhile() {
    let mut bank = Bank::open();
    let days = |days: u64| Duration::from_secs(days * 86_400);
    let request = bank.request(Preauth, 0, 10_000);
    let timers = bank.hear(Input::Received(Acquirer, request)).timers;
    let [(timer, wait)] = &timers[..] else { panic!("{timers:?}") };
    assert_eq!(*wait, days(30));
    bank.now = bank.now.after(days(12));
    let again = bank.restart().timers;
    assert_eq!(again, [(timer.clone(), days(18))]);
    bank.now = bank.now.after(days(40));
    assert_eq!(bank.restart().timers, [(timer.clone(), Duration::ZERO)]);
    bank.hear(Input::Timer(timer.clone()));
    assert_eq!((bank.left(0), bank.net("reserved")), (1_000_000, 0));
    bank.hear(Input::Timer(timer.clone()));
    assert_eq!(bank.records(RecordKind::SaleExpired).len(), 1, "once");
}

#[test]
fn a_reversal_is_answered_by_what_became_of_its_sale() {
    let today = Some("1123".to_owned());
    let mut bank = Bank::open();
    let unseen = bank.request(Sale, 0, 900);
    assert_eq!(
        [bank.undo(&unseen, None), bank.undo(&unseen, None)],
        [("25".into(), None), ("25".into(), None)]
    );
    assert_eq!(bank.undo(&unseen, Some(1)), ("25".into(), None));
    assert_eq!(bank.code(unseen), "22", "it was reversed before it came");
    let sale = bank.held(Sale, 0, 1_100);
    assert_eq!(bank.undo(&sale, None), ("00".into(), today.clone()));
    assert_eq!(bank.undo(&sale, None), ("00".into(), today.clone()), "again");
    assert_eq!((bank.undo(&sale, Some(100)), bank.left(0)), (("21".into(), None), 1_000_000));
    let declined = bank.request(Sale, 0, 300_001);
    assert_eq!(bank.code(declined.clone()), "61");
    assert_eq!(
        (bank.undo(&declined, None), bank.undo(&declined, Some(1))),
        (("21".into(), None), ("21".into(), None))
    );
    let nothing = bank.about(&sale, Mti::REVERSAL_ADVICE, None);
    assert_eq!(bank.code(Telegram { original: None, ..nothing }), "30");

    let sale = bank.held(Sale, 0, 1_300);
    assert_eq!([bank.undo(&sale, Some(0)).0, bank.undo(&sale, Some(1_301)).0], ["64", "64"]);
    assert_eq!(
        (bank.undo(&sale, Some(1_300)), bank.records(RecordKind::SaleReduced).len()),
        (("00".into(), today.clone()), 0)
    );
    assert_eq!((bank.undo(&sale, Some(800)), bank.left(0)), (("00".into(), today), 999_200));
    // the date it is on is over: what is left counts on the open one
    bank.cut_over();
    assert_eq!((bank.undo(&sale, Some(800)).1.as_deref(), bank.left(0)), (Some("1124"), 999_200));
    let other = bank.held(Sale, 0, 1_700);
    bank.cut_over();
    let response = bank.totals("1124", Totals { sales: tally(2, 2_500), ..Totals::default() }, &[]);
    assert_eq!((response.balance, response.code), (Some(Balance::In), None));
    assert_eq!(
        (bank.undo(&other, None), bank.undo(&other, Some(1))),
        (("12".into(), None), ("21".into(), None))
    );
    assert_eq!((bank.records(RecordKind::WorkItem).len(), bank.left(0)), (1, 997_500));
}
