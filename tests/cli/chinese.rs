//! The command in Chinese: each screen as it is printed, and who says that it is Chinese.

use super::{Done, REQUEST, cardwire, file, good, hex};

fn chinese(args: &[&str], stdin: impl Into<Vec<u8>>) -> Done {
    cardwire(&[args, &["--lang", "zh"]].concat(), stdin)
}

fn line() -> String {
    hex(REQUEST.as_bytes()) + "\n"
}

/// A STAN with a letter in it, and a field that was not read.
fn broken() -> String {
    hex(b"0200202000000080000000000012345XTERM0001") + "\n"
}

/// Runs the command with a locale.
fn located(args: &[&str], locale: [&str; 3]) -> String {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_cardwire"));
    command.args(args).env_remove("CARDWIRE_SPEC").write_stdin(line());
    for (name, value) in ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().zip(locale) {
        match value {
            "" => command.env_remove(name),
            value => command.env(name, value),
        };
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn a_listing() {
    let wanted = "\
0200 金融请求，收单机构 (iso87-ascii, 82字节)  stdin:1
    2 主账号                                         n..19    411111******1111
    3 交易处理码                                     n6       000000  消费
         1 交易类型                                  n2       00
         2 转出账户类型                              n2       00
         3 转入账户类型                              n2       00
    4 交易金额                                       n12      000000012300  123.00 CNY
   11 系统跟踪号                                     n6       123456
   49 交易货币代码                                   an3      156  人民币元
   55 IC卡数据域                                     b..255   (7字节)
        95 终端验证结果                              b..5     0000008000  金额超过最低限额

";
    assert_eq!(good(&["decode", "-s", "iso87-ascii", "--lang", "zh"], line()), wanted);
}

#[test]
fn a_broken_message_and_what_to_do() {
    let done = chinese(&["decode", "-s", "iso87-ascii"], broken());
    let wanted = "\
0200 金融请求，收单机构 (iso87-ascii, 40字节)  stdin:1
    3 交易处理码                                     n6       000000  消费
         1 交易类型                                  n2       00
         2 转出账户类型                              n2       00
         3 转入账户类型                              n2       00
  !! 域11，字节偏移31：应为n类字符，实际为字母
     位图已置位但未读出：11, 41
";
    assert!(done.out.starts_with(wanted), "{}", done.out);
    assert_eq!((done.code, done.err.as_str()), (1, ""));
    // a length that nobody told of, and options that read it
    let framed = hex(&[b"0082", REQUEST.as_bytes()].concat()) + "\n";
    let done = chinese(&["decode", "-s", "iso87-ascii"], framed);
    let wanted = "\
!! stdin:1: 字节偏移0：报文类型标识之前有4字节长度（帧格式ascii4）
-> 以下选项可以解析：--spec iso87-ascii --framing ascii4
";
    assert_eq!(done.out, wanted);
}

/// What the readers of files refuse.
#[test]
fn refusals_of_the_readers() {
    for (input, wanted) in [
        ("2021-07-28 20:15:46 INFO nothing here\n", "这看起来是日志"),
        ("<html></html>\n", "这看起来是"),
        ("30323030x\n", "应为十六进制数字，实际为字母"),
        ("-----BEGIN CERTIFICATE-----\n", "密钥或证书"),
    ] {
        let done = chinese(&["decode", "-s", "iso87-ascii"], input);
        assert_eq!(done.code, 1);
        assert!((done.out.clone() + &done.err).contains(wanted), "{input}: {}{}", done.out, done.err);
    }
    let gzip = file("packed.gz", b"\x1F\x8B\x08rest of it");
    let done = chinese(&["decode", "-s", "iso87-ascii", gzip.to_str().unwrap()], "");
    assert!(done.err.contains("压缩文件（gzip）：请先解压"), "{}", done.err);
}

/// The pages of help name every command in Chinese; options stay as they are typed.
#[test]
fn help_names_the_commands() {
    let help = good(&["--help", "--lang", "zh"], "");
    assert!(help.contains("解析报文：列表") && help.contains("退出码"), "{help}");
    assert!(good(&["--lang=zh", "decode", "--help"], "").contains("解析报文：列表"));
    assert!(good(&["--help"], "").contains("Exit codes"));
}

/// Clearing files, and the place of what is wrong with a spec.
#[test]
fn clearing_files_and_specs() {
    let empty = file("empty.ipm", b"");
    let done = chinese(&["ipm", "list", empty.to_str().unwrap()], "");
    assert!(done.err.contains("这不是IPM文件：文件为空"), "{}", done.err);
    let spec = file("wide.toml", b"name = 'x'\n[elements]\n2 = { is = 'n..199', length = 'LL' }\n");
    let done = chinese(&["decode", "-s", spec.to_str().unwrap()], line());
    assert!(done.err.contains("第3行，域2：长度前缀表示不了最大长度"), "{}", done.err);
}

#[test]
fn a_hexdump() {
    let out = good(&["decode", "-s", "iso87-ascii", "-f", "hexdump", "--lang", "zh"], line());
    let names: Vec<&str> =
        out.lines().filter_map(|row| row.get(73..)).filter(|name| !name.is_empty()).collect();
    let wanted = [
        "报文类型标识",
        "位图 {2, 3, 4, 11, 49, 55}",
        "2 主账号",
        "3 交易处理码",
        "4 交易金额",
        "11 系统跟踪号",
        "49 交易货币代码",
        "55 IC卡数据域",
    ];
    assert_eq!(names, wanted);
}

#[test]
fn json_is_the_same_but_for_sentences() {
    for format in ["ndjson", "json", "isomsg"] {
        let args = ["decode", "-s", "iso87-ascii", "--format", format];
        assert_eq!(chinese(&args, line()).out, cardwire(&args, line()).out);
    }
    let done = chinese(&["decode", "-s", "iso87-ascii", "-f", "ndjson"], broken());
    let wanted = concat!(
        r#"{"error":{"field":11,"byte":31,"message":"域11，字节偏移31：应为n类字符，实际为字母","#,
        "\"parsed\":{\"mti\":\"0200\",\"fields\":{\"3\":\"000000\"},\"masked\":true}}}",
        "\n"
    );
    assert_eq!(done.out, wanted);
    // a place is a word of the contract
    let done = chinese(&["decode", "-s", "iso87-ascii", "-f", "ndjson"], hex(b"02X0"));
    assert!(
        done.out.starts_with(r#"{"error":{"place":"MTI","byte":0,"message":"报文类型标识，"#),
        "{}",
        done.out
    );
}

#[test]
fn violations() {
    let args = ["check", "-s", "iso87-ascii", "-p", "iso87"];
    let request = hex(b"08000020000000000000000001") + "\n";
    let done = chinese(&args, request.clone() + &broken());
    let wanted = "\
stdin:1: 0800报文必须有域7
stdin:1: 0800报文必须有域70
stdin:2: 域11，字节偏移31：应为n类字符，实际为字母
";
    assert_eq!(done.out, wanted);
    assert_eq!((done.code, done.err.as_str()), (1, "cardwire: 2条中2条报文不符合要求\n"));
    let done = chinese(&[&args[..], &["--format", "ndjson"]].concat(), request);
    let wanted = concat!(
        r#"{"origin":"stdin:1","violations":[{"field":7,"byte":26,"message":"0800报文必须有域7"},"#,
        r#"{"field":70,"byte":26,"message":"0800报文必须有域70"}]}"#,
        "\n"
    );
    assert_eq!(done.out, wanted);
    assert_eq!(chinese(&args[..3], line()).out, "stdin:1: 正常\n");
}

#[test]
fn what_the_prober_finds() {
    let framed = hex(&[b"0082", REQUEST.as_bytes()].concat()) + "\n";
    let path = file("chinese-probe.hex", framed.as_bytes());
    let done = chinese(&["probe", "-t", "1", path.to_str().unwrap()], "");
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines[0], "iso87-ascii          得分1000（满分1000），1条中1条完整，帧格式ascii4");
    assert!(lines[1].starts_with("    cardwire decode --spec iso87-ascii --framing ascii4 "), "{}", lines[1]);
    let done = chinese(&["probe", "-s", "iso87-ascii"], hex(b"0200202000000080000000000012345X00000001"));
    assert!(done.out.contains("，中止原因：域11，字节偏移31：应为n类字符，实际为字母\n"), "{}", done.out);
}

#[test]
fn differences() {
    let other = line().replace(&hex(b"000000012300"), &hex(b"000000012400"));
    let done = chinese(&["diff", "-s", "iso87-ascii"], line() + &other);
    assert_eq!(done.out, "~ 4 交易金额: 000000012300 -> 000000012400\n");
}

#[test]
fn refusals() {
    for (args, stdin, wanted) in [
        (&["decode", "-s", "iso87-ascii"][..], "", "没有找到报文"),
        (
            &["check"],
            "",
            "请指定规范：--spec iso87-ascii，或设置CARDWIRE_SPEC；`cardwire spec list`列出所有名称",
        ),
        (&["probe", "-i", "hex"], "", "没有可供分析的报文"),
    ] {
        let done = chinese(args, stdin);
        assert_eq!(done.err, format!("cardwire: {wanted}\n"), "{args:?}");
        assert_ne!(done.code, 0);
    }
}

#[test]
fn the_locale_says_the_language_and_the_option_wins() {
    let args = ["decode", "-s", "iso87-ascii"];
    for (locale, is_chinese) in [
        (["", "", "zh_CN.UTF-8"], true),
        (["", "zh_CN", "en_US.UTF-8"], true),
        (["zh_TW.UTF-8", "C", "C"], true),
        (["C", "zh_CN", "zh_CN"], false),
        (["", "en_US", "zh_CN"], false),
        (["", "", "C.UTF-8"], false),
        (["", "", ""], false),
    ] {
        let out = located(&args, locale);
        let start = if is_chinese { "0200 金融请求" } else { "0200 financial request" };
        assert!(out.starts_with(start), "{locale:?}: {out}");
    }
    let with = |lang| [&args[..], &["--lang", lang]].concat();
    assert!(located(&with("en"), ["zh_CN", "", ""]).starts_with("0200 financial request"));
    assert!(located(&with("zh"), ["C", "", ""]).starts_with("0200 金融请求"));
    assert_eq!(cardwire(&with("xx"), "").code, 2);
}
