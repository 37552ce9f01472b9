//! What can be said of a process.

use std::time::Duration;

/// The processor time that a process used so far; none where the system does not say, or has no such process (`proc(5)`).
pub(crate) fn processor_time(process: u32) -> Duration {
    // The system counts in hundredths of a second, whatever its clock does.
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = behind_name.split(' ').skip(11).take(2).filter_map(|word| word.parse::<u32>().ok());
    ticks.map(|ticks| TICK * ticks).sum()
}

/// The `percent`-th of a hundred of these values, which are sorted.
pub(super) fn percentile(sorted: &[u32], permille: usize) -> u32 {
    let place = (sorted.len() * permille / 1_000).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}
