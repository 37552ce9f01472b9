//! Countries: ISO 3166-1, the number in DE 19 to 21, 68 and 69 (n3), letters at the end of DE 43.
//!
//! Facts from public copies of the list, 249 countries and the user-assigned XK.

use core::fmt;

/// A country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Country {
    /// Two letters.
    pub alpha2: &'static str,
    /// Three letters.
    pub alpha3: &'static str,
    /// The three-digit number.
    pub numeric: u16,
    /// The English name of the list.
    pub name: &'static str,
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.alpha2)
    }
}

/// The country with this number.
///
/// ```
/// use cardwire::codes::country;
///
/// assert_eq!(country::by_numeric(156).unwrap().alpha2, "CN");
/// assert_eq!(country::by_numeric(1), None);
/// ```
#[must_use]
pub fn by_numeric(numeric: u16) -> Option<&'static Country> {
    let at = TABLE.partition_point(|row| row.numeric < numeric);
    TABLE.get(at).filter(|row| row.numeric == numeric)
}

/// The country with these two or three capital letters.
#[must_use]
pub fn by_alpha(alpha: &str) -> Option<&'static Country> {
    TABLE.iter().find(|row| row.alpha2 == alpha || row.alpha3 == alpha)
}

/// The country of a field value: three digits, or two or three letters.
#[must_use]
pub fn by_text(text: &str) -> Option<&'static Country> {
    match text.as_bytes() {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'] => by_numeric(text.parse().ok()?),
        _ => by_alpha(text),
    }
}

/// All countries, by number.
#[must_use]
pub fn all() -> &'static [Country] {
    TABLE
}

const fn row(alpha2: &'static str, alpha3: &'static str, numeric: u16, name: &'static str) -> Country {
    Country { alpha2, alpha3, numeric, name }
}

static TABLE: &[Country] = &[
    row("AF", "AFG", 4, "Afghanistan"),
    row("AL", "ALB", 8, "Albania"),
    row("AQ", "ATA", 10, "Antarctica"),
    row("DZ", "DZA", 12, "Algeria"),
    row("AS", "ASM", 16, "American Samoa"),
    row("AD", "AND", 20, "Andorra"),
    row("AO", "AGO", 24, "Angola"),
    row("AG", "ATG", 28, "Antigua and Barbuda"),
    row("AZ", "AZE", 31, "Azerbaijan"),
    row("AR", "ARG", 32, "Argentina"),
    row("AU", "AUS", 36, "Australia"),
    row("AT", "AUT", 40, "Austria"),
    row("BS", "BHS", 44, "Bahamas"),
    row("BH", "BHR", 48, "Bahrain"),
    row("BD", "BGD", 50, "Bangladesh"),
    row("AM", "ARM", 51, "Armenia"),
    row("BB", "BRB", 52, "Barbados"),
    row("BE", "BEL", 56, "Belgium"),
    row("BM", "BMU", 60, "Bermuda"),
    row("BT", "BTN", 64, "Bhutan"),
    row("BO", "BOL", 68, "Bolivia, Plurinational State of"),
    row("BA", "BIH", 70, "Bosnia and Herzegovina"),
    row("BW", "BWA", 72, "Botswana"),
    row("BV", "BVT", 74, "Bouvet Island"),
    row("BR", "BRA", 76, "Brazil"),
    row("BZ", "BLZ", 84, "Belize"),
    row("IO", "IOT", 86, "British Indian Ocean Territory"),
    row("SB", "SLB", 90, "Solomon Islands"),
    row("VG", "VGB", 92, "Virgin Islands, British"),
    row("BN", "BRN", 96, "Brunei Darussalam"),
    row("BG", "BGR", 100, "Bulgaria"),
    row("MM", "MMR", 104, "Myanmar"),
    row("BI", "BDI", 108, "Burundi"),
    row("BY", "BLR", 112, "Belarus"),
    row("KH", "KHM", 116, "Cambodia"),
    row("CM", "CMR", 120, "Cameroon"),
    row("CA", "CAN", 124, "Canada"),
    row("CV", "CPV", 132, "Cabo Verde"),
    row("KY", "CYM", 136, "Cayman Islands"),
    row("CF", "CAF", 140, "Central African Republic"),
    row("LK", "LKA", 144, "Sri Lanka"),
    row("TD", "TCD", 148, "Chad"),
    row("CL", "CHL", 152, "Chile"),
    row("CN", "CHN", 156, "China"),
    row("TW", "TWN", 158, "Taiwan, Province of China"),
    row("CX", "CXR", 162, "Christmas Island"),
    row("CC", "CCK", 166, "Cocos (Keeling) Islands"),
    row("CO", "COL", 170, "Colombia"),
    row("KM", "COM", 174, "Comoros"),
    row("YT", "MYT", 175, "Mayotte"),
    row("CG", "COG", 178, "Congo"),
    row("CD", "COD", 180, "Congo, The Democratic Republic of the"),
    row("CK", "COK", 184, "Cook Islands"),
    row("CR", "CRI", 188, "Costa Rica"),
    row("HR", "HRV", 191, "Croatia"),
    row("CU", "CUB", 192, "Cuba"),
    row("CY", "CYP", 196, "Cyprus"),
    row("CZ", "CZE", 203, "Czechia"),
    row("BJ", "BEN", 204, "Benin"),
    row("DK", "DNK", 208, "Denmark"),
    row("DM", "DMA", 212, "Dominica"),
    row("DO", "DOM", 214, "Dominican Republic"),
    row("EC", "ECU", 218, "Ecuador"),
    row("SV", "SLV", 222, "El Salvador"),
    row("GQ", "GNQ", 226, "Equatorial Guinea"),
    row("ET", "ETH", 231, "Ethiopia"),
    row("ER", "ERI", 232, "Eritrea"),
    row("EE", "EST", 233, "Estonia"),
    row("FO", "FRO", 234, "Faroe Islands"),
    row("FK", "FLK", 238, "Falkland Islands (Malvinas)"),
    row("GS", "SGS", 239, "South Georgia and the South Sandwich Islands"),
    row("FJ", "FJI", 242, "Fiji"),
    row("FI", "FIN", 246, "Finland"),
    row("AX", "ALA", 248, "Åland Islands"),
    row("FR", "FRA", 250, "France"),
    row("GF", "GUF", 254, "French Guiana"),
    row("PF", "PYF", 258, "French Polynesia"),
    row("TF", "ATF", 260, "French Southern Territories"),
    row("DJ", "DJI", 262, "Djibouti"),
    row("GA", "GAB", 266, "Gabon"),
    row("GE", "GEO", 268, "Georgia"),
    row("GM", "GMB", 270, "Gambia"),
    row("PS", "PSE", 275, "Palestine, State of"),
    row("DE", "DEU", 276, "Germany"),
    row("GH", "GHA", 288, "Ghana"),
    row("GI", "GIB", 292, "Gibraltar"),
    row("KI", "KIR", 296, "Kiribati"),
    row("GR", "GRC", 300, "Greece"),
    row("GL", "GRL", 304, "Greenland"),
    row("GD", "GRD", 308, "Grenada"),
    row("GP", "GLP", 312, "Guadeloupe"),
    row("GU", "GUM", 316, "Guam"),
    row("GT", "GTM", 320, "Guatemala"),
    row("GN", "GIN", 324, "Guinea"),
    row("GY", "GUY", 328, "Guyana"),
    row("HT", "HTI", 332, "Haiti"),
    row("HM", "HMD", 334, "Heard Island and McDonald Islands"),
    row("VA", "VAT", 336, "Holy See (Vatican City State)"),
    row("HN", "HND", 340, "Honduras"),
    row("HK", "HKG", 344, "Hong Kong"),
    row("HU", "HUN", 348, "Hungary"),
    row("IS", "ISL", 352, "Iceland"),
    row("IN", "IND", 356, "India"),
    row("ID", "IDN", 360, "Indonesia"),
    row("IR", "IRN", 364, "Iran, Islamic Republic of"),
    row("IQ", "IRQ", 368, "Iraq"),
    row("IE", "IRL", 372, "Ireland"),
    row("IL", "ISR", 376, "Israel"),
    row("IT", "ITA", 380, "Italy"),
    row("CI", "CIV", 384, "Côte d'Ivoire"),
    row("JM", "JAM", 388, "Jamaica"),
    row("JP", "JPN", 392, "Japan"),
    row("KZ", "KAZ", 398, "Kazakhstan"),
    row("JO", "JOR", 400, "Jordan"),
    row("KE", "KEN", 404, "Kenya"),
    row("KP", "PRK", 408, "Korea, Democratic People's Republic of"),
    row("KR", "KOR", 410, "Korea, Republic of"),
    row("KW", "KWT", 414, "Kuwait"),
    row("KG", "KGZ", 417, "Kyrgyzstan"),
    row("LA", "LAO", 418, "Lao People's Democratic Republic"),
    row("LB", "LBN", 422, "Lebanon"),
    row("LS", "LSO", 426, "Lesotho"),
    row("LV", "LVA", 428, "Latvia"),
    row("LR", "LBR", 430, "Liberia"),
    row("LY", "LBY", 434, "Libya"),
    row("LI", "LIE", 438, "Liechtenstein"),
    row("LT", "LTU", 440, "Lithuania"),
    row("LU", "LUX", 442, "Luxembourg"),
    row("MO", "MAC", 446, "Macao"),
    row("MG", "MDG", 450, "Madagascar"),
    row("MW", "MWI", 454, "Malawi"),
    row("MY", "MYS", 458, "Malaysia"),
    row("MV", "MDV", 462, "Maldives"),
    row("ML", "MLI", 466, "Mali"),
    row("MT", "MLT", 470, "Malta"),
    row("MQ", "MTQ", 474, "Martinique"),
    row("MR", "MRT", 478, "Mauritania"),
    row("MU", "MUS", 480, "Mauritius"),
    row("MX", "MEX", 484, "Mexico"),
    row("MC", "MCO", 492, "Monaco"),
    row("MN", "MNG", 496, "Mongolia"),
    row("MD", "MDA", 498, "Moldova, Republic of"),
    row("ME", "MNE", 499, "Montenegro"),
    row("MS", "MSR", 500, "Montserrat"),
    row("MA", "MAR", 504, "Morocco"),
    row("MZ", "MOZ", 508, "Mozambique"),
    row("OM", "OMN", 512, "Oman"),
    row("NA", "NAM", 516, "Namibia"),
    row("NR", "NRU", 520, "Nauru"),
    row("NP", "NPL", 524, "Nepal"),
    row("NL", "NLD", 528, "Netherlands"),
    row("CW", "CUW", 531, "Curaçao"),
    row("AW", "ABW", 533, "Aruba"),
    row("SX", "SXM", 534, "Sint Maarten (Dutch part)"),
    row("BQ", "BES", 535, "Bonaire, Sint Eustatius and Saba"),
    row("NC", "NCL", 540, "New Caledonia"),
    row("VU", "VUT", 548, "Vanuatu"),
    row("NZ", "NZL", 554, "New Zealand"),
    row("NI", "NIC", 558, "Nicaragua"),
    row("NE", "NER", 562, "Niger"),
    row("NG", "NGA", 566, "Nigeria"),
    row("NU", "NIU", 570, "Niue"),
    row("NF", "NFK", 574, "Norfolk Island"),
    row("NO", "NOR", 578, "Norway"),
    row("MP", "MNP", 580, "Northern Mariana Islands"),
    row("UM", "UMI", 581, "United States Minor Outlying Islands"),
    row("FM", "FSM", 583, "Micronesia, Federated States of"),
    row("MH", "MHL", 584, "Marshall Islands"),
    row("PW", "PLW", 585, "Palau"),
    row("PK", "PAK", 586, "Pakistan"),
    row("PA", "PAN", 591, "Panama"),
    row("PG", "PNG", 598, "Papua New Guinea"),
    row("PY", "PRY", 600, "Paraguay"),
    row("PE", "PER", 604, "Peru"),
    row("PH", "PHL", 608, "Philippines"),
    row("PN", "PCN", 612, "Pitcairn"),
    row("PL", "POL", 616, "Poland"),
    row("PT", "PRT", 620, "Portugal"),
    row("GW", "GNB", 624, "Guinea-Bissau"),
    row("TL", "TLS", 626, "Timor-Leste"),
    row("PR", "PRI", 630, "Puerto Rico"),
    row("QA", "QAT", 634, "Qatar"),
    row("RE", "REU", 638, "Réunion"),
    row("RO", "ROU", 642, "Romania"),
    row("RU", "RUS", 643, "Russian Federation"),
    row("RW", "RWA", 646, "Rwanda"),
    row("BL", "BLM", 652, "Saint Barthélemy"),
    row("SH", "SHN", 654, "Saint Helena, Ascension and Tristan da Cunha"),
    row("KN", "KNA", 659, "Saint Kitts and Nevis"),
    row("AI", "AIA", 660, "Anguilla"),
    row("LC", "LCA", 662, "Saint Lucia"),
    row("MF", "MAF", 663, "Saint Martin (French part)"),
    row("PM", "SPM", 666, "Saint Pierre and Miquelon"),
    row("VC", "VCT", 670, "Saint Vincent and the Grenadines"),
    row("SM", "SMR", 674, "San Marino"),
    row("ST", "STP", 678, "Sao Tome and Principe"),
    row("SA", "SAU", 682, "Saudi Arabia"),
    row("SN", "SEN", 686, "Senegal"),
    row("RS", "SRB", 688, "Serbia"),
    row("SC", "SYC", 690, "Seychelles"),
    row("SL", "SLE", 694, "Sierra Leone"),
    row("SG", "SGP", 702, "Singapore"),
    row("SK", "SVK", 703, "Slovakia"),
    row("VN", "VNM", 704, "Viet Nam"),
    row("SI", "SVN", 705, "Slovenia"),
    row("SO", "SOM", 706, "Somalia"),
    row("ZA", "ZAF", 710, "South Africa"),
    row("ZW", "ZWE", 716, "Zimbabwe"),
    row("ES", "ESP", 724, "Spain"),
    row("SS", "SSD", 728, "South Sudan"),
    row("SD", "SDN", 729, "Sudan"),
    row("EH", "ESH", 732, "Western Sahara"),
    row("SR", "SUR", 740, "Suriname"),
    row("SJ", "SJM", 744, "Svalbard and Jan Mayen"),
    row("SZ", "SWZ", 748, "Eswatini"),
    row("SE", "SWE", 752, "Sweden"),
    row("CH", "CHE", 756, "Switzerland"),
    row("SY", "SYR", 760, "Syrian Arab Republic"),
    row("TJ", "TJK", 762, "Tajikistan"),
    row("TH", "THA", 764, "Thailand"),
    row("TG", "TGO", 768, "Togo"),
    row("TK", "TKL", 772, "Tokelau"),
    row("TO", "TON", 776, "Tonga"),
    row("TT", "TTO", 780, "Trinidad and Tobago"),
    row("AE", "ARE", 784, "United Arab Emirates"),
    row("TN", "TUN", 788, "Tunisia"),
    row("TR", "TUR", 792, "Türkiye"),
    row("TM", "TKM", 795, "Turkmenistan"),
    row("TC", "TCA", 796, "Turks and Caicos Islands"),
    row("TV", "TUV", 798, "Tuvalu"),
    row("UG", "UGA", 800, "Uganda"),
    row("UA", "UKR", 804, "Ukraine"),
    row("MK", "MKD", 807, "North Macedonia"),
    row("EG", "EGY", 818, "Egypt"),
    row("GB", "GBR", 826, "United Kingdom"),
    row("GG", "GGY", 831, "Guernsey"),
    row("JE", "JEY", 832, "Jersey"),
    row("IM", "IMN", 833, "Isle of Man"),
    row("TZ", "TZA", 834, "Tanzania, United Republic of"),
    row("US", "USA", 840, "United States"),
    row("VI", "VIR", 850, "Virgin Islands, U.S."),
    row("BF", "BFA", 854, "Burkina Faso"),
    row("UY", "URY", 858, "Uruguay"),
    row("UZ", "UZB", 860, "Uzbekistan"),
    row("VE", "VEN", 862, "Venezuela, Bolivarian Republic of"),
    row("WF", "WLF", 876, "Wallis and Futuna"),
    row("WS", "WSM", 882, "Samoa"),
    row("YE", "YEM", 887, "Yemen"),
    row("ZM", "ZMB", 894, "Zambia"),
    row("XK", "XKK", 983, "Kosovo (user-assigned code)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_unique() {
        assert_eq!(TABLE.len(), 250);
        assert!(TABLE.windows(2).all(|pair| pair[0].numeric < pair[1].numeric));
        assert!(TABLE.iter().all(|row| row.alpha2.len() == 2 && row.alpha3.len() == 3));
    }

    #[test]
    fn lookups_agree() {
        for row in TABLE {
            let found = (by_numeric(row.numeric), by_alpha(row.alpha2), by_alpha(row.alpha3));
            assert_eq!(found, (Some(row), Some(row), Some(row)));
        }
        assert_eq!(by_text("004").map(|row| row.alpha3), Some("AFG"));
        assert_eq!((by_text("4"), by_text("cn")), (None, None));
    }
}
