//! What has come in from one party, cut into frames.

use super::relay::Direction;

/// Octets of one party, of which some may have passed already.
#[derive(Default)]
pub(super) struct Frames {
    octets: Vec<u8>,
    /// How many of them have passed.
    passed: usize,
    /// Whether no frame can be found any more.
    is_lost: bool,
}

impl Frames {
    /// Where so many octets more can be put.
    pub(super) fn room(&mut self, size: usize) -> &mut Vec<u8> {
        self.octets.reserve(size);
        &mut self.octets
    }

    /// Whether octets wait for the rest of their frame.
    pub(super) fn has_part(&self) -> bool {
        self.octets.len() > self.passed
    }

    /// Whether the first frame, which is not whole, has passed in part, so that no rule can touch it any more.
    pub(super) fn has_begun_to_pass(&self) -> bool {
        self.passed > 0
    }

    /// What has not passed, which passes now.
    pub(super) fn pass(&mut self) -> &[u8] {
        let from = std::mem::replace(&mut self.passed, self.octets.len());
        self.octets.get(from..).unwrap_or_default()
    }

    /// Deals with every whole frame.
    pub(super) async fn take_all(&mut self, direction: &mut Direction) -> Result<(), String> {
        let framing = direction.link.shared.framing;
        let mut at = 0;
        while !self.is_lost {
            let rest = self.octets.get(at..).unwrap_or_default();
            match framing.split(rest) {
                Ok(Some(frame)) => {
                    let whole = rest.get(..frame.consumed).unwrap_or_default();
                    let has_passed = self.passed.saturating_sub(at).min(whole.len());
                    direction.deal(&frame, whole, has_passed).await?;
                    at += frame.consumed.max(1);
                }
                Ok(None) => break,
                Err(error) => {
                    self.is_lost = true;
                    let from = direction.from.name();
                    direction.link.remark(format_args!(
                        "what the {from} says is in no frame ({error}); from here on it passes as it is"
                    ));
                }
            }
        }
        self.octets.drain(..at.min(self.octets.len()));
        self.passed = self.passed.saturating_sub(at);
        if self.is_lost {
            direction.pass(self.pass());
            self.octets.clear();
            self.passed = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_pass_once() {
        let mut frames = Frames::default();
        assert!(!frames.has_part() && !frames.has_begun_to_pass());
        frames.room(4).extend(b"abc");
        assert!(frames.room(4).capacity() >= 7);
        assert!(frames.has_part() && !frames.has_begun_to_pass());
        assert_eq!(frames.pass(), b"abc");
        assert!(!frames.has_part() && frames.has_begun_to_pass());
        assert_eq!(frames.pass(), b"");
        frames.room(1).push(b'd');
        assert!(frames.has_part() && frames.has_begun_to_pass());
        assert_eq!(frames.pass(), b"d");
    }
}
