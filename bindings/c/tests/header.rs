//! The header is what the library does: sizes, places of members, numbers of codes, and the functions there are.

#![cfg(not(miri))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cardwire_c::error::{Error, PATH_SIZE, code, place, unit};
use cardwire_c::field::{Field, Parts};
use cardwire_c::message::{Amount, Message};
use cardwire_c::writer::{Part, Writer};

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Equations that a C compiler has to find true.
fn equations() -> Vec<(String, i64)> {
    let mut all = Vec::new();
    macro_rules! constants {
        ($($module:ident: $($name:ident = $c:literal),*;)*) => { $($( all.push(($c.to_owned(), i64::from($module::$name))); )*)* };
    }
    constants! {
        code: OK = "CARDWIRE_OK", TRUNCATED = "CARDWIRE_TRUNCATED", TRAILING = "CARDWIRE_TRAILING",
            TOO_SHORT = "CARDWIRE_TOO_SHORT", TOO_LONG = "CARDWIRE_TOO_LONG", LENGTH_DIGIT = "CARDWIRE_LENGTH_DIGIT",
            LENGTH_FORM = "CARDWIRE_LENGTH_FORM", LENGTH_UNIT = "CARDWIRE_LENGTH_UNIT",
            CHARACTER = "CARDWIRE_CHARACTER", NIBBLE = "CARDWIRE_NIBBLE", FILL = "CARDWIRE_FILL",
            DIGIT_COUNT = "CARDWIRE_DIGIT_COUNT", HEX_DIGIT = "CARDWIRE_HEX_DIGIT", MTI_DIGIT = "CARDWIRE_MTI_DIGIT",
            UNDEFINED = "CARDWIRE_UNDEFINED", TAG = "CARDWIRE_TAG", MISSING = "CARDWIRE_MISSING",
            ORDER = "CARDWIRE_ORDER", TERMINATOR = "CARDWIRE_TERMINATOR", PRIVATE = "CARDWIRE_PRIVATE",
            FORM = "CARDWIRE_FORM", NUMBER = "CARDWIRE_NUMBER", ROOM = "CARDWIRE_ROOM", OTHER = "CARDWIRE_OTHER",
            NULL = "CARDWIRE_NULL", ALIGNMENT = "CARDWIRE_ALIGNMENT", SIZE = "CARDWIRE_SIZE", EMPTY = "CARDWIRE_EMPTY",
            NO_RESPONSE = "CARDWIRE_NO_RESPONSE";
        place: WHOLE = "CARDWIRE_WHOLE", HEADER = "CARDWIRE_HEADER", MTI = "CARDWIRE_MTI", BITMAP = "CARDWIRE_BITMAP",
            ELEMENT = "CARDWIRE_ELEMENT";
        unit: NONE = "CARDWIRE_NO_UNIT", BYTES = "CARDWIRE_BYTES", OCTETS = "CARDWIRE_OCTETS",
            DIGITS = "CARDWIRE_DIGITS", HEX_DIGITS = "CARDWIRE_HEX_DIGITS", CHARACTERS = "CARDWIRE_CHARACTERS",
            PARTS = "CARDWIRE_PARTS";
    }
    let mut layout = |what: &str, number: usize| all.push((what.to_owned(), i64::try_from(number).unwrap()));
    macro_rules! members {
        ($($c:ident = $rust:ident { $($member:ident),* };)*) => { $(
            layout(concat!("sizeof(", stringify!($c), ")"), size_of::<$rust>());
            $( layout(
                concat!("offsetof(", stringify!($c), ", ", stringify!($member), ")"),
                std::mem::offset_of!($rust, $member),
            ); )*
        )* };
    }
    members! {
        cardwire_error = Error { code, place, field, offset, expected, found, unit, reserved, path };
        cardwire_field = Field { key, length, offset, size, is_binary, is_private, is_composite, is_exposed, reserved };
        cardwire_amount = Amount { minor, exponent, currency, letters, reserved };
        cardwire_part = Part { key, value, length };
        cardwire_message = Message {};
        cardwire_parts = Parts {};
        cardwire_writer = Writer {};
    }
    layout("CARDWIRE_PATH_SIZE", PATH_SIZE);
    all
}

#[test]
fn a_compiler_finds_the_same_sizes_and_values() {
    let equations = equations();
    let mut text = String::from("#include \"cardwire.h\"\n");
    for (what, number) in &equations {
        text += &format!("_Static_assert({what} == {number}, \"{what} is {number}\");\n");
    }
    let source = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("layout.c");
    fs::write(&source, text).unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I"])
        .args([&include, &source])
        .output();
    let compiled = compiled.expect("a C compiler");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));

    // and nothing stands in the header that was not compared
    let header = file("include/cardwire.h");
    let named = header.lines().filter_map(|line| line.trim().strip_prefix("CARDWIRE_")?.split_once(" = "));
    let named: Vec<String> = named.map(|(name, _)| format!("CARDWIRE_{name}")).collect();
    assert!(named.len() > 40, "{}", named.len());
    for name in named {
        assert!(equations.iter().any(|(what, _)| *what == name), "{name}");
    }
}

/// The names after `before` in a text, up to something that is no part of a name.
fn names(text: &str, before: &str) -> Vec<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let after = text.match_indices(before).map(|(at, _)| &text[at + before.len()..]);
    let names = after.map(|rest| rest.chars().take_while(|each| is_part(*each)).collect::<String>());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("cardwire_")).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn header_and_library_have_the_same_functions() {
    let sources = ["lib", "error", "spec", "message", "field", "writer"];
    let source: String = sources.iter().map(|name| file(&format!("src/{name}.rs"))).collect();
    let ours = names(&source, "extern \"C\" fn ");
    let header = file("include/cardwire.h");
    let code: String =
        header.split("/*").filter_map(|piece| piece.split_once("*/")).map(|(_, code)| code).collect();
    let mut declared = Vec::new();
    for before in ["\nconst char *", "\nsize_t ", "\nconst cardwire_spec *", "\ncardwire_code ", "\nuint8_t "]
    {
        declared.extend(names(&code, before));
    }
    declared.sort();
    assert!(ours.len() > 25, "{ours:?}");
    assert_eq!(ours, declared);
    let constants = file("src/spec.rs");
    let constants = names(&constants, "\n    ");
    let declared = names(&code, "\nextern const cardwire_spec *const ");
    assert_eq!(constants.len(), cardwire::spec::builtin().count());
    assert_eq!(constants, declared);
    for spec in cardwire::spec::builtin() {
        assert!(declared.contains(&format!("cardwire_{}", spec.name().replace('-', "_"))), "{}", spec.name());
    }
}

/// Each kind of error of the core has a code of its own, but those of framings and of specs made at run time.
#[test]
fn every_kind_of_error_has_its_code() {
    let core = file("../../src/model/error.rs");
    let kinds = core.split_once("pub enum ErrorKind {").unwrap().1.split_once("\n}").unwrap().0;
    let kinds = kinds.lines().map(str::trim).filter(|line| line.ends_with(',') && !line.starts_with("//"));
    let kinds: Vec<&str> = kinds.map(|line| line.split(['(', ',']).next().unwrap()).collect();
    assert!(kinds.len() > 20, "{kinds:?}");
    let ours = file("src/error.rs");
    for kind in kinds.iter().filter(|kind| !kind.starts_with("Frame") && **kind != "Spec") {
        let arm = ours.lines().find(|line| {
            let rest = line.trim().strip_prefix("ErrorKind::").and_then(|rest| rest.strip_prefix(kind));
            rest.is_some_and(|rest| rest.starts_with([' ', '(']))
        });
        assert!(arm.is_some_and(|arm| arm.contains("=> code::")), "{kind}");
    }
}
