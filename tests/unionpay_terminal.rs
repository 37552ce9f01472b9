//! UnionPay terminals: DE 57 and 59 are read whatever their usage is, and shown no further than is safe; a scanned
//! code needs no card number.

use cardwire::layout::{Layout, ans, ansb, row};
use cardwire::mask::{OPEN, SECRET};
use cardwire::profile::UNIONPAY_PROFILE;
use cardwire::spec::{Slots, UNIONPAY, UNIONPAY_POS, UNIONPAY_TERMINAL, binary_parts};
use cardwire::{Builder, Dialect, Message, Mti, Spec};

/// A sale with DE 57 or 59 of these octets, and DE 60 after it, laid out by hand.
fn wire(number: u8, value: &[u8]) -> Vec<u8> {
    let bits: u64 = 1 << (64 - number) | 1 << (64 - 60);
    let length = format!("{:04}", value.len());
    let mut wire = vec![0x02, 0x00];
    wire.extend(bits.to_be_bytes());
    wire.extend(length.as_bytes().chunks(2).map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0')));
    wire.extend(value);
    wire.extend([0x00, 0x08, 0x22, 0x00, 0x00, 0x01]);
    wire
}

#[test]
fn whatever_they_hold_what_follows_is_found() {
    let long = [b"A2".as_slice(), &[b'9'; 997]].concat();
    for value in [
        b"A2".as_slice(),
        b"A201002040500801.00.01",
        b"A1 no items at all",
        b"A20100",                             // an item that is cut
        b"A2\xC9\xCC\xBB\xA7\xC3\xFB\xB3\xC6", // Chinese in GBK
        b"0005",
        &long,
    ] {
        let wire = wire(59, value);
        let message = Message::parse(&UNIONPAY_POS, &wire).unwrap();
        assert!(message.expose(59).unwrap() == *value, "{value:?}");
        assert_eq!(message.path("60.2").unwrap(), "000001");
        assert_eq!(message.path("59.1").unwrap().len(), 2);
        let again = Builder::copy_of(&message, &UNIONPAY_POS).to_vec().unwrap();
        assert_eq!(again, wire);
    }
    for value in [b"".as_slice(), b"x", b"\xC9\xCC\xBB\xA7", &[b'7'; 999]] {
        let wire = wire(57, value);
        let message = Message::parse(&UNIONPAY_POS, &wire).unwrap();
        assert!(message.expose(57).unwrap() == *value && message.path("60.1").unwrap() == "22", "{value:?}");
    }
}

#[test]
fn a_usage_takes_two_characters() {
    for value in [b"".as_slice(), b"A"] {
        let error = Message::parse(&UNIONPAY_POS, &wire(59, value)).unwrap_err();
        assert!(error.to_string().starts_with("field 59"), "{error}");
    }
    // the length says more than there is
    let mut cut = wire(59, b"A2010");
    cut.truncate(12);
    assert!(Message::parse(&UNIONPAY_POS, &cut).is_err());
}

#[test]
fn the_end_of_the_card_number_is_not_shown() {
    // tag 03 holds the last six digits in clear on many terminals
    let wire = wire(59, b"A20300612345601002040400848ABCDEF");
    let message = Message::parse(&UNIONPAY_POS, &wire).unwrap();
    for text in [message.describe().to_string(), message.dump().to_string(), format!("{message:?}")] {
        assert!(!text.contains("123456") && !text.contains("31 32 33 34 35 36"), "{text}");
    }
    assert!(message.describe().to_string().contains("A2"), "the usage is open");
}

static A2: Layout<'static> = Layout::positions(
    2,
    &binary_parts([
        row(1, ans(2), "Usage", OPEN),
        row(2, ansb(997).rest().of(&UNIONPAY_TERMINAL), "Terminal information", SECRET),
    ]),
);
static ELEMENTS: Slots<'static> =
    UNIONPAY.with(row(59, ansb(999).lll().of(&A2), "Terminal information", SECRET)).elements(&Dialect::BCD);
static MINE: Spec<'static> = Spec::new("mine", &Dialect::BCD, &ELEMENTS);

#[test]
fn items_of_usage_a2_are_taken_apart_where_a_link_says_so() {
    // in any order, and an unlisted one
    let items = [&b"A2"[..], b"0100204", b"02005T0001", b"0500801.00.01", b"99003GPS", b"03006123456"];
    let value = items.concat();
    let wire = wire(59, &value);
    let message = Message::parse(&MINE, &wire).unwrap();
    for (path, item) in [("59.1", "A2"), ("59.2.01", "04"), ("59.2.02", "T0001"), ("59.2.05", "01.00.01")] {
        assert_eq!(message.path(path).unwrap(), item, "{path}");
    }
    let shown = message.describe().to_string();
    assert!(shown.contains("01.00.01") && !shown.contains("123456") && !shown.contains("GPS"), "{shown}");
    assert_eq!(Builder::copy_of(&message, &MINE).to_vec().unwrap(), wire);
    for bad in [&b"A201"[..], b"A2010", b"A20100X04", b"A20100304", b"A2010030412", b"A205009123456789"] {
        let error = Message::parse(&MINE, &self::wire(59, bad)).map(|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("field 59, part 2, part "), "{bad:?}: {error}");
    }
    let built = Builder::new(&MINE, Mti::FINANCIAL_REQUEST).set(59, "A20100204").to_vec().unwrap();
    assert!(built.ends_with(b"\x00\x09A20100204"));
}

#[test]
fn a_scanned_code_needs_no_card_number() {
    let missing = |mode: &str, track: bool| {
        let mut builder = Builder::new(&UNIONPAY_POS, Mti::FINANCIAL_REQUEST);
        builder.set(3, "000000").set(4, 100).set(11, 1).set(22, mode).set(25, "00").set(41, "10000001");
        builder.set(42, "123456789012345").set(49, "156").set(60, "22000001");
        if track {
            builder.set(35, "6212345678901232=2912201");
        }
        let wire = builder.to_vec().unwrap();
        let message = Message::parse(&UNIONPAY_POS, &wire).unwrap();
        UNIONPAY_PROFILE.check(&message).map(|violation| violation.to_string()).collect::<Vec<_>>()
    };
    for scanned in ["030", "031", "032", "932", "942"] {
        assert_eq!(missing(scanned, false), Vec::<String>::new(), "{scanned}");
    }
    let wanted = "field 2 is mandatory in 0200 when field 35 is not there and no code was scanned";
    for read in ["012", "021", "051", "072", "902", "952"] {
        assert_eq!((missing(read, false), missing(read, true)), (vec![wanted.to_owned()], vec![]), "{read}");
    }
}
