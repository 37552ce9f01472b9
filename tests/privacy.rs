//! Formatting anything never shows what is private: every public type, every error, every built-in
//! spec, whole messages and broken ones.
//!
//! The messages hold known secrets in every private element. To have a new formatter watched, add a
//! line to [`FORMATTERS`] or [`OF_A_FIELD`].

mod common;

use std::sync::OnceLock;

use cardwire::codes::Lang;
use cardwire::layout::Form;
use cardwire::profile::UNIONPAY_PROFILE;
use cardwire::{
    Builder, Field, Framing, Inspection, Message, Mti, Spec, Value,
    layout::{self, Content, Element, Order, Tag, row},
    mask::Privacy,
    spec,
};
use common::{Node, hex};

/// A test card of 16 digits, no seven of which stand anywhere else.
const PAN: &str = "6212345678901232";
const TRACK2: &str = "6212345678901232=29122011987654321";
const TRACK1: &str = "B6212345678901232^HUSH/QUIET^29122011987654321";
const WORD: &str = "HUSH";
const PIN_BLOCK: [u8; 8] = [0xC0, 0xFF, 0xEE, 0xC0, 0xFF, 0xEE, 0xC0, 0xFF];

type OfAField = (&'static str, fn(&Field<'_>) -> String);
type Formatter = (&'static str, fn(&Inspection<'_>) -> String);

/// What is formatted of a message, whole or broken.
const FORMATTERS: &[Formatter] = &[
    ("Inspection", |inspection| format!("{inspection:?} {inspection:#?}")),
    ("Message", |inspection| format!("{:?} {:#?}", inspection.message(), inspection.message())),
    ("describe", |inspection| inspection.describe().to_string()),
    ("describe, debug", |inspection| format!("{:?} {:#?}", inspection.describe(), inspection.describe())),
    ("dump", |inspection| inspection.dump().to_string()),
    ("dump, debug", |inspection| format!("{:?} {:#?}", inspection.dump(), inspection.dump())),
    ("in Chinese", |inspection| {
        let (listing, dump) = (inspection.describe().in_lang(Lang::Zh), inspection.dump().in_lang(Lang::Zh));
        let error = inspection.error().map(|error| error.in_lang(Lang::Zh).to_string());
        format!("{listing}{dump}{}{error:?}", listing.title())
    }),
    ("describe of a message", |inspection| {
        inspection
            .message()
            .map_or(String::new(), |message| format!("{}{}", message.describe(), message.dump()))
    }),
    ("Error", |inspection| {
        format!("{:?} {:?}", inspection.error(), inspection.error().map(|e| e.to_string()))
    }),
    ("parts of Error", |inspection| {
        let error = inspection.error();
        format!("{:?}", error.map(|e| (e.kind(), e.place(), e.parts().collect::<Vec<_>>())))
    }),
    ("Bitmap", |inspection| format!("{:?} {:?}", inspection.bitmap(), inspection.announced())),
    ("Violation", |inspection| {
        let violations = inspection.message().map(|message| UNIONPAY_PROFILE.check(message));
        violations
            .into_iter()
            .flatten()
            .map(|violation| format!("{violation} {violation:?} {}", violation.in_lang(Lang::Zh)))
            .collect()
    }),
    ("Builder", |inspection| match inspection.message() {
        Some(message) => {
            let copy = Builder::copy_of(message, message.spec());
            let refused = copy.write(&mut [0; 9]).map(|_| ());
            format!("{copy:?} {copy:#?} {refused:?} {:?}", Builder::reply_to(message))
        }
        None => String::new(),
    }),
];

/// What is formatted of every element and part.
const OF_A_FIELD: &[OfAField] = &[
    ("Field", |field| format!("{field} {field:?} {field:#?}")),
    ("Clear", |field| format!("{:?} {:#?}", field.expose(), field.expose())),
    ("Parts", |field| format!("{:?} {:#?}", field.parts(), field.parts())),
    ("Key and Element", |field| format!("{} {:?} {:?}", field.key(), field.key(), field.element())),
    ("Text and its errors", |field| format!("{:?} {:?} {:?}", field.text(), field.bytes(), field.number())),
    ("errors of Clear", |field| {
        let clear = field.expose();
        format!("{:?} {:?} {:?}", clear.number().err(), clear.signed().err(), clear.copy_to(&mut []).err())
    }),
    ("Value", |field| format!("{:?}", Value::from(field))),
];

/// A message with a secret in every private element.
fn secrets(spec: &'static Spec<'static>) -> Vec<Node> {
    spec.body().elements().filter(|element| !element.privacy().is_open()).map(secret).collect()
}

fn secret(element: &Element<'static>) -> Node {
    let key = element.key();
    if let Some(layout) = element.layout() {
        let Order::Tags { tag, unknown, .. } = *layout.order() else {
            // parts of a hidden element may be open: nothing secret goes there
            return Node::leaf(key, vec![b'0'; element.max()]);
        };
        let is_card = |part: &&Element<'_>| matches!(part.key(), 0x57 | 0x5A | 0x9F6B | 0x5F20 | 0x9F10);
        let mut parts: Vec<Node> = layout.elements().filter(is_card).map(secret).collect();
        let Node { value, .. } = secret(unknown.expect("other tags are known as private"));
        parts.push(Node { key: if tag == Tag::Ber { 0xDF01 } else { 7777 }, value });
        return Node::composite(key, parts);
    }
    let value: Vec<u8> = match (element.content(), key) {
        (Content::B, 0x5A) => common::unhex(&format!("{PAN}FFFF")),
        (Content::B, 0x57 | 0x9F6B) => common::unhex(&TRACK2.replace('=', "D")),
        (Content::B, _) => PIN_BLOCK.repeat(2),
        (Content::N, _) => PAN.repeat(2).into_bytes(),
        (Content::Z, 36) => format!("59{PAN}={TRACK2}").into_bytes(),
        (Content::Z, _) => TRACK2.into(),
        (_, 45) => TRACK1.into(),
        (Content::Ns, _) => PAN.into(),
        _ => format!("{WORD}{PAN}{}", WORD.repeat(2)).into_bytes(),
    };
    let length = if element.form() == Form::Fixed { element.max() } else { element.max().min(value.len()) };
    let length = if key == 2 { PAN.len() } else { length };
    Node::leaf(key, value.into_iter().cycle().take(length).collect())
}

/// Every form in which a secret could be seen.
fn forms() -> &'static [String] {
    static FORMS: OnceLock<Vec<String>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let words = [WORD, "48555348", "C8E4E2C8", "C0FFEE", "192255238"].map(str::to_owned);
        let runs = PAN.as_bytes().windows(7).chain(b"29122011987654321".windows(9));
        let in_all_forms = runs.flat_map(|run| {
            let text = String::from_utf8(run.to_vec()).unwrap();
            let ebcdic = run.iter().map(|digit| format!("F{}", digit - b'0')).collect();
            [text, hex(run), ebcdic]
        });
        words.into_iter().chain(in_all_forms).collect()
    })
}

/// Fails if a text shows any of the secrets, however it is spaced.
fn assert_hides(text: &str, what: impl Fn() -> String) {
    let dense =
        text.bytes().filter(|octet| !matches!(octet, b' ' | b'\n' | b'\t' | b',' | b':' | b'-' | b'|'));
    let dense = String::from_utf8(dense.map(|octet| octet.to_ascii_uppercase()).collect()).unwrap();
    if let Some(form) = forms().iter().find(|form| dense.contains(&form[..])) {
        panic!("{}: {form} in {text}", what());
    }
}

fn message(spec: &'static Spec<'static>) -> Vec<u8> {
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    common::set_all(&mut builder, &secrets(spec));
    builder.to_vec().unwrap_or_else(|error| panic!("{}: {error}", spec.name()))
}

fn assert_all_hide(inspection: &Inspection<'_>) {
    let name = inspection.spec().name();
    for (what, format) in FORMATTERS {
        assert_hides(&format(inspection), || format!("{what} of {name}"));
    }
}

fn assert_field_hides(field: &Field<'_>, path: &str) {
    for (what, format) in OF_A_FIELD {
        assert_hides(&format(field), || format!("{what} of {path}"));
    }
    field.parts().for_each(|part| assert_field_hides(&part, &format!("{path}.{}", part.key())));
}

#[test]
fn the_secrets_are_there_and_can_be_found() {
    for spec in spec::builtin() {
        let wire = message(spec);
        let message = Message::parse(spec, &wire).unwrap();
        assert!(message.expose(2).unwrap() == *PAN && message.expose(35).unwrap() == *TRACK2);
        assert!(message.bitmap().len() > 8, "{}", spec.name());
        let caught = |text: String| std::panic::catch_unwind(|| assert_hides(&text, String::new)).is_err();
        assert!(caught(PAN.to_owned()) && caught(hex(PAN.as_bytes())) && caught("48 55 53 48".to_owned()));
        assert!(caught(format!("{:?}", PIN_BLOCK)) && !caught("621234******1232".to_owned()));
    }
}

#[test]
fn whole_messages() {
    for spec in spec::builtin() {
        let wire = message(spec);
        let inspection = Inspection::of(spec, &wire);
        assert!(inspection.error().is_none(), "{}: {:?}", spec.name(), inspection.error());
        assert_all_hide(&inspection);
        inspection.fields().for_each(|field| assert_field_hides(&field, &field.key().to_string()));
        assert_hides(&format!("{spec:?}"), || "the spec".to_owned());
    }
}

#[test]
fn messages_cut_anywhere() {
    for spec in spec::builtin() {
        let wire = message(spec);
        for end in (0..wire.len()).step_by(wire.len() / 8) {
            assert_all_hide(&Inspection::of(spec, &wire[..end]));
        }
    }
}

/// A value is spoilt where it lies; a spoilt bitmap or length would make of it another element.
#[test]
fn messages_spoilt_within_a_value() {
    for (nth, spec) in spec::builtin().enumerate() {
        let wire = message(spec);
        let whole = Message::parse(spec, &wire).unwrap();
        // the specs share their tables: between them they spoil every element
        for field in whole.fields().skip(nth % 4).step_by(4) {
            for index in field.value_range().step_by(40) {
                let mut spoilt = wire.clone();
                spoilt[index] = if index % 2 == 0 { 0xFF } else { b'!' };
                assert_all_hide(&Inspection::of(spec, &spoilt));
            }
        }
    }
}

#[test]
fn builders_and_their_refusals() {
    for spec in spec::builtin() {
        for (number, value) in
            [(2, TRACK2), (11, PAN), (35, TRACK1), (52, PAN), (41, PAN), (3, WORD), (14, PAN)]
        {
            let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            builder.set(number, value);
            let error = builder.to_vec().err();
            // 2003 has letters in DE 3 and sixteen characters in DE 41
            assert!(error.is_some() || matches!(number, 3 | 41), "{number} of {}", spec.name());
            let text =
                format!("{builder:?} {builder:#?} {error:?} {:?}", error.map(|error| error.to_string()));
            assert_hides(&text, || format!("{number} of {}", spec.name()));
        }
        for value in [Value::from(PAN), Value::from(&PIN_BLOCK), Value::from(6_212_345_678_901_232_u64)] {
            assert_hides(&format!("{value:?} {value:#?}"), || "a value".to_owned());
        }
        let parts = [(0x5A, PAN)];
        assert_hides(&format!("{:?}", Value::from(&parts)), || "parts".to_owned());
    }
}

#[test]
fn frames() {
    for spec in spec::builtin() {
        let wire = message(spec);
        let mut out = vec![0; wire.len() + 64];
        let framed = Framing::BINARY2.wrap(b"", &wire, &mut out).unwrap();
        let frame = Framing::BINARY2.split(framed).unwrap().unwrap();
        assert_hides(&format!("{frame:?} {frame:#?}"), || "a frame".to_owned());
        // taken for a length of digits, what is no length
        for framing in [Framing::ASCII4, Framing::HEX4, Framing::BCD2, Framing::STX_ETX, Framing::UNIONPAY] {
            let refused = framing.split(&wire);
            assert_hides(&format!("{refused:?}"), || "a frame that is none".to_owned());
            assert_hides(&format!("{:?}", framing.split(PAN.as_bytes())), || {
                "a card number as a frame".to_owned()
            });
        }
    }
}

/// A card number, and a track, in every element that a spec calls open and that has room for it.
#[test]
fn card_data_where_no_spec_expects_them() {
    let mut places = 0;
    for spec in spec::builtin() {
        for element in spec.body().elements().filter(|element| element.privacy().is_open()) {
            let number = u8::try_from(element.key()).unwrap();
            for secret in [PAN, TRACK2, &PAN.repeat(2)] {
                let mut value = secret.as_bytes().to_vec();
                if element.form() == Form::Fixed && element.content() != Content::B {
                    let with = if element.content() == Content::N { b'0' } else { b' ' };
                    value.resize(value.len().max(element.max()), with);
                }
                let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
                let Ok(wire) = builder.set(number, value.as_slice()).to_vec() else { continue };
                let inspection = Inspection::of(spec, &wire);
                for (what, format) in FORMATTERS {
                    assert_hides(&format(&inspection), || format!("{what} of {number} of {}", spec.name()));
                }
                // the number of an open element is its value, which whoever asks for it gets
                let shown = OF_A_FIELD.iter().filter(|(what, _)| *what != "Text and its errors");
                let field = inspection.fields().next().unwrap();
                for (what, format) in shown {
                    assert_hides(&format(&field), || format!("{what} of {number} of {}", spec.name()));
                }
                places += 1;
            }
        }
    }
    assert!(places > 100, "{places}");
}

/// A card number of fewer than twelve digits is hidden whole, and so is one of which the ends that a row shows would
/// leave fewer than three. Zeros begin no card number, so nothing but the row masks them.
#[test]
fn the_ends_of_a_card_number_show_from_twelve_digits_on() {
    for (head, tail) in (0..=8).flat_map(|head| (0..=4).map(move |tail| (head, tail))) {
        let shape = layout::n(19).ll();
        let spec =
            common::spec_of(cardwire::Dialect::ASCII, &[row(2, shape, "", Privacy::Pan { head, tail })])
                .unwrap();
        for len in 1..=19 {
            let digits = "0".repeat(len);
            let wire = Builder::new(spec, Mti::FINANCIAL_REQUEST).set(2, &digits).to_vec().unwrap();
            let message = Message::parse(spec, &wire).unwrap();
            let (head, tail) = match (usize::from(head), usize::from(tail)) {
                (head, tail) if len >= 12 && len - head - tail >= 3 => (head, tail),
                _ => (0, 0),
            };
            let masked = ["0".repeat(head), "*".repeat(len - head - tail), "0".repeat(tail)].concat();
            assert_eq!(message.get(2).unwrap().to_string(), masked, "{head} and {tail} of {len}");
        }
    }
}
