//! The dissector within Wireshark: what tshark shows of captures is what `decode` prints of them.

use std::process::Command;

use cardwire::layout::{Layout, Order};
use cardwire::{Framing, Spec, spec};
use serde_json::Value;

use super::capture::{packet, pcap};
use super::secrets::{Dice, Secrets, honest_message, message};
use super::{cardwire, file, good};

/// Framings of every kind, one a spec.
const FRAMINGS: [&str; 12] = [
    "binary2",
    "ascii4+tpdu",
    "binary2-inclusive+3",
    "unionpay",
    "stx-bcd2-etx",
    "bcd2",
    "hex4",
    "cups",
    "vap",
    "rbp",
    "little2+base24",
    "gicc",
];

fn is_here() -> bool {
    let is_here = Command::new("tshark").arg("--version").output().is_ok_and(|done| done.status.success());
    if !is_here {
        println!("skipped: no tshark");
    }
    is_here
}

/// One link: a spec, a framing, and a capture of one direction.
struct Link {
    spec: &'static Spec<'static>,
    framing: &'static str,
    protocol: String,
    dissector: String,
    capture: String,
}

/// What a line of a message is called, and what it says.
type Said = Vec<(String, String)>;

impl Link {
    fn new(spec: &'static Spec<'static>, framing: &'static str, port: u16, capture: String) -> Self {
        let protocol = format!("cw_{}", spec.name().replace('-', "_"));
        let port = port.to_string();
        let args = ["spec", "convert", spec.name(), "--to", "wireshark", "-F", framing, "--ports", &port];
        let text = good(&[&args[..], &["--protocol", &protocol]].concat(), "");
        let dissector = file(&format!("{protocol}-{port}.lua"), text.as_bytes()).to_str().unwrap().to_owned();
        Self { spec, framing, protocol, dissector, capture }
    }

    /// What `decode` prints of the capture, message by message.
    fn decoded(&self, masked: bool) -> Vec<Said> {
        let args =
            ["decode", "-s", self.spec.name(), "-F", self.framing, "--format", "ndjson", &self.capture];
        let shown: &[&str] = if masked { &[] } else { &["--expose"] };
        let done = cardwire(&[&args[..], shown].concat(), "");
        let lines = done.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| self.of_line(&line)).collect()
    }

    fn of_line(&self, line: &Value) -> Said {
        let mut said = Said::new();
        let error = &line["error"];
        let parsed = if error.is_null() { line } else { &error["parsed"] };
        for name in ["station", "header", "mti"] {
            said.extend(parsed[name].as_str().map(|text| (name.to_owned(), text.to_owned())));
        }
        let fields = parsed["fields"].as_object().unwrap();
        for (number, value) in fields {
            let number = number.parse().unwrap();
            value_of(
                &mut said,
                value,
                self.spec.element(number).and_then(|one| one.layout()),
                &format!("f{number}"),
            );
        }
        said.extend(error["message"].as_str().map(|text| ("error".to_owned(), text.to_owned())));
        // a broken message is printed without its station header
        said.sort();
        said
    }
}

/// A value as JSON has it: a text, or a list of parts.
fn value_of(said: &mut Said, value: &Value, layout: Option<&Layout<'_>>, path: &str) {
    let Value::Array(parts) = value else {
        let escaped = |character: char| match character {
            ' '..='~' => character.to_string(),
            other => format!("\\x{:02X}", u32::from(other)),
        };
        return said.push((path.to_owned(), value.as_str().unwrap().chars().map(escaped).collect()));
    };
    let Some(layout) = layout else { panic!("{path} has no parts") };
    for part in parts {
        let key = part[0].as_str().unwrap();
        let listed = layout.elements().find(|element| layout.key(element.key()).to_string() == key);
        match (listed, *layout.order()) {
            (None, Order::Tags { unknown, .. }) if !part[1].is_array() => {
                let mut one = Said::new();
                value_of(&mut one, &part[1], unknown.and_then(|model| model.layout()), "");
                let (_, text) = one.pop().unwrap();
                said.push((format!("{path}.other"), format!("{key}={text}")));
            }
            (None, _) => value_of(said, &part[1], None, &format!("{path}.other")),
            (Some(element), _) => value_of(said, &part[1], element.layout(), &format!("{path}.{key}")),
        }
    }
}

/// What tshark says of a capture with these dissectors: packet by packet.
fn dissected(links: &[Link], capture: &str, masked: bool) -> (Vec<Value>, String) {
    let mut tshark = Command::new("tshark");
    let names: Vec<&str> = links.iter().map(|link| link.protocol.as_str()).collect();
    tshark.args(["-r", capture, "-T", "json", "--no-duplicate-keys", "-J", &names.join(" ")]);
    for link in links {
        tshark.arg("-X").arg(format!("lua_script:{}", link.dissector));
        tshark.arg("-o").arg(format!("{}.mask:{}", link.protocol, if masked { "TRUE" } else { "FALSE" }));
    }
    let done = tshark.output().unwrap();
    let (out, err) =
        (String::from_utf8(done.stdout).unwrap(), String::from_utf8_lossy(&done.stderr).into_owned());
    assert!(done.status.success() && !err.contains("Lua") && !err.contains(".lua"), "{err}");
    assert!(!out.contains("Lua Error") && !out.contains("_ws.lua.error"), "{out}");
    (serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}")), out)
}

/// The messages of a protocol in what tshark says.
fn messages_of(packets: &[Value], protocol: &str) -> Vec<Said> {
    let layers = packets.iter().map(|packet| &packet["_source"]["layers"][protocol]);
    let trees = layers.flat_map(|layer| match layer {
        Value::Array(trees) => trees.clone(),
        other => vec![other.clone()],
    });
    let told = trees.filter(Value::is_object).map(|tree| {
        let mut said = Said::new();
        lines_of(&mut said, &tree, &format!("{protocol}."));
        said.sort();
        said
    });
    told.collect()
}

fn lines_of(said: &mut Said, tree: &Value, prefix: &str) {
    for (name, value) in tree.as_object().unwrap() {
        if let Some(text) = value["_ws.expert"]["_ws.expert.message"].as_str() {
            said.push(("error".to_owned(), text.to_owned()));
            continue;
        }
        let Some(path) = name.strip_prefix(prefix) else { continue };
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        for value in values {
            match &value {
                // the parts of positions, which JSON has in one text
                Value::Object(_) if path.ends_with("_tree") => {}
                Value::Object(_) => lines_of(said, &value, prefix),
                Value::String(text) if path != "bitmap" => said.push((path.to_owned(), text.clone())),
                _ => {}
            }
        }
    }
}

/// Fails where tshark and `decode` say different things; counts messages and values.
fn assert_alike(link: &Link, packets: &[Value], masked: bool) -> (usize, usize) {
    let (theirs, ours) = (messages_of(packets, &link.protocol), link.decoded(masked));
    assert_eq!(theirs.len(), ours.len(), "{} {}", link.spec.name(), link.framing);
    let mut values = 0;
    for (mut theirs, mut ours) in theirs.into_iter().zip(ours) {
        values += ours.len();
        let is_broken = ours.iter().any(|(name, _)| name == "error");
        // a list without parts is a name alone, and a broken message has no station header in JSON
        theirs.retain(|(name, text)| {
            !(is_broken && name == "station" || text.is_empty() && is_list(link, name))
        });
        ours.retain(|(name, _)| !(is_broken && name == "station"));
        assert_eq!(theirs, ours, "{} {} masked: {masked}", link.spec.name(), link.framing);
    }
    (link.decoded(masked).len(), values)
}

/// Whether a line is an element that is a list of parts.
fn is_list(link: &Link, name: &str) -> bool {
    let number = name.strip_prefix('f').and_then(|number| number.parse().ok());
    let layout = number.and_then(|number| link.spec.element(number)).and_then(|element| element.layout());
    layout.is_some_and(|layout| !matches!(layout.order(), Order::Positions { .. }))
}

/// A frame around a message, with a station header that its kind has.
fn framed(dice: &mut Dice<'_>, framing: Framing, payload: &[u8]) -> Vec<u8> {
    use cardwire::frame::Station;
    let mut header = dice.digits(framing.header().size()).into_bytes();
    let start: &[u8] = match framing.header() {
        Station::Base1 => &[22, 1, 2],
        Station::Cups => &[0x2E, 2],
        Station::Base24 => b"ISO",
        _ => &[],
    };
    header[..start.len()].copy_from_slice(start);
    let mut room = vec![0; payload.len() + 100];
    framing.wrap(&header, payload, &mut room).unwrap().to_vec()
}

#[test]
fn tshark_shows_what_decode_prints() {
    if !is_here() {
        return;
    }
    let (mut dice, mut all, mut links, mut pans) = (Dice::seeded(58), Vec::new(), Vec::new(), Vec::new());
    for ((spec, framing), port) in spec::builtin().zip(FRAMINGS.into_iter().cycle()).zip(41_000..) {
        let mut stream = Vec::new();
        for network in 0..4 {
            let secrets = Secrets::new(&mut dice, network);
            let whole = message(&mut dice, spec, &secrets);
            let mut broken = whole.clone();
            broken.truncate(whole.len() - 1 - dice.below(whole.len() / 2));
            for payload in [whole, honest_message(&mut dice, spec), broken] {
                stream.extend(framed(&mut dice, framing.parse().unwrap(), &payload));
            }
            pans.push(secrets.pan);
        }
        let (mut packets, mut at) = (Vec::new(), 0);
        while at < stream.len() {
            let end = stream.len().min(at + 1 + dice.below(400));
            packets.push(packet(50_000, port, u32::try_from(at + 1).unwrap(), 0x18, &stream[at..end]));
            at = end;
        }
        let capture = file(&format!("tshark-{port}.pcap"), &pcap(&packets)).to_str().unwrap().to_owned();
        links.push(Link::new(spec, framing, port, capture));
        all.extend(packets);
    }
    let capture = file("tshark.pcap", &pcap(&all)).to_str().unwrap().to_owned();
    let (mut messages, mut values) = (0, 0);
    for masked in [true, false] {
        let (packets, text) = dissected(&links, &capture, masked);
        for link in &links {
            let (more, of_them) = assert_alike(link, &packets, masked);
            (messages, values) = (messages + more, values + of_them);
        }
        let shown = pans.iter().filter(|pan| text.contains(pan.as_str())).count();
        assert!(if masked { shown == 0 } else { shown > pans.len() / 2 }, "{shown} of {}", pans.len());
    }
    println!("{messages} messages, {values} values");
    assert!(messages > 400 && values > 4000, "{messages} {values}");
}

/// The day that the demonstration plays, where its program stands beside the command.
#[test]
fn tshark_shows_the_demonstration_as_decode_does() {
    let settlement = std::path::Path::new(env!("CARGO_BIN_EXE_cardwire")).with_file_name("settlement");
    if !settlement.exists() {
        println!("skipped: {} is not built", settlement.display());
        return;
    }
    if !is_here() {
        return;
    }
    let [ledger, day] = ["tshark-day.sqlite", "tshark-day.pcap"].map(|name| {
        let path = file(name, b"");
        std::fs::remove_file(&path).unwrap();
        path
    });
    let played = Command::new(&settlement)
        .args(["--timeout-ms", "500", "--ledger"])
        .arg(&ledger)
        .arg("--capture")
        .arg(&day)
        .output()
        .unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    for (name, framing, port) in [("iso87-ascii", "binary2", 8583), ("unionpay-pos", "unionpay", 8581)] {
        let part = file(&format!("tshark-day-{port}.pcap"), b"");
        let filter = format!("tcp.port == {port}");
        let mut tshark = Command::new("tshark");
        let cut = tshark.arg("-r").arg(&day).args(["-Y", &filter, "-F", "pcap", "-w"]).arg(&part);
        assert!(cut.status().unwrap().success());
        let capture = part.to_str().unwrap().to_owned();
        let links = [Link::new(spec::by_name(name).unwrap(), framing, port, capture.clone())];
        for masked in [true, false] {
            let (packets, _) = dissected(&links, &capture, masked);
            let (messages, values) = assert_alike(&links[0], &packets, masked);
            println!("{messages} messages, {values} values");
            assert!(messages >= 18, "{messages}");
        }
    }
    std::fs::remove_file(ledger).unwrap();
}

/// Octets of no meaning, packets that were not captured whole, and datagrams.
#[test]
fn no_octets_raise_an_error_of_lua() {
    if !is_here() {
        return;
    }
    let (mut dice, mut links, mut octets) = (Dice::seeded(7), Vec::new(), Vec::new());
    // one spec of each family is enough: the Lua is the same for all
    for ((spec, framing), port) in spec::builtin().zip(FRAMINGS.into_iter().cycle()).zip(42_000..).step_by(3)
    {
        links.push(Link::new(spec, framing, port, String::new()));
        for connection in 0..12 {
            let secrets = Secrets::new(&mut dice, connection);
            let whole = message(&mut dice, spec, &secrets);
            let mut stream = framed(&mut dice, framing.parse().unwrap(), &whole);
            for _ in 0..dice.below(9) {
                let place = dice.below(stream.len());
                stream[place] = *dice.pick(&[0, 3, 0x30, 0x39, 0x7F, 0xFF]);
            }
            if connection == 0 {
                stream = dice.octets(600);
            }
            let from = 50_000 + u16::try_from(connection).unwrap();
            octets.push((packet(from, port, 1, 0x18, &stream), dice.below(2) * dice.below(stream.len())));
        }
    }
    let mut capture = pcap(&[]);
    for (packet, missing) in octets {
        let kept = packet.len() - missing;
        for number in [0, 0, kept, packet.len()] {
            capture.extend(u32::try_from(number).unwrap().to_le_bytes());
        }
        capture.extend(&packet[..kept]);
    }
    let capture = file("tshark-hostile.pcap", &capture).to_str().unwrap().to_owned();
    for masked in [true, false] {
        let (packets, _) = dissected(&links, &capture, masked);
        let seen = links.iter().map(|link| messages_of(&packets, &link.protocol).len()).sum::<usize>();
        assert!(seen > links.len() * 6, "{seen}");
    }
}
