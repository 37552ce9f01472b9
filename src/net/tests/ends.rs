//! How connections end: quietly when nothing is wrong, and never by hanging.

use super::*;
use crate::net::client::session::OwnRequest;
use tokio::time::{Instant, sleep};

/// A peer that closes between two messages is no error, and is told as the end that it is.
#[tokio::test(start_paused = true)]
async fn moov_95_the_end_of_a_connection_is_not_an_error() {
    let mut bench = Bench::new();
    let sent = bench.request(request(1), SECOND);
    let seen = bench.host.next().await;
    bench.host.send(&response_to(&seen)).await;
    sent.await.unwrap().unwrap();
    drop(bench.host);
    let closed = bench.session.await.unwrap();
    assert!(closed == Closed::ByPeer && closed.is_clean());
}

#[tokio::test(start_paused = true)]
async fn the_end_within_a_frame_is_told() {
    let mut bench = Bench::new();
    bench.host.stream.write_all(b"\0\x20partial").await.unwrap();
    drop(bench.host);
    assert_eq!(bench.session.await.unwrap(), Closed::Truncated);
}

#[tokio::test(start_paused = true)]
async fn a_length_that_cannot_be_ends_the_connection_at_once() {
    let framing = Framing::BINARY4.with_limit(1_000);
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| settings.framing = framing);
    bench.host.stream.write_all(&[0xFF; 4]).await.unwrap();
    match bench.session.await.unwrap() {
        Closed::Framing(error) => assert_eq!(error.kind(), crate::ErrorKind::FrameLimit),
        other => panic!("{other}"),
    }
}

/// A peer that sends an octet now and then cannot hold a connection by it.
#[tokio::test(start_paused = true)]
async fn a_frame_that_trickles_in_runs_out_of_time() {
    let mut bench = Bench::new();
    let began = Instant::now();
    let host = tokio::spawn(async move {
        while bench.host.stream.write_all(b"\0").await.is_ok() {
            sleep(SECOND * 2).await;
        }
    });
    // 00 00 is a poll; the third octet begins a frame that never comes
    let mut bench_session = bench.session;
    tokio::select! {
        closed = &mut bench_session => panic!("{closed:?} of polls alone"),
        () = sleep(SECOND * 20) => (),
    }
    bench_session.abort();
    let _ = host.await;
    assert!(began.elapsed() >= SECOND * 20);

    let mut bench = Bench::new();
    let began = Instant::now();
    let host = tokio::spawn(async move {
        while bench.host.stream.write_all(b"\x01").await.is_ok() {
            sleep(SECOND * 2).await;
        }
    });
    assert_eq!(bench.session.await.unwrap(), Closed::SlowFrame);
    assert_eq!(began.elapsed(), SECOND * 10);
    host.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn silence_is_bounded_by_the_idle_timeout() {
    let bench = Bench::with(1 << 16, Hooks::NONE, |settings| settings.idle_timeout = Some(SECOND * 300));
    let began = Instant::now();
    assert_eq!(bench.session.await.unwrap(), Closed::Silent);
    assert_eq!(began.elapsed(), SECOND * 300);
}

fn echo_test() -> Hooks {
    let next = std::sync::atomic::AtomicU32::new(500);
    let message = move || {
        Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST)
            .set(de::STAN, next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
            .set(de::NETWORK_CODE, "301")
            .to_vec()
            .unwrap()
    };
    Hooks { echo_test: Some((SECOND * 60, OwnRequest::new(message, |_| true, SECOND * 10))), ..Hooks::NONE }
}

/// The far end is gone without a word: nothing tells but an echo without response.
#[tokio::test(start_paused = true)]
async fn a_half_open_connection_is_found_by_its_echo_test() {
    let mut bench = Bench::with(1 << 16, echo_test(), |_| ());
    let began = Instant::now();
    for round in 1..=3 {
        let sent = bench.host.next().await;
        assert_eq!(sent[..4], *b"0800");
        assert_eq!(began.elapsed().as_secs(), round * 60, "after a minute of silence each");
        bench.host.send(&response_to(&sent)).await;
    }
    bench.host.next().await;
    assert_eq!(bench.session.await.unwrap(), Closed::NoEcho);
    assert_eq!(began.elapsed().as_secs(), 4 * 60 + 10);
}

#[tokio::test(start_paused = true)]
async fn a_busy_connection_sends_no_echo_test() {
    let mut bench = Bench::with(1 << 16, echo_test(), |_| ());
    for n in 0..10 {
        sleep(SECOND * 50).await;
        let sent = bench.request(request(n), SECOND);
        let seen = bench.host.next().await;
        assert_eq!(seen[..4], *b"0200");
        bench.host.send(&response_to(&seen)).await;
        sent.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn polls_are_counted_and_returned_when_that_is_set() {
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| settings.respond_to_polls = true);
    bench.host.stream.write_all(&[0, 0, 0, 0]).await.unwrap();
    let mut response = [9; 4];
    bench.host.stream.read_exact(&mut response).await.unwrap();
    assert_eq!(response, [0; 4]);
    let polls = bench.heard.events.lock().unwrap().iter().filter(|event| **event == Event::Polled).count();
    assert_eq!(polls, 2);
}
