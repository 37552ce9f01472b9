//! A scenario that was played, as a line, as a story, and for machines.

use serde_json::{Value, json as object};

use super::Played;

/// One line: cause, injected fault, codes seen, stuck state, verdict, remedy, proof.
pub fn line(played: &Played) -> String {
    let scenario = &played.scenario;
    let verdicts: Vec<String> = played.given.iter().map(|given| given.verdict.words()).collect();
    format!(
        "{} {}  {} | {} | {} | {} | {} | {} | {} | {}\n",
        if played.holds() { "ok " } else { "BAD" },
        scenario.id,
        scenario.name,
        scenario.causes.join(", "),
        scenario.fault,
        played.codes.join(", "),
        played.stuck,
        verdicts.join(", then "),
        scenario.remedy,
        proof(played),
    )
}

fn proof(played: &Played) -> String {
    let failed: Vec<String> = played
        .checks
        .iter()
        .filter(|check| !check.holds)
        .map(|check| format!("{}: {}", check.rule, check.figures))
        .collect();
    let plays = if played.plays == 1 { String::new() } else { format!(" in {} plays", played.plays) };
    match failed.as_slice() {
        [] => format!("{} checks hold{plays}", played.checks.len()),
        failed => format!("{} of {} checks fail: {}", failed.len(), played.checks.len(), failed.join("; ")),
    }
}

/// The whole story of one scenario.
pub fn story(played: &Played) -> String {
    let scenario = &played.scenario;
    let mut text = format!("{} {}\n", scenario.id, scenario.name);
    let mut part = |name: &str, lines: &[String]| {
        for (number, line) in lines.iter().enumerate() {
            text.push_str(&format!("  {:<8} {line}\n", if number == 0 { name } else { "" }));
        }
    };
    part("cause", &scenario.causes);
    part("fault", std::slice::from_ref(&scenario.fault));
    let steps = scenario.steps.lines().map(str::trim).filter(|step| !step.is_empty());
    part("steps", &steps.map(str::to_owned).collect::<Vec<_>>());
    part("codes", &[played.codes.join(", ")]);
    for given in &played.given {
        let verdict = &given.verdict;
        let mut lines = vec![
            format!("sale {} at {}{}: {}", given.sale, given.at, lag(given.behind), verdict.words()),
            verdict.state.clone(),
        ];
        lines.extend(verdict.story.iter().cloned());
        for (name, words) in [("next: ", &verdict.next), ("due: ", &verdict.due)] {
            lines.extend((!words.is_empty()).then(|| format!("{name}{words}")));
        }
        lines.extend(verdict.evidence.iter().map(|event| format!("  {event}")));
        part("verdict", &lines);
    }
    part("remedy", std::slice::from_ref(&scenario.remedy));
    let lacks: Vec<String> = scenario.lacks.iter().cloned().collect();
    part("lacks", &lacks);
    let checks = played.checks.iter().map(|check| {
        format!("{} {}: {}", if check.holds { "ok " } else { "BAD" }, check.rule, check.figures)
    });
    part("proof", &checks.collect::<Vec<_>>());
    text
}

/// Whoever is told an old answer is told how old it is.
fn lag(behind: u64) -> String {
    if behind == 0 { String::new() } else { format!(", data of {behind} minutes before") }
}

/// One object for machines.
pub fn json(played: &Played) -> Value {
    let scenario = &played.scenario;
    let checks: Vec<Value> = played
        .checks
        .iter()
        .map(|check| object!({"rule": check.rule, "holds": check.holds, "figures": check.figures}))
        .collect();
    object!({
        "id": scenario.id,
        "name": scenario.name,
        "causes": scenario.causes,
        "remedies": scenario.remedies,
        "fault": scenario.fault,
        "codes": played.codes,
        "stuck": played.stuck,
        "verdicts": played.given,
        "remedy": scenario.remedy,
        "lacks": scenario.lacks,
        "plays": played.plays,
        "checks": checks,
        "holds": played.holds(),
    })
}
