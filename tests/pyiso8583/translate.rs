//! Random specs of what pyiso8583 can express, and specs and messages in its notation.

use cardwire::layout::Form;
use cardwire::mask::OPEN;
use cardwire::{
    Dialect, Mti, Spec,
    layout::{
        self, BitmapForm, CodePage, Coding, Content, Element, LengthUnit, NextBitmap, PadNibble, Prefix,
        PrefixCoding, Side,
    },
    spec::MtiCoding,
};
use serde_json::{Map, Value, json};

use crate::common::{Node, Tree, hex};
use crate::generated::{Dice, shape, wide_enough};
use crate::reference::wire_len;

/// The EBCDIC code pages that both sides have; Python has no 1047.
const PAGES: [CodePage; 2] = [CodePage::Cp037, CodePage::Cp500];

/// A spec without what the peer has no word for: composites, BER, hexadecimal and inclusive lengths, open
/// length, terminators, zoned and signed packed digits, further bitmaps that are always there.
pub(crate) fn spec(dice: &mut Dice) -> &'static Spec<'static> {
    let page = dice.one_of(&PAGES);
    let mut bitmap = BitmapForm::new(dice.one_of(&[Coding::Hex, Coding::Raw, Coding::EbcdicHex(page)]));
    if dice.chance(3) {
        bitmap = bitmap.third(NextBitmap::Announced);
    }
    let most = if bitmap.third == NextBitmap::Never { 128 } else { 192 };
    // to the peer, 65 announces a third bitmap in every spec
    let numbers = dice.numbers(12, most, |number| number != 1 && number != 65);
    let mut elements = vec![None; 193];
    for number in numbers {
        elements[number] = Some(element(dice, number));
    }
    let dialect = Dialect {
        header: dice.one_of(&[0, 0, 0, 1, 5, 12]),
        mti: dice.one_of(&[MtiCoding::Ascii, MtiCoding::Ebcdic, MtiCoding::Bcd]),
        bitmap,
        ..Dialect::ASCII
    };
    let elements = &elements.leak()[..=most];
    Box::leak(Box::new(Spec::try_new("generated", &dialect, elements).unwrap()))
}

fn element(dice: &mut Dice, number: usize) -> Element<'static> {
    let page = dice.one_of(&PAGES);
    let coding = dice.one_of(&[
        Coding::Ascii,
        Coding::Ebcdic(page),
        Coding::Bcd,
        Coding::Raw,
        Coding::Hex,
        Coding::EbcdicHex(page),
    ]);
    let contents: &[Content] = match coding {
        Coding::Bcd => &[Content::N, Content::Z, Content::H],
        Coding::Ascii | Coding::Ebcdic(_) => &Content::ALL,
        _ => &[Content::B, Content::Any],
    };
    let content = loop {
        let content = dice.one_of(contents);
        if content != Content::B || !matches!(coding, Coding::Ascii | Coding::Ebcdic(_)) {
            break content;
        }
    };
    let max = match dice.below(8) {
        7 => dice.between(41, 400),
        _ => dice.between(2, 40),
    };
    let side = dice.one_of(&[Side::Left, Side::Right]);
    let pad_nibble = PadNibble { side, nibble: dice.one_of(&[0, 0, 0xF, 7]) };
    if dice.chance(2) {
        let shape = shape(content, max).coding(coding).pad_nibble(pad_nibble);
        return layout::row(u32::try_from(number).unwrap(), shape, "fixed", OPEN).resolve(&Dialect::ASCII);
    }
    let counts = match coding {
        // the peer counts digits as they lie
        Coding::Hex | Coding::EbcdicHex(_) => dice.one_of(&[LengthUnit::Bytes, LengthUnit::Nibbles]),
        _ => dice.one_of(&[LengthUnit::Units, LengthUnit::Bytes, LengthUnit::Nibbles]),
    };
    let counts_octets = coding == Coding::Bcd && counts != LengthUnit::Units;
    // the peer has no word for a pad nibble where octets are counted: an odd number of digits is refused,
    // so nothing may tell one
    let pad_nibble = match counts_octets {
        true => PadNibble { side, nibble: dice.one_of(&[0, 0, 9, 7]) },
        false => pad_nibble,
    };
    let max = if counts_octets { max & !1 } else { max };
    let form = dice.one_of(&[
        PrefixCoding::Ascii,
        PrefixCoding::Ebcdic(page),
        PrefixCoding::Bcd,
        PrefixCoding::Binary,
    ]);
    let mut prefix = wide_enough(
        Prefix { coding: form, width: 1, counts, includes: 0 },
        2 * wire_len(coding, content, max).max(max),
    );
    prefix.width += u8::from(dice.chance(4));
    let shape = shape(content, max).coding(coding).pad_nibble(pad_nibble).min(0).prefix(prefix);
    layout::row(u32::try_from(number).unwrap(), shape, "variable", OPEN).resolve(&Dialect::ASCII)
}

/// The spec as the peer's dictionary.
pub(crate) fn peer_spec(spec: &Spec<'_>) -> Value {
    let fixed = |encoding: &str, max: usize| json!({"data_enc": encoding, "len_enc": "ascii", "len_type": 0, "max_len": max, "desc": ""});
    let bitmap = match spec.bitmap().coding {
        Coding::Raw => fixed("b", 8),
        Coding::EbcdicHex(page) => fixed(peer_page(page), 16),
        _ => fixed("ascii", 16),
    };
    let mti = match spec.mti() {
        MtiCoding::Ascii => fixed("ascii", 4),
        MtiCoding::Ebcdic => fixed("cp500", 4),
        MtiCoding::Bcd => fixed("b", 2),
        MtiCoding::Binary | MtiCoding::Hex => unreachable!("the peer cannot say so"),
    };
    let mut all = Map::new();
    all.insert("h".to_owned(), fixed("b", spec.header()));
    all.insert("t".to_owned(), mti);
    all.insert("p".to_owned(), bitmap.clone());
    all.insert("1".to_owned(), bitmap);
    all.extend(spec.body().elements().map(|element| (element.key().to_string(), peer_element(element))));
    Value::Object(all)
}

fn peer_element(element: &Element<'_>) -> Value {
    let (coding, content, max) = (element.coding(), element.content(), element.max());
    let encoding = match coding {
        Coding::Ascii if content == Content::Any => "latin-1",
        Coding::Ascii | Coding::Hex => "ascii",
        Coding::Ebcdic(page) | Coding::EbcdicHex(page) => peer_page(page),
        _ => "b",
    };
    let (len_enc, len_type, counts) = match element.form() {
        Form::Prefixed(Prefix { coding, width, counts, .. }) => match coding {
            PrefixCoding::Ascii => ("ascii", width, counts),
            PrefixCoding::Ebcdic(page) => (peer_page(page), width, counts),
            PrefixCoding::Bcd => ("bcd", width.div_ceil(2), counts),
            _ => ("b", width, counts),
        },
        _ => ("ascii", 0, LengthUnit::Units),
    };
    let octets = wire_len(coding, content, max);
    let (count, max) = match counts {
        LengthUnit::Units if coding == Coding::Bcd => ("nibbles", max),
        LengthUnit::Nibbles => ("nibbles", 2 * octets),
        _ => ("bytes", octets),
    };
    let mut all = json!({
        "data_enc": encoding, "len_enc": len_enc, "len_type": len_type, "max_len": max, "len_count": count,
        "desc": "",
    });
    if coding == Coding::Bcd && counts == LengthUnit::Units {
        let pad_nibble = element.pad_nibble();
        let side = if pad_nibble.side == Side::Left { "left_pad" } else { "right_pad" };
        all[side] = format!("{:X}", pad_nibble.nibble).into();
    }
    all
}

fn peer_page(page: CodePage) -> &'static str {
    match page {
        CodePage::Cp037 => "cp037",
        _ => "cp500",
    }
}

/// A message as the peer's dictionary.
pub(crate) fn peer_fields(spec: &Spec<'_>, mti: Mti, header: &[u8], nodes: &[Node]) -> Value {
    let mut all = Map::new();
    if !header.is_empty() {
        all.insert("h".to_owned(), hex(header).into());
    }
    all.insert("t".to_owned(), mti.to_string().into());
    for node in nodes {
        let element = spec.element(u8::try_from(node.key).unwrap()).unwrap();
        let Tree::Leaf(octets) = node.value else { unreachable!("no composites here") };
        all.insert(node.key.to_string(), peer_value(element, octets).into());
    }
    Value::Object(all)
}

/// To the peer, packed digits and octets are hexadecimal digits, and so is what is written in them.
fn peer_value(element: &Element<'_>, octets: &[u8]) -> String {
    match element.coding() {
        Coding::Raw | Coding::Hex | Coding::EbcdicHex(_) => hex(octets),
        Coding::Bcd if element.content() == Content::Z => {
            let half = |octet: &u8| if *octet == b'D' { 0xD } else { octet & 0xF };
            octets.iter().map(|octet| format!("{:X}", half(octet))).collect()
        }
        Coding::Bcd => octets.iter().map(|octet| char::from(*octet).to_ascii_uppercase()).collect(),
        _ => octets.iter().map(|octet| char::from(*octet)).collect(),
    }
}
