//! Building messages: values in any order, written in the only order there is.

use core::fmt;

use crate::model::bitmap::{Bitmap, MAX_ELEMENTS};
use crate::model::error::{Error, ErrorKind, Note, Place, widen};
use crate::model::mti::Mti;
use crate::read::message::Message;
use crate::spec::Spec;
use crate::write::value::{Source, Value};

/// A message under construction: borrowed values, any order, no heap.
///
/// ```
/// use cardwire::{Builder, Mti, de, spec::ISO87_ASCII};
///
/// let mut buffer = [0; 128];
/// let wire = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST)
///     .set(de::NETWORK_CODE, "301")
///     .set(de::STAN, 123_456)
///     .set(de::TRANSMISSION_TIME, "1123061759")
///     .write(&mut buffer)?;
/// assert_eq!(wire, b"0800822000000000000004000000000000001123061759123456301");
/// # Ok::<(), cardwire::Error>(())
/// ```
#[derive(Clone)]
pub struct Builder<'v> {
    pub(crate) spec: &'v Spec<'v>,
    pub(crate) mti: Mti,
    pub(crate) header: &'v [u8],
    /// At least so many bitmaps are written, empty or not.
    pub(crate) bitmaps: u8,
    pub(crate) present: Bitmap,
    /// A message, and those of the elements that are carried over from it.
    pub(crate) origin: Option<&'v Message<'v>>,
    pub(crate) echoed: Bitmap,
    /// The values of all others.
    pub(crate) sources: Sources<'v>,
    pub(crate) problem: Option<Error>,
}

impl<'v> Builder<'v> {
    /// An empty message.
    #[must_use]
    pub fn new(spec: &'v Spec<'v>, mti: Mti) -> Self {
        Self::made(spec, mti, &[], 1, None, None)
    }

    /// FromParsed at once, where the caller wants it: to change what was made would copy it.
    #[inline(always)]
    fn made(
        spec: &'v Spec<'v>,
        mti: Mti,
        header: &'v [u8],
        bitmaps: u8,
        origin: Option<&'v Message<'v>>,
        problem: Option<Error>,
    ) -> Self {
        let echoed = origin.map_or(Bitmap::EMPTY, Message::bitmap);
        Self {
            spec,
            mti,
            header,
            bitmaps,
            present: echoed,
            origin,
            echoed,
            sources: Sources::none(),
            problem,
        }
    }

    /// A copy of a message, to be changed or to be written in the dialect of another spec. Written
    /// with the message's own spec and unchanged, it gives the same octets.
    ///
    /// Header and empty bitmaps are carried over where the other spec has the like.
    #[must_use]
    pub fn copy_of(message: &'v Message<'v>, spec: &'v Spec<'v>) -> Self {
        let header = if spec.header() == message.header().len() { message.header() } else { &[] };
        let bitmaps = if spec.bitmap() == message.spec().bitmap() { message.bitmap_count() } else { 1 };
        Self::made(spec, message.mti(), header, bitmaps, Some(message), None)
    }

    /// The response to a message: its response MTI, its header, and no element yet. Say with
    /// [`Builder::echo`] what is carried over. An MTI without a response is an error when the
    /// response is written.
    #[must_use]
    pub fn reply_to(message: &'v Message<'v>) -> Self {
        let response = message.mti().response();
        let problem = match response {
            Some(_) => None,
            None => Some(Error::new(ErrorKind::Form, 0, 0, 0).noted(Note::NoCounterpart).at(Place::Mti)),
        };
        let mti = response.unwrap_or(message.mti());
        Self::made(message.spec(), mti, message.header(), 1, None, problem)
    }

    /// The octets before the MTI, for a spec that has some.
    pub fn header(&mut self, header: &'v [u8]) -> &mut Self {
        self.header = header;
        self
    }

    /// Writes at least so many bitmaps, 1 to 3, though the last of them announce nothing: what
    /// [`Message::bitmap_count`] says of a message that was received so.
    pub fn min_bitmaps(&mut self, min: u8) -> &mut Self {
        self.bitmaps = min;
        self
    }

    /// Changes the MTI.
    pub fn mti(&mut self, mti: Mti) -> &mut Self {
        self.mti = mti;
        self
    }

    /// Sets an element, or sets it anew.
    ///
    /// | value | becomes |
    /// | --- | --- |
    /// | `&str`, `&String` | the characters; filled as the row says when they are too few |
    /// | a number | its digits; zeros before them when they are too few |
    /// | `&[u8]`, `&[u8; N]`, `&Vec<u8>` | binary octets, or the characters of text |
    /// | `&[(tag, value); N]`, `&Vec<(tag, value)>`, slices of these | the parts of a composite: [`PartList`](crate::write::PartList) |
    /// | `&Field`, `&Exposed`, `&Text` | a value of another message, in whatever dialect that was |
    ///
    /// Too few are fewer than the length of a fixed element, or than the maximum of one of full size: the
    /// numbers of EMV (see [`Value::as_read`]). Octets that are too few are refused, and an empty value
    /// never becomes zeros. A value that could not be read back as what was given is refused:
    /// [`ErrorKind::DigitCount`].
    ///
    /// A tag is a number, or text as in a path. Values of mixed types become a [`Value`] each:
    ///
    /// ```
    /// use cardwire::{Builder, Mti, Value, de, spec::ISO87_BCD};
    ///
    /// let mut parts: Vec<(u32, Value<'_>)> = vec![(0x9F36, Value::from(&[0x00, 0x1C]))];
    /// parts.push((0x8A, "00".into()));
    /// parts.push((0x9A, 261_123.into()));
    /// let wire = Builder::new(&ISO87_BCD, Mti::AUTHORIZATION_REQUEST).set(de::ICC, &parts).to_vec()?;
    /// # assert_eq!(wire.len(), 26);
    /// # Ok::<(), cardwire::Error>(())
    /// ```
    pub fn set(&mut self, number: u8, value: impl Into<Value<'v>>) -> &mut Self {
        self.put(number, value.into().0);
        self
    }

    /// Carries elements of a message over; those it does not have are left out.
    pub fn echo(&mut self, message: &'v Message<'v>, numbers: &[u8]) -> &mut Self {
        let wanted: Bitmap = numbers.iter().copied().collect();
        self.carry(message, wanted.merged(&message.bitmap(), |wanted, there| wanted & there));
        self
    }

    /// Takes an element out again.
    pub fn remove(&mut self, number: u8) -> &mut Self {
        self.present.remove(number);
        self.echoed.remove(number);
        self.sources.forget(number);
        self
    }

    /// Whether an element is set.
    #[must_use]
    pub fn has(&self, number: u8) -> bool {
        self.present.contains(number)
    }

    #[inline(always)]
    fn put(&mut self, number: u8, source: Source<'v>) {
        match self.sources.slot(number) {
            Some(slot) => *slot = source,
            None => self.problem = Some(Error::new(ErrorKind::Undefined, 0, 0, 0).at(Place::Element(number))),
        }
        self.present.insert(number);
        if self.origin.is_some() {
            self.echoed.remove(number);
        }
    }

    /// Carries elements over that the message has.
    #[inline]
    pub(crate) fn carry(&mut self, message: &'v Message<'v>, numbers: Bitmap) {
        let origin = *self.origin.get_or_insert(message);
        if core::ptr::eq(origin, message) {
            // an element has a value, or is carried over
            if !self.present.is_empty() {
                let replaced = self.present.merged(&numbers, |old, new| old & new);
                replaced.iter().for_each(|number| self.sources.forget(number));
            }
            self.present = self.present.merged(&numbers, |old, new| old | new);
            self.echoed = self.echoed.merged(&numbers, |old, new| old | new);
        } else {
            numbers.iter().for_each(|number| self.put(number, Source::Echo(message)));
        }
    }

    /// The value of an element.
    pub(crate) fn source(&self, number: u8) -> Source<'v> {
        match self.origin {
            Some(message) if self.echoed.contains(number) => Source::Echo(message),
            _ => self.sources.get(number).copied().unwrap_or(Source::None),
        }
    }
}

/// Values by bitmap and bit, in banks that take no time until something is put into them.
#[derive(Clone)]
pub(crate) struct Sources<'v>([Banks<'v>; MAX_ELEMENTS / 64]);

/// The values of a bitmap.
pub(crate) type Banks<'v> = [Option<[Source<'v>; BANK]>; 64 / BANK];

const BANK: usize = 16;

impl<'v> Sources<'v> {
    #[inline]
    fn none() -> Self {
        Self(core::array::from_fn(|_| [None; 64 / BANK]))
    }

    /// The values of each bitmap.
    #[inline(always)]
    pub(crate) fn banks(&self) -> &[Banks<'v>; MAX_ELEMENTS / 64] {
        &self.0
    }

    #[inline]
    fn get(&self, number: u8) -> Option<&Source<'v>> {
        let place = usize::from(number.wrapping_sub(1));
        self.0.as_flattened().get(place / BANK)?.as_ref()?.get(place % BANK)
    }

    /// Without the value: an element that is carried over has none.
    fn forget(&mut self, number: u8) {
        if let Some(slot) = self.slot(number) {
            *slot = Source::None;
        }
    }

    #[inline(always)]
    fn slot(&mut self, number: u8) -> Option<&mut Source<'v>> {
        let place = usize::from(number.wrapping_sub(1));
        let bank = self.0.as_flattened_mut().get_mut(place / BANK)?;
        bank.get_or_insert([Source::None; BANK]).get_mut(place % BANK)
    }
}

/// The value at a bit of a word.
#[inline(always)]
pub(crate) fn value<'b, 'v>(banks: &'b Banks<'v>, bit: u32) -> Option<&'b Source<'v>> {
    let place = widen(bit) % 64;
    banks.get(place / BANK)?.as_ref()?.get(place % BANK)
}

/// MTI and the numbers that are set; no values.
impl fmt::Debug for Builder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("mti", &self.mti).field("set", &self.present).finish()
    }
}
