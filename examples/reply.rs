//! Responds to a purchase, and reverses it: what is carried over, what is new.

use cardwire::codes::ResponseCode;
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Message, Mti, de};

/// What a response repeats of its request.
const ECHOED: [u8; 7] =
    [de::PAN, de::PROCESSING_CODE, de::AMOUNT, de::TRANSMISSION_TIME, de::STAN, de::TERMINAL, de::CURRENCY];

fn main() -> cardwire::Result<()> {
    let mut buffers = [[0; 256]; 3];
    let [first, second, third] = &mut buffers;
    let request = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
        .set(de::PAN, "4111111111111111")
        .set(de::PROCESSING_CODE, "000000")
        .set(de::AMOUNT, 12_500)
        .set(de::TRANSMISSION_TIME, "1123061759")
        .set(de::STAN, 123_456)
        .set(de::TERMINAL, "TERM0001")
        .set(de::CURRENCY, "840")
        .write(first)?;
    let request = Message::parse(&ISO87_ASCII, request)?;

    let response = Builder::reply_to(&request)
        .echo(&request, &ECHOED)
        .set(de::APPROVAL_CODE, "A1B2C3")
        .set(de::RESPONSE_CODE, ResponseCode::APPROVED.as_str())
        .write(second)?;
    show(&Message::parse(&ISO87_ASCII, response)?);

    // The terminal timed out: the reversal names the original by MTI, STAN, time and institutions.
    let reversal = Builder::copy_of(&request, &ISO87_ASCII)
        .mti(Mti::REVERSAL_ADVICE)
        .set(de::STAN, 123_457)
        .set(de::ORIGINAL_DATA, "020012345611230617590000000000000000000000")
        .write(third)?;
    show(&Message::parse(&ISO87_ASCII, reversal)?);
    Ok(())
}

fn show(message: &Message<'_>) {
    print!("{}", message.mti());
    message.fields().for_each(|field| print!(" {}={field}", field.key()));
    println!();
}
