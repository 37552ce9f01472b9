//! Requests with their responses, for tests of connections.

#![allow(dead_code, unreachable_pub, reason = "each test uses some of it")]

use cardwire::net::{Received, Reply};
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Message, Mti, de};

pub fn request(stan: u32) -> Vec<u8> {
    Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
        .set(de::AMOUNT, 1_000 + stan)
        .set(de::STAN, stan)
        .set(de::TERMINAL, "TERM0001")
        .to_vec()
        .unwrap()
}

pub fn network(stan: u32, code: &str) -> Vec<u8> {
    let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
    builder.set(de::STAN, stan).set(de::NETWORK_CODE, code).to_vec().unwrap()
}

pub fn response_to(request: &[u8]) -> Vec<u8> {
    let request = Message::parse(&ISO87_ASCII, request).unwrap();
    Builder::reply_to(&request)
        .echo(&request, &[de::AMOUNT, de::STAN, de::TERMINAL, de::NETWORK_CODE])
        .set(de::RESPONSE_CODE, "00")
        .to_vec()
        .unwrap()
}

pub fn approve(request: &Message<'_>, reply: Reply<'_>) {
    reply.send(response_to(request.wire())).unwrap();
}

pub fn holds(response: &Received, stan: u32) -> bool {
    let message = response.message();
    message.number(de::STAN) == Ok(stan.into()) && message.number(de::AMOUNT) == Ok((1_000 + stan).into())
}
