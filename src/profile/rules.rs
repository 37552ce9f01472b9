//! Rules: what a message type must, may and must not carry, and who breaks them.

use core::fmt;

use crate::codes::{Lang, ResponseCode};
use crate::model::lang::{English, Tell, Told, Tongue, say};
use crate::model::mti::Mti;
use crate::read::message::Message;

/// The rules of a network: written in Rust, read from a file with `from_toml` (feature `toml`), or built in.
///
/// ```
/// use cardwire::profile::{ISO87_PROFILE, Profile, When, rule};
/// use cardwire::{Builder, Message, Mti, spec::ISO87_ASCII};
///
/// static MINE: Profile<'static> = Profile::new(
///     "mine",
///     &[
///         // the first rule that fits a message counts: this one fits where DE 3 starts with 01
///         rule(b"0200").processing("01").mandatory(&[3, 4, 11, 41, 52]).optional(&[37, 55]),
///         rule(b"0200").mandatory(&[3, 4, 11, 41]).conditional(&[
///             (2, When::Without(35)),
///             (26, When::With(52)),
///             (62, When::Is(3, "000000")),
///         ]),
///         rule(b"0210").mandatory(&[39]).conditional(&[(38, When::Approved)]).echoed(&[3, 4, 11, 41]),
///     ],
/// )
/// .with_base(&ISO87_PROFILE);
///
/// let mut buffer = [0; 64];
/// let mut request = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
/// let wire = request.set(2, "4111111111111111").set(3, "000000").set(11, 1).write(&mut buffer)?;
/// let message = Message::parse(&ISO87_ASCII, wire)?;
/// let found: Vec<String> = MINE.check(&message).map(|violation| violation.to_string()).collect();
/// assert_eq!(
///     found,
///     [
///         "field 4 is mandatory in 0200",
///         "field 41 is mandatory in 0200",
///         "field 62 is mandatory in 0200 when field 3 is 000000",
///     ]
/// );
/// # Ok::<(), cardwire::Error>(())
/// ```
///
/// A built-in one as it is:
///
/// ```
/// use cardwire::{Builder, Message, Mti, profile::ISO87_PROFILE, spec::ISO87_ASCII};
///
/// let mut buffer = [0; 64];
/// let wire = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(11, 1).write(&mut buffer)?;
/// let message = Message::parse(&ISO87_ASCII, wire)?;
/// let found: Vec<String> = ISO87_PROFILE.check(&message).map(|violation| violation.to_string()).collect();
/// assert_eq!(found, ["field 7 is mandatory in 0800", "field 70 is mandatory in 0800"]);
/// # Ok::<(), cardwire::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Profile<'s> {
    name: &'s str,
    rules: &'s [Rule<'s>],
    base: Option<&'s Profile<'s>>,
}

/// What one message type, or one kind of transaction of it, carries.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'s> {
    mti: [u8; 4],
    processing: &'s str,
    mandatory: &'s [u8],
    conditional: &'s [(u8, When<'s>)],
    optional: Option<&'s [u8]>,
    echoed: &'s [u8],
}

/// When a conditional element must be there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum When<'s> {
    /// When that element is there.
    With(u8),
    /// When that element is not there.
    Without(u8),
    /// When that element is not there, and DE 22 does not say that a bar code or a QR code was scanned (03,
    /// 93, 94): such a message may name its payer by the code alone.
    Unscanned(u8),
    /// When that element has this value.
    Is(u8, &'s str),
    /// When DE 39 says that the transaction is approved.
    Approved,
}

/// One thing that a profile does not allow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Violation<'s> {
    /// The message type.
    pub mti: Mti,
    /// The element; 0 when the message type itself is unknown to the profile.
    pub number: u8,
    /// Where the element starts, or the length of the message when it is missing.
    pub offset: usize,
    /// What is wrong.
    pub fault: Breach<'s>,
}

/// How a message breaks a rule.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Breach<'s> {
    /// The profile has no rule for the message type.
    UnknownType,
    /// A mandatory element is missing.
    Missing,
    /// A conditional element is missing though its condition holds.
    MissingWhen(When<'s>),
    /// An element that the profile does not provide for.
    NotAllowed,
    /// An element of the response is missing or differs from that of the request.
    NotEchoed,
}

/// The elements that a response usually repeats from its request: what says which transaction it is,
/// and who is in it. The one such list of the library: connections use it for the responses they make
/// themselves, and the command `serve` for all of its own. A profile overrides it.
///
/// ```
/// use cardwire::{Builder, Message, Mti, de, profile, spec::ISO87_ASCII};
///
/// # let mut buffer = [0; 64];
/// # let wire = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(de::STAN, 1).write(&mut buffer)?;
/// # let request = Message::parse(&ISO87_ASCII, wire)?;
/// let mut response = Builder::reply_to(&request);
/// response.echo(&request, profile::ECHOED).set(de::RESPONSE_CODE, "00");
/// # Ok::<(), cardwire::Error>(())
/// ```
pub const ECHOED: &[u8] = &[2, 3, 4, 7, 11, 12, 13, 24, 25, 32, 33, 37, 41, 42, 49, 60, 70];

/// The elements that the response to a request repeats: those of the profile's rule for the response,
/// or [`ECHOED`] where there is no profile, no rule, or no list in the rule.
#[must_use]
pub fn echoed<'s>(profile: Option<&Profile<'s>>, request: &Message<'_>) -> &'s [u8] {
    profile.and_then(|profile| profile.echoed(request)).unwrap_or(ECHOED)
}

/// A rule for a message type, nothing mandatory yet and everything allowed.
#[must_use]
pub const fn rule<'s>(mti: &[u8; 4]) -> Rule<'s> {
    Rule { mti: *mti, processing: "", mandatory: &[], conditional: &[], optional: None, echoed: &[] }
}

impl<'s> Rule<'s> {
    /// For transactions whose processing code (DE 3) starts so.
    #[must_use]
    pub const fn processing(mut self, start: &'s str) -> Self {
        self.processing = start;
        self
    }

    /// These must be there.
    #[must_use]
    pub const fn mandatory(mut self, numbers: &'s [u8]) -> Self {
        self.mandatory = numbers;
        self
    }

    /// These must be there under a condition.
    #[must_use]
    pub const fn conditional(mut self, conditions: &'s [(u8, When<'s>)]) -> Self {
        self.conditional = conditions;
        self
    }

    /// These may be there; once said, everything not named by the rule must not.
    #[must_use]
    pub const fn optional(mut self, numbers: &'s [u8]) -> Self {
        self.optional = Some(numbers);
        self
    }

    /// A response repeats these from its request, where the request has them.
    #[must_use]
    pub const fn echoed(mut self, numbers: &'s [u8]) -> Self {
        self.echoed = numbers;
        self
    }

    fn fits(&self, message: &Message<'_>) -> bool {
        self.is_for(message.mti(), message)
    }

    /// Whether it is the rule for this MTI and the processing code of this message.
    fn is_for(&self, mti: Mti, message: &Message<'_>) -> bool {
        let start = self.processing.as_bytes();
        mti.digits() == self.mti
            && (start.is_empty()
                || message
                    .get(3)
                    .is_some_and(|field| field.expose().octets().take(start.len()).eq(start.iter().copied())))
    }

    fn allows(&self, number: u8) -> bool {
        self.optional.is_none_or(|optional| optional.contains(&number))
            || self.mandatory.contains(&number)
            || self.echoed.contains(&number)
            || self.conditional.iter().any(|(conditional, _)| *conditional == number)
    }
}

impl When<'_> {
    fn holds(&self, message: &Message<'_>) -> bool {
        match self {
            Self::With(number) => message.has(*number),
            Self::Without(number) => !message.has(*number),
            Self::Unscanned(number) => !message.has(*number) && !is_scanned(message),
            Self::Is(number, value) => message.get(*number).is_some_and(|field| field == **value),
            Self::Approved => message.get(39).is_some_and(|field| is_approved(&field)),
        }
    }
}

/// Whether DE 22 of 1987 says that a code was scanned.
fn is_scanned(message: &Message<'_>) -> bool {
    let mut text = [0; 3];
    let mode = message.get(22).and_then(|field| field.expose().copy_to(&mut text).ok());
    matches!(mode, Some([b'0', b'3', _] | [b'9', b'3' | b'4', _]))
}

/// Whether DE 39, of two to four characters, says approved: every class of code that starts so.
fn is_approved(field: &crate::read::field::Field<'_>) -> bool {
    let mut text = [0; 4];
    let Ok(code) = field.expose().copy_to(&mut text) else { return false };
    match code {
        [_, _] => ResponseCode::from_bytes(code)
            .is_some_and(|code| code.outcome() == crate::codes::Outcome::Approved),
        _ => code.first() == Some(&b'0'),
    }
}

impl<'s> Profile<'s> {
    /// A profile; of several rules that fit a message the first counts.
    #[must_use]
    pub const fn new(name: &'s str, rules: &'s [Rule<'s>]) -> Self {
        Self { name, rules, base: None }
    }

    /// The same over another profile, whose rules count where none of these fits.
    #[must_use]
    pub const fn with_base(mut self, base: &'s Profile<'s>) -> Self {
        self.base = Some(base);
        self
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'s str {
        self.name
    }

    /// The rules, without those of the base.
    #[must_use]
    pub const fn rules(&self) -> &'s [Rule<'s>] {
        self.rules
    }

    /// The profile whose rules count where none of these fits.
    #[must_use]
    pub const fn base(&self) -> Option<&'s Profile<'s>> {
        self.base
    }

    /// The first rule that fits, of this profile or those below it.
    fn find(&self, fits: impl Fn(&Rule<'s>) -> bool) -> Option<&'s Rule<'s>> {
        let mut profile = Some(*self);
        while let Some(Profile { rules, base, .. }) = profile {
            if let Some(rule) = rules.iter().find(|rule| fits(rule)) {
                return Some(rule);
            }
            profile = base.copied();
        }
        None
    }

    /// The rule for a message, if there is one.
    #[must_use]
    pub fn rule(&self, message: &Message<'_>) -> Option<&'s Rule<'s>> {
        self.find(|rule| rule.fits(message))
    }

    /// What the response to a request repeats, by the rule for the response; `None` when the profile has
    /// no rule for it, or its rule says nothing about it. See [`echoed`].
    #[must_use]
    pub fn echoed(&self, request: &Message<'_>) -> Option<&'s [u8]> {
        let response = request.mti().response()?;
        let rule = self.find(|rule| rule.is_for(response, request))?;
        Some(rule.echoed).filter(|numbers| !numbers.is_empty())
    }

    /// Every violation of the message on its own: missing elements first, then those not allowed.
    pub fn check<'m>(&self, message: &'m Message<'_>) -> impl Iterator<Item = Violation<'s>> + use<'s, 'm> {
        let rule = self.rule(message);
        let violation = move |number: u8, fault| Violation {
            mti: message.mti(),
            number,
            offset: message.get(number).map_or(message.wire().len(), |field| field.range().start),
            fault,
        };
        let unknown = rule.is_none().then(|| violation(0, Breach::UnknownType));
        let mandatory = rule.map_or(&[][..], |rule| rule.mandatory).iter().copied();
        let conditional = rule.map_or(&[][..], |rule| rule.conditional).iter();
        let missing = mandatory
            .filter(|number| !message.has(*number))
            .map(move |number| violation(number, Breach::Missing));
        let missing_when = conditional
            .filter(|(number, when)| when.holds(message) && !message.has(*number))
            .map(move |(number, when)| violation(*number, Breach::MissingWhen(*when)));
        let present = message.bitmap();
        let extra = present
            .iter()
            .filter(move |number| rule.is_some_and(|rule| !rule.allows(*number)))
            .map(move |number| violation(number, Breach::NotAllowed));
        unknown.into_iter().chain(missing).chain(missing_when).chain(extra)
    }

    /// Every violation of a response: its own, and elements that it does not repeat from its request.
    pub fn check_reply<'m>(
        &self,
        request: &'m Message<'_>,
        reply: &'m Message<'_>,
    ) -> impl Iterator<Item = Violation<'s>> + use<'s, 'm> {
        let echoed = self.rule(reply).map_or(&[][..], |rule| rule.echoed).iter().copied();
        let not_echoed = echoed.filter_map(move |number| {
            let asked = request.get(number)?;
            let offset = match reply.get(number) {
                Some(answered) if answered.expose() == asked.expose() => return None,
                Some(answered) => answered.range().start,
                None => reply.wire().len(),
            };
            Some(Violation { mti: reply.mti(), number, offset, fault: Breach::NotEchoed })
        });
        self.check(reply).chain(not_echoed)
    }
}

impl<'s> Violation<'s> {
    /// The violation in a language.
    ///
    /// ```
    /// use cardwire::{Builder, Message, Mti, codes::Lang, profile::ISO87_PROFILE, spec::ISO87_ASCII};
    ///
    /// let mut buffer = [0; 64];
    /// let wire = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(11, 1).write(&mut buffer)?;
    /// let message = Message::parse(&ISO87_ASCII, wire)?;
    /// let violation = ISO87_PROFILE.check(&message).next().unwrap();
    /// assert_eq!(violation.in_lang(Lang::Zh).to_string(), "0800报文必须有域7");
    /// # Ok::<(), cardwire::Error>(())
    /// ```
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> impl fmt::Display + use<'s> {
        Told(self, lang)
    }
}

impl fmt::Display for Violation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl fmt::Display for When<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl Tell for Violation<'_> {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mti, number, offset, fault } = self;
        match fault {
            Breach::UnknownType => {
                say!(L, f, "the profile has no rule for {mti}", "校验规则中没有报文类型{mti}")
            }
            Breach::Missing => {
                say!(L, f, "field {number} is mandatory in {mti}", "{mti}报文必须有域{number}")
            }
            Breach::MissingWhen(when) => {
                let when = when.said::<L>();
                say!(L, f, "field {number} is mandatory in {mti} {when}", "{when}，{mti}报文必须有域{number}")
            }
            Breach::NotAllowed => say!(
                L,
                f,
                "field {number} at byte {offset} is not provided for in {mti}",
                "{mti}报文不应有域{number}（字节偏移{offset}）"
            ),
            Breach::NotEchoed => say!(
                L,
                f,
                "field {number} of {mti} is not what the request holds",
                "{mti}报文的域{number}与请求中的不一致"
            ),
        }
    }
}

impl Tell for When<'_> {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::With(number) => say!(L, f, "when field {number} is there", "有域{number}时"),
            Self::Without(number) => say!(L, f, "when field {number} is not there", "没有域{number}时"),
            Self::Unscanned(number) => say!(
                L,
                f,
                "when field {number} is not there and no code was scanned",
                "没有域{number}且未扫码时"
            ),
            Self::Is(number, value) => say!(L, f, "when field {number} is {value}", "域{number}为{value}时"),
            Self::Approved => say!(L, f, "when it approves", "应答为批准时"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::ISO87_PROFILE;
    use crate::spec::ISO87_ASCII;
    use crate::write::builder::Builder;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn found(violations: impl Iterator<Item = Violation<'static>>) -> Vec<String> {
        violations.map(|violation| violation.to_string()).collect()
    }

    #[test]
    fn every_violation_is_reported_at_once() {
        static STRICT: Profile<'static> = Profile::new(
            "strict",
            &[
                rule(b"0200")
                    .processing("00")
                    .mandatory(&[4, 11])
                    .conditional(&[(38, When::Is(39, "00"))])
                    .optional(&[3, 39]),
                rule(b"0200").mandatory(&[70]),
            ],
        );
        let mut buffer = [0; 256];
        let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
        let wire = builder.set(3, "000000").set(39, "00").set(41, "TERM0001").write(&mut buffer).unwrap();
        let message = Message::parse(&ISO87_ASCII, wire).unwrap();
        assert_eq!(
            found(STRICT.check(&message)),
            [
                "field 4 is mandatory in 0200",
                "field 11 is mandatory in 0200",
                "field 38 is mandatory in 0200 when field 39 is 00",
                "field 41 at byte 28 is not provided for in 0200",
            ]
        );
        let mut buffer = [0; 256];
        let wire = builder.set(3, "010000").write(&mut buffer).unwrap();
        let message = Message::parse(&ISO87_ASCII, wire).unwrap();
        assert_eq!(found(STRICT.check(&message)), ["field 70 is mandatory in 0200"]);
        let mut buffer = [0; 256];
        let wire = builder.mti(Mti::REVERSAL_REQUEST).write(&mut buffer).unwrap();
        let message = Message::parse(&ISO87_ASCII, wire).unwrap();
        assert_eq!(found(STRICT.check(&message)), ["the profile has no rule for 0400"]);
    }

    #[test]
    fn a_response_repeats_elements_of_its_request() {
        let (mut asked, mut answered) = ([0; 256], [0; 256]);
        let request = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST)
            .set(7, "1123061759")
            .set(11, 7)
            .set(70, "301")
            .write(&mut asked)
            .unwrap();
        let request = Message::parse(&ISO87_ASCII, request).unwrap();
        let mut reply = Builder::reply_to(&request);
        let wire = reply.echo(&request, &[7, 70]).set(11, 8).set(39, "00").write(&mut answered).unwrap();
        let reply = Message::parse(&ISO87_ASCII, wire).unwrap();
        assert_eq!(found(ISO87_PROFILE.check(&request)), Vec::<String>::new());
        assert_eq!(
            found(ISO87_PROFILE.check_reply(&request, &reply)),
            ["field 11 of 0810 is not what the request holds"]
        );
        assert_eq!(echoed(Some(&ISO87_PROFILE), &request), [11, 70], "the rule for 0810");
        assert_eq!(echoed(None, &request), ECHOED);
        static SILENT: Profile<'static> = Profile::new("silent", &[rule(b"0810")]);
        assert_eq!(echoed(Some(&SILENT), &request), ECHOED, "a rule without a list");
    }
}
