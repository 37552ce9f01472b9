//! The diagnosis, examined.
use super::run::Run;
use super::watch::Violation;

pub(super) fn check(_: &Run) -> Result<usize, Violation> {
    Ok(0)
}
