//! Keys that are new for each transaction: those of the device that this command plays, and of the devices that it
//! hears.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use cardwire::crypto::{CryptoError, Family, Key};
use cardwire::layout::Content;
use cardwire::{Message, Spec};

use super::counter::Counter;
use super::serial::{Purpose, Serial};

/// What key files call these keys.
pub(super) const NAME: &str = "dukpt";

/// The section `[dukpt]` of a key file.
pub(super) struct Dukpt {
    /// The base derivation key, or the initial key of the one device.
    pub(super) key: Key,
    pub(super) is_initial: bool,
    /// The device that this command plays: the number of its last transaction.
    pub(super) own: Option<Serial>,
    /// The element that the number is in.
    pub(super) element: u8,
    /// The key file, beside which the counter is kept.
    pub(super) file: PathBuf,
    pub(super) counter: Mutex<Option<Counter>>,
    /// The last number that was seen of each device.
    pub(super) seen: Mutex<BTreeMap<Vec<u8>, Serial>>,
}

impl Dukpt {
    /// Errs when no key can be derived from the one of the file, because of its kind.
    pub(super) fn check(&self) -> Result<(), String> {
        let family = self.key.kind().family();
        let digits = match family {
            Family::Des => "00000000000000000001",
            Family::Aes => "000000000000000000000001",
        };
        let serial = Serial::from_hex(family, digits).map_err(|error| error.to_string())?;
        let key = serial.initial_key(&self.key);
        key.map(drop).map_err(|error| format!("[dukpt] {error}"))
    }

    /// The number of a transaction that begins: never one that was used.
    pub(super) fn begin(&self) -> Result<Serial, String> {
        let own = self.own.ok_or("the file says no ksn of a device, whose keys to use")?;
        let mut counter = self.counter.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = match &mut *counter {
            Some(counter) => counter,
            none => none.insert(Counter::open(&self.file, own)?),
        };
        counter.take()
    }

    /// The number that a message carries.
    pub(super) fn of(&self, message: &Message<'_>) -> Result<Serial, String> {
        let element = self.element;
        let field = message.get(element).ok_or_else(|| format!("no key serial number in field {element}"))?;
        let octets: Vec<u8> = field.expose().octets().collect();
        let family = self.key.kind().family();
        let serial = match is_binary(message.spec(), element) {
            true => Serial::new(family, &octets),
            false => Serial::from_hex(family, &String::from_utf8_lossy(&octets)),
        };
        serial.map_err(|error| format!("field {element}: {error}"))
    }

    /// A number as the element of a spec holds it.
    pub(super) fn value(&self, serial: Serial, spec: &Spec<'_>) -> Vec<u8> {
        match is_binary(spec, self.element) {
            true => serial.as_bytes().to_vec(),
            false => serial.to_string().into_bytes(),
        }
    }

    /// The key of a transaction.
    pub(super) fn key(&self, serial: Serial, purpose: Purpose, wanted: Family) -> Result<Key, String> {
        let initial = match self.is_initial {
            true if self.own.is_some_and(|own| own.device() != serial.device()) => {
                return Err(CryptoError::AnotherDevice.to_string());
            }
            true => Ok(self.key.clone()),
            false => serial.initial_key(&self.key),
        };
        let key = initial.and_then(|initial| serial.working_key(&initial, purpose, wanted));
        key.map_err(|error| error.to_string())
    }

    /// Remembers the number of a message that was found good; errs when it is not above the last of its device.
    pub(super) fn see(&self, serial: Serial) -> Result<(), String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let device = serial.device();
        if let Some(last) = seen.get(&device) {
            serial.follows(*last).map_err(|error| error.to_string())?;
        }
        seen.insert(device, serial);
        Ok(())
    }
}

/// Whether an element holds octets; else it holds hexadecimal digits.
fn is_binary(spec: &Spec<'_>, element: u8) -> bool {
    spec.element(element).is_some_and(|element| element.content() == Content::B)
}
