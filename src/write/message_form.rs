//! Messages of which the elements are known beforehand.

use core::fmt;

use crate::codec::fast::step::Step;
use crate::model::bitmap::Bitmap;
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::mti::Mti;
use crate::spec::Spec;
use crate::write::builder::Builder;
use crate::write::fast::form::{Form, Values};
use crate::write::value::{Source, Value};

/// A kind of message that is sent again and again with other values: MTI and elements, worked out once.
///
/// What it writes is what a [`Builder`] writes of the same values, octet for octet and error for error, in about
/// half the time. A form has a kilobyte and a half, uses no heap, and is shared by reference.
///
/// ```
/// use cardwire::{MessageForm, Mti, Value, de, spec::ISO87_ASCII};
///
/// let elements = [de::STAN, de::TRANSMISSION_TIME, de::NETWORK_CODE];
/// let sign_on = MessageForm::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &elements)?;
///
/// let mut buffer = [0; 128];
/// let wire = sign_on.write(
///     &[(de::STAN, Value::from(123_456)), (de::TRANSMISSION_TIME, "1123061759".into()), (de::NETWORK_CODE, "001".into())],
///     &mut buffer,
/// )?;
/// assert_eq!(wire, b"0800822000000000000004000000000000001123061759123456001");
/// # Ok::<(), cardwire::Error>(())
/// ```
///
/// Fastest are values that come in the order in which the elements were named; in another order they take a fifth more.
/// Values of other elements, and fewer or more of them are written all the same, as fast as by a builder; so are all
/// messages of a spec with octets before the MTI or a third bitmap, and of more than 64 elements.
#[derive(Clone)]
pub struct MessageForm<'s> {
    pub(crate) spec: &'s Spec<'s>,
    pub(crate) mti: Mti,
    elements: Bitmap,
    form: Option<Form<STEPS>>,
    /// By number, which of the values is that of the element.
    places: [u8; NUMBERS],
}

/// More elements than nearly any message has. One of more is written the ordinary way.
const STEPS: usize = 64;

/// Forms have no third bitmap.
const NUMBERS: usize = 129;

/// The place of a value that is not there.
const NOWHERE: u8 = u8::MAX;

impl<'s> MessageForm<'s> {
    /// The form of messages with these elements, in the order in which their values will be given.
    ///
    /// # Errors
    /// [`ErrorKind::Undefined`] for an element that the spec does not have.
    pub fn new(spec: &'s Spec<'s>, mti: Mti, elements: &[u8]) -> Result<Self> {
        let is_undefined = |number: &&u8| spec.element(**number).is_none();
        if let Some(number) = elements.iter().find(is_undefined) {
            return Err(Error::new(ErrorKind::Undefined, 0, 0, 0).at(Place::Element(*number)));
        }
        let (all, numbers) = (elements.iter().copied().collect(), elements.iter().copied());
        let form = Form::of(spec, mti, (all, 1), numbers.clone()).filter(|_| spec.header() == 0);
        let mut places = [NOWHERE; NUMBERS];
        for (number, place) in numbers.zip(0..) {
            places.get_mut(usize::from(number)).into_iter().for_each(|slot| *slot = place);
        }
        Ok(Self { spec, mti, elements: all, form, places })
    }

    /// The form filled in with values: a message that a connection sends as it does a [`Builder`].
    #[must_use]
    pub const fn fill<'f, V>(&'f self, values: &'f [(u8, V)]) -> FilledForm<'f, V> {
        FilledForm { form: self, values }
    }

    /// The value of an element, among those of a list.
    #[cfg(feature = "net")]
    pub(crate) fn value_of<'l, V>(&self, number: u8, values: &'l [(u8, V)]) -> Option<&'l V> {
        let is_it = |pair: &&(u8, V)| pair.0 == number;
        let place = self.places.get(usize::from(number)).map_or(0, |place| usize::from(*place));
        let usual = values.get(place).filter(is_it).filter(|_| values.len() == self.elements.len());
        // the last one counts, as with a builder
        usual.or_else(|| values.iter().rfind(is_it)).map(|(_, value)| value)
    }

    /// Writes a message of these values, each one that [`Builder::set`] takes: a list of one type, or of
    /// [`Value`]s.
    ///
    /// # Errors
    /// As [`Builder::write`].
    #[inline]
    pub fn write<'v, 'o, V>(&self, values: &[(u8, V)], out: &'o mut [u8]) -> Result<&'o [u8]>
    where
        V: Copy + Into<Value<'v>>,
    {
        match self.encode(values, out) {
            Some(len) => Ok(out.get(..len).unwrap_or_default()),
            None => self.write_ordinary(values, out),
        }
    }

    #[inline(always)]
    fn encode<'v, V>(&self, values: &[(u8, V)], out: &mut [u8]) -> Option<usize>
    where
        V: Copy + Into<Value<'v>>,
    {
        let form = self.form.as_ref().filter(|form| form.len() == values.len())?;
        let first = values.first().map_or(Some(&0), |(number, _)| self.places.get(usize::from(*number)));
        let encoded = if first == Some(&0) { form.encode(self.spec, values, out) } else { None };
        encoded.or_else(|| self.encode_unordered(values, out))
    }

    /// The same of values that are given in another order.
    #[inline(never)]
    fn encode_unordered<'v, V>(&self, values: &[(u8, V)], out: &mut [u8]) -> Option<usize>
    where
        V: Copy + Into<Value<'v>>,
    {
        let mut indices = [NOWHERE; STEPS];
        for ((number, _), index) in values.iter().zip(0..) {
            let place = *self.places.get(usize::from(*number))?;
            // of an element that is given twice, another one has no value
            *indices.get_mut(usize::from(place))? = index;
        }
        self.form.as_ref()?.encode(self.spec, &Unordered { values, indices }, out)
    }

    #[cold]
    #[inline(never)]
    fn write_ordinary<'v, 'o, V>(&self, values: &[(u8, V)], out: &'o mut [u8]) -> Result<&'o [u8]>
    where
        V: Copy + Into<Value<'v>>,
    {
        let mut builder = Builder::new(self.spec, self.mti);
        for (number, value) in values {
            let value: Value<'v> = (*value).into();
            builder.set(*number, value);
        }
        builder.write(out)
    }
}

/// A [`MessageForm`] with values: [`MessageForm::fill`] makes it.
pub struct FilledForm<'f, V> {
    pub(crate) form: &'f MessageForm<'f>,
    pub(crate) values: &'f [(u8, V)],
}

impl<'v, V: Copy + Into<Value<'v>>> FilledForm<'_, V> {
    /// Writes the message: [`MessageForm::write`].
    ///
    /// # Errors
    /// As [`Builder::write`].
    pub fn write<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8]> {
        self.form.write(self.values, out)
    }
}

/// Values in another order than the elements were named in.
struct Unordered<'l, V> {
    values: &'l [(u8, V)],
    /// Where in the list the value of each place is.
    indices: [u8; STEPS],
}

impl<'v, V: Copy + Into<Value<'v>>> Unordered<'_, V> {
    #[inline(always)]
    fn value(&self, step: &Step) -> Option<Source<'v>> {
        let index = self.indices.get(usize::from(step.place))?;
        self.values.get(usize::from(*index)).map(|(_, value)| (*value).into().0)
    }
}

impl<'v, V: Copy + Into<Value<'v>>> Values<'v> for Unordered<'_, V> {
    #[inline(always)]
    fn octets(&self, step: &Step) -> Option<&'v [u8]> {
        match self.value(step)? {
            Source::Octets(octets) => Some(octets),
            _ => None,
        }
    }

    #[inline(always)]
    fn source(&self, step: &Step) -> Option<Source<'v>> {
        self.value(step)
    }
}

/// MTI and elements.
impl<V> fmt::Debug for FilledForm<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.form, f)
    }
}

/// MTI and elements.
impl fmt::Debug for MessageForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageForm").field("mti", &self.mti).field("elements", &self.elements).finish()
    }
}
