//! Clearing files as they come off a mainframe, and files that are none: read, or named.
#![cfg(feature = "std")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "helpers of tests")]

use std::io::Read;

use cardwire::Builder;
use cardwire::ipm::{Cause, Encoding, Format, Medium, NotIpm, RecordWriter, Records, VbsReader};
use proptest::prelude::*;

/// A message of `len` octets, 29 or more, filled with DE 72.
fn record(encoding: Encoding, len: usize) -> Vec<u8> {
    let text = vec![b'x'; len - 26];
    let mut builder = Builder::new(encoding.spec(), "1644".parse().unwrap());
    builder.set(24, 693).set(72, text.as_slice());
    builder.to_vec().unwrap()
}

fn word(length: usize, kind: u8) -> [u8; 4] {
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    [high, low, kind, 0]
}

/// Records after their descriptor words.
fn described(records: &[Vec<u8>]) -> Vec<u8> {
    records.iter().flat_map(|record| [&word(record.len() + 4, 0)[..], record].concat()).collect()
}

/// The same in blocks of at most so many octets, records cut where they do not fit.
fn spanned(records: &[Vec<u8>], most: usize) -> Vec<u8> {
    let (mut blocks, mut block) = (Vec::new(), Vec::new());
    let mut flush = |block: &mut Vec<u8>| {
        if !block.is_empty() {
            blocks.extend(word(block.len() + 4, 0));
            blocks.append(block);
        }
    };
    for record in records {
        let mut at = 0;
        while at < record.len() {
            if most - block.len() < 4 + 4 + 24 {
                flush(&mut block);
            }
            let room = most - block.len() - 8;
            let end = record.len().min(at + room);
            let kind = match (at, end == record.len()) {
                (0, true) => 0,
                (0, false) => 1,
                (_, true) => 2,
                (_, false) => 3,
            };
            block.extend(word(end - at + 4, kind));
            block.extend(&record[at..end]);
            at = end;
        }
    }
    flush(&mut block);
    blocks
}

/// What a file is found to be, and its records.
fn read(file: &[u8]) -> (Medium, Encoding, Vec<Vec<u8>>, bool) {
    let mut records = Records::open(Slow(file)).unwrap();
    let mut all = Vec::new();
    while let Some(record) = records.next_record().unwrap() {
        all.push(record.to_vec());
    }
    assert!(records.next_record().unwrap().is_none());
    (records.medium(), records.format().encoding, all, records.ended_cleanly())
}

/// Seven bytes at a time, as a slow pipe would.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let room = out.len().min(7);
        self.0.read(&mut out[..room])
    }
}

const ENCODINGS: [Encoding; 2] = [Encoding::Ascii, Encoding::Ebcdic];

#[test]
fn records_behind_descriptor_words() {
    for encoding in ENCODINGS {
        let all: Vec<Vec<u8>> = [29, 60, 900, 29, 500, 400].map(|len| record(encoding, len)).to_vec();
        let wanted = |medium| (medium, encoding, all.clone(), true);
        assert_eq!(read(&described(&all)), wanted(Medium::Descriptors));
        // zeros at the end are the end
        assert_eq!(read(&[&described(&all)[..], &[0; 4]].concat()), wanted(Medium::Descriptors));
        let short: Vec<u8> =
            all.iter().flat_map(|record| [&word(record.len(), 0)[..], record].concat()).collect();
        assert_eq!(read(&short), wanted(Medium::ShortDescriptors));
        for most in [200, 300, 1000, 4000] {
            assert_eq!(read(&spanned(&all, most)), wanted(Medium::BlockDescriptors), "{most}");
        }
        // blocks whose word has a length of 31 bits
        let inner = described(&all);
        let large = (0x8000_0000 | u32::try_from(inner.len() + 4).unwrap()).to_be_bytes();
        assert_eq!(read(&[&large[..], &inner].concat()), wanted(Medium::BlockDescriptors));
        // their messages are read, and written as a file with lengths
        let file = described(&all);
        let mut records = Records::open(&file[..]).unwrap();
        assert_eq!(records.format(), Format { blocked: false, encoding });
        let mut count = 0;
        while let Some(message) = records.next_message().unwrap() {
            assert_eq!(message.number(24).unwrap(), 693);
            count += 1;
        }
        assert_eq!(count, all.len());
    }
}

/// Two files that were put together by mistake are not read as the first alone.
#[test]
fn what_follows_the_last_record_is_counted() {
    let file = |blocked: bool| {
        let mut writer = RecordWriter::new(Vec::new(), Format { blocked, encoding: Encoding::Ebcdic });
        for len in [29, 60, 900] {
            writer.write_record(&record(Encoding::Ebcdic, len)).unwrap();
        }
        writer.finish().unwrap()
    };
    for blocked in [false, true] {
        for (after, is_filler) in [
            (vec![], true),
            (vec![0; 700], true),
            (b"\r\n".to_vec(), true),
            (vec![0x1A], true),
            (vec![0x40; 1014], true),
            (file(blocked), false),
            (file(blocked)[..60].to_vec(), false),
        ] {
            let input = [file(blocked), after].concat();
            let mut records = Records::open(&input[..]).unwrap();
            let mut count = 0;
            while records.next_record().unwrap().is_some() {
                assert_eq!(records.rest().unwrap(), 0, "nothing is read before the end");
                count += 1;
            }
            assert_eq!((count, records.rest().unwrap() == 0), (3, is_filler));
        }
    }
}

#[test]
fn a_text_before_the_first_record_is_passed_over() {
    let all: Vec<Vec<u8>> = [40, 50].map(|len| record(Encoding::Ebcdic, len)).to_vec();
    let lengths: Vec<u8> = all
        .iter()
        .flat_map(|record| [&u32::try_from(record.len()).unwrap().to_be_bytes()[..], record].concat())
        .chain([0; 4])
        .collect();
    for (name, preamble) in [
        ("a line", &b"HDR T112 20261123 BANK0001\n"[..]),
        ("two lines", b"//STEP1 EXEC\r\n//DD1 DD *\r\n"),
        ("eighty characters", &[b'A'; 80]),
        ("EBCDIC", &[0xC8, 0xC4, 0xD9, 0xF1, 0x40, 0xE3, 0xF1, 0xF1, 0xF2]),
    ] {
        for (medium, file) in [(Medium::Lengths, &lengths), (Medium::Descriptors, &described(&all))] {
            let whole = [preamble, file].concat();
            let mut records = Records::open(&whole[..]).unwrap();
            assert_eq!((records.medium(), records.preamble()), (medium, preamble.len()), "{name}");
            assert_eq!(records.next_record().unwrap(), Some(&all[0][..]), "{name}");
            // errors count from the start of the file
            let cut = &whole[..whole.len() - 10];
            let mut records = Records::open(cut).unwrap();
            let error = loop {
                match records.next_record() {
                    Ok(Some(_)) => (),
                    Ok(None) => panic!("{name}: no error"),
                    Err(error) => break error,
                }
            };
            let start = u64::try_from(whole.len() - if medium == Medium::Lengths { 54 } else { 50 }).unwrap();
            assert_eq!((error.record(), error.offset()), (2, start), "{name}");
        }
    }
}

#[test]
fn what_is_no_ipm_file_is_named() {
    let ascii = record(Encoding::Ascii, 60);
    let ebcdic = record(Encoding::Ebcdic, 60);
    let length = [0, 0, 0, 60];
    let other = b"0200\x70\x20\0\0\0\0\0\x00164111111111111111000000000000012300123456";
    for (file, wanted, words) in [
        (vec![], NotIpm::Empty, "it is empty"),
        (b"\x1F\x8B\x08\0\0".to_vec(), NotIpm::Packed("gzip"), "it is packed (gzip)"),
        (b"-----BEGIN PGP MESSAGE-----\n".to_vec(), NotIpm::Packed("PGP"), "it is packed (PGP)"),
        (vec![0x40; 3000], NotIpm::Fill(0x40), "nothing but octets 40"),
        (vec![0; 3000], NotIpm::Fill(0), "nothing but octets 00"),
        ([&ascii[..], b"\r\n", &ascii, b"\r\n"].concat(), NotIpm::Lines, "it was transferred as text"),
        ([&ebcdic[..], &[0x15], &ebcdic].concat(), NotIpm::Lines, "it was transferred as text"),
        (ascii.repeat(2), NotIpm::NoLengths, "without a length before it"),
        ([&[0, 60][..], &ascii, &[0, 60], &ascii].concat(), NotIpm::TwoOctets, "two octets, not four"),
        ([&[60, 0, 0, 0][..], &ebcdic].concat(), NotIpm::LittleEndian, "turned round"),
        (
            [&length[..], &ascii, b"\n", &length, &ascii].concat(),
            NotIpm::LineEnds,
            "a line end follows its first record",
        ),
        ([&length[..], &ebcdic, &[9; 30]].concat(), NotIpm::NoSecond, "followed by no other"),
        ([&length[..], other].concat(), NotIpm::OtherMessages, "no second bitmap"),
        ([&word(64, 0)[..], other].concat(), NotIpm::OtherMessages, "no second bitmap"),
        (b"4111111111111111,12.00\n".to_vec(), NotIpm::Text(Encoding::Ascii), "it begins with text"),
        (vec![0xC8, 0xC4, 0xD9, 0x40, 0xF1], NotIpm::Text(Encoding::Ebcdic), "text in EBCDIC"),
        ([&b"90"[..], &[b'0'; 166]].concat().repeat(2), NotIpm::BaseTwo, "BASE II"),
        (
            b"\0\0\0\x20\x01\x02\x03\x04\x05".to_vec(),
            NotIpm::NoMti(32),
            "no MTI follows its first length, 32",
        ),
        // a length that is turned round, without an MTI; and an MTI after what is no length at all
        ([&[60, 0, 0, 0][..], &[9; 30]].concat(), NotIpm::Unknown, "neither with a length nor"),
        ([&[0xFE; 4][..], &ebcdic].concat(), NotIpm::Unknown, "neither with a length nor"),
        (vec![0xFE, 1, 2, 3, 4, 5, 6, 7, 8], NotIpm::Unknown, "neither with a length nor"),
    ] {
        let error = Records::open(&file[..]).err().unwrap_or_else(|| panic!("{words}: it is read"));
        assert!(matches!(error.cause(), Cause::NotIpm(found) if *found == wanted), "{words}: {error}");
        let said = error.to_string();
        assert!(said.starts_with("this is no IPM file: ") && said.contains(words), "{said}");
        assert!(!said.contains("4111"), "{said}");
    }
}

#[test]
fn descriptor_words_that_are_wrong() {
    let all: Vec<Vec<u8>> = [60, 60, 60].map(|len| record(Encoding::Ebcdic, len)).to_vec();
    let good = described(&all);
    // within the second word: a length below its own, a segment that no one began, an odd last octet
    for (at, octets) in [(64, [0, 3]), (64, [0, 4]), (66, [2, 0]), (66, [9, 0]), (66, [0, 1])] {
        let mut file = good.clone();
        file[at..at + 2].copy_from_slice(&octets);
        // such a file is none from the start, or breaks where the word is
        match Records::open(&file[..]) {
            Err(error) => assert!(matches!(error.cause(), Cause::NotIpm(_)), "{error}"),
            Ok(_) => panic!("{octets:?}"),
        }
    }
    // far enough after for the start to be sound
    let long: Vec<Vec<u8>> = (0..20).map(|_| record(Encoding::Ebcdic, 900)).collect();
    let file = described(&long);
    for (at, octets) in [(0, [0, 3]), (0, [0xFF, 0xFF]), (2, [2, 0]), (2, [1, 0]), (2, [0, 7])] {
        let mut spoilt = file.clone();
        let place = 15 * 904 + at;
        spoilt[place..place + 2].copy_from_slice(&octets);
        let mut records = Records::open(&spoilt[..]).unwrap();
        let error = loop {
            match records.next_record() {
                Ok(Some(_)) => (),
                Ok(None) => panic!("{at} {octets:?}: no error"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.record(), 16, "{error}");
        assert!(records.next_record().unwrap().is_none() && !records.ended_cleanly());
    }
}

/// The shortest message is a type and two bitmaps; what is shorter is none, whatever its length says.
#[test]
fn the_shortest_record_is_a_type_and_two_bitmaps() {
    let mut shortest = b"1644\x80".to_vec();
    shortest.resize(20, 0);
    let file = |record: &[u8]| [&[0, 0, 0, u8::try_from(record.len()).unwrap()], record, &[0; 4]].concat();
    assert_eq!(read(&file(&shortest)).2, [shortest.clone()]);
    for size in 1..20 {
        let file = file(&shortest[..size]);
        let error = Records::open(&file[..]).err().unwrap_or_else(|| panic!("{size} octets are a record"));
        assert!(matches!(error.cause(), Cause::NotIpm(_)), "{error}");
    }
}

/// What cannot be read is told by its record.
#[test]
fn a_reader_that_fails_is_told_by_record_and_octet() {
    struct Broken<'a>(&'a [u8]);
    impl Read for Broken<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() { Err(std::io::Error::other("the disk is gone")) } else { self.0.read(out) }
        }
    }
    let file: Vec<u8> = [&[0, 0, 0, 9][..], &[b'x'; 9]].concat().repeat(3);
    for (cut, record) in [(2, 1), (7, 1), (13, 2), (20, 2), (26, 3), (33, 3)] {
        let mut reader = VbsReader::new(Broken(&file[..cut]));
        for _ in 1..record {
            assert!(reader.next_record().unwrap().is_some());
        }
        let error = reader.next_record().map(|_| ()).unwrap_err();
        assert!(matches!(error.cause(), Cause::Io(_)), "{error}");
        assert_eq!(error.record(), record, "{cut}: {error}");
    }
}

/// Zeros end a file between two records, and nowhere else.
#[test]
fn zeros_within_a_record_or_a_block_are_no_end() {
    let long: Vec<Vec<u8>> = (0..20).map(|_| record(Encoding::Ebcdic, 900)).collect();
    let zeros: &[u8] = &[0; 8];
    let goes_on = [&word(904, 1)[..], &long[0], zeros].concat();
    let block_goes_on = [&word(4 + 904 + 8, 0)[..], &word(904, 0), &long[0], zeros].concat();
    for (file, more) in
        [([described(&long), goes_on].concat(), 0), ([spanned(&long, 3_000), block_goes_on].concat(), 1)]
    {
        let mut records = Records::open(&file[..]).unwrap();
        for number in 0..20 + more {
            assert!(records.next_record().unwrap().is_some(), "{number}");
        }
        assert!(records.next_record().is_err());
        let ended = [described(&long), zeros.to_vec()].concat();
        assert_eq!(read(&ended).2, long);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever the medium, the records are the same.
    #[test]
    fn every_medium_gives_the_same_records(sizes in prop::collection::vec(29usize..1000, 1..12), most in 100usize..3000) {
        let all: Vec<Vec<u8>> = sizes.iter().map(|len| record(Encoding::Ebcdic, *len)).collect();
        prop_assert_eq!(read(&described(&all)).2, all.clone());
        prop_assert_eq!(read(&spanned(&all, most)).2, all);
    }

    /// A file that is cut anywhere gives whole records and then an error, or its end.
    #[test]
    fn a_file_cut_anywhere_gives_whole_records(sizes in prop::collection::vec(29usize..300, 1..8), most in 100usize..700, cut in 0usize..4000) {
        let all: Vec<Vec<u8>> = sizes.iter().map(|len| record(Encoding::Ascii, *len)).collect();
        for file in [described(&all), spanned(&all, most)] {
            let file = &file[..cut.min(file.len())];
            let Ok(mut records) = Records::open(file) else { continue };
            let mut count = 0;
            while let Ok(Some(record)) = records.next_record() {
                prop_assert_eq!(record, &all[count][..]);
                count += 1;
            }
            prop_assert!(count < all.len() || records.ended_cleanly());
        }
    }

    /// No octets make it panic.
    #[test]
    fn no_file_panics(file in prop::collection::vec(any::<u8>(), 0..2000), kind in 0u8..4) {
        let start: &[u8] = match kind {
            0 => b"",
            1 => b"\0\x50\0\0\xF1\xF6\xF4\xF4\x80",
            2 => b"\x01\0\0\0\0\x50\0\0\xF1\xF6\xF4\xF4\x80",
            _ => b"HEADER\n\0\0\0\x501644\x80",
        };
        let file = [start, &file].concat();
        if let Ok(mut records) = Records::open(&file[..]) {
            while let Ok(Some(_)) = records.next_record() {}
        }
    }
}
