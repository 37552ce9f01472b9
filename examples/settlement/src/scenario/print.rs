//! A scenario that was played, as a line, as a story, and for machines.

use serde_json::{Value, json as object};

use super::{Given, Played, causes};
use crate::report::{figures, told, width};
use crate::wimm::{Lang, say};

/// One line: cause, injected fault, codes seen, stuck state, verdict, remedy, proof.
pub fn line(played: &Played, lang: Lang) -> String {
    let scenario = &played.scenario;
    let verdicts: Vec<String> = played.given.iter().map(|given| given.verdict.words()).collect();
    format!(
        "{} {}  {} | {} | {} | {} | {} | {} | {} | {}\n",
        verdict(played.holds(), lang),
        scenario.id,
        scenario.name,
        named_causes(played, lang).join(lang.of(", ", "；")),
        scenario.fault(lang),
        played.codes.join(", "),
        played.stuck,
        verdicts.join(lang.of(", then ", "，然后")),
        scenario.remedy(lang),
        proof(played, lang),
    )
}

fn verdict(holds: bool, lang: Lang) -> &'static str {
    if holds { lang.of("ok ", "正常") } else { lang.of("BAD", "不符") }
}

/// The causes of the founding document that it shows: short in English lines, in words in Chinese.
fn named_causes(played: &Played, lang: Lang) -> Vec<String> {
    let in_words = |id: &String| match lang {
        Lang::English => id.clone(),
        Lang::Chinese => causes::cause(id, lang).unwrap_or(id).to_owned(),
    };
    played.scenario.causes.iter().map(in_words).collect()
}

fn proof(played: &Played, lang: Lang) -> String {
    let failed: Vec<String> = played
        .checks
        .iter()
        .filter(|check| !check.holds)
        .map(|check| format!("{}: {}", told(&check.rule, lang), figures(&check.figures, lang)))
        .collect();
    let (plays, all, wrong, which) = (played.plays, played.checks.len(), failed.len(), failed.join("; "));
    match (wrong, plays) {
        (0, 1) => say!(lang, "{all} checks hold", "{all}项检查均成立"),
        (0, _) => say!(lang, "{all} checks hold in {plays} plays", "{plays}次演练，{all}项检查均成立"),
        _ => say!(lang, "{wrong} of {all} checks fail: {which}", "{all}项检查中{wrong}项不成立：{which}"),
    }
}

/// The whole story of one scenario.
pub fn story(played: &Played, lang: Lang) -> String {
    let scenario = &played.scenario;
    let mut text = format!("{} {}\n", scenario.id, scenario.name);
    let mut part = |name: &str, lines: &[String]| {
        for (number, line) in lines.iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            let blanks = " ".repeat(8_usize.saturating_sub(width(name)));
            text.push_str(&format!("  {name}{blanks} {line}\n"));
        }
    };
    part(lang.of("cause", "原因"), &named_causes(played, lang));
    part(lang.of("fault", "故障"), &[scenario.fault(lang).to_owned()]);
    let steps = scenario.steps.lines().map(str::trim).filter(|step| !step.is_empty());
    part(lang.of("steps", "步骤"), &steps.map(str::to_owned).collect::<Vec<_>>());
    part(lang.of("codes", "代码"), &[played.codes.join(", ")]);
    for given in &played.given {
        let verdict = &given.verdict;
        let mut lines = vec![asked(given, lang), verdict.state.clone()];
        lines.extend(verdict.story.iter().cloned());
        for (name, words) in
            [(lang.of("next: ", "下一步："), &verdict.next), (lang.of("due: ", "预计："), &verdict.due)]
        {
            lines.extend((!words.is_empty()).then(|| format!("{name}{words}")));
        }
        lines.extend(verdict.evidence.iter().map(|event| format!("  {event}")));
        part(lang.of("verdict", "结论"), &lines);
    }
    part(lang.of("remedy", "处理"), &[scenario.remedy(lang).to_owned()]);
    let lacks: Vec<String> = scenario.lacks(lang).into_iter().map(str::to_owned).collect();
    part(lang.of("lacks", "尚缺"), &lacks);
    let checks = played.checks.iter().map(|check| {
        let (holds, rule) = (verdict(check.holds, lang), told(&check.rule, lang));
        format!("{holds} {rule}{}{}", lang.of(": ", "："), figures(&check.figures, lang))
    });
    part(lang.of("proof", "证明"), &checks.collect::<Vec<_>>());
    text
}

/// Which sale it was, when, and what was said. Whoever is told of old data is told how old they are.
fn asked(given: &Given, lang: Lang) -> String {
    let Given { sale, at, behind, verdict, .. } = given;
    let words = verdict.words();
    match behind {
        0 => say!(lang, "sale {sale} at {at}: {words}", "第{sale}笔，{at}：{words}"),
        _ => say!(
            lang,
            "sale {sale} at {at}, data of {behind} minutes before: {words}",
            "第{sale}笔，{at}（{behind}分钟前的数据）：{words}"
        ),
    }
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
