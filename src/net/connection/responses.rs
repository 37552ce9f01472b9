//! The forms of the responses of a connection: a set of them for each list of elements that is echoed.

use std::boxed::Box;
use std::vec::Vec;

use crate::model::bitmap::Bitmap;
use crate::spec::Spec;
use crate::write::response_forms::ResponseForms;

/// Made when the first response is.
#[derive(Default)]
pub(crate) struct Responses(Vec<Box<ResponseForms<'static>>>);

/// More lists than a handler has. Responses of one more are written the ordinary way.
const LISTS: usize = 4;

impl Responses {
    /// The forms of the responses that carry over these elements.
    pub(crate) fn with(
        &mut self,
        spec: &'static Spec<'static>,
        echoed: &Bitmap,
    ) -> Option<&mut ResponseForms<'static>> {
        let found = self.0.iter().position(|forms| forms.echoed() == echoed);
        if found.is_none() && self.0.len() < LISTS {
            self.0.push(Box::new(ResponseForms::of(spec, *echoed)));
            return self.0.last_mut().map(Box::as_mut);
        }
        self.0.get_mut(found?).map(Box::as_mut)
    }
}
