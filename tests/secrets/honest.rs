//! Values as honest traffic has them, by what an element is called.

use cardwire::layout::{Content, Element, Form, Order};

use super::Dice;
use crate::common::{Node, unhex};

/// A value of the element without card data.
pub(crate) fn honest(dice: &mut Dice<'_>, element: &Element<'static>) -> Node {
    let key = element.key();
    let Some(layout) = element.layout() else { return Node::leaf(key, value(dice, element)) };
    match layout.order() {
        Order::Tags { .. } => {
            let listed = layout.elements().filter(|part| part.privacy().is_open());
            let parts: Vec<_> = listed.filter(|_| dice.one_in(4)).collect();
            Node::composite(key, parts.into_iter().map(|part| honest(dice, part)).collect())
        }
        Order::Positions { required } => {
            let parts: Vec<_> = layout.elements().collect();
            let count = match element.form() {
                Form::Fixed => parts.len(),
                _ => {
                    usize::from(*required).max(1)
                        + dice.below(parts.len() + 1 - usize::from(*required).max(1))
                }
            };
            let parts = parts.into_iter().take(count.min(parts_that_fit(element)));
            Node::composite(key, parts.map(|part| honest(dice, part)).collect())
        }
        Order::Bitmap(_) => Node::composite(key, vec![]),
    }
}

/// How many parts have room in the element when all are at their longest.
fn parts_that_fit(element: &Element<'static>) -> usize {
    let mut room = element.max();
    let parts = element.layout().unwrap().elements();
    parts.take_while(|part| room.checked_sub(part.max()).inspect(|left| room = *left).is_some()).count()
}

fn value(dice: &mut Dice<'_>, element: &Element<'static>) -> Vec<u8> {
    let (max, fixed, content) = (element.max(), element.form() == Form::Fixed, element.content());
    let name = element.name();
    let is = |word: &str| name.contains(word);
    let len = if fixed { max } else { element.min().max(1 + dice.below(max.min(40))) };
    let text = match content {
        Content::B if is("method (CVM) list") => {
            let list = ["00000000000000001E0302031F00", "000000000000000041034203440301000303"];
            return unhex(dice.word(&list));
        }
        Content::B if is("file locator") => return unhex("08010100100102011801020020010200"),
        Content::B if fixed => return dice.octets(len),
        Content::B => return dice.octets(len.min(8)),
        Content::Xn => format!("{}{}", dice.word(&["C", "D"]), amount(dice, max - 1)),
        _ if is("YDDD") => format!("{}{:03}", dice.below(10), 1 + dice.below(365)),
        _ if name == "Format" => dice.word(&["0", "2", "7"]).to_owned(),
        _ if is("urrency code") => currency(dice, max),
        _ if is("ountry") && max <= 4 => pad(dice.word(&["156", "840", "276", "826", "392", "036"]), max),
        _ if is("mount") && content == Content::N => amount(dice, len),
        _ if content == Content::N && (is("Date") || is("ime") || is("date")) => date(dice, len),
        _ if is("mount") && content == Content::An && max == 9 => {
            format!("{}{}", dice.word(&["C", "D"]), amount(dice, 8))
        }
        _ if is("PIN block format") => dice.word(&["0", "1", "2"]).to_owned(),
        _ if is("Encryption method") => dice.word(&["0", "6"]).to_owned(),
        _ if is("Track data encrypted") => dice.word(&["0", "1"]).to_owned(),
        _ if is("Reserved") && max == 13 => pad("", 13),
        _ if is("Acquirer reference") => arn(dice, max.min(23)),
        _ if is("etrieval reference") => rrn(dice),
        _ if is("audit number") => pad(&dice.below(999_999).to_string(), max),
        _ if is("atch number") => pad(&dice.below(2_000).to_string(), max),
        _ if is("number") && content == Content::N && max == 10 => pad(&dice.below(99_999).to_string(), max),
        _ if is("Transaction type") => dice.word(&["00", "01", "09", "20", "31"]).to_owned(),
        _ if is("account type") => dice.word(&["00", "10", "20", "30"]).to_owned(),
        _ if is("Message type") && max == 4 => dice.word(&["0100", "0200", "0220"]).to_owned(),
        _ if is("Response code") => dice.word(&["00", "05", "51", "91"]).to_owned(),
        _ if is("Action code") => pad(dice.word(&["000", "100", "116", "911"]), max),
        _ if is("Merchant type") || is("ategory") => dice.word(&["5411", "5812", "6011", "4111"]).to_owned(),
        _ if is("nstitution") && max == 11 => {
            let length = if fixed { 11 } else { 6 + dice.below(6) };
            pad(&dice.digits(length.min(8)), length)
        }
        _ if is("terminal identification") => terminal(dice, max),
        _ if is("identification code") => merchant(dice, max),
        _ if is("name/location") => place(dice, if fixed { max } else { max.min(60) }),
        _ if is("File id") => format!("001{}{}{}", date(dice, 6), pad(&dice.digits(6), 11), dice.digits(5)),
        _ if is("reference data") || is("reference number") => {
            arn(dice, if fixed { max } else { max.min(23) })
        }
        _ if content == Content::N => amount(dice, len),
        _ if matches!(content, Content::Z | Content::Ns | Content::H) => dice.digits(len.min(10)),
        _ if content == Content::A => (0..len).map(|_| char::from(*dice.pick(b"ABCDE"))).collect(),
        _ => words(dice, len),
    };
    fitted(text, element)
}

/// Cut or filled to the length that the element takes.
fn fitted(mut text: String, element: &Element<'static>) -> Vec<u8> {
    text.truncate(element.max());
    let blank = match element.content() {
        Content::N | Content::H | Content::Z | Content::Ns => '0',
        _ => ' ',
    };
    while text.len() < element.min() {
        match blank {
            '0' => text.insert(0, '0'),
            blank => text.push(blank),
        }
    }
    text.into_bytes()
}

fn pad(digits: &str, len: usize) -> String {
    format!("{digits:0>len$}")
}

/// Most amounts are small, some are not.
fn amount(dice: &mut Dice<'_>, len: usize) -> String {
    let most = (len - len / 5).min(1 + dice.below(9));
    pad(&dice.digits(most), len)
}

fn currency(dice: &mut Dice<'_>, len: usize) -> String {
    pad(dice.word(&["156", "840", "978", "826", "392", "344"]), len)
}

/// Dates and times in the usual lengths.
fn date(dice: &mut Dice<'_>, len: usize) -> String {
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    let (hour, minute, second) = (dice.below(24), dice.below(60), dice.below(60));
    let year = 24 + dice.below(5);
    match len {
        4 => format!("{month:02}{day:02}"),
        6 if dice.one_in(2) => format!("{hour:02}{minute:02}{second:02}"),
        6 => format!("{year:02}{month:02}{day:02}"),
        8 => format!("20{year:02}{month:02}{day:02}"),
        10 => format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}"),
        12 => format!("{year:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}"),
        14 => format!("20{year:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}"),
        _ => pad("0", len),
    }
}

/// Year, day, hour and a number, as most systems make them; some have twelve digits of their own.
fn rrn(dice: &mut Dice<'_>) -> String {
    match dice.below(4) {
        0 => dice.digits(12),
        1 => pad(&dice.below(999_999).to_string(), 12),
        _ => format!("{}{:03}{:02}{}", dice.below(10), 1 + dice.below(365), dice.below(24), dice.digits(6)),
    }
}

fn terminal(dice: &mut Dice<'_>, len: usize) -> String {
    match dice.below(3) {
        0 => format!("TERM{:04}", dice.below(10_000)),
        1 => dice.digits(8),
        _ => format!("{:<len$}", format!("A{:07}", dice.below(10_000_000))),
    }
}

/// Fifteen characters as acquirers give them.
fn merchant(dice: &mut Dice<'_>, len: usize) -> String {
    match dice.below(3) {
        0 => format!("MERCHANT{:07}", dice.below(10_000_000)),
        1 => pad(&dice.below(9_999_999).to_string(), len.min(15)),
        // region, trade and number, as in mainland China
        _ => format!("898{}{}{}", dice.digits(4), dice.word(&["5411", "5812", "7011"]), dice.digits(4)),
    }
}

fn place(dice: &mut Dice<'_>, len: usize) -> String {
    let name = dice.word(&["SUPER STORE 12", "CAFE DES BEAUX ARTS", "TAXI 4711", "DEPT OF PARKS"]);
    let town = dice.word(&["BERLIN", "SHANGHAI", "PARIS", "DAYTON"]);
    let mut text = format!("{name:<25}{town:<13}DE");
    text.truncate(len);
    text
}

/// An acquirer's reference: 2, the acquirer, the day, a number and a check digit.
fn arn(dice: &mut Dice<'_>, len: usize) -> String {
    let mut text =
        format!("2{}{}{:03}{}", dice.digits(6), dice.below(10), 1 + dice.below(365), dice.digits(12));
    text.truncate(len);
    text
}

fn words(dice: &mut Dice<'_>, len: usize) -> String {
    let mut text = String::new();
    while text.len() < len {
        match dice.below(4) {
            0 => {
                let digits = 1 + dice.below(6);
                text.push_str(&dice.digits(digits));
            }
            1 => text.push_str(dice.word(&["REF", "LANE", "OK", "INV", "POINTS", "CASHIER"])),
            _ => text.push(char::from(*dice.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))),
        }
    }
    text.truncate(len);
    text
}
