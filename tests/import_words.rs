//! What becomes of the words of other formats, to the letter: each word beside each other one, and what is written again.
//! `CARDWIRE_WRITE=1` writes the files of `import_words/` anew, to be read before they are committed. What the words
//! mean in octets is held elsewhere (`import_all.rs`, `import_moov.rs`, `import_classes.rs`); here nothing may change unseen.
#![cfg(all(feature = "json", feature = "jpos"))]

mod common;
#[path = "import_words/jpos.rs"]
mod jpos;
#[path = "import_words/moov.rs"]
mod moov;

use std::collections::BTreeMap;
use std::fmt::Write;

use cardwire::import::{ElementDoc, ImportError, LayoutDoc, OrderDoc, SpecDoc};

/// An element in a line, its parts below it.
fn tell(out: &mut String, element: &ElementDoc, depth: usize) {
    let ElementDoc {
        key, content, coding, min, max, form, fill, full_size, pad_nibble, privacy, layout, ..
    } = element;
    let inner = "  ".repeat(depth);
    let fill = fill.map(|fill| format!("{:?} {:02X}", fill.side, fill.with)).unwrap_or_default();
    let pad = format!("{:?} {:X}", pad_nibble.side, pad_nibble.nibble);
    let full = if *full_size { " full" } else { "" };
    writeln!(
        out,
        "{inner}{key:X}: {content} {coding:?} {min}..{max} {form:?} [{fill}] [{pad}] {privacy:?}{full}"
    )
    .unwrap();
    if let Some(layout) = layout {
        tell_layout(out, layout, depth + 1);
    }
}

fn tell_layout(out: &mut String, layout: &LayoutDoc, depth: usize) {
    let inner = "  ".repeat(depth);
    match &layout.order {
        OrderDoc::Tags { tag, length_first, unknown } => {
            writeln!(out, "{inner}{tag:?} {length_first:?}").unwrap();
            if let Some(unknown) = unknown {
                write!(out, "{inner}unlisted ").unwrap();
                tell(out, unknown, 0);
            }
        }
        order => writeln!(out, "{inner}{order:?}").unwrap(),
    }
    // those of EMV are held by `emv.rs`
    for element in layout.elements.iter().take(12) {
        tell(out, element, depth);
    }
}

fn told(doc: Result<SpecDoc, ImportError>) -> String {
    let mut out = String::new();
    match doc {
        Ok(doc) => {
            writeln!(out, "{:?}, {} octets, {:?}", doc.mti, doc.header, doc.body.order).unwrap();
            doc.body.elements.iter().for_each(|element| tell(&mut out, element, 1));
        }
        Err(error) => writeln!(out, "! {error}").unwrap(),
    }
    out
}

/// What says the same stands together: the cases, and what becomes of them.
#[derive(Default)]
struct Alike {
    order: Vec<String>,
    cases: BTreeMap<String, Vec<String>>,
}

impl Alike {
    fn add(&mut self, case: String, told: String) {
        let cases = self.cases.entry(told.clone()).or_default();
        if cases.is_empty() {
            self.order.push(told);
        }
        cases.push(case);
    }

    /// Of many cases the first two, how many there are, and the sum of their names.
    fn text(self) -> String {
        let told = |told: &String| {
            let cases = &self.cases[told];
            let shown = cases.iter().take(2).cloned().collect::<Vec<_>>().join("; ");
            let octets = cases.iter().flat_map(|case| case.bytes().chain([b';']));
            let sum =
                octets.fold(0x811C_9DC5_u32, |sum, octet| (sum ^ u32::from(octet)).wrapping_mul(0x0100_0193));
            match cases.len() {
                0..=2 => format!("{shown}\n{told}"),
                count => format!("{shown}; {count} such, {sum:08X}\n{told}"),
            }
        };
        let text = self.order.iter().map(told).collect::<Vec<_>>().join("\n");
        let shorter =
            [("Prefix { coding: ", "{ "), (", width: ", " "), (", counts: ", " "), (", includes: ", " ")];
        shorter.iter().fold(text, |text, (from, to)| text.replace(from, to))
    }
}
