use super::*;
use cardwire::spec::ISO87_ASCII;

fn all(text: &str) -> Vec<Result<Case, String>> {
    let stream: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
    match read(std::io::BufReader::new(stream), "pack", &ISO87_ASCII) {
        Ok(cases) => cases,
        Err(_) => unreachable!("a short file is read"),
    }
}

/// The words of the only case of a text.
fn told(text: &str) -> String {
    match all(text).as_slice() {
        [Err(words)] => words.clone(),
        [Ok(_)] => String::new(),
        cases => format!("{} cases", cases.len()),
    }
}

#[test]
fn objects_that_are_no_case_are_refused() {
    for (text, words) in [
        ("{}", "1: send is the request: an object with mti and fields"),
        ("{\"send\":[]}", "1: send is the request: an object with mti and fields"),
        ("\n\n{\"send\":7}", "3: send is the request: an object with mti and fields"),
        ("{\"send\":{}} x", "1: no JSON: trailing characters at column 13"),
        ("{\"send\":{},\"x\":1}", "1: a case has name, send, expect, within, profile, and nothing else"),
        ("{\"send\":{},\"name\":7}", "1: name is a text"),
        ("{\"send\":{},\"within\":7}", "1: within is a text"),
        ("{\"send\":{},\"profile\":null}", "1: profile is a text"),
        ("{\"send\":{},\"within\":\"7h\"}", "1: a time is 250ms, 30s or 2m"),
        ("{\"send\":{},\"expect\":[]}", "1: expect is an object: paths and what is expected there"),
        ("{\"send\":{},\"expect\":{\"39\":true}}", "1: what is expected of '39' is a text"),
        ("{\"send\":{},\"expect\":{\"200\":\"1\"}}", "1: the spec does not define '200'"),
        ("{\"send\":{},\"expect\":{\"x\":\"1\"}}", "1: the spec does not define 'x'"),
        ("{\"send\":{},\"expect\":{\"2.1\":\"1\"}}", "1: the spec does not define '2.1'"),
        // what is longer than a name may be a value
        (
            "{\"send\":{},\"expect\":{\"123456789012345678901234\":\"1\"}}",
            "1: the spec does not define '123456789012345678901234'",
        ),
        ("{\"send\":{},\"expect\":{\"1234567890123456789012345\":\"1\"}}", "1: the spec does not define '?'"),
        ("{\"send\":{},\"expect\":{\"response\":\"00\"}}", "1: of response only none can be expected"),
        (
            "{\"send\":{},\"expect\":{\"response\":\"none\",\"39\":\"00\"}}",
            "1: of no response nothing else can be expected",
        ),
    ] {
        assert_eq!(told(text), format!("pack:{words}"), "{text}");
    }
    let words = all("{\"send\":{}}\n[]").into_iter().map(|case| case.err()).collect::<Vec<_>>();
    assert_eq!(words, [None, Some("pack:2: a case is an object".to_owned())]);
}

#[test]
fn rows_that_are_no_case_are_refused() {
    let columns =
        "a column is called name, mti, station, header, a number, expect and a path, within or profile";
    for (text, words) in [
        ("mti,speed\n0200,7\n", format!("2: {columns}")),
        ("mti,256\n0200,7\n", format!("2: {columns}")),
        ("mti,mti\n0200,0200\n", "2: the column 'mti' is there twice".into()),
        ("2,2\n4242,4242\n", "2: the column '2' is there twice".into()),
        ("expect 39, expect 39 \n00,00\n", "2: the column 'expect 39' is there twice".into()),
        ("mti,2\n0200\n", "2: no row of CSV in UTF-8 with as many cells as the first".into()),
        ("mti,expect 200\n0200,1\n", "2: the spec does not define '200'".into()),
    ] {
        assert_eq!(told(text), format!("pack:{words}"), "{text}");
    }
    // an empty cell says nothing, of whatever column
    assert_eq!(told("mti,speed\n0200,\n"), "");
}

/// A row and an object that say the same are the same case.
#[test]
fn all_that_a_case_says() {
    let object = r#"{"name":"n","send":{"mti":"0200","station":"60","header":"49","fields":{"2":"4242","11":"auto"}},
        "expect":{"mti":"0210","39":"51","3.1":"00","55.9F36":"absent"},"within":"250ms","profile":"iso87"}"#;
    let row = "name,mti,station,header,2,11,4,expect mti,expect 39,expect 3.1,expect 55.9F36,within,profile\n\
               n,0200,60,49,4242,auto,,0210,51,00,absent,250ms,iso87\n";
    for text in [object.replace('\n', ""), row.to_owned()] {
        let cases = all(&text);
        let [Ok(case)] = cases.as_slice() else { unreachable!("{text}: {}", told(&text)) };
        let fields = json!({ "2": "4242", "11": "auto" });
        assert_eq!(case.send, json!({ "mti": "0200", "station": "60", "header": "49", "fields": fields }));
        assert_eq!(case.name, "n");
        let mut expect: Vec<(&str, &str)> =
            case.expect.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
        expect.sort_unstable();
        assert_eq!(expect, [("3.1", "00"), ("39", "51"), ("55.9F36", "absent"), ("mti", "0210")]);
        assert!(case.outcome == Outcome::Response && case.within == Some(Duration::from_millis(250)));
        assert_eq!(case.profile_name.as_deref(), Some("iso87"));
    }
    let cases = all(
        "{\"send\":{},\"expect\":{\"39\":null,\"4\":12300}}\n\n{\"send\":{},\"expect\":{\"response\":\"none\"}}\n",
    );
    let [Ok(first), Ok(second)] = cases.as_slice() else { unreachable!("two cases") };
    let expect = |case: &Case| case.expect.clone();
    let pair = |path: &str, value: &str| (path.to_owned(), value.to_owned());
    assert_eq!(expect(first), [pair("39", "absent"), pair("4", "12300")]);
    assert_eq!((first.name.as_str(), second.name.as_str()), ("line 1", "line 3"));
    assert!(first.outcome == Outcome::Response && second.outcome == Outcome::Silence);
    assert!(first.within.is_none() && first.profile_name.is_none() && second.expect.is_empty());
}

#[test]
fn the_profile_of_a_case_wins_over_that_of_all() {
    let cases =
        all("{\"send\":{}}\n{\"send\":{},\"profile\":\"iso87\"}\n{\"send\":{},\"profile\":\"no such\"}\n");
    for (case, (alone, with)) in
        cases.into_iter().zip([(None, Some("unionpay-pos")), (Some("iso87"), Some("iso87"))])
    {
        let Ok(mut case) = case else { unreachable!("a case") };
        for (of_all, wanted) in [(None, alone), (Some("unionpay-pos"), with)] {
            assert!(case.load_profile(of_all).is_ok());
            assert_eq!(case.profile.map(Profile::name), wanted);
        }
    }
    let Some(Ok(mut last)) = all("{\"send\":{},\"profile\":\"no such\"}\n").into_iter().next() else {
        unreachable!("a case")
    };
    assert!(last.load_profile(Some("iso87")).is_err());
}
