//! The smallest acquirer: `acquirer <port>` signs on, sends purchases and prints the answers.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use cardwire::codes::ResponseCode;
use cardwire::{Builder, Framing, Message, Mti, de, spec::ISO87_ASCII};

/// Amounts in minor units; the last is sent broken.
const AMOUNTS: [u32; 4] = [12_500, 100_000, 100_001, 700];

fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(8583);
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let mut buffer = [0; 256];
    let sign_on = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST)
        .set(de::TRANSMISSION_TIME, "1123061759")
        .set(de::STAN, 1)
        .set(de::NETWORK_CODE, "001")
        .write(&mut buffer)?;
    println!("stan    mti   amount  code");
    exchange(&mut stream, sign_on)?;
    for (stan, amount) in (2..).zip(AMOUNTS) {
        let mut purchase = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
            .set(de::PAN, "4111111111111111")
            .set(de::PROCESSING_CODE, 0)
            .set(de::AMOUNT, amount)
            .set(de::STAN, stan)
            .set(de::TERMINAL, "TERM0001")
            .set(de::CURRENCY, "840")
            .to_vec()?;
        if amount == 700 {
            // no character of DE 41: the issuer can still read what stands before it
            purchase.iter_mut().rev().skip(3).take(1).for_each(|octet| *octet = 0);
        }
        exchange(&mut stream, &purchase)?;
    }
    Ok(())
}

/// Sends one message, waits for one answer and prints a line about it.
fn exchange(stream: &mut TcpStream, message: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut frame = [0; 512];
    stream.write_all(Framing::BINARY2.wrap(b"", message, &mut frame)?)?;
    let (mut received, mut packet) = (Vec::new(), [0; 512]);
    while Framing::BINARY2.split(&received)?.is_none() {
        match stream.read(&mut packet)? {
            0 => return Err("the issuer hung up".into()),
            size => received.extend(packet.iter().take(size)),
        }
    }
    let payload = Framing::BINARY2.split(&received)?.map(|frame| frame.payload).unwrap_or_default();
    let answer = Message::parse(&ISO87_ASCII, payload)?;
    let (stan, code) = (answer.number(de::STAN)?, answer.text(de::RESPONSE_CODE)?);
    let outcome = code.as_str().and_then(ResponseCode::new).map_or("unknown", |code| code.outcome().as_str());
    println!("{stan:06}  {}  {:>6}  {code}: {outcome}", answer.mti(), answer.number(de::AMOUNT).unwrap_or(0));
    Ok(())
}
