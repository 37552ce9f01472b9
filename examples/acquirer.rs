//! An acquirer: `acquirer [address]` signs on, sends purchases, and says what became of each.

use std::time::Duration;

use cardwire::codes::ResponseCode;
use cardwire::net::{Client, SendError};
use cardwire::{Builder, Message, Mti, de, spec::ISO87_BCD};

const SECOND: Duration = Duration::from_secs(1);

/// Amounts in minor units, and terminals; the last is too long for one.
const PURCHASES: [(u32, &str); 4] =
    [(12_500, "TERM0001"), (50_000, "TERM0002"), (50_001, "TERM0001"), (700, "TERMINAL1")];

fn sign_on() -> Vec<u8> {
    let mut sign_on = Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST);
    sign_on.set(de::TRANSMISSION_TIME, "1123061759").set(de::STAN, 1).set(de::NETWORK_CODE, "001");
    sign_on.to_vec().unwrap_or_default()
}

fn outcome(response: &Message<'_>) -> &'static str {
    let code = response.text(de::RESPONSE_CODE).ok().and_then(|text| ResponseCode::new(text.as_str()?));
    code.map_or("unknown", |code| code.outcome().as_str())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:5000".into());
    let client = Client::builder(address)
        .spec(&ISO87_BCD)
        .sign_on(sign_on, |response| outcome(response) == "approved", 10 * SECOND)
        .connect()
        .await?;
    for (stan, (amount, terminal)) in (2..).zip(PURCHASES) {
        let mut purchase = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST);
        purchase.set(de::PAN, "4111111111111111").set(de::PROCESSING_CODE, 0).set(de::AMOUNT, amount);
        purchase.set(de::STAN, stan).set(de::TERMINAL, terminal).set(de::CURRENCY, "840");
        let became = match client.request(&purchase, 10 * SECOND).await {
            Ok(response) => outcome(&response.message()).to_owned(),
            Err(SendError::NotSent(why)) => format!("not sent: {why}"),
            Err(error) => format!("to be reversed: {error}"),
        };
        println!("{stan:06}  {amount:>6}  {became}");
    }
    client.shutdown(SECOND).await;
    Ok(())
}
