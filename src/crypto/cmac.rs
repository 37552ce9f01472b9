//! CMAC under any key: what [`Key`](super::Key) needs for check values, and MACs.

use cmac::block_api::CmacCipher;
use cmac::{Cmac, KeyInit, Mac};

use super::cipher::{BLOCK, Each, Form, copy, each};

/// A CMAC in the making.
pub(super) type CmacOf = Each<InCmac>;

/// The CMAC of a cipher.
pub(super) struct InCmac;

impl Form for InCmac {
    type Of<C: CmacCipher + KeyInit> = Cmac<C>;
}

impl CmacOf {
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
