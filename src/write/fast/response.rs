//! Responses, encoded at once.
//!
//! What is echoed lies in the request as it will lie in the response: neighbours are copied together. Between them
//! stand the values that are given.

use crate::model::bitmap::Bitmap;
use crate::read::message::Message;
use crate::spec::Spec;
use crate::write::fast::form::{Form, Values, put_all, put_source};
use crate::write::value::Source;

/// The response to requests of one MTI and one bitmap.
#[derive(Clone)]
pub(crate) struct Response {
    form: Form<STEPS>,
    pieces: [Piece; PIECES],
    count: u8,
}

/// More values than nearly any response is given, and more pieces. One of more is written the ordinary way.
const STEPS: usize = 16;
const PIECES: usize = 32;

/// Values that are given, and what is echoed after them.
#[derive(Clone, Copy)]
struct Piece {
    /// How many of the steps come up to here.
    steps: u8,
    /// The ranks, in the request, of the elements that are copied as they lie, the last one not included.
    first: u8,
    after: u8,
    /// An element that has more than one encoding, or 0.
    rewritten: u8,
}

impl Piece {
    const NONE: Self = Self { steps: 0, first: 0, after: 0, rewritten: 0 };

    const fn is_any(self) -> bool {
        self.after > self.first || self.rewritten > 0
    }
}

impl Response {
    /// The response to requests such as this one, if it fits.
    pub(crate) fn of(
        request: &Message<'_>,
        echoed: Bitmap,
        numbers: impl Iterator<Item = u8> + Clone,
    ) -> Option<Self> {
        let (spec, given) = (request.spec(), numbers.clone().collect::<Bitmap>());
        let echoed = echoed.merged(&request.announced, |wanted, there| wanted & there);
        let echoed = echoed.merged(&given, |echoed, given| echoed & !given);
        let all = echoed.merged(&given, |echoed, given| echoed | given);
        let form = Form::of(spec, request.mti().response()?, (all, 1), numbers)?;
        let canonical = Bitmap::from_words(spec.canonical());
        let mut response = Self { form, pieces: [Piece::NONE; PIECES], count: 0 };
        let (mut piece, mut steps) = (Piece::NONE, 0);
        for number in all.iter() {
            if !echoed.contains(number) {
                steps += 1;
                continue;
            }
            let rank = u8::try_from(request.announced.rank_of(number)?).ok()?;
            let is_copied = canonical.contains(number);
            let follows = steps == piece.steps && piece.after == rank && piece.after > piece.first;
            if follows && is_copied {
                piece.after += 1;
                continue;
            }
            if piece.is_any() {
                response.push(piece)?;
            }
            piece = match is_copied {
                true => Piece { steps, first: rank, after: rank + 1, rewritten: 0 },
                false => Piece { steps, first: 0, after: 0, rewritten: number },
            };
        }
        if piece.is_any() {
            response.push(piece)?;
        }
        if steps > piece.steps {
            response.push(Piece { steps, ..Piece::NONE })?;
        }
        Some(response)
    }

    fn push(&mut self, piece: Piece) -> Option<()> {
        *self.pieces.get_mut(usize::from(self.count))? = piece;
        self.count += 1;
        Some(())
    }

    /// Encodes the response to a request, if it is certainly valid and fits; returns its length.
    #[inline(always)]
    pub(crate) fn encode<'v>(
        &self,
        spec: &Spec<'_>,
        request: &Message<'_>,
        values: &(impl Values<'v> + ?Sized),
        out: &mut [u8],
    ) -> Option<usize> {
        let (room, mut digits, mut step) = (out.len(), self.form.digits(), 0);
        let mut rest = if spec.header() == 0 { out } else { put_all(request.header(), out)? };
        rest = self.form.put_head(rest)?;
        for piece in self.pieces.get(..usize::from(self.count))? {
            if piece.steps > step {
                rest = self.form.put_some(spec, step..piece.steps, values, (rest, &mut digits))?;
                step = piece.steps;
            }
            if piece.after > piece.first {
                rest = put_all(request.between(piece.first.into(), piece.after.into())?, rest)?;
            } else if piece.rewritten > 0 {
                rest = put_source(spec, piece.rewritten, &Source::Echo(request), rest)?;
            }
        }
        digits.are_valid().then_some(room - rest.len())
    }
}
