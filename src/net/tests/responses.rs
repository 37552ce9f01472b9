//! Every response to its own request: the complaints about correlation, and the four outcomes.

use super::*;
use crate::net::client::session::OwnRequest;
use crate::net::exchange::mux::Limits;
use crate::net::{Lost, NotSent, Rejection};
use tokio::time::{Instant, sleep, timeout};

/// Responses that overtake each other, from many callers at once.
#[tokio::test(start_paused = true)]
async fn jreactive_2_53_74_160_responses_in_any_order_find_their_requests() {
    let mut bench = Bench::new();
    let sent: Vec<_> = (0..100).map(|n| (n, bench.request(request(n), 10 * SECOND))).collect();
    let mut requests = Vec::new();
    for _ in 0..100 {
        requests.push(bench.host.next().await);
    }
    requests.sort_by_key(|request| stan(request).wrapping_mul(2_654_435_761));
    for request in &requests {
        bench.host.send(&response_to(request)).await;
    }
    for (n, sent) in sent {
        let response = sent.await.unwrap().unwrap();
        assert_eq!(response.message().number(de::STAN), Ok(u64::from(n)));
        assert_eq!(response.message().number(de::AMOUNT), Ok(u64::from(n) + 100), "the amount of the same");
    }
    assert_eq!(bench.peer.totals().responses, 100);
}

/// Two requests with one key: the second caller is told, the first one gets its response.
#[tokio::test(start_paused = true)]
async fn jpos_428_a_key_in_flight_is_an_error_to_the_second_caller() {
    let mut bench = Bench::new();
    let first = bench.request(request(1), 10 * SECOND);
    let seen = bench.host.next().await;
    let second = bench.peer.request(request(1), SECOND).await.unwrap_err();
    assert!(matches!(second, SendError::NotSent(NotSent::InFlight)), "{second}");
    bench.host.send(&response_to(&seen)).await;
    first.await.unwrap().unwrap();
    // and while a response to the first could still be repeated, the key is not given again
    let third = bench.peer.request(request(1), SECOND).await.unwrap_err();
    assert!(matches!(third, SendError::NotSent(NotSent::Recent)), "{third}");
}

/// The response to a request that timed out is handed over as late; the next request does not get it.
#[tokio::test(start_paused = true)]
async fn a_late_response_is_delivered_and_matches_nothing_else() {
    let mut bench = Bench::new();
    let began = Instant::now();
    let lost = bench.request(request(1), 5 * SECOND);
    let seen = bench.host.next().await;
    let error = lost.await.unwrap().unwrap_err();
    assert!(matches!(error, SendError::Unknown { why: Lost::TimedOut, .. }), "{error}");
    assert_eq!(began.elapsed().as_secs(), 5);
    let next = bench.request(request(2), 5 * SECOND);
    let other = bench.host.next().await;
    bench.host.send(&response_to(&seen)).await;
    bench.host.send(&response_to(&seen)).await;
    bench.host.send(&response_to(&other)).await;
    bench.host.send(&response_to(&request(77))).await;
    assert_eq!(next.await.unwrap().unwrap().message().number(de::STAN), Ok(2));
    sleep(SECOND).await;
    let heard = &bench.heard;
    assert_eq!(
        (&*heard.late.lock().unwrap(), &*heard.duplicates.lock().unwrap()),
        (&[1].into(), &[1].into())
    );
    assert_eq!(*heard.unsolicited.lock().unwrap(), [77]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_a_late_response() {
    let mut bench = Bench::new();
    let sent = bench.request(request(1), 60 * SECOND);
    let seen = bench.host.next().await;
    sent.abort();
    let _ = sent.await;
    assert_eq!(bench.peer.in_flight(), 0);
    bench.host.send(&response_to(&seen)).await;
    sleep(SECOND).await;
    assert_eq!(*bench.heard.late.lock().unwrap(), [1]);
}

#[tokio::test(start_paused = true)]
async fn frames_split_at_every_octet_and_merged_are_the_same_messages() {
    let mut bench = Bench::new();
    for n in 0..10 {
        let sent = [bench.request(request(2 * n), SECOND), bench.request(request(2 * n + 1), SECOND)];
        let mut stream = Vec::new();
        for _ in 0..2 {
            let seen = bench.host.next().await;
            stream.extend(bench.host.frame(&[], &response_to(&seen)));
        }
        // in pieces of 1, 2, 3 ... octets; the last rounds in one
        for piece in stream.chunks(1 + usize::try_from(n * n * n).unwrap()) {
            bench.host.stream.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        for sent in sent {
            sent.await.unwrap().unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lone_request_waits_for_no_timer_and_many_share_a_write() {
    let mut bench = Bench::new();
    let began = Instant::now();
    let sent = bench.request(request(1), 10 * SECOND);
    let seen = bench.host.next().await;
    bench.host.send(&response_to(&seen)).await;
    sent.await.unwrap().unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    let before = bench.peer.totals().writes;
    let sent: Vec<_> = (2..66).map(|n| bench.request(request(n), 10 * SECOND)).collect();
    for _ in 2..66 {
        bench.host.next().await;
    }
    assert_eq!(bench.peer.totals().writes - before, 1, "64 requests in one write");
    drop(sent);
}

/// One task sends many in a row, and awaits them in any order.
#[tokio::test(start_paused = true)]
async fn a_request_is_on_its_way_before_it_is_awaited() {
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| settings.limits.window = 3);
    // The connection is not up yet: the first one waits while it is awaited, like any other.
    let early = bench.peer.request(request(1), SECOND);
    assert_eq!(format!("{early:?}"), "Pending(waiting for its turn)");
    let early = tokio::spawn(early);
    let first = bench.host.next().await;
    bench.host.send(&response_to(&first)).await;
    assert_eq!(stan(early.await.unwrap().unwrap().wire()), 1);

    let writes = bench.peer.totals().writes;
    let [two, three, four] = [2, 3, 4].map(|stan| bench.peer.request(request(stan), SECOND));
    let beyond = bench.peer.request(request(5), 2 * SECOND);
    assert_eq!((format!("{two:?}"), bench.peer.in_flight()), ("Pending(in flight)".into(), 3));
    for _ in 0..3 {
        let sent = bench.host.next().await;
        bench.host.send(&response_to(&sent)).await;
    }
    assert_eq!(bench.peer.totals().writes - writes, 1);
    sleep(SECOND / 10).await;
    drop(three);
    for (pending, expected) in [(four, 4), (two, 2)] {
        assert_eq!(stan(pending.await.unwrap().wire()), expected);
    }
    let beyond = tokio::spawn(beyond);
    let last = bench.host.next().await;
    bench.host.send(&response_to(&last)).await;
    assert_eq!(stan(beyond.await.unwrap().unwrap().wire()), 5);
    assert_eq!(bench.peer.in_flight(), 0);
    assert_eq!(*bench.heard.late.lock().unwrap(), [3], "it was given up, whether its response came or not");
}

#[tokio::test(start_paused = true)]
async fn the_window_makes_callers_wait_and_then_says_not_sent() {
    let limits = Limits::default().window(2);
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| settings.limits = limits);
    let first = bench.request(request(1), 10 * SECOND);
    let _second = bench.request(request(2), 10 * SECOND);
    let seen = [bench.host.next().await, bench.host.next().await];
    let error = bench.peer.request(request(3), SECOND).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(NotSent::NoRoom)), "{error}");
    let fourth = bench.request(request(4), 5 * SECOND);
    bench.host.send(&response_to(seen.iter().find(|seen| stan(seen) == 1).unwrap())).await;
    first.await.unwrap().unwrap();
    let seen = bench.host.next().await;
    assert_eq!(stan(&seen), 4, "the third never left");
    bench.host.send(&response_to(&seen)).await;
    fourth.await.unwrap().unwrap();
}

/// A peer that takes nothing: what had begun to leave is unknown, what had not is not sent.
#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_leaves_not_sent_and_unknown_apart() {
    let bench = Bench::with(150, Hooks::NONE, |settings| settings.write_timeout = 30 * SECOND);
    let mut sent = Vec::new();
    for n in 0..6 {
        sent.push(bench.request(request(n), 20 * SECOND));
        sleep(SECOND).await;
    }
    let mut unknown = 0;
    for (n, sent) in sent.into_iter().enumerate() {
        match sent.await.unwrap().unwrap_err() {
            SendError::Unknown { why: Lost::TimedOut, .. } => unknown += 1,
            SendError::NotSent(NotSent::NoRoom) => assert!(n >= 2, "{n} had left"),
            other => panic!("{other}"),
        }
    }
    // 72 octets each: the third was begun, and the fourth could be taken into its batch
    assert!((2..=4).contains(&unknown), "{unknown}");
    assert_eq!(bench.session.await.unwrap(), Closed::WriteTimeout);
    let Host { mut stream, framing, mut received } = bench.host;
    stream.read_to_end(&mut received).await.unwrap();
    let mut frames = 0;
    while let Some(frame) = framing.split(&received).unwrap() {
        let used = frame.consumed;
        received.drain(..used);
        frames += 1;
    }
    assert!(frames <= unknown, "no more than those of unknown outcome can have arrived");
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_ends_everything_at_once() {
    let mut bench = Bench::new();
    let sent = bench.request(request(1), 60 * SECOND);
    bench.host.next().await;
    drop(bench.host);
    let error = sent.await.unwrap().unwrap_err();
    assert!(matches!(error, SendError::Unknown { why: Lost::Disconnected, .. }), "{error}");
    assert!(error.may_have_arrived());
    let began = Instant::now();
    let error = bench.peer.request(request(2), 3 * SECOND).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(NotSent::Down)) && !error.may_have_arrived(), "{error}");
    assert_eq!(began.elapsed(), 3 * SECOND);
    // what is wrong with a message is told at once, not after a wait for a connection
    let error = bench.peer.request(b"0200", 3 * SECOND).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(NotSent::Message(_))), "{error}");
    assert_eq!(began.elapsed(), 3 * SECOND);
}

/// Of what was in flight when the connection was lost, that which had begun to leave may have arrived, and the rest
/// certainly did not: its keys are free.
#[tokio::test(start_paused = true)]
async fn a_lost_connection_tells_what_had_left_from_what_had_not() {
    let bench = Bench::with(150, Hooks::NONE, |settings| settings.write_timeout = 300 * SECOND);
    let mut sent = Vec::new();
    for n in 0..6 {
        sent.push(bench.request(request(n), 100 * SECOND));
        sleep(SECOND).await;
    }
    drop(bench.host);
    let mut lost = Vec::new();
    for sent in sent {
        lost.push(match sent.await.unwrap().unwrap_err() {
            SendError::Unknown { why: Lost::Disconnected, .. } => "unknown",
            SendError::NotSent(NotSent::Lost) => "not sent",
            other => panic!("{other}"),
        });
    }
    // 72 octets each: two fit, the third was begun, the others waited for their turn
    assert_eq!(lost, ["unknown", "unknown", "unknown", "not sent", "not sent", "not sent"]);
    assert_eq!(bench.peer.state.lock().mux.remembered(), 3, "a response may still come to those that left");
}

/// A request whose time ran out before it left has no response to come, so its key can be used at once.
#[tokio::test(start_paused = true)]
async fn the_key_of_a_request_that_never_left_is_free() {
    let mut bench = Bench::with(150, Hooks::NONE, |settings| settings.write_timeout = 300 * SECOND);
    let mut sent = Vec::new();
    for n in 0..4 {
        sent.push(bench.request(request(n), 100 * SECOND));
        sleep(SECOND).await;
    }
    let error = bench.peer.request(request(4), SECOND).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(NotSent::NoRoom)), "{error}");
    sent.push(bench.request(request(4), 100 * SECOND));
    sleep(SECOND).await;
    assert!(!sent[4].is_finished(), "it was refused");
    for n in 0..5 {
        let seen = bench.host.next().await;
        assert_eq!(stan(&seen), n, "each leaves once");
        bench.host.send(&response_to(&seen)).await;
    }
    for sent in sent {
        sent.await.unwrap().unwrap();
    }
}

/// A decline with a wrong code is as little believed as an approval.
#[tokio::test(start_paused = true)]
async fn a_response_refused_by_its_mac_or_by_the_spec_is_told_as_such() {
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| {
        settings.check = Some(Arc::new(|response| match response.number(de::AMOUNT) {
            Ok(101) => Err(Rejection::Mac),
            _ => Ok(()),
        }));
    });
    let sent = [1, 2, 3].map(|n| bench.request(request(n), 10 * SECOND));
    for _ in 0..3 {
        let seen = bench.host.next().await;
        let mut response = response_to(&seen);
        if stan(&seen) == 2 {
            let last = response.len() - 1;
            response[last] = 0x07;
        }
        bench.host.send(&response).await;
    }
    let [mac, spec, good] = sent;
    let error = mac.await.unwrap().unwrap_err();
    assert!(matches!(error, SendError::Refused { why: Rejection::Mac, .. }), "{error}");
    good.await.unwrap().unwrap();
    // the terminal is part of the key, and it did not parse: nothing can be said to belong to it
    let error = spec.await.unwrap().unwrap_err();
    assert!(matches!(error, SendError::Unknown { .. }), "{error}");
    assert_eq!(bench.heard.unreadable.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_response_that_breaks_after_its_key_is_refused_by_the_spec() {
    let mut bench = Bench::new();
    let sent = bench.request(request(2), 10 * SECOND);
    let mut response = response_to(&bench.host.next().await);
    response.push(b'!');
    bench.host.send(&response).await;
    match sent.await.unwrap().unwrap_err() {
        SendError::Refused { why: Rejection::Spec(error), response } => {
            assert_eq!(error.kind(), crate::ErrorKind::Trailing);
            assert_eq!(response.inspect().get(de::STAN).unwrap(), "000002");
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_response_is_sent_and_forgotten() {
    let mut bench = Bench::new();
    let notification = Builder::new(&ISO87_ASCII, "0640".parse().unwrap()).set(de::STAN, 7).to_vec().unwrap();
    sleep(SECOND).await;
    bench.peer.notify(&notification).unwrap();
    assert_eq!(bench.host.next().await, notification);
    assert_eq!((bench.peer.in_flight(), bench.peer.totals().requests), (0, 0));
    assert!(matches!(bench.peer.notify(b"0640"), Err(NotSent::Message(_))), "it is checked as others are");
    drop(bench.host);
    bench.session.await.unwrap();
    assert_eq!(bench.peer.notify(&notification), Err(NotSent::Down));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_told_before_it_is_tried() {
    let bench = Bench::new();
    let not_sent = async |message: Vec<u8>| match bench.peer.request(message, SECOND).await {
        Err(SendError::NotSent(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(matches!(not_sent(b"0200".to_vec()).await, NotSent::Message(_)));
    assert_eq!(
        not_sent(response_to(&request(1))).await.to_string(),
        "it has nothing by which its response would be known"
    );
    let no_key = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST).set(de::AMOUNT, 1).to_vec().unwrap();
    assert_eq!(not_sent(no_key).await, NotSent::NoKey);
    assert_eq!(bench.peer.totals().requests, 0);
}

/// Repeats keep their identity; the first response settles the exchange, whichever it responses.
#[tokio::test(start_paused = true)]
async fn a_repeat_may_follow_its_original_and_either_response_settles_it() {
    let mut bench = Bench::new();
    let advice = Builder::new(&ISO87_ASCII, Mti::REVERSAL_ADVICE).set(de::STAN, 9).to_vec().unwrap();
    bench.peer.request(&advice, SECOND).await.unwrap_err();
    let original = bench.host.next().await;
    let repeat = crate::net::exchange::saf::repeat_of(&ISO87_ASCII, &advice).unwrap();
    let sent = bench.request(repeat, SECOND);
    assert_eq!(bench.host.next().await[..4], *b"0421");
    bench.host.send(&response_to_advice(&original)).await;
    sent.await.unwrap().unwrap();
    bench.host.send(&response_to_advice(&original)).await;
    sleep(SECOND).await;
    assert_eq!(*bench.heard.duplicates.lock().unwrap(), [9]);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_repeat_form_can_be_sent_again() {
    let mut bench = Bench::new();
    assert!(bench.request(request(1), SECOND).await.unwrap().is_err());
    bench.host.next().await;
    let recent = bench.request(request(1), SECOND).await.unwrap().unwrap_err();
    assert!(matches!(recent, SendError::NotSent(NotSent::Recent)), "{recent}");
    let peer = bench.peer.clone();
    let again = tokio::spawn(async move { peer.request_again(request(1), SECOND).await });
    let found = bench.host.next().await;
    bench.host.send(&response_to(&found)).await;
    assert_eq!(stan(again.await.unwrap().unwrap().wire()), 1);
}

fn response_to_advice(advice: &[u8]) -> Vec<u8> {
    let advice = Message::parse(&ISO87_ASCII, advice).unwrap();
    Builder::reply_to(&advice).echo(&advice, &[de::STAN]).set(de::RESPONSE_CODE, "00").to_vec().unwrap()
}

fn sign_on(code: &'static str) -> Hooks {
    let hello = || {
        Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST)
            .set(de::STAN, 1)
            .set(de::NETWORK_CODE, "001")
            .to_vec()
            .unwrap()
    };
    let accepted =
        move |response: &Message<'_>| response.get(de::RESPONSE_CODE).is_some_and(|field| field == code);
    Hooks { sign_on: Some(OwnRequest::new(hello, accepted, SECOND)), ..Hooks::NONE }
}

#[tokio::test(start_paused = true)]
async fn no_request_overtakes_the_sign_on() {
    let mut bench = Bench::with(1 << 16, sign_on("00"), |_| ());
    let sent = bench.request(request(5), 10 * SECOND);
    let hello = bench.host.next().await;
    assert_eq!(hello[..4], *b"0800");
    assert!(timeout(SECOND / 2, bench.host.next()).await.is_err(), "nothing before the response");
    bench.host.send(&response_to(&hello)).await;
    let seen = bench.host.next().await;
    bench.host.send(&response_to(&seen)).await;
    sent.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_sign_on_that_is_refused_or_ignored_ends_the_connection() {
    let mut refused = Bench::with(1 << 16, sign_on("77"), |_| ());
    let hello = refused.host.next().await;
    refused.host.send(&response_to(&hello)).await;
    assert_eq!(refused.session.await.unwrap(), Closed::SignOn);
    let ignored = Bench::with(1 << 16, sign_on("00"), |_| ());
    assert_eq!(ignored.session.await.unwrap(), Closed::SignOn);
}
