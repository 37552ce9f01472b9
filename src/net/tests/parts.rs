//! The parts of a connection, each alone: what is counted, gathered, remembered and kept, at both sides of each bound.

use super::*;
use crate::model::bitmap::Bitmap;
use crate::net::client::route::Verdict;
use crate::net::connection::duplicates::{Duplicates, Known};
use crate::net::connection::gathered::Gathered;
use crate::net::connection::handler::Reply;
use crate::net::connection::outbox::Batch;
use crate::net::connection::responses::Responses;
use crate::net::connection::state::Phase;
use crate::net::connection::usage::Usage;
use crate::net::{Closed, Correlation, ForwarderState, ReplyError, Totals, TurnedAway};
use crate::spec::ISO93_ASCII;
use tokio::time::{Instant, advance};

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_and_what_goes_out_is_timed() {
    let usage = Usage::new();
    advance(millis(700)).await;
    assert_eq!((usage.silence(), usage.disuse()), (millis(700), millis(700)));
    usage.write();
    advance(millis(30)).await;
    assert_eq!((usage.silence(), usage.disuse()), (millis(730), millis(30)));
    usage.hear();
    advance(millis(5)).await;
    assert_eq!((usage.silence(), usage.disuse()), (millis(5), millis(5)));
    let said = |usage: &Usage| (usage.is_in_hand(), usage.has_spoken(), usage.is_noise());
    assert_eq!(said(&usage), (false, false, false));
    usage.has_noise();
    assert_eq!(said(&usage), (false, false, true));
    usage.has_message();
    assert_eq!(said(&usage), (false, true, false), "who has spoken makes no noise");
    usage.set_in_hand(true);
    assert_eq!(said(&usage), (true, true, false));
    usage.begin();
    assert_eq!((said(&usage), usage.silence()), ((false, false, false), Duration::ZERO));
}

/// Half a window is a batch, of 16 requests at least and of 256 at most; each is said once.
#[test]
fn a_batch_is_half_a_window() {
    for (window, full) in [
        (0, 16),
        (1, 16),
        (33, 16),
        (34, 17),
        (100, 50),
        (510, 255),
        (512, 256),
        (514, 256),
        (usize::MAX, 256),
    ] {
        let gathered = Gathered::of(window);
        assert_eq!(gathered.full, full, "{window}");
        for _ in 0..2 {
            assert!((1..full).all(|_| !gathered.add()) && !gathered.is_batch(), "{window}");
            assert!(gathered.add() && !gathered.add() && gathered.is_batch() && !gathered.is_batch());
        }
        (1..full).for_each(|_| _ = gathered.add());
        gathered.clear();
        assert!((1..full).all(|_| !gathered.add()) && !gathered.is_batch(), "{window}: none waits");
    }
}

/// What `duplicates` knows of a request that is `change`d, all under one key.
fn look_up(duplicates: &Arc<Duplicates>, change: impl Fn(&mut Builder<'_>)) -> Known {
    let first = request(1);
    let trace = Correlation::default().trace(&Message::parse(&ISO87_ASCII, &first).unwrap()).unwrap();
    let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
    builder.set(de::PAN, PAN).set(de::PROCESSING_CODE, "000000").set(de::AMOUNT, 101).set(de::STAN, 1);
    builder.set(de::TERMINAL, "TERM0001").set(de::MERCHANT, "MERCHANT0000001").set(de::CURRENCY, "978");
    builder.set(de::NETWORK_CODE, "301");
    change(&mut builder);
    let wire = builder.to_vec().unwrap();
    duplicates.look_up(trace, &Message::parse(&ISO87_ASCII, &wire).unwrap())
}

/// Whether `duplicates` has a response to the request that is `change`d; `None` when it is another request.
fn is_again(duplicates: &Arc<Duplicates>, change: impl Fn(&mut Builder<'_>)) -> Option<bool> {
    match look_up(duplicates, change) {
        Known::Other => None,
        Known::Completed(response) => Some(**response == *b"response"),
        Known::New(_) | Known::InProgress => Some(false),
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_comes_again_when_it_asks_for_the_same() {
    let duplicates = Duplicates::new(9, 60 * SECOND);
    let Known::New(slot) = look_up(&duplicates, |_| ()) else { panic!("nothing is known yet") };
    assert_eq!(is_again(&duplicates, |_| ()), Some(false), "it is in progress");
    slot.keep(b"response");
    let others: [fn(&mut Builder<'_>); 8] = [
        |other| _ = other.set(de::PAN, "4242424242424242"),
        |other| _ = other.set(de::PROCESSING_CODE, "200000"),
        |other| _ = other.set(de::AMOUNT, 102),
        |other| _ = other.set(de::TERMINAL, "TERM0002"),
        |other| _ = other.set(de::MERCHANT, "MERCHANT0000002"),
        |other| _ = other.set(de::CURRENCY, "840"),
        |other| _ = other.set(de::NETWORK_CODE, "001"),
        |other| _ = other.remove(de::MERCHANT),
    ];
    for (index, other) in others.into_iter().enumerate() {
        assert_eq!(is_again(&duplicates, other), None, "{index}");
    }
    let same: [fn(&mut Builder<'_>); 3] = [
        |same| _ = same.mti(Mti::FINANCIAL_REQUEST.repeat().unwrap()),
        |same| _ = same.set(de::TRANSMISSION_TIME, "1123061759"),
        |same| _ = same.set(de::RRN, "000000000001"),
    ];
    for (index, same) in same.into_iter().enumerate() {
        assert_eq!(is_again(&duplicates, same), Some(true), "{index}");
    }
    advance(60 * SECOND - millis(1)).await;
    assert_eq!(is_again(&duplicates, |_| ()), Some(true));
    advance(millis(1)).await;
    assert!(matches!(look_up(&duplicates, |_| ()), Known::New(_)), "forgotten after a minute");
}

#[test]
fn forms_are_kept_for_four_lists_of_elements() {
    let mut responses = Responses::default();
    let list = |number: u8| [11, number].into_iter().collect::<Bitmap>();
    for _ in 0..2 {
        for number in [2, 3, 4, 7] {
            let forms = responses.with(&ISO87_ASCII, &list(number)).unwrap();
            assert!(*forms.echoed() == list(number), "{number}");
        }
        assert!(responses.with(&ISO87_ASCII, &list(41)).is_none());
    }
}

/// Each event counts in its one total, or in none.
#[test]
fn each_event_has_its_total() {
    let zero = Totals::default();
    let away = Event::TurnedAway { peer: None, why: TurnedAway::TableFull };
    for (event, counted) in [
        (Event::Up, Totals { connections: 1, ..zero }),
        (Event::Responded(SECOND), Totals { responses: 1, ..zero }),
        (Event::Refused, Totals { refused: 1, ..zero }),
        (Event::Expired, Totals { expired: 1, ..zero }),
        (Event::Late(SECOND), Totals { late: 1, ..zero }),
        (Event::Duplicate, Totals { duplicates: 1, ..zero }),
        (Event::Unsolicited, Totals { unsolicited: 1, ..zero }),
        (Event::Unreadable, Totals { unreadable: 1, ..zero }),
        (Event::Taken, Totals { taken: 1, ..zero }),
        (Event::Repeated, Totals { repeated: 1, ..zero }),
        (Event::Unanswered, Totals { unanswered: 1, ..zero }),
        (Event::ResponseLost, Totals { responses_lost: 1, ..zero }),
        (away, Totals { turned_away: 1, ..zero }),
        (Event::Down(Closed::GaveWay), Totals { gave_way: 1, ..zero }),
        (Event::HandshakeFailed(Closed::GaveWay), Totals { gave_way: 1, ..zero }),
        (Event::Down(Closed::NoEcho), zero),
        (Event::HandshakeFailed(Closed::NoEcho), zero),
        (Event::ConnectFailed(Closed::GaveWay), zero),
        (Event::Retry(SECOND), zero),
        (Event::NoResponse(ReplyError::Key(11)), zero),
        (Event::Polled, zero),
        (Event::Forwarder(ForwarderState::Running), zero),
        (Event::NotCompacted("no".into()), zero),
    ] {
        let heard = Arc::new(Heard::default());
        let settings = Settings { observer: Arc::clone(&heard) as _, ..Settings::default() };
        let state = State::new(settings, Arc::default());
        state.tell(event.clone());
        assert_eq!(state.counters.totals(), counted, "{event:?}");
        assert_eq!(*heard.events.lock().unwrap(), [event]);
    }
}

fn state(change: impl FnOnce(&mut Settings)) -> Arc<State> {
    let mut settings = Settings { observer: Arc::new(()), ..Settings::default() };
    change(&mut settings);
    State::new(settings, Arc::default())
}

/// Each of what uses a connection, alone: a frame that waits, one being written, a request in flight, and one that is
/// being processed.
#[tokio::test(start_paused = true)]
async fn whatever_uses_a_connection_uses_it_alone() {
    let state = state(|settings| settings.concurrency = 2);
    let peer = Peer { state: Arc::clone(&state) };
    state.write_raw(b"lost");
    state.respond(b"", b"0810").unwrap();
    assert_eq!((state.lock().outbox.frames().len(), state.counters.totals().responses_lost), (0, 1));
    state.connected(Phase::Up);
    assert!(!state.is_used());
    state.write_raw(b"octets");
    assert!(state.is_used(), "it waits");
    let mut batch = Batch::default();
    assert!(state.take(&mut batch).await);
    assert_eq!((batch.octets(), state.is_used()), (&b"octets"[..], true), "it is being written");
    state.finish();
    assert!(!state.take(&mut batch).await && !state.is_used(), "nothing is left");
    let sent = peer.request(request(1), 9 * SECOND);
    assert!(state.take(&mut batch).await && !state.take(&mut batch).await);
    assert_eq!((state.in_flight(), state.is_used()), (1, true), "a request is in flight");
    drop(sent);
    assert_eq!((state.in_flight(), state.is_used()), (0, false));
    let place = state.places.clone().try_acquire_owned().unwrap();
    assert_eq!((state.is_used(), state.is_busy(), state.is_owing()), (true, false, false));
    let other = state.places.clone().try_acquire_owned().unwrap();
    assert_eq!((state.is_used(), state.is_busy(), state.is_owing()), (true, true, true));
    drop((place, other));
    assert!(!state.is_used() && !state.is_busy() && !state.is_owing());
}

#[test]
fn as_much_is_owed_as_may_wait() {
    let state = state(|settings| settings.outbox_bytes = 10);
    state.connected(Phase::Up);
    state.write_raw(&[0; 9]);
    assert!(!state.is_owing());
    state.write_raw(&[0; 1]);
    assert!(state.is_owing() && !state.is_busy());
}

#[tokio::test(start_paused = true)]
async fn times_beyond_all_clocks_are_a_year_away() {
    let state = state(|settings| (settings.concurrency, settings.limits.window) = (0, usize::MAX));
    assert_eq!((state.settings.concurrency, state.settings.limits.window), (1, 1 << 28));
    assert_eq!((state.places.available_permits(), state.window.available_permits()), (1, 1 << 28));
    let start = Instant::now();
    assert_eq!(state.at(5 * SECOND) - start, 5 * SECOND);
    let day = 86_400 * SECOND;
    assert_eq!(state.at(Duration::MAX) - start, 365 * day);
    advance(day).await;
    assert_eq!((state.at(Duration::MAX) - start, state.now()), (366 * day, day));
}

/// Requests and advices have responses, notifications since 2003, instructions likewise, and responses never.
#[test]
fn who_is_owed_a_response() {
    let state = state(|_| ());
    for (mti, needs) in [
        ("0100", true),
        ("0101", true),
        ("0120", true),
        ("0140", false),
        ("1140", false),
        ("2140", true),
        ("0160", false),
        ("2160", true),
        ("0110", false),
        ("0130", false),
        ("0180", false),
    ] {
        let wire = Builder::new(&ISO87_ASCII, mti.parse().unwrap()).set(de::STAN, 1).to_vec().unwrap();
        assert_eq!(state.needs_response(&Message::parse(&ISO87_ASCII, &wire).unwrap()), needs, "{mti}");
    }
}

/// An element that a response has of its own is compared with the request's, whether or not it is echoed, too.
#[tokio::test(start_paused = true)]
async fn a_response_by_its_form_has_the_key_of_its_request() {
    type Case = (&'static [u8], &'static [(u8, &'static str)], Result<(), ReplyError>);
    const CASES: [Case; 8] = [
        (&[11, 41], &[(39, "00")], Ok(())),
        (&[7, 11, 41], &[(39, "00")], Ok(())),
        (&[41], &[(11, "000001"), (39, "00")], Ok(())),
        (&[41], &[(11, "000009")], Err(ReplyError::Key(11))),
        (&[11, 41], &[(11, "000009")], Err(ReplyError::Key(11))),
        (&[11, 41], &[(41, "TERM0009")], Err(ReplyError::Key(41))),
        (&[11], &[(39, "00")], Err(ReplyError::Key(41))),
        (&[11, 41], &[(7, "1123061759")], Err(ReplyError::Key(7))),
    ];
    for (index, (echoed, values, expected)) in CASES.into_iter().enumerate() {
        let told = Arc::new(Mutex::new(None));
        let tells = Arc::clone(&told);
        let handler = move |_: &Message<'_>, reply: Reply<'_>| {
            let echoed: Bitmap = echoed.iter().copied().collect();
            *tells.lock().unwrap() = Some(reply.respond(&echoed, values));
        };
        let mut bench = Bench::serving(handler, |_| ());
        bench.host.send(&request(1)).await;
        tokio::time::sleep(SECOND).await;
        assert_eq!(*told.lock().unwrap(), Some(expected), "{index}");
        if expected.is_ok() {
            assert_eq!(stan(&bench.host.next().await), 1);
        }
        let totals = bench.peer.totals();
        assert_eq!((totals.taken, totals.unanswered), (1, u64::from(expected.is_err())), "{index}");
    }
}

/// The codes that store and forward heeds, and their neighbours.
#[test]
fn what_a_response_code_says_of_what_was_forwarded() {
    let (done, refused) = (Verdict::Acknowledged, Verdict::Refused(*b"30"));
    let later = Verdict::Later;
    for (spec, code, verdict) in [
        (&ISO87_ASCII, "00", done),
        (&ISO87_ASCII, "03", done),
        (&ISO87_ASCII, "29", done),
        (&ISO87_ASCII, "30", refused),
        (&ISO87_ASCII, "31", done),
        (&ISO87_ASCII, "90", done),
        (&ISO87_ASCII, "91", later),
        (&ISO87_ASCII, "92", done),
        (&ISO87_ASCII, "95", done),
        (&ISO87_ASCII, "96", later),
        (&ISO87_ASCII, "97", done),
        (&ISO93_ASCII, "400", done),
        (&ISO93_ASCII, "903", done),
        (&ISO93_ASCII, "904", refused),
        (&ISO93_ASCII, "905", done),
        (&ISO93_ASCII, "906", done),
        (&ISO93_ASCII, "907", later),
        (&ISO93_ASCII, "908", done),
        (&ISO93_ASCII, "909", later),
        (&ISO93_ASCII, "910", done),
    ] {
        let mut builder = Builder::new(spec, Mti::REVERSAL_RESPONSE);
        let wire = builder.set(de::STAN, 1).set(de::RESPONSE_CODE, code).to_vec().unwrap();
        assert_eq!(Verdict::of(&Message::parse(spec, &wire).unwrap()), verdict, "{code}");
    }
    let wire = Builder::new(&ISO87_ASCII, Mti::REVERSAL_RESPONSE).set(de::STAN, 1).to_vec().unwrap();
    assert_eq!(Verdict::of(&Message::parse(&ISO87_ASCII, &wire).unwrap()), done, "none");
}
