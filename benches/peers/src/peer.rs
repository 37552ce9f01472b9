//! The specs of the peers, made from the table that cardwire reads the same messages with.

use std::collections::HashMap;
use std::fmt::Write as _;

use cardwire::layout::Form;
use cardwire::spec::ISO87_ASCII;
use cardwire::{Element, Prefix};

pub fn iso_8583_rs() -> iso_8583_rs::CompiledSpec {
    let fields = ISO87_ASCII.body().elements().map(|element| (element.key().into(), described(element)));
    let fields: HashMap<i64, _> = fields.filter(|(number, _)| *number != 65).collect();
    iso_8583_rs::CompiledSpec::compile(&iso_8583_rs::specfile::Spec { fields }).expect("the table is sound")
}

fn described(element: &Element<'_>) -> iso_8583_rs::specfile::FieldDescription {
    // binary values are pairs of hexadecimal digits on this link
    let factor = if element.content().is_binary() { 2 } else { 1 };
    let len_type = match element.form() {
        Form::Prefixed(Prefix { width: 2, .. }) => "llvar",
        Form::Prefixed(_) => "lllvar",
        _ => "fixed",
    };
    iso_8583_rs::specfile::FieldDescription {
        content_type: element.content().notation().to_owned(),
        max_len: element.max() * factor,
        min_len: element.min() * factor,
        len_type: len_type.to_owned(),
        label: String::new(),
    }
}

pub fn codec_rs() -> iso8583_codec_rs::field_spec::LoadedSpec {
    let mut fields = String::new();
    for element in ISO87_ASCII.body().elements().filter(|element| element.key() != 65) {
        let prefix = match element.form() {
            Form::Prefixed(Prefix { width: 2, .. }) => "LLVAR",
            Form::Prefixed(_) => "LLLVAR",
            _ => "fixed",
        };
        let (number, len) = (element.key(), element.max());
        write!(
            fields,
            r#",{{"de":{number},"name":"de{number}","label":"","type":"string","length":{len},"prefix":"{prefix}","encoding":"ascii","padding":{{"side":"none"}}}}"#
        )
        .expect("a string takes all");
    }
    let json = format!(
        r#"{{"version":"1987","defaults":{{"encoding":"ascii","prefix_encoding":"ascii","bitmap_encoding":"hex"}},"fields":[{}]}}"#,
        &fields[1..]
    );
    iso8583_codec_rs::load_spec(&json).expect("the spec is sound")
}

pub fn parse_codec_rs(
    wire: &[u8],
    spec: &iso8583_codec_rs::field_spec::LoadedSpec,
) -> Result<impl Sized + use<>, impl Sized + use<>> {
    iso8583_codec_rs::iso8583::parse_bytes(wire, spec)
}
