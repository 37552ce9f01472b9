//! Messages for fuzzers.

use ::arbitrary::{Arbitrary, Result, Unstructured};

use super::choices::Choices;
use crate::model::bitmap::Bitmap;
use crate::model::mti::Mti;

/// Whatever the fuzzer's input says.
impl<'a> Arbitrary<'a> for Choices {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { message: input.arbitrary()?, elements: input.arbitrary()? })
    }
}

/// Any four digits.
impl<'a> Arbitrary<'a> for Mti {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let number = input.int_in_range(0..=9_999)?;
        Ok(Self::from_number(number).unwrap_or(Self::NETWORK_REQUEST))
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (2, Some(2))
    }
}

/// Any element numbers.
impl<'a> Arbitrary<'a> for Bitmap {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        input.arbitrary_iter::<u8>()?.collect()
    }
}
