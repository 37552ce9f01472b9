//! The causes and remedies of the founding document, "settled on the POS, but the money did not arrive", and the
//! scenarios that show them, as a table that is made from the scenario files.

use super::Scenario;
use crate::wimm::Lang;

/// What the founding document names as causes: id, and in words of either language.
pub const CAUSES: [(&str, [&str; 2]); 8] = [
    ("system", ["faults of POS and bank systems, incompatible upgrades", "POS或银行系统故障、升级不兼容"]),
    (
        "channel",
        ["problems and maintenance of the channel, changed settlement rules", "通道问题与维护、结算规则变更"],
    ),
    (
        "bank-delay",
        [
            "delays at the bank: congestion, maintenance, insufficient balance, large amounts",
            "银行延迟：拥堵、维护、余额不足、大额",
        ],
    ),
    ("clearing", ["failure of the clearing institution", "清算机构故障"]),
    (
        "operator",
        [
            "mistakes of the operator: wrong account, wrong password, charged twice",
            "操作失误：账号错误、密码错误、重复扣款",
        ],
    ),
    ("merchant", ["the merchant's account frozen, its limits changed", "商户账户被冻结、限额变更"]),
    ("platform", ["crash of the third-party platform, delayed data", "第三方平台崩溃、数据延迟"]),
    ("terminal", ["faults of the terminal: hardware, software", "终端故障：硬件、软件"]),
];

/// What it names as remedies.
pub const REMEDIES: [(&str, [&str; 2]); 10] = [
    ("verify", ["verify the record of the POS: time, amount, state", "核对POS记录：时间、金额、状态"]),
    ("flow", ["know the settlement flow", "了解结算流程"]),
    ("report", ["ask the bank for a detailed settlement report", "向银行索取详细结算报告"]),
    ("connection", ["check the connection of POS and bank", "检查POS与银行的连接"]),
    ("watch", ["monitoring and early warning", "监控与预警"]),
    ("fail-over", ["quality of channels, plans for fail-over", "通道质量、切换预案"]),
    ("pre-authorization", ["pre-authorization for large amounts", "大额使用预授权"]),
    ("account", ["check the state of accounts", "检查账户状态"]),
    ("accountability", ["who did what, and why", "谁做了什么、为什么"]),
    ("retry", ["wait, and settle again", "等待并重新结算"]),
];

/// A cause in words.
pub fn cause(id: &str, lang: Lang) -> Option<&'static str> {
    CAUSES.iter().find(|(known, _)| *known == id).map(|(_, [en, zh])| lang.of(en, zh))
}

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
    of: &[(&str, [&str; 2])],
    scenarios: &[Scenario],
    ids: fn(&Scenario) -> &Vec<String>,
) -> String {
    let mut text = format!("| {title} | scenarios |\n| --- | --- |\n");
    for (id, [words, _]) in of {
        let shown = scenarios.iter().filter(|scenario| ids(scenario).iter().any(|of| of == id));
        let shown: Vec<String> = shown.map(|s| format!("{} `{}`", s.id, s.name)).collect();
        let shown = if shown.is_empty() { "none yet".to_owned() } else { shown.join(", ") };
        text.push_str(&format!("| {words} | {shown} |\n"));
    }
    text.push('\n');
    text
}
