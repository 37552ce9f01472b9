//! Who is in the network of the simulation: three terminals of two merchants, acquirer, issuer, hub and bank.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::lax::{Lax, Rule};
use crate::capture::Seat;
use crate::card::Card;
use crate::clock::Date;
use crate::day;
use crate::journal::Party;
use crate::party::{
    Acquirer, AcquirerConfig, Bank, BankConfig, Hub, HubConfig, Machine, Terminal, TerminalConfig, Timers,
};

/// A Monday, 2026-11-23.
pub const TODAY: Date = Date(20_780);
/// DE41 of each terminal, and DE42 of its merchant.
pub const TILLS: [(&str, &str); 3] =
    [("10000001", MERCHANTS[0]), ("10000002", MERCHANTS[0]), ("20000003", MERCHANTS[1])];
/// DE42 of the merchants.
pub const MERCHANTS: [&str; 2] = ["104440359980001", "104440359980002"];
/// The accounts that the bank keeps for merchants; those of the contracts are the first two.
pub const ACCOUNTS: [&str; 4] = ["ACC-1", "ACC-2", "ACC-3", "ACC-4"];
/// Number, expiry date and PIN of the test cards: plenty of money, some, little, expired, prepaid.
pub const CARDS: [(&str, &str, &str); 5] = [
    ("6212345678901232", "4811", "246810"),
    ("4111111111111111", "4912", "1234"),
    ("4242424242424242", "4705", "4321"),
    ("5555444433331111", "2406", "1111"),
    ("5105105105105100", "4912", "5100"),
];
/// The merchants' fee, in hundredths of a percent.
pub const FEE: u64 = 60;

/// The terminal waits 30 s, the acquirer 20 s.
pub fn timers() -> Timers {
    Timers::from_base(Duration::from_secs(10))
}

/// Everybody who has a seat.
pub fn seats() -> Vec<Seat> {
    let hosts = Party::NETWORK.into_iter().map(|party| (party, 0));
    hosts.chain([(Party::Terminal, 1), (Party::Terminal, 2)]).collect()
}

/// A test card, with the PIN that its holder types.
pub fn card(number: usize, pin: Option<&str>) -> Option<Card> {
    let (digits, expiry, own) = CARDS.get(number)?;
    Card::test(digits, expiry, pin.unwrap_or(own))
}

/// The machine of a seat, without history, and without these rules.
pub fn machine((party, number): Seat, without: &BTreeSet<Rule>) -> Option<Box<dyn Machine>> {
    let machine: Box<dyn Machine> = match party {
        Party::Terminal => {
            let (terminal, merchant) = *TILLS.get(usize::from(number))?;
            let (terminal, merchant) = (terminal.to_owned(), merchant.to_owned());
            Box::new(Terminal::new(TerminalConfig { terminal, merchant, timers: timers() }))
        }
        Party::Acquirer => {
            let config = AcquirerConfig {
                institution: "10344000".to_owned(),
                merchants: MERCHANTS.map(str::to_owned).into(),
                fee_basis_points: FEE,
                node: 1,
                timers: timers(),
            };
            let accounts = MERCHANTS.into_iter().zip(ACCOUNTS);
            let accounts: BTreeMap<_, _> = accounts.map(|(m, a)| (m.to_owned(), a.to_owned())).collect();
            Box::new(Acquirer::new(config).with_back_office(accounts))
        }
        Party::Issuer => {
            day::parties(TODAY, timers())?.into_iter().find(|machine| machine.party() == Party::Issuer)?
        }
        Party::Hub => {
            let institution = "99990000".to_owned();
            Box::new(Hub::new(HubConfig { institution, fee_basis_points: FEE }))
        }
        Party::Bank => Box::new(Bank::new(BankConfig { accounts: ACCOUNTS.map(str::to_owned).into() })),
    };
    Some(if without.is_empty() { machine } else { Box::new(Lax::new(machine, without)) })
}
