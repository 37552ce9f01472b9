//! `cardwire test`: packs of cases against an issuer that is told how to respond.

use super::network::Issuer;
use super::{cardwire, file};

const RULES: &str = r#"
[[rule]]
name = "declined"
match = { mti = "0200", "4" = ">=1000" }
response = { "39" = "51" }

[[rule]]
name = "silent"
match = { "4" = "000000000003" }
drop = true

[[rule]]
name = "slow"
match = { "4" = "000000000005" }
delay = "900ms"

[[rule]]
name = "shows a card"
match = { "4" = "000000000007" }
response = { "39" = "00", "43" = "PAID 4242424242424242" }
"#;

fn issuer(count: &str) -> Issuer {
    let rules = file("pack.toml", RULES.as_bytes());
    Issuer::start(&["-s", "iso87-ascii", "-F", "ascii4", "--count", count, "-r", rules.to_str().unwrap()])
}

fn test(issuer: &Issuer, more: &[&str], cases: &str) -> super::Done {
    let args = ["test", &issuer.address, "-s", "iso87-ascii", "-F", "ascii4", "--timeout", "10s"];
    cardwire(&[&args[..], more].concat(), cases)
}

const REQUEST: &str = r#""mti":"0200","fields":{"2":"4111111111111111","3":"000000","7":"auto","11":"auto","12":"auto","13":"auto","37":"auto","41":"TERM0001","49":"156""#;

fn case(name: &str, amount: &str, expect: &str, more: &str) -> String {
    format!(
        "{{\"name\":\"{name}\",\"send\":{{{REQUEST},\"4\":\"{amount}\"}}}},\"expect\":{{{expect}}}{more}}}\n"
    )
}

#[test]
fn what_is_as_expected_passes() {
    let issuer = issuer("6");
    let cases = [
        case(
            "approved",
            "1",
            r#""mti":"0210","39":"00","11":"echo","37":"echo","41":"TERM*","38":"present""#,
            "",
        ),
        case("declined", "5000", r#""39":"51","4":">=1000","62":"absent","63":null"#, ""),
        case("silent", "3", r#""response":"none""#, r#","within":"150ms""#),
        case("in time", "5000", r#""39":"51""#, r#","within":"8s","profile":"iso87""#),
        case("against the profile", "2", r#""39":"00""#, r#","within":"8s","profile":"iso87""#),
        case("the card comes back", "2", r#""2":"4111111111111111""#, ""),
    ];
    let done = test(&issuer, &["--first-stan", "999999"], &cases.concat());
    let approved = done.out.lines().next().unwrap_or_default();
    // an issuer of no rule gives no DE 38
    assert!(approved.starts_with("FAILED approved"), "{} {}", done.out, done.err);
    assert!(done.out.contains("field 38: expected present, found nothing"), "{}", done.out);
    assert!(done.out.contains("field 38 is mandatory in 0210 when it approves"), "{}", done.out);
    for name in ["declined", "silent", "in time", "the card comes back"] {
        assert!(done.out.contains(&format!("ok     {name}, ")), "{name}: {}", done.out);
    }
    assert!(done.out.ends_with("4 passed, 2 failed, 0 skipped\n"), "{}", done.out);
    assert_eq!((done.code, done.err.as_str()), (1, ""));
    // each request had a number of its own, and the first is not followed by one of seven digits
    let log = issuer.log();
    assert!(log.contains("0200 999999") && log.contains("0200 000001"), "{log}");
}

#[test]
fn what_is_otherwise_fails_and_shows_no_card() {
    let issuer = issuer("6");
    let junit = file("pack.xml", b"");
    let cases = [
        case("wrong code", "5000", r#""39":"00","11":"000000""#, ""),
        case("late", "5", r#""39":"00""#, r#","within":"50ms""#),
        case("loud", "1", r#""response":"none""#, r#","within":"8s""#),
        case("card <4242424242424242> & \\\"more\\\"", "1", r#""2":"5555444433331111","35":"present""#, ""),
        case("shows a card", "7", r#""43":"PAID 5555444433331111","mti":"0110""#, ""),
    ];
    let done = test(&issuer, &["--junit", junit.to_str().unwrap()], &cases.concat());
    assert_eq!(done.code, 1);
    let xml = std::fs::read_to_string(&junit).unwrap();
    for text in [&done.out, &xml] {
        for words in [
            "field 39: expected 00, found 51",
            "field 11: expected 000000, found ",
            "no response in time",
            "expected no response, found one",
            "field 2: expected another value, found 411111******1111",
            "field 35: expected present, found nothing",
            "field 43: expected another value, found PAID 424242******4242",
            "MTI: expected 0110, found 0210",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        for pan in ["4111111111111111", "4242424242424242", "5555444433331111"] {
            assert!(!text.contains(pan), "{text}");
        }
    }
    assert!(done.out.ends_with("0 passed, 5 failed, 0 skipped\n"), "{}", done.out);
    assert!(xml.contains("<testsuite name=\"cardwire\" tests=\"5\" failures=\"5\""), "{xml}");
    assert!(xml.contains("name=\"card &lt;424242******4242&gt; &amp; &quot;more&quot;\""), "{xml}");
    let stop = test(&issuer, &["--fail-fast"], &cases.concat());
    assert!(stop.out.ends_with("0 passed, 1 failed, 4 skipped\n"), "{}", stop.out);
}

#[test]
fn a_table_is_a_pack_too() {
    let issuer = issuer("2");
    let cases = "name,mti,2,3,4,7,11,37,41,expect mti,expect 39,expect 38,expect 11,within\n\
        \"a, quoted\",0200,4111111111111111,000000,000000000001,auto,auto,auto,TERM0001,0210,00,absent,echo,8s\n\
        declined,0200,4111111111111111,000000,000000005000,auto,auto,,TERM0001,,51,,,\n";
    let path = file("pack.csv", cases.as_bytes());
    let done = test(&issuer, &[path.to_str().unwrap()], "");
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{}", done.out);
    assert!(
        done.out.starts_with("ok     a, quoted, ") && done.out.ends_with("2 passed, 0 failed, 0 skipped\n")
    );
}

#[test]
fn a_pack_that_cannot_be_run_sends_nothing() {
    let wrong = [
        ("42\n", "CSV"),
        ("{\"send\":7}\n", "send is the request"),
        ("{\"send\":{},\"expect\":{\"200\":\"1\"}}\n", "does not define '200'"),
        ("{\"send\":{},\"expect\":{\"4111111111111111111111111\":\"1\"}}\n", "does not define '?'"),
        ("{\"send\":{},\"expect\":{\"response\":\"none\",\"39\":\"00\"}}\n", "nothing else"),
        ("{\"send\":{},\"expect\":{\"39\":[\"00\"]}}\n", "is a text"),
        ("{\"send\":{},\"within\":\"soon\"}\n", "a time is"),
        ("{\"send\":{},\"wanted\":{}}\n", "and nothing else"),
        ("{\"send\":{\"mti\":\"0200\"\n", "no JSON"),
        ("name,mti,speed\na,0200,7\n", "a column is called"),
        ("mti,2\n0200\n", "as many cells"),
        ("", "there is no case"),
    ];
    for (cases, words) in wrong {
        let args = ["test", "127.0.0.1:1", "-s", "iso87-ascii"];
        let good = "{\"send\":{\"mti\":\"0800\",\"fields\":{\"11\":\"auto\"}}}\n";
        let pack = if cases.starts_with('{') { format!("{good}{cases}") } else { cases.to_owned() };
        let done = cardwire(&args, pack);
        // whatever is wrong, no connection was tried
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{cases}: {}", done.err);
        assert!(done.err.contains(words) || words == "CSV", "{cases}: {}", done.err);
        assert!(
            !done.err.contains("no connection") && !done.err.contains("refused"),
            "{cases}: {}",
            done.err
        );
    }
}
