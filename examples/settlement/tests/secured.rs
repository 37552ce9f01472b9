//! The terminal's line with its keys: a sign-on brings them, sales and reversals have a MAC, PIN blocks are enciphered,
//! and no flipped bit does anything but a refusal.

mod common;

use common::{
    codes_sent, failed, held, open_shop, records, sale_request, sell, settle_down, wait_long, world,
};
use settlement::journal::{Party, RecordKind};
use settlement::party::{Command, Input, Outcome};
use settlement::telegram::{Code, Mti, Telegram};
use settlement::wimm::Verdict;
use settlement::wire::Dialect;
use settlement::wire::secured::{Heard, Secured, issue};
use settlement::world::{Fault, Mishap, World};

use Party::{Acquirer, Terminal};

/// Both ends of the line after a sign-on: the terminal's, and the acquirer's.
fn signed_on() -> (Secured, Secured) {
    let (mut terminal, mut acquirer) = (Secured::default(), Secured::default());
    let answer = Telegram { keys: Some(issue(common::TERMINAL, 1).unwrap()), ..sign_on() };
    let wire = acquirer.seal(&answer).unwrap();
    assert!(matches!(terminal.open(&wire).unwrap(), Heard::Good(heard) if heard.keys.is_some()));
    (terminal, acquirer)
}

fn sign_on() -> Telegram {
    let request = sale_request(1, 500);
    let plain = Telegram { pan: None, pin: None, expiry: None, amount: None, management: Some(3), ..request };
    Telegram { mti: Mti(810), code: Some(Code::of(b"00")), ..plain }
}

fn is_good(heard: &Heard) -> bool {
    matches!(heard, Heard::Good(_))
}

#[test]
fn a_sale_comes_as_it_left_and_its_pin_block_is_enciphered() {
    let (mut terminal, mut acquirer) = signed_on();
    let sale = sale_request(7, 12_850);
    let clear = *sale.pin.as_ref().unwrap().expose();
    let wire = terminal.seal(&sale).unwrap();
    assert!(Dialect::Pos.encode(&sale).unwrap().windows(8).any(|octets| octets == clear));
    assert!(!wire.windows(8).any(|octets| octets == clear), "the PIN block is in the clear");
    let Heard::Good(heard) = acquirer.open(&wire).unwrap() else { panic!("a good MAC") };
    assert_eq!(heard.pin.unwrap().expose(), &clear);
    assert_eq!((heard.amount, heard.stan), (sale.amount, 7));
    let shown = format!("{terminal:?}");
    assert!(shown.contains("double-length TDES") && shown.len() < 200, "{shown}");
}

#[test]
fn no_flipped_bit_is_a_good_message() {
    let (mut terminal, mut acquirer) = signed_on();
    let mut refused = 0;
    for mti in [Mti::SALE, Mti::AUTHORIZATION, Mti::ADVICE, Mti::REVERSAL] {
        let sale = Telegram { mti, ..sale_request(7, 12_850) };
        let request = terminal.seal(&sale).unwrap();
        let response = acquirer.seal(&sale.answer(Code::of(b"00"))).unwrap();
        for (wire, end) in [(request, &mut acquirer), (response, &mut terminal)] {
            for bit in 0..8 * wire.len() {
                let mut changed = wire.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                // also as a sign-on or a batch total, which has no MAC in this dialect
                match end.open(&changed) {
                    Ok(Heard::Good(heard)) => panic!("{mti}, bit {bit}: {heard:?}"),
                    Ok(Heard::BadMac(_)) => refused += 1,
                    Err(_) => (),
                }
            }
            assert!(is_good(&end.open(&wire).unwrap()));
        }
    }
    assert!(refused > 800, "{refused}");
}

/// Whatever a decline says, without a MAC of the keys of this sign-on it is no response.
#[test]
fn a_decline_without_a_mac_is_no_response() {
    let (mut terminal, mut acquirer) = signed_on();
    let mut stranger = Secured::default();
    stranger.seal(&Telegram { keys: Some(issue(common::TERMINAL, 2).unwrap()), ..sign_on() }).unwrap();
    for mti in [Mti::SALE, Mti::AUTHORIZATION, Mti::ADVICE, Mti::REVERSAL] {
        for code in ["05", "12", "25", "51", "68", "91", "94", "96", "A0", "Z9"] {
            let request = Telegram { mti, pan: None, pin: None, expiry: None, ..sale_request(7, 500) };
            let decline = request.answer(code.parse().unwrap());
            let bare = Dialect::Pos.encode(&decline).unwrap();
            let other = stranger.seal(&decline).unwrap();
            for forged in [bare, other] {
                assert!(!is_good(&terminal.open(&forged).unwrap()), "{mti} {code}");
            }
            assert!(is_good(&terminal.open(&acquirer.seal(&decline).unwrap()).unwrap()), "{mti} {code}");
        }
    }
}

/// Nobody who can write on the line makes a sale stand that is not, or keeps an amount held by ending its reversal: a
/// forged decline is heard while the sale waits, and forged ends of the reversal while that does.
#[test]
fn a_forged_decline_moves_no_money_and_stops_no_reversal() {
    let forged = |mti: u16, stan: u64, code: &str| {
        let request = Telegram { pan: None, pin: None, expiry: None, ..sale_request(stan, 500) };
        let message = Telegram { mti: Mti(mti), ..request.answer(code.parse().unwrap()) };
        Input::BadMac(Acquirer, message)
    };
    for code in ["05", "25", "12", "00"] {
        let mut world = open_shop();
        world.fault(Fault { from: Acquirer, to: Terminal, mti: Mti(210), mishap: Mishap::Drop });
        world.fault(Fault { from: Acquirer, to: Terminal, mti: Mti(410), mishap: Mishap::Drop });
        world.ask(Terminal, Command::Sell(common::card(), settlement::money::Money::minor(500))).unwrap();
        world.handle(Terminal, forged(210, 2, code)).unwrap();
        settle_down(&mut world);
        assert_eq!(held(&world), 500, "{code}: the issuer approved it");
        world.ask(Terminal, Command::Sell(common::card(), settlement::money::Money::minor(700))).unwrap();
        for end in ["00", "25", "12"] {
            world.handle(Terminal, forged(410, 2, end)).unwrap();
        }
        assert!(
            records(&world, Terminal, RecordKind::SaleReversed).is_empty(),
            "{code}: ended by a forged response"
        );
        wait_long(&mut world);
        assert_eq!(held(&world), 700, "{code}: reversed, and the next one stands");
        assert_eq!(failed(&world), [""; 0], "{code}");
    }
}

/// Keys out of step: no response of the acquirer holds, so the reversal waits; a sign-on goes first and frees it.
#[test]
fn a_sign_on_goes_before_a_reversal() {
    let mut world = open_shop();
    world.fault(Fault { from: Acquirer, to: Terminal, mti: Mti(210), mishap: Mishap::Flip });
    sell(&mut world, 500);
    world.ask(Terminal, Command::SignOn).unwrap();
    settle_down(&mut world);
    let outcomes = world.outcomes();
    assert!(matches!(outcomes[..], [(Terminal, Outcome::SignedOn(1))]), "{outcomes:?}");
    assert_eq!(codes_sent(&world, Terminal, 400).len(), 0);
    sell(&mut world, 700);
    wait_long(&mut world);
    assert_eq!((codes_sent(&world, Terminal, 400).len(), held(&world)), (1, 700));
}

#[test]
fn without_a_sign_on_nothing_is_believed() {
    let (mut terminal, _) = signed_on();
    let wire = terminal.seal(&sale_request(7, 500)).unwrap();
    assert!(!is_good(&Secured::default().open(&wire).unwrap()), "nobody knows the key");
    let plain = Dialect::Pos.encode(&sale_request(7, 500)).unwrap();
    assert!(!is_good(&signed_on().1.open(&plain).unwrap()), "a message without a MAC");
    assert!(!is_good(&Secured::default().open(&plain).unwrap()));
}

#[test]
fn keys_whose_check_value_is_wrong_are_not_taken() {
    let mut keys = issue(common::TERMINAL, 1).unwrap();
    keys[18] ^= 1;
    let wire = Dialect::Pos.encode(&Telegram { keys: Some(keys), ..sign_on() }).unwrap();
    let mut terminal = Secured::default();
    let Heard::Good(heard) = terminal.open(&wire).unwrap() else { panic!("no MAC is needed") };
    assert_eq!(heard.keys, None);
    assert_eq!(format!("{terminal:?}"), "Secured { keys: None }");
    assert_ne!(
        issue(common::TERMINAL, 1).unwrap(),
        issue(common::TERMINAL, 2).unwrap(),
        "each sign-on has keys of its own"
    );
}

#[test]
fn a_request_changed_on_the_way_is_refused_with_a0_and_moves_nothing() {
    let mut world = open_shop();
    world.fault(Fault { from: Terminal, to: Acquirer, mti: Mti::SALE, mishap: Mishap::Flip });
    let outcomes = sell(&mut world, 500);
    assert!(
        matches!(outcomes[..], [(Terminal, Outcome::Declined(_, code))] if code == Code::of(b"A0")),
        "{outcomes:?}"
    );
    assert_eq!(codes_sent(&world, Acquirer, 210), ["A0"]);
    assert_eq!(codes_sent(&world, Acquirer, 200).len(), 0, "the issuer never hears of it");
    assert_eq!((held(&world), failed(&world)), (0, vec![]));
    let told = records(&world, Acquirer, RecordKind::BadFrame);
    assert_eq!(told.iter().map(|record| record.note.as_str()).collect::<Vec<_>>(), ["the MAC is wrong"]);
    // the next one is as good as ever
    assert!(matches!(sell(&mut world, 700)[..], [(Terminal, Outcome::Approved(_))]));
}

#[test]
fn an_answer_changed_on_the_way_is_reversed_with_a0() {
    let mut world = open_shop();
    world.fault(Fault { from: Acquirer, to: Terminal, mti: Mti(210), mishap: Mishap::Flip });
    sell(&mut world, 500);
    assert_eq!(held(&world), 500, "the issuer approved it");
    sell(&mut world, 700);
    wait_long(&mut world);
    assert_eq!(codes_sent(&world, Terminal, 400), ["A0"]);
    assert_eq!(held(&world), 700);
    assert_eq!(failed(&world), [""; 0]);
    let verdicts: Vec<_> = common::answers(&world).iter().map(|answer| answer.verdict).collect();
    assert_eq!(verdicts[0], Verdict::Reversed);
}

#[test]
fn a_terminal_that_does_not_get_its_keys_does_not_sell() {
    let mut world = world();
    world.ask(Terminal, Command::Sell(common::card(), settlement::money::Money::minor(500))).unwrap();
    settle_down(&mut world);
    let outcomes = world.outcomes();
    assert!(
        outcomes.contains(&(Terminal, Outcome::Refused("the terminal has not signed on"))),
        "{outcomes:?}"
    );
}
