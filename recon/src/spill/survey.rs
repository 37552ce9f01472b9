//! Which components could belong together by keys that are no anchors.

use std::hash::{BuildHasher, RandomState};
use std::io;

use hashbrown::HashSet;

use super::anchors;
use super::buckets::{Buckets, Pair};
use super::parts::Loaded;
use crate::engine::bundle::Bundle;
use crate::engine::matching;
use crate::engine::rules::{Match, Rules};
use crate::engine::run::Run;

/// What a pair of keys is of.
const FREE: u8 = 0;
const FREE_BUNDLE: u8 = 1;
const MATCHED_BUNDLE: u8 = 2;
/// A session that looks for the one that it changes.
const SEEKS: u8 = 1;

/// Keys of all components, collected part by part.
pub(super) struct Survey {
    /// The rules before the first one that is not anchored.
    first: Rules,
    /// The rules that are not anchored.
    loose: Vec<Match>,
    approvals: Buckets,
    keys: Buckets,
}

impl Survey {
    pub(super) fn new(rules: &Rules) -> Self {
        let mut first = rules.clone();
        let place = rules.matches.iter().position(|rule| !anchors::is_anchored(rule));
        first.matches.truncate(place.unwrap_or(rules.matches.len()));
        let loose = rules.matches.iter().filter(|rule| !anchors::is_anchored(rule)).cloned().collect();
        Self { first, loose, approvals: Buckets::new(), keys: Buckets::new() }
    }

    /// Adds the components of a part.
    pub(super) fn add(&mut self, frame: &Run, part: Loaded, hasher: &RandomState) -> io::Result<()> {
        let Loaded { books, messages, clearing } = part;
        let root = |roots: &[u32], index: u32| roots.get(index as usize).copied().unwrap_or(u32::MAX);
        let run = frame.survey(books, self.first.clone());
        for of in &run.approved {
            let card = run.books.token(Some(of.token));
            let hash = hasher.hash_one((run.books.names.text(of.approval), card));
            let mark = if of.seeks { SEEKS } else { 0 };
            self.approvals.put(Pair { hash, number: root(&messages, of.message), mark })?;
        }
        let mut done = Ok(());
        matching::candidates(&run, &self.loose, hasher, &mut |found| {
            let index = found.index as usize;
            let number = if found.is_bundle {
                let record = run.bundles.get(index).and_then(Bundle::main);
                record.map_or(u32::MAX, |record| root(&clearing, record))
            } else {
                let message = run.transactions.get(index).and_then(|of| of.messages.first());
                message.map_or(u32::MAX, |message| root(&messages, *message))
            };
            let mark = match (found.is_bundle, found.is_free) {
                (false, _) => FREE,
                (true, true) => FREE_BUNDLE,
                (true, false) => MATCHED_BUNDLE,
            };
            if done.is_ok() {
                done = self.keys.put(Pair { hash: found.keys, number, mark });
            }
        });
        done
    }

    /// The components that have to be looked at together.
    pub(super) fn joined(mut self) -> io::Result<HashSet<u32>> {
        let mut found = HashSet::new();
        self.approvals.groups(&mut |group| {
            let first = group.first().map(|pair| pair.number);
            let are_several = group.iter().any(|pair| Some(pair.number) != first);
            if are_several && group.iter().any(|pair| pair.mark == SEEKS) {
                found.extend(group.iter().map(|pair| pair.number));
            }
        })?;
        let changed = found.clone();
        self.keys.groups(&mut |group| {
            let may_be_free = |pair: &&Pair| {
                pair.mark == FREE_BUNDLE || (pair.mark == MATCHED_BUNDLE && changed.contains(&pair.number))
            };
            let first = group.first().map(|pair| pair.number);
            let are_several = group.iter().any(|pair| Some(pair.number) != first);
            let has_both =
                group.iter().any(|pair| pair.mark == FREE) && group.iter().any(|pair| may_be_free(&pair));
            if are_several && has_both {
                found.extend(group.iter().filter(|pair| pair.mark != MATCHED_BUNDLE).map(|pair| pair.number));
            }
        })?;
        Ok(found)
    }
}
