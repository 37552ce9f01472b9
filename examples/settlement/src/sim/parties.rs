//! Who is in the network of the simulation: three terminals of two merchants, acquirer, issuer, hub and bank.

use std::collections::BTreeSet;

use super::chance::Season;
use super::lax::{Lax, Rule};
use crate::capture::Seat;
use crate::card::Card;
use crate::journal::Party;
use crate::money::Money;
use crate::party::{Caps, Machine};
pub use crate::scenario::seats::{CARDS, MERCHANTS, TODAY};
use crate::scenario::seats::{Seats, card_of};

/// DE41 of each terminal, and DE42 of its merchant.
pub const TILLS: [(&str, &str); 3] =
    [("10000001", MERCHANTS[0]), ("10000002", MERCHANTS[0]), ("20000003", MERCHANTS[1])];
/// The accounts that the bank keeps for merchants; those of the contracts are the first two.
pub const ACCOUNTS: [&str; 4] = ["ACC-1", "ACC-2", "ACC-3", "ACC-4"];

/// Everybody who has a seat.
pub fn seats() -> Vec<Seat> {
    let hosts = Party::NETWORK.into_iter().map(|party| (party, 0));
    hosts.chain([(Party::Terminal, 1), (Party::Terminal, 2)]).collect()
}

/// A test card, with the PIN that its holder types.
pub fn card(number: usize, pin: Option<&str>) -> Option<Card> {
    let (digits, ..) = CARDS.get(number)?;
    card_of(digits, pin)
}

/// What may be owed at the hub: in the season of it, less than what is sold on a day, and no less than any one item.
pub fn caps(season: Season) -> Caps {
    let cap = (season == Season::Capped).then_some(Money::minor(50_000));
    Caps { acquirer: cap, issuer: cap }
}

/// The machine of a seat, without history, and without these rules.
pub fn machine(seat: Seat, season: Season, without: &BTreeSet<Rule>) -> Option<Box<dyn Machine>> {
    let caps = if without.contains(&Rule::PositionCap) { Caps::default() } else { caps(season) };
    let machine = Seats { tills: &TILLS, accounts: &ACCOUNTS, routes: &[], caps }.machine(seat)?;
    Some(if without.is_empty() { machine } else { Box::new(Lax::new(machine, without)) })
}
