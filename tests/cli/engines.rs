//! `cardwire probe` and `cardwire ipm`, and specs of other libraries.

use super::{REQUEST, cardwire, file, good, hex};

#[test]
fn probe_says_when_nothing_fits() {
    let done = cardwire(&["probe", "-i", "raw"], vec![0xFE; 300]);
    assert_eq!((done.code, done.out.as_str()), (1, ""));
    assert_eq!(done.err, "cardwire: no spec explains any of these bytes\n");
}

#[test]
fn probe_finds_spec_and_framing() {
    let out = good(&["probe", "-m", &hex(REQUEST.as_bytes())], "");
    assert!(
        out.starts_with(
            "iso87-ascii          score 1000 of 1000, 1 of 1 complete, no framing\n    --spec iso87-ascii\n"
        ),
        "{out}"
    );
    let object = r#"{"station":"6000030000603100311203","mti":"0800","fields":{"11":"000007","41":"12345678","42":"898111148140001","60":"00000001003","63":"01 "}}"#;
    let line = good(&["encode", "-s", "unionpay-pos", "-F", "unionpay"], object);
    let out = good(&["probe", "--json", "--top", "1"], line.clone());
    assert_eq!(
        out,
        "{\"spec\":\"unionpay-pos\",\"framing\":\"unionpay\",\"score\":1000,\"complete\":true,\"hints\":[]}\n"
    );
    // decode without a spec asks the prober
    let done = cardwire(&["decode"], line);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("try --spec unionpay-pos --framing unionpay"), "{}", done.err);
    let done = cardwire(&["decode", "--format", "ndjson"], hex(REQUEST.as_bytes()));
    assert!(done.code == 0 && done.out.starts_with("{\"mti\":\"0200\""), "{}", done.err);
    assert!(done.err.contains("the first message fits --spec iso87-ascii"), "{}", done.err);
    // and a broken message is told what it looks like
    let object = r#"{"mti":"0200","fields":{"2":"4111111111111111","11":"123456","41":"TERM0001"}}"#;
    let packed = good(&["encode", "-s", "iso87-bcd"], object);
    let done = cardwire(&["decode", "-s", "iso87-ascii"], packed);
    assert!(done.out.contains("-> it parses with --spec iso87-bcd\n"), "{}", done.out);
}

#[test]
fn probe_names_the_row_that_is_wrong() {
    let toml = good(&["spec", "convert", "iso87-bcd"], "");
    let wrong = toml + "\n";
    let path = file("right.toml", wrong.as_bytes());
    let object = r#"{"mti":"0200","fields":{"11":"123456","35":"4111111111111111=29122011234567890","41":"TERM0001"}}"#;
    let line = good(&["encode", "-s", "iso87-bcd"], object);
    good(&["probe", "-s", path.to_str().unwrap()], line.clone());
    let spec = "name = 'mine'\ndialect = 'bcd'\n[elements]\n11 = { is = 'n6' }\n\
                35 = { is = 'z..37', length = 'LL', coding = 'ascii' }\n41 = { is = 'ans8' }\n";
    let path = file("wrong.toml", spec.as_bytes());
    let done = cardwire(&["probe", "-s", path.to_str().unwrap()], line);
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(done.out.contains("field 35: probably packed digits (explains 1 of 1 messages)"), "{}", done.out);
    assert_eq!(cardwire(&["probe"], "").code, 1);
}

const RECORDS: &str = concat!(
    r#"{"mti":"1644","fields":{"24":"697","48":[["0105","0022601230000001234500001"],["0122","T"]],"71":"00000001"}}"#,
    "\n",
    r#"{"mti":"1240","fields":{"2":"5412345678901232","3":"000000","4":"000000012300","24":"200","49":"978","71":"00000002"}}"#,
    "\n"
);

/// What RFC 4180 quotes, by hand.
#[test]
fn values_of_a_csv_file_come_back_as_they_were() {
    let name = r#"A ""B"", C"#;
    let object = format!(
        "{}\n",
        r#"{"mti":"1240","fields":{"24":"200","49":"978","71":"00000002","72":"A \"B\", C"}}"#
    );
    let path = file("quoted.ipm", b"");
    let path = path.to_str().unwrap();
    good(&["ipm", "encode", "--to", "ebcdic", "-o", path], object);
    let csv = good(&["ipm", "csv", path, "--expose", "--columns", "mti,72,49"], "");
    assert_eq!(csv, format!("mti,72,49\n1240,\"{name}\",978\n"));
}

#[test]
fn clearing_files() {
    let path = file("clearing.ipm", b"");
    let path = path.to_str().unwrap();
    good(&["ipm", "encode", "--to", "ebcdic", "-o", path], RECORDS);
    assert_eq!(std::fs::metadata(path).unwrap().len() % 1014, 0);
    assert_eq!(good(&["ipm", "ndjson", "--expose", path], ""), RECORDS);
    assert!(good(&["ipm", "ndjson", path], "").contains(r#""2":"541234******1232""#));
    let list = good(&["ipm", "list", path], "");
    assert!(
        list.contains("       1 1644 697") && list.contains("541234******1232         123.00 EUR"),
        "{list}"
    );
    assert!(list.ends_with("       1 records 1240 200\n       1 records 1644 697\n"), "{list}");
    let csv = good(&["ipm", "csv", path, "--columns", "mti,2,4,48.0122"], "");
    assert_eq!(csv, "mti,2,4,48.0122\n1644,,,T\n1240,541234******1232,000000012300,\n");
    // other characters, no blocks, and back
    let (plain, back) = (file("plain.vbs", b""), file("back.ipm", b""));
    let (plain, back) = (plain.to_str().unwrap(), back.to_str().unwrap());
    good(&["ipm", "convert", path, "--to", "ascii", "--plain", "-o", plain], "");
    assert_eq!(good(&["ipm", "ndjson", "--expose", plain], ""), RECORDS);
    assert!(std::fs::read(plain).unwrap().starts_with(b"\0\0\0"));
    good(&["ipm", "convert", plain, "--to", "ebcdic", "--blocked", "-o", back], "");
    assert_eq!(std::fs::read(path).unwrap(), std::fs::read(back).unwrap());
    // cut and noisy files
    let whole = std::fs::read(plain).unwrap();
    let cut = file("cut.vbs", &whole[..whole.len() - 30]);
    let done = cardwire(&["ipm", "list", cut.to_str().unwrap()], "");
    assert!(done.code == 1 && done.err.contains("cut.vbs: "), "{}", done.err);
    assert_eq!(cardwire(&["ipm", "list"], "noise that is no clearing file").code, 1);
}

#[test]
fn packagers_of_jpos() {
    let xml = r#"<?xml version="1.0"?>
<isopackager>
  <isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>
  <isofield id="1" length="16" name="BITMAP" class="org.jpos.iso.IFA_BITMAP"/>
  <isofield id="2" length="19" name="PAN" class="org.jpos.iso.IFA_LLNUM"/>
  <isofield id="4" length="12" name="AMOUNT" class="org.jpos.iso.IFA_NUMERIC"/>
</isopackager>"#;
    let path = file("packager.xml", xml.as_bytes());
    let path = path.to_str().unwrap();
    let object = "{\"mti\":\"0200\",\"fields\":{\"2\":\"4111111111111111\",\"4\":\"000000012300\"}}\n";
    let line = good(&["encode", "-s", path], object);
    assert_eq!(
        good(&["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"], line.clone()),
        object
    );
    let toml = file("packager.toml", good(&["spec", "convert", path], "").as_bytes());
    assert_eq!(good(&["encode", "-s", toml.to_str().unwrap()], object), line);
    let done = cardwire(&["spec", "check", path, "Cargo.lock"], "");
    assert!(done.code != 0, "{}", done.out);
}
