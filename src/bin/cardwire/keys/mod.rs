//! Test keys from a file, and what the messages of a link are signed and checked with.

mod file;

pub(crate) use file::ALGORITHMS;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cardwire::crypto::emv::{self, ArpcMethod, CardKeyOption, CryptogramData, IssuerDecision};
use cardwire::crypto::{
    Bound, CryptoError, Key, MacRule, Pan, Pin, PinBlock, PinFormat, Random, SealError, Software, pin,
};
use cardwire::{Builder, Field, Message, Spec, de};

use crate::failure::{Failure, Outcome};

/// Where the keys are.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct KeyArgs {
    /// A TOML file of test keys: `cardwire key --help` shows one. It must not be readable by others.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
}

impl KeyArgs {
    /// The keys, if a file was said.
    pub(crate) fn chosen(&self) -> Outcome<Option<&'static Keys>> {
        // a command reads one file and ends
        let leaked = |file: &Path| Keys::read(file).map(|keys| &*Box::leak(Box::new(keys)));
        self.keys.as_deref().map(leaked).transpose()
    }

    /// The keys of the file, which must have been said.
    pub(crate) fn required(&self) -> Outcome<&'static Keys> {
        self.chosen()?.ok_or_else(|| Failure::usage("say where the test keys are: --keys FILE"))
    }
}

/// The keys of a file, and what they are for.
pub(crate) struct Keys {
    named: BTreeMap<String, Key>,
    mac: Option<MacUse>,
    pub(crate) pin: Option<PinUse>,
    emv: Option<EmvUse>,
}

/// How messages are signed and verified.
struct MacUse {
    key: Key,
    rule: MacRule,
    /// Every message has a MAC, not only those that come with the element.
    always: bool,
}

/// How PIN blocks are made.
pub(crate) struct PinUse {
    pub(crate) key: String,
    pub(crate) format: PinFormat,
    /// The PIN of test cards: put into messages that have a DE 52, and expected in those that come.
    secret: Option<Pin>,
}

/// How application cryptograms are verified.
struct EmvUse {
    issuer: Key,
    option: CardKeyOption,
}

impl Keys {
    /// The keys of a file.
    fn read(path: &Path) -> Outcome<Self> {
        file::read(path)
    }

    /// The names, in alphabetical order, and the keys.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Key)> {
        self.named.iter().map(|(name, key)| (name.as_str(), key))
    }

    /// The key of a name.
    pub(crate) fn named(&self, name: &str) -> Outcome<&Key> {
        self.named.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.named.keys().map(String::as_str).collect();
            Failure::usage(format_args!("the file has no key of that name; there are {}", names.join(", ")))
        })
    }

    /// What is wrong with a message in the eyes of these keys: the element, and words.
    pub(crate) fn faults(&self, message: &Message<'_>) -> Vec<(Option<u8>, String)> {
        let cryptogram = self.cryptogram_fault(message).map(|text| (Some(de::ICC), text));
        let pin = self.pin_fault(message).map(|text| (Some(de::PIN), text));
        self.mac_fault(message).into_iter().chain(pin).chain(cryptogram).collect()
    }

    /// The issuer's response (91) to the cryptogram of a request, approved; nothing where there is none.
    pub(crate) fn authentication(&self, request: &Message<'_>) -> Option<Vec<u8>> {
        let EmvUse { issuer, option } = self.emv.as_ref()?;
        let chip = request.get(55)?;
        let octets: Vec<u8> = chip.part(0x9F26)?.expose().octets().collect();
        let (pan, sequence) = card_of(request, &chip).ok()?;
        let card = emv::card_key(issuer, &pan, sequence, *option).ok()?;
        let data = CryptogramData::of(&chip).ok()?;
        let good = data.verify(&card, data.cvn().ok()?, &octets).ok()?;
        let decision = match good.method() {
            ArpcMethod::One => IssuerDecision::Code(*b"00"),
            // the card's counters are reset, as an approval has it
            ArpcMethod::Two => IssuerDecision::Status([0, 0x82, 0, 0], &[]),
        };
        good.respond(decision).ok().map(|octets| octets.as_bytes().to_vec())
    }

    /// The message with its MAC, if the file says how and the message is to have one.
    fn signed(&self, message: &Message<'_>, wanted: bool) -> Result<Option<Vec<u8>>, String> {
        let block = self.pin_block(message).transpose().map_err(|error| error.to_string())?;
        let mut builder = Builder::copy_of(message, message.spec());
        if let Some(block) = &block {
            builder.set(de::PIN, block.as_bytes());
        }
        let mac = self.mac.as_ref().filter(|mac| mac.always || wanted || message.mac_span().is_some());
        let Some(MacUse { key, rule, .. }) = mac else {
            let changed = block.is_some().then(|| builder.to_vec()).transpose();
            return changed.map_err(|error| error.to_string());
        };
        let mut out = vec![0; message.wire().len() + ROOM];
        let signed = rule.sign(&Software, key, &builder, &mut out).map_err(|error| error.to_string())?;
        Ok(Some(signed.to_vec()))
    }

    /// The block of the file's PIN, for a message that has a DE 52.
    fn pin_block(&self, message: &Message<'_>) -> Option<Result<PinBlock, CryptoError>> {
        let PinUse { key, format, secret } = self.pin.as_ref()?;
        let (secret, key) = (secret.as_ref()?, self.named.get(key)?);
        message.get(de::PIN)?;
        let pan = account_of(message);
        let bound = pan.as_ref().map_or(Bound::ToNothing, Bound::To);
        let random = random().ok()?;
        Some(pin::encrypt(key, *format, secret, bound, &random))
    }

    /// What is wrong with the PIN block of a message, in words.
    fn pin_fault(&self, message: &Message<'_>) -> Option<String> {
        let PinUse { key, format, secret } = self.pin.as_ref()?;
        let (key, pan) = (self.named.get(key)?, account_of(message));
        let block: Vec<u8> = message.get(de::PIN)?.expose().octets().collect();
        let bound = pan.as_ref().map_or(Bound::ToNothing, Bound::To);
        match pin::decrypt(key, *format, &block, bound) {
            Err(error) => Some(error.to_string()),
            Ok(found) if secret.as_ref().is_some_and(|secret| *secret != found) => {
                Some("the PIN is not the one of the file".into())
            }
            Ok(_) => None,
        }
    }

    /// What is wrong with the MAC of a message, in words, and the element.
    fn mac_fault(&self, message: &Message<'_>) -> Option<(Option<u8>, String)> {
        let MacUse { key, rule, always } = self.mac.as_ref()?;
        let element = || u8::try_from(message.mac_span()?.element().key().value()).ok();
        match rule.verify(&Software, key, *message) {
            Ok(_) => None,
            Err(SealError::NoMac) if !always && !message.has(64) && !message.has(128) => None,
            Err(error) => Some((element(), error.to_string())),
        }
    }

    /// What is wrong with the application cryptogram of a message, in words.
    fn cryptogram_fault(&self, message: &Message<'_>) -> Option<String> {
        let EmvUse { issuer, option } = self.emv.as_ref()?;
        let chip = message.get(55)?;
        let received = chip.part(0x9F26)?;
        let verified = card_of(message, &chip).and_then(|(pan, sequence)| {
            let card = emv::card_key(issuer, &pan, sequence, *option)?;
            let data = CryptogramData::of(&chip)?;
            let octets: Vec<u8> = received.expose().octets().collect();
            data.verify(&card, data.cvn()?, &octets)
        });
        verified.err().map(|error| error.to_string())
    }
}

/// The octets of a message with their MAC, where there are keys and these say so.
pub(crate) fn sign(keys: Option<&Keys>, spec: &Spec<'_>, wire: Vec<u8>) -> Result<Vec<u8>, String> {
    sign_if(false, keys, spec, wire)
}

/// The same of a message that is to have a MAC whether or not it comes with the element: a response to one that has.
pub(crate) fn sign_if(
    wanted: bool,
    keys: Option<&Keys>,
    spec: &Spec<'_>,
    wire: Vec<u8>,
) -> Result<Vec<u8>, String> {
    let Some(keys) = keys else { return Ok(wire) };
    let message = Message::parse(spec, &wire).map_err(|error| error.to_string())?;
    Ok(keys.signed(&message, wanted)?.unwrap_or(wire))
}

/// What a MAC element, and a bitmap for it, may add to a message.
const ROOM: usize = 64;

/// The card number of DE 2 or DE 35.
fn account_of(message: &Message<'_>) -> Option<Pan> {
    let field = message.get(de::PAN).or_else(|| message.get(35))?;
    Pan::of_octets(field.expose().octets().take_while(u8::is_ascii_digit)).ok()
}

/// Card number and sequence number: of DE 55 (5A, 57, 5F34), else of DE 2, 35 and 23.
fn card_of(message: &Message<'_>, chip: &Field<'_>) -> Result<(Pan, u8), CryptoError> {
    let octets = |field: Field<'_>| field.expose().octets().collect::<Vec<_>>();
    let nibbles = |octets: Vec<u8>| octets.into_iter().flat_map(|octet| [octet >> 4, octet & 15]);
    let digits = |nibbles: &mut dyn Iterator<Item = u8>| {
        Pan::of_octets(nibbles.take_while(|nibble| *nibble < 10).map(|digit| b'0' + digit))
    };
    let pan = match chip.part(0x5A).or_else(|| chip.part(0x57)) {
        Some(number) => digits(&mut nibbles(octets(number))),
        None => account_of(message).ok_or(CryptoError::Object(0x5A)),
    };
    let sequence = chip.part(0x5F34).or_else(|| message.get(23));
    let sequence = sequence.and_then(|field| field.expose().number().ok()).unwrap_or(0);
    Ok((pan?, u8::try_from(sequence).unwrap_or(u8::MAX)))
}

/// Random octets of the operating system.
pub(crate) fn random() -> Outcome<Random> {
    let mut octets = Random::default();
    match getrandom::fill(&mut octets) {
        Ok(()) => Ok(octets),
        Err(error) => Err(Failure::data(format_args!("no random octets: {error}"))),
    }
}
