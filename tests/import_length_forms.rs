//! Lengths that nothing announces, values that are never filled, and lengths before tags: what is
//! written, what is refused, and which specs contradict themselves.

mod common;

use cardwire::layout::{
    Element, Layout, LengthFirst, Prefix, PrefixCoding, Row, Shape, Side, Tag, Terminator, ans, ansb, b, n,
    row,
};
use cardwire::mask::SECRET;
use cardwire::spec::text_parts;
use cardwire::{Builder, Dialect, Message, Mti, Spec};

use common::{sound_spec_of, spec_of};

fn of(shape: Shape<'static>) -> &'static Spec<'static> {
    sound_spec_of(Dialect::ASCII_BINARY, [row(64, shape, "", SECRET)])
}

fn write(spec: &'static Spec<'static>, value: &[u8]) -> Result<Vec<u8>, String> {
    let built = Builder::new(spec, Mti::NETWORK_REQUEST).set(64, value).to_vec();
    built.map(|wire| wire[12..].to_vec()).map_err(|error| error.to_string())
}

fn read(spec: &'static Spec<'static>, octets: &[u8]) -> Result<Vec<u8>, String> {
    let wire = [b"0800\0\0\0\0\0\0\0\x01", octets].concat();
    let message = Message::parse(spec, &wire).map_err(|error| error.to_string())?;
    let value = message.get(64).unwrap().expose().octets().collect();
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire);
    Ok(value)
}

#[test]
fn a_value_ends_before_several_octets() {
    let spec = of(ans(9).until_all(Terminator::of(b"##*").unwrap()));
    for (value, wire) in [("", "##*"), ("AB", "AB##*"), ("A#B", "A#B##*"), ("A*", "A*##*")] {
        assert_eq!(write(spec, value.as_bytes()).unwrap(), wire.as_bytes());
        assert_eq!(read(spec, wire.as_bytes()).unwrap(), value.as_bytes());
    }
    // one octet short of it is not it
    assert!(read(spec, b"AB##").unwrap_err().contains("terminator"));
    assert!(write(spec, b"A##*B").unwrap_err().contains("terminator"));
    // a value may end as its terminator begins: `A#` would be read as `A`
    let spec = of(ans(9).until_all(Terminator::of(b"##").unwrap()));
    assert!(write(spec, b"A#").unwrap_err().contains("terminator"));
    assert_eq!(read(spec, b"A##").unwrap(), b"A");
    assert!(read(spec, b"A###").is_err());
}

#[test]
fn a_code_is_there_if_a_letter_or_a_blank_stands_first() {
    let spec = of(ansb(3).if_letter());
    for (value, wire) in [("R12", "R12"), (" 12", " 12"), ("", ""), ("z", "z  ")] {
        assert_eq!(write(spec, value.as_bytes()).unwrap(), wire.as_bytes());
        assert_eq!(read(spec, wire.as_bytes()).unwrap(), wire.as_bytes());
    }
    assert!(write(spec, b"1AB").unwrap_err().contains("expected class a, found a digit"));
    assert!(write(spec, b"ABCD").unwrap_err().contains("at most 3"));
    assert!(read(spec, b"1AB").is_err(), "what is no code is left over");
    assert!(read(spec, b"AB").is_err(), "a code that is cut");
    // what follows must not look like one
    let parts = |second: Row<'static>| {
        let rows = text_parts([row(1, ans(1).if_letter(), "", SECRET), second]);
        let layout = Box::leak(Box::new(Layout::positions(0, Box::leak(Box::new(rows)))));
        spec_of(Dialect::ASCII, &[row(48, ans(99).lll().of(layout), "", SECRET)])
    };
    assert!(parts(row(2, n(4), "", SECRET)).is_ok());
    assert!(parts(row(2, ans(9).ll(), "", SECRET)).is_ok());
    let said = parts(row(2, ans(4), "", SECRET)).unwrap_err().to_string();
    assert_eq!(said, "spec, field 48, part 1: an element of open length must be the last");
    let said = spec_of(Dialect::ASCII, &[row(48, n(1).if_letter(), "", SECRET)]).unwrap_err();
    assert!(said.to_string().contains("the coding cannot carry the content class"), "{said}");
}

#[test]
fn what_is_exact_is_refused_and_not_filled() {
    let octets = b(3).fill(Side::Right, 0);
    for (shape, exact) in [(octets, octets.exact()), (ans(3), ans(3).exact()), (n(3), n(3).exact())] {
        let (filled, exact) = (of(shape), of(exact));
        assert_eq!(write(exact, b"123").unwrap(), b"123");
        assert!(write(filled, b"1").is_ok());
        assert!(write(exact, b"1").unwrap_err().starts_with("field 64 at byte 12: expected at least 3"));
    }
}

#[test]
fn an_element_of_no_octets_is_announced() {
    let spec = of(ansb(0).nothing());
    assert_eq!((write(spec, b"").unwrap(), read(spec, b"").unwrap()), (vec![], vec![]));
    assert!(write(spec, b"x").is_err() && read(spec, b"x").is_err());
    let said = |shape| spec_of(Dialect::ASCII, &[row(48, shape, "", SECRET)]).unwrap_err().to_string();
    assert!(said(ansb(1).nothing()).contains("the length is zero"));
    assert!(said(ansb(0)).contains("the length is zero"));
}

#[test]
fn a_length_before_a_tag_counts_it_or_not() {
    let prefix = Prefix { width: 3, coding: PrefixCoding::Ascii, ..Prefix::BER };
    let led = |counts_tag| {
        let other: &'static Element<'static> =
            Box::leak(Box::new(row(0, ansb(99).rest(), "", SECRET).resolve(&Dialect::OCTETS)));
        let layout =
            Layout::tags(Tag::Ber, Some(other), &[]).length_first_by(LengthFirst { prefix, counts_tag });
        of(b(99).rest().of(Box::leak(Box::new(layout))))
    };
    let parts = [(0x95u32, &b"AB"[..]), (0x9F36, b""), (0x9F26, b"x")];
    for (counts_tag, wire) in
        [(true, &b"003\x95AB002\x9F\x36003\x9F\x26x"[..]), (false, b"002\x95AB000\x9F\x36001\x9F\x26x")]
    {
        let spec = led(counts_tag);
        let built = Builder::new(spec, Mti::NETWORK_REQUEST).set(64, &parts).to_vec().unwrap();
        assert_eq!(built[12..], *wire);
        assert_eq!(read(spec, wire).unwrap(), wire);
        for cut in 1..wire.len() {
            let is_between = [6, 11].contains(&cut);
            assert_eq!(read(spec, &wire[..cut]).is_ok(), is_between, "{cut}");
        }
    }
}

/// A sign is never made up, and one octet of sign may be all there is.
#[test]
fn a_sign_is_given_and_takes_an_octet() {
    let coding = cardwire::layout::Coding::Bcd;
    let spec = of(cardwire::layout::y_n(0).coding(coding));
    assert_eq!((write(spec, b"D").unwrap(), read(spec, b"D").unwrap()), (b"D".to_vec(), b"D".to_vec()));
    let spec = of(cardwire::layout::y_n(4).coding(coding));
    assert!(write(spec, b"").unwrap_err().starts_with("field 64 at byte 12: expected at least 5"));
}
