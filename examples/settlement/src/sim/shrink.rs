//! The shortest story: of a run that fails, faults and tasks are left out one after the other, as long as the same rule
//! does not hold.

use std::collections::BTreeSet;

use super::chance::FaultId;
use super::run::{Plan, Ran};

/// A plan with as few faults and tasks as possible that fails alike.
pub(super) fn shortest(plan: &Plan, ran: &Ran) -> Plan {
    let Some(violation) = &ran.violation else { return plan.clone() };
    let fails = |plan: &Plan| plan.run().violation.is_some_and(|found| found.rule == violation.rule);
    let faults: Vec<FaultId> = ran.struck.iter().map(|(_, fault)| fault.clone()).collect();
    let tasks: Vec<usize> = match &plan.tasks {
        Some(tasks) => tasks.iter().copied().collect(),
        None => (0..ran.tasks.len()).collect(),
    };
    let mut best = plan.clone();
    let with_faults = |best: &Plan, kept: &[FaultId]| Plan {
        only: Some(kept.iter().cloned().collect::<BTreeSet<_>>()),
        ..best.clone()
    };
    let kept = least(faults, &|kept| fails(&with_faults(&best, kept)));
    best = with_faults(&best, &kept);
    let with_tasks =
        |best: &Plan, kept: &[usize]| Plan { tasks: Some(kept.iter().copied().collect()), ..best.clone() };
    let kept = least(tasks, &|kept| fails(&with_tasks(&best, kept)));
    best = with_tasks(&best, &kept);
    let faults: Vec<FaultId> = best.only.iter().flatten().cloned().collect();
    let kept = least(faults, &|kept| fails(&with_faults(&best, kept)));
    with_faults(&best, &kept)
}

/// As few of these as possible, so that it still fails: halves are left out first, then ever smaller parts.
fn least<T: Clone>(mut all: Vec<T>, fails: &dyn Fn(&[T]) -> bool) -> Vec<T> {
    let mut size = all.len().div_ceil(2);
    while size > 0 && !all.is_empty() {
        let mut from = 0;
        while from < all.len() {
            let end = (from + size).min(all.len());
            let mut rest = all.clone();
            rest.drain(from..end);
            if fails(&rest) {
                all = rest;
            } else {
                from = end;
            }
        }
        size /= 2;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_stays() {
        let fails = |kept: &[u32]| kept.contains(&3) && kept.contains(&17);
        assert_eq!(least((0..40).collect(), &fails), [3, 17]);
        assert_eq!(least((0..40).collect::<Vec<u32>>(), &|_| true), [] as [u32; 0]);
    }
}
