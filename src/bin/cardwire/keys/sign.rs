//! Messages signed, and their PIN blocks made or translated.

use cardwire::crypto::{Bound, PinSide, Software, pin};
use cardwire::{Builder, Message, Spec, de};

use super::serial::{Purpose, Serial};
use super::{Keys, PinUse, account_of, family_of, mac_purpose, random};

/// Whose turn a message is.
#[derive(Clone, Copy)]
pub(crate) enum Turn<'m> {
    /// It begins a transaction, or is said to answer one.
    Own,
    /// It answers this request, and has a MAC if that has one.
    Response(&'m Message<'m>),
}

/// The octets of a message with their MAC and PIN block, where there are keys and these say so.
pub(crate) fn sign(
    turn: Turn<'_>,
    keys: Option<&Keys>,
    spec: &Spec<'_>,
    wire: Vec<u8>,
) -> Result<Vec<u8>, String> {
    let Some(keys) = keys else { return Ok(wire) };
    let message = Message::parse(spec, &wire).map_err(|error| error.to_string())?;
    Ok(keys.signed(turn, &message)?.unwrap_or(wire))
}

/// What a MAC element, a key serial number, and a bitmap for them may add to a message.
const ROOM: usize = 128;

impl Keys {
    /// The message as it leaves; nothing if it is not changed.
    fn signed(&self, turn: Turn<'_>, message: &Message<'_>) -> Result<Option<Vec<u8>>, String> {
        let is_asked = matches!(turn, Turn::Response(request) if request.mac_span().is_some());
        let mac = self.mac.as_ref();
        let mac = mac.filter(|mac| mac.always || is_asked || message.mac_span().is_some());
        let has_block = message.has(de::PIN);
        let serial = match &self.dukpt {
            Some(_)
                if (mac.is_some() && self.signs_by_dukpt()) || (has_block && self.enciphers_by_dukpt()) =>
            {
                Some(self.serial(turn, message)?)
            }
            _ => None,
        };
        let block = if has_block { self.pin_block(message, serial)? } else { None };
        let number = self.dukpt.as_ref().zip(serial);
        let number = number.map(|(dukpt, serial)| (dukpt.element, dukpt.value(serial, message.spec())));
        let mut builder = Builder::copy_of(message, message.spec());
        if let Some(block) = &block {
            builder.set(de::PIN, block);
        }
        if let Some((element, value)) = &number {
            builder.set(*element, value);
        }
        let Some(mac) = mac else {
            let changed = (block.is_some() || number.is_some()).then(|| builder.to_vec()).transpose();
            return changed.map_err(|error| error.to_string());
        };
        let known = |_: &super::Dukpt| serial.ok_or_else(|| "no key serial number".to_owned());
        let key = self.key(&mac.key, mac_purpose(message), mac.family(), known)?;
        let mut out = vec![0; message.wire().len() + ROOM];
        let signed = mac.rule.sign(&Software, &key, &builder, &mut out).map_err(|error| error.to_string())?;
        Ok(Some(signed.to_vec()))
    }

    /// The key serial number of a message that is signed: that of its request, or the next one of the device.
    fn serial(&self, turn: Turn<'_>, message: &Message<'_>) -> Result<Serial, String> {
        let dukpt = self.dukpt.as_ref().ok_or("the file has no section [dukpt]")?;
        match turn {
            Turn::Response(request) => dukpt.of(request),
            Turn::Own if message.mti().is_response() => dukpt.of(message),
            Turn::Own => dukpt.begin(),
        }
    }

    /// The block for a message that has a DE 52: of the file's PIN, or its own block under the key of the next link.
    fn pin_block(&self, message: &Message<'_>, serial: Option<Serial>) -> Result<Option<Vec<u8>>, String> {
        let Some(PinUse { key, format, secret, zone }) = &self.pin else { return Ok(None) };
        let pan = account_of(message);
        let bound = pan.as_ref().map_or(Bound::ToNothing, Bound::To);
        let random = random().map_err(|_| "no random octets")?;
        let number = |dukpt: &super::Dukpt| serial.map_or_else(|| dukpt.of(message), Ok);
        let key = || self.key(key, Purpose::Pin, family_of(*format), number);
        let block = match (secret, zone) {
            (Some(secret), _) => pin::encrypt(&*key()?, *format, secret, bound, &random),
            (None, Some(zone)) => {
                let block: Vec<u8> =
                    message.get(de::PIN).map(|field| field.expose().octets().collect()).unwrap_or_default();
                let key = key()?;
                let from = PinSide { key: &*key, format: *format, bound };
                let to = PinSide { key: &zone.key, format: zone.format, bound };
                pin::translate(from, to, &block, &random).map(|done| done.block)
            }
            (None, None) => return Ok(None),
        };
        block.map(|block| Some(block.as_bytes().to_vec())).map_err(|error| error.to_string())
    }
}
