//! Work grows with the input and no faster: octets looked at and comparisons made, not time.

use std::io::{BufReader, Cursor};

use super::evidence::Known;
use super::form::{self, Kind};
use super::item::{Source, Stream};
use super::lines::Lines;
use super::scan::Scanner;
use super::text::{Notation, Texts};
use super::work::tests::assert_linear;
use super::{capture, hexdump};
use crate::frame::Framing;
use crate::spec;

const LIMIT: usize = 1 << 24;

const KNOWN: Known = Known { spec: Some(&spec::ISO87_ASCII), framing: None };

fn stream(text: impl Into<Vec<u8>>) -> Stream {
    BufReader::with_capacity(1 << 16, Box::new(Cursor::new(text.into())))
}

fn lines(text: impl Into<Vec<u8>>) -> Lines {
    Lines::new(stream(text), LIMIT)
}

/// Reads a source to its end.
fn drain(source: &mut dyn Source) -> usize {
    let mut items = 0;
    while let Ok(Some(_)) = source.next() {
        items += 1;
    }
    items
}

fn texts(notation: Notation, wraps: bool, text: String) {
    let items = drain(&mut Texts::new("x".into(), lines(text), notation, wraps, KNOWN));
    assert!(items > 0);
}

fn dumps(in_log: bool, text: String) {
    drain(&mut hexdump::Dumps::new("x".into(), lines(text), None, in_log));
}

#[test]
fn lines_of_every_notation() {
    assert_linear("digits", |size| texts(Notation::Hex, false, "30313032\n".repeat(size)));
    assert_linear("marks", |size| texts(Notation::Hex, false, "30:31:30:32\n".repeat(size)));
    assert_linear("one long line", |size| texts(Notation::Hex, false, "30:".repeat(size) + "30"));
    assert_linear("an array", |size| {
        texts(Notation::Hex, false, format!("m = {{\n{}0x31 }};", "0x30, /* } */\n".repeat(size)));
    });
    assert_linear("an array without end", |size| {
        texts(Notation::Hex, false, format!("m = {{\n{}", "0x30,\n".repeat(size)))
    });
    assert_linear("strings", |size| texts(Notation::Hex, false, "\"\\x30\" \\\n".repeat(size)));
    assert_linear("brackets", |size| texts(Notation::Hex, false, "[".repeat(size)));
    assert_linear("escapes", |size| texts(Notation::Hex, false, format!("b'{}'", "\\x30".repeat(size))));
    assert_linear("wrapped", |size| texts(Notation::Base64, true, "MDIwMA==\n".repeat(size)));
    assert_linear("text", |size| texts(Notation::Text, false, "0200\n".repeat(size)));
}

#[test]
fn dumps_and_logs() {
    let dump = |rows: usize| -> String { (0..rows).map(|row| format!("{:06x}  30 31\n", 2 * row)).collect() };
    assert_linear("a dump", |size| dumps(false, dump(size)));
    assert_linear("many dumps", |size| dumps(false, "0000  30 31\n".repeat(size)));
    assert_linear("rows that are the same", |size| {
        dumps(false, format!("000000  30 31\n*\n{:06x}  30\n", 2 * size));
    });
    assert_linear("a log", |size| dumps(true, "2021-07-28 20:15:46 0000 a b c d e f\n".repeat(size)));
    assert_linear("a log of one line", |size| dumps(true, "0000 30 31 ".repeat(size)));
    assert_linear("stars", |size| dumps(false, format!("0000  30 31\n{}", "*\n".repeat(size))));
}

#[test]
fn forms_are_found() {
    for (name, line) in [
        ("digits", "3031 3032\n"),
        ("arrays", "m = { 0x30,\n"),
        ("words", "a log of nothing, 0000 x\n"),
        ("base64", "MDIwMDAwMDAwMDAw\n"),
        ("tags", "<a><b>\n"),
    ] {
        // what is looked at of an input is bounded as well
        assert_linear(name, |size| drop(form::find(Kind::Auto, line.repeat(size / 4).as_bytes(), KNOWN)));
    }
}

/// A packet of raw IPv4 and its head in a pcap file.
fn packet(from: u16, sequence: usize, payload: &[u8], fragment: Option<usize>) -> Vec<u8> {
    let length = u16::try_from(40 + payload.len()).unwrap_or(u16::MAX);
    let identification = u16::try_from(fragment.unwrap_or(0) % 65_536).unwrap_or(0);
    let mut ip = vec![0x45, 0];
    ip.extend(length.to_be_bytes());
    ip.extend(identification.to_be_bytes());
    ip.extend(if fragment.is_some() { [0x20, 0] } else { [0, 0] });
    ip.extend([64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2]);
    ip.extend(from.to_be_bytes());
    ip.extend([0x23, 0x28]);
    ip.extend(u32::try_from(sequence).unwrap_or(0).to_be_bytes());
    ip.extend([0, 0, 0, 0, 0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0]);
    ip.extend(payload);
    let size = u32::try_from(ip.len()).unwrap_or(0).to_le_bytes();
    [&[0; 8][..], &size, &size, &ip].concat()
}

fn captured(framing: Option<Framing>, packets: impl Iterator<Item = Vec<u8>>) {
    let head = [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 101, 0, 0, 0];
    let file: Vec<u8> = head.into_iter().chain(packets.flatten()).collect();
    let capture = capture::Capture::new("x".into(), stream(file), framing, Some(&spec::ISO87_ASCII));
    drain(&mut capture.unwrap_or_else(|_| unreachable!("it has a header")));
}

#[test]
fn captures() {
    let binary2 = Some(Framing::BINARY2);
    assert_linear("one octet a packet", |size| {
        captured(binary2, (0..size).map(|at| packet(1, at, &[u8::from(at % 3 == 1)], None)));
    });
    assert_linear("streams", |size| {
        captured(binary2, (0..size).map(|at| packet(u16::try_from(at).unwrap_or(0), 1, &[0], None)));
    });
    assert_linear("backwards", |size| captured(binary2, (0..size).rev().map(|at| packet(1, at, &[0], None))));
    assert_linear("gaps", |size| captured(binary2, (0..size).map(|at| packet(1, 2 * at, &[0], None))));
    assert_linear("fragments", |size| {
        captured(binary2, (0..size).map(|at| packet(1, 1, &[0; 4], Some(at))));
    });
    assert_linear("noise", |size| {
        captured(binary2, (0..size).map(|_| [&[0; 8][..], &[1, 0, 0, 0, 1, 0, 0, 0, 0]].concat()))
    });
}

#[test]
fn xml() {
    let scan = |text: String| {
        let mut scanner = Scanner::new(stream(text), LIMIT);
        while let Ok(Some(_)) = scanner.next_element() {}
    };
    assert_linear("messages", |size| scan("<isomsg></isomsg>".repeat(size)));
    assert_linear("noise", |size| scan("<a '".repeat(size)));
    assert_linear("depth", |size| scan("<isomsg>".repeat(size)));
}
