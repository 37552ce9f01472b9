//! What is typed at a party's console, and what it is told there.

use crate::card::Card;
use crate::fees::FeeTable;
use crate::journal::Party;
use crate::money::Money;
use crate::ops::Operation;
use crate::party::{Command, Desk, Outcome, TerminalRequest};

/// A line of the console.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// Something for the party, as it was typed, and who wants it why.
    Do {
        /// What.
        command: Command,
        /// What was typed.
        did: String,
        /// Who; `console` when nobody says.
        who: String,
        /// Why.
        why: String,
    },
    /// The end.
    Quit,
}

/// Test cards, by their first digits: number, expiry, PIN.
const CARDS: [(&str, &str, &str); 4] = [
    ("6212345678901232", "4811", "246810"),
    ("4111111111111111", "4912", "1234"),
    ("4242424242424242", "4705", "4321"),
    ("5555444433331111", "2406", "1111"),
];

impl Order {
    /// A line; `None` for an empty one.
    ///
    /// # Errors
    /// In words, with what this party knows.
    pub(super) fn read(role: Party, line: &str) -> Result<Option<Self>, String> {
        let (line, who, why) = signed(line);
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => Ok(None),
            ["quit"] => Ok(Some(Self::Quit)),
            words => {
                let did = typed(words);
                let command = match (role, words) {
                    (Party::Acquirer | Party::Hub, ["fees", path]) => Some(Command::Desk(fees(path)?)),
                    _ => command(role, words, who),
                };
                let command = command
                    .ok_or_else(|| format!("`{did}` is nothing that the {role} does: {}", known(role)))?;
                let by_itself =
                    matches!(command, Command::Desk(Desk::Present | Desk::Run | Desk::Correct(_)));
                let by_hand = matches!(command, Command::Desk(_)) && !by_itself;
                if by_hand && (who.is_empty() || why.is_empty()) {
                    return Err(format!(
                        "`{did}` is done by somebody for a reason: {did} by NAME because WHY"
                    ));
                }
                let who = if who.is_empty() { "console" } else { who }.to_owned();
                Ok(Some(Self::Do { command, did, who, why: why.to_owned() }))
            }
        }
    }
}

/// What was typed, without the PIN, and of a card its first six digits.
fn typed(words: &[&str]) -> String {
    let end = words.iter().position(|word| *word == "pin").unwrap_or(words.len());
    let mut shown = Vec::new();
    for word in words.iter().take(end) {
        let is_card = shown.last() == Some(&"card");
        shown.push(if is_card { word.get(..6).unwrap_or(word) } else { word });
    }
    shown.join(" ")
}

/// A line, who typed it and why: `pay by alice because the date agreed`.
fn signed(line: &str) -> (&str, &str, &str) {
    let Some((done, rest)) = line.split_once(" by ") else { return (line, "", "") };
    let (who, why) = rest.split_once(" because ").unwrap_or((rest, ""));
    (done, who.trim(), why.trim())
}

/// A table of fees, which is read and looked at before it is handed over.
fn fees(path: &str) -> Result<Desk, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    FeeTable::parse(&text).map_err(|why| format!("{path}: {why}"))?;
    Ok(Desk::Fees(text))
}

fn command(role: Party, words: &[&str], who: &str) -> Option<Command> {
    let desk = |desk| Some(Command::Desk(desk));
    match (role, words) {
        (Party::Terminal, ["sign-on"]) => Some(Command::SignOn),
        (Party::Terminal, ["close-batch"]) => Some(Command::CloseBatch),
        (Party::Terminal, ["sell", amount]) => Some(Command::Sell(card("6212", None)?, money(amount)?)),
        (Party::Terminal, ["sell", amount, "card", start]) => {
            Some(Command::Sell(card(start, None)?, money(amount)?))
        }
        (Party::Terminal, ["sell", amount, "card", start, "pin", pin]) => {
            Some(Command::Sell(card(start, Some(pin))?, money(amount)?))
        }
        (Party::Terminal, ["void", about]) => about_slip(Operation::Void, about, None, None),
        (Party::Terminal, ["refund", about, amount]) => {
            about_slip(Operation::Refund, about, card("6212", None), Some(money(amount)?))
        }
        (Party::Terminal, ["refund", about, amount, "card", start]) => {
            about_slip(Operation::Refund, about, Some(card(start, None)?), Some(money(amount)?))
        }
        (Party::Terminal, ["adjust", about, amount]) => {
            about_slip(Operation::Adjust, about, None, Some(money(amount)?))
        }
        (Party::Issuer, ["cut-over"]) => Some(Command::CutOver),
        (Party::Issuer, ["fail"]) => Some(Command::Break),
        (Party::Issuer, ["work"]) => Some(Command::Repair),
        (Party::Issuer, ["day-end"]) => Some(Command::DayEnd),
        (Party::Acquirer, ["pay"]) => Some(Command::Pay),
        (Party::Acquirer, ["present"]) => desk(Desk::Present),
        (Party::Acquirer, ["freeze", merchant, why @ ..]) => {
            desk(Desk::Freeze((*merchant).to_owned(), why.join(" ")))
        }
        (Party::Acquirer, ["release", merchant]) => desk(Desk::Release((*merchant).to_owned())),
        (Party::Acquirer, ["limit", merchant, amount]) => {
            desk(Desk::Limit((*merchant).to_owned(), money(amount)?))
        }
        (Party::Acquirer, ["pay-to", merchant, account]) => {
            desk(Desk::PayTo((*merchant).to_owned(), (*account).to_owned(), who.to_owned()))
        }
        (Party::Acquirer, ["agree", merchant]) => desk(Desk::Agree((*merchant).to_owned(), who.to_owned())),
        (Party::Acquirer, ["sales-limit", merchant, amount]) => {
            desk(Desk::SalesLimit((*merchant).to_owned(), money(amount)?))
        }
        (Party::Acquirer, ["correct", rrn]) => desk(Desk::Correct((*rrn).to_owned())),
        (Party::Acquirer, ["claim"]) => desk(Desk::Claim),
        (Party::Hub, ["settle-positions"]) => desk(Desk::SettlePositions),
        (Party::Hub | Party::Bank, ["run"]) => desk(Desk::Run),
        (Party::Bank, ["close", account]) => desk(Desk::Close((*account).to_owned())),
        (Party::Bank, ["return", reason]) => desk(Desk::Return((*reason).to_owned())),
        _ => None,
    }
}

/// What can be typed at a party's console.
pub(super) const fn known(role: Party) -> &'static str {
    match role {
        Party::Terminal => {
            "sign-on, sell 500.00 [card 4111 [pin 1234]], void STAN, refund STAN 20.00 [card 4111], adjust STAN 20.00, close-batch, quit"
        }
        Party::Acquirer => {
            "present, pay, correct RRN, quit, and each of these by NAME because WHY: freeze MERCHANT, release MERCHANT, limit MERCHANT 100.00, \
             sales-limit MERCHANT 100.00, pay-to MERCHANT ACCOUNT, agree MERCHANT (by somebody else), claim, fees FILE"
        }
        Party::Issuer => "cut-over, fail, work, day-end, quit",
        Party::Hub => "run, fees FILE and settle-positions by NAME because WHY, quit",
        Party::Bank => "run, close ACCOUNT and return AC04 by NAME because WHY, quit",
    }
}

/// What is about the slip with this STAN; a refund is asked for with the card.
fn about_slip(
    operation: Operation,
    about: &str,
    card: Option<Card>,
    amount: Option<Money>,
) -> Option<Command> {
    let about = Some(about.parse().ok()?);
    Some(Command::Request(TerminalRequest { operation, card, amount, about, keeps: None }))
}

fn card(start: &str, pin: Option<&str>) -> Option<Card> {
    let (number, expiry, own) = CARDS.into_iter().find(|(number, ..)| number.starts_with(start))?;
    Card::test(number, expiry, pin.unwrap_or(own))
}

/// `500.00`
fn money(text: &str) -> Option<Money> {
    let (whole, part) = text.split_once('.').filter(|(_, part)| part.len() == 2)?;
    let units = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part.parse().ok()?)?;
    Some(Money::minor(units))
}

/// What somebody is told, in a line.
pub(super) fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::InService(party) => format!("in-service {party}"),
        Outcome::SignedOn(batch) => format!("signed-on batch {batch}"),
        Outcome::Approved(stan) => format!("approved {stan}"),
        Outcome::Double(stan, rrn) => format!("possible-double {stan} of RRN {rrn}"),
        Outcome::Declined(stan, code) => format!("declined {stan} {code}"),
        Outcome::NoAnswer(stan) => format!("no-response {stan}"),
        Outcome::ReversalPending => "reversal-pending".to_owned(),
        Outcome::LateApproval => "late-approval".to_owned(),
        Outcome::Reversed => "reversed".to_owned(),
        Outcome::BatchClosed(balance) => format!("batch {}", balance.meaning()),
        Outcome::Reconciled(date, balance) => format!("date {date} {}", balance.meaning()),
        Outcome::Paid(amount) => format!("paid {amount}"),
        Outcome::Noted => "done".to_owned(),
        Outcome::Refused(why) => format!("refused: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_holds_neither_card_nor_pin() {
        let line = "sell 5.00 card 4111111111111111 pin 1234 by ann because the till is broken";
        let Ok(Some(Order::Do { did, who, why, .. })) = Order::read(Party::Terminal, line) else { panic!() };
        assert_eq!(
            (did.as_str(), who.as_str(), why.as_str()),
            ("sell 5.00 card 411111", "ann", "the till is broken")
        );
        let wrong = Order::read(Party::Terminal, "sell 5 card 4111111111111111 pin 1234").unwrap_err();
        assert!(
            !wrong.contains("4111111") && !wrong.contains("1234]]`") && !wrong.starts_with("1234"),
            "{wrong}"
        );
        assert!(Order::read(Party::Acquirer, "freeze 104440359980001").is_err(), "by nobody");
        assert!(Order::read(Party::Acquirer, "freeze 104440359980001 by ann").is_err(), "for no reason");
        for line in ["pay-to 1 ACC-1", "agree 1", "claim", "sales-limit 1 100.00"] {
            assert!(Order::read(Party::Acquirer, line).is_err(), "{line}: by nobody");
            let signed = format!("{line} by ann because she was asked to");
            assert!(matches!(Order::read(Party::Acquirer, &signed), Ok(Some(Order::Do { .. }))), "{line}");
        }
        let agreed = Order::read(Party::Acquirer, "agree 1 by bob because the form is signed");
        let Ok(Some(Order::Do { command: Command::Desk(Desk::Agree(_, who)), .. })) = agreed else {
            panic!()
        };
        assert_eq!(who, "bob", "whoever typed it is the second person");
        let none = Order::read(Party::Hub, "fees none.toml by ann because of the new year").unwrap_err();
        assert!(none.contains("none.toml"), "{none}");
        assert!(matches!(Order::read(Party::Hub, "  "), Ok(None)));
        assert!(matches!(Order::read(Party::Hub, "quit"), Ok(Some(Order::Quit))));
    }
}
