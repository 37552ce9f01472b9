//! What the steps of a party leave until they are released: a page of events, and the messages that may leave when the
//! page is durable.

use super::event::Event;
use crate::clock::Stamp;
use crate::wire::WireError;

/// Room for a message with its frame.
const ROOM: usize = 1_100;

/// A connection of a party. 0 is the one that it opens itself.
pub type Line = u32;

/// The page that is being filled.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Events, one after the other.
    pub events: Vec<u8>,
    /// Frames, by line.
    pub frames: Vec<(Line, Vec<u8>)>,
    /// How many messages these are.
    pub messages: u64,
    last: Stamp,
}

impl Page {
    /// Appends an event.
    pub fn note(&mut self, event: &Event<'_>) {
        event.write(&mut self.last, &mut self.events);
    }

    /// Appends a message, which `write` writes into the room that it is given, behind a length and this header. Gives
    /// the message without them.
    ///
    /// # Errors
    /// What `write` says; nothing is appended then.
    pub fn send(
        &mut self,
        line: Line,
        header: &[u8],
        write: impl FnOnce(&mut [u8]) -> Result<usize, WireError>,
    ) -> Result<&[u8], WireError> {
        let place = self.frames.iter().position(|(known, _)| *known == line).unwrap_or_else(|| {
            self.frames.push((line, Vec::new()));
            self.frames.len() - 1
        });
        let Some((_, frames)) = self.frames.get_mut(place) else { return Ok(&[]) };
        let start = frames.len();
        let body = start + 2 + header.len();
        frames.resize(body + ROOM, 0);
        let written = match write(frames.get_mut(body..).unwrap_or_default()) {
            Ok(written) => written,
            Err(error) => {
                frames.truncate(start);
                return Err(error);
            }
        };
        frames.truncate(body + written);
        let length = u16::try_from(header.len() + written).unwrap_or_default().to_be_bytes();
        frames
            .get_mut(start..)
            .into_iter()
            .flatten()
            .zip(length.iter().chain(header))
            .for_each(|(place, octet)| *place = *octet);
        self.messages += 1;
        Ok(frames.get(body..).unwrap_or_default())
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.frames.iter().all(|(_, frames)| frames.is_empty())
    }

    /// Leaves it empty, with the room that it has.
    pub fn clear(&mut self) {
        self.events.clear();
        // Lines come and go.
        self.frames.retain(|(_, frames)| !frames.is_empty());
        self.frames.iter_mut().for_each(|(_, frames)| frames.clear());
        (self.messages, self.last) = (0, Stamp(0));
    }
}
