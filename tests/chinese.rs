//! What the library says in Chinese: listings, hexdumps, violations, the prober, and the page README.zh.md.

use cardwire::codes::Lang;
use cardwire::profile::{Profile, Violation, When, rule};
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, UNIONPAY_POS};
use cardwire::{Builder, Inspection, Message, Mti, de};

fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4E00}'..='\u{9FFF}').contains(&letter))
}

fn response() -> Vec<u8> {
    Builder::new(&UNIONPAY_POS, Mti::FINANCIAL_RESPONSE)
        .set(de::PAN, "6212345678901232")
        .set(de::PROCESSING_CODE, "000000")
        .set(de::AMOUNT, 12_300)
        .set(de::STAN, 123_456)
        .set(de::RESPONSE_CODE, "98")
        .set(de::TERMINAL, "TERM0001")
        .set(de::CURRENCY, "156")
        .set(60, "22000001003")
        .to_vec()
        .unwrap()
}

#[test]
fn a_listing_in_chinese_has_aligned_columns() {
    let wire = response();
    let message = Message::parse(&UNIONPAY_POS, &wire).unwrap();
    let listing = message.describe().in_lang(Lang::Zh).to_string();
    let wanted = "\
0210 金融请求应答，收单机构 (unionpay-pos, 52字节)
    2 主账号                                         n..19    621234******1232
    3 交易处理码                                     n6       000000  消费
         1 交易类型                                  n2       00
         2 转出账户类型                              n2       00
         3 转入账户类型                              n2       00
    4 交易金额                                       n12      000000012300  123.00 CNY
   11 系统跟踪号                                     n6       123456
   39 应答码                                         an2      98  发卡方超时
   41 受卡机终端标识码                               ans8     TERM0001
   49 交易货币代码                                   an3      156  人民币元
   60 交易类型与批次                                 n..17    22000001003
         1 交易类型码                                n2       22
         2 批次号                                    n6       000001
         3 网络管理信息码                            n3       003  签到（双倍长密钥）
";
    assert_eq!(listing, wanted);
    assert_eq!(message.describe().in_lang(Lang::En).to_string(), message.describe().to_string());
}

#[test]
fn a_broken_message_says_where_it_broke() {
    let broken = Inspection::of(&ISO87_ASCII, b"0800202000000080000000000012345X00000001");
    let wanted = "\
0800 网络管理请求，收单机构 (iso87-ascii, 40字节)
    3 交易处理码                                     n6       000000  消费
         1 交易类型                                  n2       00
         2 转出账户类型                              n2       00
         3 转入账户类型                              n2       00
  !! 域11，字节偏移31：应为n类字符，实际为字母
";
    assert_eq!(broken.describe().in_lang(Lang::Zh).to_string(), wanted);
    let dump = broken.dump().in_lang(Lang::Zh).to_string();
    for (words, line) in ["报文类型标识", "位图 {3}", "3 交易处理码", "!! 域11，"].iter().zip(dump.lines())
    {
        assert!(line.contains(words), "{line}");
    }
    let none = Inspection::of(&ISO87_ASCII, b"08").describe().in_lang(Lang::Zh).to_string();
    assert_eq!(
        none,
        "无报文类型标识 (iso87-ascii, 2字节)\n  !! 报文类型标识，字节偏移0：该值需要4字节，只剩2字节\n"
    );
}

#[test]
fn every_kind_of_violation_has_chinese() {
    static MINE: Profile<'static> = Profile::new(
        "mine",
        &[
            rule(b"0200").mandatory(&[4]).optional(&[3, 11, 39]).conditional(&[
                (52, When::With(3)),
                (35, When::Without(2)),
                (55, When::Unscanned(23)),
                (62, When::Is(3, "000000")),
                (38, When::Approved),
            ]),
            rule(b"0210").echoed(&[11]),
        ],
    );
    let message = |mti, stan| {
        let mut builder = Builder::new(&ISO87_ASCII, mti);
        builder.set(3, "000000").set(11, stan).set(39, "00").set(41, "TERM0001").to_vec().unwrap()
    };
    let [request, reply, other] =
        [(Mti::FINANCIAL_REQUEST, 1), (Mti::FINANCIAL_RESPONSE, 2), (Mti::REVERSAL_REQUEST, 3)]
            .map(|(mti, stan)| message(mti, stan));
    let [request, reply, other] =
        [&request, &reply, &other].map(|wire| Message::parse(&ISO87_ASCII, wire).unwrap());
    let found: Vec<Violation<'_>> =
        MINE.check(&request).chain(MINE.check_reply(&request, &reply)).chain(MINE.check(&other)).collect();
    let told: Vec<String> = found.iter().map(|violation| violation.in_lang(Lang::Zh).to_string()).collect();
    let wanted = [
        "0200报文必须有域4",
        "有域3时，0200报文必须有域52",
        "没有域2时，0200报文必须有域35",
        "没有域23且未扫码时，0200报文必须有域55",
        "域3为000000时，0200报文必须有域62",
        "应答为批准时，0200报文必须有域38",
        "0200报文不应有域41（字节偏移34）",
        "0210报文的域11与请求中的不一致",
        "校验规则中没有报文类型0400",
    ];
    assert_eq!(told, wanted);
    assert!(found.iter().all(|violation| violation.in_lang(Lang::En).to_string() == violation.to_string()));
}

#[cfg(feature = "alloc")]
#[test]
fn the_prober_explains_itself() {
    use cardwire::probe::probe;

    let wire = response();
    let framed = [&[0, u8::try_from(wire.len()).unwrap()][..], &wire].concat();
    let best = probe(&[&framed], [&UNIONPAY_POS]).remove(0);
    let told = best.in_lang(Lang::Zh).to_string();
    assert_eq!(told, "unionpay-pos，帧格式binary2：得分1000，1条报文中1条完整");
    assert_eq!(best.in_lang(Lang::En).to_string(), best.to_string());
    let other = probe(&[&framed], [&ISO87_ASCII]).remove(0).in_lang(Lang::Zh).to_string();
    assert!(is_chinese(&other) && other.contains("，中止原因："), "{other}");
}

/// What stands in the pages after their code is what the code prints.
#[test]
fn both_pages_show_what_their_code_prints() {
    let wire = b"0210303800000A808000000000000000012300123456142536112363270612345651TERM0001156";
    let mut buffer = [0; 256];
    let built = Builder::new(&ISO87_BCD, Mti::AUTHORIZATION_REQUEST)
        .set(de::PAN, "4111111111111111")
        .set(de::STAN, 123_456)
        .set(de::AMOUNT, 12_300)
        .set(de::ICC, &[(0x9F36, &[0x00, 0x1C][..]), (0x95, &[0; 5])])
        .write(&mut buffer)
        .unwrap();
    let (parsed, built) =
        (Message::parse(&ISO87_ASCII, wire).unwrap(), Message::parse(&ISO87_BCD, built).unwrap());
    let pages = [
        (include_str!("../README.md"), Lang::En, "STAN 123456 declined\n"),
        (include_str!("../README.zh.md"), Lang::Zh, "系统跟踪号123456：交易被拒绝\n"),
    ];
    let mut blocks_of_code = Vec::new();
    for (page, lang, before) in pages {
        let blocks = |of: &str| -> Vec<String> {
            let fence = format!("```{of}\n");
            let starts = page.split(&fence).skip(1);
            starts.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
        };
        let printed =
            [format!("{before}{}", parsed.describe().in_lang(lang)), built.dump().in_lang(lang).to_string()];
        assert_eq!(blocks("text"), printed);
        let code = blocks("rust");
        assert!(code[0].contains(std::str::from_utf8(wire).unwrap()));
        blocks_of_code.push(code.len());
    }
    assert_eq!(blocks_of_code[0], blocks_of_code[1], "the pages show the same");
}

/// The Chinese page names what the English one does.
#[test]
fn the_chinese_page_knows_every_module() {
    let [english, chinese] = [include_str!("../README.md"), include_str!("../README.zh.md")];
    let links =
        |page: &'static str| page.lines().filter(|line| line.starts_with("[`") && line.contains("]: src/"));
    assert!(links(english).count() > 15);
    assert!(links(english).eq(links(chinese)));
    assert!(english.contains("(README.zh.md)") && chinese.contains("(README.md)"));
}
