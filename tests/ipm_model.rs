//! Clearing files beside a slow reader of whole files, which knows the formats and nothing of the library: each
//! record with its place, each error by kind, record, octet, expected and found, and what is counted.
#![cfg(feature = "std")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

#[path = "ipm_model/files.rs"]
mod files;

use std::io::{self, Read, Write};

use cardwire::ipm::{Cause, Encoding, Error, Format, Medium, RecordWriter, Records, VbsWriter};
use cardwire::{Builder, ErrorKind};
use files::{KINDS, Kind, blocks, file, in_pieces, long, record};

/// An octet of the file, or its record, and what was expected and found there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Refused {
    kind: ErrorKind,
    record: u64,
    offset: usize,
    expected: usize,
    found: usize,
}

/// A record, whose number of octets is shown.
#[derive(PartialEq, Eq)]
struct Octets(Vec<u8>);

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} octets", self.0.len())
    }
}

/// What a reader tells of a file.
#[derive(PartialEq, Eq, Debug)]
struct Told {
    /// Where each record begins, and its octets.
    records: Vec<(usize, Octets)>,
    refused: Option<Refused>,
    ended_cleanly: bool,
    rest: u64,
    odd_trailers: u64,
}

/// The octets of a file that are data, and how far they were read.
struct Slow<'f> {
    kind: Kind,
    file: &'f [u8],
    data: Vec<u8>,
    at: usize,
    limit: usize,
    /// Octets that are left of a block of descriptor words.
    left: usize,
}

impl<'f> Slow<'f> {
    fn new(kind: Kind, file: &'f [u8], limit: usize) -> Self {
        let data = match kind {
            Kind::Blocked => {
                file.chunks(1014).flat_map(|block| &block[..block.len().min(1012)]).copied().collect()
            }
            _ => file.to_vec(),
        };
        Self { kind, file, data, at: 0, limit, left: 0 }
    }

    /// Where a data octet stands in the file.
    fn place(&self, at: usize) -> usize {
        if self.kind == Kind::Blocked { at + at / 1012 * 2 } else { at }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let end = self.data.len().min(self.at + count);
        let taken = self.data[self.at..end].to_vec();
        self.at = end;
        taken
    }

    fn told(mut self) -> Told {
        let mut told =
            Told { records: Vec::new(), refused: None, ended_cleanly: false, rest: 0, odd_trailers: 0 };
        loop {
            let record = u64::try_from(told.records.len()).unwrap() + 1;
            let step = match self.kind {
                Kind::Lengths | Kind::Blocked => self.of_length(),
                _ => self.of_words(),
            };
            match step {
                Step::Record(start, octets) => told.records.push((self.place(start), Octets(octets))),
                Step::End { clean } => {
                    told.ended_cleanly = clean;
                    break;
                }
                Step::Refused(kind, at, expected, found) => {
                    let offset = self.place(at);
                    told.refused = Some(Refused { kind, record, offset, expected, found });
                    break;
                }
            }
        }
        if told.ended_cleanly {
            let rest = self.take(usize::MAX - self.at);
            let fillers = [0, 0x40, 0x20, 0x0D, 0x0A, 0x1A];
            told.rest = u64::try_from(rest.iter().filter(|octet| !fillers.contains(octet)).count()).unwrap();
            self.at = usize::MAX;
        } else if told.refused.is_none_or(|refused| refused.kind == ErrorKind::Truncated)
            && self.at == self.data.len()
            && !self.data.ends_with(&[0x40; 4])
        {
            // it looked for more
            self.at = usize::MAX;
        }
        if self.kind == Kind::Blocked {
            let odd = |(index, block): &(usize, &[u8])| {
                block.len() >= 1012 && self.at > (index + 1) * 1012 && block[1012..] != [0x40, 0x40]
            };
            told.odd_trailers =
                u64::try_from(self.file.chunks(1014).enumerate().filter(odd).count()).unwrap();
        }
        told
    }

    fn of_length(&mut self) -> Step {
        let start = self.at;
        let length = self.take(4);
        if length.len() < 4 {
            return match length.iter().all(|octet| [0, 0x40].contains(octet)) {
                true => Step::End { clean: false },
                false => Step::Refused(ErrorKind::Truncated, start, 4, length.len()),
            };
        }
        if length == [0; 4] || (self.kind == Kind::Blocked && length == [0x40; 4]) {
            return Step::End { clean: length == [0; 4] };
        }
        let length = usize::try_from(number(&length)).unwrap();
        if length > self.limit {
            return Step::Refused(ErrorKind::FrameLimit, start, self.limit, length);
        }
        let (start, octets) = (self.at, self.take(length));
        match octets.len() == length {
            true => Step::Record(start, octets),
            false => Step::Refused(ErrorKind::Truncated, start, length, octets.len()),
        }
    }

    fn of_words(&mut self) -> Step {
        let (mut whole, mut begun) = (Vec::new(), None);
        loop {
            if self.kind == Kind::WordsInBlocks && self.left == 0 {
                let (start, word) = (self.at, self.take(4));
                if word.iter().all(|octet| *octet == 0) && begun.is_none() {
                    return Step::End { clean: true };
                }
                if word.len() < 4 {
                    return Step::Refused(ErrorKind::Truncated, start, 4, word.len());
                }
                let length = match word[0] & 0x80 != 0 {
                    true => number(&word) - 0x8000_0000,
                    false if word[2..] == [0, 0] => number(&word[..2]),
                    false => 0,
                };
                // its own word, that of a record, and an octet
                if length < 9 {
                    return Step::Refused(ErrorKind::FrameShape, start, 0, 0);
                }
                self.left = usize::try_from(length).unwrap() - 4;
            }
            let (start, word) = (self.at, self.take(4));
            let may_end = begun.is_none() && self.kind != Kind::WordsInBlocks;
            if may_end && word.iter().all(|octet| *octet == 0) {
                return Step::End { clean: true };
            }
            if word.len() < 4 {
                return Step::Refused(ErrorKind::Truncated, start, 4, word.len());
            }
            self.left = self.left.saturating_sub(4);
            let own = if self.kind == (Kind::Words { counts_itself: false }) { 0 } else { 4 };
            let octets = usize::try_from(number(&word[..2])).unwrap().saturating_sub(own);
            let goes_on = [2, 3].contains(&word[2]);
            let is_sound = octets > 0 && word[2] <= 3 && word[3] == 0 && goes_on == begun.is_some();
            if !is_sound || (self.kind == Kind::WordsInBlocks && octets > self.left) {
                return Step::Refused(ErrorKind::FrameShape, start, 0, 0);
            }
            if whole.len() + octets > self.limit {
                return Step::Refused(ErrorKind::FrameLimit, start, self.limit, whole.len() + octets);
            }
            let (at, piece) = (self.at, self.take(octets));
            let begin = *begun.get_or_insert(at);
            if piece.len() < octets {
                return Step::Refused(ErrorKind::Truncated, at, octets, piece.len());
            }
            self.left = self.left.saturating_sub(octets);
            whole.extend(piece);
            if [0, 2].contains(&word[2]) {
                return Step::Record(begin, whole);
            }
        }
    }
}

enum Step {
    Record(usize, Vec<u8>),
    End {
        clean: bool,
    },
    /// Kind, data octet, expected, found.
    Refused(ErrorKind, usize, usize, usize),
}

fn number(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |number, octet| number * 256 + u64::from(*octet))
}

/// A few octets at a time, and every other time none yet.
struct Halting<'f>(&'f [u8], bool);

impl Read for Halting<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let room = out.len().min(1000);
        self.0.read(&mut out[..room])
    }
}

/// What the library tells of a file.
fn told(kind: Kind, file: &[u8], limit: usize) -> Told {
    let format = Format { blocked: kind == Kind::Blocked, encoding: Encoding::Ascii };
    let source = Halting(file, false);
    let records = match kind {
        Kind::Lengths | Kind::Blocked => Records::new(source, format),
        _ => Records::open(source).unwrap(),
    };
    let medium = match kind {
        Kind::Lengths => Medium::Lengths,
        Kind::Blocked => Medium::Blocks1014,
        Kind::Words { counts_itself: true } => Medium::Descriptors,
        Kind::Words { counts_itself: false } => Medium::ShortDescriptors,
        Kind::WordsInBlocks => Medium::BlockDescriptors,
    };
    assert_eq!((records.medium(), records.format(), records.preamble()), (medium, format, 0));
    let mut records = records.with_limit(u32::try_from(limit).unwrap());
    let (mut all, mut refused) = (Vec::new(), None);
    loop {
        match records.next_record() {
            Ok(Some(record)) => {
                let record = record.to_vec();
                all.push((usize::try_from(records.offset()).unwrap(), Octets(record)));
                assert_eq!(records.records(), u64::try_from(all.len()).unwrap());
                assert!(!records.ended_cleanly());
            }
            Ok(None) => break,
            Err(error) => {
                let Cause::Content(cause) = error.cause() else { panic!("{error}") };
                let offset = usize::try_from(error.offset()).unwrap();
                assert_eq!((cause.offset(), cause.field()), (0, None));
                let (kind, expected, found) = (cause.kind(), cause.expected(), cause.found());
                refused = Some(Refused { kind, record: error.record(), offset, expected, found });
                assert!(records.next_record().unwrap().is_none(), "nothing after an error");
                break;
            }
        }
    }
    let (ended_cleanly, rest) = (records.ended_cleanly(), records.rest().unwrap());
    Told { records: all, refused, ended_cleanly, rest, odd_trailers: records.odd_trailers() }
}

/// Every cut of the last two records, and of one that lies in pieces.
#[test]
fn a_file_that_is_cut_is_told_as_it_lies() {
    for kind in KINDS {
        let (mut whole, start) = match kind {
            Kind::Blocked => {
                (file(kind, &[record(Encoding::Ascii, 990, b'x'), record(Encoding::Ascii, 30, b'y')]), 0)
            }
            Kind::Lengths => (file(kind, &[40, 9].map(|len| record(Encoding::Ascii, len, b'y'))), 0),
            _ => long(kind, &[30, 12]),
        };
        if matches!(kind, Kind::Words { .. } | Kind::WordsInBlocks) {
            let end = whole.split_off(whole.len() - 4);
            whole.extend(in_pieces(kind, &record(Encoding::Ascii, 31, b'z')));
            whole.extend(end);
        }
        whole.extend(b"\x1A\r\n @\0rest");
        for cut in start..=whole.len() {
            let cut = &whole[..cut];
            assert_eq!(told(kind, cut, 990), Slow::new(kind, cut, 990).told(), "{kind:?}, {}", cut.len());
        }
    }
}

/// Each octet of words and lengths, changed.
#[test]
fn a_length_that_is_wrong_is_told_where_it_stands() {
    for kind in KINDS {
        let (mut whole, start) = long(kind, &[30, 12]);
        if matches!(kind, Kind::Words { .. } | Kind::WordsInBlocks) {
            whole.truncate(whole.len() - 4);
            whole.extend(in_pieces(kind, &record(Encoding::Ascii, 31, b'z')));
            whole.extend([0; 4]);
        }
        let (start, end) = match kind {
            // the words around the end of a block
            Kind::Blocked => (whole.len() - 1014, whole.len()),
            _ => (start, whole.len()),
        };
        for at in start..end {
            for with in [0, 1, 2, 3, 4, 5, 8, 9, 0x40, 0x7F, 0x80, 0x84] {
                if whole[at] == b'x' || whole[at] == b'y' || whole[at] == b'z' {
                    continue;
                }
                let mut spoilt = whole.clone();
                spoilt[at] = with;
                let (found, wanted) = (told(kind, &spoilt, 900), Slow::new(kind, &spoilt, 900).told());
                assert_eq!(found, wanted, "{kind:?}, octet {at} as {with}");
            }
        }
    }
}

/// A record as long as the limit is read, one octet more is refused; in one piece and in three.
#[test]
fn the_limit_is_the_longest_that_is_read() {
    for kind in KINDS {
        let (mut whole, _) = long(kind, &[900]);
        assert_eq!(told(kind, &whole, 900).refused, None);
        let refused = told(kind, &whole, 899).refused.unwrap();
        assert_eq!((refused.record, refused.expected, refused.found), (1, 899, 900), "{kind:?}");
        if matches!(kind, Kind::Words { .. } | Kind::WordsInBlocks) {
            whole.truncate(whole.len() - 4);
            for (len, is_read) in [(900, true), (901, false)] {
                let more = [&whole[..], &in_pieces(kind, &record(Encoding::Ascii, len, b'z'))].concat();
                assert_eq!(told(kind, &more, 900), Slow::new(kind, &more, 900).told());
                assert_eq!(told(kind, &more, 900).records.len(), 11 + usize::from(is_read));
            }
        }
    }
}

/// What stands after the data of a block is counted, wherever the file was left.
#[test]
fn trailers_are_counted_as_far_as_they_were_read() {
    let whole = file(Kind::Blocked, &vec![record(Encoding::Ascii, 900, b'x'); 6]);
    for odd in 0_u8..64 {
        let mut spoilt = whole.clone();
        for (index, block) in spoilt.chunks_mut(1014).enumerate() {
            if odd >> index & 1 == 1 {
                block[1012 + index % 2] = 0;
            }
        }
        assert_eq!(told(Kind::Blocked, &spoilt, 900), Slow::new(Kind::Blocked, &spoilt, 900).told());
        let wanted = u64::from(odd.count_ones());
        assert_eq!(told(Kind::Blocked, &spoilt, 900).odd_trailers, wanted, "{odd}");
    }
}

/// Takes so many octets, and no more.
struct Full {
    octets: Vec<u8>,
    room: usize,
}

impl Write for Full {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match (self.room - self.octets.len()).min(octets.len()) {
            0 => Err(io::Error::other("the disk is full")),
            fits => self.octets.write(&octets[..fits]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A disk that is full is told by the record, and the octet of the file at which the length or the record began.
#[test]
fn a_writer_that_fails_is_told_by_record_and_octet() {
    let records = [500, 508, 600].map(|len| record(Encoding::Ascii, len, b'x'));
    for kind in [Kind::Lengths, Kind::Blocked] {
        let whole = file(kind, &records);
        let write = |room: usize| -> Result<Vec<u8>, Error> {
            let format = Format { blocked: kind == Kind::Blocked, encoding: Encoding::Ascii };
            let mut writer = RecordWriter::new(Full { octets: Vec::new(), room }, format);
            for (index, record) in records.iter().enumerate() {
                assert_eq!(writer.records(), u64::try_from(index).unwrap());
                writer.write_record(record)?;
            }
            Ok(writer.finish()?.octets)
        };
        assert_eq!(write(whole.len()).unwrap(), whole);
        let place = |at: usize| if kind == Kind::Blocked { at + at / 1012 * 2 } else { at };
        // lengths, records, and the last length: where each begins and how many octets it has
        let mut pieces = Vec::new();
        for (index, record) in records.iter().enumerate() {
            pieces.extend([(index + 1, 4), (index + 1, record.len())]);
        }
        pieces.push((4, 4));
        for room in 0..whole.len() {
            let (mut start, mut wanted) = (0, (3, 0));
            for (record, len) in &pieces {
                if place(start + len) > room {
                    wanted = (*record, place(start));
                    break;
                }
                start += len;
            }
            let error = write(room).unwrap_err();
            assert!(matches!(error.cause(), Cause::Io(_)), "{error}");
            let found = (usize::try_from(error.record()).unwrap(), usize::try_from(error.offset()).unwrap());
            assert_eq!(found, wanted, "{kind:?}, {room} octets");
        }
    }
}

/// What cannot be written is told by its record, and nothing of it is written.
#[test]
fn a_record_that_is_refused_is_told() {
    for kind in [Kind::Lengths, Kind::Blocked] {
        let format = Format { blocked: kind == Kind::Blocked, encoding: Encoding::Ascii };
        let mut writer = RecordWriter::new(Vec::new(), format).with_limit(1020);
        writer.write_record(&record(Encoding::Ascii, 1020, b'x')).unwrap();
        let place = if kind == Kind::Blocked { 1026 } else { 1024 };
        let mut wrong = Builder::new(Encoding::Ascii.spec(), "1644".parse().unwrap());
        wrong.set(24, "6A3");
        let mut long = Builder::new(Encoding::Ascii.spec(), "1644".parse().unwrap());
        let text = vec![b'x'; 995];
        long.set(24, 693).set(72, &text[..]);
        let refused = [
            (writer.write_record(&[]).unwrap_err(), ErrorKind::TooShort, 1, 0),
            (writer.write_record(&[b'x'; 1021]).unwrap_err(), ErrorKind::FrameLimit, 1020, 1021),
            (writer.write(&long).unwrap_err(), ErrorKind::FrameLimit, 1020, 1021),
        ];
        for (error, kind, expected, found) in refused {
            let Cause::Content(cause) = error.cause() else { panic!("{error}") };
            assert_eq!((error.record(), error.offset(), cause.kind()), (2, place, kind));
            assert_eq!((cause.expected(), cause.found()), (expected, found));
        }
        let error = writer.write(&wrong).unwrap_err();
        assert_eq!((error.record(), error.offset()), (2, place));
        assert!(error.to_string().contains("field 24"), "{error}");
        assert_eq!(writer.records(), 1);
        assert_eq!(writer.finish().unwrap(), file(kind, &[record(Encoding::Ascii, 1020, b'x')]));
    }
    let mut writer = VbsWriter::blocked(Vec::new()).with_limit(9);
    writer.write_record(b"123456789").unwrap();
    assert!(writer.write_record(b"1234567890").is_err());
    assert_eq!(writer.records(), 1);
    assert_eq!(writer.finish().unwrap().finish().unwrap(), blocks(b"\0\0\0\x09123456789\0\0\0\0"));
}

/// Zeros end a file, and then the reader fails.
#[test]
fn a_rest_that_cannot_be_read_is_told() {
    struct Broken<'f>(&'f [u8]);
    impl Read for Broken<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::Error::other("the disk is gone")) } else { self.0.read(out) }
        }
    }
    for kind in [Kind::Lengths, Kind::Blocked] {
        let whole = file(kind, &vec![record(Encoding::Ascii, 600, b'x'); 2]);
        let cut = if kind == Kind::Blocked { 1214 } else { 1212 };
        let format = Format { blocked: kind == Kind::Blocked, encoding: Encoding::Ascii };
        let mut records = Records::new(Broken(&whole[..cut]), format);
        while records.next_record().unwrap().is_some() {}
        let error = records.rest().unwrap_err();
        assert_eq!((error.record(), error.offset()), (2, u64::try_from(cut).unwrap()));
    }
}
