//! The block ciphers behind a key, and chaining over whole blocks.

use aes::{Aes128, Aes192, Aes256};
use cmac::block_api::CmacCipher;
use des::cipher::array::{Array, ArraySize};
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2, TdesEde3};
use zeroize::Zeroize;

use super::kind::KeyKind;

/// One of the block ciphers, or what a form makes of it. Its round keys are wiped when it is dropped.
pub(super) enum Each<F: Form> {
    Des(F::Of<Des>),
    Tdes2(F::Of<TdesEde2>),
    Tdes3(F::Of<TdesEde3>),
    Aes128(F::Of<Aes128>),
    Aes192(F::Of<Aes192>),
    Aes256(F::Of<Aes256>),
}

/// What is made of a block cipher: the cipher itself, or a MAC of it.
pub(super) trait Form {
    /// The type, which is made from the key of the cipher.
    type Of<C: CmacCipher + KeyInit>: KeyInit;
}

/// The cipher of a key.
pub(super) type Cipher = Each<Plain>;

/// The cipher itself.
pub(super) struct Plain;

impl Form for Plain {
    type Of<C: CmacCipher + KeyInit> = C;
}

/// The longest block: that of AES.
pub(super) const BLOCK: usize = 16;

/// Runs one expression for whichever cipher it is.
macro_rules! each {
    ($each:expr, $inner:ident => $do:expr) => {
        match $each {
            $crate::crypto::cipher::Each::Des($inner) => $do,
            $crate::crypto::cipher::Each::Tdes2($inner) => $do,
            $crate::crypto::cipher::Each::Tdes3($inner) => $do,
            $crate::crypto::cipher::Each::Aes128($inner) => $do,
            $crate::crypto::cipher::Each::Aes192($inner) => $do,
            $crate::crypto::cipher::Each::Aes256($inner) => $do,
        }
    };
}
pub(super) use each;

impl<F: Form> Each<F> {
    /// `key` has as many octets as its kind.
    pub(super) fn of(kind: KeyKind, key: &[u8]) -> Self {
        match kind {
            KeyKind::Des => Self::Des(made(key)),
            KeyKind::Tdes2 => Self::Tdes2(made(key)),
            KeyKind::Tdes3 => Self::Tdes3(made(key)),
            KeyKind::Aes128 => Self::Aes128(made(key)),
            KeyKind::Aes192 => Self::Aes192(made(key)),
            KeyKind::Aes256 => Self::Aes256(made(key)),
        }
    }
}

impl Cipher {
    /// 8 or 16.
    pub(super) const fn block_len(&self) -> usize {
        match self {
            Self::Des(_) | Self::Tdes2(_) | Self::Tdes3(_) => 8,
            Self::Aes128(_) | Self::Aes192(_) | Self::Aes256(_) => 16,
        }
    }

    /// Enciphers each whole block by itself (ECB). What is no whole block stays as it is.
    pub(super) fn encrypt(&self, data: &mut [u8]) {
        for block in data.chunks_exact_mut(self.block_len()) {
            each!(self, cipher => with_block(block, |block| cipher.encrypt_block(block)));
        }
    }

    /// Deciphers each whole block by itself (ECB).
    pub(super) fn decrypt(&self, data: &mut [u8]) {
        for block in data.chunks_exact_mut(self.block_len()) {
            each!(self, cipher => with_block(block, |block| cipher.decrypt_block(block)));
        }
    }

    /// CBC; `iv` has the length of a block.
    pub(super) fn encrypt_cbc(&self, iv: &[u8], data: &mut [u8]) {
        let mut before = [0; BLOCK];
        copy(&mut before, iv);
        for block in data.chunks_exact_mut(self.block_len()) {
            xor(block, &before);
            self.encrypt(block);
            copy(&mut before, block);
        }
    }

    /// The inverse of [`Cipher::encrypt_cbc`].
    pub(super) fn decrypt_cbc(&self, iv: &[u8], data: &mut [u8]) {
        let (mut before, mut cipher_text) = ([0; BLOCK], [0; BLOCK]);
        copy(&mut before, iv);
        for block in data.chunks_exact_mut(self.block_len()) {
            copy(&mut cipher_text, block);
            self.decrypt(block);
            xor(block, &before);
            before = cipher_text;
        }
    }
}

/// What takes the octets of a key, whose number is that of its kind.
fn made<C: KeyInit>(key: &[u8]) -> C {
    let mut octets = Array::<u8, C::KeySize>::default();
    copy(&mut octets, key);
    let cipher = C::new(&octets);
    octets.as_mut_slice().zeroize();
    cipher
}

/// Hands a slice on as the array that it is.
fn with_block<N: ArraySize>(block: &mut [u8], transform: impl FnOnce(&mut Array<u8, N>)) {
    if let Ok(block) = <&mut Array<u8, N>>::try_from(block) {
        transform(block);
    }
}

/// XOR of as many octets as both have.
pub(super) fn xor(target: &mut [u8], mask: &[u8]) {
    target.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
}

/// Copies as many octets as both have.
pub(super) fn copy(target: &mut [u8], source: &[u8]) {
    target.iter_mut().zip(source).for_each(|(octet, source)| *octet = *source);
}
