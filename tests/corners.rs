//! Corners of the interface that no larger test comes by: found by coverage and by mutants.

mod common;

use cardwire::codes::{EntryMode, PanEntry, PinCapability, ResponseCode, SettlementCode};
use cardwire::layout::{Layout, Tag, ans, b, n, row};
use cardwire::mask::{OPEN, SECRET};
use cardwire::profile::{Profile, Rule, When, rule};
use cardwire::spec::{
    EMV, ISO03_ASCII, ISO87, ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO93_ASCII, PDS, Slots,
    binary_parts, table,
};
use cardwire::{
    Bitmap, Builder, Dialect, ErrorKind, Inspection, Message, MessageWriter, Mti, Parser, Scan, Spec,
    Template, Value,
    layout::{BitmapForm, Coding, Element, LengthUnit, NextBitmap, Prefix, PrefixCoding},
    model::Place,
};
use common::{sound_spec_of as spec_of, unhex};

fn wire(spec: &'static Spec<'static>, values: &[(u8, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    for (number, value) in values {
        builder.set(*number, *value);
    }
    builder.to_vec().unwrap()
}

#[test]
fn amounts_of_currencies_with_and_without_a_fraction() {
    let amount = |currency: &str, value: &str| {
        let wire = wire(&ISO87_ASCII, &[(4, value), (49, currency)]);
        Message::parse(&ISO87_ASCII, &wire).unwrap().amount(4).unwrap().to_string()
    };
    assert_eq!(amount("392", "000000012300"), "12300 JPY");
    assert_eq!(amount("840", "000000000005"), "0.05 USD");
    assert_eq!(amount("USD", "000000012300"), "123.00 USD");
    assert_eq!(amount("048", "000000012345"), "12.345 BHD");
    assert_eq!(amount("840", "000000000000"), "0.00 USD");
    assert_eq!(amount("XQQ", "000000012300"), "12300 minor units");
    let wire = wire(&ISO87_ASCII, &[(7, "1123061759")]);
    let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
    assert_eq!(message.amount(4).unwrap_err().kind(), ErrorKind::Missing);
    assert!(message.amount(7).unwrap().currency.is_none());
}

#[test]
fn every_amount_has_its_own_currency() {
    let values = [(4, "000000000400"), (5, "000000000500"), (6, "000000000600"), (8, "00000800")];
    let others = [(28, "D00000028"), (29, "C00000029"), (49, "840"), (50, "978"), (51, "156")];
    let values: Vec<(u8, &str)> = values.into_iter().chain(others).collect();
    let wire = wire(&ISO87_ASCII, &values);
    let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
    let said = [4, 5, 6, 8, 28, 29].map(|number| message.amount(number).unwrap().to_string());
    assert_eq!(said, ["4.00 USD", "5.00 EUR", "6.00 CNY", "8.00 CNY", "-0.28 USD", "0.29 EUR"]);
    // an element of 2003 that is no composite is a number, without a currency
    let mut builder = Builder::new(&ISO03_ASCII, "2800".parse().unwrap());
    let wire = builder.set(11, 123_456_789_012_u64).to_vec().unwrap();
    let amount = Message::parse(&ISO03_ASCII, &wire).unwrap().amount(11).unwrap();
    assert_eq!((amount.minor, amount.currency, amount.exponent()), (123_456_789_012, None, None));
}

#[test]
fn numbers_and_signs() {
    let values = [(2, "4111111111111111"), (28, "D00000028"), (29, "C00000029"), (41, "12345678")];
    let mut builder = Builder::new(&ISO87_ASCII_BINARY, Mti::NETWORK_REQUEST);
    values.iter().for_each(|(number, value)| {
        builder.set(*number, *value);
    });
    let wire = builder.set(52, b"12345678").to_vec().unwrap();
    let message = Message::parse(&ISO87_ASCII_BINARY, &wire).unwrap();
    let value = |number| message.expose(number).unwrap();
    assert_eq!([28, 29].map(|number| value(number).signed()), [Ok(-28), Ok(29)]);
    assert_eq!(value(41).signed().unwrap_err().kind(), ErrorKind::Form);
    assert_eq!((value(41).number(), value(28).number().is_err()), (Ok(12_345_678), true));
    // octets are no digits, whatever they look like
    assert_eq!(value(52).number().unwrap_err().kind(), ErrorKind::Form);
    assert_eq!(
        (value(52).as_bytes(), value(41).as_bytes()),
        (Some(&b"12345678"[..]), Some(&b"12345678"[..]))
    );
    assert_eq!(value(28).digits().collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 2, 8]);
    let (pan, terminal) = (message.get(2).unwrap(), message.get(41).unwrap());
    assert!(terminal == "12345678" && terminal == *"12345678");
    assert!(terminal != "12345679" && terminal != *"12345679" && message.text(41).unwrap() != "12345679");
    assert!(!terminal.is_empty() && terminal.bytes().is_ok() && pan.bytes().is_err());
    assert_eq!((pan.name(), pan.to_string().as_str()), ("Primary account number (PAN)", "411111******1111"));
}

#[test]
fn a_bitmap_and_its_bits() {
    let bitmap: Bitmap = [1, 32, 33, 64, 65, 192].into_iter().collect();
    let ones: Vec<usize> = bitmap.bits().iter_ones().collect();
    assert_eq!(ones, [0, 31, 32, 63, 64, 191]);
    let mut bitmap = bitmap;
    assert!(!bitmap.insert(0) && !bitmap.insert(193) && !bitmap.remove(0) && !bitmap.remove(193));
    assert!(!bitmap.insert(64) && bitmap.remove(64) && !bitmap.remove(64) && bitmap.insert(64));
    assert_eq!(bitmap.len(), 6);
}

#[test]
fn what_was_set_can_be_taken_back() {
    let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
    builder.set(3, "000000").set(11, 1).set(3, "111111");
    assert!(builder.has(3) && builder.has(11) && !builder.has(4));
    builder.remove(3).remove(4);
    assert!(!builder.has(3));
    let wire = builder.to_vec().unwrap();
    assert_eq!(wire, wire_of_stan());
    let error = builder.set(193, "1").to_vec().unwrap_err();
    assert_eq!((error.kind(), error.place()), (ErrorKind::Undefined, Place::Element(193)));
}

fn wire_of_stan() -> Vec<u8> {
    wire(&ISO87_ASCII, &[(11, "000001")])
}

#[test]
fn a_header_is_as_long_as_the_spec_says() {
    let spec = spec_of(Dialect { header: 5, ..Dialect::ASCII }, [row(3, n(6), "", OPEN)]);
    let built = |header: &'static [u8]| Builder::new(spec, Mti::NETWORK_REQUEST).header(header).to_vec();
    for (header, kind) in
        [(&b""[..], ErrorKind::Missing), (b"ISO0", ErrorKind::LengthUnit), (b"ISO000", ErrorKind::LengthUnit)]
    {
        let error = built(header).unwrap_err();
        assert_eq!((error.kind(), error.place()), (kind, Place::Header));
        assert_eq!((error.expected(), error.found()), (5, header.len()));
        let mut out = [0; 64];
        let error = MessageWriter::with_header(spec, header, Mti::NETWORK_REQUEST, &mut out).unwrap_err();
        assert_eq!((error.kind(), error.expected(), error.found()), (kind, 5, header.len()));
    }
    let wire = built(b"ISO01").unwrap();
    let message = Message::parse(spec, &wire).unwrap();
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire);
    let bare = Builder::copy_of(&message, &ISO87_ASCII).to_vec().unwrap();
    assert_eq!(bare, wire[5..]);
    let inspection = Inspection::of(spec, &wire);
    assert_eq!((inspection.header(), inspection.bitmap_count()), (&b"ISO01"[..], 1));
    assert_eq!(Message::parse(spec, &wire).unwrap().header(), b"ISO01");
    assert_eq!(Inspection::of(spec, b"ISO").header(), b"");
}

#[test]
fn a_third_bitmap_that_must_be_there() {
    let bitmap = BitmapForm::new(Coding::Raw).third(NextBitmap::Always);
    let spec =
        spec_of(Dialect { bitmap, ..Dialect::BCD }, [row(3, n(6), "", OPEN), row(130, n(1), "", OPEN)]);
    let parsed = |wire: &str| Message::parse(spec, &unhex(wire)).map(|message| message.bitmap_count());
    let error = |wire: &str| parsed(wire).map_err(|error| error.place());
    assert_eq!(error("0800 A000000000000000 8000000000000000 0000000000000000 123456"), Ok(3));
    // without a second bitmap there is no third, and a second one must announce it
    assert_eq!(error("0800 2000000000000000 123456"), Ok(1));
    assert_eq!(error("0800 A000000000000000 0000000000000000 123456"), Err(Place::Bitmap));
}

#[test]
fn every_digit_of_an_mti_has_words() {
    let words = |mti: &str| {
        let mti: Mti = mti.parse().unwrap();
        let wire = Builder::new(&ISO87_ASCII, mti).to_vec().unwrap();
        let listing = Message::parse(&ISO87_ASCII, &wire).unwrap().describe().to_string();
        listing.lines().next().unwrap().to_owned()
    };
    for (mti, said) in [
        ("0100", "authorization request, acquirer"),
        ("0211", "financial response, acquirer repeat"),
        ("0322", "file action advice, issuer"),
        ("0433", "reversal advice response, issuer repeat"),
        ("0544", "reconciliation notification, other"),
        ("0655", "administrative notification acknowledgement, other repeat"),
        ("0766", "fee collection instruction"),
        ("0877", "network management instruction acknowledgement"),
        ("0989", "reserved class reserved function"),
    ] {
        assert!(words(mti).contains(said), "{mti}: {}", words(mti));
    }
}

#[test]
fn views_of_a_value_agree() {
    let table = ISO87.with(row(44, ans(25).ll(), "", OPEN));
    let elements: &'static Slots<'static> = Box::leak(Box::new(table.elements(&Dialect::ASCII)));
    let spec: &'static Spec<'static> =
        Box::leak(Box::new(Spec::try_new("open", &Dialect::ASCII, elements).unwrap()));
    let wire = wire(spec, &[(2, "4111111111111111"), (41, "TERM  01"), (43, "SHOP"), (44, "")]);
    let message = Message::parse(spec, &wire).unwrap();
    let (pan, empty) = (message.expose(2).unwrap(), message.get(44).unwrap());
    assert!(empty.is_empty() && empty.expose().is_empty() && empty.text().unwrap().is_empty());
    assert!(pan == "4111111111111111" && pan == *"4111111111111111" && pan == b"4111111111111111"[..]);
    assert!(pan != "4111111111111112" && pan != "411111111111111" && !pan.is_empty());
    let text = message.text(41).unwrap();
    assert_eq!((text.as_str(), text.len(), text.is_empty()), (Some("TERM  01"), 8, false));
    assert!(text == *"TERM  01" && text == "TERM  01" && text != *"TERM  02");
    assert_eq!(text.chars().rev().collect::<String>(), "10  MRET");
    let mut room = [0; 8];
    assert_eq!(text.copy_to(&mut room).unwrap(), b"TERM  01");
    assert_eq!(text.copy_to(&mut room[..7]).unwrap_err().kind(), ErrorKind::Room);
    let shop = message.text(43).unwrap();
    assert_eq!((shop.len(), shop.trimmed().to_string().as_str()), (40, "SHOP"));
    let mut copy = Builder::new(spec, Mti::NETWORK_REQUEST);
    copy.set(2, &pan).set(41, &text).set(43, &shop).set(44, &empty);
    assert_eq!(copy.to_vec().unwrap(), wire);
}

#[test]
fn a_value_says_what_kind_it_is_and_nothing_else() {
    let wire = wire(&ISO87_ASCII, &[(41, "TERM  01")]);
    let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
    let (clear, text) = (message.expose(41).unwrap(), message.text(41).unwrap());
    let said = |value: Value<'_>| format!("{value:?}");
    assert_eq!(said("4111111111111111".into()), "Value(octets)");
    assert_eq!(said(Value::from(41_u64)), "Value(number)");
    assert_eq!(said(Value::from(&clear)), "Value(of another message)");
    assert_eq!(said(Value::from(&text)), "Value(of another message)");
    assert_eq!(said(Value::from(&[("9F26", "4111111111111111")])), "Value(parts)");
    assert_eq!(said(Value::from(&&[(1_u32, "4111111111111111")][..])), "Value(parts)");
}

#[test]
fn parts_are_named_by_number_or_by_text() {
    let built = |value: Value<'_>| Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST).set(55, value).to_vec();
    let number: &[(u32, &[u8])] = &[(0x9A, b"261123"), (0x95, &[0; 5])];
    let by_number = built(Value::from(&number)).unwrap();
    let text = [("9A", &b"261123"[..]), ("95", &[0; 5])];
    assert_eq!(built(Value::from(&text)).unwrap(), by_number);
    let none = [("9A9A9A9A9A", &[0x26][..])];
    assert!(built(Value::from(&none)).is_err());
    let empty: &[(u32, &[u8])] = &[];
    assert_eq!(common::hex(&built(Value::from(&empty)).unwrap()[10..]), "0000");
}

#[test]
fn a_plan_can_be_made_ahead() {
    let wire = wire(&ISO87_ASCII, &[(3, "000000"), (11, "123456"), (41, "TERM  01")]);
    let mut parser = Parser::new(&ISO87_ASCII);
    assert!(parser.learn(b"0800").is_err());
    parser.learn(&wire).unwrap();
    parser.learn(&wire).unwrap();
    assert!(parser.parse(&wire).unwrap().get(11).unwrap() == "123456");
    let scan = parser.scan(&wire).unwrap();
    assert_eq!((scan.wire(), scan.expose(41)), (&wire[..], Some(&b"TERM  01"[..])));
    assert_eq!(scan.expose(4), None);
    assert!(scan.check().unwrap().get(3).unwrap() == "000000");
    assert_eq!(format!("{scan:?}"), "Scan { mti: 0800, elements: {3, 11, 41} }");
    // a scan does not look at content, its check does
    let mut spoilt = wire.clone();
    spoilt[26] = b'x';
    let scan = Scan::of(&ISO87_ASCII, &spoilt).unwrap();
    let error = scan.check().unwrap_err();
    assert_eq!((error.place(), error.offset()), (Place::Element(11), 26));
    assert_eq!(Message::parse(&ISO87_ASCII, &spoilt).unwrap_err(), error);
}

#[test]
fn a_stream_knows_which_bitmaps_its_spec_has() {
    let mut out = [0; 64];
    let third = BitmapForm::new(Coding::Raw).third(NextBitmap::Always);
    let spec = spec_of(Dialect { bitmap: third, ..Dialect::BCD }, [row(3, n(6), "", OPEN)]);
    let error = MessageWriter::new(spec, Mti::NETWORK_REQUEST, &mut out).unwrap_err();
    assert_eq!((error.kind(), error.place()), (ErrorKind::Form, Place::Bitmap));
    let bitmap = BitmapForm::single(Coding::Raw, 8);
    let spec = spec_of(Dialect { bitmap, ..Dialect::BCD }, [row(3, n(6), "", OPEN)]);
    let error = MessageWriter::new(spec, Mti::NETWORK_REQUEST, &mut out).unwrap().with_second();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Undefined);
    let mut stream =
        MessageWriter::new(&ISO87_BCD, Mti::NETWORK_REQUEST, &mut out).unwrap().with_second().unwrap();
    stream.put(11, 1).unwrap();
    assert_eq!(format!("{stream:?}"), "MessageWriter { written: {11} }");
    assert_eq!(common::hex(stream.finish().unwrap()), "080080200000000000000000000000000000000001");
}

#[test]
fn a_template_says_which_elements_it_has() {
    let mut wire = wire(&ISO87_ASCII, &[(11, "123456"), (41, "TERM  01")]);
    let template = Template::of(&ISO87_ASCII, &mut wire).unwrap();
    assert_eq!(format!("{template:?}"), "Template { elements: {11, 41} }");
}

#[test]
fn codes_say_what_comes_next() {
    let step = |code: &str| SettlementCode::new(code).unwrap().next_step();
    assert_eq!(["1", "2", "3", "9"].map(|code| step(code).is_some()), [true; 4]);
    assert!(step("1").unwrap().contains("close the batch") && step("3").unwrap().contains("repeat"));
    assert_eq!(step("4"), None);
    let step = |code: &str| SettlementCode::new(code).unwrap().unionpay_next_step();
    assert!(step("1").unwrap().contains("207") && step("2").unwrap().contains("202"));
    assert_eq!((step("3"), step("9")), (Some("settle again"), None));
    let mode = EntryMode::of(PanEntry::new("05").unwrap(), PinCapability::new("1").unwrap());
    assert_eq!((mode.as_ref(), mode.pan_entry().as_ref(), mode.pin().as_ref()), ("051", "05", "1"));
    let is_final = |code: &str| ResponseCode::new(code).unwrap().advice().unwrap().is_final();
    assert!(is_final("00") && is_final("05"));
}

#[test]
fn conditions_are_said_in_words() {
    assert_eq!(When::With(35).to_string(), "when field 35 is there");
    assert_eq!(When::Without(35).to_string(), "when field 35 is not there");
    assert_eq!(When::Is(3, "00").to_string(), "when field 3 is 00");
    assert_eq!(When::Approved.to_string(), "when it approves");
}

#[test]
fn a_row_can_be_taken_out_of_a_table() {
    let table = ISO87.without(3);
    let elements: &'static Slots<'static> = Box::leak(Box::new(table.elements(&Dialect::ASCII)));
    let spec = Spec::try_new("less", &Dialect::ASCII, elements).unwrap();
    assert!(spec.element(3).is_none() && spec.element(2).is_some() && spec.element(4).is_some());
}

#[test]
#[should_panic(expected = "the length prefix cannot express the maximum length")]
fn a_spec_that_contradicts_itself_says_so_when_it_is_made() {
    let elements = table([row(2, n(19).l(), "", SECRET)]).elements(&Dialect::ASCII);
    let _ = Spec::new("wrong", &Dialect::ASCII, &elements);
}

#[test]
fn prefixes_of_one_and_four_digits() {
    let spec =
        spec_of(Dialect::ASCII, [row(44, ans(9).l(), "", OPEN), row(48, ans(2_000).llll(), "", SECRET)]);
    let long = "x".repeat(1_234);
    let wire = wire(spec, &[(44, "abc"), (48, &long)]);
    assert_eq!(&wire[20..28], b"3abc1234");
    assert!(Message::parse(spec, &wire).unwrap().expose(48).unwrap() == long.as_str());
}

#[test]
fn a_length_before_a_tag_is_held_against_what_follows() {
    let parts: &'static [_] = binary_parts([row(0x40, b(9).rest(), "", SECRET)]).to_vec().leak();
    let length_first =
        Prefix { coding: PrefixCoding::Binary, width: 1, counts: LengthUnit::Units, includes: 1 };
    let layout: &'static Layout<'static> =
        Box::leak(Box::new(Layout::tags(Tag::Ber, None, parts).length_first(length_first)));
    let spec = spec_of(Dialect::BCD, [row(48, b(99).lll().of(layout), "", SECRET)]);
    let refusal = |value: &str| {
        let len = value.len() / 2;
        let wire = unhex(&format!("08000000000000010000 00{len:02} {value}"));
        Message::parse(spec, &wire).map(|_| ()).map_err(|error| (error.kind(), error.offset()))
    };
    assert_eq!(refusal("0340AA"), Ok(()));
    // a length that counts itself is one at least
    assert_eq!(refusal("0040AA"), Err((ErrorKind::LengthUnit, 12)));
    assert_eq!(refusal("0440AA"), Err((ErrorKind::Truncated, 13)));
}

#[test]
fn amounts_of_2003_carry_their_currency() {
    let message = common::golden::wires();
    let found = message.into_iter().filter(|(name, ..)| name.contains("iso03")).any(|(_, spec, wire)| {
        let message = Message::parse(spec, &wire).unwrap();
        (4..=6).any(|number| message.amount(number).is_ok_and(|amount| amount.exponent().is_some()))
    });
    assert!(found, "no amount in the golden messages of 2003");
}

#[test]
fn paths_name_parts_in_the_words_of_their_layout() {
    let named = |layout: &Layout<'_>, name: &str| layout.key_named(name);
    assert_eq!(
        ["9F26", "9f26", "5A"].map(|name| named(&EMV, name)),
        [Some(0x9F26), Some(0x9F26), Some(0x5A)]
    );
    assert_eq!(["", "9G", "123456789", "-1", "+9F"].map(|name| named(&EMV, name)), [None; 5]);
    assert_eq!(["0105", "105", "x"].map(|name| named(&PDS, name)), [Some(105), Some(105), None]);
    let any = ans(9).ll();
    let element: &'static Element<'static> =
        Box::leak(Box::new(row(0, any, "", SECRET).resolve(&Dialect::ASCII)));
    let text = Layout::tags(Tag::Text(2), Some(element), &[]);
    assert_eq!(["Ab", "A", "123"].map(|name| named(&text, name)), [Some(0x4162), None, None]);
    let octets = Layout::tags(Tag::Octets(4), Some(element), &[]);
    assert_eq!(
        [0x41, 0x4142, 0x41_4243, 0x4142_4344].map(|tag| octets.key(tag).to_string()),
        ["41", "4142", "414243", "41424344"]
    );
}

#[test]
fn an_inspection_gives_what_was_read_and_no_more() {
    let wire = wire(&ISO87_ASCII, &[(3, "012345"), (11, "123456"), (41, "TERM  01")]);
    let whole = Inspection::of(&ISO87_ASCII, &wire);
    assert!(whole.message().is_some() && whole.error().is_none());
    let broken = Inspection::of(&ISO87_ASCII, &wire[..wire.len() - 1]);
    assert!(broken.message().is_none() && broken.mti() == Some(Mti::NETWORK_REQUEST));
    assert!(broken.get(3).unwrap() == "012345" && broken.path("3.2").unwrap() == "23");
    assert!(broken.get(41).is_none() && broken.path("41").is_none() && broken.announced().contains(41));
    assert_eq!(broken.fields().map(|field| field.key().value()).collect::<Vec<_>>(), [3, 11]);
    assert_eq!((broken.bitmap_count(), Inspection::of(&ISO87_ASCII, b"0800").bitmap_count()), (1, 0));
    assert_eq!(Inspection::of(&ISO87_ASCII, b"0800").mti(), Some(Mti::NETWORK_REQUEST));
    assert_eq!(Inspection::of(&ISO87_ASCII, b"080").mti(), None);
    // trailing octets are wrong with the whole, and its MTI was read all the same
    let long = [&wire[..], b"x"].concat();
    let long = Inspection::of(&ISO87_ASCII, &long);
    assert_eq!((long.error().unwrap().place(), long.mti()), (Place::Whole, Some(Mti::NETWORK_REQUEST)));
    assert!(Mti::NETWORK_REQUEST == "0800" && Mti::NETWORK_REQUEST != "0801");
    let repeat = |mti: &str| mti.parse::<Mti>().unwrap().repeat().map(|mti| mti.to_string());
    assert_eq!(repeat("0420").as_deref(), Some("0421"));
    assert_eq!((repeat("0421").as_deref(), repeat("0411"), repeat("0430")), (Some("0421"), None, None));
}

#[test]
fn profiles_say_what_is_missing_not_allowed_and_not_echoed() {
    const RULES: &[Rule<'static>] =
        &[rule(b"0810").mandatory(&[39]).echoed(&[11]).optional(&[7]).conditional(&[
            (38, When::Approved),
            (44, When::Is(39, "05")),
            (41, When::With(7)),
            (42, When::Without(7)),
        ])];
    const PROFILE: Profile<'static> = Profile::new("test", RULES);
    let request = wire(&ISO87_ASCII, &[(11, "123456"), (3, "000000")]);
    let request = Message::parse(&ISO87_ASCII, &request).unwrap();
    let said = |values: &[(u8, &str)]| {
        let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_RESPONSE);
        values.iter().for_each(|(number, value)| {
            builder.set(*number, *value);
        });
        let wire = builder.to_vec().unwrap();
        let reply = Message::parse(&ISO87_ASCII, &wire).unwrap();
        PROFILE.check_reply(&request, &reply).map(|violation| violation.to_string()).collect::<Vec<_>>()
    };
    const SHOP: &str = "MERCHANT0000001";
    assert_eq!(said(&[(11, "123456"), (38, "A1B2C3"), (39, "00"), (42, SHOP)]), [""; 0]);
    assert_eq!(
        said(&[(7, "1123061759"), (11, "123457"), (39, "00")]),
        [
            "field 38 is mandatory in 0810 when it approves",
            "field 41 is mandatory in 0810 when field 7 is there",
            "field 11 of 0810 is not what the request holds",
        ]
    );
    assert_eq!(
        said(&[(3, "000000"), (39, "05")]),
        [
            "field 44 is mandatory in 0810 when field 39 is 05",
            "field 42 is mandatory in 0810 when field 7 is not there",
            "field 3 at byte 20 is not provided for in 0810",
            "field 11 of 0810 is not what the request holds",
        ]
    );
    assert_eq!(said(&[(11, "123456"), (42, SHOP)]), ["field 39 is mandatory in 0810"]);
    assert_eq!((PROFILE.name(), PROFILE.rules().len()), ("test", 1));
    let unknown = PROFILE.check(&request).map(|violation| violation.to_string()).collect::<Vec<_>>();
    assert_eq!(unknown, ["the profile has no rule for 0800"]);
}

#[test]
fn approval_is_said_in_the_codes_of_each_edition() {
    let approved = |spec: &'static Spec<'static>, mti: &'static str, code: &str| {
        let rule: &'static [Rule<'static>] =
            vec![rule(mti.as_bytes().try_into().unwrap()).conditional(&[(38, When::Approved)])].leak();
        let wire = Builder::new(spec, mti.parse().unwrap()).set(39, code).to_vec().unwrap();
        let message = Message::parse(spec, &wire).unwrap();
        Profile::new("", rule).check(&message).count() == 1
    };
    assert!(approved(&ISO87_ASCII, "0210", "00") && approved(&ISO87_ASCII, "0210", "10"));
    assert!(!approved(&ISO87_ASCII, "0210", "05") && !approved(&ISO87_ASCII, "0210", "0A"));
    assert!(approved(&ISO93_ASCII, "1210", "000") && !approved(&ISO93_ASCII, "1210", "100"));
    assert!(approved(&ISO03_ASCII, "2210", "0000") && !approved(&ISO03_ASCII, "2210", "1000"));
}

/// A message remembers where its first 64 elements start, and walks to those beyond.
#[test]
fn elements_far_behind_are_found() {
    let numbers = || (2..=128).filter(|number| *number != 65);
    let full = numbers()
        .skip(1)
        .fold(table([row(2, n(3), "", OPEN)]), |table, number| table.with(row(number, n(3), "", OPEN)));
    let elements: &'static Slots<'static> = Box::leak(Box::new(full.elements(&Dialect::ASCII)));
    let spec: &'static Spec<'static> =
        Box::leak(Box::new(Spec::try_new("full", &Dialect::ASCII, elements).unwrap()));
    let number = |number: u32| u8::try_from(number).unwrap();
    let values: Vec<(u8, String)> = numbers().map(|key| (number(key), format!("{key:03}"))).collect();
    let values: Vec<(u8, &str)> = values.iter().map(|(number, value)| (*number, value.as_str())).collect();
    let wire = wire(spec, &values);
    let message = Message::parse(spec, &wire).unwrap();
    for (number, value) in values {
        assert!(message.has(number) && message.get(number).unwrap() == value, "{number}");
    }
    assert!(message.get(1).is_none() && message.get(65).is_none() && message.fields().count() == 126);
}
