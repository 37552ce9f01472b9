//! Cards that nobody owns, and what a message tells of one.

use super::Dice;

/// The card data of one message.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) pan: String,
    pub(crate) track1: String,
    pub(crate) track2: String,
    pub(crate) track3: String,
    /// What stands in the tracks after the expiry and the service code.
    pub(crate) discretionary: String,
    /// The holder's name on track 1.
    pub(crate) name: String,
    pub(crate) pin_block: [u8; 8],
    pub(crate) cvv: String,
}

/// How issuers' numbers begin, and how long they are.
const ISSUERS: [(&str, usize); 25] = [
    ("4", 16),
    ("4", 16),
    ("4", 13),
    ("6763", 12),
    ("4", 19),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("36", 14),
    ("3055", 14),
    ("3530", 16),
    ("6011", 16),
    ("65", 16),
    ("62", 16),
    ("62", 19),
    ("6228", 17),
    ("81", 16),
    ("5018", 16),
    ("6759", 18),
    ("6799", 19),
    ("2200", 16),
    ("9792", 16),
];

impl Secrets {
    /// Card data of a network, which `network` chooses: of one network all have the same lengths, and of one number
    /// the same CVV. Nobody searches for three digits, but before the next key they may look like those of a card.
    pub(crate) fn new(dice: &mut Dice<'_>, network: u64) -> Self {
        let (prefix, len) = ISSUERS[usize::try_from(network).unwrap() % ISSUERS.len()];
        let pan = loop {
            let pan = numbered(&format!("{prefix}{}", dice.digits(len - prefix.len() - 1)));
            if is_of_many_digits(&pan) {
                break pan;
            }
        };
        let discretionary = dice.digits(11);
        let name: String = (0..7).map(|_| char::from(*dice.pick(b"BCFGHJKMPQVWXZ"))).collect();
        let service = format!("2912{}", dice.word(&["201", "101", "220", "601"]));
        let room = 37 - pan.len() - 1 - service.len();
        let track2 = format!("{pan}={service}{}", &discretionary[..room.min(discretionary.len())]);
        let track1 = format!("B{pan}^{name}/QUIET^{service}{discretionary}");
        let track3 = format!("01{pan}=724724100000000000030300XXXX040400991006={discretionary}");
        let track3 = track3.replace("XXXX", &dice.digits(4));
        let mut pin_block = [0; 8];
        pin_block.copy_from_slice(&dice.octets(8));
        let cvv = Dice::seeded(network).digits(3);
        Self { track1, track2, track3, discretionary, name, pin_block, cvv, pan }
    }
}

impl Secrets {
    /// The same but for the digits that nobody may see: what is found of the one in a text of the other stands there
    /// by chance.
    pub(crate) fn with_other_middle(&self, dice: &mut Dice<'_>) -> Self {
        let (first, last) = (&self.pan[..6], &self.pan[self.pan.len() - 4..]);
        let pan = loop {
            let pan = format!("{first}{}{last}", dice.digits(self.pan.len() - 10));
            if numbered(&pan[..pan.len() - 1]) == pan && pan != self.pan {
                break pan;
            }
        };
        let other = |text: &str| text.replace(&self.pan, &pan);
        let (track1, track2, track3) = (other(&self.track1), other(&self.track2), other(&self.track3));
        Self { track1, track2, track3, pan, ..self.clone() }
    }
}

/// Digits with their check digit.
pub(crate) fn numbered(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(digit - b'0');
            if index % 2 == 1 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// No digit stands in a long run, so that no part of the number looks like another.
fn is_of_many_digits(pan: &str) -> bool {
    let octets = pan.as_bytes();
    octets.windows(4).all(|run| run.iter().any(|digit| *digit != run[0]))
}

/// A card number as it is printed or spoken: in groups.
pub(crate) fn in_groups(dice: &mut Dice<'_>, pan: &str) -> Vec<u8> {
    let (gap, ends) = (*dice.pick(b" -."), *dice.pick(&[&[4, 8, 12, 16][..], &[4, 10], &[6], &[8]]));
    let mut groups = Vec::new();
    for (index, digit) in pan.bytes().enumerate() {
        groups.extend(ends.contains(&index).then_some(gap));
        groups.push(digit);
    }
    groups
}

/// Digits and separators in half octets, filled with `F`.
pub(crate) fn packed(digits: &str) -> Vec<u8> {
    let halves: Vec<u8> =
        digits.bytes().map(|digit| if digit.is_ascii_digit() { digit - b'0' } else { 0xD }).collect();
    halves.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0xF)).collect()
}
