//! Where a tag is listed, found at once.

use core::fmt;

/// For each number that is made of a tag, the index of an element in the list; that of another one, or of none,
/// where no tag of the list makes the number.
///
/// Two tags may make the same number: the first one listed has the place, the others are searched for,
/// and so are those beyond 254. Who looks an element up compares its tag.
#[derive(Clone, Copy)]
pub(super) struct TagIndex([u8; SLOTS]);

const SLOTS: usize = 256;

impl TagIndex {
    pub(super) const NONE: Self = Self([u8::MAX; SLOTS]);

    /// The same with the tag at that index of the list.
    #[allow(clippy::indexing_slicing, clippy::as_conversions, reason = "guarded; a place is a hint")]
    pub(super) const fn with(mut self, tag: u32, index: usize) -> Self {
        self.0[slot(tag) as usize] = index as u8;
        self
    }

    /// The index of the element that may be listed under the tag.
    #[inline(always)]
    pub(super) fn get(&self, tag: u32) -> usize {
        self.0.get(usize::from(slot(tag))).copied().unwrap_or(u8::MAX).into()
    }
}

/// The number made of a tag: of those listed in [`EMV`](crate::spec::EMV), no two make the same.
#[inline(always)]
const fn slot(tag: u32) -> u8 {
    let [number, ..] = tag.wrapping_mul(0xA6CE_CC1B).to_be_bytes();
    number
}

/// It says no more than the list does.
impl fmt::Debug for TagIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TagIndex")
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::{Element, Layout, Tag};
    use crate::spec::EMV;
    use std::vec::Vec;

    #[test]
    fn chip_data_is_found_without_a_search() {
        for (index, element) in EMV.elements().enumerate() {
            assert_eq!(EMV.tag_index.get(element.key), index);
        }
    }

    #[test]
    fn tags_that_share_a_place_or_have_none_are_found_all_the_same() {
        let model = EMV.element(0x9F02).unwrap();
        let listed: Vec<_> = (1..2000).map(|key| Some(Element { key: 2 * key, ..*model })).collect();
        let layout = Layout::tags(Tag::Octets(2), None, &listed);
        for key in 0..5000 {
            let is_listed = key % 2 == 0 && (2..4000).contains(&key);
            assert_eq!(layout.element(key).map(Element::key), is_listed.then_some(key));
        }
    }
}
