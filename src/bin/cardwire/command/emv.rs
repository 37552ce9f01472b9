//! `cardwire emv`.

use std::io::Write;

use cardwire::codes::{EmvBits, EmvMeaning, Lang};
use cardwire::spec::ISO87_BCD;
use cardwire::{Builder, Field, Message, Mti};

use crate::failure::{Failure, Outcome};
use crate::output::{Output, Role};
use crate::{argument, hex, json};

/// Chip data (DE 55): its objects, and what the bits of TVR, TSI, AIP, CVM results, capabilities and CVR say.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cardwire emv 95 0000048000\n  \
    cardwire emv 9F2608A1B2C3D4E5F607189505000004800082023900\n  \
    cardwire emv --expose 9F100706010A03A0B800\n\n\
    With --keys, `cardwire check` verifies the cryptogram of DE 55.")]
pub(crate) struct EmvCommand {
    /// A tag and its value, or objects one after the other, in hexadecimal digits; without them standard input.
    #[arg(value_name = "[TAG] HEX", num_args = 0..=2)]
    words: Vec<String>,
    /// JSON, one object a line.
    #[arg(long)]
    json: bool,
    /// Show card data as it is.
    #[arg(long)]
    expose: bool,
}

impl EmvCommand {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let octets = match self.words.as_slice() {
            [tag, value] => object(tag, value)?,
            words => argument::octets(words.first().map(String::as_str))?,
        };
        // as an element of a message it is checked, split and masked as everywhere
        let mut builder = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST);
        let wire = builder.set(55, octets.as_slice()).to_vec().map_err(Failure::data)?;
        let message = Message::parse(&ISO87_BCD, &wire).map_err(Failure::data)?;
        let chip = message.require(55).map_err(Failure::data)?;
        chip.parts().try_for_each(|part| self.tell(output, &part))
    }

    fn tell(&self, output: &mut Output, part: &Field<'_>) -> Outcome {
        let masked = part.is_masked() && !self.expose;
        let value: Vec<u8> = part.expose().octets().collect();
        let shown = match masked {
            true => part.to_string(),
            false if part.content().is_binary() => hex::text(&value),
            false => value.iter().copied().map(char::from).collect(),
        };
        let octets = if part.content().is_binary() { value } else { packed(&value) };
        let said = if masked { Vec::new() } else { meanings(part.key().value(), &octets) };
        if self.json {
            return object_of(output, part, &shown, masked, &said);
        }
        let tag = output.paint(Role::Key, &format!("{:>5}", part.shown_key()));
        let shown = output.paint(if masked { Role::Masked } else { Role::Value }, &shown);
        let name = format!("{:<46}", part.name());
        output.line(format_args!("{tag} {name} {shown}"))?;
        for meaning in &said {
            let place =
                output.paint(Role::Faint, &format!("byte {} {:08b}", meaning.octet(), meaning.mask()));
            let [en, zh] = [Lang::En, Lang::Zh].map(|lang| meaning.words(lang).to_string());
            output.line(format_args!("      {place}  {en} {zh}"))?;
        }
        Ok(())
    }
}

/// What the bits of an object say.
fn meanings(tag: u32, octets: &[u8]) -> Vec<EmvMeaning> {
    let found = match tag {
        0x9F10 => EmvBits::of_issuer_data(octets),
        tag => EmvBits::of_tag(tag).map(|bits| (bits, octets)),
    };
    let said = found.and_then(|(bits, octets)| Some(bits.read(octets)?.collect()));
    said.unwrap_or_default()
}

/// Digits, two to an octet.
fn packed(digits: &[u8]) -> Vec<u8> {
    hex::octets(digits).unwrap_or_default()
}

/// One object as JSON.
fn object_of(
    output: &mut Output,
    part: &Field<'_>,
    shown: &str,
    masked: bool,
    said: &[EmvMeaning],
) -> Outcome {
    let mut text = format!("{{\"tag\":\"{}\",\"name\":", part.shown_key()).into_bytes();
    json::string(&mut text, part.name().bytes());
    text.extend(b",\"value\":");
    json::string(&mut text, shown.bytes());
    if masked {
        text.extend(b",\"masked\":true");
    }
    text.extend(b",\"bits\":[");
    for (index, meaning) in said.iter().enumerate() {
        let words = |lang| serde_json::Value::from(meaning.words(lang).to_string());
        let comma = if index > 0 { "," } else { "" };
        let (byte, mask) = (meaning.octet(), meaning.mask());
        let (en, zh) = (words(Lang::En), words(Lang::Zh));
        let one =
            format!("{comma}{{\"byte\":{byte},\"mask\":\"{mask:02X}\",\"meaning\":{en},\"中文\":{zh}}}");
        text.extend(one.bytes());
    }
    text.extend(b"]}\n");
    Ok(output.bytes().write_all(&text)?)
}

/// A tag and a value as an object of BER-TLV.
fn object(tag: &str, value: &str) -> Outcome<Vec<u8>> {
    let octets = |digits: &str| hex::octets(digits.as_bytes()).map_err(|(_, text)| Failure::usage(text));
    let (mut object, value) = (octets(tag)?, octets(value)?);
    // no tag that is known has more than three octets
    if object.is_empty() || object.len() > 3 {
        return Err(Failure::usage("the tag comes first: cardwire emv 95 0000048000"));
    }
    match u8::try_from(value.len()) {
        Ok(len @ ..=0x7F) => object.push(len),
        Ok(len) => object.extend([0x81, len]),
        Err(_) => return Err(Failure::data("a value of more than 255 bytes")),
    }
    object.extend(value);
    Ok(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO/IEC 8825-1: a length of up to 127 is one octet, a longer one has an octet that counts those of it.
    #[test]
    fn a_tag_and_a_value_are_an_object() {
        for (len, head) in [(0, "9500"), (1, "9501"), (127, "957F"), (128, "958180"), (255, "9581FF")] {
            let object = object("95", &"00".repeat(len)).expect("an object");
            assert_eq!(hex::text(&object), format!("{head}{}", "00".repeat(len)), "{len}");
        }
        for tag in ["9F26", "DF8101"] {
            assert!(object(tag, "00").is_ok_and(|object| hex::text(&object) == format!("{tag}0100")));
        }
        let words = |tag: &str, value: &str| match object(tag, value) {
            Err(Failure::Usage(words)) => format!("usage: {words}"),
            Err(Failure::Data(words)) => format!("data: {words}"),
            _ => String::new(),
        };
        let first = "usage: the tag comes first: cardwire emv 95 0000048000";
        assert_eq!((words("", "00"), words("00000480", "95")), (first.into(), first.into()));
        assert_eq!(words("95", &"00".repeat(256)), "data: a value of more than 255 bytes");
        assert!(words("9", "00").starts_with("usage: ") && words("95", "0x").starts_with("usage: "));
    }
}
