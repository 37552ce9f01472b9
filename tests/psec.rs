//! Against `psec`, `pydukpt` and `pyemv` from PyPI on random inputs: PIN blocks, MACs, CVV, key blocks, DUKPT, EMV.
//!
//! `CARDWIRE_CASES=10` runs ten times as many, `CARDWIRE_SEED=...` the ones of an earlier run.

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use cardwire::crypto::emv::{self, CardKeyOption, SessionKeyMethod};
use cardwire::crypto::key_block::{Header, KeyBlock, KeyBlockVersion};
use cardwire::crypto::{
    Bound, Family, Key, Ksn, KsnUse, MacAlgorithm, Padding, Pan, Pin, PinFormat, ServiceCode,
    card_verification_value, pin,
};
use common::venv::Package;
use common::{hex, unhex};
use serde_json::{Value, json};

static PSEC: Package =
    Package::several("psec", "1.3.0", "psec, pydukpt, pyemv", &["pydukpt==0.1.0", "pyemv==1.5.0"]);

const ROUNDS: u64 = 160;

/// What the peer is asked, and what is made of its answer.
struct Trial {
    question: Value,
    is_right: Box<dyn Fn(&Value) -> bool>,
}

/// Numbers that look random and are those of a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ mixed >> 31) >> 33).unwrap() % end
    }

    fn octets(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
    }

    fn fixed<const N: usize>(&mut self) -> [u8; N] {
        self.octets(N).try_into().unwrap()
    }

    fn digits(&mut self, least: usize, most: usize) -> String {
        let len = least + self.below(most - least + 1);
        (0..len).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap())).collect()
    }

    /// A key of one of these lengths.
    fn key_of(&mut self, family: Family, lengths: &[usize]) -> Key {
        let len = lengths[self.below(lengths.len())];
        self.key(family, len)
    }

    fn key(&mut self, family: Family, len: usize) -> Key {
        Key::of(family, &self.octets(len)).unwrap()
    }
}

#[test]
fn both_sides_make_and_read_the_same() {
    let Some(mut script) = PSEC.script("with_psec.py") else { return };
    let seed = std::env::var("CARDWIRE_SEED").map_or_else(
        |_| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |since| since.as_secs() << 20)
        },
        |seed| seed.parse().unwrap(),
    );
    let times: u64 = std::env::var("CARDWIRE_CASES").map_or(1, |times| times.parse().unwrap());
    let random = &mut Random(seed);
    let mut trials = Vec::new();
    for _ in 0..ROUNDS * times {
        pins(random, &mut trials);
        macs(random, &mut trials);
        blocks(random, &mut trials);
        serial_numbers(random, &mut trials);
        cards(random, &mut trials);
    }
    let mut script =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut to_peer = script.stdin.take().unwrap();
    let questions: Vec<String> = trials.iter().map(|trial| trial.question.to_string()).collect();
    let asking = std::thread::spawn(move || {
        // it ends early where a comparison failed, which says so itself
        let _ = questions.iter().try_for_each(|question| writeln!(to_peer, "{question}"));
    });
    let mut answers = BufReader::new(script.stdout.take().unwrap()).lines();
    let mut counts = BTreeMap::<String, usize>::new();
    for Trial { question, is_right } in &trials {
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert!(is_right(&answer), "{question} gives {answer}, seed {seed}");
        *counts.entry(question[0].as_str().unwrap().to_owned()).or_default() += 1;
    }
    asking.join().unwrap();
    assert!(script.wait().unwrap().success());
    println!("{} messages both ways with psec, pydukpt and pyemv, seed {seed}: {counts:?}", trials.len());
    assert!(counts.len() == 25 && trials.len() >= 5_000, "too little was tried: {counts:?}");
}

/// The peer has to give this.
fn gives(trials: &mut Vec<Trial>, question: Value, wanted: impl Into<Value>) {
    let wanted = wanted.into();
    trials.push(Trial { question, is_right: Box::new(move |answer| *answer == wanted) });
}

/// The peer's answer has to be read here so.
fn is_read(trials: &mut Vec<Trial>, question: Value, read: impl Fn(&str) -> bool + 'static) {
    let is_right = move |answer: &Value| answer.as_str().is_some_and(&read);
    trials.push(Trial { question, is_right: Box::new(is_right) });
}

fn pins(random: &mut Random, trials: &mut Vec<Trial>) {
    let (digits, number) = (random.digits(4, 12), random.digits(13, 19));
    let (secret, pan, fill) = (Pin::new(&digits).unwrap(), Pan::new(&number).unwrap(), random.fixed());
    for (format, clear, decode) in [
        (PinFormat::Iso0, "clear_0", "decode_0"),
        (PinFormat::Iso2, "clear_2", "decode_2"),
        (PinFormat::Iso3, "clear_3", "decode_3"),
    ] {
        let block = hex(pin::clear_block(format, &secret, Bound::To(&pan), &fill).unwrap().as_bytes());
        let (mut ask, mut back) = (vec![json!(clear), json!(digits)], vec![json!(decode), json!(block)]);
        if format != PinFormat::Iso2 {
            ask.push(json!(number));
            back.push(json!(number));
        }
        gives(trials, json!(back), digits.as_str());
        if format == PinFormat::Iso3 {
            let (secret, pan) = (secret.clone(), pan.clone());
            is_read(trials, json!(ask), move |block| {
                pin::decode_clear(format, &unhex(block), Bound::To(&pan)) == Ok(secret.clone())
            });
        } else {
            gives(trials, json!(ask), block);
        }
    }
    // octets that are no block of anybody: both refuse, or both read the same
    let mut noise =
        pin::clear_block(PinFormat::Iso0, &secret, Bound::To(&pan), &fill).unwrap().as_bytes().to_vec();
    noise[random.below(8)] ^= 1 << random.below(8);
    let read = pin::decode_clear(PinFormat::Iso0, &noise, Bound::To(&pan)).ok();
    let read = read.map(|pin| pin.expose().collect::<String>());
    gives(trials, json!(["decode_0", hex(&noise), number]), read);

    let (key, number) = (random.key_of(Family::Aes, &[16, 24, 32]), random.digits(8, 19));
    let pan = Pan::new(&number).unwrap();
    let block = pin::encrypt(&key, PinFormat::Iso4, &secret, Bound::To(&pan), &fill).unwrap();
    let digits_of_key = hex(key.expose());
    gives(trials, json!(["decrypt_4", digits_of_key, hex(block.as_bytes()), number]), digits.as_str());
    is_read(trials, json!(["encrypt_4", digits_of_key, digits, number]), move |block| {
        pin::decrypt(&key, PinFormat::Iso4, &unhex(block), Bound::To(&pan)) == Ok(secret.clone())
    });
}

fn macs(random: &mut Random, trials: &mut Vec<Trial>) {
    let len = random.below(80);
    let data = random.octets(len);
    for (number, padding) in [(1, Padding::Zeros), (2, Padding::Bit)] {
        let (tdes, aes) = (random.key(Family::Des, 16), random.key(Family::Aes, 16));
        for (name, algorithm, key) in [
            ("retail", MacAlgorithm::Retail(padding), &tdes),
            ("cbc", MacAlgorithm::Cbc(padding), &tdes),
            ("cbc_aes", MacAlgorithm::Cbc(padding), &aes),
        ] {
            let mac = hex(algorithm.of(key, &data).unwrap().as_bytes());
            gives(trials, json!([name, hex(key.expose()), hex(&data), number]), mac);
        }
    }
    let (key, pan) = (random.key(Family::Des, 16), random.digits(13, 19));
    let (expiry, service) = (random.digits(4, 4), random.digits(3, 3));
    let code = ServiceCode::new(&service).unwrap();
    let value = card_verification_value(&key, &Pan::new(&pan).unwrap(), &expiry, code).unwrap();
    let value: String = value.into_iter().map(char::from).collect();
    // psec 1.3 stops after the decimal digits; the method goes on with the letters where they are fewer than three
    is_read(trials, json!(["cvv", hex(key.expose()), pan, expiry, service]), move |peer| {
        value == peer || peer.len() < 3 && value.starts_with(peer)
    });
}

fn blocks(random: &mut Random, trials: &mut Vec<Trial>) {
    let (version, family, letter, lengths) = match random.below(2) {
        0 => (KeyBlockVersion::B, Family::Des, "B", [16, 24, 24]),
        _ => (KeyBlockVersion::D, Family::Aes, "D", [16, 24, 32]),
    };
    let protection = random.key_of(family, &lengths);
    let (wrapped, algorithm) = match random.below(2) {
        0 => (random.key_of(Family::Des, &[16, 24]), b'T'),
        _ if family == Family::Aes => (random.key_of(Family::Aes, &lengths), b'A'),
        _ => (random.key(Family::Des, 8), b'D'),
    };
    let label = "x".repeat(random.below(300));
    let optional: &[(&str, &str)] = if random.below(2) == 0 { &[] } else { &[("LB", label.as_str())] };
    let (mut buffer, mut out) = ([0; 512], [0; 1_024]);
    let bare = Header::new(version, *b"P0", algorithm, b'B', b'E');
    let header = bare.with_optional(optional, &mut buffer).unwrap();
    let text = header.wrap(&protection, &wrapped, &random.fixed(), &mut out).unwrap();
    let (kbpk, clear) = (hex(protection.expose()), hex(wrapped.expose()));
    gives(trials, json!(["unwrap", kbpk, text]), clear.as_str());
    let fields = json!([letter, "P0", char::from(algorithm), "B", "00", "E"]);
    let wanted: Vec<_> = optional.iter().map(|(id, data)| ((*id).to_owned(), (*data).to_owned())).collect();
    let asked = json!(wanted);
    is_read(trials, json!(["wrap", kbpk, fields, clear, asked]), move |text| {
        let block = KeyBlock::parse(text).unwrap();
        let mut found: Vec<_> =
            block.header().optional_blocks().map(|(id, data)| (id.to_owned(), data.to_owned())).collect();
        found.retain(|(id, _)| id != "PB");
        found == wanted && block.unwrap(&protection).as_ref() == Ok(&wrapped)
    });
}

fn serial_numbers(random: &mut Random, trials: &mut Vec<Trial>) {
    let mut octets: [u8; 10] = random.fixed();
    // few enough ones that some counters are those of a device
    octets[8] &= u8::try_from(random.below(256)).unwrap();
    octets[9] &= u8::try_from(random.below(256)).unwrap();
    let (ksn, bdk) = (Ksn::new(&octets).unwrap(), random.key(Family::Des, 16));
    let device = ksn.initial_key(&bdk).unwrap();
    let digits = ksn.to_string();
    gives(trials, json!(["initial", hex(bdk.expose()), digits]), hex(device.expose()));
    let next = ksn.next().ok().map(|next| next.to_string());
    gives(trials, json!(["next", digits]), next);
    let valid = if ksn.check().is_ok() { ksn } else { Ksn::from_hex("FFFF9876543210E00401").unwrap() };
    let digits = valid.to_string();
    let key = hex(device.expose());
    gives(trials, json!(["transaction", key, digits]), hex(valid.transaction_key(&device).unwrap().expose()));
    let data = valid.working_key(&device, KsnUse::DataRequest).unwrap();
    gives(trials, json!(["data", key, digits]), hex(data.expose()));
}

fn cards(random: &mut Random, trials: &mut Vec<Trial>) {
    let (issuer, number) = (random.key(Family::Des, 16), random.digits(13, 19));
    let (pan, sequence) = (Pan::new(&number).unwrap(), random.below(100));
    for (name, option) in [("card_a", CardKeyOption::A), ("card_b", CardKeyOption::B)] {
        let key = emv::card_key(&issuer, &pan, u8::try_from(sequence).unwrap(), option).unwrap();
        gives(
            trials,
            json!([name, hex(issuer.expose()), number, format!("{sequence:02}")]),
            hex(key.expose()),
        );
    }
    let card = random.key(Family::Des, 16);
    let (counter, unpredictable): ([u8; 2], [u8; 4]) = (random.fixed(), random.fixed());
    let key = hex(card.expose());
    let session = |method| emv::session_key(&card, method, counter, unpredictable).unwrap();
    let value = format!("{}000000000000", hex(&counter));
    gives(trials, json!(["session", key, value]), hex(session(SessionKeyMethod::Common).expose()));
    let value = format!("{}0000{}", hex(&counter), hex(&unpredictable));
    gives(trials, json!(["session", key, value]), hex(session(SessionKeyMethod::Mastercard).expose()));
    for (height, branches) in [(8, 4), (16, 2)] {
        let tree = emv::tree_session_key(&card, counter, height, branches).unwrap();
        gives(trials, json!(["tree", key, hex(&counter), height, branches]), hex(tree.expose()));
    }
    let len = 33 + random.below(32);
    let data = random.octets(len);
    for (number, padding) in [(1, Padding::Zeros), (2, Padding::Bit)] {
        let mac = MacAlgorithm::Retail(padding).of(&card, &data).unwrap();
        gives(trials, json!(["cryptogram", key, hex(&data), number]), hex(mac.as_bytes()));
    }
    let (arqc, code, status): ([u8; 8], [u8; 2], [u8; 4]) = (random.fixed(), random.fixed(), random.fixed());
    let arpc = emv::arpc_1(&card, arqc, code).unwrap();
    gives(trials, json!(["arpc_1", key, hex(&arqc), hex(&code)]), hex(&arpc));
    let len = random.below(9);
    let own = random.octets(len);
    let arpc = emv::arpc_2(&card, arqc, status, &own).unwrap();
    gives(trials, json!(["arpc_2", key, hex(&arqc), hex(&status), hex(&own)]), hex(&arpc));
}
