//! Clearing files on both sides of every bound: what is known from how many octets on, the longest record, the ends of
//! blocks, what is no such file, and how full an element of private data gets.
#![cfg(feature = "std")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

use cardwire::codes::Lang;
use cardwire::ipm::{Cause, Encoding, Format, Medium, NotIpm, PdsList, RecordWriter, Records, detect};
use cardwire::{Builder, ErrorKind, Message};
use proptest::prelude::*;

const ENCODINGS: [Encoding; 2] = [Encoding::Ascii, Encoding::Ebcdic];

fn word(length: usize, kind: u8) -> [u8; 4] {
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    [high, low, kind, 0]
}

/// A record that is no whole message: a type, a bitmap that announces another, and filler.
fn bare(encoding: Encoding, len: usize) -> Vec<u8> {
    let mti: &[u8] = if encoding == Encoding::Ascii { b"1644\x80" } else { b"\xF1\xF6\xF4\xF4\x80" };
    let mut record = mti.to_vec();
    record.resize(len, 0x40);
    record
}

/// Each medium, and what stands before a record of so many octets.
fn heads(len: usize) -> [(Medium, Vec<u8>); 4] {
    [
        (Medium::Lengths, u32::try_from(len).unwrap().to_be_bytes().to_vec()),
        (Medium::Descriptors, word(len + 4, 0).to_vec()),
        (Medium::ShortDescriptors, word(len, 0).to_vec()),
        (Medium::BlockDescriptors, [word(len + 8, 0), word(len + 4, 0)].concat()),
    ]
}

fn found(file: &[u8]) -> Option<(Medium, Encoding, usize)> {
    let records = Records::open(file).ok()?;
    Some((records.medium(), records.format().encoding, records.preamble()))
}

/// From the first octet of a bitmap on a file is known, whatever is cut off, and no sooner.
#[test]
fn a_type_and_an_octet_of_a_bitmap_are_enough() {
    for (encoding, index) in
        ENCODINGS.into_iter().flat_map(|encoding| (0..4).map(move |index| (encoding, index)))
    {
        let (medium, head) = heads(30)[index].clone();
        let record = bare(encoding, 30);
        let file = [&head[..], &record, &head, &record].concat();
        for cut in 0..=file.len() {
            let is_known = cut >= head.len() + 5;
            // words of both kinds fit until the record ends
            let is_second = cut >= head.len() + record.len();
            let medium = match medium {
                Medium::ShortDescriptors if !is_second => Medium::Descriptors,
                other => other,
            };
            assert_eq!(found(&file[..cut]), is_known.then_some((medium, encoding, 0)), "{medium:?} {cut}");
        }
    }
}

/// What follows the second length is a record, or too little to tell.
#[test]
fn what_follows_the_first_record_must_be_one() {
    for (index, kind) in (0..4).flat_map(|index| (0..5).map(move |kind| (index, kind))) {
        for octets in 0..30 {
            let (medium, head) = heads(30)[index].clone();
            let (after, is_record) = match kind {
                0 => (vec![1; octets], false),
                1 => (bare(Encoding::Ascii, 30.min(octets.max(5))), octets >= 5),
                2 => (bare(Encoding::Ebcdic, 30.min(octets.max(5))), false),
                3 => ([b"1644\x7F", &vec![0x80; octets][..]].concat(), false),
                _ => ([b"164:\x80", &vec![0x80; octets][..]].concat(), false),
            };
            let file = [&head[..], &bare(Encoding::Ascii, 30), &head, &after].concat();
            // the types of two records are in the same characters
            let is_known = is_record || (after.len() <= 20 && kind != 2) || (kind == 1 && octets < 5);
            assert_eq!(
                found(&file).map(|found| found.0),
                is_known.then_some(medium),
                "{medium:?} {kind} {octets}"
            );
        }
    }
}

#[test]
fn no_record_is_longer_than_six_thousand_octets() {
    for encoding in ENCODINGS {
        for (len, is_known) in [(20, true), (6000, true), (6001, false), (9000, false)] {
            for (medium, head) in heads(len) {
                let mut record = bare(encoding, len);
                record[5..].fill(b'x');
                let file = [&head[..], &record].concat().repeat(2);
                assert_eq!(found(&file).map(|found| found.0), is_known.then_some(medium), "{medium:?} {len}");
            }
        }
        // fill after a record is the end of blocks, of which a shorter file has none
        let filled = [&[0, 0, 0, 30][..], &bare(encoding, 30), &[0x40; 100]].concat();
        assert_eq!((found(&filled), detect(&filled)), (None, None));
        // a length of zero before a record is the end of none
        assert_eq!(found(&[&[0; 4][..], &bare(encoding, 30)].concat()), None);
        // what looks like the ends of blocks, in a record as long as can be, is seen to be none; and the other way round
        for blocked in [false, true] {
            let format = Format { blocked, encoding };
            let mut writer = RecordWriter::new(Vec::new(), format);
            for _ in 0..3 {
                writer.write_record(&bare(encoding, 6000)).unwrap();
            }
            assert_eq!(detect(&writer.finish().unwrap()), Some(format));
            let mut writer = RecordWriter::new(Vec::new(), format);
            writer.write_record(&bare(encoding, 6000)).unwrap();
            writer.write_record(&bare(encoding, 30)).unwrap();
            let file = writer.finish().unwrap();
            assert_eq!(Records::open(&file[..]).unwrap().format(), format);
        }
    }
}

/// Where a file is cut before its second record its block ends decide: all of them.
#[test]
fn ends_of_blocks_decide_where_records_do_not() {
    let encoding = Encoding::Ascii;
    let mut file = [&3000_u32.to_be_bytes()[..], &bare(encoding, 3000)].concat();
    file.truncate(2028);
    for (ends, blocked) in [
        ([*b"@@", *b"@@"], true),
        ([*b"\0\0", *b"@@"], true),
        ([*b"\0\0", *b"\0\0"], true),
        ([*b"@@", *b"@x"], false),
        ([*b"x@", *b"@@"], false),
        ([*b"@\0", *b"@@"], false),
    ] {
        file[1012..1014].copy_from_slice(&ends[0]);
        file[2026..2028].copy_from_slice(&ends[1]);
        assert_eq!(detect(&file), Some(Format { blocked, encoding }), "{ends:?}");
        // the second block is cut, and says nothing
        let first = [*b"@@", *b"\0\0"].contains(&ends[0]);
        assert_eq!(detect(&file[..2027]), Some(Format { blocked: first, encoding }), "{ends:?}");
        assert_eq!(detect(&file[..1013]), Some(Format { blocked: false, encoding }));
    }
}

#[test]
fn a_text_before_the_records_has_at_most_2048_octets() {
    let record = bare(Encoding::Ebcdic, 40);
    let file = [&[0, 0, 0, 40][..], &record].concat().repeat(2);
    for (len, is_known) in [(1, true), (2047, true), (2048, true), (2049, false)] {
        for with in [b' ', b'~', 0x81, 0xA9, 0xC0, 0xF9, b'\t', b'\n', b'\r'] {
            let whole = [&vec![with; len][..], &file].concat();
            assert_eq!(
                found(&whole),
                is_known.then_some((Medium::Lengths, Encoding::Ebcdic, len)),
                "{with} {len}"
            );
        }
        for with in [0x1F, 0x7F, 0x80, 0xAA, 0xBF, 0xFA] {
            assert_eq!(found(&[&vec![with; len][..], &file].concat()), None, "{with}");
        }
    }
}

/// Sizes on both sides of each that a judgement asks for.
#[test]
fn what_is_no_ipm_file_is_named_up_to_its_bounds() {
    let ebcdic = bare(Encoding::Ebcdic, 60);
    let named = |file: &[u8]| match Records::open(file).err().unwrap().cause() {
        Cause::NotIpm(found) => *found,
        other => panic!("{other}"),
    };
    let rows = |len: usize| [&b"90"[..], &vec![b'0'; len - 2]].concat();
    let line = |end: usize| [&rows(end)[..], b"\n", &rows(301 - end)].concat();
    let text = NotIpm::Text(Encoding::Ascii);
    for (len, wanted) in
        [(168, text), (170, text), (336, NotIpm::BaseTwo), (338, text), (340, NotIpm::BaseTwo)]
    {
        assert_eq!(named(&rows(len)), wanted, "{len}");
    }
    for (end, wanted) in [(167, text), (168, NotIpm::BaseTwo), (171, NotIpm::BaseTwo), (172, text)] {
        assert_eq!(named(&line(end)), wanted, "{end}");
    }
    assert_eq!(named(&[&[0xF9][..], &[0xF0; 335]].concat()), NotIpm::BaseTwo);
    assert_eq!(named(&[&[0xF9][..], &[0xC1; 335]].concat()), NotIpm::Text(Encoding::Ebcdic));
    assert_eq!(named(&[&[0xF8][..], &[0xC1; 335]].concat()), NotIpm::Text(Encoding::Ebcdic));
    // of 256 octets of text more than half are of ASCII, or fewer
    for (ascii, wanted) in [(128, NotIpm::Text(Encoding::Ebcdic)), (129, text)] {
        let mixed = [&vec![b'A'; ascii][..], &vec![0xC1; 256 - ascii], &[b'A'; 300]].concat();
        assert_eq!(named(&mixed), wanted, "{ascii}");
        let short = [&b"ABCDE"[..ascii - 124], &[0xC1; 4]].concat();
        assert_eq!(named(&short), wanted, "{ascii}");
    }
    assert_eq!(named(&[&[b'A'; 256][..], &[1]].concat()), text);
    assert_eq!(named(&[&[b'A'; 255][..], &[1]].concat()), NotIpm::Unknown);
    assert_eq!((named(&[7; 3]), named(&[7; 4])), (NotIpm::Unknown, NotIpm::Fill(7)));
    for (length, wanted) in
        [(24_u32, NotIpm::LittleEndian), (6000, NotIpm::LittleEndian), (6001, NotIpm::Unknown)]
    {
        assert_eq!(named(&[&length.to_le_bytes()[..], &ebcdic].concat()), wanted, "{length}");
    }
    for (length, wanted) in [(1_u32, NotIpm::NoMti(1)), (6000, NotIpm::NoMti(6000)), (6001, NotIpm::Unknown)]
    {
        assert_eq!(named(&[&length.to_be_bytes()[..], &[1; 300]].concat()), wanted, "{length}");
    }
    for end in [b'\n', b'\r', 0x15, 0x25] {
        for head in [[0, 0, 0, 60], word(64, 0)] {
            let file = [&head[..], &ebcdic, &[end], &[9; 40]].concat();
            assert_eq!(named(&file), NotIpm::LineEnds, "{end}");
            let file = [&head[..], &ebcdic, &[9, end], &[9; 40]].concat();
            assert_eq!(named(&file), NotIpm::NoSecond, "{end}");
        }
        // a type and one octet after the last end of a line are enough
        assert_eq!(named(&[&ebcdic[..], &[end], &ebcdic[..5]].concat()), NotIpm::Lines);
        assert_eq!(named(&[&ebcdic[..], &[end], &ebcdic[..4]].concat()), NotIpm::NoLengths);
        assert_eq!(named(&[&ebcdic[..], &[end, 9], &ebcdic].concat()), NotIpm::NoLengths);
    }
}

/// Each reason in both languages, whole.
#[test]
fn reasons_in_words() {
    let all = [
        (NotIpm::Empty, "it is empty", "文件为空"),
        (NotIpm::Packed("zip"), "it is packed (zip)", "它是压缩或打包文件（zip）"),
        (NotIpm::Fill(0xAB), "it is nothing but octets AB", "其中全是字节AB"),
        (
            NotIpm::NoLengths,
            "it begins with a record, without a length before it",
            "开头就是记录，之前没有长度",
        ),
        (
            NotIpm::TwoOctets,
            "the length before the first record has two octets, not four",
            "首条记录之前的长度是2字节，而不是4字节",
        ),
        (NotIpm::NoSecond, "its first record is followed by no other", "首条记录之后没有其他记录"),
        (NotIpm::Text(Encoding::Ascii), "it begins with text", "开头是文本"),
        (NotIpm::Text(Encoding::Ebcdic), "it begins with text in EBCDIC", "开头是EBCDIC文本"),
        (NotIpm::NoMti(77), "no MTI follows its first length, 77", "首个长度（77）之后没有报文类型标识"),
    ];
    for (reason, english, chinese) in all {
        assert_eq!(reason.to_string(), format!("this is no IPM file: {english}"));
        assert_eq!(reason.in_lang(Lang::Zh).to_string(), format!("这不是IPM文件：{chinese}"));
    }
    for (magic, name) in [
        (&b"\x1F\x8B"[..], "gzip"),
        (b"PK\x03\x04", "zip"),
        (b"BZh", "bzip2"),
        (b"\xFD7zXZ", "xz"),
        (b"\x28\xB5\x2F\xFD", "zstd"),
        (b"7z\xBC\xAF", "7z"),
        (b"-----BEGIN PGP", "PGP"),
        (b"%PDF", "PDF"),
    ] {
        let error = Records::open(magic).map(|_| ()).unwrap_err();
        assert!(matches!(error.cause(), Cause::NotIpm(found) if *found == NotIpm::Packed(name)), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Subelements fill one element after the other; none goes back to one that was left.
    #[test]
    fn subelements_are_dealt_out_in_turn(sizes in prop::collection::vec((0u16..=9999, prop_oneof![0usize..=30, 200usize..=520, 985usize..=992]), 1..40)) {
        let (mut list, mut wanted, mut current) = (PdsList::new(), vec![String::new(); 5], 0);
        for (tag, len) in sizes {
            let value = "x".repeat(len);
            let next = (current..5).find(|index| wanted[*index].len() + 7 + len <= 999);
            match (list.push(tag, &value), next) {
                (Ok(_), Some(index)) => {
                    current = index;
                    wanted[index] += &format!("{tag:04}{len:03}{value}");
                }
                (Err(error), None) => {
                    prop_assert_eq!(error.kind(), ErrorKind::Room);
                    prop_assert_eq!((error.field(), error.expected(), error.found()), (Some(125), len + 7, 999 - wanted[4].len()));
                    let parts: Vec<u32> = error.parts().map(|key| key.value()).collect();
                    prop_assert_eq!(parts, [u32::from(tag)]);
                }
                (found, wanted) => prop_assert!(false, "{:?}, {:?}", found.is_ok(), wanted),
            }
        }
        let wanted: Vec<(u8, &[u8])> = [48, 62, 123, 124, 125].into_iter().zip(wanted.iter().map(String::as_bytes)).collect();
        let wanted: Vec<_> = wanted.into_iter().filter(|(_, octets)| !octets.is_empty()).collect();
        prop_assert_eq!(list.elements().collect::<Vec<_>>(), wanted.clone());
        let mut builder = Builder::new(Encoding::Ascii.spec(), "1240".parse().unwrap());
        list.set(&mut builder);
        if let Ok(wire) = builder.set(24, 200).to_vec() {
            let message = Message::parse(Encoding::Ascii.spec(), &wire).unwrap();
            for (number, octets) in wanted {
                prop_assert_eq!(message.expose(number).unwrap().octets().collect::<Vec<u8>>(), octets);
            }
        }
    }
}

/// The longest value of a subelement, and one octet more.
#[test]
fn a_subelement_has_at_most_992_characters() {
    let mut list = PdsList::new();
    assert!(list.push(9999, "x".repeat(992)).is_ok());
    let error = list.push(9999, "x".repeat(993)).unwrap_err();
    assert_eq!((error.kind(), error.expected(), error.found()), (ErrorKind::TooLong, 992, 993));
    assert_eq!(list.push(10_000, "x").unwrap_err().kind(), ErrorKind::Tag);
    assert_eq!(list.elements().collect::<Vec<_>>(), [(48, format!("9999992{}", "x".repeat(992)).as_bytes())]);
}
