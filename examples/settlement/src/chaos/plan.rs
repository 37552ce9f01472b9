//! What strikes whom and when. All of it follows from the seed; what real processes make of it does not.

use std::collections::BTreeMap;
use std::time::Duration;

use super::network::{LINKS, PARTIES};
use crate::sim::chance::{index, mixed};

/// A fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// `kill -9`, and a new start after a while; if it is said, killed once more so soon after its start.
    Kill {
        /// Who.
        party: &'static str,
        /// How long it is gone.
        gone: Duration,
        /// The second death, during the start.
        again: Option<Duration>,
    },
    /// The process is stopped (SIGSTOP) and goes on later (SIGCONT), when its time-outs have run out.
    Pause(&'static str, Duration),
    /// A line has this weather for a while.
    Line(usize, Weather, Duration),
    /// The disk of a party is full for a while.
    Disk(&'static str, Duration),
    /// The clock of a party is wrong by so many seconds for a while.
    Clock(&'static str, i64, Duration),
}

/// How a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Weather {
    /// It carries what it is given.
    #[default]
    Fair,
    /// Every connection is closed, and every new one at once.
    Cut,
    /// The called side is gone and the caller is not told: what it sends is lost, and nothing comes back.
    HalfOpen,
    /// What is carried takes so long.
    Delay(Duration),
    /// Nothing is carried, and nothing is lost: it goes on later.
    Stall,
}

impl Weather {
    /// Its name in the summary.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fair => "fair",
            Self::Cut => "cut",
            Self::HalfOpen => "half-open",
            Self::Delay(_) => "slow",
            Self::Stall => "stalled",
        }
    }
}

/// The longest that a terminal waits, and so the shortest pause.
pub const LONGEST_WAIT: u64 = 900;

/// All faults of a seed, each with the time since the one before, until so many parties were killed.
pub fn faults(seed: u64, kills: u32, between: Duration) -> Vec<(Duration, Fault)> {
    let (mut plan, mut killed, mut number) = (Vec::new(), 0, 0);
    while killed < kills {
        number += 1;
        let draw = |what: u64| mixed(&[seed, 0xC4A05, number, what]);
        let millis = |what, least: u64, most: u64| Duration::from_millis(least + draw(what) % (most - least));
        let party = PARTIES.get(index(draw(1), PARTIES.len())).copied().unwrap_or_default();
        let fault = match draw(2) % 100 {
            0..=51 => {
                let again = (draw(3).is_multiple_of(5) && killed + 1 < kills).then(|| millis(4, 1, 60));
                killed += 1 + u32::from(again.is_some());
                let gone = if draw(5).is_multiple_of(3) { millis(6, 50, 1_500) } else { Duration::ZERO };
                Fault::Kill { party, gone, again }
            }
            52..=59 => Fault::Pause(party, millis(3, LONGEST_WAIT + 100, LONGEST_WAIT + 1_600)),
            60..=84 => Fault::Line(
                index(draw(1), LINKS.len()),
                weather(draw(3), millis(4, 20, 700)),
                millis(5, 50, 2_500),
            ),
            85..=89 => Fault::Disk(party, millis(3, 300, 1_500)),
            _ => Fault::Clock(party, step(draw(3)), millis(4, 300, 4_000)),
        };
        let share = 25 + u32::try_from(draw(7) % 150).unwrap_or(75);
        plan.push((between * share / 100, fault));
    }
    plan
}

fn weather(draw: u64, delay: Duration) -> Weather {
    match draw % 4 {
        0 => Weather::Cut,
        1 => Weather::HalfOpen,
        2 => Weather::Delay(delay),
        _ => Weather::Stall,
    }
}

/// Seconds forward or back: mostly some, sometimes hours.
fn step(draw: u64) -> i64 {
    let longest = if draw.is_multiple_of(4) { 7_200 } else { 90 };
    let seconds = i64::try_from(1 + (draw >> 8) % longest).unwrap_or(1);
    if (draw >> 4).is_multiple_of(2) { seconds } else { -seconds }
}

/// How many there are of each kind; kills count twice where one is killed once more.
pub fn counted<'f>(faults: impl Iterator<Item = &'f Fault>) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for fault in faults {
        let (name, count) = match fault {
            Fault::Kill { again, .. } => ("kills", 1 + u64::from(again.is_some())),
            Fault::Pause(..) => ("pauses", 1),
            Fault::Line(_, weather, _) => (weather.name(), 1),
            Fault::Disk(..) => ("full disks", 1),
            Fault::Clock(..) => ("clock steps", 1),
        };
        *counts.entry(name).or_default() += count;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_plan_with_exactly_so_many_kills_and_every_kind_of_fault() {
        for seed in 1..40 {
            let plan = faults(seed, 200, Duration::from_millis(500));
            assert_eq!(plan, faults(seed, 200, Duration::from_millis(500)));
            let counts = counted(plan.iter().map(|(_, fault)| fault));
            assert_eq!(counts["kills"], 200);
            for kind in ["pauses", "cut", "half-open", "slow", "stalled", "full disks", "clock steps"] {
                assert!(counts[kind] > 0, "{seed}: {kind}");
            }
            let killed_again = |fault: &Fault| matches!(fault, Fault::Kill { again: Some(_), .. });
            assert!(plan.iter().any(|(_, fault)| killed_again(fault)), "{seed}");
            let longer = |fault: &Fault| !matches!(fault, Fault::Pause(_, time) if time.as_millis() <= LONGEST_WAIT.into());
            assert!(plan.iter().all(|(_, fault)| longer(fault)), "a pause outlasts every time-out");
        }
        assert_ne!(faults(1, 9, Duration::ZERO), faults(2, 9, Duration::ZERO));
    }

    /// Bit 0 and 1 say whether hours, bit 4 the sign, and what is above the eighth how many seconds.
    #[test]
    fn a_clock_steps_by_one_second_at_least_and_by_what_is_said_at_most() {
        let steps = [(0, 1), (89, 90), (90, 1), (91, 2)].map(|(draw, seconds)| (draw << 8 | 1, seconds));
        let hours = [(90, 91), (7_199, 7_200), (7_200, 1)].map(|(draw, seconds)| (draw << 8, seconds));
        for (draw, seconds) in steps.into_iter().chain(hours) {
            assert_eq!((step(draw), step(draw | 16)), (seconds, -seconds), "{draw:#x}");
        }
        let delay = Duration::from_millis(1);
        let four = [Weather::Cut, Weather::HalfOpen, Weather::Delay(delay), Weather::Stall];
        assert_eq!([4, 5, 6, 7].map(|draw| weather(draw, delay)), four);
    }

    /// How long each fault lasts, and how long it is after the one before.
    #[test]
    fn each_fault_lasts_as_long_as_it_may() {
        let between = Duration::from_secs(1);
        for (after, fault) in (1..20).flat_map(|seed| faults(seed, 100, between)) {
            assert!((250..1_750).contains(&after.as_millis()), "{after:?}");
            let lasts: &[(Duration, std::ops::Range<u128>)] = &match fault {
                Fault::Kill { gone: Duration::ZERO, again: None, .. } => vec![],
                Fault::Kill { gone: Duration::ZERO, again: Some(again), .. } => vec![(again, 1..60)],
                Fault::Kill { gone, again, .. } => {
                    vec![(gone, 50..1_500), (again.unwrap_or(between / 100), 1..60)]
                }
                Fault::Pause(_, time) => vec![(time, 1_000..2_500)],
                Fault::Line(_, Weather::Delay(delay), time) => vec![(delay, 20..700), (time, 50..2_500)],
                Fault::Line(_, _, time) => vec![(time, 50..2_500)],
                Fault::Disk(_, time) => vec![(time, 300..1_500)],
                Fault::Clock(_, seconds, time) => {
                    assert!((1..=7_200).contains(&seconds.abs()), "{seconds}");
                    vec![(time, 300..4_000)]
                }
            };
            for (time, range) in lasts {
                assert!(range.contains(&time.as_millis()), "{fault:?}");
            }
        }
    }
}
