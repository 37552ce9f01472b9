//! Lines of all parts in the order of the report.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use serde::{Deserialize, Serialize};

use super::store::{Store, Values};
use crate::engine::line::{Line, LineKind};
use crate::engine::run::Run;
use crate::record::Place;

/// Where a line stands in the report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Key {
    /// Time, terminal, STAN, amount asked for, RRN, place of the first message.
    Transaction(Option<i64>, String, String, i64, String, Option<(String, Place)>),
    /// Class and item, without the number of equal items: those stand in one part, in their order.
    Other(u16, String),
    Messages(u16, String),
    Payout(u32),
    File(u32),
}

/// Letter, hyphen and the digits of a hash.
const ITEM: usize = 18;

/// Gives lines of one part their keys, as they come.
#[derive(Default)]
pub(super) struct Keys {
    transactions: usize,
    others: u32,
}

impl Keys {
    pub(super) fn of(&mut self, run: &Run, line: &Line) -> Key {
        let item = || line.item.get(..ITEM).unwrap_or(&line.item).to_owned();
        match line.kind {
            LineKind::Transaction => {
                let index = run.order.get(self.transactions).copied().unwrap_or(u32::MAX);
                self.transactions += 1;
                let (time, terminal, stan, requested, rrn, place) = run.sort_key(index).unwrap_or_default();
                let place = place.map(|(file, place)| (file.to_string(), place));
                Key::Transaction(time, terminal.to_owned(), stan.to_owned(), requested, rrn.to_owned(), place)
            }
            LineKind::Other => Key::Other(line.class as u16, item()),
            LineKind::Messages => Key::Messages(line.class as u16, item()),
            LineKind::Payout => {
                self.others += 1;
                Key::Payout(self.others)
            }
            LineKind::File => {
                self.others += 1;
                Key::File(self.others)
            }
        }
    }
}

/// What is written of a line, with its place.
pub(super) type Written = (Key, Vec<u8>);

/// Hands over what was written of all lines, in the order of the report.
pub(super) fn merge(
    parts: &mut [Store<Written>],
    each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut values: Vec<Values<'_, Written>> =
        parts.iter_mut().map(Store::read).collect::<io::Result<_>>()?;
    let mut heads = BinaryHeap::new();
    let count = values.len();
    let mut next = |part: usize, heads: &mut BinaryHeap<_>| -> io::Result<()> {
        if let Some(written) = values.get_mut(part).and_then(Iterator::next) {
            let (key, octets) = written?;
            heads.push(Reverse((key, part, octets)));
        }
        Ok(())
    };
    for part in 0..count {
        next(part, &mut heads)?;
    }
    while let Some(Reverse((_, part, octets))) = heads.pop() {
        each(&octets)?;
        next(part, &mut heads)?;
    }
    Ok(())
}
