//! Where a response is left for the caller of its request.
//!
//! A place holds one value, for one request after the other, so that a request needs no memory of its own. It is used
//! again when nobody else holds it: what an earlier request is still given goes to the place of that request, which
//! has no other meaning then.
//!
//! ```text
//!           taker polls                giver gives           taker polls
//!   empty ---------------> awaited ------------------> given ------------> empty, and spare
//!     |                       |           ^
//!     |      giver gives      |           |
//!     +-----------------------|-----------+
//!     |                       |
//!     +---- either is gone ---+----> over
//! ```

use core::mem::replace;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

/// The places of a connection that no request has.
pub(crate) struct Places<T> {
    spare: Mutex<Vec<Arc<Place<T>>>>,
}

/// Who leaves a value, or goes away.
pub(crate) struct Giver<T>(Option<Arc<Place<T>>>);

/// Who waits for it.
pub(crate) struct Taker<T>(Arc<Place<T>>);

struct Place<T>(Mutex<Content<T>>);

enum Content<T> {
    Empty,
    Awaited(Waker),
    Given(T),
    /// The giver or the taker is gone.
    Over,
}

/// No more places are kept: others are made where they are needed.
const KEPT: usize = 1024;

impl<T> Places<T> {
    pub(crate) const fn new() -> Self {
        Self { spare: Mutex::new(Vec::new()) }
    }

    /// The two ends of a place.
    pub(crate) fn take(&self) -> (Giver<T>, Taker<T>) {
        let place = lock(&self.spare).pop();
        let place = place.unwrap_or_else(|| Arc::new(Place(Mutex::new(Content::Empty))));
        (Giver(Some(Arc::clone(&place))), Taker(place))
    }

    /// Keeps a place whose value was taken, unless somebody else still holds it.
    pub(crate) fn put_back(&self, Taker(mut place): Taker<T>) {
        let Some(Place(content)) = Arc::get_mut(&mut place) else { return };
        *content.get_mut().unwrap_or_else(PoisonError::into_inner) = Content::Empty;
        let mut spare = lock(&self.spare);
        if spare.len() < KEPT {
            spare.push(place);
        }
    }
}

impl<T> Giver<T> {
    /// Leaves a value for the taker.
    ///
    /// # Errors
    /// When the taker is gone: the value comes back.
    pub(crate) fn give(mut self, value: T) -> Result<(), T> {
        match self.end(Content::Given(value)) {
            Content::Given(value) => Err(value),
            _ => Ok(()),
        }
    }

    /// Leaves what the taker finds; gives it back when the taker is gone.
    fn end(&mut self, left: Content<T>) -> Content<T> {
        let Some(place) = self.0.take() else { return left };
        let mut content = lock(&place.0);
        if matches!(*content, Content::Over) {
            return left;
        }
        let before = replace(&mut *content, left);
        drop(content);
        // The taker that wakes is the only one to hold the place.
        drop(place);
        if let Content::Awaited(waker) = before {
            waker.wake();
        }
        Content::Empty
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        self.end(Content::Over);
    }
}

impl<T> Taker<T> {
    /// The value; `None` if the giver is gone without having left one.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        // A giver that is gone holds the place no more, and there is nobody to lock out.
        if let Some(Place(content)) = Arc::get_mut(&mut self.0) {
            let content = content.get_mut().unwrap_or_else(PoisonError::into_inner);
            return Poll::Ready(replace(content, Content::Over).given());
        }
        let mut content = lock(&self.0.0);
        match &mut *content {
            Content::Given(_) | Content::Over => Poll::Ready(replace(&mut *content, Content::Over).given()),
            Content::Awaited(waker) => {
                waker.clone_from(context.waker());
                Poll::Pending
            }
            Content::Empty => {
                *content = Content::Awaited(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Waits no longer: the value that was left meanwhile, and none is left from now on.
    pub(crate) fn leave(self) -> Option<T> {
        replace(&mut *lock(&self.0.0), Content::Over).given()
    }
}

impl<T> Content<T> {
    fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            _ => None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use proptest::prelude::*;

    use super::*;

    /// Counts how often it is woken.
    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn poll<T>(taker: &mut Taker<T>, woken: &Arc<Woken>) -> Poll<Option<T>> {
        taker.poll(&mut Context::from_waker(&Waker::from(Arc::clone(woken))))
    }

    fn spare<T>(places: &Places<T>) -> usize {
        lock(&places.spare).len()
    }

    #[test]
    fn a_value_is_taken_once_and_its_place_is_used_again() {
        let (places, woken) = (Places::new(), Arc::default());
        for round in 0..3 {
            let (giver, mut taker) = places.take();
            assert_eq!((poll(&mut taker, &woken), spare(&places)), (Poll::Pending, 0));
            assert_eq!(giver.give(round), Ok(()));
            assert_eq!(woken.0.load(Ordering::SeqCst), round + 1, "woken once for each value");
            assert_eq!(poll(&mut taker, &woken), Poll::Ready(Some(round)));
            assert_eq!(poll(&mut taker, &woken), Poll::Ready(None), "there is no second one");
            places.put_back(taker);
            assert_eq!(spare(&places), 1);
        }
    }

    #[test]
    fn who_goes_away_is_missed_by_the_other() {
        let (places, woken) = (Places::<u8>::new(), Arc::default());
        let (giver, mut taker) = places.take();
        assert_eq!(poll(&mut taker, &woken), Poll::Pending);
        drop(giver);
        assert_eq!((poll(&mut taker, &woken), woken.0.load(Ordering::SeqCst)), (Poll::Ready(None), 1));

        let (giver, taker) = places.take();
        assert_eq!(taker.leave(), None);
        assert_eq!(giver.give(7), Err(7));

        let (giver, taker) = places.take();
        assert_eq!(giver.give(7), Ok(()));
        assert_eq!(taker.leave(), Some(7), "it was there, and nobody looked");
    }

    #[test]
    fn a_place_that_is_still_held_is_not_used_again() {
        let (places, woken) = (Places::new(), Arc::default());
        let (mut giver, mut taker) = places.take();
        // as if the giver stood between leaving its value and letting go
        let held = giver.0.clone();
        giver.end(Content::Given(1));
        assert_eq!(poll(&mut taker, &woken), Poll::Ready(Some(1)));
        places.put_back(taker);
        assert_eq!(spare(&places), 0);
        assert_eq!(Giver(held).give(2), Err(2), "a value that comes after all goes back");
    }

    proptest! {
        /// Whatever the order in which many requests are made, given to, awaited and given up: each gets its own
        /// value or none, and never that of an earlier request that had its place.
        #[test]
        fn nobody_gets_what_was_meant_for_another(
            steps in proptest::collection::vec((0_u8..6, any::<prop::sample::Index>()), 1..200)
        ) {
            let (places, woken) = (Places::new(), Arc::default());
            let (mut givers, mut takers, mut next) = (Vec::new(), Vec::new(), 0_u32);
            for (step, index) in steps {
                match step {
                    0 | 1 => {
                        let (giver, taker) = places.take();
                        givers.push((next, giver));
                        takers.push((next, taker));
                        next += 1;
                    }
                    2 if !givers.is_empty() => {
                        let (name, giver) = givers.swap_remove(index.index(givers.len()));
                        let is_awaited = takers.iter().any(|(other, _)| *other == name);
                        prop_assert_eq!(giver.give(name).is_ok(), is_awaited);
                    }
                    3 if !givers.is_empty() => drop(givers.swap_remove(index.index(givers.len()))),
                    4 if !takers.is_empty() => {
                        let at = index.index(takers.len());
                        let (name, taker) = &mut takers[at];
                        if let Poll::Ready(value) = poll(taker, &woken) {
                            prop_assert!(value.is_none_or(|value| value == *name), "{value:?} of {name}");
                            places.put_back(takers.swap_remove(at).1);
                        }
                    }
                    5 if !takers.is_empty() => {
                        let (name, taker) = takers.swap_remove(index.index(takers.len()));
                        prop_assert!(taker.leave().is_none_or(|value| value == name));
                    }
                    _ => (),
                }
            }
        }
    }

    #[test]
    fn values_pass_between_threads() {
        let places = Arc::new(Places::new());
        let (sender, receiver) = std::sync::mpsc::channel::<(u32, Giver<u32>)>();
        let giving = std::thread::spawn(move || {
            receiver.into_iter().for_each(|(name, giver)| giver.give(name).unwrap());
        });
        for name in 0..2_000 {
            let (giver, mut taker) = places.take();
            sender.send((name, giver)).unwrap();
            let value = std::iter::repeat_with(|| poll(&mut taker, &Arc::default()))
                .find_map(|polled| if let Poll::Ready(value) = polled { Some(value) } else { None });
            assert_eq!(value, Some(Some(name)));
            places.put_back(taker);
        }
        drop(sender);
        giving.join().unwrap();
    }
}
