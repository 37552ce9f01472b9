use super::*;
use cardwire::crypto::emv::CardKeyOption;
use cardwire::spec::{ISO87_ASCII, ISO87_BCD};
use cardwire::{Builder, Mti, Spec};

const MAK: &str = "0123456789ABCDEFFEDCBA9876543210";

fn keys(sections: &str) -> Result<Keys, String> {
    let single = MAK.get(..16).unwrap_or_default();
    let text = format!(
        "[keys.mak]\ndes = \"{MAK}\"\n[keys.aes]\naes = \"{MAK}\"\n[keys.single]\ndes = \"{single}\"\n{sections}"
    );
    file::parsed(&text, Path::new("nowhere.toml"))
}

fn good(sections: &str) -> Keys {
    match keys(sections) {
        Ok(keys) => keys,
        Err(text) => unreachable!("{text}"),
    }
}

fn wire(spec: &'static Spec<'static>, mti: &str, fill: impl FnOnce(&mut Builder<'static>)) -> Vec<u8> {
    let mut builder = Builder::new(spec, mti.parse::<Mti>().expect("a type"));
    builder.set(11, 1);
    fill(&mut builder);
    builder.to_vec().expect("a message")
}

fn read<'m>(spec: &'static Spec<'static>, wire: &'m [u8]) -> Message<'m> {
    Message::parse(spec, wire).expect("it was written")
}

/// Words of each thing that a file can say wrong, and what stands where it says nothing.
#[test]
fn sections_say_what_they_say() {
    for (sections, words) in [
        ("[keys.a]\n", "key a: say one of des, aes and block"),
        ("[keys.a]\ndes = \"00\"\naes = \"00\"\n", "key a: say one of des, aes and block"),
        ("[keys.a]\naes = \"00\"\nblock = \"00\"\n", "key a: say one of des, aes and block"),
        ("[keys.a]\nblock = \"00\"\n", "key a: `under` names the clear key that a block is opened with"),
        (
            "[keys.a]\nblock = \"00\"\nunder = \"b\"\n",
            "key a: `under` names the clear key that a block is opened with",
        ),
        (
            "[keys.dukpt]\ndes = \"00\"\n",
            "no key can be called dukpt: that is the key of a transaction, see [dukpt]",
        ),
        ("[mac]\nkey = \"a\"\nalgorithm = \"x9.19\"\n", "there is no key a"),
        ("[mac]\nkey = \"dukpt\"\nalgorithm = \"x9.19\"\n", "the file has no section [dukpt]"),
        (
            "[mac]\nkey = \"mak\"\nalgorithm = \"X9.19\"\n",
            "MAC algorithms are x9.9, x9.19, iso9797-1-padding2, iso9797-3-padding2, cmac, unionpay-ecb, unionpay-cbc",
        ),
        ("[pin]\nkey = \"mak\"\nformat = 5\n", "PIN formats are 0 to 4"),
        ("[pin]\nkey = \"mak\"\nto-format = 3\n", "to-format goes with to, which names a key"),
        ("[pin]\nkey = \"mak\"\nto = \"aes\"\nto-format = 5\n", "PIN formats are 0 to 4"),
        ("[pin]\nkey = \"mak\"\nto = \"b\"\n", "there is no key b"),
        ("[pin]\nkey = \"b\"\n", "there is no key b"),
        ("[emv]\nissuer = \"b\"\n", "there is no key b"),
        ("[emv]\nissuer = \"mak\"\noption = \"a\"\n", "the option of card keys is A or B"),
        (
            "[dukpt]\nkey = \"mak\"\nelement = 63\ninitial = true\n",
            "an initial key is that of one device: say its ksn",
        ),
        ("[dukpt]\nkey = \"b\"\nelement = 63\n", "there is no key b"),
    ] {
        assert_eq!(keys(sections).err().as_deref(), Some(words), "{sections}");
    }
    let none = good("");
    assert!(none.mac.is_none() && none.pin.is_none() && none.emv.is_none() && none.dukpt.is_none());
    assert_eq!(none.all().map(|(name, _)| name).collect::<Vec<_>>(), ["aes", "mak", "single"]);
    assert!(none.named("mak").is_ok());
    let words = "the file has no key of that name; there are aes, mak, single";
    assert!(matches!(none.named("b"), Err(Failure::Usage(said)) if said == words));
    for (option, is_a) in [("", true), ("option = \"A\"\n", true), ("option = \"B\"\n", false)] {
        let emv = good(&format!("[emv]\nissuer = \"mak\"\n{option}")).emv.expect("said");
        assert_eq!(matches!(emv.option, CardKeyOption::A), is_a);
    }
    for (rest, zone) in [("", None), ("to = \"aes\"\n", Some(3)), ("to = \"aes\"\nto-format = 4\n", Some(4))]
    {
        let pin = good(&format!("[pin]\nkey = \"mak\"\nformat = 3\n{rest}")).pin.expect("said");
        assert!(PinFormat::of(3) == Some(pin.format) && pin.secret.is_none());
        assert!(pin.zone.map(|zone| zone.format) == zone.and_then(PinFormat::of));
    }
}

/// A device has one transaction at a time where its messages are signed, or its PIN blocks made, with a key for each.
#[test]
fn transactions_have_a_key_of_their_own() {
    let dukpt = "[dukpt]\nkey = \"mak\"\nksn = \"FFFF9876543210E00000\"\nelement = 63\n";
    for (sections, wanted) in [
        ("", false),
        ("[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\n", false),
        ("[mac]\nkey = \"dukpt\"\nalgorithm = \"x9.19\"\n", true),
        ("[pin]\nkey = \"dukpt\"\n", false),
        ("[pin]\nkey = \"dukpt\"\npin = \"1234\"\n", true),
        ("[pin]\nkey = \"mak\"\npin = \"1234\"\n", false),
    ] {
        assert_eq!(good(&format!("{sections}{dukpt}")).has_transactions(), wanted, "{sections}");
    }
    for (algorithm, family) in [("x9.19", Family::Des), ("cmac", Family::Aes), ("unionpay-cbc", Family::Des)]
    {
        let mac = good(&format!("[mac]\nkey = \"mak\"\nalgorithm = \"{algorithm}\"\n")).mac.expect("said");
        assert!(mac.family() == family && !mac.always);
    }
    for number in 0..=4 {
        let format = PinFormat::of(number).expect("a format");
        assert_eq!(family_of(format) == Family::Aes, number == 4);
    }
    for (mti, of_response) in [("0200", false), ("0210", true), ("0420", false), ("0430", true)] {
        let wire = wire(&ISO87_ASCII, mti, |_| ());
        let found = matches!(mac_purpose(&read(&ISO87_ASCII, &wire)), Purpose::MacOfResponse);
        assert_eq!(found, of_response, "{mti}");
    }
}

/// DE 2, else DE 35 up to its separator.
#[test]
fn the_account_of_a_message() {
    for spec in [&ISO87_ASCII, &ISO87_BCD] {
        for (pan, track, wanted) in [
            (Some("4111111111111111"), None, 16),
            (Some("411111111111116"), Some("4242424242424242=29122011234"), 15),
            (None, Some("4242424242424242=29122011234"), 16),
            (None, Some("424242424242424=29122011234"), 15),
            (None, None, 0),
        ] {
            let wire = wire(spec, "0200", |builder| {
                pan.map(|pan| builder.set(2, pan));
                track.map(|track| builder.set(35, track));
            });
            let found = account_of(&read(spec, &wire)).map_or(0, |pan| pan.len());
            assert_eq!(found, wanted, "{pan:?} {track:?}");
        }
    }
}

/// The card of chip data: its own number before that of the message, its own sequence number before DE 23.
#[test]
fn the_card_of_chip_data() {
    for (parts, pan, sequence, wanted) in [
        (vec![(0x9F36, &[0, 1][..])], Some("4242424242424242"), None, Some((16, 0))),
        (vec![(0x9F36, &[0, 1])], Some("4242424242424242"), Some("007"), Some((16, 7))),
        (vec![(0x9F36, &[0, 1])], Some("4242424242424242"), Some("255"), Some((16, 255))),
        (vec![(0x9F36, &[0, 1])], Some("4242424242424242"), Some("256"), Some((16, 255))),
        (vec![(0x5F34, &[0x12])], Some("4242424242424242"), Some("007"), Some((16, 12))),
        (vec![(0x5A, &[0x62, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x32])], None, None, Some((16, 0))),
        (
            vec![(0x5A, &[0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x4F])],
            Some("4242424242424242"),
            None,
            Some((13, 0)),
        ),
        (vec![(0x5A, &[0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x92, 0x9F])], None, None, Some((15, 0))),
        (
            vec![(0x57, &[0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0xD2, 0x91, 0x22, 0x01])],
            None,
            None,
            Some((14, 0)),
        ),
        (vec![(0x9F36, &[0, 1])], None, None, None),
    ] {
        let wire = wire(&ISO87_BCD, "0200", |builder| {
            pan.map(|pan| builder.set(2, pan));
            sequence.map(|sequence| builder.set(23, sequence));
            let octets: Vec<u8> = parts
                .iter()
                .flat_map(|(tag, value)| {
                    let tag: Vec<u8> =
                        u32::to_be_bytes(*tag).into_iter().skip_while(|octet| *octet == 0).collect();
                    let len = u8::try_from(value.len()).unwrap_or(0);
                    [tag.as_slice(), &[len], value].concat()
                })
                .collect();
            builder.set(55, octets.leak() as &'static [u8]);
        });
        let message = read(&ISO87_BCD, &wire);
        let chip = message.get(de::ICC).expect("chip data");
        let found = check::card_of(&message, &chip).ok().map(|(pan, sequence)| (pan.len(), sequence));
        assert_eq!(found, wanted, "{parts:X?}");
    }
}

/// Counters of TDES are the last 21 bits of ten octets, those of AES the last 32 of twelve.
#[test]
fn a_device_is_its_number_without_the_counter() {
    let serial = |digits: &str| {
        let family = if digits.len() == 20 { Family::Des } else { Family::Aes };
        Serial::from_hex(family, digits).expect("a number")
    };
    for (digits, device, counter) in [
        ("FFFF9876543210E00001", "FFFF9876543210E00000", 1),
        ("FFFF9876543210FFF800", "FFFF9876543210E00000", 0x1F_F800),
        ("FFFF9876543210C00008", "FFFF9876543210C00000", 8),
        ("123456789012345600000001", "123456789012345600000000", 1),
        ("1234567890123456FFFF0000", "123456789012345600000000", 0xFFFF_0000),
    ] {
        let serial = serial(digits);
        assert_eq!(crate::hex::text(&serial.device()), device);
        assert_eq!(serial.counter(), counter);
        assert_eq!(serial.to_string(), digits);
        assert_eq!(crate::hex::text(serial.as_bytes()), digits);
    }
    let [first, second, other, aes] =
        ["FFFF9876543210E00001", "FFFF9876543210E00002", "FFFF9876543211E00002", "123456789012345600000002"]
            .map(serial);
    assert!(first.next().is_ok_and(|next| next == second));
    assert!(aes.next().is_ok_and(|next| next.counter() == 3));
    assert!(second.follows(first).is_ok() && first.follows(second).is_err() && first.follows(first).is_err());
    assert!(other.follows(first).is_err() && aes.follows(first).is_err() && first.follows(aes).is_err());
    assert!(aes.next().is_ok_and(|next| next.follows(aes).is_ok()));
}

/// A number that came once comes no more, of each device for itself; where nothing hangs on it nobody looks.
#[test]
fn a_number_is_taken_once() {
    let dukpt = "[dukpt]\nkey = \"mak\"\nelement = 63\n";
    let pin = good(&format!("[pin]\nkey = \"dukpt\"\n{dukpt}"));
    let request = |serial: &'static str, has_block: bool| {
        wire(&ISO87_ASCII, "0200", |builder| {
            if !serial.is_empty() {
                builder.set(63, serial);
            }
            if has_block {
                builder.set(52, &[1; 8][..]);
            }
        })
    };
    for (serial, has_block, is_taken) in [
        ("FFFF9876543210E00002", true, true),
        ("FFFF9876543210E00002", true, false),
        ("FFFF9876543210E00001", true, false),
        ("FFFF9876543210E00001", false, true),
        ("FFFF9876543210E00003", true, true),
        ("FFFF9876543211E00001", true, true),
        ("FFFF9876543210E00003", true, false),
        ("", true, false),
        ("", false, true),
    ] {
        let wire = request(serial, has_block);
        let found = pin.replayed(&read(&ISO87_ASCII, &wire));
        assert_eq!(found.is_none(), is_taken, "{serial} {has_block} {found:?}");
    }
    let missing = request("", true);
    let found = pin.replayed(&read(&ISO87_ASCII, &missing));
    assert_eq!(found.as_deref(), Some("no key serial number in field 63"));
    // a file whose PIN blocks have a key of their own, or none
    for other in [format!("[pin]\nkey = \"mak\"\n{dukpt}"), dukpt.to_owned(), String::new()] {
        let keys = good(&other);
        let wire = request("FFFF9876543210E00002", true);
        assert!((0..2).all(|_| keys.replayed(&read(&ISO87_ASCII, &wire)).is_none()), "{other}");
    }
}

/// What was checked of a message: a MAC where one is due, a block or a cryptogram where there is one.
#[test]
fn what_is_looked_at() {
    let mac = |always: bool| format!("[mac]\nkey = \"mak\"\nalgorithm = \"x9.19\"\nalways = {always}\n");
    let told = |keys: &Keys, wire: &[u8]| {
        let checked = keys.checked(&read(&ISO87_BCD, wire), None);
        checked.iter().map(|one| (one.what, one.field, one.words().to_owned())).collect::<Vec<_>>()
    };
    let bare = wire(&ISO87_BCD, "0200", |builder| {
        builder.set(41, "TERM0001");
    });
    assert_eq!(told(&good(""), &bare), []);
    assert_eq!(told(&good(&mac(false)), &bare), []);
    let [(what, field, words)] = told(&good(&mac(true)), &bare).try_into().expect("one");
    assert_eq!((what, field), ("mac", None));
    assert!(words.contains("no element holds a MAC"), "{words}");
    let keys = good(&mac(true));
    let signed = sign(Turn::Own, Some(&keys), &ISO87_BCD, bare.clone()).expect("signed");
    let right = |what: &'static str, field: u8, words: &str| vec![(what, Some(field), words.to_owned())];
    assert_eq!(told(&good(&mac(false)), &signed), right("mac", 64, "the MAC is right"));
    let mut changed = signed.clone();
    changed.last_mut().into_iter().for_each(|octet| *octet ^= 1);
    assert_eq!(told(&keys, &changed), right("mac", 64, "the MAC is wrong"));
    assert_eq!(keys.faults(&read(&ISO87_BCD, &changed), None), [(Some(64), "the MAC is wrong".to_owned())]);
    assert_eq!(keys.faults(&read(&ISO87_BCD, &signed), None), []);
    let pin = good("[pin]\nkey = \"mak\"\npin = \"1234\"\n");
    assert_eq!(told(&pin, &bare), []);
    let block = wire(&ISO87_BCD, "0200", |builder| {
        builder.set(2, "4111111111111111").set(52, &[0; 8][..]);
    });
    let block = sign(Turn::Own, Some(&pin), &ISO87_BCD, block).expect("made");
    assert_eq!(told(&pin, &block), right("pin", 52, "the PIN block is right"));
    let other = good("[pin]\nkey = \"mak\"\npin = \"4321\"\n");
    assert_eq!(told(&other, &block), right("pin", 52, "the PIN is not the one of the file"));
    // who knows no PIN looks at the block alone
    assert_eq!(told(&good("[pin]\nkey = \"mak\"\n"), &block), right("pin", 52, "the PIN block is right"));
    let chip = wire(&ISO87_BCD, "0200", |builder| {
        builder.set(55, &[0x9F, 0x26, 8, 0, 0, 0, 0, 0, 0, 0, 0][..]);
    });
    let emv = good("[emv]\nissuer = \"mak\"\n");
    let [(what, field, words)] = told(&emv, &chip).try_into().expect("one");
    assert!(what == "cryptogram" && field == Some(55) && !words.contains("is right"), "{words}");
    assert_eq!(told(&emv, &bare), []);
}

/// A response has the key of its own number where it carries one, else that of its request.
#[test]
fn the_key_of_a_response() {
    let keys = good(
        "[mac]\nkey = \"dukpt\"\nalgorithm = \"x9.19\"\nalways = true\n[dukpt]\nkey = \"mak\"\nelement = 63\n",
    );
    let with = |mti: &str, serial: Option<&'static str>| {
        wire(&ISO87_BCD, mti, |builder| {
            serial.map(|serial| builder.set(63, serial));
        })
    };
    let (first, second) = ("FFFF9876543210E00001", "FFFF9876543210E00002");
    let request = with("0200", Some(first));
    let request = read(&ISO87_BCD, &request);
    // signed with the number that it carries, and then perhaps without it
    let own = sign(Turn::Own, Some(&keys), &ISO87_BCD, with("0210", Some(second))).expect("signed");
    assert_eq!(keys.faults(&read(&ISO87_BCD, &own), Some(&request)), []);
    assert_eq!(keys.faults(&read(&ISO87_BCD, &own), None), []);
    let mut changed = own;
    changed.last_mut().into_iter().for_each(|octet| *octet ^= 1);
    assert_eq!(keys.faults(&read(&ISO87_BCD, &changed), Some(&request)).len(), 1);
    let bare = with("0210", None);
    let [(_, words)] = keys.faults(&read(&ISO87_BCD, &bare), None).try_into().expect("one");
    assert_eq!(words, "no key serial number in field 63");
    let [(_, words)] = keys.faults(&read(&ISO87_BCD, &bare), Some(&request)).try_into().expect("one");
    assert!(words.contains("no element holds a MAC"), "{words}");
}

/// Only what is signed, or has a block that is made, takes a number of the device.
#[test]
fn a_number_is_taken_for_what_needs_it() {
    let dukpt = "[dukpt]\nkey = \"mak\"\nelement = 63\n";
    let bare = || wire(&ISO87_BCD, "0200", |_| ());
    let block = || {
        wire(&ISO87_BCD, "0200", |builder| {
            builder.set(2, "4111111111111111").set(52, &[0; 8][..]);
        })
    };
    let none = Err("the file says no ksn of a device, whose keys to use".to_owned());
    for (sections, of_bare, of_block) in [
        ("[pin]\nkey = \"dukpt\"\npin = \"1234\"\n", Ok(bare()), none.clone()),
        ("[pin]\nkey = \"dukpt\"\n", Ok(bare()), Ok(block())),
        ("[mac]\nkey = \"dukpt\"\nalgorithm = \"x9.19\"\n", Ok(bare()), Ok(block())),
        ("[mac]\nkey = \"dukpt\"\nalgorithm = \"x9.19\"\nalways = true\n", none.clone(), none),
        ("", Ok(bare()), Ok(block())),
    ] {
        let keys = good(&format!("{sections}{dukpt}"));
        assert_eq!(sign(Turn::Own, Some(&keys), &ISO87_BCD, bare()), of_bare, "{sections}");
        assert_eq!(sign(Turn::Own, Some(&keys), &ISO87_BCD, block()), of_block, "{sections}");
    }
}
