//! Test keys from a file, and what the messages of a link are signed and checked with.

mod check;
mod counter;
mod dukpt;
mod file;
mod serial;
mod sign;

pub(crate) use check::Checked;
pub(crate) use file::ALGORITHMS;
pub(crate) use sign::{Turn, sign};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cardwire::crypto::emv::CardKeyOption;
use cardwire::crypto::{Family, Key, MacAlgorithm, MacRule, Pan, Pin, PinFormat, Random};
use cardwire::{Message, de};

use self::dukpt::Dukpt;
use self::serial::{Purpose, Serial};
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
    dukpt: Option<Dukpt>,
}

/// How messages are signed and verified.
struct MacUse {
    /// The name of a key, or [`dukpt::NAME`].
    key: String,
    rule: MacRule,
    /// Every message has a MAC, not only those that come with the element.
    always: bool,
}

/// How PIN blocks are made.
pub(crate) struct PinUse {
    /// The name of a key, or [`dukpt::NAME`].
    pub(crate) key: String,
    pub(crate) format: PinFormat,
    /// The PIN of test cards: put into messages that have a DE 52, and expected in those that come.
    secret: Option<Pin>,
    /// What blocks are translated to.
    zone: Option<ZonePin>,
}

/// The key and format of the next link.
struct ZonePin {
    key: Key,
    format: PinFormat,
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

    /// Whether messages are signed, or PIN blocks made, with a key for each transaction. A device has one transaction
    /// at a time, so that its counters arrive in order.
    pub(crate) fn has_transactions(&self) -> bool {
        self.signs_by_dukpt() || self.enciphers_by_dukpt()
    }

    fn signs_by_dukpt(&self) -> bool {
        self.mac.as_ref().is_some_and(|mac| mac.key == dukpt::NAME)
    }

    fn enciphers_by_dukpt(&self) -> bool {
        self.pin.as_ref().is_some_and(|pin| pin.key == dukpt::NAME && pin.secret.is_some())
    }

    /// The key that a section names; `serial` is asked for when it is that of a transaction.
    fn key(
        &self,
        name: &str,
        purpose: Purpose,
        wanted: Family,
        serial: impl FnOnce(&Dukpt) -> Result<Serial, String>,
    ) -> Result<Cow<'_, Key>, String> {
        match &self.dukpt {
            Some(dukpt) if name == dukpt::NAME => dukpt.key(serial(dukpt)?, purpose, wanted).map(Cow::Owned),
            _ => self.named.get(name).map(Cow::Borrowed).ok_or_else(|| format!("there is no key {name}")),
        }
    }
}

impl MacUse {
    /// The family of keys that AES DUKPT derives for the algorithm.
    const fn family(&self) -> Family {
        match self.rule.algorithm() {
            MacAlgorithm::Cmac => Family::Aes,
            _ => Family::Des,
        }
    }
}

/// The family of keys for a format of PIN blocks.
const fn family_of(format: PinFormat) -> Family {
    if matches!(format, PinFormat::Iso4) { Family::Aes } else { Family::Des }
}

/// The purpose of the key of a message's MAC.
fn mac_purpose(message: &Message<'_>) -> Purpose {
    if message.mti().is_response() { Purpose::MacOfResponse } else { Purpose::MacOfRequest }
}

/// The card number of DE 2 or DE 35.
fn account_of(message: &Message<'_>) -> Option<Pan> {
    let field = message.get(de::PAN).or_else(|| message.get(35))?;
    Pan::of_octets(field.expose().octets().take_while(u8::is_ascii_digit)).ok()
}

/// Random octets of the operating system.
pub(crate) fn random() -> Outcome<Random> {
    let mut octets = Random::default();
    match getrandom::fill(&mut octets) {
        Ok(()) => Ok(octets),
        Err(error) => Err(Failure::data(format_args!("no random octets: {error}"))),
    }
}

#[cfg(test)]
mod tests;
