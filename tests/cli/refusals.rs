//! What makes no sense together is refused in its own words, before anything is done.

use super::keys::{MAK, keys};
use super::{cardwire, file};

#[test]
fn what_makes_no_sense_together_is_told() {
    let keys = keys("refused.toml", &format!("[keys.a]\ndes = \"{MAK}\"\n[keys.b]\ndes = \"{MAK}\"\n"));
    let ksn = ["--ksn", "FFFF9876543210E00001"];
    let spec = ["-s", "iso87-ascii"];
    let line = super::hex(&super::request());
    let one_key = "name one key, the base derivation key";
    let two = "diff takes two messages: two files, two lines, or -m twice";
    let abroad = "192.0.2.1 is not this machine: say --allow-host 192.0.2.1 if the load is meant for it";
    let tls = file("refused.pem", b"").to_str().unwrap().to_owned();
    let rows: Vec<(Vec<&str>, i32, &str)> = vec![
        ([&["key", "--keys", &keys][..], &ksn].concat(), 2, one_key),
        ([&["key", "--keys", &keys, "a", "b"][..], &ksn].concat(), 2, one_key),
        ([&["diff"][..], &spec].concat(), 2, two),
        ([&["diff", "-m", &line][..], &spec].concat(), 2, two),
        (
            [&["encode", "--format", "isomsg", "-F", "binary2"][..], &spec].concat(),
            2,
            "XML has no frame: --framing is for octets",
        ),
        ([&["load", "192.0.2.1:5000"][..], &spec].concat(), 2, abroad),
        ([&["load", "192.0.2.1:5000", "--allow-host", "192.0.2.2"][..], &spec].concat(), 2, abroad),
        (
            [&["serve", "--connect", "127.0.0.1:9", "--tls-cert", &tls, "--tls-key", &tls][..], &spec]
                .concat(),
            2,
            "with --connect, TLS needs --tls-ca: the authorities to trust",
        ),
    ];
    for (args, code, words) in rows {
        let done = cardwire(&args, "");
        let told = (done.code, done.out.as_str(), done.err);
        assert_eq!(told, (code, "", format!("cardwire: {words}\n")), "{args:?}");
    }
}
