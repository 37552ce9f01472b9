//! Card numbers where no spec expects them, place by place, and honest values that look like one.

mod common;

use cardwire::{
    Builder, Dialect, Inspection, Message, Mti, Spec,
    layout::{ans, ansb, b, n, row},
    mask::{self, OPEN},
    spec::{IPM_ASCII, ISO03_ASCII, ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, UNIONPAY_POS},
};
use common::{sound_spec_of, unhex};

const PAN: &str = "6212345678901232";

/// A spec whose every element is open.
fn open(dialect: Dialect) -> &'static Spec<'static> {
    sound_spec_of(
        dialect,
        [
            row(43, ans(99).ll(), "Text", OPEN),
            row(60, ansb(99).ll(), "Any octets", OPEN),
            row(61, b(99).lll(), "Octets", OPEN),
            row(62, n(99).ll(), "Digits", OPEN),
        ],
    )
}

/// How a value shows in an open element, in every dialect the same; and whether a hexdump shows it.
fn shown(number: u8, value: &[u8]) -> String {
    let dialects = [Dialect::ASCII, Dialect::ASCII_BINARY, Dialect::BCD, Dialect::EBCDIC];
    let mut texts = dialects.map(|dialect| {
        let wire = built(open(dialect), &[(number, value)]);
        let message = Message::parse(open(dialect), &wire).unwrap();
        let field = message.require(number).unwrap();
        let text = field.to_string();
        assert!(format!("{message:?}").contains(&text) && message.describe().to_string().contains(&text));
        if !field.content().is_binary() {
            assert_eq!(field.text().unwrap().to_string(), text);
        }
        let is_masked = text.contains('*');
        assert_eq!(field.is_masked(), is_masked, "{text}");
        assert_eq!(field.masked().any(|octet| octet.is_none()), is_masked, "{text}");
        assert_eq!(message.dump().to_string().contains("**"), is_masked, "{}", message.dump());
        text
    });
    texts.sort();
    assert_eq!(texts[0], texts[3]);
    texts[0].clone()
}

fn built(spec: &'static Spec<'static>, values: &[(u8, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    values.iter().for_each(|(number, value)| {
        builder.set(*number, *value);
    });
    builder.to_vec().unwrap()
}

#[test]
fn text_is_masked_where_a_card_number_is_in_it() {
    for (value, wanted) in [
        ("6212345678901232", "621234******1232"),
        ("CARD 6212345678901232 OF A GUEST", "CARD 621234******1232 OF A GUEST"),
        ("/6212345678901232/", "/621234******1232/"),
        ("000006212345678901232", "00000621234******1232"),
        // between other digits, in a length and a value, two at once
        ("776212345678901232", "77621234******1232"),
        ("62123456789012320", "621234******12320"),
        ("01166212345678901232011", "0116621234******1232011"),
        ("4111111111111111 5555444433331111", "411111******1111 555544******1111"),
        // of twelve digits no end is shown
        ("R676770123450", "R************"),
        // in groups, as cards are printed
        ("6212 3456 7890 1232", "6212 34** **** 1232"),
        ("CARD 6212-3456-7890-1232 OF 1 GUEST", "CARD 6212-34**-****-1232 OF 1 GUEST"),
        ("3782.822463.10005", "3782.82****.*0005"),
        ("621234 5678901232", "621234 ******1232"),
        ("6767 7012 3450", "**** **** ****"),
        ("19016212 3456 7890 12320110", "19016212 34** **** 12320110"),
        ("4111 1111 1111 1111 5555-4444-3333-1111", "4111 11** **** 1111 5555-44**-****-1111"),
        // tracks, also of issuers that nobody knows
        ("6212345678901232=29122011234567", "621234******1232=**************"),
        ("6212345678901232D29122011234567 AND", "621234******1232D******************"),
        ("1234567890123456=2912201", "123456******3456=*******"),
        ("%B6212345678901232^HUSH/QUIET^2912", "%B621234******1232^***************"),
    ] {
        for number in [43, 60] {
            assert_eq!(shown(number, value.as_bytes()), wanted, "{number}");
        }
    }
}

#[test]
fn octets_are_masked_where_a_card_number_is_in_them() {
    for (digits, wanted) in [
        ("6212345678901232", "621234******1232"),
        ("5A0862123456789012329F02", "5A08621234******12329F02"),
        // beginning in the second half of an octet, filled with F
        ("16212345678901232F", "1621234******1232F"),
        ("378282246310005F", "378282*****0005F"),
        ("FF6212345678901232D29122010000000000F0", "FF621234******1232D*******************"),
        // in ASCII and in EBCDIC
        ("00363231323334353637383930313233320D", "00363231323334************313233320D"),
        ("F6F2F1F2F3F4F5F6F7F8F9F0F1F2F3F2", "F6F2F1F2F3F4************F1F2F3F2"),
        ("363231322D333435362D373839302D31323332", "363231322D3334****2D********2D31323332"),
        ("F6F2F1F260F3F4F5F660F7F8F9F060F1F2F3F2", "F6F2F1F260F3F4****60********60F1F2F3F2"),
    ] {
        assert_eq!(shown(61, &unhex(digits)), wanted);
    }
    // the same as text of any octets: what is not printable is escaped
    assert_eq!(shown(60, &unhex("6212345678901232")), "b\\x124***\\x122");
    assert_eq!(mask::hex(&unhex("60000300006212345678901232")).to_string(), "6000030000621234******1232");
}

#[test]
fn digits_are_masked_where_a_card_number_is_in_them() {
    assert_eq!(shown(62, b"6212345678901232"), "621234******1232");
    assert_eq!(shown(62, b"0000006212345678901232"), "000000621234******1232");
    assert_eq!(shown(62, b"996212345678901232011"), "99621234******1232011");
}

#[test]
fn what_is_no_card_number_is_shown() {
    for value in [
        "6212345678901233",
        "1234567890123457",
        "632714123456",
        "0000000012300",
        "20261123142536",
        "6212 3456 7890 1233",
        // in pieces that are no groups
        "62 12 34 56 78 90 12 32",
        "6212, 3456, 7890, 1232",
        "6212  3456  7890  1232",
    ] {
        assert_eq!(shown(43, value.as_bytes()), value);
    }
    for digits in ["9F02060000000123009F03", "A0000003330101010000", "33343132333435363738"] {
        assert_eq!(shown(61, &unhex(digits)), digits);
    }
}

#[test]
fn card_numbers_overlap_and_hide_each_other() {
    // 4222222222222 is a number of thirteen digits, and the second one begins in it
    let text = shown(43, b"42222222222222223003122003222");
    assert!(text.starts_with("422222***") && !text.contains("2223003122003222"), "{text}");
    assert!(!text.contains("0031220") && text.ends_with("3222"), "{text}");
}

/// One octet of header too many, a length in front, a cut: the octets are read as something else.
#[test]
fn a_message_that_broke_shows_codes_and_kinds_alone() {
    let wire =
        built(&ISO87_ASCII, &[(2, PAN.as_bytes()), (3, b"000000"), (4, b"000000012300"), (11, b"123456")]);
    let shifted = [b"0110", &wire[..]].concat();
    let parsed = Inspection::of(&ISO87_ASCII, &shifted);
    assert!(parsed.error().is_some() && parsed.bitmap().len() > 1, "{parsed:?}");
    for text in [parsed.describe().to_string(), parsed.dump().to_string(), format!("{parsed:#?}")] {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let shows = |run: &[u8]| digits.contains(std::str::from_utf8(run).unwrap());
        assert!(!PAN.as_bytes().windows(7).any(shows), "{text}");
    }

    let mut spoilt = built(
        &ISO87_ASCII,
        &[
            (2, b"4111111111111111"),
            (3, b"000000"),
            (11, b"000042"),
            (39, b"51"),
            (41, b"TERM 001"),
            (49, b"156"),
        ],
    );
    *spoilt.last_mut().unwrap() = b'!';
    let broken = Inspection::of(&ISO87_ASCII, &spoilt);
    let wanted = "\
0200 financial request, acquirer (iso87-ascii, 63 bytes)
    2 Primary account number (PAN)                   n..19    411111******1111
    3 Processing code                                n6       000000  purchase
         1 Transaction type                          n2       00
         2 From account type                         n2       00
         3 To account type                           n2       00
   11 Systems trace audit number (STAN)              n6       ######
   39 Response code                                  an2      51  insufficient funds
   41 Card acceptor terminal identification          ans8     @@@@ ###
  !! field 49 at byte 62: expected class an, found a special character
";
    assert_eq!(broken.describe().to_string(), wanted);
    // what was read is there for programs
    assert!(broken.get(11).unwrap() == "000042" && broken.get(11).unwrap().number() == Ok(42));
    assert!(broken.get(41).unwrap().text().unwrap() == "TERM 001");
}

/// What was read is none of the standard's types: its digits may be anybody's.
#[test]
fn a_type_that_is_none_is_hidden_where_the_message_broke() {
    let parsed = Inspection::of(&ISO87_ASCII, b"0167020072240481");
    assert_eq!(parsed.mti().unwrap(), "0167");
    assert_eq!(parsed.shown_mti().unwrap().to_string(), "####");
    assert!(!format!("{parsed:?}{}{}", parsed.describe(), parsed.dump()).contains("0167"));
}

/// The bits of a card number that is read as a bitmap.
#[test]
fn a_card_number_is_no_bitmap() {
    let parsed = Inspection::of(&ISO87_ASCII, b"02006212345678901232000000000000");
    assert!(!parsed.shows_bitmaps());
    let text = format!("{}{}", parsed.dump(), parsed.describe());
    assert!(!text.contains("6212") && !text.contains('{'), "{text}");
}

/// It parses to its end, and cannot be: a card number lies across elements, and the date is none.
#[test]
fn a_card_number_across_elements_is_hidden_when_a_date_cannot_be() {
    let across: [(u8, &[u8]); 4] = [(7, b"6212345678"), (18, b"9012"), (19, b"320"), (20, b"156")];
    for spec in [&ISO87_ASCII, &ISO87_EBCDIC] {
        let wire = built(spec, &across);
        let message = Message::parse(spec, &wire).unwrap();
        let each: String = message.fields().map(|field| field.to_string()).collect();
        for text in [format!("{message:?}"), message.describe().to_string(), message.dump().to_string(), each]
        {
            assert!(!text.contains("6212345678") && !text.contains("9012"), "{text}");
        }
        assert!(message.get(7).unwrap() == "6212345678");
    }
    // the same in half octets
    let wire = built(&ISO87_BCD, &[(7, b"6212345678"), (11, b"901232")]);
    assert!(!Message::parse(&ISO87_BCD, &wire).unwrap().describe().to_string().contains("901232"));
    // a date that can be is believed
    let wire = built(&ISO87_ASCII, &[(7, b"1123061759"), (18, b"9012"), (19, b"320"), (20, b"156")]);
    assert!(format!("{:?}", Message::parse(&ISO87_ASCII, &wire).unwrap()).contains("1123061759"));
}

/// Every date can be, but the message type is of another edition than the spec: somebody chose the wrong one.
#[test]
fn a_card_number_across_elements_is_hidden_in_a_message_of_another_edition() {
    let digits: [(u8, &[u8]); 2] = [(5, b"006212345678"), (6, b"901232000000")];
    for (mti, is_hidden) in [("1200", true), ("0200", false)] {
        let wire = Builder::new(&ISO87_ASCII, mti.parse().unwrap())
            .set(5, core::str::from_utf8(digits[0].1).unwrap())
            .set(6, core::str::from_utf8(digits[1].1).unwrap())
            .to_vec()
            .unwrap();
        let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
        let each: String = message.fields().map(|field| field.to_string()).collect();
        // text that left its message knows it, too
        let texts: String = [5, 6].map(|number| message.text(number).unwrap().to_string()).concat();
        for text in [format!("{message:?}"), message.describe().to_string(), each, texts] {
            assert_eq!(!text.contains("12345678"), is_hidden, "{text}");
        }
    }
}

/// A card number with no digit before and after it is hidden across elements of any message.
#[test]
fn a_card_number_that_stands_alone_is_hidden_across_elements() {
    let wire = built(&ISO87_ASCII, &[(41, b"TERM6212"), (42, b"345678901232   ")]);
    let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
    let each: String = message.fields().map(|field| field.to_string()).collect();
    let texts: String = [41, 42].map(|number| message.text(number).unwrap().to_string()).concat();
    for text in
        [format!("{message:?}"), message.describe().to_string(), message.dump().to_string(), each, texts]
    {
        assert!(!text.contains("345678"), "{text}");
    }
    let each: String = message.fields().map(|field| field.to_string()).collect();
    assert_eq!(each, "TERM621234******1232   ");
    assert!(message.get(42).unwrap() == "345678901232   ");
    // more digits after it are no card number
    let wire = built(&ISO87_ASCII, &[(41, b"TERM6212"), (42, b"3456789012329  ")]);
    assert!(Message::parse(&ISO87_ASCII, &wire).unwrap().describe().to_string().contains("3456789012329"));
}

/// Digits that are a card number by accident, in elements that say what they are.
#[test]
fn honest_digits_are_shown() {
    for (spec, number, value) in [
        // Indian rupees, and the year as it happens to be
        (&ISO03_ASCII, 4, "3562000000012304"),
        (&ISO03_ASCII, 12, "20260317142536"),
        (&UNIONPAY_POS, 53, "2600000000000000"),
        (&ISO87_ASCII, 90, "020041234506241852101234567890012345678901"),
        (&ISO87_ASCII, 86, "0000000012300004"),
        (&IPM_ASCII, 31, "25123456327123456789013"),
    ] {
        let wire = built(spec, &[(number, value.as_bytes())]);
        let message = Message::parse(spec, &wire).unwrap();
        let field = message.get(number).unwrap();
        assert_eq!(field.to_string(), value);
        assert!(field.parts().all(|part| !part.is_masked()));
    }
}

/// UnionPay's F61 is three numbers one after the other; a card number does not fit, and may be there.
#[test]
fn parts_of_a_card_number_are_hidden_as_well() {
    let wire = built(&UNIONPAY_POS, &[(61, PAN.as_bytes())]);
    let message = Message::parse(&UNIONPAY_POS, &wire).unwrap();
    let field = message.get(61).unwrap();
    assert_eq!(field.to_string(), "621234******1232");
    let parts: Vec<String> = field.parts().map(|part| part.to_string()).collect();
    assert_eq!(parts, ["######", "######", "####"]);
    let each = format!("{:?} {}", field.parts(), message.path("61.2").unwrap());
    assert!(common::digit_runs(&each, 3).is_empty(), "{each}");
}
