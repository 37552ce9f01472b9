//! The chip data in DE 55: read by path, written as parts, scripts looked into.

use cardwire::spec::{EMV_SCRIPT, ISO87_BCD};
use cardwire::{Builder, Message, Mti, de};

fn main() -> cardwire::Result<()> {
    let mut buffer = [0; 256];
    let chip: [(&str, &[u8]); 4] = [
        ("9F26", &[0xC1, 0xD2, 0xE3, 0xF4, 0xA5, 0xB6, 0xC7, 0xD8]),
        ("9F02", b"000000012500"),
        ("9F36", &[0x0A, 0x1B]),
        ("95", &[0x00, 0x80, 0x00, 0x80, 0x00]),
    ];
    let request = Builder::new(&ISO87_BCD, Mti::AUTHORIZATION_REQUEST)
        .set(de::STAN, 123_456)
        .set(de::ICC, &chip)
        .write(&mut buffer)?;
    let request = Message::parse(&ISO87_BCD, request)?;

    let icc = request.require(de::ICC)?;
    for part in icc.parts() {
        println!("{:<5} {:<40} {part}", part.key().to_string(), part.name());
    }
    if let Some(cryptogram) = request.path("55.9F26") {
        println!("the cryptogram is private: {:?}", cryptogram.bytes().err());
        println!("exposed it has {:?}", cryptogram.expose());
    }

    // The issuer responds with authentication data and a script for the card.
    let mut buffer = [0; 256];
    let script: &[u8] = &[0x9F, 0x18, 0x04, 0, 0, 0, 1, 0x86, 0x05, 0x84, 0x24, 0, 0, 0];
    let parts: [(&str, &[u8]); 3] = [("8A", b"00"), ("91", &[0xAB; 10]), ("72", script)];
    let response =
        Builder::reply_to(&request).echo(&request, &[de::STAN]).set(de::ICC, &parts).write(&mut buffer)?;
    let response = Message::parse(&ISO87_BCD, response)?;
    if let Some(template) = response.path("55.72") {
        for command in template.parts_as(&EMV_SCRIPT)? {
            println!("script {:<5} {:<40} {command}", command.key().to_string(), command.name());
        }
    }
    Ok(())
}
