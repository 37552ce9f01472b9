//! What the prober says, to the letter: scores and reaches of messages that are cut, rows that are wrong, messages of
//! another dialect, and frames. `CARDWIRE_WRITE=1` writes `probe_words.out` anew, to be read before it is committed.
#![cfg(feature = "alloc")]

mod common;

use std::fmt::Write;

use cardwire::codes::Lang;
use cardwire::frame::Station;
use cardwire::layout::{
    Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Row, Shape, an, ans, b, n, row, x_n, z,
};
use cardwire::mask::OPEN;
use cardwire::probe::{Explanation, Finder, explain, probe};
use cardwire::spec::{
    ISO87, ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO87_EBCDIC, ISO93_ASCII, ISO93_BCD, MtiCoding,
    Slots, UNIONPAY_POS,
};
use cardwire::{Builder, Dialect, Framing, Mti, Spec};
use common::kept;

/// Messages of one link that differ in what they carry.
fn traffic(spec: &Spec<'_>) -> Vec<Vec<u8>> {
    let mut sale = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    sale.set(2, "4111111111111111").set(3, "000000").set(4, 12_345).set(11, 123_456);
    sale.set(28, "D00000150").set(32, "12345678901").set(35, "4111111111111111=2912201123456789");
    sale.set(37, "632708123456")
        .set(41, "TERM0001")
        .set(60, "0123")
        .set(64, &[0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 7, 0x18]);
    let mut response = Builder::new(spec, Mti::FINANCIAL_RESPONSE);
    response.set(2, "5555444433331111").set(3, "200000").set(4, 7).set(11, 98_765).set(32, "654321");
    response.set(37, "632708123457").set(39, "00").set(41, "TERM0002").set(60, "this is a text");
    [sale, response].iter().map(|builder| builder.to_vec().unwrap()).collect()
}

fn borrowed(messages: &[Vec<u8>]) -> Vec<&[u8]> {
    messages.iter().map(Vec::as_slice).collect()
}

fn tell(out: &mut String, name: &str, found: &Explanation<'_>) {
    writeln!(out, "{name}\n  {found}").unwrap();
    for (index, hint) in found.hints().iter().enumerate() {
        let mended = found.mended(index).is_some_and(|doc| doc.check().is_ok());
        let (explains, confidence) = (hint.explains(), hint.confidence());
        writeln!(out, "  {hint}; {explains:?} {confidence}; {} {mended}", hint.in_lang(Lang::Zh)).unwrap();
    }
}

/// One row of the ISO table that is wrong, in a dialect.
fn broken(dialect: &Dialect, row: Row<'static>) -> Spec<'static> {
    let slots: &'static Slots<'static> = Box::leak(Box::new(ISO87.with(row).elements(dialect)));
    Spec::new("mine", dialect, slots)
}

/// Rows of the ISO table as somebody may have written them down.
fn rows() -> [(u32, Shape<'static>); 28] {
    let prefix = |coding, width, counts, includes| Prefix { coding, width, counts, includes };
    [
        (2, n(9).l()),
        (2, n(19).lll()),
        (2, n(16)),
        (2, n(15).ll()),
        (3, n(4)),
        (3, n(8)),
        (4, n(10)),
        (4, n(6)),
        (4, n(24)),
        (11, n(6).coding(Coding::Ascii)),
        (11, n(6).coding(Coding::Bcd)),
        (11, n(6).ll()),
        (28, x_n(7)),
        (28, n(8)),
        (28, n(9)),
        (32, n(11).prefix(prefix(PrefixCoding::Binary, 1, LengthUnit::Units, 0))),
        (32, n(11).prefix(prefix(PrefixCoding::Bcd, 2, LengthUnit::Bytes, 0))),
        (32, n(11).prefix(prefix(PrefixCoding::Ascii, 2, LengthUnit::Units, 2))),
        (32, n(11).ll().pad_nibble(PadNibble::RIGHT_F)),
        (35, z(37).ll().coding(Coding::Ascii)),
        (37, an(14)),
        (37, n(12)),
        (41, ans(15)),
        (41, b(8)),
        (60, ans(99).ll()),
        (60, ans(4).lll()),
        (60, n(999).lll()),
        (64, b(16)),
    ]
}

#[test]
fn what_the_prober_says_of_specs_that_are_wrong() {
    let mut out = String::new();
    for (spec, dialect) in [(&ISO87_ASCII, Dialect::ASCII), (&ISO87_BCD, Dialect::BCD)] {
        let messages = traffic(spec);
        for (number, shape) in rows() {
            let mine = broken(&dialect, row(number, shape, "Mine", OPEN));
            let element = mine.element(u8::try_from(number).unwrap()).unwrap();
            let (content, coding, form) = (element.content(), element.coding(), element.form());
            let name = format!(
                "{}: {number} as {content} {} to {} {coding:?} {form:?} {:?}",
                spec.name(),
                element.min(),
                element.max(),
                element.pad_nibble()
            );
            tell(&mut out, &name, &probe(&borrowed(&messages), [&mine])[0]);
        }
        for undefined in [11, 41, 60] {
            let slots: Slots<'static> = ISO87.without(undefined).elements(&dialect);
            let mine = Spec::new("mine", &dialect, Box::leak(Box::new(slots)));
            tell(
                &mut out,
                &format!("{}: no {undefined}", spec.name()),
                &probe(&borrowed(&messages), [&mine])[0],
            );
        }
        for (name, dialect) in [
            ("MTI", Dialect { mti: MtiCoding::Ebcdic, ..dialect }),
            ("text", Dialect { text: Coding::Ebcdic(cardwire::layout::CodePage::Cp1047), ..dialect }),
            ("digits", Dialect { digits: Coding::Ebcdic(cardwire::layout::CodePage::Cp1047), ..dialect }),
            ("lengths", Dialect { prefix: PrefixCoding::Binary, ..dialect }),
            ("octets", Dialect { binary: Coding::EbcdicHex(cardwire::layout::CodePage::Cp1047), ..dialect }),
        ] {
            let slots: &'static Slots<'static> = Box::leak(Box::new(ISO87.elements(&dialect)));
            let Ok(mine) = Spec::try_new("mine", &dialect, slots) else {
                panic!("{name} of {}", spec.name())
            };
            tell(&mut out, &format!("{}: {name}", spec.name()), &probe(&borrowed(&messages), [&mine])[0]);
        }
    }
    kept("probe_words.out", &out);
}

#[test]
fn what_the_prober_says_of_messages_of_another_spec() {
    let mut out = String::new();
    let specs: [&'static Spec<'static>; 6] =
        [&ISO87_ASCII, &ISO87_ASCII_BINARY, &ISO87_BCD, &ISO87_EBCDIC, &ISO93_BCD, &UNIONPAY_POS];
    for from in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC] {
        let messages = traffic(from);
        for found in probe(&borrowed(&messages), specs).iter().take(4) {
            tell(&mut out, &format!("{} by {}", from.name(), found.spec().name()), found);
        }
    }
    // every cut of a message; of a type that no standard knows; and a message of a bitmap alone
    let whole = &traffic(&ISO87_ASCII)[0];
    for cut in 0..=whole.len() {
        let shown = explain(&[&whole[..cut]], [&ISO87_ASCII]).map(|found| found.to_string());
        writeln!(out, "{cut}: {shown:?}").unwrap();
    }
    for mti in ["0200", "0900", "0000", "9200", "0290", "020A"] {
        let other = [mti.as_bytes(), &whole[4..]].concat();
        let shown = explain(&[&other], [&ISO87_ASCII]).unwrap();
        writeln!(out, "{mti}: {shown}, {}", shown.reads_messages()).unwrap();
    }
    for message in [&b"08000000000000000000"[..], b"0800000000000000000000", b"08002000000000000000000001x"] {
        let shown = explain(&[message], [&ISO87_ASCII, &ISO93_ASCII]).unwrap();
        writeln!(out, "{}: {shown}, {}", message.len(), shown.reads_messages()).unwrap();
    }
    kept("probe_specs.out", &out);
}

#[test]
fn what_the_prober_says_of_frames() {
    let mut out = String::new();
    let messages = traffic(&ISO87_BCD);
    for named in Framing::named() {
        for station in [Station::None, Station::Tpdu, Station::Bytes(3)] {
            let framing = named.framing.with_header(station);
            let frames: Option<Vec<Vec<u8>>> =
                messages.iter().map(|message| frame(framing, message)).collect();
            let Some(frames) = frames else { continue };
            let stream = frames.concat();
            let found = explain(&[&stream], [&ISO87_BCD]).unwrap();
            writeln!(out, "{} {station:?}: {found}, {} left", named.name, found.left()).unwrap();
            // octet by octet, where it is known for sure, and how much that cost
            let mut finder = Finder::new(&ISO87_BCD);
            let stream = stream.repeat(2);
            let known = (0..=stream.len()).find_map(|cut| Some((cut, finder.look(&stream[..cut])?)));
            let known = known.map(|(cut, framing)| (cut, framing.header()));
            writeln!(out, "  {known:?} of {} by {}", stream.len(), finder.work()).unwrap();
            // headers of every size are looked for in the first frames alone
            let mut whole = Finder::new(&ISO87_BCD);
            let is_known = whole.look(&frames.concat().repeat(10)).is_some();
            writeln!(out, "  at once: {is_known} by {}", whole.work()).unwrap();
            for cut in [frames[0].len() - 1, frames[0].len() + 20] {
                let found = explain(&[&stream[..cut]], [&ISO87_BCD]);
                let said = found.map(|found| format!("{found}, {} left", found.left()));
                writeln!(out, "  {cut}: {}", said.unwrap_or_default()).unwrap();
            }
        }
    }
    kept("probe_frames.out", &out);
}

/// A message in a frame, after a header whose content is of that kind.
fn frame(framing: Framing, message: &[u8]) -> Option<Vec<u8>> {
    let header: &[u8] = match framing.header() {
        Station::Tpdu => &[0x60, 0, 1, 0, 2],
        Station::Bytes(3) => &[9, 8, 7],
        _ => &[],
    };
    let mut out = vec![0; framing.measure(header, message).ok()?];
    framing.wrap(header, message, &mut out).ok().map(<[u8]>::to_vec)
}
