//! The picture of `cardwire decode` in the README: drawn from what the command prints, so that it
//! stays true. `docs/picture.sh` draws it anew.

use std::fmt::Write;
use std::path::PathBuf;

use super::{good, hex};

const COLUMNS: usize = 104;
const FONT: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

/// A declined chip purchase, as a terminal prints it.
fn printed() -> String {
    let object = concat!(
        r#"{"mti":"0210","fields":{"2":"6212345678901232","3":"000000","4":12300,"7":"1123061759","11":"123456","#,
        r#""22":"051","32":"48021000","37":"632706123456","39":"51","41":"TERM0001","42":"898111148140001","#,
        r#""49":"156","55":[["95","0000008000"],["9F26","A1B2C3D4E5F60718"],["9F36","001C"]]}}"#
    );
    let line = good(&["encode", "-s", "iso87-ascii"], object);
    let broken = hex(b"0800202000000080000000000012345X00000001");
    let args = ["decode", "-s", "iso87-ascii", "--color", "always", "-m", line.trim(), "-m", &broken];
    super::cardwire(&args, "").out
}

/// The command's own colours, for a dark background.
fn style(codes: &str) -> Option<&'static str> {
    Some(match codes {
        "1" => "font-weight:bold",
        "4" => "text-decoration:underline",
        "31" => "fill:#ff7b72",
        "32" => "fill:#7ee787",
        "33" => "fill:#e3b341",
        "34" => "fill:#79c0ff",
        "35" => "fill:#d2a8ff",
        "36" => "fill:#56d4dd",
        "90" => "fill:#8b949e",
        _ => return None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A line with ANSI colours as spans of SVG.
fn spans(line: &str) -> String {
    let (mut out, mut styles): (String, Vec<&str>) = (String::new(), Vec::new());
    for (index, piece) in line.split("\u{1b}[").enumerate() {
        let text = match piece.split_once('m').filter(|_| index > 0) {
            None => piece,
            Some((codes, text)) => {
                match codes {
                    "0" | "" => styles.clear(),
                    codes => styles.extend(codes.split(';').filter_map(style)),
                }
                text
            }
        };
        match (text.is_empty(), styles.is_empty()) {
            (true, _) => (),
            (false, true) => out += &escaped(text),
            (false, false) => {
                write!(out, "<tspan style=\"{}\">{}</tspan>", styles.join(";"), escaped(text)).unwrap();
            }
        }
    }
    out
}

fn svg(text: &str) -> String {
    let lines: Vec<&str> =
        std::iter::once("$ cardwire decode -s iso87-ascii messages.hex").chain(text.lines()).collect();
    let (width, height) = (COLUMNS * 8 + 32, lines.len() * 18 + 56);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"cardwire decode in a terminal\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#ff5f57\"/>\n\
         <circle cx=\"40\" cy=\"18\" r=\"6\" fill=\"#febc2e\"/>\n\
         <circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#28c840\"/>\n\
         <style>text {{ white-space: pre }}</style>\n\
         <g font-family=\"{FONT}\" font-size=\"13\" fill=\"#e6edf3\">\n"
    );
    for (index, line) in lines.iter().enumerate() {
        writeln!(out, "<text x=\"16\" y=\"{}\">{}</text>", 52 + 18 * index, spans(line)).unwrap();
    }
    out + "</g>\n</svg>\n"
}

#[test]
fn the_picture_is_what_the_command_prints() {
    let text = printed().replace("message 1", "messages.hex:1").replace("message 2", "messages.hex:2");
    let fresh = svg(&text);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/decode.svg");
    if std::env::var_os("CARDWIRE_DRAW").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let drawn = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(drawn == fresh, "docs/decode.svg is out of date: run docs/picture.sh");
}
