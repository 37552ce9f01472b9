//! The messages between terminal and acquirer.

use std::net::SocketAddrV4;

use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Framing};
use jiff::{SignedDuration, Timestamp};

use super::capture::Capture;
use super::{CATEGORY, DAY, Item, MERCHANT, TERMINAL};

/// The capture of the day.
pub(crate) fn capture() -> Vec<u8> {
    let mut link = Link::new();
    for item in &DAY {
        link.sale(item);
        if item.is_reversed {
            link.reversal(item);
        }
    }
    link.close();
    link.capture.octets()
}

/// A connection of the terminal.
struct Link {
    capture: Capture,
    terminal: SocketAddrV4,
    acquirer: SocketAddrV4,
}

type Elements = Vec<(u8, String)>;

impl Link {
    fn new() -> Self {
        Self {
            capture: Capture::new(),
            terminal: SocketAddrV4::new([10, 0, 0, 1].into(), 40001),
            acquirer: SocketAddrV4::new([10, 0, 0, 2].into(), 9000),
        }
    }

    /// A request at that time of the day, and its response a second later.
    fn pair(&mut self, time: Timestamp, types: [&str; 2], request: &Elements, response: &Elements) {
        let later = time + SignedDuration::from_secs(1);
        let there = [self.terminal, self.acquirer];
        self.send(time, there, types[0], request);
        self.send(later, [self.acquirer, self.terminal], types[1], response);
    }

    fn send(&mut self, time: Timestamp, ends: [SocketAddrV4; 2], kind: &str, elements: &Elements) {
        let mut builder = Builder::new(&ISO87_ASCII, kind.parse().expect("a message type"));
        for (number, value) in elements {
            builder.set(*number, value.as_str());
        }
        let message = builder.to_vec().expect("a message of the spec");
        self.capture.send(time, ends, Framing::BINARY2, b"", &message);
    }

    fn sale(&mut self, item: &Item) {
        let request = common(item);
        let mut response = [request.clone(), answer(item, item.response)].concat();
        if item.response == "00" {
            response.push((38, item.approval()));
        }
        self.pair(instant(item.time), ["0200", "0210"], &request, &response);
    }

    fn reversal(&mut self, item: &Item) {
        let time = instant(item.time) + SignedDuration::from_secs(62);
        let original = format!("0200{}{}{:022}", item.stan(), transmission(instant(item.time)), 0);
        let request = [common(item), vec![(90, original)]].concat();
        let response = [request.clone(), answer(item, "00")].concat();
        self.pair(time, ["0400", "0410"], &request, &response);
    }

    /// The totals of the terminal: what it printed as paid and as given back.
    fn close(&mut self) {
        let living = DAY.iter().filter(|item| item.response == "00" && !item.is_reversed);
        let (sales, refunds): (Vec<_>, Vec<_>) =
            living.map(|item| item.amount).partition(|amount| *amount > 0);
        let request = vec![
            (11, "000109".to_owned()),
            (41, TERMINAL.to_owned()),
            (42, MERCHANT.to_owned()),
            (74, refunds.len().to_string()),
            (76, sales.len().to_string()),
            (86, refunds.iter().map(|amount| amount.abs()).sum::<i64>().to_string()),
            (88, sales.iter().sum::<i64>().to_string()),
        ];
        let request: Elements = request
            .into_iter()
            .map(|(number, value)| match number {
                74 | 76 => (number, format!("{value:0>10}")),
                86 | 88 => (number, format!("{value:0>16}")),
                _ => (number, value),
            })
            .collect();
        let response = [request.clone(), vec![(66, "1".to_owned())]].concat();
        self.pair(instant("23:00:00"), ["0500", "0510"], &request, &response);
    }
}

/// What a request holds, and its response repeats.
fn common(item: &Item) -> Elements {
    vec![
        (2, item.card.to_owned()),
        (3, item.code().to_owned()),
        (4, format!("{:012}", item.amount.abs())),
        (7, transmission(instant(item.time))),
        (11, item.stan()),
        (12, item.time.replace(':', "")),
        (13, "0316".to_owned()),
        (18, CATEGORY.to_owned()),
        (41, TERMINAL.to_owned()),
        (42, MERCHANT.to_owned()),
        (49, "156".to_owned()),
    ]
}

fn answer(item: &Item, response: &str) -> Elements {
    vec![(15, "0316".to_owned()), (37, item.rrn()), (39, response.to_owned())]
}

/// A time of the day at the terminal.
fn instant(time: &str) -> Timestamp {
    format!("2026-03-16T{time}+08:00").parse().expect("a time of the day")
}

/// DE 7, in UTC.
fn transmission(time: Timestamp) -> String {
    time.strftime("%m%d%H%M%S").to_string()
}
