//! The working keys of a UnionPay terminal, as DE 62 of the response to its sign-on brings them.

use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::cipher::copy;
use super::error::CryptoError;
use super::key::{CheckMethod, Key};
use super::kind::KeyKind;

/// PIN key (PIK), MAC key (MAK) and track key (TDK) of a UnionPay terminal, sent under its master key (TMK).
///
/// Each key is enciphered by TDES in ECB and followed by four octets of check value. What there is, the length says:
///
/// | octets | PIK | MAK | TDK |
/// | --- | --- | --- | --- |
/// | 24 | 8 | 8 | |
/// | 36 | 8 | 8 | 8 |
/// | 40 | 16 | 16, or 8 and eight zeros in the clear | |
/// | 60 | 16 | 16, or 8 and eight zeros in the clear | 16 |
///
/// ```
/// use cardwire::crypto::{Family, Key, WorkingKeys};
///
/// let master = Key::from_hex(Family::Des, "1111111111111111EEEEEEEEEEEEEEEE")?;
/// let [pin, mac] = ["23232323232323234545454545454545", "4545454545454545"].map(|key| Key::from_hex(Family::Des, key));
/// let keys = WorkingKeys { pin: pin?, mac: mac?, track: None };
/// let mut buffer = [0; 60];
/// let data = keys.wrap(&master, &mut buffer)?;
/// assert_eq!(data.len(), 40);
/// assert_eq!(WorkingKeys::open(&master, data)?, keys);
/// # Ok::<(), cardwire::crypto::CryptoError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct WorkingKeys {
    /// For PIN blocks: DE 52.
    pub pin: Key,
    /// For MACs: DE 64.
    pub mac: Key,
    /// For tracks: DE 35 and 36.
    pub track: Option<Key>,
}

/// Octets of a check value.
const CHECK: usize = 4;
/// Octets of the longest download.
const MAX: usize = 60;

impl WorkingKeys {
    /// The keys of a download. Every check value is verified before any key is given out; if one is wrong, there
    /// are none.
    ///
    /// # Errors
    /// [`CryptoError::DataLength`] for a length of no known layout; [`CryptoError::KeyKind`] unless the master key
    /// is a double-length TDES key; [`CryptoError::CheckValue`].
    pub fn open(master: &Key, data: &[u8]) -> Result<Self, CryptoError> {
        let (size, count) = layout(data.len()).ok_or(CryptoError::DataLength(data.len()))?;
        master.require_tdes2()?;
        let mut parts = data.chunks(size + CHECK).map(|part| opened(master, part, size));
        let mut next = || parts.next().unwrap_or(Err(CryptoError::DataLength(data.len())));
        Ok(Self { pin: next()?, mac: next()?, track: if count == 3 { Some(next()?) } else { None } })
    }

    /// The download of these keys: what a host, or a simulator of one, sends.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`] unless the master key is a double-length TDES key; [`CryptoError::Components`] for
    /// keys of lengths that no layout has together; [`CryptoError::Room`].
    pub fn wrap<'o>(&self, master: &Key, out: &'o mut [u8]) -> Result<&'o [u8], CryptoError> {
        master.require_tdes2()?;
        let size = self.pin.kind().len();
        let fits = |key: &Key| key.kind() == self.pin.kind();
        let is_layout = matches!(self.pin.kind(), KeyKind::Des | KeyKind::Tdes2)
            && (fits(&self.mac) || self.mac.kind() == KeyKind::Des)
            && self.track.as_ref().is_none_or(fits);
        if !is_layout {
            return Err(CryptoError::Components);
        }
        let keys = [Some(&self.pin), Some(&self.mac), self.track.as_ref()];
        let (needed, found) = (keys.iter().flatten().count() * (size + CHECK), out.len());
        let Some(out) = out.get_mut(..needed) else { return Err(CryptoError::Room { needed, found }) };
        out.zeroize();
        for (part, key) in out.chunks_mut(size + CHECK).zip(keys.into_iter().flatten()) {
            copy(part, key.expose());
            master.cipher().encrypt(part.get_mut(..key.kind().len()).unwrap_or_default());
            let check = key.check_value_by(CheckMethod::Zeros, CHECK)?;
            copy(part.get_mut(size..).unwrap_or_default(), check.as_bytes());
        }
        Ok(out)
    }
}

/// How long each key is, and how many there are.
const fn layout(octets: usize) -> Option<(usize, usize)> {
    match octets {
        24 => Some((8, 2)),
        36 => Some((8, 3)),
        40 => Some((16, 2)),
        MAX => Some((16, 3)),
        _ => None,
    }
}

/// One key under the master key, and its check value.
fn opened(master: &Key, part: &[u8], size: usize) -> Result<Key, CryptoError> {
    let (wrapped, check) = part.split_at_checked(size).ok_or(CryptoError::DataLength(part.len()))?;
    // a single-length key in the place of a double one: its second half is zeros, in the clear
    let is_single = size == 16 && wrapped.get(8..).is_some_and(|half| half == [0; 8]);
    let len = if is_single { 8 } else { size };
    let mut octets = Zeroizing::new([0; 16]);
    copy(octets.as_mut(), wrapped);
    let octets = octets.get_mut(..len).unwrap_or_default();
    master.cipher().decrypt(octets);
    let key = Key::des(octets)?;
    key.verify_check_value(CheckMethod::Zeros, check)?;
    Ok(key)
}

/// The kinds, no octet.
impl fmt::Debug for WorkingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pin, mac, track } = self;
        f.debug_struct("WorkingKeys").field("pin", pin).field("mac", mac).field("track", track).finish()
    }
}
