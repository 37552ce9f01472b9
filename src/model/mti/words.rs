//! What the digits of an MTI say, in words.

use core::fmt;

use super::{Class, Function, Mti, Origin, Version};
use crate::codes::Lang;

impl Mti {
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

impl Version {
    /// The edition, in words.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::V1987 => "ISO 8583:1987",
            Self::V1993 => "ISO 8583:1993",
            Self::V2003 => "ISO 8583:2003",
            Self::National => lang.of("national use", "国内使用"),
            Self::Private => lang.of("private use", "私有使用"),
            Self::Reserved(_) => lang.of("reserved for ISO use", "保留给ISO使用"),
        }
    }
}

impl Class {
    /// What the message is about, in words.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Authorization => lang.of("authorization", "授权"),
            Self::Financial => lang.of("financial", "金融"),
            Self::FileAction => lang.of("file action", "文件操作"),
            Self::Reversal => lang.of("reversal", "冲正"),
            Self::Reconciliation => lang.of("reconciliation", "对账"),
            Self::Administrative => lang.of("administrative", "管理"),
            Self::FeeCollection => lang.of("fee collection", "收费"),
            Self::NetworkManagement => lang.of("network management", "网络管理"),
            Self::Reserved(_) => lang.of("reserved class", "保留类"),
        }
    }
}

impl Function {
    /// The role of the message, in words.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Request => lang.of("request", "请求"),
            Self::Response => lang.of("response", "请求应答"),
            Self::Advice => lang.of("advice", "通知"),
            Self::AdviceResponse => lang.of("advice response", "通知应答"),
            Self::Notification => lang.of("notification", "告知"),
            Self::NotificationAcknowledgement => lang.of("notification acknowledgement", "告知确认"),
            Self::Instruction => lang.of("instruction", "指令"),
            Self::InstructionAcknowledgement => lang.of("instruction acknowledgement", "指令确认"),
            Self::Reserved(_) => lang.of("reserved function", "保留功能"),
        }
    }
}

impl Origin {
    /// Who sent the message, in words.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Acquirer => lang.of("acquirer", "收单机构"),
            Self::AcquirerRepeat => lang.of("acquirer repeat", "收单机构重发"),
            Self::Issuer => lang.of("issuer", "发卡机构"),
            Self::IssuerRepeat => lang.of("issuer repeat", "发卡机构重发"),
            Self::Other => lang.of("other", "其他"),
            Self::OtherRepeat => lang.of("other repeat", "其他重发"),
            Self::Reserved(_) => lang.of("reserved origin", "保留来源"),
        }
    }
}

macro_rules! displayed {
    ($($name:ident)*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.words(Lang::En))
            }
        }
    )* };
}

displayed!(Version Class Function Origin);

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

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
