//! Messages of which the elements are known beforehand.

use core::fmt;

use crate::model::bitmap::Bitmap;
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::mti::Mti;
use crate::spec::Spec;
use crate::write::builder::Builder;
use crate::write::fast::form::Form;
use crate::write::value::Value;

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
/// Fast are values that come in the order in which the elements were named. Values in another order, of other
/// elements, and fewer or more of them are written all the same, as fast as by a builder; so are all messages of a spec with
/// octets before the MTI or a third bitmap, and of more than 64 elements.
#[derive(Clone)]
pub struct MessageForm<'s> {
    spec: &'s Spec<'s>,
    mti: Mti,
    elements: Bitmap,
    form: Option<Form<STEPS>>,
}

/// More elements than nearly any message has. One of more is written the ordinary way.
const STEPS: usize = 64;

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
        let form = Form::of(spec, mti, (all, 1), numbers).filter(|_| spec.header() == 0);
        Ok(Self { spec, mti, elements: all, form })
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
        form.encode(self.spec, values, out).or_else(|| self.encode_unordered(values, out))
    }

    /// The same of values that are given in another order.
    #[cold]
    #[inline(never)]
    fn encode_unordered<'v, V>(&self, values: &[(u8, V)], out: &mut [u8]) -> Option<usize>
    where
        V: Copy + Into<Value<'v>>,
    {
        let form = self.form.clone()?.placed(&self.elements, values.iter().map(|(number, _)| *number))?;
        form.encode(self.spec, values, out)
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

/// MTI and elements.
impl fmt::Debug for MessageForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageForm").field("mti", &self.mti).field("elements", &self.elements).finish()
    }
}
