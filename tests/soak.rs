//! Acquirers and an issuer over loopback with one frame in a hundred spoilt: the server survives,
//! counts every one, responds to what has an MTI with a format error, and loses no good request.
//!
//! `CARDWIRE_SOAK_SECONDS` makes it run longer than its two seconds.
#![cfg(feature = "net")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cardwire::net::{Client, Observer, Reply, Server};
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Framing, Inspection, Message, Mti, de};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the server could not read.
#[derive(Default)]
struct Unreadable(AtomicU64);

impl Observer for Unreadable {
    fn unreadable(&self, _: &Inspection<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn request(stan: u64) -> Vec<u8> {
    Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
        .set(de::PAN, "4111111111111111")
        .set(de::AMOUNT, 1_000 + stan)
        .set(de::STAN, stan % 1_000_000)
        .set(de::TERMINAL, "TERM0001")
        .to_vec()
        .unwrap()
}

fn approve(request: &Message<'_>, reply: Reply<'_>) {
    let mut response = Builder::reply_to(request);
    reply
        .send(response.echo(request, &[de::AMOUNT, de::STAN, de::TERMINAL]).set(de::RESPONSE_CODE, "00"))
        .unwrap();
}

fn seconds() -> u64 {
    std::env::var("CARDWIRE_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// Good requests until the end; how many responses came, each to its own request.
async fn acquire(address: std::net::SocketAddr, first: u64, until: Instant) -> u64 {
    let client = Client::builder(address).connect().await.unwrap();
    let mut stan = first;
    while Instant::now() < until {
        let response = client.request(request(stan), Duration::from_secs(10)).await.unwrap();
        let message = response.message();
        assert_eq!(message.number(de::STAN), Ok(stan % 1_000_000));
        assert_eq!(message.number(de::AMOUNT), Ok(1_000 + stan));
        assert_eq!(message.get(39).unwrap(), "00");
        stan += 1;
    }
    stan - first
}

/// A frame that a careless peer may send, and whether a connection survives it.
fn spoilt(round: u64) -> (Vec<u8>, bool) {
    let mut message = request(round);
    let cut = usize::try_from(round).unwrap() % message.len();
    let survives = match round % 4 {
        // an element that is not of its class
        0 => {
            let last = message.len() - 12;
            message[last] = b'?';
            true
        }
        // cut, and framed as if it were whole
        1 => {
            message.truncate(cut.max(1));
            true
        }
        // a length that promises more than comes, and the end
        2 => return ([&[0x01, 0x00], &message[..cut]].concat(), false),
        // a length beyond the limit
        _ => return (vec![0xFF, 0xFF, 0x30], false),
    };
    let size = u16::try_from(message.len()).unwrap();
    ([&size.to_be_bytes()[..], &message].concat(), survives)
}

async fn next_response(stream: &mut TcpStream) -> Vec<u8> {
    let mut size = [0; 2];
    stream.read_exact(&mut size).await.unwrap();
    let mut response = vec![0; usize::from(u16::from_be_bytes(size))];
    stream.read_exact(&mut response).await.unwrap();
    response
}

/// Spoilt frames until the end; how many, how many on connections that live on, and how many of
/// these got a response.
async fn disturb(address: std::net::SocketAddr, until: Instant) -> (u64, u64, u64) {
    let (mut round, mut survived, mut refused) = (0, 0, 0);
    while Instant::now() < until {
        let (frame, survives) = spoilt(round);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&frame).await.unwrap();
        if survives {
            // the same connection still responses a good request
            let good = request(round);
            let size = u16::try_from(good.len()).unwrap();
            stream.write_all(&[&size.to_be_bytes()[..], &good].concat()).await.unwrap();
            // ... and the spoilt one, as far as it can be read
            while let response = next_response(&mut stream).await
                && let message = Message::parse(&ISO87_ASCII, &response).unwrap()
                && message.get(de::RESPONSE_CODE).unwrap() != "00"
            {
                assert_eq!(message.get(de::RESPONSE_CODE).unwrap(), "30");
                refused += 1;
            }
            survived += 1;
        }
        round += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    (round, survived, refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoilt_frames_cost_no_good_request() {
    let unreadable = Arc::new(Unreadable::default());
    let server = Server::bind("127.0.0.1:0")
        .framing(Framing::BINARY2.with_limit(2048))
        .frame_timeout(Duration::from_millis(500))
        .observer(Arc::<Unreadable>::clone(&unreadable))
        .respond_to_format_errors(true)
        .serve_sync(approve)
        .await
        .unwrap();
    let (address, until) = (server.address(), Instant::now() + Duration::from_secs(seconds()));
    let acquirers: Vec<_> =
        (0..4).map(|link| tokio::spawn(acquire(address, link * 10_000_000, until))).collect();
    let disturber = tokio::spawn(disturb(address, until));
    let mut good = 0;
    for acquirer in acquirers {
        good += acquirer.await.unwrap();
    }
    let (spoilt, survived, refused) = disturber.await.unwrap();
    assert!(good > 100 && spoilt > 20, "{good} good, {spoilt} spoilt");
    let totals = server.totals();
    assert_eq!(totals.taken, good + survived, "every good request was taken, once");
    assert_eq!(unreadable.0.load(Ordering::Relaxed), survived, "every broken message was told");
    assert!(refused >= survived / 2, "{refused} of {survived} got a response: what has an MTI");
    server.shutdown(Duration::from_secs(5)).await;
    println!("{good} good requests, {spoilt} spoilt frames, {refused} of them with a response");
}
