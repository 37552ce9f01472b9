//! The message type identifier: four digits that say version, class, function and origin.

mod digits;

use core::fmt;
use core::str::FromStr;

pub use self::digits::{Class, Function, Origin, Version};
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::lang::Lang;

/// A message type identifier: four digits, always.
///
/// ```text
///  0      2      1      0
///  |      |      |      `-- origin:   acquirer, issuer, other; odd = repeat
///  |      |      `--------- function: request, response, advice, ...
///  |      `---------------- class:    authorization, financial, reversal, ...
///  `----------------------- version:  1987, 1993, 2003
/// ```
/// Every four digits are representable, known or not; anything else is not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mti {
    digits: [u8; 4],
}

impl Mti {
    /// `0100`.
    pub const AUTHORIZATION_REQUEST: Self = Self::of(*b"0100");
    /// `0110`.
    pub const AUTHORIZATION_RESPONSE: Self = Self::of(*b"0110");
    /// `0120`.
    pub const AUTHORIZATION_ADVICE: Self = Self::of(*b"0120");
    /// `0130`.
    pub const AUTHORIZATION_ADVICE_RESPONSE: Self = Self::of(*b"0130");
    /// `0200`.
    pub const FINANCIAL_REQUEST: Self = Self::of(*b"0200");
    /// `0210`.
    pub const FINANCIAL_RESPONSE: Self = Self::of(*b"0210");
    /// `0220`.
    pub const FINANCIAL_ADVICE: Self = Self::of(*b"0220");
    /// `0230`.
    pub const FINANCIAL_ADVICE_RESPONSE: Self = Self::of(*b"0230");
    /// `0320`: batch upload in POS dialects.
    pub const BATCH_UPLOAD: Self = Self::of(*b"0320");
    /// `0330`.
    pub const BATCH_UPLOAD_RESPONSE: Self = Self::of(*b"0330");
    /// `0400`.
    pub const REVERSAL_REQUEST: Self = Self::of(*b"0400");
    /// `0410`.
    pub const REVERSAL_RESPONSE: Self = Self::of(*b"0410");
    /// `0420`.
    pub const REVERSAL_ADVICE: Self = Self::of(*b"0420");
    /// `0430`.
    pub const REVERSAL_ADVICE_RESPONSE: Self = Self::of(*b"0430");
    /// `0500`.
    pub const RECONCILIATION_REQUEST: Self = Self::of(*b"0500");
    /// `0510`.
    pub const RECONCILIATION_RESPONSE: Self = Self::of(*b"0510");
    /// `0520`.
    pub const RECONCILIATION_ADVICE: Self = Self::of(*b"0520");
    /// `0530`.
    pub const RECONCILIATION_ADVICE_RESPONSE: Self = Self::of(*b"0530");
    /// `0800`.
    pub const NETWORK_REQUEST: Self = Self::of(*b"0800");
    /// `0810`.
    pub const NETWORK_RESPONSE: Self = Self::of(*b"0810");
    /// `0820`.
    pub const NETWORK_ADVICE: Self = Self::of(*b"0820");
    /// `0830`.
    pub const NETWORK_ADVICE_RESPONSE: Self = Self::of(*b"0830");

    /// What stands in for an MTI that was not read.
    pub(crate) const UNKNOWN: Self = Self::of(*b"0000");

    const fn of(digits: [u8; 4]) -> Self {
        Self { digits }
    }

    /// The identifier with these four ASCII digits, or an error of kind [`ErrorKind::MtiDigit`].
    #[inline]
    pub const fn from_digits(digits: [u8; 4]) -> Result<Self> {
        // all at once: what is below `0` or above `9` has more than its low half set, or gets so
        let values = u32::from_ne_bytes(digits) ^ 0x3030_3030;
        if (values | values.wrapping_add(0x0606_0606)) & 0xF0F0_F0F0 == 0 {
            Ok(Self { digits })
        } else {
            Err(Error::new(ErrorKind::MtiDigit, 0, 4, 4).at(Place::Mti))
        }
    }

    /// The inverse of [`number`](Self::number): `200` gives `0200`. Above `9999` it is an error of
    /// kind [`ErrorKind::MtiDigit`].
    ///
    /// ```
    /// use cardwire::Mti;
    /// assert_eq!(Mti::from_number(200), Ok(Mti::FINANCIAL_REQUEST));
    /// assert!(Mti::from_number(10_000).is_err());
    /// ```
    pub fn from_number(number: u16) -> Result<Self> {
        let digit = |power: u16| u8::try_from(number / power % 10).map_or(0, |digit| b'0' + digit);
        match number {
            0..=9999 => Ok(Self::of([digit(1000), digit(100), digit(10), digit(1)])),
            _ => Err(Error::new(ErrorKind::MtiDigit, 0, 4, 5).at(Place::Mti)),
        }
    }

    /// The four ASCII digits.
    #[must_use]
    pub const fn digits(self) -> [u8; 4] {
        self.digits
    }

    /// The identifier as a number, `0` to `9999`.
    #[must_use]
    pub fn number(self) -> u16 {
        self.digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'))
    }

    /// Version of the standard, from the first digit.
    #[must_use]
    pub const fn version(self) -> Version {
        match self.digits[0] - b'0' {
            0 => Version::V1987,
            1 => Version::V1993,
            2 => Version::V2003,
            8 => Version::National,
            9 => Version::Private,
            digit => Version::Reserved(digit),
        }
    }

    /// Message class, from the second digit.
    #[must_use]
    pub const fn class(self) -> Class {
        match self.digits[1] - b'0' {
            1 => Class::Authorization,
            2 => Class::Financial,
            3 => Class::FileAction,
            4 => Class::Reversal,
            5 => Class::Reconciliation,
            6 => Class::Administrative,
            7 => Class::FeeCollection,
            8 => Class::NetworkManagement,
            digit => Class::Reserved(digit),
        }
    }

    /// Function, from the third digit.
    #[must_use]
    pub const fn function(self) -> Function {
        match self.digits[2] - b'0' {
            0 => Function::Request,
            1 => Function::Response,
            2 => Function::Advice,
            3 => Function::AdviceResponse,
            4 => Function::Notification,
            5 => Function::NotificationAcknowledgement,
            6 => Function::Instruction,
            7 => Function::InstructionAcknowledgement,
            digit => Function::Reserved(digit),
        }
    }

    /// Origin, from the fourth digit.
    #[must_use]
    pub const fn origin(self) -> Origin {
        match self.digits[3] - b'0' {
            0 => Origin::Acquirer,
            1 => Origin::AcquirerRepeat,
            2 => Origin::Issuer,
            3 => Origin::IssuerRepeat,
            4 => Origin::Other,
            5 => Origin::OtherRepeat,
            digit => Origin::Reserved(digit),
        }
    }

    /// Whether no digit is one that the standard reserves.
    #[must_use]
    pub const fn is_known(self) -> bool {
        !matches!(self.version(), Version::Reserved(_))
            && !matches!(self.class(), Class::Reserved(_))
            && !matches!(self.function(), Function::Reserved(_))
            && !matches!(self.origin(), Origin::Reserved(_))
    }

    /// Whether this is a response to another message: an odd function digit.
    #[must_use]
    pub const fn is_response(self) -> bool {
        matches!(self.digits[2], b'1' | b'3' | b'5' | b'7')
    }

    /// Whether this repeats an earlier message: an odd origin digit.
    #[must_use]
    pub const fn is_repeat(self) -> bool {
        matches!(self.digits[3], b'1' | b'3' | b'5')
    }

    /// The identifier of the response: `0200` gives `0210`, the repeat `0421` gives `0430`.
    ///
    /// `None` for what is itself a response, and for reserved functions. Notifications and instructions
    /// have responses from the edition of 2003 on: `2240` gives `2250`, `1240` and `0140` give `None`.
    #[must_use]
    pub const fn response(self) -> Option<Self> {
        let [version, class, function, origin] = self.digits;
        let is_responded_to = match function {
            b'0' | b'2' => true,
            b'4' | b'6' => !matches!(self.version(), Version::V1987 | Version::V1993),
            _ => false,
        };
        if !is_responded_to {
            return None;
        }
        let origin = if self.is_repeat() { origin - 1 } else { origin };
        Some(Self { digits: [version, class, function + 1, origin] })
    }

    /// The identifier of a repeat: `0420` gives `0421`; a repeat stays one.
    /// `None` for responses and for origins that know no repeat.
    #[must_use]
    pub const fn repeat(self) -> Option<Self> {
        let [version, class, function, origin] = self.digits;
        match origin {
            b'0' | b'2' | b'4' if !self.is_response() => {
                Some(Self { digits: [version, class, function, origin + 1] })
            }
            b'1' | b'3' | b'5' if !self.is_response() => Some(self),
            _ => None,
        }
    }

    /// What the digits say: `financial response, acquirer`, or `金融请求应答`.
    ///
    /// Reversals that an issuer sends in the editions of 1993 and 2003 are chargebacks, and are called so.
    ///
    /// ```
    /// use cardwire::{Mti, codes::Lang};
    ///
    /// assert_eq!(Mti::FINANCIAL_RESPONSE.describe(Lang::En).to_string(), "financial response, acquirer");
    /// assert_eq!(Mti::REVERSAL_ADVICE.describe(Lang::Zh).to_string(), "冲正通知，收单机构");
    /// ```
    #[must_use]
    pub const fn describe(self, lang: Lang) -> impl fmt::Display {
        Words { mti: self, lang }
    }

    /// Whether an `x4xx` is a chargeback: of an issuer, in an edition that tells chargebacks apart so.
    const fn is_chargeback(self) -> bool {
        matches!(self.class(), Class::Reversal)
            && matches!(self.version(), Version::V1993 | Version::V2003)
            && matches!(self.origin(), Origin::Issuer | Origin::IssuerRepeat)
    }
}

/// See [`Mti::describe`].
struct Words {
    mti: Mti,
    lang: Lang,
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mti, lang } = *self;
        let class =
            if mti.is_chargeback() { lang.of("chargeback", "退单") } else { mti.class().words(lang) };
        f.write_str(class)?;
        f.write_str(lang.of(" ", ""))?;
        f.write_str(mti.function().words(lang))?;
        match mti.origin() {
            Origin::Reserved(_) => Ok(()),
            origin => {
                f.write_str(lang.of(", ", "，"))?;
                f.write_str(origin.words(lang))
            }
        }
    }
}

impl FromStr for Mti {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.as_bytes() {
            [a, b, c, d] => Self::from_digits([*a, *b, *c, *d]),
            other => Err(Error::new(ErrorKind::MtiDigit, 0, 4, other.len()).at(Place::Mti)),
        }
    }
}

impl PartialEq<&str> for Mti {
    fn eq(&self, other: &&str) -> bool {
        self.digits == other.as_bytes()
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digits.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

impl fmt::Debug for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mti(text: &str) -> Mti {
        text.parse().unwrap()
    }

    #[test]
    fn only_four_digits_make_one() {
        for bad in ["", "020", "02000", "02O0", "-200", "+200", " 200"] {
            assert!(bad.parse::<Mti>().is_err(), "{bad:?}");
        }
        assert_eq!(mti("0200"), Mti::FINANCIAL_REQUEST);
        assert_eq!(mti("9876").number(), 9876);
    }

    #[test]
    fn digits_have_meanings() {
        let repeat = mti("1421");
        assert_eq!(repeat.version(), Version::V1993);
        assert_eq!(repeat.class(), Class::Reversal);
        assert_eq!(repeat.function(), Function::Advice);
        assert_eq!(repeat.origin(), Origin::AcquirerRepeat);
        assert_eq!(mti("7999").version(), Version::Reserved(7));
        assert!(repeat.is_known() && mti("9805").is_known());
        assert!(["3100", "0000", "0980", "0280", "0106"].into_iter().all(|text| !mti(text).is_known()));
    }

    #[test]
    fn an_answer_adds_ten_and_drops_the_repeat() {
        for (request, response) in [
            ("0100", "0110"),
            ("0220", "0230"),
            ("0401", "0410"),
            ("0421", "0430"),
            ("1804", "1814"),
            ("1805", "1814"),
        ] {
            assert_eq!(mti(request).response(), Some(mti(response)));
            assert!(mti(response).is_response() && mti(response).response().is_none());
        }
        assert_eq!(mti("0280").response(), None);
        for silent in ["0140", "0640", "1240", "1442", "1644", "1845", "0260"] {
            assert_eq!(mti(silent).response(), None, "{silent}");
        }
        for (notification, response) in
            [("2240", "2250"), ("2541", "2550"), ("2864", "2874"), ("9240", "9250")]
        {
            assert_eq!(mti(notification).response(), Some(mti(response)));
        }
    }

    #[test]
    fn a_repeat_changes_the_last_digit_once() {
        assert_eq!(mti("0420").repeat(), Some(mti("0421")));
        assert_eq!(mti("0421").repeat(), Some(mti("0421")));
        assert_eq!(mti("0210").repeat(), None);
        assert_eq!(mti("0206").repeat(), None);
    }

    #[test]
    fn both_languages() {
        for (mti, en, zh) in [
            ("0100", "authorization request, acquirer", "授权请求，收单机构"),
            ("0421", "reversal advice, acquirer repeat", "冲正通知，收单机构重发"),
            ("0422", "reversal advice, issuer", "冲正通知，发卡机构"),
            ("1442", "chargeback notification, issuer", "退单告知，发卡机构"),
            ("2423", "chargeback advice, issuer repeat", "退单通知，发卡机构重发"),
            ("1804", "network management request, other", "网络管理请求，其他"),
            ("9976", "reserved class instruction acknowledgement", "保留类指令确认"),
        ] {
            let mti: Mti = mti.parse().unwrap();
            assert_eq!(
                (mti.describe(Lang::En).to_string().as_str(), mti.describe(Lang::Zh).to_string().as_str()),
                (en, zh)
            );
        }
        let versions =
            [0, 1, 2, 3, 8, 9].map(|digit| Mti::from_number(digit * 1000).unwrap().version().to_string());
        assert_eq!(
            versions.concat(),
            "ISO 8583:1987ISO 8583:1993ISO 8583:2003reserved for ISO usenational useprivate use"
        );
    }
}
