//! The smallest issuer: `issuer [port] [messages]` prints its address and answers purchases by rule.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;

use cardwire::codes::ResponseCode;
use cardwire::{Builder, Framing, Inspection, Message, Mti, de, spec::ISO87_ASCII};

/// The most this issuer lends at once, in minor units.
const LIMIT: u64 = 100_000;

const ECHOED: [u8; 6] =
    [de::PROCESSING_CODE, de::AMOUNT, de::TRANSMISSION_TIME, de::STAN, de::TERMINAL, de::NETWORK_CODE];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let listener = TcpListener::bind(("127.0.0.1", arguments.next().unwrap_or(0)))?;
    let messages = arguments.next().unwrap_or(u16::MAX);
    println!("listening on {}", listener.local_addr()?);
    let (mut stream, _) = listener.accept()?;
    let (mut received, mut packet) = (Vec::new(), [0; 1024]);
    let mut answered = 0;
    while answered < messages {
        if let Some(frame) = Framing::BINARY2.split(&received)? {
            let (mut message, mut out) = ([0; 512], [0; 514]);
            if let Some(answer) = answer(frame.payload, &mut message) {
                stream.write_all(Framing::BINARY2.wrap(b"", answer?, &mut out)?)?;
                answered += 1;
            }
            received.drain(..frame.consumed);
            continue;
        }
        match stream.read(&mut packet)? {
            0 => break,
            size => received.extend(packet.iter().take(size)),
        }
    }
    println!("answered {answered}");
    Ok(())
}

/// The answer to a message; none when its MTI cannot be read or asks for none.
fn answer<'o>(wire: &[u8], out: &'o mut [u8]) -> Option<cardwire::Result<&'o [u8]>> {
    let seen = Inspection::of(&ISO87_ASCII, wire);
    let mut builder = Builder::new(&ISO87_ASCII, seen.mti()?.response()?);
    let fields: Vec<_> = ECHOED.iter().filter_map(|number| Some((*number, seen.get(*number)?))).collect();
    fields.iter().for_each(|(number, field)| _ = builder.set(*number, field));
    let code = seen.message().map_or(ResponseCode::FORMAT_ERROR, decide);
    Some(builder.set(de::RESPONSE_CODE, code.as_str()).write(out))
}

fn decide(message: &Message<'_>) -> ResponseCode {
    match (message.mti(), message.number(de::AMOUNT)) {
        (Mti::NETWORK_REQUEST, _) | (_, Ok(1..=LIMIT)) => ResponseCode::APPROVED,
        (Mti::AUTHORIZATION_REQUEST | Mti::FINANCIAL_REQUEST, Ok(_)) => ResponseCode::EXCEEDS_LIMIT,
        _ => ResponseCode::FORMAT_ERROR,
    }
}
