//! Makes the files of the example day: a capture of the switch, an IPM clearing file, a bank statement.
//!
//! ```text
//! cargo run -p cardwire-recon --example make_day -- recon/examples
//! ```
//!
//! Nothing in them is random, so the same octets come out each time; a test holds the files in the repository to this
//! program. All of it is invented.

mod bank;
mod capture;
mod clearing;
mod switch;

use std::path::Path;

/// A sale or refund of the day.
struct Item {
    /// The time of the request, local to the terminal (UTC+8).
    time: &'static str,
    stan: u32,
    card: &'static str,
    /// What the terminal asks for, in fen; a refund is negative.
    amount: i64,
    /// DE 39 of the response.
    response: &'static str,
    /// Whether the terminal reverses it a minute later.
    is_reversed: bool,
    /// What the acquirer presents; each one becomes a record.
    cleared: &'static [i64],
}

const MERCHANT: &str = "898110159990001";
const TERMINAL: &str = "10000001";

/// Restaurants.
const CATEGORY: &str = "5812";

const DAY: [Item; 8] = [
    // nothing is wrong with these two
    Item {
        time: "10:02:11",
        stan: 101,
        card: "4111111111111111",
        amount: 12300,
        response: "00",
        is_reversed: false,
        cleared: &[12300],
    },
    Item {
        time: "11:15:40",
        stan: 102,
        card: "4242424242424242",
        amount: 5000,
        response: "00",
        is_reversed: false,
        cleared: &[5000],
    },
    // approved, and in no clearing file
    Item {
        time: "12:00:05",
        stan: 103,
        card: "5555444433331111",
        amount: 7550,
        response: "00",
        is_reversed: false,
        cleared: &[],
    },
    // presented twice
    Item {
        time: "12:30:00",
        stan: 104,
        card: "6212345678901232",
        amount: 6600,
        response: "00",
        is_reversed: false,
        cleared: &[6600, 6600],
    },
    // the terminal took it back, the acquirer presented it all the same
    Item {
        time: "13:10:20",
        stan: 105,
        card: "4111111111111111",
        amount: 9900,
        response: "00",
        is_reversed: true,
        cleared: &[9900],
    },
    // declined: the cardholder was never charged
    Item {
        time: "14:20:00",
        stan: 106,
        card: "4242424242424242",
        amount: 8800,
        response: "51",
        is_reversed: false,
        cleared: &[],
    },
    // a tip of 25 percent
    Item {
        time: "20:10:00",
        stan: 107,
        card: "5555444433331111",
        amount: 8000,
        response: "00",
        is_reversed: false,
        cleared: &[10000],
    },
    // a refund
    Item {
        time: "21:45:20",
        stan: 108,
        card: "6212345678901232",
        amount: -2000,
        response: "00",
        is_reversed: false,
        cleared: &[-2000],
    },
];

impl Item {
    fn stan(&self) -> String {
        format!("{:06}", self.stan)
    }

    /// Last digit of the year, day of the year, hour, STAN.
    fn rrn(&self) -> String {
        format!("6075{}{:06}", &self.time[..2], self.stan)
    }

    fn approval(&self) -> String {
        format!("A{:05}", self.stan)
    }

    fn code(&self) -> &'static str {
        if self.amount < 0 { "200000" } else { "000000" }
    }
}

/// 60 basis points, half up; nothing for refunds.
fn fee(amount: i64) -> i64 {
    if amount < 0 { 0 } else { (amount * 60 + 5000) / 10_000 }
}

/// What is paid for the records.
fn net() -> i64 {
    DAY.iter().flat_map(|item| item.cleared).map(|amount| amount - fee(*amount)).sum()
}

/// The files, by name.
pub(crate) fn files() -> [(&'static str, Vec<u8>); 3] {
    [
        ("day.pcap", switch::capture()),
        ("day.ipm", clearing::file()),
        ("bank.xml", bank::statement().into_bytes()),
    ]
}

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "recon/examples".into());
    for (name, octets) in files() {
        let path = Path::new(&folder).join(name);
        std::fs::write(&path, octets).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        println!("{}", path.display());
    }
}
