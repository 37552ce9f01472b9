//! Which elements a network expects: rules in Rust, and the same rules from a file.

use cardwire::profile::{ISO87_PROFILE, Profile, ProfileDoc, When, rule};
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Message, Mti};

/// The first rule that fits a message counts; the base stands for all other message types.
static MINE: Profile<'static> = Profile::new(
    "mine",
    &[
        rule(b"0200").processing("01").mandatory(&[3, 4, 11, 41, 52]),
        rule(b"0200").mandatory(&[3, 4, 11, 41]).optional(&[37]).conditional(&[
            (2, When::Without(35)),
            (26, When::With(52)),
            (62, When::Is(3, "000000")),
        ]),
        rule(b"0210").mandatory(&[39]).conditional(&[(38, When::Approved)]).echoed(&[11, 41]),
    ],
)
.with_base(&ISO87_PROFILE);

const FILE: &str = r#"
name = "mine"
base = "iso87"

[[rule]]
mti = "0200"
processing = "01"
mandatory = [3, 4, 11, 41, 52]

[[rule]]
mti = "0200"
mandatory = [3, 4, 11, 41]
optional = [37]
conditional = { 2 = "without 35", 26 = "with 52", 62 = "3 is 000000" }

[[rule]]
mti = "0210"
mandatory = [39]
conditional = { 38 = "approved" }
echoed = [11, 41]
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
    let wire = builder.set(3, "000000").set(11, 1).set(49, "840").to_vec()?;
    let request = Message::parse(&ISO87_ASCII, &wire)?;
    let wire = Builder::reply_to(&request).echo(&request, &[3]).set(11, 2).set(39, "00").to_vec()?;
    let response = Message::parse(&ISO87_ASCII, &wire)?;

    let said = |profile: &Profile<'_>| -> Vec<String> {
        let found = profile.check(&request).chain(profile.check_reply(&request, &response));
        found.map(|violation| violation.to_string()).collect()
    };
    said(&MINE).iter().for_each(|line| println!("{line}"));
    let same = ProfileDoc::from_toml(FILE)?.with(|profile| said(profile) == said(&MINE));
    println!("the file says the same: {same}");
    Ok(())
}
