//! Responseing the peer: now, later, bounded, with the headers of the request.

use super::*;
use crate::frame::Station;
use crate::net::connection::handler::{Async, Reply};
use tokio::time::{sleep, timeout};

fn approve(request: &Message<'_>, reply: Reply<'_>) {
    reply.send(response_to(request.wire())).unwrap();
}

/// TPDU and station header go from the request to the response, turned round.
#[tokio::test(start_paused = true)]
async fn jreactive_48_57_78_84_119_jpos_186_510_headers_come_back_turned_round() {
    for framing in [Framing::BINARY2.with_header(Station::Tpdu), Framing::UNIONPAY] {
        let mut bench = Bench::serving(approve, |settings| settings.framing = framing);
        let size = framing.header().size();
        let header = &[0x60, 0x00, 0x03, 0x12, 0x34, 0x60, 0x31, 0x00, 0x31, 0x12, 0x03][..size];
        let frame = bench.host.frame(header, &request(1));
        bench.host.stream.write_all(&frame).await.unwrap();
        let (turned, response) = bench.host.next_with_header().await;
        assert_eq!(turned[..5], [0x60, 0x12, 0x34, 0x00, 0x03]);
        assert_eq!(turned[5..], header[5..]);
        assert_eq!(stan(&response), 1);
    }
}

/// The header of requests is that of the settings, or of one request; the response brings its own.
#[tokio::test(start_paused = true)]
async fn requests_carry_the_header_they_are_given() {
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| {
        settings.framing = Framing::BINARY2.with_header(Station::Tpdu);
        settings.header = [0x60, 0, 3, 0, 0].to_vec();
    });
    let sent = bench.request(request(1), SECOND);
    let (header, seen) = bench.host.next_with_header().await;
    assert_eq!(header, [0x60, 0, 3, 0, 0]);
    let frame = bench.host.frame(&[0x60, 0, 0, 0, 3], &response_to(&seen));
    bench.host.stream.write_all(&frame).await.unwrap();
    assert_eq!(sent.await.unwrap().unwrap().header(), [0x60, 0, 0, 0, 3]);
}

#[tokio::test(start_paused = true)]
async fn responses_that_come_later_may_overtake_and_are_bounded() {
    let serve = |request: Received| async move {
        let n = stan(request.wire());
        sleep(SECOND * (10 - n)).await;
        (n != 3).then(|| response_to(request.wire()))
    };
    let mut bench = Bench::serving(Async::new(serve), |settings| settings.concurrency = 4);
    for n in 1..=5 {
        bench.host.send(&request(n)).await;
    }
    sleep(SECOND).await;
    assert_eq!(bench.peer.totals().taken, 4, "the fifth is not taken before one has its response");
    for expected in [4, 2, 1, 5] {
        assert_eq!(stan(&bench.host.next().await), expected);
    }
    assert!(timeout(SECOND * 60, bench.host.next()).await.is_err(), "the third has no response");
}

/// A peer that closes its sending half still gets the responses to what it had sent.
#[tokio::test(start_paused = true)]
async fn what_was_requested_before_the_end_gets_its_response() {
    let serve = |request: Received| async move {
        sleep(SECOND).await;
        response_to(request.wire())
    };
    let mut bench = Bench::serving(Async::new(serve), |_| ());
    for n in 0..3 {
        bench.host.send(&request(n)).await;
    }
    bench.host.stream.shutdown().await.unwrap();
    for n in 0..3 {
        assert_eq!(stan(&bench.host.next().await), n);
    }
    assert_eq!(bench.session.await.unwrap(), Closed::ByPeer);
}

/// Responses that the peer does not take stop its requests from being read: memory is bounded.
#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_no_responses_is_not_read() {
    let mut bench = Bench::made(4096, Hooks::NONE, Some(Arc::new(approve)), |settings| {
        settings.outbox_bytes = 1_000;
        settings.write_timeout = SECOND * 60;
    });
    let mut sent = 0_u64;
    while timeout(SECOND, bench.host.send(&request(1))).await.is_ok() {
        sent += 1;
    }
    let taken = bench.peer.totals().taken;
    assert!(taken < sent && taken < 200, "{taken} of {sent}");
    assert_eq!(bench.session.await.unwrap(), Closed::WriteTimeout);
}

/// The same where each request comes alone: what was owed before it counts.
#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_no_responses_is_not_read_request_by_request() {
    let mut bench = Bench::made(4096, Hooks::NONE, Some(Arc::new(approve)), |settings| {
        settings.outbox_bytes = 1_000;
        settings.write_timeout = SECOND * 600;
    });
    for _ in 0..300 {
        let _ = timeout(SECOND, bench.host.send(&request(1))).await;
        sleep(Duration::from_millis(10)).await;
    }
    let waiting = bench.peer.state.lock().outbox.frames().len();
    assert!((1_000..1_200).contains(&waiting), "{waiting} octets: one response may go beyond the bound");
}

/// Each end sends requests and responds on the same connection.
#[tokio::test(start_paused = true)]
async fn both_ends_send_requests_on_one_connection() {
    let mut bench = Bench::serving(approve, |_| ());
    let sent = bench.request(request(1), SECOND);
    let seen = bench.host.next().await;
    bench.host.send(&request(1)).await;
    assert_eq!(bench.host.next().await[..4], *b"0210");
    bench.host.send(&response_to(&seen)).await;
    sent.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_ends_its_connection_alone() {
    let panics = |_: &Message<'_>, _: Reply<'_>| panic!("a handler of the caller");
    let mut bench = Bench::serving(panics, |_| ());
    bench.host.send(&request(1)).await;
    assert_eq!(bench.session.await.unwrap(), Closed::Io(std::io::ErrorKind::Other));
}
