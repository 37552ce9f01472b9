//! What a result code tells its receiver to do, in one shape for all editions and for UnionPay.

use core::fmt;

use super::table::Span;

worded! {
    /// What kind of result a code is.
    #[non_exhaustive]
    Class {
        /// The transaction is approved.
        Approved => "approved",
        /// The transaction is refused, the card stays with its holder.
        Declined => "declined",
        /// The issuer wants a call before it decides.
        Referral => "referral",
        /// Refused, and the card is to be kept.
        PickUp => "pick-up",
        /// Format, routing or system trouble: nobody decided on the money.
        Error => "error",
        /// Nobody could decide now; a later attempt may pass.
        RetryLater => "retry-later",
        /// Answer to a file, reconciliation, administrative or network message.
        Admin => "admin",
        /// Set aside, or not known here.
        Reserved => "reserved",
    }
}

worded! {
    /// What the sender may conclude. `Approved` and `Declined` are final.
    ///
    /// Exhaustive on purpose: whoever moves money has to decide for each.
    Outcome {
        /// Accepted.
        Approved => "approved",
        /// Refused.
        Declined => "declined",
        /// Open: query, wait or reverse before anything else.
        Unknown => "unknown",
    }
}

worded! {
    /// Who can act first.
    #[non_exhaustive]
    Actor {
        /// Nobody has to.
        Nobody => "nobody",
        /// The cardholder.
        Cardholder => "cardholder",
        /// The merchant or its operator.
        Merchant => "merchant",
        /// The accepting machine.
        Device => "device",
        /// The acquirer.
        Acquirer => "acquirer",
        /// The card issuer.
        Issuer => "issuer",
        /// The network or switch.
        Network => "network",
    }
}

worded! {
    /// Whether another attempt makes sense.
    ///
    /// Exhaustive on purpose: whoever tries again has to decide for each.
    Retry {
        /// No.
        No => "no",
        /// As a new transaction once the named thing is corrected, see [`Advice::action`].
        Fix => "after a correction",
        /// As a new transaction some time later.
        Later => "later",
        /// With another card, amount or method.
        Other => "with another card or method",
        /// The question does not arise.
        NotApplicable => "not applicable",
    }
}

worded! {
    /// Whether the original is to be reversed.
    #[non_exhaustive]
    Reversal {
        /// Nothing to undo; a pending reversal can be dropped.
        No => "no",
        /// Undo it.
        Yes => "yes",
        /// Undo it when an approval may exist.
        IfApproved => "if approved",
        /// Give back only the part that was not delivered.
        Partial => "partial",
    }
}

worded! {
    /// How a UnionPay terminal groups the code, by the letter of the Chinese terminal tables.
    Group {
        /// A: success.
        Success => "A",
        /// B: failed, the operator may repeat.
        MayRepeat => "B",
        /// C: failed, do not repeat.
        DoNotRepeat => "C",
        /// D: failed, the operator has to do something.
        OperatorActs => "D",
        /// E: failed by a system fault, do not repeat.
        SystemFault => "E",
    }
}

/// Meaning and customary handling of one result code.
///
/// The standards list code and meaning only; the handling columns are the usual practice, which a
/// network's own rules override.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// The code.
    pub code: &'static str,
    /// Last code of the row; equal to `code` unless the row is a span.
    pub last: &'static str,
    /// The meaning in English.
    pub meaning: &'static str,
    /// The network's Chinese wording (UnionPay).
    pub meaning_zh: Option<&'static str>,
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
    /// What to do, or what to correct.
    pub action: Option<&'static str>,
    /// What the operator does, in Chinese (UnionPay).
    pub action_zh: Option<&'static str>,
    /// The group of the Chinese terminal tables (UnionPay).
    pub group: Option<Group>,
}

impl Advice {
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

    /// The outcome is open.
    pub(super) const fn open(self, reversal: Reversal) -> Self {
        Self { outcome: Outcome::Unknown, reversal, ..self }
    }

    pub(super) const fn reverse(self, reversal: Reversal) -> Self {
        Self { reversal, ..self }
    }

    pub(super) const fn act(self, action: &'static str) -> Self {
        Self { action: Some(action), ..self }
    }

    pub(super) const fn class(self, class: Class) -> Self {
        Self { class, ..self }
    }

    pub(super) const fn outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
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
pub(super) const fn approved(code: &'static str, meaning: &'static str) -> Advice {
    Advice {
        code,
        last: code,
        meaning,
        meaning_zh: None,
        class: Class::Approved,
        outcome: Outcome::Approved,
        actor: Actor::Nobody,
        retry: Retry::NotApplicable,
        reversal: Reversal::No,
        action: None,
        action_zh: None,
        group: None,
    }
}

/// Refused.
pub(super) const fn declined(
    code: &'static str,
    meaning: &'static str,
    actor: Actor,
    retry: Retry,
) -> Advice {
    approved(code, meaning).class(Class::Declined).outcome(Outcome::Declined).by(actor).retry(retry)
}

/// Refused unless the issuer says yes on the phone.
pub(super) const fn referral(code: &'static str, meaning: &'static str) -> Advice {
    declined(code, meaning, Actor::Merchant, Retry::Fix)
        .class(Class::Referral)
        .act("call the issuer, then enter its approval code")
}

/// Refused, and the merchant keeps the card.
pub(super) const fn pick_up(code: &'static str, meaning: &'static str) -> Advice {
    declined(code, meaning, Actor::Merchant, Retry::No).class(Class::PickUp)
}

/// Nobody decided on the money.
pub(super) const fn error(code: &'static str, meaning: &'static str, actor: Actor, retry: Retry) -> Advice {
    declined(code, meaning, actor, retry).class(Class::Error)
}

/// Nobody could decide now.
pub(super) const fn later(code: &'static str, meaning: &'static str, actor: Actor) -> Advice {
    declined(code, meaning, actor, Retry::Later).class(Class::RetryLater)
}

/// A file, reconciliation, administrative or network message was accepted.
pub(super) const fn accepted(code: &'static str, meaning: &'static str) -> Advice {
    approved(code, meaning).class(Class::Admin)
}

/// A file, reconciliation, administrative or network message was refused.
pub(super) const fn refused(code: &'static str, meaning: &'static str, actor: Actor, retry: Retry) -> Advice {
    declined(code, meaning, actor, retry).class(Class::Admin)
}

/// Set aside: nothing can be concluded.
pub(super) const fn reserved(code: &'static str, meaning: &'static str) -> Advice {
    approved(code, meaning).class(Class::Reserved).open(Reversal::IfApproved)
}
