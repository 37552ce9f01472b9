//! What a key block says of its key, and wrapping.

use zeroize::Zeroizing;

use super::binding::{BlockKeys, KeyBlockVersion, kind_of};
use super::optional::{check_optional, next_optional, optional_head};
use crate::crypto::cipher::copy;
use crate::crypto::error::{BlockFault, CryptoError};
use crate::crypto::hex;
use crate::crypto::key::Key;
use crate::crypto::kind::{Family, KeyKind};

/// What a key block says of its key: usage, algorithm, mode of use, exportability, optional blocks.
///
/// Proprietary values are kept. Nothing of it is enforced by
/// [`KeyBlock::unwrap`](super::KeyBlock::unwrap): it is for the caller to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Header<'b> {
    /// B or D.
    pub version: KeyBlockVersion,
    /// Two characters, such as `P0`: see [`Header::usage_words`].
    pub usage: [u8; 2],
    /// `A` AES, `T` TDES, `D` DES; others are of keys that are not unwrapped here.
    pub algorithm: u8,
    /// Such as `E`, encrypt only: see [`Header::mode_words`].
    pub mode: u8,
    /// `00` where it is not used.
    pub key_version: [u8; 2],
    /// `E` under a trusted key, `N` not exportable, `S` under any key.
    pub exportability: u8,
    /// The key context of X9.143; `0` in TR-31.
    pub context: u8,
    /// Reserved, `0`.
    pub reserved: u8,
    /// The optional blocks as they stand, the padding block included: they are under the MAC.
    pub optional: &'b str,
    /// How many there are, up to 99.
    pub optional_count: u8,
}

/// Characters before the optional blocks.
pub(super) const HEADER: usize = 16;
/// As many octets of key data as are opened.
pub(super) const DATA: usize = 256;
/// As many characters as four digits can say.
const MAX: usize = 9999;

impl Header<'static> {
    /// A header without optional blocks.
    #[must_use]
    pub const fn new(
        version: KeyBlockVersion,
        usage: [u8; 2],
        algorithm: u8,
        mode: u8,
        exportability: u8,
    ) -> Self {
        Self {
            version,
            usage,
            algorithm,
            mode,
            key_version: *b"00",
            exportability,
            context: b'0',
            reserved: b'0',
            optional: "",
            optional_count: 0,
        }
    }
}

impl<'b> Header<'b> {
    /// The same with optional blocks, identifier and data each. They are written into the buffer, and a padding
    /// block `PB` after them where one is needed.
    ///
    /// # Errors
    /// [`CryptoError::Room`]; [`CryptoError::KeyBlock`] for an identifier that is not two letters or digits, for
    /// data that are not printable, or for too many.
    pub fn with_optional<'o>(
        &self,
        blocks: &[(&str, &str)],
        out: &'o mut [u8],
    ) -> Result<Header<'o>, CryptoError> {
        let (mut len, mut count) = (0, 0_u8);
        let found = out.len();
        if blocks.len() > 98 {
            return Err(CryptoError::KeyBlock(BlockFault::BlockCount));
        }
        for (id, data) in blocks {
            let mut head = [0; 10];
            let head = optional_head(id, data.len(), &mut head)?;
            for part in [head, data.as_bytes()] {
                let slot = out.get_mut(len..len + part.len());
                copy(slot.ok_or(CryptoError::Room { needed: len + part.len(), found })?, part);
                len += part.len();
            }
            count += 1;
        }
        let block = self.version.block();
        let lacking = len.next_multiple_of(block) - len;
        if lacking > 0 {
            // fewer than four characters have no room for its identifier and length
            let size = if lacking < 4 { lacking + block } else { lacking };
            let slot = out.get_mut(len..len + size);
            let slot = slot.ok_or(CryptoError::Room { needed: len + size, found })?;
            slot.fill(b'0');
            let mut head = [0; 10];
            copy(slot, optional_head("PB", size - 4, &mut head)?);
            len += size;
            count += 1;
        }
        let text = core::str::from_utf8(out.get(..len).unwrap_or_default());
        let optional = text.map_err(|_| CryptoError::KeyBlock(BlockFault::Character))?;
        check_optional(optional, count, block)?;
        let Self { version, usage, algorithm, mode, key_version, exportability, context, reserved, .. } =
            *self;
        Ok(Header {
            version,
            usage,
            algorithm,
            mode,
            key_version,
            exportability,
            context,
            reserved,
            optional,
            optional_count: count,
        })
    }

    /// What the key is for, if the standard says.
    #[must_use]
    pub fn usage_words(&self) -> Option<&'static str> {
        USAGES.iter().find(|(code, _)| *code == self.usage).map(|(_, words)| *words)
    }

    /// What may be done with it, if the standard says.
    #[must_use]
    pub const fn mode_words(&self) -> Option<&'static str> {
        Some(match self.mode {
            b'B' => "encrypt and decrypt",
            b'C' => "generate and verify MACs",
            b'D' => "decrypt only",
            b'E' => "encrypt only",
            b'G' => "generate MACs only",
            b'N' => "no restriction",
            b'S' => "sign only",
            b'T' => "sign and decrypt",
            b'V' => "verify only",
            b'X' => "derive keys",
            b'Y' => "make variants",
            _ => return None,
        })
    }

    /// The optional blocks: identifier and data.
    pub fn optional_blocks(&self) -> impl Iterator<Item = (&'b str, &'b str)> + use<'b> {
        let mut rest = self.optional;
        core::iter::from_fn(move || {
            let (id, data, after) = next_optional(rest)?;
            rest = after;
            Some((id, data))
        })
    }

    /// The key block of a key. Its length is hidden: the key is filled to the longest of its algorithm with random
    /// octets, new ones each time.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`] for a protection key that is not of the version; [`CryptoError::KeyBlock`] for a
    /// header that is none, or a key that is not of its algorithm; [`CryptoError::Room`].
    pub fn wrap<'o>(
        &self,
        protection: &Key,
        key: &Key,
        random: &[u8; 32],
        out: &'o mut [u8],
    ) -> Result<&'o str, CryptoError> {
        let longest = match key.kind().family() {
            Family::Des => KeyKind::Tdes3.len(),
            Family::Aes => KeyKind::Aes256.len(),
        };
        self.wrap_filled(protection, key, longest, random, out)
    }

    /// The same with no more fill than the cipher's block needs: the block tells how long the key is.
    ///
    /// # Errors
    /// As [`Header::wrap`].
    pub fn wrap_short<'o>(
        &self,
        protection: &Key,
        key: &Key,
        random: &[u8; 32],
        out: &'o mut [u8],
    ) -> Result<&'o str, CryptoError> {
        self.wrap_filled(protection, key, key.kind().len(), random, out)
    }

    fn wrap_filled<'o>(
        &self,
        protection: &Key,
        key: &Key,
        filled: usize,
        random: &[u8; 32],
        out: &'o mut [u8],
    ) -> Result<&'o str, CryptoError> {
        let keys = BlockKeys::derive(protection, self.version)?;
        let fail = CryptoError::KeyBlock;
        if kind_of(self.algorithm, key.kind().len()) != Some(key.kind()) {
            return Err(fail(BlockFault::Algorithm));
        }
        let block = self.version.block();
        check_optional(self.optional, self.optional_count, block)?;
        let data_len = (2 + filled).next_multiple_of(block);
        let (start, found) = (HEADER + self.optional.len(), out.len());
        let needed = start + 2 * data_len + 2 * block;
        if needed > MAX {
            return Err(fail(BlockFault::Length));
        }
        let Some(out) = out.get_mut(..needed) else { return Err(CryptoError::Room { needed, found }) };
        let mut data = Zeroizing::new([0; DATA]);
        let slots = data.get_mut(..data_len).unwrap_or_default();
        let bits = u16::try_from(8 * key.kind().len()).unwrap_or(0).to_be_bytes();
        let octets = bits.iter().chain(key.expose()).chain(random);
        slots.iter_mut().zip(octets).for_each(|(slot, octet)| *slot = *octet);
        let (head, tail) = out.split_at_mut(start);
        copy(head, &self.fixed(needed)?);
        copy(head.get_mut(HEADER..).unwrap_or_default(), self.optional.as_bytes());
        let mac = keys.mac(head, slots);
        let mac = mac.get(..block).unwrap_or_default();
        keys.encryption.cipher().encrypt_cbc(mac, slots);
        hex::write(slots, tail);
        hex::write(mac, tail.get_mut(2 * data_len..).unwrap_or_default());
        core::str::from_utf8(out).map_err(|_| fail(BlockFault::Character))
    }

    /// The sixteen characters before the optional blocks.
    fn fixed(&self, len: usize) -> Result<[u8; HEADER], CryptoError> {
        let digits = |value: usize| {
            let digit = move |power| u8::try_from(value / power % 10).unwrap_or(0) + b'0';
            [1000, 100, 10, 1].map(digit)
        };
        let ([l1, l2, l3, l4], [_, _, c1, c2]) = (digits(len), digits(usize::from(self.optional_count)));
        let ([u1, u2], [k1, k2]) = (self.usage, self.key_version);
        let Self { version, algorithm, mode, exportability, context, reserved, .. } = *self;
        let fixed = [
            version.letter(),
            l1,
            l2,
            l3,
            l4,
            u1,
            u2,
            algorithm,
            mode,
            k1,
            k2,
            exportability,
            c1,
            c2,
            context,
            reserved,
        ];
        check_fields(&fixed)?;
        Ok(fixed)
    }
}

/// Usage, algorithm, mode and exportability are letters or digits; all is printable.
pub(super) fn check_fields(fixed: &[u8; HEADER]) -> Result<(), CryptoError> {
    let [_, _, _, _, _, u1, u2, algorithm, mode, _, _, exportability, ..] = fixed;
    let codes = [u1, u2, algorithm, mode, exportability];
    let is_sound = codes.iter().all(|octet| octet.is_ascii_alphanumeric())
        && fixed.iter().all(|octet| matches!(octet, 0x20..=0x7E));
    if is_sound { Ok(()) } else { Err(CryptoError::KeyBlock(BlockFault::Header)) }
}

/// X9.143 table 4.
static USAGES: [([u8; 2], &str); 43] = [
    (*b"B0", "base derivation key"),
    (*b"B1", "initial DUKPT key"),
    (*b"B2", "base key variant"),
    (*b"B3", "key derivation key, not of X9.24"),
    (*b"C0", "card verification"),
    (*b"D0", "data encryption"),
    (*b"D1", "data encryption, asymmetric"),
    (*b"D2", "decimalisation table"),
    (*b"D3", "encryption of sensitive data"),
    (*b"E0", "EMV master key for cryptograms"),
    (*b"E1", "EMV master key for confidential messages"),
    (*b"E2", "EMV master key for message integrity"),
    (*b"E3", "EMV master key for data authentication codes"),
    (*b"E4", "EMV master key for dynamic numbers"),
    (*b"E5", "EMV master key for personalisation"),
    (*b"E6", "EMV master key, other"),
    (*b"E7", "EMV key pair for PINs"),
    (*b"I0", "initialisation vector"),
    (*b"K0", "key encryption"),
    (*b"K1", "key block protection"),
    (*b"K2", "TR-34 key pair"),
    (*b"K3", "key agreement or wrapping, asymmetric"),
    (*b"K4", "key block protection of ISO 20038"),
    (*b"M0", "MAC of ISO 16609, algorithm 1"),
    (*b"M1", "MAC of ISO 9797-1, algorithm 1"),
    (*b"M2", "MAC of ISO 9797-1, algorithm 2"),
    (*b"M3", "MAC of ISO 9797-1, algorithm 3"),
    (*b"M4", "MAC of ISO 9797-1, algorithm 4"),
    (*b"M5", "MAC of ISO 9797-1:1999, algorithm 5"),
    (*b"M6", "CMAC"),
    (*b"M7", "HMAC"),
    (*b"M8", "MAC of ISO 9797-1, algorithm 6"),
    (*b"P0", "PIN encryption"),
    (*b"P1", "PIN generation"),
    (*b"S0", "signature key pair"),
    (*b"S1", "certificate authority key pair"),
    (*b"S2", "asymmetric key pair, other"),
    (*b"V0", "PIN verification, other"),
    (*b"V1", "PIN verification, IBM 3624"),
    (*b"V2", "PIN verification, Visa PVV"),
    (*b"V3", "PIN verification, X9.132 algorithm 1"),
    (*b"V4", "PIN verification, X9.132 algorithm 2"),
    (*b"V5", "PIN verification, X9.132 algorithm 3"),
];
