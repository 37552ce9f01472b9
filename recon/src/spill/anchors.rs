//! What may join two records: a record shares an anchor with every record that the engine could put into one line with
//! it by their numbers. Anchors may join too much, never too little.

use std::hash::{BuildHasher, RandomState};

use cardwire::model::Class;

use crate::engine::books::reference;
use crate::engine::rules::{Key, Match};
use crate::record::{ClearingRecord, Evidence, Text};

/// Hops of one request lie within this time, sales that look like one paid twice within the other; in seconds, each
/// at least as long as what the engine takes.
const HOP: i64 = 121;
const TWIN: i64 = 601;

/// Whether a rule compares a number that is an anchor.
pub(super) fn is_anchored(rule: &Match) -> bool {
    let has = |key: Key| rule.keys.contains(&key);
    has(Key::LifeId) || has(Key::Rrn) || has(Key::OriginalRrn) || (has(Key::Stan) && has(Key::Terminal))
}

/// Whether a message is one of the totals of a batch: these are few, and stay in memory.
pub(super) fn is_totals(found: &Evidence) -> bool {
    match found.mti.class() {
        Class::Reconciliation => true,
        Class::FileAction => found.amount.is_none() || found.processing_code.is_none(),
        _ => false,
    }
}

fn text(text: &Option<Text>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// The two spans of time that an instant lies in: instants no further apart than a span share one.
fn spans(found: &Evidence, length: i64) -> [i64; 2] {
    let place = found.time.map_or(0, |time| time.as_second().div_euclid(length));
    [place, place + 1]
}

/// The anchors of a message.
pub(super) fn of_message(found: &Evidence, hasher: &RandomState, each: &mut dyn FnMut(u64)) {
    let terminal = found.terminal.as_deref().unwrap_or_default();
    match text(&found.stan) {
        Some(stan) => each(hasher.hash_one((1u8, terminal, stan))),
        None => each(hasher.hash_one((2u8, terminal, found.time))),
    }
    let rrns = [reference(&found.rrn), found.original.as_ref().and_then(|original| reference(&original.rrn))];
    rrns.into_iter().flatten().for_each(|rrn| each(hasher.hash_one((3u8, rrn))));
    if let Some(stan) = found.original.as_ref().and_then(|original| text(&original.stan)) {
        each(hasher.hash_one((1u8, terminal, stan)));
    }
    if let Some(life) = text(&found.life_id) {
        each(hasher.hash_one((4u8, life)));
    }
    if !found.mti.is_response() && !terminal.is_empty() {
        for span in spans(found, HOP) {
            each(hasher.hash_one((5u8, terminal, found.amount, text(&found.processing_code), span)));
        }
    }
    if let Some(token) = found.token.filter(|_| !terminal.is_empty()) {
        for span in spans(found, TWIN) {
            each(hasher.hash_one((6u8, terminal, token, span)));
        }
    }
}

/// The anchors of a clearing record; equal records without any number share what they say.
pub(super) fn of_clearing(found: &ClearingRecord, hasher: &RandomState, each: &mut dyn FnMut(u64)) {
    let numbers = [reference(&found.rrn), reference(&found.original_rrn), reference(&found.arn)];
    let trace = text(&found.terminal).zip(text(&found.stan));
    if numbers.iter().all(Option::is_none) && trace.is_none() {
        let place = (text(&found.merchant), text(&found.payout), found.settlement_date);
        each(hasher.hash_one((8u8, found.kind, place, found.gross, found.net)));
    }
    if let Some((terminal, stan)) = trace {
        each(hasher.hash_one((1u8, terminal, stan)));
    }
    let rrns = [reference(&found.rrn), reference(&found.original_rrn)];
    rrns.into_iter().flatten().for_each(|rrn| each(hasher.hash_one((3u8, rrn))));
    if let Some(life) = text(&found.life_id) {
        each(hasher.hash_one((4u8, life)));
    }
    if let Some(arn) = reference(&found.arn) {
        each(hasher.hash_one((7u8, arn)));
    }
}
