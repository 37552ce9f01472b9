//! What must hold for every input. Each property is a plain function: the fuzz targets call it with
//! bytes nobody thought of, the tests below with the seeds.
//!
//! An input names a spec or a framing in its first line, so that seeds can be read and survive a
//! change of the list: `iso87-bcd`, a line feed, and then the octets. Where the first line names
//! none, the first octet chooses one.

// The oracles and the generator of the tests, and the command's JSON: one of each, used from both.
#[path = "../../src/bin/cardwire/json/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the command uses the rest")]
mod cli;
#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../../tests/generated/mod.rs"]
mod generated;
#[path = "../../src/input/hex.rs"]
#[allow(dead_code, unreachable_pub, reason = "the command uses the rest")]
mod hex;
#[path = "../../src/bin/cardwire/lang.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "the command uses the rest")]
mod lang;
#[path = "../../src/bin/cardwire/plain.rs"]
#[allow(dead_code, reason = "the command uses the rest")]
mod plain;
#[path = "../../tests/reference/mod.rs"]
mod reference;
#[path = "../../tests/secrets/mod.rs"]
mod secrets;
#[path = "../../src/input/work.rs"]
#[allow(dead_code, reason = "the tests of the command use the rest")]
mod work;

// `hex` is a file of the library, where this is `crate::model`
use cardwire::model;

mod build;
mod crypto;
mod differential;
mod frame;
mod import;
mod ipm;
mod json;
mod masking;
mod numbers;
mod parse;
mod plan;
mod privacy;
mod recon;
mod roundtrip;
mod spec;
mod tlv;
mod translate;

pub use build::{Plan, build};
pub use crypto::crypto;
pub use differential::differential;
pub use frame::frame;
pub use import::import;
pub use ipm::ipm;
pub use json::json;
pub use masking::masking;
pub use numbers::numbers;
pub use parse::parse;
pub use plan::plan;
pub use privacy::privacy;
pub use recon::recon;
pub use roundtrip::roundtrip;
pub use spec::spec;
pub use tlv::tlv;
pub use translate::translate;

use cardwire::spec::{ISO87_ASCII, builtin, by_name};
use cardwire::{Inspection, Spec};

/// Fails on purpose as soon as an MTI can be read: a harness that does not find that finds nothing.
pub fn canary(data: &[u8]) {
    let mti = Inspection::of(&ISO87_ASCII, data).mti();
    assert!(mti.is_none(), "the canary sings, as it should");
}

/// The spec that an input names or chooses, and the rest of the input.
fn named_spec(data: &[u8]) -> Option<(&'static Spec<'static>, &[u8])> {
    let listed: Vec<_> = builtin().collect();
    choose(data, &listed, by_name).map(|(spec, rest)| (*spec, rest))
}

/// What the first line of an input names, or its first octet chooses from the list.
fn choose<'l, 'd, T>(
    data: &'d [u8],
    listed: &'l [T],
    by_name: impl Fn(&str) -> Option<T>,
) -> Option<(&'l T, &'d [u8])>
where
    T: Copy + Named,
{
    let line = data.iter().take(32).position(|octet| *octet == b'\n');
    let named = line.and_then(|end| by_name(std::str::from_utf8(&data[..end]).ok()?));
    if let (Some(named), Some(end)) = (named, line) {
        let index = listed.iter().position(|item| item.name() == named.name())?;
        return Some((&listed[index], &data[end + 1..]));
    }
    let (first, rest) = data.split_first()?;
    Some((&listed[usize::from(*first) % listed.len()], rest))
}

trait Named {
    fn name(&self) -> &str;
}

impl Named for &'static Spec<'static> {
    fn name(&self) -> &str {
        Spec::name(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arbitrary::{Arbitrary, Unstructured};
    use cardwire::import::{ElementDoc, LayoutDoc, SpecDoc};
    use std::fs;
    use std::path::Path;

    type Property = fn(&[u8]);

    /// The inputs of a folder.
    fn inputs(folder: &str) -> Vec<(String, Vec<u8>)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| (path.file_name().unwrap().to_string_lossy().into(), fs::read(&path).unwrap()))
            .collect()
    }

    /// The seeds of a folder, each also cut short and with one octet changed.
    fn replay(folder: &str, property: Property) {
        let seeds = inputs(&format!("seeds/{folder}"));
        for (_, seed) in &seeds {
            property(seed);
            for index in 0..seed.len() {
                property(&seed[..index]);
                let mut changed = seed.clone();
                changed[index] ^= 1 << (index % 8);
                property(&changed);
            }
        }
        assert!(seeds.len() > 3, "{} seeds", seeds.len());
    }

    macro_rules! replays {
        ($($test:ident $folder:literal $property:ident;)*) => { $(
            #[test]
            fn $test() {
                replay($folder, $property);
            }
        )* };
    }

    replays! {
        parse_is_total "message" parse;
        what_comes_from_outside_is_refused_or_read "crypto" crypto;
        readers_agree "message" differential;
        plans_read_as_the_walk_does "message" plan;
        copies_are_equal "message" roundtrip;
        private_values_stay_private "message" privacy;
        card_numbers_are_masked_wherever_they_stand "masking" masking;
        a_translation_and_back_is_the_identity "message" translate;
        packets_do_not_change_frames "frame" frame;
        lists_of_tags_are_those_of_a_simple_walk "tlv" tlv;
        importers_refuse_or_give_a_spec "import" import;
        clearing_files_are_read_however_they_arrive "ipm" ipm;
        what_is_printed_is_taken "json" json;
        numbers_that_were_found "numbers" numbers;
        records_of_reconciliation_are_in_lines_or_refused "recon" recon;
    }

    /// Documents of one element each, of every shape that the built-in specs have.
    fn single_elements() -> Vec<SpecDoc> {
        let (mut docs, mut seen) = (Vec::new(), Vec::new());
        for spec in builtin() {
            let doc = SpecDoc::from_spec(spec);
            for element in &doc.body.elements {
                let shape = ElementDoc { key: 2, name: String::new(), ..element.clone() };
                let body = LayoutDoc { elements: vec![element.clone()], ..doc.body.clone() };
                if !seen.contains(&shape) {
                    seen.push(shape);
                    docs.push(SpecDoc { body, ..doc.clone() });
                }
            }
        }
        docs
    }

    /// Telling numbers in every place of every shape: each is checked, some are used for all that a spec is for.
    /// `CARDWIRE_NUMBERS=1` uses every one, which takes minutes.
    #[test]
    fn numbers_are_bounded_before_they_are_used() {
        let every = std::env::var("CARDWIRE_NUMBERS").map_or(2_999, |every| every.parse().expect("a number"));
        let mut count = 0_usize;
        for whole in single_elements() {
            for place in 0..=whole.body.count() {
                for (member, number) in numbers::every_change() {
                    count += 1;
                    if !count.is_multiple_of(every.min(31)) {
                        continue;
                    }
                    let mut doc = whole.clone();
                    numbers::change(&mut doc, place, member, number);
                    if count.is_multiple_of(every) {
                        numbers::used(&doc);
                    } else {
                        let _ = doc.check();
                    }
                }
            }
        }
        assert!(count > 50_000, "{count} changes");
    }

    /// Builds what an input says.
    fn builder(data: &[u8]) {
        let plan = Plan::arbitrary_take_rest(Unstructured::new(data)).expect("any octets are a plan");
        build(&plan);
    }

    /// The inputs that are kept of all that fuzzing found, and the seeds of the same kind.
    #[test]
    fn the_corpus_that_is_kept() {
        let properties: [(&str, Property); 16] = [
            ("builder", builder),
            ("crypto", crypto),
            ("differential", differential),
            ("frame", frame),
            ("import", import),
            ("ipm", ipm),
            ("json", json),
            ("masking", masking),
            ("numbers", numbers),
            ("parse", parse),
            ("plan", plan),
            ("privacy", privacy),
            ("roundtrip", roundtrip),
            ("spec", spec),
            ("tlv", tlv),
            ("translate", translate),
        ];
        let texts = inputs("corpus");
        assert_eq!(texts.len(), properties.len(), "a file for each target");
        for (target, property) in properties {
            let (_, text) = texts.iter().find(|(name, _)| *name == format!("{target}.hex")).expect(target);
            let text = std::str::from_utf8(text).expect("digits");
            for line in text.lines() {
                property(&common::unhex(line));
            }
            assert!(text.lines().count() > 9, "{target}");
        }
    }

    /// A seed is what its name says: `broken-` where the message is refused, `-refused-` where the spec is.
    #[test]
    fn seeds_are_what_their_names_say() {
        for (name, seed) in inputs("seeds/message") {
            let (spec, wire) = named_spec(&seed).unwrap();
            let found = cardwire::Message::parse(spec, wire).err();
            assert_eq!(found.is_some(), name.starts_with("broken-"), "{name}: {found:?}");
        }
        for (name, seed) in inputs("seeds/import") {
            let found = import::read(&seed).err();
            assert_eq!(found.is_some(), name.contains("-refused-"), "{name}: {found:?}");
        }
        for (name, seed) in inputs("seeds/tlv") {
            assert_eq!(tlv::walk(&seed).is_none(), name.starts_with("broken-"), "{name}");
        }
        for (name, seed) in inputs("seeds/ipm") {
            assert_eq!(ipm::is_whole(&seed), !name.starts_with("broken-"), "{name}");
        }
        for (name, seed) in inputs("seeds/json") {
            let is_built = json::build_named(&seed).is_some();
            assert_eq!(is_built, !name.starts_with("broken-") && !name.starts_with("message-"), "{name}");
        }
    }

    #[test]
    #[should_panic(expected = "the canary sings")]
    fn the_canary_sings() {
        canary(b"0800");
    }
}
