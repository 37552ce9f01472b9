//! The table of outstanding requests against its rules, and against a model of them.

use std::collections::BTreeMap;
use std::vec;

use super::*;
use proptest::prelude::*;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn mux(window: usize, memory: usize) -> Mux<u8, u32> {
    Mux::new(Limits { window, memory, remember: s(60), reuse_completed: false })
}

#[test]
fn a_response_finds_its_request_whatever_the_order() {
    let mut mux = mux(8, 8);
    for key in 0..8 {
        mux.open(s(0), key, s(10), 100 + u32::from(key)).unwrap();
    }
    for key in [7, 0, 3, 1, 6, 2, 5, 4] {
        let Response::Matched { payload, waited, .. } = mux.take_response(s(2), &key) else {
            panic!("{key}")
        };
        assert_eq!((payload, waited), (100 + u32::from(key), s(2)));
    }
    assert_eq!((mux.in_flight(), mux.remembered()), (0, 8));
}

#[test]
fn the_window_is_bounded_and_opens_again() {
    let mut mux = mux(2, 0);
    mux.open(s(0), 1, s(10), 1).unwrap();
    mux.open(s(0), 2, s(10), 2).unwrap();
    assert_eq!(mux.open(s(0), 3, s(10), 3).unwrap_err(), Refused { why: Refusal::Full, payload: 3 });
    mux.take_response(s(1), &1);
    mux.open(s(1), 3, s(10), 3).unwrap();
}

#[test]
fn deadlines_pass_in_their_order_and_late_responses_are_told() {
    let mut mux = mux(8, 8);
    mux.open(s(0), 1, s(30), 1).unwrap();
    mux.open(s(0), 2, s(10), 2).unwrap();
    mux.open(s(0), 3, s(20), 3).unwrap();
    assert_eq!(mux.next_deadline(), Some(s(10)));
    assert!(mux.expire(s(9)).is_none());
    mux.take_response(s(9), &2);
    assert_eq!(mux.next_deadline(), Some(s(20)));
    assert_eq!(mux.expire(s(30)).map(|unanswered| unanswered.key), Some(3));
    assert_eq!(mux.expire(s(30)).map(|unanswered| unanswered.key), Some(1));
    assert!(mux.expire(s(99)).is_none() && mux.next_deadline().is_none());
    assert!(matches!(mux.take_response(s(33), &3), Response::Late { after, .. } if after == s(3)));
    assert!(matches!(mux.take_response(s(33), &3), Response::Duplicate { .. }));
}

#[test]
fn the_key_of_an_expired_request_is_kept_for_repeats_only() {
    let mut mux = mux(8, 8);
    mux.open(s(0), 1, s(10), 1).unwrap();
    mux.expire(s(10)).unwrap();
    assert_eq!(mux.open(s(11), 1, s(20), 2).unwrap_err().why, Refusal::Recent);
    mux.open_repeat(s(11), 1, s(20), 3).unwrap();
    assert_eq!(mux.open_repeat(s(11), 1, s(20), 4).unwrap_err().why, Refusal::InFlight);
    // the memory of the first attempt ends, and does not touch the second
    assert!(mux.open(s(70), 2, s(90), 5).is_ok());
    assert!(matches!(mux.take_response(s(71), &1), Response::Matched { payload: 3, .. }));
}

#[test]
fn the_key_of_a_completed_request_is_free_when_forgotten_or_allowed() {
    let mut mux = mux(8, 8);
    mux.open(s(0), 1, s(10), 1).unwrap();
    mux.take_response(s(1), &1);
    assert_eq!(mux.open(s(60), 1, s(70), 2).unwrap_err().why, Refusal::Recent);
    mux.open(s(61), 1, s(70), 2).unwrap();
    let mut mux = Mux::new(Limits { reuse_completed: true, ..Limits::default() });
    mux.open(s(0), 1, s(10), 1).unwrap();
    mux.take_response(s(1), &1);
    mux.open(s(1), 1, s(10), 2).unwrap();
}

#[test]
fn cancelled_is_remembered_and_withdrawn_is_not() {
    let mut mux = mux(8, 8);
    let first = mux.open(s(0), 1, s(10), 1).unwrap();
    let second = mux.open(s(0), 2, s(10), 2).unwrap();
    *mux.payload_mut(first).unwrap() = 7;
    assert_eq!((mux.cancel(s(1), first), mux.cancel(s(1), first)), (Some(7), None));
    assert_eq!((mux.withdraw(second), mux.withdraw(second)), (Some(2), None));
    assert_eq!((mux.withdraw(first), mux.payload_mut(first)), (None, None));
    assert!(matches!(mux.take_response(s(2), &1), Response::Late { .. }));
    assert!(matches!(mux.take_response(s(2), &2), Response::Unsolicited));
    mux.open(s(2), 2, s(10), 3).unwrap();
}

#[test]
fn a_lost_connection_hands_back_every_request_once() {
    let mut mux = mux(8, 8);
    for key in 0..5 {
        mux.open(s(0), key, s(10), u32::from(key)).unwrap();
    }
    mux.take_response(s(1), &2);
    let mut keys: Vec<_> =
        mux.abandon_all(s(2), |_| true).into_iter().map(|unanswered| unanswered.key).collect();
    keys.sort_unstable();
    assert_eq!(keys, [0, 1, 3, 4]);
    assert!(mux.abandon_all(s(2), |_| true).is_empty() && mux.expire(s(99)).is_none());
    assert!(matches!(mux.take_response(s(3), &4), Response::Late { .. }));
    // what did not leave is forgotten at once
    mux.open(s(4), 10, s(10), 10).unwrap();
    mux.open(s(4), 11, s(10), 11).unwrap();
    assert_eq!(mux.abandon_all(s(5), |payload| *payload == 11).len(), 2);
    assert_eq!(mux.open(s(6), 11, s(10), 11).unwrap_err().why, Refusal::Recent);
    mux.open(s(6), 10, s(10), 10).unwrap();
}

#[test]
fn nothing_grows_without_end() {
    let mut mux = Mux::new(Limits { window: 4, memory: 16, remember: s(60), reuse_completed: false });
    for round in 0..10_000_u64 {
        mux.open(s(0), round, s(1_000), ()).unwrap();
        mux.take_response(s(0), &round);
    }
    assert!(mux.slots.len() <= 4 + 16 && mux.index.len() <= 16 && mux.memory.len() <= 16);
    assert!(mux.deadlines.len() <= 2 * 4 + 64 + 1, "{}", mux.deadlines.len());
}

/// What a key can be, stated as plainly as possible.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Model {
    Open { payload: u32, since: u64, deadline: u64 },
    Expired { at: u64 },
    Completed,
}

const WINDOW: usize = 6;

fn in_flight(model: &BTreeMap<u8, Model>) -> usize {
    model.values().filter(|state| matches!(state, Model::Open { .. })).count()
}

fn refusal(model: &BTreeMap<u8, Model>, key: u8, repeat: bool) -> Option<Refusal> {
    match model.get(&key) {
        _ if in_flight(model) >= WINDOW => Some(Refusal::Full),
        Some(Model::Open { .. }) => Some(Refusal::InFlight),
        Some(_) if !repeat => Some(Refusal::Recent),
        _ => None,
    }
}

fn earliest(model: &BTreeMap<u8, Model>) -> Option<Duration> {
    let deadlines = model.values().filter_map(|state| match state {
        Model::Open { deadline, .. } => Some(s(*deadline)),
        _ => None,
    });
    deadlines.min()
}

#[derive(Clone, Debug)]
enum Step {
    Open { key: u8, lasts: u64, repeat: bool },
    Response { key: u8 },
    Cancel { key: u8 },
    Withdraw { key: u8 },
    Wait { seconds: u64 },
    Abandon,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..12_u8;
    prop_oneof![
        6 => (key.clone(), 0..9_u64, any::<bool>())
            .prop_map(|(key, lasts, repeat)| Step::Open { key, lasts, repeat }),
        6 => key.clone().prop_map(|key| Step::Response { key }),
        1 => key.clone().prop_map(|key| Step::Cancel { key }),
        1 => key.prop_map(|key| Step::Withdraw { key }),
        3 => (1..4_u64).prop_map(|seconds| Step::Wait { seconds }),
        1 => Just(Step::Abandon),
    ]
}

proptest! {
    /// With a memory that does not run out, the table and the model agree on every step; every
    /// payload that goes in comes out exactly once.
    #[test]
    fn the_table_behaves_as_the_model(steps in proptest::collection::vec(step(), 1..200)) {
        let limits = Limits { window: WINDOW, memory: 4096, remember: s(1 << 20), reuse_completed: false };
        let (mut mux, mut now) = (Mux::new(limits), 0_u64);
        let (mut model, mut tickets) = (BTreeMap::<u8, Model>::new(), BTreeMap::<u8, Ticket>::new());
        let (mut next, mut out) = (0_u32, vec![]);
        for step in steps {
            match step {
                Step::Open { key, lasts, repeat } => {
                    let expected = refusal(&model, key, repeat);
                    let taken = mux.take(s(now), key, s(now + lasts), next, repeat);
                    prop_assert_eq!(taken.err().map(|refused| refused.why), expected);
                    if let Ok(ticket) = taken {
                        model.insert(key, Model::Open { payload: next, since: now, deadline: now + lasts });
                        tickets.insert(key, ticket);
                        next += 1;
                    }
                }
                Step::Response { key } => match (mux.take_response(s(now), &key), model.get(&key).copied()) {
                    (Response::Matched { payload, waited, ticket }, Some(Model::Open { payload: kept, since, .. })) => {
                        prop_assert_eq!((payload, waited), (kept, s(now - since)));
                        prop_assert_eq!(tickets.get(&key), Some(&ticket));
                        out.push(payload);
                        model.insert(key, Model::Completed);
                    }
                    (Response::Late { after, .. }, Some(Model::Expired { at })) => {
                        prop_assert_eq!(after, s(now - at));
                        model.insert(key, Model::Completed);
                    }
                    (Response::Duplicate { .. }, Some(Model::Completed)) | (Response::Unsolicited, None) => (),
                    (found, expected) => prop_assert!(false, "{:?}, expected {:?}", found, expected),
                },
                Step::Cancel { key } | Step::Withdraw { key } => {
                    let Some(ticket) = tickets.get(&key).copied() else { continue };
                    let cancel = matches!(step, Step::Cancel { .. });
                    let found = if cancel { mux.cancel(s(now), ticket) } else { mux.withdraw(ticket) };
                    if let Some(Model::Open { payload, .. }) = model.get(&key).copied() {
                        prop_assert_eq!(found, Some(payload));
                        out.push(payload);
                        if cancel { model.insert(key, Model::Expired { at: now }); } else { model.remove(&key); }
                    } else {
                        prop_assert_eq!(found, None);
                    }
                }
                Step::Wait { seconds } => {
                    now += seconds;
                    while let Some(unanswered) = mux.expire(s(now)) {
                        let Some(Model::Open { payload, deadline, .. }) = model.get(&unanswered.key).copied() else {
                            panic!("expired, and not open");
                        };
                        prop_assert!(deadline <= now && payload == unanswered.payload);
                        out.push(payload);
                        model.insert(unanswered.key, Model::Expired { at: now });
                    }
                    prop_assert_eq!(mux.next_deadline(), earliest(&model));
                    prop_assert!(mux.next_deadline().is_none_or(|deadline| deadline > s(now)));
                }
                Step::Abandon => for unanswered in mux.abandon_all(s(now), |_| true) {
                    let open = matches!(model.get(&unanswered.key), Some(Model::Open { .. }));
                    prop_assert!(open);
                    out.push(unanswered.payload);
                    model.insert(unanswered.key, Model::Expired { at: now });
                },
            }
            prop_assert_eq!(mux.in_flight(), in_flight(&model));
        }
        out.extend(mux.abandon_all(s(now), |_| true).into_iter().map(|unanswered| unanswered.payload));
        out.sort_unstable();
        prop_assert_eq!(out, (0..next).collect::<Vec<_>>());
    }
}

/// A key is in flight or remembered, and never both.
#[test]
fn what_is_in_flight_is_not_yet_remembered() {
    let mut mux = mux(8, 8);
    for key in 0..3 {
        mux.open(s(0), key, s(10), 0).unwrap();
    }
    assert_eq!((mux.in_flight(), mux.remembered()), (3, 0));
    mux.take_response(s(1), &1);
    assert_eq!((mux.in_flight(), mux.remembered()), (2, 1));
    mux.expire(s(11));
    assert_eq!((mux.in_flight(), mux.remembered()), (1, 2));
}
