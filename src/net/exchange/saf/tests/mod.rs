//! Nothing that was taken is dropped: on every path, through restarts and failing disks.

mod faults;
mod faulty;
mod files;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::de;
use crate::model::error::ErrorKind;
use crate::model::mti::Mti;
use crate::read::message::Message;
use crate::spec::ISO87_BCD;
use crate::write::builder::Builder;
use proptest::prelude::*;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const POLICY: Policy = Policy {
    capacity: 100,
    attempts: 3,
    first_wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(60),
};

fn forwarder() -> Forwarder<MemoryQueue> {
    Forwarder::recover(MemoryQueue::default(), POLICY, 1).unwrap()
}

fn due<Q: Queue<Error: core::fmt::Debug>>(saf: &mut Forwarder<Q>, now: u64) -> Option<(u64, u32, bool)> {
    saf.due(s(now)).unwrap().map(|due| (due.id, due.destination, due.repeat))
}

#[test]
fn each_destination_is_served_in_order_and_one_at_a_time() {
    let mut saf = forwarder();
    let [a1, a2, b1] = [(1, b"a1"), (1, b"a2"), (2, b"b1")].map(|(to, text)| saf.put(to, text).unwrap());
    assert_eq!(due(&mut saf, 0), Some((a1, 1, false)));
    assert_eq!(due(&mut saf, 0), Some((b1, 2, false)));
    assert_eq!(due(&mut saf, 0), None);
    saf.unanswered(s(0), a1).unwrap();
    saf.acknowledged(b1).unwrap();
    assert_eq!(due(&mut saf, 1), None, "a2 does not overtake a1");
    let next = saf.next_due().unwrap();
    assert!(next >= s(5) && next <= s(10));
    assert_eq!(due(&mut saf, 10), Some((a1, 1, true)));
    saf.acknowledged(a1).unwrap();
    assert_eq!(due(&mut saf, 10), Some((a2, 1, false)));
}

#[test]
fn after_the_last_attempt_it_is_a_work_item_and_the_next_one_leaves() {
    let mut saf = forwarder();
    let (first, second) = (saf.put(1, b"first").unwrap(), saf.put(1, b"second").unwrap());
    for attempt in 0..3 {
        assert_eq!(due(&mut saf, attempt * 100), Some((first, 1, attempt > 0)));
        saf.unanswered(s(attempt * 100), first).unwrap();
    }
    let item = saf.work_items().next().unwrap();
    assert_eq!((item.id, item.attempts, item.why), (first, 3, ParkReason::Unanswered));
    assert_eq!(due(&mut saf, 300), Some((second, 1, false)));
    saf.refused(second, *b"14").unwrap();
    assert_eq!(saf.work_items().map(|item| item.why).last(), Some(ParkReason::Refused(*b"14")));
    // by hand: one goes back, one is settled
    saf.retry(s(400), first).unwrap();
    saf.settled(second).unwrap();
    assert_eq!(due(&mut saf, 400), Some((first, 1, true)));
    saf.acknowledged(first).unwrap();
    assert!(saf.is_empty() && saf.next_due().is_none());
}

#[test]
fn a_response_that_comes_late_still_counts() {
    let mut saf = forwarder();
    let [first, second, third] = [b"a", b"b", b"c"].map(|text| saf.put(1, text).unwrap());
    due(&mut saf, 0);
    saf.unanswered(s(0), first).unwrap();
    saf.acknowledged(first).unwrap();
    assert_eq!(due(&mut saf, 0), Some((second, 1, false)), "the first is not repeated");
    saf.refused(second, *b"30").unwrap();
    saf.retry(s(0), second).unwrap();
    saf.acknowledged(second).unwrap();
    assert_eq!(saf.acknowledged(third), Err(SafError::Unknown(third)), "never sent");
    assert_eq!(due(&mut saf, 0), Some((third, 1, false)), "the second was not its head, and is gone");
    for attempt in 0..3 {
        saf.unanswered(s(attempt * 100), third).unwrap();
        due(&mut saf, attempt * 100 + 99);
    }
    assert_eq!(saf.work_items().count(), 1);
    saf.acknowledged(third).unwrap();
    assert!(saf.is_empty() && saf.next_due().is_none());
}

#[test]
fn what_was_certainly_not_sent_is_no_repeat() {
    let mut saf = forwarder();
    let id = saf.put(1, b"x").unwrap();
    for _ in 0..20 {
        assert_eq!(due(&mut saf, 1_000), Some((id, 1, false)));
        saf.not_sent(s(0), id).unwrap();
    }
    assert_eq!(saf.work_items().count(), 0);
}

#[test]
fn a_full_queue_says_so_and_a_step_out_of_turn_is_refused() {
    let mut saf = forwarder();
    for _ in 0..100 {
        saf.put(1, b"x").unwrap();
    }
    assert_eq!(saf.put(1, b"x"), Err(SafError::Full));
    assert_eq!(saf.acknowledged(1), Err(SafError::Unknown(1)), "it was not sent");
    assert_eq!(saf.settled(1), Err(SafError::Unknown(1)), "it is no work item");
    assert_eq!(saf.unanswered(s(0), 999), Err(SafError::Unknown(999)));
}

#[test]
fn a_restart_keeps_order_and_repeats_what_was_in_flight() {
    let mut saf = forwarder();
    let ids: Vec<_> = (0..4).map(|_| saf.put(1, b"message").unwrap()).collect();
    due(&mut saf, 0);
    saf.acknowledged(ids[0]).unwrap();
    due(&mut saf, 0);
    saf.refused(ids[1], *b"96").unwrap();
    due(&mut saf, 0);
    for compact in [false, true] {
        if compact {
            saf.compact().unwrap();
            assert_eq!(saf.queue().len(), 7, "the last number, three messages, two sent, one parked");
        }
        saf = Forwarder::recover(saf.into_queue(), POLICY, 1).unwrap();
        assert_eq!((saf.len(), saf.work_items().count()), (3, 1));
    }
    assert_eq!(due(&mut saf, 0), Some((ids[2], 1, true)));
    saf.acknowledged(ids[2]).unwrap();
    assert_eq!(due(&mut saf, 0), Some((ids[3], 1, false)));
    assert!(saf.put(1, b"new").unwrap() > ids[3]);
}

/// A work item that is put back waits after what was there before it, also when the process starts anew.
#[test]
fn a_retried_item_is_the_last_in_its_lane_before_and_after_a_restart() {
    for (restarts, compacts) in [(false, false), (true, false), (true, true)] {
        let mut saf = forwarder();
        let [first, second, third] = [b"a", b"b", b"c"].map(|text| saf.put(1, text).unwrap());
        assert_eq!(due(&mut saf, 0), Some((first, 1, false)));
        saf.refused(first, *b"96").unwrap();
        saf.retry(s(0), first).unwrap();
        if compacts {
            saf.compact().unwrap();
        }
        if restarts {
            saf = Forwarder::recover(saf.into_queue(), POLICY, 1).unwrap();
        }
        let mut order = Vec::new();
        while let Some((id, _, repeat)) = due(&mut saf, 0) {
            order.push((id, repeat));
            saf.acknowledged(id).unwrap();
        }
        assert_eq!(order, [(second, false), (third, false), (first, true)], "{restarts} {compacts}");
    }
}

#[test]
fn a_repeat_keeps_its_identity() {
    let wire = Builder::new(&ISO87_BCD, Mti::REVERSAL_ADVICE)
        .set(de::PAN, "4111111111111111")
        .set(de::STAN, 7)
        .set(de::TRANSMISSION_TIME, "1123061759")
        .set(de::RRN, "632706123456")
        .to_vec()
        .unwrap();
    let repeat = repeat_of(&ISO87_BCD, &wire).unwrap();
    assert_eq!((&repeat[..2], &repeat[2..]), ([0x04, 0x21].as_slice(), &wire[2..]));
    assert_eq!(repeat_of(&ISO87_BCD, &repeat).unwrap(), repeat, "a repeat of a repeat is the same");
    let rule = crate::net::Correlation::default();
    let trace = |wire: &[u8]| rule.trace(&Message::parse(&ISO87_BCD, wire).unwrap());
    assert_eq!(trace(&repeat), trace(&wire));
    let response = Builder::new(&ISO87_BCD, Mti::REVERSAL_ADVICE_RESPONSE).set(de::STAN, 7).to_vec().unwrap();
    assert_eq!(repeat_of(&ISO87_BCD, &response).unwrap_err().kind(), ErrorKind::Form);
}

#[test]
fn no_content_in_any_debug() {
    let mut saf = forwarder();
    saf.put(1, b"4111111111111111").unwrap();
    let shown = format!("{:?}", saf.due(s(0))) + &format!("{:?} {saf:?}", saf.queue());
    assert!(!shown.contains("4111") && !shown.contains("52, 49"), "{shown}");
}

/// A queue whose disk fails when told to: before the record is kept.
#[derive(Default)]
struct Failing {
    inner: MemoryQueue,
    broken: bool,
}

impl Queue for Failing {
    type Error = String;

    fn append(&mut self, record: Record<'_>) -> Result<(), String> {
        if self.broken {
            return Err("disk".to_string());
        }
        self.inner.append(record).map_err(|never| match never {})
    }

    fn commit(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> Result<(), String> {
        self.inner.replay(each).map_err(|never| match never {})
    }

    fn rewrite(&mut self, records: &mut dyn Iterator<Item = Record<'_>>) -> Result<(), String> {
        if self.broken {
            return Err("disk".to_string());
        }
        self.inner.rewrite(records).map_err(|never| match never {})
    }
}

#[derive(Clone, Debug)]
enum Step {
    Put(u32),
    Due,
    Acknowledge,
    Refuse,
    Silence,
    NotSent,
    Retry,
    Settle,
    Restart,
    Compact,
    Disk(bool),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3_u32).prop_map(Step::Put),
        8 => Just(Step::Due),
        3 => Just(Step::Acknowledge),
        1 => Just(Step::Refuse),
        3 => Just(Step::Silence),
        1 => Just(Step::NotSent),
        1 => Just(Step::Retry),
        1 => Just(Step::Settle),
        2 => Just(Step::Restart),
        1 => Just(Step::Compact),
        2 => any::<bool>().prop_map(Step::Disk),
        4 => (1..40_u64).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Whatever happens, what was taken is held until it is acknowledged or settled; what was sent
    /// once is never sent as new; and each destination hears of new messages in their order.
    #[test]
    fn never_dropped_never_sent_as_new_twice(steps in proptest::collection::vec(step(), 1..150)) {
        let mut saf = Forwarder::recover(Failing::default(), POLICY, 1).unwrap();
        let (mut held, mut flying) = (BTreeSet::new(), Vec::new());
        let (mut sent, mut newest, mut now) = (BTreeSet::new(), BTreeMap::new(), 0);
        for step in steps {
            match step {
                Step::Put(to) => if let Ok(id) = saf.put(to, &to.to_be_bytes()) { held.insert(id); },
                Step::Due => if let Ok(Some(Due { id, destination, repeat, octets })) = saf.due(s(now)) {
                    prop_assert_eq!(octets, destination.to_be_bytes());
                    if !repeat {
                        prop_assert!(!sent.contains(&id), "{} as new again", id);
                        let before = newest.insert(destination, id);
                        prop_assert!(before.is_none_or(|before| before <= id), "{} overtook", id);
                    }
                    sent.insert(id);
                    flying.push(id);
                },
                Step::Acknowledge => if let Some(id) = flying.pop() {
                    match saf.acknowledged(id) { Ok(()) => { held.remove(&id); } Err(_) => flying.push(id) }
                },
                Step::Refuse => if let Some(id) = flying.pop() && saf.refused(id, *b"00").is_err() { flying.push(id) },
                Step::Silence => if let Some(id) = flying.pop() && saf.unanswered(s(now), id).is_err() { flying.push(id) },
                // the truth: it did not leave, so that it may be sent as new
                Step::NotSent => if let Some(id) = flying.pop() {
                    saf.not_sent(s(now), id).unwrap();
                    sent.remove(&id);
                },
                Step::Retry | Step::Settle => {
                    let item = saf.work_items().next().map(|item| item.id);
                    let Some(id) = item else { continue };
                    if let Step::Retry = step {
                        let _ = saf.retry(s(now), id);
                    } else if saf.settled(id).is_ok() {
                        held.remove(&id);
                    }
                }
                Step::Restart => {
                    flying.clear();
                    saf = Forwarder::recover(saf.into_queue(), POLICY, 1).unwrap();
                }
                Step::Compact => { let _ = saf.compact(); }
                Step::Disk(broken) => saf.queue_mut().broken = broken,
                Step::Wait(seconds) => now += seconds,
            }
            prop_assert_eq!(saf.entries.keys().copied().collect::<BTreeSet<_>>(), held.clone());
            let waiting = saf.lanes.values().map(VecDeque::len).sum::<usize>();
            prop_assert_eq!(waiting + saf.work_items().count(), held.len());
        }
    }
}
