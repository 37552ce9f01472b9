//! The elements of a message, one after the other.

use crate::layout::walk::Steps;
use crate::model::bitmap::Iter;
use crate::read::field::Field;
use crate::read::message::Message;
use crate::read::reader::Reader;

/// Elements in ascending order: each starts where that is remembered, or else where the one before it ends.
#[derive(Clone)]
struct Fields<'m, 'a> {
    message: &'m Message<'a>,
    numbers: Iter,
    /// The rank of the next one, and that of none.
    rank: usize,
    count: usize,
    /// Where the one before it ended, if that is known.
    end: Option<usize>,
}

impl<'a> Iterator for Fields<'_, 'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let start = self.message.starts.get(self.rank);
        let number = self.step()?;
        match start {
            Some(start) => self.message.field(number, start),
            None => self.far_field(number),
        }
    }

    /// In the caller's code, where most of a field is never made. Where elements end is noted from the first
    /// one on whose start is not remembered: it takes time.
    #[inline]
    fn fold<B, F: FnMut(B, Field<'a>) -> B>(mut self, first: B, mut add: F) -> B {
        let mut sum = first;
        while let Some(start) = self.message.starts.get(self.rank)
            && let Some(number) = self.step()
        {
            let Some(field) = self.message.field(number, start) else { return sum };
            sum = add(sum, field);
        }
        let mut next = self.step();
        let Some(mut start) = next.and_then(|_| self.end_before()) else { return sum };
        while let Some(number) = next {
            let Some(field) = self.message.field(number, start) else { return sum };
            start = field.range().end;
            sum = add(sum, field);
            next = self.step();
        }
        sum
    }
}

impl<'a> Fields<'_, 'a> {
    /// The number of the next one.
    #[inline(always)]
    fn step(&mut self) -> Option<u8> {
        if self.rank >= self.count {
            return None;
        }
        self.rank += 1;
        self.numbers.next()
    }

    /// The one of the last step, whose start is not remembered.
    #[inline(never)]
    fn far_field(&mut self, number: u8) -> Option<Field<'a>> {
        let field = self.message.field(number, self.end_before()?)?;
        self.end = Some(field.range().end);
        Some(field)
    }

    /// Where the one before the last step ended.
    #[inline(always)]
    fn end_before(&self) -> Option<usize> {
        self.end.or_else(|| self.near_end())
    }

    /// The same of one whose start is remembered.
    #[inline(never)]
    fn near_end(&self) -> Option<usize> {
        let (message, before) = (self.message, self.rank.checked_sub(2)?);
        let field = message.field(message.announced.nth(before)?, message.starts.get(before)?)?;
        Some(field.range().end)
    }
}

impl<'a> Message<'a> {
    /// The elements in ascending order.
    #[inline]
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + Clone + use<'a, '_> {
        // where a bitmap stands between the elements, not every one starts where that before it ends
        let apart = self.bitmaps == 3 && self.spec.bitmap().has_third_among_values();
        let (in_a_row, walked) = match self.starts.get(0).filter(|_| !apart) {
            Some(_) => (self.count, 0),
            None => (0, self.count),
        };
        let (numbers, count) = (self.announced.iter(), in_a_row.into());
        let fields = Fields { message: self, numbers, rank: 0, count, end: None };
        fields.chain(self.walked(walked))
    }

    /// The first `count` elements, walked to anew.
    fn walked(&self, count: u8) -> impl Iterator<Item = Field<'a>> + Clone + use<'a> {
        let mut steps = Steps::new(self.spec.body());
        let mut reader = Reader::new(self.octets(), self.spec.header() + self.spec.mti().len());
        let spec = self.spec;
        // what is walked was checked before: no error comes, and one would end the iteration
        let walk = move || {
            let (key, element) = steps.next(&mut reader, |error, _| error).ok()??;
            Some(Field { spec: Some(spec), ..reader.field(key, element).ok()? })
        };
        core::iter::from_fn(walk).take(usize::from(count))
    }
}
