//! Clearing files on each medium, as their formats lay them out.

use cardwire::ipm::Encoding;

/// What stands before the records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Lengths,
    Blocked,
    Words { counts_itself: bool },
    WordsInBlocks,
}

pub(crate) const KINDS: [Kind; 5] = [
    Kind::Lengths,
    Kind::Blocked,
    Kind::Words { counts_itself: true },
    Kind::Words { counts_itself: false },
    Kind::WordsInBlocks,
];

/// A record of at least nine octets: a type, a bitmap that announces another, and anything.
pub(crate) fn record(encoding: Encoding, len: usize, with: u8) -> Vec<u8> {
    let mut record = match encoding {
        Encoding::Ascii => b"1644\x80".to_vec(),
        Encoding::Ebcdic => b"\xF1\xF6\xF4\xF4\x80".to_vec(),
    };
    record.resize(len, with);
    record
}

fn word(length: usize, kind: u8) -> [u8; 4] {
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    [high, low, kind, 0]
}

/// A file of these records, each whole in its block if it has blocks of words.
pub(crate) fn file(kind: Kind, records: &[Vec<u8>]) -> Vec<u8> {
    let mut data = Vec::new();
    for record in records {
        match kind {
            Kind::Lengths | Kind::Blocked => data.extend(u32::try_from(record.len()).unwrap().to_be_bytes()),
            Kind::Words { counts_itself: true } => data.extend(word(record.len() + 4, 0)),
            Kind::Words { counts_itself: false } => data.extend(word(record.len(), 0)),
            Kind::WordsInBlocks => {
                data.extend([word(record.len() + 8, 0), word(record.len() + 4, 0)].concat())
            }
        }
        data.extend(record);
    }
    data.extend([0; 4]);
    match kind {
        Kind::Blocked => blocks(&data),
        _ => data,
    }
}

pub(crate) fn blocks(data: &[u8]) -> Vec<u8> {
    let block = |data: &[u8]| [data, &vec![0x40; 1014 - data.len()]].concat();
    data.chunks(1012).flat_map(block).collect()
}

/// A record in three pieces, and each piece but the last with the word of its block if there are any.
pub(crate) fn in_pieces(kind: Kind, record: &[u8]) -> Vec<u8> {
    let own = if kind == (Kind::Words { counts_itself: false }) { 0 } else { 4 };
    let third = record.len() / 3;
    let pieces = [(1, &record[..third]), (3, &record[third..2 * third]), (2, &record[2 * third..])];
    let mut data = Vec::new();
    for (segment, piece) in pieces {
        if kind == Kind::WordsInBlocks {
            data.extend((0x8000_0000 + u32::try_from(piece.len() + 8).unwrap()).to_be_bytes());
        }
        data.extend(word(piece.len() + own, segment));
        data.extend(piece);
    }
    data
}

/// Ten records of 900, after which detection asks no more, and of these lengths.
pub(crate) fn long(kind: Kind, lengths: &[usize]) -> (Vec<u8>, usize) {
    let head = vec![record(Encoding::Ascii, 900, b'x'); 10];
    let tail: Vec<Vec<u8>> = lengths.iter().map(|len| record(Encoding::Ascii, *len, b'y')).collect();
    let sound = file(kind, &head);
    let start = sound.len() - if kind == Kind::Blocked { 0 } else { 4 };
    (file(kind, &[head, tail].concat()), start)
}
