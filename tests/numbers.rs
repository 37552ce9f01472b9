//! Any numbers in framings, clearing files, profiles and specs in texts: refused in words or used, never an overflow,
//! and no room is set aside for what is only claimed.
#![cfg(all(feature = "std", feature = "toml", feature = "jpos", feature = "json", feature = "j8583"))]

use cardwire::Framing;
use cardwire::frame::Station;
use cardwire::import::{SpecDoc, j8583};
use cardwire::ipm::{VbsReader, VbsWriter};
use cardwire::profile::Profile;

/// Where bounds lie, and beyond every one.
const NUMBERS: [&str; 17] = [
    "0",
    "1",
    "-1",
    "63",
    "64",
    "128",
    "192",
    "255",
    "256",
    "65535",
    "65536",
    "999999",
    "2147483648",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "99999999999999999999999999",
];

#[test]
fn framings() {
    let names = [
        "binary2",
        "binary2-inclusive",
        "binary4",
        "ascii2",
        "hex4",
        "bcd2",
        "gicc",
        "stx-etx",
        "cups",
        "none",
    ];
    for (name, number) in names.into_iter().flat_map(|name| NUMBERS.map(|number| (name, number))) {
        let Some(framing) = Framing::by_name(&format!("{name}+{number}")) else { continue };
        for limit in [0, 1, 300, u32::MAX] {
            tried(framing.with_limit(limit));
        }
    }
    for station in [
        Station::Tpdu,
        Station::UnionPay,
        Station::Base1,
        Station::Cups,
        Station::Base24,
        Station::Bytes(255),
    ] {
        for limit in [0, 1, 300, u32::MAX] {
            tried(Framing::BINARY4_INCLUSIVE.with_header(station).with_limit(limit));
        }
    }
}

/// Writes what there is room for, reads it again, and reads lengths that claim more than there is.
fn tried(framing: Framing) {
    let mut room = vec![0; 70_000];
    for (header, payload) in [(0, 0), (0, 9), (5, 9), (255, 255), (12, 65_536)] {
        let (header, payload) = (vec![0; header], vec![b'0'; payload]);
        if let Ok(frame) = framing.wrap(&header, &payload, &mut room) {
            assert!(framing.split(frame).is_ok(), "{framing:?}");
        }
        let _ = framing.wrap(&header, &payload, &mut [0; 3]);
    }
    for octet in [0, b'0', b'9', 0x99, 0x7F, 0xFF] {
        let claimed = [octet; 12];
        let _ = (framing.split(&claimed), framing.split(&claimed[..3]), framing.split_last(&claimed));
    }
}

#[test]
fn clearing_files() {
    for limit in [0, 1, 3_000, u32::MAX] {
        for length in [0, 1, 5, 0x7FFF_FFFF, u32::MAX] {
            let file = [&length.to_be_bytes()[..], b"01234", &[0; 4]].concat();
            let mut reader = VbsReader::new(&file[..]).with_limit(limit);
            let record = reader.next_record().map(|record| record.map(<[u8]>::len));
            assert!(matches!(record, Err(_) | Ok(None | Some(1 | 5))), "{limit} {length}: {record:?}");
            let blocked = file.repeat(300);
            let _ = VbsReader::blocked(&blocked[..]).with_limit(limit).next_record();
        }
        let mut writer = VbsWriter::new(Vec::new()).with_limit(limit);
        let written = writer.write_record(&[b'1'; 3_001]);
        assert_eq!(written.is_ok(), limit == u32::MAX, "{limit}: {written:?}");
    }
}

#[test]
fn profiles() {
    for number in NUMBERS {
        let rules = [
            format!("mandatory = [{number}]"),
            format!("optional = [{number}, {number}]"),
            format!("echoed = [{number}]"),
            format!("conditional = {{ {number} = \"with {number}\" }}"),
        ];
        for rule in rules {
            let text = format!("name = 'x'\n[[rule]]\nmti = '0200'\n{rule}\n");
            if let Err(error) = Profile::from_toml(&text) {
                assert!(!error.message().is_empty());
            }
        }
    }
}

#[test]
fn specs_in_texts() {
    for number in NUMBERS {
        let texts = [
            SpecDoc::from_toml(&format!("name = 'x'\nheader = {number}\n[2]\nis = 'n 4'\n")),
            SpecDoc::from_toml(&format!("name = 'x'\n[{number}]\nis = 'n 4'\n")),
            SpecDoc::from_toml(&format!("name = 'x'\n[2]\nis = 'n {number}'\n")),
            SpecDoc::from_toml(&format!("name = 'x'\n[2]\nis = 'n..{number}'\nmin = {number}\n")),
            SpecDoc::from_jpos(&format!(
                "<isopackager><isofield id='{number}' length='{number}' name='x' class='org.jpos.iso.IFA_NUMERIC'/></isopackager>"
            )),
            SpecDoc::from_moov(&format!(
                r#"{{"name":"x","fields":{{"{number}":{{"type":"String","length":{number},"enc":"ASCII","prefix":"ASCII.Fixed"}}}}}}"#
            )),
            SpecDoc::from_j8583(&format!(
                "<j8583-config><parse type='0200'><field num='{number}' type='ALPHA' length='{number}'/></parse></j8583-config>"
            )),
        ];
        for doc in texts.into_iter().flatten() {
            assert_eq!(doc.check(), Ok(()), "{number}: an importer gives what the check accepts");
        }
        let Ok(header) = number.parse() else { continue };
        let text = "<j8583-config><parse type='0200'><field num='3' type='NUMERIC' length='6'/></parse></j8583-config>";
        let doc = j8583::import(text, &j8583::Options::new().header(header));
        assert_eq!(doc.is_ok(), header <= 0xFFFF, "{header}");
    }
}
