//! What is right and what is wrong with a message in the eyes of keys.

use cardwire::crypto::emv::{self, ArpcMethod, CryptogramData, IssuerDecision};
use cardwire::crypto::{Bound, CryptoError, Pan, PinSide, Software, pin};
use cardwire::{Field, Message, de};

use super::dukpt;
use super::serial::Purpose;
use super::{EmvUse, Keys, MacUse, PinUse, account_of, family_of, mac_purpose, random};
use crate::lang::pick;

/// What was checked of a message, and what is wrong with it.
pub(crate) struct Checked {
    /// `mac`, `pin` or `cryptogram`.
    pub(crate) what: &'static str,
    /// The element; of a MAC that is missing nobody knows.
    pub(crate) field: Option<u8>,
    /// What is wrong.
    pub(crate) fault: Option<String>,
}

impl Checked {
    /// One sentence.
    pub(crate) fn words(&self) -> &str {
        self.fault.as_deref().unwrap_or_else(|| match self.what {
            "mac" => pick("the MAC is right", "MAC正确"),
            "pin" => pick("the PIN block is right", "PIN块正确"),
            _ => pick("the application cryptogram is right", "应用密文正确"),
        })
    }
}

impl Keys {
    /// What these keys have to say of a message; of a response also with its request at hand.
    pub(crate) fn checked(&self, message: &Message<'_>, request: Option<&Message<'_>>) -> Vec<Checked> {
        let pin = self.pin_fault(message).map(|fault| ("pin", Some(de::PIN), fault));
        let cryptogram = self.cryptogram_fault(message).map(|fault| ("cryptogram", Some(de::ICC), fault));
        let mac = self.mac_fault(message, request).map(|(field, fault)| ("mac", field, fault));
        let all = mac.into_iter().chain(pin).chain(cryptogram);
        all.map(|(what, field, fault)| Checked { what, field, fault }).collect()
    }

    /// What is wrong with a message.
    pub(crate) fn faults(
        &self,
        message: &Message<'_>,
        request: Option<&Message<'_>>,
    ) -> Vec<(Option<u8>, String)> {
        let checked = self.checked(message, request).into_iter();
        checked.filter_map(|checked| Some((checked.field, checked.fault?))).collect()
    }

    /// Remembers the transaction of a request in which nothing was wrong; says so when it was there before.
    pub(crate) fn replayed(&self, request: &Message<'_>) -> Option<String> {
        let dukpt = self.dukpt.as_ref()?;
        let signed = self.signs_by_dukpt() && request.mac_span().is_some();
        let has_block = self.pin.as_ref().is_some_and(|pin| pin.key == dukpt::NAME) && request.has(de::PIN);
        let serial = (signed || has_block).then(|| dukpt.of(request))?;
        serial.and_then(|serial| dukpt.see(serial)).err()
    }

    /// The issuer's response (91) to the cryptogram of a request, approved; nothing where there is none.
    pub(crate) fn authentication(&self, request: &Message<'_>) -> Option<Vec<u8>> {
        let emv = self.emv.as_ref()?;
        let chip = request.get(de::ICC)?;
        let octets: Vec<u8> = chip.part(0x9F26)?.expose().octets().collect();
        // a card asks by an ARQC; its TC and AAC are reports
        let kind = chip.part(0x9F27).and_then(|part| part.expose().octets().next());
        if kind.is_some_and(|kind| kind & 0xC0 != 0x80) {
            return None;
        }
        let good = verify_cryptogram(emv, request, &chip, &octets).ok()?;
        let decision = match good.method() {
            ArpcMethod::One => IssuerDecision::Code(*b"00"),
            // the card's counters are reset, as an approval has it
            ArpcMethod::Two => IssuerDecision::Status([0, 0x82, 0, 0], &[]),
        };
        good.respond(decision).ok().map(|octets| octets.as_bytes().to_vec())
    }

    /// Whether something is wrong with the PIN block of a message, in words; nothing where nobody looks.
    fn pin_fault(&self, message: &Message<'_>) -> Option<Option<String>> {
        let PinUse { key, format, secret, zone } = self.pin.as_ref()?;
        let block: Vec<u8> = message.get(de::PIN)?.expose().octets().collect();
        let (pan, said) = (account_of(message), |error: CryptoError| error.to_string());
        let bound = pan.as_ref().map_or(Bound::ToNothing, Bound::To);
        let opened = || {
            let key = self.key(key, Purpose::Pin, family_of(*format), |dukpt| dukpt.of(message))?;
            let from = PinSide { key: &*key, format: *format, bound };
            let Some(zone) = zone else {
                return pin::decrypt(from.key, from.format, &block, bound).map_err(said);
            };
            // as on the way to an issuer, who knows only the key of the zone
            let to = PinSide { key: &zone.key, format: zone.format, bound };
            let random = random().map_err(|_| "no random octets")?;
            let block = pin::translate(from, to, &block, &random).map_err(said)?.block;
            pin::decrypt(to.key, to.format, block.as_bytes(), bound).map_err(said)
        };
        Some(match opened() {
            Err(text) => Some(text),
            Ok(found) if secret.as_ref().is_some_and(|secret| *secret != found) => {
                Some("the PIN is not the one of the file".into())
            }
            Ok(_) => None,
        })
    }

    /// Whether something is wrong with the MAC of a message, in words, and the element; nothing where nobody looks.
    fn mac_fault(
        &self,
        message: &Message<'_>,
        request: Option<&Message<'_>>,
    ) -> Option<(Option<u8>, Option<String>)> {
        let mac @ MacUse { key, rule, always } = self.mac.as_ref()?;
        if !always && message.mac_span().is_none() && !message.has(64) && !message.has(128) {
            return None;
        }
        let element = || u8::try_from(message.mac_span()?.element().key().value()).ok();
        // a response that does not repeat the key serial number belongs to that of its request
        let carrier = |dukpt: &dukpt::Dukpt| match request {
            Some(request) if !message.has(dukpt.element) => dukpt.of(request),
            _ => dukpt.of(message),
        };
        let key = self.key(key, mac_purpose(message), mac.family(), carrier);
        let verified = key.and_then(|key| {
            rule.verify(&Software, &key, *message).map(drop).map_err(|error| error.to_string())
        });
        Some((element(), verified.err()))
    }

    /// Whether something is wrong with the application cryptogram of a message, in words; nothing where nobody looks.
    fn cryptogram_fault(&self, message: &Message<'_>) -> Option<Option<String>> {
        let emv = self.emv.as_ref()?;
        let chip = message.get(de::ICC)?;
        let received: Vec<u8> = chip.part(0x9F26)?.expose().octets().collect();
        let verified = verify_cryptogram(emv, message, &chip, &received);
        Some(verified.err().map(|error| error.to_string()))
    }
}

/// Verifies the application cryptogram of a message, under the key of its card.
fn verify_cryptogram(
    keys: &EmvUse,
    message: &Message<'_>,
    chip: &Field<'_>,
    received: &[u8],
) -> Result<emv::GoodCryptogram, CryptoError> {
    let (pan, sequence) = card_of(message, chip)?;
    let card = emv::card_key(&keys.issuer, &pan, sequence, keys.option)?;
    let data = CryptogramData::of(chip)?;
    data.verify(&card, data.cvn()?, received)
}

/// Card number and sequence number: of DE 55 (5A, 57, 5F34), else of DE 2, 35 and 23.
pub(super) fn card_of(message: &Message<'_>, chip: &Field<'_>) -> Result<(Pan, u8), CryptoError> {
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
