//! Work that tests count: octets looked at, comparisons made. A clock would count the neighbours' work,
//! too.

/// Notes that so many octets were looked at, or so many comparisons made.
#[inline(always)]
pub(crate) fn count(units: usize) {
    #[cfg(test)]
    tests::DONE.with(|done| done.set(done.get() + units));
    let _ = units;
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    thread_local! {
        pub(super) static DONE: Cell<usize> = const { Cell::new(0) };
    }

    /// How much work something is.
    pub(crate) fn of(work: impl FnOnce()) -> usize {
        DONE.with(|done| done.set(0));
        work();
        DONE.with(Cell::get)
    }

    /// Holds that work grows with the input and no faster: `work` takes a size and does what an
    /// input of that size asks for.
    pub(crate) fn assert_linear(name: &str, work: impl Fn(usize)) {
        let [small, middle, large] = [1 << 8, 1 << 10, 1 << 12].map(|size| of(|| work(size)));
        assert!(small > 0, "{name}: nothing was counted");
        // four times the input each; a square would be sixteen times the work
        let is_linear = middle <= 6 * small && large <= 6 * middle;
        assert!(is_linear, "{name}: {small}, {middle}, {large}");
    }
}
