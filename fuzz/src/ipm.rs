//! Clearing files: however they arrive, the records are the same; written again, they are read again.

use std::io::Read;

use cardwire::ipm::{Format, RecordWriter, Records, pds};

/// What a file held, and the error it ended in.
type Seen = (Vec<Vec<u8>>, Option<String>, bool, u64);

/// Reads a file in one piece and in small ones, and writes what it held.
pub fn ipm(data: &[u8]) {
    let Ok(records) = Records::open(data) else { return };
    let format = records.format();
    let whole = read(records);
    for packet in [1, 7] {
        let slow = Slow { rest: data, packet };
        let records = Records::open(slow).expect("the same start is the same kind of file");
        assert_eq!(records.format(), format);
        assert_eq!(read(records), whole, "{packet} octets at a time");
    }
    let mut records = Records::open(data).expect("opened once, opened again");
    while let Ok(Some(message)) = records.next_message() {
        assert!(pds(&message).all(|part| !format!("{part:?}").is_empty()));
    }
    write(format, &whole.0);
}

fn read(mut records: Records<impl Read>) -> Seen {
    let mut all = Vec::new();
    let error = loop {
        match records.next_record() {
            Ok(Some(record)) => all.push(record.to_vec()),
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    assert!(matches!(records.next_record(), Ok(None)), "after the end is nothing");
    (all, error, records.ended_cleanly(), records.odd_trailers())
}

/// Whether the input is a file that ends where it should.
#[cfg(test)]
pub(crate) fn is_whole(data: &[u8]) -> bool {
    Records::open(data).map(read).is_ok_and(|(_, error, is_whole, _)| is_whole && error.is_none())
}

fn write(format: Format, all: &[Vec<u8>]) {
    let mut writer = RecordWriter::new(Vec::new(), format);
    for record in all {
        writer.write_record(record).expect("what was read can be written");
    }
    let file = writer.finish().expect("a vector takes everything");
    let mut records = Records::new(&file[..], format);
    for record in all {
        assert_eq!(records.next_record().ok().flatten(), Some(record.as_slice()));
    }
    assert!(matches!(records.next_record(), Ok(None)) && records.ended_cleanly());
}

/// So many octets at a time, as a slow pipe gives them.
struct Slow<'d> {
    rest: &'d [u8],
    packet: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let room = out.len().min(self.packet);
        self.rest.read(&mut out[..room])
    }
}
