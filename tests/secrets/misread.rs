//! Messages that are read wrong, and every text that is made of them.

use cardwire::codes::Lang;
use cardwire::{Builder, Field, Inspection, Spec, spec};

use super::oracle::Needles;
use super::{Dice, Secrets, message};
use crate::common::hex;

/// A message of one spec, with octets in front and perhaps cut: for all specs to read.
pub(crate) struct Misread {
    pub(crate) spec: &'static Spec<'static>,
    pub(crate) octets: Vec<u8>,
    /// Whether the end is missing.
    pub(crate) is_cut: bool,
}

impl Misread {
    pub(crate) fn new(dice: &mut Dice<'_>, secrets: &Secrets) -> Self {
        let specs: Vec<_> = spec::builtin().collect();
        let spec = *dice.pick(&specs);
        let in_front = if dice.one_in(3) { 0 } else { dice.below(25) };
        let kind = dice.below(3);
        let mut octets = match kind {
            0 => dice.octets(in_front),
            _ => dice.digits(in_front).into_bytes(),
        };
        let cut = if dice.one_in(3) { Some(dice.below(1 << 16)) } else { None };
        octets.extend(message(dice, spec, secrets));
        if kind == 2 && in_front > 3 {
            let length = format!("{:04}", octets.len() - in_front);
            octets[in_front - 4..in_front].copy_from_slice(&length.as_bytes()[..4]);
        }
        let end = cut.map_or(octets.len(), |cut| cut % octets.len());
        octets.truncate(end);
        Self { spec, octets, is_cut: cut.is_some() }
    }
}

/// What any text shows that does not stand there by chance. `others` are the same message with other card data, and
/// `form` is one more text of a message.
pub(crate) fn shown(
    of: &(Misread, Secrets),
    others: &dyn Fn() -> Vec<Misread>,
    form: &dyn Fn(&Inspection<'_>) -> String,
) -> Option<String> {
    let (misread, secrets) = of;
    let needles = Needles::of(secrets);
    for spec in spec::builtin() {
        for (index, text) in texts(spec, &misread.octets, form).into_iter().enumerate() {
            let Some(found) = needles.found_in(&text) else { continue };
            let shows = |other: &Misread| {
                texts(spec, &other.octets, form)
                    .get(index)
                    .is_some_and(|text| needles.found_in(text).is_some())
            };
            if !others().iter().any(shows) {
                let (from, to, pan) = (misread.spec.name(), spec.name(), &secrets.pan);
                return Some(format!("{from} read as {to}: {found} of {pan} in\n{text}"));
            }
        }
    }
    None
}

/// Everything that is formatted of octets read with a spec.
pub(crate) fn texts(spec: &Spec<'_>, octets: &[u8], form: &dyn Fn(&Inspection<'_>) -> String) -> Vec<String> {
    let parsed = Inspection::of(spec, octets);
    let mut texts = vec![
        form(&parsed),
        format!("{parsed:?}"),
        format!("{parsed:#?}"),
        parsed.describe().to_string(),
        without_offsets(&parsed.dump().to_string()),
        parsed.describe().in_lang(Lang::Zh).to_string(),
        without_offsets(&parsed.dump().in_lang(Lang::Zh).to_string()),
        parsed.error().map_or(String::new(), |error| error.in_lang(Lang::Zh).to_string()),
        format!("{:?} {:?}", parsed.error(), parsed.error().map(|error| error.to_string())),
    ];
    if let Some(message) = parsed.message() {
        texts.push(format!("{message:?}"));
        texts.push(message.describe().to_string());
        texts.push(without_offsets(&message.dump().to_string()));
        texts.push(format!("{:?}", Builder::copy_of(message, spec)));
        texts.push(fields(message.fields(), &|field| field.to_string()));
    }
    for format in OF_A_FIELD {
        texts.push(fields(parsed.fields(), format));
        // elements that are asked for one by one know less of their message
        texts.push(fields(parsed.bitmap().iter().filter_map(|number| parsed.get(number)), format));
    }
    texts
}

/// A dump without the first column of its rows: values run on from row to row, and no offset stands between
/// them, nor at the end of a sentence.
fn without_offsets(dump: &str) -> String {
    let rows = dump.lines().map(|row| row.split_once(' ').map_or("", |(_, rest)| rest));
    rows.collect::<Vec<_>>().join("\n")
}

type OfAField = fn(&Field<'_>) -> String;

const OF_A_FIELD: &[OfAField] = &[
    |field| field.to_string(),
    |field| format!("{field:?}"),
    |field| format!("{:?}", field.expose()),
    |field| field.text().map_or(String::new(), |text| format!("{text}{:?}", text.trimmed())),
    |field| format!("{:?}", field.parts()),
    |field| field.parts().map(|part| part.to_string()).collect(),
    |field| field.parts().map(|part| part.text().map_or(String::new(), |text| text.to_string())).collect(),
];

/// The texts of fields, one at the other.
fn fields<'a>(fields: impl Iterator<Item = Field<'a>>, format: &dyn Fn(&Field<'_>) -> String) -> String {
    fields.map(|field| format(&field)).collect()
}

/// What would be shown if nothing were masked.
pub(crate) fn exposed(spec: &Spec<'_>, octets: &[u8]) -> String {
    let open = |field: &Field<'_>| -> String {
        let value: Vec<u8> = field.expose().octets().collect();
        if field.content().is_binary() { hex(&value) } else { String::from_utf8_lossy(&value).into() }
    };
    fields(Inspection::of(spec, octets).fields(), &open)
}
