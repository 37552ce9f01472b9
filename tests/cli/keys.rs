//! `cardwire key`, `mac`, `pin`, `emv`, and what `--keys` does: MACs and cryptograms made and verified, no secret shown.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::{cardwire, file, good};

pub(crate) const MAK: &str = "0123456789ABCDEFFEDCBA9876543210";
const KBPK: &str = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";
const BLOCK: &str = "D0112B1AX00E000002B3FC9137CA5A59B81BAEE4D880E83B65170D8BCA87962442F9EFBFD070A2D4106C4128029EBBB5C65CD45893910965";
pub(crate) const CARD: &str = "4111111111111111";

/// A file of keys that only its owner can read.
pub(crate) fn keys(name: &str, text: &str) -> String {
    let path = file(name, text.as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn all(name: &str, rest: &str) -> String {
    keys(
        name,
        &format!(
            "[keys.mak]\ndes = \"{MAK}\"\nkcv = \"08D7B4\"\n[keys.kbpk]\naes = \"{KBPK}\"\n\
             [keys.ik]\nblock = \"{BLOCK}\"\nunder = \"kbpk\"\n[keys.single]\ndes = \"{0}{0}\"\n{rest}",
            &MAK[..16]
        ),
    )
}

/// Nothing of a key stands in an output.
pub(crate) fn shows_no_key(text: &str) {
    for secret in [MAK, &MAK[..16], &MAK[16..], KBPK, "1273671EA26AC29AFA4D1084127652A1"] {
        assert!(!text.contains(secret) && !text.contains(&secret.to_lowercase()), "{text}");
    }
}

#[test]
fn keys_are_told_by_kind_and_check_value() {
    let file = all("list.toml", "");
    let out = good(&["key", "--keys", &file], "");
    shows_no_key(&out);
    for line in [
        "ik  AES-128, check value ",
        "kbpk  AES-256, check value ",
        "mak  double-length TDES, check value 08D7B4\n",
        "single  double-length TDES, check value D5D44F, no better than single DES\n",
    ] {
        assert!(out.contains(line), "{out}");
    }
    let out = good(&["key", "--keys", &file, "ik", "--expose"], "");
    assert!(out.ends_with("1273671EA26AC29AFA4D1084127652A1\n"), "{out}");
    let done = cardwire(&["key", "--keys", &file, "nobody"], "");
    assert_eq!(done.code, 2);
    assert!(done.err.contains("there are ik, kbpk, mak, single"), "{}", done.err);
}

#[test]
fn a_key_block_says_what_its_key_is_for() {
    let out = good(&["key", "--block", BLOCK], "");
    assert!(out.contains("B1  initial DUKPT key") && out.contains("X  derive keys"), "{out}");
    assert!(out.contains("nothing of it is authenticated"), "{out}");
    let file = all("block.toml", "");
    let out = good(&["key", "--keys", &file, "--block", BLOCK, "--under", "kbpk"], "");
    assert!(out.contains("key  AES-128, check value "), "{out}");
    shows_no_key(&out);
    let changed = BLOCK.replace("X00E", "X00N");
    let done = cardwire(&["key", "--keys", &file, "--block", &changed, "--under", "kbpk"], "");
    assert_eq!((done.code, done.err.as_str()), (1, "cardwire: no key block: the MAC is wrong\n"));
}

/// ANSI X9.24-1:2009 annex A.4 and the supplement of X9.24-3:2017.
#[test]
fn dukpt_gives_the_keys_of_a_transaction_and_the_next_number() {
    let aes = "FEDCBA9876543210F1F1F1F1F1F1F1F1";
    let file = keys("dukpt.toml", &format!("[keys.bdk]\ndes = \"{MAK}\"\n[keys.aes]\naes = \"{aes}\"\n"));
    let tdes = ["key", "--keys", &file, "bdk", "--ksn", "FFFF9876543210E00001"];
    let out = good(&tdes, "");
    assert!(out.ends_with("next number  FFFF9876543210E00002\n") && out.lines().count() == 7, "{out}");
    shows_no_key(&out);
    assert!(!out.contains("042666B4"), "{out}");
    let out = good(&[&tdes[..], &["--expose"]].concat(), "");
    assert!(
        out.contains("6AC292FAA1315B4D858AB3A3D7D5933A") && out.contains("042666B49184CF5C68DE9628D0397B36")
    );
    let out = good(&["key", "--keys", &file, "aes", "--ksn", "123456789012345600000001", "--expose"], "");
    assert!(out.contains("AF8CB133A78F8DC2D1359F18527593FB"), "{out}");
    for (ksn, words) in [
        ("FFFF9876543210FFF800", "the device has used its last key"),
        ("FFFF9876543210E00000", "transaction counter 0 is no transaction"),
        ("FFFF9876543210E007FF", "transaction counter 7FF has more than 10 ones"),
        ("FFFF98", "a key serial number has 10 bytes, not 3"),
    ] {
        let done = cardwire(&["key", "--keys", &file, "bdk", "--ksn", ksn], "");
        assert!(format!("{}{}", done.out, done.err).contains(words), "{ksn}: {}{}", done.out, done.err);
    }
}

#[test]
fn a_file_that_is_none_repeats_no_value() {
    for (text, words) in [
        ("[keys.mak]\ndes = \"0123456789ABCDEF01\"\n", "key mak: a DES key has 8, 16 or 24 bytes, not 9"),
        (
            "[keys.mak]\ndes = \"0123456789ABCDEX\"\n",
            "key mak: character 15 of the hexadecimal digits is none",
        ),
        (
            "[keys.mak]\ndes = \"0123456789ABCDEF\"\nkcv = \"000000\"\n",
            "key mak: the check value does not belong",
        ),
        ("[keys.mak]\ndes = 123456789\n", "line 2: expected a string"),
        ("[keys.mak]\n\"0123456789ABCDEF\" = 1\n", "line 2: expected one of `des`, `aes`"),
        ("[keys.mak]\ndes = \"0123456789ABCDEF\n", "line 2: expected `\"`"),
        ("[keys.mak]\n", "key mak: say one of des, aes and block"),
        (&format!("[keys.mak]\nblock = \"{BLOCK}\"\n"), "key mak: `under` names the clear key"),
        ("[keys]\n[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\n", "there is no key mak"),
        (
            "[keys.mak]\ndes = \"0123456789ABCDEF\"\n[mac]\nkey = \"mak\"\nalgorithm = \"md5\"\n",
            "MAC algorithms are x9.9",
        ),
        (
            "[keys.mak]\ndes = \"0123456789ABCDEF\"\n[pin]\nkey = \"mak\"\nformat = 9\n",
            "PIN formats are 0 to 4",
        ),
        ("[keys.mak]\ndes = \"0123456789ABCDEF\"\n[emv]\nissuer = \"mak\"\noption = \"C\"\n", "is A or B"),
    ] {
        let done = cardwire(&["key", "--keys", &keys("wrong.toml", text)], "");
        assert!(done.code == 1 && done.err.contains(words), "{text}\n{}", done.err);
        assert!(!done.err.contains("0123456789ABCDE") && !done.err.contains("123456789"), "{}", done.err);
    }
    let open = all("open.toml", "");
    for mode in [0o644, 0o640, 0o604, 0o660] {
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(mode)).unwrap();
        let done = cardwire(&["key", "--keys", &open], "");
        assert!(done.code == 1 && done.err.contains("others can read these keys: chmod 600"), "{}", done.err);
        shows_no_key(&done.err);
    }
}

#[test]
fn macs_are_made_and_verified() {
    let file = all("mac.toml", "");
    let data = "4E6F77206973207468652074696D6520666F72206974";
    let args = ["mac", "--keys", &file, "--key", "mak"];
    assert_eq!(good(&[&args[..], &[data]].concat(), ""), "2E2B1428CC78254F\n");
    assert_eq!(good(&args, format!("{data}\n")), "2E2B1428CC78254F\n");
    assert_eq!(good(&[&args[..], &["-a", "iso9797-3-padding2", data]].concat(), ""), "5A692CE64F404145\n");
    assert_eq!(good(&[&args[..], &["--bytes", "4", data]].concat(), ""), "2E2B1428\n");
    let out = good(&[&args[..], &["--verify", "2e2b1428cc78254f", data]].concat(), "");
    assert_eq!(out, "the MAC is right\n");
    let done = cardwire(&[&args[..], &["--verify", "2E2B1428CC78254E", data]].concat(), "");
    assert_eq!((done.code, done.out.as_str(), done.err.as_str()), (1, "", "cardwire: the MAC is wrong\n"));
    // a shorter MAC is right only where that was agreed
    let short = [&args[..], &["--verify", "2E2B1428", data]].concat();
    assert_eq!(cardwire(&short, "").code, 1);
    assert_eq!(good(&[&short[..], &["--bytes", "4"]].concat(), ""), "the MAC is right\n");
    let done = cardwire(&[&args[..], &["--bytes", "3", data]].concat(), "");
    assert!(done.err.contains("has 4 to 8 bytes, not 3"), "{}", done.err);
}

#[test]
fn pin_blocks_are_made_opened_and_translated() {
    let file = all("pin.toml", "[pin]\nkey = \"mak\"\n");
    let args = ["pin", "--keys", &file, "--pan", CARD];
    let block = good(&args, "1234\n");
    assert_eq!(block.len(), 17);
    let opened = [&args[..], &["--open", block.trim()]].concat();
    assert_eq!(good(&opened, ""), "a PIN of 4 digits (--expose shows it)\n");
    assert_eq!(good(&[&opened[..], &["--expose"]].concat(), ""), "1234\n");
    let other = good(&[&opened[..], &["--to", "kbpk", "--to-format", "4"]].concat(), "");
    assert_eq!(other.len(), 33);
    let fourth =
        ["pin", "--keys", &file, "--key", "kbpk", "--format", "4", "--open", other.trim(), "--expose"];
    assert_eq!(good(&[&fourth[..], &["--pan", CARD]].concat(), ""), "1234\n");
    let done = cardwire(&[&fourth[..], &["--pan", "4242424242424242"]].concat(), "");
    assert!(
        done.code == 1 && done.err.contains("no PIN block of this key, card number and format"),
        "{}",
        done.err
    );
    for (stdin, words) in [("123\n", "4 to 12 digits, not 3"), ("12x4\n", "character 2 is no digit")] {
        let done = cardwire(&args, stdin);
        assert!(done.code == 1 && done.err.contains(words), "{}", done.err);
    }
    // back from AES to TDES it is weaker, and that is told
    let back = [&fourth[..fourth.len() - 1], &["--pan", CARD, "--to", "mak", "--to-format", "3"]].concat();
    let done = cardwire(&back, "");
    assert!(done.code == 0 && done.err.contains("weaker") && done.out.len() == 17, "{}", done.err);
    let done = cardwire(&[&opened[..], &["--to", "mak", "--to-format", "1"]].concat(), "");
    assert!(done.err.contains("format 0 is not translated to format 1"), "{}", done.err);
}

#[test]
fn chip_data_in_words_and_masked() {
    let out = good(&["emv", "95", "0800048001"], "");
    assert!(out.contains("byte 1 00001000  DDA failed 动态数据认证失败"), "{out}");
    assert!(out.contains("byte 4 10000000  amount above the floor limit 金额超过最低限额"), "{out}");
    let chip = "5A084111111111111111 9F2608A1B2C3D4E5F60718 9F10 07 06010A03A0B800 9F350122";
    let out = good(&["emv"], chip.replace(' ', ""));
    assert!(!out.contains("4111") && !out.contains("A1B2C3") && !out.contains("A0B800"), "{out}");
    assert!(out.contains("operated by the merchant; attended"), "{out}");
    let out = good(&["emv", "--expose", "9F1007 06010A03A0B800"], "");
    assert!(out.contains("first GENERATE AC or GPO: ARQC 第一次生成密文：ARQC"), "{out}");
    let out = good(&["emv", "--json", "9B", "E801"], "");
    let object: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
    assert_eq!(object["tag"], "9B");
    assert_eq!(object["bits"][0]["meaning"], "offline data authentication was done");
    assert_eq!(object["bits"][4]["meaning"], "reserved bit (byte 2 bit 1)");
    assert_eq!(object["bits"][0]["中文"], "已进行脱机数据认证");
    for (args, code) in [(&["emv", "zz"][..], 1), (&["emv", "0000048000", "95"], 2), (&["emv", "9F"], 1)] {
        assert_eq!(cardwire(args, "").code, code, "{args:?}");
    }
}

/// A message as `encode --keys` signs it, in hexadecimal digits.
fn signed(file: &str) -> String {
    let object =
        format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":\"{CARD}\",\"11\":\"000001\",\"41\":\"TERM0001\"}}}}");
    good(&["encode", "-s", "iso87-bcd", "--keys", file], object)
}

#[test]
fn messages_are_signed_and_checked() {
    let file = all("check.toml", "[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\nbytes = 4\nalways = true\n");
    let wire = signed(&file);
    assert!(wire.trim().ends_with("00000000"), "{wire}");
    let check = ["check", "-s", "iso87-bcd", "--keys", &file];
    assert!(good(&check, wire.clone()).contains(": ok"));
    for at in [10, 30, wire.trim().len() - 12, wire.trim().len() - 1] {
        let mut changed = wire.clone().into_bytes();
        changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
        let done = cardwire(&check, changed);
        assert!(done.code == 1 && !done.out.contains(": ok"), "digit {at}: {}", done.out);
    }
    let mut changed = wire.clone().into_bytes();
    let stan = wire.find("000001").unwrap() + 5;
    changed[stan] = b'2';
    let done = cardwire(&[&check[..], &["-f", "ndjson"]].concat(), changed);
    assert!(done.out.contains("{\"field\":64,\"message\":\"the MAC is wrong\"}"), "{}", done.out);
    // a message without the element has none, and every message was to have one
    let done = cardwire(&check, "0800000000000000000001");
    assert!(done.code == 1, "{}", done.out);
    let bare =
        cardwire(&["encode", "-s", "iso87-bcd"], "{\"mti\":\"0800\",\"fields\":{\"11\":\"000001\"}}").out;
    let done = cardwire(&check, bare.clone());
    assert!(done.out.contains("no element holds a MAC over the whole message"), "{}", done.out);
    // where only some have one, it is none that is missing
    let some = all("some.toml", "[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\n");
    assert!(good(&["check", "-s", "iso87-bcd", "--keys", &some], bare).contains(": ok"));
}

#[test]
fn cryptograms_are_checked() {
    let file = keys("emv.toml", &format!("[keys.imk]\ndes = \"{MAK}\"\n[emv]\nissuer = \"imk\"\n"));
    let message = |arqc: &str| {
        let chip = format!(
            "9F02060000000123459F03060000000000009F1A0201569505000004800 05F2A0201569A032601159C01009F37041A2B3C4D\
             820239009F360200B79F100706010A03A0B8009F2608{arqc}5F340101"
        );
        let chip = chip.replace(' ', "");
        let object = format!(
            "{{\"mti\":\"0200\",\"fields\":{{\"2\":\"4000001234567899\",\"11\":\"000001\",\"55\":\"{chip}\"}}}}"
        );
        good(&["encode", "-s", "iso87-bcd"], object)
    };
    let check = ["check", "-s", "iso87-bcd", "--keys", &file];
    assert!(good(&check, message("380BACD9A7EB456F")).contains(": ok"));
    let done = cardwire(&check, message("380BACD9A7EB456E"));
    assert!(done.code == 1 && done.out.contains("the application cryptogram is wrong"), "{}", done.out);
}

#[test]
fn pin_blocks_of_messages_are_made_and_checked() {
    let pin = |pin: &str| format!("[pin]\nkey = \"mak\"\npin = \"{pin}\"\n");
    let (file, other) = (all("pin1.toml", &pin("1234")), all("pin2.toml", &pin("4321")));
    let fields = format!("{{\"2\":\"{CARD}\",\"11\":\"000001\",\"52\":\"0000000000000000\"}}");
    let object = format!("{{\"mti\":\"0200\",\"fields\":{fields}}}");
    let wire = good(&["encode", "-s", "iso87-bcd", "--keys", &file], object.clone());
    assert!(!wire.contains("0000000000000000\n") && !wire.contains("041225EE"), "{wire}");
    let check = |file: &str, wire: &str| cardwire(&["check", "-s", "iso87-bcd", "--keys", file], wire);
    assert!(check(&file, &wire).out.contains(": ok"));
    let done = check(&other, &wire);
    assert!(done.code == 1 && done.out.contains("the PIN is not the one of the file"), "{}", done.out);
    let zeros = good(&["encode", "-s", "iso87-bcd"], object);
    let done = check(&file, &zeros);
    assert!(
        done.code == 1 && done.out.contains("no PIN block of this key, card number and format"),
        "{}",
        done.out
    );
    let done = cardwire(&["key", "--keys", &all("pin3.toml", &pin("12x4"))], "");
    assert!(done.code == 1 && done.err.contains("character 2 is no digit"), "{}", done.err);
}

#[test]
fn an_issuer_refuses_what_was_changed_on_the_way() {
    let file = all("serve.toml", "[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\n");
    let mut server = Command::new(env!("CARGO_BIN_EXE_cardwire"))
        .args(["serve", "-s", "iso87-bcd", "-l", "127.0.0.1:0", "--keys", &file, "--count", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(server.stdout.take().unwrap()).lines();
    let first = log.next().unwrap().unwrap();
    let address = first.rsplit(' ').next().unwrap().to_owned();
    let always = all("always.toml", "[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\nalways = true\n");
    let wire = signed(&always);
    let send = |wire: &str, keys: &[&str]| {
        cardwire(&[&["send", &address, "-s", "iso87-bcd", "-m", wire, "-f", "ndjson"], keys].concat(), "")
    };
    let done = send(wire.trim(), &["--keys", &always]);
    assert!(
        done.code == 0 && done.out.contains("\"39\":\"00\"") && done.out.contains("\"64\":"),
        "{}",
        done.out
    );
    let stan = wire.find("000001").unwrap() + 5;
    let changed = format!("{}2{}", &wire[..stan], &wire[stan + 1..]);
    // sent as it is, without keys, so that nobody signs it anew
    let done = send(changed.trim(), &[]);
    assert!(done.out.contains("\"39\":\"A0\""), "{}", done.out);
    let told: Vec<String> = log.map(Result::unwrap).collect();
    assert!(told.iter().any(|line| line.contains("0210 A0, the MAC is wrong")), "{told:?}");
    assert!(server.wait().unwrap().success());
}
