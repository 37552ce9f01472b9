//! A card number is masked wherever its octets stand, however the message is read.
//!
//! Random messages of every built-in spec, with card data where the spec expects it and where it does not, are
//! read with every built-in spec, with octets in front and cut anywhere; every text that the library makes of
//! them is searched. `CARDWIRE_CASES=100` tries a hundred times as many as `cargo test` does.

mod common;
#[path = "../src/input/hex.rs"]
#[allow(dead_code, unreachable_pub, reason = "the command uses the rest")]
mod hex;
#[path = "../src/bin/cardwire/json/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the command uses the rest")]
mod json;
#[path = "../src/bin/cardwire/lang.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "the command uses the rest")]
mod lang;
#[path = "../src/bin/cardwire/plain.rs"]
#[allow(dead_code, reason = "the command uses the rest")]
mod plain;
mod secrets;
#[path = "../src/input/work.rs"]
#[allow(dead_code, reason = "the tests of the command use the rest")]
mod work;

// `hex` is a file of the library, where this is `crate::model`
use cardwire::model;
use cardwire::{Inspection, Spec, spec};
use secrets::misread::{self, Misread};
use secrets::oracle::Needles;
use secrets::{Dice, Secrets};

/// How many messages are tried: so many, or `CARDWIRE_CASES` times as many.
fn cases(count: u32) -> u64 {
    let times = std::env::var("CARDWIRE_CASES").map_or(1.0, |times| times.parse().expect("a number"));
    (f64::from(count) * times).ceil() as u64
}

/// The case of that seed, with the card data of another one.
fn case(seed: u64, of_secrets: u64) -> (Misread, Secrets) {
    let secrets = Secrets::new(&mut Dice::seeded(of_secrets), seed);
    (Misread::new(&mut Dice::seeded(seed), &secrets), secrets)
}

/// The same case with other inner digits of its card number, a few times.
fn with_other_middles(seed: u64, secrets: &Secrets) -> impl Iterator<Item = Misread> {
    (1..5).map(move |other| {
        let other = secrets.with_other_middle(&mut Dice::seeded(seed ^ other << 40));
        Misread::new(&mut Dice::seeded(seed), &other)
    })
}

/// As `decode --format ndjson` prints it.
fn ndjson(parsed: &Inspection<'_>) -> String {
    let mut text = Vec::new();
    match parsed.error() {
        // no station header: octets without a spec have nothing that tells a PIN block
        None => json::message(&mut text, parsed, &[], json::Shown::Masked),
        Some(error) => json::error(&mut text, &error, Some((parsed, json::Shown::Masked))),
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn no_card_number_shows_however_a_message_is_read() {
    let (mut would_show, mut misread) = (0, 0);
    let count = cases(200);
    for seed in 0..count {
        let of_secrets = seed ^ 0xC0FF_EE00;
        let case = case(seed, of_secrets);
        let others = || {
            let redrawn = (1..3).map(|other| self::case(seed, of_secrets ^ other << 40).0);
            redrawn.chain(with_other_middles(seed, &case.1)).collect()
        };
        let found = misread::shown(&case, &others, &ndjson);
        assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
        let (read, needles) = (&case.0, Needles::of(&case.1));
        let is_open = |spec| needles.found_in(&misread::exposed(spec, &read.octets)).is_some();
        would_show += u64::from(spec::builtin().any(is_open));
        let is_whole = |spec: &Spec<'_>| Inspection::of(spec, &read.octets).error().is_none();
        misread += spec::builtin().filter(|spec| spec.name() != read.spec.name() && is_whole(spec)).count();
    }
    println!(
        "{count} messages; unmasked, {would_show} would show card data; read to the end by others: {misread}"
    );
    assert!(would_show * 3 > count, "{would_show} of {count} hold what can be found");
}

/// Octets of which nobody knows what they are, such as a station header that is too long.
#[test]
fn octets_without_a_spec_show_no_card_number() {
    let mut would_show = 0;
    for seed in 0..cases(1000) {
        let of = |other: u64| case(seed, seed ^ 0xC0FF_EE00 ^ other << 40);
        let (read, secrets) = of(0);
        // the rest of a card number is none
        if read.is_cut {
            continue;
        }
        let needles = Needles::of_number(&secrets);
        let shows = |octets: &[u8]| needles.found_in(&cardwire::mask::hex(octets).to_string());
        would_show += u64::from(needles.found_in(&common::hex(&read.octets)).is_some());
        if let Some(found) = shows(&read.octets) {
            let mut others = (1..3).map(|other| of(other).0).chain(with_other_middles(seed, &secrets));
            let by_chance = others.any(|other| shows(&other.octets).is_some());
            assert!(by_chance, "seed {seed}: {found} of {}", secrets.pan);
        }
    }
    assert!(would_show > 300, "{would_show}");
}

/// A message is its own text: what the search finds is there.
#[test]
fn what_is_searched_for_can_be_found() {
    let (_, secrets) = case(7, 7);
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

/// Track 3 has more separators than one, with digits before each: none of them opens what stands behind it.
#[test]
fn a_track_hides_all_that_follows_it() {
    for rest in
        ["724724100000000000030300000040400991006=29121011234", "123456789012=12345=678901", "1111D222222"]
    {
        for separator in ['=', 'D'] {
            let text = format!("CARD 4111111111111111{separator}{rest}");
            let hidden = cardwire::mask::hidden(text.as_bytes());
            let start = "CARD 4111111111111111=".len();
            assert!(hidden[start..].iter().all(|hidden| *hidden), "{text}: {hidden:?}");
            assert!(
                !hidden[..11].iter().any(|hidden| *hidden) && hidden[11..17].iter().all(|hidden| *hidden)
            );
        }
    }
}
