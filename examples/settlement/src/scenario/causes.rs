//! The causes and remedies of the founding document, "settled on the POS, but the money did not arrive", and the
//! scenarios that show them, as a table that is made from the scenario files.

use super::Scenario;

/// What the founding document names as causes: id, and in words.
pub const CAUSES: [(&str, &str); 8] = [
    ("system", "faults of POS and bank systems, incompatible upgrades"),
    ("channel", "problems and maintenance of the channel, changed settlement rules"),
    ("bank-delay", "delays at the bank: congestion, maintenance, insufficient balance, large amounts"),
    ("clearing", "failure of the clearing institution"),
    ("operator", "mistakes of the operator: wrong account, wrong password, charged twice"),
    ("merchant", "the merchant's account frozen, its limits changed"),
    ("platform", "crash of the third-party platform, delayed data"),
    ("terminal", "faults of the terminal: hardware, software"),
];

/// What it names as remedies.
pub const REMEDIES: [(&str, &str); 10] = [
    ("verify", "verify the record of the POS: time, amount, state"),
    ("flow", "know the settlement flow"),
    ("report", "ask the bank for a detailed settlement report"),
    ("connection", "check the connection of POS and bank"),
    ("watch", "monitoring and early warning"),
    ("fail-over", "quality of channels, plans for fail-over"),
    ("pre-authorization", "pre-authorization for large amounts"),
    ("account", "check the state of accounts"),
    ("accountability", "who did what, and why"),
    ("retry", "wait, and settle again"),
];

/// The table, in Markdown.
pub fn table(scenarios: &[Scenario]) -> String {
    let mut text = String::from(
        "# Causes and remedies, and the scenarios that show them\n\n\
         Written by `settlement scenarios --table` out of the files in [`scenarios/`](.); a test holds it to them. What is\n\
         not there yet is not listed.\n\n",
    );
    text.push_str(&rows("cause", &CAUSES, scenarios, |scenario| &scenario.causes));
    text.push_str(&rows("remedy", &REMEDIES, scenarios, |scenario| &scenario.remedies));
    text.push_str(
        "| scenario | what goes wrong | what mends it | not shown yet |\n| --- | --- | --- | --- |\n",
    );
    for scenario in scenarios {
        let Scenario { id, name, fault, remedy, .. } = scenario;
        let lacks = scenario.lacks.as_deref().unwrap_or("");
        text.push_str(&format!("| {id} `{name}` | {fault} | {remedy} | {lacks} |\n"));
    }
    text
}

fn rows(
    title: &str,
    of: &[(&str, &str)],
    scenarios: &[Scenario],
    ids: fn(&Scenario) -> &Vec<String>,
) -> String {
    let mut text = format!("| {title} | scenarios |\n| --- | --- |\n");
    for (id, words) in of {
        let shown = scenarios.iter().filter(|scenario| ids(scenario).iter().any(|of| of == id));
        let shown: Vec<String> = shown.map(|s| format!("{} `{}`", s.id, s.name)).collect();
        let shown = if shown.is_empty() { "none yet".to_owned() } else { shown.join(", ") };
        text.push_str(&format!("| {words} | {shown} |\n"));
    }
    text.push('\n');
    text
}
