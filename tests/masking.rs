//! A card number is masked wherever its octets stand, however the message is read.
//!
//! Random messages of every built-in spec, with card data where the spec expects it and where it does not, are
//! read with every built-in spec, with octets in front and cut anywhere; every text that the library makes of
//! them is searched. `CARDWIRE_CASES=100` tries a hundred times as many as `cargo test` does.

mod common;
mod secrets;

use cardwire::{Builder, Field, Inspection, Message, Spec, spec};
use secrets::oracle::Needles;
use secrets::{Dice, Secrets, message};

/// How many messages are tried: so many, or `CARDWIRE_CASES` times as many.
fn cases(count: u32) -> u64 {
    let times = std::env::var("CARDWIRE_CASES").map_or(1.0, |times| times.parse().expect("a number"));
    (f64::from(count) * times).ceil() as u64
}

/// A message that may be read wrong, and the card data in it.
struct Case {
    spec: &'static Spec<'static>,
    octets: Vec<u8>,
}

/// The case of that seed, with the card data of another one.
fn case(seed: u64, of_secrets: u64) -> (Case, Secrets) {
    let mut dice = Dice::seeded(seed);
    let secrets = Secrets::new(&mut Dice::seeded(of_secrets), seed);
    let specs: Vec<_> = spec::builtin().collect();
    let spec = *dice.pick(&specs);
    let (in_front, kind) = (if dice.one_in(3) { 0 } else { dice.below(25) }, dice.below(3));
    let mut octets = match kind {
        0 => dice.octets(in_front),
        _ => dice.digits(in_front).into_bytes(),
    };
    let cut = if dice.one_in(3) { dice.below(1 << 16) } else { usize::MAX };
    octets.extend(message(&mut dice, spec, &secrets));
    if kind == 2 && in_front > 3 {
        let length = format!("{:04}", octets.len() - in_front);
        octets[in_front - 4..in_front].copy_from_slice(&length.as_bytes()[..4]);
    }
    let len = octets.len();
    octets.truncate(if cut == usize::MAX { len } else { cut % len });
    (Case { spec, octets }, secrets)
}

/// Everything that is formatted of octets read with a spec; each text for itself, and what stands beside each
/// other in it.
fn texts(spec: &Spec<'_>, octets: &[u8]) -> Vec<String> {
    let parsed = Inspection::of(spec, octets);
    let mut texts = vec![
        format!("{parsed:?}"),
        format!("{parsed:#?}"),
        parsed.describe().to_string(),
        parsed.dump().to_string(),
        format!("{:?}", parsed.error()),
    ];
    if let Some(message) = parsed.message() {
        texts.push(format!("{message:?}"));
        texts.push(message.describe().to_string());
        texts.push(message.dump().to_string());
        texts.push(format!("{:?}", Builder::copy_of(message, spec)));
        texts.push(fields(message.fields(), &|field| field.to_string()));
    }
    for format in OF_A_FIELD {
        texts.push(fields(parsed.fields(), format));
        // elements that were fetched one by one know less of their message
        texts.push(fields(parsed.bitmap().iter().filter_map(|number| parsed.get(number)), format));
    }
    texts
}

type OfAField = fn(&Field<'_>) -> String;

const OF_A_FIELD: &[OfAField] = &[
    |field| field.to_string(),
    |field| format!("{field:?}"),
    |field| format!("{:?}", field.expose()),
    |field| field.text().map_or(String::new(), |text| format!("{text}{:?}", text.trimmed())),
    |field| format!("{:?}", field.parts()),
    |field| field.parts().map(|part| part.to_string()).collect(),
    |field| field.parts().map(|part| part.text().map_or(String::new(), |text| text.to_string())).collect(),
];

/// The texts of fields, one at the other.
fn fields<'a>(fields: impl Iterator<Item = Field<'a>>, format: &dyn Fn(&Field<'_>) -> String) -> String {
    fields.map(|field| format(&field)).collect()
}

/// The same as it would be if nothing were masked.
fn exposed(spec: &Spec<'_>, octets: &[u8]) -> String {
    let open = |field: &Field<'_>| -> String {
        let value: Vec<u8> = field.expose().octets().collect();
        if field.content().is_binary() { common::hex(&value) } else { String::from_utf8_lossy(&value).into() }
    };
    fields(Inspection::of(spec, octets).fields(), &open)
}

#[test]
fn no_card_number_shows_however_a_message_is_read() {
    let specs: Vec<_> = spec::builtin().collect();
    let (mut would_show, mut misread) = (0, 0);
    let count = cases(400);
    for seed in 0..count {
        let of_secrets = seed ^ 0xC0FF_EE00;
        let (case, secrets) = case(seed, of_secrets);
        let needles = Needles::of(&secrets);
        let mut is_open = false;
        for spec in &specs {
            is_open |= needles.found_in(&exposed(spec, &case.octets)).is_some();
            let is_whole = Inspection::of(spec, &case.octets).error().is_none();
            misread += u64::from(is_whole && spec.name() != case.spec.name());
            for (index, text) in texts(spec, &case.octets).into_iter().enumerate() {
                let Some(found) = needles.found_in(&text) else { continue };
                // the same message with other card data: what it shows too stands there by chance
                let others = (1..3).map(|other| self::case(seed, of_secrets ^ other << 40).0);
                let by_chance =
                    others.into_iter().any(|other| {
                        texts(spec, &other.octets).get(index).is_some_and(|text| needles.found_in(text).is_some())
                    });
                assert!(
                    by_chance,
                    "seed {seed}, {} read as {}: {found} of {} in\n{text}",
                    case.spec.name(),
                    spec.name(),
                    secrets.pan
                );
            }
        }
        would_show += u64::from(is_open);
    }
    println!("{count} messages; unmasked, {would_show} would show card data; read to the end by others: {misread}");
    assert!(would_show * 3 > count, "{would_show} of {count} hold what can be found");
}

/// A message is its own text: what the search finds is there.
#[test]
fn what_is_searched_for_can_be_found() {
    let (case, secrets) = case(7, 7);
    let needles = Needles::of(&secrets);
    let inner = &secrets.pan[1..12];
    for text in [
        inner.to_owned(),
        format!("{}-{}", &inner[..3], &inner[3..]),
        common::hex(inner.as_bytes()),
        common::hex(&secrets.pin_block),
        secrets.name.clone(),
        secrets.discretionary.clone(),
        inner.bytes().map(|digit| format!(" F{}", digit - b'0')).collect(),
    ] {
        assert!(needles.found_in(&text).is_some(), "{text}");
    }
    let masked = format!("{}******{} and so on", &secrets.pan[..6], &secrets.pan[secrets.pan.len() - 4..]);
    assert_eq!(needles.found_in(&masked), None);
    assert!(Message::parse(case.spec, b"").is_err());
}

/// How many open values of messages without card data are masked all the same, by element.
#[test]
fn honest_values_are_not_masked() {
    let mut masked = std::collections::BTreeMap::<String, (u64, u64)>::new();
    let (mut values, mut hidden) = (0u64, 0u64);
    let mut look = |spec: &Spec<'_>, wire: &[u8]| {
        let parsed = Inspection::of(spec, wire);
        assert!(parsed.error().is_none());
        for field in parsed.fields().flat_map(|field| std::iter::once(field).chain(field.parts())) {
            if field.element().privacy().is_open() {
                values += 1;
                let count = masked.entry(format!("{} {}", spec.name(), field.name())).or_default();
                count.1 += 1;
                count.0 += u64::from(field.is_masked());
                hidden += u64::from(field.is_masked());
            }
        }
    };
    for seed in 0..cases(2000) {
        let mut dice = Dice::seeded(seed);
        let specs: Vec<_> = spec::builtin().collect();
        let spec = *dice.pick(&specs);
        look(spec, &secrets::honest_message(&mut dice, spec));
    }
    masked.retain(|_, (masked, _)| *masked > 0);
    for (name, (masked, of)) in &masked {
        println!("{masked:>6} of {of:>6}  {name}");
    }
    println!("{hidden} of {values} open values are masked");
}
