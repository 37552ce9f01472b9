//! What is dropped is nowhere in the memory of the process: messages that own their octets, queues, the buffers of
//! connections. The whole memory is searched, by `/proc/self/mem`, for a card number that stands nowhere else.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Message, Mti, OwnedMessage, de};
use zeroize::{Zeroize, Zeroizing};

/// The digits of a test card, changed so that the program holds them nowhere: [`card`] gives them.
const HIDDEN: [u8; 16] = *b"\x6c\x68\x6b\x68\x69\x6e\x6f\x6c\x6d\x62\x63\x6a\x6b\x68\x69\x68";
const MASK: u8 = 0x5A;

/// A request with the card number, wiped when it is dropped.
fn request(stan: u32) -> Zeroizing<Vec<u8>> {
    let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
    builder.set(de::PAN, "4111111111111111").set(de::STAN, stan).set(de::TERMINAL, "TERM0001");
    let mut wire = Zeroizing::new(builder.to_vec().unwrap());
    let start = Message::parse(&ISO87_ASCII, &wire).unwrap().get(de::PAN).unwrap().range().end - HIDDEN.len();
    // digit by digit in its place, so that no copy of it lies about
    wire[start..].iter_mut().zip(HIDDEN).for_each(|(digit, hidden)| *digit = hidden ^ MASK);
    wire
}

/// How often the card number stands in what the process can write to. What is read is never the window itself.
fn copies() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut window = vec![0; 1 << 16];
    let own = window.as_ptr().addr()..window.as_ptr().addr() + window.len();
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw") && !line.contains("[vvar")) {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|digits| usize::from_str_radix(digits, 16).unwrap());
        let mut at = start;
        while at < end {
            let len = window.len().min(end - at);
            let read = memory
                .seek(SeekFrom::Start(at.try_into().unwrap()))
                .and_then(|_| memory.read_exact(&mut window[..len]));
            if read.is_ok() {
                found += (0..=len.saturating_sub(HIDDEN.len()))
                    .filter(|offset| !own.contains(&(at + offset)))
                    .filter(|offset| {
                        let octets = &window[*offset..*offset + HIDDEN.len()];
                        octets.iter().zip(HIDDEN).all(|(octet, hidden)| octet ^ MASK == hidden)
                    })
                    .count();
            }
            // windows overlap, so that nothing lies across their edge
            at += if len == window.len() { len - HIDDEN.len() } else { len };
        }
    }
    window.zeroize();
    found
}

/// What is done in a frame of the stack that others overwrite.
#[inline(never)]
fn within(act: impl FnOnce()) {
    act();
}

/// One after the other, because they search the same memory.
#[test]
fn what_is_dropped_is_nowhere() {
    assert_eq!(copies(), 0, "before");
    let wire = request(7);
    assert!(copies() >= 1, "what is there is found");
    drop(wire);
    assert_eq!(copies(), 0, "a vector of the test");
    within(owned_messages);
    assert_eq!(copies(), 0, "owned messages");
    #[cfg(feature = "net")]
    {
        within(connections::exchange);
        assert_eq!(copies(), 0, "connections");
    }
    within(queues);
    assert_eq!(copies(), 0, "queues in memory");
}

fn owned_messages() {
    let mut wire = request(7);
    let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
    let kept = OwnedMessage::keep(&ISO87_ASCII, &message).unwrap();
    let again = kept.clone();
    // with room for more, and without; the vector is given away
    let mut roomy = Vec::with_capacity(1_000);
    roomy.extend_from_slice(&wire);
    let given = OwnedMessage::parse(&ISO87_ASCII, roomy).unwrap();
    let moved = std::mem::take(&mut *wire);
    let other = OwnedMessage::parse(&ISO87_ASCII, moved).unwrap();
    assert!(kept == given && again == other && copies() >= 4);
    // what is no message is wiped, too
    let mut broken = Vec::with_capacity(1_000);
    broken.extend_from_slice(kept.wire());
    broken.push(b'?');
    assert!(OwnedMessage::parse(&ISO87_ASCII, broken).is_err());
}

fn queues() {
    use cardwire::net::saf::{Forwarder, MemoryQueue, Policy};
    let wire = request(7);
    let mut forwarder = Forwarder::recover(MemoryQueue::default(), Policy::default(), 1).unwrap();
    forwarder.put(1, &wire).unwrap();
    drop(wire);
    assert!(copies() >= 2, "the forwarder and its queue");
}

#[cfg(feature = "net")]
mod connections {
    use std::time::Duration;

    use cardwire::net::{Client, Reply, Server};
    use cardwire::spec::ISO87_ASCII;
    use cardwire::{Builder, Framing, Message, de};

    /// A request and a response with the card number, over TCP.
    pub(super) fn exchange() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::bind("127.0.0.1:0")
                .framing(Framing::BINARY2)
                .spec(&ISO87_ASCII)
                .serve_sync(|request: &Message<'_>, reply: Reply<'_>| {
                    let mut builder = Builder::reply_to(request);
                    builder.echo(request, &[de::PAN, de::STAN, de::TERMINAL]).set(de::RESPONSE_CODE, "00");
                    reply.send(&builder).unwrap();
                })
                .await
                .unwrap();
            let client = Client::builder(server.address().to_string())
                .framing(Framing::BINARY2)
                .spec(&ISO87_ASCII)
                .connect()
                .await
                .unwrap();
            for stan in 1..=3 {
                let wire = super::request(stan);
                let response = client.request(wire.as_slice(), Duration::from_secs(5)).await.unwrap();
                assert!(response.message().has(de::PAN));
            }
            client.shutdown(Duration::from_secs(1)).await;
            server.shutdown(Duration::from_secs(1)).await;
        });
        drop(runtime);
    }
}
