//! Is somebody there? An echo test (0800, DE 70 or 60.3 = 301) on each link of a topology, by a connection of its own.
//! It changes nothing at the party that is called.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cardwire::net::Client;
use tokio::runtime::Builder;

use crate::clock::{Clock, SystemClock};
use crate::net::station::ECHO;
use crate::store::local_seconds_east;
use crate::telegram::{Code, Mti, Telegram};
use crate::topology::{Link, Topology};

/// What a link said.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The link.
    pub link: Link,
    /// How long the response took, or why there is none.
    pub result: Result<Duration, String>,
}

/// Asks every link, each for `limit` at most.
///
/// # Errors
/// When no connection can be made at all on this machine.
pub fn probe(topology: &Topology, limit: Duration) -> Result<Vec<Probed>, String> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let ask = |link: &Link| {
        let result = runtime.block_on(echo(topology, link, limit));
        Probed { link: link.clone(), result }
    };
    Ok(topology.links.iter().map(ask).collect())
}

async fn echo(topology: &Topology, link: &Link, limit: Duration) -> Result<Duration, String> {
    static STAN: AtomicU64 = AtomicU64::new(900_000);
    let caller = topology.party(&link.caller)?;
    let now = SystemClock::new(local_seconds_east()).now();
    let message = Telegram {
        management: Some(ECHO),
        transmission: Some(now.transmission()),
        acquirer: caller.institution.clone(),
        terminal: caller.terminal.clone(),
        merchant: caller.merchant.clone(),
        batch: Some(0),
        ..Telegram::new(Mti::NETWORK, STAN.fetch_add(1, Ordering::Relaxed))
    };
    let octets = link.dialect.encode(&message).map_err(|error| error.to_string())?;
    let client = Client::builder(link.address)
        .framing(link.dialect.framing())
        .header(link.dialect.header())
        .spec(link.dialect.spec())
        .start();
    let begun = Instant::now();
    let connected = async {
        while !client.is_up() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    if tokio::time::timeout(limit, connected).await.is_err() {
        return Err("nobody takes the call".to_owned());
    }
    let response = client.request(&octets, limit).await.map_err(|error| error.to_string())?;
    let response = link.dialect.decode(response.wire()).map_err(|error| error.to_string())?;
    match response.code {
        Some(code) if code == Code::of(b"00") => Ok(begun.elapsed()),
        Some(code) => Err(format!("response code {code}")),
        None => Err("a response without a code".to_owned()),
    }
}
