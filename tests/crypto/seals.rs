//! Messages with a MAC: what it covers, signed and verified, and that one flipped bit is refused.

use cardwire::crypto::{
    CryptoError, Key, MacAlgorithm, MacRule, MacStream, MacValue, Padding, SealError, SecurityModule,
    Software,
};
use cardwire::spec::{self, ISO87_ASCII, ISO87_BCD, UNIONPAY_POS};
use cardwire::{Builder, Framing, Message, Mti, Spec, de};

use crate::common::{hex, shared, unhex};
use crate::keys::{aes, des};

const KEY: &str = "0123456789ABCDEFFEDCBA9876543210";

fn mti_of(spec: &Spec<'_>) -> Mti {
    let text = match spec.name() {
        name if name.starts_with("iso93") || name.starts_with("ipm") => "1200",
        name if name.starts_with("iso03") => "2200",
        _ => "0200",
    };
    text.parse().unwrap()
}

fn builder(spec: &'static Spec<'static>, has_second: bool) -> Builder<'static> {
    let mut builder = Builder::new(spec, mti_of(spec));
    builder.header(&[0x31; 32][..spec.header()]).set(de::STAN, 123_456).set(de::TERMINAL, "TERM0001");
    if has_second && spec.element(70).is_some() {
        builder.set(70, 301);
    }
    builder
}

/// The specs that have a MAC, with and without a second bitmap.
fn messages() -> impl Iterator<Item = (&'static Spec<'static>, Builder<'static>)> {
    let specs = spec::builtin().filter(|spec| spec.element(64).is_some_and(|mac| mac.max() == 8));
    specs.flat_map(|spec| {
        let second = spec.element(128).is_some_and(|mac| mac.max() == 8) && spec.element(70).is_some();
        [false, true]
            .into_iter()
            .filter(move |has_second| second || !has_second)
            .map(move |has_second| (spec, builder(spec, has_second)))
    })
}

fn rules() -> [(MacRule, Key); 6] {
    [
        (MacRule::new(MacAlgorithm::X9_19), des(KEY)),
        (MacRule::new(MacAlgorithm::Retail(Padding::Bit)).truncated(4), des(KEY)),
        (MacRule::new(MacAlgorithm::X9_9), des(&KEY[..16])),
        (MacRule::new(MacAlgorithm::Cmac).truncated(8), aes(KEY)),
        (MacRule::new(MacAlgorithm::Cmac), des(KEY)),
        (MacRule::new(MacAlgorithm::UnionPayEcb), des(KEY)),
    ]
}

#[test]
fn what_is_signed_is_verified_in_every_spec() {
    let mut count = 0;
    for (spec, builder) in messages() {
        for (rule, key) in rules() {
            let mut buffer = [0; 512];
            let wire = rule.sign(&Software, &key, &builder, &mut buffer).unwrap().to_vec();
            let message = Message::parse(spec, &wire).unwrap();
            let number = if message.has(70) { 128 } else { 64 };
            let span = message.mac_span().unwrap();
            assert_eq!(span.element().key().value(), number);
            // all of the message but its header and the MAC, whatever octets these are on this link
            let end = message.get(u8::try_from(number).unwrap()).unwrap().range().start;
            assert_eq!(span.covered(), &wire[spec.header()..end]);
            let verified = rule.verify(&Software, &key, message).unwrap();
            assert_eq!(verified.number(de::STAN).unwrap(), 123_456);
            assert!(!format!("{span:?}").contains("TERM"), "{span:?}");
            count += 1;
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn a_flipped_bit_is_refused_wherever_it_is() {
    for (spec, builder) in messages() {
        let (rule, key) = (MacRule::new(MacAlgorithm::X9_19).truncated(4), des(KEY));
        let mut buffer = [0; 512];
        let wire = rule.sign(&Software, &key, &builder, &mut buffer).unwrap().to_vec();
        for bit in 8 * spec.header()..8 * wire.len() {
            let mut changed = wire.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let Ok(message) = Message::parse(spec, &changed) else { continue };
            // a MAC in hexadecimal digits is the same in small letters
            if changed.eq_ignore_ascii_case(&wire)
                && message.mac_span().is_some_and(|span| bit / 8 >= spec.header() + span.covered().len())
            {
                continue;
            }
            let error = rule.verify(&Software, &key, message).map(|_| ()).unwrap_err();
            assert!(
                matches!(error, SealError::NoMac | SealError::Module(CryptoError::Mac)),
                "{} bit {bit}: {error}",
                spec.name()
            );
        }
    }
}

#[test]
fn a_header_is_covered_when_the_link_says_so() {
    let spec = spec::by_name("unionpay-pos").unwrap();
    let rule = MacRule::new(MacAlgorithm::X9_19);
    let mut buffer = [0; 512];
    let wire = rule.sign(&Software, &des(KEY), &builder(spec, false), &mut buffer).unwrap().to_vec();
    let message = Message::parse(spec, &wire).unwrap();
    let whole = message.mac_span_from(0).unwrap();
    assert_eq!(whole.covered().len(), message.mac_span().unwrap().covered().len() + spec.header());
    assert!(message.mac_span_from(wire.len() + 1).is_none());
    let from_start = rule.covering_from(0);
    let mut buffer = [0; 512];
    let wire = from_start.sign(&Software, &des(KEY), &builder(spec, false), &mut buffer).unwrap();
    from_start.verify(&Software, &des(KEY), Message::parse(spec, wire).unwrap()).unwrap();
}

#[test]
fn a_mac_that_covers_not_all_is_none() {
    let (rule, key) = (MacRule::new(MacAlgorithm::X9_19), des(KEY));
    let verify = |builder: &Builder<'_>| {
        let wire = builder.to_vec().unwrap();
        let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
        rule.verify(&Software, &key, message).map(|_| ()).unwrap_err()
    };
    assert_eq!(verify(&builder(&ISO87_ASCII, false)), SealError::NoMac);
    // element 70 stands behind the MAC in 64
    assert_eq!(verify(builder(&ISO87_ASCII, true).set(64, &[0; 8])), SealError::NoMac);
    assert_eq!(verify(builder(&ISO87_ASCII, false).set(64, &[0; 8])), SealError::Module(CryptoError::Mac));
}

#[test]
fn a_truncated_mac_is_taken_for_no_other() {
    let key = des(KEY);
    let mut buffer = [0; 512];
    let short = MacRule::new(MacAlgorithm::X9_19).truncated(4);
    let wire = short.sign(&Software, &key, &builder(&ISO87_BCD, false), &mut buffer).unwrap().to_vec();
    assert!(wire.ends_with(&[0; 4]));
    let verify = |rule: MacRule, wire: &[u8]| {
        rule.verify(&Software, &key, Message::parse(&ISO87_BCD, wire).unwrap()).map(|_| ())
    };
    assert_eq!(verify(short, &wire), Ok(()));
    assert_eq!(verify(MacRule::new(MacAlgorithm::X9_19), &wire), Err(SealError::Module(CryptoError::Mac)));
    // what is behind a truncated MAC is zeros
    for at in wire.len() - 4..wire.len() {
        let mut changed = wire.clone();
        changed[at] = 1;
        assert_eq!(verify(short, &changed), Err(SealError::Module(CryptoError::Mac)));
    }
    for octets in [0, 3, 9] {
        let error = verify(short.truncated(octets), &wire).unwrap_err();
        assert!(matches!(error, SealError::Module(CryptoError::MacLength { .. })), "{error}");
    }
}

#[test]
fn what_cannot_be_signed_says_why() {
    let mut out = [0; 512];
    let mut sign = |rule: MacRule, key: &Key, builder: &Builder<'_>, room: usize| {
        rule.sign(&Software, key, builder, &mut out[..room]).map(<[u8]>::len).unwrap_err()
    };
    let message = builder(&ISO87_BCD, false);
    let whole = MacRule::new(MacAlgorithm::Cmac);
    let error = sign(whole, &aes(KEY), &message, 512);
    assert_eq!(error, SealError::Module(CryptoError::MacLength { max: 8, found: 16 }));
    let error = sign(MacRule::new(MacAlgorithm::X9_19), &aes(KEY), &message, 512);
    assert!(matches!(error, SealError::Module(CryptoError::KeyKind { .. })));
    let error = sign(whole.truncated(8), &aes(KEY), &message, 10);
    assert!(matches!(error, SealError::Message(error) if error.kind() == cardwire::ErrorKind::Room));
    assert!(error.to_string().contains("bytes"), "{error}");
}

/// An HSM that never lets a MAC out: it verifies by itself, and names its keys.
struct Hsm;

#[derive(Debug, PartialEq)]
enum HsmError {
    Refused,
    Own(CryptoError),
}

impl From<CryptoError> for HsmError {
    fn from(error: CryptoError) -> Self {
        Self::Own(error)
    }
}

impl SecurityModule for Hsm {
    type Key = str;
    type Error = HsmError;

    fn mac(&self, _: &str, _: MacAlgorithm, _: &[&[u8]]) -> Result<MacValue, HsmError> {
        Err(HsmError::Refused)
    }

    fn verify_mac(
        &self,
        key: &str,
        algorithm: MacAlgorithm,
        spans: &[&[u8]],
        received: &[u8],
    ) -> Result<(), HsmError> {
        assert_eq!(key, "MAK-1");
        let mut stream = MacStream::new(algorithm, &des(KEY))?;
        for span in spans {
            stream.update(span);
        }
        Ok(stream.finish().truncated(received.len())?.verify(received)?)
    }

    fn encrypt_pin(
        &self,
        _: &str,
        _: cardwire::crypto::PinFormat,
        _: &cardwire::crypto::Pin,
        _: cardwire::crypto::Bound<'_>,
        _: &[u8; 10],
    ) -> Result<cardwire::crypto::PinBlock, HsmError> {
        Err(HsmError::Refused)
    }

    fn translate_pin(
        &self,
        _: cardwire::crypto::PinSide<'_, str>,
        _: cardwire::crypto::PinSide<'_, str>,
        _: &[u8],
        _: &[u8; 10],
    ) -> Result<cardwire::crypto::Translated, HsmError> {
        Err(HsmError::Refused)
    }

    fn is_pin(
        &self,
        _: cardwire::crypto::PinSide<'_, str>,
        _: &[u8],
        _: &cardwire::crypto::Pin,
    ) -> Result<bool, HsmError> {
        Err(HsmError::Refused)
    }

    fn respond_to_cryptogram(
        &self,
        _: &str,
        _: &cardwire::crypto::CryptogramRequest<'_>,
        _: cardwire::crypto::emv::IssuerDecision<'_>,
    ) -> Result<cardwire::crypto::emv::IssuerAuthentication, HsmError> {
        Err(HsmError::Refused)
    }

    fn check_value(&self, _: &str) -> Result<cardwire::crypto::CheckValue, HsmError> {
        Err(HsmError::Refused)
    }
}

#[test]
fn an_hsm_plugs_in() {
    let rule = MacRule::new(MacAlgorithm::X9_19);
    let mut buffer = [0; 512];
    let wire = rule.sign(&Software, &des(KEY), &builder(&ISO87_BCD, false), &mut buffer).unwrap().to_vec();
    let message = Message::parse(&ISO87_BCD, &wire).unwrap();
    assert!(rule.verify(&Hsm, "MAK-1", message).is_ok());
    let mut changed = wire.clone();
    *changed.last_mut().unwrap() ^= 1;
    let error = rule.verify(&Hsm, "MAK-1", Message::parse(&ISO87_BCD, &changed).unwrap()).map(|_| ());
    assert_eq!(error.unwrap_err(), SealError::Module(HsmError::Own(CryptoError::Mac)));
    let refused = rule.sign(&Hsm, "MAK-1", &builder(&ISO87_BCD, false), &mut buffer);
    assert_eq!(refused.unwrap_err(), SealError::Module(HsmError::Refused));
}

/// UnionPay, a MAC block by hand.
#[test]
fn the_steps_of_unionpay() {
    let mac = MacAlgorithm::UnionPayEcb
        .of(&des("3333333333333333"), &unhex("0200302004C020C0980000000000000000010000"))
        .unwrap();
    assert_eq!(hex(mac.as_bytes()), "3137424441313843");
}

/// Frames of UnionPay terminals made by an independent program, MAC included.
#[test]
fn frames_of_unionpay_terminals_are_verified() {
    let Some(shared) = shared() else { return };
    let text = std::fs::read_to_string(shared.join("corpora/unionpay/unionpay_vectors.tsv")).unwrap();
    let (rule, key) = (MacRule::new(MacAlgorithm::UnionPayEcb), des("3333333333333333"));
    let mut count = 0;
    for row in text.lines().map(|line| line.split('\t').collect::<Vec<_>>()) {
        let is_frame = row[0].starts_with('0') && row.len() > 2;
        if !is_frame {
            continue;
        }
        let octets = unhex(row[2]);
        let frame = Framing::UNIONPAY.split(&octets).unwrap().unwrap();
        let message = Message::parse(&UNIONPAY_POS, frame.payload).unwrap();
        if message.has(64) {
            rule.verify(&Software, &key, message).unwrap_or_else(|error| panic!("{}: {error}", row[0]));
            count += 1;
        }
    }
    println!("{count} messages of another program verified");
    assert!(count >= 4, "{count}");
}

/// The public worked example of UnionPay's "ECB" MAC from end to end: a message whose blocks XORed are the example's
/// 1212B04E1227809C, and its DE 64 the example's 5FE058DB in characters.
#[test]
fn the_public_example_of_unionpay_in_a_message() {
    let (rule, key) = (MacRule::new(MacAlgorithm::UnionPayEcb), des("55036372B17543ECB173730768B8D6C4"));
    let message = |fill: &[u8; 8]| {
        let mut builder = builder(&UNIONPAY_POS, false);
        builder.set(52, fill).set(64, b"5FE058DB");
        builder.to_vec().unwrap()
    };
    let folded = |wire: &[u8]| {
        let covered = Message::parse(&UNIONPAY_POS, wire).unwrap().mac_span().unwrap().covered().to_vec();
        covered.iter().enumerate().fold([0_u8; 8], |mut folded, (at, octet)| {
            folded[at % 8] ^= octet;
            folded
        })
    };
    // the octets of one element make up for all the others
    let plain = message(&[0; 8]);
    let parsed = Message::parse(&UNIONPAY_POS, &plain).unwrap();
    let place = parsed.get(52).unwrap().range().start - UNIONPAY_POS.header();
    let mut fill = [0; 8];
    for (at, (octet, wanted)) in folded(&plain).into_iter().zip(unhex("1212B04E1227809C")).enumerate() {
        fill[(at + 8 - place % 8) % 8] = octet ^ wanted;
    }
    let wire = message(&fill);
    assert_eq!(hex(&folded(&wire)), "1212B04E1227809C");
    let verified = rule.verify(&Software, &key, Message::parse(&UNIONPAY_POS, &wire).unwrap()).unwrap();
    assert_eq!(verified.expose(64).unwrap().octets().collect::<Vec<_>>(), b"5FE058DB");
    let mut changed = wire.clone();
    changed[UNIONPAY_POS.header() + place] ^= 1;
    let error = rule.verify(&Software, &key, Message::parse(&UNIONPAY_POS, &changed).unwrap()).map(|_| ());
    assert_eq!(error, Err(SealError::Module(CryptoError::Mac)));
}
