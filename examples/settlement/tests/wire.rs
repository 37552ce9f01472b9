//! Both dialects: what goes in comes out, what is not ours is refused, and nothing private shows.

mod common;

use std::fmt::Debug;

use common::{PANS, sale_request};
use settlement::card::Pan;
use settlement::money::Money;
use settlement::ops::{Effect, Operation, ROWS};
use settlement::telegram::{Balance, Code, Mti, Original, Slip, Tally, Telegram, Totals, Upload};
use settlement::wire::{Dialect, WireError};

fn returns(dialect: Dialect, message: &Telegram) {
    let bytes = dialect.encode(message).unwrap();
    let read = dialect.decode(&bytes).unwrap();
    let shown = |telegram: &Telegram| {
        let secret = telegram.pin.as_ref().map(|pin| *pin.expose());
        (format!("{telegram:#?}"), telegram.pan.as_ref().map(|pan| pan.expose().to_owned()), secret)
    };
    assert_eq!(shown(&read), shown(message));
}

fn totals() -> Totals {
    let tally = |count, units| Tally { count, amount: Money::minor(units) };
    Totals { sales: tally(3, 25_300), refunds: tally(1, 2_000), ..Totals::default() }
}

#[test]
fn terminal_messages_return_as_they_left() {
    let dialect = Dialect::Pos;
    let sale = sale_request(7, 12_850);
    returns(dialect, &sale);
    let answer = Telegram {
        local: Some("1123140201".to_owned()),
        settlement: Some("1124".to_owned()),
        rrn: Some("632714100001".to_owned()),
        approval: Some("A1B2C3".to_owned()),
        ..sale.answer(Code::of(b"00"))
    };
    returns(dialect, &answer);
    let plain = Telegram { pan: None, pin: None, expiry: None, ..sale };
    returns(dialect, &Telegram { mti: Mti::REVERSAL, code: Some(Code::of(b"98")), ..plain.clone() });
    let management = Telegram { amount: None, management: Some(3), ..plain };
    returns(dialect, &Telegram { mti: Mti::NETWORK, ..management.clone() });
    let keys = Telegram {
        mti: Mti(810),
        keys: Some(vec![0x5A; 40]),
        code: Some(Code::of(b"00")),
        ..management.clone()
    };
    returns(dialect, &keys);
    let close =
        Telegram { mti: Mti::SETTLEMENT, totals: Some(totals()), management: Some(201), ..management };
    returns(dialect, &close);
    for balance in [Balance::In, Balance::Out, Balance::Error] {
        returns(dialect, &Telegram { mti: Mti(510), balance: Some(balance), ..close.clone() });
    }
}

#[test]
fn host_messages_return_as_they_left() {
    let dialect = Dialect::Host;
    let sale = Telegram {
        batch: None,
        management: None,
        acquirer: "10344000".to_owned(),
        transmission: Some("1123140201".to_owned()),
        local: Some("1123140201".to_owned()),
        rrn: Some("632714100001".to_owned()),
        ..sale_request(500_001, 12_850)
    };
    returns(dialect, &sale);
    let answer = Telegram { settlement: Some("1124".to_owned()), ..sale.answer(Code::of(b"51")) };
    returns(dialect, &answer);
    let original = Original { mti: Mti::SALE, stan: 500_001, transmission: "1123140201".to_owned() };
    let plain = Telegram { pan: None, pin: None, expiry: None, ..sale };
    let code = Some(Code::of(b"68"));
    returns(dialect, &Telegram { mti: Mti(421), original: Some(original), code, ..plain.clone() });
    let date = Telegram { amount: None, rrn: None, settlement: Some("1123".to_owned()), ..plain };
    let undone = Tally { count: 1, amount: Money::minor(50_000) };
    for totals in [totals(), Totals { sales_reversed: undone, ..totals() }] {
        let request = Telegram { mti: Mti::RECONCILIATION, totals: Some(totals), ..date.clone() };
        returns(dialect, &request);
        returns(dialect, &Telegram { mti: Mti(530), balance: Some(Balance::In), ..request });
    }
    returns(dialect, &Telegram { mti: Mti::NETWORK, management: Some(201), ..date });
}

/// Every operation on both lines, with what it names; a message whose codes belong to different operations is refused.
#[test]
fn each_operation_returns_as_it_left() {
    for row in ROWS {
        let about = Slip { batch: 7, stan: 1, day: row.dated.then(|| "1123".to_owned()) };
        let named = !matches!(row.operation, Operation::Sale | Operation::Preauth);
        let request = Telegram {
            mti: row.terminal,
            operation: row.operation,
            slip: named.then_some(about),
            ..sale_request(7, 12_850)
        };
        returns(Dialect::Pos, &request);
        returns(Dialect::Pos, &request.answer(Code::of(b"10")));
        let undone = matches!(row.effect, Effect::Undo | Effect::Reduce);
        let operation = if undone { Operation::Sale } else { row.operation };
        let host =
            Telegram { mti: row.host, operation, slip: None, batch: None, management: None, ..request };
        returns(Dialect::Host, &host);
        let original = Original { mti: Mti::SALE, stan: 500_001, transmission: "1123140201".to_owned() };
        let (original, replacement) = (Some(original), undone.then_some(Money::minor(1)));
        returns(Dialect::Host, &Telegram { mti: Mti(420), original, replacement, pan: None, ..host });
    }
    let mixed = Telegram { operation: Operation::Void, mti: Mti::SALE, ..sale_request(7, 500) };
    let octets = Dialect::Host.encode(&mixed).unwrap();
    assert_eq!(Dialect::Host.decode(&octets).unwrap_err(), WireError::Unsupported(3));
}

#[test]
fn an_upload_returns_as_it_left() {
    let empty = Telegram { amount: None, pan: None, pin: None, expiry: None, ..sale_request(9, 1) };
    for upload in [
        Upload::Item { stan: 1, amount: Money::minor(1) },
        Upload::Item { stan: 999_999, amount: Money::minor(999_999_999_999) },
        Upload::End { count: 0 },
        Upload::End { count: 9_999 },
    ] {
        returns(Dialect::Pos, &Telegram { mti: Mti::ITEM, upload: Some(upload), ..empty.clone() });
    }
}

#[test]
fn what_this_network_does_not_do_is_refused_and_not_guessed() {
    for (dialect, message) in [(Dialect::Pos, sale_request(7, 500)), (Dialect::Host, sale_request(7, 500))] {
        let good = dialect.encode(&message).unwrap();
        let at = |needle: &[u8]| good.windows(needle.len()).position(|window| window == needle).unwrap();
        let mut dollars = good.clone();
        let place = at(b"156");
        dollars[place..place + 3].copy_from_slice(b"840");
        assert_eq!(dialect.decode(&dollars).unwrap_err(), WireError::Unsupported(49));
        for cut in 0..good.len() {
            assert!(dialect.decode(&good[..cut]).is_err(), "{dialect:?} cut at {cut}");
        }
    }
    let mut refund = Dialect::Host.encode(&sale_request(7, 500)).unwrap();
    let place = refund.windows(18).position(|window| window == b"000000000000000500").unwrap();
    refund[place] = b'2';
    assert_eq!(Dialect::Host.decode(&refund).unwrap_err(), WireError::Unsupported(3));
}

#[test]
fn nothing_private_shows_in_messages_or_errors() {
    fn hides(shown: &dyn Debug) {
        let text = format!("{shown:?}");
        for pan in PANS {
            assert!(!text.contains(&pan[4..]), "{text}");
        }
    }
    let message = Telegram { pan: Pan::new(PANS[0]), ..sale_request(7, 500) };
    hides(&message);
    for dialect in [Dialect::Pos, Dialect::Host] {
        let good = dialect.encode(&message).unwrap();
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0xFF;
            hides(&dialect.decode(&bad));
        }
    }
}

/// 4440359980004 has the shape and the check digit of a card number, and is shown masked; the merchant is known by it.
#[test]
fn a_merchant_number_in_which_a_card_number_lies_is_read_as_it_is() {
    let merchant = "104440359980004".to_owned();
    let (batch, management) = (Some(1), Some(3));
    let sign_on = Telegram { merchant, batch, management, ..Telegram::new(Mti::NETWORK, 1) };
    for dialect in [Dialect::Pos, Dialect::Host] {
        let octets = dialect.encode(&sign_on).unwrap();
        assert_eq!(dialect.decode(&octets).unwrap().merchant, sign_on.merchant, "{dialect:?}");
    }
}

/// The types of messages that follow from one, as ISO 8583 has them.
#[test]
fn the_advice_of_a_request_keeps_its_class() {
    for (request, advice, again) in [(200, 220, 221), (100, 120, 121), (210, 220, 221)] {
        assert_eq!((Mti(request).advice(false), Mti(request).advice(true)), (Mti(advice), Mti(again)));
    }
}
