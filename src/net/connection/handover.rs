//! Where a response is left for the caller of its request.
//!
//! A place holds one value, for one request after the other, so that a request needs no memory of its own. It is free
//! again when both of its ends are gone.
//!
//! ```text
//!            taker polls               giver gives             taker polls
//!   empty ---------------> awaited -----------------> given ---------------> free
//!     |                       |          ^              |                     ^
//!     +-------- giver gives --|----------+              +---- taker leaves ---+
//!     |                       |                                               |
//!     +---- giver is gone ----+---> over ------------- taker polls or leaves -+
//!     |                       |                                               |
//!     +---- taker leaves -----+---> left ------------- giver gives or ends ---+
//! ```

use core::mem::{replace, swap};
use core::task::{Context, Poll, Waker};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

/// The places of a connection: as many as were ever needed at once.
pub(crate) struct Places<T>(Mutex<Table<T>>);

struct Table<T> {
    places: Vec<Place<T>>,
    /// Places that became free since [`Spare`] last ran out.
    free: Vec<Name>,
}

/// Free places, for whoever has them to himself: they are taken without a lock.
#[derive(Default)]
pub(crate) struct Spare(Vec<Name>);

/// Leaves a value, or goes away.
pub(crate) struct Giver(Name);

/// Waits for it.
pub(crate) struct Taker(Name);

/// A place, for one request.
#[derive(Clone, Copy)]
struct Name {
    place: usize,
    turn: u32,
}

struct Place<T> {
    /// Grows whenever the place becomes free, so that a giver of an earlier request does not fit.
    turn: u32,
    content: Content<T>,
}

enum Content<T> {
    /// Nobody has looked yet, or nobody has the place.
    Empty,
    Awaited(Waker),
    Given(T),
    /// The giver is gone.
    Over,
    /// The taker is gone.
    Left,
}

impl Spare {
    /// Takes back a place whose giver was not used.
    pub(crate) fn put_back(&mut self, Taker(name): Taker) {
        self.0.push(name);
    }
}

// Wakers are woken and dropped without the lock: who knows what they do.
impl<T> Places<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Table { places: Vec::new(), free: Vec::new() }))
    }

    /// The two ends of a place.
    pub(crate) fn take(&self, spare: &mut Spare) -> (Giver, Taker) {
        let name = spare.0.pop().unwrap_or_else(|| {
            let mut table = self.lock();
            swap(&mut table.free, &mut spare.0);
            spare.0.pop().unwrap_or_else(|| {
                table.places.push(Place { turn: 0, content: Content::Empty });
                Name { place: table.places.len() - 1, turn: 0 }
            })
        });
        (Giver(name), Taker(name))
    }

    /// Leaves a value for the taker.
    ///
    /// # Errors
    /// When the taker is gone: the value comes back.
    pub(crate) fn give(&self, giver: &Giver, value: T) -> Result<(), T> {
        match self.leave_there(giver, Content::Given(value)) {
            Content::Given(value) => Err(value),
            _ => Ok(()),
        }
    }

    /// Leaves no value.
    pub(crate) fn end(&self, giver: &Giver) {
        self.leave_there(giver, Content::Over);
    }

    /// Leaves what the taker finds; gives it back when the taker is gone.
    fn leave_there(&self, Giver(name): &Giver, left: Content<T>) -> Content<T> {
        let mut table = self.lock();
        let Some(content) = table.content(*name) else { return left };
        let before = match content {
            Content::Empty | Content::Awaited(_) => replace(content, left),
            Content::Left => {
                table.set_free(*name);
                return left;
            }
            Content::Given(_) | Content::Over => return left,
        };
        drop(table);
        if let Content::Awaited(waker) = before {
            waker.wake();
        }
        Content::Empty
    }

    /// The value; `None` if the giver is gone without having left one. There is no taker any more then.
    pub(crate) fn poll(&self, taker: &mut Option<Taker>, context: &Context<'_>) -> Poll<Option<T>> {
        let Some(Taker(name)) = *taker else { return Poll::Pending };
        let mut table = self.lock();
        let Some(content) = table.content(name) else { return Poll::Ready(None) };
        let before = match content {
            Content::Awaited(waker) if waker.will_wake(context.waker()) => return Poll::Pending,
            Content::Empty | Content::Awaited(_) => {
                replace(content, Content::Awaited(context.waker().clone()))
            }
            Content::Given(_) | Content::Over | Content::Left => {
                *taker = None;
                return Poll::Ready(table.set_free(name));
            }
        };
        drop(table);
        drop(before);
        Poll::Pending
    }

    /// Waits no longer: the value that was left meanwhile, and none is left from now on.
    pub(crate) fn leave(&self, Taker(name): Taker) -> Option<T> {
        let mut table = self.lock();
        let content = table.content(name)?;
        if matches!(content, Content::Given(_) | Content::Over) {
            return table.set_free(name);
        }
        let before = replace(content, Content::Left);
        drop(table);
        drop(before);
        None
    }

    /// Ends the places whose givers were lost, which a panic in a function of the caller's can do: no other giver
    /// is left.
    pub(crate) fn end_all(&self, Spare(spare): &Spare) {
        let table = self.lock();
        let free: BTreeSet<_> = table.free.iter().chain(spare).map(|name| name.place).collect();
        let held = table.places.iter().enumerate().filter(|(place, _)| !free.contains(place));
        let lost: Vec<_> = held.map(|(place, at)| Giver(Name { place, turn: at.turn })).collect();
        drop(table);
        lost.iter().for_each(|giver| self.end(giver));
    }

    fn lock(&self) -> MutexGuard<'_, Table<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Table<T> {
    /// What is in a place, if that still has this name.
    fn content(&mut self, Name { place, turn }: Name) -> Option<&mut Content<T>> {
        self.places.get_mut(place).filter(|place| place.turn == turn).map(|place| &mut place.content)
    }

    /// Frees a place; the value that was in it.
    fn set_free(&mut self, Name { place, turn }: Name) -> Option<T> {
        let at = self.places.get_mut(place)?;
        at.turn = turn.wrapping_add(1);
        self.free.push(Name { place, turn: at.turn });
        match replace(&mut at.content, Content::Empty) {
            Content::Given(value) => Some(value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::Arc;
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

    fn poll<T>(places: &Places<T>, taker: &mut Option<Taker>, woken: &Arc<Woken>) -> Poll<Option<T>> {
        places.poll(taker, &Context::from_waker(&Waker::from(Arc::clone(woken))))
    }

    /// The two ends of a place, the second as who polls has it.
    fn take<T>(places: &Places<T>) -> (Giver, Option<Taker>) {
        let (giver, taker) = places.take(&mut Spare::default());
        (giver, Some(taker))
    }

    #[test]
    fn a_value_is_taken_once_and_its_place_is_used_again() {
        let (places, mut spare, woken) = (Places::new(), Spare::default(), Arc::default());
        for round in 0..3 {
            let (giver, taker) = places.take(&mut spare);
            let mut taker = Some(taker);
            assert_eq!(poll(&places, &mut taker, &woken), Poll::Pending);
            assert_eq!(places.give(&giver, round), Ok(()));
            assert_eq!(woken.0.load(Ordering::SeqCst), round + 1, "woken once for each value");
            assert_eq!(poll(&places, &mut taker, &woken), Poll::Ready(Some(round)));
            assert!(taker.is_none(), "there is no second one");
            assert_eq!(places.give(&giver, 7), Err(7), "nor does the next request get one");
        }
        assert_eq!(places.lock().places.len(), 1);
    }

    #[test]
    fn who_goes_away_is_missed_by_the_other() {
        let (places, woken) = (Places::<u8>::new(), Arc::default());
        let (giver, mut taker) = take(&places);
        assert_eq!(poll(&places, &mut taker, &woken), Poll::Pending);
        places.end(&giver);
        let polled = poll(&places, &mut taker, &woken);
        assert_eq!((polled, woken.0.load(Ordering::SeqCst)), (Poll::Ready(None), 1));

        let (giver, taker) = take(&places);
        assert_eq!(places.leave(taker.unwrap()), None);
        assert_eq!(places.give(&giver, 7), Err(7));

        let (giver, taker) = take(&places);
        assert_eq!(places.give(&giver, 7), Ok(()));
        assert_eq!(places.leave(taker.unwrap()), Some(7), "it was there, and nobody looked");
    }

    #[test]
    fn whose_giver_is_lost_is_told_whether_it_has_looked_or_not() {
        let (places, woken) = (Places::<u8>::new(), Arc::default());
        let mut spare = Spare::default();
        let [spared, seen, unseen, given, left] = [(); 5].map(|()| places.take(&mut spare));
        spare.put_back(spared.1);
        let [mut seen, mut unseen, mut given_to] = [seen.1, unseen.1, given.1].map(Some);
        assert_eq!(poll(&places, &mut seen, &woken), Poll::Pending);
        assert_eq!(places.give(&given.0, 7), Ok(()));
        assert_eq!(places.leave(left.1), None);
        places.end_all(&spare);
        assert_eq!(poll(&places, &mut seen, &woken), Poll::Ready(None));
        assert_eq!(poll(&places, &mut unseen, &woken), Poll::Ready(None));
        assert_eq!(poll(&places, &mut given_to, &woken), Poll::Ready(Some(7)), "this one was not lost");
        assert_eq!((spare.0.len(), places.lock().free.len()), (1, 4), "all are free");
        let (giver, taker) = places.take(&mut spare);
        assert_eq!((places.give(&giver, 8), places.leave(taker)), (Ok(()), Some(8)), "the spare one, too");
    }

    proptest! {
        /// Whatever the order in which many requests are made, given to, awaited and given up: each gets its own
        /// value or none, and never that of an earlier request that had its place.
        #[test]
        fn nobody_gets_what_was_meant_for_another(
            steps in proptest::collection::vec((0_u8..6, any::<prop::sample::Index>()), 1..200)
        ) {
            let (places, mut spare, woken) = (Places::new(), Spare::default(), Arc::default());
            let (mut givers, mut takers, mut next) = (Vec::new(), Vec::new(), 0_u32);
            for (step, index) in steps {
                match step {
                    0 | 1 => {
                        let (giver, taker) = places.take(&mut spare);
                        givers.push((next, giver));
                        takers.push((next, Some(taker)));
                        next += 1;
                    }
                    2 if !givers.is_empty() => {
                        let (name, giver) = givers.swap_remove(index.index(givers.len()));
                        let is_awaited = takers.iter().any(|(other, _)| *other == name);
                        prop_assert_eq!(places.give(&giver, name).is_ok(), is_awaited);
                    }
                    3 if !givers.is_empty() => places.end(&givers.swap_remove(index.index(givers.len())).1),
                    4 if !takers.is_empty() => {
                        let at = index.index(takers.len());
                        let (name, taker) = &mut takers[at];
                        if let Poll::Ready(value) = poll(&places, taker, &woken) {
                            prop_assert!(value.is_none_or(|value| value == *name), "{value:?} of {name}");
                            takers.swap_remove(at);
                        }
                    }
                    5 if !takers.is_empty() => {
                        let (name, taker) = takers.swap_remove(index.index(takers.len()));
                        let left = taker.and_then(|taker| places.leave(taker));
                        prop_assert!(left.is_none_or(|value| value == name));
                    }
                    _ => (),
                }
                let all = places.lock().places.len();
                let free = spare.0.len() + places.lock().free.len();
                let ends: BTreeSet<_> = givers.iter().map(|(name, _)| name).chain(takers.iter().map(|(name, _)| name)).collect();
                prop_assert_eq!(all, free + ends.len(), "a place is free when both of its ends are gone");
            }
        }
    }

    #[test]
    fn values_pass_between_threads() {
        let places = Arc::new(Places::new());
        let given = Arc::clone(&places);
        let (sender, receiver) = std::sync::mpsc::channel::<(u32, Giver)>();
        let giving = std::thread::spawn(move || {
            receiver.into_iter().for_each(|(name, giver)| given.give(&giver, name).unwrap());
        });
        for name in 0..2_000 {
            let (giver, mut taker) = take(&places);
            sender.send((name, giver)).unwrap();
            let value = std::iter::repeat_with(|| poll(&places, &mut taker, &Arc::default()))
                .find_map(|polled| if let Poll::Ready(value) = polled { Some(value) } else { None });
            assert_eq!(value, Some(Some(name)));
        }
        drop(sender);
        giving.join().unwrap();
    }
}
