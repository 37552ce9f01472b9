//! What a file says of itself, held against what is in it.

use cardwire::Message;

use super::super::tell::Teller;
use super::item::{Subelements, text};
use crate::record::Place;

/// Numbers and sums of the messages of a file.
#[derive(Default)]
pub(super) struct Sums {
    messages: u64,
    /// The sum of DE 4.
    amounts: u128,
    /// The message number that comes next.
    next: Option<u64>,
    has_broken: bool,
    first: Option<(String, String)>,
    trailer: Option<Trailer>,
    items: Vec<Kind>,
    positions: Vec<Position>,
}

struct Trailer {
    place: Place,
    id: Option<String>,
    amounts: Option<u128>,
    messages: Option<u64>,
}

/// The items of one type and function.
struct Kind {
    name: String,
    debits: i128,
    credits: i128,
    number: u64,
}

/// What a message 1644-685 or 688 says of a file.
struct Position {
    place: Place,
    file: Option<String>,
    kind: String,
    debits: Option<i128>,
    credits: Option<i128>,
    number: Option<u64>,
}

impl Sums {
    pub(super) fn broken(&mut self) {
        self.messages += 1;
        self.has_broken = true;
        self.next = self.next.map(|next| next + 1);
    }

    /// Counts a message, and holds its number (DE 71) against the one before.
    pub(super) fn count(
        &mut self,
        message: &Message<'_>,
        number: Option<u64>,
        place: Place,
        teller: &mut Teller<'_>,
    ) {
        let function = text(message, 24);
        if self.messages == 0 && (message.mti().as_str(), function.as_str()) != ("1644", "697") {
            teller.fault(place, "the file begins without a header (1644-697)");
        }
        if self.trailer.is_some() {
            teller.fault(place, "a message follows the trailer (1644-695)");
        }
        self.messages += 1;
        self.amounts += text(message, 4).parse::<u128>().unwrap_or(0);
        match (self.next, number) {
            (Some(next), Some(number)) if next != number => {
                teller.fault(
                    place,
                    format_args!(
                        "the message is number {number} (DE 71), {next} was expected: the file has a gap"
                    ),
                );
            }
            _ => (),
        }
        self.next = number.map(|number| number + 1).or(self.next.map(|next| next + 1));
        if self.first.is_none() {
            let id = Subelements::of(message).get(105).map(str::to_owned).unwrap_or_default();
            self.first = Some((function, id));
        }
    }

    /// Counts an item.
    pub(super) fn item(&mut self, message: &Message<'_>, function: &str, gross: i64) {
        let name = format!("{}{function}", message.mti());
        let index = self.items.iter().position(|kind| kind.name == name).unwrap_or_else(|| {
            self.items.push(Kind { name, debits: 0, credits: 0, number: 0 });
            self.items.len() - 1
        });
        if let Some(kind) = self.items.get_mut(index) {
            kind.number += 1;
            // a credit to the acquirer is a debit of the issuer
            if gross < 0 { kind.credits -= i128::from(gross) } else { kind.debits += i128::from(gross) }
        }
    }

    pub(super) fn trailer(&mut self, subelements: &Subelements, place: Place, _teller: &mut Teller<'_>) {
        self.trailer = Some(Trailer {
            place,
            id: subelements.get(105).map(str::to_owned),
            amounts: subelements.get(301).and_then(|value| value.parse().ok()),
            messages: subelements.get(306).and_then(|value| value.parse().ok()),
        });
    }

    /// A message that gives the totals of a kind of items.
    pub(super) fn position(&mut self, subelements: &Subelements, place: Place) {
        let number = |number| subelements.get(number).and_then(|value| value.parse().ok());
        let amount = |number| {
            let digits = subelements.get(number)?;
            digits.strip_prefix(['C', 'D', '+', '-', '0']).unwrap_or(digits).parse().ok()
        };
        self.positions.push(Position {
            place,
            file: subelements.get(300).map(str::to_owned),
            kind: subelements.get(372).unwrap_or_default().to_owned(),
            debits: amount(380),
            credits: amount(381),
            number: number(402),
        });
    }

    /// The end of the file.
    pub(super) fn finish(self, end: Place, teller: &mut Teller<'_>) {
        let id = self.first.map(|(_, id)| id).unwrap_or_default();
        let hint = if self.has_broken { " (a record is broken)" } else { "" };
        match self.trailer {
            None if self.messages == 0 => teller.stop(end, "the file holds no record"),
            None => teller.stop(end, "the file has no trailer (1644-695): it may be cut off"),
            Some(trailer) => {
                let place = trailer.place;
                if trailer.id.as_deref().is_some_and(|other| other != id) {
                    teller.fault(place, "header and trailer name different files (PDS 0105)");
                }
                if let Some(messages) = trailer.messages.filter(|messages| *messages != self.messages) {
                    let found = self.messages;
                    teller.fault(
                        place,
                        format_args!("the trailer counts {messages} messages, {found} are there"),
                    );
                }
                // sixteen digits have room for no more
                let amounts = self.amounts % 10_u128.pow(16);
                if let Some(declared) = trailer.amounts.filter(|declared| *declared != amounts) {
                    teller.fault(
                        place,
                        format_args!(
                            "the trailer's sum of amounts is {declared}, that of the messages {amounts}{hint}"
                        ),
                    );
                }
            }
        }
        let own = self.positions.into_iter().filter(|position| position.file.as_deref() == Some(id.as_str()));
        for position in own {
            let found = self.items.iter().find(|kind| kind.name == position.kind);
            let (debits, credits, number) =
                found.map_or((0, 0, 0), |kind| (kind.debits, kind.credits, kind.number));
            let is_other = position.debits.is_some_and(|declared| declared != debits)
                || position.credits.is_some_and(|declared| declared != credits)
                || position.number.is_some_and(|declared| declared != number);
            if is_other {
                teller.fault(
                    position.place,
                    format_args!("the totals of {} do not agree with the items: debits {debits}, credits {credits}, {number} of them{hint}", position.kind),
                );
            }
        }
    }
}
