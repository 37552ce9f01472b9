//! The rules of the bank: what is approved, in the order in which they say no.

use super::{CardFile, Issuer, Item, PIN_TRIES, hold};
use crate::clock::Date;
use crate::ledger::{Ledger, Status};
use crate::money::Money;
use crate::ops::Operation;
use crate::telegram::{Code, Telegram};

/// What is decided of a request.
pub(super) struct Verdict<'a> {
    pub(super) code: Code,
    /// What is approved.
    pub(super) amount: Money,
    pub(super) card: Option<&'a CardFile>,
}

impl Issuer {
    /// The rules of the bank, in the order in which they say no.
    pub(super) fn judge(
        &self,
        key: &str,
        message: &Telegram,
        original: Option<&(String, Item)>,
        books: &Ledger,
    ) -> Verdict<'_> {
        let amount = message.amount.unwrap_or_default();
        let no = |code: &[u8; 2], card| Verdict { code: Code::of(code), card, amount };
        if let Some(code) = self.broken {
            return Verdict { code, card: None, amount };
        }
        if self.items.contains_key(key) {
            return no(b"22", None);
        }
        let (Some(pan), Some(_)) = (&message.pan, message.amount) else { return no(b"30", None) };
        let Some(card) =
            self.config.cards.iter().find(|card| card.pan == *pan).filter(|card| card.pan.checks())
        else {
            return no(b"14", None);
        };
        if message.operation == Operation::Refund {
            return no(b"00", Some(card));
        }
        let today = Date(self.date.0).yymm();
        if card.expiry < today || message.expiry.as_deref().is_none_or(|expiry| expiry < today.as_str()) {
            return no(b"54", Some(card));
        }
        if message.operation == Operation::Completion {
            return no(completes(original, card, (amount, message.replacement), books), Some(card));
        }
        if self.wrong_pins.get(&card.account).is_some_and(|tries| *tries >= PIN_TRIES) {
            return no(b"75", Some(card));
        }
        // An advice has no PIN: whoever stood in answers for that.
        if !message.is_stand_in() && message.pin.as_ref() != Some(&card.pin) {
            return no(b"55", Some(card));
        }
        if amount > card.limit && message.operation == Operation::Sale {
            return no(b"61", Some(card));
        }
        match books.admit(&hold(message.operation, key, &card.account, amount)) {
            Status::Created => no(b"00", Some(card)),
            Status::ExceedsCredits => match left_on(card, books) {
                left if left > Money::ZERO && message.operation == Operation::Sale => {
                    Verdict { amount: left, ..no(b"10", Some(card)) }
                }
                _ => no(b"51", Some(card)),
            },
            _ => no(b"96", Some(card)),
        }
    }
}

/// What can be spent of a card that is charged for what is there.
fn left_on(card: &CardFile, books: &Ledger) -> Money {
    let available = books.account(&format!("cardholder:{}", card.account)).available();
    let left = u64::try_from(available).ok().filter(|_| card.prepaid);
    left.map_or(Money::ZERO, Money::minor)
}

/// Can a reservation be charged with this amount? What stays reserved is what is left of it at most. At most 15 % more than was reserved, and what is there.
fn completes(
    original: Option<&(String, Item)>,
    card: &CardFile,
    (amount, stays): (Money, Option<Money>),
    books: &Ledger,
) -> &'static [u8; 2] {
    let Some((_, reserved)) = original.filter(|(_, item)| item.is_reserved() && item.account == card.account)
    else {
        return b"25";
    };
    let (reserved, amount) = (i128::from(reserved.amount.units()), i128::from(amount.units()));
    let available = books.account(&format!("cardholder:{}", card.account)).available();
    let stays = stays.map(|stays| i128::from(stays.units()));
    if stays.is_some_and(|stays| stays == 0 || amount + stays > reserved) {
        return b"64";
    }
    if amount * 100 > reserved * 115 {
        b"61"
    } else if amount > available + reserved {
        b"51"
    } else {
        b"00"
    }
}
