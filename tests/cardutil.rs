//! Against `cardutil` from PyPI: each side reads what the other wrote, and writes it octet by octet.
//!
//! The package is installed into a virtual environment below the target folder; where that cannot
//! be had, the test says so and passes.
#![cfg(feature = "std")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cardwire::ipm::{Encoding, Format, PdsList, RecordWriter, Records, pds};
use cardwire::{Builder, Field, Message};
use common::venv::Package;

const FILES: [(&str, Format); 4] = [
    ("vbs_ascii", Format { blocked: false, encoding: Encoding::Ascii }),
    ("vbs_ebcdic", Format { blocked: false, encoding: Encoding::Ebcdic }),
    ("1014_ascii", Format { blocked: true, encoding: Encoding::Ascii }),
    ("1014_ebcdic", Format { blocked: true, encoding: Encoding::Ebcdic }),
];

const ICC: [(u32, &[u8]); 2] = [(0x9F36, &[0x00, 0x12]), (0x95, &[0x80; 5])];

static CARDUTIL: Package = Package::new("cardutil", "0.7.3", "cardutil.mciipm");

/// A scratch folder of this test, or `None` and a message where the package cannot be had.
fn cardutil(name: &str, action: &str, prepare: impl FnOnce(&Path)) -> Option<PathBuf> {
    let mut script = CARDUTIL.script("with_cardutil.py")?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    prepare(&folder);
    let output = script.arg(action).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(folder)
}

fn text(field: &Field<'_>) -> String {
    let clear = field.expose();
    if field.content().is_binary() {
        return clear.octets().map(|octet| format!("{octet:02X}")).collect();
    }
    clear.chars().collect()
}

/// The line that the script prints for a message.
fn line(message: &Message<'_>) -> String {
    let mut line = message.mti().to_string();
    for number in [2, 4, 12, 24, 31, 43, 55, 71] {
        line.push('|');
        line.extend(message.get(number).as_ref().map(text));
    }
    let mut subelements: Vec<_> = pds(message).collect();
    subelements.sort_by_key(|subelement| subelement.key());
    for subelement in &subelements {
        write!(line, "|{}={}", subelement.key(), text(subelement)).unwrap();
    }
    line
}

#[test]
fn what_cardutil_wrote_is_read_and_written_again() {
    let Some(folder) = cardutil("cardutil-wrote", "write", |_| ()) else { return };
    let expected = std::fs::read_to_string(folder.join("expected.txt")).unwrap();
    for (name, format) in FILES {
        let wire = std::fs::read(folder.join(format!("cardutil_{name}.ipm"))).unwrap();
        let mut records = Records::open(&wire[..]).unwrap();
        assert_eq!(records.format(), format, "{name}");
        let mut writer = RecordWriter::new(Vec::new(), format);
        let mut lines = String::new();
        while let Some(message) = records.next_message().unwrap() {
            writeln!(lines, "{}", line(&message)).unwrap();
            writer.write(&Builder::copy_of(&message, format.encoding.spec())).unwrap();
        }
        assert!(records.ended_cleanly(), "{name}");
        assert_eq!(lines, expected, "{name}");
        assert_eq!(writer.finish().unwrap(), wire, "{name}");
    }
}

#[test]
fn what_cardwire_wrote_is_read_by_cardutil() {
    let mut expected = String::new();
    let folder = cardutil("cardwire-wrote", "read", |folder| {
        for (name, format) in FILES {
            expected.clear();
            let mut writer = RecordWriter::new(Vec::new(), format);
            for number in 1..=60u16 {
                let long = "z".repeat(usize::from(number) * 11);
                let mut list = PdsList::new();
                list.push(23, "CT1").unwrap().push(158, &long).unwrap();
                list.push(170, &long).unwrap().push(191, "2").unwrap();
                let amount = u64::from(number) * 1_000_001;
                let mut builder = Builder::new(format.encoding.spec(), "1240".parse().unwrap());
                builder.set(2, "5555555555554444").set(3, "000000").set(4, amount).set(12, "260123123456");
                builder.set(24, "200").set(31, "05555550123456789012345").set(71, number);
                builder.set(43, "Shop\\1 High Street\\Town\\12345     NY USA");
                builder.set(55, &ICC);
                list.set(&mut builder);
                let wire = builder.to_vec().unwrap();
                let message = Message::parse(format.encoding.spec(), &wire).unwrap();
                writeln!(expected, "{}", line(&message)).unwrap();
                writer.write(&builder).unwrap();
            }
            std::fs::write(folder.join(format!("cardwire_{name}.ipm")), writer.finish().unwrap()).unwrap();
        }
    });
    let Some(folder) = folder else { return };
    for (name, _) in FILES {
        let lines = std::fs::read_to_string(folder.join(format!("read_{name}.txt"))).unwrap();
        assert_eq!(lines, expected, "{name}");
    }
}
