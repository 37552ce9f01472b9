//! Each response belongs to its request, and each request without one is counted.

use super::*;
use crate::net::connection::handler::{Async, Reply, Responder};
use crate::net::{Correlation, Observer, ReplyError};
use std::boxed::Box;
use tokio::time::sleep;

/// What a handler gives to a request, and what it got when it tried to send it.
type Tried = Arc<Mutex<Vec<Result<(), ReplyError>>>>;

/// A bench whose handler responds with octets that `make` makes of the request.
fn trying(make: impl Fn(&Message<'_>) -> Vec<u8> + Send + Sync + 'static, later: bool) -> (Bench, Tried) {
    let tried = Tried::default();
    let told = Arc::clone(&tried);
    let handler = move |request: &Message<'_>, reply: Reply<'_>| {
        let response = make(request);
        let sent = if later { reply.later().send(response) } else { reply.send(response) };
        told.lock().unwrap().push(sent);
    };
    (Bench::serving(handler, |_| ()), tried)
}

/// The response to a request with some elements changed, set or left out.
fn changed(request: &Message<'_>, change: impl Fn(&mut Builder<'_>)) -> Vec<u8> {
    let mut response = Builder::reply_to(request);
    response.echo(request, &[de::AMOUNT, de::STAN, de::TERMINAL, de::TRANSMISSION_TIME]);
    change(response.set(de::RESPONSE_CODE, "00"));
    response.to_vec().unwrap()
}

type Change = fn(&mut Builder<'_>);

/// Whichever element of the key is another, missing, or there without need: it is not sent.
#[tokio::test(start_paused = true)]
async fn a_response_with_another_key_than_its_request_is_refused() {
    let changes: [(Change, ReplyError); 6] = [
        (|response| _ = response.set(de::STAN, 999_999), ReplyError::Key(de::STAN)),
        (|response| _ = response.remove(de::STAN), ReplyError::Key(de::STAN)),
        (|response| _ = response.set(de::TERMINAL, "TERM0002"), ReplyError::Key(de::TERMINAL)),
        (|response| _ = response.set(de::TRANSMISSION_TIME, "1123061759"), ReplyError::Key(7)),
        (|response| _ = response.mti(Mti::REVERSAL_RESPONSE), ReplyError::Mti(Mti::REVERSAL_RESPONSE)),
        (|response| _ = response.mti(Mti::FINANCIAL_REQUEST), ReplyError::Mti(Mti::FINANCIAL_REQUEST)),
    ];
    for ((change, expected), later) in changes.into_iter().flat_map(|case| [(case, false), (case, true)]) {
        let (mut bench, tried) = trying(move |request| changed(request, change), later);
        bench.host.send(&request(1)).await;
        sleep(SECOND).await;
        assert_eq!(*tried.lock().unwrap(), [Err(expected)]);
        let totals = bench.peer.totals();
        assert_eq!((totals.octets_out, totals.taken, totals.unanswered), (0, 1, 1), "nothing left");
        let heard = bench.heard.events.lock().unwrap().clone();
        assert!(heard.contains(&Event::NoResponse(expected)) && heard.contains(&Event::Unanswered));
    }
}

/// The same verdict where the response is a builder, which is not parsed again when that is not needed.
#[tokio::test(start_paused = true)]
async fn a_builder_with_another_key_is_refused_too() {
    let handler = |request: &Message<'_>, reply: Reply<'_>| {
        let copy = *request;
        let mut response = Builder::reply_to(request);
        response.set(de::RESPONSE_CODE, "00");
        let sent = match request.number(de::STAN).unwrap() {
            1 => reply.send(response.echo(request, &[de::STAN, de::TERMINAL])),
            // another value of the same message, and values that are set: they are compared
            2 => reply.send(response.echo(&copy, &[de::STAN, de::TERMINAL])),
            3 => reply.send(response.set(de::STAN, 3).set(de::TERMINAL, "TERM0001")),
            4 => reply.send(response.echo(request, &[de::STAN])),
            5 => reply.send(response.echo(request, &[de::STAN, de::TERMINAL]).set(de::STAN, 55)),
            _ => reply.send(response.echo(request, &[de::STAN, de::TERMINAL]).set(7, "1123061759")),
        };
        let expected = match request.number(de::STAN).unwrap() {
            4 => Err(ReplyError::Key(de::TERMINAL)),
            5 => Err(ReplyError::Key(de::STAN)),
            6 => Err(ReplyError::Key(de::TRANSMISSION_TIME)),
            _ => Ok(()),
        };
        assert_eq!(sent, expected);
    };
    let mut bench = Bench::serving(handler, |_| ());
    for stan in 1..=6 {
        bench.host.send(&request(stan)).await;
    }
    for expected in 1..=3 {
        assert_eq!(stan(&bench.host.next().await), expected);
    }
    sleep(SECOND).await;
    assert_eq!(bench.peer.totals().unanswered, 3);
}

/// What counts is the rule of the connection: elements outside of the key may differ, and an MTI may be
/// declared.
#[tokio::test(start_paused = true)]
async fn the_rule_of_the_connection_says_what_is_a_response() {
    let other = |request: &Message<'_>, reply: Reply<'_>| {
        let mut response = Builder::reply_to(request);
        response.mti("0230".parse().unwrap()).echo(request, &[de::STAN]).set(de::TERMINAL, "TERM0009");
        reply.send(&response).unwrap();
    };
    let mut bench = Bench::serving(other, |settings| {
        let (request, response) = (Mti::FINANCIAL_REQUEST, "0230".parse().unwrap());
        settings.correlation = Correlation::on(&[de::STAN]).response(request, response);
    });
    bench.host.send(&request(1)).await;
    assert_eq!(bench.host.next().await[..4], *b"0230");
}

/// However a request is left without a response, it counts, once; what needs none does not.
#[tokio::test(start_paused = true)]
async fn every_request_without_a_response_counts_as_unanswered() {
    type Leave = fn(Reply<'_>);
    let ways: [Leave; 5] = [
        |reply| drop(reply),
        |reply| drop(reply.later()),
        |reply| _ = reply.send(None),
        |reply| _ = reply.later().send(None),
        |reply| reply.later().hang_up(),
    ];
    for leave in ways {
        let serving = || Bench::serving(move |_: &Message<'_>, reply: Reply<'_>| leave(reply), |_| ());
        let notification =
            Builder::new(&ISO87_ASCII, "0640".parse().unwrap()).set(de::STAN, 7).to_vec().unwrap();
        for (message, unanswered) in [(notification, 0), (request(1), 1)] {
            let mut bench = serving();
            bench.host.send(&message).await;
            sleep(SECOND).await;
            assert_eq!((bench.peer.totals().taken, bench.peer.totals().unanswered), (1, unanswered));
        }
    }
    // a response that is sent, in whatever way, counts as one
    let ways: [fn(&Message<'_>, Responder); 2] =
        [|request, way| way.send(response_to(request.wire())).unwrap(), |_, way| way.send_raw(b"\0\0")];
    for send in ways {
        let handler = move |request: &Message<'_>, reply: Reply<'_>| send(request, reply.later());
        let mut bench = Bench::serving(handler, |_| ());
        bench.host.send(&request(1)).await;
        sleep(SECOND).await;
        assert_eq!((bench.peer.totals().taken, bench.peer.totals().unanswered), (1, 0));
    }
    let nothing = |_: Received| async { None };
    let mut bench = Bench::serving(Async::new(nothing), |_| ());
    bench.host.send(&request(1)).await;
    sleep(SECOND).await;
    assert_eq!(bench.peer.totals().unanswered, 1);
}

/// Who names no observer gets one that says what cannot be read; `()` hears nothing.
#[test]
fn an_observer_can_be_silenced() {
    let observers: [Box<dyn Observer>; 2] = [Box::new(()), Box::new(crate::net::log::Warnings::default())];
    for observer in observers {
        observer.unreadable(&Inspection::of(&ISO87_ASCII, b"0200"));
        observer.event(Event::NoResponse(ReplyError::Key(de::STAN)));
    }
}
