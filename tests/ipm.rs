//! IPM files: the samples, every place of a block boundary, and files that are broken.
#![cfg(feature = "std")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::io::{Read, Write};
use std::path::PathBuf;

use cardwire::ipm::{
    Blocker, Cause, Encoding, Error, Format, PdsList, RecordWriter, Records, Unblocker, VbsReader, VbsWriter,
    detect, pds,
};
use cardwire::{Builder, ErrorKind, Message};
use proptest::prelude::*;

const FORMATS: [Format; 4] = [
    Format { blocked: false, encoding: Encoding::Ascii },
    Format { blocked: false, encoding: Encoding::Ebcdic },
    Format { blocked: true, encoding: Encoding::Ascii },
    Format { blocked: true, encoding: Encoding::Ebcdic },
];

fn kind(error: &Error) -> ErrorKind {
    match error.cause() {
        Cause::Content(error) => error.kind(),
        other => panic!("{other}"),
    }
}

fn file(format: Format, records: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = RecordWriter::new(Vec::new(), format);
    for record in records {
        writer.write_record(record).unwrap();
    }
    writer.finish().unwrap()
}

/// A message of `len` octets, 29 or more, filled with DE 72.
fn record(encoding: Encoding, len: usize) -> Vec<u8> {
    let text = vec![b'x'; len - 26];
    let mut builder = Builder::new(encoding.spec(), "1644".parse().unwrap());
    builder.set(24, 693).set(72, text.as_slice());
    let record = builder.to_vec().unwrap();
    assert_eq!(record.len(), len);
    record
}

/// Three bytes at a time, as a slow pipe would.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let room = out.len().min(3);
        self.0.read(&mut out[..room])
    }
}

#[test]
fn samples_are_read_and_written_again_octet_by_octet() {
    let folder = std::env::var_os("CARDWIRE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
        .join("corpora/ipm");
    if !folder.is_dir() {
        println!("skipped: no samples at {} (set CARDWIRE_SHARED)", folder.display());
        return;
    }
    let samples = [
        ("sample_vbs_ebcdic.ipm", Format { blocked: false, encoding: Encoding::Ebcdic }),
        ("sample_1014_ebcdic.ipm", Format { blocked: true, encoding: Encoding::Ebcdic }),
        ("sample_1014_ascii.ipm", Format { blocked: true, encoding: Encoding::Ascii }),
    ];
    for (name, format) in samples {
        let wire = std::fs::read(folder.join(name)).unwrap();
        let mut records = Records::open(&wire[..]).unwrap();
        assert_eq!(records.format(), format, "{name}");
        let mut writer = RecordWriter::new(Vec::new(), format);
        let mut numbers = Vec::new();
        while let Some(message) = records.next_message().unwrap() {
            assert_eq!((message.mti().to_string().as_str(), message.number(24)), ("1644", Ok(697)));
            let subelements: Vec<u32> = pds(&message).map(|part| part.key().value()).collect();
            assert_eq!(subelements, [105], "{name}");
            numbers.push(message.number(71).unwrap());
            writer.write(&Builder::copy_of(&message, format.encoding.spec())).unwrap();
        }
        assert!(records.ended_cleanly() && records.odd_trailers() == 0, "{name}");
        assert_eq!(numbers, [1, 2, 3], "{name}");
        assert_eq!(writer.finish().unwrap(), wire, "{name}");
    }
}

/// A first record of each length around the boundary puts the second one's length word, its first
/// octet, and the end of the file at every place there is.
#[test]
fn a_block_may_end_anywhere() {
    for format in FORMATS {
        for len in 960..=1024 {
            let all = [record(format.encoding, len), record(format.encoding, 40)];
            let wire = file(format, &all);
            assert!(wire.len().is_multiple_of(1014) || !format.blocked, "{len}");
            assert_eq!(detect(&wire), Some(format), "{len}");
            let mut records = Records::open(Slow(&wire)).unwrap();
            for record in &all {
                assert_eq!(records.next_record().unwrap(), Some(record.as_slice()), "{len}");
            }
            assert_eq!(records.next_record().unwrap(), None);
            assert!(records.ended_cleanly() && records.odd_trailers() == 0);
        }
    }
}

#[test]
fn data_of_exactly_one_block_gives_one_block_and_a_block_of_fill_is_ignored() {
    let format = FORMATS[3];
    let all = [record(format.encoding, 1012 - 8)];
    let mut wire = file(format, &all);
    assert_eq!(wire.len(), 1014);
    assert!(wire.ends_with(&[0, 0, 0, 0, 0x40, 0x40]));
    // what cardutil writes
    wire.extend_from_slice(&[0x40; 1014]);
    let mut records = Records::open(&wire[..]).unwrap();
    assert_eq!((records.format(), records.next_record().unwrap()), (format, Some(all[0].as_slice())));
    assert!(records.next_record().unwrap().is_none() && records.ended_cleanly());
}

#[test]
fn a_file_without_its_end_is_read_and_told() {
    for format in FORMATS {
        let all = [record(format.encoding, 100), record(format.encoding, 60)];
        let mut wire = file(format, &all);
        match format.blocked {
            false => wire.truncate(wire.len() - 4),
            true => wire[168..172].fill(0x40),
        }
        let mut records = Records::open(&wire[..]).unwrap();
        assert_eq!(records.format(), format);
        while records.next_message().unwrap().is_some() {}
        assert_eq!((records.records(), records.ended_cleanly()), (2, false));
    }
}

#[test]
fn other_trailers_are_accepted_and_counted() {
    let format = FORMATS[2];
    let all: Vec<_> = (0..5).map(|_| record(format.encoding, 700)).collect();
    let mut wire = file(format, &all);
    wire.chunks_mut(1014).for_each(|block| block[1012..].fill(0));
    let mut records = Records::open(&wire[..]).unwrap();
    assert_eq!(records.format(), format);
    while records.next_message().unwrap().is_some() {}
    assert_eq!((records.records(), records.odd_trailers(), records.ended_cleanly()), (5, 3, true));
}

#[test]
fn cut_files_are_refused_where_they_were_cut() {
    for format in FORMATS {
        let all: Vec<_> = [900, 300, 400].map(|len| record(format.encoding, len)).into();
        let wire = file(format, &all);
        let data = |at: usize| if format.blocked { at + at / 1012 * 2 } else { at };
        // the places between two records, where the end of the file is not an error
        let seams = [904, 1208, 1612];
        for cut in (0..data(1612)).filter(|cut| !format.blocked || *cut % 1014 < 1012) {
            let mut records = Records::new(&wire[..cut], format);
            let error = loop {
                match records.next_record() {
                    Ok(Some(_)) => (),
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            assert!(!records.ended_cleanly());
            // cut within zeros, or fill, of a length: nothing but an end that is missing
            let is_seam = |seam: &usize| (data(*seam)..=data(*seam + 2)).contains(&cut);
            match error {
                None => assert!(cut < 3 || seams.iter().any(is_seam), "{cut}"),
                Some(error) => {
                    assert_eq!(kind(&error), ErrorKind::Truncated, "{cut}");
                    assert!(error.offset() <= u64::try_from(cut).unwrap() && error.record() > 0, "{cut}");
                }
            }
            assert!(records.next_record().unwrap().is_none(), "nothing after an error");
        }
    }
}

#[test]
fn a_blocked_file_read_as_if_it_were_not_is_refused() {
    let format = FORMATS[3];
    let wire = file(format, &[record(format.encoding, 1000), record(format.encoding, 500)]);
    let mut reader = VbsReader::new(&wire[..]);
    let error = reader.by_ref().find_map(Result::err);
    let error = error.unwrap();
    assert_eq!(kind(&error), ErrorKind::FrameLimit);
    assert!(error.to_string().starts_with("record 3, byte 1508 of the file: frame at byte 0"), "{error}");
    assert!(Records::open(&b"no clearing file"[..]).is_err());
    assert_eq!(detect(b""), None);
}

#[test]
fn a_wrong_message_is_told_by_record_and_byte_and_the_next_one_read() {
    for format in FORMATS {
        let mut all: Vec<_> = (0..3).map(|_| record(format.encoding, 1000)).collect();
        all[1][20] = b' ';
        let wire = file(format, &all);
        let mut records = Records::new(&wire[..], format);
        assert!(records.next_message().unwrap().is_some());
        let error = records.next_message().unwrap_err();
        let at = 1004 + 4 + 20 + if format.blocked { 2 } else { 0 };
        assert_eq!((error.record(), error.offset()), (2, at));
        assert!(records.next_message().unwrap().is_some());
        assert!(records.next_message().unwrap().is_none() && records.ended_cleanly());
    }
}

#[test]
fn limits_hold_on_both_sides() {
    let mut writer = VbsWriter::new(Vec::new()).with_limit(3);
    assert_eq!(kind(&writer.write_record(b"abcd").unwrap_err()), ErrorKind::FrameLimit);
    assert_eq!(kind(&writer.write_record(b"").unwrap_err()), ErrorKind::TooShort);
    writer.write_record(b"abc").unwrap();
    let wire = writer.finish().unwrap();
    assert_eq!(
        kind(&VbsReader::new(&wire[..]).with_limit(2).next_record().unwrap_err()),
        ErrorKind::FrameLimit
    );
    // four gigabytes are announced, five bytes come: no memory is set aside
    let wire = b"\xFF\xFF\xFF\xFFhello";
    let mut reader = VbsReader::new(&wire[..]).with_limit(u32::MAX);
    assert_eq!(kind(&reader.next_record().unwrap_err()), ErrorKind::Truncated);
}

#[test]
fn subelements_are_dealt_out_and_never_split() {
    let mut list = PdsList::new();
    let long = "x".repeat(900);
    list.push(1, &long).unwrap().push(2, &long).unwrap().push(3, "0123456789").unwrap();
    let sizes: Vec<_> = list.elements().map(|(number, octets)| (number, octets.len())).collect();
    assert_eq!(sizes, [(48, 907), (62, 924)]);
    for format in FORMATS {
        let mut builder = Builder::new(format.encoding.spec(), "1240".parse().unwrap());
        list.set(&mut builder);
        let wire = builder.set(24, 200).to_vec().unwrap();
        let message = Message::parse(format.encoding.spec(), &wire).unwrap();
        let found: Vec<_> = pds(&message).map(|part| (part.key().value(), part.len())).collect();
        assert_eq!(found, [(1, 900), (2, 900), (3, 10)]);
    }
    assert_eq!(format!("{list:?}"), "{48: 907, 62: 924}");
    assert_eq!(list.push(10_000, "").unwrap_err().kind(), ErrorKind::Tag);
    assert_eq!(list.push(4, "x".repeat(993)).unwrap_err().kind(), ErrorKind::TooLong);
    let error = loop {
        if let Err(error) = list.push(9999, "x".repeat(992)) {
            break error;
        }
    };
    assert_eq!(error.to_string(), "field 125, part 9999 at byte 0: the buffer needs 999 bytes, it has 0");
    assert_eq!(list.elements().count(), 5);
}

#[test]
fn nothing_of_a_record_shows_in_debug() {
    let wire = file(FORMATS[2], &[record(Encoding::Ascii, 100)]);
    let mut records = Records::open(&wire[..]).unwrap();
    records.next_record().unwrap();
    let shown = format!("{records:?}");
    assert!(shown.contains("Record(1, 100 octets)"), "{shown}");
}

proptest! {
    #[test]
    fn what_is_written_is_read(sizes in prop::collection::vec(29usize..1024, 1..12), which in 0usize..4) {
        let format = FORMATS[which];
        let all: Vec<_> = sizes.into_iter().map(|len| record(format.encoding, len)).collect();
        let wire = file(format, &all);
        prop_assert_eq!(detect(&wire), Some(format));
        prop_assert_eq!(detect(&wire[..wire.len().min(8112)]), Some(format));
        let records: Result<Vec<_>, _> = match format.blocked {
            true => VbsReader::blocked(Slow(&wire)).collect(),
            false => VbsReader::new(Slow(&wire)).collect(),
        };
        prop_assert_eq!(records.unwrap(), all);
    }

    #[test]
    fn blocks_come_off_as_they_went_on(data: Vec<u8>, pieces in prop::collection::vec(1usize..1500, 0..6)) {
        let data: Vec<u8> = data.into_iter().cycle().take(pieces.iter().sum()).collect();
        let mut blocker = Blocker::new(Vec::new());
        let mut rest = data.as_slice();
        for piece in pieces {
            let (piece, after) = rest.split_at(piece.min(rest.len()));
            blocker.write_all(piece).unwrap();
            rest = after;
        }
        let wire = blocker.finish().unwrap();
        prop_assert_eq!(wire.len(), data.len().div_ceil(1012) * 1014);
        prop_assert!(wire.chunks(1014).all(|block| block.ends_with(&[0x40, 0x40])));
        let mut back = Vec::new();
        Unblocker::new(&wire[..]).read_to_end(&mut back).unwrap();
        prop_assert!(back.starts_with(&data) && back[data.len()..].iter().all(|octet| *octet == 0x40));
    }

    #[test]
    fn no_file_panics(mut wire in prop::collection::vec(any::<u8>(), 0..3000), blocked: bool, good: bool) {
        if good {
            let damage = wire;
            wire = file(FORMATS[2 + usize::from(blocked)], &[record(FORMATS[2 + usize::from(blocked)].encoding, 990)]);
            for (index, octet) in damage.iter().enumerate().take(3) {
                let at = usize::from(*octet) * (index + 1) % wire.len();
                wire[at] ^= 0x55;
            }
        }
        let _ = detect(&wire);
        for format in FORMATS {
            let mut records = Records::new(&wire[..], format);
            for _ in 0..1000 {
                if let Ok(None) = records.next_message() { break }
            }
        }
    }
}
