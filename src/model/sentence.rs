//! What an error says, in each language: place, byte, what was expected, what was found.

use core::fmt;

use crate::model::content::CharKind;
use crate::model::error::{Error, ErrorKind, Note, Place, Slot};
use crate::model::key::Key;
use crate::model::lang::{English, Lang, Tell, Told, Tongue, say};
use crate::model::unit::Unit;

impl Error {
    /// The error in a language: the same place, byte, lengths and kinds of character as `Display` tells.
    ///
    /// ```
    /// use cardwire::{Message, codes::Lang, spec::ISO87_ASCII};
    /// let error = Message::parse(&ISO87_ASCII, b"0800822000000000000004000000000000000415").unwrap_err();
    /// assert_eq!(error.in_lang(Lang::Zh).to_string(), "域7，字节偏移36：该值需要10字节，只剩4字节");
    /// ```
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> impl fmt::Display {
        Told(self, lang)
    }
}

impl CharKind {
    /// The kind in a language: `a digit`, `数字`.
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> impl fmt::Display {
        Told(self, lang)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl fmt::Display for CharKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl Tell for Place {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => say!(L, f, "message", "报文"),
            Self::Header => say!(L, f, "header", "报文头"),
            Self::Mti => say!(L, f, "MTI", "报文类型标识"),
            Self::Bitmap => say!(L, f, "bitmap", "位图"),
            Self::Element(number) => say!(L, f, "field {number}", "域{number}"),
            Self::Frame => say!(L, f, "frame", "帧"),
        }
    }
}

impl Tell for CharKind {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digit => say!(L, f, "a digit", "数字"),
            Self::Letter => say!(L, f, "a letter", "字母"),
            Self::Blank => say!(L, f, "a blank", "空格"),
            Self::Sign => say!(L, f, "a sign", "正负号"),
            Self::Special => say!(L, f, "a special character", "特殊字符"),
            Self::Control => say!(L, f, "a control character", "控制字符"),
            Self::High => say!(L, f, "an octet above 7F", "大于7F的字节"),
        }
    }
}

impl Tell for Key {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say!(L, f, "part {self}", "子域{self}")
    }
}

impl Tell for Error {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ErrorKind::Spec(_) = self.kind() {
            say!(L, f, "spec, ", "规范，")?;
            place::<L>(self.place(), self.parts(), f)?;
            say!(L, f, ": ", "：")?;
            return sentence::<L>(self, f);
        }
        let is_anywhere = self.place() == Place::Whole && self.parts().next().is_none();
        if let (Some(name), true) = (self.struct_field(), is_anywhere) {
            say!(L, f, "struct field {name}: ", "结构体字段{name}：")?;
            return sentence::<L>(self, f);
        }
        let mut parts = self.parts();
        match parts.next() {
            // a part that was looked at by itself does not know what it stands in
            Some(key) if self.place() == Place::Whole => {
                key.tell::<L>(f)?;
                further::<L>(parts, f)?;
            }
            _ => place::<L>(self.place(), self.parts(), f)?,
        }
        match self.struct_field() {
            Some(name) if self.kind() == ErrorKind::Undefined => {
                say!(L, f, ", struct field {name}: ", "，结构体字段{name}：")?;
                return sentence::<L>(self, f);
            }
            name => name.map_or(Ok(()), |name| say!(L, f, " ({name})", "（{name}）"))?,
        }
        if (self.kind(), self.note) == (ErrorKind::Missing, Note::None) {
            return say!(L, f, " is not present", "不存在");
        }
        let offset = self.offset();
        say!(L, f, " at byte {offset}: ", "，字节偏移{offset}：")?;
        sentence::<L>(self, f)
    }
}

/// A place and the parts below it, the outermost first.
fn place<L: Tongue>(
    place: Place,
    parts: impl Iterator<Item = Key>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    place.tell::<L>(f)?;
    further::<L>(parts, f)
}

fn further<L: Tongue>(mut parts: impl Iterator<Item = Key>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    parts.try_for_each(|key| {
        say!(L, f, ", ", "，")?;
        key.tell::<L>(f)
    })
}

/// What was wrong, after the place.
fn sentence<L: Tongue>(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (expected, found) = (error.expected(), error.found());
    let unit = error.unit().unwrap_or(Unit::Bytes);
    let (needed, seen) = (unit.count(expected), unit.count(found));
    let (needed, counted) = (needed.said::<L>(), seen.said::<L>());
    match error.kind() {
        ErrorKind::Truncated => {
            let are = if found == 1 { "is" } else { "are" };
            say!(L, f, "the value needs {needed}, {found} {are} left", "该值需要{needed}，只剩{counted}")
        }
        ErrorKind::Trailing => {
            let more = unit.word(found);
            say!(L, f, "expected the end, found {found} more {more}", "应在此结束，其后还有{counted}")
        }
        ErrorKind::TooShort => {
            say!(L, f, "expected at least {needed}, found {found}", "应不少于{needed}，实际为{counted}")
        }
        ErrorKind::TooLong => {
            say!(L, f, "expected at most {needed}, found {found}", "应不超过{needed}，实际为{counted}")
        }
        ErrorKind::LengthUnit => wrong_length::<L>(error, f),
        ErrorKind::DigitCount => say!(
            L,
            f,
            "{found} digits would be read back as {expected}: octets are counted, and the pad nibble looks like a digit",
            "{found}位数字会被读回为{expected}位：长度按字节计，补位半字节与数字无法区分"
        ),
        ErrorKind::Order => say!(
            L,
            f,
            "fields must be written in ascending order; field {found} was already written",
            "各域须按升序写入；域{found}已经写入"
        ),
        ErrorKind::Room => {
            say!(L, f, "the buffer needs {needed}, it has {found}", "缓冲区需要{needed}，只有{counted}")
        }
        ErrorKind::FrameLimit => {
            say!(
                L,
                f,
                "a frame of {counted} exceeds the limit of {expected}",
                "帧长{counted}，超过上限{needed}"
            )
        }
        ErrorKind::Spec(fault) => f.write_str(fault.words(L::LANG)),
        _ => characters::<L>(error, f),
    }
}

/// What was wrong with characters, digits and half bytes.
fn characters<L: Tongue>(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let expected = error.expected();
    match error.kind() {
        ErrorKind::LengthDigit(seen) => {
            let seen = seen.said::<L>();
            say!(
                L,
                f,
                "expected a digit in the length prefix, found {seen}",
                "长度前缀应为数字，实际为{seen}"
            )
        }
        ErrorKind::LengthForm => say!(
            L,
            f,
            "expected a definite BER length of at most four octets",
            "应为确定形式的BER长度，且不超过四个字节"
        ),
        ErrorKind::Character(content, seen) => {
            let seen = seen.said::<L>();
            say!(L, f, "expected class {content}, found {seen}", "应为{content}类字符，实际为{seen}")
        }
        ErrorKind::HexDigit(seen) => {
            let seen = seen.said::<L>();
            say!(L, f, "expected a hexadecimal digit, found {seen}", "应为十六进制数字，实际为{seen}")
        }
        ErrorKind::Nibble if error.note == Note::Zone => say!(
            L,
            f,
            "expected the zone of a zoned digit, found another nibble",
            "应为分区十进制数字的区半字节，实际为其他半字节"
        ),
        ErrorKind::Nibble => say!(
            L,
            f,
            "expected a packed digit (0-9), found a nibble above 9",
            "应为压缩BCD数字（0-9），实际为大于9的半字节"
        ),
        ErrorKind::Fill if error.unit() == Some(Unit::Bytes) => say!(
            L,
            f,
            "expected the fill byte {expected:02X}, found another byte",
            "填充字节应为{expected:02X}，实际为其他字节"
        ),
        ErrorKind::Fill => say!(
            L,
            f,
            "expected the pad nibble {expected:X}, found another nibble",
            "补位半字节应为{expected:X}，实际为其他半字节"
        ),
        _ => f.write_str(fixed(error, L::LANG)),
    }
}

/// What is said without a number.
#[inline(always)]
const fn fixed(error: &Error, lang: Lang) -> &'static str {
    match error.kind() {
        ErrorKind::MtiDigit => lang.of("expected four digits", "应为四位数字"),
        ErrorKind::Undefined => undefined(error, lang),
        ErrorKind::Tag => lang.of("expected a well-formed tag", "应为格式正确的标签"),
        ErrorKind::Missing if matches!(error.note, Note::None) => lang.of("is not present", "不存在"),
        ErrorKind::Missing => lang.of("required, but not present", "为必填，但不存在"),
        ErrorKind::Terminator if matches!(error.note, Note::Terminated) => {
            lang.of("the value contains its own terminator", "值中含有其自身的结束符")
        }
        ErrorKind::Terminator => lang.of("expected a terminator before the end", "结束之前应有结束符"),
        ErrorKind::Private => lang.of("private: use expose to read it", "敏感信息：须用expose读取"),
        ErrorKind::Number => lang.of("the number is out of range", "数值超出范围"),
        ErrorKind::FrameShape => lang.of("the frame header or trailer is malformed", "帧头或帧尾格式不正确"),
        ErrorKind::FrameCheck => lang.of("the check character does not match", "校验字符不符"),
        _ => form(error, lang),
    }
}

/// What the spec, or the caller's own struct, does not have.
#[inline(always)]
const fn undefined(error: &Error, lang: Lang) -> &'static str {
    let [first, second, third] = error.slots;
    let is_named = matches!(first, Slot::Name) || matches!(second, Slot::Name) || matches!(third, Slot::Name);
    match (error.note, error.place(), first) {
        (Note::NotInStruct, ..) => lang.of("the struct has no field for it", "结构体中没有对应的字段"),
        (_, Place::Bitmap, _) => {
            lang.of("the spec has no bitmap for these elements", "规范中没有容纳这些域的位图")
        }
        (_, Place::Whole, Slot::Empty) => {
            lang.of("the spec has no element of that name", "规范中没有该名称的域")
        }
        _ if is_named => lang.of("the spec has no element of that name", "规范中没有该名称的域"),
        _ => lang.of("the spec does not define it", "规范未定义"),
    }
}

/// What cannot be read or written in the form that was asked for.
#[inline(always)]
const fn form(error: &Error, lang: Lang) -> &'static str {
    match (error.note, error.place()) {
        (Note::NoCounterpart, _) => {
            lang.of("this message type has no response or repeat", "该报文类型没有应答或重发")
        }
        (Note::NotInStruct, _) => lang.of("the enum has no variant for this value", "枚举中没有该值的变体"),
        (Note::NotInPlace, _) => lang.of("cannot be patched in place", "不能就地修改"),
        (_, Place::Bitmap) => lang.of("a third bitmap cannot be written here", "此处不能写入第三位图"),
        (_, Place::Frame) => {
            lang.of("the header may contain the ETX that ends the frame", "报文头可能含有结束帧的ETX")
        }
        _ => lang.of("cannot be read or written as this type", "不能按该类型读写"),
    }
}

/// A length that no value can have: of no whole units, too short for its own prefix, or not the only
/// one allowed.
fn wrong_length<L: Tongue>(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (expected, found) = (error.expected(), error.found());
    match error.note {
        Note::Counts(unit) => {
            let (needed, seen) = (unit.count(expected), unit.count(found));
            let (needed, seen) = (needed.said::<L>(), seen.said::<L>());
            match expected {
                0 => say!(
                    L,
                    f,
                    "found {seen}, which is not the number expected",
                    "实际为{seen}，与应有的数目不符"
                ),
                _ => say!(L, f, "expected {needed}, found {found}", "应为{needed}，实际为{seen}"),
            }
        }
        Note::Includes => say!(
            L,
            f,
            "expected a length of at least {expected} (it includes its prefix), found {found}",
            "长度应不小于{expected}（含长度前缀自身），实际为{found}"
        ),
        _ => say!(L, f, "length {found} is not a whole number of units", "长度{found}不是计数单位的整数倍"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::content::Content;
    use crate::model::fault::SpecFault;
    use crate::model::key::KeyStyle;
    use std::string::{String, ToString};
    use std::vec::Vec;

    /// The kind after this one; a new kind does not compile until it has its place here.
    fn after(kind: ErrorKind) -> Option<ErrorKind> {
        use ErrorKind as Kind;
        Some(match kind {
            Kind::Truncated => Kind::Trailing,
            Kind::Trailing => Kind::TooShort,
            Kind::TooShort => Kind::TooLong,
            Kind::TooLong => Kind::LengthDigit(CharKind::Digit),
            Kind::LengthDigit(_) => Kind::LengthForm,
            Kind::LengthForm => Kind::LengthUnit,
            Kind::LengthUnit => Kind::Character(Content::An, CharKind::Special),
            Kind::Character(..) => Kind::Nibble,
            Kind::Nibble => Kind::Fill,
            Kind::Fill => Kind::DigitCount,
            Kind::DigitCount => Kind::HexDigit(CharKind::High),
            Kind::HexDigit(_) => Kind::MtiDigit,
            Kind::MtiDigit => Kind::Undefined,
            Kind::Undefined => Kind::Tag,
            Kind::Tag => Kind::Missing,
            Kind::Missing => Kind::Order,
            Kind::Order => Kind::Terminator,
            Kind::Terminator => Kind::Private,
            Kind::Private => Kind::Form,
            Kind::Form => Kind::Number,
            Kind::Number => Kind::Room,
            Kind::Room => Kind::FrameLimit,
            Kind::FrameLimit => Kind::FrameShape,
            Kind::FrameShape => Kind::FrameCheck,
            Kind::FrameCheck => Kind::Spec(SpecFault::PrefixTooNarrow),
            Kind::Spec(_) => return None,
        })
    }

    const FAULTS: [SpecFault; 12] = [
        SpecFault::PrefixTooNarrow,
        SpecFault::MinimumAboveMaximum,
        SpecFault::ZeroLength,
        SpecFault::DefinedTwice,
        SpecFault::ReservedNumber,
        SpecFault::TooDeep,
        SpecFault::CodingCannotCarry,
        SpecFault::MaskTooOpen,
        SpecFault::LayoutMisplaced,
        SpecFault::OpenLength,
        SpecFault::PrefixWidth,
        SpecFault::BitmapForm,
    ];

    const NOTES: [Note; 12] = [
        Note::None,
        Note::Counts(Unit::Bytes),
        Note::Counts(Unit::Octets),
        Note::Counts(Unit::HexDigits),
        Note::Counts(Unit::Parts),
        Note::Required,
        Note::Includes,
        Note::Terminated,
        Note::Zone,
        Note::NoCounterpart,
        Note::NotInStruct,
        Note::NotInPlace,
    ];

    /// The numbers in a text, sorted.
    fn numbers(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| !digits.is_empty()).collect();
        found.sort_unstable();
        found
    }

    fn assert_told(error: Error) {
        let (en, zh) = (error.to_string(), error.in_lang(Lang::Zh).to_string());
        assert_eq!(error.in_lang(Lang::En).to_string(), en);
        assert!(zh.chars().any(|letter| ('\u{4E00}'..='\u{9FFF}').contains(&letter)), "{en}: {zh}");
        assert_eq!(numbers(&zh), numbers(&en), "{en}: {zh}");
        // a word of English has four letters or more; of these some have no Chinese name
        let words = zh.split(|letter: char| !letter.is_ascii_lowercase());
        let strange: Vec<&str> = words.filter(|word| word.len() > 3 && *word != "expose").collect();
        assert!(strange.is_empty(), "{zh}: {strange:?}");
    }

    #[test]
    fn every_error_has_chinese_with_the_numbers_of_the_english() {
        let kinds = std::iter::successors(Some(ErrorKind::Truncated), |kind| after(*kind));
        let faults = FAULTS.into_iter().map(ErrorKind::Spec);
        for kind in kinds.chain(faults) {
            for note in NOTES {
                let error = Error::new(kind, 31, 7, 13).noted(note);
                let places = [
                    Place::Whole,
                    Place::Header,
                    Place::Mti,
                    Place::Bitmap,
                    Place::Element(55),
                    Place::Frame,
                ];
                for place in places {
                    assert_told(error.at(place));
                    let part = error.within(Key::tag(0x9526, KeyStyle::Hex));
                    assert_told(part.at(place));
                    assert_told(part.within(Key::number(3)).at(place));
                }
            }
        }
    }

    #[test]
    fn every_kind_of_character_has_a_name() {
        let names: Vec<String> =
            (0..=255).map(|octet| CharKind::of(octet).in_lang(Lang::Zh).to_string()).collect();
        for (octet, name) in (0..=255u8).zip(&names) {
            assert_ne!(*name, CharKind::of(octet).to_string());
        }
        let mut kinds = names;
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), 7);
    }
}
