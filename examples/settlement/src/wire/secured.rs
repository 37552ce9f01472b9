//! The terminal's line with its keys: working keys come with the sign-on, PIN blocks are enciphered, and financial
//! messages and reversals have a MAC. Both ends hold one of these; in a shop it is the terminal's secure element,
//! at the acquirer the hardware security module, so a restart does not lose its keys: [`Ends::restored`].

use std::collections::BTreeMap;

use cardwire::crypto::emv::{SessionKeyMethod, session_key};
use cardwire::crypto::{
    Bound, CryptoError, Key, MacAlgorithm, MacRule, Pan, PinFormat, Software, WorkingKeys, pin,
};
use cardwire::spec::UNIONPAY_POS;
use cardwire::{Builder, Message, de};

use super::{WireError, pos};
use crate::card::PinBlock;
use crate::evidence::Way;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::TransferId;
use crate::store::History;
use crate::telegram::{Code, Mti, Telegram};

/// The terminal master key, which is put into a terminal before it goes to its shop. A published test key.
const MASTER: [u8; 16] =
    [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10];
/// The MAC of this dialect, over all from the MTI to DE 64.
const RULE: MacRule = MacRule::new(MacAlgorithm::UnionPayEcb);

/// One end of the terminal's line.
#[derive(Debug, Default)]
pub struct Secured {
    /// Those of the last sign-on.
    keys: Option<WorkingKeys>,
}

/// What was heard on the line.
#[derive(Debug)]
pub enum Heard {
    /// A message whose MAC is right, or one that needs none.
    Good(Telegram),
    /// A message whose MAC is wrong or missing. What it says may be anybody's.
    BadMac(Telegram),
}

/// The ends of the lines of all terminals at one party: each has keys of its own.
#[derive(Debug, Default)]
pub struct Ends {
    /// By DE41, once there are keys.
    signed_on: BTreeMap<String, Secured>,
}

impl Ends {
    /// The ends as they were when a party stopped: each with the keys of the last sign-on whose response it sent or
    /// heard. They are derived from terminal and STAN, so that no history holds a key. An acquirer knows what it sent to
    /// whom; a terminal is the one with this number, and knows what it heard.
    pub fn restored(party: Party, terminal: &str, history: &History) -> Self {
        let mut ends = Self::default();
        let mut signed_on = |terminal: &str, stan: u64| {
            let keys = issue(terminal, stan).and_then(|download| WorkingKeys::open(&master()?, &download));
            ends.signed_on.insert(terminal.to_owned(), Secured { keys: keys.ok() });
        };
        if party == Party::Terminal {
            let is_download = |record: &&Record| {
                let is_response = record.mti == Some(Mti::NETWORK.answer());
                is_response && record.kind == RecordKind::MessageIn && record.peer == Some(Party::Acquirer)
            };
            history.records.iter().filter(is_download).for_each(|record| signed_on(terminal, record.stan));
            return ends;
        }
        let to_terminals =
            history.evidence.iter().filter(|seen| seen.way == Way::Sent && seen.peer == Party::Terminal);
        for message in to_terminals.filter_map(|seen| pos::decode(&seen.octets).ok()) {
            if message.mti == Mti::NETWORK.answer() && message.code.is_some_and(Code::approved) {
                signed_on(message.terminal.trim(), message.stan);
            }
        }
        ends
    }

    /// A message in bytes, by the keys of its terminal.
    pub fn seal(&mut self, message: &Telegram) -> Result<Vec<u8>, WireError> {
        self.with(message.terminal.trim().to_owned(), |end| end.seal(message))
    }

    /// Bytes as a message, by the keys of the terminal that it names.
    pub fn open(&mut self, payload: &[u8]) -> Result<Heard, WireError> {
        let terminal = pos::decode(payload)?.terminal.trim().to_owned();
        self.with(terminal, |end| end.open(payload))
    }

    /// Whoever names a terminal that never signed on leaves nothing behind.
    fn with<T>(&mut self, terminal: String, use_it: impl FnOnce(&mut Secured) -> T) -> T {
        match self.signed_on.get_mut(&terminal) {
            Some(end) => use_it(end),
            None => {
                let mut end = Secured::default();
                let used = use_it(&mut end);
                if end.keys.is_some() {
                    self.signed_on.insert(terminal, end);
                }
                used
            }
        }
    }
}

impl Secured {
    /// A message in bytes, its PIN block enciphered and with its MAC.
    pub fn seal(&mut self, message: &Telegram) -> Result<Vec<u8>, WireError> {
        if let Some(download) = &message.keys {
            self.keys = Some(WorkingKeys::open(&master()?, download)?);
        }
        let Some(keys) = self.keys.as_ref().filter(|_| has_mac(message.mti)) else {
            return pos::encode(message);
        };
        let pin = message.pin.as_ref().and_then(|block| {
            recoded(message, block, |bound, clear| {
                let secret = pin::decode_clear(PinFormat::Iso0, clear, bound)?;
                pin::encrypt(&keys.pin, PinFormat::Iso0, &secret, bound, &[0; 10])
            })
        });
        let plain = pos::encode(&Telegram { pin, ..message.clone() })?;
        let parsed = Message::parse(&UNIONPAY_POS, &plain)?;
        let mut room = [0; 1024];
        let signed = RULE.sign(&Software, &keys.mac, &Builder::copy_of(&parsed, &UNIONPAY_POS), &mut room);
        Ok(signed.map_err(WireError::Seal)?.to_vec())
    }

    /// Bytes as a message. Keys that come with a response to a sign-on are used from here on; if one of their
    /// check values is wrong, none of them is taken, and the message comes without any.
    pub fn open(&mut self, payload: &[u8]) -> Result<Heard, WireError> {
        let mut message = pos::decode(payload)?;
        if let Some(download) = &message.keys {
            match WorkingKeys::open(&master()?, download) {
                Ok(keys) => self.keys = Some(keys),
                Err(_) => message.keys = None,
            }
        }
        // Terminals of this dialect take a declined response without a MAC. Then anybody on the line could decline a sale
        // that the issuer approved, or end a reversal by 25, and the cardholder's money would stay held for nothing. So a
        // decline needs its MAC here, as an approval does: without one it is no response, and the sale is reversed. What
        // it costs is a reversal for each decline of a host that puts no MAC on it.
        let parsed = Message::parse(&UNIONPAY_POS, payload)?;
        // A message that has a MAC is held against it, whatever its type: with one bit of its MTI turned over, a reversal
        // is a batch total.
        if !has_mac(message.mti) && parsed.get(de::MAC).is_none() {
            return Ok(Heard::Good(message));
        }
        let verified = self.keys.as_ref().filter(|keys| RULE.verify(&Software, &keys.mac, parsed).is_ok());
        let Some(keys) = verified else { return Ok(Heard::BadMac(message)) };
        let block = message.pin.take();
        message.pin = block.and_then(|block| {
            recoded(&message, &block, |bound, octets| {
                let secret = pin::decrypt(&keys.pin, PinFormat::Iso0, octets, bound)?;
                pin::clear_block(PinFormat::Iso0, &secret, bound, &[0; 10])
            })
        });
        Ok(Heard::Good(message))
    }
}

/// The download of new working keys, for a sign-on of this terminal with this STAN. They are derived from both, so that
/// a day that is played again is the same day; a real acquirer draws them at random.
pub fn issue(terminal: &str, stan: u64) -> Result<Vec<u8>, CryptoError> {
    let master = master()?;
    let [.., high, low] = stan.to_be_bytes();
    let [first, second, third, ..] = TransferId::of(&["terminal", terminal]).0.to_be_bytes();
    let of = |purpose: u8| [purpose, first, second, third];
    let key = |purpose: u8| session_key(&master, SessionKeyMethod::Mastercard, [high, low], of(purpose));
    let mut room = [0; 60];
    let keys = WorkingKeys { pin: key(1)?, mac: key(2)?, track: None };
    Ok(keys.wrap(&master, &mut room)?.to_vec())
}

fn master() -> Result<Key, CryptoError> {
    Key::des(&MASTER)
}

/// Sign-on and settlement have none in this dialect.
fn has_mac(mti: Mti) -> bool {
    [Mti::AUTHORIZATION, Mti::SALE, Mti::ADVICE, Mti::REVERSAL]
        .iter()
        .any(|with| [*with, with.answer()].contains(&mti))
}

/// A PIN block in another form; none when it is no block of this card and key.
fn recoded(
    message: &Telegram,
    block: &PinBlock,
    code: impl Fn(Bound<'_>, &[u8]) -> Result<cardwire::crypto::PinBlock, CryptoError>,
) -> Option<PinBlock> {
    let pan = Pan::new(message.pan.as_ref()?.expose()).ok()?;
    PinBlock::from_wire(code(Bound::To(&pan), block.expose()).ok()?.as_bytes())
}
