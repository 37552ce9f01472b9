//! Which tests judge which mutants, from a file, and which mutants are drawn.

use serde::Deserialize;

use crate::Mutant;

/// What is built, and the modules whose mutants are tried.
#[derive(Deserialize, Debug)]
pub(crate) struct Plan {
    pub(crate) packages: Vec<String>,
    #[serde(default)]
    pub(crate) features: Vec<String>,
    /// How our own code is optimised: what takes longer to build than to run is not.
    #[serde(default)]
    pub(crate) opt_level: u8,
    /// Tests that are never run: what takes minutes, or says again what others said.
    #[serde(default)]
    skip: Vec<String>,
    module: Vec<Module>,
}

/// Files, by how their paths begin, and the tests that judge them.
///
/// A test is said as `PACKAGE:PROGRAM`, or as `PACKAGE:PROGRAM PART`, which are those with this part in their
/// names. The program `lib` or `bin` has the unit tests.
#[derive(Deserialize, Debug)]
struct Module {
    name: String,
    files: Vec<String>,
    tests: Vec<String>,
}

impl Plan {
    /// The module of a file: the one that says the most of its path.
    pub(crate) fn module_of(&self, file: &str) -> Option<&str> {
        self.find(file).map(|module| module.name.as_str())
    }

    fn find(&self, file: &str) -> Option<&Module> {
        let said = |module: &Module| {
            let starts = module.files.iter().filter(|start| file.starts_with(start.as_str()));
            starts.map(|start| start.len() + 1).max().unwrap_or(0)
        };
        self.module.iter().max_by_key(|module| said(module)).filter(|module| said(module) > 0)
    }

    /// Whether a test of a program judges the mutants of a file.
    pub(crate) fn judges(&self, file: &str, program: &str, test: &str) -> bool {
        self.find(file).is_some_and(|module| names(&module.tests, program, test))
    }

    /// Whether a test judges any.
    pub(crate) fn runs(&self, program: &str, test: &str) -> bool {
        self.module.iter().any(|module| names(&module.tests, program, test))
            && !names(&self.skip, program, test)
    }

    /// The programs, as cargo is asked for them.
    pub(crate) fn targets(&self) -> Vec<String> {
        let all = self.module.iter().flat_map(|module| &module.tests);
        let mut targets: Vec<String> = all.map(|test| target(test)).collect();
        targets.sort();
        targets.dedup();
        targets
    }

    /// Leaves so many of each module, as the seed draws them.
    pub(crate) fn draw(&self, mutants: Vec<Mutant>, sample: usize, seed: u64) -> Vec<Mutant> {
        let mut mutants: Vec<Mutant> =
            mutants.into_iter().filter(|mutant| self.find(&mutant.file).is_some()).collect();
        mutants.sort_by_key(|mutant| lot(seed, &mutant.name));
        let mut taken: Vec<usize> = vec![0; self.module.len()];
        mutants.retain(|mutant| {
            let of = |module: &Module| self.module_of(&mutant.file) == Some(&module.name);
            let module = self.module.iter().position(of).expect("it has one");
            taken[module] += 1;
            taken[module] <= sample
        });
        mutants
    }
}

fn target(test: &str) -> String {
    let program = test.split([':', ' ']).nth(1).expect("PACKAGE:PROGRAM");
    match program {
        "lib" => "--lib".to_owned(),
        "bin" => "--bins".to_owned(),
        name => format!("--test={name}"),
    }
}

fn names(tests: &[String], program: &str, test: &str) -> bool {
    tests.iter().any(|named| match named.split_once(' ') {
        Some((of, part)) => of == program && test.contains(part),
        None => named == program,
    })
}

/// A number that follows from the seed and the name alone: FNV-1a, and the end of splitmix64.
fn lot(seed: u64, name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash =
        name.bytes().fold(start, |hash, octet| (hash ^ u64::from(octet)).wrapping_mul(0x100_0000_01b3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
