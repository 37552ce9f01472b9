//! A second opinion: the ASCII messages of a day, as tshark dissects them and as we do.

use std::collections::BTreeMap;
use std::process::Command;

use cardwire::spec::ISO87_ASCII;
use cardwire::{Framing, Message, layout::Content};
use serde_json::Value;

/// tshark 4.0 takes these for n15; they are n16.
const TOO_SHORT: std::ops::RangeInclusive<u32> = 86..=89;

#[test]
fn the_hosts_messages_are_what_tshark_says() {
    if Command::new("tshark").arg("--version").output().is_err() {
        println!("skipped: no tshark");
        return;
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let name = |end: &str| folder.join(format!("tshark-{}.{end}", std::process::id()));
    let (ledger, capture) = (name("sqlite"), name("pcap"));
    let day = Command::new(env!("CARGO_BIN_EXE_settlement"))
        .args(["--timeout-ms", "500", "--ledger"])
        .arg(&ledger)
        .arg("--capture")
        .arg(&capture)
        .output()
        .unwrap();
    assert!(day.status.success(), "{}", String::from_utf8_lossy(&day.stderr));
    let dissected = Command::new("tshark")
        .args(["-T", "json", "-d", "tcp.port==8583,iso8583", "-Y", "tcp.port==8583"])
        .args(["-o", "iso8583.len_endian:Big endian"])
        .args(["-o", "iso8583.charset:Digits represented as ASCII Characters"])
        .args(["-o", "iso8583.binencode:Bin data represented as Hex Ascii characters", "-r"])
        .arg(&capture)
        .output()
        .unwrap();
    assert!(dissected.status.success(), "{}", String::from_utf8_lossy(&dissected.stderr));
    let packets: Vec<Value> = serde_json::from_slice(&dissected.stdout).unwrap();
    let mut elements = 0;
    for packet in &packets {
        let layers = &packet["_source"]["layers"];
        let frame = unhex(layers["tcp"]["tcp.payload"].as_str().unwrap());
        let frame = Framing::BINARY2.split(&frame).unwrap().expect("one whole frame a packet");
        let (ours, theirs) = (ours(frame.payload), theirs(&layers["iso8583"]));
        assert_eq!(theirs, ours, "{layers:#}");
        elements += ours.len();
    }
    println!("{} messages, {elements} values", packets.len());
    assert!(packets.len() >= 30 && elements >= 400, "too little was seen");
    std::fs::remove_file(ledger).unwrap();
    std::fs::remove_file(capture).unwrap();
}

/// By tshark's names: the length, the MTI, the bitmaps and the elements.
fn ours(payload: &[u8]) -> BTreeMap<String, String> {
    let message = Message::parse(&ISO87_ASCII, payload).unwrap();
    let text = |from: usize, count: usize| String::from_utf8(payload[from..][..count].to_vec()).unwrap();
    let mut all = BTreeMap::from([
        ("len".to_owned(), payload.len().to_string()),
        ("mti".to_owned(), message.mti().to_string()),
    ]);
    for bitmap in 1..=usize::from(message.bitmap_count()) {
        all.insert(format!("map{bitmap}"), text(16 * bitmap - 12, 16));
    }
    let mut missed = 0;
    for field in message.fields() {
        let is_cut = TOO_SHORT.contains(&field.key().value());
        let value = match field.content() {
            // what it leaves of an element it takes for the beginning of the next
            _ if is_cut || missed > 0 => {
                text(field.value_range().start - missed, field.len() - usize::from(is_cut))
            }
            Content::B => field.expose().octets().map(|octet| format!("{octet:02X}")).collect(),
            _ => field.expose().chars().collect(),
        };
        missed += usize::from(is_cut);
        all.insert(format!("bit{}", field.key()), value);
    }
    all
}

fn theirs(layer: &Value) -> BTreeMap<String, String> {
    let layer = layer.as_object().expect("tshark sees a message");
    let plain = |key: &str| key.strip_prefix("iso8583.").unwrap_or(key).to_owned();
    layer.iter().map(|(key, value)| (plain(key), value.as_str().unwrap_or("no text").to_owned())).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    text.split(':').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
}
