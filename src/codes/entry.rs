//! Point of service entry: DE 22.
//!
//! The 1987 edition has three digits (n3): how the card number was entered (2) and the PIN entry
//! capability (1). The 1993 edition has twelve characters (an12), one statement each. Facts from
//! public code lists. The bitmaps of the 2003 edition are not covered.

use super::scope::Network::{Mastercard, MastercardDebit, Several};
use super::scope::Scope;
use super::table::{Meaning, find, iso, network, unionpay};
use crate::model::lang::Lang;

open_code! {
    /// A point of service entry mode, DE 22 of the 1987 edition (n3).
    ///
    /// ```
    /// use cardwire::codes::{EntryMode, PanEntry, PinCapability};
    ///
    /// let mode = EntryMode::new("051").unwrap();
    /// assert_eq!((mode.pan_entry(), mode.pin()), (PanEntry::CHIP, PinCapability::CAPABLE));
    /// assert_eq!(EntryMode::of(PanEntry::CHIP, PinCapability::CAPABLE), mode);
    /// ```
    EntryMode, 3, digits
}

open_code! {
    /// How the card number was entered, positions 1-2 of the 1987 DE 22.
    PanEntry, 2, digits
}

open_code! {
    /// PIN entry capability, position 3 of the 1987 DE 22.
    ///
    /// UnionPay terminals state instead whether the message holds a PIN: 1 with, 2 without.
    PinCapability, 1, digits
}

open_code! {
    /// A point of service data code, DE 22 of the 1993 edition (an12).
    ///
    /// ```
    /// use cardwire::codes::PosData;
    ///
    /// let data = PosData::new("510101511344").unwrap();
    /// assert_eq!(PosData::title(7), Some("card data input mode"));
    /// assert_eq!(data.get(7), Some('5'));
    /// assert_eq!(data.meaning(7).unwrap().text, "chip");
    /// ```
    PosData, 12, alphanumeric
}

impl EntryMode {
    /// Joins the two parts.
    #[must_use]
    pub const fn of(pan: PanEntry, pin: PinCapability) -> Self {
        let ([a, b], [c]) = (pan.0, pin.0);
        Self([a, b, c])
    }

    /// How the card number was entered.
    #[must_use]
    pub const fn pan_entry(self) -> PanEntry {
        let [first, second, _] = self.0;
        PanEntry([first, second])
    }

    /// The PIN entry capability.
    #[must_use]
    pub const fn pin(self) -> PinCapability {
        let [.., last] = self.0;
        PinCapability([last])
    }
}

impl PanEntry {
    /// Not known.
    pub const UNKNOWN: Self = Self(*b"00");
    /// Typed in.
    pub const MANUAL: Self = Self(*b"01");
    /// Magnetic stripe.
    pub const MAGNETIC_STRIPE: Self = Self(*b"02");
    /// Bar code or QR code.
    pub const BAR_CODE: Self = Self(*b"03");
    /// Contact chip.
    pub const CHIP: Self = Self(*b"05");
    /// Contactless chip.
    pub const CONTACTLESS_CHIP: Self = Self(*b"07");
    /// Electronic commerce with a cryptogram.
    pub const REMOTE_CRYPTOGRAM: Self = Self(*b"09");
    /// Card on file.
    pub const CREDENTIAL_ON_FILE: Self = Self(*b"10");
    /// The chip failed, magnetic stripe used.
    pub const FALLBACK: Self = Self(*b"80");
    /// Electronic commerce (Mastercard).
    pub const ELECTRONIC_COMMERCE: Self = Self(*b"81");
    /// Magnetic stripe, full track.
    pub const FULL_TRACK: Self = Self(*b"90");
    /// Contactless magnetic stripe.
    pub const CONTACTLESS_STRIPE: Self = Self(*b"91");
    /// Chip, data may be unreliable.
    pub const CHIP_UNRELIABLE: Self = Self(*b"95");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(PAN_ENTRY, self.as_str())
    }

    /// For whom the code is set aside, known or not: 00 to 60 belong to ISO, 61 to 80 to national use and
    /// 81 to 99 to private use.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self.0 {
            [b'0'..=b'5', _] | [b'6', b'0'] => Scope::Iso,
            [b'6' | b'7', _] | [b'8', b'0'] => Scope::National,
            _ => Scope::Private,
        }
    }
}

impl PinCapability {
    /// Not known.
    pub const UNKNOWN: Self = Self(*b"0");
    /// The terminal can take a PIN.
    pub const CAPABLE: Self = Self(*b"1");
    /// The terminal cannot take a PIN.
    pub const NOT_CAPABLE: Self = Self(*b"2");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(PIN, self.as_str())
    }
}

impl PosData {
    /// The character at a position, counted from 1 to 12.
    #[must_use]
    pub fn get(self, position: usize) -> Option<char> {
        self.0.get(position.checked_sub(1)?).copied().map(char::from)
    }

    /// What the character at a position (1 to 12) means, when it is known.
    #[must_use]
    pub fn meaning(self, position: usize) -> Option<&'static Meaning> {
        let index = position.checked_sub(1)?;
        let (.., table) = POSITIONS.get(index)?;
        find(table, self.as_str().get(index..position)?)
    }

    /// What a position (1 to 12) is about.
    #[must_use]
    pub fn title(position: usize) -> Option<&'static str> {
        Self::title_in(position, Lang::En)
    }

    /// The same in a language.
    #[must_use]
    pub fn title_in(position: usize, lang: Lang) -> Option<&'static str> {
        POSITIONS.get(position.checked_sub(1)?).map(|(title, title_zh, _)| lang.of(title, title_zh))
    }
}

#[rustfmt::skip] // one code, one line
pub(super) static PAN_ENTRY: &[Meaning] = &[
    iso("00", "unknown", "未知"),
    iso("01", "manual key entry", "手工输入"),
    iso("02", "magnetic stripe", "磁条读入"),
    iso("03", "bar code or QR code", "条码或二维码"),
    iso("04", "optical character reader", "光学字符识别"),
    iso("05", "contact chip, data reliable", "接触式IC卡，数据可靠"),
    network(MastercardDebit, "06", "key entry", "手工输入").but(&[
        network(Several, "06", "track 1 read", "读取第一磁道").once(),
    ]),
    network(Several, "07", "contactless chip", "非接触式IC卡"),
    network(Several, "09", "electronic commerce with remote cryptogram", "电子商务，远程密文"),
    network(Several, "10", "credential on file", "商户留存卡信息"),
    network(Several, "51", "chip fallback", "IC卡降级").once(),
    network(Several, "71", "chip fallback", "IC卡降级").once(),
    network(Mastercard, "79", "chip and stripe failed, manual entry", "IC卡和磁条均失败，手工输入"),
    network(Mastercard, "80", "chip failed, magnetic stripe used", "IC卡失败，降级使用磁条"),
    network(Mastercard, "81", "electronic commerce, manual entry", "电子商务，手工输入"),
    network(Mastercard, "82", "server of issuer or acquirer", "发卡方或收单方服务器"),
    network(Several, "90", "magnetic stripe, full track", "磁条读入，完整磁道"),
    network(Several, "91", "contactless magnetic stripe", "非接触式磁条"),
    unionpay("92", "mobile reservation payment", "预约消费").once(),
    unionpay("93", "merchant-presented QR code with chip data", "商户出示二维码，含IC卡数据"),
    unionpay("94", "merchant-presented code without chip data", "商户出示条码，不含IC卡数据"),
    network(Several, "95", "chip, data may be unreliable", "IC卡，数据可能不可靠"),
    unionpay("96", "mobile phone chip payment", "手机芯片").once(),
    unionpay("98", "contactless chip, standard application", "标准非接触式IC卡"),
];

pub(super) static PIN: &[Meaning] = &[
    iso("0", "unknown", "未知"),
    iso("1", "can take a PIN", "可输入密码").but(&[unionpay("1", "PIN in the message", "报文含密码")]),
    iso("2", "cannot take a PIN", "不能输入密码").but(&[unionpay(
        "2",
        "no PIN in the message",
        "报文不含密码",
    )]),
    network(Several, "8", "PIN pad out of service", "密码键盘停用"),
    network(Several, "9", "PIN verified by the terminal", "密码已由终端校验"),
];

static POSITIONS: [(&str, &str, &[Meaning]); 12] = [
    ("card data input capability", "卡数据输入能力", INPUT_CAPABILITY),
    ("cardholder authentication capability", "持卡人认证能力", AUTHENTICATION_CAPABILITY),
    ("card capture capability", "没收卡能力", CAPTURE),
    ("operating environment", "操作环境", ENVIRONMENT),
    ("cardholder presence", "持卡人在场情况", CARDHOLDER),
    ("card presence", "卡在场情况", CARD),
    ("card data input mode", "卡数据输入方式", INPUT_MODE),
    ("cardholder authentication method", "持卡人认证方法", AUTHENTICATION_METHOD),
    ("cardholder authentication entity", "持卡人认证方", AUTHENTICATION_ENTITY),
    ("card data output capability", "卡数据输出能力", CARD_OUTPUT),
    ("terminal output capability", "终端输出能力", TERMINAL_OUTPUT),
    ("PIN capture capability", "密码获取能力", PIN_CAPTURE),
];

pub(super) static INPUT_CAPABILITY: &[Meaning] = &[
    iso("0", "unknown", "未知"),
    iso("1", "manual, no terminal", "手工，无终端"),
    iso("2", "magnetic stripe", "磁条"),
    iso("3", "bar code", "条码"),
    iso("4", "optical characters", "光学字符"),
    iso("5", "chip", "IC卡"),
    iso("6", "key entry", "键盘输入"),
    network(Several, "A", "contactless stripe, by network", "非接触式磁条，视卡组织").disputed(),
    network(Several, "B", "stripe and key entry, by network", "磁条和键盘输入，视卡组织").disputed(),
    network(Several, "M", "contactless chip, by network", "非接触式IC卡，视卡组织").disputed(),
    network(Several, "S", "special, by network", "特殊，视卡组织").disputed(),
];

pub(super) static AUTHENTICATION_CAPABILITY: &[Meaning] = &[
    iso("0", "none", "无"),
    iso("1", "PIN", "密码"),
    iso("2", "electronic signature analysis", "电子签名分析"),
    iso("3", "biometrics", "生物特征").once(),
    iso("4", "biographic", "个人资料").once(),
    iso("5", "out of order", "停用"),
    iso("6", "other", "其他"),
];

pub(super) static CAPTURE: &[Meaning] = &[iso("0", "none", "无"), iso("1", "can keep the card", "可没收卡")];

pub(super) static ENVIRONMENT: &[Meaning] = &[
    iso("0", "no terminal", "无终端"),
    iso("1", "at the acceptor, attended", "受卡方场所，有人值守"),
    iso("2", "at the acceptor, unattended", "受卡方场所，无人值守"),
    iso("3", "away from the acceptor, attended", "受卡方场所外，有人值守"),
    iso("4", "away from the acceptor, unattended", "受卡方场所外，无人值守"),
    iso("5", "at the cardholder, unattended", "持卡人处，无人值守"),
];

pub(super) static CARDHOLDER: &[Meaning] = &[
    iso("0", "present", "在场"),
    iso("1", "not present", "不在场"),
    iso("2", "not present, mail order", "不在场，邮购"),
    iso("3", "not present, telephone", "不在场，电话"),
    iso("4", "not present, standing authorization", "不在场，长期授权"),
    iso("5", "not present, electronic commerce", "不在场，电子商务"),
];

pub(super) static CARD: &[Meaning] = &[iso("0", "not present", "不在场"), iso("1", "present", "在场")];

pub(super) static INPUT_MODE: &[Meaning] = &[
    iso("0", "unspecified", "未指定"),
    iso("1", "manual, no terminal", "手工，无终端"),
    iso("2", "magnetic stripe", "磁条"),
    iso("3", "bar code", "条码"),
    iso("4", "optical characters", "光学字符"),
    iso("5", "chip", "IC卡"),
    iso("6", "key entered", "键盘输入"),
    network(Several, "7", "contactless chip", "非接触式IC卡"),
    network(Several, "S", "electronic commerce", "电子商务"),
];

pub(super) static AUTHENTICATION_METHOD: &[Meaning] = &[
    iso("0", "not authenticated", "未认证"),
    iso("1", "PIN", "密码"),
    iso("2", "electronic signature analysis", "电子签名分析"),
    iso("3", "biometrics", "生物特征").once(),
    iso("4", "biographic", "个人资料").once(),
    iso("5", "signature compared by hand", "人工核对签名"),
    iso("6", "other manual check", "其他人工核对"),
];

pub(super) static AUTHENTICATION_ENTITY: &[Meaning] = &[
    iso("0", "not authenticated", "未认证"),
    iso("1", "chip", "IC卡"),
    iso("2", "acceptance device", "受卡设备"),
    iso("3", "authorizing agent", "授权代理"),
    iso("4", "merchant", "商户"),
    iso("5", "other", "其他"),
];

pub(super) static CARD_OUTPUT: &[Meaning] = &[
    iso("0", "unknown", "未知"),
    iso("1", "none", "无"),
    iso("2", "magnetic stripe write", "写磁条"),
    iso("3", "chip", "IC卡"),
];

pub(super) static TERMINAL_OUTPUT: &[Meaning] = &[
    iso("0", "unknown", "未知"),
    iso("1", "none", "无"),
    iso("2", "printing", "打印"),
    iso("3", "display", "显示"),
    iso("4", "printing and display", "打印和显示"),
];

pub(super) static PIN_CAPTURE: &[Meaning] = &[
    iso("0", "no PIN capture", "不能获取密码"),
    iso("1", "unknown", "未知"),
    iso("4", "PIN of up to 4 digits", "密码最多4位"),
    iso("5", "PIN of up to 5 digits", "密码最多5位"),
    iso("6", "PIN of up to 6 digits", "密码最多6位"),
    iso("7", "PIN of up to 7 digits", "密码最多7位"),
    iso("8", "PIN of up to 8 digits", "密码最多8位"),
    iso("9", "PIN of up to 9 digits", "密码最多9位"),
    iso("A", "PIN of up to 10 digits", "密码最多10位"),
    iso("B", "PIN of up to 11 digits", "密码最多11位"),
    iso("C", "PIN of up to 12 digits", "密码最多12位"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn tables_are_sorted() {
        assert_sorted(PAN_ENTRY, 2);
        assert_sorted(PIN, 1);
        for (.., table) in POSITIONS {
            assert_sorted(table, 1);
        }
    }

    #[test]
    fn positions_count_from_one() {
        let data = PosData::new("21000000000C").unwrap();
        assert_eq!(
            (data.get(0), data.get(1), data.get(12), data.get(13)),
            (None, Some('2'), Some('C'), None)
        );
        assert_eq!(data.meaning(12).map(|row| row.text), Some("PIN of up to 12 digits"));
        assert_eq!((data.meaning(0), data.meaning(13)), (None, None));
        assert_eq!((PosData::title(0), PosData::title(13)), (None, None));
    }
}
