//! What a session is, by type, processing code and the codes of its network.

use cardwire::model::{Class, Function};

use super::session::Session;
use super::{Role, Seen};
use crate::engine::books::Books;
use crate::engine::rules::Rules;

/// What a session does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Sale,
    Refund,
    Preauth,
    /// More on top of a pre-authorization.
    Increment,
    /// The financial message of a pre-authorization.
    Completion,
    /// Takes back a sale or a completion.
    Void,
    /// Takes back a pre-authorization.
    Cancel,
    /// Replaces the amount of a sale, for a tip.
    Adjust,
    /// Says once more what a transaction that it names is, when totals are compared item by item.
    Item,
    /// A reversal whose request is not in the session.
    Reversal,
}

impl Step {
    /// What a session does; refunds that name no sale of the books stay refunds.
    pub(super) fn of(books: &Books, rules: &Rules, session: &Session) -> Self {
        let seen = session.messages.iter().filter_map(|index| Seen::new(books, rules, *index));
        let money: Vec<Seen<'_>> =
            seen.filter(|seen| matches!(seen.role, Role::Request | Role::Response)).collect();
        let first = money.iter().find(|seen| seen.role == Role::Request).or(money.first());
        let Some(first) = first else { return Self::Reversal };
        let names_original = money.iter().any(|seen| original(seen).is_some());
        let code = books.text(session.code).get(..2).unwrap_or_default();
        let is_authorization = first.context.mti.class() == Class::Authorization;
        let is_advice = matches!(
            first.context.mti.function(),
            Function::Advice | Function::AdviceResponse | Function::Notification
        );
        let condition = books.text(first.context.condition);
        if first.context.mti.class() == Class::FileAction && names_original {
            return Self::Item;
        }
        match (books.text(first.context.type_code), books.text(first.context.function)) {
            ("10", _) if condition == "60" => return Self::Increment,
            ("10", _) | (_, "101") => return Self::Preauth,
            ("11", _) => return Self::Cancel,
            ("20" | "24", _) | (_, "201" | "202") => return Self::Completion,
            ("21" | "23" | "53", _) => return Self::Void,
            ("25" | "27", _) => return Self::Refund,
            ("32" | "34", _) => return Self::Adjust,
            _ => {}
        }
        match code {
            "20" | "02" | "22" if is_authorization => Self::Cancel,
            "20" | "02" | "22" if !is_advice && names_original => Self::Void,
            "20" | "22" | "28" | "29" => Self::Refund,
            "02" => Self::Void,
            "03" => Self::Preauth,
            _ if is_authorization && condition == "60" => Self::Increment,
            _ if is_authorization && condition == "06" => Self::Preauth,
            _ if condition == "06" => Self::Completion,
            _ if is_advice && names_original => Self::Adjust,
            _ => Self::Sale,
        }
    }

    /// Whether it changes another session.
    pub(super) fn is_child(self) -> bool {
        !matches!(self, Self::Sale | Self::Refund | Self::Preauth)
    }
}

/// Whether a message repeats a request that is itself about another transaction, as a void, a refund, a completion or an
/// adjustment is. The reversal of such a request names what that request was about (DE 61), and not what it reverses.
pub(super) fn is_about_another(books: &Books, seen: &Seen<'_>) -> bool {
    let code = books.text(seen.context.type_code);
    matches!(code, "11" | "20" | "21" | "23" | "24" | "25" | "27" | "32" | "34" | "53")
}

/// What a message says about the one it follows.
pub(super) fn original<'s>(seen: &'s Seen<'_>) -> Option<&'s crate::record::Original> {
    seen.message.extra.as_ref()?.original.as_ref()
}
