//! `cardwire code`: what it says, and what it says to what is no code.

use super::{cardwire, good};

#[test]
fn a_code_says_who_defined_it_and_how_sure_that_is() {
    let wanted = "\
77  response code, DE 39 of 1987
   meaning  reserved for private use
      中文  保留给私有使用
     class  reserved 保留
   outcome  unknown 未知，先查询或冲正
  who acts  nobody 无
     retry  not applicable 不适用
   reverse  if approved 若已批准则冲正
defined by  private
 certainty  certain 确定
Mastercard  bad from-account 转出账户无效; declined 失败
      Visa  reversal does not fit its original 冲正数据与原交易不符; declined 失败
 Postilion  bank approval required 需要银行批准; declined 失败 (doubtful: one source)
  UnionPay  sign on to the network 需要向网络中心签到; declined 失败
";
    assert_eq!(good(&["code", "response", "77"], ""), wanted);
    for (args, words) in [
        (["code", "condition", "27"], "unattended terminal, cannot keep the card"),
        (["code", "network", "162"], "certainty  doubtful: one source 存疑：仅一个来源"),
        (["code", "network", "161"], "defined by  Mastercard"),
        (["code", "unionpay", "68"], "retry  no 不可重试"),
        (["code", "unionpay", "05"], "older UnionPay terminals  do not honour 不予承兑; declined 失败"),
        (
            ["code", "response", "87"],
            "approved for the purchase, no cash back 仅批准消费，不返现; approved 成功",
        ),
        (["code", "response", "a0"], "defined by  UnionPay"),
        (["code", "action", "911"], "in 1987  68, or 91"),
        (["code", "action", "1016"], "in 1993  116"),
        (["code", "action", "4021"], "reason  timeout waiting for response 等待应答超时"),
        (
            ["code", "mti", "1442"],
            "meaning  chargeback notification, issuer\n      中文  退单告知，发卡机构\n",
        ),
        (["code", "mti", "0421"], "version  ISO 8583:1987\n  response  0430\n"),
        (["code", "processing", "030000"], "type, UnionPay  pre-authorization 预授权"),
        (["code", "entry-mode", "051"], "PIN, UnionPay  PIN in the message 报文含密码"),
        (["code", "entry-mode", "051"], "defined by  ISO\n"),
        (
            ["code", "entry-mode", "950"],
            "defined by  several networks\n     range  81 to 99, private use 私有\n",
        ),
        (["code", "entry-mode", "610"], "card  61 not listed\n     range  61 to 80, national use 国内使用\n"),
        (
            ["code", "entry-mode", "51010151134C"],
            "PIN capture capability  C PIN of up to 12 digits 密码最多12位",
        ),
        (["code", "function", "697"], "file header"),
        (["code", "settlement", "2"], "下一步  上送明细，逐笔核对"),
        (["code", "country", "156"], "中文  中国"),
        (["code", "currency", "ltl"], "withdrawn  2014-12"),
    ] {
        let out = good(&args, "");
        assert!(out.contains(words), "{args:?}: {out}");
    }
    // a number that was given away names both, the current one first
    let out = good(&["code", "currency", "532", "--json"], "");
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let texts: Vec<_> =
        lines.iter().map(|line| (line["code"].as_str(), line["withdrawn"].as_str())).collect();
    assert_eq!(texts, [(Some("XCG 532"), None), (Some("ANG 532 (withdrawn)"), Some("2025-03"))]);
}

/// Each kind, by the element and the edition that its codes stand in, and what its codes are called.
#[test]
fn each_kind_has_its_title_and_its_words() {
    for (kind, code, title, called) in [
        ("response", "51", "response code, DE 39 of 1987", "a response code has two letters or digits"),
        (
            "unionpay",
            "51",
            "response code, field 39 of UnionPay",
            "a UnionPay response code has two letters or digits",
        ),
        (
            "action",
            "116",
            "action code, DE 39 of 1993",
            "an action code has three digits (1993) or four (2003)",
        ),
        (
            "action",
            "1016",
            "action code, DE 39 of 2003",
            "an action code has three digits (1993) or four (2003)",
        ),
        ("processing", "003000", "processing code, DE 3", "a processing code has six letters or digits"),
        ("mti", "0200", "message type", "a message type has four digits"),
        (
            "reason",
            "1510",
            "message reason code, DE 25 of 1993 and 2003",
            "a message reason code has four digits",
        ),
        ("entry-mode", "051", "entry mode, DE 22 of 1987", "an entry mode has three digits (1987) or twelve"),
        ("function", "200", "function code, DE 24 of 1993 and 2003", "a function code has three digits"),
        ("condition", "00", "condition code, DE 25 of 1987", "a condition code has two digits"),
        (
            "network",
            "301",
            "network management code, DE 70 of 1987",
            "a network management code has three digits",
        ),
        (
            "management",
            "001",
            "management code, field 60.3 of UnionPay",
            "a UnionPay management code has three digits",
        ),
        ("settlement", "1", "settlement code, DE 66 of 1987", "a settlement code has one digit"),
        ("currency", "EUR", "currency, DE 49 to 51", "a currency has three digits or three letters"),
        ("country", "DE", "country", "a country has three digits, or two or three letters"),
        ("country", "276", "country", "a country has three digits, or two or three letters"),
        ("country", "deu", "country", "a country has three digits, or two or three letters"),
    ] {
        let out = good(&["code", kind, code], "");
        let first = format!("{}  {title}", code.to_uppercase());
        assert_eq!(out.lines().next(), Some(first.as_str()), "{kind}");
        let done = cardwire(&["code", kind, "!"], "");
        assert!(done.code == 1 && done.err.starts_with(&format!("cardwire: {called}")), "{}", done.err);
    }
}

#[test]
fn what_is_no_code_is_refused_in_words() {
    for (args, code, wanted) in [
        (&["response", "5"][..], 1, "a response code has two letters or digits, not '5'"),
        (&["response", ""], 1, "a response code has two letters or digits, not ''"),
        (
            &["response", "Q9"],
            1,
            "no response code 'Q9' is listed; the standard sets it aside for private use",
        ),
        (
            &["unionpay", "ZZ"],
            1,
            "no UnionPay response code 'ZZ' is listed; a terminal shows 交易失败 (transaction failed)",
        ),
        (&["action", "19"], 1, "an action code has three digits (1993) or four (2003), not '19'"),
        (
            &["action", "199"],
            1,
            "no action code '199' is listed; its first digit says declined, and the standard sets it aside for private use",
        ),
        (&["action", "2999"], 1, "no action code '2999' is listed; its first digit says pick-up"),
        (&["mti", "02O0"], 1, "a message type has four digits, not '02O0'"),
        (&["mti", "200"], 1, "a message type has four digits, not '200'"),
        (
            &["function", "299"],
            1,
            "no function code '299' is listed; the standard sets it aside for private use",
        ),
        (
            &["reason", "1512"],
            1,
            "no message reason code '1512' is listed; its range is that of: request forced online: reason",
        ),
        (&["currency", "US"], 1, "a currency has three digits or three letters, not 'US'"),
        (
            &["currency", "XYZ"],
            1,
            "no currency 'XYZ' is listed; it is in no list of ISO 4217, current or withdrawn",
        ),
        (&["country", "ZZ"], 1, "no country 'ZZ' is listed; it is not in the list of ISO 3166-1"),
        (
            &["entry-mode", "12"],
            1,
            "an entry mode has three digits (1987) or twelve letters or digits (1993), not '12'",
        ),
        (&["condition", "4A"], 1, "a condition code has two digits, not '4A'"),
        (
            &["network", "777"],
            1,
            "no network management code '777' is listed; networks define codes of their own",
        ),
        (&["code!"], 1, "'CODE!' has the shape of no code: try cardwire code --help"),
        (&["\u{1b}[31m"], 1, "'\\u{1b}[31M' has the shape of no code: try cardwire code --help"),
        (&["12", "response"], 2, "the kind comes before the code: cardwire code response CODE"),
    ] {
        let done = cardwire(&[&["code"], args].concat(), "");
        assert_eq!(
            (done.code, done.out.as_str(), done.err),
            (code, "", format!("cardwire: {wanted}\n")),
            "{args:?}"
        );
    }
    let done = cardwire(&["code", "colour", "51"], "");
    assert!(
        done.code == 2 && done.err.starts_with("cardwire: no kind is called 'colour'; there are response, ")
    );
    assert!(done.err.contains(" settlement, currency, country\n") && !done.err.contains("action, action"));
}

#[test]
fn a_kind_without_a_code_says_what_comes_after_it() {
    for (kind, shape) in [
        ("entry-mode", "three digits (1987) or twelve letters or digits (1993)"),
        ("condition", "two digits"),
    ] {
        let done = cardwire(&["code", kind], "");
        let words = format!("comes after its kind: cardwire code {kind} CODE, with {shape}\n");
        assert!(done.code == 2 && done.out.is_empty() && done.err.ends_with(&words), "{}", done.err);
    }
}

#[test]
fn a_card_number_that_is_no_code_is_not_repeated() {
    for args in [
        &["4111111111111111"][..],
        &["mti", "6212345678901232"],
        &["5555444433331111", "51"],
        &["response", "2223003122003222"],
    ] {
        let done = cardwire(&[&["code"], args].concat(), "");
        assert!(done.code != 0 && done.out.is_empty());
        let digits: String = done.err.chars().filter(char::is_ascii_digit).collect();
        assert!(args.iter().all(|arg| arg.len() < 12 || !digits.contains(*arg)), "{}", done.err);
        assert!(
            done.err.contains("found 16 characters") || done.err.contains("no kind is called so"),
            "{}",
            done.err
        );
    }
}
