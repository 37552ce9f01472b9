//! Every jPOS field class, by octets worked out by hand.
#![cfg(feature = "jpos")]

#[path = "import_classes/wire.rs"]
mod wire;

use cardwire::import::{SpecDoc, jpos};
use cardwire::{Builder, Message, Mti, Spec};

use wire::{value, wire};

/// One class with its length and flags.
struct Row<'t> {
    class: &'t str,
    length: &'t str,
    flags: Vec<&'t str>,
    vectors: Vec<&'t str>,
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(row).collect()
}

fn row(line: &str) -> Row<'_> {
    let mut cells = split(line, '|').into_iter();
    let mut words = cells.next().unwrap().split_whitespace();
    let (class, length) = (words.next().unwrap(), words.next().unwrap());
    Row { class, length, flags: words.collect(), vectors: cells.collect() }
}

/// The cells of a line; what stands in quotes is no separator.
fn split(line: &str, separator: char) -> Vec<&str> {
    let (mut cells, mut start, mut quote) = (vec![], 0, None);
    for (at, character) in line.char_indices() {
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (end, Some(open)) if end == open => quote = None,
            (found, None) if found == separator => {
                cells.push(line[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    cells.push(line[start..].trim());
    cells
}

const TAG: u32 = 7;

/// A packager with the class as field 64, or, if it writes a tag, as part 7 of field 64.
fn doc(row: &Row<'_>) -> Result<SpecDoc, String> {
    let token = row.flags.iter().find_map(|flag| flag.strip_prefix("token="));
    let is = |name: &str| row.flags.contains(&name);
    let (class, length) = (row.class, row.length);
    let field = |id: u32| {
        let token = token.map_or(String::new(), |token| format!("token=\"{token}\""));
        format!(
            r#"<isofield id="{id}" name="" length="{length}" class="org.jpos.{}{class}" pad="{}" trim="{}" inclusive="{}" {token}/>"#,
            if class.starts_with("tlv.") { "" } else { "iso." },
            is("pad"),
            is("trim"),
            is("inclusive"),
        )
    };
    let name = class.rsplit('.').next().unwrap();
    let packager = match name.split_once('_').unwrap() {
        ("IFMC" | "IFEMC", kind) if kind != "TCC" => "iso.packager.EuroSubFieldPackager\" name=\"",
        ("IFEPE", _) => "iso.packager.MasterCardEBCDICSubFieldPackager\" name=\"",
        ("IFEP" | "IFELPE", _) => "iso.packager.GICCSubFieldPackager\" name=\"",
        ("IFIPM", _) => "iso.packager.GenericTaggedFieldsPackager\" tagSize=\"4\" lenSize=\"3",
        ("IFA", kind) if kind.starts_with("TTT") => {
            "iso.packager.GenericTaggedFieldsPackager\" tagMapper=\"TTTDecimalTagMapper"
        }
        ("IFA", kind) if kind.starts_with("TT") => {
            "iso.packager.GenericTaggedFieldsPackager\" tagMapper=\"org.jpos.iso.packager.TTDecimalTagMapper"
        }
        ("IFTA" | "IFTB", _) => "tlv.packager.TaggedSequencePackager\" name=\"",
        _ => "",
    };
    let field = if packager.is_empty() {
        field(64)
    } else {
        let inner = field(TAG);
        format!(
            r#"<isofieldpackager id="64" length="999" class="IF_FBINARY" packager="org.jpos.{packager}">{inner}</isofieldpackager>"#
        )
    };
    let xml = format!(
        r#"<isopackager><isofield id="0" length="4" class="IFB_NUMERIC"/>
        <isofield id="1" length="8" class="IFB_BITMAP"/>{field}</isopackager>"#
    );
    jpos::import(&xml, &jpos::Options::new()).map_err(|error| error.to_string())
}

fn whole(octets: &[u8]) -> Vec<u8> {
    [&[0x08, 0x00, 0, 0, 0, 0, 0, 0, 0, 1], octets].concat()
}

/// The tag of part 7, if field 64 has parts.
fn part(spec: &Spec<'_>) -> Option<u32> {
    let layout = spec.element(64)?.layout()?;
    Some(layout.elements().next().unwrap().key())
}

fn build(spec: &Spec<'_>, value: &[u8]) -> Result<Vec<u8>, cardwire::Error> {
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    match part(spec) {
        Some(key) => builder.set(64, &[(key, value)]).to_vec(),
        None => builder.set(64, value).to_vec(),
    }
}

fn read(spec: &Spec<'_>, octets: &[u8]) -> Result<Vec<u8>, cardwire::Error> {
    let octets = whole(octets);
    let message = Message::parse(spec, &octets)?;
    let field = message.get(64).unwrap();
    let field = match part(spec) {
        Some(_) => field.parts().next().unwrap(),
        None => field,
    };
    let read = field.expose().octets().collect();
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), octets, "a copy");
    Ok(read)
}

fn check(spec: &Spec<'_>, vector: &str) {
    if let Some(octets) = vector.strip_prefix('!') {
        assert!(read(spec, &wire(octets)).is_err(), "it is read: {octets}");
        return;
    }
    if let Some(given) = vector.strip_suffix('!') {
        assert!(build(spec, &value(given.trim())).is_err(), "it is written: {given}");
        return;
    }
    let (is_filled, cells) = match split(vector, '=') {
        cells if cells.len() == 2 => (false, cells),
        _ => (true, split(vector, '>')),
    };
    let (given, octets) = (value(cells[0]), wire(cells[1]));
    let built = build(spec, &given).unwrap_or_else(|error| panic!("not written: {vector}: {error}"));
    assert_eq!(built, whole(&octets), "written otherwise: {vector} {built:02X?}");
    let read = read(spec, &octets).unwrap_or_else(|error| panic!("not read: {vector}: {error}"));
    if is_filled {
        assert!(read.len() > given.len(), "{vector}");
        assert_eq!(build(spec, &read).unwrap(), built, "{vector}");
    } else {
        assert_eq!(read, given, "read otherwise: {vector}");
    }
}

#[test]
fn each_class_writes_and_reads_what_was_worked_out() {
    let rows = rows(include_str!("import_classes/vectors.txt"));
    let mut wrong = vec![];
    for row in &rows {
        let name = format!("{} {} {:?}", row.class, row.length, row.flags);
        let checked = std::panic::catch_unwind(|| {
            let doc = doc(row).unwrap_or_else(|error| panic!("{error}"));
            doc.with(|spec| row.vectors.iter().for_each(|vector| check(spec, vector))).unwrap();
        });
        if checked.is_err() {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Messages of fields of one octet, under a bitmap of each class.
#[test]
fn each_bitmap_class_is_as_long_as_it_says() {
    let ebcdic = |text: &str| wire(&format!("e'{text}'"));
    for (class, length, numbers, bitmap) in [
        ("IFB_BITMAP", 8, &[2, 64][..], wire("4000000000000001")),
        ("IFB_BITMAP", 16, &[2, 64], wire("4000000000000001")),
        ("IFB_BITMAP", 16, &[2, 66], wire("C000000000000000 4000000000000000")),
        ("IFB_BITMAP", 24, &[2, 130], wire("C000000000000000 8000000000000000 4000000000000000")),
        ("IFA_BITMAP", 8, &[2, 64], wire("'4000000000000001'")),
        ("IFA_BITMAP", 16, &[2, 66], wire("'C0000000000000004000000000000000'")),
        ("IFE_BITMAP", 16, &[2, 64], ebcdic("4000000000000001")),
        ("IFE_BITMAP", 16, &[2, 66], ebcdic("C0000000000000004000000000000000")),
        // sixty-four bits, of which the first is an ordinary one
        ("X92_BITMAP", 16, &[2, 64], wire("'4000000000000001'")),
        ("packager.Base1_BITMAP126", 16, &[2, 64], wire("4000000000000001")),
    ] {
        let fields: String =
            numbers.iter().map(|id| format!(r#"<isofield id="{id}" length="1" class="IF_CHAR"/>"#)).collect();
        let xml = format!(
            r#"<isopackager><isofield id="0" length="4" class="IFB_NUMERIC"/>
            <isofield id="1" length="{length}" class="org.jpos.iso.{class}"/>{fields}</isopackager>"#
        );
        let doc =
            jpos::import(&xml, &jpos::Options::new()).unwrap_or_else(|error| panic!("{class}: {error}"));
        let octets = [&[0x08, 0x00], &bitmap[..], &vec![b'x'; numbers.len()]].concat();
        let built = doc.with(|spec| {
            let message = Message::parse(spec, &octets).unwrap_or_else(|error| panic!("{class}: {error}"));
            assert_eq!(message.bitmap().iter().collect::<Vec<u8>>(), numbers, "{class}");
            let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
            numbers.iter().fold(&mut builder, |builder, number| builder.set(*number, "x")).to_vec().unwrap()
        });
        assert_eq!(built.unwrap(), octets, "{class} {length}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_what_to_write() {
    let said = |line: &str| match doc(&row(line)) {
        Ok(_) => panic!("{line}"),
        Err(said) => said,
    };
    assert!(said("IFA_LLBINARY 9 inclusive").contains("only a length in binary can be inclusive"));
    assert!(said("IF_TCHAR 9").contains("the token is not one to 7 characters"));
    assert!(said("IF_FSTCHAR 9 token=ab").contains("the token is not one character"));
    assert!(said("IF_FSTBINARY 9 token=;").contains("the token is not two hexadecimal digits"));
    // a class of one's own, one within another, and one of the language's words in another order
    for class in ["MyOwn_NUM", "Outer$IFA_LLNUM", "IFA_CHARLL", "IFX_LLNUM"] {
        let said = said(&format!("{class} 19"));
        assert!(said.contains("is no class of jPOS; write the one it is like in its place"), "{said}");
        assert!(said.contains(r#"64 = { is = "ansb..19", length = "LL" }"#), "{said}");
    }
}
