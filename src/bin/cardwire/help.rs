//! What `--help` says of the commands in Chinese. Options and examples keep their words: they are what is typed.

use clap::Command;

/// What each command does.
const SUMMARIES: [(&str, &str); 22] = [
    ("decode", "解析报文：列表、JSON或带注释的十六进制转储"),
    ("encode", "把JSON（每行一个对象）或jPOS XML组成报文"),
    ("check", "按规范和配置检查报文：列出每处违规的域和字节"),
    ("diff", "比较两条报文，逐域并深入子域"),
    ("probe", "找出能解释这些字节的规范和成帧方式，以及规范错在哪里"),
    ("spec", "列出、显示、检查和转换规范"),
    ("code", "解释代码（中英文）：含义、由谁定义、可靠程度、由谁处理、能否重试或冲正"),
    ("redact", "掩盖卡片数据，输出的报文仍可解析"),
    ("send", "向主机发送报文，并打印应答"),
    ("serve", "正确地或有意出错地应答请求：用于测试收单系统"),
    ("proxy", "位于双方之间的代理：记录双方的报文（掩盖卡片数据），并按规则制造故障"),
    ("load", "对主机施加有限的负载，并测量应答"),
    ("test", "用一组用例测试主机：发送请求，并核对应答是否符合预期"),
    ("ipm", "Mastercard清算文件（IPM）：列出、转换、重新分块、重新编码"),
    ("key", "测试密钥：类型、校验值和奇偶性，以及密钥块对其密钥的说明"),
    ("mac", "对字节计算或验证MAC；报文的MAC用cardwire check --keys验证"),
    ("pin", "ISO 9564的PIN块：由标准输入的PIN生成、解开、转换"),
    ("emv", "芯片数据（域55）：各数据对象，以及TVR、TSI、AIP、CVM结果、能力和CVR各比特的含义"),
    ("recon", "在你自己的记录中查找资金去向：以其后的参数启动cardwire-recon"),
    (
        "mcp",
        "通过模型上下文协议（MCP）为智能体提供decode、encode、probe、check、code和spec；敏感数据一律不显示",
    ),
    ("completions", "输出shell的补全脚本"),
    ("man", "输出手册页：全部或某一命令"),
];

/// The commands with their summaries in Chinese.
pub(crate) fn in_chinese(command: Command) -> Command {
    let command = command
        .about("命令行上的ISO 8583：解析、组包、检查、比较和掩盖银行卡报文")
        .after_help("不加--expose，卡片数据一律掩盖。\n退出码：0 完成，1 数据有误，2 用法有误。");
    SUMMARIES.iter().fold(command, |command, (name, words)| {
        command.mut_subcommand(*name, |command| command.about(*words).long_about(*words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_has_chinese_words() {
        let command = crate::Cli::command();
        let mut names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let mut known = SUMMARIES.map(|(name, _)| name).to_vec();
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(names, known);
        let spoken = in_chinese(command);
        let is_chinese =
            |command: &Command| command.get_about().is_some_and(|about| !about.to_string().is_ascii());
        assert!(spoken.get_subcommands().all(is_chinese));
    }
}
