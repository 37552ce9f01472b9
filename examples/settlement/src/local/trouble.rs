//! What goes wrong in a local world beyond a lost message: amounts that change, files that are written wrongly,
//! parties that die in the middle of a step.

use std::time::Duration;

use crate::files::clearing::{ClearingFile, Presentment};
use crate::journal::Party;
use crate::money::Money;
use crate::node::Released;
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
    /// The sender writes these items wrongly.
    Wrong(Vec<ItemFault>),
    /// It arrives a second time, under its number, with another amount of this item.
    AgainChanged(usize, Money),
    /// Its last octets are missing.
    Cut(usize),
}

/// What is wrong with an item of a file, which is named by its place, from 1.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ItemFault {
    /// It is not there.
    Without(usize),
    /// It is there twice.
    Twice(usize),
    /// Its amount is another one.
    Other(usize, Money),
}

/// When a party dies.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Moment {
    /// The input arrived, and nothing of it is stored.
    Before,
    /// All of its step is stored, and nothing left.
    After,
    /// All of its step is stored, and so many of its messages and parcels left.
    Amid(usize),
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

impl Released {
    /// What leaves a party that dies of this step.
    pub(super) fn keep(&mut self, moment: Moment) {
        let count = if let Moment::Amid(count) = moment { count } else { 0 };
        let left = count.saturating_sub(self.sends.len());
        self.sends.truncate(count);
        self.parcels.truncate(left);
        self.timers.clear();
        if count == 0 {
            self.outcomes.clear();
        }
    }
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
        let changed = |faults: &[ItemFault]| {
            let file = ClearingFile::decode(octets).ok()?;
            let written = (1..).zip(&file.items).flat_map(|(place, item)| wrongly(faults, place, item));
            let items = written.collect();
            ClearingFile { items, ..file }.encode().ok().map(Parcel::File)
        };
        match self {
            Self::Lost => Vec::new(),
            Self::Late(_) => vec![parcel],
            Self::Twice => vec![parcel.clone(), parcel],
            Self::Wrong(faults) => changed(faults).into_iter().collect(),
            Self::AgainChanged(place, amount) => {
                let again = changed(&[ItemFault::Other(*place, *amount)]);
                [Some(parcel.clone()), again].into_iter().flatten().collect()
            }
            Self::Cut(missing) => {
                let end = octets.len().saturating_sub(*missing);
                vec![Parcel::File(octets.get(..end).unwrap_or_default().to_vec())]
            }
        }
    }
}

/// An item as a sender with these faults writes it.
fn wrongly(faults: &[ItemFault], place: usize, item: &Presentment) -> Vec<Presentment> {
    let mut written = vec![item.clone()];
    for fault in faults {
        match fault {
            ItemFault::Without(of) if *of == place => written.clear(),
            ItemFault::Twice(of) if *of == place => written.push(item.clone()),
            ItemFault::Other(of, amount) if *of == place => {
                written.iter_mut().for_each(|item| item.amount = *amount);
            }
            _ => {}
        }
    }
    written
}
