//! Chinese names: every row of every built-in spec has one, parts and chip data included.

use std::collections::BTreeMap;

use cardwire::codes::{Lang, element_name_zh};
use cardwire::layout::{Layout, Order};
use cardwire::spec::{self, parts};
use cardwire::{Spec, layout::Element};

/// The elements of a layout, those within them, and the model of what is not listed.
fn within<'s>(layout: &Layout<'s>, place: &str, found: &mut BTreeMap<String, &'s str>) {
    let unknown = match layout.order() {
        Order::Tags { unknown, .. } => *unknown,
        Order::Bitmap(_) | Order::Positions { .. } => None,
    };
    for element in layout.elements().chain(unknown) {
        let place = format!("{place}.{}", layout.key(element.key()));
        found.insert(place.clone(), element.name());
        if let Some(layout) = element.layout() {
            within(layout, &place, found);
        }
    }
}

fn rows(spec: &Spec<'static>) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    for element in (1..=192).filter_map(|number| spec.element(number)) {
        found.insert(format!("{} {}", spec.name(), element.key()), element.name());
        if let Some(layout) = element.layout() {
            within(layout, &format!("{} {}", spec.name(), element.key()), &mut found);
        }
    }
    found
}

fn missing(found: BTreeMap<String, &str>) -> Vec<String> {
    let unnamed = found.into_iter().filter(|(_, name)| element_name_zh(name).is_none());
    unnamed.map(|(place, name)| format!("{place}: {name}")).collect()
}

#[test]
fn every_row_has_a_chinese_name() {
    let mut count = 0;
    for spec in spec::builtin() {
        let rows = rows(spec);
        count += rows.len();
        assert_eq!(missing(rows), Vec::<String>::new());
    }
    assert!(count > 2_000, "{count} rows");
}

#[test]
fn layouts_for_callers_have_chinese_names() {
    let layouts: [(&str, &Layout<'_>); 10] = [
        ("43 of 1987", &parts::NAME_LOCATION_1987),
        ("fees of 1993", &parts::FEE_1993),
        ("scripts", &spec::EMV_SCRIPT),
        ("44 of UnionPay", &spec::UNIONPAY_INSTITUTIONS),
        ("59 of UnionPay", &spec::UNIONPAY_59),
        ("59 A2 of UnionPay", &spec::UNIONPAY_TERMINAL),
        ("totals of UnionPay", &spec::UNIONPAY_TOTALS),
        ("upload of UnionPay", &spec::UNIONPAY_UPLOAD),
        ("private data of IPM", &spec::PDS),
        ("chip data", &spec::EMV),
    ];
    let mut found = BTreeMap::new();
    layouts.into_iter().for_each(|(place, layout)| within(layout, place, &mut found));
    assert_eq!(missing(found), Vec::<String>::new());
}

/// The words of the trade, by table and number.
#[test]
fn the_names_are_those_of_the_trade() {
    let name = |spec: &str, number: u8| -> &str {
        spec::by_name(spec)
            .and_then(|spec| spec.element(number))
            .map_or("", |element: &Element<'_>| element.name_in(Lang::Zh))
    };
    for (number, zh) in [
        (2, "主账号"),
        (3, "交易处理码"),
        (4, "交易金额"),
        (11, "系统跟踪号"),
        (12, "受卡方所在地时间"),
        (13, "受卡方所在地日期"),
        (14, "卡有效期"),
        (22, "服务点输入方式码"),
        (25, "服务点条件码"),
        (35, "第二磁道数据"),
        (37, "检索参考号"),
        (38, "授权标识应答码"),
        (39, "应答码"),
        (41, "受卡机终端标识码"),
        (42, "受卡方标识码"),
        (49, "交易货币代码"),
        (52, "个人标识码数据"),
        (54, "附加金额"),
        (55, "IC卡数据域"),
        (64, "报文鉴别码"),
    ] {
        assert_eq!((name("iso87-bcd", number), name("unionpay-pos", number)), (zh, zh), "{number}");
    }
    for (spec, number, zh) in [
        ("iso87-ascii", 90, "原始数据元"),
        ("iso93-ascii", 39, "处理结果码"),
        ("iso93-bcd", 24, "功能码"),
        ("iso03-bcd", 25, "报文原因代码"),
        ("unionpay-pos", 59, "终端信息"),
        ("unionpay-pos", 61, "原始信息域"),
        ("ipm-ebcdic", 31, "收单机构参考数据"),
    ] {
        assert_eq!(name(spec, number), zh, "{spec} {number}");
    }
}

#[test]
fn an_element_that_nobody_knows_keeps_its_name() {
    use cardwire::layout::{ans, row};
    use cardwire::{Dialect, mask::OPEN};
    let element = row(63, ans(20).ll(), "Loyalty number", OPEN).resolve(&Dialect::ASCII);
    assert_eq!((element.name_in(Lang::Zh), element.name_in(Lang::En)), ("Loyalty number", "Loyalty number"));
}
