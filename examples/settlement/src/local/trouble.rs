//! What goes wrong in a local world beyond a lost message: amounts that change, files that are written wrongly,
//! parties that die in the middle of a step.

use std::time::Duration;

use crate::files::clearing::ClearingFile;
use crate::journal::Party;
use crate::money::Money;
use crate::party::parcel::Parcel;

/// What happens to the next file, order, receipt or notice on its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mishandled {
    /// It is lost.
    Lost,
    /// It arrives twice.
    Twice,
    /// It arrives so much later.
    Late(Duration),
    /// The sender leaves out the item with this number, from 1.
    WithoutItem(usize),
    /// The sender writes this item twice.
    ItemTwice(usize),
    /// The sender writes another amount.
    OtherAmount(usize, Money),
    /// It arrives a second time, under its number, with another amount of this item.
    AgainChanged(usize, Money),
    /// Its last octets are missing.
    Cut(usize),
}

/// When a party dies.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Moment {
    /// The input arrived, and nothing of it is stored.
    Before,
    /// All of its step is stored, and nothing left.
    After,
}

/// The party dies at the so many-th input from now, counted from 1.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Death {
    /// Who.
    pub party: Party,
    /// At which input.
    pub input: u64,
    /// When exactly.
    pub moment: Moment,
}

impl Mishandled {
    /// The parcels that arrive in place of this one.
    pub(super) fn befall(&self, parcel: Parcel) -> Vec<Parcel> {
        let Parcel::File(octets) = &parcel else {
            return match self {
                Self::Lost => Vec::new(),
                Self::Twice => vec![parcel.clone(), parcel],
                _ => vec![parcel],
            };
        };
        let changed = |change: &dyn Fn(&mut ClearingFile)| {
            let mut file = ClearingFile::decode(octets).ok()?;
            change(&mut file);
            file.encode().ok().map(Parcel::File)
        };
        let amount = |number: usize, amount: Money| {
            changed(&|file| {
                file.items.iter_mut().skip(number.saturating_sub(1)).take(1).for_each(|item| {
                    item.amount = amount;
                });
            })
        };
        match self {
            Self::Lost => Vec::new(),
            Self::Late(_) => vec![parcel],
            Self::Twice => vec![parcel.clone(), parcel],
            Self::WithoutItem(number) => {
                let drop = |file: &mut ClearingFile| {
                    if (1..=file.items.len()).contains(number) {
                        file.items.remove(number - 1);
                    }
                };
                changed(&drop).into_iter().collect()
            }
            Self::ItemTwice(number) => {
                let again = |file: &mut ClearingFile| {
                    let item = file.items.get(number.saturating_sub(1)).cloned();
                    file.items.extend(item);
                };
                changed(&again).into_iter().collect()
            }
            Self::OtherAmount(number, units) => amount(*number, *units).into_iter().collect(),
            Self::AgainChanged(number, units) => {
                [Some(parcel.clone()), amount(*number, *units)].into_iter().flatten().collect()
            }
            Self::Cut(missing) => {
                let end = octets.len().saturating_sub(*missing);
                vec![Parcel::File(octets.get(..end).unwrap_or_default().to_vec())]
            }
        }
    }
}
