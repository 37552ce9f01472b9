//! The smallest client: connects, sends an echo test, and shows the response.

use std::time::Duration;

use cardwire::net::Client;
use cardwire::{Builder, Mti, de, spec::ISO87_BCD};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:5000".into());
    let client = Client::builder(address).spec(&ISO87_BCD).connect().await?;
    let mut echo = Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST);
    echo.set(de::TRANSMISSION_TIME, "1123061759").set(de::STAN, 1).set(de::NETWORK_CODE, "301");
    let response = client.request(&echo, Duration::from_secs(10)).await?;
    println!("{}", response.message().describe());
    client.shutdown(Duration::from_secs(1)).await;
    Ok(())
}
