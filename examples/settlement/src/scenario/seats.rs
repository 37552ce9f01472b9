//! Who has a seat in the network that scenarios and the simulation play in: terminals of two merchants, acquirer, issuer, hub
//! and bank, each made here and nowhere else.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::capture::Seat;
use crate::card::Card;
use crate::clock::Date;
use crate::day;
use crate::journal::Party;
use crate::money::Money;
use crate::party::{
    Acquirer, AcquirerConfig, Bank, BankConfig, Caps, Hub, HubConfig, Machine, StandIn, SwitchConfig,
    Terminal, TerminalConfig, Timers,
};

/// A Monday, 2026-11-23.
pub const TODAY: Date = Date(20_780);
/// DE42 of the merchants.
pub const MERCHANTS: [&str; 2] = ["104440359980001", "104440359980002"];
/// Number, expiry date and PIN of the test cards: plenty of money, some, little, expired, prepaid.
pub const CARDS: [(&str, &str, &str); 5] = [
    ("6212345678901232", "4811", "246810"),
    ("4111111111111111", "4912", "1234"),
    ("4242424242424242", "4705", "4321"),
    ("5555444433331111", "2406", "1111"),
    ("5105105105105100", "4912", "5100"),
];
/// The merchants' fee, in hundredths of a percent.
const FEE: u64 = 60;

/// What differs between the networks.
#[derive(Copy, Clone, Debug)]
pub struct Seats<'a> {
    /// DE41 of each terminal, and DE42 of its merchant.
    pub tills: &'a [(&'a str, &'a str)],
    /// The accounts that the bank keeps for merchants; those of the contracts are the first two.
    pub accounts: &'a [&'a str],
    /// The ways from the acquirer to the issuer, if there is more than the direct line.
    pub routes: &'a [Party],
    /// What the hub's members may owe.
    pub caps: Caps,
}

impl Seats<'_> {
    /// The machine of a seat, without history.
    pub fn machine(&self, (party, number): Seat) -> Option<Box<dyn Machine>> {
        Some(match party {
            Party::Terminal => {
                let (terminal, merchant) = *self.tills.get(usize::from(number))?;
                let (terminal, merchant) = (terminal.to_owned(), merchant.to_owned());
                Box::new(Terminal::new(TerminalConfig { terminal, merchant, timers: timers() }))
            }
            Party::Acquirer => Box::new(self.acquirer()),
            Party::Issuer => {
                day::parties(TODAY, timers())?.into_iter().find(|machine| machine.party() == Party::Issuer)?
            }
            Party::Hub => Box::new(self.hub()),
            Party::Bank => {
                let accounts = self.accounts.iter().map(|account| (*account).to_owned()).collect();
                Box::new(Bank::new(BankConfig { accounts }))
            }
        })
    }

    fn acquirer(&self) -> Acquirer {
        let config = AcquirerConfig {
            institution: "10344000".to_owned(),
            merchants: MERCHANTS.map(str::to_owned).into(),
            fee_basis_points: FEE,
            node: 1,
            timers: timers(),
        };
        let accounts = MERCHANTS.into_iter().zip(self.accounts);
        let accounts: BTreeMap<_, _> = accounts.map(|(m, a)| (m.to_owned(), (*a).to_owned())).collect();
        let acquirer = Acquirer::new(config).with_back_office(accounts);
        if self.routes.is_empty() { acquirer } else { acquirer.with_routes(self.routes) }
    }

    fn hub(&self) -> Hub {
        let hub = Hub::new(HubConfig { institution: "99990000".to_owned(), fee_basis_points: FEE });
        let hub = hub.with_caps(self.caps);
        let stand_in = Some(StandIn { sale: Money::minor(50_000), card: Money::minor(100_000) });
        let switch = SwitchConfig { timers: timers(), stand_in };
        if self.routes.is_empty() { hub } else { hub.with_switch(switch) }
    }
}

/// The terminal waits 30 s, the acquirer 20 s.
fn timers() -> Timers {
    Timers::from_base(Duration::from_secs(10))
}

/// The first test card whose number begins so, with its own PIN or another one.
pub fn card_of(start: &str, pin: Option<&str>) -> Option<Card> {
    let (number, expiry, own) = CARDS.into_iter().find(|(number, ..)| number.starts_with(start))?;
    Card::test(number, expiry, pin.unwrap_or(own))
}
