//! The spec as a table of Lua: every element with all that reading it takes.

use cardwire::Spec;
use cardwire::layout::{
    BitmapForm, CodePage, Coding, Content, Element, Form, Layout, LengthUnit, NextBitmap, Order, Prefix,
    PrefixCoding, Side, Tag, Zone,
};
use cardwire::mask::Privacy;
use cardwire::spec::MtiCoding;

use super::string;
use crate::lang::lang;

const PAGES: [CodePage; 4] = [CodePage::Cp037, CodePage::Cp500, CodePage::Cp1047, CodePage::Cp1047Lf];

/// Writes the spec, and what the preferences are at first.
pub(super) fn write(out: &mut String, spec: &Spec<'_>, defaults: &[(&str, &str)]) {
    out.push_str("\n-- the spec\ncw.spec = {\n");
    let mti = match spec.mti() {
        MtiCoding::Ascii => "ascii",
        MtiCoding::Ebcdic => "ebcdic",
        MtiCoding::Bcd => "bcd",
        MtiCoding::Binary => "binary",
        MtiCoding::Hex => "hex",
    };
    out.push_str(&format!("name = {}, header = {}, mti = \"{mti}\",\n", string(spec.name()), spec.header()));
    let defaults: Vec<String> =
        defaults.iter().map(|(name, value)| format!("{name} = {}", string(value))).collect();
    out.push_str(&format!("defaults = {{ {} }},\n", defaults.join(", ")));
    out.push_str("-- code pages: the Latin-1 character of each octet\npages = {\n");
    for code_page in PAGES {
        let characters: String = (0..=255).map(|octet| format!("{:02X}", code_page.get(octet))).collect();
        out.push_str(&format!("[{}] = \"{characters}\",\n", page(code_page)));
    }
    out.push_str("},\nbody = ");
    layout(out, spec.body());
    out.push_str("}\n");
}

fn layout(out: &mut String, of: &Layout<'_>) {
    match *of.order() {
        Order::Bitmap(form) => out.push_str(&format!("{{ o = \"bitmap\", form = {},", bitmap(form))),
        Order::Positions { required } => {
            out.push_str(&format!("{{ o = \"positions\", required = {required},"));
        }
        Order::Tags { tag: written, length_first, unknown } => {
            out.push_str(&format!("{{ o = \"tags\", tag = {},", tag(written)));
            if let Some(first) = length_first {
                let counts = first.counts_tag;
                out.push_str(&format!(" first = {},", prefix(first.prefix, &format!(", tag = {counts}"))));
            }
            if let Some(model) = unknown {
                out.push_str(" unknown = ");
                element(out, model);
            }
        }
    }
    out.push_str(" by = {\n");
    for one in of.elements() {
        out.push_str(&format!("[{}] = ", one.key()));
        element(out, one);
    }
    out.push_str("} },\n");
}

fn element(out: &mut String, of: &Element<'_>) {
    out.push_str(&format!(
        "{{ k = {}, n = {}, t = {}, c = \"{}\", lo = {}, hi = {}, ps = \"{}\", pn = {}, z = {},",
        of.key(),
        string(of.name()),
        string(of.name_in(lang())),
        of.content(),
        of.min(),
        of.max(),
        match of.pad_nibble().side {
            Side::Left => "left",
            Side::Right => "right",
        },
        of.pad_nibble().nibble,
        fill(of)
    ));
    out.push_str(&coding(of.coding()));
    out.push_str(&form(of.form()));
    out.push_str(&match of.privacy() {
        Privacy::Open => " v = \"open\",".to_owned(),
        Privacy::Pan { head, tail } => format!(" v = \"pan\", vh = {head}, vt = {tail},"),
        Privacy::Track => " v = \"track\",".to_owned(),
        Privacy::Secret => " v = \"secret\",".to_owned(),
    });
    if let Some(parts) = of.layout() {
        out.push_str(" l = ");
        layout(out, parts);
    }
    out.push_str("},\n");
}

/// What stands after a padded value, as it lies on the wire.
fn fill(of: &Element<'_>) -> u8 {
    let usual = match of.content() {
        Content::N | Content::Ne | Content::H | Content::Yn => b'0',
        Content::B => 0,
        _ => b' ',
    };
    let with = of.fill().map_or(usual, |fill| fill.with);
    match of.coding() {
        Coding::Ebcdic(page) => page.put(with),
        _ => with,
    }
}

fn coding(of: Coding) -> String {
    match of {
        Coding::Ascii => " w = \"ascii\",".into(),
        Coding::Ebcdic(on) => format!(" w = \"ebcdic\", pg = {},", page(on)),
        Coding::Bcd => " w = \"bcd\",".into(),
        Coding::Raw => " w = \"raw\",".into(),
        Coding::Hex => " w = \"hex\",".into(),
        Coding::EbcdicHex(on) => format!(" w = \"ebcdic-hex\", pg = {},", page(on)),
        Coding::Zoned(Zone::C) => " w = \"zoned\", zone = 12,".into(),
        Coding::Zoned(Zone::F) => " w = \"zoned\", zone = 15,".into(),
    }
}

fn form(of: Form) -> String {
    match of {
        Form::Fixed => " f = \"fixed\",".into(),
        Form::Prefixed(announced) => format!(" f = \"prefixed\", p = {},", prefix(announced, "")),
        Form::Padded(announced) => format!(" f = \"padded\", p = {},", prefix(announced, "")),
        Form::Rest => " f = \"rest\",".into(),
        Form::IfLetter => " f = \"if-letter\",".into(),
        Form::Nothing => " f = \"nothing\",".into(),
        Form::Until(end) => {
            let octets: Vec<String> = end.octets().iter().map(u8::to_string).collect();
            format!(" f = \"until\", t = {{ {} }},", octets.join(", "))
        }
    }
}

fn prefix(of: Prefix, more: &str) -> String {
    let coding = match of.coding {
        PrefixCoding::Ascii => "c = \"ascii\"".to_owned(),
        PrefixCoding::Ebcdic(on) => format!("c = \"ebcdic\", pg = {}", page(on)),
        PrefixCoding::Bcd => "c = \"bcd\"".to_owned(),
        PrefixCoding::Binary => "c = \"binary\"".to_owned(),
        PrefixCoding::Hex => "c = \"hex\"".to_owned(),
        PrefixCoding::Ber => "c = \"ber\"".to_owned(),
    };
    let counts = match of.counts {
        LengthUnit::Units => "units",
        LengthUnit::Bytes => "bytes",
        LengthUnit::Nibbles => "nibbles",
    };
    format!("{{ {coding}, w = {}, u = \"{counts}\", i = {}{more} }}", of.width, of.includes)
}

fn tag(of: Tag) -> String {
    match of {
        Tag::Ber => "{ k = \"ber\" }".into(),
        Tag::Digits(width) => format!("{{ k = \"digits\", w = {width} }}"),
        Tag::Text(width) => format!("{{ k = \"text\", w = {width} }}"),
        Tag::Ebcdic(on, width) => format!("{{ k = \"text\", w = {width}, pg = {} }}", page(on)),
        Tag::Octets(width) => format!("{{ k = \"octets\", w = {width} }}"),
    }
}

fn bitmap(of: BitmapForm) -> String {
    let next = |next| match next {
        NextBitmap::Never => "never",
        NextBitmap::Announced => "announced",
        NextBitmap::Always => "always",
        NextBitmap::InElement => "in-element",
    };
    let (coding, len) = match of.coding {
        Coding::Hex => ("w = \"hex\"".to_owned(), 2 * of.octets),
        Coding::EbcdicHex(on) => (format!("w = \"hex\", pg = {}", page(on)), 2 * of.octets),
        _ => ("w = \"raw\"".to_owned(), of.octets),
    };
    let (second, third) = (next(of.second), next(of.third));
    format!("{{ {coding}, n = {}, len = {len}, second = \"{second}\", third = \"{third}\" }}", of.octets)
}

/// What a code page is called in the table.
const fn page(of: CodePage) -> u8 {
    match of {
        CodePage::Cp037 => 1,
        CodePage::Cp500 => 2,
        CodePage::Cp1047 => 3,
        CodePage::Cp1047Lf => 4,
    }
}
