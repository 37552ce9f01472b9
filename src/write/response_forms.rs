//! Responses to requests that are alike.

use core::fmt;

use crate::model::bitmap::Bitmap;
use crate::model::error::Result;
use crate::read::message::Message;
use crate::spec::Spec;
use crate::write::builder::Builder;
use crate::write::fast::learned::{Key, Learned};
use crate::write::fast::response::Response;
use crate::write::value::Value;

/// Responds to the requests of a link, and gets faster with those whose bitmap it has met before.
///
/// What it writes is what [`Builder::reply_to`] with [`Builder::echo`] and [`Builder::set`] writes, errors
/// included. Like a [`Parser`](crate::Parser), it holds up to `FORMS` forms, of about half a kilobyte each, in
/// itself, uses no heap, and is owned by its user. A form is made when the second request comes that has the
/// same MTI, the same elements, and the same elements given to its response.
///
/// ```
/// use cardwire::{Message, ResponseForms, de, spec::ISO87_ASCII};
///
/// let mut responses = ResponseForms::new(&ISO87_ASCII, &[de::TRANSMISSION_TIME, de::STAN, de::NETWORK_CODE]);
/// let wire = b"0800822000000000000004000000000000001123061759123456301";
/// let request = Message::parse(&ISO87_ASCII, wire)?;
///
/// let mut buffer = [0; 128];
/// let response = responses.write(&request, &[(de::RESPONSE_CODE, "00")], &mut buffer)?;
/// assert_eq!(response, b"081082200000020000000400000000000000112306175912345600301");
/// # Ok::<(), cardwire::Error>(())
/// ```
#[derive(Clone)]
pub struct ResponseForms<'s, const FORMS: usize = 16> {
    spec: &'s Spec<'s>,
    echoed: Bitmap,
    forms: Learned<Response, FORMS>,
}

impl<'s> ResponseForms<'s> {
    /// Room for sixteen forms, and the elements that are carried over from a request that has them.
    #[must_use]
    pub fn new(spec: &'s Spec<'s>, echoed: &[u8]) -> Self {
        Self::sized(spec, echoed)
    }
}

impl<'s, const FORMS: usize> ResponseForms<'s, FORMS> {
    /// The same with room for `FORMS` forms.
    #[must_use]
    pub fn sized(spec: &'s Spec<'s>, echoed: &[u8]) -> Self {
        Self::of(spec, echoed.iter().copied().collect())
    }

    pub(crate) const fn of(spec: &'s Spec<'s>, echoed: Bitmap) -> Self {
        Self { spec, echoed, forms: Learned::NOTHING }
    }

    /// What is carried over.
    #[cfg(feature = "net")]
    pub(crate) const fn echoed(&self) -> &Bitmap {
        &self.echoed
    }

    /// Writes the response to a request: what is echoed, and these values. An element that is given is not
    /// echoed. A request of another spec is responded to by its own.
    ///
    /// # Errors
    /// As [`Builder::write`].
    #[inline]
    pub fn write<'v, 'o, V>(
        &mut self,
        request: &Message<'_>,
        values: &[(u8, V)],
        out: &'o mut [u8],
    ) -> Result<&'o [u8]>
    where
        V: Copy + Into<Value<'v>>,
    {
        match self.encode(request, values, out) {
            Some(len) => Ok(out.get(..len).unwrap_or_default()),
            None => self.write_ordinary(request, values, out),
        }
    }

    #[inline(always)]
    fn encode<'v, V>(&mut self, request: &Message<'_>, values: &[(u8, V)], out: &mut [u8]) -> Option<usize>
    where
        V: Copy + Into<Value<'v>>,
    {
        let key = Key::of(request, values.iter().map(|(number, _)| *number));
        let form = self.forms.find(&key).filter(|_| core::ptr::eq(request.spec(), self.spec))?;
        form.encode(self.spec, request, values, out)
    }

    #[inline(never)]
    fn write_ordinary<'v, 'o, V>(
        &mut self,
        request: &Message<'_>,
        values: &[(u8, V)],
        out: &'o mut [u8],
    ) -> Result<&'o [u8]>
    where
        V: Copy + Into<Value<'v>>,
    {
        let mut builder = Builder::reply_to(request);
        builder.carry(request, self.echoed.merged(&request.bitmap(), |wanted, there| wanted & there));
        for (number, value) in values {
            let value: Value<'v> = (*value).into();
            builder.set(*number, value);
        }
        let written = builder.write(out)?;
        if core::ptr::eq(request.spec(), self.spec) && request.bitmap() == request.announced {
            let numbers = values.iter().map(|(number, _)| *number);
            let key = Key::of(request, numbers.clone());
            self.forms.meet(&key, || Response::of(request, self.echoed, numbers));
        }
        Ok(written)
    }
}

/// The elements of the requests that have a form, and nothing of any message.
impl<const FORMS: usize> fmt::Debug for ResponseForms<'_, FORMS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.forms.elements()).finish()
    }
}
