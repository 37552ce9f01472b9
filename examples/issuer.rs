//! An issuer: `issuer [address] [requests]` responds to so many requests by rule, and closes.

use std::sync::Arc;
use std::time::Duration;

use cardwire::net::{Reply, Server};
use cardwire::{Bitmap, Message, Mti, de, profile, spec::ISO87_BCD};
use tokio::sync::Semaphore;

/// The most this issuer lends at once, in minor units.
const LIMIT: u64 = 50_000;

fn decide(request: &Message<'_>) -> &'static str {
    match (request.mti(), request.number(de::AMOUNT)) {
        (Mti::NETWORK_REQUEST | Mti::REVERSAL_ADVICE, _) | (Mti::FINANCIAL_REQUEST, Ok(0..=LIMIT)) => "00",
        (Mti::FINANCIAL_REQUEST, Ok(_)) => "61",
        _ => "30",
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:5000".into());
    let requests = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let sent = Arc::new(Semaphore::new(0));
    let count = Arc::clone(&sent);
    let echoed: Bitmap = profile::ECHOED.iter().copied().collect();
    let respond = move |request: &Message<'_>, reply: Reply<'_>| {
        let sent = reply.respond(&echoed, &[(de::RESPONSE_CODE, decide(request))]);
        sent.map_or_else(|error| eprintln!("{error}"), |()| count.add_permits(1));
    };
    let server = Server::bind(address).spec(&ISO87_BCD).serve_sync(respond).await?;
    println!("issuer at {}", server.address());
    let _ = sent.acquire_many(requests).await?;
    server.shutdown(Duration::from_secs(5)).await;
    println!("closed after {requests}");
    Ok(())
}
