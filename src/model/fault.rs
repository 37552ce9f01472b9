//! What can be wrong with a spec.

use core::fmt;

/// What makes a spec contradictory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum SpecFault {
    /// The length prefix cannot express the maximum length.
    PrefixTooNarrow,
    /// The minimum length exceeds the maximum.
    MinimumAboveMaximum,
    /// A fixed length with another minimum: a shorter value would be written shorter than it is read.
    FixedMinimum,
    /// A fixed or maximum length of zero.
    ZeroLength,
    /// A length, or the header, that no message has.
    TooLong,
    /// The element is defined twice, or tags are not in ascending order.
    DefinedTwice,
    /// The number is not available for data: 0, 1, a continuation bit, beyond the bitmap, or a tag that cannot be
    /// written in its form.
    ReservedNumber,
    /// Layouts are nested too deep.
    TooDeep,
    /// The coding cannot carry the content class.
    CodingCannotCarry,
    /// The mask shows more of the value than it hides.
    MaskTooOpen,
    /// A layout inside an element that cannot hold it.
    LayoutMisplaced,
    /// An element of open length stands before other elements.
    OpenLength,
    /// The prefix is wider than any supported one, or has no digits.
    PrefixWidth,
    /// The bitmap form is impossible.
    BitmapForm,
}

impl fmt::Display for SpecFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl SpecFault {
    /// One sentence for people; also the text of the compile error of a constant spec.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::PrefixTooNarrow => "the length prefix cannot express the maximum length",
            Self::MinimumAboveMaximum => "the minimum length exceeds the maximum",
            Self::FixedMinimum => "a fixed length has no other minimum",
            Self::ZeroLength => "the length is zero",
            Self::TooLong => "the length is beyond that of any message",
            Self::DefinedTwice => "an element is defined twice, or tags are not in ascending order",
            Self::ReservedNumber => "the number is not available for data",
            Self::TooDeep => "layouts are nested too deep",
            Self::CodingCannotCarry => "the coding cannot carry the content class",
            Self::MaskTooOpen => "the mask shows more of the value than it hides",
            Self::LayoutMisplaced => "the element cannot hold a layout of this kind",
            Self::OpenLength => "an element of open length must be the last",
            Self::PrefixWidth => "the length prefix is too wide, or has no digits",
            Self::BitmapForm => "the bitmap form is impossible",
        }
    }
}
