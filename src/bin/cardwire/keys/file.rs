//! The file of test keys, in TOML. No error repeats a value of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use cardwire::crypto::emv::CardKeyOption;
use cardwire::crypto::key_block::KeyBlock;
use cardwire::crypto::{CheckMethod, Family, Key, MacAlgorithm, MacRule, Padding, Pin, PinFormat};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::dukpt::{self, Dukpt};
use super::serial::Serial;
use super::{EmvUse, Keys, MacUse, PinUse, ZonePin};
use crate::failure::{Failure, Outcome, complain};
use crate::{hex, toml_file};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDoc {
    keys: BTreeMap<String, KeyDoc>,
    mac: Option<MacDoc>,
    pin: Option<PinDoc>,
    emv: Option<EmvDoc>,
    dukpt: Option<DukptDoc>,
}

/// What is wiped when it is dropped.
type Secret = Zeroizing<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyDoc {
    des: Option<Secret>,
    aes: Option<Secret>,
    block: Option<String>,
    under: Option<String>,
    kcv: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MacDoc {
    key: String,
    algorithm: String,
    bytes: Option<usize>,
    from: Option<usize>,
    #[serde(default)]
    always: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PinDoc {
    key: String,
    #[serde(default)]
    format: u8,
    pin: Option<Secret>,
    to: Option<String>,
    #[serde(rename = "to-format")]
    to_format: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmvDoc {
    issuer: String,
    option: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DukptDoc {
    key: String,
    #[serde(default)]
    initial: bool,
    ksn: Option<String>,
    element: u8,
}

/// The keys of a file that others cannot read.
pub(super) fn read(path: &Path) -> Outcome<Keys> {
    let fail = |text: String| Failure::data(format_args!("{}: {text}", path.display()));
    check_permissions(path).map_err(fail)?;
    let text = Zeroizing::new(toml_file::text(path)?);
    let doc: FileDoc = toml::from_str(&text).map_err(|error| {
        let line = toml_file::line(&text, error.span().map_or(0, |span| span.start));
        // what a parser says may repeat what it found, and that may be a key
        let expected = error.message().rsplit_once("expected ").map_or("not understood", |(_, what)| what);
        Failure::data(format_args!("{}, line {line}: expected {expected}", path.display()))
    })?;
    doc.resolve(path).map_err(fail)
}

#[cfg(unix)]
fn check_permissions(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let mode = std::fs::metadata(path).map_err(|error| error.to_string())?.mode();
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err("others can read these keys: chmod 600".into()),
    }
}

#[cfg(not(unix))]
fn check_permissions(_: &Path) -> Result<(), String> {
    Ok(())
}

impl FileDoc {
    fn resolve(&self, path: &Path) -> Result<Keys, String> {
        let mut named = BTreeMap::new();
        // keys in the clear first: blocks are opened with these
        let (clear, wrapped): (Vec<_>, Vec<_>) = self.keys.iter().partition(|(_, doc)| doc.block.is_none());
        for (name, doc) in clear.into_iter().chain(wrapped) {
            if name == dukpt::NAME {
                return Err(
                    "no key can be called dukpt: that is the key of a transaction, see [dukpt]".into()
                );
            }
            let key = doc.resolve(&named).map_err(|text| format!("key {name}: {text}"))?;
            named.insert(name.clone(), key);
        }
        let key = |name: &str| named.get(name).cloned().ok_or(format!("there is no key {name}"));
        let dukpt = self.dukpt.as_ref().map(|doc| doc.resolve(key(&doc.key)?, path)).transpose()?;
        let known = |name: &str| match name {
            dukpt::NAME if dukpt.is_some() => Ok(()),
            dukpt::NAME => Err("the file has no section [dukpt]".to_owned()),
            _ => key(name).map(drop),
        };
        let mac = self.mac.as_ref().map(|doc| {
            known(&doc.key)?;
            let rule = MacRule::new(algorithm(&doc.algorithm)?);
            let rule = doc.bytes.map_or(rule, |bytes| rule.truncated(bytes));
            let rule = doc.from.map_or(rule, |from| rule.covering_from(from));
            Ok::<_, String>(MacUse { key: doc.key.clone(), rule, always: doc.always })
        });
        let pin = self.pin.as_ref().map(|doc| {
            known(&doc.key)?;
            doc.resolve(key)
        });
        let emv = self.emv.as_ref().map(|doc| {
            let option = match doc.option.as_deref() {
                None | Some("A") => CardKeyOption::A,
                Some("B") => CardKeyOption::B,
                Some(_) => return Err("the option of card keys is A or B".to_owned()),
            };
            Ok::<_, String>(EmvUse { issuer: key(&doc.issuer)?, option })
        });
        let (mac, pin, emv) = (mac.transpose()?, pin.transpose()?, emv.transpose()?);
        Ok(Keys { named, mac, pin, emv, dukpt })
    }
}

impl PinDoc {
    fn resolve(&self, key: impl Fn(&str) -> Result<Key, String>) -> Result<PinUse, String> {
        let format = |number| PinFormat::of(number).ok_or("PIN formats are 0 to 4");
        let secret = self.pin.as_ref().map(|pin| Pin::new(pin)).transpose();
        let secret = secret.map_err(|error| error.to_string())?;
        let zone = match (&self.to, self.to_format) {
            (None, None) => None,
            (None, Some(_)) => return Err("to-format goes with to, which names a key".into()),
            (Some(name), other) => {
                let other = format(other.unwrap_or(self.format))?;
                let zone = ZonePin { key: key(name)?, format: other };
                let bits = |key: &Key| key.kind().strength_bits();
                if key(&self.key).is_ok_and(|from| bits(&from) > bits(&zone.key)) {
                    complain(format_args!(
                        "PIN blocks are translated to {name}, which is weaker than {}",
                        self.key
                    ));
                }
                Some(zone)
            }
        };
        Ok(PinUse { key: self.key.clone(), format: format(self.format)?, secret, zone })
    }
}

impl DukptDoc {
    fn resolve(&self, key: Key, path: &Path) -> Result<Dukpt, String> {
        let own = self.ksn.as_deref().map(|digits| Serial::from_hex(key.kind().family(), digits));
        let own = own.transpose().map_err(|error| error.to_string())?;
        if self.initial && own.is_none() {
            return Err("an initial key is that of one device: say its ksn".into());
        }
        let dukpt = Dukpt {
            key,
            is_initial: self.initial,
            own,
            element: self.element,
            file: path.to_owned(),
            counter: Mutex::default(),
            seen: Mutex::default(),
        };
        dukpt.check()?;
        Ok(dukpt)
    }
}

impl KeyDoc {
    fn resolve(&self, known: &BTreeMap<String, Key>) -> Result<Key, String> {
        let said = |error: cardwire::crypto::CryptoError| error.to_string();
        let key = match (&self.des, &self.aes, &self.block) {
            (Some(digits), None, None) => Key::from_hex(Family::Des, digits).map_err(said)?,
            (None, Some(digits), None) => Key::from_hex(Family::Aes, digits).map_err(said)?,
            (None, None, Some(block)) => {
                let under = self.under.as_ref().and_then(|name| known.get(name));
                let under = under.ok_or("`under` names the clear key that a block is opened with")?;
                KeyBlock::parse(block).and_then(|block| block.unwrap(under)).map_err(said)?
            }
            _ => return Err("say one of des, aes and block".into()),
        };
        if let Some(kcv) = &self.kcv {
            let octets = hex::octets(kcv.as_bytes()).map_err(|_| "its kcv is no hexadecimal digits")?;
            let by_cmac = key.kind().family() == Family::Aes && octets.len() > 3;
            let method = if by_cmac { CheckMethod::Cmac } else { CheckMethod::Zeros };
            key.verify_check_value(method, &octets).map_err(said)?;
        }
        Ok(key)
    }
}

/// The algorithms by name.
pub(crate) const ALGORITHMS: [(&str, MacAlgorithm); 7] = [
    ("x9.9", MacAlgorithm::X9_9),
    ("x9.19", MacAlgorithm::X9_19),
    ("iso9797-1-padding2", MacAlgorithm::Cbc(Padding::Bit)),
    ("iso9797-3-padding2", MacAlgorithm::Retail(Padding::Bit)),
    ("cmac", MacAlgorithm::Cmac),
    ("unionpay-ecb", MacAlgorithm::UnionPayEcb),
    ("unionpay-cbc", MacAlgorithm::UNIONPAY_CBC),
];

/// The algorithm of a name.
pub(super) fn algorithm(name: &str) -> Result<MacAlgorithm, String> {
    let known = ALGORITHMS.iter().find(|(known, _)| *known == name);
    known.map(|(_, algorithm)| *algorithm).ok_or_else(|| {
        let names: Vec<&str> = ALGORITHMS.iter().map(|(name, _)| *name).collect();
        format!("MAC algorithms are {}", names.join(", "))
    })
}

/// The keys of a text that is well formed.
#[cfg(test)]
pub(super) fn parsed(text: &str, path: &Path) -> Result<Keys, String> {
    let doc: FileDoc = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    doc.resolve(path)
}
