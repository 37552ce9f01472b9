//! The messages that every bench reads and writes: one text each, the other links by translation.

#![allow(dead_code, unreachable_pub, reason = "each bench uses some of it, and the peers too")]

use std::sync::LazyLock;

use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC};
use cardwire::{Builder, Message, Mti, Spec};

/// (a): 0100 with 20 elements, 341 octets in ASCII with a hexadecimal bitmap.
pub const A: &str = concat!(
    "0100",
    "723C448128E18004",
    "164111111111111111",
    "000000",
    "000000012500",
    "0415123456",
    "123456",
    "123456",
    "0415",
    "2912",
    "5411",
    "051",
    "00",
    "1112345678901",
    "344111111111111111=29122011234567890",
    "610512123456",
    "TERM0001",
    "MERCHANT0000001",
    "ACME STORES INC        MONTEVIDEO     UY",
    "060LOYALTY 0123456789; POINTS 000120; LANE 07; CASHIER MARIA S.",
    "840",
    "053SOFTWARE 4.12.7; BUILD 20260415; KERNEL 2.9; LANG ES.",
);

/// (b): 0800 with 7, 11 and 70, 55 octets.
pub const B: &str = concat!("0800", "8220000000000000", "0400000000000000", "0415123456", "123456", "301");

/// DE 55 of the TLV-heavy message.
pub const ICC: &str = concat!(
    "9F02060000000125009F03060000000000009F1A020840950500000080005F2A0208409A032604159C01009F37041A2B3C4D",
    "820239009F36020A1B9F2608C1D2E3F4A5B6C7D89F2701809F100706010A03A0A0009F3303E0F8C89F34031E03009F350122",
    "5F340101",
);

/// A message on a link, in logical values and as it lies on the wire.
pub struct Case {
    pub message: &'static str,
    pub link: &'static str,
    pub spec: &'static Spec<'static>,
    pub mti: Mti,
    /// In ascending order: characters, or octets of what is binary.
    pub values: Vec<(u8, Vec<u8>)>,
    pub wire: Vec<u8>,
}

/// Each message on each link.
pub fn cases() -> Vec<Case> {
    let sources = [
        ("minimal", B.into()),
        ("typical", A.into()),
        ("full", full(&ISO87_ASCII)),
        ("tlv", tlv(&ISO87_ASCII)),
    ];
    let pairs = sources.iter().flat_map(|source| LINKS.map(|link| (source, link)));
    pairs.map(|((message, wire), (link, spec))| Case::of(message, link, spec, on(spec, wire))).collect()
}

impl Case {
    pub fn of(
        message: &'static str,
        link: &'static str,
        spec: &'static Spec<'static>,
        wire: Vec<u8>,
    ) -> Self {
        let parsed = Message::parse(spec, &wire).expect("the message is sound");
        let values = parsed.bitmap().into_iter().map(|number| {
            let value = parsed.expose(number).expect("it is in the bitmap");
            (number, value.octets().collect())
        });
        Self { message, link, spec, mti: parsed.mti(), values: values.collect(), wire }
    }
}

/// The message with the first octet of a value spoilt that shows: that of the first element, if it can.
pub fn early_error(spec: &Spec<'_>, wire: &[u8]) -> Vec<u8> {
    let message = Message::parse(spec, wire).expect("the message is sound");
    let first = message.fields().next().expect("it has elements").value_range().start;
    spoilt(spec, wire, first..wire.len())
}

/// The message with the last octet spoilt that shows: the last one, unless it is binary.
pub fn late_error(spec: &Spec<'_>, wire: &[u8]) -> Vec<u8> {
    spoilt(spec, wire, (0..wire.len()).rev())
}

fn spoilt(spec: &Spec<'_>, wire: &[u8], places: impl Iterator<Item = usize>) -> Vec<u8> {
    let spoil = |place| {
        let mut wire = wire.to_vec();
        wire[place] = 0xFF;
        wire
    };
    places.map(spoil).find(|wire| Message::parse(spec, wire).is_err()).expect("0xFF is not always sound")
}

/// The same values on another link.
pub fn on(spec: &'static Spec<'static>, wire: &[u8]) -> Vec<u8> {
    let message = Message::parse(&ISO87_ASCII, wire).expect("the message is sound");
    Builder::copy_of(&message, spec).to_vec().expect("every link can carry it")
}

/// The TLV-heavy message: chip data and little else.
pub fn tlv(spec: &'static Spec<'static>) -> Vec<u8> {
    let icc = unhex(ICC);
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.set(3, "000000").set(4, 12_500).set(11, 123_456).set(22, 51).set(41, "TERM0001");
    builder.set(49, "840").set(55, icc.as_slice());
    builder.to_vec().expect("the message is sound")
}

/// The full message: every element of the table that needs no layout of its own.
pub fn full(spec: &'static Spec<'static>) -> Vec<u8> {
    let values: Vec<(u8, String)> = (2..=128).filter_map(|number| Some((number, value(number)?))).collect();
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    for (number, value) in &values {
        builder.set(*number, value.as_str());
    }
    builder.to_vec().expect("the message is sound")
}

fn value(number: u8) -> Option<String> {
    use cardwire::layout::Content;
    let element = ISO87_ASCII.element(number)?;
    let len = element.max().min(30);
    match element.content() {
        Content::N | Content::Ns | Content::Z => Some("1".repeat(len)),
        Content::Xn => Some(format!("C{}", "1".repeat(len - 1))),
        Content::B => None,
        _ if element.layout().is_some() => None,
        _ => Some("A".repeat(len)),
    }
}

/// 256 different messages with eight bitmaps and lengths that vary.
pub fn stream() -> Vec<Vec<u8>> {
    (0..256u32).map(varied).collect()
}

fn varied(index: u32) -> Vec<u8> {
    let text = "LOYALTY 0123456789; POINTS 000120; LANE 07; CASHIER MARIA S. AND A LONG REMARK";
    let wire = A.as_bytes();
    let model = Message::parse(&ISO87_ASCII, wire).expect("the message is sound");
    let mut builder = Builder::copy_of(&model, &ISO87_ASCII);
    let pan = "4111111111111111111".get(..13 + (index as usize * 7) % 7).unwrap_or_default();
    let remark = text.get(..1 + (index as usize * 31) % 70).unwrap_or_default();
    builder.set(2, pan).set(11, index).set(48, remark);
    let shape = index.wrapping_mul(0x9E37_79B9) >> 29;
    for (bit, number) in [(1, 43), (2, 18), (4, 62)] {
        if shape & bit != 0 {
            builder.remove(number);
        }
    }
    builder.to_vec().expect("the message is sound")
}

/// 256 messages, every one with a bitmap of its own: (a) without some of eight elements.
pub fn hostile() -> Vec<Vec<u8>> {
    let wire = A.as_bytes();
    let model = Message::parse(&ISO87_ASCII, wire).expect("the message is sound");
    let numbers = [3, 12, 13, 14, 18, 22, 25, 49];
    let without = |shape: usize| {
        let mut builder = Builder::copy_of(&model, &ISO87_ASCII);
        for (_, number) in numbers.iter().enumerate().filter(|(bit, _)| shape >> bit & 1 == 1) {
            builder.remove(*number);
        }
        builder.to_vec().expect("the message is sound")
    };
    (0..256).map(without).collect()
}

/// The three ways of writing (a), (b), TLV and full.
pub const LINKS: [(&str, &Spec<'static>); 3] =
    [("ascii", &ISO87_ASCII), ("bcd", &ISO87_BCD), ("ebcdic", &ISO87_EBCDIC)];

/// The octets that pairs of hexadecimal digits write.
pub fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal")).collect()
}

/// The values of (a), in ascending order.
pub fn ascending() -> &'static [(u8, &'static str); 20] {
    static SORTED: LazyLock<[(u8, &str); 20]> = LazyLock::new(|| {
        let mut values = VALUES;
        values.sort_unstable();
        values
    });
    &SORTED
}

/// The values of (a), in any order.
pub const VALUES: [(u8, &str); 20] = [
    (41, "TERM0001"),
    (42, "MERCHANT0000001"),
    (43, "ACME STORES INC        MONTEVIDEO     UY"),
    (2, "4111111111111111"),
    (3, "000000"),
    (4, "000000012500"),
    (11, "123456"),
    (7, "0415123456"),
    (12, "123456"),
    (13, "0415"),
    (14, "2912"),
    (18, "5411"),
    (22, "051"),
    (25, "00"),
    (32, "12345678901"),
    (35, "4111111111111111=29122011234567890"),
    (37, "610512123456"),
    (48, "LOYALTY 0123456789; POINTS 000120; LANE 07; CASHIER MARIA S."),
    (49, "840"),
    (62, "SOFTWARE 4.12.7; BUILD 20260415; KERNEL 2.9; LANG ES."),
];
