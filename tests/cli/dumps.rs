//! Dumps as programs print them: rows of any width, from any offset, packets among them.

use super::forms::{DECODE, LINE, OBJECT, gives, refuses};
use super::{REQUEST, cardwire, file, good};

/// The line ends are in no frame: read as a stream, the first would end it.
#[test]
fn text_behind_a_length_in_each_line() {
    let line = format!("{:04}{REQUEST}\n", REQUEST.len());
    for times in [1, 2, 5] {
        let lines = line.repeat(times);
        let framed = good(&[&DECODE[..], &["-F", "ascii4"]].concat(), lines.clone());
        assert_eq!(framed, OBJECT.repeat(times));
        let done = cardwire(&DECODE, lines.clone());
        let told = done.out.matches("a length of 4 bytes stands before the MTI").count();
        assert_eq!(told, times, "{}", done.out);
        assert!(done.err.contains("it parses with --spec iso87-ascii --framing ascii4"), "{}", done.err);
        assert_eq!(good(&DECODE, lines.replace('\n', "")), OBJECT.repeat(times), "without line ends");
    }
}

#[test]
fn dumps_with_eight_octets_a_row() {
    for (mark, before) in [(":", ""), (" :", ": ")] {
        let row = |(row, octets): (usize, &[u8])| {
            let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02X}")).collect();
            let characters = String::from_utf8_lossy(octets);
            format!("{:06X}{mark} {:<23}  {before}{characters}\n", 8 * row, pairs.join(" "))
        };
        gives("rows of eight", REQUEST.as_bytes().chunks(8).enumerate().map(row).collect::<String>(), 1);
    }
}

#[test]
fn dumps_with_more_octets_a_row() {
    for width in [20, 24, 32, 64] {
        for (gap, offset) in [(8, "0x"), (16, "["), (99, "")] {
            let row = |(row, octets): (usize, &[u8])| {
                let groups: Vec<String> = octets.chunks(gap).map(hex_pairs).collect();
                let end = if offset == "[" { "]" } else { "" };
                let at = width * row;
                format!(
                    "{offset}{at:04x}{end}  {:<200}  {}\n",
                    groups.join("  "),
                    String::from_utf8_lossy(octets)
                )
            };
            let rows: String = REQUEST.as_bytes().chunks(width).enumerate().map(row).collect();
            gives("wide rows", rows, 1);
        }
    }
}

fn hex_pairs(octets: &[u8]) -> String {
    let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    pairs.join(" ")
}

#[test]
fn dumps_of_more_programs() {
    let octets = REQUEST.as_bytes();
    let rows = |style: &dyn Fn(usize, &[u8]) -> String| -> String {
        octets.chunks(16).enumerate().map(|(row, octets)| style(16 * row, octets) + "\n").collect()
    };
    let pairs =
        |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ");
    let words = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let table = "+--------+------+\n|        |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |\n+--------+------+\n";
    for (name, text) in [
        ("UltraEdit", rows(&|at, row| format!("{at:08x}h: {:<47} ; {}", pairs(row), words(row)))),
        ("0000(0000)", rows(&|at, row| format!("{at:04X}({at:04}) {:<47}  {}", pairs(row), words(row)))),
        ("tcpdump", rows(&|at, row| format!("\t0x{at:04x}:  {:<47}  {}", pairs(row), words(row)))),
        ("commons-io", rows(&|at, row| format!("{at:08X} {:<47} {}", pairs(row).to_uppercase(), words(row)))),
        ("od -A x -t x1", rows(&|at, row| format!("{at:06x} {}", pairs(row))) + "000052\n"),
        ("od -t x1", rows(&|at, row| format!("{at:07o} {}", pairs(row))) + "0000122\n"),
        (
            "od -A d -t x1z",
            rows(&|at, row| format!("{at:07} {:<47}  >{}<", pairs(row), words(row))) + "0000082\n",
        ),
        (
            "netty",
            format!(
                "{table}{}{table}",
                rows(&|at, row| format!("|{at:08x}| {:<47} |{:<16}|", pairs(row), words(row)))
            ),
        ),
        (
            "hexyl",
            rows(&|at, row| {
                format!(
                    "│{at:08x}│ {:<23} ┊ {:<23} │{}│",
                    pairs(&row[..row.len().min(8)]),
                    pairs(row.get(8..).unwrap_or_default()),
                    words(row)
                )
            }),
        ),
        ("brackets", rows(&|at, row| format!("[{at:04x}] {}", pairs(row)))),
        (
            "xxd -c 8",
            octets
                .chunks(8)
                .enumerate()
                .map(|(row, octets)| format!("{:08x}: {:<23}  {}\n", 8 * row, pairs(octets), words(octets)))
                .collect(),
        ),
        (
            "xxd -c 32",
            octets
                .chunks(32)
                .enumerate()
                .map(|(row, octets)| format!("{:08x}: {:<95}  {}\n", 32 * row, pairs(octets), words(octets)))
                .collect(),
        ),
    ] {
        gives(name, text.clone(), 1);
        gives(name, format!("{text}\n{text}"), 2);
    }
    // rows that are the same are left out by hexdump, od and xxd -a
    let squeezed = "00000000  30 38 30 30 30 30 30 30  30 30 30 30 30 30 30 30  |0800|\n\
                    00000010  30 30 30 30 30 30 30 30  30 30 30 30 30 30 30 30  |0000|\n*\n\
                    00000040  30 30                                             |00|\n00000042\n";
    let done = cardwire(&DECODE, squeezed);
    assert!(done.out.contains("found 46 more bytes"), "{}", done.out);
    let endless = squeezed.replace("00000040  30 30", "00000041  30 30");
    assert!(cardwire(&DECODE, endless).out.contains("no number of the same rows leads to the offset"));
}

#[test]
fn dumps_of_the_programs_that_are_here() {
    let path = file("tools.bin", REQUEST.as_bytes());
    let path = path.to_str().unwrap();
    for command in [
        "xxd",
        "xxd -u",
        "xxd -g1",
        "xxd -g8",
        "xxd -c8",
        "xxd -c32",
        "xxd -i",
        "xxd -p",
        "hexdump -C",
        "od -t x1",
        "od -A x -t x1z",
        "od -A d -t x1",
        "od -A n -t x1",
        "base64",
        "base64 -w 0",
    ] {
        let mut words = command.split(' ');
        let run = std::process::Command::new(words.next().unwrap()).args(words).arg(path).output();
        match run {
            Ok(output) => gives(command, output.stdout, 1),
            Err(_) => println!("skipped: no {command}"),
        }
    }
    for (command, words) in [
        ("hexdump", "in the byte order of a machine"),
        ("od", "in the byte order of a machine"),
        ("od -A x -t x2", "in the byte order of a machine"),
        ("od -c", "as od -c prints it"),
        ("xxd -b", "the offset is"),
    ] {
        let mut parts = command.split(' ');
        let run = std::process::Command::new(parts.next().unwrap()).args(parts).arg(path).output();
        match run {
            Ok(output) => refuses(command, output.stdout, words),
            Err(_) => println!("skipped: no {command}"),
        }
    }
}

#[test]
fn logs_with_dumps() {
    let octets = REQUEST.as_bytes();
    let dump: Vec<String> = octets
        .chunks(16)
        .enumerate()
        .map(|(row, octets)| {
            let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02X}")).collect();
            format!("{:04X}  {:<47}  {}", 16 * row, pairs.join(" "), String::from_utf8_lossy(octets))
        })
        .collect();
    let alone = dump.join("\n") + "\n";
    let after = |words: &str| dump.iter().map(|row| format!("{words}{row}\n")).collect::<String>();
    gives("above", format!("{LINE}{LINE}{alone}"), 1);
    gives("between", format!("{LINE}{alone}{LINE}{alone}{alone}{LINE}"), 3);
    gives("stamps", format!("{LINE}{}{LINE}", after("2021-07-28 20:15:46,841 DEBUG ")), 1);
    gives("containers", format!("app_1  | started\n{}app_1  | done\n", after("app_1  | ")), 1);
    gives(
        "a letter",
        format!("Hello, here is what the host sends:\n\n```\n{alone}```\nThank you for any help\n"),
        1,
    );
    // said, the form passes over as much as it must
    let far = format!("{}{alone}", LINE.repeat(2000));
    assert_eq!(good(&[&DECODE[..], &["-i", "log"]].concat(), far), OBJECT);
}

/// As debuggers print memory.
#[test]
fn dumps_from_any_offset() {
    let dump = |width: usize, style: &dyn Fn(usize, &[u8]) -> String| -> String {
        let rows = REQUEST.as_bytes().chunks(width).enumerate();
        rows.map(|(row, octets)| style(width * row, octets) + "\n").collect()
    };
    let halves = |row: &[u8]| row.chunks(8).map(hex_pairs).collect::<Vec<_>>().join("-").to_uppercase();
    let words = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let wide = |row: &[u8]| hex_pairs(row).split(' ').map(|octet| format!("\t0x{octet}")).collect::<String>();
    for start in [0, 0x40, 0x100, 0x7FF0] {
        for (name, text) in [
            ("plain", dump(16, &|at, row| format!("{:08x}  {}", start + at, hex_pairs(row)))),
            (
                "DOS",
                dump(16, &|at, row| format!("0B2C:{:04X}  {:<47}   {}", start + at, halves(row), words(row))),
            ),
            (
                "Windows",
                dump(16, &|at, row| {
                    format!("00007ff6`{:08x}  {:<47}  {}", start + at, halves(row), words(row))
                }),
            ),
            ("gdb", dump(8, &|at, row| format!("0x{:06x}:{}", start + at, wide(row)))),
            ("gdb, a name", dump(8, &|at, row| format!("0x{:06x} <sent+{at}>:{}", start + at, wide(row)))),
            (
                "lldb",
                dump(16, &|at, row| format!("0x{:06x}: {:<47}  {}", start + at, hex_pairs(row), words(row))),
            ),
        ] {
            gives(name, text.clone(), 1);
            gives(name, format!("{text}\n{text}"), 2);
            let said = good(&[&DECODE[..], &["-i", "hexdump"]].concat(), text.clone());
            assert_eq!(said, OBJECT, "{name}");
            // without its first row it is no message, and a row that is missing is told
            let (first, rest) = text.split_once('\n').unwrap();
            refuses(name, rest, "a dump that does not begin at offset 0");
            let gap = [first].into_iter().chain(rest.lines().skip(1)).collect::<Vec<_>>().join("\n");
            let done = cardwire(&DECODE, gap);
            assert!(done.code == 1 && !done.out.contains("\"mti\""), "{name}: {}", done.out);
        }
    }
    refuses("words", "0x7ffd10:\t0x30303230\t0x30323037\n", "in the byte order of a machine");
}

/// Whole packets in a dump, with what stands before and behind them.
#[test]
fn dumps_of_packets() {
    let size = u16::try_from(40 + REQUEST.len()).unwrap().to_be_bytes();
    let internet = [&[0x45, 0][..], &size, &[0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]].concat();
    let tcp = [0x0F, 0xA0, 0x13, 0x88, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0];
    let packet = [&internet[..], &tcp, REQUEST.as_bytes()].concat();
    let stations = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    for (name, before, after) in [
        ("IP", &[][..], &[][..]),
        ("Ethernet", &[&stations[..], &[8, 0]].concat(), &[]),
        ("Ethernet with its check", &[&stations[..], &[8, 0]].concat(), &[1, 2, 3, 4]),
        ("VLAN", &[&stations[..], &[0x81, 0, 0, 5, 8, 0]].concat(), &[]),
        ("VLAN in VLAN", &[&stations[..], &[0x88, 0xA8, 0, 5, 0x81, 0, 0, 6, 8, 0]].concat(), &[1, 2, 3, 4]),
        ("Linux cooked", &[0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0], &[]),
        ("Linux cooked, second form", &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0], &[]),
        ("loopback", &[2, 0, 0, 0], &[]),
    ] {
        let whole = [before, &packet, after].concat();
        for start in [0, 0x100] {
            let row =
                |(row, octets): (usize, &[u8])| format!("{:04x}  {}\n", start + 16 * row, hex_pairs(octets));
            gives(name, whole.chunks(16).enumerate().map(row).collect::<String>(), 1);
        }
        gives(name, hex_pairs(&whole), 1);
    }
}
