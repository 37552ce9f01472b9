//! How the parts of a composite are named in one list of them. jPOS counts positions from zero in some
//! packagers, writes tags in decimal, numbers what stands before the tags with them, and leaves out
//! parts that are empty.

use std::borrow::Cow;

use cardwire::layout::{Content, Form, Layout, Order, Tag};

use super::Json;

/// The parts of a list, each with its key in the layout.
pub(super) struct Names<'p> {
    pairs: Cow<'p, [(String, Json)]>,
    /// Whether positions are counted from zero.
    from_zero: bool,
}

impl<'p> Names<'p> {
    /// Those of a list; `is_jpos` when an `<isomsg>` has it.
    pub(super) fn of(layout: &Layout<'_>, all: &'p [(String, Json)], is_jpos: bool) -> Self {
        if let Some(pairs) = in_two(layout, all, is_jpos) {
            return Self { pairs: pairs.into(), from_zero: false };
        }
        let (is_positional, has_all) = match layout.order() {
            Order::Positions { required } => (true, *required > 0),
            _ => (false, false),
        };
        let from_zero = is_positional && all.iter().any(|(name, _)| name == "0");
        let pairs =
            if is_positional && is_jpos && !has_all { filled(layout, all, from_zero) } else { all.into() };
        Self { pairs, from_zero }
    }

    /// Each part with its name, and its key where there is one.
    pub(super) fn parts(&self, layout: &Layout<'_>) -> impl Iterator<Item = (Option<u32>, &Json)> {
        self.pairs.iter().map(move |(name, json)| {
            crate::work::count(1);
            (self.key(layout, name), json)
        })
    }

    fn key(&self, layout: &Layout<'_>, name: &str) -> Option<u32> {
        let key = layout.key_named(name);
        match layout.order() {
            Order::Positions { .. } if self.from_zero => key?.checked_add(1),
            Order::Tags { tag, .. } if key.is_none_or(|key| !tag.admits(key)) => {
                name.parse().ok().filter(|key| tag.admits(*key)).or(key)
            }
            _ => key,
        }
    }
}

/// The same parts in two: what stands before a layout by tags or by a bitmap, and that layout, as the
/// spec has them. jPOS numbers all of them in one list: field 0 before the others, or 1 before BER-TLV.
fn in_two(layout: &Layout<'_>, all: &[(String, Json)], is_jpos: bool) -> Option<Vec<(String, Json)>> {
    let last = layout.elements().last().filter(|last| last.form() == Form::Rest && last.key() > 1)?;
    let order = last.layout()?.order();
    let (Order::Positions { .. }, Order::Tags { .. } | Order::Bitmap(_)) = (layout.order(), order) else {
        return None;
    };
    // as the spec has them: all are positions, and jPOS gives no octets of a layout as a whole
    let is_position = |(name, json): &(String, Json)| {
        let key = layout.key_named(name).filter(|key| (1..=last.key()).contains(key));
        key.is_some_and(|key| !is_jpos || key < last.key() || matches!(json, Json::Pairs(_)))
    };
    let is_told = |(name, _): &(String, Json)| layout.key_named(name) == Some(last.key());
    if all.iter().all(is_position) && (!is_jpos || all.iter().any(is_told)) {
        return None;
    }
    let head = if matches!(order, Order::Tags { tag: Tag::Ber, .. }) { "1" } else { "0" };
    let (before, behind): (Vec<_>, Vec<_>) = all.iter().cloned().partition(|(name, _)| name == head);
    let mut pairs: Vec<(String, Json)> =
        before.into_iter().map(|(_, json)| ((last.key() - 1).to_string(), json)).collect();
    if !behind.is_empty() {
        pairs.push((last.key().to_string(), Json::Pairs(behind)));
    }
    Some(pairs)
}

/// The same parts with those between them that a message of jPOS does not have, which it writes empty:
/// digits of fixed length as zeros.
fn filled<'p>(layout: &Layout<'_>, all: &'p [(String, Json)], from_zero: bool) -> Cow<'p, [(String, Json)]> {
    let number = |name: &str| name.parse::<u32>().ok();
    let first = u32::from(!from_zero);
    let Some(last) = all.iter().filter_map(|(name, _)| number(name)).max().filter(|last| *last < 256) else {
        return all.into();
    };
    let missing: Vec<(String, Json)> = (first..last)
        .filter(|key| all.iter().all(|(name, _)| number(name) != Some(*key)))
        .filter_map(|key| {
            let element = layout.element(key + 1 - first)?;
            let is_number = element.content() == Content::N && element.form() == Form::Fixed;
            Some((key.to_string(), if is_number { Json::Number(0) } else { Json::Text(String::new()) }))
        })
        .collect();
    if missing.is_empty() { all.into() } else { [all, &missing].concat().into() }
}
