//! Each scenario file is played, and everything that it says holds.

use settlement::scenario::{self, FILES};

#[test]
fn every_scenario_is_proved() {
    let mut wrong = Vec::new();
    for scenario in scenario::all().unwrap() {
        let played = scenario.play().unwrap();
        if !played.holds() {
            wrong.push(scenario::line(&played));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join(""));
}

#[test]
fn every_file_of_the_folder_is_in_the_program() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    files.sort();
    assert_eq!(files, FILES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
}
