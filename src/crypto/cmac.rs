//! CMAC under any key: what [`Key`](super::Key) needs for check values, and MACs.

use cmac::{Cmac, KeyInit, Mac};
use zeroize::Zeroize;

use super::cipher::{BLOCK, copy};
use super::kind::KeyKind;

/// A CMAC in the making.
pub(super) enum CmacOf {
    Des(Cmac<des::Des>),
    Tdes2(Cmac<des::TdesEde2>),
    Tdes3(Cmac<des::TdesEde3>),
    Aes128(Cmac<aes::Aes128>),
    Aes192(Cmac<aes::Aes192>),
    Aes256(Cmac<aes::Aes256>),
}

/// Runs one expression for whichever it is.
macro_rules! each {
    ($cmac:expr, $inner:ident => $do:expr) => {
        match $cmac {
            CmacOf::Des($inner) => $do,
            CmacOf::Tdes2($inner) => $do,
            CmacOf::Tdes3($inner) => $do,
            CmacOf::Aes128($inner) => $do,
            CmacOf::Aes192($inner) => $do,
            CmacOf::Aes256($inner) => $do,
        }
    };
}

impl CmacOf {
    /// `key` has as many octets as its kind.
    pub(super) fn new(kind: KeyKind, key: &[u8]) -> Self {
        match kind {
            KeyKind::Des => Self::Des(made(key)),
            KeyKind::Tdes2 => Self::Tdes2(made(key)),
            KeyKind::Tdes3 => Self::Tdes3(made(key)),
            KeyKind::Aes128 => Self::Aes128(made(key)),
            KeyKind::Aes192 => Self::Aes192(made(key)),
            KeyKind::Aes256 => Self::Aes256(made(key)),
        }
    }

    pub(super) fn update(&mut self, octets: &[u8]) {
        each!(self, cmac => cmac.update(octets));
    }

    /// Eight octets of DES, 16 of AES; zeros after.
    pub(super) fn finish(self) -> [u8; BLOCK] {
        let mut octets = [0; BLOCK];
        each!(self, cmac => copy(&mut octets, &cmac.finalize().into_bytes()));
        octets
    }
}

/// A CMAC with the octets of a key, whose number is that of its kind.
fn made<M: KeyInit>(key: &[u8]) -> M {
    let mut octets = cmac::digest::common::Key::<M>::default();
    copy(&mut octets, key);
    let mac = M::new(&octets);
    octets.as_mut_slice().zeroize();
    mac
}
