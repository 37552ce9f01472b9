//! What stands around a message: a framing, a station header, or bytes nobody named.

use core::fmt;

use crate::frame::{Framing, Station};
use crate::model::lang::{English, Lang, Tell, Told, Tongue, say};

/// A framing, and the header between it and the message.
///
/// `Display` is in words: `framing binary2, 5 bytes of header (TPDU)`. For the name that
/// [`Framing::by_name`] reads, ask [`framing`](Self::framing) for its [`notation`](Framing::notation).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Envelope {
    framing: Framing,
}

impl Envelope {
    pub(super) const fn new(framing: Framing) -> Self {
        Self { framing }
    }

    /// The framing, with its header; [`Framing::NONE`] where nothing tells where a message ends.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Bytes between the frame's length and the message, apart from a header that the spec itself
    /// has.
    #[must_use]
    pub const fn header(&self) -> usize {
        self.framing.header().size()
    }

    /// Whether nothing stands around the message.
    #[must_use]
    pub const fn is_bare(&self) -> bool {
        !self.framing.is_delimited() && self.header() == 0
    }

    /// The first message within an input.
    #[must_use]
    pub fn open<'m>(&self, input: &'m [u8]) -> Option<&'m [u8]> {
        let mut rest = input;
        loop {
            let frame = self.framing.split_last(rest).ok()??;
            if !frame.is_poll() {
                return Some(frame.payload);
            }
            rest = rest.get(frame.consumed.max(1)..)?;
        }
    }

    /// The name of the header, if its content is that of one that has a name.
    #[must_use]
    pub const fn header_name(&self) -> Option<&'static str> {
        match self.framing.header() {
            Station::Tpdu => Some("TPDU"),
            Station::UnionPay => Some("UnionPay"),
            Station::Base1 => Some("BASE I"),
            Station::Cups => Some("CUPS"),
            Station::Base24 => Some("BASE24"),
            Station::None | Station::Bytes(_) => None,
        }
    }

    /// How much is assumed.
    pub(super) fn complexity(&self) -> u8 {
        let header = match (self.header(), self.header_name()) {
            (0, _) => 0,
            (_, Some(_)) => 2,
            (_, None) => 4,
        };
        header + u8::from(self.framing.is_delimited())
    }
}

impl Envelope {
    /// What stands around the message, in a language.
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> impl fmt::Display {
        Told(self, lang)
    }
}

impl fmt::Display for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl Tell for Envelope {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = self.framing.with_header(Station::None);
        match (bare.is_delimited(), bare.notation()) {
            (false, _) => say!(L, f, "no framing", "无帧格式")?,
            (true, Some(name)) => say!(L, f, "framing {name}", "帧格式{name}")?,
            (true, None) => say!(L, f, "a framing without a name", "未命名的帧格式")?,
        }
        match (self.header(), self.header_name()) {
            (0, _) => Ok(()),
            (size, Some(name)) => {
                say!(L, f, ", {size} bytes of header ({name})", "，{size}字节报文头（{name}）")
            }
            (size, None) => say!(L, f, ", {size} bytes of header", "，{size}字节报文头"),
        }
    }
}
