//! Parses a purchase and prints what a log may show of it.

use cardwire::codes::{ProcessingCode, currency};
use cardwire::spec::ISO87_ASCII;
use cardwire::{Inspection, Message, de};

const WIRE: &[u8] = b"02007238040128C08000164111111111111111000000000000012500112306175912345606175911230510\
    6123456374111111111111111=29122011234567890000061759123456TERM0001MERCHANT0000001840";

fn main() -> cardwire::Result<()> {
    let message = Message::parse(&ISO87_ASCII, WIRE)?;
    println!("{} with {} elements", message.mti(), message.bitmap().len());
    for field in message.fields() {
        println!("{:>3}  {:<41} {field}", field.key().value(), field.name());
    }

    // Open elements are read by what they hold, private ones with one word to search for.
    let amount = message.number(de::AMOUNT)?;
    let card = message.expose(de::PAN)?;
    println!("minor units {amount}, issuer {:?}", card.as_str().and_then(|pan| pan.get(..6)));
    if let Some(code) = message.text(de::PROCESSING_CODE)?.as_str().and_then(ProcessingCode::new) {
        println!("{code}: {:?}, {}", code.transaction(), code.transaction().effect());
    }
    if let Some(money) = message.text(de::CURRENCY)?.as_str().and_then(currency::by_text) {
        println!("{money:?}");
    }

    // A broken message still shows what came before the break.
    let broken = Inspection::of(&ISO87_ASCII, WIRE.get(..60).unwrap_or_default());
    println!("{} elements, then: {:?}", broken.fields().count(), broken.error());
    Ok(())
}
