//! The fast path against the model machines: the same random inputs, and every message of either side is the same, octet
//! for octet, and so are holds and balances; also when both die between two flushes, and what was not durable is gone.

mod side_by_side;

use std::time::Duration;

use settlement::card::{Pan, PinBlock};
use settlement::fast::{Acquirer, Events, Frame, Issuer, Kind};
use settlement::journal::Party;
use settlement::money::Money;
use settlement::party::{self, AcquirerConfig, CardFile, IssuerConfig, Timers};
use settlement::telegram::{Code, Mti, Original, Telegram};
use settlement::wire::{Dialect, pos};
use side_by_side::{Both, Random, TODAY, Told};

const MERCHANTS: [&str; 2] = ["104440359980001", "104440359980009"];
const PIN: &str = "1234";

fn timers() -> Timers {
    Timers::from_base(Duration::from_millis(300))
}

fn acquirer() -> Both {
    let config = AcquirerConfig {
        institution: "10344000".to_owned(),
        merchants: MERCHANTS.map(str::to_owned).into(),
        fee_basis_points: 60,
        node: 1,
        timers: timers(),
    };
    Both::new(move || {
        (Box::new(party::Acquirer::new(config.clone())), Box::new(Acquirer::new(config.clone()).unwrap()))
    })
}

fn cards() -> Vec<CardFile> {
    let card = |digits: &str, account: &str, expiry: &str, limit, balance, prepaid| {
        let pan = Pan::new(digits).unwrap();
        let pin = PinBlock::clear_test(PIN, &pan).unwrap();
        let (limit, balance) = (Money::minor(limit), Money::minor(balance));
        CardFile { pan, account: account.to_owned(), expiry: expiry.to_owned(), pin, limit, balance, prepaid }
    };
    vec![
        card("4111111111111111", "1001", "4912", 3_000, 100_000, false),
        card("4242424242424242", "1002", "4705", 90_000, 1_200, false),
        card("5555444433331111", "1003", "2406", 3_000, 100_000, false),
        card("5105105105105100", "1005", "4912", 90_000, 900, true),
    ]
}

fn issuer() -> Both {
    let config = IssuerConfig { cards: cards(), first_date: TODAY, timers: timers() };
    Both::new(move || (Box::new(party::Issuer::new(config.clone())), Box::new(Issuer::new(config.clone()))))
}

/// A sale, a repeat, another amount or a reversal of one of a few sales; some are not as they should be.
fn of_terminal(random: &mut Random) -> Vec<u8> {
    let pan = Pan::new(random.of(&["4111111111111111", "4242424242424242"])).unwrap();
    let sale = Telegram {
        pin: PinBlock::clear_test(PIN, &pan),
        pan: Some(pan),
        expiry: Some("4912".to_owned()),
        amount: Some(Money::minor(random.of(&[700, 700, 700, 800]))),
        terminal: random.of(&["10000001", "10000001", "10000002", "77"]).to_owned(),
        merchant: random.of(&[MERCHANTS[0], MERCHANTS[0], MERCHANTS[1], "999"]).to_owned(),
        batch: Some(random.of(&[1, 1, 1, 1, 1, 2])),
        ..Telegram::new(Mti::SALE, 1 + random.below(60))
    };
    let message = match random.below(20) {
        0 => Telegram { management: Some(1), amount: None, pan: None, pin: None, expiry: None, ..sale }
            .with(Mti::NETWORK),
        1 => Telegram { pan: None, ..sale },
        2 => Telegram { amount: None, ..sale },
        3 => Telegram { pin: None, ..sale },
        4 => Telegram { expiry: None, ..sale },
        5 => Telegram { local: Some("1123101112".to_owned()), ..sale },
        6..=9 => Telegram { pan: None, pin: None, expiry: None, code: Some(Code::of(b"98")), ..sale }
            .with(Mti::REVERSAL),
        _ => sale,
    };
    let mut octets = pos::encode(&message).unwrap();
    if random.below(60) == 0 {
        let place = usize::try_from(random.below(octets.len() as u64)).unwrap();
        octets.truncate(place);
    }
    octets
}

trait With {
    fn with(self, mti: Mti) -> Self;
}

impl With for Telegram {
    fn with(self, mti: Mti) -> Self {
        Self { mti, ..self }
    }
}

/// A response to a request that left some time ago, good, bad or late.
fn of_issuer(random: &mut Random, asked: &[Vec<u8>]) -> Option<Vec<u8>> {
    let recent = asked.len().saturating_sub(12);
    let pick = if random.below(5) > 0 { &asked[recent..] } else { asked };
    let request = Dialect::Host
        .decode(pick.get(usize::try_from(random.below(pick.len().max(1) as u64)).unwrap())?)
        .unwrap();
    let response = match request.mti.0 {
        200 => {
            let code = Code::of(random.of(&[b"00", b"00", b"00", b"00", b"51", b"10", b"96"]));
            let amount = match (code.partial(), request.amount) {
                (true, _) => Some(Money::minor(random.of(&[300, 700, 900]))),
                (false, amount) if random.below(30) > 0 => amount,
                _ => Some(Money::minor(699)),
            };
            let approval = code.approved().then(|| "A1B2C3".to_owned());
            let settlement = (random.below(10) > 0).then(|| TODAY.mmdd());
            Telegram { amount, approval, settlement, local: request.local.clone(), ..request.answer(code) }
        }
        420 | 421 => {
            let code = Code::of(random.of(&[b"00", b"00", b"25", b"21", b"96"]));
            Telegram { settlement: (random.below(2) > 0).then(|| TODAY.mmdd()), ..request.answer(code) }
        }
        _ => request.answer(Code::of(b"00")),
    };
    Some(Dialect::Host.encode(&response).unwrap())
}

#[test]
fn the_acquirer_decides_as_the_model_does() {
    acquirers(0..4);
}

#[test]
fn the_issuer_decides_as_the_model_does() {
    issuers(0..4);
}

/// `cargo test --release -p settlement --test fast -- --ignored`
#[test]
#[ignore = "minutes"]
fn both_decide_as_the_models_do_for_long() {
    acquirers(4..400);
    issuers(4..400);
}

fn acquirers(seeds: std::ops::Range<u64>) {
    let (mut decided, mut doubles, least) = (0, 0, 30 * seeds.end.saturating_sub(seeds.start));
    for seed in seeds {
        let (mut both, mut random) = (acquirer(), Random(seed));
        let mut asked: Vec<Vec<u8>> = Vec::new();
        let mut linked = false;
        for terminal in ["10000001", "10000002"] {
            let (terminal, merchant) = (terminal.to_owned(), MERCHANTS[0].to_owned());
            let sign_on =
                Telegram { terminal, merchant, management: Some(1), ..Telegram::new(Mti::NETWORK, 1) };
            both.tell(Told::Message(Party::Terminal, pos::encode(&sign_on).unwrap()));
        }
        for _ in 0..400 {
            match random.below(30) {
                0..=13 => both.tell(Told::Message(Party::Terminal, of_terminal(&mut random))),
                14..=23 if linked => {
                    if let Some(octets) = of_issuer(&mut random, &asked) {
                        both.tell(Told::Message(Party::Issuer, octets));
                    }
                }
                14..=25 if !linked => {
                    linked = true;
                    both.tell(Told::Link(true));
                    both.flush();
                    let sign_on = both.left.iter().rev().find(|(peer, _)| *peer == Party::Issuer).unwrap();
                    let response = Dialect::Host.decode(&sign_on.1).unwrap().answer(Code::of(b"00"));
                    let octets = Dialect::Host.encode(&response).unwrap();
                    both.tell(Told::Message(Party::Issuer, octets));
                }
                26 if random.below(3) == 0 => {
                    linked = false;
                    both.tell(Told::Link(false));
                }
                27 if random.below(3) == 0 => {
                    linked = false;
                    both.die();
                }
                28 => both.pass(Duration::from_millis(random.of(&[1, 50, 601, 601, 3_000, 200_000]))),
                _ => both.flush(),
            }
            let to_issuer = both.left.drain(..).filter(|(peer, _)| *peer == Party::Issuer);
            asked.extend(to_issuer.map(|(_, octets)| octets));
        }
        both.pass(Duration::from_secs(5));
        decided += both
            .pages
            .iter()
            .flat_map(|page| Events::of(page))
            .filter(|event| {
                event.is_some_and(|event| matches!(event.kind, Kind::Decided | Kind::Reversed | Kind::Late))
            })
            .count() as u64;
        let events = both.pages.iter().flat_map(|page| Events::of(page)).flatten();
        doubles += events.filter(|event| event.kind == Kind::Decided && event.who > 0).count();
    }
    assert!(decided > least, "only {decided} decisions were compared");
    assert!(doubles > 0, "no possible double was compared");
}

/// The line to the issuer is in service.
fn links(both: &mut Both) {
    both.tell(Told::Link(true));
    both.flush();
    approve(both);
}

/// The issuer approves what it was asked last.
fn approve(both: &mut Both) {
    let asked = both.left.iter().rev().find(|(peer, _)| *peer == Party::Issuer).unwrap();
    let request = Dialect::Host.decode(&asked.1).unwrap();
    let local = request.local.clone();
    let response = Telegram { local, amount: request.amount, ..request.answer(Code::of(b"00")) };
    both.tell(Told::Message(Party::Issuer, Dialect::Host.encode(&response).unwrap()));
    both.flush();
}

/// What the terminal hears of a sale of always the same card and amount.
fn sold(both: &mut Both, merchant: &str, terminal: &str, stan: u64) -> Telegram {
    let pan = Pan::new("4111111111111111").unwrap();
    let sale = Telegram {
        pin: PinBlock::clear_test(PIN, &pan),
        pan: Some(pan),
        expiry: Some("4912".to_owned()),
        amount: Some(Money::minor(700)),
        terminal: terminal.to_owned(),
        merchant: merchant.to_owned(),
        batch: Some(1),
        ..Telegram::new(Mti::SALE, stan)
    };
    both.tell(Told::Message(Party::Terminal, pos::encode(&sale).unwrap()));
    both.flush();
    if both.left.iter().any(|(peer, _)| *peer == Party::Issuer) {
        approve(both);
    }
    Dialect::Pos.decode(&both.left.last().unwrap().1).unwrap()
}

#[test]
fn a_possible_double_is_the_one_that_the_model_names_and_a_repeat_names_it_again() {
    let mut both = acquirer();
    for terminal in ["10000001", "10000002"] {
        let (terminal, merchant) = (terminal.to_owned(), MERCHANTS[0].to_owned());
        let sign_on = Telegram { terminal, merchant, management: Some(1), ..Telegram::new(Mti::NETWORK, 1) };
        both.tell(Told::Message(Party::Terminal, pos::encode(&sign_on).unwrap()));
    }
    links(&mut both);
    let later = sold(&mut both, MERCHANTS[0], "10000001", 50);
    let earlier = sold(&mut both, MERCHANTS[0], "10000001", 30);
    assert_eq!((&later.double, &earlier.double), (&None, &None));
    // the one with the number before its own, whichever came last
    let double = sold(&mut both, MERCHANTS[0], "10000001", 51);
    assert_eq!(double.double, later.rrn);
    assert_eq!(sold(&mut both, MERCHANTS[0], "10000001", 31).double, earlier.rrn);
    // a merchant that has the terminal, too
    assert_eq!(sold(&mut both, MERCHANTS[1], "10000001", 60).double, double.rrn);
    // a restart changes nothing of what was said
    both.die();
    links(&mut both);
    let again = sold(&mut both, MERCHANTS[0], "10000001", 51);
    assert_eq!(pos::encode(&again).unwrap(), pos::encode(&double).unwrap());
    // not after another terminal, and not after a few minutes
    sold(&mut both, MERCHANTS[0], "10000002", 1);
    assert_eq!(sold(&mut both, MERCHANTS[1], "10000001", 59).double, None);
    both.pass(Duration::from_secs(301));
    assert_eq!(sold(&mut both, MERCHANTS[0], "10000001", 52).double, None);
}

/// A request of an acquirer about one of a few sales.
fn of_acquirer(random: &mut Random) -> Vec<u8> {
    let digits = random.of(&[
        "4111111111111111",
        "4242424242424242",
        "5555444433331111",
        "5105105105105100",
        "4111111111111112",
        "6212345678901232",
    ]);
    let pan = Pan::new(digits).unwrap();
    let transmission = random.of(&["1123101112", "1123101113"]).to_owned();
    let stan = 1 + random.below(60);
    let sale = Telegram {
        pin: PinBlock::clear_test(random.of(&[PIN, PIN, PIN, PIN, PIN, "9999"]), &pan),
        pan: Some(pan),
        expiry: Some(random.of(&["4912", "4912", "4912", "2001"]).to_owned()),
        amount: Some(Money::minor(random.of(&[100, 100, 100, 100, 101, 0, 700, 3_001]))),
        transmission: Some(transmission.clone()),
        local: Some(transmission.clone()),
        acquirer: random.of(&["10344000", "10344000", "123"]).to_owned(),
        rrn: Some(format!("6327131{stan:05}")),
        terminal: "10000001".to_owned(),
        merchant: MERCHANTS[0].to_owned(),
        ..Telegram::new(Mti::SALE, stan)
    };
    let message = match random.below(20) {
        0 => Telegram {
            management: Some(1),
            transmission: sale.transmission,
            ..Telegram::new(Mti::NETWORK, 1)
        },
        1 => Telegram { pan: None, ..sale },
        2 => Telegram { amount: None, ..sale },
        3 => Telegram { pin: None, ..sale },
        4 => Telegram { expiry: None, ..sale },
        5..=8 => {
            let original = Some(Original { mti: Mti::SALE, stan, transmission });
            let mti = random.of(&[Mti::REVERSAL_ADVICE, Mti::REVERSAL_REPEAT]);
            let code = Some(Code::of(b"68"));
            Telegram { original, code, pan: None, pin: None, expiry: None, stan: 900, mti, ..sale }
        }
        _ => sale,
    };
    Dialect::Host.encode(&message).unwrap()
}

fn issuers(seeds: std::ops::Range<u64>) {
    let mut codes = std::collections::BTreeSet::new();
    for seed in seeds {
        let (mut both, mut random) = (issuer(), Random(seed));
        for _ in 0..400 {
            match random.below(20) {
                0..=14 => both.tell(Told::Message(Party::Acquirer, of_acquirer(&mut random))),
                15 if random.below(3) == 0 => both.die(),
                _ => both.flush(),
            }
            for (_, octets) in both.left.drain(..) {
                codes.insert(Dialect::Host.decode(&octets).unwrap().code.unwrap().to_string());
            }
        }
    }
    let all = ["00", "10", "14", "21", "22", "25", "30", "51", "54", "55", "61", "75", "94", "96"];
    assert!(all.iter().all(|code| codes.contains(*code)), "{codes:?}");
}

#[test]
fn what_is_no_message_or_another_one_stops_nobody() {
    for seed in 0..3 {
        let mut random = Random(seed);
        for (mut both, is_acquirer) in [(acquirer(), true), (issuer(), false)] {
            for _ in 0..1_500 {
                let mut octets =
                    if is_acquirer { of_terminal(&mut random) } else { of_acquirer(&mut random) };
                for _ in 0..random.below(4) {
                    let place = random.below(octets.len().max(1) as u64);
                    let digit = random.of(b"0123456789*AZ \x00\xFF\x20\x41");
                    octets
                        .get_mut(usize::try_from(place).unwrap())
                        .into_iter()
                        .for_each(|octet| *octet = digit);
                }
                let line = u32::from(is_acquirer || random.below(2) == 0);
                let header = if is_acquirer { &pos::HEADER[..] } else { &[] };
                both.now = both.now.after(Duration::from_micros(3));
                both.fast.heard(Frame { line, header, payload: &octets }, both.now, &mut both.page);
                both.fast.tick(both.now, &mut both.page);
            }
            // what is written can be read, and what is read is the same party
            let (_, mut again) = (both.make)();
            for page in both.pages.iter().chain([&both.page.events]) {
                for event in Events::of(page) {
                    let event = event.unwrap();
                    again.apply(&event);
                }
            }
            assert_eq!(again.approved(), both.fast.approved());
            assert_eq!(both.fast.book().imbalance(), (0, 0));
            for (_, frames) in &both.page.frames {
                let framing = if is_acquirer { Dialect::Pos.framing() } else { Dialect::Host.framing() };
                let mut rest = frames.as_slice();
                while let Some(frame) = framing.split(rest).unwrap() {
                    rest = &rest[frame.consumed..];
                }
                assert!(rest.is_empty());
            }
        }
    }
}
