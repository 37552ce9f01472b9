//! Names of struct fields, so that an error, which is small and borrows nothing, can give one.
//!
//! serde says which field is missing by a name that lives as long as the program. An error keeps the
//! slot of the name in this table. The table never forgets, because a program has a bounded number
//! of such names; one that finds no slot is left out of the error, as are all of them without the
//! standard library.

#[cfg(feature = "std")]
use std::sync::OnceLock;

#[cfg(feature = "std")]
static NAMES: Names<1024> = Names([const { OnceLock::new() }; 1024]);

/// The slot of a name, the same each time.
#[cfg_attr(not(feature = "std"), allow(clippy::missing_const_for_fn, reason = "it is not with std"))]
pub(crate) fn slot(name: &'static str) -> Option<u32> {
    #[cfg(feature = "std")]
    return NAMES.slot(name);
    #[cfg(not(feature = "std"))]
    return Some(name).and(None);
}

/// The name in a slot.
pub(crate) fn name(slot: u32) -> Option<&'static str> {
    #[cfg(feature = "std")]
    return NAMES.name(slot);
    #[cfg(not(feature = "std"))]
    return Some(slot).and(None);
}

/// A hash table that is written once a slot.
#[cfg(feature = "std")]
struct Names<const SLOTS: usize>([OnceLock<&'static str>; SLOTS]);

#[cfg(feature = "std")]
impl<const SLOTS: usize> Names<SLOTS> {
    /// How many slots are tried for a name.
    const TRIES: u32 = 16;

    fn slot(&self, name: &'static str) -> Option<u32> {
        // FNV-1a: it is short, and the names are few
        let mix = |hash: u32, octet| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193);
        let start = name.bytes().fold(0x811C_9DC5, mix);
        let size = u32::try_from(SLOTS).ok()?;
        let mut tried = (0..Self::TRIES).map(|step| start.wrapping_add(step) % size);
        tried.find(|slot| self.place(*slot).is_some_and(|place| *place.get_or_init(|| name) == name))
    }

    fn name(&self, slot: u32) -> Option<&'static str> {
        self.place(slot)?.get().copied()
    }

    fn place(&self, slot: u32) -> Option<&OnceLock<&'static str>> {
        self.0.get(usize::try_from(slot).ok()?)
    }
}

#[cfg(feature = "std")]
#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_name_is_found_again() {
        let slots = ["amount", "4", "systems_trace_audit_number"].map(|text| slot(text).unwrap());
        assert_eq!(slots.map(name), [Some("amount"), Some("4"), Some("systems_trace_audit_number")]);
        assert_eq!(slot("amount"), Some(slots[0]));
        assert_eq!(name(u32::MAX), None);
    }

    #[test]
    fn names_beyond_the_slots_are_left_out() {
        let table = Names([const { OnceLock::new() }; 32]);
        let names = (0..64).map(|index| &*std::format!("field_{index}").leak());
        let slots: Vec<_> = names.map(|name| (name, table.slot(name))).collect();
        assert!(slots.iter().any(|(_, slot)| slot.is_none()));
        for (name, slot) in slots {
            assert!(slot.is_none_or(|slot| table.name(slot) == Some(name)), "{name}");
        }
    }
}
