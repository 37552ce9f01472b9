//! What the papers say in numbers and names, counted in the library.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::PathBuf;

use cardwire::Framing;

fn paper(name: &str) -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_readme_counts_the_framings() {
    let readme = paper("README.md");
    let row = readme.lines().find(|line| line.starts_with("| [`frame`] |")).unwrap();
    let said: usize = row.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    assert_eq!(said, Framing::named().count(), "{row}");
    for word in ["eighteen", "nineteen", "twenty"] {
        assert!(!readme.contains(word), "a number in words is counted by nobody: {word}");
    }
}

/// Every constant that is a framing has a name, and every name is that of one framing.
#[test]
fn every_constant_has_a_name() {
    let source = paper("src/frame/framing.rs");
    let constants = source.lines().filter_map(|line| line.trim().strip_prefix("pub const "));
    let constants = constants.filter_map(|rest| rest.split_once(": Self = ")).map(|(name, _)| name);
    let constants: Vec<&str> = constants.collect();
    assert!(constants.len() > 15, "{constants:?}");
    for constant in constants {
        let name = constant.to_lowercase().replace('_', "-");
        assert!(Framing::by_name(&name).is_some(), "{constant}");
    }
}

#[test]
fn the_manual_of_the_command_knows_every_builtin_kind() {
    let (readme, manual) = (paper("README.md"), paper("docs/cli.md"));
    let row = readme.lines().find(|line| line.starts_with("| [`spec`] |")).unwrap();
    for word in ["1987", "1993", "2003", "ASCII", "binary bitmap", "BCD", "EBCDIC", "UnionPay POS", "IPM"] {
        assert!(row.contains(word), "{word}: {row}");
    }
    for spec in cardwire::spec::builtin() {
        assert!(manual.contains(&format!("`{}`", spec.name())), "docs/cli.md does not list {}", spec.name());
    }
    for named in Framing::named() {
        assert!(manual.contains(&format!("`{}`", named.name)), "docs/cli.md does not list {}", named.name);
    }
}
