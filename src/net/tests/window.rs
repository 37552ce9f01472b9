//! Every request gives back its place in the window, however it ends, and the place where its response is left is
//! used again without a trace of it.

use super::*;
use crate::net::NotSent;
use crate::net::error::Rejection;
use crate::net::exchange::mux::Limits;
use tokio::time::sleep;

const WINDOW: usize = 4;

/// As many permits are left as requests may still be sent.
fn assert_whole(bench: &Bench) {
    let State { window, .. } = &*bench.peer.state;
    assert_eq!(window.available_permits() + bench.peer.in_flight(), WINDOW);
}

#[tokio::test(start_paused = true)]
async fn however_a_request_ends_its_place_in_the_window_is_free_again() {
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| {
        settings.limits = Limits::default().window(WINDOW);
        settings.check = Some(Arc::new(|response| match response.number(de::STAN) {
            Ok(stan) if stan % 10 == 5 => Err(Rejection::Mac),
            _ => Ok(()),
        }));
    });
    sleep(SECOND).await;
    for round in 0..100 {
        let number = |kind: u32| 1_000 + round * 10 + kind;
        // given up before it left, and after
        drop(bench.peer.request(request(number(0)), SECOND));
        assert_whole(&bench);
        let left = bench.peer.request(request(number(1)), SECOND);
        let seen = bench.host.next().await;
        assert_whole(&bench);
        drop(left);
        assert_whole(&bench);
        bench.host.send(&response_to(&seen)).await;
        // one with the key of another, one that is no message
        let first = bench.peer.request(request(number(2)), SECOND);
        let second = bench.peer.request(request(number(2)), SECOND).await.unwrap_err();
        assert!(matches!(second, SendError::NotSent(NotSent::InFlight)), "{second}");
        let wrong = bench.peer.request(*b"0200", SECOND).await.unwrap_err();
        assert!(matches!(wrong, SendError::NotSent(NotSent::Message(_))), "{wrong}");
        assert_whole(&bench);
        let seen = bench.host.next().await;
        bench.host.send(&response_to(&seen)).await;
        assert_eq!(stan(first.await.unwrap().wire()), number(2));
        // a response that nobody looks at, and one that never comes
        let unread = bench.peer.request(request(number(3)), SECOND);
        let seen = bench.host.next().await;
        bench.host.send(&response_to(&seen)).await;
        sleep(SECOND / 10).await;
        assert_whole(&bench);
        drop(unread);
        bench.peer.request(request(number(4)), SECOND).await.unwrap_err();
        bench.host.next().await;
        // one that the user's check refuses
        let refused = bench.peer.request(request(number(5)), SECOND);
        let seen = bench.host.next().await;
        bench.host.send(&response_to(&seen)).await;
        let error = refused.await.unwrap_err();
        assert!(matches!(error, SendError::Refused { why: Rejection::Mac, .. }), "{error}");
        assert_whole(&bench);
    }
    assert_eq!(bench.peer.state.window.available_permits(), WINDOW);
    let late: Vec<u32> = (0..100).flat_map(|round| [1_001 + round * 10, 1_003 + round * 10]).collect();
    assert_eq!(*bench.heard.late.lock().unwrap(), late);
    // all that is in flight when the connection is lost
    let lost: Vec<_> = (0..4).map(|n| bench.peer.request(request(n), SECOND)).collect();
    assert_eq!(bench.peer.in_flight(), WINDOW);
    drop(bench.host);
    bench.session.await.unwrap();
    assert_eq!(bench.peer.state.window.available_permits(), WINDOW);
    for pending in lost {
        pending.await.unwrap_err();
    }
}

/// The response to a request that was given up comes while another one has taken over all that it used.
#[tokio::test(start_paused = true)]
async fn a_response_to_an_earlier_request_never_meets_a_later_one() {
    let mut bench = Bench::new();
    sleep(SECOND).await;
    for round in 0..50 {
        let (old, new) = (2 * round, 2 * round + 1);
        let given_up = bench.peer.request(request(old), SECOND);
        let seen_old = bench.host.next().await;
        drop(given_up);
        let pending = bench.peer.request(request(new), SECOND);
        let seen_new = bench.host.next().await;
        bench.host.send(&response_to(&seen_old)).await;
        sleep(SECOND / 10).await;
        assert_eq!(bench.heard.late.lock().unwrap().last(), Some(&old));
        assert_eq!(bench.peer.in_flight(), 1, "the later one still waits");
        bench.host.send(&response_to(&seen_new)).await;
        assert_eq!(stan(pending.await.unwrap().wire()), new);
    }
}

/// A caller of the user's panics while responses are handed over: nobody waits for ever, and the window is whole.
#[tokio::test(start_paused = true)]
async fn a_check_that_panics_leaves_nobody_waiting() {
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| {
        settings.limits = Limits::default().window(WINDOW);
        settings.check = Some(Arc::new(|_| panic!("a fault of the user's")));
    });
    sleep(SECOND).await;
    let sent: Vec<_> = (0..3).map(|n| bench.peer.request(request(n), 60 * SECOND)).collect();
    for _ in 0..3 {
        let seen = bench.host.next().await;
        bench.host.send(&response_to(&seen)).await;
    }
    for pending in sent {
        let error = pending.await.unwrap_err();
        assert!(matches!(error, SendError::Unknown { .. }), "{error}");
    }
    bench.session.await.unwrap();
    assert_eq!(bench.peer.state.window.available_permits(), WINDOW);
}
