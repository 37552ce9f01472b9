//! The dissector: what its Lua makes of messages is what the library makes of them.
//!
//! The file runs without Wireshark, too, under each Lua that is here. `CARDWIRE_CASES=100` tries a hundred times as many.

use std::io::Write;
use std::process::{Command, Stdio};

use cardwire::import::{SpecDoc, toml};
use cardwire::layout::Content;
use cardwire::{Field, Framing, Inspection, Spec, mask, spec};

use super::secrets::misread::Misread;
use super::secrets::{Dice, Secrets, honest_message, message};
use super::{cardwire, file, generated, good, hex};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/with_lua.lua");

/// Every Lua that Wireshark had or has.
const ENGINES: [&str; 3] = ["lua5.2", "lua5.3", "lua5.4"];

fn engines() -> Vec<&'static str> {
    let runs =
        |engine: &&str| Command::new(engine).arg("-v").output().is_ok_and(|done| done.status.success());
    let found: Vec<_> = ENGINES.into_iter().filter(runs).collect();
    if found.is_empty() {
        println!("skipped: no lua5.2, lua5.3 or lua5.4");
    }
    found
}

fn cases(count: u64) -> u64 {
    let times = std::env::var("CARDWIRE_CASES").map_or(1.0, |times| times.parse::<f64>().expect("a number"));
    (count as f64 * times).ceil() as u64
}

fn seed() -> u64 {
    std::env::var("CARDWIRE_SEED").map_or(20, |seed| seed.parse().expect("a number"))
}

/// What a dissector prints of lines, message by message.
fn run(engine: &str, dissector: &str, how: &[&str], lines: &str) -> Vec<String> {
    let mut child = Command::new(engine)
        .arg(SCRIPT)
        .arg(dissector)
        .args(how)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, lines) = (child.stdin.take().unwrap(), lines.to_owned());
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(done.status.success(), "{engine}: {}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    text.split("\n.\n").filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
}

/// The dissector of a spec, in a file.
fn dissector(name: &str, of: &str) -> String {
    let text = good(&["spec", "convert", of, "--to", "wireshark"], "");
    file(&format!("{name}.lua"), text.as_bytes()).to_str().unwrap().to_owned()
}

/// A value without a mask, in the characters that a listing is made of.
fn plain(field: &Field<'_>) -> String {
    let character = |octet: u8| match octet {
        0x20..=0x7E => char::from(octet).to_string(),
        other => format!("\\x{other:02X}"),
    };
    match field.content() {
        Content::B => field.expose().octets().map(|octet| format!("{octet:02X}")).collect(),
        _ => field.expose().octets().map(character).collect(),
    }
}

fn tell(out: &mut String, field: &Field<'_>, path: &str, masked: bool) {
    let (key, text) = match masked {
        true => (field.shown_key().to_string(), field.to_string()),
        false => (field.key().to_string(), plain(field)),
    };
    out.push_str(&format!("\nF {path}{key}={text}"));
    field.parts().for_each(|part| tell(out, &part, &format!("{path}{key}."), masked));
}

/// What the library says of a message, as the script prints it.
fn expected(spec: &'static Spec<'static>, wire: &[u8], masked: bool) -> String {
    let read = Inspection::of(spec, wire);
    let header = match (read.header(), read.error().map(|error| error.place())) {
        ([], _) | (_, Some(cardwire::model::Place::Header)) => "-".to_owned(),
        // a header that could be read is told, also where nothing else could
        (header, _) if masked => mask::hex(header).to_string(),
        (header, _) => hex(header),
    };
    let mti = match masked {
        true => read.shown_mti().map(|mti| mti.to_string()),
        false => read.mti().map(|mti| mti.to_string()),
    };
    let shows = read.bitmap_count() > 0 && (!masked || read.shows_bitmaps());
    let numbers: Vec<String> = read.announced().iter().map(|number| number.to_string()).collect();
    let bitmap = if shows { numbers.join(", ") } else { "-".to_owned() };
    let mut out = format!("H {header}\nM {}\nB {bitmap}", mti.unwrap_or_else(|| "-".into()));
    read.fields().for_each(|field| tell(&mut out, &field, "", masked));
    if let Some(error) = read.error() {
        out.push_str(&format!("\nE {error}"));
    }
    out
}

/// Fails where the dissector says something else than the library, masked and not.
fn assert_alike(engine: &str, dissector: &str, spec: &'static Spec<'static>, messages: &[Vec<u8>]) {
    let lines: String = messages.iter().map(|wire| hex(wire) + "\n").collect();
    for masked in [true, false] {
        let told = run(engine, dissector, &[if masked { "masked" } else { "exposed" }], &lines);
        assert_eq!(told.len(), messages.len());
        for (wire, told) in messages.iter().zip(&told) {
            let ours = expected(spec, wire, masked);
            assert_eq!(*told, ours, "{engine}, {}: {}", spec.name(), hex(wire));
        }
    }
}

/// Whole messages with card data, honest ones, broken ones, and those of other specs.
fn messages(dice: &mut Dice<'_>, spec: &'static Spec<'static>, count: u64) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for network in 0..count {
        let secrets = Secrets::new(dice, network);
        let mut whole = vec![message(dice, spec, &secrets), honest_message(dice, spec)];
        if dice.one_in(4) {
            whole.push(Misread::new(dice, &secrets).octets);
        }
        for wire in whole {
            let mut broken = wire.clone();
            for _ in 0..=dice.below(2) {
                let place = dice.below(broken.len());
                if let Some(octet) = broken.get_mut(place) {
                    *octet = *dice.pick(&[0, 0x0F, b'0', b'9', b'A', b' ', 0x7F, 0xC1, 0xF5, 0xFF]);
                }
            }
            if dice.one_in(3) {
                broken.truncate(dice.below(wire.len() + 1));
            }
            all.extend([wire, broken]);
        }
    }
    all
}

#[test]
fn every_message_of_a_built_in_spec_is_read_as_the_library_reads_it() {
    let (engines, mut dice) = (engines(), Dice::seeded(seed()));
    for (index, spec) in spec::builtin().enumerate() {
        let path = dissector(spec.name(), spec.name());
        let messages = messages(&mut dice, spec, cases(4));
        // each engine has its turn: what they differ in is the same for all specs
        if let Some(engine) = engines.get(index % engines.len().max(1)) {
            assert_alike(engine, &path, spec, &messages);
        }
    }
}

#[test]
fn every_spec_that_can_be_said_is_read_as_the_library_reads_it() {
    let engines = engines();
    for number in 0..cases(9) {
        let Some(engine) = engines.get(usize::try_from(number).unwrap() % engines.len().max(1)) else {
            return;
        };
        let mut dice = generated::Dice::seeded(seed() + number);
        let case = generated::case(dice.rolls_of_a_case());
        let text = toml::write(&SpecDoc::from_spec(case.spec));
        let name = format!("generated-{}", number % 8);
        let path = file(&format!("{name}.toml"), text.as_bytes());
        let path = dissector(&name, path.to_str().unwrap());
        let (_, wire) = generated::laws::told(&case);
        let mut all = vec![wire.clone()];
        let mut dice = Dice::seeded(number);
        for _ in 0..12 {
            let mut broken = wire.clone();
            let place = dice.below(broken.len());
            broken[place] = *dice.pick(&[0, 0x0F, b'0', b'9', b'A', b' ', 0x7F, 0x81, 0xC1, 0xF5, 0xFF]);
            if dice.one_in(4) {
                broken.truncate(dice.below(wire.len()));
            }
            all.push(broken);
        }
        assert_alike(engine, &path, case.spec, &all);
    }
}

#[test]
fn every_framing_cuts_as_the_library_cuts() {
    let path = dissector("framings", "iso87-ascii");
    let mut dice = Dice::seeded(seed());
    let stations = ["", "+tpdu", "+unionpay", "+base1", "+cups", "+base24", "+3"];
    let mut inputs = Vec::new();
    for named in Framing::named() {
        for station in stations {
            let name = format!("{}{station}", named.name);
            let framing = Framing::by_name(&name).unwrap();
            for _ in 0..cases(6) {
                inputs.push((name.clone(), framing, frame(&mut dice, framing)));
            }
        }
    }
    let lines: String = inputs.iter().map(|(name, _, octets)| format!("{name} {}\n", hex(octets))).collect();
    for engine in engines() {
        let told = run(engine, &path, &["frame"], &lines);
        for ((name, framing, octets), told) in inputs.iter().zip(told) {
            let ours = [framing.split(octets), framing.split_last(octets)].map(|found| match found {
                Ok(Some(frame)) => {
                    let (station, size) = (frame.header.len(), frame.header.len() + frame.payload.len());
                    let after = octets.len() - frame.consumed;
                    assert!(after <= octets.len());
                    format!("{station} {size} {}", frame.consumed)
                }
                Ok(None) => "more".to_owned(),
                Err(error) => error.to_string(),
            });
            // where the body begins is no part of a frame as the library hands it out
            let theirs: Vec<String> = told
                .lines()
                .map(|line| match line.split_once(' ') {
                    Some((body, rest)) if body.parse::<usize>().is_ok() => rest.to_owned(),
                    _ => line.to_owned(),
                })
                .collect();
            assert_eq!(theirs, ours, "{engine}, {name}: {}", hex(octets));
        }
    }
}

/// Octets that are a frame, nearly one, or none.
fn frame(dice: &mut Dice<'_>, framing: Framing) -> Vec<u8> {
    let mut header = vec![0x30; framing.header().size()];
    let start: &[u8] = match framing.header() {
        cardwire::frame::Station::Base1 => &[22, 1, 2],
        cardwire::frame::Station::Cups => &[0x2E, 2],
        cardwire::frame::Station::Base24 => b"ISO",
        _ => &[],
    };
    header[..start.len()].copy_from_slice(start);
    let payload =
        if dice.one_in(4) { Vec::new() } else { dice.digits(1 + dice.clone().below(300)).into_bytes() };
    if payload.is_empty() {
        header.clear();
    }
    let mut room = [0; 1024];
    let mut octets = match framing.wrap(&header, &payload, &mut room) {
        Ok(frame) => frame.to_vec(),
        Err(_) => dice.octets(40),
    };
    match dice.below(4) {
        0 => octets.extend(dice.octets(3)),
        1 if !octets.is_empty() => octets.truncate(dice.below(octets.len())),
        2 if !octets.is_empty() => {
            let place = dice.below(octets.len().min(30));
            octets[place] = *dice.pick(&[0, 3, b'0', b'9', 0xFF]);
        }
        _ => {}
    }
    octets
}

#[test]
fn issuers_are_those_of_the_library() {
    let Some(engine) = engines().pop() else { return };
    let path = dissector("issuers", "iso87-ascii");
    let spec = spec::by_name("iso87-ascii").unwrap();
    let mut dice = Dice::seeded(seed());
    // numbers that begin with every three digits, and at the borders of what issuers have
    let borders = [2200, 2221, 2720, 3000, 3095, 3528, 5018, 5893, 6759, 6763, 6767, 8172, 9704, 9792, 9860];
    let near = borders.into_iter().flat_map(|border| border - 2..border + 3).map(|prefix| prefix.to_string());
    let starts = (200..1000).map(|prefix| prefix.to_string()).chain(near);
    let mut messages = Vec::new();
    for start in starts {
        let rest = dice.digits(12 + dice.clone().below(8) - start.len() - 1);
        let body = format!("{start}{rest}");
        let sum: u32 = body.chars().rev().enumerate().fold(0, |sum, (index, digit)| {
            let digit = digit.to_digit(10).unwrap();
            let doubled = if digit > 4 { 2 * digit - 9 } else { 2 * digit };
            sum + if index % 2 == 0 { doubled } else { digit }
        });
        let number = format!("{body}{}", (10 - sum % 10) % 10);
        // in an element of text that its row calls open
        let value = format!("PAID BY {number} ");
        messages.push(format!("08000000000000010000{:03}{value}", value.len()).into_bytes());
    }
    assert_alike(engine, &path, spec, &messages);
}

#[test]
fn options_of_another_format_are_refused() {
    for option in [["--framing", "ascii4"], ["--ports", "5000"], ["--protocol", "mine"]] {
        let done = cardwire(&[&["spec", "convert", "iso87-ascii"], &option[..]].concat(), "");
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{}", done.err);
    }
    for wrong in
        [["--ports", "70000"], ["--ports", "1-2-3"], ["--protocol", "Mine"], ["--framing", "binary9"]]
    {
        let args = ["spec", "convert", "iso87-ascii", "--to", "wireshark", wrong[0], wrong[1]];
        assert_eq!(cardwire(&args, "").code, 2, "{wrong:?}");
    }
}
