//! Currencies: ISO 4217, the codes of DE 49, 50 and 51 (n3 or a3).
//!
//! Amounts travel as whole minor units, so the exponent here says where the decimal point goes.
//! Facts from the ISO 4217 list of January 2026. Withdrawn codes are kept apart.

use core::fmt;

/// A currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Currency {
    /// Three letters.
    pub alpha: &'static str,
    /// The three-digit number.
    pub numeric: u16,
    /// Decimal places of the minor unit; `None` where there is none (metals, testing).
    pub exponent: Option<u8>,
    /// The English name.
    pub name: &'static str,
    /// A fund code rather than money to pay with.
    pub fund: bool,
}

impl Currency {
    const fn fund(self) -> Self {
        Self { fund: true, ..self }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.alpha)
    }
}

/// The currency with this number.
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

/// The currency with these three capital letters.
#[must_use]
pub fn by_alpha(alpha: &str) -> Option<&'static Currency> {
    TABLE.iter().find(|row| row.alpha == alpha)
}

/// The currency of a field value, three digits or three letters.
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

/// A withdrawn currency still met in old data, by its letters. Its number may have been given away.
#[must_use]
pub fn withdrawn(alpha: &str) -> Option<&'static Currency> {
    WITHDRAWN.iter().find(|row| row.alpha == alpha)
}

/// All currencies, by number.
#[must_use]
pub fn all() -> &'static [Currency] {
    TABLE
}

const fn row(alpha: &'static str, numeric: u16, exponent: Option<u8>, name: &'static str) -> Currency {
    Currency { alpha, numeric, exponent, name, fund: false }
}

static TABLE: &[Currency] = &[
    row("ALL", 8, Some(2), "Lek"),
    row("DZD", 12, Some(2), "Algerian Dinar"),
    row("ARS", 32, Some(2), "Argentine Peso"),
    row("AUD", 36, Some(2), "Australian Dollar"),
    row("BSD", 44, Some(2), "Bahamian Dollar"),
    row("BHD", 48, Some(3), "Bahraini Dinar"),
    row("BDT", 50, Some(2), "Taka"),
    row("AMD", 51, Some(2), "Armenian Dram"),
    row("BBD", 52, Some(2), "Barbados Dollar"),
    row("BMD", 60, Some(2), "Bermudian Dollar"),
    row("BTN", 64, Some(2), "Ngultrum"),
    row("BOB", 68, Some(2), "Boliviano"),
    row("BWP", 72, Some(2), "Pula"),
    row("BZD", 84, Some(2), "Belize Dollar"),
    row("SBD", 90, Some(2), "Solomon Islands Dollar"),
    row("BND", 96, Some(2), "Brunei Dollar"),
    row("MMK", 104, Some(2), "Kyat"),
    row("BIF", 108, Some(0), "Burundi Franc"),
    row("KHR", 116, Some(2), "Riel"),
    row("CAD", 124, Some(2), "Canadian Dollar"),
    row("CVE", 132, Some(2), "Cabo Verde Escudo"),
    row("KYD", 136, Some(2), "Cayman Islands Dollar"),
    row("LKR", 144, Some(2), "Sri Lanka Rupee"),
    row("CLP", 152, Some(0), "Chilean Peso"),
    row("CNY", 156, Some(2), "Yuan Renminbi"),
    row("COP", 170, Some(2), "Colombian Peso"),
    row("KMF", 174, Some(0), "Comorian Franc"),
    row("CRC", 188, Some(2), "Costa Rican Colon"),
    row("CUP", 192, Some(2), "Cuban Peso"),
    row("CZK", 203, Some(2), "Czech Koruna"),
    row("DKK", 208, Some(2), "Danish Krone"),
    row("DOP", 214, Some(2), "Dominican Peso"),
    row("SVC", 222, Some(2), "El Salvador Colon"),
    row("ETB", 230, Some(2), "Ethiopian Birr"),
    row("ERN", 232, Some(2), "Nakfa"),
    row("FKP", 238, Some(2), "Falkland Islands Pound"),
    row("FJD", 242, Some(2), "Fiji Dollar"),
    row("DJF", 262, Some(0), "Djibouti Franc"),
    row("GMD", 270, Some(2), "Dalasi"),
    row("GIP", 292, Some(2), "Gibraltar Pound"),
    row("GTQ", 320, Some(2), "Quetzal"),
    row("GNF", 324, Some(0), "Guinean Franc"),
    row("GYD", 328, Some(2), "Guyana Dollar"),
    row("HTG", 332, Some(2), "Gourde"),
    row("HNL", 340, Some(2), "Lempira"),
    row("HKD", 344, Some(2), "Hong Kong Dollar"),
    row("HUF", 348, Some(2), "Forint"),
    row("ISK", 352, Some(0), "Iceland Krona"),
    row("INR", 356, Some(2), "Indian Rupee"),
    row("IDR", 360, Some(2), "Rupiah"),
    row("IRR", 364, Some(2), "Iranian Rial"),
    row("IQD", 368, Some(3), "Iraqi Dinar"),
    row("ILS", 376, Some(2), "New Israeli Sheqel"),
    row("JMD", 388, Some(2), "Jamaican Dollar"),
    row("JPY", 392, Some(0), "Yen"),
    row("XAD", 396, Some(2), "Arab Accounting Dinar"),
    row("KZT", 398, Some(2), "Tenge"),
    row("JOD", 400, Some(3), "Jordanian Dinar"),
    row("KES", 404, Some(2), "Kenyan Shilling"),
    row("KPW", 408, Some(2), "North Korean Won"),
    row("KRW", 410, Some(0), "Won"),
    row("KWD", 414, Some(3), "Kuwaiti Dinar"),
    row("KGS", 417, Some(2), "Som"),
    row("LAK", 418, Some(2), "Lao Kip"),
    row("LBP", 422, Some(2), "Lebanese Pound"),
    row("LSL", 426, Some(2), "Loti"),
    row("LRD", 430, Some(2), "Liberian Dollar"),
    row("LYD", 434, Some(3), "Libyan Dinar"),
    row("MOP", 446, Some(2), "Pataca"),
    row("MWK", 454, Some(2), "Malawi Kwacha"),
    row("MYR", 458, Some(2), "Malaysian Ringgit"),
    row("MVR", 462, Some(2), "Rufiyaa"),
    row("MUR", 480, Some(2), "Mauritius Rupee"),
    row("MXN", 484, Some(2), "Mexican Peso"),
    row("MNT", 496, Some(2), "Tugrik"),
    row("MDL", 498, Some(2), "Moldovan Leu"),
    row("MAD", 504, Some(2), "Moroccan Dirham"),
    row("OMR", 512, Some(3), "Rial Omani"),
    row("NAD", 516, Some(2), "Namibia Dollar"),
    row("NPR", 524, Some(2), "Nepalese Rupee"),
    row("XCG", 532, Some(2), "Caribbean Guilder"),
    row("AWG", 533, Some(2), "Aruban Florin"),
    row("VUV", 548, Some(0), "Vatu"),
    row("NZD", 554, Some(2), "New Zealand Dollar"),
    row("NIO", 558, Some(2), "Cordoba Oro"),
    row("NGN", 566, Some(2), "Naira"),
    row("NOK", 578, Some(2), "Norwegian Krone"),
    row("PKR", 586, Some(2), "Pakistan Rupee"),
    row("PAB", 590, Some(2), "Balboa"),
    row("PGK", 598, Some(2), "Kina"),
    row("PYG", 600, Some(0), "Guarani"),
    row("PEN", 604, Some(2), "Sol"),
    row("PHP", 608, Some(2), "Philippine Peso"),
    row("QAR", 634, Some(2), "Qatari Rial"),
    row("RUB", 643, Some(2), "Russian Ruble"),
    row("RWF", 646, Some(0), "Rwanda Franc"),
    row("SHP", 654, Some(2), "Saint Helena Pound"),
    row("SAR", 682, Some(2), "Saudi Riyal"),
    row("SCR", 690, Some(2), "Seychelles Rupee"),
    row("SGD", 702, Some(2), "Singapore Dollar"),
    row("VND", 704, Some(0), "Dong"),
    row("SOS", 706, Some(2), "Somali Shilling"),
    row("ZAR", 710, Some(2), "Rand"),
    row("SSP", 728, Some(2), "South Sudanese Pound"),
    row("SZL", 748, Some(2), "Lilangeni"),
    row("SEK", 752, Some(2), "Swedish Krona"),
    row("CHF", 756, Some(2), "Swiss Franc"),
    row("SYP", 760, Some(2), "Syrian Pound"),
    row("THB", 764, Some(2), "Baht"),
    row("TOP", 776, Some(2), "Pa'anga"),
    row("TTD", 780, Some(2), "Trinidad and Tobago Dollar"),
    row("AED", 784, Some(2), "UAE Dirham"),
    row("TND", 788, Some(3), "Tunisian Dinar"),
    row("UGX", 800, Some(0), "Uganda Shilling"),
    row("MKD", 807, Some(2), "Denar"),
    row("EGP", 818, Some(2), "Egyptian Pound"),
    row("GBP", 826, Some(2), "Pound Sterling"),
    row("TZS", 834, Some(2), "Tanzanian Shilling"),
    row("USD", 840, Some(2), "US Dollar"),
    row("UYU", 858, Some(2), "Peso Uruguayo"),
    row("UZS", 860, Some(2), "Uzbekistan Sum"),
    row("WST", 882, Some(2), "Tala"),
    row("YER", 886, Some(2), "Yemeni Rial"),
    row("TWD", 901, Some(2), "New Taiwan Dollar"),
    row("ZWG", 924, Some(2), "Zimbabwe Gold"),
    row("SLE", 925, Some(2), "Leone"),
    row("VED", 926, Some(2), "Bolívar Soberano"),
    row("UYW", 927, Some(4), "Unidad Previsional"),
    row("VES", 928, Some(2), "Bolívar Soberano"),
    row("MRU", 929, Some(2), "Ouguiya"),
    row("STN", 930, Some(2), "Dobra"),
    row("BYN", 933, Some(2), "Belarusian Ruble"),
    row("TMT", 934, Some(2), "Turkmenistan New Manat"),
    row("GHS", 936, Some(2), "Ghana Cedi"),
    row("SDG", 938, Some(2), "Sudanese Pound"),
    row("UYI", 940, Some(0), "Uruguay Peso, indexed units").fund(),
    row("RSD", 941, Some(2), "Serbian Dinar"),
    row("MZN", 943, Some(2), "Mozambique Metical"),
    row("AZN", 944, Some(2), "Azerbaijan Manat"),
    row("RON", 946, Some(2), "Romanian Leu"),
    row("CHE", 947, Some(2), "WIR Euro").fund(),
    row("CHW", 948, Some(2), "WIR Franc").fund(),
    row("TRY", 949, Some(2), "Turkish Lira"),
    row("XAF", 950, Some(0), "CFA Franc BEAC"),
    row("XCD", 951, Some(2), "East Caribbean Dollar"),
    row("XOF", 952, Some(0), "CFA Franc BCEAO"),
    row("XPF", 953, Some(0), "CFP Franc"),
    row("XBA", 955, None, "European composite unit (bond markets)"),
    row("XBB", 956, None, "European monetary unit (bond markets)"),
    row("XBC", 957, None, "European unit of account 9 (bond markets)"),
    row("XBD", 958, None, "European unit of account 17 (bond markets)"),
    row("XAU", 959, None, "Gold"),
    row("XDR", 960, None, "special drawing right"),
    row("XAG", 961, None, "Silver"),
    row("XPT", 962, None, "Platinum"),
    row("XTS", 963, None, "testing"),
    row("XPD", 964, None, "Palladium"),
    row("XUA", 965, None, "ADB unit of account"),
    row("ZMW", 967, Some(2), "Zambian Kwacha"),
    row("SRD", 968, Some(2), "Surinam Dollar"),
    row("MGA", 969, Some(2), "Malagasy Ariary"),
    row("COU", 970, Some(2), "Unidad de Valor Real").fund(),
    row("AFN", 971, Some(2), "Afghani"),
    row("TJS", 972, Some(2), "Somoni"),
    row("AOA", 973, Some(2), "Kwanza"),
    row("CDF", 976, Some(2), "Congolese Franc"),
    row("BAM", 977, Some(2), "Convertible Mark"),
    row("EUR", 978, Some(2), "Euro"),
    row("MXV", 979, Some(2), "Mexican investment unit").fund(),
    row("UAH", 980, Some(2), "Hryvnia"),
    row("GEL", 981, Some(2), "Lari"),
    row("BOV", 984, Some(2), "Mvdol").fund(),
    row("PLN", 985, Some(2), "Zloty"),
    row("BRL", 986, Some(2), "Brazilian Real"),
    row("CLF", 990, Some(4), "Unidad de Fomento").fund(),
    row("XSU", 994, None, "Sucre"),
    row("USN", 997, Some(2), "US Dollar, next day").fund(),
    row("XXX", 999, None, "no currency"),
];

static WITHDRAWN: &[Currency] = &[
    row("ANG", 532, Some(2), "Netherlands Antillean Guilder"),
    row("BGN", 975, Some(2), "Bulgarian Lev"),
    row("CUC", 931, Some(2), "Peso Convertible"),
    row("HRK", 191, Some(2), "Croatian Kuna"),
    row("SLL", 694, Some(2), "Leone (old)"),
    row("ZWL", 932, Some(2), "Zimbabwe Dollar"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_unique() {
        assert_eq!(TABLE.len(), 178);
        assert!(TABLE.windows(2).all(|pair| pair[0].numeric < pair[1].numeric));
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
