//! What a result code tells its receiver to do, in one shape for all editions and for UnionPay.

use core::fmt;

use super::scope::{Certainty, Network, Scope};
use super::table::Span;
use crate::model::lang::Lang;

worded! {
    /// What kind of result a code is.
    #[non_exhaustive]
    Class {
        /// The transaction is approved.
        Approved => "approved" "批准",
        /// The transaction is refused, the card stays with its holder.
        Declined => "declined" "拒绝",
        /// The issuer wants a call before it decides.
        Referral => "referral" "请联系发卡行",
        /// Refused, and the card is to be kept.
        PickUp => "pick-up" "没收卡",
        /// Format, routing or system trouble: nobody decided on the money.
        Error => "error" "差错",
        /// Nobody could decide now; a later attempt may pass.
        RetryLater => "retry-later" "稍后重试",
        /// Response to a file, reconciliation, administrative or network message.
        Admin => "admin" "管理",
        /// Set aside, or not known here.
        Reserved => "reserved" "保留",
    }
}

worded! {
    /// What the sender may conclude. `Approved` and `Declined` are final.
    ///
    /// Exhaustive on purpose: whoever moves money has to decide for each.
    Outcome {
        /// Accepted.
        Approved => "approved" "成功",
        /// Refused.
        Declined => "declined" "失败",
        /// Open: query, wait or reverse before anything else.
        Unknown => "unknown" "未知，先查询或冲正",
    }
}

worded! {
    /// Who can act first.
    #[non_exhaustive]
    Actor {
        /// Nobody has to.
        Nobody => "nobody" "无",
        /// The cardholder.
        Cardholder => "cardholder" "持卡人",
        /// The merchant or its operator.
        Merchant => "merchant" "商户",
        /// The accepting machine.
        Device => "device" "终端",
        /// The acquirer.
        Acquirer => "acquirer" "收单机构",
        /// The card issuer.
        Issuer => "issuer" "发卡机构",
        /// The network or switch.
        Network => "network" "转接网络",
    }
}

worded! {
    /// Whether another attempt makes sense.
    ///
    /// Exhaustive on purpose: whoever tries again has to decide for each.
    Retry {
        /// No.
        No => "no" "不可重试",
        /// As a new transaction once the named thing is corrected, see [`Advice::action`].
        Fix => "after a correction" "更正后可重试",
        /// As a new transaction some time later.
        Later => "later" "稍后可重试",
        /// With another card, amount or method.
        Other => "with another card or method" "换卡或换方式",
        /// There is nothing to retry.
        NotApplicable => "not applicable" "不适用",
    }
}

worded! {
    /// Whether the original is to be reversed.
    #[non_exhaustive]
    Reversal {
        /// Nothing to undo; a pending reversal can be dropped.
        No => "no" "无需冲正",
        /// Undo it.
        Yes => "yes" "冲正",
        /// Undo it when an approval may exist.
        IfApproved => "if approved" "若已批准则冲正",
    }
}

/// How a UnionPay terminal groups the code, by the letter of the Chinese terminal tables.
///
/// The letters are older than today's practice: the columns of [`Advice`] stand above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// A: success.
    Success,
    /// B: failed, the operator may repeat.
    MayRepeat,
    /// C: failed, do not repeat.
    DoNotRepeat,
    /// D: failed, the operator has to do something.
    OperatorActs,
    /// E: failed by a system fault, do not repeat.
    SystemFault,
}

impl Group {
    /// The letter of the tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "A",
            Self::MayRepeat => "B",
            Self::DoNotRepeat => "C",
            Self::OperatorActs => "D",
            Self::SystemFault => "E",
        }
    }

    /// What the letter stands for.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Success => lang.of("success", "交易成功"),
            Self::MayRepeat => lang.of("failed, may be repeated", "交易失败，可重试"),
            Self::DoNotRepeat => lang.of("failed, not to be repeated", "交易失败，不需要重试"),
            Self::OperatorActs => lang.of("failed, the operator acts", "交易失败，终端操作员处理"),
            Self::SystemFault => {
                lang.of("failed by a system fault, not to be repeated", "交易失败，系统故障，不需要重试")
            }
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Meaning and customary handling of one result code.
///
/// The standards list code and meaning only; the handling columns are the usual practice, which a
/// network's own rules override. The columns never contradict each other: an unknown outcome is not
/// to be retried before it is known, and a known one needs no reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// The code.
    pub code: &'static str,
    /// Last code of the row; equal to `code` unless the row is a span.
    pub last: &'static str,
    /// The meaning in English.
    pub meaning: &'static str,
    /// The meaning in Chinese; in the tables of UnionPay the network's own wording.
    pub meaning_zh: &'static str,
    /// What kind of result it is.
    pub class: Class,
    /// What the sender may conclude.
    pub outcome: Outcome,
    /// Who can act first.
    pub actor: Actor,
    /// Whether another attempt makes sense.
    pub retry: Retry,
    /// Whether to reverse.
    pub reversal: Reversal,
    /// What to do, or what to correct, in English.
    pub action: Option<&'static str>,
    /// The same in Chinese.
    pub action_zh: Option<&'static str>,
    /// The group of the Chinese terminal tables (UnionPay).
    pub group: Option<Group>,
    /// Who defined the code.
    pub scope: Scope,
    /// How sure the meaning is.
    pub certainty: Certainty,
    /// What networks mean by it that read the code in another way. UnionPay has a table of its own:
    /// see [`ResponseCode::at`](super::ResponseCode::at).
    pub readings: &'static [Self],
}

impl Advice {
    /// The meaning.
    #[must_use]
    pub const fn words(&self, lang: Lang) -> &'static str {
        lang.of(self.meaning, self.meaning_zh)
    }

    /// What to do, or what to correct.
    #[must_use]
    pub const fn action(&self, lang: Lang) -> Option<&'static str> {
        match lang {
            Lang::En => self.action,
            Lang::Zh => self.action_zh,
        }
    }

    /// What this network means by the code, if it reads it in another way.
    #[must_use]
    pub fn at(&self, network: Network) -> Option<&'static Self> {
        self.readings.iter().find(|reading| reading.scope == Scope::Network(network))
    }

    /// Whether the outcome is settled, so that no query or reversal is needed to learn it.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self.outcome, Outcome::Unknown)
    }

    pub(super) const fn to(self, last: &'static str) -> Self {
        Self { last, ..self }
    }

    pub(super) const fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    pub(super) const fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// The outcome is open, so that nothing is to be retried.
    pub(super) const fn open(self, reversal: Reversal) -> Self {
        let retry = match self.retry {
            Retry::NotApplicable => Retry::NotApplicable,
            _ => Retry::No,
        };
        Self { outcome: Outcome::Unknown, reversal, retry, ..self }
    }

    pub(super) const fn reverse(self, reversal: Reversal) -> Self {
        Self { reversal, ..self }
    }

    pub(super) const fn act(self, action: &'static str, action_zh: &'static str) -> Self {
        Self { action: Some(action), action_zh: Some(action_zh), ..self }
    }

    pub(super) const fn class(self, class: Class) -> Self {
        Self { class, ..self }
    }

    pub(super) const fn outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    pub(super) const fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// A code of this network.
    pub(super) const fn of(self, network: Network) -> Self {
        self.scope(Scope::Network(network))
    }

    /// One source says so.
    pub(super) const fn once(self) -> Self {
        Self { certainty: Certainty::OneSource, ..self }
    }

    /// Sources disagree.
    pub(super) const fn disputed(self) -> Self {
        Self { certainty: Certainty::Disputed, ..self }
    }

    /// Networks that read the code in another way.
    pub(super) const fn but(self, readings: &'static [Self]) -> Self {
        Self { readings, ..self }
    }
}

impl Span for Advice {
    fn span(&self) -> (&'static str, &'static str) {
        (self.code, self.last)
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.meaning)
    }
}

/// The row every other one starts from: approved, nothing to do.
pub(super) const fn approved(code: &'static str, meaning: &'static str, meaning_zh: &'static str) -> Advice {
    Advice {
        code,
        last: code,
        meaning,
        meaning_zh,
        class: Class::Approved,
        outcome: Outcome::Approved,
        actor: Actor::Nobody,
        retry: Retry::NotApplicable,
        reversal: Reversal::No,
        action: None,
        action_zh: None,
        group: None,
        scope: Scope::Iso,
        certainty: Certainty::Certain,
        readings: &[],
    }
}

/// Refused.
pub(super) const fn declined(
    code: &'static str,
    meaning: &'static str,
    zh: &'static str,
    actor: Actor,
    retry: Retry,
) -> Advice {
    approved(code, meaning, zh).class(Class::Declined).outcome(Outcome::Declined).by(actor).retry(retry)
}

/// Refused unless the issuer says yes on the phone.
pub(super) const fn referral(code: &'static str, meaning: &'static str, zh: &'static str) -> Advice {
    declined(code, meaning, zh, Actor::Merchant, Retry::Fix)
        .class(Class::Referral)
        .act("call the issuer, then enter its approval code", "致电发卡行，取得授权码后输入")
}

/// Refused, and the merchant keeps the card.
pub(super) const fn pick_up(code: &'static str, meaning: &'static str, zh: &'static str) -> Advice {
    declined(code, meaning, zh, Actor::Merchant, Retry::No).class(Class::PickUp)
}

/// Nobody decided on the money.
pub(super) const fn error(
    code: &'static str,
    meaning: &'static str,
    zh: &'static str,
    actor: Actor,
    retry: Retry,
) -> Advice {
    declined(code, meaning, zh, actor, retry).class(Class::Error)
}

/// Nobody could decide now.
pub(super) const fn later(
    code: &'static str,
    meaning: &'static str,
    zh: &'static str,
    actor: Actor,
) -> Advice {
    declined(code, meaning, zh, actor, Retry::Later).class(Class::RetryLater)
}

/// A file, reconciliation, administrative or network message was accepted.
pub(super) const fn accepted(code: &'static str, meaning: &'static str, zh: &'static str) -> Advice {
    approved(code, meaning, zh).class(Class::Admin)
}

/// A file, reconciliation, administrative or network message was refused.
pub(super) const fn refused(
    code: &'static str,
    meaning: &'static str,
    zh: &'static str,
    actor: Actor,
    retry: Retry,
) -> Advice {
    declined(code, meaning, zh, actor, retry).class(Class::Admin)
}

/// Not defined: nothing can be concluded.
pub(super) const fn undefined(code: &'static str, meaning: &'static str, zh: &'static str) -> Advice {
    approved(code, meaning, zh).class(Class::Reserved).open(Reversal::IfApproved)
}

/// Set aside for ISO: nothing can be concluded.
pub(super) const fn reserved(code: &'static str) -> Advice {
    undefined(code, "reserved for ISO use", "保留给ISO使用")
}

/// Set aside for private use: nothing can be concluded.
pub(super) const fn private(code: &'static str) -> Advice {
    undefined(code, "reserved for private use", "保留给私有使用").scope(Scope::Private)
}

/// Set aside for national use: nothing can be concluded.
pub(super) const fn national(code: &'static str) -> Advice {
    undefined(code, "reserved for national use", "保留给国内使用").scope(Scope::National)
}
