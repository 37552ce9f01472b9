//! What each of the four digits says.

use core::fmt;

use crate::model::lang::Lang;

/// First digit: the version of the standard.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Version {
    /// ISO 8583:1987.
    V1987,
    /// ISO 8583:1993.
    V1993,
    /// ISO 8583:2003.
    V2003,
    /// National use.
    National,
    /// Private use.
    Private,
    /// Reserved by ISO: the digit.
    Reserved(u8),
}

/// Second digit: what the message is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Class {
    /// `x1xx`: approval only; no money moves by the message itself.
    Authorization,
    /// `x2xx`: approval and posting in one.
    Financial,
    /// `x3xx`: file action; batch upload in POS dialects.
    FileAction,
    /// `x4xx`: reversal or chargeback.
    Reversal,
    /// `x5xx`: exchange of totals.
    Reconciliation,
    /// `x6xx`: administrative.
    Administrative,
    /// `x7xx`: fee collection.
    FeeCollection,
    /// `x8xx`: sign-on, echo, keys, cut-over.
    NetworkManagement,
    /// Reserved by ISO: the digit.
    Reserved(u8),
}

/// Third digit: the role of the message in its exchange.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Function {
    /// `xx0x`: the receiver may decline.
    Request,
    /// `xx1x`: response to a request.
    Response,
    /// `xx2x`: tells what has happened; may not be declined.
    Advice,
    /// `xx3x`: response to an advice.
    AdviceResponse,
    /// `xx4x`: like an advice, without a response before 2003.
    Notification,
    /// `xx5x`: response to a notification, 2003.
    NotificationAcknowledgement,
    /// `xx6x`: instruction, 2003.
    Instruction,
    /// `xx7x`: response to an instruction, 2003.
    InstructionAcknowledgement,
    /// Reserved by ISO: the digit.
    Reserved(u8),
}

/// Fourth digit: who sent the message, and whether it is a repeat.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Origin {
    /// `xxx0`.
    Acquirer,
    /// `xxx1`.
    AcquirerRepeat,
    /// `xxx2`.
    Issuer,
    /// `xxx3`.
    IssuerRepeat,
    /// `xxx4`: a network or processor.
    Other,
    /// `xxx5`.
    OtherRepeat,
    /// Reserved by ISO: the digit.
    Reserved(u8),
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
