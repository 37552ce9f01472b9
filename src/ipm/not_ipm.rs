//! What a file is that is no IPM file, in words.

use core::fmt;

use super::encoding::Encoding;
use crate::codes::Lang;
use crate::model::lang::{English, Tell, Told, Tongue, say};

/// Why a file is no IPM file that can be read: what was found at its start. It holds no content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NotIpm {
    /// There is nothing in it.
    Empty,
    /// It is packed, in the format of that name.
    Packed(&'static str),
    /// The octets are all the same: a file that was set aside and never written.
    Fill(u8),
    /// It begins with a record, without a length before it, and lines end in it: it was transferred
    /// as text, which spoils bitmaps and chip data.
    Lines,
    /// It begins with a record, without a length before it.
    NoLengths,
    /// A length of two octets stands before the first record.
    TwoOctets,
    /// The length before the first record has its octets turned round.
    LittleEndian,
    /// A record that is followed by a line end: lengths and lines at once.
    LineEnds,
    /// A record that is followed by no other: its length is wrong, or the file is cut and mended.
    NoSecond,
    /// A length and an MTI, but no second bitmap: messages of another kind.
    OtherMessages,
    /// Lines of TCR records: Visa BASE II.
    BaseTwo,
    /// Text.
    Text(Encoding),
    /// A length that is followed by no MTI.
    NoMti(u32),
    /// Nothing that is known.
    Unknown,
}

impl NotIpm {
    /// The same in a language.
    ///
    /// ```
    /// use cardwire::{codes::Lang, ipm::NotIpm};
    /// assert_eq!(NotIpm::Empty.in_lang(Lang::Zh).to_string(), "这不是IPM文件：文件为空");
    /// ```
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> impl fmt::Display {
        Told(self, lang)
    }
}

impl fmt::Display for NotIpm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl Tell for NotIpm {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say!(L, f, "this is no IPM file: ", "这不是IPM文件：")?;
        match self {
            Self::Empty => say!(L, f, "it is empty", "文件为空"),
            Self::Packed(name) => say!(L, f, "it is packed ({name})", "它是压缩或打包文件（{name}）"),
            Self::Fill(octet) => {
                say!(L, f, "it is nothing but octets {octet:02X}", "其中全是字节{octet:02X}")
            }
            Self::Lines => say!(
                L,
                f,
                "records stand in lines, without lengths: it was transferred as text, which spoils bitmaps and \
                 chip data; transfer it again as binary",
                "记录按行排列，没有长度：文件曾按文本方式传输，位图和芯片数据已被破坏；请按二进制方式重新传输"
            ),
            Self::NoLengths => say!(
                L,
                f,
                "it begins with a record, without a length before it",
                "开头就是记录，之前没有长度"
            ),
            Self::TwoOctets => say!(
                L,
                f,
                "the length before the first record has two octets, not four",
                "首条记录之前的长度是2字节，而不是4字节"
            ),
            Self::LittleEndian => say!(
                L,
                f,
                "the length before the first record has its octets turned round",
                "首条记录之前的长度字节序颠倒"
            ),
            Self::LineEnds => say!(
                L,
                f,
                "a line end follows its first record: the file was transferred as text, or a program put line ends in",
                "首条记录之后是换行：文件曾按文本方式传输，或有程序加入了换行"
            ),
            Self::NoSecond => {
                say!(L, f, "its first record is followed by no other", "首条记录之后没有其他记录")
            }
            Self::OtherMessages => say!(
                L,
                f,
                "its first record has an MTI and no second bitmap",
                "首条记录有报文类型标识，但没有第二位图"
            ),
            Self::BaseTwo => {
                say!(L, f, "lines of TCR records, as in a BASE II file", "按行的TCR记录，如BASE II文件")
            }
            Self::Text(Encoding::Ascii) => say!(L, f, "it begins with text", "开头是文本"),
            Self::Text(Encoding::Ebcdic) => {
                say!(L, f, "it begins with text in EBCDIC", "开头是EBCDIC文本")
            }
            Self::NoMti(length) => say!(
                L,
                f,
                "no MTI follows its first length, {length}",
                "首个长度（{length}）之后没有报文类型标识"
            ),
            Self::Unknown => say!(
                L,
                f,
                "it begins neither with a length nor with a descriptor word and an MTI",
                "开头既不是长度，也不是描述字和报文类型标识"
            ),
        }
    }
}
