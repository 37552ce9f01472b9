//! Replays what other libraries recorded: every row byte-exact, refused for a reviewed reason, or
//! wrong. The table goes to `target/conformance.md`.
#![cfg(all(feature = "toml", feature = "jpos", feature = "json", feature = "j8583"))]

#[path = "conformance/j8583.rs"]
mod j8583;
#[path = "conformance/jpos.rs"]
mod jpos;
#[path = "conformance/moov.rs"]
mod moov;
#[path = "conformance/moov_parts.rs"]
mod moov_parts;
#[path = "conformance/packagers.rs"]
mod packagers;
#[path = "conformance/replay.rs"]
mod replay;
#[path = "conformance/report.rs"]
mod report;
#[path = "conformance/row.rs"]
mod row;

use report::Report;

#[test]
fn recorded_rows_are_exact_or_refused_for_a_reviewed_reason() {
    let Some(shared) = row::shared() else { return };
    let mut report = Report::new(include_str!("conformance/deviations.toml"));
    for row in row::rows(&shared.join("corpora/jpos/vectors.jsonl")) {
        match row.is_j8583() {
            true => report.add("j8583", row.class(), &row, j8583::replay(&row)),
            false => report.add("jPOS", row.class(), &row, jpos::replay(&shared, &row)),
        }
    }
    let specs = moov::Specs::read(&shared);
    for row in row::rows(&shared.join("corpora/moov/vectors.jsonl")) {
        report.add("moov", &moov::class(&specs, &row), &row, moov::replay(&shared, &specs, &row));
    }
    report.finish();
}

#[test]
fn every_packager_of_the_corpus_loads_and_round_trips() {
    let Some(shared) = row::shared() else { return };
    packagers::check(&shared.join("corpora/jpos/packagers"));
}
