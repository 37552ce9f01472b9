//! What can be wrong with a spec.

use core::fmt;

use crate::model::lang::Lang;

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
        self.words(Lang::En)
    }

    /// The sentence in a language.
    #[must_use]
    #[inline(always)]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::PrefixTooNarrow => {
                lang.of("the length prefix cannot express the maximum length", "长度前缀表示不了最大长度")
            }
            Self::MinimumAboveMaximum => {
                lang.of("the minimum length exceeds the maximum", "最小长度大于最大长度")
            }
            Self::FixedMinimum => lang.of("a fixed length has no other minimum", "定长域没有另外的最小长度"),
            Self::ZeroLength => lang.of("the length is zero", "长度为零"),
            Self::TooLong => lang.of("the length is beyond that of any message", "长度超出任何报文的长度"),
            Self::DefinedTwice => lang.of(
                "an element is defined twice, or tags are not in ascending order",
                "有域重复定义，或标签未按升序排列",
            ),
            Self::ReservedNumber => lang.of("the number is not available for data", "该编号不能用于数据"),
            Self::TooDeep => lang.of("layouts are nested too deep", "子域嵌套过深"),
            Self::CodingCannotCarry => {
                lang.of("the coding cannot carry the content class", "该编码不能承载此类字符")
            }
            Self::MaskTooOpen => {
                lang.of("the mask shows more of the value than it hides", "掩码露出的内容多于隐藏的内容")
            }
            Self::LayoutMisplaced => {
                lang.of("the element cannot hold a layout of this kind", "该域不能容纳此种子域结构")
            }
            Self::OpenLength => {
                lang.of("an element of open length must be the last", "不定长的域必须排在最后")
            }
            Self::PrefixWidth => {
                lang.of("the length prefix is too wide, or has no digits", "长度前缀过宽，或没有位数")
            }
            Self::BitmapForm => lang.of("the bitmap form is impossible", "位图形式不可能成立"),
        }
    }
}
