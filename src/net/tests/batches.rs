//! When the writer is let in, and by what a request is known: both without a parse and without a wait.

use std::collections::VecDeque;

use super::*;
use crate::layout::{Element, Form};
use crate::net::Correlation;
use crate::net::connection::outgoing::Outgoing;
use crate::spec::{self, Spec};
use crate::write::Value;

/// A task with its whole window in flight, which sends one request for each response, writes half a window at a time:
/// the far end has the first half while the second one is made.
#[tokio::test(start_paused = true)]
async fn one_task_with_a_full_window_writes_it_in_halves() {
    let mut bench = Bench::with(1 << 20, Hooks::NONE, |settings| settings.limits.window = 64);
    let peer = bench.peer.clone();
    let caller = tokio::spawn(async move {
        peer.request(request(0), SECOND).await.unwrap();
        let mut sent: VecDeque<_> = (1..=64).map(|n| peer.request(request(n), SECOND)).collect();
        for n in 65..=256 {
            sent.pop_front().unwrap().await.unwrap();
            sent.push_back(peer.request(request(n), SECOND));
        }
        for pending in sent {
            pending.await.unwrap();
        }
    });
    let mut written = Vec::new();
    let mut answered = 0;
    while answered < 257 {
        let before = bench.peer.totals();
        let seen = bench.host.next().await;
        let mut responses = bench.host.frame(&[], &response_to(&seen));
        answered += 1;
        while bench.host.framing.split(&bench.host.received).unwrap().is_some() {
            let seen = bench.host.next().await;
            responses.extend(bench.host.frame(&[], &response_to(&seen)));
            answered += 1;
        }
        written.push(bench.peer.totals().requests - before.requests);
        bench.host.stream.write_all(&responses).await.unwrap();
    }
    caller.await.unwrap();
    let totals = bench.peer.totals();
    // the first one alone, the first window before anything is awaited, then halves
    assert_eq!(totals.writes, 1 + 1 + 192 / 32, "{written:?}");
}

/// Tasks with a request each, as many as the window holds, write it in two or three pieces, where a runtime of several
/// threads lets those go first that were woken last.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_task_for_each_request_writes_about_half_a_window_at_a_time() {
    const WINDOW: u32 = 64;
    const ROUNDS: u32 = 20;
    // all of it on the one thread
    let totals = tokio::spawn(async {
        let mut bench = Bench::with(1 << 20, Hooks::NONE, |settings| settings.limits.window = 64);
        for caller in 0..WINDOW {
            let peer = bench.peer.clone();
            tokio::spawn(async move {
                for round in 0..ROUNDS {
                    peer.request(request(WINDOW * round + caller), 60 * SECOND).await.unwrap();
                }
            });
        }
        for _ in 0..WINDOW * ROUNDS {
            let seen = bench.host.next().await;
            let response = bench.host.frame(&[], &response_to(&seen));
            bench.host.stream.write_all(&response).await.unwrap();
        }
        bench.peer.totals()
    });
    let totals = totals.await.unwrap();
    let windows = u64::from(ROUNDS);
    assert!((2 * windows..=3 * windows).contains(&totals.writes), "{} writes", totals.writes);
}

/// The key that a builder knows is the one that a parse of its octets finds: of every element of every spec, whatever
/// it is given.
#[test]
fn a_builder_has_the_key_that_its_octets_have() {
    let mut known = 0;
    for spec in spec::builtin() {
        for number in 2..=128 {
            let Some(element) = spec.element(number) else { continue };
            let rule = Correlation::on(&[number, de::STAN]);
            let max = element.max().min(400);
            for text in ["1", "a", "=", " "] {
                for len in [1, max.saturating_sub(1), max] {
                    let value: String = text.chars().cycle().take(len).collect();
                    known += u32::from(agrees(spec, &rule, number, value.as_str().into()));
                    known += u32::from(agrees(spec, &rule, number, Value::as_read(value.as_bytes())));
                }
            }
            for value in [0, 999_999] {
                known += u32::from(agrees(spec, &rule, number, value.into()));
            }
            known += u32::from(agrees(spec, &rule, number, Value::from(-1)));
        }
    }
    assert!(known > 1_000, "{known}");
}

/// Whether a builder with that value knows its key; where it does, the octets have it.
fn agrees(spec: &'static Spec<'static>, rule: &Correlation, number: u8, value: Value<'_>) -> bool {
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.set(number, value);
    if number != de::STAN {
        builder.set(de::STAN, 123_456);
    }
    let Ok(wire) = builder.to_vec() else { return false };
    let message = Message::parse(spec, &wire).unwrap();
    let mut known = is_known(&builder, rule, &message);
    // and of a message that takes it over from this one, of the same spec and of another
    let mut copy = Builder::copy_of(&message, spec);
    copy.set(de::APPROVAL_CODE, "123456");
    let Ok(wire) = copy.to_vec() else { return known };
    known |= is_known(&copy, rule, &Message::parse(spec, &wire).unwrap());
    known
}

fn is_known(builder: &Builder<'_>, rule: &Correlation, message: &Message<'_>) -> bool {
    let Some((mti, trace)) = builder.key(rule) else { return false };
    assert_eq!((mti, Some(trace)), (message.mti(), rule.trace(message)), "{builder:?}");
    true
}

/// What nearly every request is known by needs no parse.
#[test]
fn usual_keys_are_known() {
    for spec in spec::builtin() {
        let is_usual = |number: &u8| {
            let element = spec.element(*number);
            element.is_some_and(|element| element.form() == Form::Fixed && element.layout().is_none())
        };
        let numbers: Vec<u8> =
            [de::TRANSMISSION_TIME, de::STAN, de::TERMINAL].into_iter().filter(is_usual).collect();
        let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
        let digits = "1".repeat(spec.element(de::TRANSMISSION_TIME).map_or(0, Element::max));
        let text = "T".repeat(spec.element(de::TERMINAL).map_or(0, Element::max));
        builder.set(de::TRANSMISSION_TIME, &digits).set(de::STAN, 1).set(de::TERMINAL, &text);
        assert!(builder.key(&Correlation::on(&numbers)).is_some(), "{} {numbers:?}", spec.name());
    }
}
