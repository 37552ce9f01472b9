//! What `tracing` is told of a connection: what happened, and no card data.
//!
//! One test in a process of its own: `tracing` asks once for each place in the code whether anybody listens, so a test that runs
//! beside this one without a subscriber could answer for both.
#![cfg(feature = "tracing")]

#[path = "common/exchange.rs"]
mod exchange;

use std::io::{Result, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cardwire::net::Client;
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Mti, de};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use exchange::response_to;

const PAN: &str = "4111111111111111";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, octets: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn it_is_told_what_happened_and_no_card_data() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let host = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::builder(host.local_addr().unwrap()).start();
    let ask = {
        let client = client.clone();
        tokio::spawn(async move { client.request(with_card(1), Duration::from_secs(60)).await })
    };
    let (mut stream, _) = host.accept().await.unwrap();
    let mut asked = vec![0; framed(&with_card(1)).len()];
    stream.read_exact(&mut asked).await.unwrap();
    let response = response_to(&with_card(1));
    let unreadable = [b"0210 ", PAN.as_bytes()].concat();
    let messages = [&response, &response, &with_card(9), &unreadable].map(|message| framed(message));
    stream.write_all(&messages.concat()).await.unwrap();
    ask.await.unwrap().unwrap();
    client.request(with_card(2), Duration::from_millis(50)).await.unwrap_err();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in ["up", "responded", "Duplicate", "Unsolicited", "Unreadable", "Expired"] {
        assert!(log.contains(expected), "{expected} in {log}");
    }
    assert!(!log.contains("4111"), "{log}");
}

fn with_card(stan: u32) -> Vec<u8> {
    Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
        .set(de::PAN, PAN)
        .set(de::AMOUNT, 1_000 + stan)
        .set(de::STAN, stan)
        .set(de::TERMINAL, "TERM0001")
        .to_vec()
        .unwrap()
}

fn framed(message: &[u8]) -> Vec<u8> {
    [&u16::try_from(message.len()).unwrap().to_be_bytes(), message].concat()
}
