//! Currencies: ISO 4217, the codes of DE 49, 50 and 51 (n3 or a3).
//!
//! Amounts travel as whole minor units, so the exponent here says where the decimal point goes.
//! Facts from the ISO 4217 list of January 2026. Currencies of old data that are withdrawn are kept
//! apart, with the date of withdrawal: [`ever`] finds both.

mod row;
mod withdrawn;

pub use self::row::Currency;
use self::row::row;
pub(super) use self::withdrawn::WITHDRAWN;

/// The current currency with this number.
///
/// ```
/// use cardwire::codes::currency;
///
/// let yuan = currency::by_numeric(156).unwrap();
/// assert_eq!((yuan.alpha, yuan.exponent), ("CNY", Some(2)));
/// assert_eq!(currency::by_numeric(1), None);
/// ```
#[must_use]
pub fn by_numeric(numeric: u16) -> Option<&'static Currency> {
    let at = TABLE.partition_point(|row| row.numeric < numeric);
    TABLE.get(at).filter(|row| row.numeric == numeric)
}

/// The current currency with these three capital letters.
#[must_use]
pub fn by_alpha(alpha: &str) -> Option<&'static Currency> {
    TABLE.iter().find(|row| row.alpha == alpha)
}

/// The current currency of a field value, three digits or three letters.
///
/// ```
/// use cardwire::codes::currency;
///
/// assert_eq!(currency::by_text("392"), currency::by_text("JPY"));
/// ```
#[must_use]
pub fn by_text(text: &str) -> Option<&'static Currency> {
    match text.as_bytes() {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'] => by_numeric(text.parse().ok()?),
        _ => by_alpha(text),
    }
}

/// A withdrawn currency by its letters. Its number may have been given to another currency since.
#[must_use]
pub fn withdrawn(alpha: &str) -> Option<&'static Currency> {
    WITHDRAWN.iter().find(|row| row.alpha == alpha)
}

/// Every currency that a field value, three digits or three letters, stands or stood for: the current
/// one first, then those withdrawn, the last one first.
///
/// ```
/// use cardwire::codes::currency;
///
/// let rows = currency::ever("532").map(|row| (row.alpha, row.withdrawn));
/// assert!(rows.eq([("XCG", None), ("ANG", Some("2025-03"))]));
/// assert_eq!(currency::ever("440").next().unwrap().withdrawn, Some("2014-12")); // the litas of Lithuania
/// ```
pub fn ever(text: &str) -> impl Iterator<Item = &'static Currency> {
    let number = match text.as_bytes() {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'] => text.parse().ok().filter(|number| *number > 0),
        _ => None,
    };
    let is_meant = move |row: &&'static Currency| row.alpha == text || number == Some(row.numeric);
    TABLE.iter().chain(WITHDRAWN).filter(is_meant)
}

/// All current currencies, by number.
#[must_use]
pub fn all() -> &'static [Currency] {
    TABLE
}

/// All withdrawn currencies, by number, and of one number the last one first.
#[must_use]
pub fn all_withdrawn() -> &'static [Currency] {
    WITHDRAWN
}

#[rustfmt::skip] // one currency, one line
pub(super) static TABLE: &[Currency] = &[
    row("ALL", 8, Some(2), "Lek", "阿尔巴尼亚列克"),
    row("DZD", 12, Some(2), "Algerian Dinar", "阿尔及利亚第纳尔"),
    row("ARS", 32, Some(2), "Argentine Peso", "阿根廷比索"),
    row("AUD", 36, Some(2), "Australian Dollar", "澳大利亚元"),
    row("BSD", 44, Some(2), "Bahamian Dollar", "巴哈马元"),
    row("BHD", 48, Some(3), "Bahraini Dinar", "巴林第纳尔"),
    row("BDT", 50, Some(2), "Taka", "孟加拉国塔卡"),
    row("AMD", 51, Some(2), "Armenian Dram", "亚美尼亚德拉姆"),
    row("BBD", 52, Some(2), "Barbados Dollar", "巴巴多斯元"),
    row("BMD", 60, Some(2), "Bermudian Dollar", "百慕大元"),
    row("BTN", 64, Some(2), "Ngultrum", "不丹努尔特鲁姆"),
    row("BOB", 68, Some(2), "Boliviano", "玻利维亚诺"),
    row("BWP", 72, Some(2), "Pula", "博茨瓦纳普拉"),
    row("BZD", 84, Some(2), "Belize Dollar", "伯利兹元"),
    row("SBD", 90, Some(2), "Solomon Islands Dollar", "所罗门群岛元"),
    row("BND", 96, Some(2), "Brunei Dollar", "文莱元"),
    row("MMK", 104, Some(2), "Kyat", "缅甸元"),
    row("BIF", 108, Some(0), "Burundi Franc", "布隆迪法郎"),
    row("KHR", 116, Some(2), "Riel", "柬埔寨瑞尔"),
    row("CAD", 124, Some(2), "Canadian Dollar", "加拿大元"),
    row("CVE", 132, Some(2), "Cabo Verde Escudo", "佛得角埃斯库多"),
    row("KYD", 136, Some(2), "Cayman Islands Dollar", "开曼群岛元"),
    row("LKR", 144, Some(2), "Sri Lanka Rupee", "斯里兰卡卢比"),
    row("CLP", 152, Some(0), "Chilean Peso", "智利比索"),
    row("CNY", 156, Some(2), "Yuan Renminbi", "人民币元"),
    row("COP", 170, Some(2), "Colombian Peso", "哥伦比亚比索"),
    row("KMF", 174, Some(0), "Comorian Franc", "科摩罗法郎"),
    row("CRC", 188, Some(2), "Costa Rican Colon", "哥斯达黎加科朗"),
    row("CUP", 192, Some(2), "Cuban Peso", "古巴比索"),
    row("CZK", 203, Some(2), "Czech Koruna", "捷克克朗"),
    row("DKK", 208, Some(2), "Danish Krone", "丹麦克朗"),
    row("DOP", 214, Some(2), "Dominican Peso", "多米尼加比索"),
    row("SVC", 222, Some(2), "El Salvador Colon", "萨尔瓦多科朗"),
    row("ETB", 230, Some(2), "Ethiopian Birr", "埃塞俄比亚比尔"),
    row("ERN", 232, Some(2), "Nakfa", "厄立特里亚纳克法"),
    row("FKP", 238, Some(2), "Falkland Islands Pound", "福克兰群岛镑"),
    row("FJD", 242, Some(2), "Fiji Dollar", "斐济元"),
    row("DJF", 262, Some(0), "Djibouti Franc", "吉布提法郎"),
    row("GMD", 270, Some(2), "Dalasi", "冈比亚达拉西"),
    row("GIP", 292, Some(2), "Gibraltar Pound", "直布罗陀镑"),
    row("GTQ", 320, Some(2), "Quetzal", "危地马拉格查尔"),
    row("GNF", 324, Some(0), "Guinean Franc", "几内亚法郎"),
    row("GYD", 328, Some(2), "Guyana Dollar", "圭亚那元"),
    row("HTG", 332, Some(2), "Gourde", "海地古德"),
    row("HNL", 340, Some(2), "Lempira", "洪都拉斯伦皮拉"),
    row("HKD", 344, Some(2), "Hong Kong Dollar", "港元"),
    row("HUF", 348, Some(2), "Forint", "匈牙利福林"),
    row("ISK", 352, Some(0), "Iceland Krona", "冰岛克朗"),
    row("INR", 356, Some(2), "Indian Rupee", "印度卢比"),
    row("IDR", 360, Some(2), "Rupiah", "印度尼西亚卢比"),
    row("IRR", 364, Some(2), "Iranian Rial", "伊朗里亚尔"),
    row("IQD", 368, Some(3), "Iraqi Dinar", "伊拉克第纳尔"),
    row("ILS", 376, Some(2), "New Israeli Sheqel", "以色列新谢克尔"),
    row("JMD", 388, Some(2), "Jamaican Dollar", "牙买加元"),
    row("JPY", 392, Some(0), "Yen", "日元"),
    row("XAD", 396, Some(2), "Arab Accounting Dinar", "阿拉伯记账第纳尔"),
    row("KZT", 398, Some(2), "Tenge", "哈萨克斯坦坚戈"),
    row("JOD", 400, Some(3), "Jordanian Dinar", "约旦第纳尔"),
    row("KES", 404, Some(2), "Kenyan Shilling", "肯尼亚先令"),
    row("KPW", 408, Some(2), "North Korean Won", "朝鲜圆"),
    row("KRW", 410, Some(0), "Won", "韩元"),
    row("KWD", 414, Some(3), "Kuwaiti Dinar", "科威特第纳尔"),
    row("KGS", 417, Some(2), "Som", "吉尔吉斯斯坦索姆"),
    row("LAK", 418, Some(2), "Lao Kip", "老挝基普"),
    row("LBP", 422, Some(2), "Lebanese Pound", "黎巴嫩镑"),
    row("LSL", 426, Some(2), "Loti", "莱索托洛蒂"),
    row("LRD", 430, Some(2), "Liberian Dollar", "利比里亚元"),
    row("LYD", 434, Some(3), "Libyan Dinar", "利比亚第纳尔"),
    row("MOP", 446, Some(2), "Pataca", "澳门元"),
    row("MWK", 454, Some(2), "Malawi Kwacha", "马拉维克瓦查"),
    row("MYR", 458, Some(2), "Malaysian Ringgit", "马来西亚林吉特"),
    row("MVR", 462, Some(2), "Rufiyaa", "马尔代夫卢菲亚"),
    row("MUR", 480, Some(2), "Mauritius Rupee", "毛里求斯卢比"),
    row("MXN", 484, Some(2), "Mexican Peso", "墨西哥比索"),
    row("MNT", 496, Some(2), "Tugrik", "蒙古图格里克"),
    row("MDL", 498, Some(2), "Moldovan Leu", "摩尔多瓦列伊"),
    row("MAD", 504, Some(2), "Moroccan Dirham", "摩洛哥迪拉姆"),
    row("OMR", 512, Some(3), "Rial Omani", "阿曼里亚尔"),
    row("NAD", 516, Some(2), "Namibia Dollar", "纳米比亚元"),
    row("NPR", 524, Some(2), "Nepalese Rupee", "尼泊尔卢比"),
    row("XCG", 532, Some(2), "Caribbean Guilder", "加勒比盾"),
    row("AWG", 533, Some(2), "Aruban Florin", "阿鲁巴弗罗林"),
    row("VUV", 548, Some(0), "Vatu", "瓦努阿图瓦图"),
    row("NZD", 554, Some(2), "New Zealand Dollar", "新西兰元"),
    row("NIO", 558, Some(2), "Cordoba Oro", "尼加拉瓜科多巴"),
    row("NGN", 566, Some(2), "Naira", "尼日利亚奈拉"),
    row("NOK", 578, Some(2), "Norwegian Krone", "挪威克朗"),
    row("PKR", 586, Some(2), "Pakistan Rupee", "巴基斯坦卢比"),
    row("PAB", 590, Some(2), "Balboa", "巴拿马巴波亚"),
    row("PGK", 598, Some(2), "Kina", "巴布亚新几内亚基那"),
    row("PYG", 600, Some(0), "Guarani", "巴拉圭瓜拉尼"),
    row("PEN", 604, Some(2), "Sol", "秘鲁索尔"),
    row("PHP", 608, Some(2), "Philippine Peso", "菲律宾比索"),
    row("QAR", 634, Some(2), "Qatari Rial", "卡塔尔里亚尔"),
    row("RUB", 643, Some(2), "Russian Ruble", "俄罗斯卢布"),
    row("RWF", 646, Some(0), "Rwanda Franc", "卢旺达法郎"),
    row("SHP", 654, Some(2), "Saint Helena Pound", "圣赫勒拿镑"),
    row("SAR", 682, Some(2), "Saudi Riyal", "沙特里亚尔"),
    row("SCR", 690, Some(2), "Seychelles Rupee", "塞舌尔卢比"),
    row("SGD", 702, Some(2), "Singapore Dollar", "新加坡元"),
    row("VND", 704, Some(0), "Dong", "越南盾"),
    row("SOS", 706, Some(2), "Somali Shilling", "索马里先令"),
    row("ZAR", 710, Some(2), "Rand", "南非兰特"),
    row("SSP", 728, Some(2), "South Sudanese Pound", "南苏丹镑"),
    row("SZL", 748, Some(2), "Lilangeni", "斯威士兰里兰吉尼"),
    row("SEK", 752, Some(2), "Swedish Krona", "瑞典克朗"),
    row("CHF", 756, Some(2), "Swiss Franc", "瑞士法郎"),
    row("SYP", 760, Some(2), "Syrian Pound", "叙利亚镑"),
    row("THB", 764, Some(2), "Baht", "泰铢"),
    row("TOP", 776, Some(2), "Pa'anga", "汤加潘加"),
    row("TTD", 780, Some(2), "Trinidad and Tobago Dollar", "特立尼达和多巴哥元"),
    row("AED", 784, Some(2), "UAE Dirham", "阿联酋迪拉姆"),
    row("TND", 788, Some(3), "Tunisian Dinar", "突尼斯第纳尔"),
    row("UGX", 800, Some(0), "Uganda Shilling", "乌干达先令"),
    row("MKD", 807, Some(2), "Denar", "马其顿第纳尔"),
    row("EGP", 818, Some(2), "Egyptian Pound", "埃及镑"),
    row("GBP", 826, Some(2), "Pound Sterling", "英镑"),
    row("TZS", 834, Some(2), "Tanzanian Shilling", "坦桑尼亚先令"),
    row("USD", 840, Some(2), "US Dollar", "美元"),
    row("UYU", 858, Some(2), "Peso Uruguayo", "乌拉圭比索"),
    row("UZS", 860, Some(2), "Uzbekistan Sum", "乌兹别克斯坦苏姆"),
    row("WST", 882, Some(2), "Tala", "萨摩亚塔拉"),
    row("YER", 886, Some(2), "Yemeni Rial", "也门里亚尔"),
    row("TWD", 901, Some(2), "New Taiwan Dollar", "新台币"),
    row("ZWG", 924, Some(2), "Zimbabwe Gold", "津巴布韦金元"),
    row("SLE", 925, Some(2), "Leone", "塞拉利昂新利昂"),
    row("VED", 926, Some(2), "Bolívar Soberano", "委内瑞拉数字玻利瓦尔"),
    row("UYW", 927, Some(4), "Unidad Previsional", "乌拉圭名义工资指数单位"),
    row("VES", 928, Some(2), "Bolívar Soberano", "委内瑞拉玻利瓦尔"),
    row("MRU", 929, Some(2), "Ouguiya", "毛里塔尼亚乌吉亚"),
    row("STN", 930, Some(2), "Dobra", "圣多美和普林西比多布拉"),
    row("BYN", 933, Some(2), "Belarusian Ruble", "白俄罗斯卢布"),
    row("TMT", 934, Some(2), "Turkmenistan New Manat", "土库曼斯坦马纳特"),
    row("GHS", 936, Some(2), "Ghana Cedi", "加纳塞地"),
    row("SDG", 938, Some(2), "Sudanese Pound", "苏丹镑"),
    row("UYI", 940, Some(0), "Uruguay Peso, indexed units", "乌拉圭比索（指数单位）").fund(),
    row("RSD", 941, Some(2), "Serbian Dinar", "塞尔维亚第纳尔"),
    row("MZN", 943, Some(2), "Mozambique Metical", "莫桑比克美提卡"),
    row("AZN", 944, Some(2), "Azerbaijan Manat", "阿塞拜疆马纳特"),
    row("RON", 946, Some(2), "Romanian Leu", "罗马尼亚列伊"),
    row("CHE", 947, Some(2), "WIR Euro", "WIR欧元").fund(),
    row("CHW", 948, Some(2), "WIR Franc", "WIR法郎").fund(),
    row("TRY", 949, Some(2), "Turkish Lira", "土耳其里拉"),
    row("XAF", 950, Some(0), "CFA Franc BEAC", "中非法郎"),
    row("XCD", 951, Some(2), "East Caribbean Dollar", "东加勒比元"),
    row("XOF", 952, Some(0), "CFA Franc BCEAO", "西非法郎"),
    row("XPF", 953, Some(0), "CFP Franc", "太平洋法郎"),
    row("XBA", 955, None, "European composite unit (bond markets)", "欧洲复合单位（债券市场）"),
    row("XBB", 956, None, "European monetary unit (bond markets)", "欧洲货币单位（债券市场）"),
    row("XBC", 957, None, "European unit of account 9 (bond markets)", "欧洲记账单位9（债券市场）"),
    row("XBD", 958, None, "European unit of account 17 (bond markets)", "欧洲记账单位17（债券市场）"),
    row("XAU", 959, None, "Gold", "黄金"),
    row("XDR", 960, None, "special drawing right", "特别提款权"),
    row("XAG", 961, None, "Silver", "白银"),
    row("XPT", 962, None, "Platinum", "铂金"),
    row("XTS", 963, None, "testing", "测试代码"),
    row("XPD", 964, None, "Palladium", "钯金"),
    row("XUA", 965, None, "ADB unit of account", "非洲开发银行记账单位"),
    row("ZMW", 967, Some(2), "Zambian Kwacha", "赞比亚克瓦查"),
    row("SRD", 968, Some(2), "Surinam Dollar", "苏里南元"),
    row("MGA", 969, Some(2), "Malagasy Ariary", "马达加斯加阿里亚里"),
    row("COU", 970, Some(2), "Unidad de Valor Real", "哥伦比亚实际价值单位").fund(),
    row("AFN", 971, Some(2), "Afghani", "阿富汗尼"),
    row("TJS", 972, Some(2), "Somoni", "塔吉克斯坦索莫尼"),
    row("AOA", 973, Some(2), "Kwanza", "安哥拉宽扎"),
    row("CDF", 976, Some(2), "Congolese Franc", "刚果法郎"),
    row("BAM", 977, Some(2), "Convertible Mark", "波黑可兑换马克"),
    row("EUR", 978, Some(2), "Euro", "欧元"),
    row("MXV", 979, Some(2), "Mexican investment unit", "墨西哥投资单位").fund(),
    row("UAH", 980, Some(2), "Hryvnia", "乌克兰格里夫纳"),
    row("GEL", 981, Some(2), "Lari", "格鲁吉亚拉里"),
    row("BOV", 984, Some(2), "Mvdol", "玻利维亚资金代码").fund(),
    row("PLN", 985, Some(2), "Zloty", "波兰兹罗提"),
    row("BRL", 986, Some(2), "Brazilian Real", "巴西雷亚尔"),
    row("CLF", 990, Some(4), "Unidad de Fomento", "智利发展单位").fund(),
    row("XSU", 994, None, "Sucre", "苏克雷记账单位"),
    row("USN", 997, Some(2), "US Dollar, next day", "美元（次日）").fund(),
    row("XXX", 999, None, "no currency", "无货币"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_unique() {
        assert_eq!(TABLE.len(), 178);
        assert!(TABLE.windows(2).all(|pair| pair[0].numeric < pair[1].numeric));
        assert!(WITHDRAWN.windows(2).all(|pair| pair[0].numeric <= pair[1].numeric));
        for row in TABLE.iter().chain(WITHDRAWN) {
            let same = TABLE.iter().chain(WITHDRAWN).filter(|other| other.alpha == row.alpha).count();
            assert_eq!((row.alpha.len(), same), (3, 1), "{}", row.alpha);
        }
    }

    #[test]
    fn lookups_agree() {
        for row in TABLE {
            assert_eq!((by_numeric(row.numeric), by_alpha(row.alpha)), (Some(row), Some(row)));
        }
        assert_eq!(by_text("036").map(|row| row.alpha), Some("AUD"));
        assert_eq!((by_text("36"), by_text("cny"), by_text("")), (None, None, None));
        assert_eq!((by_alpha("BGN"), withdrawn("BGN").map(|row| row.numeric)), (None, Some(975)));
    }

    #[test]
    fn exponents() {
        let exponent = |alpha| by_alpha(alpha).and_then(|row| row.exponent);
        let exponents = ["JPY", "CNY", "KWD", "CLF", "XAU"].map(exponent);
        assert_eq!(exponents, [Some(0), Some(2), Some(3), Some(4), None]);
    }
}
