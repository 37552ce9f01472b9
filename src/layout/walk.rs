//! The walk: the order of things on the wire, stated once.
//!
//! Reading, writing and measuring are [`Pass`]es. None of them knows what comes next; they are told
//! by [`Steps`], which knows nothing else. So they cannot disagree about order.
//!
//! ```text
//!   message  = header? MTI layout
//!   layout   = bitmap(s) then the elements they announce, ascending
//!            | parts one after the other
//!            | (tag part)*  or  (length tag part)*
//!   element  = prefix? value            a value may hold a layout
//! ```

use crate::codec::bitmap::Announced;
use crate::codec::{BitmapForm, Tag};
use crate::layout::{Element, Layout, LengthFirst, Order};
use crate::model::bitmap::Iter;
use crate::model::error::{Error, ErrorKind, Key, Result};

/// What the walk asks of a reader or a writer.
pub(crate) trait Pass<'s> {
    /// Whether anything is left to read or write, asked before each part of a list of positions.
    fn more(&self) -> bool;
    /// Reads or writes the bitmaps at the start.
    fn bitmap(&mut self, form: BitmapForm) -> Result<Announced>;
    /// Reads or writes a third bitmap that stands among the values.
    fn third_bitmap(&mut self, form: BitmapForm) -> Result<u64>;
    /// Reads or writes the next tag and the length that leads it, if any; `None` at the end.
    fn tag(&mut self, tag: Tag, length_first: Option<LengthFirst>) -> Result<Option<u32>>;
    /// Reads or writes one element.
    fn element(&mut self, key: Key, element: &'s Element<'s>) -> Result<()>;
    /// The offset of what comes next.
    fn offset(&self) -> usize;
}

/// Walks a layout to its end.
///
/// `locate` names the place of an error: the part of a composite, or the element of a message.
#[inline]
pub(crate) fn walk<'s>(
    layout: &'s Layout<'s>,
    pass: &mut impl Pass<'s>,
    locate: impl Fn(Error, Key) -> Error + Copy,
) -> Result<()> {
    let mut steps = Steps::new(layout);
    while let Some((key, element)) = steps.next(pass, locate)? {
        pass.element(key, element).map_err(|error| locate(error, key))?;
    }
    Ok(())
}

/// Which element comes next; the external form of [`walk`], for iterators.
#[derive(Clone)]
pub(crate) struct Steps<'s> {
    layout: &'s Layout<'s>,
    state: State,
}

#[derive(Clone)]
enum State {
    Start,
    Numbers { rest: Iter, third_pending: bool },
    Position(u32),
    Done,
}

impl<'s> Steps<'s> {
    pub(crate) fn new(layout: &'s Layout<'s>) -> Self {
        Self { layout, state: State::Start }
    }

    /// The next element and its key; `None` at the end.
    #[inline]
    pub(crate) fn next(
        &mut self,
        pass: &mut impl Pass<'s>,
        locate: impl Fn(Error, Key) -> Error,
    ) -> Result<Option<(Key, &'s Element<'s>)>> {
        let value = match self.layout.order {
            Order::Bitmap(form) => self.next_number(pass, form)?.map(u32::from),
            Order::Positions { required } => self.next_position(pass, u32::from(required)),
            Order::Tags { tag, length_first, .. } => pass.tag(tag, length_first)?,
        };
        let Some(value) = value else {
            self.state = State::Done;
            return Ok(None);
        };
        let key = self.layout.key(value);
        match self.layout.element(value) {
            Some(element) => Ok(Some((key, element))),
            None => Err(locate(Error::new(ErrorKind::Undefined, pass.offset(), 0, 0), key)),
        }
    }

    #[inline]
    fn next_number(&mut self, pass: &mut impl Pass<'s>, form: BitmapForm) -> Result<Option<u8>> {
        if let State::Start = self.state {
            let announced = pass.bitmap(form)?;
            let third_pending = announced.third_pending;
            self.state = State::Numbers { rest: announced.elements.iter(), third_pending };
        }
        let State::Numbers { rest, third_pending } = &mut self.state else { return Ok(None) };
        if *third_pending && rest.peek().is_none_or(|number| number > THIRD_BITMAP) {
            *third_pending = false;
            let word = pass.third_bitmap(form)?;
            rest.add_third(word);
        }
        Ok(rest.next())
    }

    /// The next position; the end comes when nothing is left, or after the last one defined.
    fn next_position(&mut self, pass: &impl Pass<'s>, required: u32) -> Option<u32> {
        let position = match self.state {
            State::Start => 1,
            State::Position(before) => before + 1,
            _ => return None,
        };
        let defined = self.layout.element(position).is_some();
        if !defined || (position > required && !pass.more()) {
            return None;
        }
        self.state = State::Position(position);
        Some(position)
    }
}

/// The number of the element that can hold a third bitmap.
const THIRD_BITMAP: u8 = 65;
