//! Round trips over loopback: messages of 20 fields, built, parsed and checked on both sides.
//!
//! ```text
//! cargo bench --features net --bench loopback            # everything, about 20 seconds
//! cargo bench --features net --bench loopback -- 256 5   # 256 in flight, 5 seconds
//! ```
//!
//! Client and server share one process and its cores. Per round trip the client builds and checks
//! a request, the server parses it, builds an answer from it, and the client parses that.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cardwire::net::{Client, Reply, Server};
use cardwire::spec::ISO87_BCD;
use cardwire::{Builder, Framing, Message, Mti, de};
use tokio::sync::Semaphore;

fn main() {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        if std::env::args().any(|argument| argument == "--test") {
            run("a test", 64, 1, false, None).await;
            return;
        }
        if let [in_flight, seconds, ..] = arguments[..] {
            run("asked for", in_flight, seconds, false, None).await;
            return;
        }
        println!(
            "{:<34}{:>12}{:>10}{:>10}{:>10}{:>10}{:>10}",
            "", "trips/s", "p50 us", "p99 us", "p99.9 us", "cpu us", "batch"
        );
        for in_flight in [1, 64, 256, 1024] {
            run("batched", in_flight, 3, false, None).await;
        }
        run("0800 of 3 fields", 256, 3, false, None).await;
        run("one write per message", 256, 3, true, None).await;
        let full = run("batched", 256, 3, false, None).await;
        run("half load, 256 at most", 256, 3, false, Some(full / 2)).await;
    });
}

/// The rate of round trips per second.
async fn run(name: &str, in_flight: u64, seconds: u64, one_write: bool, rate: Option<u64>) -> u64 {
    let server = Server::bind("127.0.0.1:0")
        .spec(&ISO87_BCD)
        .one_write_per_frame(one_write)
        .serve_sync(answer)
        .await
        .unwrap();
    let client = Client::builder(server.address())
        .framing(Framing::BINARY2)
        .spec(&ISO87_BCD)
        .window(usize::try_from(in_flight).unwrap())
        .one_write_per_frame(one_write)
        .connect()
        .await
        .unwrap();
    let stan = Arc::new(AtomicU64::new(0));
    let pace = rate.map(|rate| {
        let permits = Arc::new(Semaphore::new(0));
        let given = Arc::clone(&permits);
        let pacer = tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(1));
            loop {
                tick.tick().await;
                given.add_permits(usize::try_from(rate / 1000).unwrap());
            }
        });
        (permits, pacer)
    });
    let (began, cpu) = (Instant::now(), cpu_time());
    let until = began + Duration::from_secs(seconds);
    let callers: Vec<_> = (0..in_flight)
        .map(|_| {
            let (client, stan) = (client.clone(), Arc::clone(&stan));
            let permits = pace.as_ref().map(|(permits, _)| Arc::clone(permits));
            tokio::spawn(call(client, stan, permits, until, name.starts_with("0800")))
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await.unwrap());
    }
    let (took, cpu) = (began.elapsed(), cpu_time() - cpu);
    if let Some((_, pacer)) = pace {
        pacer.abort();
    }
    times.sort_unstable();
    let share = |permille: usize| f64::from(times[(times.len() - 1) * permille / 1000]) / 1000.0;
    let (trips, totals) = (times.len() as f64, client.totals());
    println!(
        "{:<34}{:>12.0}{:>10.1}{:>10.1}{:>10.1}{:>10.2}{:>10.1}",
        format!("{name}, {in_flight} in flight"),
        trips / took.as_secs_f64(),
        share(500),
        share(990),
        share(999),
        cpu.as_secs_f64() * 1e6 / trips,
        totals.requests as f64 / totals.writes as f64,
    );
    server.shutdown(Duration::ZERO).await;
    (trips / took.as_secs_f64()) as u64
}

/// One request after the other; the times they took, in nanoseconds.
async fn call(
    client: Client,
    stan: Arc<AtomicU64>,
    permits: Option<Arc<Semaphore>>,
    until: Instant,
    is_echo: bool,
) -> Vec<u32> {
    let mut times = Vec::with_capacity(1 << 16);
    while Instant::now() < until {
        if let Some(permits) = &permits {
            permits.acquire().await.unwrap().forget();
        }
        let began = Instant::now();
        let number = stan.fetch_add(1, Ordering::Relaxed) % 1_000_000;
        let builder = if is_echo { echo(number) } else { request(number) };
        let reply = client.request(&builder, Duration::from_secs(10)).await.unwrap();
        debug_assert_eq!(reply.message().number(de::STAN), Ok(number));
        times.push(u32::try_from(began.elapsed().as_nanos()).unwrap());
    }
    times
}

fn request(stan: u64) -> Builder<'static> {
    let mut builder = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST);
    builder
        .set(de::PAN, "4111111111111111")
        .set(de::PROCESSING_CODE, "000000")
        .set(de::AMOUNT, 12_300)
        .set(de::TRANSMISSION_TIME, "1123061759")
        .set(de::STAN, stan)
        .set(de::TIME_LOCAL, "141759")
        .set(de::DATE_LOCAL, "1123")
        .set(de::EXPIRY, "2912")
        .set(de::MERCHANT_TYPE, "5411")
        .set(de::ENTRY_MODE, "051")
        .set(de::CARD_SEQUENCE, "001")
        .set(de::CONDITION_CODE, "00")
        .set(de::ACQUIRER, "12345678")
        .set(de::TRACK2, "4111111111111111=29122011234567890")
        .set(de::RRN, "632706123456")
        .set(de::TERMINAL, "TERM0001")
        .set(de::MERCHANT, "MERCHANT0000001")
        .set(de::CURRENCY, "156")
        .set(de::PIN, &[0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0])
        .set(de::ICC, ICC);
    builder
}

fn echo(stan: u64) -> Builder<'static> {
    let mut builder = Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST);
    builder.set(de::TRANSMISSION_TIME, "1123061759").set(de::STAN, stan).set(de::NETWORK_CODE, "301");
    builder
}

const ICC: &[u8] =
    b"\x9F\x26\x08\xA1\xB2\xC3\xD4\xE5\xF6\x07\x18\x95\x05\0\0\0\0\0\x9F\x10\x07\x06\x01\x0A\x03\xA0\0\0";

fn answer(request: &Message<'_>, reply: Reply<'_>) {
    let mut builder = Builder::reply_to(request);
    builder
        .echo(request, &[2, 3, 4, 7, 11, 12, 13, 14, 18, 22, 23, 25, 32, 37, 41, 42, 49, 55])
        .set(de::APPROVAL_CODE, "123456")
        .set(de::RESPONSE_CODE, "00");
    reply.send(&builder).unwrap();
}

/// Processor time of this process, user and system.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = ticks.skip(11).take(2).filter_map(|text| text.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
