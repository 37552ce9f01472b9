//! No card data in errors, in `Debug`, or in what `tracing` is told.

use super::*;
use crate::net::Rejection;
use std::format;
use std::string::String;

#[tokio::test(start_paused = true)]
async fn errors_and_debug_show_no_card_data() {
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| {
        settings.check = Some(Arc::new(|_| Err(Rejection::Mac)));
        settings.correlation = crate::net::Correlation::on(&[de::PAN, de::STAN]);
    });
    let sent = bench.request(request(1), SECOND);
    let seen = bench.host.next().await;
    let seen = Message::parse(&ISO87_ASCII, &seen).unwrap();
    let response = Builder::reply_to(&seen).echo(&seen, &[de::PAN, de::STAN]).to_vec().unwrap();
    bench.host.send(&response).await;
    let refused = sent.await.unwrap().unwrap_err();
    let unknown = bench.peer.request(request(2), SECOND).await.unwrap_err();
    let mut shown = String::new();
    for error in [
        refused,
        unknown,
        SendError::from(
            Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST)
                .set(de::PAN, "41111111111111112222")
                .to_vec()
                .unwrap_err(),
        ),
    ] {
        shown += &format!("{error} {error:?}");
    }
    let request = request(3);
    let received =
        Received::new(&ISO87_ASCII, &[0x60], &Message::parse(&ISO87_ASCII, &request).unwrap(), None);
    shown += &format!("{received:?} {:?} {:?}", bench.peer, bench.peer.state.settings);
    assert!(shown.contains("its authentication code does not match"));
    assert!(!shown.contains("4111") && !shown.contains("52, 49, 49"), "{shown}");
}

#[cfg(feature = "tracing")]
#[test]
fn tracing_is_told_no_card_data() {
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Sink {
        fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(octets);
            Ok(octets.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    impl<'a> MakeWriter<'a> for Sink {
        type Writer = Self;
        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    let sink = Sink::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(sink.clone()).finish();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(subscriber, || {
        runtime.block_on(async {
            let mut bench = Bench::new();
            let sent = bench.request(request(1), SECOND);
            let seen = bench.host.next().await;
            for message in
                [response_to(&seen), response_to(&seen), request(9), b"0210 4111111111111111".to_vec()]
            {
                bench.host.send(&message).await;
            }
            sent.await.unwrap().unwrap();
            bench.peer.request(request(2), SECOND).await.unwrap_err();
        });
    });
    let shown = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    for expected in ["up", "responded", "Duplicate", "Unsolicited", "Unreadable", "Expired"] {
        assert!(shown.contains(expected), "{expected} in {shown}");
    }
    assert!(!shown.contains("4111"), "{shown}");
}
