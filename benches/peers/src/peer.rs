//! The peers, each as its documentation says, with a spec made from the table that cardwire reads.
//!
//! A peer takes part where it reads the same values from the same octets, and writes the same octets.

pub mod i8583;
pub mod iso8583_codec_rs;
pub mod iso8583_core;
pub mod iso8583_rs;
pub mod iso_8583_rs;
pub mod pyiso8583;

use cardwire::layout::Form;
use cardwire::{
    Spec,
    layout::{Element, Prefix},
};

use crate::measure::Contender;
use crate::subject::Subject;

type Contenders = for<'c> fn(&'c Subject) -> Vec<Contender<'c>>;

/// The Rust peers.
const PEERS: [(&str, Contenders); 5] = [
    ("iso_8583_rs", iso_8583_rs::contenders),
    ("i8583", i8583::contenders),
    ("iso8583-codec-rs", iso8583_codec_rs::contenders),
    ("iso8583-core", iso8583_core::contenders),
    ("iso8583_rs", iso8583_rs::contenders),
];

/// What the Rust peers do with a message; who does not read it is named.
pub fn contenders(subject: &Subject) -> Vec<Contender<'_>> {
    let each = PEERS.iter().flat_map(|(library, contenders)| {
        let contenders = contenders(subject);
        if contenders.is_empty() {
            println!("{}: {library} does not read it", subject.name);
        }
        contenders
    });
    each.collect()
}

/// How many octets or characters of length are in front of an element; 0 where its length is fixed.
pub fn prefix_width(element: &Element<'_>) -> u8 {
    match element.form() {
        Form::Prefixed(Prefix { width, .. }) => width,
        _ => 0,
    }
}

/// The elements of a spec by number, without the mark of a third bitmap, which peers have built in.
pub fn elements<'s>(spec: &Spec<'s>) -> impl Iterator<Item = (u8, &'s Element<'s>)> {
    let elements = spec.body().elements();
    let numbered = elements.filter_map(|element| Some((u8::try_from(element.key()).ok()?, element)));
    numbered.filter(|(number, _)| *number != 65)
}
