//! Who takes part in a load: the merchants, the cards, and the timers.

use std::time::Duration;

use crate::card::{Pan, PinBlock};
use crate::clock::Date;
use crate::money::Money;
use crate::party::{AcquirerConfig, CardFile, IssuerConfig, Timers};

/// The shortest timer. The acquirer waits twice as long, a terminal three times.
const BASE: Duration = Duration::from_millis(1_500);
/// The most that one sale may be, in minor units.
pub const LIMIT: u64 = 200_000;
/// So much is on each card: enough for any load.
const BALANCE: u64 = 1 << 48;
/// Test cards, and the PIN of all of them.
pub const CARDS: [&str; 4] = ["4111111111111111", "4242424242424242", "6212345678901232", "5105105105105100"];
/// As above.
pub const PIN: &str = "1234";
/// As above.
pub const EXPIRY: &str = "4912";
/// How many merchants there are; terminal `n` stands at merchant `n` modulo this.
pub const MERCHANTS: usize = 16;

/// The timers of both parties.
pub const fn timers() -> Timers {
    Timers::from_base(BASE)
}

/// DE42 of a merchant.
pub fn merchant(number: usize) -> String {
    format!("10444035998{number:04}")
}

/// DE41 of a terminal.
pub fn terminal(number: usize) -> String {
    format!("{:08}", 10_000_001 + number)
}

/// The acquirer.
pub fn acquirer() -> AcquirerConfig {
    AcquirerConfig {
        institution: "10344000".to_owned(),
        merchants: (0..MERCHANTS).map(merchant).collect(),
        fee_basis_points: 60,
        node: 1,
        timers: timers(),
    }
}

/// The issuer.
pub fn issuer(first_date: Date) -> IssuerConfig {
    let card = |(number, digits): (usize, &&str)| {
        let pan = Pan::new(digits)?;
        let pin = PinBlock::clear_test(PIN, &pan)?;
        let (account, expiry) = (format!("{}", 1_001 + number), EXPIRY.to_owned());
        let (limit, balance) = (Money::minor(LIMIT), Money::minor(BALANCE));
        Some(CardFile { pan, account, expiry, pin, limit, balance, prepaid: false })
    };
    IssuerConfig { cards: CARDS.iter().enumerate().filter_map(card).collect(), first_date, timers: timers() }
}
