//! Records that belong together by their anchors.

use std::io;

use super::buckets::Buckets;

/// For each record the record that stands for its component: the first one.
pub(super) struct Components {
    parents: Vec<u32>,
}

impl Components {
    /// The components of so many records.
    pub(super) fn of(count: u32, anchors: &mut Buckets) -> io::Result<Self> {
        let mut found = Self { parents: (0..count).collect() };
        anchors.groups(&mut |group| {
            for pair in group.windows(2) {
                if let [one, other] = pair {
                    found.join(one.number, other.number);
                }
            }
        })?;
        Ok(found)
    }

    /// The record that stands for the component of a record.
    pub(super) fn root(&mut self, record: u32) -> u32 {
        let mut at = record;
        loop {
            let parent = self.parent(at);
            if parent == at {
                return at;
            }
            let above = self.parent(parent);
            if let Some(slot) = self.parents.get_mut(at as usize) {
                *slot = above;
            }
            at = above;
        }
    }

    fn parent(&self, record: u32) -> u32 {
        self.parents.get(record as usize).copied().unwrap_or(record)
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        if let Some(slot) = self.parents.get_mut(one.max(other) as usize) {
            *slot = one.min(other);
        }
    }
}
