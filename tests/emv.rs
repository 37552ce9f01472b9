//! The EMV table against facts written out by value, and its numbers against their octets.

mod common;

use cardwire::layout::{Content, Element};
use cardwire::spec::{EMV, EMV_SCRIPT, ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, UNIONPAY_POS};
use cardwire::{Builder, ErrorKind, Message, MessageWriter, Mti, Spec, Template, Value, mask::Privacy};
use common::{hex, unhex};

/// One use of a tag.
struct Fact {
    tag: u32,
    format: &'static str,
    most: usize,
    /// Of what one network alone says, we take what the others say as well.
    is_of_all: bool,
    is_private: bool,
}

fn facts() -> Vec<Fact> {
    let lines = include_str!("emv/tags.txt").lines().filter(|line| !line.starts_with('#'));
    let fact = |line: &'static str| {
        let [tag, format, _, most, network, private]: [&str; 6] =
            line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        Fact {
            tag: u32::from_str_radix(tag, 16).unwrap(),
            format,
            most: most.parse().unwrap(),
            is_of_all: network == "emv",
            is_private: !matches!(private, "no" | "pan4"),
        }
    };
    lines.map(fact).collect()
}

fn listed(tag: u32) -> Option<&'static Element<'static>> {
    EMV.elements().chain(EMV_SCRIPT.elements()).find(|element| element.key() == tag)
}

/// What may be longer than the facts say: they call these variable, or give what one network limits.
const LONGER: [(u32, usize); 8] = [
    (0x71, 255),
    (0x72, 255),
    (0x99, 255),
    (0x9F4E, 255),
    (0x9F53, 32),
    (0x9F5B, 255),
    (0x9F6E, 32),
    (0xDF31, 255),
];

#[test]
fn the_table_says_what_the_facts_say() {
    let facts = facts();
    assert_eq!(facts.len(), 222, "a fact is gone");
    let of = |tag| facts.iter().filter(move |fact| fact.tag == tag);
    for element in EMV.elements().chain(EMV_SCRIPT.elements()) {
        let tag = element.key();
        let most = of(tag).map(|fact| fact.most).max().unwrap_or_else(|| panic!("{tag:X} is no fact"));
        let longer = LONGER.iter().find(|(longer, _)| *longer == tag).map(|(_, most)| *most);
        let digits = if element.content() == Content::N { 2 } else { 1 };
        assert_eq!(element.max(), longer.unwrap_or(most) * digits, "{tag:X}: octets");
        assert_eq!(element.min(), 0, "{tag:X}: all may be empty");
        for fact in of(tag) {
            let content = element.content();
            let is_of_format = match fact.format {
                "n" => content == Content::N,
                // the networks use such a tag for something else, too
                "an" if !fact.is_of_all => content == Content::B,
                "a" | "an" | "ans" => matches!(content, Content::An | Content::Ans | Content::Any),
                _ => content == Content::B,
            };
            assert!(is_of_format, "{tag:X} is {}, not {content}", fact.format);
            assert_eq!(
                element.is_full_size(),
                fact.format == "n",
                "{tag:X}: only numbers have leading zeros"
            );
        }
    }
}

#[test]
fn what_is_private_is_hidden() {
    for fact in facts() {
        let row = listed(fact.tag).or_else(|| EMV.element(fact.tag)).unwrap();
        let is_open = row.privacy() == Privacy::Open;
        assert!(!(fact.is_private && is_open), "{:X} is open", fact.tag);
        // octets of an unlisted tag have any length, and nobody sees them
        assert!(listed(fact.tag).is_some() || (!is_open && row.content() == Content::B && row.max() > 255));
    }
    for tag in
        [0x57, 0x5A, 0x99, 0x5F20, 0x5F24, 0x5F30, 0x9F0B, 0x9F1F, 0x9F20, 0x9F24, 0x9F26, 0x9F6B, 0xDF33]
    {
        assert_ne!(EMV.element(tag).unwrap().privacy(), Privacy::Open, "{tag:X}");
    }
    for tag in [0x82, 0x95, 0x9A, 0x9C, 0x5F2A, 0x9F02, 0x9F03, 0x9F1A, 0x9F33, 0x9F36, 0x9F37, 0x9F41] {
        assert_eq!(EMV.element(tag).unwrap().privacy(), Privacy::Open, "{tag:X}");
    }
}

/// The octets of DE 55 with one part, which a builder and a stream write the same.
fn object(
    spec: &'static Spec<'static>,
    tag: u32,
    value: impl Into<Value<'static>>,
) -> Result<Vec<u8>, ErrorKind> {
    let parts: &'static [(u32, Value<'static>); 1] = Box::leak(Box::new([(tag, value.into())]));
    let built = Builder::new(spec, Mti::FINANCIAL_REQUEST)
        .header(&[0x60; 22][..spec.header()])
        .set(55, parts)
        .to_vec();
    let mut out = [0; 1_200];
    let stream =
        MessageWriter::with_header(spec, &[0x60; 22][..spec.header()], Mti::FINANCIAL_REQUEST, &mut out);
    let mut stream = stream.unwrap();
    let put = stream.put(55, parts).map(|_| ()).map_err(|error| error.kind());
    let built = built.map_err(|error| error.kind());
    assert_eq!(put.map(|()| hex(stream.finish().unwrap())), built.as_deref().map(hex).map_err(|kind| *kind));
    let wire = built?;
    let message = Message::parse(spec, &wire).unwrap();
    assert_eq!(hex(&Builder::copy_of(&message, spec).to_vec().unwrap()), hex(&wire));
    Ok(message.expose(55).unwrap().octets().collect())
}

/// The object as EMV has it: digits at the right of so many octets.
fn by_hand(tag: u32, digits: &str, octets: usize) -> Vec<u8> {
    let tag = tag.to_be_bytes().into_iter().skip_while(|octet| *octet == 0);
    let value = unhex(&format!("{digits:0>width$}", width = 2 * octets));
    tag.chain([u8::try_from(octets).unwrap()]).chain(value).collect()
}

#[test]
fn numbers_are_right_aligned_in_their_full_size() {
    for spec in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC, &UNIONPAY_POS] {
        for fact in facts().iter().filter(|fact| fact.format == "n" && listed(fact.tag).is_some()) {
            let (tag, most) = (fact.tag, 2 * fact.most);
            for digits in (1..=most).map(|len| &"123456789012"[..len]) {
                let wanted = by_hand(tag, digits, fact.most);
                assert_eq!(object(spec, tag, digits).map(|object| hex(&object)), Ok(hex(&wanted)), "{tag:X}");
                assert_eq!(object(spec, tag, digits.as_bytes()), Ok(wanted.clone()));
                let number: u64 = digits.parse().unwrap();
                assert_eq!(object(spec, tag, number), Ok(wanted.clone()));
            }
            assert_eq!(object(spec, tag, 0_u8), Ok(by_hand(tag, "0", fact.most)));
            assert_eq!(object(spec, tag, &"1111111111111"[..most + 1]), Err(ErrorKind::TooLong));
            assert_eq!(object(spec, tag, 10_u64.pow(u32::try_from(most).unwrap())), Err(ErrorKind::TooLong));
            // no number is not the number zero
            assert_eq!(object(spec, tag, ""), Ok(by_hand(tag, "", 0)));
        }
    }
}

#[test]
fn the_amount_of_the_report_comes_back() {
    let parts =
        [("9F02", "12345"), ("5F2A", "978"), ("9F03", "7"), ("9A", "60102"), ("9C", "0"), ("9F41", "12345")];
    let wire = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST).set(55, &parts).to_vec().unwrap();
    let objects = "9F0206000000012345 5F2A020978 9F0306000000000007 9A03060102 9C0100 9F410400012345";
    assert!(hex(&wire).ends_with(&objects.replace(' ', "")), "{}", hex(&wire));
    let message = Message::parse(&ISO87_BCD, &wire).unwrap();
    let number = |path: &str| message.path(path).unwrap().number().unwrap();
    assert_eq!([number("55.9F02"), number("55.5F2A"), number("55.9F41")], [12_345, 978, 12_345]);
}

#[test]
fn what_a_message_has_shorter_is_copied_as_it_is() {
    // a terminal that sends amounts in three octets, and a counter in two
    let objects = unhex("9F0203012345 9F41021234 9F0300 5F2A020978");
    let wire = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST).set(55, objects.as_slice()).to_vec().unwrap();
    let message = Message::parse(&ISO87_BCD, &wire).unwrap();
    let field = message.get(55).unwrap();
    let there: Vec<_> = field.parts().collect();
    assert_eq!(
        there.iter().map(|part| part.expose().chars().collect()).collect::<Vec<String>>(),
        ["012345", "1234", "", "0978"]
    );
    assert_eq!(hex(&Builder::copy_of(&message, &ISO87_BCD).to_vec().unwrap()), hex(&wire));
    for other in [&ISO87_ASCII, &ISO87_EBCDIC] {
        let translated = Builder::copy_of(&message, other).to_vec().unwrap();
        let translated = Message::parse(other, &translated).unwrap();
        assert_eq!(translated.expose(55).unwrap().octets().collect::<Vec<_>>(), objects);
    }
    // part by part, each as a value of another message
    let parts: Vec<_> = there.iter().map(|part| (part.key().value(), Value::from(part))).collect();
    let parts = parts.as_slice();
    let mut copy = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST);
    assert_eq!(hex(&copy.set(55, parts).to_vec().unwrap()), hex(&wire));
    let mut patched = wire.clone();
    Template::of(&ISO87_BCD, &mut patched).unwrap().patch(55, parts).unwrap();
    assert_eq!(hex(&patched), hex(&wire));
}

/// EMV Book 3 section 4.3: cn and text stand at the left; what they are filled with is part of the value, and kept.
#[test]
fn text_and_compressed_numbers_stand_at_the_left_as_given() {
    let mut count = 0;
    for fact in facts().iter().filter(|fact| fact.is_of_all && listed(fact.tag).is_some()) {
        let wanted = |value: &[u8]| {
            let tag = fact.tag.to_be_bytes().into_iter().skip_while(|octet| *octet == 0);
            tag.chain([u8::try_from(value.len()).unwrap()]).chain(value.iter().copied()).collect::<Vec<_>>()
        };
        for len in 1..=fact.most.min(20) {
            let value: Vec<u8> = match fact.format {
                "cn" => [vec![0x12; len - 1], vec![0x3F]].concat(),
                "a" | "an" => vec![b'A'; len],
                "ans" => [vec![b'A'; len - 1], vec![b' ']].concat(),
                _ => continue,
            };
            let written = object(&ISO87_BCD, fact.tag, &*value.clone().leak());
            assert_eq!(written.map(|octets| hex(&octets)), Ok(hex(&wanted(&value))), "{:X}", fact.tag);
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn compressed_numbers_are_octets_with_f_behind() {
    let pan = unhex("6212345678901232005F");
    assert_eq!(object(&ISO87_BCD, 0x5A, &*pan.clone().leak()).unwrap(), [&[0x5A, 10], &pan[..]].concat());
    let error = object(&ISO87_BCD, 0x5A, "6212345678901232");
    assert_eq!(error, Err(ErrorKind::TooLong), "characters are no octets");
}
