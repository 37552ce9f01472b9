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

/// The links of a paper, with what stands before and after each: `[words](target)` and `[name]: target`.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // what is code is no link
    let mut is_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        let inline = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        found.extend(inline.map(|(target, _)| target.to_owned()));
        if let Some((name, target)) = line.split_once("]: ")
            && name.starts_with('[')
        {
            found.push(target.to_owned());
        }
    }
    found
}

/// The anchors of a paper's headings, as the pages of repositories name them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let slug = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept =
            words.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect::<String>()
    };
    headings.map(slug).collect()
}

/// Why a link from the folder of a paper leads nowhere, if it does.
fn is_dead(folder: &std::path::Path, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = folder.join(path);
    if !target.exists() {
        return Some(format!("there is no {path}"));
    }
    if !anchor.is_empty() && path.ends_with(".md") {
        let text = std::fs::read_to_string(&target).unwrap();
        if !anchors(&text).iter().any(|known| known == anchor) {
            return Some(format!("{path} has no heading #{anchor}"));
        }
    }
    None
}

#[test]
fn no_link_of_a_paper_is_dead() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folders = ["", "docs", "benches", "recon", "examples/settlement", "fuzz", "guide/pages"];
    let (mut count, mut dead) = (0, Vec::new());
    for folder in folders {
        let folder = root.join(folder);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|end| end != "md") {
                continue;
            }
            for link in links(&std::fs::read_to_string(&path).unwrap()) {
                // the guide's page is made with the book
                if link.contains("://") || link.starts_with("mailto:") || link == "page.html" {
                    continue;
                }
                count += 1;
                let link = match link.strip_prefix('#') {
                    Some(anchor) => format!("{}#{anchor}", path.file_name().unwrap().to_str().unwrap()),
                    None => link,
                };
                dead.extend(is_dead(&folder, &link).map(|why| format!("{}: {why}", path.display())));
            }
        }
    }
    assert!(count > 100, "{count}");
    assert!(dead.is_empty(), "\n  {}\n", dead.join("\n  "));
}

/// The page of the registry is the README with absolute links, all made from one address, and none of them is dead.
#[test]
fn the_page_of_the_registry_is_the_readme() {
    let (manifest, readme, page) = (paper("Cargo.toml"), paper("README.md"), paper("packaging/registry.md"));
    let value = |key: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
        line.unwrap_or_else(|| panic!("no {key}")).trim_end_matches('"').to_owned()
    };
    assert_eq!(value("readme"), "packaging/registry.md");
    let address = value("repository");
    assert_eq!(manifest.matches(&address).count(), 1, "the address is one variable");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let (ours, theirs) = (links(&readme), links(&page));
    assert!(ours.len() > 40 && ours.len() == theirs.len(), "{} {}", ours.len(), theirs.len());
    let mut relative = page;
    for (link, absolute) in ours.iter().zip(&theirs) {
        let path = absolute.strip_prefix(&format!("{address}/")).unwrap_or_else(|| panic!("{absolute}"));
        let (kind, path) = path.split_once("/main/").unwrap();
        assert_eq!(path, link);
        let is_picture = path.ends_with(".svg");
        let is_folder = root.join(path.split('#').next().unwrap()).is_dir();
        assert_eq!(
            kind,
            if is_picture {
                "raw"
            } else if is_folder {
                "tree"
            } else {
                "blob"
            },
            "{absolute}"
        );
        assert_eq!(is_dead(&root, path), None);
    }
    for kind in ["raw", "tree", "blob"] {
        relative = relative.replace(&format!("{address}/{kind}/main/"), "");
    }
    assert_eq!(relative, readme, "run packaging/readme");
}

/// The charts of the README pages and the tables of the benches are what the record says.
#[test]
fn charts_and_tables_are_made_from_the_record() {
    let record = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/record");
    for script in ["chart.py", "targets.py"] {
        let made = std::process::Command::new("python3").arg(record.join(script)).arg("--check").output();
        let Ok(made) = made else { return eprintln!("skipped: python3 is not at hand") };
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
}
