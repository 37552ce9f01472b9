//! What can be done to a message on its way, so that others are tested against it.

use serde::Deserialize;

/// How a message is damaged.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Damage {
    /// The message lacks its end; the frame is right.
    Cut,
    /// Octets that mean nothing; the frame is right.
    Garbage,
    /// The request comes back as it was.
    Mirror,
    /// The frame announces more than it holds.
    Frame,
}

impl Damage {
    /// The octets of the message that take its place.
    pub(super) fn done_to(self, mut payload: Vec<u8>, request: &[u8]) -> Vec<u8> {
        match self {
            Self::Frame => {}
            Self::Cut => payload.truncate(payload.len() * 2 / 3),
            Self::Garbage => {
                let mut state = 0x2545_F491u32;
                payload.iter_mut().for_each(|octet| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *octet = state.to_be_bytes()[0];
                });
            }
            Self::Mirror => return request.to_vec(),
        }
        payload
    }

    /// What is left of its frame.
    pub(super) fn done_to_frame(self, frame: &[u8]) -> &[u8] {
        match self {
            Self::Frame => frame.get(..frame.len() / 2).unwrap_or_default(),
            _ => frame,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_damage_leaves_what_it_says() {
        let payload = b"0200ABCDE".to_vec();
        assert_eq!(Damage::Cut.done_to(payload.clone(), b"request"), b"0200AB");
        assert_eq!(Damage::Mirror.done_to(payload.clone(), b"request"), b"request");
        assert_eq!(Damage::Frame.done_to(payload.clone(), b"request"), payload);
        let garbage = Damage::Garbage.done_to(payload.clone(), b"request");
        assert_eq!(garbage.len(), payload.len());
        assert!(garbage.iter().zip(&payload).filter(|(one, other)| one != other).count() > 4, "{garbage:?}");
        for damage in [Damage::Cut, Damage::Mirror, Damage::Garbage] {
            assert_eq!(damage.done_to_frame(b"12345"), b"12345");
        }
        assert_eq!(Damage::Frame.done_to_frame(b"12345"), b"12");
    }
}
