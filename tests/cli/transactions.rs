//! `--keys` on a connection: a key for each transaction (DUKPT), PIN blocks translated, what `serve` answers to each
//! wrong thing, and what `decode` says of a MAC.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::keys::{CARD, MAK, keys, shows_no_key};
use super::{cardwire, file, good};

const DEVICE: &str = "FFFF9876543210";
const BASE: &str = "[keys.bdk]\ndes = \"0123456789ABCDEFFEDCBA9876543210\"\n";
const USE: &str = "[mac]\nkey = \"dukpt\"\nalgorithm = \"x9.19\"\nalways = true\n\
    [pin]\nkey = \"dukpt\"\npin = \"1234\"\n";

/// A key file of a device whose last transaction had a counter, and none of its counters on disk.
fn device(name: &str, counter: &str) -> String {
    let _ = std::fs::remove_file(file(&format!("{name}.ksn"), b""));
    let dukpt = format!("[dukpt]\nkey = \"bdk\"\nksn = \"{DEVICE}{counter}\"\nelement = 63\n");
    keys(name, &format!("{BASE}{USE}{dukpt}"))
}

/// The key file of a host.
fn host(name: &str) -> String {
    keys(name, &format!("{BASE}{USE}[dukpt]\nkey = \"bdk\"\nelement = 63\n"))
}

fn request(stan: u32) -> String {
    let fields =
        format!("\"2\":\"{CARD}\",\"11\":\"{stan:06}\",\"41\":\"TERM0001\",\"52\":\"0000000000000000\"");
    format!("{{\"mti\":\"0200\",\"fields\":{{{fields}}}}}\n")
}

/// `cardwire serve`, for so many requests.
struct Issuer {
    process: Child,
    log: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Issuer {
    fn new(spec: &str, keys: &str, count: u32) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cardwire"))
            .args(["serve", "-s", spec, "-l", "127.0.0.1:0", "--keys", keys, "--count", &count.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = log.next().unwrap().unwrap();
        let address = first.rsplit(' ').next().unwrap().to_owned();
        Self { process, log, address }
    }

    /// Its log, when it has had its requests.
    fn end(mut self) -> String {
        let log = self.log.by_ref().map(Result::unwrap).collect::<Vec<_>>().join("\n");
        assert!(self.process.wait().unwrap().success());
        shows_no_key(&log);
        log
    }
}

/// Also when a test fails, which nobody waits for otherwise.
impl Drop for Issuer {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

fn kept(keys: &str) -> String {
    std::fs::read_to_string(format!("{keys}.ksn")).unwrap()
}

#[test]
fn every_message_of_a_device_has_the_next_key() {
    let (device, issuer) = (device("device.toml", "E00000"), Issuer::new("iso87-bcd", &host("host.toml"), 5));
    let before = std::fs::read(&device).unwrap();
    let send = |stan| {
        let args =
            ["send", &issuer.address, "-s", "iso87-bcd", "--keys", &device, "-f", "ndjson", "--expose"];
        cardwire(&args, request(stan))
    };
    for counter in 1..=3 {
        let done = send(counter);
        assert!(done.code == 0 && done.out.contains("\"39\":\"00\""), "{}{}", done.out, done.err);
        assert!(done.out.contains("\"checks\":[{\"check\":\"mac\",\"ok\":true,\"field\":64"), "{}", done.out);
        assert!(done.out.contains(&format!("\"63\":\"{DEVICE}E0000{counter}\"")), "{}", done.out);
        assert_eq!(kept(&device), format!("{DEVICE}E0000{counter}\n"));
    }
    // what was sent once is refused when it comes again
    let wire = good(&["encode", "-s", "iso87-bcd", "--keys", &device], request(4));
    let raw =
        || cardwire(&["send", &issuer.address, "-s", "iso87-bcd", "-m", wire.trim(), "-f", "ndjson"], "");
    assert!(raw().out.contains("\"39\":\"00\""));
    assert!(raw().out.contains("\"39\":\"A0\""));
    let log = issuer.end();
    assert!(log.contains("0210 A0, transaction counter 4 is not above 4"), "{log}");
    assert_eq!(std::fs::read(&device).unwrap(), before, "the key file is not written");
    let mode = std::fs::metadata(format!("{device}.ksn")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// The counter is on disk before the message leaves: whoever is killed then never uses that key again.
#[test]
fn a_key_is_used_up_before_its_message_leaves() {
    let device = device("killed.toml", "E00007");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = Command::new(env!("CARGO_BIN_EXE_cardwire"))
        .args(["send", &listener.local_addr().unwrap().to_string(), "-s", "iso87-bcd", "--keys", &device])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    sender.stdin.take().unwrap().write_all(request(1).as_bytes()).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    peer.read_exact(&mut [0; 40]).unwrap();
    assert_eq!(kept(&device), format!("{DEVICE}E00008\n"));
    sender.kill().unwrap();
    sender.wait().unwrap();
    let wire = good(&["encode", "-s", "iso87-bcd", "--keys", &device], request(2));
    let next: String = format!("{DEVICE}E00009").bytes().map(|digit| format!("{digit:02X}")).collect();
    assert!(wire.contains(&next), "{wire}");
}

#[test]
fn counters_end_and_are_not_made_up() {
    let encode = |keys: &str| cardwire(&["encode", "-s", "iso87-bcd", "--keys", keys], request(1));
    for (counter, next) in [("FFF7FF", Some("FFF800")), ("FFF800", None), ("E007FE", Some("E00800"))] {
        let device = device("end.toml", counter);
        let done = encode(&device);
        match next {
            Some(next) => assert_eq!((done.code, kept(&device)), (0, format!("{DEVICE}{next}\n"))),
            None => {
                assert!(
                    done.code == 1 && done.out.contains("the device has used its last key"),
                    "{}",
                    done.out
                );
            }
        }
    }
    // a later number of the key file counts, and so does a later one beside it; other devices keep theirs
    let other = "FFFF1111111111E00055";
    for (said, beside, next) in [("E00010", "E00005", "E00011"), ("E00010", "E00020", "E00021")] {
        let device = device("later.toml", said);
        file("later.toml.ksn", format!("{other}\n{DEVICE}{beside}\n").as_bytes());
        assert_eq!(encode(&device).code, 0);
        assert_eq!(kept(&device), format!("{other}\n{DEVICE}{next}\n"));
    }
    let device = device("torn.toml", "E00000");
    file("torn.toml.ksn", b"FFFF98765432\n");
    let done = encode(&device);
    assert!(
        done.code == 1 && done.out.contains("torn.toml.ksn, line 1: no key serial number"),
        "{}",
        done.out
    );
}

#[test]
fn one_process_at_a_time_takes_keys_of_a_device() {
    let device = device("locked.toml", "E00000");
    let mut first = Command::new(env!("CARGO_BIN_EXE_cardwire"))
        .args(["encode", "-s", "iso87-bcd", "--keys", &device])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = first.stdin.take().unwrap();
    stdin.write_all(request(1).as_bytes()).unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("0200"));
    let done = cardwire(&["encode", "-s", "iso87-bcd", "--keys", &device], request(2));
    assert!(done.code == 1 && done.out.contains("another process takes keys of this device"), "{}", done.out);
    drop(stdin);
    assert!(first.wait().unwrap().success());
    assert_eq!(cardwire(&["encode", "-s", "iso87-bcd", "--keys", &device], request(2)).code, 0);
}

#[test]
fn numbers_that_a_host_takes_from_nobody() {
    let device = device("bad.toml", "E00000");
    let wire = good(&["encode", "-s", "iso87-ascii", "--keys", &device], request(1));
    let digits = |text: &str| text.bytes().map(|digit| format!("{digit:02X}")).collect::<String>();
    let check = |number: &str| {
        let changed = wire.replace(&digits(&format!("{DEVICE}E00001")), &digits(number));
        let host = host("bad-host.toml");
        let done = cardwire(&["check", "-s", "iso87-ascii", "--keys", &host, "-f", "ndjson"], changed);
        (done.code, done.out)
    };
    assert_eq!(check(&format!("{DEVICE}E00001")).0, 0);
    for (number, words) in [
        (format!("{DEVICE}E00002"), "the MAC is wrong"),
        (format!("{DEVICE}E00000"), "transaction counter 0 is no transaction"),
        (format!("{DEVICE}E007FF"), "transaction counter 7FF has more than 10 ones"),
        (format!("{DEVICE}E0000X"), "field 63: character 19 of the hexadecimal digits is none"),
    ] {
        let (code, out) = check(&number);
        assert!(code == 1 && out.contains(words), "{number}: {out}");
    }
    // an initial key is that of one device
    let initial = keys(
        "initial.toml",
        "[keys.ik]\ndes = \"6AC292FAA1315B4D858AB3A3D7D5933A\"\n[mac]\nkey = \"dukpt\"\nalgorithm = \"x9.19\"\n\
         [dukpt]\nkey = \"ik\"\ninitial = true\nksn = \"FFFF9876543210E00000\"\nelement = 63\n",
    );
    let check = |wire: String| cardwire(&["check", "-s", "iso87-ascii", "--keys", &initial], wire);
    assert_eq!(check(wire.clone()).code, 0);
    let done = check(wire.replace(&digits("543210E"), &digits("543211E")));
    assert!(done.out.contains("the key serial number is of another device"), "{}", done.out);
}

/// X9.24-3: CMAC under the MAC generation key; the number in octets, in DE 53 of 1993.
#[test]
fn a_device_with_aes() {
    let text = "[keys.bdk]\naes = \"FEDCBA9876543210F1F1F1F1F1F1F1F1\"\n[mac]\nkey = \"dukpt\"\nalgorithm = \"cmac\"\n\
        bytes = 8\nalways = true\n[pin]\nkey = \"dukpt\"\npin = \"1234\"\n[dukpt]\nkey = \"bdk\"\nelement = 53\n";
    let _ = std::fs::remove_file(file("aes.toml.ksn", b""));
    let device = keys("aes.toml", &format!("{text}ksn = \"123456789012345600000000\"\n"));
    let issuer = Issuer::new("iso93-bcd", &keys("aes-host.toml", text), 2);
    let args = ["send", &issuer.address, "-s", "iso93-bcd", "--keys", &device, "-f", "ndjson", "--expose"];
    let messages = [request(1), request(2)].concat().replace("\"0200\"", "\"1200\"");
    let done = cardwire(&args, messages);
    assert!(
        done.code == 0 && done.out.contains("\"53\":\"123456789012345600000002\""),
        "{}{}",
        done.out,
        done.err
    );
    assert_eq!(done.out.matches("\"check\":\"mac\",\"ok\":true").count(), 2, "{}", done.out);
    issuer.end();
}

#[test]
fn a_load_is_signed_and_its_responses_verified() {
    let (device, issuer) =
        (device("load.toml", "E00000"), Issuer::new("iso87-bcd", &host("load-host.toml"), 60));
    let args = ["load", &issuer.address, "-s", "iso87-bcd", "--count", "30"];
    let done = cardwire(&[&args[..], &["--window", "4", "--keys", &device]].concat(), request(1));
    assert!(done.code == 0 && done.out.contains("30 answered, 0 not"), "{}{}", done.out, done.err);
    assert!(done.err.contains("one request at a time"), "{}", done.err);
    assert_eq!(kept(&device), format!("{DEVICE}E0001E\n"));
    // a host that has other keys
    let stranger = keys(
        "stranger.toml",
        "[keys.mak]\ndes = \"1111111111111111EEEEEEEEEEEEEEEE\"\n[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\n\
         always = true\n",
    );
    let done = cardwire(&[&args[..], &["--window", "4", "--keys", &stranger]].concat(), request(1));
    assert!(done.code == 1 && done.out.contains("0 answered, 30 not"), "{}{}", done.out, done.err);
    let log = issuer.end();
    assert_eq!(log.matches("0210 00").count(), 30, "{log}");
    assert_eq!(log.matches("0210 A0, without a MAC: no key serial number in field 63").count(), 30, "{log}");
}

fn plain(name: &str, rest: &str) -> String {
    let two = "[keys.tpk]\ndes = \"1111111111111111EEEEEEEEEEEEEEEE\"\n\
        [keys.zpk]\ndes = \"2222222222222222DDDDDDDDDDDDDDDD\"\n";
    keys(name, &format!("[keys.mak]\ndes = \"{MAK}\"\n[keys.imk]\ndes = \"{MAK}\"\n{two}{rest}"))
}

#[test]
fn a_response_with_a_wrong_mac_is_told() {
    let mac =
        |key: &str, always| format!("[mac]\nkey = \"{key}\"\nalgorithm = \"x9.19\"\nalways = {always}\n");
    let issuer = Issuer::new("iso87-bcd", &plain("mac-host.toml", &mac("mak", false)), 2);
    let send = |keys: &str, format: &str| {
        let args = ["send", &issuer.address, "-s", "iso87-bcd", "--keys", keys, "-f", format];
        cardwire(&args, request(1))
    };
    let other = plain("mac-other.toml", &mac("tpk", true));
    let done = send(&other, "ndjson");
    assert!(done.code == 1 && done.out.contains("\"39\":\"A0\""), "{}", done.out);
    assert!(done.out.contains("\"checks\":[{\"check\":\"mac\",\"ok\":false,\"field\":64"), "{}", done.out);
    assert!(done.err.contains("stdin:1: the response: the MAC is wrong"), "{}", done.err);
    let done = send(&other, "text");
    assert!(done.code == 1 && done.out.contains("  !! field 64: the MAC is wrong"), "{}", done.out);
    issuer.end();
}

#[test]
fn an_issuer_knows_the_pin_and_translates_its_block() {
    for (spec, mti, right, wrong) in [("iso87-bcd", "0200", "00", "55"), ("iso93-bcd", "1200", "000", "117")]
    {
        let pin = |rest: &str| format!("[pin]\nkey = \"tpk\"\n{rest}");
        let host = pin("pin = \"1234\"\nto = \"zpk\"\nto-format = 3\n");
        let issuer = Issuer::new(spec, &plain("pin-host.toml", &host), 3);
        let send = |pin_of_terminal: &str| {
            let keys = plain("pin-terminal.toml", &pin(&format!("pin = \"{pin_of_terminal}\"\n")));
            let args = ["send", &issuer.address, "-s", spec, "--keys", &keys, "-f", "ndjson"];
            cardwire(&args, request(1).replace("0200", mti)).out
        };
        assert!(send("1234").contains(&format!("\"39\":\"{right}\"")));
        assert!(send("4321").contains(&format!("\"39\":\"{wrong}\"")));
        let none =
            cardwire(&["send", &issuer.address, "-s", spec, "-f", "ndjson"], request(1).replace("0200", mti));
        assert!(none.out.contains(&format!("\"39\":\"{wrong}\"")), "{}", none.out);
        let log = issuer.end();
        assert!(log.contains("the PIN is not the one of the file") && log.contains("no PIN block"), "{log}");
        assert!(!log.contains("1234\n") && !log.contains("4321"), "{log}");
    }
}

#[test]
fn a_block_on_its_way_is_translated_as_the_standard_permits() {
    let terminal = plain("leg1.toml", "[pin]\nkey = \"tpk\"\npin = \"9876\"\n");
    let switch = plain("leg2.toml", "[pin]\nkey = \"tpk\"\nto = \"zpk\"\nto-format = 3\n");
    let issuer = plain("leg3.toml", "[pin]\nkey = \"zpk\"\nformat = 3\npin = \"9876\"\n");
    let encode = |keys: &str, text: String| cardwire(&["encode", "-s", "iso87-bcd", "--keys", keys], text);
    let decode = |wire: String| good(&["decode", "-s", "iso87-bcd", "-f", "ndjson", "--expose"], wire);
    let first = encode(&terminal, request(1)).out;
    let second = encode(&switch, decode(first.clone())).out;
    assert_ne!(first, second);
    assert_eq!(cardwire(&["check", "-s", "iso87-bcd", "--keys", &issuer], second).code, 0);
    let never = plain("leg4.toml", "[pin]\nkey = \"tpk\"\nto = \"zpk\"\nto-format = 1\n");
    let done = encode(&never, decode(first));
    assert!(done.code == 1 && done.out.contains("format 0 is not translated to format 1"), "{}", done.out);
    for (rest, words) in [
        ("to-format = 1\n", "to-format goes with to"),
        ("to = \"nobody\"\n", "there is no key nobody"),
        ("to = \"zpk\"\nto-format = 9\n", "PIN formats are 0 to 4"),
    ] {
        let keys = plain("leg5.toml", &format!("[pin]\nkey = \"tpk\"\n{rest}"));
        let done = cardwire(&["key", "--keys", &keys], "");
        assert!(done.code == 1 && done.err.contains(words), "{}", done.err);
    }
}

/// Visa CVN 10, CVN 18, and the ARPC of each: facts/arqc.md, EMV Book 2.
#[test]
fn an_issuer_answers_a_good_cryptogram_and_no_other() {
    let issuer = Issuer::new("iso87-bcd", &plain("arpc.toml", "[emv]\nissuer = \"imk\"\n"), 5);
    let send = |data: &str, arqc: &str| {
        let chip = format!(
            "9F02060000000123459F03060000000000009F1A0201569505000004800\
             05F2A0201569A032601159C01009F37041A2B3C4D820239009F360200B7{data}9F2608{arqc}5F340101"
        );
        let object = format!(
            "{{\"mti\":\"0200\",\"fields\":{{\"2\":\"4000001234567899\",\"11\":\"000001\",\"55\":\"{chip}\"}}}}\n"
        );
        let done =
            cardwire(&["send", &issuer.address, "-s", "iso87-bcd", "-f", "ndjson", "--expose"], object);
        done.out
    };
    let out = send("9F100706010A03A0B800", "380BACD9A7EB456F");
    assert!(out.contains("\"39\":\"00\"") && out.contains("[\"91\",\"04001FD5B7FE493B3030\"]"), "{out}");
    let out = send("9F100706011203A0B800", "D0A998952378FD38");
    assert!(out.contains("\"39\":\"00\"") && out.contains("[\"91\",\"8FB064AB00820000\"]"), "{out}");
    let out = send("9F100706010A03A0B800", "380BACD9A7EB456E");
    assert!(out.contains("\"39\":\"05\"") && !out.contains("\"91\""), "{out}");
    // a certificate is a report, and nothing that is asked
    for (kind, is_answered) in [("80", true), ("40", false)] {
        let out = send(&format!("9F100706010A03A0B8009F2701{kind}"), "380BACD9A7EB456F");
        assert!(out.contains("\"39\":\"00\"") && out.contains("[\"91\",") == is_answered, "{out}");
    }
    let log = issuer.end();
    assert!(log.contains("0210 05, the application cryptogram is wrong"), "{log}");
}

#[test]
fn decode_says_of_each_message_whether_its_mac_is_right() {
    let keys = plain(
        "decode.toml",
        "[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\nalways = true\n[pin]\nkey = \"tpk\"\npin = \"1234\"\n",
    );
    let wire = good(&["encode", "-s", "iso87-bcd", "--keys", &keys], request(1));
    let decode = |wire: &str, format: &str| {
        let done = cardwire(&["decode", "-s", "iso87-bcd", "--keys", &keys, "-f", format], wire);
        shows_no_key(&done.out);
        assert!(!done.out.contains(CARD) && !done.out.contains("041225EE"), "{}", done.out);
        done
    };
    let stan = wire.find("000001").unwrap() + 5;
    let changed = format!("{}2{}", &wire[..stan], &wire[stan + 1..]);
    for format in ["text", "hexdump"] {
        let done = decode(&wire, format);
        assert!(done.code == 0 && done.out.contains("  ok field 64: the MAC is right\n"), "{}", done.out);
        assert!(done.out.contains("  ok field 52: the PIN block is right\n"), "{}", done.out);
        let done = decode(&changed, format);
        assert!(done.code == 1 && done.out.contains("  !! field 64: the MAC is wrong\n"), "{}", done.out);
    }
    for format in ["json", "ndjson"] {
        let object: serde_json::Value = serde_json::from_str(decode(&wire, format).out.trim()).unwrap();
        assert_eq!(
            object["checks"][0],
            serde_json::json!({
                "check": "mac", "ok": true, "field": 64, "message": "the MAC is right"
            })
        );
        let object: serde_json::Value = serde_json::from_str(decode(&changed, format).out.trim()).unwrap();
        assert_eq!(object["checks"][0]["ok"], false);
        assert_eq!(object["checks"][1]["check"], "pin");
    }
    let done = decode(&changed, "isomsg");
    assert!(done.code == 1 && done.err.contains("stdin:1: the MAC is wrong"), "{}", done.err);
    // what it prints can be encoded again
    let open = ["decode", "-s", "iso87-bcd", "--keys", &keys, "-f", "ndjson", "--expose"];
    assert_eq!(good(&["encode", "-s", "iso87-bcd"], good(&open, wire.clone())), wire);
}

#[test]
fn sections_that_make_no_sense_are_refused() {
    for (text, words) in [
        ("[mac]\nkey = \"dukpt\"\nalgorithm = \"x9.19\"\n", "the file has no section [dukpt]"),
        ("[keys.dukpt]\ndes = \"0123456789ABCDEF\"\n", "no key can be called dukpt"),
        ("[dukpt]\nkey = \"single\"\nelement = 63\n", "[dukpt] this takes a double-length TDES key"),
        (
            "[dukpt]\nkey = \"bdk\"\nelement = 63\nksn = \"FFFF98\"\n",
            "a key serial number has 10 bytes, not 3",
        ),
        ("[dukpt]\nkey = \"bdk\"\nelement = 63\ninitial = true\n", "say its ksn"),
        ("[dukpt]\nkey = \"nobody\"\nelement = 63\n", "there is no key nobody"),
        ("[dukpt]\nkey = \"bdk\"\n", "expected"),
    ] {
        let file =
            keys("senseless.toml", &format!("{BASE}[keys.single]\ndes = \"0123456789ABCDEF\"\n{text}"));
        let done = cardwire(&["key", "--keys", &file], "");
        assert!(done.code == 1 && done.err.contains(words), "{text}: {}", done.err);
        shows_no_key(&done.err);
    }
    // a host's file has no device of its own
    let done = cardwire(&["encode", "-s", "iso87-bcd", "--keys", &host("nobody.toml")], request(1));
    assert!(done.code == 1 && done.out.contains("no ksn of a device"), "{}", done.out);
}
