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
#[path = "../../src/bin/cardwire/hex.rs"]
#[allow(dead_code, reason = "the command uses the rest")]
mod hex;
#[path = "../../tests/reference/mod.rs"]
mod reference;

mod build;
mod differential;
mod frame;
mod import;
mod ipm;
mod json;
mod parse;
mod plan;
mod privacy;
mod roundtrip;
mod spec;
mod tlv;
mod translate;

pub use build::{Plan, build};
pub use differential::differential;
pub use frame::frame;
pub use import::import;
pub use ipm::ipm;
pub use json::json;
pub use parse::parse;
pub use plan::plan;
pub use privacy::privacy;
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
    use std::fs;
    use std::path::Path;

    /// The seeds of a folder, each also cut short and with one octet changed.
    fn replay(folder: &str, property: fn(&[u8])) {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(folder)).unwrap();
        let mut seeds = 0;
        for entry in entries {
            let seed = fs::read(entry.unwrap().path()).unwrap();
            property(&seed);
            for index in 0..seed.len() {
                property(&seed[..index]);
                let mut changed = seed.clone();
                changed[index] ^= 1 << (index % 8);
                property(&changed);
            }
            seeds += 1;
        }
        assert!(seeds > 3, "{seeds} seeds");
    }

    #[test]
    fn parse_is_total() {
        replay("message", parse);
    }

    #[test]
    fn copies_are_equal() {
        replay("message", roundtrip);
    }

    #[test]
    fn private_values_stay_private() {
        replay("message", privacy);
    }

    #[test]
    fn packets_do_not_change_frames() {
        replay("frame", frame);
    }

    #[test]
    fn every_message_seed_is_a_message() {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/message")).unwrap() {
            let path = entry.unwrap().path();
            let seed = fs::read(&path).unwrap();
            let (spec, wire) = named_spec(&seed).unwrap();
            let found = cardwire::Message::parse(spec, wire).err();
            let broken = path.file_name().unwrap().to_string_lossy().starts_with("broken-");
            assert_eq!(found.is_some(), broken, "{}: {found:?}", path.display());
        }
    }

    #[test]
    #[should_panic(expected = "the canary sings")]
    fn the_canary_sings() {
        canary(b"0800");
    }
}
