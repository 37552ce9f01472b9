//! The ends of connections: what a closing server owes, and who may take the place of whom.
#![cfg(feature = "net")]

#[path = "common/exchange.rs"]
mod exchange;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cardwire::net::{Client, Event, Observer, Received, Reply, Server};
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Framing, Message, de};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::sleep;

use exchange::{approve, holds, network, request, response_to};

const SECOND: Duration = Duration::from_secs(1);
/// Longer than any machine takes: what ends a test that would hang.
const LIMIT: Duration = Duration::from_secs(60);
const MILLI: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_request_that_comes_while_a_server_closes_gets_its_response_too() {
    let (came, mut comes) = unbounded_channel();
    let may_respond = Arc::new(Semaphore::new(0));
    let permits = Arc::clone(&may_respond);
    let server = Server::bind("127.0.0.1:0")
        .serve(move |request: Received| {
            let (came, permits) = (came.clone(), Arc::clone(&permits));
            async move {
                came.send(()).unwrap();
                permits.acquire().await.unwrap().forget();
                response_to(request.wire())
            }
        })
        .await
        .unwrap();
    let address = server.address();
    let client = Client::builder(address).connect().await.unwrap();
    let ask = |stan| {
        let client = client.clone();
        tokio::spawn(async move { client.request(request(stan), LIMIT).await })
    };
    let early = ask(1);
    comes.recv().await.unwrap();
    let closing = tokio::spawn(server.shutdown(LIMIT));
    // It closes from when it accepts no connection any more.
    while TcpStream::connect(address).await.is_ok() {
        sleep(MILLI).await;
    }
    let late = ask(2);
    comes.recv().await.unwrap();
    may_respond.add_permits(2);
    assert!(holds(&early.await.unwrap().unwrap(), 1));
    assert!(holds(&late.await.unwrap().unwrap(), 2));
    closing.await.unwrap();
}

/// However the end falls, whatever was handled is answered, and nobody waits for a time-out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_closing_server_handled_got_its_response() {
    for round in 0..20 {
        let handled = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&handled);
        let handler = move |request: &Message<'_>, reply: Reply<'_>| {
            count.fetch_add(1, Ordering::SeqCst);
            approve(request, reply);
        };
        let server = Server::bind("127.0.0.1:0").serve_sync(handler).await.unwrap();
        let client = Client::builder(server.address()).reconnect(SECOND, SECOND).connect().await.unwrap();
        let next = Arc::new(AtomicU32::new(0));
        let callers: Vec<_> = (0..32)
            .map(|_| {
                let (client, next) = (client.clone(), Arc::clone(&next));
                tokio::spawn(async move {
                    let mut answered = 0;
                    loop {
                        let stan = next.fetch_add(1, Ordering::Relaxed);
                        match client.request(request(stan), LIMIT).await {
                            Ok(response) => assert!(holds(&response, stan)),
                            Err(_) => return answered,
                        }
                        answered += 1;
                    }
                })
            })
            .collect();
        sleep((5 + round) * MILLI).await;
        server.shutdown(LIMIT).await;
        // ends those that wait for another connection
        client.shutdown(LIMIT).await;
        let mut answered = 0;
        for caller in callers {
            answered += caller.await.unwrap();
        }
        assert_eq!(handled.load(Ordering::SeqCst), answered, "round {round}");
    }
}

/// Responds to one frame with what `response` makes of it.
async fn respond_once(stream: &mut TcpStream, response: impl Fn(&[u8]) -> Vec<u8>) {
    let mut received = Vec::new();
    let payload = loop {
        if let Some(frame) = Framing::BINARY2.split(&received).unwrap() {
            break frame.payload.to_vec();
        }
        assert!(stream.read_buf(&mut received).await.unwrap() > 0);
    };
    let mut room = [0; 512];
    stream.write_all(Framing::BINARY2.wrap(b"", &response(&payload), &mut room).unwrap()).await.unwrap();
}

fn refused(request: &[u8]) -> Vec<u8> {
    let request = Message::parse(&ISO87_ASCII, request).unwrap();
    let mut response = Builder::reply_to(&request);
    response.echo(&request, &[de::STAN, de::NETWORK_CODE]).set(de::RESPONSE_CODE, "05").to_vec().unwrap()
}

/// Strangers that say nothing, or are refused by the sign-on, leave the host its connection.
#[tokio::test]
async fn a_newcomer_takes_the_place_of_the_host_only_after_the_sign_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stan = AtomicU32::new(900);
    let client = Client::listener(listener)
        .sign_on(
            move || network(stan.fetch_add(1, Ordering::Relaxed), "001"),
            |response| response.get(39).is_some_and(|code| code == "00"),
            SECOND,
        )
        .start();
    // who comes first and says nothing does not keep the host out
    let silent = TcpStream::connect(address).await.unwrap();
    let host = Client::builder(address).on_request(approve).connect().await.unwrap();
    assert!(holds(&client.request(request(1), LIMIT).await.unwrap(), 1));
    let mut stranger = TcpStream::connect(address).await.unwrap();
    respond_once(&mut stranger, refused).await;
    assert_eq!(stranger.read(&mut [0; 1]).await.unwrap(), 0, "the stranger is sent away");
    assert!(holds(&client.request(request(2), LIMIT).await.unwrap(), 2));
    assert_eq!(client.totals().connections, 1);
    // who is accepted takes over
    let mut again = TcpStream::connect(address).await.unwrap();
    respond_once(&mut again, response_to).await;
    while client.totals().connections < 2 {
        sleep(MILLI).await;
    }
    let sent = tokio::spawn({
        let client = client.clone();
        async move { client.request(request(3), LIMIT).await }
    });
    respond_once(&mut again, response_to).await;
    assert!(holds(&sent.await.unwrap().unwrap(), 3));
    drop((silent, host));
}

/// A client that listens, whose sign-on has so long, and sign-ons of its own number.
fn listening(listener: TcpListener, time: Duration) -> cardwire::net::ClientBuilder {
    let stan = AtomicU32::new(900);
    Client::listener(listener).observer(Arc::new(())).read_buffer(256).sign_on(
        move || network(stan.fetch_add(1, Ordering::Relaxed), "001"),
        |response| response.get(39).is_some_and(|code| code == "00"),
        time,
    )
}

/// Eight strangers are heard at a time. The host waits until one of them has failed, and no longer.
#[tokio::test]
async fn no_more_strangers_are_heard_at_a_time_than_eight() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = listening(listener, 300 * MILLI).start();
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    // each of them was asked to sign on, so that their places are taken
    for stream in &mut silent {
        assert!(stream.read(&mut [0; 8]).await.unwrap() > 0);
    }
    let mut host = TcpStream::connect(address).await.unwrap();
    respond_once(&mut host, response_to).await;
    client.up().await;
    assert!((1..=8).contains(&client.totals().turned_away), "its turn came when another had failed");
}

/// A stranger that talks and talks, and does not sign on, is sent away before its time is over.
#[tokio::test]
async fn a_stranger_may_say_so_much_before_the_sign_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = listening(listener, 600 * SECOND).start();
    let mut stranger = TcpStream::connect(address).await.unwrap();
    let message = request(1);
    let frame = [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], &message].concat();
    let talk = frame.repeat(20);
    let _ = stranger.write_all(&talk).await;
    let mut rest = Vec::new();
    let _ = stranger.read_to_end(&mut rest).await;
    while client.totals().turned_away < 1 {
        sleep(MILLI).await;
    }
}

/// A server that is dropped takes no further connection.
#[tokio::test]
async fn a_server_that_is_dropped_is_gone() {
    let server = Server::bind("127.0.0.1:0")
        .serve(|request: Received| async move { response_to(request.wire()) })
        .await
        .unwrap();
    let address = server.address();
    assert!(TcpStream::connect(address).await.is_ok());
    drop(server);
    let gone = async {
        while TcpStream::connect(address).await.is_ok() {
            sleep(MILLI).await;
        }
    };
    tokio::time::timeout(LIMIT, gone).await.unwrap();
}

/// The waits between connections that do not last double, whether the host refuses them or ends them at once.
#[tokio::test]
async fn waits_double_while_no_connection_lasts() {
    #[derive(Default)]
    struct Waits(Mutex<Vec<Duration>>);
    impl Observer for Waits {
        fn event(&self, event: Event) {
            if let Event::Retry(wait) = event {
                self.0.lock().unwrap().push(wait);
            }
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let host = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    let waits = Arc::new(Waits::default());
    let client = Client::builder(address).reconnect(MILLI, SECOND).observer(waits.clone()).start();
    let told = || waits.0.lock().unwrap().clone();
    let enough = async {
        while told().len() < 5 {
            sleep(MILLI).await;
        }
    };
    tokio::time::timeout(LIMIT, enough).await.unwrap();
    client.shutdown(SECOND).await;
    host.abort();
    for (index, wait) in told().into_iter().take(5).enumerate() {
        let full = MILLI * (1 << index);
        assert!((full / 2..=full).contains(&wait), "{index}: {wait:?}");
    }
}
