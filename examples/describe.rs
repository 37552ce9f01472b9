//! What an engineer wants to read: a listing and a hexdump, private data masked in both.

use cardwire::spec::ISO87_BCD;
use cardwire::{Builder, Inspection, Message, Mti, Result, de};

fn main() -> Result<()> {
    let mut buffer = [0; 512];
    let wire = Builder::new(&ISO87_BCD, Mti::FINANCIAL_RESPONSE)
        .set(de::PAN, "4111111111111111")
        .set(de::PROCESSING_CODE, "000000")
        .set(de::AMOUNT, 12_300)
        .set(de::STAN, 123_456)
        .set(de::TRACK2, "4111111111111111=29122011234567890")
        .set(de::RRN, "632706123456")
        .set(de::RESPONSE_CODE, "51")
        .set(de::CURRENCY, "156")
        .set(de::ICC, &[(0x9F26, &[0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18][..]), (0x95, &[0; 5])])
        .write(&mut buffer)?;

    let message = Message::parse(&ISO87_BCD, wire)?;
    println!("{}\n{}", message.describe(), message.dump());

    // the last octet is lost: what parsed is still here, and where it broke
    let broken = Inspection::of(&ISO87_BCD, wire.split_last().map_or(wire, |(_, head)| head));
    println!("{}", broken.describe());
    Ok(())
}
