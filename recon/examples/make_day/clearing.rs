//! The clearing file that the network sends the acquirer.

use cardwire::Builder;
use cardwire::ipm::{Encoding, Format, PdsList, RecordWriter};

use super::{CATEGORY, DAY, Item, MERCHANT, TERMINAL, fee};

/// In EBCDIC and in blocks, as such files mostly are.
const FORMAT: Format = Format { blocked: true, encoding: Encoding::Ebcdic };

/// Type, date, sender, sequence.
const FILE_ID: &str = "0022603160000009999000001";

/// The file of the day.
pub(crate) fn file() -> Vec<u8> {
    let mut file = File { writer: RecordWriter::new(Vec::new(), FORMAT), number: 0, amounts: 0 };
    file.message("1644", 697, &[], &[(105, FILE_ID.to_owned()), (122, "P".to_owned())]);
    for item in &DAY {
        for amount in item.cleared {
            file.item(item, *amount);
        }
    }
    let (amounts, messages) = (file.amounts, file.number + 1);
    let totals =
        [(105, FILE_ID.to_owned()), (301, format!("{amounts:016}")), (306, format!("{messages:08}"))];
    file.message("1644", 695, &[], &totals);
    file.writer.finish().expect("memory takes everything")
}

struct File {
    writer: RecordWriter<Vec<u8>>,
    /// Messages written so far.
    number: u64,
    /// The sum of DE 4.
    amounts: i64,
}

impl File {
    fn message(
        &mut self,
        kind: &str,
        function: u64,
        elements: &[(u8, String)],
        subelements: &[(u16, String)],
    ) {
        self.number += 1;
        let mut list = PdsList::new();
        for (tag, value) in subelements {
            list.push(*tag, value).expect("a subelement");
        }
        let mut builder = Builder::new(FORMAT.encoding.spec(), kind.parse().expect("a message type"));
        builder.set(24, function).set(71, self.number);
        for (number, value) in elements {
            builder.set(*number, value.as_str());
        }
        list.set(&mut builder);
        self.writer.write(&builder).expect("a record of the spec");
    }

    /// A first presentment.
    fn item(&mut self, item: &Item, amount: i64) {
        self.amounts += amount.abs();
        let fees = format!("000119156{0:012}156{0:012}", fee(amount));
        let elements = [
            (2, item.card.to_owned()),
            (3, item.code().to_owned()),
            (4, format!("{:012}", amount.abs())),
            (12, format!("260316{}", item.time.replace(':', ""))),
            (26, CATEGORY.to_owned()),
            (31, reference(item)),
            (37, item.rrn()),
            (38, item.approval()),
            (41, TERMINAL.to_owned()),
            (42, MERCHANT.to_owned()),
            (49, "156".to_owned()),
        ];
        let subelements = [
            (146, fees),
            (148, "1562".to_owned()),
            (158, "MCC200000101260316010000000000".chars().take(26).collect()),
        ];
        self.message("1240", 200, &elements, &subelements);
    }
}

/// The acquirer's reference: acquirer, day of the year, a number, and a check digit.
fn reference(item: &Item) -> String {
    let digits = format!("7999999{}{:011}", 6075, item.stan);
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place % 2 > 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
