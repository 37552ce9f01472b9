//! A server whose connections each have their own handler and observer, and a host that breaks rules.
#![cfg(feature = "net")]

#[path = "common/exchange.rs"]
mod exchange;

use std::net::SocketAddr;
use std::time::Duration;

use cardwire::net::{Event, Handler, Observer, Reply, Server};
use cardwire::{Message, de};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use exchange::{approve, request};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn each_connection_is_served_and_watched_by_its_own() {
    struct Own(SocketAddr, UnboundedSender<(SocketAddr, Event)>);
    impl Handler for Own {
        fn handle(&self, request: &Message<'_>, reply: Reply<'_>) {
            match request.number(de::STAN) {
                Ok(1) => approve(request, reply),
                Ok(2) => reply.later().send_raw(b"\0\x0Cno message"),
                _ => reply.later().hang_up(),
            }
        }
    }
    impl Observer for Own {
        fn event(&self, event: Event) {
            let _ = self.1.send((self.0, event));
        }
    }
    let (tell, mut told) = unbounded_channel();
    let server = Server::bind("127.0.0.1:0").serve_each(move |peer| Own(peer, tell.clone())).await.unwrap();
    let mut streams = Vec::new();
    for stan in 1..=3 {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let own = stream.local_addr().unwrap();
        let message = request(stan);
        let frame = [&u16::try_from(message.len()).unwrap().to_be_bytes(), &message[..]].concat();
        stream.write_all(&frame).await.unwrap();
        let mut got = vec![0; 12];
        let read = timeout(60 * SECOND, stream.read(&mut got)).await.unwrap().unwrap();
        match stan {
            1 => assert_eq!(&got[2..6], b"0210"),
            2 => assert!(b"\0\x0Cno message".starts_with(&got[..read]) && read > 0),
            _ => assert_eq!(read, 0, "hung up"),
        }
        while told.recv().await.unwrap() != (own, Event::Taken) {}
        streams.push(stream);
    }
}

/// The table of bounds in the documentation and that of their tests in RULES.md have the same rows.
#[test]
fn every_bound_has_a_test_that_reaches_it() {
    let rows = |text: &str, head: &str, start: &str| {
        let lines = text.lines().skip_while(|line| !line.starts_with(&format!("{start}{head}"))).skip(2);
        let rows = lines.map_while(|line| line.strip_prefix(start)?.strip_prefix("| "));
        let rows: Vec<String> = rows
            .map(|row| row.split(" |").next().unwrap().to_owned())
            .filter(|row| !row.starts_with('-'))
            .collect();
        assert!(rows.len() > 15, "{rows:?}");
        rows
    };
    let folder = env!("CARGO_MANIFEST_DIR");
    let stated = std::fs::read_to_string(format!("{folder}/src/net/mod.rs")).unwrap();
    let reached = std::fs::read_to_string(format!("{folder}/RULES.md")).unwrap();
    assert_eq!(rows(&stated, "| what | by | and then |", "//! "), rows(&reached, "| what is bounded |", ""));
}
